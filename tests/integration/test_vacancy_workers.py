"""What happens to vacancies by itself, and applications and workers that race on real commits."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select, text, update

from app.core import clock
from app.core.config import Settings
from app.core.db import Database, make_engine
from app.core.kit import Kit
from app.main import create_app
from app.models import (
    Application,
    Consent,
    Organization,
    OutboxEvent,
    TalentProfile,
    TransitionLog,
    UserAccount,
    Vacancy,
    VacancyChange,
)
from app.services import tokens
from app.workers import vacancies as worker
from tests.support.contract import Contract
from tests.support.vacancies import make_vacancy
from tests.support.world import Api, World


async def state(world: World, key: UUID) -> Vacancy:
    """A vacancy as the database has it."""
    async with world.database.read() as session:
        return await session.get_one(Vacancy, key)


async def test_a_planned_publication_happens_when_its_time_has_come(api: Api, world: World) -> None:
    owner, employer = await world.employer()
    _, unverified = await world.employer(status="suspended")
    ahead = clock.now() + timedelta(hours=2)
    planned: dict[str, Any] = {"status": "scheduled", "publish_at": ahead}
    key = await make_vacancy(world, employer, **planned)
    later = await make_vacancy(world, employer, **planned | {"publish_at": ahead + timedelta(hours=1)})
    stopped = await make_vacancy(world, unverified, **planned)
    assert await worker.publish_due(world.database) == 0
    with clock.frozen(ahead):
        assert await worker.publish_due(world.database) == 1
        assert await worker.publish_due(world.database) == 0
    row = await state(world, key)
    assert (row.status, row.published_at, row.last_confirmed_at) == ("published", ahead, ahead)
    assert {(await state(world, other)).status for other in (later, stopped)} == {"scheduled"}
    assert (await api.get(f"/v1/vacancies/{key}")).status_code == 200
    log = (await api.get(f"/v1/vacancies/{key}/transitions", owner)).json()["items"]
    assert [(step["event"], step["by"]) for step in log] == [("publish", "system")]
    async with world.database.read() as session:
        told = list(await session.scalars(select(OutboxEvent.type).where(OutboxEvent.aggregate_id == key)))
    assert told == ["vacancy.publish"]


async def test_a_vacancy_expires_when_its_last_day_is_over_in_jakarta(api: Api, world: World) -> None:
    _, employer = await world.employer()
    last = clock.today()
    live = await make_vacancy(world, employer, valid_until=last)
    paused = await make_vacancy(world, employer, valid_until=last, status="suspended")
    planned = await make_vacancy(
        world, employer, valid_until=last, status="scheduled", publish_at=clock.now() - timedelta(seconds=1)
    )
    draft = await make_vacancy(world, employer, valid_until=last, status="draft")
    further = await make_vacancy(world, employer, valid_until=last + timedelta(days=1))
    assert await worker.expire_due(world.database) == 0
    midnight = clock.now().astimezone(clock.JAKARTA).replace(hour=0, minute=0, second=0, microsecond=0)
    with clock.frozen(midnight + timedelta(days=1)):
        assert (await api.get("/v1/vacancies")).json()["items"][0]["id"] == str(further)
        assert await worker.expire_due(world.database) == 3
        assert await worker.expire_due(world.database) == 0
    for key in (live, paused, planned):
        row = await state(world, key)
        assert (row.status, row.closed_at is None) == ("expired", False)
    assert (await state(world, draft)).status == "draft"
    assert (await state(world, further)).status == "published"


async def test_batches_lead_to_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, employer = await world.employer()
    yesterday = clock.today() - timedelta(days=1)
    for _ in range(5):
        await make_vacancy(world, employer, valid_from=yesterday, valid_until=yesterday)
    monkeypatch.setattr(worker, "BATCH", 2)
    assert await worker.expire_due(world.database) == 5


@pytest.fixture
async def committed(database_url: str, app_settings: Settings) -> AsyncIterator[tuple[World, Api]]:
    """A world of real commits behind an application with a pool of its own; swept away afterwards."""
    app: FastAPI = create_app(app_settings)
    kit: Kit = app.state.kit
    engine = make_engine(database_url, app_settings)
    database = app.state.database = Database(engine)
    async with database.transaction() as session:
        await tokens.load_ring(session, kit)
    started = clock.new_id()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:
        yield World(database, kit), Api(client, Contract(app.openapi()))
    async with database.transaction() as session:
        for table in (Application, TransitionLog, Consent, TalentProfile, Vacancy, Organization, UserAccount):
            await session.execute(delete(table).where(table.id > started))
        await session.execute(delete(OutboxEvent))
        await session.execute(delete(VacancyChange))
        await session.execute(text("DELETE FROM signing_key"))
    await engine.dispose()


async def test_fifty_posts_at_once_make_one_application(committed: tuple[World, Api]) -> None:
    world, api = committed
    _, employer = await world.employer()
    talent = await world.person()
    vacancy = await make_vacancy(world, employer)
    path = f"/v1/vacancies/{vacancy}/applications"
    answers = await asyncio.gather(*[api.post(path, talent, json={}) for _ in range(50)])
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 49}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"application_exists"}
    assert len((await api.get("/v1/me/applications", talent)).json()["items"]) == 1


async def test_workers_share_what_is_due_and_skip_what_is_held(committed: tuple[World, Api]) -> None:
    world, _ = committed
    _, employer = await world.employer()
    due = clock.now() - timedelta(minutes=1)
    keys = [await make_vacancy(world, employer, status="scheduled", publish_at=due) for _ in range(6)]
    async with world.database.write() as holder:
        await holder.execute(update(Vacancy).where(Vacancy.id == keys[0]).values(title="Sedang diubah"))
        counts = await asyncio.gather(*[worker.publish_due(world.database) for _ in range(4)])
        assert sum(counts) == 5
        await holder.commit()
    assert await worker.publish_due(world.database) == 1
    async with world.database.read() as session:
        logged = select(TransitionLog.aggregate_id).where(TransitionLog.aggregate_id.in_(keys))
        assert sorted(await session.scalars(logged)) == sorted(keys)


async def test_two_officers_decide_once(committed: tuple[World, Api]) -> None:
    world, api = committed
    _, employer = await world.employer()
    officers = [await world.officer() for _ in range(2)]
    key = await make_vacancy(world, employer, status="pending_review")
    review = f"/v1/review/vacancies/{key}"
    approved, rejected = await asyncio.gather(
        api.post(f"{review}/approval", officers[0]),
        api.post(f"{review}/rejection", officers[1], json={"reason": "Data ganda."}),
    )
    assert sorted((approved.status_code, rejected.status_code)) == [200, 409]


async def test_what_is_due_is_found_by_indexes(world: World) -> None:
    plans = []
    async with world.database.transaction() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        dialect = (await session.connection()).dialect
        for due in (worker.due_for_publication(), worker.due_for_expiry()):
            plain = due.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
            plans.append("\n".join(await session.scalars(text(f"EXPLAIN {plain}"))))
    assert "ix_vacancy_scheduled" in plans[0], plans[0]
    assert "ix_vacancy_scheduled" in plans[1] and "ix_vacancy_live_until" in plans[1], plans[1]
