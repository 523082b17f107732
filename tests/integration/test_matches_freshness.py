"""What changes is right in the same client's next request, and in every process; nothing is skipped."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from app.core import clock
from app.core.db import BoundDatabase, Database
from app.domain.certificates import expires_at
from app.matching.index import Filters
from app.matching.model import Evidence, HeldSkill, TalentFacts
from app.models import Certificate, IdfVersion, Organization, ProfileSkill, Skill, Vacancy, VacancySkill
from app.models.matching import IdfEntry, TalentChange
from app.models.vacancies import VacancyChange
from app.services import match_bulk, match_facts
from app.services.change_feed import ChangeFeed
from app.services.match_facts import experience_of, regions_of
from app.services.matcher import Matcher
from app.workers.idf import refresh_idf
from tests.support.certificates import make_certificate
from tests.support.matches import PATH, brute_force, by_id, give, ids, ranked
from tests.support.vacancies import make_vacancy
from tests.support.world import Api, Caller, World, problem


async def a_talent(world: World, **skills: tuple[int, str]) -> Caller:
    person = await world.person(region_code="32.73")
    named = {code.replace("_", "-"): how for code, how in skills.items()}
    await give(world, person.id, skills=named or {"SK-0003": (3, "declared")})
    return person


async def change(database: Database, model: Any, key: UUID, **values: Any) -> None:
    async with database.transaction() as session:
        await session.execute(update(model).where(model.id == key).values(values))


async def test_a_vacancy_appears_changes_and_goes(api: Api, world: World, database: BoundDatabase) -> None:
    _, employer = await world.employer()
    person = await a_talent(world)
    assert await ranked(api, person) == []
    key = await make_vacancy(world, employer, skills={"SK-0003": (2, True)}, status="draft")
    assert await ranked(api, person) == []
    await change(database, Vacancy, key, status="published", published_at=clock.now())
    first = by_id(await ranked(api, person), key)
    assert first["contributions"][0]["points"] > 0
    async with database.transaction() as session:
        await session.execute(delete(VacancySkill).where(VacancySkill.vacancy_id == key))
        other = await session.scalar(select(Skill.id).where(Skill.code == "SK-0100"))
        session.add(VacancySkill(vacancy_id=key, skill_id=other, level=4, essential=True))
        row = await session.get(Vacancy, key)
        assert row is not None
        row.touch()
    second = by_id(await ranked(api, person), key)
    assert second["contributions"][0]["code"] == "SK-0100"
    assert second["score"] < first["score"]
    await change(database, Vacancy, key, status="closed")
    assert await ranked(api, person) == []
    problem(await api.get(f"{PATH}/{key}", person), 404, "not_found")


async def test_a_suspended_employer_s_vacancies_are_gone_and_come_back(
    api: Api, world: World, database: BoundDatabase
) -> None:
    _, employer = await world.employer()
    _, other = await world.employer()
    kept = await make_vacancy(world, other)
    keys = {str(await make_vacancy(world, employer)) for _ in range(3)}
    person = await a_talent(world)
    assert set(ids(await ranked(api, person))) == {*keys, str(kept)}
    await change(database, Organization, employer, status="suspended")
    assert ids(await ranked(api, person)) == [str(kept)]
    problem(await api.get(f"{PATH}/{next(iter(keys))}", person), 404, "not_found")
    await change(database, Organization, employer, status="verified")
    assert set(ids(await ranked(api, person))) == {*keys, str(kept)}


async def test_a_vacancy_ends_with_its_last_day_in_jakarta(api: Api, world: World) -> None:
    _, employer = await world.employer()
    until = clock.today() + timedelta(days=3)
    key = await make_vacancy(world, employer, valid_until=until)
    person = await a_talent(world)
    with clock.frozen(expires_at(until) - timedelta(seconds=1)):
        late = await world_token(world, person)
        assert ids(await ranked(api, late)) == [str(key)]
    with clock.frozen(expires_at(until)):
        late = await world_token(world, person)
        assert await ranked(api, late) == []
        problem(await api.get(f"{PATH}/{key}", late), 404, "not_found")


async def world_token(world: World, person: Caller) -> Caller:
    """The same person, signed in at the clock's time."""
    from app.models import AuthSession  # noqa: PLC0415  # only here

    async with world.database.transaction() as session:
        family = AuthSession(user_id=person.id, scope="*", expires_at=clock.now() + timedelta(days=1))
        session.add(family)
        await session.flush()
        return Caller(person.id, world.kit.ring.issue(str(person.id), "*", sid=str(family.id)))


