"""Organizations over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.core.actor import Actor
from app.core.demo_ids import demo_id
from app.core.permissions import Permission
from app.core.problems.common import CONFLICT, ILLEGAL_TRANSITION, INVALID_CURSOR, NOT_FOUND
from app.core.problems.organizations import (
    LAST_OWNER,
    MEMBER_EXISTS,
    NIB_TAKEN,
    ORGANIZATION_INCOMPLETE,
    ORGANIZATION_NOT_VERIFIED,
)
from app.routers.support.deps import Idempotent, IfMatch, KitDep, ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.common import CursorText, Limit, PageOut, ReasonIn, Transition
from app.schemas.organizations import (
    MemberIn,
    MemberOut,
    OrganizationIn,
    OrganizationOut,
    OrganizationPatch,
    PublicOrganization,
)
from app.services import organizations as service

router = APIRouter(prefix="/v1", tags=["organizations"], route_class=HubRoute)


def _path(key: str) -> Any:  # FastAPI's marker
    """The path parameter, with the demo's organization `key` as its example."""
    return Path(description="Id of the organization", examples=[str(demo_id("organization", key))])


OrganizationId = Annotated[UUID, _path("emp-lentera-kode")]
DraftId = Annotated[UUID, _path("emp-tenun-digital")]
PendingId = Annotated[UUID, _path("emp-rajut-binong")]
SuspendedId = Annotated[UUID, _path("emp-karya-cepat")]
UserId = Annotated[UUID, Path(description="Id of the member", examples=[str(demo_id("account", "acc-employer2"))])]
Reader = Annotated[Actor, require(Permission.ORGANIZATIONS_READ)]
Writer = Annotated[Actor, require(Permission.ORGANIZATIONS_WRITE)]
Reviewer = Annotated[Actor, require(Permission.ORGANIZATIONS_REVIEW)]


@router.get(
    "/me/organizations",
    **operation(
        "organizations.list_mine",
        "My organizations",
        permission=Permission.ORGANIZATIONS_READ,
        problems=[INVALID_CURSOR],
        demo="employer",
    ),
)
async def list_my_organizations(
    actor: Reader,
    session: ReadDep,
    kit: KitDep,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
) -> PageOut[OrganizationOut]:
    """The organizations that the caller belongs to, in every state, oldest first."""
    return PageOut[OrganizationOut].model_validate(await service.list_own(session, actor, kit, limit, cursor))


@router.post(
    "/organizations",
    **operation(
        "organizations.create",
        "Create an organization",
        permission=Permission.ORGANIZATIONS_WRITE,
        problems=[NIB_TAKEN, CONFLICT],
        status=201,
        idempotent=True,
        demo="talent",
    ),
)
async def create_organization(
    body: OrganizationIn, actor: Writer, session: WriteDep, response: Response, _: Annotated[None, Idempotent]
) -> OrganizationOut:
    """Make a draft; the caller becomes its owner. Complete it, then submit it for verification."""
    row = await service.create(session, actor, body)
    actor = service.with_membership(actor, row)
    response.headers["Location"] = f"/v1/organizations/{row.id}"
    response.headers["ETag"] = str(row.version)
    return (await service.show(session, actor, [row]))[0]


@router.get(
    "/organizations/{organization_id}",
    **operation(
        "organizations.get",
        "An organization in full",
        permission=Permission.ORGANIZATIONS_READ,
        problems=[NOT_FOUND],
        demo="employer",
    ),
)
async def get_organization(
    organization_id: OrganizationId, actor: Reader, session: ReadDep, response: Response
) -> OrganizationOut:
    """An own organization with its state, what is missing and what may be done next."""
    row = await service.load(session, actor, organization_id)
    response.headers["ETag"] = str(row.version)
    return (await service.show(session, actor, [row]))[0]


