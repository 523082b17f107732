"""The caller's own account and consents over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.core.actor import Actor
from app.core.permissions import Permission
from app.core.problems.common import NOT_FOUND
from app.routers.support.deps import IfMatch, ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.common import PageOut
from app.schemas.identity import AccountOut, AccountPatch, ConsentOut
from app.services import accounts as service

router = APIRouter(prefix="/v1/me", tags=["account"], route_class=HubRoute)

Reader = Annotated[Actor, require(Permission.ACCOUNT_READ)]
Writer = Annotated[Actor, require(Permission.ACCOUNT_WRITE)]
Purpose = Annotated[
    str, Path(description="Purpose of the processing", max_length=60, examples=["visible_to_employers"])
]


@router.get("", **operation("account.get", "My account", permission=Permission.ACCOUNT_READ, demo="talent"))
async def get_account(actor: Reader, session: ReadDep, response: Response) -> AccountOut:
    """Who I am, what I may do, and the organizations that I act for."""
    account, version = await service.get_account(session, actor)
    response.headers["ETag"] = str(version)
    return account


@router.patch(
    "",
    **operation(
        "account.update", "Change my account", permission=Permission.ACCOUNT_WRITE, conditional=True, demo="talent"
    ),
)
async def update_account(
    body: AccountPatch, actor: Writer, session: WriteDep, version: IfMatch, response: Response
) -> AccountOut:
    """JSON Merge Patch of name and language."""
    account, version = await service.change_account(session, actor, version, body)
    response.headers["ETag"] = str(version)
    return account


@router.get(
    "/consents",
    **operation("account.list_consents", "My consents", permission=Permission.ACCOUNT_READ, demo="talent"),
)
async def list_consents(actor: Reader, session: ReadDep) -> PageOut[ConsentOut]:
    """Every consent that I gave, the newest first, withdrawn ones included."""
    return PageOut[ConsentOut](items=await service.consents(session, actor), next_cursor=None)


@router.put(
    "/consents/{purpose}",
    **operation("account.give_consent", "Give a consent", permission=Permission.ACCOUNT_WRITE, demo="talent"),
)
async def give_consent(purpose: Purpose, actor: Writer, session: WriteDep) -> ConsentOut:
    """Consent to one purpose in the current version of its text."""
    return await service.give_consent(session, actor, purpose)


@router.delete(
    "/consents/{purpose}",
    **operation(
        "account.withdraw_consent",
        "Withdraw a consent",
        permission=Permission.ACCOUNT_WRITE,
        problems=[NOT_FOUND],
        status=204,
        demo="talent",
    ),
)
async def withdraw_consent(purpose: Purpose, actor: Writer, session: WriteDep) -> None:
    """What the consent covered stops at once."""
    await service.withdraw_consent(session, actor, purpose)
