"""What belongs to certificates besides their rows: scheme, units, skills, body; loaded for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.actor import Actor
from app.core.i18n import pick
from app.core.kit import Kit
from app.domain.certificates import EffectiveStatus, effective_status, in_force
from app.domain.lifecycles import CERTIFICATE, CertificateStatus
from app.domain.state_machine import ActorKind, available_events
from app.models.certificates import Certificate
from app.models.organizations import Organization
from app.models.taxonomy import CompetencyUnit, Scheme, SchemeUnit, Skill, UnitSkill
from app.schemas.certificates import BodyOut, CertificateOut
from app.schemas.common import CodeLabel

_MEANINGLESS_AFTER_EXPIRY = frozenset({"suspend", "reinstate"})


@dataclass(frozen=True, slots=True)
class SchemeFacts:
    """A scheme with the units that are certified together, in its order, and the skills that they prove."""

    code: str
    label: str
    kkni_level: int | None
    units: tuple[CodeLabel, ...]
    skills: tuple[CodeLabel, ...]


@dataclass(frozen=True, slots=True)
class Details:
    """Everything that showing some certificates needs."""

    schemes: dict[int, SchemeFacts]
    bodies: dict[UUID, BodyOut]
    successors: dict[UUID, UUID]


async def load_details(session: AsyncSession, rows: Sequence[Certificate]) -> Details:
    """The details of `rows`, in five queries however many rows there are."""
    bodies = await session.execute(
        select(Organization.id, Organization.name, Organization.licence_number).where(
            Organization.id.in_({row.organization_id for row in rows})
        )
    )
    successors = await session.execute(
        select(Certificate.supersedes_id, Certificate.id).where(Certificate.supersedes_id.in_({row.id for row in rows}))
    )
    return Details(
        schemes=await load_schemes(session, {row.scheme_id for row in rows}),
        bodies={key: BodyOut(id=key, name=name, licence_number=licence) for key, name, licence in bodies},
        successors={old: new for old, new in successors if old is not None},
    )


async def load_schemes(session: AsyncSession, ids: Iterable[int]) -> dict[int, SchemeFacts]:
    """Schemes by id, labels in the caller's language."""
    wanted = set(ids)
    units: dict[int, list[CodeLabel]] = defaultdict(list)
    for scheme_id, code, label, english in await session.execute(
        select(SchemeUnit.scheme_id, CompetencyUnit.code, CompetencyUnit.title_id, CompetencyUnit.title_en)
        .join(CompetencyUnit, CompetencyUnit.id == SchemeUnit.unit_id)
        .where(SchemeUnit.scheme_id.in_(wanted))
        .order_by(SchemeUnit.scheme_id, SchemeUnit.position)
    ):
        units[scheme_id].append(CodeLabel(code=code, label=pick(label, english)))
    skills: dict[int, list[CodeLabel]] = defaultdict(list)
    for scheme_id, code, label, english in await session.execute(
        select(SchemeUnit.scheme_id, Skill.code, Skill.label_id, Skill.label_en)
        .join(UnitSkill, UnitSkill.unit_id == SchemeUnit.unit_id)
        .join(Skill, Skill.id == UnitSkill.skill_id)
        .where(SchemeUnit.scheme_id.in_(wanted))
        .distinct()
        .order_by(SchemeUnit.scheme_id, Skill.code)
    ):
        skills[scheme_id].append(CodeLabel(code=code, label=pick(label, english)))
    schemes = await session.scalars(select(Scheme).where(Scheme.id.in_(wanted)))
    return {
        row.id: SchemeFacts(
            code=row.code,
            label=pick(row.label_id, row.label_en),
            kkni_level=row.kkni_level,
            units=tuple(units[row.id]),
            skills=tuple(skills[row.id]),
        )
        for row in schemes
    }


def status_at(row: Certificate, as_of: datetime) -> EffectiveStatus:
    """What a certificate is at `as_of`."""
    return effective_status(CertificateStatus(row.status), row.valid_until, as_of)


def counts_at(row: Certificate, as_of: datetime) -> bool:
    """Whether a certificate is in force at `as_of`."""
    return in_force(CertificateStatus(row.status), row.valid_until, as_of, issued_on=row.issued_on)


def capacity(actor: Actor, row: Certificate) -> ActorKind:
    """The body's owners and editors act for the body; its holder and everybody else as a talent."""
    if actor.role_in(row.organization_id) in {"owner", "editor"}:
        return ActorKind.CERTIFICATION_BODY
    return ActorKind.TALENT


def events_for(row: Certificate, who: ActorKind, as_of: datetime) -> list[str]:
    """What may be done next. One that has run out can be renewed or revoked; a pause would mean nothing."""
    found = available_events(CERTIFICATE, row.status, who)
    if status_at(row, as_of) is EffectiveStatus.EXPIRED:
        found = [event for event in found if event not in _MEANINGLESS_AFTER_EXPIRY]
    return sorted(found)


def verification_url(kit: Kit, row: Certificate) -> str:
    """Where anybody who has the certificate's QR code verifies it."""
    return f"{kit.settings.public_base_url}/v1/certificate-verifications/{row.verification_token}"


async def show(session: AsyncSession, actor: Actor, kit: Kit, rows: Sequence[Certificate]) -> list[CertificateOut]:
    """Certificates as their holder and the body see them; as many queries for fifty as for one."""
    details = await load_details(session, rows)
    return [_shown(row, actor, kit, details) for row in rows]


def _shown(row: Certificate, actor: Actor, kit: Kit, details: Details) -> CertificateOut:
    now = clock.now()
    scheme = details.schemes[row.scheme_id]
    return CertificateOut(
        id=row.id,
        number=row.number,
        status=status_at(row, now).value,
        in_force=counts_at(row, now),
        status_reason=row.status_reason,
        status_changed_at=row.status_changed_at,
        scheme=CodeLabel(code=scheme.code, label=scheme.label),
        kkni_level=scheme.kkni_level,
        units=list(scheme.units),
        skills=list(scheme.skills),
        body=details.bodies[row.organization_id],
        talent_id=row.talent_id,
        holder_name=row.holder_name,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        verification_url=verification_url(kit, row),
        supersedes_id=row.supersedes_id,
        superseded_by_id=details.successors.get(row.id),
        actions=events_for(row, capacity(actor, row), now),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
