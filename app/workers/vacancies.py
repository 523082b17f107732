"""What happens to vacancies by itself: a planned publication whose time has come, a last day that has passed.

Each batch is a transaction of its own and skips what somebody else holds, so that several workers share the
work, a crash loses at most one batch, and running again does no harm. Reads hide an expired vacancy from the
first second on; expiring it here only tells its state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.actor import SYSTEM
from app.core.db import Database
from app.domain.lifecycles import VACANCY
from app.domain.state_machine import ActorKind
from app.models.organizations import Organization
from app.models.vacancies import Vacancy
from app.services import events, vacancies

BATCH: Final = 200
log = structlog.get_logger()


async def publish_due(database: Database) -> int:
    """Publish every scheduled vacancy whose `publish_at` has come; how many.

    One whose employer is not verified, or whose last day has passed, waits (or expires).
    """
    return await _drain(database, due_for_publication, "publish")


async def expire_due(database: Database) -> int:
    """Expire every scheduled, published or suspended vacancy whose last day (WIB) has passed; how many."""
    return await _drain(database, due_for_expiry, "expire")


def due_for_publication() -> Select[Vacancy]:
    """Scheduled vacancies whose time has come, the longest overdue first."""
    return (
        select(Vacancy)
        .join(Organization)
        .where(
            Vacancy.status == "scheduled",
            Vacancy.publish_at <= clock.now(),
            Vacancy.valid_until >= clock.today(),
            Organization.status == "verified",
        )
        .order_by(Vacancy.publish_at)
    )


def due_for_expiry() -> Select[Vacancy]:
    """Vacancies whose last day has passed."""
    # A publication is never planned after the last day, so that the index on `publish_at` serves, too.
    scheduled = and_(Vacancy.status == "scheduled", Vacancy.publish_at <= clock.now())
    return select(Vacancy).where(
        Vacancy.valid_until < clock.today(), or_(Vacancy.status.in_(("published", "suspended")), scheduled)
    )


async def _drain(database: Database, due: Callable[[], Select[Vacancy]], event: str) -> int:
    done = 0
    while True:
        async with database.transaction() as session:
            moved = await _batch(session, due(), event)
        done += moved
        if moved < BATCH:
            break
    if done:
        log.info("vacancies_moved", event_name=event, count=done)
    return done


async def _batch(session: AsyncSession, due: Select[Vacancy], event: str) -> int:
    query = due.limit(BATCH).with_for_update(skip_locked=True, of=Vacancy)
    rows = list(await session.scalars(query))
    for row in rows:
        await events.transition(session, VACANCY, row, event, SYSTEM, ActorKind.SYSTEM)
        vacancies.enter(row, event, clock.now())
    return len(rows)
