"""What the demo consists of, as plain records. Codes are those of the reference data, pay is whole rupiah.

`..._days_ago` and `..._days_left` count from the day of seeding; a negative number lies on the other side.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationRecord:
    """An employer, training provider, certification body or programme owner."""

    key: str
    kind: str
    name: str
    legal_form: str
    size_class: str | None
    ownership: str
    head_count: int
    nib: str | None
    licence_number: str | None
    licence_valid_days: int | None
    region_code: str
    address: str
    industry_edition: str | None
    industry_code: str | None
    email: str
    phone: str
    website: str | None
    status: str
    status_reason: str | None
    schemes: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """A demo account; its password is `app.data.demo.PASSWORD`."""

    key: str
    email: str
    display_name: str
    roles: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipRecord:
    """An account's place in an organization, both by key."""

    account: str
    organization: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRecord:
    """A machine client that acts for an organization."""

    client_id: str
    name: str
    organization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EducationEntry:
    """A school or a study."""

    level: str
    institution: str
    field: str | None
    start_year: int
    end_year: int
    completed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperienceEntry:
    """A job held, from the first day of a month to the last of one; `end_date` is None while it goes on."""

    occupation_code: str
    title: str
    employer_name: str
    region_code: str
    start_date: date
    end_date: date | None
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCertificate:
    """A certificate from outside of the hub, as the talent tells it."""

    title: str
    issuer: str
    scheme: str | None
    number: str | None
    issued_on: date
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabilityEntry:
    """What a talent told of a disability; `share` lets employers see the accommodations."""

    kinds: tuple[str, ...]
    accommodations: tuple[str, ...]
    share: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TalentRecord:
    """A talent. `account` is a demo account's key, or None where the seed makes one from `email` and `phone`.

    `skills` are (code, level 1-4), `languages` (code, CEFR level or native), `links` (label, address).
    """

    key: str
    account: str | None
    email: str
    full_name: str
    sex: str
    birth_date: date
    nik: str | None
    phone: str
    region_code: str
    headline: str
    summary: str | None
    education: tuple[EducationEntry, ...]
    experience: tuple[ExperienceEntry, ...]
    skills: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, str], ...]
    licences: tuple[str, ...]
    declared_certificates: tuple[DeclaredCertificate, ...]
    links: tuple[tuple[str, str], ...]
    preferred_occupations: tuple[str, ...]
    preferred_regions: tuple[str, ...]
    preferred_relations: tuple[str, ...]
    minimum_pay: int
    open_to_remote: bool
    disability: DisabilityEntry | None
    visible_to_employers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillNeed:
    """A skill that a vacancy asks for, at a level of 1 to 4."""

    code: str
    level: int
    essential: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateNeed:
    """A certificate that a vacancy asks for: any scheme of a group will do."""

    scheme: str
    mandatory: bool
    alternative_group: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VacancyRecord:
    """A vacancy. It was written (and, where it is or was public, published) `posted_days_ago`.

    `valid_days` runs from that day; `publish_in_days` is set for a scheduled one, `closed_days_ago` for one
    that is closed, filled, expired or blocked. `languages` are (code, lowest level).
    """

    key: str
    organization: str
    status: str
    status_reason: str | None
    title: str
    description: str
    occupation_code: str
    openings: int
    filled_count: int
    posted_days_ago: int
    valid_days: int
    publish_in_days: int | None
    closed_days_ago: int | None
    region_code: str
    work_arrangement: str
    work_relation: str
    contract_months: int | None
    probation_months: int | None
    working_days_per_month: int | None
    placement_scope: str
    placement_country: str | None
    placement_agency_licence: str | None
    placement_contract: str | None
    pay_minimum: int
    pay_maximum: int
    pay_period: str
    education_minimum: str | None
    experience_years: int | None
    skills: tuple[SkillNeed, ...]
    certificates: tuple[CertificateNeed, ...]
    required_licences: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]
    benefits: tuple[str, ...]
    accommodations: tuple[str, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord:
    """A certificate of competence; `valid_days_left` is negative once it has expired."""

    key: str
    body: str
    scheme: str
    talent: str
    number: str
    issued_days_ago: int
    valid_days_left: int
    status: str
    status_reason: str | None
    supersedes: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRecord:
    """An application; `reason` is a transition reason's code where it was rejected."""

    key: str
    talent: str
    vacancy: str
    status: str
    submitted_days_ago: int
    reason: str | None
    cover_note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoData:
    """The whole demo, each part in the order of its file."""

    organizations: tuple[OrganizationRecord, ...]
    accounts: tuple[AccountRecord, ...]
    memberships: tuple[MembershipRecord, ...]
    partners: tuple[PartnerRecord, ...]
    talents: tuple[TalentRecord, ...]
    vacancies: tuple[VacancyRecord, ...]
    certificates: tuple[CertificateRecord, ...]
    applications: tuple[ApplicationRecord, ...]
