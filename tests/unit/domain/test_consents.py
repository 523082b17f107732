"""Consents: no processing without its purposes, and a withdrawal stops what needs it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.consents import (
    NEEDS,
    TEXTS,
    Processing,
    Purpose,
    current_version,
    may_process,
    missing_for,
    outdated,
    required_at_registration,
    stop_deadline,
    stopped_by_withdrawal,
)

given_consents = st.dictionaries(st.sampled_from(list(Purpose)), st.sampled_from(["2025-01", "2026-01"]))
processings = st.sampled_from(list(Processing))


@given(processings, given_consents)
def test_a_processing_needs_all_its_purposes(processing: Processing, consents: dict[Purpose, str]) -> None:
    missing = missing_for(processing, consents)
    assert missing == {purpose for purpose in NEEDS[processing] if purpose not in consents}
    assert may_process(processing, consents) == (not missing)
    assert not may_process(processing, {})
    assert may_process(processing, consents | dict.fromkeys(missing, "2026-01"))


@given(processings, given_consents, st.sampled_from(list(Purpose)))
def test_a_withdrawal_stops_exactly_what_needs_the_purpose(
    processing: Processing, consents: dict[Purpose, str], purpose: Purpose
) -> None:
    left = {kept: version for kept, version in consents.items() if kept is not purpose}
    stopped = may_process(processing, consents) and not may_process(processing, left)
    assert not stopped or processing in stopped_by_withdrawal(purpose)
    everything = dict.fromkeys(Purpose, "2026-01")
    del everything[purpose]
    assert may_process(processing, everything) == (processing not in stopped_by_withdrawal(purpose))


@given(given_consents)
def test_an_older_text_is_outdated(consents: dict[Purpose, str]) -> None:
    assert outdated(consents) == {
        purpose for purpose, version in consents.items() if version != current_version(purpose)
    }


def test_every_purpose_has_a_text_and_every_processing_a_purpose() -> None:
    assert set(TEXTS) == set(Purpose)
    assert set(NEEDS) == set(Processing)
    assert all(NEEDS.values())
    assert all(text.id and text.en and text.version for text in TEXTS.values())
    assert set().union(*NEEDS.values()) == set(Purpose)


def test_only_the_account_is_required_and_disability_stands_alone() -> None:
    assert required_at_registration() == {Purpose.ACCOUNT}
    assert stopped_by_withdrawal(Purpose.DISABILITY_DATA) == {Processing.STORE_DISABILITY}
    assert Purpose.DISABILITY_DATA not in NEEDS[Processing.RANK_FOR_EMPLOYERS]


def test_processing_stops_within_72_hours() -> None:
    withdrawn_at = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert stop_deadline(withdrawn_at) - withdrawn_at == timedelta(hours=72)
