"""Made sets: whole, consistent with the rules of the domain, the same for the same seed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from alembic import command
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.core import clock
from app.core.db import Database
from app.domain.vacancies import VacancyTerms, validate_terms
from app.domain.work_relations import RelationTerms, WorkArrangement, WorkRelation
from app.services import bulk_seed
from app.services.bulk_rows import generator, make_ids
from app.services.bulk_seed import BulkSeedError, seed_bulk
from app.services.system import alembic_config
from app.services.taxonomy_import import import_shipped

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
VACANCIES, TALENTS = 230, 90
_DATABASES = ("bulk_one", "bulk_two")


def quiet(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


async def build(server: str, name: str) -> str:
    """A migrated database of its own, for what is seeded is committed."""
    admin = create_async_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await admin.dispose()
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    engine = create_async_engine(url, poolclass=NullPool)
    config = alembic_config()

    def upgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    async with Database(engine).transaction() as session:
        await import_shipped(session)
    await engine.dispose()
    return url


@pytest.fixture(scope="module")
def seeded(server_url: str) -> Iterator[tuple[str, str]]:
    """Two databases with the same set, made in several chunks, so that indexes are rebuilt, too."""

    async def make() -> tuple[str, str]:
        urls = [await build(server_url, name) for name in _DATABASES]
        with clock.frozen(NOW):
            for url in urls:
                await seed_bulk(url, None, vacancies=VACANCIES, talents=TALENTS, seed=7, progress=quiet)
        return urls[0], urls[1]

    async def drop() -> None:
        admin = create_async_engine(server_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with admin.connect() as connection:
            for name in _DATABASES:
                await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        await admin.dispose()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_seed, "CHUNK", 100)
        yield asyncio.run(make())
    asyncio.run(drop())


@pytest.fixture
async def made(seeded: tuple[str, str]) -> AsyncIterator[AsyncConnection]:
    """A connection to the first database."""
    engine = create_async_engine(seeded[0], poolclass=NullPool)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def rows(connection: AsyncConnection, query: str) -> list[Any]:
    return list((await connection.execute(text(query))).all())


async def count(connection: AsyncConnection, query: str) -> int:
    return int((await connection.scalar(text(f"SELECT count(*) FROM {query}"))) or 0)


async def test_everything_asked_for_is_there(made: AsyncConnection) -> None:
    assert await count(made, "vacancy WHERE status = 'published'") == VACANCIES
    assert await count(made, "talent_profile") == TALENTS
    assert await count(made, "user_account WHERE roles = '{talent}'") == TALENTS
    assert await count(made, "organization WHERE status = 'verified'") == 5
    asked = [n for (n,) in await rows(made, "SELECT count(*) FROM vacancy_skill GROUP BY vacancy_id")]
    assert len(asked) == VACANCIES
    assert min(asked) >= 4
    assert 7 < sum(asked) / len(asked) < 9
    held = [n for (n,) in await rows(made, "SELECT count(*) FROM profile_skill GROUP BY profile_id")]
    assert len(held) == TALENTS
    assert await count(made, "vacancy_certificate") > 0


async def test_the_terms_keep_the_rules_of_publication(made: AsyncConnection) -> None:
    for row in await rows(made, "SELECT * FROM vacancy"):
        terms = VacancyTerms(
            openings=row.openings, filled_count=row.filled_count, valid_from=row.valid_from,
            valid_until=row.valid_until, pay_minimum=row.pay_minimum, pay_maximum=row.pay_maximum,
            experience_years=row.experience_years,
            relation=RelationTerms(
                relation=WorkRelation(row.work_relation), arrangement=WorkArrangement(row.work_arrangement),
                contract_months=row.contract_months, probation_months=row.probation_months,
            ),
        )  # fmt: skip
        assert validate_terms(terms, now=NOW, for_publication=True) == []
        assert row.published_at < NOW
        assert (row.pay_monthly_minimum, row.pay_monthly_maximum) == (row.pay_minimum, row.pay_maximum)


async def test_who_is_visible_has_consented_and_nobody_else(made: AsyncConnection) -> None:
    consented = "SELECT count(*) FROM consent c WHERE c.user_id = p.id AND c.withdrawn_at IS NULL AND c.purpose = "
    found = await rows(
        made,
        f"SELECT p.visible_to_employers, ({consented} 'visible_to_employers'), ({consented} 'profile_processing')"
        " FROM talent_profile p",
    )
    assert {(bool(visible), n, m) for visible, n, m in found} == {(True, 1, 1), (False, 0, 1)}


async def test_the_change_logs_name_every_record(made: AsyncConnection) -> None:
    logged = "(SELECT DISTINCT vacancy_id FROM vacancy_change WHERE vacancy_id IS NOT NULL) x"
    assert await count(made, logged) == VACANCIES
    assert await count(made, "(SELECT DISTINCT talent_id FROM talent_change) x") == TALENTS


async def test_keys_and_indexes_are_made_again(made: AsyncConnection, server_url: str) -> None:
    query = text(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'vacancy_skill'::regclass AND convalidated"
        " UNION ALL SELECT indexrelid::regclass::text FROM pg_index"
        " WHERE indrelid = 'vacancy_skill'::regclass ORDER BY 1"
    )
    reference = await build(server_url, "bulk_reference")
    engine = create_async_engine(reference, poolclass=NullPool)
    async with engine.connect() as connection:
        expected = (await connection.execute(query)).all()
    await engine.dispose()
    assert (await made.execute(query)).all() == expected
    assert len(expected) > 4


async def test_the_same_seed_makes_the_same_set(seeded: tuple[str, str]) -> None:
    digests = []
    for url in seeded:
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.connect() as connection:
            digests.append(
                [
                    await connection.scalar(
                        text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
                    )
                    for table in ("organization", "vacancy", "vacancy_skill", "vacancy_certificate", "talent_profile",
                                  "profile_skill", "profile_education", "profile_experience", "consent")
                ]
            )  # fmt: skip
        await engine.dispose()
    assert digests[0] == digests[1]
    assert None not in digests[0]


async def test_a_seed_is_used_once_and_another_adds(seeded: tuple[str, str]) -> None:
    with pytest.raises(BulkSeedError, match="seed 7"):
        await seed_bulk(seeded[1], None, vacancies=10, talents=0, seed=7, progress=quiet)
    report = await seed_bulk(seeded[1], None, vacancies=10, talents=1, seed=8, progress=quiet)
    assert (report.organizations, report.vacancies, report.talents) == (1, 10, 1)
    with pytest.raises(BulkSeedError, match="negative"):
        await seed_bulk(seeded[1], None, vacancies=10, talents=0, seed=-1, progress=quiet)


async def test_skills_come_from_the_given_bundle(server_url: str, shared_data: Path) -> None:
    url = await build(server_url, "bulk_esco")
    await seed_bulk(url, shared_data / "esco111", vacancies=120, talents=5, seed=1, progress=quiet)
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        assert (
            await count(connection, "vacancy_skill v JOIN skill s ON s.id = v.skill_id WHERE s.source = 'esco'") > 500
        )
        assert (
            await count(connection, "vacancy v JOIN occupation o ON o.code = v.occupation_code WHERE o.level < 4") == 0
        )
    await engine.dispose()


def test_ids_are_of_version_7_and_ascend() -> None:
    ids = [UUID(bytes=row.tobytes()) for row in make_ids(generator(1, 2, 3), 5, 1000)]
    assert {(key.version, key.variant) for key in ids} == {(7, "specified in RFC 4122")}
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
    first = make_ids(generator(1, 2, 3), 5, 1)
    assert np.array_equal(first[0], np.frombuffer(ids[0].bytes, dtype=np.uint8))
