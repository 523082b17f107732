"""The unit of work of a request: at most one write transaction, committed before the answer leaves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from fastapi import Response
from sqlalchemy import text

from app.core.db import Database, ReadSession, WriteSession
from app.core.errors import Problem
from app.core.problems.common import IDEMPOTENCY_IN_PROGRESS, IDEMPOTENCY_KEY_REUSED
from app.models.system import IdempotencyRecord

_KEPT_HEADERS = ("content-type", "location", "etag", "cache-control")


class Replay(Exception):  # control flow: an answer, not an error
    """The request was answered before; `response` is that answer."""

    def __init__(self, response: Response) -> None:
        """Answer with `response`."""
        super().__init__()
        self.response = response


@dataclass(frozen=True, slots=True)
class Claim:
    """An idempotency key that this request holds until its commit."""

    caller: str
    key: str
    operation: str
    request_hash: bytes


class UnitOfWork:
    """Opens sessions when they are first needed, and ends them all together."""

    def __init__(self, database: Database) -> None:
        """A unit of work over `database`."""
        self._database = database
        self._write: WriteSession | None = None
        self._read: ReadSession | None = None
        self._claim: Claim | None = None

    def write(self) -> WriteSession:
        """The transaction of this request."""
        if self._write is None:
            self._write = self._database.write()
        return self._write

    @property
    def writes(self) -> bool:
        """Whether this request has opened its transaction."""
        return self._write is not None

    def read(self) -> ReadSession:
        """The session for reads of this request."""
        if self._read is None:
            self._read = self._database.read()
        return self._read

    async def claim(self, claim: Claim) -> None:
        """Hold an idempotency key: answers again what was answered, refuses another body or a running twin."""
        session = self.write()
        # Two 32-bit halves of a hash name the lock; it is released by the end of the transaction.
        digest = hashlib.sha256(f"{claim.caller}\n{claim.key}".encode()).digest()
        number = int.from_bytes(digest[:8], "big", signed=True)
        if not await session.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}):
            raise Problem(IDEMPOTENCY_IN_PROGRESS, headers={"Retry-After": "1"})
        record = await session.get(IdempotencyRecord, (claim.caller, claim.key))
        if record is not None:
            if record.request_hash != claim.request_hash:
                raise Problem(IDEMPOTENCY_KEY_REUSED)
            headers = {**record.headers, "Idempotency-Replayed": "true"}
            raise Replay(Response(record.body, record.status, headers))
        self._claim = claim

    def keep(self, response: Response) -> None:
        """Store `response` under the claimed key, in the transaction of the change itself."""
        if self._claim is not None:
            self.write().add(
                IdempotencyRecord(
                    caller=self._claim.caller,
                    key=self._claim.key,
                    operation=self._claim.operation,
                    request_hash=self._claim.request_hash,
                    status=response.status_code,
                    headers={name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
                    body=bytes(response.body),
                )
            )

    async def commit(self) -> None:
        """Commit the write transaction, if there is one."""
        if self._write is not None:
            await self._write.commit()

    async def close(self) -> None:
        """Give the connections back; what was not committed is rolled back."""
        for session in (self._write, self._read):
            if session is not None:
                await session.close()
        self._write = self._read = self._claim = None
