"""The command line as processes: what users type, and the one line they get where it cannot work."""

from __future__ import annotations

import json
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.commands.reach import OLDEST_SERVER
from app.core.embedded_postgres import EmbeddedPostgres
from tests.e2e.embedded_support import eventually, run_sql, servers_of, throwaway
from tests.e2e.hub_process import Running, hub, one_line

SECRET = "a secret of the tests, more than 32 characters"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that a first command has migrated."""
    folder = tmp_path_factory.mktemp("cli") / "hub"
    first = hub("migrate", "--data-dir", str(folder))
    assert first.returncode == 0, first.stderr
    assert "now up to date" in first.stdout
    return folder


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that plays the operator's own."""
    with throwaway(tmp_path_factory.mktemp("own") / "hub") as server:
        yield server


def test_help_names_every_command() -> None:
    result = hub("--help")
    assert result.returncode == 0
    for name in ("demo", "serve", "worker", "migrate", "seed", "taxonomy", "match", "openapi", "bench"):
        assert re.search(rf"^│ {name} ", result.stdout, re.MULTILINE)


def test_help_is_quick_because_it_loads_nothing_heavy() -> None:
    script = "import app.cli, sys; print(*(m for m in ('fastapi', 'sqlalchemy', 'numpy') if m in sys.modules))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


def test_an_unknown_option_is_a_wrong_use() -> None:
    result = hub("serve", "--prot", "1")
    assert result.returncode == 2
    assert "--prot" in result.stderr


def test_a_second_migration_has_nothing_to_do(folder: Path) -> None:
    result = hub("migrate", "--data-dir", str(folder))
    assert result.returncode == 0
    assert "was up to date" in result.stdout
    assert servers_of(folder) == []


def test_serve_answers_and_leaves_nothing_behind(folder: Path) -> None:
    with Running("serve", "--port", "0", "--data-dir", str(folder)) as running:
        running.ready()
        with running.client() as client:
            answer = client.get("/healthz")
            assert answer.status_code == 200
            assert "server" not in answer.headers
            assert "X-Request-ID" in answer.headers
        assert len(servers_of(folder)) > 0
        assert running.stop() == 0
    assert eventually(lambda: servers_of(folder) == [])
    kept = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in folder.iterdir()}
    assert kept["secret.key"] == 0o600
    assert "server.url" not in kept


def test_the_secret_is_made_once(folder: Path) -> None:
    def served() -> str:
        with Running("serve", "--port", "0", "--data-dir", str(folder)) as running:
            running.ready()
            running.stop(signal.SIGINT)
        return (folder / "secret.key").read_text("utf-8")

    assert served() == served()


def test_another_command_joins_the_running_database(folder: Path) -> None:
    with Running("serve", "--port", "0", "--data-dir", str(folder)) as running:
        running.ready()
        assert stat.S_IMODE((folder / "server.url").stat().st_mode) == 0o600
        result = hub("migrate", "--data-dir", str(folder))
        assert result.returncode == 0, result.stderr
        with Running("worker", "--data-dir", str(folder)) as worker:
            worker.said("the periodic jobs run")
            assert worker.stop() == 0
        with running.client() as client:
            assert client.get("/readyz").status_code == 200
        assert running.stop() == 0


def test_a_directory_in_use_is_one_line(folder: Path) -> None:
    with Running("serve", "--port", "0", "--data-dir", str(folder)) as running:
        running.ready()
        line = one_line(hub("serve", "--port", "0", "--data-dir", str(folder)))
        assert f"{folder} is in use by another hub (process {running.process.pid})" in line
        running.stop()


def test_a_port_in_use_is_one_line_and_starts_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for command in ("demo", "serve"):
            line = one_line(hub(command, "--port", str(port), "--data-dir", str(tmp_path / "new")))
            assert f"port {port} on 127.0.0.1 is in use" in line
    assert not (tmp_path / "new").exists()


def test_an_address_of_another_machine_is_one_line(tmp_path: Path) -> None:
    line = one_line(hub("serve", "--host", "192.0.2.1", "--data-dir", str(tmp_path / "new")))
    assert "192.0.2.1 cannot be used" in line


def test_several_processes_share_one_port_and_end_together(folder: Path) -> None:
    with Running("serve", "--port", "0", "--workers", "2", "--data-dir", str(folder)) as running:
        running.ready()
        children = [p.pid for p in psutil.Process(running.process.pid).children(recursive=True)]
        assert len(children) > 3  # two that answer, the server and its own
        assert running.stop() == 0
    assert eventually(lambda: not any(psutil.pid_exists(pid) for pid in children))


def test_a_killed_parent_leaves_neither_servers_nor_the_port(folder: Path) -> None:
    with Running("serve", "--port", "0", "--workers", "2", "--data-dir", str(folder)) as running:
        running.ready()
        port = int(running.url().rsplit(":", 1)[1])
        running.process.kill()
        running.process.wait(10)
        assert eventually(lambda: servers_of(folder) == [])

        def free() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) != 0

        assert eventually(free)
    with Running("serve", "--port", str(port), "--data-dir", str(folder)) as again:
        again.ready()
        assert again.stop() == 0


