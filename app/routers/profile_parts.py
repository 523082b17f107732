"""Education, experience, certificates held elsewhere and links of the caller's profile over HTTP.

The ETag of an entry is the version of the profile, which every change of any part raises.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from app.core.actor import Actor
from app.core.demo_ids import demo_id
from app.core.errors import ProblemKind
from app.core.permissions import Permission
from app.core.problems.common import NOT_FOUND
from app.core.problems.identity import CONSENT_NEEDED
from app.core.problems.profiles import ENTRY_EXISTS, PROFILE_LIMIT
from app.routers.support.deps import Idempotent, IfMatch, ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.common import PageOut
from app.schemas.profile_parts import (
    DeclaredCertificateIn,
    DeclaredCertificateOut,
    DeclaredCertificatePatch,
    EducationIn,
    EducationOut,
    EducationPatch,
    ExperienceIn,
    ExperienceOut,
    ExperiencePatch,
    LinkIn,
    LinkOut,
    LinkPatch,
)
from app.services import profile_parts as service

router = APIRouter(prefix="/v1/me/profile", tags=["profile"], route_class=HubRoute)

Reader = Annotated[Actor, require(Permission.PROFILE_READ)]
Writer = Annotated[Actor, require(Permission.PROFILE_WRITE)]


def _id(part: str, owner: str = "acc-talent") -> Any:  # FastAPI's marker
    return Path(description=f"Id of the entry of `{part}`", examples=[str(demo_id(f"profile_{part}", f"{owner}-1"))])


EducationId = Annotated[UUID, _id("education")]
ExperienceId = Annotated[UUID, _id("experience")]
CertificateId = Annotated[UUID, _id("certificate", "acc-talent2")]
LinkId = Annotated[UUID, _id("link")]


def _demo(name: str) -> str:
    """The account that has an entry of the kind which the operation is about."""
    return "talent2" if "certificate" in name else "talent"


def _reads(name: str, summary: str, *problems: ProblemKind) -> dict[str, Any]:
    return operation(name, summary, permission=Permission.PROFILE_READ, problems=problems, demo=_demo(name))


def _adds(name: str, summary: str) -> dict[str, Any]:
    return operation(
        name,
        summary,
        permission=Permission.PROFILE_WRITE,
        problems=[NOT_FOUND, CONSENT_NEEDED, PROFILE_LIMIT, ENTRY_EXISTS],
        status=201,
        idempotent=True,
        demo=_demo(name),
    )


def _changes(name: str, summary: str) -> dict[str, Any]:
    return operation(
        name,
        summary,
        permission=Permission.PROFILE_WRITE,
        problems=[NOT_FOUND, CONSENT_NEEDED, ENTRY_EXISTS],
        conditional=True,
        demo=_demo(name),
    )


def _erases(name: str, summary: str) -> dict[str, Any]:
    return operation(
        name, summary, permission=Permission.PROFILE_WRITE, problems=[NOT_FOUND], status=204, demo=_demo(name)
    )


def _told(response: Response, version: int, created: str | None = None) -> None:
    response.headers["ETag"] = str(version)
    if created is not None:
        response.headers["Location"] = f"{router.prefix}/{created}"


# --- education --------------------------------------------------------------------------------------------


@router.get("/education", **_reads("profile.list_education", "My education"))
async def list_education(actor: Reader, session: ReadDep) -> PageOut[EducationOut]:
    """Schools and studies, the latest first."""
    return PageOut[EducationOut](items=await service.entries(session, actor, service.EDUCATION), next_cursor=None)


@router.post("/education", **_adds("profile.add_education", "Add a school or study"))
async def add_education(
    body: EducationIn, actor: Writer, session: WriteDep, response: Response, _: Annotated[None, Idempotent]
) -> EducationOut:
    """Add a school or study to the profile."""
    shown, version = await service.add(session, actor, service.EDUCATION, body)
    _told(response, version, f"education/{shown.id}")
    return shown


@router.get("/education/{education_id}", **_reads("profile.get_education", "A school or study", NOT_FOUND))
async def get_education(education_id: EducationId, actor: Reader, session: ReadDep, response: Response) -> EducationOut:
    """One entry of the own profile."""
    shown, version = await service.entry(session, actor, service.EDUCATION, education_id)
    _told(response, version)
    return shown


@router.patch("/education/{education_id}", **_changes("profile.update_education", "Change a school or study"))
async def update_education(
    education_id: EducationId,
    body: EducationPatch,
    actor: Writer,
    session: WriteDep,
    version: IfMatch,
    response: Response,
) -> EducationOut:
    """JSON Merge Patch: absent members stay, null clears."""
    shown, now = await service.change(session, actor, service.EDUCATION, education_id, version, body)
    _told(response, now)
    return shown


@router.delete("/education/{education_id}", **_erases("profile.remove_education", "Remove a school or study"))
async def remove_education(education_id: EducationId, actor: Writer, session: WriteDep) -> None:
    """Erase the entry; this needs no consent."""
    await service.remove(session, actor, service.EDUCATION, education_id)


# --- experience -------------------------------------------------------------------------------------------


@router.get("/experience", **_reads("profile.list_experience", "My work experience"))
async def list_experience(actor: Reader, session: ReadDep) -> PageOut[ExperienceOut]:
    """Jobs held, the latest first; they may overlap."""
    return PageOut[ExperienceOut](items=await service.entries(session, actor, service.EXPERIENCE), next_cursor=None)


@router.post("/experience", **_adds("profile.add_experience", "Add a job held"))
async def add_experience(
    body: ExperienceIn, actor: Writer, session: WriteDep, response: Response, _: Annotated[None, Idempotent]
) -> ExperienceOut:
    """Add a job held to the profile."""
    shown, version = await service.add(session, actor, service.EXPERIENCE, body)
    _told(response, version, f"experience/{shown.id}")
    return shown


@router.get("/experience/{experience_id}", **_reads("profile.get_experience", "A job held", NOT_FOUND))
async def get_experience(
    experience_id: ExperienceId, actor: Reader, session: ReadDep, response: Response
) -> ExperienceOut:
    """One entry of the own profile."""
    shown, version = await service.entry(session, actor, service.EXPERIENCE, experience_id)
    _told(response, version)
    return shown


@router.patch("/experience/{experience_id}", **_changes("profile.update_experience", "Change a job held"))
async def update_experience(
    experience_id: ExperienceId,
    body: ExperiencePatch,
    actor: Writer,
    session: WriteDep,
    version: IfMatch,
    response: Response,
) -> ExperienceOut:
    """JSON Merge Patch: absent members stay, null clears."""
    shown, now = await service.change(session, actor, service.EXPERIENCE, experience_id, version, body)
    _told(response, now)
    return shown


@router.delete("/experience/{experience_id}", **_erases("profile.remove_experience", "Remove a job held"))
async def remove_experience(experience_id: ExperienceId, actor: Writer, session: WriteDep) -> None:
    """Erase the entry; this needs no consent."""
    await service.remove(session, actor, service.EXPERIENCE, experience_id)


# --- certificates -----------------------------------------------------------------------------------------


@router.get("/certificates", **_reads("profile.list_certificates", "My certificates held elsewhere"))
async def list_certificates(actor: Reader, session: ReadDep) -> PageOut[DeclaredCertificateOut]:
    """Certificates that the hub did not issue, as declared, the latest first; they prove no skill."""
    return PageOut[DeclaredCertificateOut](
        items=await service.entries(session, actor, service.CERTIFICATES), next_cursor=None
    )


@router.post("/certificates", **_adds("profile.add_certificate", "Add a certificate held elsewhere"))
async def add_certificate(
    body: DeclaredCertificateIn,
    actor: Writer,
    session: WriteDep,
    response: Response,
    _: Annotated[None, Idempotent],
) -> DeclaredCertificateOut:
    """Add a certificate held elsewhere to the profile."""
    shown, version = await service.add(session, actor, service.CERTIFICATES, body)
    _told(response, version, f"certificates/{shown.id}")
    return shown


@router.get(
    "/certificates/{certificate_id}",
    **_reads("profile.get_certificate", "A certificate held elsewhere", NOT_FOUND),
)
async def get_certificate(
    certificate_id: CertificateId, actor: Reader, session: ReadDep, response: Response
) -> DeclaredCertificateOut:
    """One entry of the own profile."""
    shown, version = await service.entry(session, actor, service.CERTIFICATES, certificate_id)
    _told(response, version)
    return shown


@router.patch(
    "/certificates/{certificate_id}",
    **_changes("profile.update_certificate", "Change a certificate held elsewhere"),
)
async def update_certificate(
    certificate_id: CertificateId,
    body: DeclaredCertificatePatch,
    actor: Writer,
    session: WriteDep,
    version: IfMatch,
    response: Response,
) -> DeclaredCertificateOut:
    """JSON Merge Patch: absent members stay, null clears."""
    shown, now = await service.change(session, actor, service.CERTIFICATES, certificate_id, version, body)
    _told(response, now)
    return shown


@router.delete(
    "/certificates/{certificate_id}",
    **_erases("profile.remove_certificate", "Remove a certificate held elsewhere"),
)
async def remove_certificate(certificate_id: CertificateId, actor: Writer, session: WriteDep) -> None:
    """Erase the entry; this needs no consent."""
    await service.remove(session, actor, service.CERTIFICATES, certificate_id)


# --- links ------------------------------------------------------------------------------------------------


@router.get("/links", **_reads("profile.list_links", "My links"))
async def list_links(actor: Reader, session: ReadDep) -> PageOut[LinkOut]:
    """Public pages, in the order in which they were added."""
    return PageOut[LinkOut](items=await service.entries(session, actor, service.LINKS), next_cursor=None)


@router.post("/links", **_adds("profile.add_link", "Add a link"))
async def add_link(
    body: LinkIn, actor: Writer, session: WriteDep, response: Response, _: Annotated[None, Idempotent]
) -> LinkOut:
    """Add a link to the profile."""
    shown, version = await service.add(session, actor, service.LINKS, body)
    _told(response, version, f"links/{shown.id}")
    return shown


@router.get("/links/{link_id}", **_reads("profile.get_link", "A link", NOT_FOUND))
async def get_link(link_id: LinkId, actor: Reader, session: ReadDep, response: Response) -> LinkOut:
    """One entry of the own profile."""
    shown, version = await service.entry(session, actor, service.LINKS, link_id)
    _told(response, version)
    return shown


@router.patch("/links/{link_id}", **_changes("profile.update_link", "Change a link"))
async def update_link(
    link_id: LinkId,
    body: LinkPatch,
    actor: Writer,
    session: WriteDep,
    version: IfMatch,
    response: Response,
) -> LinkOut:
    """JSON Merge Patch: absent members stay, null clears."""
    shown, now = await service.change(session, actor, service.LINKS, link_id, version, body)
    _told(response, now)
    return shown


@router.delete("/links/{link_id}", **_erases("profile.remove_link", "Remove a link"))
async def remove_link(link_id: LinkId, actor: Writer, session: WriteDep) -> None:
    """Erase the entry; this needs no consent."""
    await service.remove(session, actor, service.LINKS, link_id)