@pytest.mark.parametrize("status", ["revoked", "suspended", "superseded"])
async def test_a_certificate_that_falls_closes_the_gate_and_its_evidence(
    api: Api, world: World, database: BoundDatabase, status: str
) -> None:
    _, employer = await world.employer()
    _, certifier = await world.certifier()
    key = await make_vacancy(world, employer, skills={"SK-0002": (2, True)}, gates=[["SKM-0002"]])
    person = await a_talent(world, SK_0002=(3, "certified"))
    held = await make_certificate(world, certifier, person.id, scheme="SKM-0002")
    proven = by_id(await ranked(api, person), key)
    skill = proven["contributions"][0]
    assert (proven["eligible"], skill["evidence"], skill["level_held"]) == (True, "verified", 3)
    assert skill["points"] == skill["max_points"]
    await change(database, Certificate, held, status=status)
    fallen = by_id(await ranked(api, person), key)
    assert fallen["eligible"] is False
    assert fallen["gates"][0]["one_certificate_away"] is True
    # A stored `certified` counts as the talent's own word once no certificate is in force.
    assert fallen["contributions"][0]["evidence"] == "declared"
    assert fallen["contributions"][0]["points"] == skill["max_points"] * 9 // 10
    assert fallen["score"] < proven["score"]


async def test_a_certificate_expires_by_the_clock(api: Api, world: World) -> None:
    _, employer = await world.employer()
    _, certifier = await world.certifier()
    until = clock.today() + timedelta(days=5)
    key = await make_vacancy(
        world,
        employer,
        gates=[["SKM-0002"]],
        valid_until=until + timedelta(days=20),
        preferred_certificates=["SKM-0002"],
    )
    person = await a_talent(world)
    await make_certificate(
        world, certifier, person.id, scheme="SKM-0002", issued_on=until - timedelta(days=900), valid_until=until
    )
    await make_certificate(world, certifier, person.id, scheme="SKM-0003", issued_on=until + timedelta(days=2))
    with clock.frozen(expires_at(until) - timedelta(seconds=1)):
        before = by_id(await ranked(api, await world_token(world, person)), key)
    with clock.frozen(expires_at(until)):
        after = by_id(await ranked(api, await world_token(world, person)), key)
    assert (before["eligible"], after["eligible"]) == (True, False)
    assert after["score"] < before["score"]


async def test_a_new_skill_and_a_licence_count_at_once(api: Api, world: World) -> None:
    _, employer = await world.employer()
    key = await make_vacancy(world, employer, skills={"SK-0100": (2, True)}, required_licences=["sim_a"])
    person = await a_talent(world)
    before = by_id(await ranked(api, person), key)
    assert before["gates"][0]["kind"] == "licence"
    assert not before["eligible"]
    await give(world, person.id, skills={"SK-0100": (2, "course")}, licences={"sim_a": clock.today()})
    after = by_id(await ranked(api, person), key)
    assert after["eligible"]
    assert after["contributions"][0]["points"] == after["contributions"][0]["max_points"]
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert not by_id(await ranked(api, await world_token(world, person)), key)["eligible"]


async def test_experience_counts_once_where_jobs_overlap() -> None:
    today = date(2026, 1, 1)
    jobs = [
        ("2513", date(2020, 1, 1), date(2021, 12, 31)), ("2513.01", date(2021, 1, 1), date(2022, 12, 31)),
        ("5223", date(2025, 1, 1), date(2030, 1, 1)), ("9999", date(2027, 1, 1), date(2028, 1, 1)),
        ("x", date(2020, 1, 1), today),
    ]  # fmt: skip
    assert {item.occupation: item.months for item in experience_of(jobs, today)} == {"2513": 36, "5223": 12}
    assert regions_of(["32.73.01", "31", "00", None]) == (frozenset({3273}), frozenset({31}))


