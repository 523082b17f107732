"""Public verification of certificates, and their signed form, as strangers and their libraries see them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from fastapi import FastAPI
from joserfc import jwt as jose_jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from app.core import clock
from app.domain.certificates import WIB
from app.models.certificates import Certificate
from tests.support.certificates import certificate_number, make_certificate
from tests.support.world import Api, Caller, World, pointers, problem

VERIFY = "/v1/certificate-verifications"
NAME = "Siti Nurhaliza"


async def held(world: World, talent: Caller | None = None, **fields: Any) -> tuple[Caller, Certificate]:
    """A certificate of a new body, and its holder."""
    _, body = await world.certifier(name="LSP Contoh")
    talent = talent or await world.person(name=NAME, nik=b"sealed", nik_hash=clock.new_id().bytes)
    key = await make_certificate(world, body, talent.id, **fields)
    async with world.database.read() as session:
        return talent, await session.get_one(Certificate, key)


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, payload, _ = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split("."))
    return json.loads(header), json.loads(payload)


@pytest.fixture
def few_calls(app: FastAPI) -> Iterator[None]:
    """Two verifications a minute for each address."""
    kit = app.state.kit
    app.state.kit = replace(kit, settings=kit.settings.model_copy(update={"verification_rate_per_minute": 2}))
    yield
    app.state.kit = kit


async def test_anybody_verifies_by_token_and_by_number(api: Api, world: World) -> None:
    talent, row = await held(world)
    by_token = await api.get(f"{VERIFY}/{row.verification_token}")
    body = by_token.json()
    assert {name: body[name] for name in ("status", "number", "kkni_level", "body", "holder")} == {
        "status": "active",
        "number": row.number,
        "kkni_level": 5,
        "body": "LSP Contoh",
        "holder": "S*** N********",
    }
    assert body["licence"].startswith("BNSP-LSP-")
    assert body["scheme"]["code"] == "SKM-0002"
    assert [unit["code"] for unit in body["units"]][:2] == ["J.620100.004.02", "J.620100.005.02"]
    assert body["issued_on"] == row.issued_on.isoformat()
    assert body["valid_until"] == row.valid_until.isoformat()
    assert by_token.headers["cache-control"] == "no-store"
    for text in (NAME, "Nurhaliza", str(talent.id), str(row.id)):
        assert text not in by_token.text
    for number in (row.number, row.number.replace(" ", "-")):
        assert (await api.get(VERIFY, params={"number": number})).json() == body


@pytest.mark.parametrize("status", ["suspended", "revoked", "superseded", "expired", "expiring"])
async def test_every_state_is_told(api: Api, world: World, status: str) -> None:
    today = clock.today()
    fields: dict[str, Any] = {"status": status}
    if status in {"expired", "expiring"}:
        last = today - timedelta(days=1) if status == "expired" else today
        fields = {"issued_on": today - timedelta(days=900), "valid_until": last}
    _, row = await held(world, **fields)
    assert (await api.get(f"{VERIFY}/{row.verification_token}")).json()["status"] == status


async def test_unknown_ones_look_alike_and_malformed_ones_are_told(api: Api, world: World) -> None:
    await held(world)
    token = await api.get(f"{VERIFY}/{clock.random_token(24)}")
    number = await api.get(VERIFY, params={"number": certificate_number()})
    seen = [{**problem(answer, 404, "not_found"), "request_id": ""} for answer in (token, number)]
    assert seen[0] == seen[1]
    problem(await api.get(f"{VERIFY}/{clock.random_token(24)}/credential"), 404, "not_found")
    for bad in ("62019", "62019 2513 0 0000001 2025", "62019 2513 5 0000001 1999"):
        answer = await api.get(VERIFY, params={"number": bad})
        assert pointers(answer) == {"/query/number": "invalid_certificate_number"}
    assert pointers(await api.get(VERIFY)) == {"/query/number": "missing"}
    assert pointers(await api.get(f"{VERIFY}/short")) == {"/path/token": "string_too_short"}


async def test_verification_is_rationed(api: Api, world: World, few_calls: None) -> None:
    _, row = await held(world)
    paths = (f"{VERIFY}/{row.verification_token}", f"{VERIFY}/{row.verification_token}/credential")
    at = datetime.combine(clock.today(), time(12, 0, 20), UTC)
    with clock.frozen(at):
        first = await api.get(paths[0])
        assert first.headers["ratelimit"] == '"certificate-verification";r=1;t=40'
        assert first.headers["ratelimit-policy"] == '"certificate-verification";q=2;w=60'
        # A wrong guess counts, whatever it asks.
        missed = await api.get(VERIFY, params={"number": certificate_number()})
        assert problem(missed, 404, "not_found")
        assert missed.headers["ratelimit"] == '"certificate-verification";r=0;t=40'
        for answer in (*[await api.get(path) for path in paths], await api.get(VERIFY, params={"number": row.number})):
            problem(answer, 429, "rate_limited")
            assert answer.headers["retry-after"] == "40"
            assert answer.headers["ratelimit"] == '"certificate-verification";r=0;t=40'
        clock.move(timedelta(seconds=40))
        assert (await api.get(paths[1])).headers["ratelimit"] == '"certificate-verification";r=1;t=60'


async def test_it_expires_by_itself_at_midnight_in_jakarta(api: Api, world: World) -> None:
    last = clock.today() + timedelta(days=30)
    _, row = await held(world, valid_until=last)
    path = f"{VERIFY}/{row.verification_token}"
    with clock.frozen(datetime.combine(last, time(23, 59, 59), WIB)):
        assert (await api.get(path)).json()["status"] == "expiring"
        assert (await api.get(f"{path}/credential")).status_code == 200
        clock.move(timedelta(seconds=1))
        assert (await api.get(path)).json()["status"] == "expired"
        body = problem(await api.get(f"{path}/credential"), 409, "certificate_not_in_force")
        assert body["current_status"] == "expired"


async def test_the_credential_is_an_open_badge(api: Api, world: World, app: FastAPI) -> None:
    talent, row = await held(world)
    answer = await api.get(f"/v1/certificates/{row.id}/credential", talent)
    assert answer.headers["content-type"] == "application/vc+jwt"
    header, badge = parts(answer.text)
    assert header.keys() == {"alg", "kid", "typ"}
    assert (header["alg"], header["typ"]) == ("ES256", "vc+jwt")
    assert "vc" not in badge
    assert badge["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert "/spec/ob/v3p0/" in badge["@context"][1]
    assert badge["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert badge["id"] == badge["jti"] == f"urn:uuid:{row.id}"
    assert badge["issuer"]["id"] == badge["iss"]
    subject = badge["credentialSubject"]
    assert subject["id"] == badge["sub"]
    assert str(talent.id) not in answer.text + json.dumps(badge)
    assert datetime.fromisoformat(badge["validFrom"]).timestamp() == badge["nbf"]
    assert datetime.fromisoformat(badge["validUntil"]).timestamp() == badge["exp"]
    assert subject["licenseNumber"] == row.number
    assert subject["identifier"][0]["identityHash"] == NAME
    earned = subject["achievement"]
    assert earned["achievementType"] == "Certification"
    assert earned["criteria"]["narrative"]
    aligned = [(item["targetFramework"], item["targetCode"]) for item in earned["alignment"]]
    assert ("SKKNI", "J.620100.004.02") in aligned
    assert aligned[-1] == ("KKNI", "5")
    assert all(item["targetName"] and item["targetUrl"] for item in earned["alignment"])
    # What the credential points to answers.
    for url in (earned["id"], badge["issuer"]["id"], badge["evidence"][0]["id"]):
        path = url.removeprefix(app.state.kit.settings.public_base_url)
        assert (await api.get(path)).status_code == 200


async def test_libraries_verify_it_by_our_published_keys(api: Api, world: World) -> None:
    talent, row = await held(world)
    token = (await api.get(f"/v1/certificates/{row.id}/credential", talent)).text
    published = (await api.get("/.well-known/jwks.json")).json()
    key = jwt.PyJWKSet.from_dict(published)[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["ES256"], options={"require": ["iss", "sub", "jti", "nbf", "exp"]})
    keys = KeySet.import_key_set(published)
    checked = jose_jwt.decode(token, keys, algorithms=["ES256"])
    jose_jwt.JWTClaimsRegistry().validate(checked.claims)
    assert claims == checked.claims == parts(token)[1]
    header, _, signature = token.split(".")
    claims["credentialSubject"]["licenseNumber"] = certificate_number()
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    changed = f"{header}.{forged}.{signature}"
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(changed, key, algorithms=["ES256"])
    with pytest.raises(BadSignatureError):
        jose_jwt.decode(changed, keys, algorithms=["ES256"])


async def test_everybody_gets_it_with_a_masked_name(api: Api, world: World) -> None:
    talent, row = await held(world)
    public = (await api.get(f"{VERIFY}/{row.verification_token}/credential")).text
    own = (await api.get(f"/v1/certificates/{row.id}/credential", talent)).text
    _, shown = parts(public)
    assert shown["credentialSubject"]["identifier"][0]["identityHash"] == "S*** N********"
    assert "Nurhaliza" not in json.dumps(shown)
    assert shown["sub"] == parts(own)[1]["sub"]


async def test_one_holder_has_one_subject(api: Api, world: World) -> None:
    talent, first = await held(world)
    _, second = await held(world, talent)
    _, other = await held(world)
    subjects = [
        parts((await api.get(f"{VERIFY}/{row.verification_token}/credential")).text)[1]["sub"]
        for row in (first, second, other)
    ]
    assert subjects[0] == subjects[1] != subjects[2]
    UUID(subjects[0].removeprefix("urn:uuid:"))


async def test_the_credential_speaks_the_caller_s_language(api: Api, world: World) -> None:
    _, row = await held(world)
    for language, label in (("id", "Pengembang web"), ("en", "Web developer")):
        headers = {"Accept-Language": language}
        answer = await api.get(f"{VERIFY}/{row.verification_token}/credential", headers=headers)
        achievement = parts(answer.text)[1]["credentialSubject"]["achievement"]
        assert (achievement["inLanguage"], achievement["name"]) == (language, label)


@pytest.mark.parametrize("status", ["suspended", "revoked", "superseded"])
async def test_none_is_issued_out_of_force(api: Api, world: World, status: str) -> None:
    talent, row = await held(world, status=status)
    for path, caller in (
        (f"/v1/certificates/{row.id}/credential", talent),
        (f"{VERIFY}/{row.verification_token}/credential", None),
    ):
        body = problem(await api.get(path, caller), 409, "certificate_not_in_force")
        assert body["current_status"] == status


async def test_a_credential_is_no_access_token(api: Api, world: World) -> None:
    talent, row = await held(world)
    token = (await api.get(f"/v1/certificates/{row.id}/credential", talent)).text
    problem(await api.get("/v1/me/certificates", Caller(talent.id, token)), 401, "unauthenticated")
    # Not even one that has all the claims of an access token.
    claims = parts(talent.token)[1]
    dressed = world.kit.ring.sign(claims, "vc+jwt")
    problem(await api.get("/v1/me/certificates", Caller(talent.id, dressed)), 401, "unauthenticated")
    same = world.kit.ring.sign(claims, "at+jwt")
    assert (await api.get("/v1/me/certificates", Caller(talent.id, same))).status_code == 200


async def test_the_holder_s_list_leads_to_the_verification(api: Api, world: World, app: FastAPI) -> None:
    talent, row = await held(world)
    listed = (await api.get("/v1/me/certificates", talent)).json()["items"]
    url = listed[0]["verification_url"].removeprefix(app.state.kit.settings.public_base_url)
    assert (await api.get(url)).json()["number"] == row.number
