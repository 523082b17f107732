"""Vacancies over HTTP as officers judge them."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession
from app.core.demo_ids import demo_id
from app.core.kit import Kit
from app.core.permissions import Permission
from app.core.problems.common import ILLEGAL_TRANSITION, INVALID_CURSOR, NOT_FOUND
from app.core.problems.organizations import ORGANIZATION_NOT_VERIFIED
from app.core.problems.vacancies import VACANCY_NOT_PUBLISHABLE
from app.models.vacancies import Vacancy
from app.routers.support.deps import KitDep, ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.common import CursorText, Limit, PageOut, ReasonIn
from app.schemas.vacancy_views import OwnVacancyOut, OwnVacancySummary
from app.services import vacancies as service
from app.services import vacancy_search, vacancy_views

router = APIRouter(prefix="/v1/review/vacancies", tags=["review"], route_class=HubRoute)

PendingId = Annotated[
    UUID,
    Path(description="Id of the vacancy", examples=[str(demo_id("vacancy", "vac-review-tester-bandung"))]),
]
PublicId = Annotated[
    UUID,
    Path(description="Id of the vacancy", examples=[str(demo_id("vacancy", "vac-web-junior-lentera-kode-3273"))]),
]
SuspendedId = Annotated[
    UUID,
    Path(description="Id of the vacancy", examples=[str(demo_id("vacancy", "vac-suspended-jahit"))]),
]
Reviewer = Annotated[Actor, require(Permission.VACANCIES_REVIEW)]


async def _shown(
    session: ReadSession | WriteSession, actor: Actor, kit: Kit, row: Vacancy, response: Response
) -> OwnVacancyOut:
    response.headers["ETag"] = str(row.version)
    return await vacancy_views.own_detail(session, actor, kit, row)


@router.get(
    "",
    **operation(
        "review.list_vacancies",
        "Vacancies to review",
        permission=Permission.VACANCIES_REVIEW,
        problems=[INVALID_CURSOR],
        demo="officer",
    ),
)
async def list_vacancies_for_review(
    actor: Reviewer,
    session: ReadDep,
    kit: KitDep,
    status: Annotated[
        Literal["pending_review", "scheduled", "published", "suspended", "blocked"], Query(description="In this state")
    ] = "pending_review",
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
) -> PageOut[OwnVacancySummary]:
    """Vacancies with work in the officer's regions in one state, the oldest first."""
    page = await vacancy_search.list_for_review(session, actor, kit, status, limit, cursor)
    return PageOut[OwnVacancySummary].model_validate(page)


@router.get(
    "/{vacancy_id}",
    **operation(
        "review.get_vacancy",
        "A vacancy to review",
        permission=Permission.VACANCIES_REVIEW,
        problems=[NOT_FOUND],
        demo="officer",
    ),
)
async def get_vacancy_for_review(
    vacancy_id: PendingId, actor: Reviewer, session: ReadDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """A vacancy that was handed in, in any state since, with the findings of the rules."""
    return await _shown(session, actor, kit, await service.load(session, actor, vacancy_id), response)


@router.post(
    "/{vacancy_id}/approval",
    **operation(
        "review.approve_vacancy",
        "Approve a vacancy",
        permission=Permission.VACANCIES_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION, ORGANIZATION_NOT_VERIFIED, VACANCY_NOT_PUBLISHABLE],
        demo="officer",
    ),
)
async def approve_vacancy(
    vacancy_id: PendingId, actor: Reviewer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """It goes public now, or at its `publish_at`. A limit of age or sex in it is approved by this, too."""
    return await _shown(session, actor, kit, await service.approve(session, actor, kit, vacancy_id), response)


@router.post(
    "/{vacancy_id}/revision-request",
    **operation(
        "review.return_vacancy",
        "Ask for a vacancy to be revised",
        permission=Permission.VACANCIES_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="officer",
    ),
)
async def return_vacancy(
    vacancy_id: PendingId, body: ReasonIn, actor: Reviewer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """Something must be mended; the reason tells what."""
    row = await service.move(session, actor, kit, vacancy_id, "request_revision", body.reason)
    return await _shown(session, actor, kit, row, response)


@router.post(
    "/{vacancy_id}/rejection",
    **operation(
        "review.reject_vacancy",
        "Refuse a vacancy",
        permission=Permission.VACANCIES_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="officer",
    ),
)
async def reject_vacancy(
    vacancy_id: PendingId, body: ReasonIn, actor: Reviewer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """The vacancy cannot go public; this is final."""
    row = await service.move(session, actor, kit, vacancy_id, "reject", body.reason)
    return await _shown(session, actor, kit, row, response)


@router.post(
    "/{vacancy_id}/block",
    **operation(
        "review.block_vacancy",
        "Block a vacancy",
        permission=Permission.VACANCIES_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="officer",
    ),
)
async def block_vacancy(
    vacancy_id: PublicId, body: ReasonIn, actor: Reviewer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """Take an approved vacancy out for good, for a reason that its employer is told."""
    row = await service.move(session, actor, kit, vacancy_id, "block", body.reason)
    return await _shown(session, actor, kit, row, response)


@router.post(
    "/{vacancy_id}/suspension",
    **operation(
        "review.suspend_vacancy",
        "Suspend a vacancy",
        permission=Permission.VACANCIES_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="officer",
    ),
)
async def suspend_vacancy_by_officer(
    vacancy_id: PublicId, body: ReasonIn, actor: Reviewer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """Take it out of sight until it is cleared up; takes over a pause of the employer's."""
    row = await service.move(session, actor, kit, vacancy_id, "suspend", body.reason)
    return await _shown(session, actor, kit, row, response)


@router.delete(
    "/{vacancy_id}/suspension",
    **operation(
        "review.resume_vacancy",
        "Lift the suspension of a vacancy",
        permission=Permission.VACANCIES_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION, ORGANIZATION_NOT_VERIFIED, VACANCY_NOT_PUBLISHABLE],
        demo="officer",
    ),
)
async def resume_vacancy_by_officer(
    vacancy_id: SuspendedId, actor: Reviewer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """Make a vacancy that an officer suspended public again; a pause of the employer's is the employer's to end."""
    row = await service.move(session, actor, kit, vacancy_id, "resume")
    return await _shown(session, actor, kit, row, response)
