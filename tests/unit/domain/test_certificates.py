"""Certificates: what a date means at an instant, to the second."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.certificates import (
    EffectiveStatus,
    add_months,
    default_valid_until,
    effective_status,
    expires_at,
    in_force,
    local_date,
    renewal_window,
)
from app.domain.lifecycles import CertificateStatus

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
bounds = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2100-01-01")
instants = st.datetimes(*bounds, timezones=zones)
stored_statuses = st.sampled_from(list(CertificateStatus))
ACTIVE = CertificateStatus.ACTIVE
RANK = [EffectiveStatus.ACTIVE, EffectiveStatus.EXPIRING, EffectiveStatus.EXPIRED]


@given(days)
def test_the_last_second_counts_and_the_next_does_not(valid_until: date) -> None:
    end = expires_at(valid_until)
    assert end.astimezone(UTC).hour == 17
    assert in_force(ACTIVE, valid_until, end - timedelta(seconds=1))
    assert not in_force(ACTIVE, valid_until, end)
    assert effective_status(ACTIVE, valid_until, end) is EffectiveStatus.EXPIRED


@given(days, instants, zones)
def test_the_callers_zone_changes_nothing(valid_until: date, as_of: datetime, zone: timezone) -> None:
    elsewhere = as_of.astimezone(zone)
    assert effective_status(ACTIVE, valid_until, as_of) is effective_status(ACTIVE, valid_until, elsewhere)
    assert in_force(ACTIVE, valid_until, as_of) == (as_of < expires_at(valid_until))


@given(days, instants, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_time_leads_from_active_over_expiring_to_expired(valid_until: date, as_of: datetime, later: timedelta) -> None:
    now, then = (effective_status(ACTIVE, valid_until, when) for when in (as_of, as_of + later))
    assert RANK.index(now) <= RANK.index(then)


@given(days)
def test_the_window_opens_90_days_before(valid_until: date) -> None:
    opens, closes = renewal_window(valid_until)
    assert closes == valid_until
    assert closes - opens == timedelta(days=90)
    before, first = expires_at(opens - timedelta(days=2)), expires_at(opens - timedelta(days=1))
    assert effective_status(ACTIVE, valid_until, before) is EffectiveStatus.ACTIVE
    assert effective_status(ACTIVE, valid_until, first) is EffectiveStatus.EXPIRING


@given(stored_statuses, st.none() | days, instants)
def test_only_an_active_certificate_can_be_in_force(
    stored: CertificateStatus, valid_until: date | None, as_of: datetime
) -> None:
    status = effective_status(stored, valid_until, as_of)
    if stored in {CertificateStatus.REVOKED, CertificateStatus.SUPERSEDED}:
        assert status == stored.value
    if stored is CertificateStatus.SUSPENDED:
        assert status in {EffectiveStatus.SUSPENDED, EffectiveStatus.EXPIRED}
    assert not in_force(stored, valid_until, as_of) or stored is ACTIVE
    if valid_until is None and stored is ACTIVE:
        assert status is EffectiveStatus.ACTIVE


@given(days, instants)
def test_nothing_is_in_force_before_its_day_of_issue(issued_on: date, as_of: datetime) -> None:
    assert in_force(ACTIVE, None, as_of, issued_on=issued_on) == (local_date(as_of) >= issued_on)


@given(days, st.integers(1, 600))
def test_months_keep_the_day_or_fall_back_to_the_last(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1
    assert default_valid_until(day, months) == moved
    assert default_valid_until(day) == add_months(day, 36)
    assert add_months(moved, -months).replace(day=1) == day.replace(day=1)


def test_what_was_decided_outlives_the_date_and_a_suspension_does_not() -> None:
    valid_until = date(2026, 3, 1)
    before, after = expires_at(valid_until) - timedelta(days=1), expires_at(valid_until)
    assert effective_status(CertificateStatus.REVOKED, valid_until, after) is EffectiveStatus.REVOKED
    assert effective_status(CertificateStatus.SUPERSEDED, valid_until, after) is EffectiveStatus.SUPERSEDED
    assert effective_status(CertificateStatus.SUSPENDED, valid_until, before) is EffectiveStatus.SUSPENDED
    assert effective_status(CertificateStatus.SUSPENDED, valid_until, after) is EffectiveStatus.EXPIRED


def test_a_leap_day_and_a_mistake() -> None:
    assert add_months(date(2024, 2, 29), 36) == date(2027, 2, 28)
    with pytest.raises(ValueError, match="below 1"):
        default_valid_until(date(2024, 2, 29), 0)
    with pytest.raises(ValueError, match="no time zone"):
        local_date(datetime(2026, 1, 1))  # noqa: DTZ001 - the missing zone is the point
