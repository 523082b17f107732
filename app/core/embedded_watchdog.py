"""Stops a server whose owner died, where the kernel cannot do it. Run as a script by `embedded_process`.

Arguments: pid of the owner (this script's parent), pid of the server, creation time of the server in seconds
since the epoch. Imports nothing of the application, so that it starts fast and stays small.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import psutil

_PERIOD_SECONDS = 0.2


def watch(owner: int, server: psutil.Process) -> None:
    """Return when `server` is gone; interrupt it (fast shutdown) once `owner` is not our parent any more.

    `psutil.Process` compares creation times before it signals, so a reused pid is left alone.
    """
    while server.is_running() and server.status() != psutil.STATUS_ZOMBIE:
        if os.getppid() != owner:
            server.send_signal(signal.SIGINT)
            return
        time.sleep(_PERIOD_SECONDS)


def main(owner: str, pid: str, created: str) -> None:
    """Watch the process `pid` unless that number already belongs to another process."""
    try:
        server = psutil.Process(int(pid))
        if abs(server.create_time() - float(created)) < 1:
            watch(int(owner), server)
    except psutil.NoSuchProcess:
        return


if __name__ == "__main__":
    main(*sys.argv[1:])
