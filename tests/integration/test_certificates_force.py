"""What a certificate proves, from which second to which; and that of two who move one at once, one wins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.core import clock
from app.core.actor import Actor, Membership
from app.core.db import Database
from app.core.errors import Problem
from app.core.kit import Kit
from app.core.permissions import permissions_of
from app.domain.certificates import WIB, EffectiveStatus, effective_status, in_force
from app.domain.lifecycles import CertificateStatus
from app.models.certificates import Certificate
from app.models.identity import AuthSession, Consent, UserAccount
from app.models.organizations import Organization, OrganizationMember, OrganizationScheme
from app.models.profiles import TalentProfile
from app.models.system import OutboxEvent, TransitionLog
from app.models.taxonomy import Scheme, SchemeUnit, UnitSkill
from app.schemas.certificates import RenewalIn
from app.services import certificates as service
from app.services import tokens
from tests.support.certificates import certificate_number, license_scheme, make_certificate
from tests.support.queries import count_queries
from tests.support.world import Api, World

FIRST, LAST = date(2025, 3, 1), date(2028, 3, 1)


async def skills_of(world: World, code: str) -> set[int]:
    """Ids of the skills that the units of a scheme prove, by another way than the service's."""
    async with world.database.read() as session:
        units = select(SchemeUnit.unit_id).join(Scheme).where(Scheme.code == code)
        unit_ids = set(await session.scalars(units))
        pairs = await session.execute(select(UnitSkill.unit_id, UnitSkill.skill_id))
        return {skill for unit, skill in pairs if unit in unit_ids}


async def proven(world: World, talent: UUID, as_of: datetime) -> tuple[list[tuple[int, UUID]], dict[int, UUID]]:
    async with world.database.read() as session:
        return (
            await service.in_force_schemes(session, talent, as_of),
            await service.proven_skills(session, talent, as_of),
        )


async def test_it_counts_from_the_first_second_to_the_last(world: World) -> None:
    _, body = await world.certifier()
    talent = await world.person()
    key = await make_certificate(world, body, talent.id, issued_on=FIRST, valid_until=LAST)
    begin, end = datetime.combine(FIRST, time(), WIB), datetime.combine(LAST + timedelta(days=1), time(), WIB)
    wanted = dict.fromkeys(await skills_of(world, "SKM-0002"), key)
    assert wanted
    async with world.database.read() as session:
        scheme = await session.scalar(select(Scheme.id).where(Scheme.code == "SKM-0002"))
    second = timedelta(seconds=1)
    for at, counts in ((begin - second, False), (begin, True), (end - second, True), (end, False)):
        expected = ([(scheme, key)], wanted) if counts else ([], {})
        assert await proven(world, talent.id, at) == expected, at
    assert await proven(world, (await world.person()).id, begin) == ([], {})


@pytest.mark.parametrize("step", ["suspension", "revocation"])
async def test_it_stops_and_starts_to_count_with_the_next_request(api: Api, world: World, step: str) -> None:
    owner, body = await world.certifier()
    talent = await world.person()
    key = await make_certificate(world, body, talent.id)
    assert (await proven(world, talent.id, clock.now()))[0]
    path = f"/v1/certificates/{key}"
    answer = await api.post(f"{path}/{step}", owner, json={"reason": "Bukti kerja milik orang lain."})
    assert answer.status_code == 200
    assert await proven(world, talent.id, clock.now()) == ([], {})
    if step == "suspension":
        await api.delete(f"{path}/{step}", owner)
        schemes, skills = await proven(world, talent.id, clock.now())
        assert [held for _, held in schemes] == [key]
        assert set(skills.values()) == {key}


async def test_the_longest_one_stands_for_several(world: World, connection: AsyncConnection) -> None:
    _, body = await world.certifier()
    talent = await world.person()
    dates: dict[str, Any] = {"issued_on": FIRST}
    await make_certificate(world, body, talent.id, **dates, valid_until=LAST)
    longest = await make_certificate(world, body, talent.id, **dates, valid_until=LAST + timedelta(days=9))
    await make_certificate(world, body, talent.id, **dates, valid_until=LAST + timedelta(days=99), status="revoked")
    junior = await make_certificate(world, body, talent.id, scheme="SKM-0001", **dates, valid_until=LAST)
    at = datetime.combine(FIRST, time(12), WIB)
    schemes, skills = await proven(world, talent.id, at)
    assert {key for _, key in schemes} == {longest, junior}
    shared = await skills_of(world, "SKM-0001") & await skills_of(world, "SKM-0002")
    assert shared
    assert {skills[skill] for skill in shared} == {longest}
    assert skills.keys() == await skills_of(world, "SKM-0001") | await skills_of(world, "SKM-0002")
    with count_queries(connection) as sent:
        await proven(world, talent.id, at)
    assert len(sent) == 2


