"""What the tests of the match share: profiles made directly, and the checks that every ranking must stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.db import Database
from app.matching import reference
from app.models.profiles import ProfileEducation, ProfileExperience, ProfileLicence, ProfileSkill
from app.models.taxonomy import Skill
from app.models.vacancies import Vacancy
from app.services import match_facts
from app.services.matcher import Matcher
from tests.support.world import Api, Caller, World

PATH = "/v1/me/matches/vacancies"


async def give(
    where: World | Database,
    talent: UUID,
    *,
    skills: Mapping[str, tuple[int, str]] | None = None,
    education: str | None = None,
    jobs: tuple[tuple[str, date, date | None], ...] = (),
    licences: Mapping[str, date | None] | None = None,
) -> None:
    """Add parts to a profile. `skills`: code -> (level, evidence); `jobs`: (occupation, first day, last day)."""
    database = where.database if isinstance(where, World) else where
    async with database.transaction() as session:
        wanted = skills or {}
        rows = await session.execute(select(Skill.code, Skill.id).where(Skill.code.in_(wanted)))
        ids = {row.code: row.id for row in rows}
        session.add_all(
            ProfileSkill(profile_id=talent, skill_id=ids[code], level=level, evidence=evidence)
            for code, (level, evidence) in wanted.items()
        )
        if education:
            session.add(ProfileEducation(profile_id=talent, level=education, institution="SMK Contoh", completed=True))
        session.add_all(
            ProfileExperience(
                profile_id=talent, occupation_code=code, title="x", employer_name="y", start_date=first, end_date=last
            )
            for code, first, last in jobs
        )
        session.add_all(
            ProfileLicence(profile_id=talent, licence=code, valid_until=until)
            for code, until in (licences or {}).items()
        )


async def ranked(api: Api, talent: Caller, **params: Any) -> list[dict[str, Any]]:
    """All pages of a talent's ranking, each item checked."""
    items: list[dict[str, Any]] = []
    query = {"limit": 100, **params}
    while True:
        answer = await api.get(PATH, talent, params=query)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        for item in body["items"]:
            check_pair(item)
        items += body["items"]
        if body["next_cursor"] is None:
            return items
        query["cursor"] = body["next_cursor"]


def check_pair(item: dict[str, Any]) -> None:
    """What must hold of every explained pair: sums, bounds, gates."""
    points = [part["points"] for part in item["contributions"]]
    most = [part["max_points"] for part in item["contributions"]]
    assert sum(points) == round(item["score"] * 1_000_000)
    assert sum(most) == 1_000_000
    assert all(0 <= got <= best for got, best in zip(points, most, strict=True))
    assert item["eligible"] == all(gate["met"] for gate in item["gates"])


def ids(items: list[dict[str, Any]]) -> list[str]:
    """The vacancies of a ranking, in order."""
    return [item["vacancy"]["id"] for item in items]


def by_id(items: list[dict[str, Any]], key: UUID) -> dict[str, Any]:
    """The item of one vacancy."""
    return next(item for item in items if item["vacancy"]["id"] == str(key))


async def brute_force(matcher: Matcher, database: Database, talent: UUID) -> list[tuple[str, bool, float]]:
    """The ranking of everything that is live, pair by pair in plain Python: (vacancy, eligible, score)."""
    async with database.read() as session:
        basis = await matcher.catch_up(session)
        keys = list(await session.scalars(select(Vacancy.id)))
        rows = await match_facts.vacancies(session, keys)
        own = (await match_facts.talents(session, [talent], clock.now(), basis.taxonomy.proves))[talent]
    live = [row.facts for row in rows.values() if row.listing.until >= clock.today().toordinal()]
    order = reference.rank(own.facts, live, basis.idf, basis.taxonomy.relatedness)
    return [(str(place.key), place.eligible, round(place.score / 1_000_000, 6)) for place in order]
