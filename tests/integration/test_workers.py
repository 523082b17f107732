"""The periodic jobs on a real database with real commits."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from app.core import clock
from app.core.db import Database
from app.models.identity import AuthSession, RefreshToken, UserAccount
from app.models.system import IdempotencyRecord, OutboxEvent, RateLimitBucket
from app.workers import JOBS, Job, Runner, housekeeping
from tests.support.eventually import eventually

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def committing(database_url: str) -> AsyncIterator[Database]:
    """A database whose sessions commit; what the tests leave is deleted."""
    engine = create_async_engine(database_url, pool_size=8, max_overflow=0)
    database = Database(engine)
    yield database
    async with database.transaction() as session:
        for table in (IdempotencyRecord, RateLimitBucket, OutboxEvent):
            await session.execute(delete(table))
        await session.execute(delete(UserAccount).where(UserAccount.email == "worker@hub.test"))
    await engine.dispose()


def record(key: str, age: timedelta) -> IdempotencyRecord:
    return IdempotencyRecord(
        caller="user:x", key=key, operation="o", request_hash=b"h", status=201, headers={}, body=b"",
        created_at=clock.now() - age,
    )  # fmt: skip


async def test_kept_answers_go_after_a_day(committing: Database) -> None:
    with clock.frozen(NOW):
        async with committing.transaction() as session:
            session.add_all([record("young", timedelta(hours=24)), record("old", timedelta(hours=24, microseconds=1))])
        assert await housekeeping.delete_idempotency_records(committing) == 1
        assert await housekeeping.delete_idempotency_records(committing) == 0
    async with committing.read() as session:
        assert list(await session.scalars(select(IdempotencyRecord.key))) == ["young"]


async def test_more_than_one_batch_goes(committing: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 4)
    async with committing.transaction() as session:
        session.add_all([record(str(number), timedelta(days=3)) for number in range(12)])
    assert await housekeeping.delete_idempotency_records(committing) == 12


async def test_counters_of_past_windows_go(committing: Database) -> None:
    with clock.frozen(NOW):
        async with committing.transaction() as session:
            session.add_all(
                [
                    RateLimitBucket(key="old", window_start=NOW - timedelta(hours=25), calls=3),
                    RateLimitBucket(key="now", window_start=NOW, calls=3),
                ]
            )
        assert await housekeeping.delete_rate_limit_buckets(committing) == 1
    async with committing.read() as session:
        assert list(await session.scalars(select(RateLimitBucket.key))) == ["now"]


async def test_ended_sign_ins_go_with_their_tokens(committing: Database) -> None:
    with clock.frozen(NOW):
        person = UserAccount(email="worker@hub.test", password_hash="x", display_name="W", roles=["talent"])
        async with committing.transaction() as session:
            session.add(person)
            await session.flush()
            ends = {"live": timedelta(days=1), "just over": timedelta(hours=-23), "over": timedelta(hours=-25)}
            rows = {name: AuthSession(user_id=person.id, scope="*", expires_at=NOW + end) for name, end in ends.items()}
            rows["revoked"] = AuthSession(
                user_id=person.id, scope="*", expires_at=NOW + timedelta(days=9), revoked_at=NOW - timedelta(days=2)
            )
            session.add_all(rows.values())
            await session.flush()
            for name, row in rows.items():
                session.add(RefreshToken(session_id=row.id, token_hash=name.encode(), expires_at=row.expires_at))
        assert await housekeeping.delete_expired_sessions(committing) == 2
    async with committing.read() as session:
        mine = select(AuthSession.id).where(AuthSession.user_id == person.id)
        left = await session.scalars(select(RefreshToken.token_hash).where(RefreshToken.session_id.in_(mine)))
        assert sorted(left) == [b"just over", b"live"]


async def announce(database: Database, *types: str) -> None:
    async with database.transaction() as session:
        for kind in types:
            session.add(OutboxEvent(type=kind, aggregate_id=uuid.uuid4(), payload={"a": 1}))
            await session.flush()


async def undelivered(database: Database) -> list[str]:
    async with database.read() as session:
        rows = select(OutboxEvent.type).where(OutboxEvent.delivered_at.is_(None)).order_by(OutboxEvent.id)
        return list(await session.scalars(rows))


async def test_events_reach_their_handlers_in_order_and_once(committing: Database) -> None:
    seen: list[str] = []

    async def handler(session: AsyncSession, event: OutboxEvent) -> None:
        seen.append(event.type)

    housekeeping.subscribe("t.one", handler)
    housekeeping.subscribe("t.two", handler)
    try:
        await announce(committing, "t.two", "t.one", "t.nobody")
        assert await housekeeping.deliver_events(committing) == 3
        assert await housekeeping.deliver_events(committing) == 0
    finally:
        housekeeping.unsubscribe("t.one", handler)
        housekeeping.unsubscribe("t.two", handler)
    assert seen == ["t.two", "t.one"]


async def test_an_event_that_fails_stays_and_holds_nobody_up(
    committing: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    broken = True

    async def handler(session: AsyncSession, event: OutboxEvent) -> None:
        session.add(record(f"by {event.id}", timedelta()))
        await session.flush()
        if broken:
            message = "not today"
            raise RuntimeError(message)

    housekeeping.subscribe("t.bad", handler)
    try:
        await announce(committing, "t.bad", "t.good", "t.bad", "t.good", "t.good")
        assert await housekeeping.deliver_events(committing) == 3
        assert await undelivered(committing) == ["t.bad", "t.bad"]
        async with committing.read() as session:
            assert list(await session.scalars(select(IdempotencyRecord.key))) == []
        broken = False
        assert await housekeeping.deliver_events(committing) == 2
        assert await undelivered(committing) == []
    finally:
        housekeeping.unsubscribe("t.bad", handler)


async def test_two_workers_never_do_the_same_job_at_once(committing: Database) -> None:
    inside, most = 0, 0

    async def work(database: Database) -> int:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.05)
        inside -= 1
        return 1

    job = Job("once", 0.01, work)
    results = await asyncio.gather(*(Runner(committing, [job]).once(job) for _ in range(4)))
    assert most == 1
    assert results.count(1) >= 1
    assert None in results


async def test_different_jobs_run_side_by_side(committing: Database) -> None:
    both = asyncio.Barrier(2)

    async def work(database: Database) -> int:
        async with asyncio.timeout(5):
            await both.wait()
        return 1

    jobs = [Job("left", 60, work), Job("right", 60, work)]
    runner = Runner(committing, jobs)
    assert await asyncio.gather(*(runner.once(job) for job in jobs)) == [1, 1]


async def test_a_failing_job_does_not_stop_the_others_and_is_tried_again(committing: Database) -> None:
    good, bad = 0, 0

    async def well(database: Database) -> int:
        nonlocal good
        good += 1
        return 0

    async def badly(database: Database) -> int:
        nonlocal bad
        bad += 1
        message = "no"
        raise RuntimeError(message)

    stop = asyncio.Event()
    running = asyncio.create_task(Runner(committing, [Job("well", 0.01, well), Job("bad", 0.01, badly)]).run(stop))
    await eventually(lambda: good >= 3 and bad >= 2)
    stop.set()
    async with asyncio.timeout(5):
        await running


async def test_stopping_lets_a_running_job_end_and_cuts_off_one_that_does_not(committing: Database) -> None:
    ended: list[str] = []
    begun = asyncio.Barrier(3)

    async def quick(database: Database) -> int:
        await begun.wait()
        await asyncio.sleep(0.1)
        ended.append("quick")
        return 1

    async def endless(database: Database) -> int:
        await begun.wait()
        await asyncio.sleep(3600)
        ended.append("endless")
        return 1

    stop = asyncio.Event()
    runner = Runner(committing, [Job("quick", 60, quick), Job("endless", 60, endless)])
    running = asyncio.create_task(runner.run(stop, grace=0.5))
    await begun.wait()
    stop.set()
    async with asyncio.timeout(5):
        await running
    assert ended == ["quick"]
    # The lock went with the transaction: another worker may have it.
    async with committing.transaction() as session:
        number = Job("endless", 60, endless).lock
        assert await session.scalar(text("SELECT pg_try_advisory_xact_lock(:n)"), {"n": number})


async def test_a_long_job_keeps_its_lock_although_its_session_only_waits(committing: Database) -> None:
    async with committing.engine.connect() as connection:
        await connection.execute(text("SET idle_in_transaction_session_timeout = '100ms'"))
        await connection.commit()

    async def long(database: Database) -> int:
        await asyncio.sleep(0.4)
        return 7

    job = Job("long", 60, long)
    assert await Runner(committing, [job]).once(job) == 7


def test_every_job_has_a_name_and_a_lock_of_its_own() -> None:
    assert len({job.name for job in JOBS}) == len({job.lock for job in JOBS}) == len(JOBS)
    assert all(-(2**63) <= job.lock < 2**63 for job in JOBS)


async def test_all_jobs_run_on_an_empty_hub(committing: Database) -> None:
    runner = Runner(committing, JOBS)
    for job in JOBS:
        assert await runner.once(job) is not None
        assert await runner.once(job) == 0
