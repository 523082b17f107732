"""Skills, languages and licences of the caller's profile over HTTP: one entry a code."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from app.core.actor import Actor
from app.core.errors import ProblemKind
from app.core.permissions import Permission
from app.core.problems.common import NOT_FOUND
from app.core.problems.identity import CONSENT_NEEDED
from app.core.problems.profiles import PROFILE_LIMIT
from app.routers.support.deps import Idempotent, ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.common import PageOut
from app.schemas.profile_parts import (
    LanguageIn,
    LanguageOut,
    LicenceIn,
    LicenceOut,
    SkillLevelIn,
    SkillOut,
    SkillsIn,
)
from app.services import profile_codes as service

router = APIRouter(prefix="/v1/me/profile", tags=["profile"], route_class=HubRoute)

Reader = Annotated[Actor, require(Permission.PROFILE_READ)]
Writer = Annotated[Actor, require(Permission.PROFILE_WRITE)]
SkillCode = Annotated[str, Path(description="Code of the skill", max_length=120, examples=["SK-0016"])]
LanguageCode = Annotated[str, Path(description="ISO 639 code of the language", max_length=20, examples=["en"])]
LicenceCode = Annotated[str, Path(description="Code of the licence", max_length=40, examples=["sim_c"])]


def _reads(name: str, summary: str) -> dict[str, Any]:
    return operation(name, summary, permission=Permission.PROFILE_READ, demo="talent")


def _puts(name: str, summary: str, *problems: ProblemKind, idempotent: bool = False) -> dict[str, Any]:
    return operation(
        name,
        summary,
        permission=Permission.PROFILE_WRITE,
        problems=[NOT_FOUND, CONSENT_NEEDED, PROFILE_LIMIT, *problems],
        idempotent=idempotent,
        demo="talent",
    )


def _erases(name: str, summary: str) -> dict[str, Any]:
    return operation(
        name, summary, permission=Permission.PROFILE_WRITE, problems=[NOT_FOUND], status=204, demo="talent"
    )


# --- skills -----------------------------------------------------------------------------------------------


@router.get("/skills", **_reads("profile.list_skills", "My skills"))
async def list_skills(actor: Reader, session: ReadDep) -> PageOut[SkillOut]:
    """Every skill with what counts of it, the highest level first.

    A certificate in force adds its skills, and the evidence `certified` to those declared already.
    """
    return PageOut[SkillOut](items=await service.skills(session, actor), next_cursor=None)


@router.post("/skills", **_puts("profile.add_skills", "Add several skills", idempotent=True))
async def add_skills(
    body: SkillsIn, actor: Writer, session: WriteDep, _: Annotated[None, Idempotent]
) -> PageOut[SkillOut]:
    """Add or change several skills, all or none; answers every skill of the profile.

    What proves a skill is decided by the hub: a talent declares.
    """
    return PageOut[SkillOut](items=await service.put_skills(session, actor, body.skills), next_cursor=None)


@router.put("/skills/{skill_code}", **_puts("profile.put_skill", "Hold a skill at a level"))
async def put_skill(skill_code: SkillCode, body: SkillLevelIn, actor: Writer, session: WriteDep) -> SkillOut:
    """Add a skill, or change its level and since when.

    A course that proved a lower level does not prove a higher one: raising the level makes the skill a declared one.
    """
    return await service.put_skill(session, actor, skill_code, body)


@router.delete("/skills/{skill_code}", **_erases("profile.remove_skill", "Remove a skill"))
async def remove_skill(skill_code: SkillCode, actor: Writer, session: WriteDep) -> None:
    """Erase the own entry; what a certificate proves stays while it is in force."""
    await service.remove_skill(session, actor, skill_code)


# --- languages --------------------------------------------------------------------------------------------


@router.get("/languages", **_reads("profile.list_languages", "My languages"))
async def list_languages(actor: Reader, session: ReadDep) -> PageOut[LanguageOut]:
    """Languages, the best spoken first."""
    return PageOut[LanguageOut](items=await service.languages(session, actor), next_cursor=None)


@router.put("/languages/{language}", **_puts("profile.put_language", "Speak a language at a level"))
async def put_language(language: LanguageCode, body: LanguageIn, actor: Writer, session: WriteDep) -> LanguageOut:
    """Add a language, or change its CEFR level."""
    return await service.put_language(session, actor, language, body)


@router.delete("/languages/{language}", **_erases("profile.remove_language", "Remove a language"))
async def remove_language(language: LanguageCode, actor: Writer, session: WriteDep) -> None:
    """Erase the language; this needs no consent."""
    await service.remove_language(session, actor, language)


# --- licences ---------------------------------------------------------------------------------------------


@router.get("/licences", **_reads("profile.list_licences", "My licences"))
async def list_licences(actor: Reader, session: ReadDep) -> PageOut[LicenceOut]:
    """Licences by law, as declared, and whether each is in force today."""
    return PageOut[LicenceOut](items=await service.licences(session, actor), next_cursor=None)


@router.put("/licences/{licence}", **_puts("profile.put_licence", "Hold a licence"))
async def put_licence(licence: LicenceCode, body: LicenceIn, actor: Writer, session: WriteDep) -> LicenceOut:
    """Add a licence, or change until when it runs."""
    return await service.put_licence(session, actor, licence, body)


@router.delete("/licences/{licence}", **_erases("profile.remove_licence", "Remove a licence"))
async def remove_licence(licence: LicenceCode, actor: Writer, session: WriteDep) -> None:
    """Erase the licence; this needs no consent."""
    await service.remove_licence(session, actor, licence)
