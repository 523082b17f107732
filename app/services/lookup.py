"""The search index of reference data in this process: built on first use, and anew with each taxonomy version."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.taxonomy import Industry, Occupation, Region, Scheme, Skill, TaxonomyTerm
from app.services.term_index import Term, TermIndex

Kind = type[Skill] | type[Occupation] | type[Region] | type[Industry] | type[Scheme]

_FILTERS = {
    "skill": ("kind",), "occupation": ("level",), "region": ("level", "parent_code"), "industry": ("edition",),
    "scheme": ("occupation_code",),
}  # fmt: skip
"""Columns of each kind that a look-up can be narrowed by."""


@dataclass(slots=True)
class _Held:
    """The index of one kind in one database, and the taxonomy version that it shows."""

    version: int = -1
    index: TermIndex = field(default_factory=lambda: TermIndex((), {}))
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


_held: dict[tuple[str, str], _Held] = {}


async def index_of(session: AsyncSession, table: Kind, kind: str, version: int) -> TermIndex:
    """The index of `kind` (a kind of term, kept in `table`) at the taxonomy's `version`.

    Every import makes a new version, so an index that has the current one shows the current terms. Building takes a
    second for 100,000 terms, in a thread; callers at the same time wait for one build.
    """
    held = _held.setdefault((str(session.get_bind().engine.url), kind), _Held())
    async with held.turn:
        if held.version != version:
            held.index = await _build(session, table, kind)
            held.version = version
        return held.index


async def _build(session: AsyncSession, table: Kind, kind: str) -> TermIndex:
    columns = [table.code, *(getattr(table, name) for name in _FILTERS[kind])]
    attributes: dict[str, dict[str, Any]] = {}
    for row in await session.execute(select(*columns).where(table.status == "active")):
        values = dict(zip(_FILTERS[kind], row[1:], strict=True))
        attributes[f"{values['edition']}:{row[0]}" if kind == "industry" else row[0]] = values
    found = await session.execute(
        select(TaxonomyTerm.term, TaxonomyTerm.ref, TaxonomyTerm.is_label).where(TaxonomyTerm.kind == kind)
    )
    terms = [Term(*row) for row in found]
    return await asyncio.to_thread(TermIndex, terms, attributes)
