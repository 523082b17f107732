"""The embedded server against real kills, real locks and a really full disk. No part of it is replaced.

As root (the usual case in a container) pytest's own temporary directory is closed to other accounts, so the
unprivileged server reaches its data as it would under /root.
"""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from app.core import embedded_binaries, embedded_directory, embedded_process
from app.core.embedded_directory import require_space
from app.core.embedded_postgres import (
    SOCKET_PATH_BYTES,
    THROWAWAY_SETTINGS,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    Reason,
    condensed,
)

ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts and mounts file systems")

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


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Callable[..., Owner]]:
    """Start owners; whatever a failed test leaves of them and their servers is ended."""
    owners: list[Owner] = []

    def start(path: Path, how: str = "main") -> Owner:
        owners.append(Owner(path, how))
        return owners[-1]

    yield start
    for owner in owners:
        if owner.process.poll() is None:
            owner.kill()
    for pid in servers_of(tmp_path):
        os.kill(pid, signal.SIGKILL)


def test_data_outlives_a_restart_and_the_server_is_private(tmp_path: Path) -> None:
    path = tmp_path / "hub"
    server = EmbeddedPostgres(path)
    url = server.start()
    assert url == server.url == server.start()
    pid = server.pid
    assert pid is not None
    listening = psutil.Process(pid).net_connections("inet")
    assert listening == []
    seen = run_sql(
        url,
        "CREATE TABLE kept (n int)",
        "INSERT INTO kept VALUES (7)",
        "CREATE EXTENSION pg_trgm",
        "SELECT current_setting('fsync'), current_setting('max_connections'), current_setting('TimeZone'),"
        " current_setting('server_version'), rolsuper, datlocprovider::text, datlocale"
        " FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()",
    )
    assert seen == [("on", "100", "UTC", server.server_version, False, "b", "C.UTF-8")]
    with pytest.raises(DBAPIError, match="password authentication failed"):
        run_sql(make_url(url).set(password="wrong").render_as_string(hide_password=False))
    modes = {
        name: stat.S_IMODE((path / name).stat().st_mode)
        for name in (
            "postgres",
            "postgres/run",
            "postgres/superuser.password",
            "app.password",
            "postgres.log",
        )
    }
    assert modes == {
        "postgres": 0o700,
        "postgres/run": 0o700,
        "postgres/superuser.password": 0o600,
        "app.password": 0o600,
        "postgres.log": 0o600,
    }
    server.stop()
    server.stop()
    assert server.pid is None
    assert servers_of(path) == []
    with pytest.raises(RuntimeError, match="not running"):
        _ = server.url
    with EmbeddedPostgres(path) as again:
        assert again.url == url
        assert run_sql(url, "SELECT n FROM kept") == [(7,)]


@pytest.mark.parametrize("how", ["main", "thread"])
def test_killed_owner_leaves_no_server_and_loses_no_commit(
    tmp_path: Path, own: Callable[..., Owner], how: str
) -> None:
    owner = own(tmp_path / "hub", how)
    pid, url = owner.ready()
    run_sql(url, "CREATE TABLE kept (n int)")
    acknowledged = 0
    under_way = threading.Event()

    async def write() -> None:
        nonlocal acknowledged
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            while True:
                await connection.execute(text("INSERT INTO kept VALUES (:n)"), {"n": acknowledged + 1})
                acknowledged += 1
                if acknowledged == 200:
                    under_way.set()

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(asyncio.run, write())
        assert under_way.wait(20)
        owner.kill()
        assert isinstance(writer.exception(20), DBAPIError | OSError)
    assert eventually(lambda: not psutil.pid_exists(pid) and not servers_of(tmp_path))
    with EmbeddedPostgres(tmp_path / "hub") as server:
        (written, last) = run_sql(server.url, "SELECT count(*), max(n) FROM kept")[0]
    assert written == last
    assert acknowledged <= written <= acknowledged + 1


def test_start_stops_an_orphan(tmp_path: Path, own: Callable[..., Owner]) -> None:
    owner = own(tmp_path / "hub", "orphan")
    pid, url = owner.ready()
    run_sql(url, "CREATE TABLE kept AS SELECT 7 AS n")
    owner.kill()
    time.sleep(0.3)
    assert psutil.pid_exists(pid)  # the case is real: this one does not end by itself
    with EmbeddedPostgres(tmp_path / "hub") as server:
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        assert run_sql(server.url, "SELECT n FROM kept") == [(7,)]


