"""What the database says, as problems."""

from __future__ import annotations

import asyncio

from asyncpg.exceptions import InterfaceError, PostgresConnectionError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.core.errors import CONSTRAINT_PROBLEMS, Problem
from app.core.problems.common import CONFLICT, UNAVAILABLE

_RETRYABLE = {"40001", "40P01"}
_BUSY_CLASSES = ("08", "53", "57")
_LOCK_NOT_AVAILABLE = "55P03"
_UNIQUE = "23505"


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE of a database error, None where it has none."""
    original = getattr(error, "orig", None) or error
    return getattr(original, "sqlstate", None) or getattr(getattr(original, "__cause__", None), "sqlstate", None)


def is_retryable(error: DBAPIError) -> bool:
    """Whether the whole transaction should run again (serialisation failure, deadlock)."""
    return sqlstate(error) in _RETRYABLE


def constraint_problem(error: DBAPIError) -> Problem | None:
    """The problem that a violated constraint means; a conflict for an unnamed unique one."""
    cause = getattr(error.orig, "__cause__", None)
    name = getattr(cause, "constraint_name", None)
    if name in CONSTRAINT_PROBLEMS:
        return Problem(CONSTRAINT_PROBLEMS[name])
    return Problem(CONFLICT) if sqlstate(error) == _UNIQUE else None


def unavailable(error: BaseException) -> Problem | None:
    """A 503 problem for a database that is away, full or too slow; None for any other error."""
    state = sqlstate(error) if isinstance(error, DBAPIError) else getattr(error, "sqlstate", None)
    busy = state is not None and (state.startswith(_BUSY_CLASSES) or state == _LOCK_NOT_AVAILABLE)
    away = isinstance(error, DBAPIError) and error.connection_invalidated
    raw = isinstance(
        error,
        ConnectionError | asyncio.TimeoutError | PoolTimeoutError | InterfaceError | PostgresConnectionError | OSError,
    )
    return Problem(UNAVAILABLE, headers={"Retry-After": "2"}) if busy or away or raw else None
