"""Talents for an employer's vacancy: only those who agreed to be found, names hidden, every answer logged."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import Problem
from app.core.kit import Kit
from app.core.pagination import scope_of
from app.core.problems.common import NOT_FOUND, PERMISSION_DENIED
from app.core.problems.matches import VACANCY_NOT_LIVE
from app.core.problems.organizations import ORGANIZATION_NOT_VERIFIED
from app.domain.certificates import local_date
from app.matching.model import MILLION, Evidence, HeldSkill, VacancyFacts
from app.matching.talents import RankedTalent
from app.models.matching import MatchLog
from app.models.organizations import Organization
from app.models.profiles import TalentProfile
from app.models.vacancies import Vacancy
from app.schemas.matches import HeldSkillOut, TalentMatchOut, TalentMatchPage, TalentSummary
from app.services import match_facts, match_views, reference
from app.services.match_pages import ATTEMPTS, Page, Place, basis_text, digest_of, explained, versions_of
from app.services.matcher import Matcher

log = structlog.get_logger(__name__)

_SEARCHABLE = ("published", "scheduled")


async def talents_for(
    session: WriteSession,
    kit: Kit,
    matcher: Matcher,
    actor: Actor,
    vacancy_id: UUID,
    limit: int,
    cursor: str | None,
    min_score: float,
) -> TalentMatchPage:
    """Rank the talents who agreed to be found for an own vacancy, and log what is answered.

    Problems: 404 for another's vacancy, 403 for a mere viewer, 409 `organization_not_verified`, `vacancy_not_live`,
    `ranking_changed`.
    """
    scope = scope_of("matches.list_talents", {"caller": actor.key, "vacancy": vacancy_id, "min_score": min_score})
    place = Place.of(kit, scope, cursor)
    vacancy = await _own_vacancy(session, actor, vacancy_id, place.as_of)
    page, rows = await _talent_page(session, matcher, vacancy, limit, round(min_score * MILLION), place)
    keys = [key for _, key, _ in page.items]
    best = {key: _best(rows[key].facts.skills) for key in keys}
    found = await match_views.labels(
        session,
        [explanation for _, _, explanation in page.items],
        {held.skill for skills in best.values() for held in skills},
    )
    lines = {
        key: (headline, region)
        for key, headline, region in await session.execute(
            select(TalentProfile.id, TalentProfile.headline, TalentProfile.region_code).where(
                TalentProfile.id.in_(keys)
            )
        )
    }
    provinces = await reference.region_labels(session, [(region or "")[:2] for _, region in lines.values()])
    items = [
        TalentMatchOut(
            rank=rank,
            talent=TalentSummary(
                id=key,
                headline=lines[key][0],
                province=provinces.get((lines[key][1] or "")[:2]),
                experience_years=sum(item.months for item in rows[key].facts.experience) // 12,
                skills=[
                    HeldSkillOut(skill=found.skills[held.skill], level=held.level, evidence=held.evidence.value)
                    for held in best[key]
                ],
            ),
            **match_views.pair(explanation, found),
        )
        for rank, key, explanation in page.items
    ]
    model, idf, taxonomy = page.basis.versions
    ranking = [
        {"rank": rank, "talent": str(key), **match_views.logged(explanation)} for rank, key, explanation in page.items
    ]
    session.add(
        MatchLog(
            vacancy_id=vacancy_id, caller=actor.key, model_version=model, idf_version=idf, taxonomy_version=taxonomy,
            as_of=place.as_of, ranking=ranking,
        )
    )  # fmt: skip
    await session.flush()
    following = None
    if page.last is not None:
        last: RankedTalent = page.last
        key = (last.eligible, last.score, last.key)
        following = place.next(kit, scope, key, basis_text(page.basis), digest_of(vacancy), limit)
    return TalentMatchPage(items=items, next_cursor=following, **versions_of(page.basis, place.as_of))


def _best(held: Sequence[HeldSkill]) -> list[HeldSkill]:
    """Return each skill once: the highest level, then the strongest evidence; the best first."""
    strength = list(Evidence)
    best: dict[int, HeldSkill] = {}
    for item in sorted(held, key=lambda item: (-item.level, strength.index(item.evidence), item.skill)):
        best.setdefault(item.skill, item)
    return list(best.values())


async def _own_vacancy(session: AsyncSession, actor: Actor, vacancy_id: UUID, as_of: datetime) -> VacancyFacts:
    row = (
        await session.execute(
            select(Vacancy.organization_id, Vacancy.status, Vacancy.valid_until, Organization.status.label("employer"))
            .join(Organization, Organization.id == Vacancy.organization_id)
            .where(Vacancy.id == vacancy_id)
        )
    ).one_or_none()
    if row is None or actor.role_in(row.organization_id) is None:
        raise Problem(NOT_FOUND)
    if row.organization_id not in actor.organizations("employer", "owner", "editor"):
        raise Problem(PERMISSION_DENIED, {"permission": "employer:owner/editor"})
    if row.employer != "verified":
        raise Problem(ORGANIZATION_NOT_VERIFIED, {"status": row.employer})
    if row.status not in _SEARCHABLE or row.valid_until < local_date(as_of):
        raise Problem(VACANCY_NOT_LIVE, {"status": row.status}, extra={"current_status": row.status})
    found = await match_facts.vacancies(session, [vacancy_id], live=False)
    return found[vacancy_id].facts


async def _talent_page(
    session: AsyncSession, matcher: Matcher, vacancy: VacancyFacts, limit: int, min_score: int, place: Place
) -> tuple[Page, Mapping[UUID, match_facts.Talent]]:
    after = None if place.key is None else RankedTalent(place.key[2], place.key[0], place.key[1])
    for attempt in range(1, ATTEMPTS + 1):
        basis = await matcher.catch_up(session)
        await matcher.catch_up_talents(session, place.as_of)
        place.check(basis_text(basis), digest_of(vacancy))
        ranking = await matcher.rank_talents(basis, vacancy, limit + 1, after, min_score)
        keys = ranking.items[:limit]
        rows = await match_facts.talents(session, [item.key for item in keys], place.as_of, basis.taxonomy.proves)
        page = Page(basis, last=keys[-1] if len(ranking.items) > limit else None)

        def run(page: Page = page, keys: Sequence[RankedTalent] = keys, rows: Any = rows) -> None:
            for rank, item in enumerate(keys, place.before + 1):
                row = rows.get(item.key)
                if row is None or not row.findable:
                    continue
                told = explained(row.facts, vacancy, page.basis, page.basis.taxonomy.proves)
                if (told.eligible, told.score) == (item.eligible, item.score):
                    page.items.append((rank, item.key, told))

        await asyncio.to_thread(run)
        if len(page.items) == len(keys):
            break
        log.info("ranking_made_again", attempt=attempt, changed=len(keys) - len(page.items))
    return page, rows
