"""Dependencies of operations: sessions, tools, the caller, preconditions, idempotency."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Security
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlowPassword, OAuthFlows
from fastapi.security import OAuth2, SecurityScopes

from app.core.actor import Actor
from app.core.db import Database, ReadSession, WriteSession
from app.core.errors import FieldError, Problem
from app.core.i18n import Text
from app.core.kit import Kit
from app.core.permissions import SCOPE_DESCRIPTIONS, Permission
from app.core.problems.common import PRECONDITION_FAILED, PRECONDITION_REQUIRED, UNAUTHENTICATED, VALIDATION_FAILED
from app.routers.support.handlers import TOKEN_URL
from app.routers.support.unit import Claim, UnitOfWork
from app.services import tokens as token_service

_KEY = re.compile(r"[\x21-\x7e]{8,128}")

oauth2 = OAuth2(
    scheme_name="oauth2",
    description="Sign in with the password grant (first-party apps, Swagger UI) or client credentials (partners).",
    flows=OAuthFlows(
        password=OAuthFlowPassword(tokenUrl=TOKEN_URL, refreshUrl=TOKEN_URL, scopes=SCOPE_DESCRIPTIONS),
        clientCredentials=OAuthFlowClientCredentials(tokenUrl=TOKEN_URL, scopes=SCOPE_DESCRIPTIONS),
    ),
    auto_error=False,
)


def _unit(request: Request) -> UnitOfWork:
    unit: UnitOfWork = request.state.unit
    return unit


def _kit(request: Request) -> Kit:
    kit: Kit = request.app.state.kit
    return kit


UnitDep = Annotated[UnitOfWork, Depends(_unit)]
KitDep = Annotated[Kit, Depends(_kit)]


def _write(unit: UnitDep) -> WriteSession:
    return unit.write()


def _read(unit: UnitDep) -> ReadSession:
    return unit.read()


WriteDep = Annotated[WriteSession, Depends(_write)]
ReadDep = Annotated[ReadSession, Depends(_read)]


def client_address(request: Request) -> str:
    """The peer's address, for rate limits of public operations.

    Of an IPv6 address the first 64 bits: one subscriber has all addresses below them.
    """
    host = request.client.host if request.client else "unknown"
    if ":" not in host:
        return host
    try:
        return str(ipaddress.ip_network((host.partition("%")[0], 64), strict=False))
    except ValueError:
        return host


AddressDep = Annotated[str, Depends(client_address)]


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


DatabaseDep = Annotated[Database, Depends(_database)]


async def _actor(
    request: Request, scopes: SecurityScopes, unit: UnitDep, kit: KitDep, header: Annotated[str | None, Depends(oauth2)]
) -> Actor:
    kind, _, token = (header or "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": 'Bearer realm="hub"'})
    # A reading that is logged declares its write session before the caller, so that one connection serves both.
    reads = request.method in ("GET", "HEAD") and not unit.writes
    session = unit.read() if reads else unit.write()
    actor = await token_service.actor_of(session, kit, token.strip())
    for scope in scopes.scopes:
        actor.need(Permission(scope))
    request.state.actor = actor
    return actor


def require(permission: Permission) -> Any:  # FastAPI's marker
    """The authenticated caller, who holds `permission`; 401 and 403 otherwise."""
    return Security(_actor, scopes=[permission.value])


def _if_match(if_match: Annotated[str | None, Header(description="ETag of the last reading")] = None) -> int:
    if if_match is None:
        raise Problem(PRECONDITION_REQUIRED)
    version = if_match.strip().removeprefix("W/").strip('"').partition(".")[0]
    if not version.isascii() or not version.isdigit() or len(version) > 9:  # noqa: PLR2004
        raise Problem(PRECONDITION_FAILED)
    return int(version)


IfMatch = Annotated[int, Depends(_if_match)]


async def _idempotency(
    request: Request,
    unit: UnitDep,
    kit: KitDep,
    idempotency_key: Annotated[
        str | None,
        Header(description="8 to 128 visible characters; a retry with the same key and body gets the same answer"),
    ] = None,
) -> None:
    if idempotency_key is None:
        return
    if not _KEY.fullmatch(idempotency_key):
        message = Text("Harus 8 sampai 128 karakter ASCII.", "Must be 8 to 128 visible ASCII characters.")
        errors = [FieldError("/header/Idempotency-Key", "invalid_idempotency_key", str(message))]
        raise Problem(VALIDATION_FAILED, {"count": 1}, errors)
    actor: Actor | None = getattr(request.state, "actor", None)
    caller = actor.key if actor else f"public:{client_address(request)}"
    content = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await request.body()
    operation = request.scope["route"].operation_id
    # Keyed: a plain digest of a registration would let whoever reads the table guess the password in it, fast.
    digest = kit.vault.keyed_hash("idempotency", hashlib.sha256(content).hexdigest())
    await unit.claim(Claim(caller, idempotency_key, operation, digest))


Idempotent = Depends(_idempotency)
"""Declare as the LAST parameter default of an operation, after the caller: the key belongs to the caller."""
