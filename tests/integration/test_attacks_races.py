"""Many at once on real commits: what must happen once happens once, and nobody is locked out by the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.db import Database
from app.models import AuthSession, Consent, Organization, OrganizationMember, UserAccount
from app.models.system import IdempotencyRecord, OutboxEvent, TransitionLog
from app.services import tokens
from app.services.matcher import Matcher
from tests.support.contract import Contract
from tests.support.world import Api, Caller, World

REGISTRATION = {
    "password": "sandi-yang-panjang",
    "full_name": "Sari Dewi",
    "consents": ["account", "profile_processing"],
}
MANY = 8


@pytest.fixture
async def committing(database_url: str, app: FastAPI) -> AsyncIterator[Database]:
    """The application on a pool of three real connections; what it committed is erased afterwards."""
    engine = create_async_engine(database_url, pool_size=3, max_overflow=0, pool_timeout=2)
    database = app.state.database = Database(engine)
    app.state.matcher = Matcher(database)
    async with database.transaction() as session:
        await tokens.load_ring(session, app.state.kit)
    yield database
    async with database.transaction() as session:
        for table in (IdempotencyRecord, OutboxEvent, TransitionLog, OrganizationMember, Organization, UserAccount):
            await session.execute(delete(table))
        await session.execute(text("DELETE FROM rate_limit_bucket"))
        await session.execute(text("DELETE FROM signing_key"))
    await database.dispose()


@pytest.fixture
async def live(app: FastAPI, committing: Database, contract: Contract) -> AsyncIterator[Api]:
    """A client of the application that commits."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:
        yield Api(client, contract)


@pytest.fixture
def people(app: FastAPI, committing: Database) -> World:
    """Makes people that stay for the test."""
    return World(committing, app.state.kit)


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def test_registrations_with_keys_do_not_hold_the_pool_while_they_hash(live: Api) -> None:
    waiting = [
        live.post(
            "/v1/auth/registration",
            json={**REGISTRATION, "email": f"many{number}@example.com"},
            headers={"Idempotency-Key": f"registration-{number}"},
        )
        for number in range(MANY * 2)
    ]
    assert statuses(await asyncio.gather(*waiting)) == {201: MANY * 2}


async def test_one_key_registers_once(live: Api, committing: Database) -> None:
    body = {**REGISTRATION, "email": "once@example.com"}
    headers = {"Idempotency-Key": "registration-once"}
    answers = await asyncio.gather(
        *[live.post("/v1/auth/registration", json=body, headers=headers) for _ in range(MANY)]
    )
    assert statuses(answers).keys() <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_progress"}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    async with committing.read() as session:
        assert await session.scalar(select(func.count()).select_from(UserAccount)) == 1


async def test_a_refresh_token_has_one_successor(live: Api, committing: Database) -> None:
    await live.post("/v1/auth/registration", json={**REGISTRATION, "email": "fresh@example.com"})
    form = {"grant_type": "password", "username": "fresh@example.com", "password": REGISTRATION["password"]}
    first = (await live.post("/v1/auth/token", data=form)).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": first}
    answers = await asyncio.gather(*[live.post("/v1/auth/token", data=form) for _ in range(MANY)])
    assert statuses(answers) == {200: MANY}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    async with committing.read() as session:
        assert await session.scalar(select(func.count()).select_from(AuthSession)) == 1


async def test_a_consent_is_given_once_and_withdrawn_once(live: Api, people: World, committing: Database) -> None:
    person = await people.person(consents=("account",))
    path = "/v1/me/consents/visible_to_employers"
    assert statuses(await asyncio.gather(*[live.put(path, person) for _ in range(MANY)])) == {200: MANY}
    async with committing.read() as session:
        given = select(func.count()).where(Consent.purpose == "visible_to_employers", Consent.withdrawn_at.is_(None))
        assert await session.scalar(given) == 1
    taken = await asyncio.gather(*[live.delete(path, person) for _ in range(MANY)])
    assert statuses(taken) == {204: 1, 404: MANY - 1}


async def test_two_owners_who_remove_each_other_leave_one(live: Api, people: World) -> None:
    first, organization = await people.employer()
    second = await people.person()
    await people.join(organization, second, "owner")

    async def remove(who: Caller, whom: Caller) -> httpx.Response:
        return await live.delete(f"/v1/organizations/{organization}/members/{whom.id}", who)

    answers = await asyncio.gather(remove(first, second), remove(second, first), remove(first, first))
    kept = {answer.status_code for answer in answers}
    assert 204 in kept
    assert kept <= {204, 403, 404, 409}
    left = [await live.get(f"/v1/organizations/{organization}/members", who) for who in (first, second)]
    (members,) = [answer.json()["items"] for answer in left if answer.status_code == 200]
    assert [member["role"] for member in members] == ["owner"]


async def test_a_draft_is_submitted_once(live: Api, people: World) -> None:
    owner, organization = await people.employer(status="draft")
    path = f"/v1/organizations/{organization}"
    answers = await asyncio.gather(*[live.post(f"{path}/submission", owner) for _ in range(MANY)])
    assert statuses(answers) == {200: 1, 409: MANY - 1}
    log = (await live.get(f"{path}/transitions", owner)).json()["items"]
    assert [step["event"] for step in log] == ["submit"]
