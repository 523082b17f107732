"""What an import did: counts per table, and every line that could not be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, done so far, in all)."""


class BadLine(NamedTuple):
    """A line that was skipped; `line` counts from 1, the header included."""

    file: str
    line: int
    reason: str


@dataclass(slots=True)
class Counts:
    """Rows of one table. `retired` are codes that the source no longer has, or links that it no longer draws."""

    inserted: int = 0
    changed: int = 0
    retired: int = 0
    unchanged: int = 0

    @property
    def touched(self) -> int:
        """How many rows are different now."""
        return self.inserted + self.changed + self.retired


@dataclass(slots=True)
class Report:
    """The outcome of one import. `version` is the source's own, or the beginning of its content's hash."""

    source: str
    version: str
    tables: dict[str, Counts] = field(default_factory=dict)
    bad_lines: list[BadLine] = field(default_factory=list)

    @property
    def touched(self) -> int:
        """How many rows of all tables are different now."""
        return sum(counts.touched for counts in self.tables.values())

    def as_json(self) -> dict[str, Any]:
        """The report as the release keeps it: counts, and how many lines were bad."""
        return {
            "tables": {name: asdict(counts) for name, counts in self.tables.items()},
            "bad_lines": len(self.bad_lines),
        }
