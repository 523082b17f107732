"""Roles and partner credentials over HTTP, for administrators."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from app.core.actor import Actor
from app.core.demo_ids import demo_id
from app.core.permissions import Permission
from app.core.problems.administration import LAST_ADMIN
from app.core.problems.common import NOT_FOUND
from app.routers.support.deps import ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.administration import ClientIn, ClientOut, RolesIn, UserOut
from app.services import administration as service

router = APIRouter(prefix="/v1/admin", tags=["administration"], route_class=HubRoute)

Admin = Annotated[Actor, require(Permission.USERS_MANAGE)]
UserId = Annotated[UUID, Path(description="Id of the account", examples=[str(demo_id("account", "acc-analyst"))])]
ClientId = Annotated[
    str,
    Path(
        description="Name that the client signs in with", pattern=r"^[a-z0-9][a-z0-9-]{2,60}$",
        examples=["demo-partner"],
    ),
]  # fmt: skip


@router.get(
    "/users",
    **operation(
        "admin.find_user", "Find an account", permission=Permission.USERS_MANAGE, problems=[NOT_FOUND], demo="admin"
    ),
)
async def find_user(
    _: Admin,
    session: ReadDep,
    username: Annotated[
        str, Query(max_length=200, description="The exact e-mail or phone", examples=["analyst@demo.example"])
    ],
) -> UserOut:
    """The one account with this e-mail or phone; there is no list of people."""
    return UserOut.model_validate(await service.find_user(session, username))


@router.put(
    "/users/{user_id}/roles",
    **operation(
        "admin.set_roles",
        "Set the roles of an account",
        permission=Permission.USERS_MANAGE,
        problems=[NOT_FOUND, LAST_ADMIN],
        demo="admin",
    ),
)
async def set_roles(user_id: UserId, body: RolesIn, actor: Admin, session: WriteDep) -> UserOut:
    """These roles and no others, from the person's next request on. The last administrator stays one."""
    return UserOut.model_validate(await service.set_roles(session, actor, user_id, body))


@router.put(
    "/partner-clients/{client_id}",
    **operation(
        "admin.put_client", "Issue partner credentials", permission=Permission.USERS_MANAGE, demo="admin", cache="none"
    ),
)
async def put_client(client_id: ClientId, body: ClientIn, actor: Admin, session: WriteDep) -> ClientOut:
    """Make a partner's client, or give it a new secret; the secret is shown this once."""
    return await service.put_client(session, actor, client_id, body)


@router.delete(
    "/partner-clients/{client_id}",
    **operation(
        "admin.suspend_client",
        "Stop a partner's client",
        permission=Permission.USERS_MANAGE,
        problems=[NOT_FOUND],
        status=204,
        demo="admin",
    ),
)
async def suspend_client(client_id: ClientId, actor: Admin, session: WriteDep) -> None:
    """Its tokens are refused from the next request on."""
    await service.suspend_client(session, actor, client_id)
