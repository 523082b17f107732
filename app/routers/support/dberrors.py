"""What the database says, as problems."""

from __future__ import annotations

import asyncio

from asyncpg.exceptions import InterfaceError, InternalClientError, PostgresConnectionError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.core.errors import CONSTRAINT_PROBLEMS, Problem
from app.core.problems.common import CONFLICT, UNAVAILABLE

_RETRYABLE = {"40001", "40P01"}
_BUSY_CLASSES = ("08", "53", "57")
# No lock in time; the server ended an idle transaction; a primary that became a replica.
_BUSY = {"55P03", "25P03", "25006"}
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
    busy = state is not None and (state.startswith(_BUSY_CLASSES) or state in _BUSY)
    away = isinstance(error, DBAPIError) and error.connection_invalidated
    raw = isinstance(
        error,
        OSError
        | asyncio.TimeoutError
        | PoolTimeoutError
        | InterfaceError
        | InternalClientError
        | PostgresConnectionError,
    )
    return Problem(UNAVAILABLE, headers={"Retry-After": "2"}) if busy or away or raw else None
