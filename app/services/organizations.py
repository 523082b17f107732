"""Organizations: created and completed by members, verified by officers of the region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.actor import Actor, Membership
from app.core.db import WriteSession
from app.core.errors import CONSTRAINT_PROBLEMS, FieldError, Problem
from app.core.i18n import Text
from app.core.kit import Kit
from app.core.pagination import Page, scope_of
from app.core.permissions import Permission
from app.core.problems.common import NOT_FOUND, PERMISSION_DENIED, PRECONDITION_FAILED
from app.core.problems.organizations import (
    LAST_OWNER,
    MEMBER_EXISTS,
    NIB_TAKEN,
    ORGANIZATION_INCOMPLETE,
    ORGANIZATION_NOT_VERIFIED,
)
from app.domain.identifiers import is_within
from app.domain.lifecycles import ORGANIZATION
from app.domain.state_machine import ActorKind, available_events
from app.models.identity import UserAccount
from app.models.organizations import Organization, OrganizationMember
from app.schemas.common import CodeLabel, Transition
from app.schemas.organizations import (
    MemberIn,
    MemberOut,
    OrganizationIn,
    OrganizationOut,
    OrganizationPatch,
    PublicOrganization,
    licence_or_refuse,
)
from app.services import events, reference, tokens

CONSTRAINT_PROBLEMS["uq_organization_nib"] = NIB_TAKEN
CONSTRAINT_PROBLEMS["uq_organization_member_organization_id_user_id"] = MEMBER_EXISTS

_NEEDED: dict[str, tuple[str, ...]] = {
    "employer": ("nib", "region_code", "address", "email", "head_count", "size_class"),
    "training_provider": ("licence_number", "region_code", "address", "email"),
    "certification_body": ("licence_number", "licence_valid_until", "region_code", "address", "email"),
    "programme_owner": ("region_code", "address", "email"),
}
_INDIVIDUAL_NEEDED = ("region_code", "address", "phone")
_IDENTITY = ("name", "legal_form", "nib", "npwp", "licence_number", "licence_valid_until", "region_code")
"""What an officer verifies: who it is, what it may do, and under whose eyes."""
_FREE = ("draft", "needs_revision")


def visible_to(actor: Actor) -> Select[Organization]:
    """The organizations that the caller may see in full: own ones, and those of an officer's regions."""
    own = exists().where(
        OrganizationMember.organization_id == Organization.id, OrganizationMember.user_id == actor.user_id
    )
    conditions = [own, Organization.id.in_([m.organization_id for m in actor.memberships])]
    if "admin" in actor.roles:
        conditions.append(true())
    if Permission.ORGANIZATIONS_REVIEW in actor.permissions:
        conditions.append(Organization.status.in_(("pending_review", "verified", "suspended")) & in_regions(actor))
    return select(Organization).where(or_(*conditions))


def in_regions(actor: Actor) -> ColumnElement[bool]:
    """Whether an organization's seat lies in the officer's regions."""
    if not actor.regions:
        return literal(value=False)
    prefixes = [Organization.region_code.like(f"{code}%") for code in actor.regions if code != "00"]
    return or_(*prefixes, literal("00" in actor.regions))


def missing_fields(row: Organization) -> list[str]:
    """What must still be filled in before the organization can be submitted."""
    needed = _INDIVIDUAL_NEEDED if row.legal_form == "individual" else _NEEDED[row.kind]
    return [name for name in needed if getattr(row, name) in (None, "")]


def capacity(actor: Actor, row: Organization) -> ActorKind:
    """In which capacity the caller acts on an organization that it sees."""
    if actor.role_in(row.id) in ("owner", "editor"):
        return ActorKind(row.kind)
    if "admin" in actor.roles:
        return ActorKind.ADMIN
    if "officer" in actor.roles and row.region_code and _covers(actor, row.region_code):
        return ActorKind.OFFICER
    return ActorKind.TALENT


def _covers(actor: Actor, region: str) -> bool:
    return any(code == "00" or is_within(region, code) for code in actor.regions)


async def load(session: AsyncSession, actor: Actor, key: UUID, *, lock: bool = False) -> Organization:
    """An organization that the caller may see; 404 otherwise."""
    query = visible_to(actor).where(Organization.id == key)
    row = await session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def show(session: AsyncSession, actor: Actor, rows: Sequence[Organization]) -> list[OrganizationOut]:
    """Organizations as the contract shows them; one query for the labels of all."""
    regions = await reference.region_labels(session, [row.region_code for row in rows])
    return [_shown(row, actor, regions) for row in rows]


