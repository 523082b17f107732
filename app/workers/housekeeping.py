"""What is no longer needed goes; what was announced is handed over.

Every job works in batches, each in a transaction of its own, so that no lock is held for long.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.db import Database
from app.models.identity import AuthSession
from app.models.system import IdempotencyRecord, OutboxEvent, RateLimitBucket

log = structlog.get_logger(__name__)

#: A retry with the same key gets the same answer for this long.
IDEMPOTENCY_KEPT = timedelta(hours=24)
#: Longer than any window of a rate limit.
BUCKETS_KEPT = timedelta(hours=24)
#: After its end a session is of no use to anybody; a day lets an operator look.
SESSIONS_KEPT = timedelta(days=1)
BATCH = 1000

#: Takes an event inside the transaction that marks it delivered; idempotent, it may see the event again.
Handler = Callable[[AsyncSession, OutboxEvent], Awaitable[None]]
_handlers: dict[str, list[Handler]] = {}


def subscribe(event_type: str, handler: Handler) -> None:
    """Hand every event of `event_type` (`vacancy.publish`) to `handler`, at least once."""
    _handlers.setdefault(event_type, []).append(handler)


def unsubscribe(event_type: str, handler: Handler) -> None:
    """Undo `subscribe`."""
    _handlers[event_type].remove(handler)


async def delete_idempotency_records(database: Database) -> int:
    """Delete kept answers that are older than a day; how many."""
    key = (IdempotencyRecord.caller, IdempotencyRecord.key)
    old = select(*key).where(IdempotencyRecord.created_at < clock.now() - IDEMPOTENCY_KEPT).limit(BATCH)
    return await _in_batches(database, delete(IdempotencyRecord).where(tuple_(*key).in_(old)))


async def delete_rate_limit_buckets(database: Database) -> int:
    """Delete counters of windows that are long over; how many."""
    old = select(RateLimitBucket.key).where(RateLimitBucket.window_start < clock.now() - BUCKETS_KEPT)
    return await _in_batches(database, delete(RateLimitBucket).where(RateLimitBucket.key.in_(old.limit(BATCH))))


async def delete_expired_sessions(database: Database) -> int:
    """Delete sign-ins that ended more than a day ago, their refresh tokens with them; how many."""
    end = clock.now() - SESSIONS_KEPT
    old = select(AuthSession.id).where(or_(AuthSession.expires_at < end, AuthSession.revoked_at < end))
    return await _in_batches(database, delete(AuthSession).where(AuthSession.id.in_(old.limit(BATCH))))


async def _in_batches(database: Database, statement: Any) -> int:
    total = 0
    while True:
        async with database.transaction() as session:
            result: Any = await session.execute(statement.execution_options(synchronize_session=False))
        deleted: int = result.rowcount
        total += deleted
        if deleted < BATCH:
            return total


async def deliver_events(database: Database) -> int:
    """Hand undelivered events to the handlers of this process, oldest first; how many were delivered.

    An event is marked in the transaction of its handlers: both or neither. One that fails stays for the next
    run and does not hold up the ones behind it.
    """
    delivered, after = 0, 0
    while True:
        async with database.transaction() as session:
            events = list(
                await session.scalars(
                    select(OutboxEvent)
                    .where(OutboxEvent.delivered_at.is_(None), OutboxEvent.id > after)
                    .order_by(OutboxEvent.id)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True)
                )
            )
            done = [event.id for event in events if await _delivered(session, event)]
            if done:
                mark = update(OutboxEvent).where(OutboxEvent.id.in_(done)).values(delivered_at=clock.now())
                await session.execute(mark.execution_options(synchronize_session=False))
        delivered += len(done)
        if len(events) < BATCH:
            return delivered
        after = events[-1].id


async def _delivered(session: AsyncSession, event: OutboxEvent) -> bool:
    handlers = _handlers.get(event.type, ())
    if not handlers:
        return True
    try:
        async with session.begin_nested():
            for handler in handlers:
                await handler(session, event)
    except Exception as error:  # noqa: BLE001  # it is tried again; the others go on
        log.warning("event_not_delivered", event_type=event.type, id=event.id, error=type(error).__name__)
        return False
    return True
