"""A CV in the shape of JSON Resume 1.0.0. Members keep the names of that schema; what is not known is left out."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Iso8601 = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""A day, month or year."""


class _Piece(BaseModel):
    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, populate_by_name=True, use_attribute_docstrings=True
    )


class Location(_Piece):
    """Where the person lives."""

    address: str | None = None
    city: str | None = None
    region: str | None = None
    country_code: str = "ID"


class WebProfile(_Piece):
    """A public page."""

    network: str
    url: str


class Basics(_Piece):
    """Who it is."""

    name: str
    label: str | None = None
    image: str | None = None
    email: str | None = None
    phone: str | None = None
    summary: str | None = None
    location: Location
    profiles: list[WebProfile]


class Work(_Piece):
    """A job held."""

    name: str
    position: str
    location: str | None = None
    start_date: Iso8601
    end_date: Iso8601 | None = None
    summary: str | None = None


class Study(_Piece):
    """A school or a study."""

    institution: str
    area: str | None = None
    study_type: str
    start_date: Iso8601 | None = None
    end_date: Iso8601 | None = None


class ResumeCertificate(_Piece):
    """A certificate."""

    name: str
    date: Iso8601
    issuer: str
    url: str | None = None


class ResumeSkill(_Piece):
    """A skill; the evidence for it is among the keywords."""

    name: str
    level: str
    keywords: list[str]


class ResumeLanguage(_Piece):
    """A language spoken."""

    language: str
    fluency: str


class Meta(_Piece):
    """About the document."""

    version: Annotated[str, Field(description="Version of the JSON Resume schema")]
    last_modified: str


class JsonResume(_Piece):
    """A CV (JSON Resume 1.0.0)."""

    basics: Basics
    work: list[Work]
    education: list[Study]
    certificates: list[ResumeCertificate]
    skills: list[ResumeSkill]
    languages: list[ResumeLanguage]
    meta: Meta
