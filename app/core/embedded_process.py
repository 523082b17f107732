"""Processes of the embedded server: the account they run as, their death with their owner, and orphans."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.core import embedded_watchdog
from app.core.embedded_directory import EmbeddedPostgresError, Reason

# Carried on the server's command line: how an orphan of this very directory is told from any other server.
DIRECTORY_SETTING = "hub.data_dir"
_PR_SET_PDEATHSIG = 1
_FAST, _IMMEDIATE, _KILL = signal.SIGINT, signal.SIGQUIT, signal.SIGKILL
FAST_SECONDS, IMMEDIATE_SECONDS, KILL_SECONDS = 120.0, 10.0, 10.0


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server's processes run as; `ids` is None when that is simply this process's account."""

    uid: int
    ids: tuple[int, int] | None = None


def server_account(server_dir: Path, fallback: str) -> Account:
    """Our own account; for root, which PostgreSQL refuses, the owner of `server_dir` or else `fallback`."""
    if os.geteuid() != 0:
        return Account(os.geteuid())
    with suppress(FileNotFoundError):
        seen = server_dir.stat()
        if seen.st_uid != 0:
            return Account(seen.st_uid, (seen.st_uid, seen.st_gid))
    try:
        entry = pwd.getpwnam(fallback)
    except KeyError as error:
        raise EmbeddedPostgresError(
            Reason.UNSUPPORTED_PLATFORM,
            f"PostgreSQL does not run as root and there is no account {fallback!r} to run it as; "
            "run the hub as an ordinary user",
        ) from error
    return Account(entry.pw_uid, (entry.pw_uid, entry.pw_gid))


class Runner:
    """Runs programs as one account, with a clean environment, outside the terminal's process group."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._keep: tuple[int, ...] = ()

    def path_for(self, directory: Path) -> str:
        """A name of `directory` that the account can use; `directory` itself must be open to it.

        Below a directory the account may not enter (/root, a 0700 home) nothing is opened to it. It gets the
        directory as an inherited descriptor, under Linux's name for that, and reaches this one place only.
        """
        if self.account.ids is None or self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)]).returncode == 0:
            return str(directory)
        if sys.platform != "linux":
            raise EmbeddedPostgresError(
                Reason.NO_PERMISSION,
                f"the account {self.account.uid}, which runs PostgreSQL for root, cannot reach {directory}; "
                "run the hub as an ordinary user or choose another --data-dir",
            )
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        self._keep = (*self._keep, handle)
        return f"/proc/self/fd/{handle}"

    def close(self) -> None:
        """Give back the descriptors that `path_for` opened."""
        for handle in self._keep:
            os.close(handle)
        self._keep = ()

    def run(
        self, argv: Sequence[str], *, stdin: str = "", password: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `argv` to its end; stdout and stderr come back as one text."""
        uid, gid = self.account.ids or (None, None)
        return subprocess.run(
            argv,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            cwd="/",
            env=_environment(password),
            user=uid,
            group=gid,
            extra_groups=None if gid is None else [],
            pass_fds=self._keep,
            start_new_session=True,
            preexec_fn=_die_with_parent(),
            check=False,
        )

    def spawn(self, argv: Sequence[str], log: int) -> subprocess.Popen[bytes]:
        """Start `argv`, its output going to descriptor `log`; it is interrupted when this process dies."""
        uid, gid = self.account.ids or (None, None)
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(None),
            user=uid,
            group=gid,
            extra_groups=None if gid is None else [],
            pass_fds=self._keep,
            start_new_session=True,
            preexec_fn=_die_with_parent(),  # noqa: PLW1509  # one prctl, resolved before the fork
        )


