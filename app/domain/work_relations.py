"""Words of work (relations, pay, organizations, evidence) and the rules of law that hang on them.

Sources: PP 35/2021 (fixed-term and daily work), UU 13/2003 art. 60 (probation), UU 18/2017 (work abroad), PP
36/2021 art. 17 (daily pay).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.findings import Finding


class WorkRelation(StrEnum):
    """By what contract somebody works."""

    PKWTT = "pkwtt"
    PKWT_TIME = "pkwt_time"
    PKWT_JOB = "pkwt_job"
    DAILY = "daily"
    OUTSOURCED = "outsourced"
    APPRENTICESHIP = "apprenticeship"
    INTERNSHIP = "internship"
    FREELANCE = "freelance"
    PLATFORM = "platform"


FIXED_TERM: Final = frozenset({WorkRelation.PKWT_TIME, WorkRelation.PKWT_JOB})
WAGED: Final = frozenset(
    {
        WorkRelation.PKWTT,
        WorkRelation.PKWT_TIME,
        WorkRelation.PKWT_JOB,
        WorkRelation.DAILY,
        WorkRelation.OUTSOURCED,
    }
)
"""The relations that are employment, to which the minimum wage applies."""


class WorkArrangement(StrEnum):
    """Where the work is done."""

    ONSITE = "onsite"
    HYBRID = "hybrid"
    REMOTE = "remote"
    REMOTE_FOREIGN = "remote_foreign"


class PayPeriod(StrEnum):
    """For what span the pay is stated."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    PROJECT = "project"


class PlacementScope(StrEnum):
    """How far a worker is placed: locally, in another province, abroad."""

    AKL = "akl"
    AKAD = "akad"
    AKAN = "akan"


class Evidence(StrEnum):
    """What stands behind a skill in a profile."""

    DECLARED = "declared"
    INFERRED = "inferred"
    COURSE = "course"
    CERTIFIED = "certified"

    @property
    def is_verified(self) -> bool:
        """A certificate in force or a completed course counts as verified."""
        return self in {Evidence.COURSE, Evidence.CERTIFIED}


class ApplicationMethod(StrEnum):
    """How to apply: in the hub, or by a link of the partner's."""

    HUB = "hub"
    LINK = "link"


class OrganizationKind(StrEnum):
    """What an organization does on the hub."""

    EMPLOYER = "employer"
    TRAINING_PROVIDER = "training_provider"
    CERTIFICATION_BODY = "certification_body"
    PROGRAMME_OWNER = "programme_owner"


class LegalForm(StrEnum):
    """Whether an employer is a company or a person."""

    COMPANY = "company"
    INDIVIDUAL = "individual"


