"""Vacancies for a talent through HTTP: the promises of the match, filters, pages, problems."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core import clock
from app.core.db import BoundDatabase
from app.models import IdfVersion, TalentProfile, Vacancy
from app.workers.idf import refresh_idf
from tests.support.certificates import make_certificate
from tests.support.matches import PATH, brute_force, by_id, check_pair, give, ids, ranked
from tests.support.vacancies import make_vacancy
from tests.support.world import Api, Caller, World, pointers, problem

SKILLS = [f"SK-{number:04d}" for number in range(1, 13)]
REGIONS = ["32.73", "32.71", "31.71", "73.71"]


async def talent_with(world: World, *codes: str, level: int = 3, evidence: str = "declared", **profile: Any) -> Caller:
    """A talent with skills."""
    person = await world.person(**{"region_code": "32.73", **profile})
    await give(world, person.id, skills=dict.fromkeys(codes, (level, evidence)))
    return person


async def a_market(world: World, size: int = 24) -> tuple[Caller, UUID, list[UUID]]:
    """An employer with vacancies that differ in everything that counts."""
    owner, employer = await world.employer()
    keys = []
    for i in range(size):
        wanted = {SKILLS[(i * 5 + j * 3) % len(SKILLS)]: (1 + (i + j) % 4, j % 2 == 0) for j in range(i % 4)}
        keys.append(
            await make_vacancy(
                world, employer, skills=wanted, region_code=REGIONS[i % 4],
                gates=[["SKM-0001", "SKM-0002"]] if i % 5 == 0 else [],
                preferred_certificates=["SKM-0002", "SKM-0003"][: i % 3],
                required_licences=["sim_a"] if i % 7 == 0 else [],
                work_arrangement="remote" if i % 6 == 0 else "onsite",
                experience_years=i % 3, education_minimum=[None, "smk", "s1"][i % 3],
                occupation_code=["2513", "2512", "5223"][i % 3], pay_maximum=5_000_000 + i % 5 * 1_000_000,
                pay_minimum=4_000_000, published_at=clock.now() - timedelta(days=i % 3),
            )
        )  # fmt: skip
    return owner, employer, keys


async def test_the_ranking_is_brute_force_over_the_database(
    api: Api, world: World, app: FastAPI, database: BoundDatabase
) -> None:
    await a_market(world)
    _, certifier = await world.certifier()
    person = await talent_with(world, "SK-0001", "SK-0004", "SK-0007", minimum_pay=6_000_000)
    await give(world, person.id, education="d3", jobs=(("2513", date(2020, 1, 1), None),))
    await make_certificate(world, certifier, person.id, scheme="SKM-0002")
    items = await ranked(api, person)
    assert len(items) == 24
    shown = [(item["vacancy"]["id"], item["eligible"], item["score"]) for item in items]
    assert shown == await brute_force(app.state.matcher, database, person.id)
    assert [item["rank"] for item in items] == list(range(1, 25))
    assert {item["eligible"] for item in items} == {True, False}
    assert len({item["score"] for item in items}) > 10


async def test_every_reason_is_told(api: Api, world: World) -> None:
    _, employer = await world.employer()
    _, certifier = await world.certifier()
    key = await make_vacancy(
        world, employer, skills={"SK-0002": (2, True), "SK-0001": (2, True), "SK-0030": (3, False)},
        gates=[["SKM-0001", "SKM-0002"], ["SKM-0005"]], preferred_certificates=["SKM-0003"],
    )  # fmt: skip
    person = await talent_with(world, "SK-0002", level=4)
    await make_certificate(world, certifier, person.id, scheme="SKM-0001")
    answer = (await api.get(f"{PATH}/{key}", person)).json()
    check_pair(answer)
    parts = {part["code"] or part["kind"]: part for part in answer["contributions"]}
    exact = parts["SK-0002"]
    assert (exact["via"]["code"], exact["relation"], exact["level_held"], exact["level_asked"]) == (
        "SK-0002", "exact", 4, 2,
    )  # fmt: skip
    # SK-0002 is narrower than SK-0001; a neighbour is partial, never matched.
    partial = parts["SK-0001"]
    assert (partial["relation"], partial["via"]["code"]) == ("narrower", "SK-0002")
    assert 0 < partial["points"] <= partial["max_points"] * 0.4
    assert parts["unspecified"]["points"] == 0
    assert parts["unspecified"]["label"] == "Tidak disebut di lowongan"
    assert [gate["met"] for gate in answer["gates"]].count(False) == 1
    closed = next(gate for gate in answer["gates"] if not gate["met"])
    assert closed["one_certificate_away"]
    assert [option["code"] for option in closed["alternatives"]] == ["SKM-0005"]
    first = answer["missing"][0]
    assert (first["code"], first["opens_gate"]) == ("SKM-0005", True)
    assert {lack["code"] for lack in answer["missing"]} >= {"SK-0030", "SKM-0003", "SKM-0005"}
    assert not answer["eligible"]
    assert answer["requirements_total"] == 5
    english = (await api.get(f"{PATH}/{key}", person, headers={"Accept-Language": "en"})).json()
    assert "Not said in the vacancy" in {part["label"] for part in english["contributions"]}
    listed = (await api.get(PATH, person)).json()
    assert {name: listed[name] for name in ("model_version", "idf_version", "taxonomy_version")} == {
        name: answer[name] for name in ("model_version", "idf_version", "taxonomy_version")
    }
    item = by_id(listed["items"], key)
    assert {name: item[name] for name in ("score", "contributions", "missing", "gates")} == {
        name: answer[name] for name in ("score", "contributions", "missing", "gates")
    }


async def test_a_promised_gain_is_what_comes_true(api: Api, world: World) -> None:
    _, employer = await world.employer()
    _, certifier = await world.certifier()
    key = await make_vacancy(
        world, employer, skills={"SK-0003": (3, True), "SK-0005": (2, False)}, preferred_certificates=["SKM-0002"]
    )
    person = await talent_with(world, "SK-0003", level=2)
    before = (await api.get(f"{PATH}/{key}", person)).json()
    gains = {lack["code"]: lack for lack in before["missing"]}
    await give(world, person.id, skills={"SK-0005": (gains["SK-0005"]["level"], "course")})
    middle = (await api.get(f"{PATH}/{key}", person)).json()
    assert round((middle["score"] - before["score"]) * 1e6) == gains["SK-0005"]["gain"] > 0
    promised = next(lack["gain"] for lack in middle["missing"] if lack["code"] == "SKM-0002")
    await make_certificate(world, certifier, person.id, scheme="SKM-0002")
    after = (await api.get(f"{PATH}/{key}", person)).json()
    assert round((after["score"] - middle["score"]) * 1e6) == promised > 0


async def test_a_gate_outranks_any_score(api: Api, world: World) -> None:
    _, employer = await world.employer()
    closed = await make_vacancy(world, employer, skills={"SK-0003": (1, True)}, gates=[["SKM-0005"]])
    poor = await make_vacancy(world, employer, skills={"SK-0040": (4, True)}, region_code="73.71")
    person = await talent_with(world, "SK-0003", level=4, evidence="course")
    items = await ranked(api, person)
    assert ids(items) == [str(poor), str(closed)]
    assert items[0]["score"] < items[1]["score"]


async def test_more_never_counts_less(api: Api, world: World) -> None:
    await a_market(world)
    _, certifier = await world.certifier()
    person = await talent_with(world, "SK-0001", level=2, evidence="inferred")
    before = {item["vacancy"]["id"]: item for item in await ranked(api, person)}

    async def add(what: str) -> None:
        match what:
            case "skill":
                await give(world, person.id, skills={"SK-0004": (1, "declared")})
            case "certificate":
                await make_certificate(world, certifier, person.id, scheme="SKM-0002")
            case "own word for what a certificate proves":
                await give(world, person.id, skills={"SK-0002": (1, "declared")})
            case "licence":
                await give(world, person.id, licences={"sim_a": None})

    for what in ("skill", "certificate", "own word for what a certificate proves", "licence"):
        await add(what)
        after = {item["vacancy"]["id"]: item for item in await ranked(api, person)}
        assert after.keys() == before.keys()
        for key, item in after.items():
            assert item["eligible"] >= before[key]["eligible"], what
            pairs = zip(item["contributions"], before[key]["contributions"], strict=True)
            assert all(new["points"] >= old["points"] for new, old in pairs), what
        before = after


async def test_protected_attributes_have_no_way_in(api: Api, world: World, database: BoundDatabase) -> None:
    await a_market(world)
    person = await talent_with(world, "SK-0001", "SK-0004")
    before = [(item["vacancy"]["id"], item["score"]) for item in await ranked(api, person)]
    for change in (
        {"sex": "female"}, {"sex": "male"}, {"birth_date": date(1961, 2, 3)}, {"full_name": "Lain Sekali"},
        {"disability": {"kinds": ["sensory"]}}, {"photo_url": "https://example.com/x.png"},
    ):  # fmt: skip
        async with database.transaction() as session:
            await session.execute(update(TalentProfile).where(TalentProfile.id == person.id).values(change))
        assert [(item["vacancy"]["id"], item["score"]) for item in await ranked(api, person)] == before, change


async def test_what_a_vacancy_does_not_say_changes_nothing(api: Api, world: World) -> None:
    _, employer = await world.employer()
    key = await make_vacancy(
        world, employer, skills={"SK-0003": (2, True)}, education_minimum=None, experience_years=None,
        pay_minimum=None, pay_maximum=None,
    )  # fmt: skip
    hidden = await make_vacancy(world, employer, skills={"SK-0003": (2, True)}, pay_shown=False)
    person = await talent_with(world, "SK-0003")
    first = (await api.get(f"{PATH}/{key}", person)).json()
    assert {part["kind"] for part in first["contributions"]} == {"skill", "unspecified", "location"}
    told = (await api.get(f"{PATH}/{hidden}", person)).json()
    assert "salary" not in {part["kind"] for part in told["contributions"]}
    await give(
        world, person.id, education="s2", jobs=(("2513", date(2015, 1, 1), None),), licences={"sim_a": None},
        skills={"SK-0100": (4, "course")},
    )  # fmt: skip
    assert (await api.get(f"{PATH}/{key}", person)).json()["score"] == first["score"]


@pytest.mark.parametrize(
    ("query", "column", "value"),
    [
        ({"region": ["73"]}, "region_code", ("73.71",)),
        ({"region": ["32.73", "31.71"]}, "region_code", ("32.73", "31.71")),
        ({"remote": "true"}, "work_arrangement", ("remote",)),
        ({"remote": "false"}, "work_arrangement", ("onsite",)),
        ({"arrangement": ["onsite"]}, "work_arrangement", ("onsite",)),
        ({"occupation": "251"}, "occupation_code", ("2513", "2512")),
        ({"relation": ["pkwtt"]}, "work_relation", ("pkwtt",)),
        ({"relation": ["daily", "freelance"]}, "work_relation", ("daily", "freelance")),
    ],
)
async def test_a_filter_leaves_exactly_what_it_says(
    api: Api, world: World, database: BoundDatabase, query: dict[str, Any], column: str, value: tuple[str, ...]
) -> None:
    await a_market(world)
    person = await talent_with(world, "SK-0001", "SK-0004")
    every = await ranked(api, person)
    async with database.read() as session:
        wanted = set(map(str, await session.scalars(select(Vacancy.id).where(getattr(Vacancy, column).in_(value)))))
    assert ids(await ranked(api, person, **query)) == [key for key in ids(every) if key in wanted]


async def test_pay_time_employer_and_score_filter(api: Api, world: World) -> None:
    _, employer, _ = await a_market(world)
    _, other = await world.employer()
    alone = await make_vacancy(world, other, pay_minimum=9_000_000, pay_maximum=30_000_000)
    person = await talent_with(world, "SK-0001", "SK-0004", "SK-0003")
    every = await ranked(api, person)
    assert ids(await ranked(api, person, employer=str(other))) == [str(alone)]
    assert ids(await ranked(api, person, pay_min=20_000_000)) == [str(alone)]
    assert str(alone) not in ids(await ranked(api, person, employer=str(employer)))
    assert await ranked(api, person, employer=str(uuid4())) == []
    since = (clock.now() - timedelta(hours=36)).isoformat()
    recent = [key["vacancy"] for key in await ranked(api, person, posted_since=since)]
    assert 0 < len(recent) < len(every)
    floor = sorted(item["score"] for item in every)[len(every) // 2]
    assert ids(await ranked(api, person, min_score=floor)) == ids([i for i in every if i["score"] >= floor])


async def test_bad_filters_are_named(api: Api, world: World) -> None:
    person = await talent_with(world, "SK-0001")
    assert pointers(await api.get(PATH, person, params={"region": "99.99"})) == {"/query/region/0": "unknown_region"}
    assert pointers(await api.get(PATH, person, params={"occupation": "xyz"})) == {
        "/query/occupation": "unknown_occupation"
    }
    for name, value in (("min_score", "2"), ("limit", "101"), ("relation", "x"), ("colour", "red"), ("pay_min", "-1")):
        problem(await api.get(PATH, person, params={name: value}), 422, "validation_failed")
    problem(await api.get(PATH, person, params={"cursor": "bm9uc2Vuc2U"}), 422, "invalid_cursor")
    cursor = (await api.get(PATH, person, params={"limit": 1})).json()["next_cursor"]
    assert cursor is None


async def test_pages_neither_skip_nor_repeat_while_vacancies_come_and_go(api: Api, world: World) -> None:
    _, employer, keys = await a_market(world)
    person = await talent_with(world, "SK-0001", "SK-0004", "SK-0007")
    every = ids(await ranked(api, person))
    seen: list[str] = []
    ranks: list[int] = []
    cursor = None
    while True:
        query = {"limit": 5, **({"cursor": cursor} if cursor else {})}
        body = (await api.get(PATH, person, params=query)).json()
        seen += ids(body["items"])
        ranks += [item["rank"] for item in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
        for level in (1, 4):
            await make_vacancy(world, employer, skills={"SK-0001": (level, True)})
    assert len(seen) == len(set(seen))
    assert [key for key in seen if key in set(map(str, keys))] == every
    assert ranks == list(range(1, len(seen) + 1))


async def test_a_cursor_belongs_to_its_caller_filters_profile_and_version(
    api: Api, world: World, database: BoundDatabase
) -> None:
    await a_market(world, 6)
    person, other = await talent_with(world, "SK-0001"), await talent_with(world, "SK-0001")
    first = (await api.get(PATH, person, params={"limit": 2})).json()
    cursor = first["next_cursor"]
    problem(await api.get(PATH, other, params={"limit": 2, "cursor": cursor}), 422, "invalid_cursor")
    changed = {"limit": 2, "cursor": cursor, "remote": "true"}
    problem(await api.get(PATH, person, params=changed), 422, "invalid_cursor")
    second = (await api.get(PATH, person, params={"limit": 2, "cursor": cursor})).json()
    assert second["as_of"] == first["as_of"]
    with clock.frozen(clock.now() + timedelta(hours=25)):
        family = await api.get(PATH, await world.person(), params={"limit": 2, "cursor": cursor})
        assert family.status_code == 422
    assert await refresh_idf(database, timedelta(0)) == 1
    problem(await api.get(PATH, person, params={"limit": 2, "cursor": cursor}), 409, "ranking_changed")
    again = (await api.get(PATH, person, params={"limit": 2})).json()
    assert again["idf_version"] > first["idf_version"]
    await give(world, person.id, skills={"SK-0009": (1, "declared")})
    stale = {"limit": 2, "cursor": again["next_cursor"]}
    problem(await api.get(PATH, person, params=stale), 409, "ranking_changed")


async def test_a_thin_profile_is_told_what_to_add(api: Api, world: World) -> None:
    _, employer = await world.employer()
    key = await make_vacancy(world, employer)
    person = await world.person()
    for path in (PATH, f"{PATH}/{key}"):
        body = problem(await api.get(path, person), 409, "insufficient_profile")
        assert body["missing"] == ["skills", "certificates"]
    _, certifier = await world.certifier()
    await make_certificate(world, certifier, person.id)
    assert len(await ranked(api, person)) == 1


async def test_who_may_ask(api: Api, world: World) -> None:
    _, employer = await world.employer()
    key = await make_vacancy(world, employer)
    for path in (PATH, f"{PATH}/{key}"):
        problem(await api.get(path), 401, "unauthenticated")
        problem(await api.get(path, await world.officer()), 403, "permission_denied")
        reluctant = await world.person(consents=("account",))
        body = problem(await api.get(path, reluctant), 422, "consent_needed")
        assert body["purposes"] == ["profile_processing"]
    person = await talent_with(world, "SK-0003")
    problem(await api.get(f"{PATH}/{uuid4()}", person), 404, "not_found")
    draft = await make_vacancy(world, employer, status="draft")
    problem(await api.get(f"{PATH}/{draft}", person), 404, "not_found")
    over = await make_vacancy(
        world, employer, valid_from=date(2020, 1, 1), valid_until=clock.today() - timedelta(days=1)
    )
    problem(await api.get(f"{PATH}/{over}", person), 404, "not_found")


async def test_a_page_costs_the_same_queries_whatever_it_holds(
    api: Api, world: World, connection: AsyncConnection
) -> None:
    await a_market(world)
    person = await talent_with(world, *SKILLS)
    await ranked(api, person)
    counts = []
    for limit in (10, 24):
        statements: list[str] = []

        def note(*arguments: Any, seen: list[str] = statements) -> None:
            seen.append(arguments[2])

        engine = connection.sync_connection
        assert engine is not None
        event.listen(engine, "before_cursor_execute", note)
        answer = await api.get(PATH, person, params={"limit": limit})
        event.remove(engine, "before_cursor_execute", note)
        assert len(answer.json()["items"]) == limit
        counts.append(len([s for s in statements if not s.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]))
    assert counts[0] == counts[1] <= 14


async def test_the_first_version_of_an_empty_hub_is_well_defined(
    api: Api, world: World, app: FastAPI, database: BoundDatabase
) -> None:
    async with database.read() as session:
        row = (await session.scalars(select(IdfVersion).where(IdfVersion.active))).one()
    assert (row.vacancies, row.median_weight) == (0, 0)
    _, employer = await world.employer()
    key = await make_vacancy(world, employer, skills={"SK-0003": (2, True), "SK-0050": (2, True)})
    person = await talent_with(world, "SK-0003", evidence="course")
    item = by_id(await ranked(api, person), key)
    asked = {p["code"]: p["max_points"] for p in item["contributions"] if p["kind"] == "skill"}
    assert abs(asked["SK-0003"] - asked["SK-0050"]) <= 1


PROFILES = st.fixed_dictionaries(
    {
        "skills": st.lists(
            st.fixed_dictionaries(
                {
                    "code": st.sampled_from(SKILLS),
                    "level": st.integers(1, 4),
                    "evidence": st.sampled_from(["verified", "declared", "inferred"]),
                }
            ),
            min_size=1,
            max_size=4,
        ),
        "certificates": st.lists(st.sampled_from(["SKM-0001", "SKM-0002", "SKM-0003"]), max_size=2, unique=True),
        "licences": st.sampled_from([[], ["sim_a"]]),
        "experience": st.lists(
            st.fixed_dictionaries(
                {"occupation_code": st.sampled_from(["2513", "2512", "5223"]), "months": st.integers(0, 60)}
            ),
            max_size=2,
        ),
        "education": st.sampled_from([None, "sd", "smk", "s1"]),
        "region_code": st.sampled_from([None, *REGIONS]),
        "minimum_pay": st.sampled_from([None, 4_000_000, 7_000_000]),
    }
)


async def test_any_profile_without_an_account(api: Api, world: World) -> None:
    """Sums, bounds, order, prefixes, and that more never counts less, for drawn profiles."""
    await a_market(world, 16)
    drawn: list[dict[str, Any]] = []

    @settings(max_examples=12, database=None, suppress_health_check=list(HealthCheck))
    @given(PROFILES)
    def draw(profile: dict[str, Any]) -> None:
        drawn.append(profile)

    draw()
    for profile in drawn:
        whole = (await api.post("/v1/matches/vacancies", json=profile, params={"limit": 100})).json()["items"]
        for item in whole:
            check_pair(item)
        order = [(not item["eligible"], -item["score"]) for item in whole]
        assert order == sorted(order)
        top = (await api.post("/v1/matches/vacancies", json=profile, params={"limit": 3})).json()
        assert top["items"] == whole[:3]
        rest = {"limit": 100, "cursor": top["next_cursor"]}
        page = (await api.post("/v1/matches/vacancies", json=profile, params=rest)).json()
        assert page["items"] == whole[3:]
        better = {**profile, "skills": [{**skill, "evidence": "verified", "level": 4} for skill in profile["skills"]]}
        raised = {
            item["vacancy"]["id"]: item["score"]
            for item in (await api.post("/v1/matches/vacancies", json=better, params={"limit": 100})).json()["items"]
        }
        assert all(raised[item["vacancy"]["id"]] >= item["score"] for item in whole)


async def test_an_anonymous_profile_is_a_talent_s(api: Api, world: World) -> None:
    await a_market(world)
    person = await talent_with(world, "SK-0001", "SK-0004", minimum_pay=6_000_000)
    await give(world, person.id, education="smk")
    body = {
        "skills": [{"code": "SK-0001", "level": 3}, {"code": "SK-0004", "level": 3}], "education": "smk",
        "region_code": "32.73", "minimum_pay": 6_000_000,
    }  # fmt: skip
    answer = await api.post("/v1/matches/vacancies", json=body, params={"limit": 100})
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"] == await ranked(api, person)
    assert answer.headers["ratelimit"]
    assert answer.headers["cache-control"] == "no-store"


async def test_an_anonymous_body_is_checked(api: Api, world: World, app: FastAPI) -> None:
    path = "/v1/matches/vacancies"
    bad = {
        "skills": [{"code": "SK-9999", "level": 2}], "certificates": ["SKM-9999"], "licences": ["x"], "education": "y",
        "experience": [{"occupation_code": "0000", "months": 3}], "region_code": "99", "preferred_regions": ["98"],
    }  # fmt: skip
    assert pointers(await api.post(path, json=bad)) == {
        "/skills/0/code": "unknown_skill", "/certificates/0": "unknown_scheme", "/licences/0": "unknown_licence",
        "/education": "unknown_education", "/experience/0/occupation_code": "unknown_occupation",
        "/region_code": "unknown_region", "/preferred_regions/0": "unknown_region",
    }  # fmt: skip
    assert pointers(await api.post(path, json={"sex": "male"})) == {"/sex": "extra_forbidden"}
    problem(await api.post(path, json={}), 409, "insufficient_profile")
    limit = app.state.kit.settings.match_rate_per_minute
    with clock.frozen(clock.now()):  # one window, however slow the machine
        answers = [await api.post(path, json={}) for _ in range(limit + 1)]
    problem(answers[-1], 429, "rate_limited")
    assert answers[-1].headers["retry-after"]
