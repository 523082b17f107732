"""Read the demo's JSON lines, and the codes that its files may name.

A line is one object. Lists of codes are written as a text with blanks (`"sim_a sim_c"`), codes with a level
as `CODE:LEVEL`. Every error is a `ReferenceDataError`, a `ValueError` whose text starts with `file:line:`.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NoReturn

from app.data import loading as reference
from app.data.rows import ReferenceDataError, Row

LANGUAGE_LEVELS: Final = ("a1", "a2", "b1", "b2", "c1", "c2", "native")
SKILL_LEVELS: Final = ("1", "2", "3", "4")
_MONTH: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of the reference data that the demo may refer to."""

    skills: frozenset[str]
    occupations: frozenset[str]
    schemes: frozenset[str]
    provinces: frozenset[str]
    regencies: frozenset[str]
    industries: frozenset[str]
    education: frozenset[str]
    licences: frozenset[str]
    languages: frozenset[str]
    accommodations: frozenset[str]
    benefits: frozenset[str]
    reasons: frozenset[str]
    relations: frozenset[str]
    arrangements: frozenset[str]


def load_codes() -> Codes:
    """Collect the codes of the package's reference data; industries are those of KBLI 2020."""
    return Codes(
        skills=frozenset(record.code for record in reference.load_skills()),
        occupations=frozenset(record.code for record in reference.load_occupations()),
        schemes=frozenset(record.code for record in reference.load_schemes()),
        provinces=frozenset(record.code for record in reference.load_provinces()),
        regencies=frozenset(record.code for record in reference.load_regencies()),
        industries=frozenset(r.code for r in reference.load_industries() if r.edition == "2020"),
        education=frozenset(record.code for record in reference.load_education()),
        licences=frozenset(record.code for record in reference.load_licences()),
        languages=frozenset(record.code for record in reference.load_languages()),
        accommodations=frozenset(record.code for record in reference.load_accommodations()),
        benefits=frozenset(record.code for record in reference.load_benefits()),
        reasons=frozenset(record.code for record in reference.load_transition_reasons()),
        relations=frozenset(record.code for record in reference.load_work_relations()),
        arrangements=frozenset(record.code for record in reference.load_work_arrangements()),
    )


def blank_separated(row: Row, column: str, known: Collection[str]) -> tuple[str, ...]:
    """Return a cell's codes, separated by blanks; refuse unknown ones."""
    codes = tuple((row.optional(column) or "").split())
    for code in codes:
        if code not in known:
            row.fail(f"unknown {column} {code!r}")
    return codes


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a JSON-lines file; each method returns a checked member or raises."""

    file: str
    line: int
    members: dict[str, Any]

    def fail(self, reason: str) -> NoReturn:
        """Raise a `ReferenceDataError` that names this file and line."""
        raise ReferenceDataError(self.file, self.line, reason)

    def optional(self, name: str) -> str | None:
        """Return a text, or None where there is none."""
        return self.checked_text(name, self.members.get(name))

    def checked_text(self, name: str, value: Any) -> str | None:
        """Return a value that must be a text without white space around it, or None."""
        if value is None:
            return None
        if not isinstance(value, str) or not value or value != value.strip():
            self.fail(f"{name} {value!r} is not a text")
        return value

    def text(self, name: str) -> str:
        """Return a text that must be there."""
        return self.optional(name) or self.fail(f"{name} is missing")

    def one_of(self, name: str, known: Collection[str]) -> str:
        """Return a text that must be among `known`."""
        return self.known(name, self.text(name), known)

    def known(self, name: str, value: Any, known: Collection[str]) -> str:
        """Return a value that must be a code among `known`."""
        if not isinstance(value, str) or value not in known:
            self.fail(f"unknown {name} {value!r}")
        return value

    def whole(self, name: str, value: Any, lowest: int, highest: int) -> int:
        """Return a value that must be an integer within both bounds."""
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.fail(f"{name} {value!r} is not an integer from {lowest} to {highest}")
        return value

    def optional_integer(self, name: str, lowest: int, highest: int) -> int | None:
        """Return an integer within both bounds, or None where there is none."""
        value = self.members.get(name)
        return None if value is None else self.whole(name, value, lowest, highest)

    def truth(self, name: str, value: Any) -> bool:
        """Return a value that must be true or false."""
        if not isinstance(value, bool):
            self.fail(f"{name} {value!r} is not true or false")
        return value

    def codes(self, name: str, known: Collection[str]) -> tuple[str, ...]:
        """Return a member's codes, separated by blanks; refuse unknown and repeated ones."""
        return self.split_codes(name, self.members.get(name), known)

    def split_codes(self, name: str, value: Any, known: Collection[str]) -> tuple[str, ...]:
        """Return the codes in a text, or in a list of texts; refuse unknown and repeated ones."""
        found = tuple(value) if isinstance(value, list) else tuple((self.checked_text(name, value) or "").split())
        for code in found:
            self.known(name, code, known)
        if len(set(found)) < len(found):
            self.fail(f"{name} repeats a code")
        return found

    def levels(self, name: str, known: Collection[str], levels: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Return a member's (code, level) pairs, written `CODE:LEVEL`."""
        value = self.members.get(name)
        parts = value if isinstance(value, list) else (self.checked_text(name, value) or "").split()
        pairs = []
        for part in parts:
            code, _, level = str(part).partition(":")
            pairs.append((self.known(name, code, known), self.known(f"level in {name}", level, levels)))
        if len({code for code, _ in pairs}) < len(pairs):
            self.fail(f"{name} repeats a code")
        return tuple(pairs)

    def rows(self, name: str, width: int) -> list[list[Any]]:
        """Return a member that must be a list of lists of `width` values; empty where there is none."""
        value = self.members.get(name, [])
        if not isinstance(value, list) or any(not isinstance(r, list) or len(r) != width for r in value):
            self.fail(f"{name} is not a list of lists of {width}")
        return value

    def day(self, name: str, value: Any) -> date:
        """Return a value that must be a date, `YYYY-MM-DD`."""
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            self.fail(f"{name} {value!r} is not a date")

    def month(self, name: str, value: Any, *, end: bool = False) -> date:
        """Return the first (or, for `end`, the last) day of a month `YYYY-MM`."""
        if not isinstance(value, str) or not _MONTH.fullmatch(value):
            self.fail(f"{name} {value!r} is not a month")
        year, month = int(value[:4]), int(value[5:])
        return date(year, month, calendar.monthrange(year, month)[1] if end else 1)


def read_items(root: Path, file: str, allowed: Collection[str]) -> list[Item]:
    """Read the JSON lines of `root / file`; refuse members that are not `allowed`."""
    items = []
    for line, text in enumerate((root / file).read_text(encoding="utf-8").splitlines(), 1):
        try:
            members = json.loads(text)
        except json.JSONDecodeError as error:
            raise ReferenceDataError(file, line, str(error)) from error
        if not isinstance(members, dict):
            raise ReferenceDataError(file, line, "the line is not an object")
        for name in members:
            if name not in allowed:
                raise ReferenceDataError(file, line, f"unknown member {name!r}")
        items.append(Item(file, line, members))
    return items