def _environment(password: str | None) -> dict[str, str]:
    """What a program gets: no PG* variable, no secret of ours, and messages in English, for us to read."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": "/", "TZ": "UTC"}
    return environment if password is None else {**environment, "PGPASSWORD": password}


def _kernel_watches() -> bool:
    """Whether PDEATHSIG can be used: Linux has it, and fires it when the *thread* that forked ends."""
    return sys.platform == "linux" and threading.current_thread() is threading.main_thread()


def _die_with_parent() -> Callable[[], None] | None:
    """What a child does before exec, so that the kernel interrupts it when its parent dies."""
    if not _kernel_watches():
        return None
    prctl = ctypes.CDLL(None).prctl  # resolved before the fork: after it only this call is made
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, int(_FAST))
        if os.getppid() != parent:  # died between fork and prctl
            os._exit(1)

    return ask


def start_watchdog(server: subprocess.Popen[bytes]) -> subprocess.Popen[bytes] | None:
    """A small process that interrupts `server` when this one dies; None where the kernel does it."""
    if _kernel_watches():
        return None
    created = psutil.Process(server.pid).create_time()
    script = str(Path(embedded_watchdog.__file__))
    # -P: the script's directory is app/core, whose `logging.py` must not stand in for the standard library's.
    argv = [sys.executable, "-P", script, str(os.getpid()), str(server.pid), repr(created)]
    return subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        start_new_session=True,
    )  # fmt: skip


def stop_child(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown (sessions end, checkpoint, nothing committed is lost); harder when it does not end."""
    for number, seconds in ((_FAST, FAST_SECONDS), (_IMMEDIATE, IMMEDIATE_SECONDS), (_KILL, KILL_SECONDS)):
        if server.poll() is not None:
            return
        server.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            server.wait(seconds)


def find_orphans(directory: Path, cluster: Path, uid: int) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """Servers of `directory` that still run, and backends that outlived theirs.

    A server is known by its command line, anything of it by its working directory, which PostgreSQL keeps in
    the cluster. No pid is read from any file. Only who holds the directory may call these orphans.
    """
    servers: list[psutil.Process] = []
    others: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() != "postgres" or process.uids().real != uid or _gone(process):
                continue
            arguments = process.cmdline()
            here = _works_in(process, cluster)
            if f"{DIRECTORY_SETTING}={directory}" in arguments or (here and "-D" in arguments):
                servers.append(process)
            elif here:
                others.append(process)
    return servers, others


def _works_in(process: psutil.Process, directory: Path) -> bool:
    try:
        return process.cwd() == str(directory)
    except psutil.AccessDenied:  # some systems show it to the account itself only; the command line has to do
        return False


def stop_orphans(directory: Path, cluster: Path, uid: int) -> None:
    """Stop every orphan, by a fast shutdown if it lets us; raises `IN_USE` for one that does not end."""
    servers, _ = find_orphans(directory, cluster, uid)
    _stop_all(servers, ((_FAST, FAST_SECONDS), (_IMMEDIATE, IMMEDIATE_SECONDS), (_KILL, KILL_SECONDS)))
    # Children of a server that is gone end by themselves as soon as they notice; then they are made to.
    _, others = find_orphans(directory, cluster, uid)
    if not _wait_gone(others, 1.0):
        _stop_all(others, ((_IMMEDIATE, IMMEDIATE_SECONDS), (_KILL, KILL_SECONDS)))
    left = [process.pid for group in find_orphans(directory, cluster, uid) for process in group]
    if left:
        raise EmbeddedPostgresError(
            Reason.IN_USE,
            f"an old server of the data directory {directory} does not stop (process {left[0]}); stop it by hand",
        )


def _stop_all(processes: Iterable[psutil.Process], steps: Iterable[tuple[signal.Signals, float]]) -> None:
    left = list(processes)
    for number, seconds in steps:
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        if _wait_gone(left, seconds):
            return
        left = [process for process in left if not _gone(process)]


def _wait_gone(processes: Iterable[psutil.Process], seconds: float) -> bool:
    end = time.monotonic() + seconds
    left = list(processes)
    while left := [process for process in left if not _gone(process)]:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _gone(process: psutil.Process) -> bool:
    """Dead, or a zombie: in a container whose first process reaps nobody, those stay for ever."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
