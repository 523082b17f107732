"""Registration, tokens, rotation and revocation through HTTP."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

import httpx
import jwt as pyjwt
import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet

from app.core import clock
from app.core.db import BoundDatabase
from app.models import PartnerClient
from tests.support.world import Api, World, pointers, problem

PERSON = {
    "email": "Sari.Dewi@example.com",
    "phone": "0812-3456-7001",
    "password": "sandi-yang-panjang",
    "full_name": "Sari Dewi",
    "consents": ["account", "profile_processing"],
}


async def sign_in(api: Api, username: str = "sari.dewi@example.com", **form: str) -> httpx.Response:
    data = {"grant_type": "password", "username": username, "password": PERSON["password"], **form}
    return await api.post("/v1/auth/token", data=data)


async def refresh(api: Api, token: str) -> httpx.Response:
    return await api.post("/v1/auth/token", data={"grant_type": "refresh_token", "refresh_token": token})


@pytest.fixture
async def tokens(api: Api) -> dict[str, Any]:
    """Tokens of a freshly registered person."""
    assert (await api.post("/v1/auth/registration", json=PERSON)).status_code == 201
    answer = await sign_in(api)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_person_registers_and_signs_in_by_email_or_phone(api: Api) -> None:
    created = await api.post("/v1/auth/registration", json=PERSON)
    assert created.status_code == 201
    assert created.json()["phone"] == "+6281234567001"
    for username in ("sari.dewi@example.com", "081234567001"):
        answer = await sign_in(api, username)
        assert answer.headers["cache-control"] == "no-store"
        me = await api.get("/v1/me", headers=bearer(answer.json()["access_token"]))
        assert me.json()["display_name"] == "Sari Dewi"
    consents = await api.get("/v1/me/consents", headers=bearer(answer.json()["access_token"]))
    assert {item["purpose"] for item in consents.json()["items"]} == {"account", "profile_processing"}


async def test_registration_refuses_what_is_wrong(api: Api) -> None:
    problem(await api.post("/v1/auth/registration", json={**PERSON, "consents": []}), 422, "consent_needed")
    unknown = await api.post("/v1/auth/registration", json={**PERSON, "consents": ["account", "gossip"]})
    assert pointers(unknown) == {"/consents/1": "unknown_purpose"}
    bad = {**PERSON, "phone": "0211234", "password": "short", "email": None}
    assert set(pointers(await api.post("/v1/auth/registration", json=bad))) == {"/phone", "/password"}
    await api.post("/v1/auth/registration", json=PERSON)
    problem(await api.post("/v1/auth/registration", json=PERSON), 409, "account_exists")


async def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(
    api: Api, tokens: dict[str, Any]
) -> None:  # registers
    wrong = await sign_in(api, password="not-the-password")
    unknown = await sign_in(api, "nobody@example.com")
    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()
    assert wrong.json()["error"] == "invalid_grant"


async def test_refresh_rotates_and_a_reused_token_ends_the_session(api: Api, tokens: dict[str, Any]) -> None:
    with clock.frozen(clock.now()):
        second = (await refresh(api, tokens["refresh_token"])).json()
        again = (await refresh(api, tokens["refresh_token"])).json()
        assert again["refresh_token"] == second["refresh_token"], "a retry gets the same successor"
        clock.move(timedelta(seconds=11))
        reused = await refresh(api, tokens["refresh_token"])
        assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")
        assert (await refresh(api, second["refresh_token"])).status_code == 400, "the whole family is dead"
        problem(await api.get("/v1/me", headers=bearer(second["access_token"])), 401, "unauthenticated")


async def test_revocation_ends_the_session_at_once(api: Api, tokens: dict[str, Any]) -> None:
    assert (await api.get("/v1/me", headers=bearer(tokens["access_token"]))).status_code == 200
    assert (await api.post("/v1/auth/revocation", data={"token": tokens["refresh_token"]})).status_code == 204
    problem(await api.get("/v1/me", headers=bearer(tokens["access_token"])), 401, "unauthenticated")
    assert (await api.post("/v1/auth/revocation", data={"token": "unknown"})).status_code == 204


async def test_a_narrow_token_stays_narrow_through_refresh(api: Api, tokens: dict[str, Any]) -> None:  # registers
    narrow = (await sign_in(api, scope="account:read")).json()
    assert narrow["scope"] == "account:read"
    renewed = (await refresh(api, narrow["refresh_token"])).json()
    assert renewed["scope"] == "account:read"
    denied = await api.get("/v1/me/organizations", headers=bearer(renewed["access_token"]))
    problem(denied, 403, "permission_denied")
    assert (await sign_in(api, scope="world:rule")).json()["error"] == "invalid_scope"


async def test_token_requests_are_checked(api: Api) -> None:
    form = {"grant_type": "magic"}
    assert (await api.post("/v1/auth/token", data=form)).json()["error"] == "unsupported_grant_type"
    form = {"grant_type": "password"}
    assert (await api.post("/v1/auth/token", data=form)).json()["error"] == "invalid_request"
    problem(await api.post("/v1/auth/token", json={"grant_type": "password"}), 415, "unsupported_media_type")


async def test_a_partner_signs_in_with_its_secret(api: Api, world: World, database: BoundDatabase) -> None:
    _, organization = await world.employer()
    async with database.transaction() as session:
        digest = hashlib.sha256(b"partner-secret").digest()
        scopes = ["vacancies:read", "organizations:read"]
        session.add(
            PartnerClient(
                client_id="bursa", name="Bursa", secret_hash=digest, scopes=scopes, organization_id=organization
            )
        )
    form = {"grant_type": "client_credentials", "client_id": "bursa", "client_secret": "partner-secret"}
    answer = await api.post("/v1/auth/token", data=form)
    assert answer.json()["refresh_token"] is None
    owned = await api.get("/v1/me/organizations", headers=bearer(answer.json()["access_token"]))
    assert [item["id"] for item in owned.json()["items"]] == [str(organization)]
    basic = base64.b64encode(b"bursa:partner-secret").decode()
    by_header = await api.post(
        "/v1/auth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
    )
    assert by_header.status_code == 200
    wrong = await api.post("/v1/auth/token", data={**form, "client_secret": "guess"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    problem(await api.get("/v1/me", headers=bearer(answer.json()["access_token"])), 403, "permission_denied")


async def test_other_libraries_accept_our_tokens(api: Api, tokens: dict[str, Any]) -> None:
    keys = (await api.get("/.well-known/jwks.json")).json()
    token = tokens["access_token"]
    key = pyjwt.PyJWKSet.from_dict(keys)[pyjwt.get_unverified_header(token)["kid"]]
    claims = pyjwt.decode(token, key, algorithms=["ES256"], audience="labour-hub-api", issuer="labour-hub")
    assert joserfc_jwt.decode(token, KeySet.import_key_set(keys), algorithms=["ES256"]).claims == claims


async def test_a_lost_membership_counts_at_once(api: Api, world: World) -> None:
    owner, organization = await world.employer()
    other = await world.person()
    await world.join(organization, other, "owner")
    assert "vacancies:write" in (await api.get("/v1/me", other)).json()["permissions"]
    assert (await api.delete(f"/v1/organizations/{organization}/members/{other.id}", owner)).status_code == 204
    assert "vacancies:write" not in (await api.get("/v1/me", other)).json()["permissions"]
    problem(await api.get(f"/v1/organizations/{organization}", other), 404, "not_found")


async def test_consent_is_given_and_withdrawn(api: Api, world: World) -> None:
    person = await world.person()
    given = await api.put("/v1/me/consents/visible_to_employers", person)
    assert given.json()["withdrawn_at"] is None
    assert (await api.delete("/v1/me/consents/visible_to_employers", person)).status_code == 204
    problem(await api.delete("/v1/me/consents/visible_to_employers", person), 404, "not_found")
    assert pointers(await api.put("/v1/me/consents/gossip", person)) == {"/path/purpose": "unknown_purpose"}


async def test_the_account_changes_with_its_etag(api: Api, world: World) -> None:
    person = await world.person()
    assert (await api.patch("/v1/me", person, json={"locale": "en"})).json()["locale"] == "en"
    problem(await api("PATCH", "/v1/me", person, json={"locale": "en"}), 428, "precondition_required")
    stale = await api.patch("/v1/me", person, json={"locale": "id"}, headers={"If-Match": '"1.0"'})
    problem(stale, 412, "precondition_failed")
