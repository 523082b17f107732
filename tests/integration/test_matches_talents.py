"""Talents for a vacancy through HTTP: consent, hidden names, the same score in both directions, the log."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from app.core import clock
from app.core.db import BoundDatabase
from app.domain.certificates import expires_at
from app.models import AuthSession, Certificate, Consent, MatchLog, TalentProfile, UserAccount
from app.workers.idf import refresh_idf
from tests.support.certificates import make_certificate
from tests.support.matches import PATH, check_pair, give
from tests.support.vacancies import make_vacancy
from tests.support.world import Api, Caller, World, problem

WANTED = {"SK-0001": (3, True), "SK-0004": (2, False), "SK-0002": (2, True)}


async def a_crowd(world: World, size: int = 9) -> list[Caller]:
    """Talents who agreed to be found, each a little different."""
    people = []
    for i in range(size):
        person = await world.person(
            visible=True, name=f"Rahasia {i}", headline=f"Pengembang {i}", region_code=["32.73", "31.71"][i % 2],
            minimum_pay=5_000_000 + i * 1_000_000,
        )  # fmt: skip
        how = ["declared", "course", "inferred"][i % 3]
        await give(
            world, person.id, skills={"SK-0001": (1 + i % 4, how), f"SK-000{2 + i % 5}": (2, "declared")},
            education=["smk", "s1"][i % 2], jobs=(("2513", date(2020 + i % 4, 1, 1), None),),
        )  # fmt: skip
        people.append(person)
    return people


async def found(api: Api, owner: Caller, key: UUID, **params: Any) -> list[dict[str, Any]]:
    answer = await api.get(f"/v1/vacancies/{key}/matches/talents", owner, params={"limit": 100, **params})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    for item in items:
        check_pair(item)
    return items


async def test_a_pair_has_one_score_in_both_directions(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    _, certifier = await world.certifier()
    key = await make_vacancy(world, employer, skills=WANTED, gates=[["SKM-0002"]], preferred_certificates=["SKM-0001"])
    crowd = await a_crowd(world)
    await make_certificate(world, certifier, crowd[4].id, scheme="SKM-0002")
    items = await found(api, owner, key)
    assert len(items) == len(crowd)
    assert items[0]["talent"]["id"] == str(crowd[4].id)
    assert [item["eligible"] for item in items] == [True] + [False] * 8
    order = [(not item["eligible"], -item["score"], item["talent"]["id"]) for item in items]
    assert order == sorted(order)
    by_talent = {item["talent"]["id"]: item for item in items}
    for person in crowd:
        forward = (await api.get(f"{PATH}/{key}", person)).json()
        reverse = by_talent[str(person.id)]
        for name in ("score", "eligible", "contributions", "gates", "missing", "requirements_met"):
            assert forward[name] == reverse[name], name


async def test_names_are_hidden_and_the_answer_is_logged(api: Api, world: World, database: BoundDatabase) -> None:
    owner, employer = await world.employer()
    key = await make_vacancy(world, employer, skills=WANTED)
    crowd = await a_crowd(world, 5)
    path = f"/v1/vacancies/{key}/matches/talents"
    answer = await api.get(path, owner, params={"limit": 3})
    assert "Rahasia" not in answer.text
    body = answer.json()
    talent = body["items"][0]["talent"]
    assert talent["headline"].startswith("Pengembang")
    assert talent["province"]["code"] in {"32", "31"}
    assert talent["experience_years"] >= 2
    assert {skill["skill"]["code"] for skill in talent["skills"]} >= {"SK-0001"}
    rest = (await api.get(path, owner, params={"limit": 3, "cursor": body["next_cursor"]})).json()
    shown = [item["talent"]["id"] for item in (*body["items"], *rest["items"])]
    assert sorted(shown) == sorted(str(person.id) for person in crowd)
    assert [item["rank"] for item in rest["items"]] == [4, 5]
    assert rest["next_cursor"] is None
    async with database.read() as session:
        logs = list(await session.scalars(select(MatchLog).order_by(MatchLog.id)))
    assert [len(log.ranking) for log in logs] == [3, 2]
    first = logs[0]
    assert (first.vacancy_id, first.caller) == (key, f"user:{owner.id}")
    assert (first.model_version, first.idf_version) == (body["model_version"], body["idf_version"])
    assert first.taxonomy_version == body["taxonomy_version"]
    kept = first.ranking[0]
    assert kept["talent"] == shown[0]
    assert kept["score"] == sum(part["points"] for part in kept["contributions"])
    assert "Rahasia" not in str([log.ranking for log in logs])


async def test_only_those_who_agreed_are_found(api: Api, world: World, database: BoundDatabase) -> None:
    owner, employer = await world.employer()
    key = await make_vacancy(world, employer, skills=WANTED)
    crowd = await a_crowd(world, 4)
    hidden = await world.person()
    await give(world, hidden.id, skills={"SK-0001": (4, "course")})
    thin = await world.person(visible=True)

    async def names() -> set[str]:
        return {item["talent"]["id"] for item in await found(api, owner, key)}

    everyone = {str(person.id) for person in crowd}
    assert await names() == everyone
    assert str(thin.id) not in everyone
    async with database.transaction() as session:
        await session.execute(
            update(Consent)
            .where(Consent.user_id == crowd[0].id, Consent.purpose == "visible_to_employers")
            .values(withdrawn_at=clock.now())
        )
        await session.execute(
            update(TalentProfile).where(TalentProfile.id == crowd[1].id).values(visible_to_employers=False)
        )
        await session.execute(update(UserAccount).where(UserAccount.id == crowd[2].id).values(status="locked"))
    assert await names() == {str(crowd[3].id)}
    await give(world, thin.id, skills={"SK-0002": (2, "declared")})
    assert await names() == {str(crowd[3].id), str(thin.id)}


async def test_a_talent_s_change_is_right_at_once(api: Api, world: World, database: BoundDatabase) -> None:
    owner, employer = await world.employer()
    _, certifier = await world.certifier()
    until = clock.today() + timedelta(days=4)
    key = await make_vacancy(
        world, employer, skills=WANTED, gates=[["SKM-0002"]], valid_until=until + timedelta(days=20)
    )
    person = (await a_crowd(world, 1))[0]
    (before,) = await found(api, owner, key)
    held = await make_certificate(world, certifier, person.id, issued_on=until - timedelta(days=900), valid_until=until)
    (certified,) = await found(api, owner, key)
    assert (before["eligible"], certified["eligible"]) == (False, True)
    assert certified["score"] > before["score"]
    with clock.frozen(expires_at(until)):
        (expired,) = await found(api, await again(world, owner), key)
    assert not expired["eligible"]
    (back,) = await found(api, owner, key)
    assert back["eligible"]
    async with database.transaction() as session:
        await session.execute(update(Certificate).where(Certificate.id == held).values(status="revoked"))
    (revoked,) = await found(api, owner, key)
    assert (revoked["eligible"], revoked["score"]) == (False, before["score"])


async def again(world: World, person: Caller) -> Caller:
    """The same person, signed in at the clock's time."""
    async with world.database.transaction() as session:
        family = AuthSession(user_id=person.id, scope="*", expires_at=clock.now() + timedelta(days=1))
        session.add(family)
        await session.flush()
        return Caller(person.id, world.kit.ring.issue(str(person.id), "*", sid=str(family.id)))


