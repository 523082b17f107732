"""Transitions and events: applied by the tables of the domain, logged and announced in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.errors import FieldError, Problem
from app.core.i18n import Text
from app.core.problems.common import ILLEGAL_TRANSITION, PERMISSION_DENIED, VALIDATION_FAILED
from app.domain.errors import IllegalTransition, NotAllowed, ReasonRequired
from app.domain.state_machine import ActorKind, Lifecycle, apply
from app.models.system import OutboxEvent, TransitionLog
from app.schemas.common import Transition


class HasStatus(Protocol):
    """A row with a lifecycle."""

    id: Any
    status: Any


async def transition(
    session: AsyncSession,
    lifecycle: Lifecycle,
    row: HasStatus,
    event: str,
    actor: Actor,
    who: ActorKind,
    reason: str | None = None,
) -> str:
    """Move `row` by `event`, log who did it and why, announce it; the new status.

    Problems: 409 `illegal_transition` with the current state and the legal steps, 403, 422 for a missing reason.
    The caller holds the row (`SELECT ... FOR UPDATE`).
    """
    entered_by = await last_actor_kind(session, lifecycle.name, row.id)
    before: str = row.status
    try:
        after = apply(lifecycle, before, event, who, reason, entered_by=entered_by)
    except IllegalTransition as error:
        legal = sorted(error.allowed)
        raise Problem(
            ILLEGAL_TRANSITION,
            {"current": before, "event": event, "allowed": ", ".join(legal) or "-"},
            extra={"current_status": before, "actions": legal},
        ) from error
    except NotAllowed as error:
        raise Problem(PERMISSION_DENIED, {"permission": f"{lifecycle.name}:{event}"}) from error
    except ReasonRequired as error:
        message = Text("Alasan wajib diisi.", "A reason is required.")
        raise Problem(VALIDATION_FAILED, {"count": 1}, [FieldError("/reason", "missing", str(message))]) from error
    row.status = after
    session.add(
        TransitionLog(
            aggregate_type=lifecycle.name, aggregate_id=row.id, event=event, from_status=before, to_status=after,
            actor=actor.key, actor_kind=who.value, reason=reason,
        )
    )  # fmt: skip
    record_event(session, f"{lifecycle.name}.{event}", row.id, {"from": before, "to": after})
    return after


async def last_actor_kind(session: AsyncSession, aggregate_type: str, key: UUID) -> ActorKind | None:
    """The kind of actor that brought an aggregate into its present status, None before the first transition."""
    kind = await session.scalar(
        select(TransitionLog.actor_kind)
        .where(TransitionLog.aggregate_type == aggregate_type, TransitionLog.aggregate_id == key)
        .order_by(TransitionLog.id.desc())
        .limit(1)
    )
    return ActorKind(kind) if kind else None


async def history(session: AsyncSession, aggregate_type: str, key: UUID) -> Sequence[Transition]:
    """The log of an aggregate, oldest first; `by` tells the capacity, never the person."""
    rows = await session.scalars(
        select(TransitionLog)
        .where(TransitionLog.aggregate_type == aggregate_type, TransitionLog.aggregate_id == key)
        .order_by(TransitionLog.id)
    )
    return [
        Transition(
            event=row.event, from_status=row.from_status, to_status=row.to_status, at=row.created_at,
            by=row.actor_kind, reason=row.reason,
        )
        for row in rows
    ]  # fmt: skip


def record_event(session: AsyncSession, event_type: str, aggregate_id: UUID, payload: Mapping[str, Any]) -> None:
    """Announce a domain event; a worker delivers it after the commit, at least once."""
    session.add(OutboxEvent(type=event_type, aggregate_id=aggregate_id, payload=dict(payload)))
