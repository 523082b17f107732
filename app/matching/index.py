"""Vacancies for a talent, in memory: the same answer as ``reference.rank``, over a million vacancies.

Readers take one immutable snapshot and are never held up; writers make the next one beside it and swap. Like
a log-structured store, a change is a small new segment and a mark on the row it replaces; small segments are
merged when there are many of them, everything when they outgrow a share of the base.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.matching import segment as segments
from app.matching.columns import IndexedVacancy, VacancyColumns
from app.matching.model import (
    DEFAULT,
    MAX_LEVEL,
    MILLION,
    OCCUPATION_DIGITS,
    Parameters,
    RankKey,
    TalentFacts,
    occupation_number,
)
from app.matching.points import IdfTable
from app.matching.relatedness import UNRELATED, Relatedness, expand
from app.matching.segment import Segment

#: Added to the score of rows whose gates are met, so that one number holds the first two keys of the order.
_ELIGIBLE = 2 * MILLION
#: Segments beside the base before they are merged, and rows beside it (at least) before the base takes them
#: in.
_MOST_SEGMENTS = 6
_MOST_ROWS = 20_000
_REGENCIES = 10_001
_PROVINCES = 101


@dataclass(frozen=True, slots=True)
class Filters:
    """Which vacancies may appear; an empty set or ``None`` does not filter.

    ``provinces`` and ``regencies`` together: in any of them. ``remote``: exactly so. ``occupation``: a KBJI
    prefix. ``pay_from``: states a pay of at least this. ``posted_since``: microseconds, inclusive.
    ``education_to``: asks for no more than this ordinal (also: does not ask).
    ``live_on``: a day (``date.toordinal``) that is not after its last.
    """

    provinces: frozenset[int] = frozenset()
    regencies: frozenset[int] = frozenset()
    remote: bool | None = None
    relations: frozenset[int] = frozenset()
    arrangements: frozenset[int] = frozenset()
    occupation: str | None = None
    pay_from: int | None = None
    posted_since: int | None = None
    employer: UUID | None = None
    education_to: int | None = None
    live_on: int | None = None

    def mask(self, part: Segment) -> Iterator[NDArray[np.bool_]]:
        """Yield the masks that a row of ``part`` must all pass."""
        if self.provinces or self.regencies:
            yield np.isin(part.province, list(self.provinces)) | np.isin(part.regency, list(self.regencies))
        if self.remote is not None:
            yield part.remote == self.remote
        for wanted, column in ((self.relations, part.relation), (self.arrangements, part.arrangement)):
            if wanted:
                yield np.isin(column, list(wanted))
        if self.occupation is not None:
            low = occupation_number(self.occupation)
            high = low + 10 ** (OCCUPATION_DIGITS - len(self.occupation.replace(".", "")))
            yield (part.occupation >= low) & (part.occupation < high)
        if self.employer is not None:
            yield part.employer == np.bytes_(self.employer.bytes)
        yield from self._bounds(part)

    def _bounds(self, part: Segment) -> Iterator[NDArray[np.bool_]]:
        if self.pay_from is not None:
            yield part.pay >= max(self.pay_from, 0)
        if self.posted_since is not None:
            yield part.posted_at >= self.posted_since
        if self.education_to is not None:
            yield part.education <= self.education_to
        if self.live_on is not None:
            yield part.until >= self.live_on


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True, eq=False)
class TalentQuery:
    """A talent, expanded once: the best credit by skill and level, and tables for other factors."""

    talent: TalentFacts
    skills: NDArray[np.int32]
    credits: NDArray[np.int64]
    months: NDArray[np.int64]
    regency: NDArray[np.int64]
    province: NDArray[np.int64]

    @classmethod
    def of(
        cls, talent: TalentFacts, relatedness: Relatedness = UNRELATED, parameters: Parameters = DEFAULT
    ) -> "TalentQuery":
        """Expand ``talent``."""
        best = sorted(expand(talent.skills, relatedness, parameters).items())
        regency = np.zeros(_REGENCIES, np.int64)
        regency[list(talent.regencies)] = MILLION
        province = np.zeros(_PROVINCES, np.int64)
        province[list(talent.all_provinces)] = parameters.same_province
        return cls(
            talent,
            np.array([skill for skill, _ in best], np.int32),
            np.array([by_level for _, by_level in best], np.int64).reshape(len(best), MAX_LEVEL + 1),
            _months(talent, parameters),
            regency,
            province,
        )


def _months(talent: TalentFacts, parameters: Parameters) -> NDArray[np.int64]:
    """Return the months that count by asked unit group; the last entry: for no occupation."""
    months = np.zeros(10_001, np.int64)
    for item in talent.experience:
        unit = occupation_number(item.occupation) // 100
        near = slice(unit // 10 * 10, unit // 10 * 10 + 10)
        partly = item.months * parameters.same_minor_group // MILLION
        months[near] += partly
        months[unit] += item.months - partly
        months[-1] += item.months
    return months


@dataclass(frozen=True, slots=True)
class Ranking:
    """One page of a ranking. ``total``: all vacancies that pass filters and minimum score, before paging.

    ``revision`` counts the changes of the index: two answers of one revision are pages of the same ranking.
    """

    items: tuple[RankKey, ...]
    total: int
    idf_version: str
    model_version: str
    revision: int


@dataclass(frozen=True, slots=True, eq=False)
class _Snapshot:
    idf: IdfTable
    parts: tuple[tuple[Segment, NDArray[np.bool_]], ...] = ()
    revision: int = 0


@dataclass(slots=True, eq=False)
class MatchIndex:
    """The live vacancies, ready to be ranked by any number of threads while others change them."""

    parameters: Parameters = DEFAULT
    _snapshot: _Snapshot = field(init=False)
    _writer: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Start empty."""
        self._snapshot = _Snapshot(IdfTable.of_counts("empty", 0, {}))

    def __len__(self) -> int:
        """Return the number of live vacancies."""
        return sum(int(live.sum()) for _, live in self._snapshot.parts)

    @property
    def idf(self) -> IdfTable:
        """The idf table that the current points follow."""
        return self._snapshot.idf

    @property
    def revision(self) -> int:
        """How often the index has changed."""
        return self._snapshot.revision

    def load(
        self,
        vacancies: VacancyColumns | Iterable[IndexedVacancy],
        idf: IdfTable | None = None,
        version: str = "1",
    ) -> None:
        """Replace everything. Without ``idf`` it is counted from ``vacancies`` and named ``version``."""
        columns = vacancies if isinstance(vacancies, VacancyColumns) else VacancyColumns.of(vacancies)
        with self._writer:
            laid_out = segments.lay_out(columns)
            live = np.ones(len(laid_out), np.bool_)
            if idf is None:
                idf = segments.count(version, [(laid_out, live)], self.parameters)
            built = segments.reweigh(laid_out, idf, self.parameters)
            self._snapshot = _Snapshot(idf, ((built, live),), self._snapshot.revision + 1)

    def refresh(self, version: str) -> IdfTable:
        """Count idf anew over the live vacancies, rewrite all points, switch at once; return the table."""
        with self._writer:
            idf = segments.count(version, self._snapshot.parts, self.parameters)
            self._reweigh(idf)
            return idf

    def use(self, idf: IdfTable) -> None:
        """Rewrite all points by a table that was counted elsewhere, and switch at once."""
        with self._writer:
            self._reweigh(idf)

    def _reweigh(self, idf: IdfTable) -> None:
        old = self._snapshot
        parts = tuple((segments.reweigh(part, idf, self.parameters), live) for part, live in old.parts)
        self._snapshot = _Snapshot(idf, parts, old.revision + 1)

    def apply(self, upserts: Sequence[IndexedVacancy] = (), deletes: Sequence[UUID] = ()) -> None:
        """Put in, replace and take out vacancies, visible together.

        A key in both lists is taken out; of a key put in twice the last counts.
        """
        changed = {item.facts.key: item for item in upserts}
        gone = np.array([key.bytes for key in (*changed, *deletes)], "S16")
        for key in deletes:
            changed.pop(key, None)
        with self._writer:
            old = self._snapshot
            parts = [(part, _without(part, live, gone)) for part, live in old.parts]
            if changed:
                laid_out = segments.lay_out(VacancyColumns.of(changed.values()))
                added = segments.reweigh(laid_out, old.idf, self.parameters)
                parts.append((added, np.ones(len(added), np.bool_)))
            self._snapshot = _Snapshot(old.idf, tuple(_compact(parts)), old.revision + 1)

    def rank(
        self,
        query: TalentQuery,
        k: int,
        filters: Filters = NO_FILTERS,
        after: RankKey | None = None,
        min_score: int = 0,
    ) -> Ranking:
        """Return the ``k`` best vacancies after ``after``, exactly, with the number of all that pass.

        ``ValueError`` for ``k`` below 1.
        """
        if k < 1:
            msg = "k must be at least 1"
            raise ValueError(msg)
        snapshot = self._snapshot
        total, found = 0, []
        for part, live in snapshot.parts:
            passed, best = _rank_part(part, live, _Question(query, k, filters, after, min_score, self.parameters))
            total += passed
            found += best
        found.sort(key=lambda place: place.sort_key)
        return Ranking(tuple(found[:k]), total, snapshot.idf.version, self.parameters.version, snapshot.revision)


