"""Refusals that many operations share: each is brought about once, and tried on every operation that declares it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.db import BoundDatabase
from app.services import profile_codes
from app.workers.idf import refresh_idf
from tests.contract.conftest import Demo
from tests.contract.test_sweeps import Case, cases, send
from tests.support.contract import Contract
from tests.support.world import Api, Caller, World, problem


@asynccontextmanager
async def undone(demo: Demo, *statements: str) -> AsyncIterator[None]:
    """The demo's data after `statements`; what happens in the block is undone."""
    savepoint = await demo.connection.begin_nested()
    try:
        for statement in statements:
            await demo.connection.execute(text(statement))
        yield
    finally:
        await savepoint.rollback()


def declaring(contract: Contract, demo: Demo, code: str) -> list[Case]:
    """The operations that declare the problem `code`; at least one, or the test would hold nothing."""
    found = [case for case in cases(contract, demo) if code in case.item["x-problems"]]
    assert found, code
    return found


async def test_a_step_is_taken_once(demo_api: Api, demo: Demo, contract: Contract) -> None:
    other = {}
    for case in declaring(contract, demo, "illegal_transition"):
        if case.request.method == "PATCH":  # what has changed needs another reading first
            continue
        async with undone(demo):
            assert (await send(demo_api, case)).is_success, case.name
            again = await send(demo_api, case)
            code = "success" if again.is_success else again.json()["code"]
            if code != "illegal_transition":
                other[case.name] = code
    assert other == {
        "review.reject_organization": "not_found",  # what was decided against leaves the officer's sight
        "review.return_organization": "not_found",
        "review.suspend_vacancy": "success",  # the authority may say its reason anew, and take over a pause
        "vacancies.suspend": "permission_denied",  # and so only the authority may pause what is paused
    }


@pytest.mark.parametrize(
    ("names", "state"),
    [
        ({"review.reject_organization", "review.return_organization"}, "UPDATE organization SET status = 'verified'"),
        ({"review.suspend_vacancy", "vacancies.suspend"}, "UPDATE vacancy SET status = 'expired'"),
    ],
)
async def test_a_step_from_the_wrong_state_tells_the_state(
    demo_api: Api, demo: Demo, contract: Contract, names: set[str], state: str
) -> None:
    tried = [case for case in declaring(contract, demo, "illegal_transition") if case.name in names]
    assert len(tried) == len(names)
    for case in tried:
        async with undone(demo, state):
            body = problem(await send(demo_api, case), 409, "illegal_transition")
            assert body["current_status"] in state, case.name


async def test_nothing_is_processed_without_consent(demo_api: Api, demo: Demo, contract: Contract) -> None:
    for case in declaring(contract, demo, "consent_needed"):
        if case.caller is None:  # registration asks for consent itself
            continue
        async with undone(demo, "UPDATE consent SET withdrawn_at = now() WHERE withdrawn_at IS NULL"):
            problem(await send(demo_api, case), 422, "consent_needed")


async def test_a_suspended_organization_may_not_act(demo_api: Api, demo: Demo, contract: Contract) -> None:
    for case in declaring(contract, demo, "organization_not_verified"):
        async with undone(demo, "UPDATE organization SET status = 'suspended'"):
            problem(await send(demo_api, case), 409, "organization_not_verified")


async def test_a_vacancy_that_is_over_is_not_published(demo_api: Api, demo: Demo, contract: Contract) -> None:
    over = "UPDATE vacancy SET valid_from = current_date - 40, valid_until = current_date - 10"
    for case in declaring(contract, demo, "vacancy_not_publishable"):
        async with undone(demo, over):
            problem(await send(demo_api, case), 409, "vacancy_not_publishable")


@pytest.fixture
async def without_profile(demo_world: World) -> Caller:
    """A person whom an administrator made a talent, and who has no profile yet."""
    person = await demo_world.person(roles=("officer",))
    async with demo_world.database.transaction() as session:
        await session.execute(text("UPDATE user_account SET roles = '{talent}' WHERE id = :id"), {"id": person.id})
    return person


