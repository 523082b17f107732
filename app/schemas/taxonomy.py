"""Reference data as the contract shows it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.schemas.common import CodeLabel, Output


class Entry(Output):
    """An entry of reference data in a list."""

    id: Annotated[str, Field(description="What to put into the path; the code, for industries edition:code")]
    code: str
    label: str
    kind: Annotated[str | None, Field(description="What sort of entry, where there are several")]


class Labels(Output):
    """A text in both languages."""

    id: str
    en: str


class Names(Output):
    """Alternative names in both languages."""

    id: list[str]
    en: list[str]


class SkillOut(Output):
    """A skill with its neighbours."""

    id: str
    code: str
    label: str
    labels: Labels
    aliases: Names
    kind: str
    description: str | None
    source: str
    status: str
    replaced_by: Annotated[str | None, Field(description="Code that took its place, once retired")]
    broader: list[CodeLabel]
    narrower: list[CodeLabel]
    related: list[CodeLabel]


class OccupationOut(Output):
    """An occupation or a group of them, with the skills that it needs."""

    id: str
    code: str
    label: str
    labels: Labels
    aliases: Names
    level: Annotated[int, Field(description="1 major group to 4 unit group, 5 below")]
    parent: CodeLabel | None
    description: str | None
    education_typical: CodeLabel | None
    source: str
    status: str
    replaced_by: str | None
    essential_skills: list[CodeLabel]
    preferred_skills: list[CodeLabel]


class RegionOut(Output):
    """A wilayah."""

    id: str
    code: str
    label: str
    level: Annotated[int, Field(description="1 province, 2 regency or city, 3 district, 4 village")]
    parent: CodeLabel | None
    status: str
    replaced_by: str | None


class IndustryOut(Output):
    """A KBLI section, division or class in one edition."""

    id: str
    edition: str
    code: str
    section: str
    label: str
    labels: Labels
    parent: CodeLabel | None
    status: str
    replaced_by: str | None


class UnitOut(Output):
    """A unit of competency with the skills that it proves."""

    code: str
    title: str
    skills: list[CodeLabel]


class SchemeOut(Output):
    """A certification scheme with its units."""

    id: str
    code: str
    label: str
    labels: Labels
    kind: str
    kkni_level: int | None
    occupation: CodeLabel | None
    validity_months: int
    status: str
    replaced_by: str | None
    units: list[UnitOut]


class EntryPage(Output):
    """A page of entries; `taxonomy_version` is the release that answered."""

    items: list[Entry]
    next_cursor: str | None
    taxonomy_version: int
