"""What the embedded server refuses, what it says then, and how it runs for root.

As root (the usual case in a container) pytest's own temporary directory is closed to other accounts, so the
unprivileged server reaches its data as it would under /root.
"""

from __future__ import annotations

import importlib.metadata
import os
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from app.core import embedded_binaries, embedded_directory, embedded_process
from app.core.embedded_directory import require_space
from app.core.embedded_postgres import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    Reason,
    condensed,
)
from tests.e2e.embedded_support import run_sql, snapshot, throwaway

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts and mounts file systems")


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
def test_directory_of_another_version(tmp_path: Path, marker: str, directory: str, reason: Reason, told: str) -> None:
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

    def mount_again(options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(path)], check=True)

    try:
        yield mount_again
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
def test_root_copies_the_binaries_once_per_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = embedded_process.Runner(embedded_process.server_account(tmp_path / "none", "nobody"))
    with tempfile.TemporaryDirectory() as name:
        shared = Path(name) / "shared"
        writable_by_all = Path(name) / "open"
        writable_by_all.mkdir()
        writable_by_all.chmod(0o777)
        Path(name).chmod(0o755)
        places = (Path("/proc/nothing-can-be-made-here"), writable_by_all, shared)
        monkeypatch.setattr(embedded_binaries, "_SHARED", places)
        first = embedded_binaries.bin_directory(runner)
        assert first.is_relative_to(shared)
        assert list(writable_by_all.iterdir()) == []  # another account could have put its own there
        written = (first / "postgres").stat()
        assert embedded_binaries.bin_directory(runner) == first
        assert (first / "postgres").stat() == written
        monkeypatch.setattr(importlib.metadata, "version", lambda _: "99.0")
        upgraded = embedded_binaries.bin_directory(runner)
        assert upgraded != first
        assert runner.run([str(upgraded / "initdb"), "--version"]).returncode == 0
        # A copy that the account cannot run is told, not used.
        monkeypatch.setattr(embedded_binaries, "_SHARED", (tmp_path / "unreachable",))
        with pytest.raises(EmbeddedPostgresError, match="may not run") as refused:
            embedded_binaries.bin_directory(runner)
        assert refused.value.reason is Reason.UNSUPPORTED_PLATFORM


@as_root
def test_ordinary_account_then_root_then_again() -> None:
    """In a reachable place the server gets the plain path; root serves its directory as that account."""
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
                        status = 0 if str(path / "postgres/pg18") in psutil.Process(server.pid).cmdline() else 2
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
