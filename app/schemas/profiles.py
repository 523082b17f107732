"""A talent's profile as the talent sees it, and, apart from it, as an employer does."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, EmailStr, Field, Strict, StringConstraints, field_validator

from app.core.coded import CodedValueError
from app.schemas.common import Code, CodeLabel, Input, Line, Money, Output, Prose, WebUrl, Whole
from app.schemas.identity import phone
from app.schemas.profile_parts import (
    DeclaredCertificateOut,
    EducationOut,
    ExperienceOut,
    LanguageOut,
    LicenceOut,
    LinkOut,
    SkillOut,
    absent,
    examples,
)

Sex = Literal["female", "male"]
Disability = Literal["physical", "intellectual", "mental", "sensory"]
"""The kinds of UU 8/2016, art. 4."""


def _distinct(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise CodedValueError("duplicate", "Ada kode yang ditulis dua kali.", "A code is there twice.")
    return values


Codes = Annotated[list[Code], Field(max_length=20), AfterValidator(_distinct)]
"""Up to 20 different codes."""


class ContactPatch(Input):
    """How a talent can be reached; absent members stay, null clears."""

    email: EmailStr | None = None
    phone: Annotated[str | None, Field(description="Indonesian mobile number; kept as E.164")] = None

    @field_validator("email")
    @classmethod
    def _email(cls, value: str | None) -> str | None:
        return value.lower() if value else None

    @field_validator("phone")
    @classmethod
    def _phone(cls, value: str | None) -> str | None:
        return phone(value)


class PreferencesPatch(Input):
    """What work a talent looks for; absent members stay, null clears."""

    occupations: Codes | None = None
    regions: Codes | None = None
    relations: Codes | None = None
    open_to_remote: Annotated[bool | None, Strict()] = None
    minimum_pay: Annotated[Whole | None, Field(description="Rupiah a month")] = None
    available_from: date | None = None


class ProfilePatch(Input):
    """Changes of the profile (JSON Merge Patch): absent members stay, null clears, objects are merged."""

    model_config = examples(
        {
            "headline": "Pengembang web yang terbiasa dengan koperasi dan klinik",
            "region_code": "32.73",
            "preferences": {"occupations": ["2513"], "relations": ["pkwtt"], "minimum_pay": 4500000},
        }
    )

    full_name: Line = Field(default_factory=absent)
    birth_date: date | None = None
    sex: Sex | None = None
    region_code: Annotated[Code | None, Field(description="Wilayah code of the home")] = None
    address: Line | None = None
    contact: ContactPatch | None = None
    headline: Line | None = None
    summary: Prose | None = None
    photo_url: WebUrl | None = None
    first_job_seeker: Annotated[bool, Strict(), Field(default_factory=absent, description="Looks for a first job")]
    preferences: PreferencesPatch | None = None


class Contact(Output):
    """How the talent can be reached."""

    email: str | None
    phone: str | None


class Preferences(Output):
    """What work the talent looks for."""

    occupations: list[CodeLabel]
    regions: list[CodeLabel]
    relations: list[CodeLabel]
    open_to_remote: bool
    minimum_pay: Annotated[Money | None, Field(description="A month")]
    available_from: date | None


class Visibility(Output):
    """Whether employers can find the profile, without the name; it is the consent `visible_to_employers`."""

    visible_to_employers: Annotated[bool, Field(description="Found by employers now: every consent for it is live")]
    consent: Annotated[str, Field(description="The purpose to give or withdraw at /v1/me/consents/{purpose}")]
    given_at: datetime | None
    missing_consents: list[str]


class HeldCertificate(Output):
    """A certificate of the hub that is in force."""

    id: UUID
    number: str
    scheme: CodeLabel
    issuer: str
    issued_on: date
    valid_until: date


class ProfileOut(Output):
    """The whole profile, for its talent only. The NIK is masked; disability has an address of its own."""

    id: UUID
    full_name: str
    nik: Annotated[str | None, Field(description="Masked")]
    birth_date: date | None
    sex: Sex | None
    region: CodeLabel | None
    address: str | None
    contact: Contact
    headline: str | None
    summary: str | None
    photo_url: str | None
    first_job_seeker: bool
    preferences: Preferences
    visibility: Visibility
    processed: Annotated[
        bool, Field(description="False while consent to `profile_processing` is withdrawn: not matched")
    ]
    completeness: Annotated[int, Field(ge=0, le=100, description="Percent")]
    education: list[EducationOut]
    experience: list[ExperienceOut]
    skills: list[SkillOut]
    languages: list[LanguageOut]
    certificates: Annotated[list[HeldCertificate], Field(description="Issued on the hub and in force")]
    certificates_elsewhere: Annotated[list[DeclaredCertificateOut], Field(description="As declared")]
    licences: list[LicenceOut]
    links: list[LinkOut]
    created_at: datetime
    updated_at: datetime


class IdentityIn(Input):
    """The number of the identity card."""

    model_config = examples({"nik": "3273014502030002"})

    nik: Annotated[str, StringConstraints(min_length=1, max_length=40), Field(description="16 digits")]


class IdentityWarning(Output):
    """What the NIK says otherwise than the profile; never an error, since a NIK outlives moves and corrections."""

    pointer: str
    code: str
    message: str


class IdentityOut(Output):
    """The recorded NIK, masked; null where there is none."""

    nik: str | None
    warnings: list[IdentityWarning]


class DisabilityIn(Input):
    """A disability and the accommodations wished for. Given freely, never ranked."""

    model_config = examples(
        {"kinds": ["sensory"], "accommodations": ["sign_interpreter"], "share_accommodations": True}
    )

    kinds: Annotated[list[Disability], Field(max_length=4), AfterValidator(_distinct)]
    accommodations: Codes = Field(default_factory=list)
    share_accommodations: Annotated[
        bool, Strict(), Field(description="Show the accommodations (never the disability) to employers")
    ] = False


class DisabilityOut(Output):
    """What the talent told; `recorded` is false where nothing is kept."""

    recorded: bool
    kinds: list[CodeLabel]
    accommodations: list[CodeLabel]
    share_accommodations: bool


class MissingItem(Output):
    """Something that the profile does not have yet."""

    code: str
    points: Annotated[int, Field(description="Percent that it would add")]
    reason_code: str
    reason: Annotated[str, Field(description="Why it matters to the talent")]


class CompletenessOut(Output):
    """How complete the profile is. Sex, photo, NIK and disability never count."""

    percent: Annotated[int, Field(ge=0, le=100)]
    missing: Annotated[list[MissingItem], Field(description="The heaviest first")]


class EmployerEducation(Output):
    """A school or a study."""

    level: CodeLabel
    institution: str
    field: str | None
    end_year: int | None
    completed: bool


class EmployerExperience(Output):
    """A job held."""

    occupation: CodeLabel
    title: str
    employer_name: str
    region: CodeLabel | None
    start_date: date
    end_date: date | None
    description: str | None


class EmployerCertificate(Output):
    """A certificate: `verified` if the hub holds it and it is in force, else as declared. Without its number."""

    title: str
    scheme: CodeLabel | None
    issuer: str
    issued_on: date
    valid_until: date | None
    verified: bool


class TalentForEmployer(Output):
    """A talent as an employer sees one.

    Never contact, address, NIK, birth date, sex or disability. Name, photo and links stay hidden until the talent has
    applied to one of the employer's vacancies; until then contacts and the name are left out of own texts, too.
    """

    id: UUID
    name: Annotated[str | None, Field(description="Null until the talent has applied to the employer")]
    photo_url: str | None
    headline: str | None
    summary: str | None
    region: Annotated[CodeLabel | None, Field(description="Regency or city, never nearer")]
    education: list[EmployerEducation]
    experience: list[EmployerExperience]
    skills: list[SkillOut]
    languages: list[LanguageOut]
    certificates: list[EmployerCertificate]
    licences: list[LicenceOut]
    links: list[LinkOut]
    occupations: Annotated[list[CodeLabel], Field(description="Occupations looked for")]
    relations: list[CodeLabel]
    open_to_remote: bool
    available_from: date | None
    accommodations: Annotated[list[CodeLabel], Field(description="Only what the talent chose to share")]
