"""Applications over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession
from app.core.demo_ids import demo_id
from app.core.permissions import Permission
from app.core.problems.applications import APPLICATION_EXISTS, APPLY_ELSEWHERE
from app.core.problems.common import CONFLICT, ILLEGAL_TRANSITION, INVALID_CURSOR, NOT_FOUND
from app.core.problems.identity import CONSENT_NEEDED
from app.domain.lifecycles import ApplicationStatus
from app.routers.support.deps import Idempotent, KitDep, ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.applications import ApplicationDetail, ApplicationIn, ApplicationOut, StageIn
from app.schemas.common import CursorText, Limit, PageOut, ReasonIn, Transition
from app.services import applications as service

router = APIRouter(prefix="/v1", tags=["applications"], route_class=HubRoute)


def _application_id(key: str) -> Any:
    return Path(description="Id of the application", examples=[str(demo_id("application", key))])


ApplicationId = Annotated[UUID, _application_id("app-example-reza")]
OwnApplicationId = Annotated[UUID, _application_id("app-rizky-fullstack")]
VacancyId = Annotated[
    UUID,
    Path(description="Id of the vacancy", examples=[str(demo_id("vacancy", "vac-web-junior-lentera-kode-3273"))]),
]
Reader = Annotated[Actor, require(Permission.APPLICATIONS_READ)]
Writer = Annotated[Actor, require(Permission.APPLICATIONS_WRITE)]
Decider = Annotated[Actor, require(Permission.APPLICATIONS_DECIDE)]


async def _shown(
    session: ReadSession | WriteSession, actor: Actor, found: service.Row, response: Response
) -> ApplicationDetail:
    response.headers["ETag"] = str(found[0].version)
    return await service.detail(session, actor, found)


@router.post(
    "/vacancies/{vacancy_id}/applications",
    **operation(
        "applications.create",
        "Apply to a vacancy",
        permission=Permission.APPLICATIONS_WRITE,
        problems=[NOT_FOUND, APPLICATION_EXISTS, APPLY_ELSEWHERE, CONFLICT, CONSENT_NEEDED],
        status=201,
        idempotent=True,
        demo="talent",
    ),
)
async def apply_to_vacancy(
    vacancy_id: VacancyId,
    body: ApplicationIn,
    actor: Writer,
    session: WriteDep,
    response: Response,
    _: Annotated[None, Idempotent],
) -> ApplicationDetail:
    """Hand the employer a copy of the profile as it is now; later changes of the profile do not reach it.

    Needs the consent `application_sharing`, and a vacancy that takes applications in the hub.
    """
    found = await service.apply(session, actor, vacancy_id, body)
    response.headers["Location"] = f"/v1/applications/{found[0].id}"
    return await _shown(session, actor, found, response)


@router.get(
    "/vacancies/{vacancy_id}/applications",
    **operation(
        "applications.list_of_vacancy",
        "Applications to an own vacancy",
        permission=Permission.APPLICATIONS_READ,
        problems=[NOT_FOUND, INVALID_CURSOR],
        demo="employer",
    ),
)
async def list_vacancy_applications(
    vacancy_id: VacancyId,
    actor: Reader,
    session: ReadDep,
    kit: KitDep,
    status: Annotated[ApplicationStatus | None, Query(description="Only those at this stage")] = None,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
) -> PageOut[ApplicationOut]:
    """For members of the verified employer, the newest first. Who withdrew is counted but not named."""
    wanted = status.value if status else None
    page = await service.list_of_vacancy(session, actor, kit, vacancy_id, wanted, limit, cursor)
    return PageOut[ApplicationOut].model_validate(page)


@router.get(
    "/me/applications",
    **operation(
        "applications.list_mine",
        "My applications",
        permission=Permission.APPLICATIONS_READ,
        problems=[INVALID_CURSOR],
        demo="talent",
    ),
)
async def list_my_applications(
    actor: Reader,
    session: ReadDep,
    kit: KitDep,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
) -> PageOut[ApplicationOut]:
    """The caller's applications at every stage, the newest first."""
    return PageOut[ApplicationOut].model_validate(await service.list_own(session, actor, kit, limit, cursor))


@router.get(
    "/applications/{application_id}",
    **operation(
        "applications.get",
        "An application in full",
        permission=Permission.APPLICATIONS_READ,
        problems=[NOT_FOUND],
        demo="employer",
    ),
)
async def get_application(
    application_id: ApplicationId, actor: Reader, session: ReadDep, response: Response
) -> ApplicationDetail:
    """For its talent and for members of the employer. Reading changes nothing: an employer says `viewed` itself."""
    return await _shown(session, actor, await service.load(session, actor, application_id), response)


@router.get(
    "/applications/{application_id}/transitions",
    **operation(
        "applications.list_transitions",
        "Log of an application",
        permission=Permission.APPLICATIONS_READ,
        problems=[NOT_FOUND],
        demo="employer",
    ),
)
async def list_application_transitions(
    application_id: ApplicationId, actor: Reader, session: ReadDep
) -> PageOut[Transition]:
    """Every step with time, capacity and reason, oldest first."""
    items = list(await service.transitions(session, actor, application_id))
    return PageOut[Transition](items=items, next_cursor=None)


@router.post(
    "/applications/{application_id}/stage",
    **operation(
        "applications.move",
        "Move an application forward",
        permission=Permission.APPLICATIONS_DECIDE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="employer",
    ),
)
async def move_application(
    application_id: ApplicationId, body: StageIn, actor: Decider, session: WriteDep, response: Response
) -> ApplicationDetail:
    """Stages may be skipped, never taken back. `viewed` tells the talent that somebody has read it."""
    return await _shown(session, actor, await service.move_to_stage(session, actor, application_id, body), response)


@router.post(
    "/applications/{application_id}/rejection",
    **operation(
        "applications.reject",
        "Reject an application",
        permission=Permission.APPLICATIONS_DECIDE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="employer",
    ),
)
async def reject_application(
    application_id: ApplicationId, body: ReasonIn, actor: Decider, session: WriteDep, response: Response
) -> ApplicationDetail:
    """Final, with a reason that the talent reads; a code of the reasons' list is shown as its label."""
    found = await service.reject(session, actor, application_id, body.reason)
    return await _shown(session, actor, found, response)


@router.post(
    "/applications/{application_id}/withdrawal",
    **operation(
        "applications.withdraw",
        "Withdraw an application",
        permission=Permission.APPLICATIONS_WRITE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="talent",
    ),
)
async def withdraw_application(
    application_id: OwnApplicationId, actor: Writer, session: WriteDep, response: Response
) -> ApplicationDetail:
    """The employer sees neither name nor profile from then on; the talent may apply again."""
    return await _shown(session, actor, await service.withdraw(session, actor, application_id), response)