async def test_who_may_search(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    stranger, _ = await world.employer()
    viewer, talent = await world.person(), await world.person()
    await world.join(employer, viewer, "viewer")
    await world.organization(viewer)
    key = await make_vacancy(world, employer)
    path = f"/v1/vacancies/{key}/matches/talents"
    problem(await api.get(path), 401, "unauthenticated")
    problem(await api.get(path, talent), 403, "permission_denied")
    problem(await api.get(path, viewer), 403, "permission_denied")
    problem(await api.get(path, stranger), 404, "not_found")
    problem(await api.get(f"/v1/vacancies/{uuid4()}/matches/talents", owner), 404, "not_found")
    problem(await api.get(path, owner, params={"cursor": "bm9uc2Vuc2U"}), 422, "invalid_cursor")
    problem(await api.get(path, owner, params={"q": "x"}), 422, "validation_failed")


@pytest.mark.parametrize("status", ["draft", "pending_review", "closed", "blocked", "filled"])
async def test_only_for_an_open_vacancy(api: Api, world: World, status: str) -> None:
    owner, employer = await world.employer()
    key = await make_vacancy(world, employer, status=status)
    body = problem(await api.get(f"/v1/vacancies/{key}/matches/talents", owner), 409, "vacancy_not_live")
    assert body["current_status"] == status


async def test_not_for_a_suspended_employer_nor_past_the_last_day(api: Api, world: World) -> None:
    owner, employer = await world.employer(status="suspended")
    key = await make_vacancy(world, employer)
    path = f"/v1/vacancies/{key}/matches/talents"
    problem(await api.get(path, owner), 409, "organization_not_verified")
    owner, employer = await world.employer()
    key = await make_vacancy(world, employer, valid_from=date(2020, 1, 1), valid_until=date(2020, 3, 1))
    problem(await api.get(f"/v1/vacancies/{key}/matches/talents", owner), 409, "vacancy_not_live")


async def test_a_changed_vacancy_or_version_ends_the_pages(
    api: Api, world: World, database: BoundDatabase, app: FastAPI
) -> None:
    owner, employer = await world.employer()
    key = await make_vacancy(world, employer, skills=WANTED)
    await a_crowd(world, 4)
    path = f"/v1/vacancies/{key}/matches/talents"
    first = (await api.get(path, owner, params={"limit": 1, "min_score": 0.01})).json()
    query = {"limit": 1, "cursor": first["next_cursor"], "min_score": 0.01}
    assert (await api.get(path, owner, params=query)).status_code == 200
    assert await refresh_idf(database, timedelta(0)) == 1
    problem(await api.get(path, owner, params=query), 409, "ranking_changed")
    assert app.state.matcher.ready
