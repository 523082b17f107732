"""The certification schemes that a body is licensed to assess."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import Problem
from app.core.i18n import pick
from app.core.kit import Kit
from app.core.pagination import Page, scope_of
from app.core.problems.certificates import NOT_A_CERTIFICATION_BODY, SCHEME_RETIRED
from app.core.problems.common import NOT_FOUND, PERMISSION_DENIED
from app.models.organizations import Organization, OrganizationScheme
from app.models.taxonomy import Scheme
from app.schemas.certificates import LicensedScheme
from app.services import events, organizations, reference


async def own_body(
    session: AsyncSession, actor: Actor, key: UUID, *, lock: bool = False, edit: bool = False
) -> Organization:
    """The certification body `key` of the caller.

    Problems: 404 unless the caller may see the organization, 403 unless it is a member (with `edit` an owner
    or editor), 409 `not_a_certification_body` for another kind.
    """
    row = await organizations.load(session, actor, key, lock=lock)
    allowed = {"owner", "editor"} if edit else {"owner", "editor", "viewer"}
    if actor.role_in(row.id) not in allowed:
        raise Problem(PERMISSION_DENIED, {"permission": f"{row.kind}:{'/'.join(sorted(allowed))}"})
    if row.kind != "certification_body":
        raise Problem(NOT_A_CERTIFICATION_BODY)
    return row


async def grant(session: WriteSession, actor: Actor, key: UUID, code: str) -> None:
    """Take a scheme into the body's licence; nothing happens where it is there already.

    Problems: those of `own_body`, 422 for an unknown scheme, 409 `scheme_retired`.
    """
    body = await own_body(session, actor, key, lock=True, edit=True)
    scheme = await session.scalar(select(Scheme).where(Scheme.code == code))
    if scheme is None:
        reference.raise_invalid(await reference.unknown_errors(session, "scheme", {"/path/scheme_code": code}))
        raise Problem(NOT_FOUND)
    refuse_retired(scheme)
    added = await session.scalar(
        insert(OrganizationScheme)
        .values(organization_id=body.id, scheme_id=scheme.id)
        .on_conflict_do_nothing()
        .returning(OrganizationScheme.scheme_id)
    )
    if added is not None:
        events.record_event(session, "organization.scheme_licensed", body.id, {"scheme": code})


def refuse_retired(scheme: Scheme) -> None:
    """409 `scheme_retired` for a scheme that is no longer assessed."""
    if scheme.status == "retired":
        raise Problem(SCHEME_RETIRED, {"scheme": scheme.code, "replaced_by": scheme.replaced_by or "-"})


async def withdraw(session: WriteSession, actor: Actor, key: UUID, code: str) -> None:
    """Take a scheme out of the body's licence; certificates that were issued under it stay as they are.

    Problems: those of `own_body`, 404 where the body has no such scheme.
    """
    body = await own_body(session, actor, key, lock=True, edit=True)
    scheme_id = select(Scheme.id).where(Scheme.code == code).scalar_subquery()
    gone = await session.scalar(
        delete(OrganizationScheme)
        .where(OrganizationScheme.organization_id == body.id, OrganizationScheme.scheme_id == scheme_id)
        .returning(OrganizationScheme.scheme_id)
    )
    if gone is None:
        raise Problem(NOT_FOUND)
    events.record_event(session, "organization.scheme_withdrawn", body.id, {"scheme": code})


async def list_schemes(
    session: AsyncSession, actor: Actor, kit: Kit, key: UUID, limit: int, cursor: str | None
) -> Page[LicensedScheme]:
    """The schemes of an own body by code."""
    body = await own_body(session, actor, key)
    scope = scope_of("organizations.list_schemes", {"organization": body.id})
    query = (
        select(Scheme)
        .join(OrganizationScheme, OrganizationScheme.scheme_id == Scheme.id)
        .where(OrganizationScheme.organization_id == body.id)
    )
    after = kit.cursors.read(scope, cursor)
    if after is not None:
        query = query.where(Scheme.code > after[0])
    rows = list(await session.scalars(query.order_by(Scheme.code).limit(limit + 1)))
    return kit.cursors.page(scope, rows, limit, lambda row: (row.code,), _shown)


def _shown(row: Scheme) -> LicensedScheme:
    return LicensedScheme(
        code=row.code,
        label=pick(row.label_id, row.label_en),
        kind=row.kind,
        kkni_level=row.kkni_level,
        validity_months=row.validity_months,
    )
