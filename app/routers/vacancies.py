"""Vacancies over HTTP: the public list and detail, and everything their employer does with them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.demo_ids import demo_id
from app.core.kit import Kit
from app.core.permissions import Permission
from app.core.problems.common import CONFLICT, ILLEGAL_TRANSITION, INVALID_CURSOR, NOT_FOUND
from app.core.problems.organizations import ORGANIZATION_NOT_VERIFIED
from app.core.problems.vacancies import EXTERNAL_ID_TAKEN, VACANCY_LOCKED, VACANCY_NOT_PUBLISHABLE
from app.domain.lifecycles import VacancyStatus
from app.domain.work_relations import WorkArrangement, WorkRelation
from app.models.vacancies import Vacancy
from app.routers.support.deps import Idempotent, IfMatch, KitDep, ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.common import Code, CursorText, Limit, PageOut, Transition
from app.schemas.vacancies import PlausibleTime, PublicationIn, SuspensionIn, VacancyIn, VacancyPatch
from app.schemas.vacancy_views import OwnVacancyOut, OwnVacancySummary, PublicationOut, VacancyOut, VacancyPage
from app.services import vacancies as service
from app.services import vacancy_search, vacancy_views

router = APIRouter(prefix="/v1", tags=["vacancies"], route_class=HubRoute)


def _vacancy_id(key: str) -> Any:
    return Path(description="Id of the vacancy", examples=[str(demo_id("vacancy", key))])


VacancyId = Annotated[UUID, _vacancy_id("vac-web-junior-lentera-kode-3273")]
DraftId = Annotated[UUID, _vacancy_id("vac-draft-front-cimahi")]
PendingId = Annotated[UUID, _vacancy_id("vac-review-tester-bandung")]
ScheduledId = Annotated[UUID, _vacancy_id("vac-scheduled-back")]
PausedId = Annotated[UUID, _vacancy_id("vac-paused-web")]
EmployerId = Annotated[
    UUID,
    Path(description="Id of the employer", examples=[str(demo_id("organization", "emp-lentera-kode"))]),
]
Reader = Annotated[Actor, require(Permission.VACANCIES_READ)]
Writer = Annotated[Actor, require(Permission.VACANCIES_WRITE)]
Sort = Annotated[
    Literal["-posted_at", "posted_at", "-pay", "pay"],
    Query(description="By the time of publication, or by the maximum pay a month among those that show it"),
]


def _filters(
    region: Annotated[Code | None, Query(description="Province, regency or below; takes in all of it")] = None,
    occupation: Annotated[Code | None, Query(description="KBJI code of any level; takes in all of it")] = None,
    relation: Annotated[list[WorkRelation] | None, Query(description="Any of these", max_length=9)] = None,
    arrangement: Annotated[list[WorkArrangement] | None, Query(description="Any of these", max_length=4)] = None,
    pay_min: Annotated[
        int | None,
        Query(ge=0, le=1_000_000_000_000, description="Reaches this many rupiah a month; leaves out hidden pay"),
    ] = None,
    education: Annotated[Code | None, Query(description="Asks for no more than this level")] = None,
    skill: Annotated[Code | None, Query(description="Code of a skill that it asks for")] = None,
    employer: Annotated[UUID | None, Query(description="Id of a verified employer")] = None,
    posted_since: Annotated[PlausibleTime | None, Query(description="Published at or after this time")] = None,
    remote: Annotated[bool | None, Query(description="Only, or without, work from anywhere")] = None,
) -> vacancy_search.Filters:
    return vacancy_search.Filters(
        region=region,
        occupation=occupation,
        relation=tuple(sorted({item.value for item in relation or ()})),
        arrangement=tuple(sorted({item.value for item in arrangement or ()})),
        pay_min=pay_min,
        education=education,
        skill=skill,
        employer=employer,
        posted_since=posted_since,
        remote=remote,
    )


async def _own(session: WriteSession, actor: Actor, kit: Kit, row: Vacancy, response: Response) -> OwnVacancyOut:
    response.headers["ETag"] = str(row.version)
    return await vacancy_views.own_detail(session, actor, kit, row)


@router.get(
    "/vacancies",
    **operation("vacancies.list", "Vacancies", problems=[INVALID_CURSOR]),
)
async def list_vacancies(
    session: ReadDep,
    kit: KitDep,
    filters: Annotated[vacancy_search.Filters, Depends(_filters)],
    sort: Sort = "-posted_at",
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
) -> VacancyPage:
    """Published vacancies of verified employers, not past their last day; filters narrow, `interpreted` explains.

    A vacancy that hides its pay takes no part in `pay_min` or a sort by pay.
    """
    return await vacancy_search.list_public(session, kit, filters, sort, limit, cursor)


@router.post(
    "/vacancies",
    **operation(
        "vacancies.create",
        "Create a vacancy",
        permission=Permission.VACANCIES_WRITE,
        problems=[NOT_FOUND, EXTERNAL_ID_TAKEN, CONFLICT],
        status=201,
        idempotent=True,
        demo="employer",
    ),
)
async def create_vacancy(
    body: VacancyIn,
    actor: Writer,
    session: WriteDep,
    kit: KitDep,
    response: Response,
    _: Annotated[None, Idempotent],
) -> OwnVacancyOut:
    """Make a draft, also for an employer that is not verified yet. `findings` tells what the rules remark."""
    row = await service.create(session, actor, kit, body)
    response.headers["Location"] = f"/v1/organizations/{row.organization_id}/vacancies/{row.id}"
    return await _own(session, actor, kit, row, response)


@router.get(
    "/vacancies/{vacancy_id}",
    **operation("vacancies.get", "A vacancy", problems=[NOT_FOUND]),
)
async def get_vacancy(vacancy_id: VacancyId, session: ReadDep, response: Response) -> VacancyOut:
    """A public vacancy in full. Its employer reads it in every state under `/v1/organizations`."""
    shown, version = await vacancy_views.public_detail(session, vacancy_id)
    response.headers["ETag"] = str(version)
    return shown


@router.patch(
    "/vacancies/{vacancy_id}",
    **operation(
        "vacancies.update",
        "Change a vacancy",
        permission=Permission.VACANCIES_WRITE,
        problems=[NOT_FOUND, VACANCY_LOCKED, EXTERNAL_ID_TAKEN, CONFLICT],
        conditional=True,
        demo="employer",
    ),
)
async def update_vacancy(
    vacancy_id: VacancyId,
    body: VacancyPatch,
    actor: Writer,
    session: WriteDep,
    kit: KitDep,
    version: IfMatch,
    response: Response,
) -> OwnVacancyOut:
    """JSON Merge Patch. A draft takes every change; one that is out only more openings and a later last day."""
    row = await service.change(session, actor, kit, vacancy_id, version, body)
    return await _own(session, actor, kit, row, response)


@router.get(
    "/organizations/{organization_id}/vacancies",
    **operation(
        "vacancies.list_of_employer",
        "Vacancies of an own employer",
        permission=Permission.VACANCIES_READ,
        problems=[NOT_FOUND, INVALID_CURSOR],
        demo="employer",
    ),
)
async def list_employer_vacancies(
    organization_id: EmployerId,
    actor: Reader,
    session: ReadDep,
    kit: KitDep,
    status: Annotated[VacancyStatus | None, Query(description="Only those in this state")] = None,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
) -> PageOut[OwnVacancySummary]:
    """Every vacancy of the employer, the newest first, with its state and what may be done next."""
    wanted = status.value if status else None
    page = await vacancy_search.list_of_employer(session, actor, kit, organization_id, wanted, limit, cursor)
    return PageOut[OwnVacancySummary].model_validate(page)


@router.get(
    "/organizations/{organization_id}/vacancies/{vacancy_id}",
    **operation(
        "vacancies.get_own",
        "An own vacancy in full",
        permission=Permission.VACANCIES_READ,
        problems=[NOT_FOUND],
        demo="employer",
    ),
)
async def get_own_vacancy(
    organization_id: EmployerId,
    vacancy_id: DraftId,
    actor: Reader,
    session: ReadDep,
    kit: KitDep,
    response: Response,
) -> OwnVacancyOut:
    """A vacancy in any state, with the findings of the rules, what may be changed and what may be done next."""
    row = await service.load_own(session, actor, organization_id, vacancy_id)
    response.headers["ETag"] = str(row.version)
    return await vacancy_views.own_detail(session, actor, kit, row)


@router.get(
    "/vacancies/{vacancy_id}/transitions",
    **operation(
        "vacancies.list_transitions",
        "Log of a vacancy",
        permission=Permission.VACANCIES_READ,
        problems=[NOT_FOUND],
        demo="employer",
    ),
)
async def list_vacancy_transitions(vacancy_id: VacancyId, actor: Reader, session: ReadDep) -> PageOut[Transition]:
    """Every step of its life with time, capacity and reason, oldest first."""
    return PageOut[Transition](items=list(await service.transitions(session, actor, vacancy_id)), next_cursor=None)


@router.post(
    "/vacancies/{vacancy_id}/submission",
    **operation(
        "vacancies.submit",
        "Submit a vacancy for review",
        permission=Permission.VACANCIES_WRITE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION, ORGANIZATION_NOT_VERIFIED],
        demo="employer",
    ),
)
async def submit_vacancy(
    vacancy_id: DraftId, actor: Writer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """Hand a draft, or one sent back, to the officers of its region. The employer must be verified."""
    row = await service.move(session, actor, kit, vacancy_id, "submit")
    return await _own(session, actor, kit, row, response)


@router.delete(
    "/vacancies/{vacancy_id}/submission",
    **operation(
        "vacancies.withdraw",
        "Take a vacancy back from review",
        permission=Permission.VACANCIES_WRITE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="employer",
    ),
)
async def withdraw_vacancy(
    vacancy_id: PendingId, actor: Writer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """Make it a draft again, to correct it."""
    row = await service.move(session, actor, kit, vacancy_id, "withdraw")
    return await _own(session, actor, kit, row, response)


@router.get(
    "/vacancies/{vacancy_id}/publication",
    **operation(
        "vacancies.get_publication",
        "Whether a vacancy is public",
        permission=Permission.VACANCIES_READ,
        problems=[NOT_FOUND],
        demo="employer",
    ),
)
async def get_publication(vacancy_id: VacancyId, actor: Reader, session: ReadDep) -> PublicationOut:
    """Whether everybody sees it now, since when or from when, and why not."""
    return await vacancy_views.publication(session, await service.load(session, actor, vacancy_id))


@router.post(
    "/vacancies/{vacancy_id}/publication",
    **operation(
        "vacancies.publish",
        "Publish an approved vacancy",
        permission=Permission.VACANCIES_WRITE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION, ORGANIZATION_NOT_VERIFIED, VACANCY_NOT_PUBLISHABLE],
        demo="employer",
    ),
)
async def publish_vacancy(
    vacancy_id: ScheduledId,
    body: PublicationIn,
    actor: Writer,
    session: WriteDep,
    kit: KitDep,
    response: Response,
) -> OwnVacancyOut:
    """Bring an approved vacancy that waits for its date out now, or give it another date.

    Before the approval the date is the member `publish_at` of the vacancy.
    """
    row = await service.publish(session, actor, kit, vacancy_id, body)
    return await _own(session, actor, kit, row, response)


@router.delete(
    "/vacancies/{vacancy_id}/publication",
    **operation(
        "vacancies.cancel_publication",
        "Call off a planned publication",
        permission=Permission.VACANCIES_WRITE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="employer",
    ),
)
async def cancel_publication(
    vacancy_id: ScheduledId, actor: Writer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """Make a vacancy that waits for its date a draft again. What is public is suspended or closed instead."""
    row = await service.move(session, actor, kit, vacancy_id, "withdraw")
    return await _own(session, actor, kit, row, response)


@router.post(
    "/vacancies/{vacancy_id}/confirmation",
    **operation(
        "vacancies.confirm",
        "Confirm that a vacancy is live",
        permission=Permission.VACANCIES_WRITE,
        problems=[NOT_FOUND, VACANCY_LOCKED],
        demo="employer",
    ),
)
async def confirm_vacancy(
    vacancy_id: VacancyId, actor: Writer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """The employer still seeks; `last_confirmed_at` becomes now."""
    row = await service.confirm(session, actor, vacancy_id)
    return await _own(session, actor, kit, row, response)


@router.post(
    "/vacancies/{vacancy_id}/suspension",
    **operation(
        "vacancies.suspend",
        "Pause a vacancy",
        permission=Permission.VACANCIES_WRITE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="employer",
    ),
)
async def suspend_vacancy(
    vacancy_id: VacancyId,
    body: SuspensionIn,
    actor: Writer,
    session: WriteDep,
    kit: KitDep,
    response: Response,
) -> OwnVacancyOut:
    """Take a public vacancy out of sight for a while."""
    row = await service.move(session, actor, kit, vacancy_id, "suspend", body.reason)
    return await _own(session, actor, kit, row, response)


@router.delete(
    "/vacancies/{vacancy_id}/suspension",
    **operation(
        "vacancies.resume",
        "Resume a paused vacancy",
        permission=Permission.VACANCIES_WRITE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION, ORGANIZATION_NOT_VERIFIED, VACANCY_NOT_PUBLISHABLE],
        demo="employer",
    ),
)
async def resume_vacancy(
    vacancy_id: PausedId, actor: Writer, session: WriteDep, kit: KitDep, response: Response
) -> OwnVacancyOut:
    """Make a vacancy that the employer paused public again; what an officer suspended stays so (403)."""
    row = await service.move(session, actor, kit, vacancy_id, "resume")
    return await _own(session, actor, kit, row, response)


@router.post(
    "/vacancies/{vacancy_id}/closure",
    **operation(
        "vacancies.close",
        "Close a vacancy",
        permission=Permission.VACANCIES_WRITE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="employer",
    ),
)
async def close_vacancy(
    vacancy_id: VacancyId,
    body: SuspensionIn,
    actor: Writer,
    session: WriteDep,
    kit: KitDep,
    response: Response,
) -> OwnVacancyOut:
    """End a vacancy; this is final. Applications to it go on."""
    row = await service.move(session, actor, kit, vacancy_id, "close", body.reason)
    return await _own(session, actor, kit, row, response)
