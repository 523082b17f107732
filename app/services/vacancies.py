"""Vacancies: written by their employer, judged by officers, public while published and valid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from app.core import clock
from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import CONSTRAINT_PROBLEMS, FieldError, Problem
from app.core.i18n import Text
from app.core.kit import Kit
from app.core.permissions import Permission
from app.core.problems.common import NOT_FOUND, PERMISSION_DENIED, PRECONDITION_FAILED
from app.core.problems.organizations import ORGANIZATION_NOT_VERIFIED
from app.core.problems.vacancies import EXTERNAL_ID_TAKEN, VACANCY_LOCKED, VACANCY_NOT_PUBLISHABLE
from app.domain.findings import Finding
from app.domain.lifecycles import VACANCY, approval_event
from app.domain.policies import officer_covers
from app.domain.state_machine import ActorKind, available_events
from app.models.organizations import Organization
from app.models.system import TransitionLog
from app.models.vacancies import Vacancy
from app.schemas.common import Transition
from app.schemas.vacancies import PublicationIn, VacancyIn, VacancyPatch
from app.services import events, reference, vacancy_rules, vacancy_texts

CONSTRAINT_PROBLEMS["uq_vacancy_source_portal_external_id"] = EXTERNAL_ID_TAKEN

REVIEWABLE: Final = tuple(state for state in VACANCY.states if state != "draft")
"""The states in which officers see a vacancy: everything that was ever handed in."""

_DRAFTING: Final = ("draft", "needs_revision")
_LIVE: Final = ("scheduled", "published", "suspended")
_LIVE_FIELDS: Final = ("openings", "valid_until")
_GOING_PUBLIC: Final = frozenset({"approve", "approve_scheduled", "publish", "resume"})
_CLOSING: Final = frozenset({"close", "fill", "expire", "block"})


def is_public() -> ColumnElement[bool]:
    """Whether everybody may see a vacancy: published, not past its last day (WIB), its employer verified.

    The query joins `Organization`. An employer's suspension hides its vacancies without touching their rows.
    """
    return and_(Vacancy.status == "published", Vacancy.valid_until >= clock.today(), Organization.status == "verified")


def visible_to(actor: Actor) -> Select[Vacancy]:
    """The vacancies that the caller works on: its employers' in every state, an officer's once handed in."""
    conditions: list[ColumnElement[bool]] = [Vacancy.organization_id.in_(actor.organizations("employer"))]
    if Permission.VACANCIES_REVIEW in actor.permissions:
        conditions.append(Vacancy.status.in_(REVIEWABLE) & in_regions(actor))
    return select(Vacancy).where(or_(*conditions))


def in_regions(actor: Actor) -> ColumnElement[bool]:
    """Whether the place of work lies in the officer's regions; everywhere for an administrator."""
    if "admin" in actor.roles or "00" in actor.regions:
        return true()
    return or_(false(), *[Vacancy.region_code.like(f"{code}%") for code in actor.regions])


def capacity(actor: Actor, row: Vacancy) -> ActorKind:
    """In which capacity the caller acts on a vacancy that it sees.

    An officer who also works for the employer acts as the employer, and so cannot judge the own vacancy.
    """
    role = actor.role_in(row.organization_id)
    if role in ("owner", "editor"):
        return ActorKind.PARTNER if actor.client_id else ActorKind.EMPLOYER
    if role is None and "admin" in actor.roles:
        return ActorKind.ADMIN
    if role is None and "officer" in actor.roles and officer_covers(actor.regions, row.region_code):
        return ActorKind.OFFICER
    return ActorKind.TALENT


async def load(session: AsyncSession, actor: Actor, key: UUID, *, lock: bool = False) -> Vacancy:
    """A vacancy that the caller works on; 404 otherwise."""
    query = visible_to(actor).where(Vacancy.id == key)
    row = await session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def load_own(session: AsyncSession, actor: Actor, organization_id: UUID, key: UUID) -> Vacancy:
    """A vacancy of one of the caller's employers, in any state; 404 otherwise."""
    row = await load(session, actor, key)
    if row.organization_id != organization_id or actor.role_in(organization_id) is None:
        raise Problem(NOT_FOUND)
    return row


