"""What others see of a profile through HTTP: the employer's view, and the CV as JSON Resume and PDF."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import update

from app.core import clock
from app.models.applications import Application
from app.models.identity import UserAccount
from tests.support.certificates import make_certificate
from tests.support.profiles import BODIES, JSON_RESUME, PROFILE, fill
from tests.support.vacancies import make_vacancy
from tests.support.world import Api, Caller, World, problem

ALL = ("account", "profile_processing", "application_sharing", "disability_data")


async def apply_to(world: World, talent: Caller, organization: UUID, status: str = "submitted") -> UUID:
    """Apply to a new vacancy of an organization; the application's id."""
    vacancy = await make_vacancy(world, organization)
    async with world.database.transaction() as session:
        row = Application(
            vacancy_id=vacancy, talent_id=talent.id, status=status, snapshot={}, consent_version="2026-01"
        )
        session.add(row)
        await session.flush()
        key: UUID = row.id
    return key


async def test_an_employer_sees_no_more_than_it_may(api: Api, world: World) -> None:
    owner, _ = await world.employer()
    talent = await world.person(name="Sari Dewi", visible=True, consents=ALL)
    await fill(api, talent)
    await api.put(f"{PROFILE}/identity", talent, json={"nik": "3273014502030002"})
    told = {"kinds": ["sensory"], "accommodations": ["captions"], "share_accommodations": False}
    await api.put(f"{PROFILE}/disability", talent, json=told)
    answer = await api.get(f"/v1/talents/{talent.id}", owner)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    body = answer.json()
    assert (body["name"], body["photo_url"], body["links"], body["accommodations"]) == (None, None, [], [])
    assert body["skills"][0]["skill"]["code"] == "SK-0005"
    secrets = (
        "Sari Dewi", "sari@", "81234567001", "Merdeka", "2003-02-05", "female", "nik", "sensory", "captions",
        "portofolio", "BLK/118", "4500000", "birth", "sex", "disab",
    )  # fmt: skip
    for secret in secrets:
        assert secret not in answer.text, secret
    await api.put(f"{PROFILE}/disability", talent, json={**told, "share_accommodations": True})
    shared = (await api.get(f"/v1/talents/{talent.id}", owner)).json()
    assert [item["code"] for item in shared["accommodations"]] == ["captions"]


async def test_contacts_in_the_talent_s_own_words_stay_hidden_too(api: Api, world: World) -> None:
    owner, mine = await world.employer()
    talent = await world.person(name="Sari Dewi", visible=True)
    summary = "Saya sari  dewi, 12 tahun di garmen. WA 0812-3456-7890 atau sari.dewi@example.com, www.sari.example.com"
    await api.patch(PROFILE, talent, json={"summary": summary, "headline": "Hubungi +62 812 3456 7890"})
    job = {**BODIES["experience"], "description": "Lihat https://karya.example.com/sari untuk 2.000 pola."}
    await api.post(f"{PROFILE}/experience", talent, json=job)
    path = f"/v1/talents/{talent.id}"
    seen = (await api.get(path, owner)).json()
    assert seen["summary"] == "Saya [...], 12 tahun di garmen. WA [...] atau [...], [...]"
    assert seen["headline"] == "Hubungi [...]"
    assert seen["experience"][0]["description"] == "Lihat [...] untuk 2.000 pola."
    await apply_to(world, talent, mine)
    assert (await api.get(path, owner)).json()["summary"] == summary


async def test_the_name_shows_only_to_whom_the_talent_applied(api: Api, world: World) -> None:
    (owner, mine), (other, _) = await world.employer(), await world.employer()
    talent = await world.person(name="Sari Dewi", visible=True)
    await fill(api, talent)
    path = f"/v1/talents/{talent.id}"
    key = await apply_to(world, talent, mine)
    seen = (await api.get(path, owner)).json()
    assert (seen["name"], len(seen["links"])) == ("Sari Dewi", 1)
    assert (await api.get(path, other)).json()["name"] is None
    await api.delete("/v1/me/consents/application_sharing", talent)
    assert (await api.get(path, owner)).json()["name"] is None
    await api.put("/v1/me/consents/application_sharing", talent)
    for ended in ("withdrawn", "rejected", "expired"):
        async with world.database.transaction() as session:
            await session.execute(update(Application).where(Application.id == key).values(status=ended))
        assert (await api.get(path, owner)).json()["name"] is None, ended


async def test_who_did_not_agree_is_not_there(api: Api, world: World) -> None:
    owner, mine = await world.employer()
    hidden, agreed, gone = (
        await world.person(),
        await world.person(visible=True),
        await world.person(visible=True),
    )
    await apply_to(world, hidden, mine)
    problem(await api.get(f"/v1/talents/{hidden.id}", owner), 404, "not_found")
    problem(await api.get(f"/v1/talents/{uuid4()}", owner), 404, "not_found")
    problem(await api.get(f"/v1/talents/{owner.id}", owner), 404, "not_found")
    path = f"/v1/talents/{agreed.id}"
    for purpose in ("visible_to_employers", "profile_processing"):
        assert (await api.get(path, owner)).status_code == 200
        await api.delete(f"/v1/me/consents/{purpose}", agreed)
        problem(await api.get(path, owner), 404, "not_found")
        await api.put(f"/v1/me/consents/{purpose}", agreed)
    async with world.database.transaction() as session:
        await session.execute(update(UserAccount).where(UserAccount.id == gone.id).values(status="locked"))
    problem(await api.get(f"/v1/talents/{gone.id}", owner), 404, "not_found")


