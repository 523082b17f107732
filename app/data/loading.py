"""Load the reference data of the package: each file checked as a whole, returned as frozen records.

Every function takes the directory to read (the package's own by default) and raises `ReferenceDataError`, a
`ValueError` that names file and line, where a line breaks a rule: a cell of the wrong form, a code or a name
that is there twice, a reference to itself or to something unknown. A directory's files are read once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, wraps
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Final, Protocol, TypeVar

from app.data.records import (
    CodeRecord,
    EducationRecord,
    IndustryRecord,
    MinimumWageRecord,
    OccupationGroupRecord,
    OccupationRecord,
    ProvinceRecord,
    RegencyRecord,
    SchemeRecord,
    SkillRecord,
    UnitRecord,
)
from app.data.rows import Row, read_rows, refuse_ambiguous, refuse_repeated

DATA: Final = Path(str(files("app.data")))

SKILL_KINDS: Final = ("knowledge", "skill", "language", "transversal")
SCHEME_KINDS: Final = ("kkni", "occupation", "cluster")
REGION_KINDS: Final = ("regency", "city")
EDITIONS: Final = ("2020", "2025")

_FIRST_CITY: Final = 71  # the second part of a region's code: regencies up to 69, cities from 71
_LAST_REGENCY: Final = 69

_SKILL: Final = re.compile(r"SK-[0-9]{4}")
_SCHEME: Final = re.compile(r"SKM-[0-9]{4}")
_GROUP: Final = re.compile(r"[0-9]{1,3}")
_OCCUPATION: Final = re.compile(r"[0-9]{4}(\.[0-9]{2})?")
_UNIT: Final = (  # the three forms of an SKKNI code: of 2012, the newer one, the old one
    re.compile(r"[A-V]\.[0-9]{5,6}\.[0-9]{3}\.[0-9]{1,2}"),
    re.compile(r"[A-V]\.[0-9]{2}[A-Z]{3}[0-9]{2}\.[0-9]{3}\.[0-9]{1,2}"),
    re.compile(r"[A-Z]{3}\.[A-Z]{2}[0-9]{2}\.[0-9]{3}\.[0-9]{2}"),
)
_SECTION: Final = re.compile(r"[A-V]")
_INDUSTRY: Final = re.compile(r"[A-V]|[0-9]{2}|[0-9]{5}")
_PROVINCE: Final = re.compile(r"[0-9]{2}")
_REGENCY: Final = re.compile(r"[0-9]{2}\.[0-9]{2}")
_SMALL: Final = re.compile(r"[a-z][a-z0-9_]*")


RecordT = TypeVar("RecordT")


class Loader(Protocol[RecordT]):
    """A function that loads one file of `root`, the package's own data by default."""

    def __call__(self, root: Path = DATA) -> list[RecordT]:
        """The records of the file, in its order."""
        ...


def _loader(load: Callable[[Path], list[RecordT]]) -> Loader[RecordT]:
    """Keep what `load` returns per directory, and hand out copies, so that no caller changes what is kept."""
    kept = cache(load)

    @wraps(load)
    def loader(root: Path = DATA) -> list[RecordT]:
        return list(kept(root))

    return loader


def _codes(rows: list[Row]) -> frozenset[str]:
    return frozenset(row.cells["code"] for row in rows)


@_loader
def load_skills(root: Path) -> list[SkillRecord]:
    """Load `taxonomy/skills.csv`, in the order of the file.

    `broader` has no cycles, `related` is stated on both sides, and no label or alias names two skills.
    """
    columns = ("code", "label_id", "label_en", "kind", "aliases_id", "aliases_en", "broader", "related")
    rows = read_rows(root, "taxonomy/skills.csv", (*columns, "description_id"))
    refuse_repeated(rows, "code")
    refuse_ambiguous(rows, "label_id", "label_en", "aliases_id", "aliases_en")
    known = _codes(rows)
    records = [
        SkillRecord(
            code=row.matching("code", _SKILL),
            label_id=row.text("label_id"),
            label_en=row.text("label_en"),
            kind=row.one_of("kind", SKILL_KINDS),
            aliases_id=row.members("aliases_id"),
            aliases_en=row.members("aliases_en"),
            broader=row.references("broader", known),
            related=row.references("related", known),
            description_id=row.text("description_id"),
        )
        for row in rows
    ]
    lines = {row.cells["code"]: row for row in rows}
    related = {record.code: record.related for record in records}
    for record in records:
        for other in record.related:
            if record.code not in related[other]:
                lines[record.code].fail(f"{other} does not state that it is related to {record.code}")
    try:
        TopologicalSorter({record.code: record.broader for record in records}).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        lines[cycle[0]].fail(f"broader goes round in a circle: {' '.join(cycle)}")
    return records


