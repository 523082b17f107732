"""Can the operator's PostgreSQL be used at all: one clear line where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.commands.output import CommandError, one_line
from app.core.config import Settings
from app.core.db import make_engine

OLDEST_SERVER = 150_000  # PostgreSQL 15, as server_version_num


def where(url: str) -> str:
    """Host, port and database of `url`, without its secrets: for messages."""
    parsed = make_url(url)
    host = parsed.host or str(parsed.query.get("host", "localhost"))
    return f"{host}:{parsed.port or 5432}/{parsed.database or ''}"


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Say in one line why `url` cannot be used."""
    try:
        yield
    except (ArgumentError, ValueError) as error:
        message = f"DATABASE_URL is not a PostgreSQL URL: {one_line(str(error))}"
        raise CommandError(message) from error
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError) as error:
        cause = getattr(error, "orig", None) or error
        reason = str(getattr(cause, "__cause__", None) or cause) or type(cause).__name__
        message = f"DATABASE_URL: the PostgreSQL at {where(url)} cannot be used: {reason}"
        raise CommandError(message) from error


async def check_server(url: str, settings: Settings) -> None:
    """Raise `CommandError` unless a PostgreSQL of version 15 or newer answers at `url`."""
    with _explained(url):
        engine = make_engine(url, settings, pool_size=1, patient=True)
        try:
            async with engine.connect() as connection:
                number = int(await connection.scalar(text("SHOW server_version_num")) or 0)
        finally:
            await engine.dispose()
    if number < OLDEST_SERVER:
        message = (
            f"DATABASE_URL: the server at {where(url)} is PostgreSQL {number // 10_000}; "
            f"the hub needs {OLDEST_SERVER // 10_000} or newer"
        )
        raise CommandError(message)
