"""Certificates: issued, suspended, revoked and renewed by their body; in force while date and state say so.

Nothing runs when a certificate expires: what it is follows from the stored state, its last day and the clock,
in every query. So a revoked or expired one stops to count in the request after.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import CONSTRAINT_PROBLEMS, FieldError, Problem
from app.core.i18n import Text
from app.core.kit import Kit
from app.core.pagination import Page, scope_of
from app.core.problems.certificates import (
    CERTIFICATE_NUMBER_TAKEN,
    LICENCE_NOT_IN_FORCE,
    SCHEME_NOT_LICENSED,
)
from app.core.problems.common import ILLEGAL_TRANSITION, NOT_FOUND, PERMISSION_DENIED, VALIDATION_FAILED
from app.core.problems.organizations import ORGANIZATION_NOT_VERIFIED
from app.domain.certificates import EXPIRING_DAYS, EffectiveStatus, default_valid_until, local_date
from app.domain.lifecycles import CERTIFICATE
from app.domain.state_machine import ActorKind, available_events
from app.models.certificates import Certificate
from app.models.identity import UserAccount
from app.models.organizations import Organization, OrganizationScheme
from app.models.profiles import TalentProfile
from app.models.taxonomy import Scheme, SchemeUnit, UnitSkill
from app.schemas.certificates import CertificateIn, CertificateOut, RenewalIn
from app.schemas.common import Transition
from app.services import events, reference, scheme_licences, tokens
from app.services.certificate_details import capacity, events_for, show, status_at

CONSTRAINT_PROBLEMS["uq_certificate_number"] = CERTIFICATE_NUMBER_TAKEN


# --- what counts ------------------------------------------------------------------------------------------


def in_force_at(as_of: datetime) -> ColumnElement[bool]:
    """The SQL form of `app.domain.certificates.in_force`: stored as active, issued, last day not past."""
    today = local_date(as_of)
    return and_(Certificate.status == "active", Certificate.issued_on <= today, Certificate.valid_until >= today)


def status_is(status: EffectiveStatus, as_of: datetime) -> ColumnElement[bool]:
    """The SQL form of `effective_status(...) == status`."""
    today = local_date(as_of)
    soon = today + timedelta(days=EXPIRING_DAYS)
    valid = Certificate.valid_until >= today
    active = Certificate.status == "active"
    match status:
        case EffectiveStatus.ACTIVE:
            return and_(active, Certificate.valid_until > soon)
        case EffectiveStatus.EXPIRING:
            return and_(active, valid, Certificate.valid_until <= soon)
        case EffectiveStatus.EXPIRED:
            return and_(Certificate.status.in_(("active", "suspended")), Certificate.valid_until < today)
        case EffectiveStatus.SUSPENDED:
            return and_(Certificate.status == "suspended", valid)
        case _:
            return Certificate.status == status.value


async def in_force_schemes(session: AsyncSession, talent_id: UUID, as_of: datetime) -> list[tuple[int, UUID]]:
    """The schemes of which a talent holds a certificate in force: (scheme id, certificate id), one query.

    Where there are several of one scheme, the one that lasts longest stands for it.
    """
    rows = await session.execute(
        select(Certificate.scheme_id, Certificate.id)
        .where(Certificate.talent_id == talent_id, in_force_at(as_of))
        .ext(distinct_on(Certificate.scheme_id))
        .order_by(Certificate.scheme_id, Certificate.valid_until.desc(), Certificate.id)
    )
    return [(row.scheme_id, row.id) for row in rows]


async def proven_skills(session: AsyncSession, talent_id: UUID, as_of: datetime) -> dict[int, UUID]:
    """Skill id -> the certificate in force that proves it (the one that lasts longest), one query."""
    rows = await session.execute(
        select(UnitSkill.skill_id, Certificate.id)
        .join(SchemeUnit, SchemeUnit.scheme_id == Certificate.scheme_id)
        .join(UnitSkill, UnitSkill.unit_id == SchemeUnit.unit_id)
        .where(Certificate.talent_id == talent_id, in_force_at(as_of))
        .ext(distinct_on(UnitSkill.skill_id))
        .order_by(UnitSkill.skill_id, Certificate.valid_until.desc(), Certificate.id)
    )
    return {row.skill_id: row.id for row in rows}


# --- reading ----------------------------------------------------------------------------------------------


def visible_to(actor: Actor) -> Select[Certificate]:
    """The certificates that the caller holds, and those of its certification bodies."""
    bodies = [m.organization_id for m in actor.memberships if m.kind == "certification_body"]
    conditions: list[ColumnElement[bool]] = [Certificate.organization_id.in_(bodies)]
    if actor.user_id is not None:
        conditions.append(Certificate.talent_id == actor.user_id)
    return select(Certificate).where(or_(*conditions))


async def load(session: AsyncSession, actor: Actor, key: UUID, *, lock: bool = False) -> Certificate:
    """A certificate that the caller may see; 404 otherwise."""
    query = visible_to(actor).where(Certificate.id == key)
    row = await session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def load_held(session: AsyncSession, actor: Actor, key: UUID) -> Certificate:
    """A certificate that the caller holds; 403 for a member of the body, 404 for everybody else."""
    row = await load(session, actor, key)
    if row.talent_id != actor.user_id:
        raise Problem(PERMISSION_DENIED, {"permission": "certificate:holder"})
    return row


async def history(session: AsyncSession, actor: Actor, key: UUID) -> Sequence[Transition]:
    """The log of a certificate that the caller may see, oldest first."""
    row = await load(session, actor, key)
    return await events.history(session, CERTIFICATE.name, row.id)


async def list_issued(
    session: AsyncSession,
    actor: Actor,
    kit: Kit,
    organization_id: UUID,
    status: EffectiveStatus | None,
    limit: int,
    cursor: str | None,
) -> Page[CertificateOut]:
    """The certificates of an own body, the newest first."""
    body = await scheme_licences.own_body(session, actor, organization_id)
    scope = scope_of("certificates.list_issued", {"organization": body.id, "status": status})
    query = select(Certificate).where(Certificate.organization_id == body.id)
    return await _page(session, actor, kit, _filtered(query, status), scope, limit, cursor)


async def list_held(
    session: AsyncSession,
    actor: Actor,
    kit: Kit,
    status: EffectiveStatus | None,
    limit: int,
    cursor: str | None,
) -> Page[CertificateOut]:
    """The caller's own certificates, the newest first."""
    scope = scope_of("certificates.list_mine", {"caller": actor.key, "status": status})
    query = select(Certificate).where(Certificate.talent_id == actor.person)
    return await _page(session, actor, kit, _filtered(query, status), scope, limit, cursor)


