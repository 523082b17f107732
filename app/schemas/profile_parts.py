"""The parts of a profile: education, experience, skills, languages, certificates held elsewhere, licences, links."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, Strict

from app.schemas.common import Code, CodeLabel, Input, Level, Line, Output, Prose, WebUrl

Year = Annotated[int, Strict(), Field(ge=1900, le=2200)]
"""A calendar year."""
LanguageLevel = Literal["a1", "a2", "b1", "b2", "c1", "c2", "native"]
"""A CEFR level, or native."""
Evidence = Literal["declared", "inferred", "course", "certified"]
"""What proves a skill; decided by the hub, never by the talent."""


def absent() -> Any:  # stands in for a value of any type
    """Stand in for a member that a merge patch leaves out and that may not be null; never read."""
    return None


def examples(*values: dict[str, Any]) -> ConfigDict:
    """Examples of a body."""
    return ConfigDict(json_schema_extra={"examples": list(values)})


# --- education --------------------------------------------------------------------------------------------


class EducationIn(Input):
    """A school or a study."""

    model_config = examples(
        {
            "level": "smk",
            "institution": "SMK Negeri 4 Bandung",
            "field": "Rekayasa Perangkat Lunak",
            "start_year": 2019,
            "end_year": 2022,
        }
    )

    level: Annotated[Code, Field(description="Level of education, e.g. `smk`, `s1`")]
    institution: Line
    field: Line | None = None
    start_year: Year | None = None
    end_year: Annotated[Year | None, Field(description="Not in the future")] = None
    completed: Annotated[bool, Strict(), Field(description="False while it goes on, or when broken off")] = True


class EducationPatch(Input):
    """Changes of an education (JSON Merge Patch)."""

    model_config = examples({"field": "Teknik Informatika"})

    level: Code = Field(default_factory=absent)
    institution: Line = Field(default_factory=absent)
    field: Line | None = None
    start_year: Year | None = None
    end_year: Year | None = None
    completed: Annotated[bool, Strict()] = Field(default_factory=absent)


class EducationOut(Output):
    """A school or a study."""

    id: UUID
    level: CodeLabel
    institution: str
    field: str | None
    start_year: int | None
    end_year: int | None
    completed: bool


# --- experience -------------------------------------------------------------------------------------------


class ExperienceIn(Input):
    """A job held; it may overlap with others."""

    model_config = examples(
        {
            "occupation_code": "2513",
            "title": "Pengembang Web Junior",
            "employer_name": "Koperasi Digital Sejahtera",
            "region_code": "32.73",
            "start_date": "2023-02-01",
            "end_date": "2024-08-31",
            "description": "Merawat aplikasi simpan pinjam.",
        }
    )

    occupation_code: Annotated[Code, Field(description="KBJI unit group or job")]
    title: Line
    employer_name: Line
    region_code: Code | None = None
    start_date: Annotated[date, Field(description="Not in the future")]
    end_date: Annotated[date | None, Field(description="Null while it goes on; not in the future")] = None
    description: Prose | None = None


class ExperiencePatch(Input):
    """Changes of an experience (JSON Merge Patch)."""

    model_config = examples({"description": "Merawat aplikasi simpan pinjam untuk 12 cabang."})

    occupation_code: Code = Field(default_factory=absent)
    title: Line = Field(default_factory=absent)
    employer_name: Line = Field(default_factory=absent)
    region_code: Code | None = None
    start_date: date = Field(default_factory=absent)
    end_date: date | None = None
    description: Prose | None = None


class ExperienceOut(Output):
    """A job held."""

    id: UUID
    occupation: CodeLabel
    title: str
    employer_name: str
    region: CodeLabel | None
    start_date: date
    end_date: date | None
    description: str | None


# --- certificates held elsewhere, links -------------------------------------------------------------------


class DeclaredCertificateIn(Input):
    """A certificate that somebody outside of the hub gave; shown as declared, it proves no skill."""

    model_config = examples(
        {
            "title": "Pelatihan Dasar Jaringan",
            "issuer": "BLK Bandung",
            "issued_on": "2023-06-10",
            "number": "BLK/2023/118",
        }
    )

    title: Line
    issuer: Line
    scheme_code: Annotated[Code | None, Field(description="The certification scheme, where there is one")] = None
    number: Line | None = None
    issued_on: Annotated[date, Field(description="Not in the future")]
    valid_until: date | None = None
    url: WebUrl | None = None


class DeclaredCertificatePatch(Input):
    """Changes of a declared certificate (JSON Merge Patch)."""

    model_config = examples({"valid_until": "2027-06-10"})

    title: Line = Field(default_factory=absent)
    issuer: Line = Field(default_factory=absent)
    scheme_code: Code | None = None
    number: Line | None = None
    issued_on: date = Field(default_factory=absent)
    valid_until: date | None = None
    url: WebUrl | None = None


class DeclaredCertificateOut(Output):
    """A certificate held elsewhere, as the talent declares it."""

    id: UUID
    title: str
    issuer: str
    scheme: CodeLabel | None
    number: str | None
    issued_on: date
    valid_until: date | None
    url: str | None


class LinkIn(Input):
    """A public page of the talent's."""

    model_config = examples({"label": "Portofolio", "url": "https://portofolio.example.com/rizky"})

    label: Line
    url: WebUrl


class LinkPatch(Input):
    """Changes of a link (JSON Merge Patch)."""

    model_config = examples({"label": "Portofolio desain"})

    label: Line = Field(default_factory=absent)
    url: WebUrl = Field(default_factory=absent)


class LinkOut(Output):
    """A public page of the talent's."""

    id: UUID
    label: str
    url: str


# --- skills, languages, licences: one entry a code --------------------------------------------------------


class SkillLevelIn(Input):
    """How well a skill is held. What proves it is decided by the hub."""

    model_config = examples({"level": 2, "since": "2022-07-01"})

    level: Annotated[Level, Field(description="1 basic, 2 works alone, 3 advanced, 4 expert")]
    since: Annotated[date | None, Field(description="Not in the future")] = None


class SkillIn(SkillLevelIn):
    """A skill with its level."""

    model_config = examples({"code": "SK-0003", "level": 2})

    code: Annotated[Code, Field(description="Code of the skill")]


class SkillsIn(Input):
    """Several skills at once; those that the profile has already are changed."""

    model_config = examples({"skills": [{"code": "SK-0003", "level": 2}, {"code": "SK-0002", "level": 3}]})

    skills: Annotated[list[SkillIn], Field(min_length=1, max_length=200)]


class SkillOut(Output):
    """A skill held, by own word or by a certificate in force."""

    skill: CodeLabel
    level: Annotated[int, Field(description="What counts, 1-4")]
    declared_level: Annotated[int | None, Field(description="The own entry; null where only a certificate tells")]
    evidence: Annotated[Evidence, Field(description="The best there is: `certified` while a certificate is in force")]
    since: date | None
    proven_by: Annotated[list[CodeLabel], Field(description="Schemes of the certificates in force that prove it")]


class LanguageIn(Input):
    """How well a language is spoken."""

    model_config = examples({"level": "b1"})

    level: LanguageLevel


class LanguageOut(Output):
    """A language spoken."""

    language: CodeLabel
    level: LanguageLevel


class LicenceIn(Input):
    """Until when a licence runs; null where it has no end."""

    model_config = examples({"valid_until": "2028-03-31"})

    valid_until: date | None = None


class LicenceOut(Output):
    """A licence by law."""

    licence: CodeLabel
    valid_until: date | None
    in_force: bool
