"""Vacancies as columns: the bulk form in which the index takes a million of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.matching.model import Gate, VacancyFacts, occupation_number

#: "Not stated" in a column of codes.
UNSTATED = -1
#: The last day (``date.toordinal``) of what never ends.
FOREVER = 3_652_059
_NO_UUID = bytes(16)
_Number = TypeVar("_Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Listing:
    """What only filters read. ``relation``, ``arrangement``: numbers of the caller's own lists (0..32767).

    ``until``: the last day on which it may appear, as ``date.toordinal``.
    """

    employer: UUID | None = None
    relation: int = UNSTATED
    arrangement: int = UNSTATED
    until: int = FOREVER


@dataclass(frozen=True, slots=True)
class IndexedVacancy:
    """A live vacancy as the index takes it."""

    facts: VacancyFacts
    listing: Listing = Listing()


@dataclass(frozen=True, slots=True, eq=False)
class VacancyColumns:
    """n vacancies, one array a field, and three ragged lists as offsets (n + 1) and values.

    ``key`` and ``employer``: the 16 bytes of the UUID as ``S16`` (all zero: none). ``posted_at``:
    microseconds. ``occupation``: ``occupation_number`` or -1; ``province``, ``regency``, ``relation``,
    ``arrangement``, ``pay`` (rupiah a month): -1 for not stated; ``experience_months`` and ``education``: 0
    for not asked. A vacancy names a skill and a certificate at most once. ``gate`` holds positions in
    ``gates``.
    ``until``: the last day on which it may appear, as ``date.toordinal``.
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
    skill_ptr: NDArray[np.int64]
    skill: NDArray[np.int32]
    level: NDArray[np.int8]
    essential: NDArray[np.bool_]
    certificate_ptr: NDArray[np.int64]
    certificate: NDArray[np.int32]
    gate_ptr: NDArray[np.int64]
    gate: NDArray[np.int32]
    gates: tuple[Gate, ...] = ()

    def __len__(self) -> int:
        """Return the number of vacancies."""
        return len(self.key)

    @classmethod
    def of(cls, vacancies: Iterable[IndexedVacancy]) -> "VacancyColumns":
        """Turn vacancies into columns."""
        rows = list(vacancies)
        facts = [row.facts for row in rows]
        gates: dict[Gate, int] = {}
        asked = [item for fact in facts for item in fact.skills]
        return cls(
            key=_uuids([fact.key.bytes for fact in facts]),
            posted_at=_array([fact.posted_at for fact in facts], np.int64),
            occupation=_array(
                [UNSTATED if fact.occupation is None else occupation_number(fact.occupation) for fact in facts],
                np.int32,
            ),
            experience_months=_array([fact.experience_months for fact in facts], np.int16),
            education=_array([fact.education for fact in facts], np.int8),
            province=_array([_stated(fact.province) for fact in facts], np.int16),
            regency=_array([_stated(fact.regency) for fact in facts], np.int16),
            remote=_array([fact.remote for fact in facts], np.bool_),
            pay=_array([_stated(fact.pay) for fact in facts], np.int64),
            employer=_uuids([row.listing.employer.bytes if row.listing.employer else _NO_UUID for row in rows]),
            relation=_array([row.listing.relation for row in rows], np.int16),
            arrangement=_array([row.listing.arrangement for row in rows], np.int16),
            until=_array([row.listing.until for row in rows], np.int32),
            skill_ptr=_ptr([len(fact.skills) for fact in facts]),
            skill=_array([item.skill for item in asked], np.int32),
            level=_array([item.level for item in asked], np.int8),
            essential=_array([item.essential for item in asked], np.bool_),
            certificate_ptr=_ptr([len(fact.preferred_certificates) for fact in facts]),
            certificate=_array([scheme for fact in facts for scheme in fact.preferred_certificates], np.int32),
            gate_ptr=_ptr([len(fact.gates) for fact in facts]),
            gate=_array([gates.setdefault(gate, len(gates)) for fact in facts for gate in fact.gates], np.int32),
            gates=tuple(gates),
        )


def _stated(value: int | None) -> int:
    return UNSTATED if value is None else value


def _array(values: Sequence[int], kind: type[_Number]) -> NDArray[_Number]:
    return np.array(values, dtype=kind)


def _uuids(values: Sequence[bytes]) -> NDArray[np.bytes_]:
    return np.array(values, dtype="S16")


def _ptr(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(np.array(lengths, np.int64)))).astype(np.int64)