async def test_only_verified_employers_look_for_talents(api: Api, world: World) -> None:
    talent = await world.person(visible=True)
    path = f"/v1/talents/{talent.id}"
    (draft, _), (certifier, _) = await world.employer(status="draft"), await world.certifier()
    owner, mine = await world.employer()
    viewer = await world.person()
    await world.join(mine, viewer, "viewer")
    problem(await api.get(path, draft), 409, "organization_not_verified")
    # A suspended employer learns nothing either, not even who is there.
    problem(await api.get(f"/v1/talents/{uuid4()}", draft), 409, "organization_not_verified")
    for caller in (certifier, viewer, talent, await world.officer()):
        problem(await api.get(path, caller), 403, "permission_denied")
    problem(await api.get(path), 401, "unauthenticated")
    assert (await api.get(path, owner)).status_code == 200


async def test_an_employer_sees_verified_and_declared_certificates_apart(api: Api, world: World) -> None:
    owner, _ = await world.employer()
    talent = await world.person(visible=True)
    _, lsp = await world.certifier(name="LSP Contoh")
    await api.post(f"{PROFILE}/certificates", talent, json=BODIES["certificates"])
    await make_certificate(world, lsp, talent.id)
    await make_certificate(
        world,
        lsp,
        talent.id,
        issued_on=clock.today() - timedelta(days=900),
        valid_until=clock.today() - timedelta(days=1),
    )
    certificates = (await api.get(f"/v1/talents/{talent.id}", owner)).json()["certificates"]
    assert [(item["issuer"], item["verified"]) for item in certificates] == [
        ("LSP Contoh", True),
        ("BLK Bandung", False),
    ]


# --- CV ---------------------------------------------------------------------------------------------------


async def test_the_cv_is_a_json_resume(api: Api, world: World) -> None:
    talent = await world.person(name="Sari Dewi", consents=ALL)
    await fill(api, talent)
    await api.put(f"{PROFILE}/identity", talent, json={"nik": "3273014502030002"})
    await api.put(f"{PROFILE}/disability", talent, json={"kinds": ["sensory"], "accommodations": ["captions"]})
    _, lsp = await world.certifier(name="LSP Contoh")
    await make_certificate(world, lsp, talent.id)
    answer = await api.get("/v1/me/cv", talent, headers={"Accept-Language": "en"})
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    errors = list(Draft202012Validator(JSON_RESUME, format_checker=FormatChecker()).iter_errors(body))
    assert not errors, errors
    assert body["basics"]["name"] == "Sari Dewi"
    assert body["basics"]["location"]["countryCode"] == "ID"
    assert body["work"][0] == {
        "name": "Koperasi Digital", "position": "Pengembang Web", "location": body["work"][0]["location"],
        "startDate": "2023-02-01", "endDate": "2024-08-31", "summary": "Situs koperasi.",
    }  # fmt: skip
    assert body["education"][0]["studyType"] == "Vocational secondary school"
    assert [entry["issuer"] for entry in body["certificates"]] == ["LSP Contoh", "BLK Bandung"]
    assert {"language": "English", "fluency": "Intermediate (B1)"} in body["languages"]
    assert any("Certified" in skill["keywords"] for skill in body["skills"])
    for secret in ("3273", "2003-02-05", "female", "sensory", "captions"):
        assert secret not in answer.text, secret
    indonesian = (await api.get("/v1/me/cv", talent)).json()
    assert indonesian["languages"][0]["language"] == "Bahasa Inggris"


async def test_an_empty_profile_has_a_cv_too(api: Api, world: World) -> None:
    talent = await world.person(name="Sari")
    body = (await api.get("/v1/me/cv", talent)).json()
    assert not list(Draft202012Validator(JSON_RESUME).iter_errors(body))
    assert body["work"] == []
    assert "email" not in body["basics"]


@pytest.mark.parametrize("language", ["id", "en"])
async def test_the_cv_is_a_pdf_that_is_the_same_each_time(api: Api, world: World, language: str) -> None:
    talent = await world.person(name="Đặng Thị Hồng 张伟")
    await fill(api, talent)
    first = await api.get("/v1/me/cv.pdf", talent, headers={"Accept-Language": language})
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["cache-control"] == "private, no-store"
    assert first.headers["content-language"] == language
    assert first.content.startswith(b"%PDF-")
    again = await api.get("/v1/me/cv.pdf", talent, headers={"Accept-Language": language})
    assert again.content == first.content
    tag = {"If-None-Match": first.headers["etag"], "Accept-Language": language}
    assert (await api.get("/v1/me/cv.pdf", talent, headers=tag)).status_code == 304


async def test_a_cv_is_its_owner_s(api: Api, world: World) -> None:
    officer = await world.officer()
    for path in ("/v1/me/cv", "/v1/me/cv.pdf"):
        problem(await api.get(path), 401, "unauthenticated")
        problem(await api.get(path, officer), 403, "permission_denied")
