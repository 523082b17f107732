"""Verification of certificates by everybody: by the token of the QR code, or by the printed number."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.coded import CodedValueError
from app.core.errors import FieldError, Problem
from app.core.problems.common import NOT_FOUND
from app.domain.identifiers import mask_name
from app.models.certificates import Certificate
from app.schemas.certificates import VerificationOut, normal_number
from app.schemas.common import CodeLabel
from app.services import reference
from app.services.certificate_details import load_details, status_at


async def find_by_token(session: AsyncSession, token: str) -> Certificate:
    """The certificate behind the opaque token of a QR code; 404 for any other token."""
    return _found(await session.scalar(select(Certificate).where(Certificate.verification_token == token)))


async def find_by_number(session: AsyncSession, number: str) -> Certificate:
    """The certificate with a BNSP number; 422 for a malformed number, 404 for an unknown one."""
    try:
        normal = normal_number(number)
    except CodedValueError as error:
        reference.raise_invalid([FieldError("/query/number", error.code, str(error.text))])
        raise
    return _found(await session.scalar(select(Certificate).where(Certificate.number == normal)))


def _found(row: Certificate | None) -> Certificate:
    if row is None:
        raise Problem(NOT_FOUND)
    return row


async def verify(session: AsyncSession, row: Certificate) -> VerificationOut:
    """What everybody may know of a certificate; never a NIK, an account or a full name."""
    details = await load_details(session, [row])
    scheme, body = details.schemes[row.scheme_id], details.bodies[row.organization_id]
    return VerificationOut(
        status=status_at(row, clock.now()).value,
        number=row.number,
        scheme=CodeLabel(code=scheme.code, label=scheme.label),
        units=list(scheme.units),
        kkni_level=scheme.kkni_level,
        body=body.name,
        licence=body.licence_number,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        holder=mask_name(row.holder_name),
    )
