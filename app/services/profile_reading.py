"""Reads a whole profile in a fixed number of queries: the row, its parts, consents, certificates in force, labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from app.core import clock
from app.core.db import WriteSession
from app.core.errors import Problem
from app.core.i18n import pick
from app.core.problems.common import NOT_FOUND
from app.core.problems.identity import CONSENT_NEEDED
from app.domain.certificates import local_date
from app.domain.consents import Processing, Purpose, may_process, missing_for
from app.models.certificates import Certificate
from app.models.identity import Consent
from app.models.organizations import Organization
from app.models.profiles import (
    ProfileCertificate,
    ProfileEducation,
    ProfileExperience,
    ProfileLanguage,
    ProfileLicence,
    ProfileLink,
    ProfileSkill,
    TalentProfile,
)
from app.models.taxonomy import Scheme, SchemeUnit, UnitSkill
from app.schemas.common import CodeLabel
from app.schemas.profile_parts import (
    DeclaredCertificateOut,
    EducationOut,
    Evidence,
    ExperienceOut,
    LanguageOut,
    LicenceOut,
    LinkOut,
    SkillOut,
)
from app.schemas.profiles import HeldCertificate
from app.services import reference

CERTIFIED_LEVEL = 2
"""The level of a skill that a certificate proves at least: "competent" (K) means that its holder works alone."""

Row = TypeVar(
    "Row",
    ProfileEducation,
    ProfileExperience,
    ProfileSkill,
    ProfileLanguage,
    ProfileCertificate,
    ProfileLicence,
    ProfileLink,
)


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels in the caller's language, by code or id."""

    regions: Mapping[str, CodeLabel]
    occupations: Mapping[str, CodeLabel]
    skills: Mapping[int, CodeLabel]
    schemes: Mapping[int, CodeLabel]


