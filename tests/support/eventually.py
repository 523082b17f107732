"""Waiting for what happens by itself, with an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Return once `condition` holds; fails after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # the condition is anybody's
            await asyncio.sleep(0.005)
