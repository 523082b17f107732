"""Applications: sent with a frozen profile, moved forward or rejected by the employer, withdrawn by the talent.

A hire leaves `filled_count` alone: heads are counted from placements, which have a life cycle of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import CONSTRAINT_PROBLEMS, Problem
from app.core.i18n import pick
from app.core.kit import Kit
from app.core.pagination import Page, scope_of
from app.core.problems.applications import APPLICATION_EXISTS, APPLY_ELSEWHERE
from app.core.problems.common import NOT_FOUND, PERMISSION_DENIED
from app.core.problems.identity import CONSENT_NEEDED
from app.data import loading
from app.domain.consents import Purpose
from app.domain.lifecycles import APPLICATION, ApplicationStatus
from app.domain.policies import can_see_names
from app.domain.state_machine import ActorKind, available_events
from app.models.applications import Application
from app.models.identity import Consent
from app.models.organizations import Organization
from app.models.profiles import TalentProfile
from app.models.vacancies import Vacancy
from app.schemas.applications import Applicant, ApplicationDetail, ApplicationIn, ApplicationOut, StageIn
from app.schemas.common import Transition
from app.services import accounts, events, vacancies, vacancy_views
from app.services.application_snapshots import profile_snapshot
from app.services.application_snapshots import shown as snapshot_shown

CONSTRAINT_PROBLEMS["uq_application_live"] = APPLICATION_EXISTS

_SHARING: Final = Purpose.APPLICATION_SHARING.value
_STAGE_EVENTS: Final = {
    "viewed": "view",
    "shortlisted": "shortlist",
    "test": "invite_to_test",
    "interview": "invite_to_interview",
    "offered": "offer",
    "hired": "hire",
}
_DECISIONS: Final = frozenset({"hired", "rejected", "withdrawn"})

Row = tuple[Application, UUID]
"""An application with the employer of its vacancy."""


def visible_to(actor: Actor) -> Select[Application, UUID]:
    """The caller's own applications, and those to vacancies of its verified employers.

    An employer that is suspended, or not verified any more, loses sight of its applicants at once.
    """
    of_employer = and_(Vacancy.organization_id.in_(actor.organizations("employer")), Organization.status == "verified")
    own = Application.talent_id == actor.user_id
    return (
        select(Application, Vacancy.organization_id)
        .join(Vacancy, Vacancy.id == Application.vacancy_id)
        .join(Organization, Organization.id == Vacancy.organization_id)
        .where(or_(own, of_employer))
    )


def capacity(actor: Actor, row: Row) -> ActorKind | None:
    """In which capacity the caller acts on an application that it sees; None for a member who only looks on."""
    application, organization_id = row
    if actor.user_id is not None and application.talent_id == actor.user_id:
        return ActorKind.TALENT
    if actor.role_in(organization_id) in ("owner", "editor"):
        return ActorKind.PARTNER if actor.client_id else ActorKind.EMPLOYER
    return None


async def load(session: AsyncSession, actor: Actor, key: UUID, *, lock: bool = False) -> Row:
    """An application that the caller may see; 404 otherwise."""
    query = visible_to(actor).where(Application.id == key)
    found = (await session.execute(query.with_for_update(of=Application) if lock else query)).one_or_none()
    if found is None:
        raise Problem(NOT_FOUND)
    return found


async def apply(session: WriteSession, actor: Actor, vacancy_id: UUID, data: ApplicationIn) -> Row:
    """Apply to a public vacancy with the profile as it is now.

    Problems: 403 for a machine or an account without a profile, 404 for a vacancy that is not public, 409
    `apply_elsewhere` (with its link), 409 `application_exists`, 422 `consent_needed`.
    """
    talent = actor.person
    # The share lock holds back a closure until this application is in; others apply at the same time.
    query = (
        select(Vacancy)
        .join(Organization)
        .where(Vacancy.id == vacancy_id, vacancies.is_public())
        .with_for_update(read=True, of=Vacancy)
    )
    vacancy = await session.scalar(query)
    if vacancy is None:
        raise Problem(NOT_FOUND)
    if vacancy.application_method != "hub":
        raise Problem(APPLY_ELSEWHERE, extra={"application_url": vacancy.application_url})
    consent = await accounts.live_consent(session, talent, _SHARING)
    if consent is None:
        raise Problem(CONSENT_NEEDED, {"purposes": _SHARING}, extra={"purposes": [_SHARING]})
    if await session.get(TalentProfile, talent) is None:
        raise Problem(PERMISSION_DENIED, {"permission": "a talent's profile"})
    row = Application(
        vacancy_id=vacancy.id,
        talent_id=talent,
        cover_note=data.cover_note,
        snapshot=await profile_snapshot(session, talent),
        consent_version=consent.text_version,
    )
    session.add(row)
    await session.flush()
    events.record_event(session, "application.submitted", row.id, {"vacancy_id": str(vacancy.id)})
    await session.flush()
    return row, vacancy.organization_id


async def move_to_stage(session: WriteSession, actor: Actor, key: UUID, data: StageIn) -> Row:
    """The employer moves an application forward; 409 `illegal_transition` for a stage that is not ahead."""
    return await _move(session, actor, key, _STAGE_EVENTS[data.stage], data.reason)


async def reject(session: WriteSession, actor: Actor, key: UUID, reason: str) -> Row:
    """The employer rejects an application, for a reason that the talent reads."""
    return await _move(session, actor, key, "reject", reason)


async def withdraw(session: WriteSession, actor: Actor, key: UUID) -> Row:
    """The talent takes an application back; the employer sees neither name nor profile any more."""
    return await _move(session, actor, key, "withdraw", None)


async def _move(session: WriteSession, actor: Actor, key: UUID, event: str, reason: str | None) -> Row:
    found = await load(session, actor, key, lock=True)
    row = found[0]
    who = capacity(actor, found)
    if who is None:
        raise Problem(PERMISSION_DENIED, {"permission": "employer:owner/editor"})
    await events.transition(session, APPLICATION, row, event, actor, who, reason)
    row.status_reason = reason
    if row.status in _DECISIONS:
        row.decided_at = clock.now()
    await session.flush()
    return found


async def list_own(
    session: AsyncSession, actor: Actor, kit: Kit, limit: int, cursor: str | None
) -> Page[ApplicationOut]:
    """The caller's applications, the newest first."""
    scope = scope_of("applications.list_mine", {"caller": actor.key})
    query = visible_to(actor).where(Application.talent_id == actor.person)
    return await _page(session, actor, kit, query, scope, limit, cursor)