async def labels(
    session: AsyncSession,
    *,
    regions: Iterable[str | None] = (),
    occupations: Iterable[str | None] = (),
    skills: Iterable[int] = (),
    schemes: Iterable[int | None] = (),
) -> Labels:
    """Look up the labels of codes and ids: always four queries."""
    return Labels(
        regions=await reference.region_labels(session, regions),
        occupations=await reference.occupation_labels(session, occupations),
        skills=await reference.skill_labels(session, skills),
        schemes=await reference.scheme_labels(session, [key for key in schemes if key is not None]),
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """The certificates in force of a talent, and which schemes prove which skill."""

    held: tuple[HeldCertificate, ...] = ()
    skills: Mapping[int, tuple[CodeLabel, ...]] | None = None

    def schemes_of(self, skill: int) -> list[CodeLabel]:
        """The schemes that prove a skill, in the order of their codes."""
        return list((self.skills or {}).get(skill, ()))


@dataclass(frozen=True, slots=True)
class Whole:
    """A profile with everything that belongs to it."""

    profile: TalentProfile
    education: Sequence[ProfileEducation]
    experience: Sequence[ProfileExperience]
    skills: Sequence[ProfileSkill]
    languages: Sequence[ProfileLanguage]
    certificates: Sequence[ProfileCertificate]
    licences: Sequence[ProfileLicence]
    links: Sequence[ProfileLink]
    consents: Mapping[Purpose, Consent]
    proof: Proof
    labels: Labels

    def may(self, processing: Processing) -> bool:
        """Whether the live consents allow a processing."""
        return may_process(processing, versions(self.consents))


def versions(consents: Mapping[Purpose, Consent]) -> dict[Purpose, str]:
    """Live consents as purpose -> version of the text."""
    return {purpose: row.text_version for purpose, row in consents.items()}


async def live_consents(session: AsyncSession, user_id: UUID) -> dict[Purpose, Consent]:
    """The consents of a person that hold now."""
    rows = await session.scalars(select(Consent).where(Consent.user_id == user_id, Consent.withdrawn_at.is_(None)))
    return {Purpose(row.purpose): row for row in rows}


async def need_consent(session: AsyncSession, user_id: UUID, processing: Processing) -> None:
    """Refuse with 422 `consent_needed` what the live consents do not allow; tells which are missing."""
    missing = missing_for(processing, versions(await live_consents(session, user_id)))
    if missing:
        purposes = sorted(purpose.value for purpose in missing)
        raise Problem(CONSENT_NEEDED, {"purposes": ", ".join(purposes)}, extra={"purposes": purposes})


async def lock(session: WriteSession, user_id: UUID, processing: Processing | None = None) -> TalentProfile:
    """The profile, held until the commit: changes of one profile happen one after the other.

    404 without a profile; 422 `consent_needed` where `processing` (None for an erasure) is not allowed.
    """
    row = await session.get(TalentProfile, user_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Problem(NOT_FOUND)
    if processing is not None:
        await need_consent(session, user_id, processing)
    return row


def touch(profile: TalentProfile) -> None:
    """Raise the profile's version for a change in a part, also within one tick of the clock."""
    profile.touch()
    flag_modified(profile, "updated_at")


async def parts(session: AsyncSession, model: type[Row], user_id: UUID) -> list[Row]:
    """The rows of one part of a profile, in the order in which they were made."""
    rows = await session.scalars(select(model).where(model.profile_id == user_id).order_by(model.id))
    return list(rows)


async def proof_of(session: AsyncSession, user_id: UUID) -> Proof:
    """The certificates that count now, and the skills that their schemes prove: two queries."""
    today = local_date(clock.now())
    counts = and_(
        Certificate.talent_id == user_id,
        Certificate.status == "active",
        Certificate.issued_on <= today,
        Certificate.valid_until >= today,
    )
    rows = await session.execute(
        select(Certificate, Scheme, Organization.name)
        .join(Scheme, Scheme.id == Certificate.scheme_id)
        .join(Organization, Organization.id == Certificate.organization_id)
        .where(counts)
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    )
    held: list[HeldCertificate] = []
    schemes: dict[int, CodeLabel] = {}
    for certificate, scheme, issuer in rows:
        schemes[scheme.id] = CodeLabel(code=scheme.code, label=pick(scheme.label_id, scheme.label_en))
        held.append(
            HeldCertificate(
                id=certificate.id,
                number=certificate.number,
                scheme=schemes[scheme.id],
                issuer=issuer,
                issued_on=certificate.issued_on,
                valid_until=certificate.valid_until,
            )
        )
    pairs = await session.execute(
        select(UnitSkill.skill_id, SchemeUnit.scheme_id)
        .join(SchemeUnit, SchemeUnit.unit_id == UnitSkill.unit_id)
        .where(SchemeUnit.scheme_id.in_(schemes))
        .distinct()
    )
    proven: dict[int, list[CodeLabel]] = {}
    for skill, scheme_id in pairs:
        proven.setdefault(skill, []).append(schemes[scheme_id])
    return Proof(tuple(held), {skill: tuple(sorted(by, key=attrgetter("code"))) for skill, by in proven.items()})


async def read_whole(session: AsyncSession, user_id: UUID) -> Whole:
    """A whole profile: 15 queries, whatever it holds. 404 without one."""
    profile = await session.get(TalentProfile, user_id)
    if profile is None:
        raise Problem(NOT_FOUND)
    education = await parts(session, ProfileEducation, user_id)
    experience = await parts(session, ProfileExperience, user_id)
    skills = await parts(session, ProfileSkill, user_id)
    languages = await parts(session, ProfileLanguage, user_id)
    certificates = await parts(session, ProfileCertificate, user_id)
    licences = await parts(session, ProfileLicence, user_id)
    links = await parts(session, ProfileLink, user_id)
    proof = await proof_of(session, user_id)
    home = profile.region_code
    found = await labels(
        session,
        # The regency, too: an employer sees nothing nearer.
        regions=[
            home,
            home[:5] if home else None,
            *profile.preferred_regions,
            *(e.region_code for e in experience),
        ],
        occupations=[*profile.preferred_occupations, *(entry.occupation_code for entry in experience)],
        skills=[*(entry.skill_id for entry in skills), *(proof.skills or {})],
        schemes=[entry.scheme_id for entry in certificates],
    )
    return Whole(
        profile, education, experience, skills, languages, certificates, licences, links,
        await live_consents(session, user_id), proof, found,
    )  # fmt: skip


# --- how each part is shown -------------------------------------------------------------------------------


def show_education(rows: Iterable[ProfileEducation]) -> list[EducationOut]:
    """Schools and studies, the latest first; one that goes on comes before all."""
    ordered = sorted(rows, key=lambda row: (row.end_year or 9999, row.start_year or 0, row.id), reverse=True)
    return [
        EducationOut(
            id=row.id,
            level=reference.small_label("education", row.level),
            institution=row.institution,
            field=row.field,
            start_year=row.start_year,
            end_year=row.end_year,
            completed=row.completed,
        )
        for row in ordered
    ]


def show_experience(rows: Iterable[ProfileExperience], found: Labels) -> list[ExperienceOut]:
    """Jobs held, the latest first; one that goes on comes before all."""
    ordered = sorted(rows, key=lambda row: (row.end_date or date.max, row.start_date, row.id), reverse=True)
    return [
        ExperienceOut(
            id=row.id,
            occupation=found.occupations[row.occupation_code],
            title=row.title,
            employer_name=row.employer_name,
            region=found.regions.get(row.region_code or ""),
            start_date=row.start_date,
            end_date=row.end_date,
            description=row.description,
        )
        for row in ordered
    ]


def show_skills(rows: Iterable[ProfileSkill], proof: Proof, found: Labels) -> list[SkillOut]:
    """Skills with what counts: a certificate in force adds evidence, and a skill that was not declared."""
    own = {row.skill_id: row for row in rows}
    shown = [_skill(found.skills[key], own.get(key), proof.schemes_of(key)) for key in {**own, **(proof.skills or {})}]
    return sorted(shown, key=lambda skill: (-skill.level, skill.skill.label, skill.skill.code))


def _skill(skill: CodeLabel, row: ProfileSkill | None, proven_by: list[CodeLabel]) -> SkillOut:
    evidence: Evidence = "certified" if proven_by else _EVIDENCE[row.evidence if row else "declared"]
    return SkillOut(
        skill=skill,
        level=max(row.level if row else 0, CERTIFIED_LEVEL if proven_by else 0),
        declared_level=row.level if row else None,
        evidence=evidence,
        since=row.since if row else None,
        proven_by=proven_by,
    )


# A stored `certified` tells of a certificate that was in force once; it counts only while one still is.
_EVIDENCE: dict[str, Evidence] = {
    "declared": "declared",
    "inferred": "inferred",
    "course": "course",
    "certified": "declared",
}


def show_languages(rows: Iterable[ProfileLanguage]) -> list[LanguageOut]:
    """Languages, the best spoken first."""
    order = ("native", "c2", "c1", "b2", "b1", "a2", "a1")
    return [
        LanguageOut.model_validate({"language": reference.small_label("language", row.language), "level": row.level})
        for row in sorted(rows, key=lambda row: (order.index(row.level), row.language))
    ]


def show_certificates(rows: Iterable[ProfileCertificate], found: Labels) -> list[DeclaredCertificateOut]:
    """Certificates held elsewhere, the latest first."""
    return [
        DeclaredCertificateOut(
            id=row.id,
            title=row.title,
            issuer=row.issuer,
            scheme=found.schemes.get(row.scheme_id) if row.scheme_id is not None else None,
            number=row.number,
            issued_on=row.issued_on,
            valid_until=row.valid_until,
            url=row.url,
        )
        for row in sorted(rows, key=lambda row: (row.issued_on, row.id), reverse=True)
    ]


def show_licences(rows: Iterable[ProfileLicence]) -> list[LicenceOut]:
    """Licences by law, in the order of their codes."""
    today = clock.today()
    return [
        LicenceOut(
            licence=reference.small_label("licence", row.licence),
            valid_until=row.valid_until,
            in_force=row.valid_until is None or row.valid_until >= today,
        )
        for row in sorted(rows, key=attrgetter("licence"))
    ]


def show_links(rows: Iterable[ProfileLink]) -> list[LinkOut]:
    """Links in the order in which they were made."""
    return [LinkOut(id=row.id, label=row.label, url=row.url) for row in sorted(rows, key=attrgetter("id"))]