def test_a_slow_head_is_cut_off_and_a_quick_one_is_not(folder: Path) -> None:
    with Running("serve", "--port", "0", "--data-dir", str(folder)) as running:
        running.ready()
        port = int(running.url().rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as slow:
            begin = time.monotonic()
            slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            assert slow.recv(100) == b""
            assert 8 < time.monotonic() - begin < 14
        with running.client() as client:
            for _ in range(3):
                assert client.get("/healthz").status_code == 200
        running.stop()


def test_a_secret_that_is_too_short_is_one_line() -> None:
    line = one_line(hub("serve", HUB_SECRET_KEY="short"))
    assert "HUB_SECRET_KEY" in line
    assert "32 characters" in line


def test_a_setting_that_cannot_be_read_is_one_line() -> None:
    assert "HUB_POOL_SIZE" in one_line(hub("serve", HUB_POOL_SIZE="many"))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://localhost/x", "must begin with postgresql://"),
        ("postgresql://hub:sesame@127.0.0.1:1/hub", "127.0.0.1:1/hub cannot be used"),
    ],
)
def test_a_database_that_is_not_there_is_one_line_without_the_password(url: str, says: str) -> None:
    line = one_line(hub("migrate", DATABASE_URL=url))
    assert says in line
    assert "sesame" not in line


def test_the_own_database_needs_the_own_secret_and_the_migrations(own_server: EmbeddedPostgres) -> None:
    url = own_server.url
    assert "HUB_SECRET_KEY" in one_line(hub("serve", "--port", "0", DATABASE_URL=url))
    line = one_line(hub("serve", "--port", "0", DATABASE_URL=url, HUB_SECRET_KEY=SECRET))
    assert "run `hub migrate`" in line
    assert hub("migrate", DATABASE_URL=url).returncode == 0
    with Running("serve", "--port", "0", DATABASE_URL=url, HUB_SECRET_KEY=SECRET) as running:
        running.ready()
        assert running.stop() == 0
    line = one_line(hub("serve", "--port", "0", DATABASE_URL=url, HUB_SECRET_KEY=SECRET[::-1]))
    assert "not the one that sealed this database" in line


def test_a_database_of_a_newer_hub_is_one_line(own_server: EmbeddedPostgres) -> None:
    run_sql(own_server.url, "CREATE DATABASE newer")
    url = own_server.url.replace("/hub?", "/newer?")
    assert hub("migrate", DATABASE_URL=url).returncode == 0
    run_sql(url, "UPDATE alembic_version SET version_num = '9999'")
    for command in ("migrate", "serve"):
        line = one_line(hub(command, DATABASE_URL=url, HUB_SECRET_KEY=SECRET))
        assert "migrated by a newer hub (revision 9999" in line


def test_migrations_that_start_together_wait_for_each_other(own_server: EmbeddedPostgres) -> None:
    run_sql(own_server.url, "CREATE DATABASE together")
    url = own_server.url.replace("/hub?", "/together?")
    with Running("migrate", DATABASE_URL=url) as one, Running("migrate", DATABASE_URL=url) as two:
        assert [one.process.wait(60), two.process.wait(60)] == [0, 0], (one.err, two.err)


def test_the_floor_is_postgresql_15() -> None:
    assert OLDEST_SERVER == 150_000


def test_a_file_where_the_directory_should_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert str(tmp_path / "file") in one_line(hub("serve", "--port", "0", "--data-dir", str(tmp_path / "file")))
    assert (tmp_path / "file").read_text() == "mine"


def test_the_contract_is_checked_against_the_file() -> None:
    result = hub("openapi", "--check")
    assert result.returncode == 0, result.stdout


def test_the_contract_is_sorted_json() -> None:
    text = (Path(__file__).parents[2] / "openapi" / "openapi.v1.json").read_text("utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def test_a_taxonomy_alone_is_not_a_seed(tmp_path: Path) -> None:
    result = hub("seed", "--taxonomy", str(tmp_path))
    assert "hub taxonomy import esco" in one_line(result)
    assert result.returncode == 2


def test_a_large_set_is_made_once_for_each_seed(tmp_path: Path) -> None:
    words = ("seed", "--vacancies", "200", "--talents", "20", "--seed", "7", "--data-dir", str(tmp_path / "hub"))
    made = hub(*words)
    assert made.returncode == 0, made.stderr
    assert "Made 200 vacancies" in made.stdout
    assert "20 talents" in made.stdout
    assert "choose another --seed" in one_line(hub(*words))


def test_an_import_reports_what_changed_and_the_bad_lines(folder: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "kbji.csv"
    bundle.write_text("no,such,columns\n1,2,3\n", "utf-8")
    result = hub("taxonomy", "import", "kbji", str(bundle), "--data-dir", str(folder))
    assert str(bundle.name) in one_line(result)
