"""Made rows for load tests, as NumPy arrays and COPY buffers. Pure: the same numbers make the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint8]
"""Shape (n, 16): UUIDs as bytes."""

_FIRST_MILLISECOND = 0x0190_0000_0000  # in 2024: made ids sort before the ids of today
_BINARY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_BINARY_TRAILER = b"\xff\xff"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def generator(seed: int, kind: int, chunk: int) -> np.random.Generator:
    """The randomness of one chunk of one kind of rows: independent of how many chunks there are."""
    return np.random.default_rng([seed, kind, chunk])


def make_ids(rng: np.random.Generator, first: int, count: int) -> Ids:
    """UUIDs of version 7 that ascend with the row's number `first + i`, one to a millisecond."""
    ids = rng.integers(0, 256, (count, 16), dtype=np.uint8)
    moments = (_FIRST_MILLISECOND + np.arange(first, first + count, dtype=np.int64)).astype(">i8")
    ids[:, :6] = moments.view(np.uint8).reshape(count, 8)[:, 2:]
    ids[:, 6] = 0x70 | (ids[:, 6] & 0x0F)
    ids[:, 8] = 0x80 | (ids[:, 8] & 0x3F)
    return ids


def as_hex(ids: Ids) -> list[str]:
    """The ids as text that PostgreSQL reads as UUIDs."""
    whole = ids.tobytes().hex()
    return [whole[at : at + 32] for at in range(0, len(whole), 32)]


def binary_copy(columns: Mapping[str, NDArray[Any]], count: int) -> bytes:
    """A binary COPY of rows of fixed length (PostgreSQL's `COPY` reference, "Binary Format").

    Columns are big-endian integers, booleans, `S` bytes of one length, or ids of shape (n, 16).
    """
    fields: list[tuple[Any, ...]] = [("fields", ">i2")]
    for name, values in columns.items():
        fields.append((f"{name}_size", ">i4"))
        fields.append((name, values.dtype, values.shape[1:]))
    rows = np.zeros(count, dtype=np.dtype(fields))
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name}_size"] = values.dtype.itemsize * int(np.prod(values.shape[1:], dtype=np.int64))
        rows[name] = values
    return _BINARY_HEADER + rows.tobytes() + _BINARY_TRAILER


def text_copy(lines: Iterable[str]) -> bytes:
    """A text COPY of `lines`, whose cells are separated by tabs and were escaped by `escaped`."""
    return ("\n".join(lines) + "\n").encode()


def escaped(texts: Iterable[str]) -> list[str]:
    """Texts as cells of a text COPY."""
    return [text.translate(_ESCAPES) for text in texts]


def moments(start: datetime, seconds: NDArray[np.int64]) -> list[str]:
    """`start` minus `seconds`, as text with a time zone."""
    return [(start - timedelta(seconds=int(value))).isoformat() for value in seconds]


def zipf_weights(count: int, exponent: float) -> NDArray[np.float64]:
    """Probabilities that fall with the rank: `1 / rank ** exponent`, summing to 1."""
    weights = 1.0 / np.arange(1, count + 1, dtype=np.float64) ** exponent
    return np.asarray(weights / weights.sum(), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Occupations:
    """Occupations with their skills: those of `i` are `skills[start[i]:start[i + 1]]`, likewise the rest.

    `units` are the codes that vacancies name (of the unit group, where there is one), `titles` are escaped,
    `weights` log-probabilities of each skill within its occupation.
    """

    units: Sequence[str]
    titles: Sequence[str]
    start: NDArray[np.int64]
    skills: NDArray[np.int32]
    essential: NDArray[np.bool_]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        """How many occupations there are."""
        return len(self.units)


def draw_skills(
    rng: np.random.Generator, occupations: Occupations, of: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each row `wanted[i]` different skills of the occupation `of[i]`, or all where it has fewer.

    Returns (row, place in `occupations.skills`), ordered by row. Drawn without replacement by the Gumbel trick: the
    largest of log-weight plus Gumbel noise.
    """
    rows: list[NDArray[np.int64]] = []
    places: list[NDArray[np.int64]] = []
    order = np.argsort(of, kind="stable")
    bounds = np.flatnonzero(np.diff(of[order])) + 1
    for members in np.split(order, bounds):
        if len(members) == 0:
            continue
        low, high = occupations.start[of[members[0]]], occupations.start[of[members[0]] + 1]
        keys = occupations.weights[low:high] + rng.gumbel(size=(len(members), high - low))
        best = np.argsort(-keys, axis=1)
        taken = np.arange(high - low) < wanted[members, None]
        rows.append(np.repeat(members, taken.sum(axis=1)))
        places.append(low + best[taken])
    row, place = np.concatenate(rows), np.concatenate(places)
    by_row = np.argsort(row, kind="stable")
    return row[by_row], place[by_row]
