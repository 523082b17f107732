"""The reference data that ships with the package, and the version of the taxonomy as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.data import loading
from app.models.base import Base
from app.models.taxonomy import (
    CompetencyUnit,
    Industry,
    Occupation,
    OccupationSkill,
    Region,
    Scheme,
    SchemeUnit,
    Skill,
    SkillRelation,
    TaxonomyRelease,
    TaxonomyTerm,
    UnitSkill,
)
from app.services.skill_neighbours import refresh_neighbours
from app.services.taxonomy_sources.terms import terms_of

SHIPPED = "hub"
_BATCH = 1000


async def upsert(session: AsyncSession, table: type[Base], rows: Sequence[dict[str, Any]], key: Sequence[str]) -> None:
    """Insert `rows`, or change those whose `key` exists; batches of a thousand."""
    for start in range(0, len(rows), _BATCH):
        statement = insert(table).values(rows[start : start + _BATCH])
        changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
        if changed:
            await session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))
        else:
            await session.execute(statement.on_conflict_do_nothing(index_elements=list(key)))


def shipped_hash() -> str:
    """SHA-256 over the reference data that ships with the package."""
    digest = hashlib.sha256()
    for folder in ("taxonomy", "regions"):
        for file in sorted(resources.files("app.data").joinpath(folder).iterdir(), key=lambda item: item.name):
            if file.name.endswith(".csv"):
                digest.update(file.read_bytes())
    return digest.hexdigest()


async def import_shipped(session: AsyncSession) -> bool:
    """Load the shipped reference data, unless this content is there already; whether anything was done."""
    content = shipped_hash()
    latest = await session.scalar(
        select(TaxonomyRelease.content_hash)
        .where(TaxonomyRelease.source == SHIPPED)
        .order_by(TaxonomyRelease.id.desc())
        .limit(1)
    )
    if latest == content:
        return False
    release = TaxonomyRelease(
        source=SHIPPED, version=content[:12], content_hash=content, imported_at=clock.now(), report={}
    )
    session.add(release)
    await session.flush()
    terms = await _regions(session)
    terms += await _skills(session, release.id)
    terms += await _occupations(session, release.id)
    terms += await _industries(session, release.id)
    terms += await _schemes(session, release.id)
    await upsert(session, TaxonomyTerm, terms, ("kind", "ref", "language", "term"))
    await refresh_neighbours(session)
    await session.flush()
    return True


async def _regions(session: AsyncSession) -> list[dict[str, Any]]:
    provinces = loading.load_provinces()
    regencies = loading.load_regencies()
    rows = [{"code": p.code, "parent_code": None, "level": 1, "label": p.label} for p in provinces]
    await upsert(session, Region, rows, ("code",))
    below = [{"code": r.code, "parent_code": r.province_code, "level": 2, "label": r.label} for r in regencies]
    await upsert(session, Region, below, ("code",))
    terms = []
    for row in rows + below:
        label = str(row["label"])
        short = label.removeprefix("Kabupaten ").removeprefix("Kota ")
        terms += terms_of("region", str(row["code"]), {"id": label}, {"id": [short]})
    return terms


async def _skills(session: AsyncSession, release: int) -> list[dict[str, Any]]:
    records = loading.load_skills()
    rows = [
        {
            "code": r.code, "source": SHIPPED, "kind": r.kind, "label_id": r.label_id, "label_en": r.label_en,
            "aliases_id": list(r.aliases_id), "aliases_en": list(r.aliases_en),
            "description": r.description_id or None, "release_id": release,
        }
        for r in records
    ]  # fmt: skip
    await upsert(session, Skill, rows, ("code",))
    ids = await skill_ids_of(session, SHIPPED)
    relations = {(ids[r.code], "broader", ids[b]) for r in records for b in r.broader}
    for r in records:
        for other in r.related:
            relations |= {(ids[r.code], "related", ids[other]), (ids[other], "related", ids[r.code])}
    await upsert(
        session,
        SkillRelation,
        [{"source_id": a, "kind": kind, "target_id": b} for a, kind, b in sorted(relations)],
        ("source_id", "kind", "target_id"),
    )
    return [
        term
        for r in records
        for term in terms_of(
            "skill", r.code, {"id": r.label_id, "en": r.label_en}, {"id": r.aliases_id, "en": r.aliases_en}
        )
    ]


async def skill_ids_of(session: AsyncSession, source: str) -> dict[str, int]:
    """Ids of the skills of one source, by code."""
    rows = await session.execute(select(Skill.code, Skill.id).where(Skill.source == source))
    return {row.code: row.id for row in rows}


async def _occupations(session: AsyncSession, release: int) -> list[dict[str, Any]]:
    groups, records = loading.load_occupation_groups(), loading.load_occupations()
    ids = await skill_ids_of(session, SHIPPED)
    common = {"source": SHIPPED, "release_id": release}
    rows: list[dict[str, Any]] = [
        {
            "code": g.code, "parent_code": g.code[:-1] or None, "level": len(g.code), "label_id": g.label_id,
            "label_en": g.label_en, "aliases_id": [], "aliases_en": [], "education_typical": None, **common,
        }
        for g in groups
    ]  # fmt: skip
    known = {g.code for g in groups} | {r.code for r in records}
    for r in records:
        parent = r.code[:4] if "." in r.code else r.code[:3]
        rows.append(
            {
                "code": r.code, "parent_code": parent if parent in known else r.code[:3],
                "level": 5 if "." in r.code else 4, "label_id": r.label_id, "label_en": r.label_en,
                "aliases_id": list(r.aliases_id), "aliases_en": list(r.aliases_en),
                "education_typical": r.education_typical or None, **common,
            }
        )  # fmt: skip
    rows.sort(key=lambda row: (row["level"], row["code"]))
    for level in range(1, 6):
        if batch := [row for row in rows if row["level"] == level]:
            await upsert(session, Occupation, batch, ("code",))
    asked = [
        {"occupation_code": r.code, "skill_id": ids[code], "essential": essential}
        for r in records
        for essential, codes in ((True, r.essential), (False, r.preferred))
        for code in codes
    ]
    await upsert(session, OccupationSkill, asked, ("occupation_code", "skill_id"))
    return [
        term
        for row in rows
        for term in terms_of(
            "occupation",
            row["code"],
            {"id": row["label_id"], "en": row["label_en"]},
            {"id": row["aliases_id"], "en": row["aliases_en"]},
        )
    ]


async def _industries(session: AsyncSession, release: int) -> list[dict[str, Any]]:
    records = loading.load_industries()
    rows = [
        {
            "edition": r.edition, "code": r.code, "parent_code": r.parent, "section": r.section,
            "label_id": r.label_id, "label_en": r.label_en, "release_id": release,
        }
        for r in records
    ]  # fmt: skip
    await upsert(session, Industry, rows, ("edition", "code"))
    return [
        term
        for r in records
        for term in terms_of("industry", f"{r.edition}:{r.code}", {"id": r.label_id, "en": r.label_en}, {})
    ]


async def _schemes(session: AsyncSession, release: int) -> list[dict[str, Any]]:
    units, schemes = loading.load_units(), loading.load_schemes()
    await upsert(
        session,
        CompetencyUnit,
        [{"code": u.code, "title_id": u.title_id, "title_en": u.title_en, "release_id": release} for u in units],
        ("code",),
    )
    await upsert(
        session,
        Scheme,
        [
            {
                "code": s.code, "kind": s.kind, "kkni_level": s.kkni_level, "occupation_code": s.occupation or None,
                "label_id": s.label_id, "label_en": s.label_en, "validity_months": s.validity_months,
                "release_id": release,
            }
            for s in schemes
        ],
        ("code",),
    )  # fmt: skip
    skills = await skill_ids_of(session, SHIPPED)
    unit_ids = dict((await session.execute(select(CompetencyUnit.code, CompetencyUnit.id))).all())
    scheme_ids = dict((await session.execute(select(Scheme.code, Scheme.id))).all())
    proven = [{"unit_id": unit_ids[u.code], "skill_id": skills[code]} for u in units for code in u.skills]
    await upsert(session, UnitSkill, proven, ("unit_id", "skill_id"))
    held = [
        {"scheme_id": scheme_ids[s.code], "unit_id": unit_ids[code], "position": position}
        for s in schemes
        for position, code in enumerate(s.units, 1)
    ]
    await upsert(session, SchemeUnit, held, ("scheme_id", "unit_id"))
    return [t for s in schemes for t in terms_of("scheme", s.code, {"id": s.label_id, "en": s.label_en}, {})]


async def current_version(session: AsyncSession) -> int:
    """The taxonomy's version: the number of its latest release, 0 before the first."""
    return await session.scalar(select(func.max(TaxonomyRelease.id))) or 0