@pytest.mark.parametrize(
    ("made", "end"),
    [
        ("PG_VERSION", signal.SIGKILL),
        ("base/1/PG_VERSION", signal.SIGKILL),
        ("base/5", signal.SIGKILL),
        ("base/1/PG_VERSION", signal.SIGTERM),
    ],
)
def test_end_in_the_middle_of_initdb(
    tmp_path: Path, own: Callable[..., Owner], made: str, end: signal.Signals
) -> None:
    path = tmp_path / "hub"
    owner = own(path)
    assert eventually(lambda: any(path.glob(f"postgres/initdb.*/{made}")))
    owner.process.send_signal(end)
    assert owner.close() == (0 if end == signal.SIGTERM else -end)
    assert not (path / "postgres/pg18").exists()
    with throwaway(path) as server:
        assert run_sql(server.url, "SELECT 1") == [(1,)]
    assert eventually(lambda: not servers_of(path))


def test_killed_server_restarts_with_its_data_beside_a_reused_pid(tmp_path: Path) -> None:
    path = tmp_path / "hub"
    with EmbeddedPostgres(path) as server:
        run_sql(server.url, "CREATE TABLE kept AS SELECT 7 AS n")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        assert eventually(lambda: server.pid is None)
    pid_file = path / "postgres/pg18/postmaster.pid"
    stale = pid_file.read_text().splitlines()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        try:
            pid_file.write_text("\n".join([str(stranger.pid), *stale[1:]]) + "\n")
            with EmbeddedPostgres(path) as server:
                assert run_sql(server.url, "SELECT n FROM kept") == [(7,)]
            assert stranger.poll() is None
        finally:
            stranger.kill()
    for torn in ("", "12", "garbage\n"):
        pid_file.write_text(torn)
        with EmbeddedPostgres(path) as server:
            assert run_sql(server.url, "SELECT n FROM kept") == [(7,)]


def test_one_owner_and_its_end_by_sigterm(tmp_path: Path, own: Callable[..., Owner]) -> None:
    path = tmp_path / "hub"
    owner = own(path)
    _, url = owner.ready()
    with pytest.raises(EmbeddedPostgresError) as refused:
        EmbeddedPostgres(path).start()
    assert refused.value.reason is Reason.IN_USE
    assert f"in use by another hub (process {owner.process.pid})" in refused.value.message
    assert str(path) in refused.value.message
    assert run_sql(url, "SELECT 1") == [(1,)]  # the refused one disturbed nothing
    owner.process.terminate()
    assert owner.close() == 0
    assert servers_of(path) == []
    with throwaway(path) as server:
        with pytest.raises(EmbeddedPostgresError, match=rf"process {os.getpid()}\)"):
            EmbeddedPostgres(path).start()
        assert run_sql(server.url, "SELECT 1") == [(1,)]


def test_two_hubs_side_by_side(tmp_path: Path) -> None:
    with throwaway(tmp_path / "one") as one, throwaway(tmp_path / "two") as two:
        run_sql(one.url, "CREATE TABLE here AS SELECT 1 AS n")
        run_sql(two.url, "CREATE TABLE here AS SELECT 2 AS n")
        one.stop()
        assert run_sql(two.url, "SELECT n FROM here") == [(2,)]
        one.start()  # takes nothing of the neighbour for an orphan
        assert run_sql(one.url, "SELECT n FROM here") == [(1,)]
        assert run_sql(two.url, "SELECT n FROM here") == [(2,)]


@pytest.mark.parametrize("name", ["n" * 120, 'a, b\' "c" ü'])
def test_path_that_cannot_hold_a_socket(tmp_path: Path, name: str) -> None:
    with throwaway(tmp_path / name) as server:
        sockets = Path(str(make_url(server.url).query["host"]))
        assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert run_sql(server.url, "SELECT 1") == [(1,)]
        asked = f"{server.psql_hint()} -XAtc 'SELECT 2'"
        hint = subprocess.run(["/bin/sh", "-c", asked], capture_output=True, text=True, check=True)
        assert hint.stdout == "2\n"
    assert not sockets.exists()


def refusal(path: Path) -> EmbeddedPostgresError:
    with pytest.raises(EmbeddedPostgresError) as refused:
        throwaway(path).start()
    assert "\n" not in refused.value.message
    assert "--data-dir" in refused.value.message
    return refused.value