@_loader
def load_occupation_groups(root: Path) -> list[OccupationGroupRecord]:
    """Load `taxonomy/occupation_groups.csv`; each group's parent is there too."""
    rows = read_rows(root, "taxonomy/occupation_groups.csv", ("code", "label_id", "label_en"))
    refuse_repeated(rows, "code")
    known = _codes(rows)
    records = []
    for row in rows:
        record = OccupationGroupRecord(row.matching("code", _GROUP), row.text("label_id"), row.text("label_en"))
        if record.parent is not None and record.parent not in known:
            row.fail(f"unknown parent {record.parent!r}")
        records.append(record)
    return records


@_loader
def load_occupations(root: Path) -> list[OccupationRecord]:
    """Load `taxonomy/occupations.csv`; each parent is an occupation or a group, essential skills come first.

    No label or alias names two occupations, and no skill is both essential and preferred.
    """
    columns = ("code", "label_id", "label_en", "aliases_id", "aliases_en", "education_typical")
    rows = read_rows(root, "taxonomy/occupations.csv", (*columns, "essential", "preferred"))
    refuse_repeated(rows, "code")
    refuse_ambiguous(rows, "label_id", "label_en", "aliases_id", "aliases_en")
    parents = _codes(rows) | {group.code for group in load_occupation_groups(root)}
    skills = {skill.code for skill in load_skills(root)}
    education = {level.code for level in load_education(root)}
    records = []
    for row in rows:
        record = OccupationRecord(
            code=row.matching("code", _OCCUPATION),
            label_id=row.text("label_id"),
            label_en=row.text("label_en"),
            aliases_id=row.members("aliases_id"),
            aliases_en=row.members("aliases_en"),
            education_typical=row.one_of("education_typical", education),
            essential=row.references("essential", skills),
            preferred=row.references("preferred", skills),
        )
        if record.parent not in parents:
            row.fail(f"unknown parent {record.parent!r}")
        if not record.essential:
            row.fail("essential is empty")
        if both := set(record.essential).intersection(record.preferred):
            row.fail(f"both essential and preferred: {' '.join(sorted(both))}")
        records.append(record)
    return records


@_loader
def load_units(root: Path) -> list[UnitRecord]:
    """Load `taxonomy/units.csv`; each unit proves at least one skill."""
    rows = read_rows(root, "taxonomy/units.csv", ("code", "title_id", "title_en", "skills"))
    refuse_repeated(rows, "code")
    skills = {skill.code for skill in load_skills(root)}
    records = []
    for row in rows:
        record = UnitRecord(
            code=row.matching("code", *_UNIT),
            title_id=row.text("title_id"),
            title_en=row.text("title_en"),
            skills=row.references("skills", skills),
        )
        if not record.skills:
            row.fail("skills is empty")
        records.append(record)
    return records


@_loader
def load_schemes(root: Path) -> list[SchemeRecord]:
    """Load `taxonomy/schemes.csv`: units in the scheme's order, validity in months."""
    columns = ("code", "label_id", "label_en", "kind", "kkni_level", "occupation", "validity_months", "units")
    rows = read_rows(root, "taxonomy/schemes.csv", columns)
    refuse_repeated(rows, "code")
    units = {unit.code for unit in load_units(root)}
    occupations = {occupation.code for occupation in load_occupations(root)}
    records = []
    for row in rows:
        record = SchemeRecord(
            code=row.matching("code", _SCHEME),
            label_id=row.text("label_id"),
            label_en=row.text("label_en"),
            kind=row.one_of("kind", SCHEME_KINDS),
            kkni_level=row.optional_integer("kkni_level", 1, 9),
            occupation=row.one_of("occupation", occupations),
            validity_months=row.integer("validity_months", 1, 120),
            units=row.references("units", units),
        )
        if (record.kkni_level is None) != (record.kind == "cluster"):
            row.fail("a cluster has no KKNI level, every other kind has one")
        if not record.units:
            row.fail("units is empty")
        records.append(record)
    return records


@_loader
def load_industries(root: Path) -> list[IndustryRecord]:
    """Load `taxonomy/industries.csv`; parents are of the same edition and section."""
    columns = ("edition", "code", "section", "label_id", "label_en", "parent")
    rows = read_rows(root, "taxonomy/industries.csv", columns)
    refuse_repeated(rows, "edition", "code")
    known = {(row.cells["edition"], row.cells["section"], row.cells["code"]) for row in rows}
    records = []
    for row in rows:
        record = IndustryRecord(
            edition=row.one_of("edition", EDITIONS),
            code=row.matching("code", _INDUSTRY),
            section=row.matching("section", _SECTION),
            label_id=row.text("label_id"),
            label_en=row.text("label_en"),
            parent=row.optional("parent"),
        )
        # A class hangs below its division, a division below its section, a section below nothing.
        expected = {1: None, 2: record.section, 5: record.code[:2]}[len(record.code)]
        if record.parent != expected:
            row.fail(f"the parent is not {expected!r}")
        above = record.parent or record.section
        if (record.edition, record.section, above) not in known:
            row.fail(f"unknown parent {above!r}")
        records.append(record)
    return records


