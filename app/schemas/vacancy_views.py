"""Vacancies as callers read them: a summary, the public detail, the view of those who work on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.schemas.common import CodeLabel, Output


class Employer(Output):
    """The employer behind a vacancy."""

    id: UUID
    name: str
    logo_url: str | None


class Pay(Output):
    """Pay in whole units of the currency, for the period; null bounds are not stated."""

    minimum: int | None
    maximum: int | None
    currency: str
    period: str


class VacancySummary(Output):
    """A vacancy in a list."""

    id: UUID
    title: str
    employer: Employer
    occupation: CodeLabel
    region: CodeLabel
    work_arrangement: CodeLabel
    work_relation: CodeLabel
    pay: Annotated[Pay | None, Field(description="Null where the employer does not show it")]
    education_minimum: CodeLabel | None
    experience_years: int | None
    openings: int
    application_method: str
    published_at: datetime | None
    valid_until: date
    last_confirmed_at: datetime | None


class OwnVacancySummary(VacancySummary):
    """A vacancy in the list of its employer or of an officer."""

    status: str
    publish_at: datetime | None
    actions: Annotated[list[str], Field(description="What the caller may do next")]
    created_at: datetime
    updated_at: datetime


class SkillWanted(Output):
    """A skill at the level asked for (1 to 4)."""

    code: str
    label: str
    level: int


class LanguageWanted(Output):
    """A language at the CEFR level asked for."""

    code: str
    label: str
    level: str


class Place(Output):
    """Coordinates, WGS 84 in degrees."""

    latitude: float
    longitude: float


class SourceOut(Output):
    """The portal that the vacancy comes from."""

    portal: str
    external_id: str | None
    url: str | None


class CustodyOut(Output):
    """The agreement under which documents are kept, and until when."""

    agreement_reference: str
    return_on: date


class VacancyOut(VacancySummary):
    """A vacancy in full, as everybody sees it."""

    status: str
    description: str
    industry_edition: str | None
    industry: CodeLabel | None
    filled_count: Annotated[int, Field(description="Heads placed so far, never above openings")]
    valid_from: date
    coordinates: Place | None
    contract_months: int | None
    probation_months: int | None
    working_days_per_month: int | None
    placement_scope: str
    placement_country: str | None
    placement_agency_licence: str | None
    placement_contract: str | None
    placement_fee: Annotated[int, Field(description="Always 0: a fee is refused")]
    required_skills: list[SkillWanted]
    preferred_skills: list[SkillWanted]
    required_certificates: Annotated[list[list[CodeLabel]], Field(description="One scheme of every inner list")]
    preferred_certificates: list[CodeLabel]
    languages: list[LanguageWanted]
    required_licences: list[CodeLabel]
    accommodations: list[CodeLabel]
    benefits: list[CodeLabel]
    documents: list[str]
    age_minimum: int | None
    age_maximum: int | None
    sex_required: str | None
    limit_reason: str | None
    document_custody: CustodyOut | None
    application_url: str | None
    source: SourceOut | None
    verified_at: Annotated[datetime | None, Field(description="When an officer approved it")]


class FindingOut(Output):
    """One rule that the vacancy breaks or comes close to."""

    code: str
    severity: Literal["error", "warning", "info"]
    pointer: str
    article: Annotated[str | None, Field(description="Where the rule is written, null for plain logic")]
    message: str


class OwnVacancyOut(VacancyOut):
    """A vacancy as its employer, its partner and the officers of its region see it, in every state."""

    status_reason: str | None
    publish_at: datetime | None
    pay_shown: bool
    pay_monthly_minimum: Annotated[int | None, Field(description="Rupiah a month, derived; null in other currencies")]
    pay_monthly_maximum: int | None
    limits_approved: Annotated[bool, Field(description="An officer approved the limits of age and sex")]
    closed_at: datetime | None
    findings: list[FindingOut]
    actions: Annotated[list[str], Field(description="What the caller may do next")]
    editable: Annotated[list[str], Field(description="Members that PATCH takes in this state")]
    created_at: datetime
    updated_at: datetime


class PublicationOut(Output):
    """Whether and when a vacancy is public."""

    vacancy_id: UUID
    status: str
    public: Annotated[bool, Field(description="Everybody sees it now")]
    hidden_because: Annotated[
        Literal["not_published", "past_valid_until", "employer_not_verified"] | None,
        Field(description="Why it is not public, null where it is"),
    ]
    publish_at: datetime | None
    published_at: datetime | None
    valid_until: date


class Understood(Output):
    """How the filters were understood; null where one was not given."""

    region: CodeLabel | None
    occupation: CodeLabel | None
    relation: list[CodeLabel]
    arrangement: list[CodeLabel]
    pay_min: Annotated[int | None, Field(description="Rupiah a month; vacancies that hide their pay are left out")]
    education: Annotated[CodeLabel | None, Field(description="Vacancies that ask for no more than this level")]
    skill: CodeLabel | None
    employer: CodeLabel | None
    posted_since: datetime | None
    remote: bool | None
    sort: str


class VacancyPage(Output):
    """A page of public vacancies."""

    items: list[VacancySummary]
    next_cursor: str | None
    interpreted: Understood