async def list_of_vacancy(
    session: AsyncSession, actor: Actor, kit: Kit, vacancy_id: UUID, status: str | None, limit: int,
    cursor: str | None,
) -> Page[ApplicationOut]:  # fmt: skip
    """Applications to an own vacancy, the newest first; 404 for somebody else's."""
    owned = (
        select(Vacancy.id)
        .join(Organization)
        .where(
            Vacancy.id == vacancy_id,
            Vacancy.organization_id.in_(actor.organizations("employer")),
            Organization.status == "verified",
        )
    )
    if await session.scalar(owned) is None:
        raise Problem(NOT_FOUND)
    query = visible_to(actor).where(Application.vacancy_id == vacancy_id)
    if status is not None:
        query = query.where(Application.status == status)
    scope = scope_of("applications.list_of_vacancy", {"vacancy": vacancy_id, "status": status})
    return await _page(session, actor, kit, query, scope, limit, cursor)


async def _page(
    session: AsyncSession, actor: Actor, kit: Kit, query: Select[Application, UUID], scope: str, limit: int,
    cursor: str | None,
) -> Page[ApplicationOut]:  # fmt: skip
    after = kit.cursors.read(scope, cursor)
    if after is not None:
        query = query.where(Application.id < after[0])
    rows = (await session.execute(query.order_by(Application.id.desc()).limit(limit + 1))).all()
    shown = {item.id: item for item in await show(session, actor, rows)}
    return kit.cursors.page(scope, rows, limit, lambda row: (row[0].id,), lambda row: shown[row[0].id])


async def show(session: AsyncSession, actor: Actor, rows: Sequence[Row]) -> list[ApplicationOut]:
    """Applications as the contract shows them; four queries however many there are."""
    summaries = await vacancy_views.summaries(session, [row.vacancy_id for row, _ in rows])
    sharing = set(
        await session.scalars(
            select(Consent.user_id).where(
                Consent.user_id.in_({row.talent_id for row, _ in rows}),
                Consent.purpose == _SHARING,
                Consent.withdrawn_at.is_(None),
            )
        )
    )
    shown = []
    for found in rows:
        row, who = found[0], capacity(actor, found)
        shown.append(
            ApplicationOut(
                id=row.id,
                vacancy=summaries[row.vacancy_id],
                applicant=_applicant(row) if _names_shown(row, who, shared=row.talent_id in sharing) else None,
                status=row.status,
                status_reason=_reason(row.status_reason),
                submitted_at=row.created_at,
                updated_at=row.updated_at,
                decided_at=row.decided_at,
                actions=sorted(available_events(APPLICATION, row.status, who)) if who else [],
            )
        )
    return shown


async def detail(session: AsyncSession, actor: Actor, found: Row) -> ApplicationDetail:
    """One application in full, with the snapshot where the caller may see who applies."""
    (item,) = await show(session, actor, [found])
    return ApplicationDetail(
        **dict(item),
        cover_note=found[0].cover_note if item.applicant else None,
        snapshot=snapshot_shown(found[0].snapshot) if item.applicant else None,
    )


def _names_shown(row: Application, who: ActorKind | None, *, shared: bool) -> bool:
    """The talent always; the employer while neither the application nor the consent to share it is withdrawn."""
    if who is ActorKind.TALENT:
        return True
    return shared and can_see_names(visible_to_employers=False, application=ApplicationStatus(row.status))


def _applicant(row: Application) -> Applicant:
    return Applicant(id=row.talent_id, full_name=row.snapshot["full_name"], headline=row.snapshot["headline"])


@cache
def _reasons() -> dict[str, tuple[str, str]]:
    return {row.code: (row.label_id, row.label_en) for row in loading.load_transition_reasons()}


def _reason(text: str | None) -> str | None:
    """A reason as it was written, or the label of a known code."""
    return pick(*_reasons()[text]) if text in _reasons() else text


async def transitions(session: AsyncSession, actor: Actor, key: UUID) -> Sequence[Transition]:
    """The log of an application that the caller may see."""
    found = await load(session, actor, key)
    return await events.history(session, APPLICATION.name, found[0].id)
