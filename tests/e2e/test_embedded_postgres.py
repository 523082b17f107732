"""The embedded server against real kills and real locks. No part of it is replaced."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from app.core import embedded_process
from app.core.embedded_postgres import (
    SOCKET_PATH_BYTES,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    Reason,
)
from tests.e2e.embedded_support import Owner, eventually, run_sql, servers_of, throwaway


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
def test_killed_owner_leaves_no_server_and_loses_no_commit(tmp_path: Path, own: Callable[..., Owner], how: str) -> None:
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
def test_end_in_the_middle_of_initdb(tmp_path: Path, own: Callable[..., Owner], made: str, end: signal.Signals) -> None:
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


def test_settings_that_open_the_server_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="listen_addresses"):
        EmbeddedPostgres(tmp_path / "hub", settings={"Listen_Addresses": "*"})
    with pytest.raises(ValueError, match="database name"):
        EmbeddedPostgres(tmp_path / "hub", database='x"; DROP')


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
