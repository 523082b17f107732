"""The benchmark of look-ups runs, and its figures are what was measured."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.benchmarks.lookup import measure
from app.core.db import BoundDatabase
from app.core.kit import Kit


async def test_every_kind_of_query_is_timed(database: BoundDatabase, kit: Kit) -> None:
    timings = await measure(database, kit)
    assert len({timing.kind for timing in timings}) == len(timings) == 8
    assert all(0 < timing.p50 <= timing.p95 <= timing.worst for timing in timings)


async def test_without_skills_there_is_nothing_to_time(database: BoundDatabase, kit: Kit) -> None:
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM taxonomy_term WHERE kind = 'skill'"))
    with pytest.raises(ValueError, match="no skills"):
        await measure(database, kit)