async def employer_of(session: AsyncSession, row: Vacancy) -> Organization:
    """The employer of a vacancy."""
    return await session.get_one(Organization, row.organization_id)


def editable_fields(status: str) -> list[str]:
    """The members that PATCH takes in a state."""
    if status in _DRAFTING:
        return sorted(VacancyPatch.model_fields)
    return list(_LIVE_FIELDS) if status in _LIVE else []


async def actions_of(session: AsyncSession, actor: Actor, rows: Iterable[Vacancy]) -> dict[UUID, list[str]]:
    """What the caller may do next with each vacancy; one query for all."""
    rows = list(rows)
    # Only the way out of a suspension depends on who imposed it.
    suspended = [row.id for row in rows if row.status == "suspended"]
    entered: dict[UUID, str] = {}
    if suspended:
        query = (
            select(TransitionLog.aggregate_id, TransitionLog.actor_kind)
            .where(TransitionLog.aggregate_type == VACANCY.name, TransitionLog.aggregate_id.in_(suspended))
            .ext(distinct_on(TransitionLog.aggregate_id))
            .order_by(TransitionLog.aggregate_id, TransitionLog.id.desc())
        )
        entered = dict((await session.execute(query)).all())
    found = {}
    for row in rows:
        by = ActorKind(entered[row.id]) if row.id in entered else None
        legal = available_events(VACANCY, row.status, capacity(actor, row), entered_by=by)
        # Which of the two approvals it is follows from `publish_at`, not from the officer.
        found[row.id] = sorted({"approve" if event == "approve_scheduled" else event for event in legal})
    return found


async def create(session: WriteSession, actor: Actor, kit: Kit, data: VacancyIn) -> Vacancy:
    """A draft of an employer that the caller edits or a partner serves.

    Problems: 404 for somebody else's employer, 403 for a viewer, 409 `external_id_taken`, 422 for unknown
    codes and for terms that the rules refuse.
    """
    employer = await _own_employer(session, actor, data.organization_id)
    row = Vacancy(id=clock.new_id(), organization_id=employer.id)
    changes = data.model_dump(exclude={"organization_id"})
    vacancy_rules.apply_fields(row, changes)
    errors = await vacancy_rules.check_codes(session, row, changes)
    children = vacancy_rules.Children()
    errors += await children.read(session, row.id, changes)
    errors += vacancy_texts.as_errors(vacancy_rules.errors_of(_findings(kit, row, employer)))
    reference.raise_invalid(errors)
    session.add(row)
    await session.flush()
    await children.write(session, row.id)
    events.record_event(session, "vacancy.created", row.id, {"organization_id": str(employer.id)})
    await session.flush()
    return row


async def _own_employer(session: AsyncSession, actor: Actor, key: UUID) -> Organization:
    role = actor.role_in(key)
    if role is None:
        raise Problem(NOT_FOUND)
    if role not in ("owner", "editor"):
        raise Problem(PERMISSION_DENIED, {"permission": "employer:owner/editor"})
    employer = await session.get_one(Organization, key)
    if employer.kind != "employer":
        message = Text("Organisasi ini bukan pemberi kerja.", "This organization is not an employer.")
        reference.raise_invalid([FieldError("/organization_id", "not_an_employer", str(message))])
    return employer


def _findings(kit: Kit, row: Vacancy, employer: Organization, *, for_publication: bool = False) -> list[Finding]:
    days = kit.settings.vacancy_max_validity_days
    return vacancy_rules.findings(row, employer, max_validity_days=days, for_publication=for_publication)


def open_findings(kit: Kit, row: Vacancy, employer: Organization) -> list[Finding]:
    """What the rules find now, for the owner's view."""
    return _findings(kit, row, employer)


