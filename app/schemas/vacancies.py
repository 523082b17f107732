"""Vacancies as callers write them. What they read is in `vacancy_views`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, Strict, StringConstraints

from app.core.coded import CodedValueError
from app.core.demo_ids import demo_id
from app.domain.vacancies import LimitReason
from app.domain.work_relations import (
    LanguageLevel,
    PayPeriod,
    PlacementScope,
    Sex,
    WorkArrangement,
    WorkRelation,
)
from app.schemas.common import Code, Input, Level, Line, Prose, WebUrl, Whole

_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100


def _plausible(value: datetime) -> datetime:
    """Refuse times so far away that a change of zone would leave the calendar."""
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise CodedValueError(
            "time_out_of_range",
            f"Tahun harus antara {_FIRST_YEAR} dan {_LAST_YEAR}.",
            f"The year must lie between {_FIRST_YEAR} and {_LAST_YEAR}.",
        )
    return value


PlausibleTime = Annotated[AwareDatetime, AfterValidator(_plausible)]
"""An RFC 3339 time with a zone, in the years 2000 to 2100."""

Currency = Literal[
    "IDR", "AED", "AUD", "BND", "CNY", "EUR", "GBP", "HKD", "JPY", "KRW", "KWD", "MYR", "NZD", "PLN", "QAR",
    "SAR", "SGD", "THB", "TRY", "TWD", "USD",
]  # fmt: skip
"""ISO 4217: the rupiah, and the currencies of the countries that Indonesians work in or for."""
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Months = Annotated[int, Strict(), Field(ge=0, le=600)]
Years = Annotated[int, Strict(), Field(ge=0, le=99)]
Age = Annotated[int, Strict(), Field(ge=0, le=150)]
Openings = Annotated[int, Strict(), Field(ge=1, le=100_000)]
Codes = Annotated[list[Code], Field(max_length=50)]


class PayPatch(Input):
    """Pay, or a change of it: whole units of the currency; null where not stated."""

    minimum: Whole | None = None
    maximum: Whole | None = None
    currency: Currency = "IDR"
    period: PayPeriod = PayPeriod.MONTH
    shown: Annotated[bool, Strict(), Field(description="False keeps the pay out of every public answer and filter")] = (
        True
    )


class SkillAsked(Input):
    """A skill at the level asked for."""

    code: Code
    level: Level


class LanguageAsked(Input):
    """A language at the CEFR level asked for."""

    code: Code
    level: LanguageLevel


class Coordinates(Input):
    """Where the work is done, WGS 84 in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Source(Input):
    """Where the vacancy comes from, if from another portal; portal and id are unique together."""

    portal: Line
    external_id: Line
    url: WebUrl | None = None


class Custody(Input):
    """The one allowed keeping of a document: for training the employer paid, agreed in writing."""

    agreement_reference: Line | None = None
    return_on: date | None = None


