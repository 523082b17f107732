"""Hostile requests against the ground and the first resources: none of them is a 500, a leak or a way around."""

from __future__ import annotations

import base64
import secrets
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from app.core.config import Settings
from app.core.db import BoundDatabase, Database
from app.core.errors import Problem
from app.core.passwords import Passwords
from app.core.ratelimit import Quota, spend
from app.models.system import IdempotencyRecord
from app.routers.support.deps import client_address
from app.services import reference
from tests.support.world import Api, Caller, World, pointers, problem

TOKEN = "/v1/auth/token"
ORGANIZATIONS = "/v1/organizations"
PERSON: dict[str, Any] = {
    "email": "dewi@example.com",
    "password": "sandi-yang-panjang",
    "full_name": "Dewi",
    "consents": ["account", "profile_processing"],
}


async def post_raw(api: Api, caller: Caller, raw: bytes) -> httpx.Response:
    return await api.post(ORGANIZATIONS, caller, content=raw, headers={"Content-Type": "application/json"})


def oauth_error(answer: httpx.Response, status: int, code: str) -> str:
    """Assert an error of the token endpoint in the form of RFC 6749; its description."""
    assert (answer.status_code, answer.json()["error"]) == (status, code), answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["error_description"])


# --- the token endpoint -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "password", "username": "a\0b", "password": "x"},
        {"grant_type": "password", "username": "ab", "password": "x\0"},
        {"grant_type": "client_credentials", "client_id": "a\0b", "client_secret": "x"},
    ],
)
async def test_nul_in_a_form_is_refused(api: Api, form: dict[str, str]) -> None:
    assert "NUL" in oauth_error(await api.post(TOKEN, data=form), 400, "invalid_request")


async def test_nul_in_basic_credentials_is_no_client(api: Api) -> None:
    basic = base64.b64encode(b"a\0b:secret").decode()
    answer = await api.post(
        TOKEN, data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
    )
    oauth_error(answer, 401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_a_user_name_of_any_length_is_only_unknown(api: Api) -> None:
    form = {"grant_type": "password", "username": secrets.token_urlsafe(20_000), "password": "x"}
    oauth_error(await api.post(TOKEN, data=form), 400, "invalid_grant")


async def test_a_field_that_comes_twice_is_refused(api: Api) -> None:
    answer = await api.post(
        TOKEN,
        content="grant_type=password&grant_type=refresh_token&refresh_token=x",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert "grant_type" in oauth_error(answer, 400, "invalid_request")


async def test_the_token_endpoint_speaks_oauth(api: Api) -> None:
    assert "grant_type" in oauth_error(await api.post(TOKEN, data={"username": "x"}), 400, "invalid_request")
    unknown = {"grant_type": "refresh_token", "refresh_token": "x", "audience": "ignored by RFC 6749"}
    oauth_error(await api.post(TOKEN, data=unknown), 400, "invalid_grant")
    nameless = await api.post(TOKEN, data={"grant_type": "client_credentials"})
    oauth_error(nameless, 401, "invalid_client")
    assert nameless.headers["www-authenticate"].startswith("Basic")


async def test_a_password_keeps_its_blanks(api: Api) -> None:
    password = "  blanks at both ends  "
    assert (await api.post("/v1/auth/registration", json={**PERSON, "password": password})).status_code == 201
    form = {"grant_type": "password", "username": PERSON["email"], "password": password}
    assert (await api.post(TOKEN, data=form)).status_code == 200
    oauth_error(await api.post(TOKEN, data={**form, "password": password.strip()}), 400, "invalid_grant")


async def test_other_spellings_of_an_account_share_its_quota(app: FastAPI, api: Api) -> None:
    limit = app.state.kit.settings.token_rate_per_minute
    left = []
    for username in ("081298765432", "+62 812-9876-5432", " 6281298765432 "):
        answer = await api.post(TOKEN, data={"grant_type": "password", "username": username, "password": "x"})
        oauth_error(answer, 400, "invalid_grant")
        async with app.state.database.read() as session:
            calls = await session.scalars(text("SELECT calls FROM rate_limit_bucket WHERE key LIKE 'token|%'"))
            left.append(list(calls))
    assert left == [[1], [2], [3]], f"of {limit}"


async def test_one_address_cannot_try_every_account(api: Api, database: BoundDatabase) -> None:
    for number in range(3):
        form = {"grant_type": "password", "username": f"nobody{number}@example.com", "password": "x"}
        oauth_error(await api.post(TOKEN, data=form), 400, "invalid_grant")
    async with database.read() as session:
        calls = await session.scalars(text("SELECT calls FROM rate_limit_bucket WHERE key LIKE 'token-address|%'"))
        assert list(calls) == [3]


@pytest.mark.parametrize("header", [b"[" * 2900, b'{"alg":' * 400])
async def test_a_token_nested_too_deep_is_no_token(api: Api, header: bytes) -> None:
    token = base64.urlsafe_b64encode(header).decode().rstrip("=") + ".x.y"
    problem(await api.get("/v1/me", headers={"Authorization": f"Bearer {token}"}), 401, "unauthenticated")
    assert (await api.post("/v1/auth/revocation", data={"token": token})).status_code == 204


async def test_a_full_queue_of_passwords_is_refused_at_once() -> None:
    passwords = Passwords(parallel=1, waiting=0)
    async with passwords._turn():
        with pytest.raises(Problem) as refused:
            await passwords.verify("x", "stored")
    assert refused.value.kind.status == 503
    assert refused.value.headers["Retry-After"]
    assert await passwords.verify("secret", await passwords.hash("secret"))


# --- bodies and queries -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32"])
async def test_json_is_utf_8(api: Api, world: World, encoding: str) -> None:
    raw = '{"kind": "training_provider", "name": "x", "licence_number": "a\\u0000b"}'.encode(encoding)
    assert pointers(await post_raw(api, await world.person(), raw)) == {"": "json_invalid"}


async def test_a_number_of_thousands_of_digits_is_refused(api: Api, world: World) -> None:
    raw = b'{"kind": "employer", "name": "x", "head_count": ' + b"1" * 5000 + b"}"
    assert pointers(await post_raw(api, await world.person(), raw)) == {"": "json_invalid"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("head_count", 3_000_000_000, "less_than_equal"), ("licence_number", "x" * 100_000, "string_too_long")],
)
async def test_what_a_column_cannot_hold_is_refused(api: Api, world: World, field: str, value: Any, code: str) -> None:
    body = {"kind": "training_provider", "name": "x", field: value}
    assert pointers(await api.post(ORGANIZATIONS, await world.person(), json=body)) == {f"/{field}": code}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("\u200b\u2060", "invisible"),
        ("PT \u202eadnA kinaB", "control_character"),
        ("PT\x85Baru", "control_character"),
        ("PT\u2028Baru", "control_character"),
    ],
)
async def test_a_name_is_what_it_looks_like(api: Api, world: World, name: str, code: str) -> None:
    answer = await api.post(ORGANIZATIONS, await world.person(), json={"kind": "employer", "name": name})
    assert pointers(answer) == {"/name": code}


