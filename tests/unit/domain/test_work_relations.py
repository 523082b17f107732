"""Work relations: pay by the month, and the law on contracts and placements."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.findings import Finding, Severity, refused
from app.domain.work_relations import (
    FIXED_TERM,
    Evidence,
    LanguageLevel,
    PayPeriod,
    PlacementScope,
    RelationTerms,
    WorkArrangement,
    WorkRelation,
    fixed_term_compensation,
    pay_monthly,
    validate_relation,
)

amounts = st.integers(0, 10**12)
relations = st.sampled_from(list(WorkRelation))
AKAN = RelationTerms(
    relation=WorkRelation.PKWT_TIME,
    scope=PlacementScope.AKAN,
    contract_months=24,
    placement_agency_licence="P3MI-1",
    placement_country="JP",
    placement_contract="K-1",
)


def codes(terms: RelationTerms) -> set[str]:
    return {finding.code for finding in validate_relation(terms)}


@given(amounts, st.sampled_from(list(PayPeriod)), st.none() | st.integers(1, 400), st.sampled_from([5, 6]))
def test_a_months_pay_is_the_exact_one_rounded_down(
    amount: int, period: PayPeriod, hours: int | None, days: int
) -> None:
    factor = {
        PayPeriod.HOUR: Fraction(hours or 173),
        PayPeriod.DAY: Fraction({6: 25, 5: 21}[days]),
        PayPeriod.WEEK: Fraction(52, 12),
        PayPeriod.MONTH: Fraction(1),
        PayPeriod.YEAR: Fraction(1, 12),
    }
    monthly = pay_monthly(amount, period, hours_per_month=hours, days_per_week=days)
    if period is PayPeriod.PROJECT:
        assert monthly is None
    else:
        assert monthly is not None
        assert 0 <= amount * factor[period] - monthly < 1


def test_a_months_pay_by_example() -> None:
    assert pay_monthly(20_000, PayPeriod.HOUR) == 3_460_000
    assert pay_monthly(20_000, PayPeriod.HOUR, hours_per_month=100) == 2_000_000
    assert pay_monthly(100_000, PayPeriod.DAY) == 2_500_000
    assert pay_monthly(100_000, PayPeriod.DAY, days_per_week=5) == 2_100_000
    assert pay_monthly(1_000_000, PayPeriod.WEEK) == 4_333_333
    assert pay_monthly(3_000_000, PayPeriod.MONTH) == 3_000_000
    assert pay_monthly(36_000_001, PayPeriod.YEAR) == 3_000_000
    assert pay_monthly(5_000_000, PayPeriod.PROJECT) is None


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (RelationTerms(relation=WorkRelation.PKWT_JOB), None),
        (RelationTerms(relation=WorkRelation.PKWT_TIME), "fixed_term_months_missing"),
        (RelationTerms(relation=WorkRelation.PKWT_TIME, contract_months=60), None),
        (RelationTerms(relation=WorkRelation.PKWT_TIME, contract_months=61), "fixed_term_too_long"),
        (RelationTerms(relation=WorkRelation.PKWT_JOB, probation_months=0), None),
        (RelationTerms(relation=WorkRelation.PKWT_JOB, probation_months=1), "probation_on_fixed_term"),
        (RelationTerms(relation=WorkRelation.PKWTT, probation_months=3), None),
        (RelationTerms(relation=WorkRelation.PKWTT, probation_months=4), "probation_too_long"),
        (RelationTerms(relation=WorkRelation.DAILY, working_days_per_month=20), None),
        (RelationTerms(relation=WorkRelation.DAILY, working_days_per_month=21), "daily_too_many_days"),
        (RelationTerms(relation=WorkRelation.PKWTT, working_days_per_month=31), None),
        (RelationTerms(relation=WorkRelation.PKWTT, working_days_per_month=0), "working_days_out_of_range"),
        (RelationTerms(relation=WorkRelation.PKWTT, placement_fee=1), "placement_fee_refused"),
        (RelationTerms(relation=WorkRelation.PKWTT, placement_fee=-1), "placement_fee_negative"),
    ],
)
def test_each_rule_at_its_edge(terms: RelationTerms, code: str | None) -> None:
    assert [finding.code for finding in validate_relation(terms)] == ([] if code is None else [code])


@pytest.mark.parametrize(("amount", "hours", "days"), [(-1, None, 6), (1, 0, 6), (1, None, 7)])
def test_pay_out_of_range_is_a_callers_mistake(amount: int, hours: int | None, days: int) -> None:
    with pytest.raises(ValueError, match=r"amount|hours_per_month|days_per_week"):
        pay_monthly(amount, PayPeriod.MONTH, hours_per_month=hours, days_per_week=days)


@given(st.integers(0, 60), amounts)
def test_compensation_is_a_twelfth_a_month(months: int, wage: int) -> None:
    assert 0 <= Fraction(months * wage, 12) - fixed_term_compensation(months, wage) < 1
    assert fixed_term_compensation(12, wage) == wage


@pytest.mark.parametrize(("months", "wage"), [(-1, 1), (1, -1)])
def test_compensation_of_nothing(months: int, wage: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        fixed_term_compensation(months, wage)


@given(relations, st.none() | st.integers(1, 200))
def test_a_fixed_term_ends_within_five_years(relation: WorkRelation, months: int | None) -> None:
    found = codes(RelationTerms(relation=relation, contract_months=months))
    too_long = relation in FIXED_TERM and months is not None and months > 60
    assert ("fixed_term_too_long" in found) == too_long
    assert ("fixed_term_months_missing" in found) == (relation is WorkRelation.PKWT_TIME and months is None)


@given(relations, st.none() | st.integers(0, 24))
def test_probation(relation: WorkRelation, months: int | None) -> None:
    found = codes(RelationTerms(relation=relation, contract_months=12, probation_months=months))
    fixed = relation in FIXED_TERM
    assert ("probation_on_fixed_term" in found) == (fixed and bool(months))
    assert ("probation_too_long" in found) == (not fixed and months is not None and months > 3)


@given(relations, st.integers(-5, 40))
def test_daily_work_is_under_21_days_a_month(relation: WorkRelation, days: int) -> None:
    found = codes(RelationTerms(relation=relation, contract_months=12, working_days_per_month=days))
    assert ("daily_too_many_days" in found) == (relation is WorkRelation.DAILY and days >= 21)
    assert ("working_days_out_of_range" in found) == (not 1 <= days <= 31)


def test_spans_below_nothing() -> None:
    terms = RelationTerms(relation=WorkRelation.PKWTT, contract_months=0, probation_months=-1)
    assert codes(terms) == {"contract_months_not_positive", "probation_months_negative"}


@given(st.sampled_from(["placement_agency_licence", "placement_country", "placement_contract"]))
def test_work_abroad_needs_agency_country_and_contract(name: str) -> None:
    assert codes(AKAN) == set()
    without: dict[str, Any] = {name: None}
    blank: dict[str, Any] = {name: "  "}
    assert codes(dataclasses.replace(AKAN, **without)) == {f"{name}_missing"}
    assert codes(dataclasses.replace(AKAN, **blank)) == {f"{name}_missing"}
    assert codes(dataclasses.replace(AKAN, **without, scope=PlacementScope.AKAD)) == set()


def test_abroad_is_not_at_home() -> None:
    assert codes(dataclasses.replace(AKAN, placement_country=" id ")) == {"placement_country_is_home"}


def test_remote_work_for_a_foreign_client_is_not_a_placement_abroad() -> None:
    remote = RelationTerms(relation=WorkRelation.FREELANCE, arrangement=WorkArrangement.REMOTE_FOREIGN)
    assert codes(remote) == set()
    assert codes(dataclasses.replace(remote, scope=PlacementScope.AKAN)) == {"remote_foreign_is_not_akan"}


@given(st.integers(-10, 10), st.sampled_from(list(PlacementScope)))
def test_a_placement_fee_is_refused(fee: int, scope: PlacementScope) -> None:
    found = validate_relation(dataclasses.replace(AKAN, placement_fee=fee, scope=scope))
    assert [finding.code for finding in found] == (
        ["placement_fee_refused"] if fee > 0 else ["placement_fee_negative"] if fee < 0 else []
    )
    assert refused(found) == (fee != 0)


def test_evidence_and_languages() -> None:
    assert {evidence for evidence in Evidence if evidence.is_verified} == {
        Evidence.COURSE,
        Evidence.CERTIFIED,
    }
    assert [level.ordinal for level in LanguageLevel] == [1, 2, 3, 4, 5, 6, 7]
    assert LanguageLevel.NATIVE.ordinal > LanguageLevel.C2.ordinal > LanguageLevel.A1.ordinal


def test_a_finding_cannot_be_changed_from_outside() -> None:
    params: dict[str, str | int] = {"floor": 1}
    finding = Finding("code", "/field", Severity.WARNING, params=params)
    params["floor"] = 2
    assert finding.params == {"floor": 1}
    assert not refused([finding])
    assert refused([finding, Finding("other", "/field")])
