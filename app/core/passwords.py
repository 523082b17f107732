"""Passwords: argon2id in a thread, at most a few at once, and as slow for unknown users as for known ones."""

from __future__ import annotations

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 128


class Passwords:
    """Hashes and verifies; `parallel` bounds the memory (64 MiB each) and the cores that sign-ins may take."""

    def __init__(self, parallel: int = 2) -> None:
        """At most `parallel` hashes at a time in this process."""
        self._hasher = PasswordHash((Argon2Hasher(),))
        self._turn = asyncio.Semaphore(parallel)
        self._dummy: str | None = None

    async def hash(self, password: str) -> str:
        """The argon2id hash of `password`."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether `password` fits `stored`; takes the same time where there is no such user."""
        if stored is None:
            if self._dummy is None:
                self._dummy = await self.hash("no user has this password")
            stored, known = self._dummy, False
        else:
            known = True
        async with self._turn:
            fits = await asyncio.to_thread(self._hasher.verify, password, stored)
        return fits and known
