"""What a certificate's dates mean: in force, expiring, expired, and when to renew.

A certificate is valid through the last second of its `valid_until` day in western Indonesia (WIB, UTC+7 all
year), wherever its holder is, so that one instant holds for everybody.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Final, NamedTuple

from app.domain.lifecycles import CertificateStatus

WIB: Final = timezone(timedelta(hours=7), "WIB")
"""Asia/Jakarta has had no other offset since 1964, so no time-zone database is needed."""

VALIDITY_MONTHS: Final = 36
EXPIRING_DAYS: Final = 90


class EffectiveStatus(StrEnum):
    """What a certificate is at a given instant."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


def local_date(as_of: datetime) -> date:
    """Return the day in WIB at an instant; raises `ValueError` for a time without a zone."""
    if as_of.utcoffset() is None:
        raise ValueError("as_of has no time zone")
    return as_of.astimezone(WIB).date()


def expires_at(valid_until: date) -> datetime:
    """Return the first instant at which a certificate is no longer valid, in WIB.

    Raises `OverflowError` for the last day that a date can hold.
    """
    return datetime.combine(valid_until + timedelta(days=1), time(), WIB)


def effective_status(stored: CertificateStatus, valid_until: date | None, as_of: datetime) -> EffectiveStatus:
    """Derive the status from the stored one and the date.

    `revoked`, `superseded` and `suspended` win over the date, except that a suspended certificate whose date
    has passed is `expired`. `expiring` begins 90 days before `valid_until`. No date means no expiry.
    """
    if stored in {CertificateStatus.REVOKED, CertificateStatus.SUPERSEDED}:
        return EffectiveStatus(stored.value)
    today = local_date(as_of)
    if valid_until is not None and today > valid_until:
        return EffectiveStatus.EXPIRED
    if stored is CertificateStatus.SUSPENDED:
        return EffectiveStatus.SUSPENDED
    if valid_until is not None and (valid_until - today).days <= EXPIRING_DAYS:
        return EffectiveStatus.EXPIRING
    return EffectiveStatus.ACTIVE


def in_force(
    stored: CertificateStatus, valid_until: date | None, as_of: datetime, *, issued_on: date | None = None
) -> bool:
    """Tell whether a certificate counts at an instant: active or expiring, and issued."""
    if issued_on is not None and local_date(as_of) < issued_on:
        return False
    return effective_status(stored, valid_until, as_of) in {EffectiveStatus.ACTIVE, EffectiveStatus.EXPIRING}


def add_months(day: date, months: int) -> date:
    """Add months to a day; the 29th to 31st fall back to the month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def default_valid_until(issued_on: date, months: int = VALIDITY_MONTHS) -> date:
    """Return the last day of validity: the same day of the month, 36 months on by default.

    Raises `ValueError` for less than one month.
    """
    if months < 1:
        raise ValueError("months is below 1")
    return add_months(issued_on, months)


class RenewalWindow(NamedTuple):
    """The days on which to renew without a gap, first and last."""

    opens_on: date
    closes_on: date


def renewal_window(valid_until: date) -> RenewalWindow:
    """Return the 90 days before, and up to, the last day of validity."""
    return RenewalWindow(valid_until - timedelta(days=EXPIRING_DAYS), valid_until)
