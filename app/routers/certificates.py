"""Certificates over HTTP: the body's desk, and what a holder sees."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession
from app.core.demo_ids import demo_id
from app.core.kit import Kit
from app.core.permissions import Permission
from app.core.problems.certificates import (
    CERTIFICATE_NOT_IN_FORCE,
    CERTIFICATE_NUMBER_TAKEN,
    LICENCE_NOT_IN_FORCE,
    NOT_A_CERTIFICATION_BODY,
    SCHEME_NOT_LICENSED,
    SCHEME_RETIRED,
)
from app.core.problems.common import CONFLICT, ILLEGAL_TRANSITION, INVALID_CURSOR, NOT_FOUND
from app.core.problems.organizations import ORGANIZATION_NOT_VERIFIED
from app.domain.certificates import EffectiveStatus
from app.models.certificates import Certificate
from app.routers.support.deps import Idempotent, KitDep, ReadDep, WriteDep, require
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.certificates import CertificateIn, CertificateOut, LicensedScheme, RenewalIn
from app.schemas.common import CursorText, Limit, PageOut, ReasonIn, Transition
from app.services import certificates as service
from app.services import open_badges, scheme_licences
from app.services.certificate_details import show

router = APIRouter(prefix="/v1", tags=["certificates"], route_class=HubRoute)

_BODY = str(demo_id("organization", "lsp-informatika"))


def _path(key: str) -> Any:
    """The path parameter, with the demo's certificate `key` as its example."""
    return Path(description="Id of the certificate", examples=[str(demo_id("certificate", key))])


BodyId = Annotated[UUID, Path(description="Id of the certification body", examples=[_BODY])]
Reader = Annotated[Actor, require(Permission.CERTIFICATES_READ)]
Issuer = Annotated[Actor, require(Permission.CERTIFICATES_ISSUE)]
Wanted = Annotated[EffectiveStatus | None, Query(description="Only those that are this now")]
AddedScheme = Annotated[str, Path(max_length=120, description="Code of a scheme", examples=["SKM-0011"])]
RemovedScheme = Annotated[str, Path(max_length=120, description="Code of a scheme", examples=["SKM-0004"])]

_BODY_PROBLEMS = [NOT_FOUND, NOT_A_CERTIFICATION_BODY]
_ISSUE_PROBLEMS = [
    NOT_FOUND,
    CERTIFICATE_NUMBER_TAKEN,
    LICENCE_NOT_IN_FORCE,
    ORGANIZATION_NOT_VERIFIED,
    SCHEME_NOT_LICENSED,
    SCHEME_RETIRED,
]


class CredentialResponse(Response):
    """A credential as a compact JWS."""

    media_type = open_badges.MEDIA_TYPE


CREDENTIAL: dict[str, Any] = {
    "response_class": CredentialResponse,
    "responses": {
        200: {
            "description": "The credential, as a compact JWS",
            "content": {open_badges.MEDIA_TYPE: {"schema": {"type": "string", "pattern": r"^[\w-]+\.[\w-]+\.[\w-]+$"}}},
        }
    },
}
"""Keyword arguments of an operation that answers a credential."""


async def _answer(
    session: ReadSession | WriteSession, actor: Actor, kit: Kit, row: Certificate, response: Response
) -> CertificateOut:
    response.headers["ETag"] = str(row.version)
    return (await show(session, actor, kit, [row]))[0]


@router.get(
    "/me/certificates",
    **operation(
        "certificates.list_mine",
        "My certificates",
        permission=Permission.CERTIFICATES_READ,
        problems=[INVALID_CURSOR],
        demo="talent",
    ),
)
async def list_my_certificates(
    actor: Reader,
    session: ReadDep,
    kit: KitDep,
    status: Wanted = None,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
) -> PageOut[CertificateOut]:
    """The caller's certificates, newest first: status now, units, proven skills, verification URL."""
    page = await service.list_held(session, actor, kit, status, limit, cursor)
    return PageOut[CertificateOut].model_validate(page)


