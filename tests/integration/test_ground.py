"""The ground of the contract: what every operation does with ambiguous, broken or hostile requests."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from app.core.errors import REGISTRY
from tests.support.world import Api, World, pointers, problem

BODY = {"kind": "employer", "name": "PT Contoh"}


async def send(api: Api, world: World, raw: bytes, **headers: str) -> httpx.Response:
    owner = await world.person()
    sent = {"Content-Type": "application/json", **headers}
    return await api.post("/v1/organizations", owner, content=raw, headers=sent)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"kind": "employer", "kind": "employer", "name": "x"}',
        b'{"kind": "employer", "name": "x", "head_count": NaN}',
        b'{"kind": "employer", "name": "x\\u0000y"}',
        b'{"kind": "employer", "name": "\\ud800"}',
        b'{"kind": "employer", "name": "\xff"}',
        b'{"kind": ',
        b"[" * 100_000,
    ],
)
async def test_ambiguous_json_is_refused(api: Api, world: World, raw: bytes) -> None:
    assert pointers(await send(api, world, raw)) == {"": "json_invalid"}


async def test_a_backslash_before_u0000_is_plain_text(api: Api, world: World) -> None:
    raw = json.dumps({**BODY, "name": r"C:\u0000 is a path"}).encode()
    assert (await send(api, world, raw)).status_code == 201


@pytest.mark.parametrize("value", [True, "5", 5.0, 1.5, -1])
async def test_numbers_are_numbers(api: Api, world: World, value: Any) -> None:
    answer = await send(api, world, json.dumps({**BODY, "head_count": value}).encode())
    assert set(pointers(answer)) == {"/head_count"}


async def test_other_media_types_are_refused(api: Api, world: World) -> None:
    raw = json.dumps(BODY).encode()
    problem(await send(api, world, raw, **{"Content-Type": "text/plain"}), 415, "unsupported_media_type")
    assert (await send(api, world, raw, **{"Content-Type": "application/json; charset=utf-8"})).status_code == 201


async def test_a_large_body_is_refused_by_length_and_by_chunk(api: Api, world: World) -> None:
    raw = json.dumps({**BODY, "description": "x" * 1_100_000}).encode()
    problem(await send(api, world, raw), 413, "payload_too_large")
    owner = await world.person()

    async def chunks() -> Any:
        for start in range(0, len(raw), 65_536):
            yield raw[start : start + 65_536]

    answer = await api.post("/v1/organizations", owner, content=chunks(), headers={"Content-Type": "application/json"})
    problem(answer, 413, "payload_too_large")


async def test_unknown_parameters_and_nul_are_named(api: Api, world: World) -> None:
    owner = await world.person()
    answer = await api.get("/v1/me/organizations", owner, params={"colour": "red"})
    assert pointers(answer) == {"/query/colour": "unknown_parameter"}
    answer = await api.get("/v1/me/organizations", owner, params={"cursor": "a\x00b"})
    assert pointers(answer) == {"/query/cursor": "invalid_text"}


async def test_a_wrong_method_lists_all_that_fit(api: Api) -> None:
    answer = await api("DELETE", "/v1/me")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, PATCH"
    assert answer.json()["code"] == "method_not_allowed"


async def test_an_unknown_path_is_a_problem(api: Api) -> None:
    problem(await api.get("/v1/nothing"), 404, "not_found")


@pytest.mark.parametrize(
    ("header", "language"),
    [("en", "en"), ("id;q=0.4, en;q=0.9", "en"), ("in-ID", "id"), ("fr, *;q=0.1", "id"), ("en;q=x", "id")],
)
async def test_languages_are_negotiated(api: Api, header: str, language: str) -> None:
    answer = await api.get("/v1/me", headers={"Accept-Language": header})
    assert answer.headers["content-language"] == language


async def test_the_request_id_is_kept_or_made(api: Api) -> None:
    given = await api.get("/healthz", headers={"X-Request-ID": "from-the-phone-1"})
    assert given.headers["x-request-id"] == "from-the-phone-1"
    forged = await api.get("/healthz", headers={"X-Request-ID": "bad id with spaces"})
    assert forged.headers["x-request-id"] != "bad id with spaces"


async def test_a_failure_is_a_problem_and_leaks_nothing(
    app: FastAPI, api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await world.person()

    class Broken:
        def read(self) -> None:
            raise ZeroDivisionError("secret table name")

        write = read

    monkeypatch.setattr(app.state, "database", Broken())
    answer = await api.get("/v1/me", person)
    problem(answer, 500, "internal_error")
    assert "secret" not in answer.text


@pytest.mark.parametrize("sqlstate", ["57014", "53300", "08006", "55P03", "25P03", "25006"])
async def test_a_busy_database_is_a_503_with_retry_after(
    app: FastAPI, api: Api, world: World, monkeypatch: pytest.MonkeyPatch, sqlstate: str
) -> None:
    person = await world.person()

    class Original(Exception):  # stands for the driver's error
        pass

    Original.sqlstate = sqlstate  # type: ignore[attr-defined]  # as asyncpg sets it

    class Busy:
        def read(self) -> None:
            raise DBAPIError("SELECT", {}, Original())

        write = read

    monkeypatch.setattr(app.state, "database", Busy())
    answer = await api.get("/v1/me", person)
    problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "2"


async def test_health_and_readiness(api: Api) -> None:
    assert (await api.get("/healthz")).json() == {"status": "ok"}
    assert (await api.get("/readyz")).json()["status"] == "ready"


async def test_every_problem_is_documented_in_both_languages(api: Api) -> None:
    for code in REGISTRY:
        indonesian = (await api.get(f"/problems/{code}")).json()
        english = (await api.get(f"/problems/{code}", headers={"Accept-Language": "en"})).json()
        assert indonesian["title"] != english["title"], code
        assert indonesian["detail"] != english["detail"], code
    problem(await api.get("/problems/unheard_of"), 404, "not_found")


async def test_the_documentation_asks_no_other_host(api: Api) -> None:
    for page in ("/docs", "/redoc"):
        answer = await api.get(page)
        assert answer.status_code == 200
        assert "http://" not in answer.text.replace("http://hub.test", "")
        assert "https://" not in answer.text
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "favicon.png"):
        assert (await api.get(f"/docs/assets/{asset}")).status_code == 200