def _shown(row: Organization, actor: Actor, regions: dict[str, CodeLabel]) -> OrganizationOut:
    fields = {
        name: getattr(row, name)
        for name in OrganizationOut.model_fields
        if name not in ("region", "missing", "actions")
    }
    return OrganizationOut(
        **fields,
        region=regions.get(row.region_code or ""),
        missing=missing_fields(row),
        actions=sorted(available_events(ORGANIZATION, row.status, capacity(actor, row))),
    )


async def create(session: WriteSession, actor: Actor, data: OrganizationIn) -> Organization:
    """A draft organization; the caller becomes its owner. 409 `nib_taken`, 422 for unknown codes."""
    row = Organization(**data.model_dump())
    await _check(session, row)
    session.add(row)
    await session.flush()
    session.add(OrganizationMember(organization_id=row.id, user_id=actor.person, role="owner"))
    events.record_event(session, "organization.created", row.id, {"kind": row.kind})
    await session.flush()
    return row


async def _check(session: AsyncSession, row: Organization) -> None:
    errors = await reference.check_regions(session, {"/region_code": row.region_code})
    errors += await reference.check_industry(session, row.industry_edition, row.industry_code)
    if row.kind == "certification_body" and row.licence_number is not None:
        try:
            row.licence_number = licence_or_refuse(row.licence_number)
        except ValueError:
            message = Text("Bentuk izin LSP: BNSP-LSP-NNN-ID.", "A body's licence has the form BNSP-LSP-NNN-ID.")
            errors.append(FieldError("/licence_number", "invalid_licence_number", str(message)))
    if row.legal_form == "individual" and row.kind != "employer":
        message = Text("Hanya pemberi kerja yang boleh perorangan.", "Only an employer may be an individual.")
        errors.append(FieldError("/legal_form", "individual_not_allowed", str(message)))
    reference.raise_invalid(errors)


async def change(
    session: WriteSession, actor: Actor, key: UUID, version: int, patch: OrganizationPatch
) -> Organization:
    """Apply a merge patch. Changing the identity of a verified organization sends it back to review.

    While it waits for review, is suspended or was refused its identity stays (409 `illegal_transition`): an officer
    must decide on what the officer has read. What a submitted organization needs cannot be cleared any more (422).
    """
    row = await load(session, actor, key, lock=True)
    _need_member(actor, row, "owner", "editor")
    if row.version != version:
        raise Problem(PRECONDITION_FAILED)
    before = [getattr(row, name) for name in _IDENTITY]
    for name in patch.model_fields_set:
        setattr(row, name, getattr(patch, name))
    with session.no_autoflush:  # an unknown code must not reach its foreign key
        await _check(session, row)
    if row.status not in _FREE:
        if missing := [name for name in missing_fields(row) if name in patch.model_fields_set]:
            raise Problem(ORGANIZATION_INCOMPLETE, {"fields": ", ".join(missing)}, extra={"missing": missing})
        if [getattr(row, name) for name in _IDENTITY] != before:
            await events.transition(session, ORGANIZATION, row, "amend", actor, ActorKind.SYSTEM)
    await session.flush()
    return row


def _need_member(actor: Actor, row: Organization, *roles: str) -> None:
    if actor.role_in(row.id) not in roles:
        raise Problem(PERMISSION_DENIED, {"permission": f"{row.kind}:{'/'.join(roles)}"})


async def move(session: WriteSession, actor: Actor, key: UUID, event: str, reason: str | None = None) -> Organization:
    """Move an organization along its lifecycle; 409 from a wrong state, 422 while it is incomplete."""
    row = await load(session, actor, key, lock=True)
    if event == "submit" and (missing := missing_fields(row)):
        raise Problem(ORGANIZATION_INCOMPLETE, {"fields": ", ".join(missing)}, extra={"missing": missing})
    await events.transition(session, ORGANIZATION, row, event, actor, capacity(actor, row), reason)
    if event in ("verify", "reinstate"):
        row.verified_at = clock.now()
    await session.flush()
    return row


async def list_own(
    session: AsyncSession, actor: Actor, kit: Kit, limit: int, cursor: str | None
) -> Page[OrganizationOut]:
    """The organizations that the caller belongs to, oldest first."""
    scope = scope_of("organizations.list_mine", {"caller": actor.key})
    query = select(Organization).where(Organization.id.in_([m.organization_id for m in actor.memberships]))
    return await _page(session, actor, kit, query, scope, limit, cursor)


