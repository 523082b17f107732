"""Rate limits that every process shares: one statement on an unlogged table, fixed windows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.core import clock
from app.core.db import Database
from app.core.errors import Problem
from app.core.problems.common import RATE_LIMITED

_COUNT = text(
    """
    INSERT INTO rate_limit_bucket AS b (key, window_start, calls) VALUES (:key, :start, 1)
    ON CONFLICT (key) DO UPDATE SET
        calls = CASE WHEN b.window_start = excluded.window_start THEN b.calls + 1 ELSE 1 END,
        window_start = excluded.window_start
    RETURNING calls
    """
)


@dataclass(frozen=True, slots=True)
class Quota:
    """`limit` calls in each window of `seconds`, for one class of operation."""

    name: str
    limit: int
    seconds: int = 60


async def spend(database: Database, quota: Quota, caller: str) -> dict[str, str]:
    """Count one call of `caller`; the headers that tell what is left, or a 429 problem.

    Counts in a transaction of its own, so that a call that fails is counted too. `caller` may be any text that a
    caller chose: only its digest is stored.
    """
    now = clock.now()
    start = datetime.fromtimestamp(now.timestamp() // quota.seconds * quota.seconds, tz=UTC)
    key = f"{quota.name}|{hashlib.sha256(caller.encode()).hexdigest()}"
    async with database.aside() as session:
        calls = await session.scalar(_COUNT, {"key": key, "start": start})
    reset = max(1, int((start + timedelta(seconds=quota.seconds) - now).total_seconds()))
    headers = {
        "RateLimit-Policy": f'"{quota.name}";q={quota.limit};w={quota.seconds}',
        "RateLimit": f'"{quota.name}";r={max(0, quota.limit - (calls or 0))};t={reset}',
    }
    if (calls or 0) > quota.limit:
        raise Problem(RATE_LIMITED, {"seconds": reset}, headers={**headers, "Retry-After": str(reset)})
    return headers