async def change(
    session: WriteSession, actor: Actor, kit: Kit, key: UUID, version: int, patch: VacancyPatch
) -> Vacancy:
    """Apply a merge patch: all of it to a draft, more openings or a later last day to one that is out.

    Problems: 403, 404, 409 `vacancy_locked` and `external_id_taken`, 412, 422 where an error would be added.
    """
    row = await load(session, actor, key, lock=True)
    if capacity(actor, row) not in (ActorKind.EMPLOYER, ActorKind.PARTNER):
        raise Problem(PERMISSION_DENIED, {"permission": "employer:owner/editor"})
    if row.version != version:
        raise Problem(PRECONDITION_FAILED)
    changes = patch.changes()
    _refuse_locked(row, changes)
    employer = await employer_of(session, row)
    children = vacancy_rules.Children()
    with session.no_autoflush:
        before = {(item.code, item.field) for item in _findings(kit, row, employer)}
        errors = _shrinking(row, changes) if row.status in _LIVE else []
        vacancy_rules.apply_fields(row, changes)
        errors += await vacancy_rules.check_codes(session, row, changes)
        errors += await children.read(session, row.id, changes)
        found = vacancy_rules.errors_of(_findings(kit, row, employer))
        errors += vacancy_texts.as_errors(item for item in found if (item.code, item.field) not in before)
        reference.raise_invalid(errors)
    if children.changed:
        _touch(row)
    await children.write(session, row.id)
    await session.flush()
    return row


def _touch(row: Vacancy) -> None:
    """Make the row itself change, so that its version and the change log tell of a change in its children."""
    row.touch()
    flag_modified(row, "updated_at")


def _refuse_locked(row: Vacancy, changes: Iterable[str]) -> None:
    editable = editable_fields(row.status)
    locked = sorted(set(changes) - set(editable))
    if locked or not editable:
        params = {
            "status": row.status,
            "fields": ", ".join(locked) or "-",
            "editable": ", ".join(editable) or "-",
        }
        raise Problem(VACANCY_LOCKED, params, extra={"current_status": row.status, "editable": editable})


def _shrinking(row: Vacancy, changes: dict[str, Any]) -> list[FieldError]:
    """While a vacancy is out, talents count on it: it may grow, not shrink."""
    texts = {
        "openings": (
            "openings_lowered",
            Text("Jumlah hanya boleh bertambah.", "The head count may only grow."),
        ),
        "valid_until": ("validity_shortened", Text("Hanya boleh diperpanjang.", "It may only be extended.")),
    }
    errors = []
    for name, (code, text) in texts.items():
        if name in changes and changes[name] < getattr(row, name):
            errors.append(FieldError(f"/{name}", code, str(text)))
    return errors


async def move(
    session: WriteSession, actor: Actor, kit: Kit, key: UUID, event: str, reason: str | None = None
) -> Vacancy:
    """Move a vacancy along its lifecycle on the caller's behalf.

    Problems: 403, 404, 409 from a wrong state; to hand in: 409 `organization_not_verified`, 422 for terms
    that the rules refuse; to go public: 409 `organization_not_verified`, 409 `vacancy_not_publishable`.
    """
    row = await load(session, actor, key, lock=True)
    await _step(session, actor, capacity(actor, row), kit, row, event, reason)
    await session.flush()
    return row


async def approve(session: WriteSession, actor: Actor, kit: Kit, key: UUID) -> Vacancy:
    """An officer lets a vacancy out: now, or at its `publish_at`; its limits are approved with it."""
    row = await load(session, actor, key, lock=True)
    who = capacity(actor, row)
    if row.status == "pending_review" and who in (ActorKind.OFFICER, ActorKind.ADMIN):
        row.limits_approved_by = actor.person if vacancy_rules.terms_of(row).has_limits else None
    await _step(session, actor, who, kit, row, approval_event(row.publish_at, clock.now()), None)
    row.verified_by, row.verified_at = actor.person, clock.now()
    await session.flush()
    return row