async def test_names_of_every_script_are_taken(api: Api, world: World) -> None:
    owner = await world.person()
    for name in ("PT Ünïcode", "\ua9a7\ua9a0\ua9a9", "شركة", "花", "Kopi \U0001f468\u200d\U0001f373", "7"):
        answer = await api.post(ORGANIZATIONS, owner, json={"kind": "employer", "name": name})
        assert (answer.status_code, answer.json()["name"]) == (201, name)


async def test_suggestions_for_hundreds_of_unknown_codes_stay_few(database: BoundDatabase) -> None:
    async with database.read() as session:
        bad = {f"/skills/{number}": f"SK-000{number}x" for number in range(9)}
        errors = await reference.unknown_errors(session, "skill", bad)
    assert [error.pointer for error in errors] == list(bad)
    assert ["Mungkin" in error.message for error in errors] == [True] * 5 + [False] * 4


async def test_a_query_parameter_that_comes_twice_is_refused(api: Api, world: World) -> None:
    answer = await api.get("/v1/me/organizations?limit=1&limit=50", await world.person())
    assert pointers(answer) == {"/query/limit": "repeated"}


async def test_head_is_get_without_content(api: Api, world: World) -> None:
    person = await world.person()
    for path in ("/healthz", "/v1/me", "/docs", "/docs/assets/favicon.png"):
        head, got = await api("HEAD", path, person), await api.get(path, person)
        assert (head.status_code, head.content) == (200, b""), path
        assert head.headers["content-length"] == got.headers["content-length"]
        assert head.headers.get("etag") == got.headers.get("etag")
    assert (await api("HEAD", "/v1/me")).status_code == 401


async def test_a_405_for_a_file_says_what_is_allowed(api: Api) -> None:
    answer = await api.post("/docs/assets/favicon.png")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD"


def test_an_ipv6_subscriber_is_one_caller() -> None:
    def address(host: str) -> str:
        from starlette.requests import Request  # noqa: PLC0415  # only here

        return client_address(Request({"type": "http", "client": (host, 1), "headers": []}))

    assert address("2001:db8:1:2:3::4") == address("2001:db8:1:2:ffff::9") != address("2001:db8:1:3::4")
    assert address("192.0.2.7") == "192.0.2.7"
    assert address("fe80::1%eth0") == "fe80::/64"


# --- organizations ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"name": "Bank Terkenal"}, {"nib": "9120304567890"}, {"region_code": "31.71"}, {"npwp": None}]
)
async def test_a_verified_identity_goes_back_to_review(api: Api, world: World, change: dict[str, Any]) -> None:
    owner, key = await world.employer(npwp="012345678901234")
    path = f"{ORGANIZATIONS}/{key}"
    same = await api.patch(path, owner, json={"description": "Baru", "head_count": 9})
    assert same.json()["status"] == "verified"
    changed = await api.patch(path, owner, json=change)
    assert changed.json()["status"] == "pending_review"
    problem(await api.get(f"{path}/public"), 404, "not_found")
    steps = (await api.get(f"{path}/transitions", owner)).json()["items"]
    assert [(step["event"], step["by"]) for step in steps] == [("amend", "system")]


