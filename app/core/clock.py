"""Time, randomness and identifiers: the one place they come from, so that tests own them."""

from __future__ import annotations

import contextvars
import itertools
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import uuid_utils

JAKARTA = ZoneInfo("Asia/Jakarta")
_frozen: contextvars.ContextVar[datetime | None] = contextvars.ContextVar("frozen_clock", default=None)
_ticks = itertools.count(secrets.randbits(48))


def now() -> datetime:
    """The current instant, timezone-aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """The calendar day in western Indonesian time, in which dates of the law are counted."""
    return now().astimezone(JAKARTA).date()


def new_id() -> uuid.UUID:
    """A UUIDv7: sorts by time of creation, so that it is a good key."""
    held = _frozen.get()
    if held is None:
        return uuid.UUID(bytes=uuid_utils.uuid7().bytes)
    # Within a held millisecond a counter keeps the order, as the library does for a running clock.
    millis = int(held.timestamp() * 1000)
    return uuid.UUID(int=millis << 80 | 7 << 76 | 2 << 62 | next(_ticks))


def random_token(size: int = 32) -> str:
    """An unguessable URL-safe token made of `size` random bytes."""
    return secrets.token_urlsafe(size)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at `at` (an aware datetime) in this context; for tests and replays."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def move(by: timedelta) -> None:
    """Shift a clock that `frozen` holds by `by`; an error where it runs freely."""
    held = _frozen.get()
    if held is None:
        msg = "the clock runs freely; freeze it first"
        raise RuntimeError(msg)
    _frozen.set(held + by)
