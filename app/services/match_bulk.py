"""A million vacancies as columns: binary COPY from PostgreSQL straight into NumPy, no Python object a row.

Every row of a COPY has the same width here, so that a chunk of the stream is one structured array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.matching.columns import VacancyColumns
from app.matching.model import Gate, GateKind
from app.services.match_facts import LIVE_FROM, VACANCY_COLUMNS

_WIDTHS = {
    "uuid": "S16", "int8": ">i8", "int4": ">i4", "int2": ">i2", "bool": "?",
}  # fmt: skip
_VACANCY = (
    ("key", "uuid"), ("employer", "uuid"), ("posted_at", "int8"), ("occupation", "int4"),
    ("experience_months", "int2"), ("education", "int2"), ("province", "int2"), ("regency", "int2"),
    ("remote", "bool"), ("pay", "int8"), ("relation", "int2"), ("arrangement", "int2"), ("until", "int4"),
)  # fmt: skip
_SKILL = (("key", "uuid"), ("skill", "int4"), ("level", "int2"), ("essential", "bool"))
_CERTIFICATE = (("key", "uuid"), ("scheme", "int4"), ("mandatory", "bool"), ("group", "int2"))
_LICENCE = (("key", "uuid"), ("licence", "int4"))

#: `PGCOPY\n\377\r\n\0`, flags, length of the extension: 19 bytes; two bytes of -1 end the stream.
_HEADER, _TRAILER = 19, 2
_CHUNK_BYTES = 4 << 20
_PATIENCE = 3600.0

Fields = Sequence[tuple[str, str]]


def _layout(fields: Fields) -> np.dtype[Any]:
    """The layout of a tuple of a binary COPY: the number of fields, then the length of each before its bytes."""
    members: list[tuple[str, str]] = [("n_fields", ">i2")]
    for name, kind in fields:
        members += [(f"length_{name}", ">i4"), (name, _WIDTHS[kind])]
    return np.dtype(members)


class _Reader:
    """Takes the stream in pieces of any size, and hands whole rows over as structured arrays."""

    def __init__(self, fields: Fields, take: Callable[[NDArray[Any]], None]) -> None:
        self._layout = _layout(fields)
        self._take = take
        self._rest = bytearray()
        self._skip = _HEADER

    async def feed(self, data: bytes) -> None:
        """Take a piece of the stream."""
        self._rest += data
        if len(self._rest) >= _CHUNK_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand over the whole rows that have come."""
        usable = max(0, len(self._rest) - self._skip - _TRAILER) // self._layout.itemsize
        if not usable:
            return
        rows = np.frombuffer(bytes(self._rest), self._layout, usable, self._skip)
        del self._rest[: self._skip + usable * self._layout.itemsize]
        self._skip = 0
        self._take(rows)


async def _copy(session: AsyncSession, query: str, fields: Fields, take: Callable[[NDArray[Any]], None]) -> None:
    raw = await (await session.connection()).get_raw_connection()
    driver = raw.driver_connection
    if driver is None:
        msg = "the connection has been closed"
        raise RuntimeError(msg)
    reader = _Reader(fields, take)
    await driver.copy_from_query(query, output=reader.feed, format="binary", timeout=_PATIENCE)
    reader.flush()


async def be_patient(session: AsyncSession) -> None:
    """Lift the limits of time for the rest of this transaction; it reads or waits for long."""
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        await session.execute(text(f"SET LOCAL {name} = 0"))


class _Ragged:
    """Lists of vacancies, gathered by the row of the vacancy."""

    def __init__(self, keys: NDArray[np.bytes_], *names: str) -> None:
        self._keys = keys
        self._names = names
        self._parts: list[tuple[NDArray[Any], ...]] = []

    def take(self, rows: NDArray[Any]) -> None:
        """Keep what belongs to one of the vacancies."""
        if not len(self._keys):
            return
        spots = np.searchsorted(self._keys, rows["key"])
        spots[spots == len(self._keys)] = 0
        own = self._keys[spots] == rows["key"]
        self._parts.append((spots[own].astype(np.int32), *(_native(rows[name][own]) for name in self._names)))

    def joined(self) -> tuple[NDArray[Any], ...]:
        """Return the vacancies' rows and the values of each name."""
        if not self._parts:
            return tuple(np.zeros(0, np.int32) for _ in range(1 + len(self._names)))
        return tuple(np.concatenate(column) for column in zip(*self._parts, strict=True))


def _native(values: NDArray[Any]) -> NDArray[Any]:
    return values.astype(values.dtype.newbyteorder("="))


