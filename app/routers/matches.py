"""Rankings over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.core.actor import Actor
from app.core.demo_ids import demo_id
from app.core.permissions import Permission
from app.core.problems.common import INVALID_CURSOR, NOT_FOUND, RATE_LIMITED
from app.core.problems.identity import CONSENT_NEEDED
from app.core.problems.matches import INSUFFICIENT_PROFILE, RANKING_CHANGED, VACANCY_NOT_LIVE
from app.core.problems.organizations import ORGANIZATION_NOT_VERIFIED
from app.core.ratelimit import Quota, spend
from app.domain.work_relations import WorkArrangement, WorkRelation
from app.routers.support.deps import AddressDep, DatabaseDep, KitDep, ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.common import Code, CursorText, Limit
from app.schemas.matches import AnonymousProfile, MatchPage, TalentMatchPage, VacancyMatch
from app.schemas.vacancies import PlausibleTime
from app.services import matches as service
from app.services import talent_matches
from app.services.match_pages import Asked
from app.services.matcher import Matcher

router = APIRouter(prefix="/v1", tags=["matches"], route_class=HubRoute)

VacancyId = Annotated[
    UUID,
    Path(
        description="Id of the vacancy",
        examples=[str(demo_id("vacancy", "vac-web-junior-lentera-kode-3273"))],
    ),
]
Ranker = Annotated[Actor, require(Permission.MATCHES_READ)]
Searcher = Annotated[Actor, require(Permission.MATCHES_SEARCH)]
MinScore = Annotated[float, Query(ge=0, le=1, allow_inf_nan=False, description="Leave out what scores less")]


def _matcher(request: Request) -> Matcher:
    matcher: Matcher = request.app.state.matcher
    return matcher


MatcherDep = Annotated[Matcher, Depends(_matcher)]


def _asked(
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
    min_score: MinScore = 0,
    region: Annotated[
        list[Code] | None, Query(description="In any of these provinces or regencies", max_length=20)
    ] = None,
    remote: Annotated[bool | None, Query(description="Remote work only, or none of it")] = None,
    relation: Annotated[list[WorkRelation] | None, Query(max_length=20, description="Any of these")] = None,
    occupation: Annotated[Code | None, Query(description="An occupation or a group of them")] = None,
    arrangement: Annotated[list[WorkArrangement] | None, Query(max_length=20, description="Any of these")] = None,
    pay_min: Annotated[
        int | None, Query(ge=0, le=1_000_000_000_000, description="Shows a pay of at least this, rupiah a month")
    ] = None,
    posted_since: Annotated[PlausibleTime | None, Query(description="Published at this time or later")] = None,
    employer: Annotated[UUID | None, Query(description="Id of the organization")] = None,
) -> Asked:
    return Asked(
        limit=limit,
        cursor=cursor,
        min_score=min_score,
        regions=region or (),
        remote=remote,
        relations=[code.value for code in relation or ()],
        arrangements=[code.value for code in arrangement or ()],
        occupation=occupation,
        pay_min=pay_min,
        posted_since=posted_since,
        employer=employer,
    )


AskedDep = Annotated[Asked, Depends(_asked)]


@router.get(
    "/me/matches/vacancies",
    **operation(
        "matches.list_vacancies",
        "Vacancies for me, ranked",
        permission=Permission.MATCHES_READ,
        problems=[INVALID_CURSOR, INSUFFICIENT_PROFILE, RANKING_CHANGED, CONSENT_NEEDED],
        demo="talent",
    ),
)
async def list_vacancies(
    actor: Ranker, session: ReadDep, kit: KitDep, matcher: MatcherDep, asked: AskedDep
) -> MatchPage:
    """Every live vacancy ranked by my skills and certificates, each with its reasons.

    Gates that are all met come first, then the score decides. Later pages are evaluated at the time of the first; the
    cursor holds for 24 hours, and until my profile or a version changes (409 `ranking_changed`).
    """
    return await service.for_me(session, kit, matcher, actor, asked)


@router.get(
    "/me/matches/vacancies/{vacancy_id}",
    **operation(
        "matches.get_vacancy",
        "One vacancy and me, in full",
        permission=Permission.MATCHES_READ,
        problems=[NOT_FOUND, INSUFFICIENT_PROFILE, CONSENT_NEEDED],
        demo="talent",
    ),
)
async def get_vacancy(vacancy_id: VacancyId, actor: Ranker, session: ReadDep, matcher: MatcherDep) -> VacancyMatch:
    """Why a live vacancy fits me as it does: each item, what is missing, and what that would gain."""
    return await service.one_for_me(session, matcher, actor, vacancy_id)


@router.get(
    "/vacancies/{vacancy_id}/matches/talents",
    **operation(
        "matches.list_talents",
        "Talents for a vacancy, ranked",
        permission=Permission.MATCHES_SEARCH,
        problems=[INVALID_CURSOR, NOT_FOUND, ORGANIZATION_NOT_VERIFIED, VACANCY_NOT_LIVE, RANKING_CHANGED],
        demo="employer",
    ),
)
async def list_talents(
    vacancy_id: VacancyId,
    session: WriteDep,
    actor: Searcher,
    kit: KitDep,
    matcher: MatcherDep,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
    min_score: MinScore = 0,
) -> TalentMatchPage:
    """The talents who agreed to be found, ranked for an own vacancy; names stay hidden.

    The answer is logged with its versions and reasons, so that a talent can contest it.
    """
    return await talent_matches.talents_for(session, kit, matcher, actor, vacancy_id, limit, cursor, min_score)


@router.post(
    "/matches/vacancies",
    **operation(
        "matches.rank_anonymous",
        "Vacancies for an anonymous profile",
        problems=[INVALID_CURSOR, INSUFFICIENT_PROFILE, RANKING_CHANGED, RATE_LIMITED],
        cache="none",
    ),
)
async def rank_anonymous(
    body: AnonymousProfile,
    session: ReadDep,
    kit: KitDep,
    matcher: MatcherDep,
    asked: AskedDep,
    database: DatabaseDep,
    address: AddressDep,
    response: Response,
) -> MatchPage:
    """Rank the live vacancies for a profile in the body. Nothing is stored; rate-limited by address."""
    quota = Quota("matches", kit.settings.match_rate_per_minute)
    response.headers.update(await spend(database, quota, address))
    return await service.for_anonymous(session, kit, matcher, body, asked)
