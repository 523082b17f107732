"""Runs periodic jobs; any number of workers may run at once.

Each job is held by an advisory lock of PostgreSQL while it runs, so that no two workers do the same at the
same time. The lock ends with its transaction, also when the worker is killed. A job that was cut off runs
again, here or elsewhere, so jobs are idempotent.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from sqlalchemy import text

from app.core.db import Database

log = structlog.get_logger(__name__)

#: Jobs of one process that run at the same time; each takes two connections, one for its lock.
CONCURRENCY = 3
_LONGEST_WAIT = 300.0
_HOLD = text("SELECT pg_try_advisory_xact_lock(:number)")
# The lock's transaction only waits; the server may not end it for that.
_MAY_IDLE = text("SET LOCAL idle_in_transaction_session_timeout = 0")


@dataclass(frozen=True, slots=True)
class Job:
    """`run(database)` every `every` seconds; it returns how many things it did."""

    name: str
    every: float
    run: Callable[[Database], Awaitable[int]]

    @property
    def lock(self) -> int:
        """The number of the advisory lock: 64 bits of a hash of the name."""
        digest = hashlib.sha256(f"worker|{self.name}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)


class Runner:
    """Runs `jobs` on `database` until it is told to stop."""

    def __init__(self, database: Database, jobs: Sequence[Job]) -> None:
        self._database = database
        self._jobs = jobs
        self._slots = asyncio.Semaphore(CONCURRENCY)

    async def run(self, stop: asyncio.Event, *, grace: float = 10.0) -> None:
        """Run every job at its times until `stop` is set; running ones then have `grace` seconds to end."""
        tasks = [asyncio.create_task(self._repeat(job, stop), name=job.name) for job in self._jobs]
        try:
            await stop.wait()
            _, late = await asyncio.wait(tasks, timeout=grace) if tasks else (set(), set())
            for task in late:
                log.warning("job_cut_off", job=task.get_name())
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _repeat(self, job: Job, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            async with self._slots:
                if stop.is_set():
                    return
                try:
                    await self.once(job)
                except Exception as error:  # noqa: BLE001  # one job's trouble is not the others'
                    failures += 1
                    log.warning("job_failed", job=job.name, error=type(error).__name__, failures=failures)
                else:
                    failures = 0
            pause = min(job.every * 2**failures, max(job.every, _LONGEST_WAIT))
            # Workers that started together drift apart.
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause * (0.9 + secrets.randbelow(200) / 1000))

    async def once(self, job: Job) -> int | None:
        """Run `job` now; how many things it did, or None where another worker is at it."""
        async with self._database.transaction() as guard:
            await guard.execute(_MAY_IDLE)
            if not await guard.scalar(_HOLD, {"number": job.lock}):
                return None
            done = await job.run(self._database)
        if done:
            log.info("job_done", job=job.name, count=done)
        return done
