"""Fixtures: a real PostgreSQL built by the migrations, one rolled-back transaction per test, a real application."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from alembic import command
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from app.core import logging
from app.core.config import Settings
from app.core.db import BoundDatabase, Database
from app.core.embedded_postgres import THROWAWAY_SETTINGS, EmbeddedPostgres
from app.core.kit import Kit
from app.main import create_app
from app.services import tokens
from app.services.matcher import Matcher
from app.services.system import alembic_config
from app.services.taxonomy_import import import_shipped
from tests.support import exercised
from tests.support.contract import Contract
from tests.support.world import Api, World

settings.register_profile(
    "hub", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "hub"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--exercised` asks of a whole run that it saw every operation succeed and every declared problem."""
    parser.addoption("--exercised", action="store_true", help="fail where a declared answer was never seen")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a green run that left declared answers unseen."""
    wanted = session.config.getoption("--exercised") and exitstatus == pytest.ExitCode.OK
    if wanted and any(exercised.unseen(document) for document in exercised.DOCUMENTS):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List the declared answers that the run did not see."""
    if config.getoption("--exercised"):
        for document in exercised.DOCUMENTS:
            missing = exercised.unseen(document)
            terminalreporter.section(f"{len(missing)} declared answers were never seen")
            for line in missing:
                terminalreporter.line(line)


SECRET = "a secret that only the tests know, 40 characters"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public data sets that are not part of the repository; tests that need them skip where they are absent."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("HUB_SHARED_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"no data sets at {folder}; set HUB_SHARED_DATA")
    return folder


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test run with an empty database."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("pg") / "hub", settings=THROWAWAY_SETTINGS) as server:
        yield server.url


@pytest.fixture(scope="session")
def database_url(server_url: str) -> str:
    """A database that the migrations built, with the shipped reference data."""

    async def build() -> None:
        engine = create_async_engine(server_url, poolclass=NullPool)
        config = alembic_config()

        def upgrade(connection: object) -> None:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
        database = Database(engine)
        async with database.transaction() as session:
            await import_shipped(session)
        await engine.dispose()

    asyncio.run(build())
    return server_url


@pytest.fixture(scope="session")
def app_settings() -> Settings:
    """Settings of the application under test."""
    return Settings(
        secret_key=SECRET, log_format="console", log_level="ERROR", token_rate_per_minute=10_000,
        verification_rate_per_minute=10_000,
    )  # fmt: skip


@pytest.fixture(scope="session")
def app(app_settings: Settings) -> FastAPI:
    """The application; each test gives it a database of its own."""
    logging.configure(app_settings.log_format, app_settings.log_level)
    return create_app(app_settings)


@pytest.fixture(scope="session")
def contract(app: FastAPI) -> Contract:
    """The generated contract."""
    return Contract(app.openapi())


@pytest.fixture(scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Connections to the test database."""
    engine = create_async_engine(database_url, pool_size=5)
    yield engine
    await engine.dispose()


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One connection in a transaction that is rolled back after the test."""
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


@pytest.fixture
async def database(connection: AsyncConnection, app: FastAPI) -> BoundDatabase:
    """The test's database, which the application uses, too."""
    database = BoundDatabase(connection)
    async with database.transaction() as session:
        await tokens.load_ring(session, app.state.kit)
    app.state.database = database
    app.state.matcher = Matcher(database)
    await app.state.matcher.load()
    return database


@pytest.fixture
def kit(app: FastAPI) -> Kit:
    """The tools of the application under test."""
    kit: Kit = app.state.kit
    return kit


@pytest.fixture
async def api(
    app: FastAPI, database: BoundDatabase, contract: Contract
) -> AsyncIterator[Api]:  # the database must be in place
    """A client of the application in this process."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        yield Api(client, contract)


@pytest.fixture
def world(database: BoundDatabase, kit: Kit) -> World:
    """Makes people and organizations."""
    return World(database, kit)
