"""How skills stand for each other: a precomputed table of held and asked skills."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.matching.model import DEFAULT, MAX_LEVEL, MILLION, HeldSkill, Parameters, Relation

_RELATIONS = tuple(Relation)
_ORDER = {relation: i for i, relation in enumerate(_RELATIONS)}


@dataclass(frozen=True, slots=True)
class Link:
    """One relation of a skill: the other skill, the credit (ppm), the name of the relation."""

    skill: int
    rate: int
    relation: Relation


@dataclass(frozen=True, slots=True, eq=False)
class Relatedness:
    """Sparse rows by held skill: ``ptr[u]:ptr[u + 1]`` of ``asked``, ``rate`` (ppm), ``relation``.

    A skill's relation to itself is not stored. Of several relations of a pair only the best counts; with
    equal credit the earlier one in ``Relation``. ``back_*`` is the same table by asked skill.
    """

    ptr: NDArray[np.int64]
    asked: NDArray[np.int32]
    rate: NDArray[np.int32]
    relation: NDArray[np.int8]
    back_ptr: NDArray[np.int64]
    back: NDArray[np.int64]
    held: NDArray[np.int32]

    @classmethod
    def build(
        cls,
        *,
        broader: Iterable[tuple[int, int]] = (),
        related: Iterable[tuple[int, int]] = (),
        siblings: Iterable[Collection[int]] = (),
        neighbours: Iterable[tuple[int, int, int]] = (),
        parameters: Parameters = DEFAULT,
    ) -> "Relatedness":
        """Build the table.

        ``broader``: (narrow skill, broad skill). ``related``: pairs, either way round. ``siblings``: groups
        of skills under one parent, those above ``sibling_group_max`` are left out. ``neighbours``: (held,
        asked, ppm), bounded by ``neighbour_min`` and ``neighbour_max``.
        """
        rates = parameters.relations
        best: dict[tuple[int, int], tuple[int, int]] = {}

        def put(held: int, asked: int, rate: int, relation: Relation) -> None:
            candidate = (rate, -_ORDER[relation])
            if held != asked and rate > 0 and candidate > best.get((held, asked), (0, 0)):
                best[held, asked] = candidate

        for narrow, broad in broader:
            put(narrow, broad, rates.narrower, Relation.NARROWER)
            put(broad, narrow, rates.broader, Relation.BROADER)
        for one, other in related:
            put(one, other, rates.related, Relation.RELATED)
            put(other, one, rates.related, Relation.RELATED)
        for group in siblings:
            if len(group) <= rates.sibling_group_max:
                for held in group:
                    for asked in group:
                        put(held, asked, rates.sibling, Relation.SIBLING)
        for held, asked, rate in neighbours:
            put(held, asked, min(max(rate, rates.neighbour_min), rates.neighbour_max), Relation.NEIGHBOUR)
        return cls._of(best)

    @classmethod
    def _of(cls, best: dict[tuple[int, int], tuple[int, int]]) -> "Relatedness":
        pairs = sorted(best)
        held = np.array([pair[0] for pair in pairs], np.int32)
        asked = np.array([pair[1] for pair in pairs], np.int32)
        values = [best[pair] for pair in pairs]
        size = int(max(held.max(initial=-1), asked.max(initial=-1))) + 1
        back = np.argsort(asked, kind="stable")
        return cls(
            ptr=_offsets(held, size),
            asked=asked,
            rate=np.array([value[0] for value in values], np.int32),
            relation=np.array([-value[1] for value in values], np.int8),
            back_ptr=_offsets(asked, size),
            back=back,
            held=held,
        )

    def __len__(self) -> int:
        """Return the number of stored (held, asked) pairs."""
        return len(self.asked)

    def answers(self, held: int) -> Iterator[Link]:
        """Yield the asked skills that ``held`` stands for, itself first."""
        yield Link(held, MILLION, Relation.EXACT)
        if held + 1 < len(self.ptr):
            for i in range(int(self.ptr[held]), int(self.ptr[held + 1])):
                yield Link(int(self.asked[i]), int(self.rate[i]), _RELATIONS[self.relation[i]])

    def answered_by(self, asked: int) -> Iterator[Link]:
        """Yield the held skills that stand for ``asked``, itself first."""
        yield Link(asked, MILLION, Relation.EXACT)
        if asked + 1 < len(self.back_ptr):
            for i in self.back[self.back_ptr[asked] : self.back_ptr[asked + 1]].tolist():
                yield Link(int(self.held[i]), int(self.rate[i]), _RELATIONS[self.relation[i]])


def _offsets(ids: NDArray[np.int32], size: int) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(np.bincount(ids, minlength=size)))).astype(np.int64)


#: Nothing is related to anything but itself.
UNRELATED = Relatedness.build()


def sibling_groups(parents: Iterable[tuple[int, Hashable]]) -> list[list[int]]:
    """Group skills by parent: (skill, parent) pairs, where a parent may be a skill or a mere group."""
    groups: dict[Hashable, set[int]] = defaultdict(set)
    for skill, parent in parents:
        groups[parent].add(skill)
    return [sorted(group) for group in groups.values()]


def credit_of(rate: int, held: HeldSkill, level_asked: int, parameters: Parameters = DEFAULT) -> int:
    """Return floor(rate x evidence x min(level held, asked) / asked) in ppm."""
    evidence = parameters.evidence.of(held.evidence)
    return rate * evidence * min(held.level, level_asked) // (MILLION * level_asked)


@dataclass(frozen=True, slots=True)
class Credit:
    """The best claim to an asked skill: ppm, through which held skill and relation."""

    ppm: int
    via: HeldSkill | None
    relation: Relation


NO_CREDIT = Credit(0, None, Relation.NONE)


def best_credit(
    held: Collection[HeldSkill],
    skill: int,
    level: int,
    relatedness: Relatedness,
    parameters: Parameters = DEFAULT,
) -> Credit:
    """Return the best claim to ``skill`` at ``level``.

    Equal credit goes to the closer relation, then to the lower skill id, the higher level, the stronger
    evidence.
    """
    links = {link.skill: link for link in relatedness.answered_by(skill)}
    claims = [
        (
            -credit_of(links[item.skill].rate, item, level, parameters),
            _ORDER[links[item.skill].relation],
            item.skill,
            -item.level,
            -parameters.evidence.of(item.evidence),
            item,
        )
        for item in held
        if item.skill in links
    ]
    if not claims:
        return NO_CREDIT
    ppm, order, *_, item = min(claims)
    return Credit(-ppm, item, _RELATIONS[order]) if ppm else NO_CREDIT


def expand(
    held: Collection[HeldSkill], relatedness: Relatedness, parameters: Parameters = DEFAULT
) -> dict[int, tuple[int, ...]]:
    """Return, for each asked skill that ``held`` has a claim to, the best credit (ppm) at asked level 0-4.

    Index 0 is unused (0), so that a level is its own index.
    """
    best: dict[int, tuple[int, ...]] = {}
    nothing = (0,) * (MAX_LEVEL + 1)
    for item in held:
        for link in relatedness.answers(item.skill):
            old = best.get(link.skill, nothing)
            new = (0, *(credit_of(link.rate, item, level, parameters) for level in range(1, MAX_LEVEL + 1)))
            best[link.skill] = tuple(map(max, old, new))
    return best
