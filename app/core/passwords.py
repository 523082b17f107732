"""Passwords: argon2id in a thread, at most a few at once, and as slow for unknown users as for known ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core.errors import Problem
from app.core.problems.common import UNAVAILABLE

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 128


class Passwords:
    """Hashes and verifies; `parallel` bounds the memory (64 MiB each) and the cores that sign-ins may take.

    With a full queue it answers 503 at once: a flood of sign-ins must not make everybody wait for minutes.
    """

    def __init__(self, parallel: int = 2, waiting: int = 40) -> None:
        """At most `parallel` hashes at a time in this process, and `waiting` more in the queue."""
        self._hasher = PasswordHash((Argon2Hasher(),))
        self._slots = asyncio.Semaphore(parallel)
        self._most = parallel + waiting
        self._present = 0
        self._dummy: str | None = None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._present >= self._most:
            raise Problem(UNAVAILABLE, headers={"Retry-After": "3"})
        self._present += 1
        try:
            async with self._slots:
                yield
        finally:
            self._present -= 1

    async def hash(self, password: str) -> str:
        """The argon2id hash of `password`."""
        async with self._turn():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether `password` fits `stored`; takes the same time where there is no such user."""
        if stored is None:
            if self._dummy is None:
                self._dummy = await self.hash("no user has this password")
            stored, known = self._dummy, False
        else:
            known = True
        async with self._turn():
            fits = await asyncio.to_thread(self._hasher.verify, password, stored)
        return fits and known
