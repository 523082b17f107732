"""Vacancies for a talent or for an anonymous profile.

A page is ranked by the index and explained from the tables. Each explanation must give the very numbers of the index;
where one does not, the vacancy or talent changed in between, and the page is made again.

The cursor carries the order key of the last item, the time of the first page, the versions and a digest of what was
ranked. Later pages are evaluated at the time of the first; where a version has been switched or the profile has
changed meanwhile, 409 `ranking_changed` says so, since going on could skip or repeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.actor import Actor
from app.core.errors import Problem
from app.core.kit import Kit
from app.core.pagination import scope_of
from app.core.problems.common import NOT_FOUND
from app.core.problems.identity import CONSENT_NEEDED
from app.core.problems.matches import INSUFFICIENT_PROFILE
from app.domain.certificates import local_date
from app.domain.consents import Processing
from app.matching.model import (
    EDUCATION_ORDINAL,
    MAX_PAY,
    Evidence,
    Experience,
    RankKey,
    TalentFacts,
    is_insufficient,
    occupation_number,
)
from app.models.taxonomy import Occupation
from app.schemas.matches import AnonymousProfile, MatchOut, MatchPage, VacancyMatch
from app.services import match_facts, match_views, reference, vacancy_views
from app.services.match_facts import Proves
from app.services.match_pages import (
    ATTEMPTS,
    Asked,
    Page,
    Place,
    basis_text,
    digest_of,
    explained,
    versions_of,
)
from app.services.matcher import Basis, Matcher

log = structlog.get_logger(__name__)


async def for_me(session: AsyncSession, kit: Kit, matcher: Matcher, actor: Actor, asked: Asked) -> MatchPage:
    """Rank the live vacancies for the caller.

    Problems: 409 `insufficient_profile`, 409 `ranking_changed`, 422 `consent_needed`, unknown codes, foreign cursor.
    """
    scope = scope_of("matches.list_vacancies", {"caller": actor.key, **asked.filters})
    place = Place.of(kit, scope, asked.cursor)
    await _check(session, asked)
    basis = await matcher.catch_up(session)
    talent = await _own_facts(session, actor, place.as_of, basis.taxonomy.proves)
    return await _ranked(session, kit, matcher, basis, talent, asked, scope, place)


async def for_anonymous(
    session: AsyncSession, kit: Kit, matcher: Matcher, profile: AnonymousProfile, asked: Asked
) -> MatchPage:
    """Rank the live vacancies for a profile that nobody keeps; 409 and 422 as for a person's."""
    await _check(session, asked)
    basis = await matcher.catch_up(session)
    talent = await _facts_of(session, profile, basis.taxonomy.proves)
    if is_insufficient(talent):
        raise _insufficient()
    scope = scope_of("matches.rank_anonymous", {"profile": digest_of(talent), **asked.filters})
    place = Place.of(kit, scope, asked.cursor)
    return await _ranked(session, kit, matcher, basis, talent, asked, scope, place)


async def _check(session: AsyncSession, asked: Asked) -> None:
    errors = []
    if asked.regions:
        errors += await reference.check_regions(
            session, {f"/query/region/{i}": code for i, code in enumerate(asked.regions)}
        )
    code = asked.occupation
    if code is not None and (
        match_facts.occupation_digits(code) is None
        or await session.scalar(select(Occupation.code).where(Occupation.code == code)) is None
    ):
        errors += await reference.unknown_errors(session, "occupation", {"/query/occupation": code})
    reference.raise_invalid(errors)


def _insufficient() -> Problem:
    return Problem(INSUFFICIENT_PROFILE, extra={"missing": ["skills", "certificates"]})


async def _own_facts(session: AsyncSession, actor: Actor, as_of: datetime, proves: Proves) -> TalentFacts:
    own = (await match_facts.talents(session, [actor.person], as_of, proves)).get(actor.person)
    if own is None:
        raise _insufficient()
    if purposes := own.lacks(Processing.RANK_VACANCIES):
        raise Problem(CONSENT_NEEDED, {"purposes": ", ".join(purposes)}, extra={"purposes": purposes})
    if is_insufficient(own.facts):
        raise _insufficient()
    return own.facts


