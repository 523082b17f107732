"""The public list of vacancies: filters, sorts, pages, what it hides, and what it costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core import clock
from app.services import vacancy_search, vacancy_views
from tests.support.queries import count_queries
from tests.support.vacancies import make_vacancy
from tests.support.world import Api, World, pointers, problem


async def found(api: Api, **query: Any) -> list[str]:
    """The ids that a query finds, in its order."""
    response = await api.get("/v1/vacancies", params=query)
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["items"]]


async def walk(api: Api, **query: Any) -> list[str]:
    """The ids of all pages."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (await api.get("/v1/vacancies", params={**query} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


ODD: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "region": ({"region_code": "31.71"}, ["31", "31.71"], ["32", "32.73"]),
    "occupation": ({"occupation_code": "7212"}, ["7", "72", "7212"], ["2", "2513"]),
    "relation": ({"work_relation": "freelance"}, ["freelance"], ["pkwtt", "daily"]),
    "arrangement": ({"work_arrangement": "hybrid"}, ["hybrid"], ["onsite", "remote"]),
    "education": ({"education_minimum": "none"}, ["sd", "none"], []),
    "remote": ({"work_arrangement": "remote_foreign"}, ["true"], ["false"]),
}


@pytest.mark.parametrize("name", ODD)
async def test_a_filter_keeps_what_fits_and_drops_the_rest(api: Api, world: World, name: str) -> None:
    fields, fitting, other = ODD[name]
    _, employer = await world.employer()
    await make_vacancy(world, employer)
    odd = str(await make_vacancy(world, employer, **fields))
    for value in fitting:
        assert await found(api, **{name: value}) == [odd], value
    for value in other:
        assert odd not in await found(api, **{name: value}), value


async def test_filters_by_skill_employer_time_and_several_relations(api: Api, world: World) -> None:
    _, employer = await world.employer()
    _, other = await world.employer()
    old = str(await make_vacancy(world, employer, published_at=clock.now() - timedelta(days=9)))
    new = str(await make_vacancy(world, other, skills={"SK-0007": (2, False)}, work_relation="daily"))
    assert await found(api, skill="SK-0007") == [new]
    assert await found(api, employer=str(employer)) == [old]
    since = (clock.now() - timedelta(days=1)).isoformat()
    assert await found(api, posted_since=since) == [new]
    assert await found(api, relation=["daily", "pkwtt"]) == [new, old]
    assert await found(api, relation=["daily", "pkwtt"], skill="SK-0003", region="32") == [old]


async def test_the_answer_tells_how_the_query_was_understood(api: Api, world: World) -> None:
    _, employer = await world.employer(name="PT Contoh Jaya")
    query = {
        "region": "32.73", "occupation": "25", "relation": "pkwtt", "pay_min": "5000000", "education": "smk",
        "skill": "SK-0003", "employer": str(employer), "remote": "false", "sort": "-pay",
    }  # fmt: skip
    answer = await api.get("/v1/vacancies", params=query, headers={"Accept-Language": "en"})
    understood = answer.json()["interpreted"]
    assert understood["skill"] == {"code": "SK-0003", "label": "Python programming"}
    assert understood["employer"]["label"] == "PT Contoh Jaya"
    assert (understood["region"]["code"], understood["occupation"]["code"]) == ("32.73", "25")
    assert (understood["pay_min"], understood["remote"], understood["sort"]) == (5_000_000, False, "-pay")


async def test_unknown_codes_and_parameters_are_refused_by_name(api: Api, world: World) -> None:
    query = {
        "region": "32.99", "occupation": "zzz", "education": "s9", "skill": "pyton", "employer": str(uuid4()),
    }  # fmt: skip
    answer = await api.get("/v1/vacancies", params=query)
    assert pointers(answer) == {
        "/query/region": "unknown_region", "/query/occupation": "unknown_occupation",
        "/query/education": "unknown_education", "/query/skill": "unknown_skill",
        "/query/employer": "unknown_employer",
    }  # fmt: skip
    assert any("SK-0003" in error["message"] for error in answer.json()["errors"])
    assert pointers(await api.get("/v1/vacancies", params={"colour": "red"})) == {"/query/colour": "unknown_parameter"}
    assert pointers(await api.get("/v1/vacancies", params={"relation": "slave"})) == {"/query/relation/0": "enum"}
    for pattern in ("%", "3_", "32%"):
        assert pointers(await api.get("/v1/vacancies", params={"region": pattern})) == {
            "/query/region": "unknown_region"
        }
    far = await api.get("/v1/vacancies", params={"posted_since": "9999-12-31T23:59:59Z"})
    assert pointers(far) == {"/query/posted_since": "time_out_of_range"}


