"""The profile as it goes along with an application: frozen, and no more than an employer needs.

Codes are kept with both labels, so that the snapshot reads the same after the taxonomy changed. Left out: NIK,
birth date, sex, address, photo, disability, the minimum pay, and preferences.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.i18n import pick
from app.domain.certificates import in_force
from app.domain.lifecycles import CertificateStatus
from app.models.certificates import Certificate
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
from app.models.taxonomy import Occupation, Region, Scheme, Skill
from app.schemas.applications import ProfileSnapshot
from app.services import reference

_PLAIN: Final = ("full_name", "headline", "summary", "contact_email", "contact_phone")


async def profile_snapshot(session: AsyncSession, user_id: UUID) -> dict[str, Any]:
    """A talent's profile as JSON, as it is now; a fixed number of queries. The profile must exist."""
    profile = await session.get_one(TalentProfile, user_id)
    region = await _regions(session, [profile.region_code])
    return {
        "taken_at": clock.now().isoformat(),
        **{name: getattr(profile, name) for name in _PLAIN},
        "region": region.get(profile.region_code or ""),
        "available_from": _day(profile.available_from),
        "education": await _education(session, user_id),
        "experience": await _experience(session, user_id),
        "skills": await _skills(session, user_id),
        "languages": [
            {**_small("language", row.language), "level": row.level}
            for row in await session.scalars(
                select(ProfileLanguage).where(ProfileLanguage.profile_id == user_id).order_by(ProfileLanguage.id)
            )
        ],
        "certificates": await _certificates(session, user_id),
        "declared_certificates": [
            {
                "title": row.title,
                "issuer": row.issuer,
                "number": row.number,
                "issued_on": _day(row.issued_on),
                "valid_until": _day(row.valid_until),
                "url": row.url,
            }
            for row in await session.scalars(
                select(ProfileCertificate)
                .where(ProfileCertificate.profile_id == user_id)
                .order_by(ProfileCertificate.issued_on.desc(), ProfileCertificate.id)
            )
        ],
        "licences": [
            {"licence": _small("licence", row.licence), "valid_until": _day(row.valid_until)}
            for row in await session.scalars(
                select(ProfileLicence).where(ProfileLicence.profile_id == user_id).order_by(ProfileLicence.id)
            )
        ],
        "links": [
            {"label": row.label, "url": row.url}
            for row in await session.scalars(
                select(ProfileLink).where(ProfileLink.profile_id == user_id).order_by(ProfileLink.id)
            )
        ],
    }


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _label(code: str, indonesian: str, english: str) -> dict[str, str]:
    return {"code": code, "label_id": indonesian, "label_en": english}


def _small(name: str, code: str) -> dict[str, str]:
    return _label(code, *reference.code_lists()[name].get(code, (code, code)))


async def _regions(session: AsyncSession, codes: list[str | None]) -> dict[str, dict[str, str]]:
    wanted = {code for code in codes if code}
    rows = await session.execute(select(Region.code, Region.label).where(Region.code.in_(wanted)))
    return {code: _label(code, label, label) for code, label in rows}


async def _education(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    rows = await session.scalars(
        select(ProfileEducation)
        .where(ProfileEducation.profile_id == user_id)
        .order_by(ProfileEducation.end_year.desc().nulls_first(), ProfileEducation.id)
    )
    names = ("institution", "field", "start_year", "end_year", "completed")
    return [{"level": _small("education", row.level), **{name: getattr(row, name) for name in names}} for row in rows]


async def _experience(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    query = (
        select(ProfileExperience, Occupation.label_id, Occupation.label_en)
        .join(Occupation, Occupation.code == ProfileExperience.occupation_code)
        .where(ProfileExperience.profile_id == user_id)
        .order_by(ProfileExperience.start_date.desc(), ProfileExperience.id)
    )
    rows = (await session.execute(query)).all()
    regions = await _regions(session, [row.region_code for row, _, _ in rows])
    return [
        {
            "occupation": _label(row.occupation_code, indonesian, english),
            "title": row.title,
            "employer_name": row.employer_name,
            "region": regions.get(row.region_code or ""),
            "start_date": _day(row.start_date),
            "end_date": _day(row.end_date),
            "description": row.description,
        }
        for row, indonesian, english in rows
    ]


async def _skills(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    query = (
        select(ProfileSkill, Skill.code, Skill.label_id, Skill.label_en)
        .join(Skill, Skill.id == ProfileSkill.skill_id)
        .where(ProfileSkill.profile_id == user_id)
        .order_by(ProfileSkill.level.desc(), Skill.code)
    )
    return [
        {**_label(code, indonesian, english), "level": row.level, "evidence": row.evidence, "since": _day(row.since)}
        for row, code, indonesian, english in await session.execute(query)
    ]


async def _certificates(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """Only what is in force now: an expired or revoked certificate says nothing for the talent."""
    query = (
        select(Certificate, Scheme.code, Scheme.label_id, Scheme.label_en, Organization.name)
        .join(Scheme, Scheme.id == Certificate.scheme_id)
        .join(Organization, Organization.id == Certificate.organization_id)
        .where(Certificate.talent_id == user_id)
        .order_by(Certificate.issued_on.desc(), Certificate.id)
    )
    now = clock.now()
    return [
        {
            "number": row.number,
            "scheme": _label(code, indonesian, english),
            "body": body,
            "issued_on": _day(row.issued_on),
            "valid_until": _day(row.valid_until),
        }
        for row, code, indonesian, english, body in await session.execute(query)
        if in_force(CertificateStatus(row.status), row.valid_until, now, issued_on=row.issued_on)
    ]


def shown(snapshot: Mapping[str, Any]) -> ProfileSnapshot:
    """A kept snapshot with its labels in the caller's language."""
    return ProfileSnapshot.model_validate({name: _localised(value) for name, value in snapshot.items()})


def _localised(value: Any) -> Any:
    if isinstance(value, list):
        return [_localised(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name: _localised(item) for name, item in value.items() if name not in ("label_id", "label_en")}
    if "label_id" in value:
        members["label"] = pick(value["label_id"], value["label_en"])
    return members