async def test_sql_and_domain_agree_on_every_state_and_day(world: World) -> None:
    _, body = await world.certifier()
    talent = await world.person()
    today = clock.today()
    rows: dict[UUID, tuple[str, date, date]] = {}
    for status in CertificateStatus:
        for days in (-1, 0, 1, 89, 90, 91, 400):
            dates = (today - timedelta(days=30), today + timedelta(days=days))
            key = await make_certificate(
                world, body, talent.id, status=status.value, issued_on=dates[0], valid_until=dates[1]
            )
            rows[key] = (status.value, *dates)
    for shift in (-31, -30, 0, 1):
        at = datetime.combine(today + timedelta(days=shift), time(23, 59, 59), WIB)
        async with world.database.read() as session:
            counted = set(await session.scalars(select(Certificate.id).where(service.in_force_at(at))))
            by_status = {
                status: set(await session.scalars(select(Certificate.id).where(service.status_is(status, at))))
                for status in EffectiveStatus
            }
        for key, (stored, issued_on, last) in rows.items():
            known = CertificateStatus(stored)
            assert (key in counted) == in_force(known, last, at, issued_on=issued_on)
            assert [s for s, keys in by_status.items() if key in keys] == [effective_status(known, last, at)]


# --- at once, on real commits -----------------------------------------------------------------------------


@pytest.fixture
async def shared(database_url: str, kit: Kit) -> AsyncIterator[Database]:
    """A database with real commits; what a test leaves is deleted."""
    database = Database(create_async_engine(database_url, pool_size=10))
    async with database.transaction() as session:
        await tokens.load_ring(session, kit)
    yield database
    async with database.transaction() as session:
        await session.execute(delete(Certificate).where(Certificate.supersedes_id.is_not(None)))
        for model in (
            Certificate,
            OutboxEvent,
            TransitionLog,
            OrganizationScheme,
            OrganizationMember,
            Organization,
            AuthSession,
            Consent,
            TalentProfile,
            UserAccount,
        ):
            await session.execute(delete(model))
    await database.dispose()


async def moved(database: Database, actor: Actor, key: UUID, step: str) -> str:
    """Take a step in a transaction of its own; `done`, or the problem's code."""
    try:
        async with database.transaction() as session:
            if step == "renew":
                paper = RenewalIn(number=certificate_number(), issued_on=clock.today())
                await service.renew(session, actor, key, paper)
            else:
                await service.move(session, actor, key, step, "Bukti kerja milik orang lain.")
    except Problem as problem:
        return problem.kind.code
    return "done"


@pytest.mark.parametrize("steps", [["renew"] * 8, ["revoke"] * 8, ["renew", "revoke"] * 4, ["suspend", "renew"] * 4])
async def test_of_many_at_once_one_wins(shared: Database, kit: Kit, steps: list[str]) -> None:
    world = World(shared, kit)
    owner, body = await world.certifier()
    await license_scheme(shared, body)
    key = await make_certificate(shared, body, (await world.person()).id)
    kind = "certification_body"
    actor = Actor(owner.id, None, permissions_of((), [(kind, "owner")]), memberships=(Membership(body, kind, "owner"),))
    results = await asyncio.gather(*(moved(shared, actor, key, step) for step in steps))
    assert sorted(results) == ["done"] + ["illegal_transition"] * (len(steps) - 1)
    winner = steps[results.index("done")]
    async with shared.read() as session:
        row = await session.get_one(Certificate, key)
        assert row.status == {"renew": "superseded", "revoke": "revoked", "suspend": "suspended"}[winner]
        heirs = await session.scalar(select(func.count()).where(Certificate.supersedes_id == key))
        assert heirs == (1 if winner == "renew" else 0)
        log = await session.scalars(select(TransitionLog.event).where(TransitionLog.aggregate_id == key))
        assert list(log) == ["supersede" if winner == "renew" else winner]


async def test_a_body_suspended_meanwhile_issues_nothing(shared: Database, kit: Kit) -> None:
    world = World(shared, kit)
    owner, body = await world.certifier()
    await license_scheme(shared, body)
    key = await make_certificate(shared, body, (await world.person()).id)
    kind = "certification_body"
    actor = Actor(owner.id, None, permissions_of((), [(kind, "owner")]), memberships=(Membership(body, kind, "owner"),))
    async with shared.transaction() as session:
        row = await session.get_one(Organization, body, with_for_update=True)
        waiting = asyncio.create_task(moved(shared, actor, key, "renew"))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        row.status = "suspended"
    assert await waiting == "organization_not_verified"
    async with shared.read() as session:
        assert (await session.get_one(Certificate, key)).status == "active"