@router.patch(
    "/organizations/{organization_id}",
    **operation(
        "organizations.update",
        "Change an organization",
        permission=Permission.ORGANIZATIONS_WRITE,
        problems=[NOT_FOUND, NIB_TAKEN, ILLEGAL_TRANSITION, ORGANIZATION_INCOMPLETE],
        conditional=True,
        demo="employer",
    ),
)
async def update_organization(
    organization_id: OrganizationId,
    body: OrganizationPatch,
    actor: Writer,
    session: WriteDep,
    version: IfMatch,
    response: Response,
) -> OrganizationOut:
    """JSON Merge Patch by an owner or editor: absent members stay, null clears.

    A change of name, legal form, numbers, licence or seat sends a verified organization back to review.
    """
    row = await service.change(session, actor, organization_id, version, body)
    response.headers["ETag"] = str(row.version)
    return (await service.show(session, actor, [row]))[0]


@router.get(
    "/organizations/{organization_id}/public",
    **operation("organizations.get_public", "A verified organization", problems=[NOT_FOUND]),
)
async def get_public_organization(
    organization_id: OrganizationId, session: ReadDep, response: Response
) -> PublicOrganization:
    """What everybody may know of a verified organization."""
    public, version = await service.get_public(session, organization_id)
    response.headers["ETag"] = str(version)
    return public


@router.get(
    "/organizations/{organization_id}/transitions",
    **operation(
        "organizations.list_transitions",
        "Log of an organization",
        permission=Permission.ORGANIZATIONS_READ,
        problems=[NOT_FOUND],
        demo="employer",
    ),
)
async def list_organization_transitions(
    organization_id: OrganizationId, actor: Reader, session: ReadDep
) -> PageOut[Transition]:
    """Every step of its life with time, capacity and reason, oldest first."""
    items = list(await service.transitions(session, actor, organization_id))
    return PageOut[Transition](items=items, next_cursor=None)


@router.post(
    "/organizations/{organization_id}/submission",
    **operation(
        "organizations.submit",
        "Submit for verification",
        permission=Permission.ORGANIZATIONS_WRITE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION, ORGANIZATION_INCOMPLETE],
        demo="employer",
    ),
)
async def submit_organization(organization_id: DraftId, actor: Writer, session: WriteDep) -> OrganizationOut:
    """Hand a draft, or one sent back, to the officers of its region."""
    row = await service.move(session, actor, organization_id, "submit")
    return (await service.show(session, actor, [row]))[0]


@router.delete(
    "/organizations/{organization_id}/submission",
    **operation(
        "organizations.withdraw",
        "Take a submission back",
        permission=Permission.ORGANIZATIONS_WRITE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="employer2",
    ),
)
async def withdraw_organization(organization_id: PendingId, actor: Writer, session: WriteDep) -> OrganizationOut:
    """Back to a draft, as long as no officer has decided."""
    row = await service.move(session, actor, organization_id, "withdraw")
    return (await service.show(session, actor, [row]))[0]


@router.get(
    "/organizations/{organization_id}/members",
    **operation(
        "organizations.list_members",
        "Members",
        permission=Permission.ORGANIZATIONS_READ,
        problems=[NOT_FOUND],
        demo="employer",
    ),
)
async def list_members(organization_id: OrganizationId, actor: Reader, session: ReadDep) -> PageOut[MemberOut]:
    """Everybody who acts for the organization."""
    return PageOut[MemberOut](items=await service.members(session, actor, organization_id), next_cursor=None)


@router.post(
    "/organizations/{organization_id}/members",
    **operation(
        "organizations.add_member",
        "Add a member",
        permission=Permission.ORGANIZATIONS_WRITE,
        problems=[NOT_FOUND, MEMBER_EXISTS, ORGANIZATION_NOT_VERIFIED],
        status=201,
        idempotent=True,
        demo="employer",
    ),
)
async def add_member(
    organization_id: OrganizationId,
    body: MemberIn,
    actor: Writer,
    session: WriteDep,
    _: Annotated[None, Idempotent],
) -> MemberOut:
    """Take an existing account in; owners of a verified organization only."""
    return await service.add_member(session, actor, organization_id, body)


