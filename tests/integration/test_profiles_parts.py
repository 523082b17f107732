"""The parts of a profile through HTTP: entries with ids, and entries that a code names."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from app.core import clock
from app.core.config import Settings
from app.core.db import Database
from app.core.kit import Kit
from app.main import create_app
from app.models.identity import UserAccount
from app.models.profiles import ProfileLicence, ProfileSkill
from app.models.taxonomy import Skill
from app.services import tokens
from app.services.matcher import Matcher
from tests.support.certificates import make_certificate
from tests.support.profiles import BODIES, PROFILE
from tests.support.world import Api, World, pointers, problem

PATCHES: dict[str, dict[str, Any]] = {
    "education": {"field": "Teknik Informatika"},
    "experience": {"end_date": None},
    "certificates": {"scheme_code": None, "valid_until": "2030-01-01"},
    "links": {"label": "Karya"},
}


@pytest.mark.parametrize("part", sorted(BODIES))
async def test_an_entry_is_added_read_changed_and_removed(api: Api, world: World, part: str) -> None:
    talent = await world.person()
    created = await api.post(f"{PROFILE}/{part}", talent, json=BODIES[part])
    assert created.status_code == 201, created.text
    path = created.headers["location"]
    read = await api.get(path, talent)
    assert read.json() == created.json()
    # The entry's ETag is the profile's version, which its making raised.
    profile_tag = (await api.get(PROFILE, talent)).headers["etag"]
    assert read.headers["etag"].partition(".")[0] == profile_tag.partition(".")[0] == '"2'
    changed = await api.patch(path, talent, json=PATCHES[part])
    assert changed.status_code == 200, changed.text
    assert changed.json() != created.json()
    assert (await api.get(f"{PROFILE}/{part}", talent)).json()["items"] == [changed.json()]
    stale = await api.patch(path, talent, json=PATCHES[part], headers={"If-Match": read.headers["etag"]})
    problem(stale, 412, "precondition_failed")
    problem(await api("PATCH", path, talent, json=PATCHES[part]), 428, "precondition_required")
    assert (await api.delete(path, talent)).status_code == 204
    problem(await api.get(path, talent), 404, "not_found")
    assert (await api.get(f"{PROFILE}/{part}", talent)).json()["items"] == []


@pytest.mark.parametrize("part", sorted(BODIES))
async def test_another_s_entry_does_not_exist(api: Api, world: World, part: str) -> None:
    talent, stranger, officer = await world.person(), await world.person(), await world.officer()
    created = await api.post(f"{PROFILE}/{part}", talent, json=BODIES[part])
    path, tag = created.headers["location"], created.headers["etag"]
    problem(await api.get(path, stranger), 404, "not_found")
    problem(await api.patch(path, stranger, json=PATCHES[part], headers={"If-Match": tag}), 404, "not_found")
    problem(await api.delete(path, stranger), 404, "not_found")
    problem(await api.delete(f"{PROFILE}/{part}/{uuid4()}", talent), 404, "not_found")
    problem(await api.get(path), 401, "unauthenticated")
    problem(await api.post(f"{PROFILE}/{part}", officer, json=BODIES[part]), 403, "permission_denied")
    assert (await api.get(path, talent)).json() == created.json()


@pytest.mark.parametrize("part", sorted(BODIES))
async def test_the_same_entry_is_there_once(api: Api, world: World, part: str) -> None:
    talent = await world.person()
    headers = {"Idempotency-Key": f"an-entry-of-{part}"}
    first = await api.post(f"{PROFILE}/{part}", talent, json=BODIES[part], headers=headers)
    replayed = await api.post(f"{PROFILE}/{part}", talent, json=BODIES[part], headers=headers)
    assert replayed.json() == first.json()
    problem(await api.post(f"{PROFILE}/{part}", talent, json=BODIES[part]), 409, "entry_exists")
    name = {"education": "institution", "links": "url"}.get(part, "title")
    other_body = {**BODIES[part], name: BODIES[part][name] + "2"}
    other = (await api.post(f"{PROFILE}/{part}", talent, json=other_body)).headers["location"]
    problem(await api.patch(other, talent, json={name: BODIES[part][name]}), 409, "entry_exists")


@pytest.mark.parametrize(
    ("part", "limit"), [("education", 20), ("experience", 50), ("certificates", 50), ("links", 20)]
)
async def test_a_profile_does_not_grow_without_end(api: Api, world: World, part: str, limit: int) -> None:
    talent = await world.person()
    name = {"education": "institution", "links": "url"}.get(part, "title")
    for number in range(limit):
        body = {**BODIES[part], name: f"{BODIES[part][name]}{number}"}
        assert (await api.post(f"{PROFILE}/{part}", talent, json=body)).status_code == 201
    refused = problem(await api.post(f"{PROFILE}/{part}", talent, json=BODIES[part]), 422, "profile_limit")
    assert refused["limit"] == limit


FUTURE = (clock.today() + timedelta(days=400)).isoformat()


@pytest.mark.parametrize(
    ("part", "changes", "expected"),
    [
        ("education", {"level": "s9"}, {"/level": "unknown_education"}),
        ("education", {"end_year": 2018}, {"/end_year": "ends_before_start"}),
        ("education", {"end_year": 2199}, {"/end_year": "in_future"}),
        ("education", {"start_year": 1901}, {"/start_year": "too_early"}),
        ("education", {"start_year": 19}, {"/start_year": "greater_than_equal"}),
        ("education", {"institution": ""}, {"/institution": "string_too_short"}),
        ("experience", {"occupation_code": "25"}, {"/occupation_code": "unknown_occupation"}),
        ("experience", {"region_code": "99"}, {"/region_code": "unknown_region"}),
        ("experience", {"end_date": "2022-01-01"}, {"/end_date": "ends_before_start"}),
        ("experience", {"start_date": FUTURE, "end_date": None}, {"/start_date": "in_future"}),
        ("experience", {"end_date": FUTURE}, {"/end_date": "in_future"}),
        ("experience", {"start_date": "1900-01-01"}, {"/start_date": "too_early"}),
        ("experience", {"start_date": "yesterday"}, {"/start_date": "date_parsing"}),
        ("certificates", {"scheme_code": "SKM-9999"}, {"/scheme_code": "unknown_scheme"}),
        ("certificates", {"issued_on": FUTURE}, {"/issued_on": "in_future"}),
        ("certificates", {"valid_until": "2020-01-01"}, {"/valid_until": "ends_before_start"}),
        ("links", {"url": "javascript:alert(1)"}, {"/url": "string_pattern_mismatch"}),
        ("links", {"colour": "red"}, {"/colour": "extra_forbidden"}),
    ],
)
async def test_bad_entries_are_named(
    api: Api, world: World, part: str, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    talent = await world.person()
    assert pointers(await api.post(f"{PROFILE}/{part}", talent, json={**BODIES[part], **changes})) == expected
    assert (await api.get(f"{PROFILE}/{part}", talent)).json()["items"] == []
    good = (await api.post(f"{PROFILE}/{part}", talent, json=BODIES[part])).headers["location"]
    assert pointers(await api.patch(good, talent, json=changes)) == expected


async def test_jobs_may_overlap_and_the_latest_comes_first(api: Api, world: World) -> None:
    talent = await world.person()
    for title, start, end in (
        ("Kasir", "2019-01-01", "2020-06-30"),
        ("Barista", "2021-01-01", None),
        ("Pramuniaga", "2020-01-01", "2020-12-31"),
    ):
        body = {**BODIES["experience"], "title": title, "start_date": start, "end_date": end}
        assert (await api.post(f"{PROFILE}/experience", talent, json=body)).status_code == 201
    items = (await api.get(f"{PROFILE}/experience", talent)).json()["items"]
    assert [item["title"] for item in items] == ["Barista", "Pramuniaga", "Kasir"]


# --- skills -----------------------------------------------------------------------------------------------


async def test_skills_are_added_changed_and_removed(api: Api, world: World) -> None:
    talent = await world.person()
    path = f"{PROFILE}/skills"
    body = {"skills": [{"code": "SK-0003", "level": 2}, {"code": "SK-0002", "level": 3, "since": "2020-01-01"}]}
    added = (await api.post(path, talent, json=body)).json()["items"]
    assert [(item["skill"]["code"], item["level"], item["evidence"]) for item in added] == [
        ("SK-0002", 3, "declared"),
        ("SK-0003", 2, "declared"),
    ]
    version = (await api.get(PROFILE, talent)).headers["etag"]
    changed = await api.put(f"{path}/SK-0003", talent, json={"level": 4, "since": "2021-05-01"})
    assert (changed.json()["level"], changed.json()["since"]) == (4, "2021-05-01")
    assert (await api.get(PROFILE, talent)).headers["etag"] != version
    assert (await api.delete(f"{path}/SK-0003", talent)).status_code == 204
    problem(await api.delete(f"{path}/SK-0003", talent), 404, "not_found")
    assert [item["skill"]["code"] for item in (await api.get(path, talent)).json()["items"]] == ["SK-0002"]


async def test_bad_skills_are_all_named_and_none_is_kept(api: Api, world: World) -> None:
    talent = await world.person()
    path = f"{PROFILE}/skills"
    body = {
        "skills": [
            {"code": "SK-0003", "level": 2},
            {"code": "python", "level": 2},
            {"code": "SK-0002", "level": 2, "since": FUTURE},
        ]
    }
    answer = await api.post(path, talent, json=body)
    assert pointers(answer) == {"/skills/1/code": "unknown_skill", "/skills/2/since": "in_future"}
    assert "SK-0003" in answer.json()["errors"][0]["message"]
    twice = {"skills": [{"code": "SK-0003", "level": 2}, {"code": "SK-0003", "level": 3}]}
    assert pointers(await api.post(path, talent, json=twice)) == {"/skills/1/code": "duplicate"}
    assert pointers(await api.put(f"{path}/nothing", talent, json={"level": 1})) == {
        "/path/skill_code": "unknown_skill"
    }
    assert pointers(await api.put(f"{path}/SK-0003", talent, json={"level": 5})) == {"/level": "less_than_equal"}
    sly = await api.put(f"{path}/SK-0003", talent, json={"level": 2, "evidence": "certified"})
    assert pointers(sly) == {"/evidence": "extra_forbidden"}
    assert (await api.get(path, talent)).json()["items"] == []


async def test_a_profile_holds_200_skills(api: Api, world: World) -> None:
    talent = await world.person()
    async with world.database.transaction() as session:
        codes = list(await session.scalars(select(Skill.code).order_by(Skill.code).limit(201)))
    body = {"skills": [{"code": code, "level": 1} for code in codes[:200]]}
    assert len((await api.post(f"{PROFILE}/skills", talent, json=body)).json()["items"]) == 200
    problem(await api.put(f"{PROFILE}/skills/{codes[200]}", talent, json={"level": 1}), 422, "profile_limit")
    assert (await api.put(f"{PROFILE}/skills/{codes[0]}", talent, json={"level": 2})).status_code == 200


async def test_a_certificate_in_force_proves_its_skills_and_a_revoked_one_none(api: Api, world: World) -> None:
    talent = await world.person()
    _, lsp = await world.certifier()
    path = f"{PROFILE}/skills"
    await make_certificate(world, lsp, talent.id, status="revoked")
    yesterday = clock.today() - timedelta(days=1)
    await make_certificate(world, lsp, talent.id, issued_on=yesterday - timedelta(days=800), valid_until=yesterday)
    assert (await api.get(path, talent)).json()["items"] == []
    await make_certificate(world, lsp, talent.id)
    proven = (await api.get(path, talent)).json()["items"]
    assert proven
    assert {(item["level"], item["declared_level"], item["evidence"]) for item in proven} == {(2, None, "certified")}
    assert proven[0]["proven_by"][0]["code"] == "SKM-0002"
    code = proven[0]["skill"]["code"]
    low = (await api.put(f"{path}/{code}", talent, json={"level": 1})).json()
    assert (low["level"], low["declared_level"], low["evidence"]) == (2, 1, "certified")
    held = (await api.put(f"{path}/{code}", talent, json={"level": 4})).json()
    assert (held["level"], held["declared_level"], held["evidence"]) == (4, 4, "certified")
    await api.delete(f"{path}/{code}", talent)
    assert code in {item["skill"]["code"] for item in (await api.get(path, talent)).json()["items"]}


async def test_raising_a_level_outgrows_the_course_that_proved_it(api: Api, world: World) -> None:
    talent = await world.person()
    path = f"{PROFILE}/skills/SK-0003"
    await api.put(path, talent, json={"level": 2})
    async with world.database.transaction() as session:
        await session.execute(
            update(ProfileSkill).where(ProfileSkill.profile_id == talent.id).values(evidence="course")
        )
    assert (await api.put(path, talent, json={"level": 2, "since": "2020-01-01"})).json()["evidence"] == "course"
    assert (await api.put(path, talent, json={"level": 3})).json()["evidence"] == "declared"


# --- languages and licences -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "code", "body", "change"),
    [
        ("languages", "en", {"level": "b1"}, {"level": "c1"}),
        ("licences", "sim_c", {"valid_until": "2030-01-01"}, {"valid_until": None}),
    ],
)
async def test_an_entry_that_a_code_names_is_put_and_removed(
    api: Api, world: World, part: str, code: str, body: dict[str, Any], change: dict[str, Any]
) -> None:
    talent, stranger = await world.person(), await world.person()
    path = f"{PROFILE}/{part}/{code}"
    first = await api.put(path, talent, json=body)
    assert first.status_code == 200, first.text
    second = (await api.put(path, talent, json=change)).json()
    assert second != first.json()
    assert (await api.get(f"{PROFILE}/{part}", talent)).json()["items"] == [second]
    assert (await api.get(f"{PROFILE}/{part}", stranger)).json()["items"] == []
    problem(await api.delete(path, stranger), 404, "not_found")
    unknown = await api.put(f"{PROFILE}/{part}/nothing", talent, json=body)
    assert pointers(unknown) == {f"/path/{part.removesuffix('s')}": f"unknown_{part.removesuffix('s')}"}
    problem(await api.put(path, json=body), 401, "unauthenticated")
    assert (await api.delete(path, talent)).status_code == 204
    problem(await api.delete(path, talent), 404, "not_found")


async def test_an_expired_licence_is_not_in_force(api: Api, world: World) -> None:
    talent = await world.person()
    async with world.database.transaction() as session:
        session.add(ProfileLicence(profile_id=talent.id, licence="sim_a", valid_until=clock.today()))
        session.add(
            ProfileLicence(profile_id=talent.id, licence="sim_c", valid_until=clock.today() - timedelta(days=1))
        )
    items = (await api.get(f"{PROFILE}/licences", talent)).json()["items"]
    assert [(item["licence"]["code"], item["in_force"]) for item in items] == [
        ("sim_a", True),
        ("sim_c", False),
    ]


# --- many at once, on real commits ------------------------------------------------------------------------


@pytest.fixture
async def committed(database_url: str, app_settings: Settings) -> Any:
    """An application on its own connections, whose writes are committed."""
    app: FastAPI = create_app(app_settings)
    engine = create_async_engine(database_url, pool_size=8)
    database = Database(engine)
    async with database.transaction() as session:
        await tokens.load_ring(session, app.state.kit)
    app.state.database = database
    app.state.matcher = Matcher(database)
    kit: Kit = app.state.kit
    people: list[Any] = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:
        yield client, World(database, kit), people
    async with database.transaction() as session:
        await session.execute(delete(UserAccount).where(UserAccount.id.in_([person.id for person in people])))
    await engine.dispose()


async def test_the_limit_and_the_uniqueness_hold_against_many_at_once(committed: Any) -> None:
    client, world, people = committed
    talent = await world.person()
    people.append(talent)

    async def add(number: int) -> int:
        body = {"label": "Karya", "url": f"https://karya.example.com/{number % 24}"}
        answer = await client.post(f"{PROFILE}/links", json=body, headers=talent.auth)
        status: int = answer.status_code
        return status

    statuses = [status for _ in range(3) for status in await asyncio.gather(*(add(number) for number in range(24)))]
    assert set(statuses) <= {201, 409, 422, 503}
    items = (await client.get(f"{PROFILE}/links", headers=talent.auth)).json()["items"]
    assert len(items) == len({item["url"] for item in items}) == statuses.count(201) <= 20
    assert len(items) == 20