def _filtered(query: Select[Certificate], status: EffectiveStatus | None) -> Select[Certificate]:
    return query if status is None else query.where(status_is(status, clock.now()))


async def _page(
    session: AsyncSession,
    actor: Actor,
    kit: Kit,
    query: Select[Certificate],
    scope: str,
    limit: int,
    cursor: str | None,
) -> Page[CertificateOut]:
    after = kit.cursors.read(scope, cursor)
    if after is not None:
        query = query.where(Certificate.id < after[0])
    rows = list(await session.scalars(query.order_by(Certificate.id.desc()).limit(limit + 1)))
    shown = {row.id: row for row in await show(session, actor, kit, rows)}
    return kit.cursors.page(scope, rows, limit, lambda row: (row.id,), lambda row: shown[row.id])


# --- writing ----------------------------------------------------------------------------------------------


async def issue(session: WriteSession, actor: Actor, data: CertificateIn) -> Certificate:
    """Issue a certificate to a talent.

    The holder is an active account with a talent's profile; the name is frozen as it stands there today.
    Problems: 404 and 403 for the body, 409 `not_a_certification_body`, `organization_not_verified`,
    `licence_not_in_force`, `scheme_not_licensed`, `scheme_retired`, `certificate_number_taken`, 422 for an
    unknown scheme or talent.
    """
    body = await scheme_licences.own_body(session, actor, data.organization_id, lock=True, edit=True)
    _may_act(body)
    scheme = await session.scalar(select(Scheme).where(Scheme.code == data.scheme_code))
    holder = await _holder(session, data)
    errors: list[FieldError] = []
    if scheme is None:
        errors += await reference.unknown_errors(session, "scheme", {"/scheme_code": data.scheme_code})
    if holder is None:
        message = Text("Tidak ada talenta dengan akun ini.", "There is no talent with this account.")
        pointer = "/username" if data.talent_id is None else "/talent_id"
        errors.append(FieldError(pointer, "unknown_talent", str(message)))
    if scheme is None or holder is None:
        raise Problem(VALIDATION_FAILED, {"count": len(errors)}, errors)
    await _may_certify(session, body, scheme)
    row = _new(data, body, scheme, holder)
    session.add(row)
    await session.flush()
    _announce(session, row)
    return row


