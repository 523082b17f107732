"""Registration and tokens over HTTP. The token endpoint speaks OAuth 2 (RFC 6749, 7009)."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, Response
from pydantic import ConfigDict, StringConstraints

from app.core.errors import Problem
from app.core.problems.common import RATE_LIMITED
from app.core.problems.identity import (
    ACCOUNT_EXISTS,
    CONSENT_NEEDED,
    INVALID_CLIENT,
    INVALID_REQUEST,
    UNSUPPORTED_GRANT_TYPE,
)
from app.core.ratelimit import Quota, spend
from app.routers.support.deps import AddressDep, DatabaseDep, Idempotent, KitDep, WriteDep
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.common import Input
from app.schemas.identity import Jwks, OAuthError, Registration, TokenOut, UserOut
from app.services import accounts, tokens

router = APIRouter(tags=["auth"], route_class=HubRoute)

_ACCOUNTS_BEHIND_AN_ADDRESS = 10
"""How many times the rate of one account an address may sign in: offices and networks share addresses."""


class TokenForm(Input):
    """The form of the token endpoint. Parameters that it does not know are ignored (RFC 6749, section 3.2)."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [{"grant_type": "password", "username": "talent@demo.example", "password": "demo-password"}]
        },
    )

    grant_type: str
    username: str | None = None
    password: Annotated[str, StringConstraints(strip_whitespace=False)] | None = None
    refresh_token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    scope: str | None = None


class RevocationForm(Input):
    """The form of the revocation endpoint."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"examples": [{"token": "a-token-that-is-no-longer-wanted"}]}
    )

    token: str
    token_type_hint: str | None = None


async def _prepared(
    body: Registration, kit: KitDep, database: DatabaseDep, address: AddressDep, response: Response
) -> tuple[Registration, str]:
    """Everything of a registration that needs no connection, before the Idempotency-Key takes one."""
    response.headers.update(await spend(database, Quota("registration", kit.settings.token_rate_per_minute), address))
    return body, await accounts.prepare(kit, body)


@router.post(
    "/v1/auth/registration",
    **operation(
        "auth.register",
        "Register",
        problems=[ACCOUNT_EXISTS, CONSENT_NEEDED, RATE_LIMITED],
        status=201,
        idempotent=True,
        cache="none",
    ),
)
async def register(
    prepared: Annotated[tuple[Registration, str], Depends(_prepared)],
    session: WriteDep,
    _: Annotated[None, Idempotent],
) -> UserOut:
    """Make an account by e-mail or phone. The consents given are recorded with the version of their text."""
    user = await accounts.register(session, *prepared)
    return UserOut.model_validate(user)


@router.post(
    "/v1/auth/token",
    responses={400: {"model": OAuthError}, 401: {"model": OAuthError}},
    **operation("auth.token", "Get tokens", problems=[RATE_LIMITED], cache="none"),
)
async def token(
    form: Annotated[TokenForm, Form()],
    session: WriteDep,
    kit: KitDep,
    database: DatabaseDep,
    address: AddressDep,
    response: Response,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> TokenOut:
    """OAuth 2 token endpoint: `password` for people, `refresh_token` (rotates), `client_credentials` for partners.

    Errors have the form of RFC 6749. A refresh token is good once; using an old one again ends the session.
    """
    client_id, client_secret = _client(form, authorization)
    rate = kit.settings.token_rate_per_minute
    # By address alone against one password for many accounts, by account against many passwords for one.
    await spend(database, Quota("token-address", rate * _ACCOUNTS_BEHIND_AN_ADDRESS), address)
    account = tokens.account_name(form.username or "") if form.grant_type == "password" else client_id or ""
    response.headers.update(await spend(database, Quota("token", rate), f"{address}|{form.grant_type}|{account}"))
    match form.grant_type:
        case "password" if kit.settings.password_grant:
            username, password = _needed(form, "username", "password")
            return await tokens.sign_in(session, database, kit, username, password, form.scope)
        case "refresh_token":
            (refresh_token,) = _needed(form, "refresh_token")
            return await tokens.refresh(session, kit, refresh_token)
        case "client_credentials":
            if client_id is None or client_secret is None:
                raise Problem(INVALID_CLIENT)
            return await tokens.client_credentials(session, kit, client_id, client_secret, form.scope)
        case _:
            raise Problem(UNSUPPORTED_GRANT_TYPE, {"supported": "password, refresh_token, client_credentials"})


def _client(form: TokenForm, authorization: str | None) -> tuple[str | None, str | None]:
    """The client's id and secret, from HTTP Basic or from the form."""
    kind, _, encoded = (authorization or "").partition(" ")
    if kind.lower() != "basic":
        return form.client_id, form.client_secret
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeError) as error:
        raise Problem(INVALID_CLIENT) from error
    if "\x00" in client_id:
        raise Problem(INVALID_CLIENT)
    return client_id, secret


def _needed(form: TokenForm, *names: str) -> list[str]:
    values = [getattr(form, name) for name in names]
    if not all(values):
        raise Problem(INVALID_REQUEST, {"fields": ", ".join(names)})
    return values


@router.post(
    "/v1/auth/revocation",
    **operation("auth.revoke", "Revoke a token", status=204, cache="none"),
)
async def revoke(form: Annotated[RevocationForm, Form()], session: WriteDep, kit: KitDep) -> None:
    """End the session behind a refresh or access token. An unknown token is no error (RFC 7009)."""
    await tokens.revoke(session, kit, form.token)


@router.get(
    "/.well-known/jwks.json",
    **operation("auth.jwks", "Public keys", cache="public"),
)
async def jwks(kit: KitDep) -> Jwks:
    """The keys that verify access tokens, certificates and receipts (RFC 7517)."""
    return Jwks.model_validate(kit.ring.jwks)
