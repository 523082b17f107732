"""Entries of a profile that a code names: skills, languages, licences. Putting one twice changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import FieldError, Problem
from app.core.i18n import Text
from app.core.problems.common import NOT_FOUND
from app.core.problems.profiles import PROFILE_LIMIT
from app.domain.consents import Processing
from app.models.profiles import ProfileLanguage, ProfileLicence, ProfileSkill, TalentProfile
from app.models.taxonomy import Skill
from app.schemas.profile_parts import (
    LanguageIn,
    LanguageOut,
    LicenceIn,
    LicenceOut,
    SkillIn,
    SkillLevelIn,
    SkillOut,
)
from app.services import profile_checks as checks
from app.services import profile_reading as reading
from app.services import reference

LIMITS: Mapping[str, int] = {"skills": 200, "languages": 30, "licences": 20}
"""The most entries that a profile holds, by part."""


def _room(part: str, count: int) -> None:
    if count > LIMITS[part]:
        raise Problem(PROFILE_LIMIT, {"limit": LIMITS[part], "part": part}, extra={"limit": LIMITS[part]})


async def _changed(session: WriteSession, profile: TalentProfile) -> None:
    reading.touch(profile)
    await session.flush()


# --- skills -----------------------------------------------------------------------------------------------


async def skills(session: AsyncSession, actor: Actor) -> list[SkillOut]:
    """The caller's skills with what counts of them, those of certificates in force included."""
    rows = await reading.parts(session, ProfileSkill, actor.person)
    proof = await reading.proof_of(session, actor.person)
    found = await reading.labels(session, skills=[*(row.skill_id for row in rows), *(proof.skills or {})])
    return reading.show_skills(rows, proof, found)


async def put_skill(session: WriteSession, actor: Actor, code: str, data: SkillLevelIn) -> SkillOut:
    """Hold one skill at a level; 422 for an unknown code, a date in the future, or no room."""
    await _put_skills(session, actor, {"/path/skill_code": code}, [(code, data.level, data.since)], ["/since"])
    return next(skill for skill in await skills(session, actor) if skill.skill.code == code)


async def put_skills(session: WriteSession, actor: Actor, items: Sequence[SkillIn]) -> list[SkillOut]:
    """Hold several skills, all or none; 422 names each bad one. Answers all skills of the profile."""
    seen: set[str] = set()
    errors = []
    for index, item in enumerate(items):
        if item.code in seen:
            message = Text(f"'{item.code}' sudah ada di atas.", f"'{item.code}' is there already.")
            errors.append(FieldError(f"/skills/{index}/code", "duplicate", str(message)))
        seen.add(item.code)
    reference.raise_invalid(errors)
    await _put_skills(
        session,
        actor,
        {f"/skills/{index}/code": item.code for index, item in enumerate(items)},
        [(item.code, item.level, item.since) for item in items],
        [f"/skills/{index}/since" for index in range(len(items))],
    )
    return await skills(session, actor)


async def _put_skills(
    session: WriteSession,
    actor: Actor,
    codes: Mapping[str, str],
    wanted: Sequence[tuple[str, int, date | None]],
    since_pointers: Sequence[str],
) -> None:
    profile = await reading.lock(session, actor.person, Processing.STORE_PROFILE)
    ids, errors = await reference.skill_ids(session, codes)
    for pointer, (_, _, since) in zip(since_pointers, wanted, strict=True):
        errors += checks.past(pointer, since)
    reference.raise_invalid(errors)
    held = {row.skill_id: row for row in await reading.parts(session, ProfileSkill, profile.id)}
    _room("skills", len({*held, *ids.values()}))
    for code, level, since in wanted:
        row = held.get(ids[code])
        if row is None:
            session.add(ProfileSkill(profile_id=profile.id, skill_id=ids[code], level=level, since=since))
            continue
        if level > row.level:
            # What proved the lower level does not prove this one.
            row.evidence = "declared"
        row.level, row.since = level, since
    await _changed(session, profile)


async def remove_skill(session: WriteSession, actor: Actor, code: str) -> None:
    """Erase an own entry; what a certificate proves stays as long as that is in force. 404 without one."""
    profile = await reading.lock(session, actor.person)
    query = select(ProfileSkill).join(Skill, Skill.id == ProfileSkill.skill_id)
    row = await session.scalar(query.where(ProfileSkill.profile_id == profile.id, Skill.code == code))
    if row is None:
        raise Problem(NOT_FOUND)
    await session.delete(row)
    await _changed(session, profile)


# --- languages and licences -------------------------------------------------------------------------------


async def languages(session: AsyncSession, actor: Actor) -> list[LanguageOut]:
    """The caller's languages, the best spoken first."""
    return reading.show_languages(await reading.parts(session, ProfileLanguage, actor.person))


async def put_language(session: WriteSession, actor: Actor, code: str, data: LanguageIn) -> LanguageOut:
    """Speak a language at a level; 422 for an unknown code."""
    profile = await reading.lock(session, actor.person, Processing.STORE_PROFILE)
    reference.raise_invalid(reference.check_small("language", {"/path/language": code}))
    held = {row.language: row for row in await reading.parts(session, ProfileLanguage, profile.id)}
    row = held.get(code)
    if row is None:
        _room("languages", len(held) + 1)
        row = ProfileLanguage(profile_id=profile.id, language=code, level=data.level)
        session.add(row)
    row.level = data.level
    await _changed(session, profile)
    return reading.show_languages([row])[0]


async def remove_language(session: WriteSession, actor: Actor, code: str) -> None:
    """Erase a language; 404 where there is none."""
    profile = await reading.lock(session, actor.person)
    rows = await reading.parts(session, ProfileLanguage, profile.id)
    await _erase(session, profile, next((row for row in rows if row.language == code), None))


async def licences(session: AsyncSession, actor: Actor) -> list[LicenceOut]:
    """The caller's licences in the order of their codes."""
    return reading.show_licences(await reading.parts(session, ProfileLicence, actor.person))


async def put_licence(session: WriteSession, actor: Actor, code: str, data: LicenceIn) -> LicenceOut:
    """Hold a licence until a day; 422 for an unknown code."""
    profile = await reading.lock(session, actor.person, Processing.STORE_PROFILE)
    reference.raise_invalid(reference.check_small("licence", {"/path/licence": code}))
    held = {row.licence: row for row in await reading.parts(session, ProfileLicence, profile.id)}
    row = held.get(code)
    if row is None:
        _room("licences", len(held) + 1)
        row = ProfileLicence(profile_id=profile.id, licence=code)
        session.add(row)
    row.valid_until = data.valid_until
    await _changed(session, profile)
    return reading.show_licences([row])[0]


async def remove_licence(session: WriteSession, actor: Actor, code: str) -> None:
    """Erase a licence; 404 where there is none."""
    profile = await reading.lock(session, actor.person)
    rows = await reading.parts(session, ProfileLicence, profile.id)
    await _erase(session, profile, next((row for row in rows if row.licence == code), None))


async def _erase(session: WriteSession, profile: TalentProfile, row: ProfileLanguage | ProfileLicence | None) -> None:
    if row is None:
        raise Problem(NOT_FOUND)
    await session.delete(row)
    await _changed(session, profile)
