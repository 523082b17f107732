"""`hub demo` as a user meets it: one command, a page, a ranking with reasons, and nothing left behind."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.embedded_support import eventually, servers_of
from tests.e2e.hub_process import Running, hub, one_line

ACCOUNTS = [
    *("talent", "talent2", "employer", "employer2", "provider"),
    *("certifier", "programme", "officer", "analyst", "admin"),
]
PASSWORD = "demo-password"
END = "limit=5"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "hub"


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Running]:
    with Running("demo", "--port", "0", "--data-dir", str(folder)) as running:
        running.said(END)
        yield running
        assert running.stop() == 0
    assert eventually(lambda: servers_of(folder) == [])


@pytest.fixture(scope="module")
def client(running: Running) -> Iterator[httpx.Client]:
    with running.client() as client:
        yield client


def token(client: httpx.Client, name: str) -> str:
    grant = {"grant_type": "password", "username": f"{name}@demo.example", "password": PASSWORD}
    answer = client.post("/v1/auth/token", data=grant)
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["access_token"]
    return found


def test_swagger_ui_is_served_with_its_assets_and_no_other_host(client: httpx.Client) -> None:
    page = client.get("/docs").raise_for_status().text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert assets
    for asset in assets:
        assert asset.startswith("/"), asset
        assert client.get(asset).status_code == 200, asset


@pytest.mark.parametrize("name", ACCOUNTS)
def test_every_demo_account_can_sign_in(client: httpx.Client, name: str) -> None:
    headers = {"Authorization": f"Bearer {token(client, name)}"}
    assert client.get("/v1/me", headers=headers).json()["email"] == f"{name}@demo.example"


def test_the_demo_partner_gets_a_token(client: httpx.Client) -> None:
    grant = {"grant_type": "client_credentials", "client_id": "demo-partner", "client_secret": "demo-secret"}
    assert client.post("/v1/auth/token", data=grant).status_code == 200


def test_the_talent_gets_a_ranking_whose_points_add_up(client: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {token(client, 'talent')}"}
    page = client.get("/v1/me/matches/vacancies", params={"limit": 5}, headers=headers).raise_for_status().json()
    assert [item["rank"] for item in page["items"]] == [1, 2, 3, 4, 5]
    order = [(not item["eligible"], -item["score"]) for item in page["items"]]
    assert order == sorted(order)
    for item in page["items"]:
        assert sum(c["points"] for c in item["contributions"]) == round(item["score"] * 1_000_000)
        assert sum(c["max_points"] for c in item["contributions"]) == 1_000_000


def test_the_report_shows_the_page_the_accounts_and_the_ranking(running: Running, client: httpx.Client) -> None:
    said = running.said(END)
    assert f"{running.url()}/docs" in said
    for name in ACCOUNTS:
        assert f"{name}@demo.example" in said
    assert PASSWORD in said
    headers = {"Authorization": f"Bearer {token(client, 'talent')}", "Accept-Language": "en"}
    items = client.get("/v1/me/matches/vacancies", params={"limit": 5}, headers=headers).json()["items"]
    told = " ".join(said.split())
    for item in items:
        assert f"{item['score']:.3f}" in told
        assert item["vacancy"]["employer"]["name"] in told


def test_the_printed_commands_give_the_ranking(running: Running) -> None:
    lines = [line for line in running.said(END).splitlines() if "curl" in line and "http" in line]
    assert len(lines) == 2
    result = subprocess.run(
        ["sh", "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert result.stdout.startswith("{")
    assert '"rank":5' in result.stdout.replace(" ", "")


def test_the_ranking_in_the_terminal_is_the_same(running: Running, folder: Path) -> None:
    result = hub("match", "talent@demo.example", "--limit", "5", "--data-dir", str(folder))
    assert result.returncode == 0, result.stderr
    scores = re.compile(r"│\s+\d+ │\s+(0\.\d{3}|1\.000) │")
    assert scores.findall(result.stdout) == scores.findall(running.said(END)) != []


def test_nobody_cannot_be_ranked(running: Running, folder: Path) -> None:
    assert "nobody@demo.example" in one_line(hub("match", "nobody@demo.example", "--data-dir", str(folder)))
    assert "employer@demo.example" in one_line(hub("match", "employer@demo.example", "--data-dir", str(folder)))


def test_roles_are_granted_from_the_terminal(running: Running, folder: Path) -> None:
    granted = hub("grant", "analyst@demo.example", "--role", "analyst", "--role", "talent", "--data-dir", str(folder))
    assert "analyst, talent" in granted.stdout
    refused = hub("grant", "admin@demo.example", "--role", "talent", "--data-dir", str(folder))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "last administrator" in refused.stderr


def test_the_worker_is_included(running: Running, folder: Path) -> None:
    """The events of the seed are handed over while nobody asks for anything."""
    from tests.e2e.embedded_support import run_sql  # noqa: PLC0415  # only here

    url = (folder / "server.url").read_text("utf-8").strip()
    assert eventually(
        lambda: run_sql(url, "SELECT count(*) FROM outbox_event WHERE delivered_at IS NULL") == [(0,)], 20
    )


def test_serve_refuses_the_accounts_that_everybody_knows(tmp_path: Path) -> None:
    folder = str(tmp_path / "hub")
    assert hub("seed", "--demo", "--data-dir", folder).returncode == 0
    assert "demo's accounts" in one_line(hub("serve", "--port", "0", "--data-dir", folder))


def test_a_second_start_seeds_nothing_and_keeps_what_was_changed(tmp_path: Path) -> None:
    words = ("demo", "--port", "0", "--data-dir", str(tmp_path / "hub"))
    with Running(*words) as first:
        first.said(END)
        with first.client() as client:
            headers = {"Authorization": f"Bearer {token(client, 'talent')}"}
            tag = client.get("/v1/me", headers=headers).headers["ETag"]
            changed = client.patch(
                "/v1/me",
                json={"display_name": "Rizky Baru"},
                headers={**headers, "If-Match": tag, "Content-Type": "application/merge-patch+json"},
            )
            assert changed.status_code == 200, changed.text
        assert first.stop(signal.SIGINT) == 0
    with Running(*words) as second:
        second.said(END)
        with second.client() as client:
            # The secret was kept: a token of the first start is still good.
            assert client.get("/v1/me", headers=headers).json()["display_name"] == "Rizky Baru"
        assert second.stop() == 0


def test_a_start_that_is_interrupted_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    with Running("demo", "--port", "0", "--data-dir", str(folder)) as cut:
        assert eventually((folder / "postgres").exists, 60)
        time.sleep(1)
        assert cut.stop() in {0, 128 + signal.SIGTERM}
    assert eventually(lambda: servers_of(folder) == [])
    with Running("demo", "--port", "0", "--data-dir", str(folder)) as again:
        again.said(END)
        assert again.stop() == 0


def test_two_demos_run_side_by_side(running: Running, tmp_path: Path) -> None:
    with Running("demo", "--port", "0", "--data-dir", str(tmp_path / "other")) as other:
        other.said(END)
        assert other.url() != running.url()
        assert other.stop() == 0


def test_make_passes_its_arguments_on() -> None:
    root = Path(__file__).resolve().parents[2]
    told = subprocess.run(
        ["make", "--dry-run", "demo", "ARGS=--port 8765 --data-dir x"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert shlex.split(told[-1])[-5:] == ["demo", "--port", "8765", "--data-dir", "x"]
