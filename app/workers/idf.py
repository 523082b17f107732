"""The weekly job that counts anew how rare each skill is among the live vacancies."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from app.core import clock
from app.core.config import get_settings
from app.core.db import Database
from app.services import match_bulk, match_versions


async def refresh_idf(database: Database, every: timedelta | None = None) -> int:
    """Make a new version where the one in use is `every` old (by default as the settings say); how many were made.

    The switch is one transaction; every process follows with its next ranking, all points at once.
    """
    every = timedelta(days=get_settings().idf_refresh_days) if every is None else every
    async with database.transaction() as session:
        await match_bulk.be_patient(session)
        await match_versions.hold_idf(session)
        if await match_versions.idf_is_younger(session, every):
            return 0
        columns = await match_bulk.vacancy_columns(session, clock.today())
        await match_versions.put_idf(session, await asyncio.to_thread(match_versions.count, columns))
    return 1
