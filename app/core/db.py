"""The database: two engines over one pool policy, and two kinds of session that cannot be mixed up.

`WriteSession` runs one transaction that the request commits before it answers. `ReadSession` is in autocommit,
saves the two round trips of BEGIN and COMMIT, and may go to a replica.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from app.core.config import Settings


class WriteSession(AsyncSession):
    """A session inside one transaction."""


class ReadSession(AsyncSession):
    """A session for reads only, in autocommit."""


_SIDE_POOL = 2
_SERVER_SETTINGS = {
    "application_name": "labour-hub",
    "statement_timeout": "4000",
    "lock_timeout": "1000",
    "idle_in_transaction_session_timeout": "5000",
}


def make_engine(url: str, settings: Settings, *, pool_size: int | None = None, patient: bool = False) -> AsyncEngine:
    """An engine with bounded waits; `patient` lifts the limits for migrations, seeds and index builds."""
    connect: dict[str, Any] = {
        "timeout": 5 if patient else 2,
        "statement_cache_size": settings.statement_cache_size,
        "server_settings": {"application_name": "labour-hub-admin"} if patient else _SERVER_SETTINGS,
    }
    if not patient:
        connect["command_timeout"] = 5
    return create_async_engine(
        url,
        connect_args=connect,
        pool_size=pool_size or settings.pool_size,
        max_overflow=0,
        pool_timeout=2,
        pool_pre_ping=True,
        hide_parameters=True,  # an error in the logs must not tell names, numbers and hashes
    )


class Database:
    """The engines of a process; `write()` and `read()` open sessions."""

    def __init__(
        self, engine: AsyncEngine, read_engine: AsyncEngine | None = None, side_engine: AsyncEngine | None = None
    ) -> None:
        """Reads go to `read_engine`, and what is counted aside to `side_engine`; to `engine` where there is none."""
        self.engine = engine
        self._read_engine = (read_engine or engine).execution_options(isolation_level="AUTOCOMMIT")
        self._side_engine = side_engine or engine
        self._owned = [held for held in (engine, read_engine, side_engine) if held is not None]

    @classmethod
    def from_settings(cls, settings: Settings, url: str | None = None) -> Database:
        """The database that the settings name; `url` is the embedded one."""
        primary = url or settings.database_url
        if primary is None:
            msg = "no database: set DATABASE_URL, or start the embedded one with the command line"
            raise RuntimeError(msg)
        replica = make_engine(settings.read_database_url, settings) if settings.read_database_url else None
        return cls(make_engine(primary, settings), replica, make_engine(primary, settings, pool_size=_SIDE_POOL))

    def write(self) -> WriteSession:
        """A session for one transaction; the caller commits."""
        return WriteSession(self.engine, expire_on_commit=False)

    def read(self) -> ReadSession:
        """A session for reads."""
        return ReadSession(self._read_engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[WriteSession]:
        """A write session that commits at the end of the block."""
        async with self.write() as session, session.begin():
            yield session

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[WriteSession]:
        """A transaction beside that of the request, on connections of its own.

        A request that holds a connection of the pool and waits there for a second one would lock itself out as soon
        as a pool full of requests does the same.
        """
        async with WriteSession(self._side_engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def dispose(self) -> None:
        """Close every connection."""
        for engine in self._owned:
            await engine.dispose()


class BoundDatabase(Database):
    """A database whose sessions all live in one outer transaction of `connection`; for tests."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Sessions commit to savepoints of the open transaction of `connection`."""
        self.connection = connection
        self._owned = []

    def write(self) -> WriteSession:
        """A session in a savepoint."""
        return WriteSession(self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint")

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[WriteSession]:
        """A savepoint, as everything else here."""
        async with self.transaction() as session:
            yield session

    def read(self) -> ReadSession:
        """A session in a savepoint (the connection is inside a transaction, so no autocommit)."""
        return ReadSession(self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
