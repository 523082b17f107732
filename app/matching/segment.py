"""An immutable set of vacancies, laid out for ranking: columns by row, and postings.

Rows are in the order of their ids, so that among equals the lower row comes first. The index keeps several
segments; nothing in a segment changes after it is made, what dies is marked beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from app.matching.columns import VacancyColumns
from app.matching.model import MILLION, Gate, Parameters
from app.matching.points import IdfTable, factor_points, median_of, unspecified_weight

#: Bits of ``combo``: which of the optional factors a vacancy states.
EXPERIENCE, CERTIFICATES, EDUCATION, SALARY = 1, 2, 4, 8
#: ``flags`` of a posting: the level in the low bits, this bit for an essential skill.
ESSENTIAL = 8
_LEVEL_MASK = 7


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Rows by some id: ``row[ptr[i]:ptr[i + 1]]``, ascending, each row at most once an id."""

    ptr: NDArray[np.int64]
    row: NDArray[np.int32]

    @property
    def ids(self) -> NDArray[np.int32]:
        """The id of each posting."""
        return np.repeat(np.arange(len(self.ptr) - 1, dtype=np.int32), np.diff(self.ptr))

    def span(self, i: int) -> slice:
        """Return where the rows of id ``i`` are; empty for an id never seen."""
        return slice(int(self.ptr[i]), int(self.ptr[i + 1])) if i + 1 < len(self.ptr) else slice(0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Vacancies ready to rank. ``combo`` tells the stated factors, whose points ``factor_table`` gives.

    ``points`` (ppm) and ``flags`` go with ``skills``; ``certificate_points`` with ``certificates``; gate i of
    ``gates`` has the rows of id i in ``gated``.
    """

    key: NDArray[np.bytes_]
    posted_at: NDArray[np.int64]
    occupation: NDArray[np.int32]
    experience_months: NDArray[np.int16]
    education: NDArray[np.int8]
    province: NDArray[np.int16]
    regency: NDArray[np.int16]
    remote: NDArray[np.bool_]
    pay: NDArray[np.int64]
    employer: NDArray[np.bytes_]
    relation: NDArray[np.int16]
    arrangement: NDArray[np.int16]
    until: NDArray[np.int32]
    combo: NDArray[np.uint8]
    skills: Postings
    flags: NDArray[np.int8]
    points: NDArray[np.int32]
    certificates: Postings
    certificate_points: NDArray[np.int32]
    gated: Postings
    gates: tuple[Gate, ...]

    def __len__(self) -> int:
        """Return the number of rows, live or not."""
        return len(self.key)

    def rows_of(self, keys: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Return the rows of those of ``keys`` (``S16``) that are here."""
        if not len(self.key):
            return np.zeros(0, np.int64)
        spots = np.searchsorted(self.key, keys)
        spots[spots == len(self.key)] = 0
        rows: NDArray[np.int64] = spots[self.key[spots] == keys]
        return rows


#: The fields of a segment that are one array by row, as in ``VacancyColumns``.
COLUMNS = (
    "key",
    "posted_at",
    "occupation",
    "experience_months",
    "education",
    "province",
    "regency",
    "remote",
    "pay",
    "employer",
    "relation",
    "arrangement",
    "until",
)


def factor_table(parameters: Parameters) -> NDArray[np.int64]:
    """Return the points of each factor, in the order of ``factor_points``, by ``combo``: (16, 6)."""
    return np.array(
        [
            factor_points(
                experience=experience,
                certificates=certificates,
                education=education,
                salary=salary,
                parameters=parameters,
            )
            for salary, education, certificates, experience in product((False, True), repeat=4)
        ],
        np.int64,
    )


def _postings(ids: NDArray[np.int32], rows: NDArray[np.int32]) -> tuple[Postings, NDArray[np.int64]]:
    """Group ``rows`` by id; also return the order, for what goes with them."""
    order = np.lexsort((rows, ids))
    counts = np.bincount(ids, minlength=1) if len(ids) else np.zeros(0, np.int64)
    ptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return Postings(ptr, rows[order]), order


def lay_out(columns: VacancyColumns) -> Segment:
    """Lay out ``columns``, with all item points 0 until ``reweigh``.

    Raises ``ValueError`` for a key given twice, or a skill, certificate or gate named twice by a vacancy.
    """
    by_key = np.argsort(columns.key, kind="stable")
    place = np.empty(len(columns), np.int32)
    place[by_key] = np.arange(len(columns), dtype=np.int32)
    arrays = {name: getattr(columns, name)[by_key] for name in COLUMNS}
    if np.any(arrays["key"][1:] == arrays["key"][:-1]):
        msg = "a vacancy is given twice"
        raise ValueError(msg)
    skills, order = _postings(columns.skill, np.repeat(place, np.diff(columns.skill_ptr)))
    flags = (columns.level + ESSENTIAL * columns.essential).astype(np.int8)[order]
    certificates, _ = _postings(columns.certificate, np.repeat(place, np.diff(columns.certificate_ptr)))
    gated, _ = _postings(columns.gate, np.repeat(place, np.diff(columns.gate_ptr)))
    for what, postings in (("skill", skills), ("certificate", certificates), ("gate", gated)):
        twice = (postings.row[1:] == postings.row[:-1]) & (postings.ids[1:] == postings.ids[:-1])
        if np.any(twice):
            msg = f"a vacancy names a {what} twice"
            raise ValueError(msg)
    combo = (
        (arrays["experience_months"] > 0) * EXPERIENCE
        + (np.bincount(certificates.row, minlength=len(columns)) > 0) * CERTIFICATES
        + (arrays["education"] > 0) * EDUCATION
        + (arrays["pay"] >= 0) * SALARY
    ).astype(np.uint8)
    return Segment(
        **arrays,
        combo=combo,
        skills=skills,
        flags=flags,
        points=np.zeros(len(flags), np.int32),
        certificates=certificates,
        certificate_points=np.zeros(len(certificates.row), np.int32),
        gated=gated,
        gates=columns.gates,
    )


def reweigh(segment: Segment, idf: IdfTable, parameters: Parameters) -> Segment:
    """Return the segment with the points of all items under ``idf``."""
    table = factor_table(parameters)
    return replace(
        segment,
        points=_skill_points(segment, table[segment.combo, 0], idf, parameters),
        certificate_points=_certificate_points(segment.certificates, table[segment.combo, 2]),
    )


def skill_sums(segment: Segment, idf: IdfTable, parameters: Parameters) -> NDArray[np.int64]:
    """Return each row's sum of importance x idf; exact, for the sums stay far below 2**53."""
    weights = _weights(segment, idf, parameters)
    return np.bincount(segment.skills.row, weights, minlength=len(segment)).astype(np.int64)


def _weights(segment: Segment, idf: IdfTable, parameters: Parameters) -> NDArray[np.int64]:
    importance = np.where(segment.flags & ESSENTIAL, parameters.essential, parameters.preferred)
    return importance * idf.of_skills(segment.skills.ids)


def _skill_points(
    segment: Segment, totals: NDArray[np.int64], idf: IdfTable, parameters: Parameters
) -> NDArray[np.int32]:
    """Split each row's skill points by largest remainder; ``unspecified`` is a row's last item."""
    rows, weights = segment.skills.row, _weights(segment, idf, parameters)
    unspecified = unspecified_weight(idf, parameters)
    whole = np.bincount(rows, weights, minlength=len(segment)).astype(np.int64) + unspecified
    parts, rest = np.divmod(totals[rows] * weights, whole[rows])
    stating = np.flatnonzero(np.bincount(rows, minlength=len(segment)))
    own, own_rest = np.divmod(totals[stating] * unspecified, whole[stating])
    left = totals - np.bincount(rows, parts, minlength=len(segment)).astype(np.int64)
    left[stating] -= own
    # Postings are in the order of skill ids and the unspecified items follow, so a stable sort breaks ties
    # right.
    all_rows = np.concatenate((rows, stating.astype(np.int32)))
    order = np.lexsort((-np.concatenate((rest, own_rest)), all_rows))
    sorted_rows = all_rows[order]
    first = np.searchsorted(sorted_rows, np.arange(len(segment)))
    rank = np.arange(len(order)) - first[sorted_rows]
    raised = order[rank < left[sorted_rows]]
    parts[raised[raised < len(parts)]] += 1
    return parts.astype(np.int32)


def _certificate_points(certificates: Postings, totals: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return equal shares of each row's certificate points; the first schemes get what does not divide."""
    rows = certificates.row
    counts = np.bincount(rows, minlength=len(totals))
    order = np.argsort(rows, kind="stable")
    first = np.cumsum(counts) - counts
    rank = np.empty(len(rows), np.int64)
    rank[order] = np.arange(len(rows)) - first[rows[order]]
    each, rest = np.divmod(totals[rows], counts[rows])
    return (each + (rank < rest)).astype(np.int32)


def merge(parts: Sequence[tuple[Segment, NDArray[np.bool_]]]) -> Segment:
    """Return one segment of the live rows of ``parts`` (segment, live mask), points as they are."""
    live = np.concatenate([mask for _, mask in parts])
    starts = np.cumsum([0, *(len(mask) for _, mask in parts)])
    keys = np.concatenate([segment.key for segment, _ in parts])
    kept = np.flatnonzero(live)
    kept = kept[np.argsort(keys[kept], kind="stable")]
    place = np.full(len(live), -1, np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    arrays = {name: np.concatenate([getattr(segment, name) for segment, _ in parts])[kept] for name in COLUMNS}
    gates: dict[Gate, int] = {}
    renamed = [np.array([gates.setdefault(g, len(gates)) for g in s.gates], np.int32) for s, _ in parts]

    def joined(lists: Sequence[Postings], ids: Sequence[NDArray[np.int32]]) -> tuple[Postings, NDArray[np.int64]]:
        rows = np.concatenate([place[item.row + start] for item, start in zip(lists, starts, strict=False)])
        alive = np.flatnonzero(rows >= 0)
        postings, order = _postings(np.concatenate(ids)[alive], rows[alive])
        return postings, alive[order]

    segments = [segment for segment, _ in parts]
    skills, skill_order = joined([s.skills for s in segments], [s.skills.ids for s in segments])
    certificates, certificate_order = joined([s.certificates for s in segments], [s.certificates.ids for s in segments])
    gated, _ = joined(
        [s.gated for s in segments], [names[s.gated.ids] for s, names in zip(segments, renamed, strict=True)]
    )
    return Segment(
        **arrays,
        combo=np.concatenate([s.combo for s in segments])[kept],
        skills=skills,
        flags=np.concatenate([s.flags for s in segments])[skill_order],
        points=np.concatenate([s.points for s in segments])[skill_order],
        certificates=certificates,
        certificate_points=np.concatenate([s.certificate_points for s in segments])[certificate_order],
        gated=gated,
        gates=tuple(gates),
    )


def count(version: str, parts: Sequence[tuple[Segment, NDArray[np.bool_]]], parameters: Parameters) -> IdfTable:
    """Return the idf table of the live rows of ``parts``."""
    size = max((len(segment.skills.ptr) - 1 for segment, _ in parts), default=0)
    df = np.zeros(size, np.int64)
    for segment, live in parts:
        counts = np.bincount(segment.skills.ids[live[segment.skills.row]], minlength=size)
        df += counts
    n = sum(int(live.sum()) for _, live in parts)
    table = IdfTable.of_counts(version, n, df)
    sums = [skill_sums(segment, table, parameters)[live] for segment, live in parts]
    every = np.concatenate([np.zeros(0, np.int64), *sums])
    return IdfTable.of_counts(version, n, df, median_of(every[every > 0]))


def paid(points: NDArray[np.integer] | int, credit: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return ``points * credit // 1_000_000`` by item.

    In doubles, which are quicker and exact here: a product is below 2**53, and a quotient that is not whole
    is at least a millionth away from the next whole number, far more than the rounding of the division.
    """
    return (np.asarray(points, np.float64) * credit / MILLION).astype(np.int32)


def level_of(flags: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the asked levels of postings."""
    return flags & _LEVEL_MASK
