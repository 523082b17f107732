"""Vacancy terms: each rule on its own, over generated terms that break only that one."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.findings import Severity
from app.domain.vacancies import (
    DocumentCustody,
    LimitReason,
    VacancyTerms,
    validate_terms,
)
from app.domain.work_relations import RelationTerms, Sex, WorkRelation

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TODAY = date(2026, 3, 1)
GOOD = VacancyTerms(
    openings=2,
    valid_from=TODAY,
    valid_until=TODAY + timedelta(days=30),
    relation=RelationTerms(relation=WorkRelation.PKWTT),
)


def found(terms: VacancyTerms, **options: Any) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in validate_terms(terms, now=NOW, **options)}


def with_(**changes: Any) -> VacancyTerms:
    return dataclasses.replace(GOOD, **changes)


def test_good_terms_have_no_findings() -> None:
    assert found(GOOD, for_publication=True) == {}


def custody(reference: str | None, days: int | None) -> DocumentCustody:
    return_on = None if days is None else TODAY + timedelta(days=days)
    return DocumentCustody(agreement_reference=reference, return_on=return_on)


LIMITED: dict[str, Any] = {"limit_reason": LimitReason.LEGAL_REQUIREMENT, "limits_approved": True}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"openings": 2}, None),
        ({"openings": 0}, "openings_not_positive"),
        ({"filled_count": 2}, None),
        ({"filled_count": 3}, "filled_count_out_of_range"),
        ({"experience_years": 50}, None),
        ({"experience_years": 51}, "experience_years_out_of_range"),
        ({"pay_minimum": 5, "pay_maximum": 5}, None),
        ({"pay_minimum": -1}, "pay_negative"),
        ({"pay_maximum": -1}, "pay_negative"),
        ({"pay_minimum": 6, "pay_maximum": 5}, "pay_out_of_order"),
        ({"valid_until": TODAY}, None),
        ({"valid_from": TODAY + timedelta(days=31)}, "dates_out_of_order"),
        ({"valid_until": TODAY + timedelta(days=180)}, None),
        ({"valid_until": TODAY + timedelta(days=181)}, "validity_too_long"),
        ({"age_minimum": 18, **LIMITED}, None),
        ({"age_minimum": 17, **LIMITED}, "age_below_working_age"),
        ({"age_maximum": 100, **LIMITED}, None),
        ({"age_maximum": 101, **LIMITED}, "age_out_of_range"),
        ({"age_minimum": 31, "age_maximum": 30, **LIMITED}, "ages_out_of_order"),
        ({"sex_required": Sex.FEMALE, **LIMITED}, None),
        ({"sex_required": Sex.FEMALE, **LIMITED, "limit_reason": None}, "limit_reason_missing"),
        ({"sex_required": Sex.FEMALE, **LIMITED, "limits_approved": False}, "limits_not_approved"),
        ({"document_custody": custody("PK-7/2026", 0)}, None),
        ({"document_custody": custody(" ", 0)}, "custody_agreement_missing"),
        ({"document_custody": custody("PK-7/2026", None)}, "custody_return_date_missing"),
        ({"document_custody": custody("PK-7/2026", -1)}, "custody_return_date_past"),
    ],
)
def test_each_rule_at_its_edge(changes: dict[str, Any], code: str | None) -> None:
    assert list(found(with_(**changes), for_publication=True)) == ([] if code is None else [code])


def test_the_past_and_a_late_publication() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert list(found(with_(valid_from=yesterday, valid_until=yesterday))) == ["valid_until_in_the_past"]
    late = datetime(2026, 3, 31, 17, 0, tzinfo=UTC)
    assert list(found(with_(publish_at=late))) == ["publish_at_after_validity"]
    assert found(with_(publish_at=late - timedelta(seconds=1))) == {}


@given(st.integers(-3, 5), st.integers(-3, 8))
def test_head_counts(openings: int, filled: int) -> None:
    codes = found(with_(openings=openings, filled_count=filled))
    assert ("openings_not_positive" in codes) == (openings < 1)
    assert ("filled_count_out_of_range" in codes) == (filled < 0 or filled > max(openings, 0))


@given(st.none() | st.integers(-5, 20), st.none() | st.integers(-5, 20))
def test_pay_is_in_order(low: int | None, high: int | None) -> None:
    codes = found(with_(pay_minimum=low, pay_maximum=high))
    both = low is not None and high is not None
    assert ("pay_out_of_order" in codes) == (both and (low or 0) > (high or 0))
    assert ("pay_negative" in codes) == ((low or 0) < 0 or (high or 0) < 0)


@given(st.integers(-400, 400), st.integers(-100, 400), st.integers(1, 365))
def test_dates_are_in_order_and_not_too_far_apart(start: int, length: int, limit: int) -> None:
    first = TODAY + timedelta(days=start)
    last = first + timedelta(days=length)
    codes = found(with_(valid_from=first, valid_until=last), max_validity_days=limit)
    assert ("dates_out_of_order" in codes) == (length < 0)
    assert ("validity_too_long" in codes) == (length > limit)
    assert ("valid_until_in_the_past" in codes) == (start + length < 0)


@given(st.integers(-60, 60), st.integers(0, 86_399))
def test_publication_lies_within_the_validity(day: int, second: int) -> None:
    publish_at = datetime(2026, 3, 31, 17, 0, tzinfo=UTC) + timedelta(days=day, seconds=second)
    # 17:00 UTC is midnight in western Indonesia: the validity ends with that instant.
    assert ("publish_at_after_validity" in found(with_(publish_at=publish_at))) == (day >= 0)


@given(st.none() | st.integers(-5, 80))
def test_experience_has_a_range(years: int | None) -> None:
    codes = found(with_(experience_years=years))
    assert ("experience_years_out_of_range" in codes) == (years is not None and not 0 <= years <= 50)


limits = st.fixed_dictionaries(
    {
        "age_minimum": st.none() | st.integers(10, 120),
        "age_maximum": st.none() | st.integers(10, 120),
        "sex_required": st.none() | st.sampled_from(list(Sex)),
        "limit_reason": st.none() | st.sampled_from(list(LimitReason)),
        "limits_approved": st.booleans(),
    }
)


@given(limits, st.booleans())
def test_a_limit_needs_a_reason_and_an_approval(limit: dict[str, Any], for_publication: bool) -> None:
    codes = found(with_(**limit), for_publication=for_publication)
    limited = any(limit[name] is not None for name in ("age_minimum", "age_maximum", "sex_required"))
    assert ("limit_reason_missing" in codes) == (limited and limit["limit_reason"] is None)
    assert ("limits_not_approved" in codes) == (limited and not limit["limits_approved"])
    if "limits_not_approved" in codes:
        assert codes["limits_not_approved"] is (Severity.ERROR if for_publication else Severity.WARNING)
    ages = [limit[name] for name in ("age_minimum", "age_maximum") if limit[name] is not None]
    assert ("age_below_working_age" in codes) == any(age < 18 for age in ages)
    assert ("age_out_of_range" in codes) == any(age > 100 for age in ages)
    assert ("ages_out_of_order" in codes) == (len(ages) == 2 and ages[0] > ages[1])


@pytest.mark.parametrize("relation", list(WorkRelation))
def test_a_pupil_may_learn_at_work(relation: WorkRelation) -> None:
    terms = with_(age_minimum=16, relation=RelationTerms(relation=relation, contract_months=6))
    learning = relation in {WorkRelation.APPRENTICESHIP, WorkRelation.INTERNSHIP}
    assert found(terms)["age_below_working_age"] is (Severity.WARNING if learning else Severity.ERROR)


@given(st.sampled_from([None, "", " ", "PK-7/2026"]), st.none() | st.integers(-10, 10))
def test_a_document_is_kept_only_by_agreement_and_until_a_date(reference: str | None, day: int | None) -> None:
    codes = found(with_(document_custody=custody(reference, day)))
    assert ("custody_agreement_missing" in codes) == (reference != "PK-7/2026")
    assert ("custody_return_date_missing" in codes) == (day is None)
    assert ("custody_return_date_past" in codes) == (day is not None and day < 0)


def test_labour_law_is_included_and_pointers_name_fields() -> None:
    bad = with_(
        openings=0,
        filled_count=-1,
        pay_minimum=2,
        pay_maximum=1,
        valid_until=TODAY - timedelta(days=1),
        age_minimum=5,
        relation=RelationTerms(relation=WorkRelation.PKWT_TIME, contract_months=61, placement_fee=1),
        document_custody=DocumentCustody(agreement_reference=None, return_on=None),
    )
    findings = validate_terms(bad, now=NOW)
    assert {"fixed_term_too_long", "placement_fee_refused"} <= {finding.code for finding in findings}
    names = {field.name for kind in (VacancyTerms, RelationTerms) for field in dataclasses.fields(kind)}
    assert all(finding.field.split("/")[1] in names for finding in findings)