async def test_a_bulk_load_is_the_same_as_row_by_row(world: World, database: BoundDatabase) -> None:
    _, employer = await world.employer()
    _, hidden = await world.employer(status="suspended")
    for i in range(12):
        await make_vacancy(
            world, hidden if i == 11 else employer, skills={f"SK-00{10 + j}": (1 + j, j > 1) for j in range(i % 4)},
            gates=[["SKM-0001", "SKM-0002"], ["SKM-0002"]][: i % 3], preferred_certificates=["SKM-0003"][: i % 2],
            required_licences=["sim_a", "sim_b1"][: i % 3], region_code=["32.73", "32"][i % 2],
            status="draft" if i == 10 else "published", pay_shown=i % 4 != 0,
        )  # fmt: skip
    async with database.transaction() as session:
        columns = await match_bulk.vacancy_columns(session, clock.today())
        keys = [UUID(bytes=bytes(key).ljust(16, b"\0")) for key in columns.key]
        one_by_one = await match_facts.vacancies(session, keys)
    assert len(keys) == 10
    for i, key in enumerate(keys):
        facts, listing = one_by_one[key].facts, one_by_one[key].listing
        span = slice(columns.skill_ptr[i], columns.skill_ptr[i + 1])
        skills = zip(columns.skill[span], columns.level[span], columns.essential[span], strict=True)
        assert sorted(map(tuple, skills)) == [(s.skill, s.level, s.essential) for s in facts.skills]
        gates = columns.gate[columns.gate_ptr[i] : columns.gate_ptr[i + 1]]
        assert {columns.gates[gate] for gate in gates} == set(facts.gates)
        wanted = columns.certificate[columns.certificate_ptr[i] : columns.certificate_ptr[i + 1]]
        assert tuple(wanted.tolist()) == facts.preferred_certificates
        plain = [
            columns.posted_at[i], columns.occupation[i], columns.experience_months[i], columns.education[i],
            columns.province[i], columns.regency[i], columns.remote[i], columns.pay[i], columns.until[i],
        ]  # fmt: skip
        assert plain == [
            facts.posted_at, int(facts.occupation or -1), facts.experience_months, facts.education, facts.province,
            -1 if facts.regency is None else facts.regency, facts.remote, -1 if facts.pay is None else facts.pay,
            listing.until,
        ]  # fmt: skip


async def test_a_new_idf_version_is_frozen_and_switched_at_once(
    api: Api, world: World, database: BoundDatabase
) -> None:
    _, employer = await world.employer()
    key = await make_vacancy(world, employer, skills={"SK-0003": (2, True), "SK-0050": (2, True)})
    person = await a_talent(world)
    first = (await api.get(PATH, person)).json()
    for _ in range(8):
        await make_vacancy(world, employer, skills={"SK-0003": (2, True)})
    same = (await api.get(PATH, person)).json()
    assert same["idf_version"] == first["idf_version"]
    assert by_id(same["items"], key)["contributions"] == by_id(first["items"], key)["contributions"]
    assert await refresh_idf(database) == 0
    assert await refresh_idf(database, timedelta(0)) == 1
    after = (await api.get(PATH, person)).json()
    assert after["idf_version"] > first["idf_version"]
    most = {p["code"]: p["max_points"] for p in by_id(after["items"], key)["contributions"]}
    assert most["SK-0050"] > most["SK-0003"]
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert await refresh_idf(database) == 1
    async with database.read() as session:
        assert len(list(await session.scalars(select(IdfVersion).where(IdfVersion.active)))) == 1


async def test_several_processes_converge(api: Api, world: World, app: FastAPI, database: BoundDatabase) -> None:
    _, employer = await world.employer()
    person = await a_talent(world)
    old = Matcher(database)
    await old.load()
    keys = [await make_vacancy(world, employer, skills={"SK-0003": (1 + i % 4, True)}) for i in range(12)]
    await change(database, Vacancy, keys[0], status="closed")
    young = Matcher(database)
    await young.load()
    await change(database, Vacancy, keys[1], status="suspended")
    assert await refresh_idf(database, timedelta(0)) == 1
    await make_vacancy(world, employer)
    answers = [await brute_force(matcher, database, person.id) for matcher in (old, young, app.state.matcher)]
    async with database.read() as session:
        for matcher in (old, young, app.state.matcher):
            basis = await matcher.catch_up(session)
            own = await match_facts.talents(session, [person.id], clock.now(), basis.taxonomy.proves)
            ranking = await matcher.rank(basis, own[person.id].facts, 100, Filters())
            places = [(str(p.key), p.eligible, round(p.score / 1e6, 6)) for p in ranking.items]
            assert places == answers[0] == answers[1] == answers[2]
    assert len(answers[0]) == 11


