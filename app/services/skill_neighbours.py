"""Skills whose words are alike, precomputed when the taxonomy changes: no model runs at request time."""

from __future__ import annotations

import asyncio

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.matching.neighbours import text_neighbours
from app.models.taxonomy import Skill, SkillNeighbour

_BATCH = 10_000


async def refresh_neighbours(session: AsyncSession) -> int:
    """Compute the table anew from the labels and aliases of all active skills; how many pairs it holds.

    About 5 s of work in a thread for 14,000 skills. The caller commits, together with the import that made it needed.
    """
    columns = (Skill.id, Skill.label_id, Skill.label_en, Skill.aliases_id, Skill.aliases_en)
    rows = await session.execute(select(*columns).where(Skill.status == "active").order_by(Skill.id))
    labels = {
        key: list(dict.fromkeys((english, indonesian, *aliases_en, *aliases_id)))
        for key, indonesian, english, aliases_id, aliases_en in rows
    }
    pairs = await asyncio.to_thread(text_neighbours, labels)
    await session.execute(delete(SkillNeighbour))
    for start in range(0, len(pairs), _BATCH):
        await session.execute(
            insert(SkillNeighbour),
            [{"source_id": a, "target_id": b, "rate": rate} for a, b, rate in pairs[start : start + _BATCH]],
        )
    return len(pairs)
