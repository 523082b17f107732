"""Look-ups in reference data: by prefix, typo or alias in either language; details; neighbours."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import TEXT, ColumnElement, Select, cast, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.core.errors import Problem
from app.core.i18n import pick
from app.core.kit import Kit
from app.core.pagination import scope_of
from app.core.problems.common import NOT_FOUND
from app.core.problems.taxonomy import UNKNOWN_CODE_LIST
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
    UnitSkill,
)
from app.schemas.common import CodeLabel
from app.schemas.taxonomy import (
    Entry,
    EntryPage,
    IndustryOut,
    Labels,
    Names,
    OccupationOut,
    RegionOut,
    SchemeOut,
    SkillOut,
    UnitOut,
)
from app.services import lookup, reference
from app.services.taxonomy_import import current_version, normalise

_KINDS: dict[str, type[Skill | Occupation | Region | Industry | Scheme]] = {
    "skill": Skill, "occupation": Occupation, "region": Region, "industry": Industry, "scheme": Scheme,
}  # fmt: skip


def _key(kind: str) -> ColumnElement[str]:
    """The column, or expression, that the terms of `kind` refer to."""
    return Industry.edition + ":" + Industry.code if kind == "industry" else cast(_KINDS[kind].code, TEXT)


def _active(kind: str, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    table = _KINDS[kind]
    kept = [getattr(table, name) == value for name, value in filters.items() if value is not None]
    return [table.status == "active", *kept]


async def find(
    session: AsyncSession, kit: Kit, kind: str, q: str | None, filters: Mapping[str, Any], limit: int,
    cursor: str | None,
) -> EntryPage:  # fmt: skip
    """Entries of `kind` that fit `q` (all of them without one), the best first; `filters` are columns of the kind.

    Order: exact label, exact alias, prefix of a label, prefix of an alias, then by shared trigrams, then code.
    """
    scope = scope_of(f"taxonomy.{kind}", {"q": q, **filters})
    after = kit.cursors.read(scope, cursor)
    wanted = normalise(q) if q else ""
    version = await current_version(session)
    if wanted:
        index = await lookup.index_of(session, _KINDS[kind], kind, version)
        given = {name: value for name, value in filters.items() if value is not None}
        found = index.search(wanted, given)
        if after is not None:
            place, ref = after
            found = (entry for entry in found if entry > (place, ref))
        keys = list(itertools.islice(found, limit + 1))
    else:
        query = _alphabet(kind, filters)
        if after is not None:
            query = query.having(tuple_(*query.selected_columns) > tuple_(*[literal(part) for part in after]))
        keys = [(place, ref) for place, ref in await session.execute(query.limit(limit + 1))]
    entries = await _entries(session, kind, [ref for _, ref in keys])
    page = kit.cursors.page(scope, keys, limit, lambda key: key, lambda key: entries[key[1]])
    return EntryPage(items=list(page.items), next_cursor=page.next_cursor, taxonomy_version=version)


def _alphabet(kind: str, filters: Mapping[str, Any]) -> Select[int, str]:
    key = _key(kind)
    place = literal(0).label("place")
    return select(place, key).where(*_active(kind, filters)).group_by(key).order_by(key)


async def _entries(session: AsyncSession, kind: str, refs: Sequence[str]) -> dict[str, Entry]:
    found: Iterable[Any] = await session.scalars(select(_KINDS[kind]).where(_key(kind).in_(refs)))
    return {entry.id: entry for entry in map(_entry, found)}


def _entry(row: Skill | Occupation | Region | Industry | Scheme) -> Entry:
    label = row.label if isinstance(row, Region) else pick(row.label_id, row.label_en)
    sort = row.kind if isinstance(row, Skill | Scheme) else None
    key = f"{row.edition}:{row.code}" if isinstance(row, Industry) else row.code
    return Entry(id=key, code=row.code, label=label, kind=sort)


async def children(session: AsyncSession, kind: str, ref: str) -> EntryPage:
    """What lies directly below an entry; 404 for an unknown one."""
    await _existing(session, kind, ref)
    if kind == "skill":
        narrower = aliased(Skill)
        query = (
            select(narrower)
            .join(SkillRelation, SkillRelation.source_id == narrower.id)
            .join(Skill, Skill.id == SkillRelation.target_id)
            .where(Skill.code == ref, SkillRelation.kind == "broader", narrower.status == "active")
            .order_by(narrower.code)
        )
        rows: Sequence[Any] = (await session.scalars(query)).all()
    elif kind == "industry":
        edition, _, code = ref.partition(":")
        below = select(Industry).where(Industry.edition == edition, Industry.parent_code == code)
        rows = (await session.scalars(below.order_by(Industry.code))).all()
    else:
        table = Occupation if kind == "occupation" else Region
        rows = (await session.scalars(select(table).where(table.parent_code == ref).order_by(table.code))).all()
    version = await current_version(session)
    return EntryPage(items=[_entry(row) for row in rows], next_cursor=None, taxonomy_version=version)


async def _existing(session: AsyncSession, kind: str, ref: str) -> Any:  # a row of the kind
    row = await session.scalar(select(_KINDS[kind]).where(_key(kind) == ref))
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def skill(session: AsyncSession, code: str) -> SkillOut:
    """A skill with everything around it; retired ones tell what replaced them."""
    row: Skill = await _existing(session, "skill", code)
    links = (
        await session.execute(
            select(SkillRelation.kind, SkillRelation.source_id, SkillRelation.target_id).where(
                or_(SkillRelation.source_id == row.id, SkillRelation.target_id == row.id)
            )
        )
    ).all()
    broader = [target for kind, source, target in links if kind == "broader" and source == row.id]
    narrower = [source for kind, source, target in links if kind == "broader" and target == row.id]
    related = [target for kind, source, target in links if kind == "related" and source == row.id]
    labels = await reference.skill_labels(session, [*broader, *narrower, *related])
    return SkillOut(
        id=row.code, code=row.code, label=pick(row.label_id, row.label_en),
        labels=Labels(id=row.label_id, en=row.label_en), aliases=Names(id=row.aliases_id, en=row.aliases_en),
        kind=row.kind, description=row.description, source=row.source, status=row.status,
        replaced_by=row.replaced_by, broader=_sorted(labels, broader), narrower=_sorted(labels, narrower),
        related=_sorted(labels, related),
    )  # fmt: skip


def _sorted(labels: Mapping[int, CodeLabel], ids: Iterable[int]) -> list[CodeLabel]:
    return sorted((labels[key] for key in ids), key=lambda entry: entry.code)


async def occupation(session: AsyncSession, code: str) -> OccupationOut:
    """An occupation with the skills that it needs."""
    row: Occupation = await _existing(session, "occupation", code)
    asked = (
        await session.execute(
            select(OccupationSkill.skill_id, OccupationSkill.essential).where(OccupationSkill.occupation_code == code)
        )
    ).all()
    labels = await reference.skill_labels(session, [key for key, _ in asked])
    parents = await reference.occupation_labels(session, [row.parent_code])
    return OccupationOut(
        id=row.code, code=row.code, label=pick(row.label_id, row.label_en),
        labels=Labels(id=row.label_id, en=row.label_en), aliases=Names(id=row.aliases_id, en=row.aliases_en),
        level=row.level, parent=parents.get(row.parent_code or ""), description=row.description,
        education_typical=reference.small_label("education", row.education_typical) if row.education_typical else None,
        source=row.source, status=row.status, replaced_by=row.replaced_by,
        essential_skills=_sorted(labels, [key for key, essential in asked if essential]),
        preferred_skills=_sorted(labels, [key for key, essential in asked if not essential]),
    )  # fmt: skip


async def region(session: AsyncSession, code: str) -> RegionOut:
    """A wilayah with the one above it."""
    row: Region = await _existing(session, "region", code)
    parents = await reference.region_labels(session, [row.parent_code])
    return RegionOut(
        id=row.code, code=row.code, label=row.label, level=row.level, parent=parents.get(row.parent_code or ""),
        status=row.status, replaced_by=row.replaced_by,
    )  # fmt: skip


async def industry(session: AsyncSession, ref: str) -> IndustryOut:
    """A KBLI entry, by `edition:code`."""
    row: Industry = await _existing(session, "industry", ref)
    parent = await session.get(Industry, (row.edition, row.parent_code)) if row.parent_code else None
    return IndustryOut(
        id=ref, edition=row.edition, code=row.code, section=row.section, label=pick(row.label_id, row.label_en),
        labels=Labels(id=row.label_id, en=row.label_en),
        parent=CodeLabel(code=parent.code, label=pick(parent.label_id, parent.label_en)) if parent else None,
        status=row.status, replaced_by=row.replaced_by,
    )  # fmt: skip


async def scheme(session: AsyncSession, code: str) -> SchemeOut:
    """A certification scheme with its units in order, and the skills that each proves."""
    row: Scheme = await _existing(session, "scheme", code)
    units = (
        await session.scalars(
            select(CompetencyUnit)
            .join(SchemeUnit, SchemeUnit.unit_id == CompetencyUnit.id)
            .where(SchemeUnit.scheme_id == row.id)
            .order_by(SchemeUnit.position)
        )
    ).all()
    proven = (await session.execute(select(UnitSkill).where(UnitSkill.unit_id.in_([u.id for u in units])))).scalars()
    by_unit: dict[int, list[int]] = {}
    for link in proven:
        by_unit.setdefault(link.unit_id, []).append(link.skill_id)
    labels = await reference.skill_labels(session, [key for keys in by_unit.values() for key in keys])
    occupations = await reference.occupation_labels(session, [row.occupation_code])
    return SchemeOut(
        id=row.code, code=row.code, label=pick(row.label_id, row.label_en),
        labels=Labels(id=row.label_id, en=row.label_en), kind=row.kind, kkni_level=row.kkni_level,
        occupation=occupations.get(row.occupation_code or ""), validity_months=row.validity_months,
        status=row.status, replaced_by=row.replaced_by,
        units=[
            UnitOut(
                code=unit.code,
                title=pick(unit.title_id, unit.title_en),
                skills=_sorted(labels, by_unit.get(unit.id, [])),
            )
            for unit in units
        ],
    )  # fmt: skip


def code_list(name: str) -> list[CodeLabel]:
    """A small list that ships with the package (education, work_relation, licence, ...)."""
    lists = reference.code_lists()
    if name not in lists:
        raise Problem(UNKNOWN_CODE_LIST, {"known": ", ".join(sorted(lists))})
    return [reference.small_label(name, code) for code in lists[name]]
