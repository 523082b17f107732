"""The demo's data, and a signed-in caller for each of its accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.core import clock
from app.core.db import BoundDatabase, Database
from app.core.kit import Kit
from app.models import AuthSession, PartnerClient, UserAccount
from app.services.demo_seed import seed_demo
from app.services.matcher import Matcher
from app.services.tokens import load_ring
from tests.support.contract import Contract
from tests.support.world import Api, Caller, World

NARROW = "statistics:read"  # no operation needs it


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's data in an open transaction; `narrow` are the same callers with a scope that opens nothing."""

    connection: AsyncConnection
    callers: dict[str, Caller]
    narrow: dict[str, Caller]


@pytest.fixture(scope="package")
async def demo(engine: AsyncEngine, app: FastAPI) -> AsyncIterator[Demo]:
    """The demo's data in a transaction that is rolled back at the end of the contract's tests."""
    kit: Kit = app.state.kit
    async with engine.connect() as connection:
        transaction = await connection.begin()
        database = BoundDatabase(connection)
        async with database.transaction() as session:
            await load_ring(session, kit)
        await seed_demo(database, kit)
        yield Demo(connection, await callers(database, kit, "*"), await callers(database, kit, NARROW))
        await transaction.rollback()


async def callers(database: BoundDatabase, kit: Kit, scope: str) -> dict[str, Caller]:
    """A caller for each demo account; sign-in by password is the token endpoint's own example."""
    found = {}
    async with database.transaction() as session:
        for user in await session.scalars(select(UserAccount).where(UserAccount.email.like("%@demo.example"))):
            family = AuthSession(user_id=user.id, scope=scope, expires_at=clock.now() + timedelta(days=1))
            session.add(family)
            await session.flush()
            found[str(user.email)] = Caller(user.id, kit.ring.issue(str(user.id), scope, sid=str(family.id)))
        for client in await session.scalars(select(PartnerClient)):
            scopes = " ".join(client.scopes) if scope == "*" else scope
            found[client.client_id] = Caller(
                client.id, kit.ring.issue(str(client.id), scopes, client_id=client.client_id)
            )
    return found


@pytest.fixture
async def demo_api(demo: Demo, app: FastAPI, contract: Contract) -> AsyncIterator[Api]:
    """A client whose changes are undone after the test."""
    savepoint = await demo.connection.begin_nested()
    database: Database = BoundDatabase(demo.connection)
    app.state.database, app.state.matcher = database, Matcher(database)
    await app.state.matcher.load()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:
        yield Api(client, contract)
    await savepoint.rollback()


@pytest.fixture
def demo_world(demo: Demo, demo_api: Api, app: FastAPI) -> World:
    """Makes more people and organizations beside the demo's, for the time of one test."""
    return World(BoundDatabase(demo.connection), app.state.kit)