def _without(part: Segment, live: NDArray[np.bool_], gone: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    rows = part.rows_of(gone)
    if not len(rows):
        return live
    changed = live.copy()
    changed[rows] = False
    return changed


def _compact(parts: list[tuple[Segment, NDArray[np.bool_]]]) -> list[tuple[Segment, NDArray[np.bool_]]]:
    """Merge the small segments when they are many, everything when they are large beside the base."""
    small = parts[1:]
    if sum(len(part) for part, _ in small) > max(_MOST_ROWS, len(parts[0][0]) // 4):
        return [_merged(parts)]
    return [parts[0], _merged(small)] if len(small) > _MOST_SEGMENTS else parts


def _merged(parts: Sequence[tuple[Segment, NDArray[np.bool_]]]) -> tuple[Segment, NDArray[np.bool_]]:
    merged = segments.merge(parts)
    return merged, np.ones(len(merged), np.bool_)


@dataclass(frozen=True, slots=True)
class _Question:
    query: TalentQuery
    k: int
    filters: Filters
    after: RankKey | None
    min_score: int
    parameters: Parameters


def _rank_part(part: Segment, live: NDArray[np.bool_], question: _Question) -> tuple[int, list[RankKey]]:
    mask = live
    for one in question.filters.mask(part):
        mask = mask & one
    rows = np.flatnonzero(mask)
    place = _skill_scores(part, question.query)[rows] + _factor_scores(part, rows, question)
    keep = place >= question.min_score
    rows, place = rows[keep], place[keep]
    total = len(rows)
    place += np.where(_eligible(part, question.query.talent)[rows], _ELIGIBLE, 0).astype(np.int32)
    if question.after is not None:
        keep = _follows(part, rows, place, question.after)
        rows, place = rows[keep], place[keep]
    best = _best(place, part.posted_at[rows], question.k)
    return total, [
        RankKey(
            bool(place[i] >= _ELIGIBLE),
            int(place[i] % _ELIGIBLE),
            int(part.posted_at[rows[i]]),
            UUID(bytes=bytes(part.key[rows[i]]).ljust(16, b"\0")),
        )
        for i in best.tolist()
    ]


def _skill_scores(part: Segment, query: TalentQuery) -> NDArray[np.int32]:
    """Return each row's points for skills and certificates."""
    scores = np.zeros(len(part), np.int32)
    ptr, row = part.skills.ptr, part.skills.row
    known = np.flatnonzero(query.skills < len(ptr) - 1)
    starts, ends = ptr[query.skills[known]], ptr[query.skills[known] + 1]
    for i in np.flatnonzero(ends > starts).tolist():
        span = slice(starts[i], ends[i])
        credit = query.credits[known[i]][segments.level_of(part.flags[span])]
        scores[row[span]] += segments.paid(part.points[span], credit)
    for scheme in query.talent.certificates:
        span = part.certificates.span(scheme)
        scores[part.certificates.row[span]] += part.certificate_points[span]
    return scores


def _factor_scores(part: Segment, rows: NDArray[np.int64], question: _Question) -> NDArray[np.int32]:
    """Return the points of ``rows`` for experience, education, location and pay."""
    query, parameters = question.query, question.parameters
    table = segments.factor_table(parameters)
    combo = part.combo[rows]
    near = np.maximum(query.regency[part.regency[rows]], query.province[part.province[rows]])
    near[part.remote[rows]] = MILLION
    scores = segments.paid(table[combo, 4], near)
    some = np.flatnonzero(combo & segments.EXPERIENCE)
    asked = part.experience_months[rows[some]].astype(np.int64)
    held = query.months[part.occupation[rows[some]] // 100]
    scores[some] += segments.paid(table[combo[some], 1], _share(held, asked))
    some = np.flatnonzero(combo & segments.EDUCATION)
    asked = part.education[rows[some]].astype(np.int64)
    scores[some] += segments.paid(table[combo[some], 3], _share(np.int64(query.talent.education), asked))
    some = np.flatnonzero(combo & segments.SALARY)
    scores[some] += segments.paid(table[combo[some], 5], _pay_credit(part.pay[rows[some]], question))
    return scores


def _share(part: NDArray[np.int64] | np.int64, whole: NDArray[np.int64]) -> NDArray[np.int64]:
    credit: NDArray[np.int64] = np.minimum(part, whole) * MILLION // whole
    return credit


def _pay_credit(pay: NDArray[np.int64], question: _Question) -> NDArray[np.int64]:
    minimum = question.query.talent.minimum_pay
    if not minimum:
        return np.full(len(pay), MILLION, np.int64)
    floor = minimum * (1000 - question.parameters.pay_slope)
    whole = minimum * 1000 - floor
    reached: NDArray[np.int64] = np.clip(np.minimum(pay, minimum) * 1000 - floor, 0, whole)
    return reached * MILLION // whole


def _eligible(part: Segment, talent: TalentFacts) -> NDArray[np.bool_]:
    met = np.ones(len(part), np.bool_)
    for i, gate in enumerate(part.gates):
        if not talent.holds(gate):
            met[part.gated.row[part.gated.span(i)]] = False
    return met


def _follows(part: Segment, rows: NDArray[np.int64], place: NDArray[np.int32], after: RankKey) -> NDArray[np.bool_]:
    """Tell which rows come after the key in the order."""
    last = after.score + (_ELIGIBLE if after.eligible else 0)
    posted = part.posted_at[rows]
    # ``S16`` compares bytes as unsigned numbers and reads missing ones as 0, as UUIDs are ordered.
    later_key = part.key[rows] > np.bytes_(after.key.bytes)
    tied = posted < after.posted_at
    tied |= (posted == after.posted_at) & later_key
    follows: NDArray[np.bool_] = (place < last) | ((place == last) & tied)
    return follows


def _best(place: NDArray[np.int32], posted: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return positions of the k first by place desc, posted desc, position, exactly."""
    chosen = np.arange(len(place))
    if k < len(place):
        cut = np.partition(place, len(place) - k)[len(place) - k]
        above, tied = np.flatnonzero(place > cut), np.flatnonzero(place == cut)
        needed, times = k - len(above), posted[tied]
        cut_time = np.partition(times, len(tied) - needed)[len(tied) - needed]
        newer, same = tied[times > cut_time], tied[times == cut_time]
        chosen = np.concatenate((above, newer, same[: needed - len(newer)]))
    order: NDArray[np.int64] = np.lexsort((chosen, -posted[chosen], -place[chosen]))
    return chosen[order]
