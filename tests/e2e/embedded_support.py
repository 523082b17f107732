"""What the tests of the embedded server share: SQL, owners in other processes, a look at what still runs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.embedded_postgres import (
    THROWAWAY_SETTINGS,
    EmbeddedPostgres,
)

ROOT = Path(__file__).resolve().parents[2]

# How: `main` starts in the main thread, `thread` in another (as a worker thread of a program would), `orphan`
# as the main thread of a system where nothing ends the server with its owner.
OWNER = """
import signal, sys, threading
from pathlib import Path
from app.core import embedded_postgres, embedded_process
def leave(number, frame):
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
how = sys.argv[2]
if how == "orphan":
    embedded_process._die_with_parent = lambda: None
server = embedded_postgres.EmbeddedPostgres(Path(sys.argv[1]))
if how == "thread":
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()
else:
    server.start()
print(server.pid, server.url, flush=True)
try:
    while True:
        signal.pause()
finally:
    server.stop()
"""


def run_sql(url: str, *statements: str) -> list[Any]:
    """Execute `statements`, each committed, and return the rows of the last one that has any."""

    async def execute() -> list[Any]:
        rows: list[Any] = []
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                for statement in statements:
                    result = await connection.execute(text(statement))
                    rows = [tuple(row) for row in result] if result.returns_rows else rows
        finally:
            await engine.dispose()
        return rows

    with ThreadPoolExecutor(1) as pool:  # a loop of its own, apart from the test session's
        return pool.submit(asyncio.run, execute()).result()


def throwaway(path: Path, **settings: str) -> EmbeddedPostgres:
    return EmbeddedPostgres(path, settings={**THROWAWAY_SETTINGS, "shared_buffers": "16MB", **settings})


def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def servers_of(path: Path) -> list[int]:
    """Pids of every process that works in the cluster of `path`, found without the code under test."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.cwd().startswith(str(path / "postgres")):
                found.append(process.pid)
    return found


def snapshot(path: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(entry): (
            entry.stat().st_mode,
            entry.stat().st_mtime_ns,
            entry.read_bytes() if entry.is_file() else b"",
        )
        for entry in (path, *sorted(path.rglob("*")))
    }


class Owner:
    """Another process that owns a server."""

    def __init__(self, path: Path, how: str = "main") -> None:
        self.path = path
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(path), how], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )

    def ready(self) -> tuple[int, str]:
        """The server's pid and URL, once it runs."""
        assert self.process.stdout is not None
        pid, url = self.process.stdout.readline().split()
        return int(pid), url

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def close(self) -> int:
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(30)
