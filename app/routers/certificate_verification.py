"""Public verification of certificates, rationed per address because numbers can be guessed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from app.core.db import Database
from app.core.demo_ids import demo_token
from app.core.errors import Problem
from app.core.kit import Kit
from app.core.problems.certificates import CERTIFICATE_NOT_IN_FORCE
from app.core.problems.common import NOT_FOUND, RATE_LIMITED
from app.core.ratelimit import Quota, spend
from app.routers.certificates import CREDENTIAL, CredentialResponse
from app.routers.support.deps import AddressDep, DatabaseDep, KitDep, ReadDep
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.certificates import VerificationOut
from app.services import certificate_verification as service
from app.services import open_badges

router = APIRouter(prefix="/v1/certificate-verifications", tags=["certificates"], route_class=HubRoute)

Token = Annotated[
    str,
    Path(
        description="The opaque token of the QR code",
        min_length=16,
        max_length=80,
        pattern=r"^[A-Za-z0-9_-]+$",
        examples=[demo_token("crt-rizky-web")],
    ),
]
_HEADERS = {
    "RateLimit": {"description": "Calls left and seconds to the next window", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "Calls in a window of seconds", "schema": {"type": "string"}},
}
_RATIONED: dict[int | str, dict[str, Any]] = {200: {"headers": _HEADERS}}


@asynccontextmanager
async def _ration(database: Database, kit: Kit, address: str) -> AsyncIterator[dict[str, str]]:
    """Count a call of `address`; gives the headers that tell what is left, which a problem carries, too."""
    quota = Quota("certificate-verification", kit.settings.verification_rate_per_minute)
    headers = await spend(database, quota, address)
    try:
        yield headers
    except Problem as problem:
        problem.headers = {**headers, **problem.headers}
        raise


@router.get(
    "",
    responses=_RATIONED,
    **operation(
        "certificates.verify_number",
        "Verify a certificate by its number",
        problems=[NOT_FOUND, RATE_LIMITED],
        cache="none",
    ),
)
async def verify_by_number(
    number: Annotated[
        str,
        Query(
            description="BNSP number, with blanks or dashes",
            max_length=40,
            examples=["62019 2513 5 0001201 2025"],
        ),
    ],
    session: ReadDep,
    database: DatabaseDep,
    kit: KitDep,
    address: AddressDep,
    response: Response,
) -> VerificationOut:
    """What a certificate is now; the holder's name is masked. Calls are rationed for each address."""
    async with _ration(database, kit, address) as headers:
        response.headers.update(headers)
        return await service.verify(session, await service.find_by_number(session, number))


@router.get(
    "/{token}",
    responses=_RATIONED,
    **operation(
        "certificates.verify_token",
        "Verify a certificate by its QR code",
        problems=[NOT_FOUND, RATE_LIMITED],
        cache="none",
    ),
)
async def verify_by_token(
    token: Token,
    session: ReadDep,
    database: DatabaseDep,
    kit: KitDep,
    address: AddressDep,
    response: Response,
) -> VerificationOut:
    """What a certificate is now; the holder's name is masked. Calls are rationed for each address."""
    async with _ration(database, kit, address) as headers:
        response.headers.update(headers)
        return await service.verify(session, await service.find_by_token(session, token))


@router.get(
    "/{token}/credential",
    **operation(
        "certificates.verify_credential",
        "A certificate as a signed credential, by its QR code",
        problems=[NOT_FOUND, RATE_LIMITED, CERTIFICATE_NOT_IN_FORCE],
        cache="none",
    ),
    **CREDENTIAL,
)
async def get_public_credential(
    token: Token,
    session: ReadDep,
    database: DatabaseDep,
    kit: KitDep,
    address: AddressDep,
) -> CredentialResponse:
    """The signed form with the holder's name masked; only while the certificate is in force."""
    async with _ration(database, kit, address) as headers:
        row = await service.find_by_token(session, token)
        return CredentialResponse(await open_badges.credential(session, kit, row, masked=True), headers=headers)