async def _holder(session: AsyncSession, data: CertificateIn) -> TalentProfile | None:
    key = data.talent_id
    if data.username is not None:
        user = await tokens.find_account(session, data.username)
        key = user.id if user else None
    return await session.scalar(
        select(TalentProfile)
        .join(UserAccount, UserAccount.id == TalentProfile.id)
        .where(TalentProfile.id == key, UserAccount.status == "active")
    )


def _may_act(body: Organization) -> None:
    if body.status != "verified":
        raise Problem(ORGANIZATION_NOT_VERIFIED, {"status": body.status}, extra={"current_status": body.status})
    until = body.licence_valid_until
    if body.licence_number is None or (until is not None and until < clock.today()):
        raise Problem(LICENCE_NOT_IN_FORCE)


async def _may_certify(session: AsyncSession, body: Organization, scheme: Scheme) -> None:
    scheme_licences.refuse_retired(scheme)
    if await session.get(OrganizationScheme, (body.id, scheme.id)) is None:
        raise Problem(SCHEME_NOT_LICENSED, {"scheme": scheme.code})


def _new(data: CertificateIn | RenewalIn, body: Organization, scheme: Scheme, holder: TalentProfile) -> Certificate:
    return Certificate(
        number=data.number,
        verification_token=clock.random_token(24),
        organization_id=body.id,
        scheme_id=scheme.id,
        talent_id=holder.id,
        holder_name=holder.full_name,
        issued_on=data.issued_on,
        valid_until=data.valid_until or default_valid_until(data.issued_on, scheme.validity_months),
    )


def _announce(session: AsyncSession, row: Certificate) -> None:
    payload = {
        "organization_id": str(row.organization_id),
        "talent_id": str(row.talent_id),
        "scheme_id": row.scheme_id,
    }
    events.record_event(session, "certificate.issued", row.id, payload)


async def move(session: WriteSession, actor: Actor, key: UUID, event: str, reason: str | None = None) -> Certificate:
    """Suspend, reinstate or revoke a certificate of an own body.

    Problems: 404, 403 for the holder and for viewers, 409 `illegal_transition` (also for a pause of one that
    has run out); to reinstate, the body must be verified and its licence in force.
    """
    row = await load(session, actor, key, lock=True)
    if event == "reinstate":
        _need_body(actor, row, event)
        _may_act(await scheme_licences.own_body(session, actor, row.organization_id, lock=True, edit=True))
    await _apply(session, actor, row, event, reason)
    row.status_reason = reason
    await session.flush()
    return row


def _need_body(actor: Actor, row: Certificate, event: str) -> None:
    if capacity(actor, row) is not ActorKind.CERTIFICATION_BODY:
        raise Problem(PERMISSION_DENIED, {"permission": f"{CERTIFICATE.name}:{event}"})


async def _apply(session: WriteSession, actor: Actor, row: Certificate, event: str, reason: str | None = None) -> None:
    who, now = capacity(actor, row), clock.now()
    legal = events_for(row, who, now)
    if event in available_events(CERTIFICATE, row.status, who) and event not in legal:
        current = status_at(row, now).value
        raise Problem(
            ILLEGAL_TRANSITION,
            {"current": current, "event": event, "allowed": ", ".join(legal) or "-"},
            extra={"current_status": current, "actions": legal},
        )
    await events.transition(session, CERTIFICATE, row, event, actor, who, reason)
    row.status_changed_at = now


async def renew(session: WriteSession, actor: Actor, key: UUID, data: RenewalIn) -> Certificate:
    """Issue the successor of a certificate and supersede the old one, both or neither.

    One that has run out can be renewed, too; a suspended one must be reinstated first. Problems: those of
    `issue` for body and scheme, 404, 403, 409 `illegal_transition`, 422 where it is older than the old one.
    """
    old = await load(session, actor, key, lock=True)
    _need_body(actor, old, "supersede")
    body = await scheme_licences.own_body(session, actor, old.organization_id, lock=True, edit=True)
    await _apply(session, actor, old, "supersede")
    _may_act(body)
    scheme = await session.get_one(Scheme, old.scheme_id)
    await _may_certify(session, body, scheme)
    if data.issued_on < old.issued_on:
        message = Text("Terbit sebelum sertifikat yang diganti.", "Issued before the one that it replaces.")
        reference.raise_invalid([FieldError("/issued_on", "before_previous", str(message))])
    row = _new(data, body, scheme, await session.get_one(TalentProfile, old.talent_id))
    row.supersedes_id = old.id
    session.add(row)
    await session.flush()
    _announce(session, row)
    return row
