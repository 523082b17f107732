"""Read the package's CSV files line by line, and say file and line where one is wrong.

The files are UTF-8 with a header, quoted as in RFC 4180; `|` separates the members of a list in a cell.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import NoReturn


class ReferenceDataError(ValueError):
    """A reference data file that breaks its rules; the text starts with `file:line:`."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file. Each method returns a checked cell, or raises `ReferenceDataError`."""

    file: str
    line: int
    cells: dict[str, str]

    def fail(self, reason: str) -> NoReturn:
        """Raise a `ReferenceDataError` that names this file and line."""
        raise ReferenceDataError(self.file, self.line, reason)

    def optional(self, column: str) -> str | None:
        """Return the cell, or None where it is empty; refuse white space around it."""
        value = self.cells[column]
        if value != value.strip():
            self.fail(f"white space around {column} {value!r}")
        return value or None

    def text(self, column: str) -> str:
        """Return the cell; refuse an empty one."""
        return self.optional(column) or self.fail(f"{column} is empty")

    def matching(self, column: str, *patterns: re.Pattern[str]) -> str:
        """Return the cell; refuse one that none of `patterns` matches as a whole."""
        value = self.text(column)
        if not any(pattern.fullmatch(value) for pattern in patterns):
            self.fail(f"{column} {value!r} has no accepted form")
        return value

    def one_of(self, column: str, accepted: Collection[str]) -> str:
        """Return the cell; refuse one that is not among `accepted`."""
        value = self.text(column)
        if value not in accepted:
            self.fail(f"unknown {column} {value!r}")
        return value

    def optional_integer(self, column: str, lowest: int, highest: int) -> int | None:
        """Return the cell as an integer within both bounds, or None where it is empty."""
        value = self.optional(column)
        if value is None:
            return None
        if not re.fullmatch(r"[0-9]{1,15}", value) or not lowest <= int(value) <= highest:
            self.fail(f"{column} {value!r} is not an integer from {lowest} to {highest}")
        return int(value)

    def integer(self, column: str, lowest: int, highest: int) -> int:
        """Return the cell as an integer within both bounds; refuse an empty one."""
        value = self.optional_integer(column, lowest, highest)
        return self.fail(f"{column} is empty") if value is None else value

    def members(self, column: str) -> tuple[str, ...]:
        """Return the members of a list; refuse empty and repeated ones (in either case)."""
        value = self.optional(column)
        if value is None:
            return ()
        parts = tuple(value.split("|"))
        if any(not part or part != part.strip() for part in parts):
            self.fail(f"{column} has an empty member or white space around one")
        if len({part.casefold() for part in parts}) < len(parts):
            self.fail(f"{column} repeats a member")
        return parts

    def references(self, column: str, known: Collection[str]) -> tuple[str, ...]:
        """Return a list of codes; refuse those that are not among `known` and the line's own code."""
        codes = self.members(column)
        for code in codes:
            if code == self.cells.get("code"):
                self.fail(f"{column} refers to itself")
            if code not in known:
                self.fail(f"unknown {column} {code!r}")
        return codes


def read_rows(root: Traversable, file: str, columns: Sequence[str]) -> list[Row]:
    """Read `file` (a path below `root`, with `/`) whose header must be `columns`.

    Raises `ReferenceDataError` for another header or a line with too few or too many cells, and `OSError`
    where the file cannot be read.
    """
    text = root.joinpath(*file.split("/")).read_text(encoding="utf-8")
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    return list(_rows(file, reader, columns))


def _rows(file: str, reader: Iterable[list[str]], columns: Sequence[str]) -> Iterator[Row]:
    # One record is one line: no cell of these files holds a line break, so records can be counted.
    line = 0
    try:
        for line, cells in enumerate(reader, 1):
            if line == 1:
                if tuple(cells) != tuple(columns):
                    raise ReferenceDataError(file, line, f"the header is not {','.join(columns)}")
                continue
            if len(cells) != len(columns):
                raise ReferenceDataError(file, line, f"{len(cells)} cells instead of {len(columns)}")
            yield Row(file, line, dict(zip(columns, cells, strict=True)))
    except csv.Error as error:
        raise ReferenceDataError(file, line + 1, str(error)) from error
    if line == 0:
        raise ReferenceDataError(file, 1, "the file is empty")


def refuse_repeated(rows: Iterable[Row], *key: str) -> None:
    """Raise `ReferenceDataError` where two of `rows` have the same cells in the columns `key`."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        cells = tuple(row.cells[column] for column in key)
        first = seen.setdefault(cells, row.line)
        if first != row.line:
            row.fail(f"{' '.join(cells)} is already on line {first}")


def refuse_ambiguous(rows: Iterable[Row], *columns: str) -> None:
    """Raise `ReferenceDataError` where a name in `columns` (labels, lists of aliases) finds two codes.

    Names are compared without regard to case and to the language that they are in.
    """
    owners: dict[str, Row] = {}
    for row in rows:
        for name in {name.casefold() for column in columns for name in row.members(column)}:
            owner = owners.setdefault(name, row)
            if owner is not row:
                row.fail(f"{name!r} also names {owner.cells['code']} on line {owner.line}")