async def list_for_review(
    session: AsyncSession, actor: Actor, kit: Kit, status: str, limit: int, cursor: str | None
) -> Page[OrganizationOut]:
    """Organizations of the officer's regions in one state, the longest waiting first."""
    scope = scope_of("organizations.list_for_review", {"caller": actor.key, "status": status})
    query = visible_to(actor).where(Organization.status == status)
    return await _page(session, actor, kit, query, scope, limit, cursor)


async def _page(
    session: AsyncSession, actor: Actor, kit: Kit, query: Select[Organization], scope: str, limit: int,
    cursor: str | None,
) -> Page[OrganizationOut]:  # fmt: skip
    after = kit.cursors.read(scope, cursor)
    if after is not None:
        query = query.where(tuple_(Organization.created_at, Organization.id) > tuple_(*[literal(p) for p in after]))
    query = query.order_by(Organization.created_at, Organization.id).limit(limit + 1)
    rows = list(await session.scalars(query))
    shown = dict(zip([row.id for row in rows], await show(session, actor, rows), strict=True))
    return kit.cursors.page(scope, rows, limit, lambda row: (row.created_at, row.id), lambda row: shown[row.id])


async def get_public(session: AsyncSession, key: UUID) -> tuple[PublicOrganization, int]:
    """A verified organization as everybody sees it, with its version; 404 for any other."""
    row = await session.scalar(select(Organization).where(Organization.id == key, Organization.status == "verified"))
    if row is None:
        raise Problem(NOT_FOUND)
    regions = await reference.region_labels(session, [row.region_code])
    public = PublicOrganization(
        id=row.id, kind=row.kind, name=row.name, region=regions.get(row.region_code or ""), website=row.website,
        logo_url=row.logo_url, description=row.description, verified_at=row.verified_at,
    )  # fmt: skip
    return public, row.version


async def transitions(session: AsyncSession, actor: Actor, key: UUID) -> Sequence[Transition]:
    """The log of an organization that the caller may see."""
    row = await load(session, actor, key)
    return await events.history(session, ORGANIZATION.name, row.id)


async def members(session: AsyncSession, actor: Actor, key: UUID) -> list[MemberOut]:
    """The members of an own organization, the longest-standing first."""
    row = await load(session, actor, key)
    found = await session.execute(
        select(OrganizationMember, UserAccount.display_name)
        .join(UserAccount, UserAccount.id == OrganizationMember.user_id)
        .where(OrganizationMember.organization_id == row.id)
        .order_by(OrganizationMember.id)
    )
    return [_member(member, name) for member, name in found]


def _member(row: OrganizationMember, name: str) -> MemberOut:
    since: datetime = row.created_at
    return MemberOut(user_id=row.user_id, display_name=name, role=row.role, since=since)


async def add_member(session: WriteSession, actor: Actor, key: UUID, data: MemberIn) -> MemberOut:
    """Take an existing account in; only owners may. 404 where no account has that e-mail or phone.

    409 `organization_not_verified`: anybody can make a draft, and could look up in it who has which phone number.
    """
    row = await load(session, actor, key, lock=True)
    _need_member(actor, row, "owner")
    if row.status != "verified":
        raise Problem(ORGANIZATION_NOT_VERIFIED, {"status": row.status}, extra={"current_status": row.status})
    user = await tokens.find_account(session, data.username)
    if user is None:
        raise Problem(NOT_FOUND)
    member = OrganizationMember(organization_id=row.id, user_id=user.id, role=data.role)
    session.add(member)
    await session.flush()
    return _member(member, user.display_name)


async def remove_member(session: WriteSession, actor: Actor, key: UUID, user_id: UUID) -> None:
    """Take a member out: owners anybody, everybody oneself. 409 for the last owner."""
    row = await load(session, actor, key, lock=True)
    if user_id != actor.user_id:
        _need_member(actor, row, "owner")
    member = await session.scalar(
        select(OrganizationMember).where(
            OrganizationMember.organization_id == row.id, OrganizationMember.user_id == user_id
        )
    )
    if member is None:
        raise Problem(NOT_FOUND)
    owners = await session.scalar(
        select(func.count())
        .select_from(OrganizationMember)
        .where(OrganizationMember.organization_id == row.id, OrganizationMember.role == "owner")
    )
    if member.role == "owner" and owners == 1:
        raise Problem(LAST_OWNER)
    await session.delete(member)
    await session.flush()


def with_membership(actor: Actor, row: Organization) -> Actor:
    """The caller as owner of the organization that it has just made."""
    return replace(actor, memberships=(*actor.memberships, Membership(row.id, row.kind, "owner")))
