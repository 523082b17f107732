"""Readiness of the process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

ROOT = Path(__file__).resolve().parents[2]


def alembic_config() -> Config:
    """The configuration of the migrations, wherever the process was started."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


@cache
def expected_head() -> str | None:
    """The revision that this code needs."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


async def database_head(session: AsyncSession) -> str | None:
    """The revision that the database has, None before the first migration."""
    if await session.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    head: str | None = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return head
