"""Tables of the machinery: transition log, outbox, idempotency, rate limits, signing keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, Identified


class TransitionLog(Identified, Base):
    """Who moved what from which state to which, when and why; never changed, never deleted."""

    __tablename__ = "transition_log"
    __table_args__ = (Index(None, "aggregate_type", "aggregate_id", "id"),)

    aggregate_type: Mapped[str]
    aggregate_id: Mapped[UUID]
    event: Mapped[str]
    from_status: Mapped[str]
    to_status: Mapped[str]
    actor: Mapped[str]
    actor_kind: Mapped[str]
    reason: Mapped[str | None]


class OutboxEvent(Base):
    """A domain event, written in the transaction that it tells of; a worker delivers it at least once."""

    __tablename__ = "outbox_event"
    __table_args__ = (Index("ix_outbox_event_undelivered", "id", postgresql_where=text("delivered_at IS NULL")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    type: Mapped[str]
    aggregate_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    delivered_at: Mapped[datetime | None]


class IdempotencyRecord(Base):
    """An answer kept under its caller's key, so that a retry gets the same one."""

    __tablename__ = "idempotency_record"
    __table_args__ = (PrimaryKeyConstraint("caller", "key"), Index(None, "created_at"))

    caller: Mapped[str]
    key: Mapped[str]
    operation: Mapped[str]
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class RateLimitBucket(Base):
    """Calls of a caller in the current window; unlogged, because losing it harms nobody."""

    __tablename__ = "rate_limit_bucket"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(primary_key=True)
    window_start: Mapped[datetime]
    calls: Mapped[int] = mapped_column(Integer)


class SigningKey(Base):
    """A key of the token ring; the private part is encrypted with the master secret."""

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    public_jwk: Mapped[dict[str, Any]]
    private_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    active_from: Mapped[datetime]
    retired_at: Mapped[datetime | None]