async def test_hidden_pay_cannot_be_found_out(api: Api, world: World) -> None:
    _, employer = await world.employer()
    shown = str(await make_vacancy(world, employer, pay_minimum=5_000_000, pay_maximum=5_000_000))
    hidden = str(await make_vacancy(world, employer, pay_minimum=9_000_000, pay_maximum=9_000_000, pay_shown=False))
    foreign = str(await make_vacancy(world, employer, pay_currency="USD", pay_minimum=2000, pay_maximum=3000))
    assert await found(api) == [foreign, hidden, shown]
    assert await found(api, pay_min=0) == [shown]
    assert await found(api, sort="pay") == await found(api, sort="-pay") == [shown]
    assert (await api.get(f"/v1/vacancies/{hidden}")).json()["pay"] is None
    assert (await api.get(f"/v1/vacancies/{foreign}")).json()["pay"]["currency"] == "USD"


async def test_only_published_valid_vacancies_of_verified_employers_are_listed(api: Api, world: World) -> None:
    _, employer = await world.employer()
    _, unverified = await world.employer(status="suspended")
    today, yesterday = clock.today(), clock.today() - timedelta(days=1)
    last = str(await make_vacancy(world, employer, valid_until=today))
    await make_vacancy(world, employer, valid_from=yesterday, valid_until=yesterday)
    await make_vacancy(world, unverified)
    for status in ("draft", "pending_review", "scheduled", "suspended", "closed", "filled", "expired", "blocked"):
        await make_vacancy(world, employer, status=status)
    assert await found(api) == [last]


@pytest.mark.parametrize("sort", ["-posted_at", "posted_at", "-pay", "pay"])
async def test_every_sort_reads_to_the_end_while_rows_arrive(api: Api, world: World, sort: str) -> None:
    _, employer = await world.employer()
    moment = clock.now() - timedelta(days=2)
    made: list[UUID] = []
    for number in range(7):  # in pairs, so that the id must break ties
        pay = 5_000_000 + number // 2 * 1_000_000
        made.append(
            await make_vacancy(
                world, employer, published_at=moment + timedelta(hours=number // 2), pay_minimum=pay, pay_maximum=pay
            )
        )
    expected = [str(key) for key in (made[::-1] if sort.startswith("-") else made)]
    assert await walk(api, sort=sort, limit="2") == expected
    page = (await api.get("/v1/vacancies", params={"sort": sort, "limit": "3"})).json()
    early = moment - timedelta(days=1)
    first: dict[str, Any] = {"published_at": early, "pay_minimum": 4_000_000, "pay_maximum": 4_000_000}
    late: dict[str, Any] = {"published_at": clock.now(), "pay_minimum": 99_000_000, "pay_maximum": 99_000_000}
    await make_vacancy(world, employer, **(late if sort.startswith("-") else first))
    second = await api.get("/v1/vacancies", params={"sort": sort, "limit": "3", "cursor": page["next_cursor"]})
    assert [item["id"] for item in second.json()["items"]] == expected[3:6]
    other = {"sort": "pay" if sort != "pay" else "-pay", "cursor": page["next_cursor"]}
    problem(await api.get("/v1/vacancies", params=other), 422, "invalid_cursor")


async def test_a_longer_list_costs_no_more_queries(api: Api, world: World, connection: AsyncConnection) -> None:
    owner, employer = await world.employer()
    officer = await world.officer()
    lists = {
        "/v1/vacancies": None, f"/v1/organizations/{employer}/vacancies": owner,
        "/v1/review/vacancies?status=suspended": officer,
    }  # fmt: skip
    costs: dict[str, list[int]] = {path: [] for path in lists}
    for count in (1, 6):
        for _ in range(count):
            await make_vacancy(world, employer, region_code="31.71", occupation_code="7212")
            await make_vacancy(world, employer, status="suspended")
        for path, caller in lists.items():
            with count_queries(connection) as sent:
                assert (await api.get(path, caller)).json()["items"]
            costs[path].append(len(sent))
    assert all(few == many for few, many in costs.values()), costs
    assert costs["/v1/vacancies"][0] == 3
    keys = [UUID(key) for key in await found(api)]
    async with world.database.read() as session:
        with count_queries(connection) as sent:
            summaries = await vacancy_views.summaries(session, keys)
    assert (set(summaries), len(sent)) == (set(keys), 3)


async def test_an_unchanged_list_is_not_sent_again(api: Api, world: World) -> None:
    _, employer = await world.employer()
    key = await make_vacancy(world, employer)
    for path in ("/v1/vacancies", f"/v1/vacancies/{key}"):
        first = await api.get(path)
        assert first.headers["cache-control"].startswith("public")
        assert (await api.get(path, headers={"If-None-Match": first.headers["etag"]})).status_code == 304


@pytest.mark.parametrize(("sort", "index"), [("-posted_at", "ix_vacancy_live_posted"), ("pay", "ix_vacancy_live_pay")])
async def test_each_sort_has_an_index(world: World, sort: str, index: str) -> None:
    statement = vacancy_search.public_query(vacancy_search.Filters(), None, sort, None).limit(20)
    async with world.database.transaction() as session:
        dialect = (await session.connection()).dialect
        plain = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        await session.execute(text("SET LOCAL enable_sort = off"))
        await session.execute(text("SET LOCAL enable_bitmapscan = off"))
        plan = "\n".join(await session.scalars(text(f"EXPLAIN {plain}")))
    assert index in plan, plan
    assert "Sort" not in plan, plan