@pytest.mark.parametrize(
    "content", [{"thesis.txt": "years of work"}, {"hub.json": "{}"}, {"hub.json": '{"product": "other"}'}]
)
def test_foreign_directory_is_left_alone(tmp_path: Path, content: dict[str, str]) -> None:
    for name, text_ in content.items():
        (tmp_path / name).write_text(text_)
    before = snapshot(tmp_path)
    assert refusal(tmp_path).reason is Reason.FOREIGN
    assert snapshot(tmp_path) == before


def test_file_in_place_of_a_directory(tmp_path: Path) -> None:
    (tmp_path / "hub").write_text("a file")
    assert refusal(tmp_path / "hub").reason is Reason.FOREIGN
    assert refusal(tmp_path / "hub" / "below").reason is Reason.FOREIGN
    assert (tmp_path / "hub").read_text() == "a file"


@pytest.mark.parametrize(
    ("marker", "directory", "reason", "told"),
    [
        ('{"product": "labour-hub", "format": 2, "postgres_major": 18}', "pg18", Reason.NEWER, "layout 2"),
        (
            '{"product": "labour-hub", "format": 1, "postgres_major": 99}',
            "pg99",
            Reason.NEWER,
            "PostgreSQL 99",
        ),
        (
            '{"product": "labour-hub", "format": 1, "postgres_major": 18}',
            "pg99",
            Reason.NEWER,
            "PostgreSQL 99",
        ),
        (
            '{"product": "labour-hub", "format": 1, "postgres_major": 17}',
            "pg17",
            Reason.OLDER,
            "PostgreSQL 17",
        ),
    ],
)
def test_directory_of_another_version(
    tmp_path: Path, marker: str, directory: str, reason: Reason, told: str
) -> None:
    (tmp_path / "hub.json").write_text(marker)
    (tmp_path / "postgres" / directory).mkdir(parents=True)
    before = snapshot(tmp_path)
    error = refusal(tmp_path)
    assert error.reason is reason
    assert told in error.message
    assert snapshot(tmp_path) == before


def test_missing_password_is_told(tmp_path: Path) -> None:
    with throwaway(tmp_path / "hub"):
        pass
    (tmp_path / "hub/app.password").unlink()
    with throwaway(tmp_path / "hub") as server:  # this one is only renewed
        assert run_sql(server.url, "SELECT 1") == [(1,)]
    (tmp_path / "hub/postgres/superuser.password").unlink()
    assert refusal(tmp_path / "hub").reason is Reason.DAMAGED


def test_server_that_does_not_start_is_told_and_lets_go(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError) as refused:
        throwaway(tmp_path / "hub", shared_buffers="plenty").start()
    assert refused.value.reason is Reason.DID_NOT_START
    assert 'invalid value for parameter "shared_buffers": "plenty"' in refused.value.message
    assert "\n" not in refused.value.message
    with throwaway(tmp_path / "hub") as server:
        assert run_sql(server.url, "SELECT 1") == [(1,)]


def test_log_is_condensed_to_what_tells() -> None:
    log = "2026-01-01 00:00:00.1 UTC [7] LOG:  starting\n2026-01-01 00:00:00.2 UTC [7] FATAL:  no room\n"
    assert condensed(log) == "FATAL:  no room"
    assert condensed("one\n\ntwo\n") == "one; two"
    assert len(condensed("x" * 5000)) == 400


def test_settings_that_open_the_server_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="listen_addresses"):
        EmbeddedPostgres(tmp_path / "hub", settings={"Listen_Addresses": "*"})
    with pytest.raises(ValueError, match="database name"):
        EmbeddedPostgres(tmp_path / "hub", database='x"; DROP')


def test_platform_without_binaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caches = (embedded_binaries.package, embedded_binaries.server_version)
    monkeypatch.setattr(embedded_binaries, "PACKAGE", "no_such_wheel_is_installed")
    for cached in caches:
        cached.cache_clear()
    try:
        with pytest.raises(EmbeddedPostgresError, match="set DATABASE_URL") as refused:
            EmbeddedPostgres(tmp_path / "hub").start()
    finally:
        for cached in caches:
            cached.cache_clear()
    assert refused.value.reason is Reason.UNSUPPORTED_PLATFORM
    assert not (tmp_path / "hub").exists()


