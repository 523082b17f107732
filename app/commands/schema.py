"""The database's schema and content: which migrations are missing, whose secret sealed it, who is in it."""

from __future__ import annotations

import asyncio

from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError as AlembicError
from sqlalchemy import Connection, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.commands.output import CommandError
from app.core.config import Settings
from app.core.db import Database, make_engine
from app.core.kit import Kit
from app.models.identity import UserAccount
from app.services import tokens
from app.services.system import alembic_config, database_head, expected_head
from app.services.taxonomy_import import import_shipped

# Any constant will do, as long as no two uses share it: migrations of one database wait for each other.
_MIGRATION_LOCK = 0x6875_625F_6D69_6772
DEMO_MARK = "talent@demo.example"


async def prepare(settings: Settings) -> bool:
    """Bring schema and shipped reference data to what this release needs; whether anything was done.

    Commands that do this at the same time wait for each other.
    """
    engine = _patient(settings)
    try:
        async with engine.connect() as guard:
            lock = {"key": _MIGRATION_LOCK}
            await guard.execute(text("SELECT pg_advisory_lock(:key)"), lock)
            try:
                migrated = await _upgrade(engine)
                async with Database(engine).transaction() as session:
                    imported = await import_shipped(session)
            finally:
                await guard.execute(text("SELECT pg_advisory_unlock(:key)"), lock)
    finally:
        await engine.dispose()
    return migrated or imported


async def _upgrade(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        current = await connection.run_sync(known_revision)
        if current == expected_head():
            return False
        await connection.rollback()
        await connection.run_sync(_run_migrations)
        await connection.commit()
    return True


def known_revision(connection: Connection) -> str | None:
    """The revision of the database, None for an empty one; `CommandError` for one of the future."""
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None:
        try:
            ScriptDirectory.from_config(alembic_config()).get_revision(current)
        except AlembicError as error:
            message = (
                f"the database was migrated by a newer hub (revision {current}, this one ends at "
                f"{expected_head()}); run that release"
            )
            raise CommandError(message) from error
    return current


def _run_migrations(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def require_current(settings: Settings) -> None:
    """Raise `CommandError` unless the schema is exactly the one that this release needs."""
    engine = _patient(settings)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(known_revision)
        async with Database(engine).read() as session:
            if await database_head(session) != expected_head():
                message = "the database has not been migrated for this release; run `hub migrate`"
                raise CommandError(message)
    finally:
        await engine.dispose()


async def check_secret(settings: Settings) -> None:
    """Raise `CommandError` where the database was sealed with another master secret than ours."""
    engine = _patient(settings)
    try:
        async with Database(engine).transaction() as session:
            await tokens.load_ring(session, Kit.from_settings(settings))
    except ValueError as error:
        message = "the master secret is not the one that sealed this database; set HUB_SECRET_KEY to that one"
        raise CommandError(message) from error
    finally:
        await engine.dispose()


async def holds_demo(settings: Settings) -> bool:
    """Whether the demo's accounts are in the database."""
    engine = _patient(settings)
    try:
        async with Database(engine).read() as session:
            found = await session.scalar(select(UserAccount.id).where(UserAccount.email == DEMO_MARK))
    finally:
        await engine.dispose()
    return found is not None


async def holds_people(settings: Settings) -> bool:
    """Whether the database has any account."""
    engine = _patient(settings)
    try:
        async with Database(engine).read() as session:
            found = await session.scalar(select(UserAccount.id).limit(1))
    finally:
        await engine.dispose()
    return found is not None


def _patient(settings: Settings) -> AsyncEngine:
    if settings.database_url is None:
        message = "no database was opened"
        raise RuntimeError(message)
    return make_engine(settings.database_url, settings, pool_size=3, patient=True)


def run_prepare(settings: Settings) -> bool:
    """`prepare`, for callers without an event loop."""
    return asyncio.run(prepare(settings))
