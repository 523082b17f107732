"""Every operation's example is executed against the demo's data, as the demo account that it names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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
from tests.contract.test_declarations import operations
from tests.support.contract import Contract
from tests.support.world import Api, Caller


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's data in an open transaction, and a signed-in caller for every demo account."""

    connection: AsyncConnection
    callers: dict[str, Caller]


@pytest.fixture(scope="module")
async def demo(engine: AsyncEngine, app: FastAPI) -> AsyncIterator[Demo]:
    """The demo's data in a transaction that is rolled back at the end of the module."""
    kit: Kit = app.state.kit
    async with engine.connect() as connection:
        transaction = await connection.begin()
        database = BoundDatabase(connection)
        async with database.transaction() as session:
            await load_ring(session, kit)
        await seed_demo(database, kit)
        yield Demo(connection, await callers(database, kit))
        await transaction.rollback()


async def callers(database: BoundDatabase, kit: Kit) -> dict[str, Caller]:
    """A caller for each demo account; sign-in by password is the token endpoint's own example."""
    found = {}
    async with database.transaction() as session:
        for user in await session.scalars(select(UserAccount).where(UserAccount.email.like("%@demo.example"))):
            family = AuthSession(user_id=user.id, scope="*", expires_at=clock.now() + timedelta(days=1))
            session.add(family)
            await session.flush()
            found[str(user.email)] = Caller(user.id, kit.ring.issue(str(user.id), "*", sid=str(family.id)))
        for client in await session.scalars(select(PartnerClient)):
            token = kit.ring.issue(str(client.id), " ".join(client.scopes), client_id=client.client_id)
            found[client.client_id] = Caller(client.id, token)
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


def example(parameter: dict[str, Any]) -> Any:  # any JSON
    """The first example of a parameter or a body, None where it has none."""
    for holder in (parameter, parameter.get("schema", {})):
        found = holder.get("examples")
        if isinstance(found, dict) and found:
            return next(iter(found.values()))["value"]
        if isinstance(found, list) and found:
            return found[0]
    return None


def resolve(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """A schema behind its reference."""
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def all_operations() -> list[str]:
    """Names of all operations, for parametrisation."""
    from app.core.config import Settings  # noqa: PLC0415  # only to collect tests
    from app.main import create_app  # noqa: PLC0415

    document = create_app(Settings(secret_key="only to list operations, never used to sign")).openapi()
    return [f"{method.upper()} {path}" for method, path, _ in operations(document)]


@pytest.mark.parametrize("name", all_operations())
async def test_the_example_works(
    demo_api: Api, demo: Demo, contract: Contract, name: str
) -> None:  # kit: the ring must be loaded
    method, template = name.split(" ")
    item = contract.document["paths"][template][method.lower()]
    caller = demo.callers[item["x-demo-account"]] if "x-demo-account" in item else None
    path, query, headers = template, {}, {}
    for parameter in item.get("parameters", []):
        value = example(parameter)
        if parameter["in"] == "path":
            assert value is not None, f"{parameter['name']} has no example"
            path = path.replace("{" + parameter["name"] + "}", str(value))
        elif parameter["in"] == "query" and (parameter.get("required") or value is not None):
            assert value is not None, f"{parameter['name']} has no example"
            query[parameter["name"]] = value
    arguments: dict[str, Any] = {}
    if "requestBody" in item:
        media, content = next(iter(item["requestBody"]["content"].items()))
        body = example(content) or example({"schema": resolve(content["schema"], contract.document)})
        assert body is not None, "the body has no example"
        arguments["data" if "form" in media else "json"] = body
    if method == "PATCH":
        read = await demo_api.get(path, caller)
        # A draft has no public reading; the demo's rows are at their first version.
        headers["If-Match"] = read.headers.get("etag", '"1"')
    answer = await demo_api(method, path, caller, params=query, headers=headers, **arguments)
    assert answer.is_success, f"{answer.status_code} {answer.text[:600]}"