async def _facts_of(session: AsyncSession, profile: AnonymousProfile, proves: Proves) -> TalentFacts:
    """Turn a body into facts; 422 for unknown codes, at their places."""
    skills, errors = await reference.skill_ids(
        session, {f"/skills/{i}/code": item.code for i, item in enumerate(profile.skills)}
    )
    schemes, unknown = await reference.scheme_ids(
        session, {f"/certificates/{i}": code for i, code in enumerate(profile.certificates)}
    )
    errors += unknown
    errors += reference.check_small("licence", {f"/licences/{i}": code for i, code in enumerate(profile.licences)})
    errors += reference.check_small("education", {"/education": profile.education})
    errors += await reference.check_occupations(
        session, {f"/experience/{i}/occupation_code": item.occupation_code for i, item in enumerate(profile.experience)}
    )
    regions = {f"/preferred_regions/{i}": code for i, code in enumerate(profile.preferred_regions)}
    errors += await reference.check_regions(session, {"/region_code": profile.region_code, **regions})
    reference.raise_invalid(errors)
    held = [(skills[item.code], item.level, Evidence(item.evidence)) for item in profile.skills]
    regencies, provinces = match_facts.regions_of([profile.region_code, *profile.preferred_regions])
    certificates = frozenset(schemes.values())
    return TalentFacts(
        skills=match_facts.held_skills(held, certificates, proves),
        certificates=certificates,
        licences=frozenset(profile.licences),
        experience=tuple(
            Experience(f"{occupation_number(digits) // 100:04d}", item.months)
            for item in profile.experience
            if (digits := match_facts.occupation_digits(item.occupation_code)) is not None
        ),
        education=EDUCATION_ORDINAL.get(profile.education or "none", 0),
        regencies=regencies,
        provinces=provinces,
        minimum_pay=min(profile.minimum_pay, MAX_PAY) if profile.minimum_pay else None,
    )


async def _ranked(
    session: AsyncSession,
    kit: Kit,
    matcher: Matcher,
    basis: Basis,
    talent: TalentFacts,
    asked: Asked,
    scope: str,
    place: Place,
) -> MatchPage:
    page, shown = await _vacancy_page(session, matcher, basis, talent, asked, place)
    found = await match_views.labels(session, [explanation for _, _, explanation in page.items])
    items = [
        MatchOut(rank=rank, vacancy=shown[key], **match_views.pair(explanation, found))
        for rank, key, explanation in page.items
    ]
    cursor = None
    if page.last is not None:
        last: RankKey = page.last
        key = (last.eligible, last.score, last.posted_at, last.key)
        cursor = place.next(kit, scope, key, basis_text(page.basis), digest_of(talent), asked.limit)
    return MatchPage(items=items, next_cursor=cursor, **versions_of(page.basis, place.as_of))


async def _vacancy_page(
    session: AsyncSession, matcher: Matcher, basis: Basis, talent: TalentFacts, asked: Asked, place: Place
) -> tuple[Page, Mapping[UUID, Any]]:
    filters = asked.index_filters(place.as_of)
    after = None if place.key is None else RankKey(*place.key)
    for attempt in range(1, ATTEMPTS + 1):
        if attempt > 1:
            basis = await matcher.catch_up(session)
        place.check(basis_text(basis), digest_of(talent))
        ranking = await matcher.rank(basis, talent, asked.limit + 1, filters, after, asked.min_ppm)
        keys = ranking.items[: asked.limit]
        facts = await match_facts.vacancies(session, [item.key for item in keys])
        shown = await vacancy_views.summaries(session, [item.key for item in keys])
        page = Page(basis, last=keys[-1] if len(ranking.items) > asked.limit else None)

        def run(page: Page = page, keys: Sequence[RankKey] = keys, facts: Any = facts, shown: Any = shown) -> None:
            for rank, item in enumerate(keys, place.before + 1):
                if item.key not in facts or item.key not in shown:
                    continue
                vacancy = facts[item.key].facts
                told = explained(talent, vacancy, page.basis, page.basis.taxonomy.proves)
                if (told.eligible, told.score, vacancy.posted_at) == (item.eligible, item.score, item.posted_at):
                    page.items.append((rank, item.key, told))

        await asyncio.to_thread(run)
        same = ranking.idf_version == basis.idf.version
        if same and len(page.items) == len(keys):
            break
        log.info("ranking_made_again", attempt=attempt, changed=len(keys) - len(page.items))
    return page, shown


async def one_for_me(session: AsyncSession, matcher: Matcher, actor: Actor, vacancy_id: UUID) -> VacancyMatch:
    """Explain one live vacancy for the caller; 404 for any other, else as `for_me`."""
    as_of = clock.now()
    basis = await matcher.catch_up(session)
    talent = await _own_facts(session, actor, as_of, basis.taxonomy.proves)
    found = (await match_facts.vacancies(session, [vacancy_id])).get(vacancy_id)
    shown = await vacancy_views.summaries(session, [vacancy_id])
    if found is None or vacancy_id not in shown or found.listing.until < local_date(as_of).toordinal():
        raise Problem(NOT_FOUND)
    told = explained(talent, found.facts, basis, basis.taxonomy.proves)
    labels = await match_views.labels(session, [told])
    return VacancyMatch(vacancy=shown[vacancy_id], **match_views.pair(told, labels), **versions_of(basis, as_of))
