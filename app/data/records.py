"""What a line of each reference data file says, as frozen records.

Labels come in Indonesian (`_id`) and English (`_en`). References between records are codes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """A code of a small list with its labels."""

    code: str
    label_id: str
    label_en: str


@dataclass(frozen=True, slots=True)
class SkillRecord:
    """A skill: `kind` is knowledge, skill, language or transversal; `related` is stated on both sides."""

    code: str
    label_id: str
    label_en: str
    kind: str
    aliases_id: tuple[str, ...]
    aliases_en: tuple[str, ...]
    broader: tuple[str, ...]
    related: tuple[str, ...]
    description_id: str


@dataclass(frozen=True, slots=True)
class OccupationGroupRecord:
    """A group of occupations: KBJI 2014 major (1 digit), sub-major (2) or minor (3) group."""

    code: str
    label_id: str
    label_en: str

    @property
    def parent(self) -> str | None:
        """The group one digit above; None for a major group."""
        return self.code[:-1] or None


@dataclass(frozen=True, slots=True)
class OccupationRecord:
    """An occupation: a KBJI 2014 unit group (`NNNN`) or one of its jobs (`NNNN.NN`), with skill codes."""

    code: str
    label_id: str
    label_en: str
    aliases_id: tuple[str, ...]
    aliases_en: tuple[str, ...]
    education_typical: str
    essential: tuple[str, ...]
    preferred: tuple[str, ...]

    @property
    def parent(self) -> str:
        """The unit group of a job, or the minor group of a unit group."""
        return self.code.partition(".")[0] if "." in self.code else self.code[:-1]


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A unit of competency by its SKKNI code, with the codes of the skills that it proves."""

    code: str
    title_id: str
    title_en: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchemeRecord:
    """A certification scheme: `kind` is kkni, occupation or cluster (a cluster has no KKNI level)."""

    code: str
    label_id: str
    label_en: str
    kind: str
    kkni_level: int | None
    occupation: str
    validity_months: int
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndustryRecord:
    """A KBLI section (letter), division (2 digits) or class (5 digits) in one edition.

    The parent of a class is its division, the parent of a division its section.
    """

    edition: str
    code: str
    section: str
    label_id: str
    label_en: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class ProvinceRecord:
    """A province; `replaced_by` is None for one in force."""

    code: str
    label: str
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class RegencyRecord:
    """A regency (second part of the code 01-69) or city (71-99)."""

    code: str
    province_code: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class MinimumWageRecord:
    """A provincial minimum wage (UMP) in whole rupiah a month."""

    year: int
    province_code: str
    amount: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class EducationRecord:
    """A level of education; peers share an `ordinal`. `kkni_level` is 1-9, None without schooling."""

    code: str
    ordinal: int
    label_id: str
    label_en: str
    kkni_level: int | None