async def test_what_needs_a_profile_says_so(
    demo_api: Api, demo: Demo, without_profile: Caller, contract: Contract
) -> None:
    for case in declaring(contract, demo, "not_found"):
        if case.name.startswith("profile."):
            async with undone(demo):
                request = case.request
                answer = await demo_api(
                    request.method, request.path, without_profile,
                    params=request.query, headers=case.headers, **request.arguments,
                )  # fmt: skip
                problem(answer, 404, "not_found")


async def test_what_is_taken_is_not_given_twice(demo_api: Api, demo_world: World) -> None:
    owner, first = await demo_world.employer()
    second, other = await demo_world.organization(owner), await demo_world.person()
    nib = (await demo_api.get(f"/v1/organizations/{first}", owner)).json()["nib"]
    fields = {"kind": "employer", "name": "PT Kembar", "nib": nib}
    problem(await demo_api.post("/v1/organizations", owner, json=fields), 409, "nib_taken")
    problem(await demo_api.patch(f"/v1/organizations/{second}", owner, json={"nib": nib}), 409, "nib_taken")
    username = (await demo_api.get("/v1/me", other)).json()["email"]
    member = {"username": username, "role": "viewer"}
    assert (await demo_api.post(f"/v1/organizations/{first}/members", owner, json=member)).status_code == 201
    problem(await demo_api.post(f"/v1/organizations/{first}/members", owner, json=member), 409, "member_exists")


async def test_an_external_id_is_of_one_vacancy(demo_api: Api, demo: Demo, contract: Contract) -> None:
    case = next(case for case in cases(contract, demo) if case.name == "vacancies.create")
    drafts = []
    for number in ("K-1", "K-2"):
        body = {**(case.body or {}), "source": {"portal": "kembar", "external_id": number}}
        drafts.append((await send(demo_api, case, json=body)).json())
    answer = await demo_api(
        "PATCH", f"/v1/vacancies/{drafts[1]['id']}", case.caller,
        json={"source": drafts[0]["source"]}, headers={"If-Match": '"1"'},
    )  # fmt: skip
    problem(answer, 409, "external_id_taken")


async def test_a_profile_is_bounded(
    demo_api: Api, demo: Demo, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile_codes, "LIMITS", dict.fromkeys(profile_codes.LIMITS, 0))
    names = {"profile.add_skills", "profile.put_language", "profile.put_licence", "profile.put_skill"}
    tables = ("profile_skill", "profile_language", "profile_licence")
    for case in declaring(contract, demo, "profile_limit"):
        if case.name in names:
            async with undone(demo, *(f"DELETE FROM {table}" for table in tables)):
                problem(await send(demo_api, case), 422, "profile_limit")


async def test_an_anonymous_page_belongs_to_its_ranking(demo_api: Api, demo: Demo, contract: Contract) -> None:
    case = next(case for case in cases(contract, demo) if case.name == "matches.rank_anonymous")
    query = {**case.request.query, "limit": 1}
    cursor = (await send(demo_api, case, params=query)).json()["next_cursor"]
    assert cursor
    assert await refresh_idf(BoundDatabase(demo.connection), timedelta(0)) == 1
    problem(await send(demo_api, case, params={**query, "cursor": cursor}), 409, "ranking_changed")


async def test_a_skill_that_nobody_knows_has_no_relations(demo_api: Api) -> None:
    problem(await demo_api.get("/v1/taxonomy/skills/SK-9999/related"), 404, "not_found")


@pytest.mark.parametrize("path", ["/v1/auth/token", "/v1/auth/revocation"])
async def test_forms_are_bounded_and_are_forms(demo_api: Api, path: str) -> None:
    raw = "token=" + "x" * 1_100_000
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    problem(await demo_api.post(path, content=raw, headers=form), 413, "payload_too_large")
    problem(await demo_api.post(path, json={"token": "x"}), 415, "unsupported_media_type")