@router.get(
    "/organizations/{organization_id}/certificates",
    **operation(
        "certificates.list_issued",
        "Certificates of a body",
        permission=Permission.CERTIFICATES_READ,
        problems=[*_BODY_PROBLEMS, INVALID_CURSOR],
        demo="certifier",
    ),
)
async def list_issued_certificates(
    organization_id: BodyId,
    actor: Reader,
    session: ReadDep,
    kit: KitDep,
    status: Wanted = None,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
) -> PageOut[CertificateOut]:
    """What an own certification body has issued, in every state, newest first."""
    page = await service.list_issued(session, actor, kit, organization_id, status, limit, cursor)
    return PageOut[CertificateOut].model_validate(page)


@router.get(
    "/organizations/{organization_id}/schemes",
    **operation(
        "organizations.list_schemes",
        "Schemes of a body",
        permission=Permission.CERTIFICATES_READ,
        problems=[*_BODY_PROBLEMS, INVALID_CURSOR],
        demo="certifier",
    ),
)
async def list_licensed_schemes(
    organization_id: BodyId,
    actor: Reader,
    session: ReadDep,
    kit: KitDep,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[CursorText | None, Query()] = None,
) -> PageOut[LicensedScheme]:
    """The certification schemes that an own body is licensed to assess, by code."""
    page = await scheme_licences.list_schemes(session, actor, kit, organization_id, limit, cursor)
    return PageOut[LicensedScheme].model_validate(page)


@router.put(
    "/organizations/{organization_id}/schemes/{scheme_code}",
    **operation(
        "organizations.add_scheme",
        "License a body for a scheme",
        permission=Permission.CERTIFICATES_ISSUE,
        problems=[*_BODY_PROBLEMS, SCHEME_RETIRED],
        status=204,
        demo="certifier",
    ),
)
async def add_licensed_scheme(
    organization_id: BodyId, scheme_code: AddedScheme, actor: Issuer, session: WriteDep
) -> None:
    """Take a scheme into the licence; owners and editors only. Doing it again changes nothing."""
    await scheme_licences.grant(session, actor, organization_id, scheme_code)


@router.delete(
    "/organizations/{organization_id}/schemes/{scheme_code}",
    **operation(
        "organizations.remove_scheme",
        "Take a scheme out of a licence",
        permission=Permission.CERTIFICATES_ISSUE,
        problems=_BODY_PROBLEMS,
        status=204,
        demo="certifier",
    ),
)
async def remove_licensed_scheme(
    organization_id: BodyId, scheme_code: RemovedScheme, actor: Issuer, session: WriteDep
) -> None:
    """No new certificate can be issued under it; those that exist stay as they are."""
    await scheme_licences.withdraw(session, actor, organization_id, scheme_code)


@router.post(
    "/certificates",
    **operation(
        "certificates.create",
        "Issue a certificate",
        permission=Permission.CERTIFICATES_ISSUE,
        problems=[*_ISSUE_PROBLEMS, NOT_A_CERTIFICATION_BODY, CONFLICT],
        status=201,
        idempotent=True,
        demo="certifier",
    ),
)
async def issue_certificate(
    body: CertificateIn,
    actor: Issuer,
    session: WriteDep,
    kit: KitDep,
    response: Response,
    _: Annotated[None, Idempotent],
) -> CertificateOut:
    """Issue to a talent, named by the e-mail or phone of the account, or by its id.

    The body is verified, its licence in force, the scheme within the licence. The holder's name is taken from
    the profile and frozen. From now on the certificate proves the skills of its units.
    """
    row = await service.issue(session, actor, body)
    response.headers["Location"] = f"/v1/certificates/{row.id}"
    return await _answer(session, actor, kit, row, response)


@router.get(
    "/certificates/{certificate_id}",
    **operation(
        "certificates.get",
        "A certificate in full",
        permission=Permission.CERTIFICATES_READ,
        problems=[NOT_FOUND],
        demo="talent",
    ),
)
async def get_certificate(
    certificate_id: Annotated[UUID, _path("crt-rizky-web")],
    actor: Reader,
    session: ReadDep,
    kit: KitDep,
    response: Response,
) -> CertificateOut:
    """A certificate that the caller holds or that its body issued, with what may be done next."""
    return await _answer(session, actor, kit, await service.load(session, actor, certificate_id), response)


