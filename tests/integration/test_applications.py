"""Applications through HTTP: applying, moving forward, rejecting, withdrawing; who sees whom."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.core import clock
from app.models.applications import Application
from app.models.certificates import Certificate
from app.models.identity import Consent
from app.models.organizations import Organization
from app.models.profiles import ProfileEducation, ProfileExperience, ProfileLanguage, ProfileSkill, TalentProfile
from app.models.taxonomy import Scheme, Skill
from tests.support.vacancies import make_vacancy
from tests.support.world import Api, Caller, World, pointers, problem

REASON = {"reason": "Pengalaman belum sesuai."}


async def applied(api: Api, talent: Caller, vacancy: UUID, note: str | None = None) -> dict[str, Any]:
    """An application made through HTTP."""
    response = await api.post(f"/v1/vacancies/{vacancy}/applications", talent, json={"cover_note": note})
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_a_talent_applies_and_the_employer_moves_on_to_hire(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    talent = await world.person(name="Rizky Ramadhan", headline="Pengembang web")
    vacancy = await make_vacancy(world, employer)
    mine = await applied(api, talent, vacancy, "Siap mulai.")
    assert (mine["status"], mine["actions"], mine["vacancy"]["id"]) == ("submitted", ["withdraw"], str(vacancy))
    path = f"/v1/applications/{mine['id']}"
    (listed,) = (await api.get(f"/v1/vacancies/{vacancy}/applications", owner)).json()["items"]
    assert listed["applicant"] == {
        "id": str(talent.id), "full_name": "Rizky Ramadhan", "headline": "Pengembang web",
    }  # fmt: skip
    seen = (await api.get(path, owner)).json()
    assert (seen["status"], seen["cover_note"]) == ("submitted", "Siap mulai.")
    assert seen["actions"] == [
        "hire", "invite_to_interview", "invite_to_test", "offer", "reject", "shortlist", "view",
    ]  # fmt: skip
    assert (await api.post(f"{path}/stage", owner, json={"stage": "viewed"})).json()["status"] == "viewed"
    assert (await api.post(f"{path}/stage", owner, json={"stage": "interview"})).json()["status"] == "interview"
    back = problem(await api.post(f"{path}/stage", owner, json={"stage": "test"}), 409, "illegal_transition")
    assert (back["current_status"], back["actions"]) == ("interview", ["hire", "offer", "reject"])
    hired = (await api.post(f"{path}/stage", owner, json={"stage": "hired", "reason": "Lulus uji."})).json()
    assert (hired["status"], hired["actions"], hired["status_reason"]) == ("hired", [], "Lulus uji.")
    assert hired["decided_at"] is not None
    log = (await api.get(f"{path}/transitions", talent)).json()["items"]
    assert [step["to_status"] for step in log] == ["viewed", "interview", "hired"]
    assert [item["status"] for item in (await api.get("/v1/me/applications", talent)).json()["items"]] == ["hired"]


async def test_a_rejection_needs_a_reason_that_the_talent_reads(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    talent = await world.person()
    vacancy = await make_vacancy(world, employer)
    path = f"/v1/applications/{(await applied(api, talent, vacancy))['id']}"
    assert pointers(await api.post(f"{path}/rejection", owner, json={})) == {"/reason": "missing"}
    assert (await api.post(f"{path}/rejection", owner, json={"reason": "skills_gap"})).json()["status"] == "rejected"
    seen = (await api.get(path, talent, headers={"Accept-Language": "en"})).json()
    assert (seen["status_reason"], seen["actions"]) == ("Skills do not match", [])
    problem(await api.post(f"{path}/withdrawal", talent), 409, "illegal_transition")
    assert (await applied(api, talent, vacancy))["status"] == "submitted"


async def test_a_second_live_application_is_refused_and_a_new_one_after_withdrawal_is_not(
    api: Api, world: World
) -> None:
    owner, employer = await world.employer()
    talent = await world.person()
    vacancy = await make_vacancy(world, employer)
    first = await applied(api, talent, vacancy, "Catatan pribadi.")
    again = await api.post(f"/v1/vacancies/{vacancy}/applications", talent, json={})
    problem(again, 409, "application_exists")
    path = f"/v1/applications/{first['id']}"
    withdrawn = (await api.post(f"{path}/withdrawal", talent)).json()
    assert (withdrawn["status"], withdrawn["applicant"]["id"]) == ("withdrawn", str(talent.id))
    hidden = (await api.get(path, owner)).json()
    assert (hidden["applicant"], hidden["snapshot"], hidden["cover_note"]) == (None, None, None)
    problem(await api.post(f"{path}/stage", owner, json={"stage": "viewed"}), 409, "illegal_transition")
    await applied(api, talent, vacancy)


async def test_the_employer_loses_sight_when_the_consent_to_share_ends(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    talent = await world.person()
    vacancy = await make_vacancy(world, employer)
    path = f"/v1/applications/{(await applied(api, talent, vacancy))['id']}"
    assert (await api.get(path, owner)).json()["snapshot"] is not None
    async with world.database.transaction() as session:
        await session.execute(update(Consent).where(Consent.user_id == talent.id).values(withdrawn_at=clock.now()))
    assert (await api.get(path, owner)).json()["snapshot"] is None
    (listed,) = (await api.get(f"/v1/vacancies/{vacancy}/applications", owner)).json()["items"]
    assert listed["applicant"] is None
    assert (await api.get(path, talent)).json()["snapshot"] is not None


async def test_applying_needs_consent_a_profile_and_a_vacancy_that_takes_it(api: Api, world: World) -> None:
    _, employer = await world.employer()
    talent, silent = await world.person(), await world.person(consents=("account", "profile_processing"))
    vacancy = await make_vacancy(world, employer)
    refused = await api.post(f"/v1/vacancies/{vacancy}/applications", silent, json={})
    assert problem(refused, 422, "consent_needed")["purposes"] == ["application_sharing"]
    elsewhere = await make_vacancy(
        world, employer, application_method="link", application_url="https://kerja.example.com/9"
    )
    away = await api.post(f"/v1/vacancies/{elsewhere}/applications", talent, json={})
    assert problem(away, 409, "apply_elsewhere")["application_url"] == "https://kerja.example.com/9"
    past = clock.today() - timedelta(days=1)
    for fields in ({"status": "draft"}, {"status": "closed"}, {"valid_from": past, "valid_until": past}):
        hidden = await make_vacancy(world, employer, **fields)
        problem(await api.post(f"/v1/vacancies/{hidden}/applications", talent, json={}), 404, "not_found")
    problem(await api.post(f"/v1/vacancies/{uuid4()}/applications", talent, json={}), 404, "not_found")
    problem(await api.post(f"/v1/vacancies/{vacancy}/applications", json={}), 401, "unauthenticated")
    officer = await world.officer()
    problem(await api.post(f"/v1/vacancies/{vacancy}/applications", officer, json={}), 403, "permission_denied")


async def test_strangers_meet_404_and_lookers_on_403(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    stranger, _ = await world.employer()
    talent, other, viewer = await world.person(), await world.person(), await world.person()
    await world.join(employer, viewer, "viewer")
    vacancy = await make_vacancy(world, employer)
    path = f"/v1/applications/{(await applied(api, talent, vacancy))['id']}"
    for caller in (stranger, other):
        problem(await api.get(path, caller), 404, "not_found")
        problem(await api.get(f"{path}/transitions", caller), 404, "not_found")
        problem(await api.get(f"/v1/vacancies/{vacancy}/applications", caller), 404, "not_found")
    problem(await api.post(f"{path}/rejection", stranger, json=REASON), 404, "not_found")
    problem(await api.post(f"{path}/withdrawal", other), 404, "not_found")
    seen = (await api.get(path, viewer)).json()
    assert (seen["actions"], seen["applicant"] is None) == ([], False)
    problem(await api.post(f"{path}/rejection", viewer, json=REASON), 403, "permission_denied")
    problem(await api.post(f"{path}/stage", talent, json={"stage": "hired"}), 403, "permission_denied")
    problem(await api.post(f"{path}/withdrawal", owner), 403, "permission_denied")
    assert (await api.get("/v1/me/applications", other)).json()["items"] == []
    async with world.database.transaction() as session:
        await session.execute(update(Organization).where(Organization.id == employer).values(status="suspended"))
    problem(await api.get(path, owner), 404, "not_found")
    assert (await api.get(path, talent)).status_code == 200


async def test_a_partner_moves_applications_of_its_employer(api: Api, world: World) -> None:
    _, employer = await world.employer()
    talent = await world.person()
    partner = await world.partner(employer, "applications:read", "applications:decide")
    vacancy = await make_vacancy(world, employer)
    path = f"/v1/applications/{(await applied(api, talent, vacancy))['id']}"
    assert (await api.post(f"{path}/stage", partner, json={"stage": "offered"})).json()["status"] == "offered"
    log = (await api.get(f"{path}/transitions", partner)).json()["items"]
    assert log[0]["by"] == "partner"


async def test_the_snapshot_is_frozen_and_holds_nothing_that_is_not_needed(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    _, body = await world.certifier()
    talent = await world.person(
        name="Sari Dewi", nik=b"sealed", birth_date=date(1999, 5, 17), sex="female", address="Jalan Rahasia 9",
        disability={"kinds": ["sensory"]}, minimum_pay=7_654_321, region_code="32.73",
    )  # fmt: skip
    async with world.database.transaction() as session:
        skill = await session.scalar(select(Skill.id).where(Skill.code == "SK-0003"))
        scheme = await session.scalar(select(Scheme.id).where(Scheme.code == "SKM-0001"))
        session.add_all(
            [
                ProfileSkill(profile_id=talent.id, skill_id=skill, level=3),
                ProfileLanguage(profile_id=talent.id, language="en", level="b2"),
                ProfileEducation(profile_id=talent.id, level="smk", institution="SMKN 4 Bandung", completed=True),
                ProfileExperience(
                    profile_id=talent.id, occupation_code="2513", title="Web", employer_name="PT A",
                    start_date=date(2022, 1, 1),
                ),
                *[
                    Certificate(
                        number=f"N-{status}", verification_token=f"t-{status}", organization_id=body,
                        scheme_id=scheme, talent_id=talent.id, holder_name="Sari Dewi", status=status,
                        issued_on=clock.today() - timedelta(days=9),
                        valid_until=clock.today() + timedelta(days=99),
                    )
                    for status in ("active", "revoked")
                ],
            ]
        )  # fmt: skip
    vacancy = await make_vacancy(world, employer)
    mine = await applied(api, talent, vacancy)
    async with world.database.transaction() as session:
        await session.execute(update(TalentProfile).where(TalentProfile.id == talent.id).values(full_name="Nama Lain"))
    seen = await api.get(f"/v1/applications/{mine['id']}", owner, headers={"Accept-Language": "en"})
    snapshot = seen.json()["snapshot"]
    assert snapshot["full_name"] == "Sari Dewi"
    assert [(item["label"], item["level"]) for item in snapshot["skills"]] == [("Python programming", 3)]
    assert [item["number"] for item in snapshot["certificates"]] == ["N-active"]
    assert snapshot["experience"][0]["employer_name"] == "PT A"
    assert snapshot["education"][0]["level"]["code"] == "smk"
    assert snapshot["languages"] == [{"code": "en", "label": "English", "level": "b2"}]
    async with world.database.read() as session:
        kept = json.dumps(await session.scalar(select(Application.snapshot)))
    for secret in ("sealed", "1999", "female", "Rahasia", "sensory", "7654321"):
        assert secret not in kept


async def test_pages_lead_to_the_end_for_both_sides(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    vacancy = await make_vacancy(world, employer)
    talents = [await world.person() for _ in range(5)]
    made = [(await applied(api, talent, vacancy))["id"] for talent in talents]
    path, seen, cursor = f"/v1/vacancies/{vacancy}/applications", [], None
    while True:
        query = {"limit": "2", "status": "submitted"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get(path, owner, params=query)).json()
        seen += [item["id"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == made[::-1]
    query = {"limit": "2"}
    first = (await api.get(path, owner, params=query)).json()
    problem(
        await api.get(path, owner, params={**query, "status": "viewed", "cursor": first["next_cursor"]}),
        422, "invalid_cursor",
    )  # fmt: skip
    assert pointers(await api.get(path, owner, params={"status": "lost"})) == {"/query/status": "enum"}


@pytest.mark.parametrize("stage", ["submitted", "rejected", "withdrawn", "expired"])
async def test_a_stage_is_one_of_the_way_forward(api: Api, world: World, stage: str) -> None:
    owner, employer = await world.employer()
    talent = await world.person()
    vacancy = await make_vacancy(world, employer)
    path = f"/v1/applications/{(await applied(api, talent, vacancy))['id']}"
    assert pointers(await api.post(f"{path}/stage", owner, json={"stage": stage})) == {"/stage": "literal_error"}