@_loader
def load_provinces(root: Path) -> list[ProvinceRecord]:
    """Load `regions/provinces.csv`."""
    rows = read_rows(root, "regions/provinces.csv", ("code", "label", "replaced_by"))
    refuse_repeated(rows, "code")
    refuse_repeated(rows, "label")
    known = _codes(rows)
    records = []
    for row in rows:
        replacement = row.references("replaced_by", known)
        if len(replacement) > 1:
            row.fail("replaced_by names more than one province")
        records.append(
            ProvinceRecord(row.matching("code", _PROVINCE), row.text("label"), replacement[0] if replacement else None)
        )
    return records


@_loader
def load_regencies(root: Path) -> list[RegencyRecord]:
    """Load `regions/regencies.csv`; code, province and kind agree with each other."""
    rows = read_rows(root, "regions/regencies.csv", ("code", "province_code", "label", "kind"))
    refuse_repeated(rows, "code")
    refuse_repeated(rows, "label")
    provinces = {province.code for province in load_provinces(root)}
    records = []
    for row in rows:
        record = RegencyRecord(
            code=row.matching("code", _REGENCY),
            province_code=row.one_of("province_code", provinces),
            label=row.text("label"),
            kind=row.one_of("kind", REGION_KINDS),
        )
        province, _, number = record.code.partition(".")
        if province != record.province_code:
            row.fail(f"{record.code} is not in province {record.province_code}")
        numbers = range(1, _LAST_REGENCY + 1) if record.kind == "regency" else range(_FIRST_CITY, 100)
        if int(number) not in numbers:
            row.fail(f"{record.code} is not the code of a {record.kind}")
        records.append(record)
    return records


@_loader
def load_minimum_wages(root: Path) -> list[MinimumWageRecord]:
    """Load `wages/ump.csv`: rupiah a month; `confirmed` is 0 where the amount could not be confirmed."""
    rows = read_rows(root, "wages/ump.csv", ("year", "province_code", "amount", "confirmed"))
    refuse_repeated(rows, "year", "province_code")
    provinces = {province.code for province in load_provinces(root)}
    return [
        MinimumWageRecord(
            year=row.integer("year", 2000, 2100),
            province_code=row.one_of("province_code", provinces),
            amount=row.integer("amount", 1, 1_000_000_000),
            confirmed=row.one_of("confirmed", ("0", "1")) == "1",
        )
        for row in rows
    ]


@_loader
def load_education(root: Path) -> list[EducationRecord]:
    """Load `education.csv`, from none to the doctorate."""
    rows = read_rows(root, "education.csv", ("code", "ordinal", "label_id", "label_en", "kkni_level"))
    refuse_repeated(rows, "code")
    refuse_ambiguous(rows, "label_id", "label_en")
    return [
        EducationRecord(
            code=row.matching("code", _SMALL),
            ordinal=row.integer("ordinal", 0, 20),
            label_id=row.text("label_id"),
            label_en=row.text("label_en"),
            kkni_level=row.optional_integer("kkni_level", 1, 9),
        )
        for row in rows
    ]


def _load_codes(root: Path, file: str) -> list[CodeRecord]:
    rows = read_rows(root, file, ("code", "label_id", "label_en"))
    refuse_repeated(rows, "code")
    refuse_ambiguous(rows, "label_id", "label_en")
    return [CodeRecord(row.matching("code", _SMALL), row.text("label_id"), row.text("label_en")) for row in rows]


@_loader
def load_work_relations(root: Path) -> list[CodeRecord]:
    """Load `work_relations.csv`: permanent, fixed term, daily, ..."""
    return _load_codes(root, "work_relations.csv")


@_loader
def load_work_arrangements(root: Path) -> list[CodeRecord]:
    """Load `work_arrangements.csv`: on site, hybrid, remote, remote for a foreign client."""
    return _load_codes(root, "work_arrangements.csv")


@_loader
def load_languages(root: Path) -> list[CodeRecord]:
    """Load `languages.csv`: codes of ISO 639-1, or of ISO 639-3 where there is none."""
    return _load_codes(root, "languages.csv")


@_loader
def load_licences(root: Path) -> list[CodeRecord]:
    """Load `licences.csv`: driving licences, professional registrations, operators' permits."""
    return _load_codes(root, "licences.csv")


@_loader
def load_accommodations(root: Path) -> list[CodeRecord]:
    """Load `accommodations.csv`: what a workplace can offer to people with a disability."""
    return _load_codes(root, "accommodations.csv")


@_loader
def load_benefits(root: Path) -> list[CodeRecord]:
    """Load `benefits.csv`: social insurance, allowances, leave."""
    return _load_codes(root, "benefits.csv")


@_loader
def load_transition_reasons(root: Path) -> list[CodeRecord]:
    """Load `transition_reasons.csv`: why an application or a vacancy was turned down or closed."""
    return _load_codes(root, "transition_reasons.csv")