class _Optional(Input):
    """What a vacancy may say; null, an empty list or the default where it does not."""

    industry_edition: Literal["2020", "2025"] | None = None
    industry_code: Annotated[Code | None, Field(description="KBLI class of that edition")] = None
    coordinates: Coordinates | None = None
    contract_months: Annotated[Months | None, Field(description="Length of a fixed term, extensions included")] = None
    probation_months: Months | None = None
    working_days_per_month: Annotated[int, Strict(), Field(ge=0, le=31)] | None = None
    placement_scope: Annotated[PlacementScope, Field(description="akl local, akad between provinces, akan abroad")] = (
        PlacementScope.AKL
    )
    placement_country: Country | None = None
    placement_agency_licence: Line | None = None
    placement_contract: Annotated[Line | None, Field(description="Reference of the placement contract")] = None
    placement_fee: Annotated[Whole, Field(description="What the talent pays; above 0 is refused")] = 0
    education_minimum: Annotated[Code | None, Field(description="Code of the education scale")] = None
    experience_years: Years | None = None
    required_skills: Annotated[list[SkillAsked], Field(max_length=50)] = Field(default_factory=list)
    preferred_skills: Annotated[list[SkillAsked], Field(max_length=50)] = Field(default_factory=list)
    required_certificates: Annotated[
        list[Annotated[list[Code], Field(min_length=1, max_length=20)]],
        Field(max_length=10, description="Of every inner list one scheme must be held"),
    ] = Field(default_factory=list)
    preferred_certificates: Annotated[list[Code], Field(max_length=20, description="Schemes that count in favour")] = (
        Field(default_factory=list)
    )
    languages: Annotated[list[LanguageAsked], Field(max_length=20)] = Field(default_factory=list)
    required_licences: Codes = Field(default_factory=list)
    accommodations: Annotated[list[Code], Field(max_length=50, description="What is provided for disability")] = Field(
        default_factory=list
    )
    benefits: Codes = Field(default_factory=list)
    documents: Annotated[list[Line], Field(max_length=20, description="Papers asked for on applying")] = Field(
        default_factory=list
    )
    age_minimum: Age | None = None
    age_maximum: Age | None = None
    sex_required: Sex | None = None
    limit_reason: Annotated[
        LimitReason | None,
        Field(description="Why the job demands a limit of age or sex; an officer judges it"),
    ] = None
    document_custody: Custody | None = None
    application_method: Annotated[
        Literal["hub", "link"], Field(description="Apply in the hub, or by `application_url`")
    ] = "hub"
    application_url: WebUrl | None = None
    source: Source | None = None
    publish_at: Annotated[
        PlausibleTime | None, Field(description="Goes public at this time once approved; null: on approval")
    ] = None


class VacancyIn(_Optional):
    """A new vacancy, a draft."""

    organization_id: Annotated[UUID, Field(description="The employer; the caller is its editor, owner or partner")]
    title: Line
    description: Prose
    occupation_code: Annotated[Code, Field(description="KBJI 2014, four digits or more")]
    openings: Annotated[Openings, Field(description="Head count")]
    valid_from: date
    valid_until: Annotated[date, Field(description="The last day on which it is open (WIB)")]
    region_code: Annotated[Code, Field(description="Wilayah code of the place of work")]
    work_arrangement: WorkArrangement
    work_relation: WorkRelation
    pay: PayPatch = PayPatch()

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organization_id": str(demo_id("organization", "emp-lentera-kode")),
                    "title": "Pengembang Web Junior",
                    "description": "Membangun dan merawat aplikasi web untuk klinik dan koperasi.",
                    "occupation_code": "2513",
                    "openings": 2,
                    "valid_from": "2030-01-07",
                    "valid_until": "2030-03-31",
                    "region_code": "32.73",
                    "work_arrangement": "hybrid",
                    "work_relation": "pkwtt",
                    "pay": {"minimum": 6_000_000, "maximum": 9_000_000, "shown": True},
                    "required_skills": [{"code": "SK-0005", "level": 2}],
                    "preferred_certificates": ["SKM-0002"],
                }
            ]
        }
    )


def _patch_schema(schema: dict[str, Any]) -> None:
    """An absent member stays as it is, so that no member of a patch has a default."""
    for member in schema["properties"].values():
        member.pop("default", None)
    schema["examples"] = [{"openings": 4}]


class VacancyPatch(_Optional):
    """Changes of a vacancy (JSON Merge Patch): absent members stay, null clears, lists are replaced."""

    title: Line = ""
    description: Prose = ""
    occupation_code: Code = ""
    openings: Openings = 1
    valid_from: date = date.min
    valid_until: date = date.min
    region_code: Code = ""
    work_arrangement: WorkArrangement = WorkArrangement.ONSITE
    work_relation: WorkRelation = WorkRelation.PKWTT
    pay: PayPatch = PayPatch()

    model_config = ConfigDict(json_schema_extra=_patch_schema)

    def changes(self) -> dict[str, Any]:
        """The members that were sent."""
        return self.model_dump(exclude_unset=True)


class PublicationIn(Input):
    """When an approved vacancy that waits for its date goes public."""

    publish_at: Annotated[PlausibleTime | None, Field(description="A new date; null: now")] = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"publish_at": None}]})


class SuspensionIn(Input):
    """A pause by the employer; the reason is optional."""

    reason: Annotated[str, StringConstraints(min_length=3, max_length=1000)] | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Seleksi tahap pertama sedang berjalan."}]})
