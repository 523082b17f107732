"""Applications to vacancies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.common import CodeLabel, Input, Output, Prose, Reason
from app.schemas.vacancy_views import VacancySummary

Stage = Literal["viewed", "shortlisted", "test", "interview", "offered", "hired"]


class ApplicationIn(Input):
    """An application; the profile goes along as it is now."""

    cover_note: Prose | None = None

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"cover_note": "Saya menyelesaikan pelatihan web 240 jam dan siap mulai."}]}
    )


class StageIn(Input):
    """A stage further on; stages may be skipped, never taken back."""

    stage: Stage
    reason: Reason | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"stage": "shortlisted"}]})


class SnapshotEducation(Output):
    """A school or study."""

    level: CodeLabel
    institution: str
    field: str | None
    start_year: int | None
    end_year: int | None
    completed: bool


class SnapshotExperience(Output):
    """A job held."""

    occupation: CodeLabel
    title: str
    employer_name: str
    region: CodeLabel | None
    start_date: date
    end_date: date | None
    description: str | None


class SnapshotSkill(Output):
    """A skill at a level of 1 to 4, with the evidence for it."""

    code: str
    label: str
    level: int
    evidence: str
    since: date | None


class SnapshotLanguage(Output):
    """A language at a CEFR level."""

    code: str
    label: str
    level: str


class SnapshotCertificate(Output):
    """A certificate that a body issued on the hub, in force on applying."""

    number: str
    scheme: CodeLabel
    body: str
    issued_on: date
    valid_until: date


class SnapshotDeclared(Output):
    """A certificate held elsewhere, as the talent declares it."""

    title: str
    issuer: str
    number: str | None
    issued_on: date
    valid_until: date | None
    url: str | None


class SnapshotLicence(Output):
    """A licence by law."""

    licence: CodeLabel
    valid_until: date | None


class SnapshotLink(Output):
    """A public link."""

    label: str
    url: str


class ProfileSnapshot(Output):
    """The talent's profile as it was on applying.

    Never in it: NIK, birth date, sex, address, photo, disability, the pay asked for.
    """

    taken_at: datetime
    full_name: str
    headline: str | None
    summary: str | None
    contact_email: str | None
    contact_phone: str | None
    region: CodeLabel | None
    available_from: date | None
    education: list[SnapshotEducation]
    experience: list[SnapshotExperience]
    skills: list[SnapshotSkill]
    languages: list[SnapshotLanguage]
    certificates: list[SnapshotCertificate]
    declared_certificates: list[SnapshotDeclared]
    licences: list[SnapshotLicence]
    links: list[SnapshotLink]


class Applicant(Output):
    """Who applies."""

    id: UUID
    full_name: str
    headline: str | None


class ApplicationOut(Output):
    """An application as its talent or the employer sees it."""

    id: UUID
    vacancy: VacancySummary
    applicant: Annotated[
        Applicant | None,
        Field(description="Null to the employer once the talent withdrew the application or the consent to share"),
    ]
    status: str
    status_reason: Annotated[str | None, Field(description="Why the last step was taken")]
    submitted_at: datetime
    updated_at: datetime
    decided_at: datetime | None
    actions: Annotated[list[str], Field(description="What the caller may do next")]


class ApplicationDetail(ApplicationOut):
    """An application in full."""

    cover_note: str | None
    snapshot: Annotated[ProfileSnapshot | None, Field(description="Null where `applicant` is")]