class CompanySize(StrEnum):
    """The size class of PP 7/2021."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Sex(StrEnum):
    """As a civil register knows it; a limit in a vacancy needs a reason and an approval."""

    FEMALE = "female"
    MALE = "male"


class LanguageLevel(StrEnum):
    """CEFR level, or native; in rising order."""

    A1 = "a1"
    A2 = "a2"
    B1 = "b1"
    B2 = "b2"
    C1 = "c1"
    C2 = "c2"
    NATIVE = "native"

    @property
    def ordinal(self) -> int:
        """A1 is 1, native is 7."""
        return tuple(LanguageLevel).index(self) + 1


HOURS_PER_MONTH: Final = 173
"""40 hours a week, 52 weeks, 12 months (PP 35/2021 art. 32: an hour's wage is 1/173 of a month's)."""

DAYS_PER_MONTH: Final = {6: 25, 5: 21}
"""Paid days a month by working days a week (PP 36/2021 art. 17)."""


def pay_monthly(
    amount: int, period: PayPeriod, *, hours_per_month: int | None = None, days_per_week: int = 6
) -> int | None:
    """Convert pay to whole rupiah a month, rounded down so that no pay looks better than it is.

    Hour: times `hours_per_month`, by default 173. Day: times 25 (six days a week) or 21 (five). Week: times
    52/12. Year: a twelfth. Project: None, for it has no month. Raises `ValueError` for a negative amount,
    hours below 1, or a week of other than five or six days.
    """
    if amount < 0:
        raise ValueError("amount is negative")
    if hours_per_month is not None and hours_per_month < 1:
        raise ValueError("hours_per_month is below 1")
    if days_per_week not in DAYS_PER_MONTH:
        raise ValueError("days_per_week is neither 5 nor 6")
    match period:
        case PayPeriod.HOUR:
            return amount * (hours_per_month or HOURS_PER_MONTH)
        case PayPeriod.DAY:
            return amount * DAYS_PER_MONTH[days_per_week]
        case PayPeriod.WEEK:
            return amount * 52 // 12
        case PayPeriod.MONTH:
            return amount
        case PayPeriod.YEAR:
            return amount // 12
    return None


def fixed_term_compensation(months: int, monthly_wage: int) -> int:
    """Compute the compensation at the end of a fixed term: months/12 of a month's wage, rounded down.

    PP 35/2021 art. 16. Due from the first full month on, so 0 for less. Raises `ValueError` for a negative
    argument.
    """
    if months < 0 or monthly_wage < 0:
        raise ValueError("negative argument")
    return months * monthly_wage // 12


MAX_FIXED_TERM_MONTHS: Final = 60
MAX_PROBATION_MONTHS: Final = 3
MAX_DAILY_DAYS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationTerms:
    """The part of a vacancy's terms that labour law looks at.

    Spans are whole months and days, the fee is rupiah. `contract_months` counts extensions in;
    `working_days_per_month` is what is planned for daily work.
    """

    relation: WorkRelation
    arrangement: WorkArrangement = WorkArrangement.ONSITE
    scope: PlacementScope = PlacementScope.AKL
    contract_months: int | None = None
    probation_months: int | None = None
    working_days_per_month: int | None = None
    placement_agency_licence: str | None = None
    placement_country: str | None = None
    placement_contract: str | None = None
    placement_fee: int = 0


def validate_relation(terms: RelationTerms) -> list[Finding]:
    """Check the terms against the law; each finding is an error that carries its article and its limit."""
    return [*_contract_findings(terms), *_placement_findings(terms)]


def _contract_findings(terms: RelationTerms) -> Iterator[Finding]:
    months, probation, days = terms.contract_months, terms.probation_months, terms.working_days_per_month
    if months is not None and months < 1:
        yield Finding("contract_months_not_positive", "/contract_months")
    if probation is not None and probation < 0:
        yield Finding("probation_months_negative", "/probation_months")
    if terms.relation in FIXED_TERM:
        if terms.relation is WorkRelation.PKWT_TIME and months is None:
            yield Finding("fixed_term_months_missing", "/contract_months", article="PP 35/2021 art. 6")
        if months is not None and months > MAX_FIXED_TERM_MONTHS:
            yield Finding(
                "fixed_term_too_long",
                "/contract_months",
                article="PP 35/2021 art. 8",
                params={"max_months": MAX_FIXED_TERM_MONTHS},
            )
        if probation:
            yield Finding("probation_on_fixed_term", "/probation_months", article="PP 35/2021 art. 12")
    elif probation is not None and probation > MAX_PROBATION_MONTHS:
        yield Finding(
            "probation_too_long",
            "/probation_months",
            article="UU 13/2003 art. 60",
            params={"max_months": MAX_PROBATION_MONTHS},
        )
    if terms.relation is WorkRelation.DAILY and days is not None and days > MAX_DAILY_DAYS:
        yield Finding(
            "daily_too_many_days",
            "/working_days_per_month",
            article="PP 35/2021 art. 10",
            params={"max_days": MAX_DAILY_DAYS},
        )
    if days is not None and not 1 <= days <= 31:  # noqa: PLR2004 - days of a month
        yield Finding("working_days_out_of_range", "/working_days_per_month")


def _placement_findings(terms: RelationTerms) -> Iterator[Finding]:
    if terms.placement_fee > 0:
        yield Finding("placement_fee_refused", "/placement_fee", article="UU 18/2017 art. 30")
    if terms.placement_fee < 0:
        yield Finding("placement_fee_negative", "/placement_fee")
    if terms.scope is not PlacementScope.AKAN:
        return
    if terms.arrangement is WorkArrangement.REMOTE_FOREIGN:
        # The worker stays in Indonesia: there is no placement abroad to license.
        yield Finding("remote_foreign_is_not_akan", "/placement_scope")
        return
    wanted = {
        "placement_agency_licence": terms.placement_agency_licence,
        "placement_country": terms.placement_country,
        "placement_contract": terms.placement_contract,
    }
    for name, value in wanted.items():
        if not (value or "").strip():
            yield Finding(f"{name}_missing", f"/{name}", article="UU 18/2017")
    if (terms.placement_country or "").strip().upper() == "ID":
        yield Finding("placement_country_is_home", "/placement_country", article="UU 18/2017")