@router.get(
    "/certificates/{certificate_id}/credential",
    **operation(
        "certificates.get_credential",
        "My certificate as a signed credential",
        permission=Permission.CERTIFICATES_READ,
        problems=[NOT_FOUND, CERTIFICATE_NOT_IN_FORCE],
        demo="talent",
    ),
    **CREDENTIAL,
)
async def get_credential(
    certificate_id: Annotated[UUID, _path("crt-rizky-web")], actor: Reader, session: ReadDep, kit: KitDep
) -> CredentialResponse:
    """Open Badges 3.0 on W3C Verifiable Credentials 2.0 as an ES256 JWT; keys at `/.well-known/jwks.json`.

    For the holder, with the full name; only while the certificate is in force.
    """
    row = await service.load_held(session, actor, certificate_id)
    return CredentialResponse(await open_badges.credential(session, kit, row, masked=False))


@router.get(
    "/certificates/{certificate_id}/transitions",
    **operation(
        "certificates.list_transitions",
        "Log of a certificate",
        permission=Permission.CERTIFICATES_READ,
        problems=[NOT_FOUND],
        demo="talent",
    ),
)
async def list_certificate_transitions(
    certificate_id: Annotated[UUID, _path("crt-rizky-web")], actor: Reader, session: ReadDep
) -> PageOut[Transition]:
    """Every step of its life with time, capacity and reason, oldest first."""
    items = list(await service.history(session, actor, certificate_id))
    return PageOut[Transition](items=items, next_cursor=None)


@router.post(
    "/certificates/{certificate_id}/suspension",
    **operation(
        "certificates.suspend",
        "Suspend a certificate",
        permission=Permission.CERTIFICATES_ISSUE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="certifier",
    ),
)
async def suspend_certificate(
    certificate_id: Annotated[UUID, _path("crt-anisa-web")],
    body: ReasonIn,
    actor: Issuer,
    session: WriteDep,
    kit: KitDep,
    response: Response,
) -> CertificateOut:
    """It counts no longer, until it is reinstated; the holder reads the reason."""
    row = await service.move(session, actor, certificate_id, "suspend", body.reason)
    return await _answer(session, actor, kit, row, response)


@router.delete(
    "/certificates/{certificate_id}/suspension",
    **operation(
        "certificates.reinstate",
        "Reinstate a certificate",
        permission=Permission.CERTIFICATES_ISSUE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION, ORGANIZATION_NOT_VERIFIED, LICENCE_NOT_IN_FORCE],
        demo="certifier",
    ),
)
async def reinstate_certificate(
    certificate_id: Annotated[UUID, _path("crt-dimas-operator")],
    actor: Issuer,
    session: WriteDep,
    kit: KitDep,
    response: Response,
) -> CertificateOut:
    """A suspended certificate counts again; the body must be verified and its licence in force."""
    row = await service.move(session, actor, certificate_id, "reinstate")
    return await _answer(session, actor, kit, row, response)


@router.post(
    "/certificates/{certificate_id}/revocation",
    **operation(
        "certificates.revoke",
        "Revoke a certificate",
        permission=Permission.CERTIFICATES_ISSUE,
        problems=[NOT_FOUND, ILLEGAL_TRANSITION],
        demo="certifier",
    ),
)
async def revoke_certificate(
    certificate_id: Annotated[UUID, _path("crt-gilang-program")],
    body: ReasonIn,
    actor: Issuer,
    session: WriteDep,
    kit: KitDep,
    response: Response,
) -> CertificateOut:
    """It counts no longer, for good; the holder reads the reason."""
    row = await service.move(session, actor, certificate_id, "revoke", body.reason)
    return await _answer(session, actor, kit, row, response)


@router.post(
    "/certificates/{certificate_id}/renewal",
    **operation(
        "certificates.renew",
        "Renew a certificate",
        permission=Permission.CERTIFICATES_ISSUE,
        problems=[*_ISSUE_PROBLEMS, CONFLICT, ILLEGAL_TRANSITION],
        status=201,
        idempotent=True,
        demo="certifier",
    ),
)
async def renew_certificate(
    certificate_id: Annotated[UUID, _path("crt-putri-web")],
    body: RenewalIn,
    actor: Issuer,
    session: WriteDep,
    kit: KitDep,
    response: Response,
    _: Annotated[None, Idempotent],
) -> CertificateOut:
    """Issue its successor, of the same holder and scheme, which supersedes it: both happen, or neither."""
    row = await service.renew(session, actor, certificate_id, body)
    response.headers["Location"] = f"/v1/certificates/{row.id}"
    return await _answer(session, actor, kit, row, response)