@router.delete(
    "/organizations/{organization_id}/members/{user_id}",
    **operation(
        "organizations.remove_member",
        "Remove a member",
        permission=Permission.ORGANIZATIONS_WRITE,
        problems=[NOT_FOUND, LAST_OWNER],
        status=204,
        demo="employer",
    ),
)
async def remove_member(organization_id: OrganizationId, user_id: UserId, actor: Writer, session: WriteDep) -> None:
    """Owners take anybody out, every member oneself; the last owner stays."""
    await service.remove_member(session, actor, organization_id, user_id)


@router.get(
    "/review/organizations",
    tags=["review"],
    **operation(
        "review.list_organizations",
        "Organizations to review",
        permission=Permission.ORGANIZATIONS_REVIEW,
        problems=[INVALID_CURSOR],
        demo="officer",
    ),
)
async def list_organizations_for_review(
    actor: Reviewer,
    session: ReadDep,
    kit: KitDep,
    status: Annotated[
        Literal["pending_review", "verified", "suspended"], Query(description="State of the organizations")
    ] = "pending_review",
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
) -> PageOut[OrganizationOut]:
    """Organizations of the officer's regions in one state, the longest waiting first."""
    page = await service.list_for_review(session, actor, kit, status, limit, cursor)
    return PageOut[OrganizationOut].model_validate(page)


@router.post(
    "/review/organizations/{organization_id}/verification",
    tags=["review"],
    **operation(
        "review.verify_organization",
        "Verify an organization",
        permission=Permission.ORGANIZATIONS_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="officer",
    ),
)
async def verify_organization(organization_id: PendingId, actor: Reviewer, session: WriteDep) -> OrganizationOut:
    """The papers are in order: the organization may act."""
    row = await service.move(session, actor, organization_id, "verify")
    return (await service.show(session, actor, [row]))[0]


@router.post(
    "/review/organizations/{organization_id}/revision-request",
    tags=["review"],
    **operation(
        "review.return_organization",
        "Ask an organization for revision",
        permission=Permission.ORGANIZATIONS_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="officer",
    ),
)
async def return_organization(
    organization_id: PendingId, body: ReasonIn, actor: Reviewer, session: WriteDep
) -> OrganizationOut:
    """Something must be mended; the reason tells what."""
    row = await service.move(session, actor, organization_id, "request_revision", body.reason)
    return (await service.show(session, actor, [row]))[0]


@router.post(
    "/review/organizations/{organization_id}/rejection",
    tags=["review"],
    **operation(
        "review.reject_organization",
        "Refuse an organization",
        permission=Permission.ORGANIZATIONS_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="officer",
    ),
)
async def reject_organization(
    organization_id: PendingId, body: ReasonIn, actor: Reviewer, session: WriteDep
) -> OrganizationOut:
    """The organization cannot be verified; this is final."""
    row = await service.move(session, actor, organization_id, "reject", body.reason)
    return (await service.show(session, actor, [row]))[0]


@router.post(
    "/review/organizations/{organization_id}/suspension",
    tags=["review"],
    **operation(
        "review.suspend_organization",
        "Suspend an organization",
        permission=Permission.ORGANIZATIONS_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="officer",
    ),
)
async def suspend_organization(
    organization_id: OrganizationId, body: ReasonIn, actor: Reviewer, session: WriteDep
) -> OrganizationOut:
    """Stop a verified organization from acting, for a reason that it is told."""
    row = await service.move(session, actor, organization_id, "suspend", body.reason)
    return (await service.show(session, actor, [row]))[0]


@router.delete(
    "/review/organizations/{organization_id}/suspension",
    tags=["review"],
    **operation(
        "review.reinstate_organization",
        "Lift the suspension of an organization",
        permission=Permission.ORGANIZATIONS_REVIEW,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="officer",
    ),
)
async def reinstate_organization(organization_id: SuspendedId, actor: Reviewer, session: WriteDep) -> OrganizationOut:
    """Let a suspended organization act again."""
    row = await service.move(session, actor, organization_id, "reinstate")
    return (await service.show(session, actor, [row]))[0]
