"""Talents for a vacancy, in memory: the same pair scores as ``reference``, vectorised over the talents.

A changed talent is scored through a small second layout until a rebuild takes it in, so a change is visible
in the next ranking. Talents whose profile is too thin to rank (``is_insufficient``) are the caller's to leave
out.
"""

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.matching.model import (
    DEFAULT,
    MAX_LEVEL,
    MILLION,
    Evidence,
    Gate,
    GateKind,
    Parameters,
    TalentFacts,
    VacancyFacts,
    occupation_number,
)
from app.matching.points import IdfTable, points
from app.matching.relatedness import UNRELATED, Relatedness
from app.matching.segment import paid

_EVIDENCES = tuple(Evidence)
#: Changed talents held beside the base before it is rebuilt (at least).
_MOST_CHANGED = 2_000
_ELIGIBLE = 2 * MILLION


@dataclass(frozen=True, slots=True)
class RankedTalent:
    """A talent's place for a vacancy: gates met first, score desc, id."""

    key: UUID
    eligible: bool
    score: int

    @property
    def sort_key(self) -> tuple[bool, int, int]:
        """Ascending sort key of the order."""
        return (not self.eligible, -self.score, self.key.int)


@dataclass(frozen=True, slots=True)
class TalentRanking:
    """One page; ``total`` counts all that reach the minimum score."""

    items: tuple[RankedTalent, ...]
    total: int
    model_version: str
    idf_version: str


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """Talents by row in the order of their ids; ``*_rows`` are posting lists of rows."""

    keys: tuple[UUID, ...]
    skill_rows: Mapping[int, NDArray[np.int32]]
    skill_levels: Mapping[int, NDArray[np.int8]]
    skill_evidence: Mapping[int, NDArray[np.int8]]
    token_rows: Mapping[tuple[GateKind, int | str], NDArray[np.int32]]
    regency_rows: Mapping[int, NDArray[np.int32]]
    province_rows: Mapping[int, NDArray[np.int32]]
    experience_row: NDArray[np.int32]
    experience_unit: NDArray[np.int32]
    experience_months: NDArray[np.int64]
    education: NDArray[np.int64]
    minimum_pay: NDArray[np.int64]


