"""Follows a log of changes that triggers write, in commit order and without gaps.

A sequence number is given before the commit, so that "everything above the highest number read" misses what commits
late. The reader remembers `pg_snapshot_xmin` of its last reading instead: every transaction that was not visible then
has that number or a higher one. Rows at or above it are read again, and those already handed out are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Batch:
    """One reading: the changed ids by column, and what else the same statement read (`extra`).

    `complete` is false where there was more than the limit; then `changed` holds nothing, and the reader builds
    everything anew.
    """

    changed: Mapping[str, set[UUID]]
    extra: Mapping[str, Any]
    complete: bool
    watermark: int
    seqs: Mapping[int, int]


def _query(table: str, columns: tuple[str, ...], extra: Mapping[str, str]) -> TextClause:
    lists = "".join(f", array_agg(c.{column}) AS {column}" for column in columns)
    scalars = "".join(f", ({expression}) AS x_{name}" for name, expression in extra.items())
    return text(
        f"""
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS watermark, n.* {scalars}
        FROM (
            SELECT array_agg(c.seq) AS seqs, array_agg(c.xid) AS xids {lists}
            FROM (
                SELECT * FROM {table} l
                WHERE l.xid >= :watermark AND l.seq <> ALL(:seen)
                ORDER BY l.xid LIMIT :most
            ) c
        ) n
        """  # noqa: S608  # names of tables and columns of this package
    ).bindparams(bindparam("seen", type_=ARRAY(BigInteger)))


@dataclass(slots=True)
class ChangeFeed:
    """A reader of `table`, whose `columns` hold ids. `extra`: names and scalar SQL read in the same statement.

    A reading of more than `most` changes is not handed out one by one.
    """

    table: str
    columns: tuple[str, ...]
    extra: Mapping[str, str] = field(default_factory=dict)
    most: int = 50_000
    _watermark: int = field(init=False, default=0)
    _seen: dict[int, int] = field(init=False, default_factory=dict)
    _statement: TextClause = field(init=False)

    def __post_init__(self) -> None:
        """Compose the statement once."""
        self._statement = _query(self.table, self.columns, self.extra)

    async def start(self, session: AsyncSession) -> None:
        """Go on from here: whatever is visible to a later statement need not be read from the log."""
        row = (
            await session.execute(
                text(
                    f"""
                    WITH now AS (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS watermark)
                    SELECT now.watermark,
                        ARRAY(SELECT l.seq FROM {self.table} l WHERE l.xid >= now.watermark ORDER BY l.seq) AS seqs,
                        ARRAY(SELECT l.xid FROM {self.table} l WHERE l.xid >= now.watermark ORDER BY l.seq) AS xids
                    FROM now
                    """  # noqa: S608  # the name of a table of this package
                )
            )
        ).one()
        self._watermark = row.watermark
        self._seen = dict(zip(row.seqs, row.xids, strict=True))

    async def read(self, session: AsyncSession) -> Batch:
        """Read what changed since the last accepted batch: one statement, so one snapshot."""
        parameters = {"watermark": self._watermark, "seen": list(self._seen), "most": self.most + 1}
        row = (await session.execute(self._statement, parameters)).one()
        seqs = row.seqs or []
        complete = len(seqs) <= self.most
        return Batch(
            changed={
                column: {key for key in getattr(row, column) or () if key is not None} if complete else set()
                for column in self.columns
            },
            extra={name: getattr(row, f"x_{name}") for name in self.extra},
            complete=complete,
            watermark=row.watermark,
            seqs=dict(zip(seqs, row.xids or [], strict=True)),
        )

    def accept(self, batch: Batch) -> None:
        """Go on after `batch`, whose changes have been applied; not before, so that a failure loses nothing."""
        together = {**self._seen, **batch.seqs}
        self._watermark = batch.watermark
        self._seen = {seq: xid for seq, xid in together.items() if xid >= batch.watermark}