async def test_more_changes_than_one_by_one_rebuild_everything(world: World, database: BoundDatabase) -> None:
    _, employer = await world.employer()
    matcher = Matcher(database)
    await matcher.load()
    matcher._vacancy_feed.most = 3
    keys = [await make_vacancy(world, employer) for _ in range(5)]
    await matcher.catch_up()
    assert len(matcher.index) == 5
    await change(database, Vacancy, keys[0], status="closed")
    await matcher.catch_up()
    assert len(matcher.index) == 4


async def test_a_late_commit_is_not_skipped(database_url: str) -> None:
    """On real commits: what gets a lower number but commits later is read as well, and nothing twice."""
    engine = create_async_engine(database_url, pool_size=6)
    database = Database(engine)
    feed = ChangeFeed("vacancy_change", ("vacancy_id", "organization_id"))
    try:
        async with AsyncSession(engine) as early, AsyncSession(engine) as late, AsyncSession(engine) as reader:
            await feed.start(reader)
            await reader.commit()

            async def log(session: AsyncSession, number: int) -> UUID:
                key = UUID(int=number)
                await session.execute(
                    text(
                        "INSERT INTO vacancy_change (xid, vacancy_id) VALUES (pg_current_xact_id()::text::bigint, :key)"
                    ),
                    {"key": key},
                )
                return key

            async def read() -> set[UUID]:
                batch = await feed.read(reader)
                await reader.commit()
                feed.accept(batch)
                return batch.changed["vacancy_id"]

            slow = await log(late, 1)
            quick = await log(early, 2)
            await early.commit()
            assert await read() == {quick}
            assert await read() == set()
            third = await log(early, 3)
            await early.commit()
            assert await read() == {third}
            await late.commit()
            assert await read() == {slow}
            assert await read() == set()
            assert len(feed._seen) <= 3
            failed = await feed.read(reader)
            fourth = await log(early, 4)
            await early.commit()
            lost = await feed.read(reader)
            assert lost.changed["vacancy_id"] == {fourth}
            assert failed.changed["vacancy_id"] == set()
            # A batch that was not accepted is handed out again.
            assert await read() == {fourth}
    finally:
        async with database.transaction() as session:
            await session.execute(delete(VacancyChange))
        await engine.dispose()


async def test_concurrent_catch_ups_on_real_commits(database_url: str) -> None:
    """Many requests at once share their reading, and each sees what was committed before it began."""
    engine = create_async_engine(database_url, pool_size=8)
    database = Database(engine)
    matcher = Matcher(database)
    made: list[UUID] = []
    talent = TalentFacts(skills=(HeldSkill(1, 3, Evidence.DECLARED),), regencies=frozenset({3273}))
    try:
        await matcher.load()
        async with database.transaction() as session:
            row = Organization(kind="employer", name="PT Contoh Bersama", status="verified")
            session.add(row)
        employer = row.id

        async def publish_and_look() -> None:
            key = await make_vacancy(database, employer)
            made.append(key)
            async with database.read() as session:
                basis = await matcher.catch_up(session)
            ranking = await matcher.rank(basis, talent, 100, Filters())
            assert key in {place.key for place in ranking.items}

        await asyncio.gather(*(publish_and_look() for _ in range(20)))
        assert len(matcher.index) == 20
        await change(database, Organization, employer, status="suspended")
        await matcher.catch_up()
        assert len(matcher.index) == 0
    finally:
        async with database.transaction() as session:
            await session.execute(delete(Vacancy).where(Vacancy.id.in_(made)))
            await session.execute(delete(Organization).where(Organization.name == "PT Contoh Bersama"))
            for model in (VacancyChange, TalentChange, IdfEntry, IdfVersion):
                await session.execute(delete(model))
        await engine.dispose()


async def test_rows_of_a_talent_are_logged(world: World, database: BoundDatabase) -> None:
    person = await world.person()
    async with database.transaction() as session:
        before = len(list(await session.scalars(select(TalentChange).where(TalentChange.talent_id == person.id))))
        assert before > 0
        skill = await session.scalar(select(Skill.id).where(Skill.code == "SK-0001"))
        session.add(ProfileSkill(profile_id=person.id, skill_id=skill, level=1, evidence="declared"))
        await session.flush()
        after = len(list(await session.scalars(select(TalentChange).where(TalentChange.talent_id == person.id))))
    assert after == before + 1
