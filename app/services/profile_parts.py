"""Entries of a profile that have an id: education, experience, certificates held elsewhere, links.

Each change happens under the profile's lock and raises the profile's version, which is the ETag of every entry.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import CONSTRAINT_PROBLEMS, FieldError, Problem
from app.core.problems.common import NOT_FOUND, PRECONDITION_FAILED
from app.core.problems.profiles import ENTRY_EXISTS, PROFILE_LIMIT
from app.domain.consents import Processing
from app.models.profiles import (
    ProfileCertificate,
    ProfileEducation,
    ProfileExperience,
    ProfileLink,
    TalentProfile,
)
from app.schemas.profile_parts import DeclaredCertificateOut, EducationOut, ExperienceOut, LinkOut
from app.services import profile_checks as checks
from app.services import profile_reading as reading
from app.services import reference

CONSTRAINT_PROBLEMS["uq_profile_link_profile_id_url"] = ENTRY_EXISTS

Row = TypeVar("Row", ProfileEducation, ProfileExperience, ProfileCertificate, ProfileLink)
Out = TypeVar("Out", EducationOut, ExperienceOut, DeclaredCertificateOut, LinkOut)


@dataclass(frozen=True, slots=True)
class Part(Generic[Row, Out]):
    """One kind of entry.

    `check` completes the columns of an entry in place and answers what is wrong with them; `same` is what two entries
    must not share; `limit` is the most that a profile holds.
    """

    name: str
    model: type[Row]
    limit: int
    check: Callable[[AsyncSession, dict[str, Any]], Awaitable[list[FieldError]]]
    same: Callable[[Row], object]
    show: Callable[[AsyncSession, Iterable[Row]], Awaitable[list[Out]]]


async def entries(session: AsyncSession, actor: Actor, part: Part[Row, Out]) -> list[Out]:
    """Every entry of the caller's profile."""
    return await part.show(session, await reading.parts(session, part.model, actor.person))


async def entry(session: AsyncSession, actor: Actor, part: Part[Row, Out], key: UUID) -> tuple[Out, int]:
    """One entry and the profile's version; 404 for any but an own one."""
    row = await _own(session, actor, part, key)
    version = await session.scalar(select(TalentProfile.version).where(TalentProfile.id == actor.person))
    return (await part.show(session, [row]))[0], version or 0


async def _own(session: AsyncSession, actor: Actor, part: Part[Row, Out], key: UUID) -> Row:
    query = select(part.model).where(part.model.id == key, part.model.profile_id == actor.person)
    row = await session.scalar(query)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def add(session: WriteSession, actor: Actor, part: Part[Row, Out], data: BaseModel) -> tuple[Out, int]:
    """A new entry and the profile's version.

    Problems: 422 for bad codes and dates, `profile_limit`, `consent_needed`; 409 `entry_exists`.
    """
    profile = await reading.lock(session, actor.person, Processing.STORE_PROFILE)
    values = data.model_dump()
    reference.raise_invalid(await part.check(session, values))
    held = await reading.parts(session, part.model, profile.id)
    if len(held) >= part.limit:
        raise Problem(PROFILE_LIMIT, {"limit": part.limit, "part": part.name}, extra={"limit": part.limit})
    row = part.model(profile_id=profile.id, **values)
    _distinct(part, row, held)
    session.add(row)
    return await _changed(session, profile, part, row)


async def change(
    session: WriteSession, actor: Actor, part: Part[Row, Out], key: UUID, version: int, patch: BaseModel
) -> tuple[Out, int]:
    """Apply a merge patch to an entry; 404, 412 for a stale profile, and the problems of `add`."""
    profile = await reading.lock(session, actor.person, Processing.STORE_PROFILE)
    row = await _own(session, actor, part, key)
    if profile.version != version:
        raise Problem(PRECONDITION_FAILED)
    columns = [c.key for c in part.model.__table__.columns if c.key not in ("id", "profile_id", "created_at")]
    values = {name: getattr(row, name) for name in columns} | patch.model_dump(exclude_unset=True)
    reference.raise_invalid(await part.check(session, values))
    for name, value in values.items():
        setattr(row, name, value)
    held = await reading.parts(session, part.model, profile.id)
    _distinct(part, row, [other for other in held if other.id != row.id])
    return await _changed(session, profile, part, row)


