"""Every operation's example is executed against the demo's data, as the demo account that it names."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.core.db import BoundDatabase, Database
from app.core.kit import Kit
from app.services.demo_seed import PASSWORD, seed_demo
from app.services.matcher import Matcher
from tests.contract.test_declarations import operations
from tests.support.contract import Contract
from tests.support.world import Api, Caller

_SIGNED_IN: dict[str, str] = {}


@pytest.fixture(scope="module")
async def demo_connection(engine: AsyncEngine, app: FastAPI) -> Any:  # an async generator
    """The demo's data in a transaction that is rolled back at the end of the module."""
    async with engine.connect() as connection:
        transaction = await connection.begin()
        await seed_demo(BoundDatabase(connection), app.state.kit)
        yield connection
        await transaction.rollback()


@pytest.fixture
async def demo_api(demo_connection: AsyncConnection, app: FastAPI, contract: Contract) -> Any:  # an async generator
    """A client whose changes are undone after the test."""
    savepoint = await demo_connection.begin_nested()
    database: Database = BoundDatabase(demo_connection)
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


async def caller_of(api: Api, account: str) -> Caller | None:
    """The demo account, signed in."""
    form = {"grant_type": "password", "username": account, "password": PASSWORD}
    if account == "demo-partner":
        form = {"grant_type": "client_credentials", "client_id": account, "client_secret": "demo-secret"}
    answer = await api.post("/v1/auth/token", data=form)
    assert answer.status_code == 200, answer.text
    return Caller(None, answer.json()["access_token"])  # type: ignore[arg-type]  # only the token is used


def all_operations() -> list[str]:
    """Names of all operations, for parametrisation."""
    from app.core.config import Settings  # noqa: PLC0415  # only to collect tests
    from app.main import create_app  # noqa: PLC0415

    document = create_app(Settings(secret_key="only to list operations, never used to sign")).openapi()
    return [f"{method.upper()} {path}" for method, path, _ in operations(document)]


@pytest.mark.parametrize("name", all_operations())
async def test_the_example_works(
    demo_api: Api, contract: Contract, kit: Kit, name: str
) -> None:  # kit: the ring must be loaded
    method, template = name.split(" ")
    item = contract.document["paths"][template][method.lower()]
    caller = await caller_of(demo_api, item["x-demo-account"]) if "x-demo-account" in item else None
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
        headers["If-Match"] = read.headers["etag"]
    answer = await demo_api(method, path, caller, params=query, headers=headers, **arguments)
    assert answer.is_success, f"{answer.status_code} {answer.text[:600]}"
