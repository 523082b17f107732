"""The `hub` program as a process of its own, as a user starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import httpx

ROOT = Path(__file__).resolve().parents[2]
HUB = [sys.executable, "-c", "from app.cli import main; main()"]
_URL = re.compile(r"http://127\.0\.0\.1:\d+")


def environment(**changes: str) -> dict[str, str]:
    """Ours without anything that would lead a hub elsewhere, wide enough for tables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_") and name != "DATABASE_URL"}
    return {**kept, "COLUMNS": "160", **changes}


def hub(*words: str, seconds: float = 120, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run `hub WORDS` to its end."""
    return subprocess.run(
        [*HUB, *words],
        cwd=ROOT,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The single line on standard error of a command that failed."""
    assert result.returncode in {1, 2}, result
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("hub: ")
    return lines[0]


class Running:
    """A `hub` that serves until it is stopped; leaves nothing running."""

    def __init__(self, *words: str, **changes: str) -> None:
        self.process = subprocess.Popen(
            [*HUB, *words],
            cwd=ROOT,
            env=environment(**changes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream: IO[str] | None, lines: list[str]) -> None:
        assert stream is not None
        with stream:
            lines.extend(stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        for reader in self._readers:
            reader.join(10)

    def said(self, text: str, seconds: float = 120) -> str:
        """Everything on standard output, once `text` is in it."""
        end = time.monotonic() + seconds
        while text not in (said := "".join(self.out)):
            assert self.process.poll() is None, (said, "".join(self.err))
            assert time.monotonic() < end, (said, "".join(self.err))
            time.sleep(0.02)
        return said

    def url(self) -> str:
        """Where it serves; it says so."""
        found = _URL.search(self.said("http://127.0.0.1:"))
        assert found
        return found[0]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url(), timeout=30, trust_env=False)

    def ready(self, seconds: float = 60) -> None:
        """Wait until it says that it can serve."""
        end = time.monotonic() + seconds
        with self.client() as client:
            while True:
                try:
                    if client.get("/readyz").status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                assert time.monotonic() < end, "".join(self.err)
                time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop and return its status."""
        self.process.send_signal(number)
        return self.process.wait(60)