async def publish(session: WriteSession, actor: Actor, kit: Kit, key: UUID, data: PublicationIn) -> Vacancy:
    """Bring an approved vacancy out now, or move its date, which lies ahead and before its last day ends."""
    if data.publish_at is None or data.publish_at <= clock.now():
        return await move(session, actor, kit, key, "publish")
    row = await load(session, actor, key, lock=True)
    if row.status != "scheduled":
        return await move(session, actor, kit, key, "publish")
    if capacity(actor, row) not in (ActorKind.EMPLOYER, ActorKind.PARTNER):
        raise Problem(PERMISSION_DENIED, {"permission": "vacancy:publish"})
    row.publish_at = data.publish_at
    late = [item for item in _findings(kit, row, await employer_of(session, row)) if item.field == "/publish_at"]
    reference.raise_invalid(vacancy_texts.as_errors(late))
    await session.flush()
    return row


async def confirm(session: WriteSession, actor: Actor, key: UUID) -> Vacancy:
    """The employer says that a vacancy is still live; 409 where it is not public or paused."""
    row = await load(session, actor, key, lock=True)
    if capacity(actor, row) not in (ActorKind.EMPLOYER, ActorKind.PARTNER):
        raise Problem(PERMISSION_DENIED, {"permission": "employer:owner/editor"})
    if row.status not in ("published", "suspended"):
        _refuse_locked(row, ["last_confirmed_at"])
    row.last_confirmed_at = clock.now()
    await session.flush()
    return row


async def _step(
    session: AsyncSession,
    actor: Actor,
    who: ActorKind,
    kit: Kit,
    row: Vacancy,
    event: str,
    reason: str | None,
) -> None:
    """One transition with what hangs on it; receipts of publication and closing belong here."""
    await events.transition(session, VACANCY, row, event, actor, who, reason)
    now = clock.now()
    row.status_reason = reason
    if event == "submit" or event in _GOING_PUBLIC:
        employer = await _verified_employer(session, row)
        found = _findings(kit, row, employer, for_publication=event in _GOING_PUBLIC)
        _refuse(event, vacancy_rules.errors_of(found))
    enter(row, event, now)


def enter(row: Vacancy, event: str, now: datetime) -> None:
    """Write the times that belong to a transition."""
    if event in ("approve", "publish"):
        row.published_at = row.last_confirmed_at = now
    if event in _CLOSING:
        row.closed_at = now
    if event == "withdraw":  # it will be judged anew
        row.verified_by = row.verified_at = row.limits_approved_by = None


async def _verified_employer(session: AsyncSession, row: Vacancy) -> Organization:
    # The share lock keeps a suspension of the employer from slipping in between this check and the commit.
    employer = await session.get_one(Organization, row.organization_id, with_for_update={"read": True})
    if employer.status != "verified":
        raise Problem(ORGANIZATION_NOT_VERIFIED, {"status": employer.status})
    return employer


def _refuse(event: str, errors: Sequence[Finding]) -> None:
    if not errors:
        return
    if event == "submit":
        reference.raise_invalid(vacancy_texts.as_errors(errors))
    shown = [item.model_dump() for item in vacancy_texts.shown(errors)]
    raise Problem(VACANCY_NOT_PUBLISHABLE, {"count": len(errors)}, extra={"findings": shown})


async def transitions(session: AsyncSession, actor: Actor, key: UUID) -> Sequence[Transition]:
    """The log of a vacancy that the caller works on."""
    row = await load(session, actor, key)
    return await events.history(session, VACANCY.name, row.id)


async def hidden_because(session: AsyncSession, row: Vacancy) -> str | None:
    """Why a vacancy is not public, None where it is."""
    if row.status != "published":
        return "not_published"
    if row.valid_until < clock.today():
        return "past_valid_until"
    status = await session.scalar(select(Organization.status).where(Organization.id == row.organization_id))
    return None if status == "verified" else "employer_not_verified"
