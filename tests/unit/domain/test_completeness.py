"""Completeness: it adds up, it never falls, and it asks for nothing protected."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.completeness import ITEMS, REASON_TEXTS, ProfileFacts, completeness

FIELDS = {field.name: field.type for field in dataclasses.fields(ProfileFacts)}
facts = st.fixed_dictionaries(
    {name: st.integers(0, 9) if kind == "int" else st.booleans() for name, kind in FIELDS.items()}
)


@given(facts)
def test_what_is_filled_and_what_is_missing_make_100(values: dict[str, Any]) -> None:
    result = completeness(ProfileFacts(**values))
    assert 0 <= result.percent <= 100
    assert result.percent + sum(item.weight for item in result.missing) == 100
    weights = [item.weight for item in result.missing]
    assert weights == sorted(weights, reverse=True)


@given(facts, st.sampled_from(sorted(FIELDS)))
def test_filling_in_never_lowers_it(values: dict[str, Any], name: str) -> None:
    before = completeness(ProfileFacts(**values))
    after = completeness(ProfileFacts(**values | {name: 9 if FIELDS[name] == "int" else True}))
    assert after.percent >= before.percent
    assert set(after.missing) <= set(before.missing)


def test_nothing_is_0_and_everything_is_100() -> None:
    assert completeness(ProfileFacts()).percent == 0
    full: dict[str, Any] = {name: 9 if kind == "int" else True for name, kind in FIELDS.items()}
    assert completeness(ProfileFacts(**full)).percent == 100


def test_every_item_can_be_filled_and_says_why_in_both_languages() -> None:
    assert len({item.code for item in ITEMS}) == len(ITEMS)
    assert {item.reason_code for item in ITEMS} == set(REASON_TEXTS)
    assert all(text[language] for text in REASON_TEXTS.values() for language in ("id", "en"))


def test_nobody_is_asked_for_a_protected_attribute() -> None:
    asked = " ".join([*FIELDS, *(item.code for item in ITEMS)])
    assert not any(word in asked for word in ("disab", "sex", "religion", "marital", "photo", "nik"))


def test_a_first_job_seeker_lacks_no_experience() -> None:
    assert "experience" in {item.code for item in completeness(ProfileFacts()).missing}
    first = completeness(ProfileFacts(is_first_job_seeker=True))
    assert "experience" not in {item.code for item in first.missing}
