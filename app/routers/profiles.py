"""The caller's own profile and CV over HTTP, and what an employer sees of a talent."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from app.core.actor import Actor
from app.core.demo_ids import demo_id
from app.core.i18n import language
from app.core.permissions import Permission
from app.core.problems.common import NOT_FOUND, RATE_LIMITED
from app.core.problems.identity import CONSENT_NEEDED
from app.core.problems.organizations import ORGANIZATION_NOT_VERIFIED
from app.core.problems.profiles import NIK_REGISTERED
from app.core.ratelimit import Quota, spend
from app.routers.support.deps import DatabaseDep, IfMatch, KitDep, ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.cv import JsonResume
from app.schemas.profiles import (
    CompletenessOut,
    DisabilityIn,
    DisabilityOut,
    IdentityIn,
    IdentityOut,
    ProfileOut,
    ProfilePatch,
    TalentForEmployer,
)
from app.services import cv, cv_pdf, talents
from app.services import profiles as service

router = APIRouter(prefix="/v1", tags=["profile"], route_class=HubRoute)

Reader = Annotated[Actor, require(Permission.PROFILE_READ)]
Writer = Annotated[Actor, require(Permission.PROFILE_WRITE)]
Searcher = Annotated[Actor, require(Permission.MATCHES_SEARCH)]
TalentId = Annotated[UUID, Path(description="Id of the talent", examples=[str(demo_id("account", "acc-talent"))])]

IDENTITY_QUOTA = Quota("identity", 10, 3600)
"""The answer tells whether a NIK is registered: nobody may try many."""


class PdfResponse(Response):
    """A PDF file."""

    media_type = "application/pdf"


# --- the profile ------------------------------------------------------------------------------------------


@router.get(
    "/me/profile",
    **operation("profile.get", "My profile", permission=Permission.PROFILE_READ, problems=[NOT_FOUND], demo="talent"),
)
async def get_profile(actor: Reader, session: ReadDep, kit: KitDep, response: Response) -> ProfileOut:
    """The whole profile with all its parts. The NIK is masked; a disability is at an address of its own."""
    profile, version = await service.whole(session, actor, kit)
    response.headers["ETag"] = str(version)
    return profile


@router.patch(
    "/me/profile",
    **operation(
        "profile.update",
        "Change my profile",
        permission=Permission.PROFILE_WRITE,
        problems=[NOT_FOUND, CONSENT_NEEDED],
        conditional=True,
        demo="talent",
    ),
)
async def update_profile(
    body: ProfilePatch, actor: Writer, session: WriteDep, kit: KitDep, version: IfMatch, response: Response
) -> ProfileOut:
    """JSON Merge Patch: absent members stay, null clears, `contact` and `preferences` are merged."""
    profile, version = await service.change(session, actor, kit, version, body)
    response.headers["ETag"] = str(version)
    return profile


@router.get(
    "/me/profile/completeness",
    **operation(
        "profile.get_completeness",
        "What my profile lacks",
        permission=Permission.PROFILE_READ,
        problems=[NOT_FOUND],
        demo="talent",
    ),
)
async def get_completeness(actor: Reader, session: ReadDep) -> CompletenessOut:
    """How complete the profile is, what is missing, and why each thing matters.

    Nobody is nudged to give more than helps: sex, photo, NIK and disability never count.
    """
    return await service.completeness_of(session, actor)


# --- identity ---------------------------------------------------------------------------------------------


@router.get(
    "/me/profile/identity",
    **operation(
        "profile.get_identity",
        "My identity number",
        permission=Permission.PROFILE_READ,
        problems=[NOT_FOUND],
        demo="talent",
    ),
)
async def get_identity(actor: Reader, session: ReadDep, kit: KitDep, response: Response) -> IdentityOut:
    """The NIK, masked, with what it says otherwise than the profile; null where none is recorded."""
    found, version = await service.identity(session, actor, kit)
    response.headers["ETag"] = str(version)
    return found


@router.put(
    "/me/profile/identity",
    **operation(
        "profile.put_identity",
        "Record my identity number",
        permission=Permission.PROFILE_WRITE,
        problems=[NOT_FOUND, CONSENT_NEEDED, NIK_REGISTERED, RATE_LIMITED],
        demo="talent",
    ),
)
async def put_identity(
    body: IdentityIn, actor: Writer, session: WriteDep, kit: KitDep, database: DatabaseDep, response: Response
) -> IdentityOut:
    """Keep the NIK, encrypted; ten tries an hour.

    Another birth date or region than the profile's is a warning and never an error: a NIK outlives moves and
    corrections.
    """
    response.headers.update(await spend(database, IDENTITY_QUOTA, actor.key))
    found, version = await service.put_identity(session, actor, kit, body.nik)
    response.headers["ETag"] = str(version)
    return found


@router.delete(
    "/me/profile/identity",
    **operation(
        "profile.remove_identity",
        "Erase my identity number",
        permission=Permission.PROFILE_WRITE,
        problems=[NOT_FOUND],
        status=204,
        demo="talent",
    ),
)
async def remove_identity(actor: Writer, session: WriteDep) -> None:
    """Erase the NIK and what looks it up; nothing happens where there is none."""
    await service.remove_identity(session, actor)


# --- disability -------------------------------------------------------------------------------------------


@router.get(
    "/me/profile/disability",
    **operation(
        "profile.get_disability",
        "What I told of a disability",
        permission=Permission.PROFILE_READ,
        problems=[NOT_FOUND],
        demo="talent",
    ),
)
async def get_disability(actor: Reader, session: ReadDep) -> DisabilityOut:
    """Only the talent reads this; a ranking never does."""
    return await service.disability(session, actor)


@router.put(
    "/me/profile/disability",
    **operation(
        "profile.put_disability",
        "Tell of a disability",
        permission=Permission.PROFILE_WRITE,
        problems=[NOT_FOUND, CONSENT_NEEDED],
        demo="talent2",
    ),
)
async def put_disability(body: DisabilityIn, actor: Writer, session: WriteDep) -> DisabilityOut:
    """Given freely, under the consent `disability_data`; withdrawing that erases it.

    Employers see the accommodations where the talent shares them, never the disability.
    """
    return await service.put_disability(session, actor, body)


@router.delete(
    "/me/profile/disability",
    **operation(
        "profile.remove_disability",
        "Erase what I told of a disability",
        permission=Permission.PROFILE_WRITE,
        problems=[NOT_FOUND],
        status=204,
        demo="talent",
    ),
)
async def remove_disability(actor: Writer, session: WriteDep) -> None:
    """Erase it; nothing happens where there is nothing."""
    await service.remove_disability(session, actor)


# --- CV ---------------------------------------------------------------------------------------------------


@router.get(
    "/me/cv",
    response_model_exclude_none=True,
    **operation(
        "profile.get_cv",
        "My CV as JSON Resume",
        permission=Permission.PROFILE_READ,
        problems=[NOT_FOUND],
        demo="talent",
    ),
)
async def get_cv(actor: Reader, session: ReadDep, response: Response) -> JsonResume:
    """JSON Resume 1.0.0 in the caller's language, made from the profile and the certificates in force."""
    resume, version = await cv.resume(session, actor)
    response.headers["ETag"] = str(version)
    return resume


