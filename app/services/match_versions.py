"""What a ranking is made by, each with its version: the idf table (frozen rows), relatedness and what schemes prove."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import numpy as np
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.db import WriteSession
from app.matching import segment
from app.matching.columns import VacancyColumns
from app.matching.model import DEFAULT
from app.matching.points import IdfTable
from app.matching.relatedness import UNRELATED, Relatedness, sibling_groups
from app.models.matching import IdfEntry, IdfVersion
from app.models.taxonomy import SchemeUnit, SkillNeighbour, SkillRelation, TaxonomyRelease, UnitSkill

_IDF_LOCK = 7_305_177_412_210_593_281
_HOLD = text("SELECT pg_advisory_xact_lock(:number)")


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """What the match takes from the taxonomy of ``version`` (the highest release): relations, and proofs by scheme."""

    version: int
    relatedness: Relatedness
    proves: Mapping[int, Sequence[int]]


NO_TAXONOMY = Taxonomy(0, UNRELATED, {})


@lru_cache(maxsize=2)
def _relatedness(
    broader: tuple[tuple[int, int], ...],
    related: tuple[tuple[int, int], ...],
    neighbours: tuple[tuple[int, int, int], ...],
) -> Relatedness:
    siblings = sibling_groups(broader)
    return Relatedness.build(broader=broader, related=related, siblings=siblings, neighbours=neighbours)


async def taxonomy(session: AsyncSession) -> Taxonomy:
    """Read the taxonomy as it is; five queries, and a second or so of work for 14,000 skills."""
    version = await session.scalar(select(func.max(TaxonomyRelease.id)))
    pairs: dict[str, list[tuple[int, int]]] = {"broader": [], "related": []}
    columns = (SkillRelation.kind, SkillRelation.source_id, SkillRelation.target_id)
    for kind, source, target in await session.execute(select(*columns).order_by(*columns)):
        pairs[kind].append((source, target))
    proves: dict[int, list[int]] = defaultdict(list)
    query = (
        select(SchemeUnit.scheme_id, UnitSkill.skill_id)
        .join(UnitSkill, UnitSkill.unit_id == SchemeUnit.unit_id)
        .distinct()
        .order_by(SchemeUnit.scheme_id, UnitSkill.skill_id)
    )
    for scheme, skill in await session.execute(query):
        proves[scheme].append(skill)
    near = (SkillNeighbour.source_id, SkillNeighbour.target_id, SkillNeighbour.rate)
    neighbours = tuple((row[0], row[1], row[2]) for row in await session.execute(select(*near).order_by(*near)))
    relatedness = _relatedness(tuple(pairs["broader"]), tuple(pairs["related"]), neighbours)
    return Taxonomy(version or 0, relatedness, dict(proves))


def count(columns: VacancyColumns) -> IdfTable:
    """Count a table from live vacancies; of none at all every skill is equally rare (ln 2)."""
    laid_out = segment.lay_out(columns)
    return segment.count("0", [(laid_out, np.ones(len(laid_out), np.bool_))], DEFAULT)


async def active_idf(session: AsyncSession) -> IdfTable | None:
    """Read the table that is in use, ``None`` before the first; its version is the id of the row as text."""
    row = await session.scalar(select(IdfVersion).where(IdfVersion.active))
    if row is None:
        return None
    entries = await session.execute(select(IdfEntry.skill_id, IdfEntry.vacancies).where(IdfEntry.version_id == row.id))
    counts = {entry.skill_id: entry.vacancies for entry in entries}
    return IdfTable.of_counts(str(row.id), row.vacancies, counts, row.median_weight)


async def hold_idf(session: WriteSession) -> None:
    """Wait until no other process makes a version, and keep others from it until the end of the transaction."""
    await session.execute(_HOLD, {"number": _IDF_LOCK})


async def idf_is_younger(session: AsyncSession, than: timedelta) -> bool:
    """Tell whether the table in use was made less than ``than`` ago."""
    made = await session.scalar(select(IdfVersion.created_at).where(IdfVersion.active))
    return made is not None and clock.now() - made < than


async def put_idf(session: WriteSession, table: IdfTable) -> int:
    """Store ``table`` as a new version and make it the one in use; its number. The caller has called `hold_idf`."""
    await session.execute(update(IdfVersion).where(IdfVersion.active).values(active=False))
    row = IdfVersion(vacancies=table.n, median_weight=table.median, active=True)
    session.add(row)
    await session.flush()
    rows = [
        {"version_id": row.id, "skill_id": skill, "vacancies": int(table.df[skill])}
        for skill in np.flatnonzero(table.df).tolist()
    ]
    if rows:
        await session.execute(insert(IdfEntry), rows)
    number: int = row.id
    return number