def _by_row(rows: NDArray[np.int32], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return offsets by row, and the order that sorts by row."""
    order = np.argsort(rows, kind="stable")
    counts = np.bincount(rows, minlength=size)
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64), order


def _distinct(rows: NDArray[np.int32], values: NDArray[Any]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the distinct pairs of row and value, by row."""
    pairs = np.unique((rows.astype(np.int64) << 32) | values.astype(np.int64))
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def _certificate_gates(
    rows: NDArray[np.int32], schemes: NDArray[np.int32], groups: NDArray[np.int16], gates: dict[Gate, int]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return (row, gate): the schemes of one group of a row are alternatives of one gate."""
    order = np.lexsort((schemes, groups, rows))
    rows, schemes, groups = rows[order], schemes[order], groups[order]
    starts = np.flatnonzero(np.r_[True, (rows[1:] != rows[:-1]) | (groups[1:] != groups[:-1])][: len(rows)])
    ends = np.append(starts, len(rows))[1:]
    known: dict[tuple[int, ...], int] = {}
    ids = np.empty(len(starts), np.int32)
    listed = schemes.tolist()
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        alternatives = tuple(listed[start:end])
        number = known.get(alternatives)
        if number is None:
            gate = Gate(GateKind.CERTIFICATE, frozenset(alternatives))
            number = known[alternatives] = gates.setdefault(gate, len(gates))
        ids[i] = number
    return rows[starts], ids


async def vacancy_columns(session: AsyncSession, today: date) -> VacancyColumns:
    """Return all vacancies that are live on ``today`` as columns, in the order of their ids.

    Several statements: a vacancy that changes meanwhile may come half old, half new. The caller read the change log
    before, so that it reads such a vacancy again.
    """
    await be_patient(session)
    live = f"{LIVE_FROM} AND v.valid_until >= date '{today.isoformat()}'"
    parts: list[NDArray[Any]] = []
    await _copy(session, f"SELECT {VACANCY_COLUMNS} {live}", _VACANCY, parts.append)
    whole = np.concatenate(parts) if parts else np.zeros(0, _layout(_VACANCY))
    del parts
    whole = whole[np.argsort(whole["key"], kind="stable")]
    keys = np.ascontiguousarray(whole["key"])
    n = len(keys)

    skills = _Ragged(keys, "skill", "level", "essential")
    columns = "s.vacancy_id, s.skill_id, s.level, s.essential"
    child = f"SELECT {{}} FROM {{}} WHERE {{}}.vacancy_id IN (SELECT v.id {live})"  # noqa: S608  # our own text and a date
    await _copy(session, child.format(columns, "vacancy_skill s", "s"), _SKILL, skills.take)
    certificates = _Ragged(keys, "scheme", "mandatory", "group")
    columns = "c.vacancy_id, c.scheme_id, c.mandatory, c.alternative_group"
    await _copy(session, child.format(columns, "vacancy_certificate c", "c"), _CERTIFICATE, certificates.take)
    query = text(f"SELECT DISTINCT unnest(v.required_licences) AS code {live} ORDER BY code")
    codes = list(await session.scalars(query))
    licences = _Ragged(keys, "licence")
    if codes:
        quoted = ", ".join("'" + code.replace("'", "''") + "'" for code in codes)
        asked = f"""
            SELECT q.id, q.number::int4 FROM (
                SELECT v.id, array_position(ARRAY[{quoted}], unnest(v.required_licences)) - 1 AS number {live}
            ) q WHERE q.number IS NOT NULL
        """  # noqa: S608  # codes from the table, quoted
        await _copy(session, asked, _LICENCE, licences.take)

    gates: dict[Gate, int] = {Gate(GateKind.LICENCE, frozenset({code})): i for i, code in enumerate(codes)}
    rows, scheme, mandatory, group = certificates.joined()
    must = mandatory.astype(bool)
    gate_rows, gate_ids = _certificate_gates(rows[must], scheme[must], group[must], gates)
    licence_rows, licence_ids = licences.joined()
    gate_rows, gate_ids = _distinct(np.concatenate((gate_rows, licence_rows)), np.concatenate((gate_ids, licence_ids)))
    preferred_rows, preferred = _distinct(rows[~must], scheme[~must])
    skill_rows, skill, level, essential = skills.joined()
    skill_ptr, by_skill = _by_row(skill_rows, n)
    return VacancyColumns(
        key=keys,
        posted_at=_native(whole["posted_at"]),
        occupation=_native(whole["occupation"]),
        experience_months=_native(whole["experience_months"]),
        education=whole["education"].astype(np.int8),
        province=_native(whole["province"]),
        regency=_native(whole["regency"]),
        remote=whole["remote"].astype(bool),
        pay=_native(whole["pay"]),
        employer=np.ascontiguousarray(whole["employer"]),
        relation=_native(whole["relation"]),
        arrangement=_native(whole["arrangement"]),
        until=_native(whole["until"]),
        skill_ptr=skill_ptr,
        skill=skill[by_skill],
        level=level[by_skill].astype(np.int8),
        essential=essential[by_skill].astype(bool),
        certificate_ptr=_by_row(preferred_rows, n)[0],
        certificate=preferred,
        gate_ptr=_by_row(gate_rows, n)[0],
        gate=gate_ids,
        gates=tuple(gates),
    )
