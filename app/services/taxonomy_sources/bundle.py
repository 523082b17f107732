"""Bundles of CSV files: a folder, a zip or one file, each file plain or gzipped.

Lines that cannot be read are collected with their number and skipped; only what makes a whole file useless (it is
missing, or lacks a column) is an error.
"""

from __future__ import annotations

import csv
import fnmatch
import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.services.taxonomy_sources.report import BadLine


class BundleError(ValueError):
    """The bundle as a whole cannot be imported; the message is one clear line."""


class Line:
    """One record of a file: its number (of its first physical line) and its cells by column, stripped."""

    __slots__ = ("cells", "number")

    def __init__(self, number: int, cells: dict[str, str]) -> None:
        """A record that was read."""
        self.number = number
        self.cells = cells

    def __getitem__(self, column: str) -> str:
        """A cell; empty where the file has no such column."""
        return self.cells.get(column, "")


class Bundle:
    """The files below `path`, and the lines of them that turned out to be bad."""

    def __init__(self, path: Path) -> None:
        """Open a folder, a zip or a single file; `BundleError` where there is none."""
        self.path = path
        self.bad_lines: list[BadLine] = []
        self._digest = hashlib.sha256()
        try:
            self._files = self._listed()
        except (OSError, zipfile.BadZipFile) as error:
            message = f"{path} cannot be read: {error}"
            raise BundleError(message) from error

    def _listed(self) -> dict[str, str]:
        """Plain file name (no folder, no `.gz`) -> name inside."""
        if self.path.is_dir():
            inside = [str(file.relative_to(self.path)) for file in sorted(self.path.rglob("*.csv*"))]
        elif zipfile.is_zipfile(self.path):
            with zipfile.ZipFile(self.path) as archive:
                inside = sorted(archive.namelist())
        elif self.path.is_file():
            inside = [self.path.name]
        else:
            message = f"{self.path} is neither a file nor a folder"
            raise BundleError(message)
        return {Path(name).name.removesuffix(".gz"): name for name in inside if not name.endswith("/")}

    @property
    def content_hash(self) -> str:
        """SHA-256 over the files that were read so far."""
        return self._digest.hexdigest()

    def find(self, *patterns: str) -> str | None:
        """The first file that fits one of the shell patterns, in any case; None where none does."""
        for pattern in patterns:
            for name in self._files:
                if fnmatch.fnmatchcase(name.lower(), pattern.lower()):
                    return name
        return None

    def need(self, *patterns: str) -> str:
        """Like `find`, but its absence is an error."""
        name = self.find(*patterns)
        if name is None:
            message = f"{self.path} has no {' or '.join(patterns)} (plain or .gz)"
            raise BundleError(message)
        return name

    def bad(self, file: str, line: int, reason: str) -> None:
        """Note a line that is skipped."""
        self.bad_lines.append(BadLine(file, line, reason))

    def _text(self, name: str) -> str:
        inside = self._files[name]
        try:
            if self.path.is_dir():
                data = (self.path / inside).read_bytes()
            elif zipfile.is_zipfile(self.path):
                with zipfile.ZipFile(self.path) as archive:
                    data = archive.read(inside)
            else:
                data = self.path.read_bytes()
            if inside.endswith(".gz"):
                data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            message = f"{name} cannot be read: {error}"
            raise BundleError(message) from error
        self._digest.update(name.encode() + b"\0" + data)
        return data.decode("utf-8-sig", "surrogateescape")

    def lines(self, name: str, required: Sequence[str]) -> Iterator[Line | None]:
        """The records of `name` in order; None stands for one that was bad, so that positions can be counted.

        `BundleError` where a `required` column is missing.
        """
        reader = csv.reader(io.StringIO(self._text(name), newline=""))
        header = [column.strip() for column in next(reader, [])]
        if missing := [column for column in required if column not in header]:
            message = f"{name} has no column {', '.join(missing)}"
            raise BundleError(message)
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                self.bad(name, number, str(error))
                yield None
                continue
            if cells is None:
                return
            if not cells:
                continue
            if reason := _fault(cells, len(header)):
                self.bad(name, number, reason)
                yield None
            else:
                yield Line(number, dict(zip(header, map(str.strip, cells), strict=True)))


def _fault(cells: list[str], width: int) -> str | None:
    if len(cells) != width:
        return f"{len(cells)} cells where the header has {width}"
    whole = "".join(cells)
    if "\0" in whole:
        return "a NUL character"
    try:
        whole.encode()
    except UnicodeEncodeError:
        return "not UTF-8"
    return None