@router.get(
    "/me/cv.pdf",
    response_class=PdfResponse,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
    **operation(
        "profile.get_cv_pdf",
        "My CV as PDF",
        permission=Permission.PROFILE_READ,
        problems=[NOT_FOUND],
        demo="talent",
    ),
)
async def get_cv_pdf(actor: Reader, session: ReadDep) -> PdfResponse:
    """A4, real text with bookmarks, headings in the caller's language; the same profile gives the same bytes."""
    resume, version = await cv.resume(session, actor)
    changed_at = datetime.fromisoformat(resume.meta.last_modified)
    content = await asyncio.to_thread(cv_pdf.render, resume, language(), changed_at)
    return PdfResponse(content, headers={"ETag": str(version), "Content-Disposition": 'inline; filename="cv.pdf"'})


# --- what an employer sees --------------------------------------------------------------------------------


@router.get(
    "/talents/{talent_id}",
    **operation(
        "talents.get",
        "A talent, as an employer sees one",
        permission=Permission.MATCHES_SEARCH,
        problems=[NOT_FOUND, ORGANIZATION_NOT_VERIFIED],
        demo="employer",
    ),
)
async def get_talent(talent_id: TalentId, actor: Searcher, session: ReadDep, response: Response) -> TalentForEmployer:
    """A talent who agreed to be found by verified employers; anybody else is 404.

    Name, photo and links are hidden until the talent has a live application to one of the caller's vacancies.
    """
    talent, version = await talents.get(session, actor, talent_id)
    response.headers["ETag"] = str(version)
    return talent