def test_free_space_is_read_before_anything_is_written(tmp_path: Path) -> None:
    require_space(tmp_path, 10, free=lambda _: 10)
    with pytest.raises(EmbeddedPostgresError, match="9 MB are free and 10 MB are needed") as refused:
        require_space(tmp_path, 10 * 2**20, free=lambda _: 9 * 2**20)
    assert refused.value.reason is Reason.DISK_FULL


@contextmanager
def small_disk(path: Path, size: str) -> Iterator[Callable[[str], None]]:
    """A file system of `size` at `path`; yields what mounts it anew with other options."""
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "hub-test", str(path)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"this container may not mount: {mounted.stderr.decode().strip()}")
    try:
        yield (
            lambda options: (
                subprocess.run(["mount", "-o", f"remount,{options}", str(path)], check=True) and None
            )
        )
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


@as_root
def test_full_disk_and_read_only_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_disk(tmp_path / "disk", "20m") as remount:
        path = tmp_path / "disk" / "hub"
        assert "are needed" in refusal(path).message
        monkeypatch.setattr(embedded_directory, "FRESH_BYTES", 0)
        late = refusal(path)  # initdb itself meets the end of the disk
        assert late.reason is Reason.DISK_FULL
        assert "free disk space" in late.message or "No space left on device" in late.message
        remount("size=300m")
        with throwaway(path) as server:
            assert run_sql(server.url, "SELECT 1") == [(1,)]
        remount("ro")
        assert refusal(path).reason is Reason.NO_PERMISSION
        remount("rw")


@pytest.mark.skipif(os.geteuid() == 0, reason="permission bits do not bind root")
def test_directory_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    assert refusal(tmp_path / "closed" / "hub").reason is Reason.NO_PERMISSION


@as_root
def test_root_opens_no_directory_and_its_server_is_not_root(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = [(place, place.stat().st_mode, place.stat().st_uid) for place in closed.parents]
    with throwaway(closed / "hub") as server:
        assert run_sql(server.url, "SELECT 1") == [(1,)]
        assert server.pid is not None
        process = psutil.Process(server.pid)
        assert process.uids().real == process.uids().effective != 0
        assert process.gids().real != 0
        assert process.cwd() == str(closed / "hub/postgres/pg18")  # in the data directory, not somewhere else
        program = Path(process.cmdline()[0])
        owners = {place.stat().st_uid for place in (program, *program.parents)}
        assert owners == {0}  # what the account runs, it cannot change
    assert [(place, place.stat().st_mode, place.stat().st_uid) for place in closed.parents] == before
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_ordinary_account_then_root_then_again() -> None:
    """In a reachable place the server gets the plain path; root serves an account's directory as that account."""
    uid = 65534
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        os.chown(name, uid, uid)
        path = Path(name) / "hub"

        def as_ordinary() -> int:
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    os.setgroups([])
                    os.setgid(uid)
                    os.setuid(uid)
                    with throwaway(path) as server:
                        assert server.pid is not None
                        status = (
                            0 if str(path / "postgres/pg18") in psutil.Process(server.pid).cmdline() else 2
                        )
                finally:
                    os._exit(status)
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

        if not os.access(embedded_binaries.package(), os.R_OK) or any(
            not place.stat().st_mode & 0o001 for place in embedded_binaries.package().parents
        ):
            pytest.skip("the environment lies where an ordinary account cannot read it")
        assert as_ordinary() == 0
        with throwaway(path, max_connections="20") as server:
            assert run_sql(server.url, "SELECT 1") == [(1,)]
            assert server.pid is not None
            assert psutil.Process(server.pid).uids().real == uid
        assert as_ordinary() == 0


def test_orphans_are_only_those_of_the_directory(tmp_path: Path) -> None:
    with throwaway(tmp_path / "hub") as server:
        assert server.pid is not None
        uid = psutil.Process(server.pid).uids().real
        cluster = tmp_path / "hub/postgres/pg18"
        servers, backends = embedded_process.find_orphans(tmp_path / "hub", cluster, uid)
        assert [process.pid for process in servers] == [server.pid]
        assert {process.ppid() for process in backends} == {server.pid}
        assert embedded_process.find_orphans(tmp_path / "hu", tmp_path / "hu/postgres/pg18", uid) == ([], [])
        assert embedded_process.find_orphans(tmp_path / "hub", cluster, uid + 1) == ([], [])