def _layout(talents: Mapping[UUID, TalentFacts]) -> _Layout:
    keys = sorted(talents)
    facts = [talents[key] for key in keys]
    skills: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    tokens: dict[tuple[GateKind, int | str], list[int]] = defaultdict(list)
    regencies: dict[int, list[int]] = defaultdict(list)
    provinces: dict[int, list[int]] = defaultdict(list)
    for row, talent in enumerate(facts):
        for held in talent.skills:
            skills[held.skill].append((row, held.level, _EVIDENCES.index(held.evidence)))
        for kind, codes in (
            (GateKind.CERTIFICATE, talent.certificates),
            (GateKind.LICENCE, talent.licences),
            (GateKind.LEGAL, talent.permits),
        ):
            for code in codes:
                tokens[kind, code].append(row)
        for regency in talent.regencies:
            regencies[regency].append(row)
        for province in talent.all_provinces:
            provinces[province].append(row)
    spent = [(row, item) for row, talent in enumerate(facts) for item in talent.experience]
    return _Layout(
        keys=tuple(keys),
        skill_rows={skill: np.array([item[0] for item in held], np.int32) for skill, held in skills.items()},
        skill_levels={skill: np.array([item[1] for item in held], np.int8) for skill, held in skills.items()},
        skill_evidence={skill: np.array([item[2] for item in held], np.int8) for skill, held in skills.items()},
        token_rows={token: np.array(rows, np.int32) for token, rows in tokens.items()},
        regency_rows={regency: np.array(rows, np.int32) for regency, rows in regencies.items()},
        province_rows={province: np.array(rows, np.int32) for province, rows in provinces.items()},
        experience_row=np.array([row for row, _ in spent], np.int32),
        experience_unit=np.array([occupation_number(item.occupation) // 100 for _, item in spent], np.int32),
        experience_months=np.array([item.months for _, item in spent], np.int64),
        education=np.array([talent.education for talent in facts], np.int64),
        minimum_pay=np.array([talent.minimum_pay or 0 for talent in facts], np.int64),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Snapshot:
    facts: Mapping[UUID, TalentFacts]
    base: _Layout
    dead: NDArray[np.int64]
    changed: _Layout


@dataclass(slots=True, eq=False)
class TalentIndex:
    """Talents ready to be ranked for a vacancy, by any number of threads while others change them."""

    relatedness: Relatedness = UNRELATED
    parameters: Parameters = DEFAULT
    _snapshot: _Snapshot = field(init=False)
    _base: dict[UUID, TalentFacts] = field(init=False, default_factory=dict)
    _changed: dict[UUID, TalentFacts | None] = field(init=False, default_factory=dict)
    _writer: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Start empty."""
        self._swap()

    def __len__(self) -> int:
        """Return the number of talents."""
        snapshot = self._snapshot
        return len(snapshot.base.keys) - len(snapshot.dead) + len(snapshot.changed.keys)

    def load(self, talents: Iterable[tuple[UUID, TalentFacts]]) -> None:
        """Replace everything."""
        with self._writer:
            self._base, self._changed = dict(talents), {}
            self._swap()

    def apply(self, upserts: Iterable[tuple[UUID, TalentFacts]] = (), deletes: Iterable[UUID] = ()) -> None:
        """Put in, replace and take out talents, visible together. A key in both is taken out."""
        with self._writer:
            self._changed.update(upserts)
            self._changed.update(dict.fromkeys(deletes))
            if len(self._changed) > max(_MOST_CHANGED, len(self._base) // 10):
                self._base = self._current()
                self._changed = {}
                self._swap()
            else:
                self._swap(self._snapshot.base)

    def _current(self) -> dict[UUID, TalentFacts]:
        merged = {**self._base, **self._changed}
        return {key: talent for key, talent in merged.items() if talent is not None}

    def _swap(self, base: _Layout | None = None) -> None:
        layout = _layout(self._base) if base is None else base
        spots = {key: bisect_left(layout.keys, key) for key in self._changed if key in self._base}
        live = {key: talent for key, talent in self._changed.items() if talent is not None}
        self._snapshot = _Snapshot(self._base, layout, np.array(list(spots.values()), np.int64), _layout(live))

    def rank(
        self,
        vacancy: VacancyFacts,
        idf: IdfTable,
        k: int,
        after: RankedTalent | None = None,
        min_score: int = 0,
    ) -> TalentRanking:
        """Return the ``k`` best talents after ``after``, exactly, with the number of all that pass.

        ``idf``: the table of the vacancy index, so that a pair has one score in both directions.
        """
        snapshot = self._snapshot
        total, found = 0, []
        for layout, dead in ((snapshot.base, snapshot.dead), (snapshot.changed, np.zeros(0, np.int64))):
            place = self._places(layout, vacancy, idf)
            passing = place % _ELIGIBLE >= min_score
            passing[dead] = False
            total += int(passing.sum())
            rows = np.flatnonzero(passing)
            if after is not None:
                last = after.score + (_ELIGIBLE if after.eligible else 0)
                tied = [row for row in rows[place[rows] == last].tolist() if layout.keys[row] > after.key]
                rows = np.concatenate((rows[place[rows] < last], np.array(tied, np.int64)))
            best = rows[np.lexsort((rows, -place[rows]))][:k]
            found += [
                RankedTalent(layout.keys[row], bool(place[row] >= _ELIGIBLE), int(place[row] % _ELIGIBLE))
                for row in best.tolist()
            ]
        found.sort(key=lambda ranked: ranked.sort_key)
        return TalentRanking(tuple(found[:k]), total, self.parameters.version, idf.version)

    def _places(self, layout: _Layout, vacancy: VacancyFacts, idf: IdfTable) -> NDArray[np.int64]:
        """Return each row's score, raised by ``_ELIGIBLE`` where all gates are met."""
        most = points(vacancy, idf, self.parameters)
        place = np.zeros(len(layout.keys), np.int64)
        for asked, own in zip(vacancy.skills, most.skills, strict=True):
            place += paid(own, self._credit(layout, asked.skill, asked.level))
        for scheme, own in zip(vacancy.preferred_certificates, most.certificates, strict=True):
            place[_rows(layout.token_rows.get((GateKind.CERTIFICATE, scheme)))] += own
        if vacancy.experience_months:
            months = np.minimum(self._months(layout, vacancy.occupation), vacancy.experience_months)
            place += paid(most.experience, months * MILLION // vacancy.experience_months)
        if vacancy.education:
            level = np.minimum(layout.education, vacancy.education)
            place += paid(most.education, level * MILLION // vacancy.education)
        place += paid(most.location, self._location(layout, vacancy))
        if vacancy.pay is not None:
            place += paid(most.salary, self._pay(layout, vacancy.pay))
        return place + _ELIGIBLE * _eligible(layout, vacancy.gates)

    def _credit(self, layout: _Layout, skill: int, level: int) -> NDArray[np.int64]:
        rates = [self.parameters.evidence.of(evidence) for evidence in _EVIDENCES]
        best = np.zeros(len(layout.keys), np.int64)
        for link in self.relatedness.answered_by(skill):
            rows = layout.skill_rows.get(link.skill)
            if rows is None:
                continue
            by_claim = np.array(
                [
                    [link.rate * rate * min(held, level) // (MILLION * level) for rate in rates]
                    for held in range(MAX_LEVEL + 1)
                ],
                np.int64,
            )
            claims = by_claim[layout.skill_levels[link.skill], layout.skill_evidence[link.skill]]
            np.maximum.at(best, rows, claims)
        return best

    def _months(self, layout: _Layout, occupation: str | None) -> NDArray[np.int64]:
        months = layout.experience_months
        if occupation is not None:
            asked = occupation_number(occupation) // 100
            near = layout.experience_unit // 10 == asked // 10
            rate = np.where(layout.experience_unit == asked, MILLION, self.parameters.same_minor_group * near)
            months = months * rate // MILLION
        return np.bincount(layout.experience_row, months, minlength=len(layout.keys)).astype(np.int64)

    def _location(self, layout: _Layout, vacancy: VacancyFacts) -> NDArray[np.int64]:
        if vacancy.remote:
            return np.full(len(layout.keys), MILLION, np.int64)
        near = np.zeros(len(layout.keys), np.int64)
        near[_rows(layout.province_rows.get(-1 if vacancy.province is None else vacancy.province))] = (
            self.parameters.same_province
        )
        near[_rows(layout.regency_rows.get(-1 if vacancy.regency is None else vacancy.regency))] = MILLION
        return near

    def _pay(self, layout: _Layout, pay: int) -> NDArray[np.int64]:
        minimum = layout.minimum_pay
        floor = minimum * (1000 - self.parameters.pay_slope)
        whole = minimum * 1000 - floor
        reached = np.clip(np.minimum(pay, minimum) * 1000 - floor, 0, whole)
        return np.where(minimum > 0, reached * MILLION // np.maximum(whole, 1), MILLION)


def _rows(rows: NDArray[np.int32] | None) -> NDArray[np.int32]:
    return np.zeros(0, np.int32) if rows is None else rows


def _eligible(layout: _Layout, gates: Sequence[Gate]) -> NDArray[np.bool_]:
    met = np.ones(len(layout.keys), np.bool_)
    for gate in gates:
        own = np.zeros(len(layout.keys), np.bool_)
        for code in gate.alternatives:
            own[_rows(layout.token_rows.get((gate.kind, code)))] = True
        met &= own
    return met
