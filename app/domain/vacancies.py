"""Rules over a vacancy's terms that need nothing but the terms and the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from app.domain.certificates import local_date
from app.domain.findings import Finding, Severity
from app.domain.work_relations import RelationTerms, Sex, WorkRelation, validate_relation

MAX_VALIDITY_DAYS: Final = 180
"""Default for how long a vacancy may stay open; the caller passes the configured value."""

MIN_WORKING_AGE: Final = 18
MAX_AGE: Final = 100
MAX_EXPERIENCE_YEARS: Final = 50

LIMITS_ARTICLE: Final = "SE Menaker M/6/HK.04/V/2025"
CUSTODY_ARTICLE: Final = "SE Menaker M/5/HK.04.00/V/2025"
CHILD_ARTICLE: Final = "UU 13/2003 art. 68"
CURRICULUM_ARTICLE: Final = "UU 13/2003 art. 70"


class LimitReason(StrEnum):
    """Why the nature of a job would demand a limit on age or sex; an officer judges it."""

    HAZARDOUS_WORK = "hazardous_work"
    LEGAL_REQUIREMENT = "legal_requirement"
    PHYSICAL_DEMAND = "physical_demand"
    PRIVACY_OF_CLIENTS = "privacy_of_clients"
    ROLE_AUTHENTICITY = "role_authenticity"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCustody:
    """The one allowed keeping of a document: for training the employer paid, agreed in writing."""

    agreement_reference: str | None
    return_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VacancyTerms:
    """The terms of a vacancy.

    Pay is in whole units of its currency, ages and experience in whole years. Dates are days in western
    Indonesia (WIB), `publish_at` is an aware time; `limits_approved` says that an officer approved the limits
    on age and sex.
    """

    openings: int
    valid_from: date
    valid_until: date
    relation: RelationTerms
    filled_count: int = 0
    pay_minimum: int | None = None
    pay_maximum: int | None = None
    publish_at: datetime | None = None
    experience_years: int | None = None
    age_minimum: int | None = None
    age_maximum: int | None = None
    sex_required: Sex | None = None
    limit_reason: LimitReason | None = None
    limits_approved: bool = False
    document_custody: DocumentCustody | None = None

    @property
    def has_limits(self) -> bool:
        """Tell whether age or sex is limited at all."""
        return self.age_minimum is not None or self.age_maximum is not None or self.sex_required is not None


def validate_terms(
    terms: VacancyTerms,
    *,
    now: datetime,
    max_validity_days: int = MAX_VALIDITY_DAYS,
    for_publication: bool = False,
) -> list[Finding]:
    """Check the terms; labour law (`validate_relation`) included.

    `for_publication` adds what must hold before the vacancy goes public: approved limits. Until then a
    missing approval is a warning. Findings point at the fields of `VacancyTerms` and `RelationTerms`.
    """
    return [
        *_count_findings(terms),
        *_pay_findings(terms),
        *_date_findings(terms, now, max_validity_days),
        *_limit_findings(terms, for_publication=for_publication),
        *_custody_findings(terms, local_date(now)),
        *validate_relation(terms.relation),
    ]


def _count_findings(terms: VacancyTerms) -> Iterator[Finding]:
    if terms.openings < 1:
        yield Finding("openings_not_positive", "/openings")
    if not 0 <= terms.filled_count <= max(terms.openings, 0):
        yield Finding("filled_count_out_of_range", "/filled_count", params={"openings": terms.openings})
    years = terms.experience_years
    if years is not None and not 0 <= years <= MAX_EXPERIENCE_YEARS:
        yield Finding("experience_years_out_of_range", "/experience_years", params={"max_years": MAX_EXPERIENCE_YEARS})


def _pay_findings(terms: VacancyTerms) -> Iterator[Finding]:
    low, high = terms.pay_minimum, terms.pay_maximum
    if low is not None and low < 0:
        yield Finding("pay_negative", "/pay_minimum")
    if high is not None and high < 0:
        yield Finding("pay_negative", "/pay_maximum")
    if low is not None and high is not None and low > high:
        yield Finding("pay_out_of_order", "/pay_maximum", params={"pay_minimum": low})


def _date_findings(terms: VacancyTerms, now: datetime, max_validity_days: int) -> Iterator[Finding]:
    if terms.valid_until < terms.valid_from:
        yield Finding("dates_out_of_order", "/valid_until", params={"valid_from": terms.valid_from.isoformat()})
    elif (terms.valid_until - terms.valid_from).days > max_validity_days:
        yield Finding("validity_too_long", "/valid_until", params={"max_days": max_validity_days})
    if terms.valid_until < local_date(now):
        yield Finding("valid_until_in_the_past", "/valid_until")
    if terms.publish_at is not None and local_date(terms.publish_at) > terms.valid_until:
        yield Finding("publish_at_after_validity", "/publish_at")


def _limit_findings(terms: VacancyTerms, *, for_publication: bool) -> Iterator[Finding]:
    ages = {"age_minimum": terms.age_minimum, "age_maximum": terms.age_maximum}
    for name, age in ages.items():
        if age is not None and age < MIN_WORKING_AGE:
            # A pupil may work as part of the curriculum; that is for an officer to see.
            learning = terms.relation.relation in {WorkRelation.APPRENTICESHIP, WorkRelation.INTERNSHIP}
            yield Finding(
                "age_below_working_age",
                f"/{name}",
                Severity.WARNING if learning else Severity.ERROR,
                CURRICULUM_ARTICLE if learning else CHILD_ARTICLE,
                {"min_age": MIN_WORKING_AGE},
            )
        if age is not None and age > MAX_AGE:
            yield Finding("age_out_of_range", f"/{name}", params={"max_age": MAX_AGE})
    low, high = terms.age_minimum, terms.age_maximum
    if low is not None and high is not None and low > high:
        yield Finding("ages_out_of_order", "/age_maximum", params={"age_minimum": low})
    if not terms.has_limits:
        return
    if terms.limit_reason is None:
        yield Finding("limit_reason_missing", "/limit_reason", article=LIMITS_ARTICLE)
    if not terms.limits_approved:
        severity = Severity.ERROR if for_publication else Severity.WARNING
        yield Finding("limits_not_approved", "/limit_reason", severity, LIMITS_ARTICLE)


def _custody_findings(terms: VacancyTerms, today: date) -> Iterator[Finding]:
    custody = terms.document_custody
    if custody is None:
        return
    if not (custody.agreement_reference or "").strip():
        yield Finding("custody_agreement_missing", "/document_custody/agreement_reference", article=CUSTODY_ARTICLE)
    if custody.return_on is None:
        yield Finding("custody_return_date_missing", "/document_custody/return_on", article=CUSTODY_ARTICLE)
    elif custody.return_on < today:
        yield Finding("custody_return_date_past", "/document_custody/return_on", article=CUSTODY_ARTICLE)
