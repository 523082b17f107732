"""Granting roles to people and credentials to partners' machines."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import FieldError, Problem
from app.core.i18n import Text
from app.core.permissions import PARTNER_SCOPES
from app.core.problems.administration import LAST_ADMIN
from app.core.problems.common import NOT_FOUND
from app.models.identity import PartnerClient, UserAccount
from app.models.organizations import Organization
from app.schemas.administration import ClientIn, ClientOut, RolesIn
from app.services import reference, tokens
from app.services.events import record_event

_NATIONAL = "00"


async def find_user(session: AsyncSession, username: str) -> UserAccount:
    """The account with exactly this e-mail or phone; 404 where there is none."""
    user = await tokens.find_account(session, username)
    if user is None:
        raise Problem(NOT_FOUND)
    return user


async def set_roles(session: WriteSession, actor: Actor, user_id: UUID, data: RolesIn) -> UserAccount:
    """Give a person these roles and no others, from the next request on.

    Problems: 404, 409 `last_admin`, 422 for unknown regions, an officer without a region, regions without an officer.
    """
    # One lock for all changes of administrators: two that step down at once must not both be "not the last".
    admins = select(UserAccount.id).where(UserAccount.roles.contains(["admin"])).order_by(UserAccount.id)
    held = set((await session.scalars(admins.with_for_update())).all())
    user = await session.get(UserAccount, user_id, with_for_update=True)
    if user is None:
        raise Problem(NOT_FOUND)
    if "admin" not in data.roles and held == {user_id}:
        raise Problem(LAST_ADMIN)
    codes = {f"/regions/{i}": code for i, code in enumerate(data.regions) if code != _NATIONAL}
    errors = await reference.check_regions(session, codes)
    if ("officer" in data.roles) != bool(data.regions):
        message = Text(
            "Wilayah diisi untuk pengantar kerja, dan hanya untuknya.", "An officer, and nobody else, has regions."
        )
        errors.append(FieldError("/regions", "regions_and_officer", str(message)))
    reference.raise_invalid(errors)
    user.roles, user.regions = sorted(set(data.roles)), list(dict.fromkeys(data.regions))
    record_event(session, "account.roles_set", user_id, {"roles": user.roles, "regions": user.regions, "by": actor.key})
    await session.flush()
    return user


async def put_client(session: WriteSession, actor: Actor, client_id: str, data: ClientIn) -> ClientOut:
    """Make a partner's client, or change it; either way with a new secret. 422 for an unknown employer or scope."""
    errors = []
    if await session.scalar(select(func.count()).where(Organization.id == data.organization_id)) == 0:
        message = Text("Organisasi tidak dikenal.", "Unknown organization.")
        errors.append(FieldError("/organization_id", "unknown_organization", str(message)))
    allowed = {scope.value for scope in PARTNER_SCOPES}
    listed = ", ".join(sorted(allowed))
    errors += [
        FieldError(f"/scopes/{i}", "unknown_scope", str(Text(f"Pilihan: {listed}.", f"One of: {listed}.")))
        for i, scope in enumerate(data.scopes)
        if scope not in allowed
    ]
    reference.raise_invalid(errors)
    row = await session.scalar(select(PartnerClient).where(PartnerClient.client_id == client_id).with_for_update())
    if row is None:
        row = PartnerClient(client_id=client_id)
        session.add(row)
    secret = clock.random_token()
    row.name, row.organization_id, row.scopes = data.name, data.organization_id, sorted(set(data.scopes))
    row.secret_hash, row.status = hashlib.sha256(secret.encode()).digest(), "active"
    await session.flush()
    record_event(session, "partner.credentials_set", row.id, {"scopes": row.scopes, "by": actor.key})
    return ClientOut(
        client_id=client_id, client_secret=secret, name=row.name, organization_id=data.organization_id,
        scopes=row.scopes,
    )  # fmt: skip


async def suspend_client(session: WriteSession, actor: Actor, client_id: str) -> None:
    """Stop a partner's client at once; its tokens are refused from the next request on. 404 for an unknown one."""
    row = await session.scalar(select(PartnerClient).where(PartnerClient.client_id == client_id).with_for_update())
    if row is None:
        raise Problem(NOT_FOUND)
    row.status = "suspended"
    record_event(session, "partner.suspended", row.id, {"by": actor.key})
    await session.flush()
