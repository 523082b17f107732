"""Certificates for tests: rows made directly, in every state, and a body that the contract accepts."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import Database
from app.domain.certificates import default_valid_until
from app.models.certificates import Certificate
from app.models.identity import UserAccount
from app.models.organizations import OrganizationScheme
from app.models.taxonomy import Scheme
from tests.support.world import World

_numbers = itertools.count(1)

DEFAULT_SCHEME = "SKM-0002"
"""Web developer: occupation 2513, KKNI level 5."""


def certificate_number(kbli: str = "62019", kbji: str = "2513", level: int = 5, year: int = 2025) -> str:
    """A new certificate number in BNSP form with blanks, unlike any before it in this run."""
    return f"{kbli} {kbji} {level} {next(_numbers):07d} {year}"


async def license_scheme(where: World | Database, organization_id: UUID, *codes: str) -> None:
    """License a certification body for the schemes `codes`; what it has already stays."""
    database = where.database if isinstance(where, World) else where
    async with database.transaction() as session:
        keys = await session.scalars(select(Scheme.id).where(Scheme.code.in_(codes or (DEFAULT_SCHEME,))))
        for key in list(keys):
            row = {"organization_id": organization_id, "scheme_id": key}
            await session.execute(insert(OrganizationScheme).values(row).on_conflict_do_nothing())


async def make_certificate(
    where: World | Database,
    organization_id: UUID,
    talent_id: UUID,
    *,
    scheme: str = DEFAULT_SCHEME,
    **fields: Any,
) -> UUID:
    """Insert a certificate of `scheme` (a code), active from today for 36 months by default; its id.

    `fields` are columns of `Certificate`: `issued_on` and `valid_until` in the past make an expired one,
    `status="revoked"` a revoked one.
    """
    database = where.database if isinstance(where, World) else where
    async with database.transaction() as session:
        scheme_id = await session.scalar(select(Scheme.id).where(Scheme.code == scheme))
        name = await session.scalar(select(UserAccount.display_name).where(UserAccount.id == talent_id))
        issued_on = fields.get("issued_on") or clock.today()
        columns: dict[str, Any] = {
            "number": certificate_number(),
            "verification_token": clock.random_token(24),
            "holder_name": name,
            "issued_on": issued_on,
            "valid_until": default_valid_until(issued_on),
            "status": "active",
            **fields,
        }
        row = Certificate(organization_id=organization_id, talent_id=talent_id, scheme_id=scheme_id, **columns)
        session.add(row)
        await session.flush()
        key: UUID = row.id
    return key


def certificate_body(organization_id: UUID, username: str, **changes: Any) -> dict[str, Any]:
    """The body of a lawful certificate; `changes` replace members."""
    return {
        "organization_id": str(organization_id),
        "scheme_code": DEFAULT_SCHEME,
        "username": username,
        "number": certificate_number(),
        "issued_on": clock.today().isoformat(),
        **changes,
    }