async def test_a_licence_cannot_be_extended_by_its_holder(api: Api, world: World) -> None:
    owner, key = await world.certifier()
    answer = await api.patch(f"{ORGANIZATIONS}/{key}", owner, json={"licence_valid_until": "2099-12-31"})
    assert answer.json()["status"] == "pending_review"


@pytest.mark.parametrize("status", ["pending_review", "suspended", "rejected"])
async def test_an_identity_under_decision_stays(api: Api, world: World, status: str) -> None:
    owner, key = await world.employer(status=status)
    answer = await api.patch(f"{ORGANIZATIONS}/{key}", owner, json={"name": "Nama Lain"})
    assert problem(answer, 409, "illegal_transition")["current_status"] == status


async def test_what_was_needed_cannot_be_cleared_after_submission(api: Api, world: World) -> None:
    owner, key = await world.employer()
    answer = await api.patch(f"{ORGANIZATIONS}/{key}", owner, json={"email": None})
    assert problem(answer, 422, "organization_incomplete")["missing"] == ["email"]


async def test_a_draft_is_no_telephone_directory(api: Api, world: World) -> None:
    owner = await world.person()
    key = await world.organization(owner, status="draft")
    for username in ("nobody@example.com", "081234567890"):
        answer = await api.post(f"{ORGANIZATIONS}/{key}/members", owner, json={"username": username, "role": "viewer"})
        problem(answer, 409, "organization_not_verified")


async def test_fields_that_are_not_the_caller_s_are_refused(api: Api, world: World) -> None:
    owner, key = await world.employer()
    foreign: tuple[dict[str, Any], ...] = (
        {"status": "verified"}, {"kind": "certification_body"}, {"verified_at": None}, {"version": 7},
    )  # fmt: skip
    for body in foreign:
        (name,) = body
        assert pointers(await api.patch(f"{ORGANIZATIONS}/{key}", owner, json=body)) == {f"/{name}": "extra_forbidden"}
    more: tuple[dict[str, Any], ...] = ({"roles": ["admin"]}, {"regions": ["00"]}, {"email": "x@example.com"})
    for body in more:
        (name,) = body
        assert pointers(await api.patch("/v1/me", owner, json=body)) == {f"/{name}": "extra_forbidden"}


async def test_cursors_are_bound_to_their_caller_and_list(api: Api, world: World) -> None:
    owner, other = await world.person(), await world.person()
    for _ in range(2):
        await world.organization(owner)
        await world.organization(other)
    cursor = (await api.get("/v1/me/organizations", owner, params={"limit": 1})).json()["next_cursor"]
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    problem(await api.get("/v1/me/organizations", other, params={"cursor": cursor}), 422, "invalid_cursor")
    for bad in (flipped, cursor[:8], "A", "\U0001f600", "=" * 40):
        problem(await api.get("/v1/me/organizations", owner, params={"cursor": bad}), 422, "invalid_cursor")


# --- what is stored and logged ----------------------------------------------------------------------------


async def test_a_registration_s_idempotency_record_does_not_tell_its_password(
    app: FastAPI, api: Api, database: BoundDatabase
) -> None:
    import hashlib  # noqa: PLC0415  # what an attacker with the table would use

    headers = {"Idempotency-Key": "registration-1"}
    answer = await api.post("/v1/auth/registration", json=PERSON, headers=headers)
    assert answer.status_code == 201
    guess = b"POST /v1/auth/registration?\n" + answer.request.content
    async with database.read() as session:
        stored = await session.scalar(select(IdempotencyRecord.request_hash))
    assert stored is not None
    assert stored != hashlib.sha256(guess).digest()
    again = await api.post("/v1/auth/registration", json={**PERSON, "password": "another-password"}, headers=headers)
    problem(again, 422, "idempotency_key_reused")
    assert PERSON["email"] not in again.text


async def test_a_failed_statement_hides_its_parameters(database_url: str) -> None:
    database = Database.from_settings(Settings(database_url=database_url))
    try:
        async with database.read() as session:
            with pytest.raises(Exception, match="division by zero") as failure:
                await session.execute(text("SELECT 1 / (length(:name) - length(:name))"), {"name": "Dewi Lestari"})
        assert "Dewi Lestari" not in str(failure.value)
    finally:
        await database.dispose()


async def test_counting_does_not_wait_for_a_pool_that_its_own_request_fills(database_url: str) -> None:
    database = Database.from_settings(Settings(database_url=database_url, pool_size=1))
    try:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
            headers = await spend(database, Quota("attack", 5), "somebody")
        assert headers["RateLimit"].startswith('"attack";r=4;')
        async with database.transaction() as session:
            await session.execute(text("DELETE FROM rate_limit_bucket WHERE key LIKE 'attack|%'"))
    finally:
        await database.dispose()
