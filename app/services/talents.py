"""What an employer sees of a talent: no contact, no identity, no disability; the name only after an application."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.errors import Problem
from app.core.problems.common import NOT_FOUND, PERMISSION_DENIED
from app.core.problems.organizations import ORGANIZATION_NOT_VERIFIED
from app.domain.consents import Processing
from app.domain.lifecycles import ApplicationStatus
from app.domain.policies import can_be_found, can_see_names
from app.models.applications import LIVE_APPLICATION_STATUSES, Application
from app.models.identity import UserAccount
from app.models.organizations import Organization
from app.models.profiles import TalentProfile
from app.models.vacancies import Vacancy
from app.schemas.profiles import (
    EmployerCertificate,
    EmployerEducation,
    EmployerExperience,
    TalentForEmployer,
)
from app.services import profile_reading as reading
from app.services import profiles, reference
from app.services.profile_reading import Whole

HIDDEN = "[...]"
"""Stands where a talent wrote a contact, or the own name, into a text that is shown without them."""

_CONTACT = re.compile(
    r"[^\s@<>]+@[^\s@<>]+\.[a-z]{2,}"  # an e-mail address
    r"|(?:https?://|www\.)\S+"  # a page
    r"|(?<!\d)(?:\+?62|0)[\s.()-]{0,2}8(?:[\s.()-]{0,2}\d){8,11}(?!\d)",  # an Indonesian mobile number
    re.IGNORECASE,
)


def anonymous(text: str | None, name: str) -> str | None:
    """A talent's own text without e-mail addresses, phone numbers, pages, and the talent's full name."""
    if text is None:
        return None
    by_name = re.compile(r"\s+".join(re.escape(word) for word in name.split()) or r"(?!)", re.IGNORECASE)
    return by_name.sub(HIDDEN, _CONTACT.sub(HIDDEN, text))


async def verified_employers(session: AsyncSession, actor: Actor) -> list[UUID]:
    """The verified employers for which the caller looks for talents.

    Problems: 403 for nobody's editor, 409 `organization_not_verified` where none is verified yet.
    """
    mine = actor.organizations("employer", "owner", "editor")
    if not mine:
        raise Problem(PERMISSION_DENIED, {"permission": "employer:owner/editor"})
    query = select(Organization.id, Organization.status).where(Organization.id.in_(mine)).order_by(Organization.id)
    found = [(key, status) for key, status in await session.execute(query)]
    verified = [key for key, status in found if status == "verified"]
    if not verified:
        raise Problem(ORGANIZATION_NOT_VERIFIED, {"status": found[0][1] if found else "-"})
    return verified


async def live_application(
    session: AsyncSession, talent_id: UUID, employers: Sequence[UUID]
) -> ApplicationStatus | None:
    """The state of a live application of a talent to one of the employers' vacancies, None without any."""
    status = await session.scalar(
        select(Application.status)
        .join(Vacancy, Vacancy.id == Application.vacancy_id)
        .where(
            Application.talent_id == talent_id,
            Application.status.in_(LIVE_APPLICATION_STATUSES),
            Vacancy.organization_id.in_(employers),
        )
        .limit(1)
    )
    return ApplicationStatus(status) if status else None


async def get(session: AsyncSession, actor: Actor, talent_id: UUID) -> tuple[TalentForEmployer, int]:
    """A talent who agreed to be found, and the profile's version; 404 for any other."""
    employers = await verified_employers(session, actor)
    active = await session.scalar(
        select(UserAccount.status == "active")
        .join(TalentProfile, TalentProfile.id == UserAccount.id)
        .where(UserAccount.id == talent_id)
    )
    if active is None:
        raise Problem(NOT_FOUND)
    read = await reading.read_whole(session, talent_id)
    if not can_be_found(visible_to_employers=profiles.is_found(read), account_active=active):
        raise Problem(NOT_FOUND)
    application = await live_application(session, talent_id, employers)
    named = can_see_names(visible_to_employers=True, application=application)
    # The name goes out with the copy of the profile that the talent handed over, and under the same consent.
    return for_employer(read, named=named and read.may(Processing.SHARE_SNAPSHOT)), read.profile.version


def for_employer(read: Whole, *, named: bool) -> TalentForEmployer:
    """A profile as an employer sees it; `named` shows name, photo and links, too."""
    row, found = read.profile, read.labels

    def told(text: str | None) -> str | None:
        return text if named else anonymous(text, row.full_name)

    return TalentForEmployer(
        id=row.id,
        name=row.full_name if named else None,
        photo_url=row.photo_url if named else None,
        headline=told(row.headline),
        summary=told(row.summary),
        region=found.regions.get((row.region_code or "")[:5]),
        education=[
            EmployerEducation.model_validate(entry.model_dump(exclude={"id", "start_year"}))
            for entry in reading.show_education(read.education)
        ],
        experience=[
            EmployerExperience.model_validate(
                {**entry.model_dump(exclude={"id"}), "description": told(entry.description)}
            )
            for entry in reading.show_experience(read.experience, found)
        ],
        skills=reading.show_skills(read.skills, read.proof, found),
        languages=reading.show_languages(read.languages),
        certificates=_certificates(read),
        licences=reading.show_licences(read.licences),
        links=reading.show_links(read.links) if named else [],
        occupations=[found.occupations[code] for code in row.preferred_occupations],
        relations=[reference.small_label("work_relation", code) for code in row.preferred_relations],
        open_to_remote=row.open_to_remote,
        available_from=row.available_from,
        accommodations=profiles.shared_accommodations(read),
    )


def _certificates(read: Whole) -> list[EmployerCertificate]:
    verified = [
        EmployerCertificate(
            title=held.scheme.label,
            scheme=held.scheme,
            issuer=held.issuer,
            issued_on=held.issued_on,
            valid_until=held.valid_until,
            verified=True,
        )
        for held in read.proof.held
    ]
    declared = [
        EmployerCertificate(
            title=entry.title,
            scheme=entry.scheme,
            issuer=entry.issuer,
            issued_on=entry.issued_on,
            valid_until=entry.valid_until,
            verified=False,
        )
        for entry in reading.show_certificates(read.certificates, read.labels)
    ]
    return verified + declared
