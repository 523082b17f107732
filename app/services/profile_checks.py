"""Checks of what a profile says of time: nothing in the future, nothing before anybody alive could have done it."""

from __future__ import annotations

from datetime import date, timedelta

from app.core import clock
from app.core.errors import FieldError
from app.core.i18n import Text

LONGEST_LIFE = 120
LONGEST_CAREER = 80
YOUNGEST = 13
"""UU 13/2003, art. 69: light work from the age of 13."""
FURTHEST_START = timedelta(days=5 * 366)


def _years_back(day: date, years: int) -> date:
    # 29 February falls back to the 28th.
    return day.replace(year=day.year - years, day=min(day.day, 28) if day.month == 2 else day.day)  # noqa: PLR2004  # February


def past(pointer: str, day: date | None, years: int = LONGEST_CAREER) -> list[FieldError]:
    """Errors of a day that must not lie in the future, nor more than `years` back."""
    today = clock.today()
    if day is None:
        return []
    if day > today:
        message = Text("Tanggal ini di masa depan.", "This date is in the future.")
        return [FieldError(pointer, "in_future", str(message))]
    earliest = _years_back(today, years)
    if day < earliest:
        message = Text(f"Paling awal {earliest}.", f"{earliest} at the earliest.")
        return [FieldError(pointer, "too_early", str(message))]
    return []


def past_year(pointer: str, year: int | None) -> list[FieldError]:
    """Errors of a year that must not lie in the future, nor more than a life back."""
    return past(pointer, date(year, 1, 1) if year is not None else None, LONGEST_LIFE)


def in_order(pointer: str, start: date | int | None, end: date | int | None) -> list[FieldError]:
    """Errors of an end before its start, told at `pointer` (the end's)."""
    if start is None or end is None or end >= start:  # type: ignore[operator]  # both are dates, or both are years
        return []
    message = Text("Berakhir sebelum mulai.", "Ends before it starts.")
    return [FieldError(pointer, "ends_before_start", str(message))]


def birth_date(day: date | None) -> list[FieldError]:
    """Errors of a birth date: in the future, of nobody alive, or of a child too young to work."""
    errors = past("/birth_date", day, LONGEST_LIFE)
    if errors or day is None or day <= _years_back(clock.today(), YOUNGEST):
        return errors
    message = Text(f"Usia minimal {YOUNGEST} tahun.", f"At least {YOUNGEST} years old.")
    return [FieldError("/birth_date", "too_young", str(message))]


def start_day(pointer: str, day: date | None) -> list[FieldError]:
    """Errors of a day from which somebody can start: more than five years ahead, or ten back."""
    today = clock.today()
    if day is None or _years_back(today, 10) <= day <= today + FURTHEST_START:
        return []
    message = Text("Tanggal ini terlalu jauh dari hari ini.", "This date is too far from today.")
    return [FieldError(pointer, "out_of_range", str(message))]
