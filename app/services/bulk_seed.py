"""Large made sets for load tests: employers with published vacancies, and talents who may be found.

Everything goes in by COPY in one transaction, in chunks, from seeded generators: the same seed, sizes, taxonomy and
day make the same records. Skills are drawn from the skills of occupations, which are drawn by a Zipf law, so that few
skills are common and most are rare, as in real adverts. Nobody can sign in to the made accounts: their password is
random and thrown away. Made vacancies have no history of transitions.

The change log keeps working: its triggers fire once a chunk and cost a few per cent of the time, and a running
process follows them as any other change. Foreign keys and secondary indexes of the one large table (`vacancy_skill`)
are dropped and made again at the end, which checks 8 million rows at once instead of one by one; the transaction
therefore locks that table, and readers of vacancies wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.core import clock
from app.core.db import Database
from app.core.passwords import Passwords
from app.models.organizations import Organization
from app.models.taxonomy import Industry, Occupation, OccupationSkill, Region, Scheme, Skill
from app.services import bulk_people, bulk_vacancies
from app.services.bulk_rows import Occupations, as_hex, escaped, generator, make_ids
from app.services.taxonomy_import import import_source
from app.services.taxonomy_sources.report import Progress

CHUNK = 50_000
_FEWEST_SKILLS = 5
_SHIPPED_ENOUGH = 4
_REBUILT = "vacancy_skill"


class BulkSeedError(ValueError):
    """The set cannot be made; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What was made, and how long each part took in seconds."""

    organizations: int
    vacancies: int
    vacancy_skills: int
    talents: int
    seconds: Mapping[str, float]


async def seed_bulk(
    url: str, taxonomy: Path | None, *, vacancies: int, talents: int, seed: int, progress: Progress
) -> BulkReport:
    """Make `vacancies` published vacancies and `talents` talents in the database at `url` (an SQLAlchemy URL).

    `taxonomy` is an ESCO bundle to import first; without one the skills come from what is there. Raises
    `BulkSeedError` where this seed was used in this database before, and `BundleError` for a broken bundle.
    """
    if seed < 0:
        message = "the seed must not be negative"
        raise BulkSeedError(message)
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await _refuse_twice(connection, seed)
        began = perf_counter()
        if taxonomy is not None:
            async with Database(engine).transaction() as session:
                await import_source(session, "esco", taxonomy, progress)
        imported = perf_counter() - began
        async with engine.begin() as connection:
            return await _seed(connection, vacancies, talents, seed, progress, imported)
    finally:
        await engine.dispose()


async def _refuse_twice(connection: AsyncConnection, seed: int) -> None:
    marker = make_ids(generator(seed, bulk_vacancies.EMPLOYERS, 0), 0, 1)
    found = await connection.execute(select(Organization.id).where(Organization.id == UUID(as_hex(marker)[0])))
    if found.first() is not None:
        message = f"the set with the seed {seed} is in this database already; choose another --seed"
        raise BulkSeedError(message)


async def _seed(
    connection: AsyncConnection, vacancies: int, talents: int, seed: int, progress: Progress, imported: float
) -> BulkReport:
    seconds = {"taxonomy": round(imported, 1)}
    world = await _world(connection, seed)
    copier = Copier(connection)
    employers = min(25_000, max(1, vacancies // 40))
    await copier.text("organization", *bulk_vacancies.employers(world, employers))
    owners = make_ids(generator(seed, bulk_vacancies.EMPLOYERS, 0), 0, employers)
    skills = 0
    began = perf_counter()
    rebuild = await _drop(connection) if vacancies > CHUNK else []
    for chunk, first in enumerate(range(0, vacancies, CHUNK)):
        made = bulk_vacancies.vacancies(world, owners, chunk, first, min(CHUNK, vacancies - first))
        await copier.text("vacancy", made.columns, made.rows)
        await copier.binary("vacancy_skill", *made.skills)
        await copier.binary("vacancy_certificate", *made.certificates)
        skills += made.skill_count
        progress("vacancies", min(first + CHUNK, vacancies), vacancies)
    seconds["vacancies"] = round(perf_counter() - began, 1)
    began = perf_counter()
    for number, statement in enumerate(rebuild, 1):
        await connection.execute(text(statement))
        progress("indexes", number, len(rebuild))
    seconds["indexes"] = round(perf_counter() - began, 1)
    began = perf_counter()
    password = await Passwords().hash(clock.random_token())
    for chunk, first in enumerate(range(0, talents, CHUNK)):
        for table, columns, rows, binary in bulk_people.talents(
            world, password, chunk, first, min(CHUNK, talents - first)
        ):
            await (copier.binary if binary else copier.text)(table, columns, rows)
        progress("talents", min(first + CHUNK, talents), talents)
    seconds["talents"] = round(perf_counter() - began, 1)
    began = perf_counter()
    for table in sorted(copier.tables):
        await connection.execute(text(f"ANALYZE {table}"))
    seconds["analyze"] = round(perf_counter() - began, 1)
    return BulkReport(employers, vacancies, skills, talents, seconds)


class Copier:
    """Sends COPY buffers on the connection of a transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Nothing was sent yet."""
        self._connection = connection
        self.tables: set[str] = set()

    async def text(self, table: str, columns: tuple[str, ...], rows: bytes) -> None:
        """Send rows in the text format."""
        await self._send(table, columns, rows, "text")

    async def binary(self, table: str, columns: tuple[str, ...], rows: bytes) -> None:
        """Send rows in the binary format."""
        await self._send(table, columns, rows, "binary")

    async def _send(self, table: str, columns: tuple[str, ...], rows: bytes, form: str) -> None:
        # SQLAlchemy begins a transaction with its first statement, and each seed has run one by now.
        raw: Any = (await self._connection.get_raw_connection()).driver_connection
        await raw.copy_to_table(table, source=BytesIO(rows), columns=list(columns), format=form)
        self.tables.add(table)


async def _drop(connection: AsyncConnection) -> list[str]:
    """Drop the foreign keys and the secondary indexes of the large table; the statements that make them again."""
    keys = await connection.execute(
        text(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = CAST(:name AS regclass) AND contype = 'f' ORDER BY conname"
        ),
        {"name": _REBUILT},
    )
    constraints = [(row[0], row[1]) for row in keys]
    found = await connection.execute(
        text(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = CAST(:name AS regclass) AND NOT i.indisprimary AND NOT i.indisunique ORDER BY 1"
        ),
        {"name": _REBUILT},
    )
    indexes = [(row[0], row[1]) for row in found]
    for name, _ in constraints:
        await connection.execute(text(f'ALTER TABLE {_REBUILT} DROP CONSTRAINT "{name}"'))
    for name, _ in indexes:
        await connection.execute(text(f"DROP INDEX {name}"))
    return [definition for _, definition in indexes] + [
        f'ALTER TABLE {_REBUILT} ADD CONSTRAINT "{name}" {definition}' for name, definition in constraints
    ]


async def _world(connection: AsyncConnection, seed: int) -> bulk_vacancies.World:
    """What the made records are drawn from, in an order that does not depend on the database."""
    regions = (
        await connection.execute(
            select(Region.code, Region.label).where(Region.level == 2, Region.status == "active").order_by(Region.code)  # noqa: PLR2004  # regencies and cities
        )
    ).all()
    industries = (
        await connection.execute(
            select(Industry.edition, Industry.code)
            .where(Industry.status == "active", func.length(Industry.code) == 5)  # noqa: PLR2004  # a KBLI class
            .order_by(Industry.edition, Industry.code)
        )
    ).all()
    schemes = (
        await connection.execute(select(Scheme.id).where(Scheme.status == "active").order_by(Scheme.code))
    ).scalars()
    if not regions or not industries:
        message = "the shipped reference data is missing; run `hub migrate`"
        raise BulkSeedError(message)
    return bulk_vacancies.World(
        seed=seed,
        now=clock.now(),
        occupations=await _occupations(connection, seed),
        region_codes=[row.code for row in regions],
        region_labels=escaped(row.label for row in regions),
        industries=[(row.edition, row.code) for row in industries],
        schemes=np.array(list(schemes), dtype=">i4"),
    )


async def _occupations(connection: AsyncConnection, seed: int) -> Occupations:
    rows = (
        await connection.execute(
            select(Occupation.code, Occupation.parent_code, Occupation.label_id, Skill.id, OccupationSkill.essential)
            .join(OccupationSkill, OccupationSkill.occupation_code == Occupation.code)
            .join(Skill, Skill.id == OccupationSkill.skill_id)
            .where(Occupation.status == "active", Skill.status == "active")
            .order_by(Occupation.code, Skill.code)
        )
    ).all()
    grouped: dict[str, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.code, []).append(row)
    kept = [group for group in grouped.values() if len(group) >= _FEWEST_SKILLS]
    if len(kept) < _SHIPPED_ENOUGH:
        message = "no occupations with skills to draw from; give an ESCO bundle with --taxonomy"
        raise BulkSeedError(message)
    order = generator(seed, bulk_vacancies.OCCUPATIONS, 0).permutation(len(kept))
    kept = [kept[i] for i in order]
    skills: NDArray[np.int32] = np.array([row.id for group in kept for row in group], dtype=np.int32)
    often = np.bincount(skills)[skills]
    essential: NDArray[np.bool_] = np.array([row.essential for group in kept for row in group], dtype=bool)
    return Occupations(
        # KBJI's unit group, in which vacancies are filtered and careers compared.
        units=[(group[0].code.startswith("ESCO-") and group[0].parent_code) or group[0].code for group in kept],
        titles=escaped(group[0].label_id[:1].upper() + group[0].label_id[1:] for group in kept),
        start=np.concatenate([[0], np.cumsum([len(group) for group in kept])]).astype(np.int64),
        skills=skills,
        essential=essential,
        weights=0.5 * np.log(often) + np.where(essential, np.log(2.0), 0.0),
    )