def _distinct(part: Part[Row, Out], row: Row, others: Iterable[Row]) -> None:
    """Refuse with 409 an entry that the profile has already."""
    if part.same(row) in {part.same(other) for other in others}:
        raise Problem(ENTRY_EXISTS)


async def _changed(session: WriteSession, profile: TalentProfile, part: Part[Row, Out], row: Row) -> tuple[Out, int]:
    reading.touch(profile)
    await session.flush()
    return (await part.show(session, [row]))[0], profile.version


async def remove(session: WriteSession, actor: Actor, part: Part[Row, Out], key: UUID) -> None:
    """Erase an entry; this needs no consent. 404 for any but an own one."""
    profile = await reading.lock(session, actor.person)
    await session.delete(await _own(session, actor, part, key))
    reading.touch(profile)
    await session.flush()


# --- the four kinds ---------------------------------------------------------------------------------------


async def _check_education(_: AsyncSession, values: dict[str, Any]) -> list[FieldError]:
    return [
        *reference.check_small("education", {"/level": values["level"]}),
        *checks.past_year("/start_year", values["start_year"]),
        *checks.past_year("/end_year", values["end_year"]),
        *checks.in_order("/end_year", values["start_year"], values["end_year"]),
    ]


async def _check_experience(session: AsyncSession, values: dict[str, Any]) -> list[FieldError]:
    return [
        *await reference.check_occupations(session, {"/occupation_code": values["occupation_code"]}),
        *await reference.check_regions(session, {"/region_code": values["region_code"]}),
        *checks.past("/start_date", values["start_date"]),
        *checks.past("/end_date", values["end_date"]),
        *checks.in_order("/end_date", values["start_date"], values["end_date"]),
    ]


async def _check_certificate(session: AsyncSession, values: dict[str, Any]) -> list[FieldError]:
    errors = [
        *checks.past("/issued_on", values["issued_on"]),
        *checks.in_order("/valid_until", values["issued_on"], values["valid_until"]),
    ]
    if "scheme_code" in values:
        code = values.pop("scheme_code")
        known, unknown = await reference.scheme_ids(session, {"/scheme_code": code} if code else {})
        values["scheme_id"] = known.get(code)
        errors += unknown
    return errors


async def _check_link(_: AsyncSession, __: dict[str, Any]) -> list[FieldError]:
    return []


async def _show_education(_: AsyncSession, rows: Iterable[ProfileEducation]) -> list[EducationOut]:
    return reading.show_education(rows)


async def _show_experience(session: AsyncSession, rows: Iterable[ProfileExperience]) -> list[ExperienceOut]:
    rows = list(rows)
    found = await reading.labels(
        session, regions=[row.region_code for row in rows], occupations=[row.occupation_code for row in rows]
    )
    return reading.show_experience(rows, found)


async def _show_certificates(session: AsyncSession, rows: Iterable[ProfileCertificate]) -> list[DeclaredCertificateOut]:
    rows = list(rows)
    found = await reading.labels(session, schemes=[row.scheme_id for row in rows])
    return reading.show_certificates(rows, found)


async def _show_links(_: AsyncSession, rows: Iterable[ProfileLink]) -> list[LinkOut]:
    return reading.show_links(rows)


EDUCATION = Part(
    "education",
    ProfileEducation,
    20,
    _check_education,
    lambda row: (
        row.level,
        row.institution.casefold(),
        (row.field or "").casefold(),
        row.start_year,
        row.end_year,
    ),
    _show_education,
)
EXPERIENCE = Part(
    "experience",
    ProfileExperience,
    50,
    _check_experience,
    lambda row: (row.occupation_code, row.title.casefold(), row.employer_name.casefold(), row.start_date),
    _show_experience,
)
CERTIFICATES = Part(
    "certificates",
    ProfileCertificate,
    50,
    _check_certificate,
    lambda row: (row.title.casefold(), row.issuer.casefold(), row.number, row.issued_on),
    _show_certificates,
)
LINKS = Part("links", ProfileLink, 20, _check_link, lambda row: row.url, _show_links)

LIMITS: Mapping[str, int] = {part.name: part.limit for part in (EDUCATION, EXPERIENCE, CERTIFICATES, LINKS)}
"""The most entries that a profile holds, by part."""
