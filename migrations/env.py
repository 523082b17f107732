"""Runs the migrations on a connection that the caller supplies, or on DATABASE_URL."""

from __future__ import annotations

import asyncio
from typing import Any

from alembic import context
from sqlalchemy.engine import Connection

from app.core.config import get_settings
from app.core.db import make_engine
from app.models import Base

_OPTIONS: dict[str, Any] = {
    "target_metadata": Base.metadata,
    "compare_type": True,
    "transaction_per_migration": True,
}


def run(connection: Connection) -> None:
    """Migrate over an open connection."""
    context.configure(connection=connection, **_OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


async def run_on_url(url: str) -> None:
    """Migrate the database at `url`."""
    engine = make_engine(url, get_settings(), pool_size=1, patient=True)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True, **_OPTIONS)
    with context.begin_transaction():
        context.run_migrations()
elif (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    target = context.config.get_main_option("sqlalchemy.url") or get_settings().database_url
    if target is None:
        message = "set DATABASE_URL, or use `hub migrate`, which starts the embedded database"
        raise SystemExit(message)
    asyncio.run(run_on_url(target))
