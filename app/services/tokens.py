"""Tokens: issued by password, refresh token or client credentials; verified; revoked."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.actor import Actor, Membership
from app.core.db import Database, WriteSession
from app.core.errors import Problem, ProblemKind
from app.core.kit import Kit
from app.core.permissions import PARTNER_SCOPES, Permission, permissions_of
from app.core.problems.common import UNAUTHENTICATED
from app.core.problems.identity import INVALID_CLIENT, INVALID_GRANT, INVALID_SCOPE
from app.core.tokens import TokenError, generate_key, open_key, seal_key
from app.domain.errors import InvalidIdentifier
from app.domain.identifiers import parse_phone
from app.models.identity import AuthSession, PartnerClient, RefreshToken, UserAccount
from app.models.organizations import Organization, OrganizationMember
from app.models.system import SigningKey
from app.schemas.identity import TokenOut

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hub", error="invalid_token"'}


async def load_ring(session: AsyncSession, kit: Kit) -> None:
    """Read the key ring; makes the first key where there is none. The caller commits."""
    keys = list(await session.scalars(select(SigningKey).where(SigningKey.retired_at.is_(None))))
    if not keys:
        new = generate_key()
        stored = SigningKey(
            kid=new.kid, public_jwk=new.public_jwk, private_key=seal_key(kit.vault, new), active_from=clock.now()
        )
        session.add(stored)
        await session.flush()
        keys = [stored]
    kit.ring.install([open_key(kit.vault, key.kid, key.public_jwk, key.private_key, key.active_from) for key in keys])


async def actor_of(session: AsyncSession, kit: Kit, token: str) -> Actor:
    """The caller that an access token speaks for, as the database knows it now; 401 for anything else."""
    try:
        claims = kit.ring.verify(token)
        subject = UUID(claims["sub"])
    except (TokenError, ValueError) as error:
        raise Problem(UNAUTHENTICATED, headers=_CHALLENGE) from error
    granted = frozenset(claims["scope"].split())
    if claims.get("client_id"):
        return await _partner_actor(session, subject, granted)
    return await _person_actor(session, subject, claims.get("sid"), granted)


async def _person_actor(session: AsyncSession, user_id: UUID, sid: object, granted: frozenset[str]) -> Actor:
    try:
        session_id = UUID(str(sid))
    except ValueError as error:
        raise Problem(UNAUTHENTICATED, headers=_CHALLENGE) from error
    rows = (
        await session.execute(
            select(UserAccount.roles, UserAccount.regions, Organization.id, Organization.kind, OrganizationMember.role)
            .join(AuthSession, AuthSession.user_id == UserAccount.id)
            .outerjoin(OrganizationMember, OrganizationMember.user_id == UserAccount.id)
            .outerjoin(Organization, Organization.id == OrganizationMember.organization_id)
            .where(
                UserAccount.id == user_id,
                UserAccount.status == "active",
                AuthSession.id == session_id,
                AuthSession.revoked_at.is_(None),
                AuthSession.expires_at > clock.now(),
            )
        )
    ).all()
    if not rows:
        raise Problem(UNAUTHENTICATED, headers=_CHALLENGE)
    memberships = tuple(Membership(row[2], row[3], row[4]) for row in rows if row[4])
    held = permissions_of(rows[0].roles, [(m.kind, m.role) for m in memberships])
    # A token narrowed at sign-in stays narrow; "*" stands for whatever the person may do now, so that a role or a
    # membership gained or lost counts from the next request on.
    permissions = held if "*" in granted else frozenset(p for p in held if p.value in granted)
    return Actor(
        user_id=user_id,
        client_id=None,
        permissions=permissions,
        roles=frozenset(rows[0].roles),
        regions=tuple(rows[0].regions),
        memberships=memberships,
        session_id=session_id,
    )


async def _partner_actor(session: AsyncSession, client: UUID, granted: frozenset[str]) -> Actor:
    row = (
        await session.execute(
            select(PartnerClient, Organization.kind)
            .outerjoin(Organization, Organization.id == PartnerClient.organization_id)
            .where(PartnerClient.id == client, PartnerClient.status == "active")
        )
    ).one_or_none()
    if row is None:
        raise Problem(UNAUTHENTICATED, headers=_CHALLENGE)
    partner, kind = row
    memberships = (Membership(partner.organization_id, kind, "editor"),) if partner.organization_id else ()
    permissions = frozenset(p for p in PARTNER_SCOPES if p.value in partner.scopes and p.value in granted)
    return Actor(
        user_id=None,
        client_id=partner.id,
        permissions=permissions,
        roles=frozenset({"partner"}),
        memberships=memberships,
    )


def _narrow(asked: str | None, held: frozenset[Permission]) -> str:
    """The scope of a token: what was asked for, all of it held; all that is held where nothing was asked."""
    wanted = set((asked or "").split())
    if not wanted:
        return "*"
    unknown = wanted - {p.value for p in Permission}
    if unknown:
        raise Problem(INVALID_SCOPE, {"scope": " ".join(sorted(unknown))})
    return " ".join(sorted(wanted & {p.value for p in held}))


async def sign_in(
    session: WriteSession, database: Database, kit: Kit, username: str, password: str, scope: str | None
) -> TokenOut:
    """Tokens for a person who knows the password (the password grant).

    400 `invalid_grant` says the same, and takes as long, for an unknown user and a wrong password. No connection is
    held while the password is hashed: a queue of sign-ins must not take the pool away from everybody else.
    """
    async with database.read() as reading:
        user = await find_account(reading, username)
    fits = await kit.passwords.verify(password, user.password_hash if user else None)
    if user is None or not fits or user.status != "active":
        raise Problem(INVALID_GRANT)
    memberships = await _memberships(session, user.id)
    family = AuthSession(
        user_id=user.id,
        scope=_narrow(scope, permissions_of(user.roles, memberships)),
        expires_at=clock.now() + timedelta(days=kit.settings.refresh_token_days),
    )
    session.add(family)
    await session.flush()
    token = clock.random_token()
    _store_refresh(session, family, token)
    return _person_tokens(kit, family, token)


def account_name(username: str) -> str:
    """The one spelling of an e-mail address or a phone number; any other text trimmed and in lower case."""
    name = username.strip().lower()
    try:
        return name if "@" in name else parse_phone(name)
    except InvalidIdentifier:
        return name


async def find_account(session: AsyncSession, username: str) -> UserAccount | None:
    """The account behind an e-mail address or a phone number, None where there is none."""
    name = account_name(username)
    column = UserAccount.email if "@" in name else UserAccount.phone
    return await session.scalar(select(UserAccount).where(column == name))


async def _memberships(session: AsyncSession, user_id: UUID) -> list[tuple[str, str]]:
    rows = await session.execute(
        select(Organization.kind, OrganizationMember.role)
        .join(Organization, Organization.id == OrganizationMember.organization_id)
        .where(OrganizationMember.user_id == user_id)
    )
    return [(kind, role) for kind, role in rows]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _person_tokens(kit: Kit, family: AuthSession, refresh_token: str) -> TokenOut:
    return TokenOut(
        access_token=kit.ring.issue(str(family.user_id), family.scope, sid=str(family.id)),
        token_type="Bearer",  # noqa: S106  # the type's name
        expires_in=kit.settings.access_token_seconds,
        refresh_token=refresh_token,
        scope=family.scope,
    )


def _store_refresh(session: WriteSession, family: AuthSession, token: str) -> None:
    session.add(RefreshToken(session_id=family.id, token_hash=_digest(token), expires_at=family.expires_at))


async def refresh(session: WriteSession, kit: Kit, presented: str) -> TokenOut:
    """Rotate a refresh token.

    A used one ends the whole family (somebody else holds a copy), except within a few seconds of its use: a phone
    that lost the answer gets the same successor again. The successor is an HMAC of its predecessor, so nothing
    readable is stored.
    """
    row = await session.scalar(
        select(RefreshToken).where(RefreshToken.token_hash == _digest(presented)).with_for_update()
    )
    family = await session.get(AuthSession, row.session_id) if row else None
    now = clock.now()
    if row is None or family is None or family.revoked_at is not None or row.expires_at <= now:
        raise Problem(INVALID_GRANT)
    user = await session.get(UserAccount, family.user_id)
    if user is None or user.status != "active":
        raise Problem(INVALID_GRANT)
    successor = base64.urlsafe_b64encode(kit.vault.keyed_hash("refresh-successor", presented)).decode().rstrip("=")
    if row.used_at is None:
        row.used_at = now
        _store_refresh(session, family, successor)
        return _person_tokens(kit, family, successor)
    if now - row.used_at <= timedelta(seconds=kit.settings.refresh_retry_seconds):
        return _person_tokens(kit, family, successor)
    family.revoked_at, family.revoked_reason = now, "refresh_token_reused"
    await session.flush()
    raise Problem(INVALID_GRANT, keep_changes=True)


async def client_credentials(
    session: AsyncSession, kit: Kit, client_id: str, client_secret: str, scope: str | None
) -> TokenOut:
    """A token for a partner's machine; 401 `invalid_client` for a wrong id or secret."""
    partner = await session.scalar(select(PartnerClient).where(PartnerClient.client_id == client_id))
    presented = _digest(client_secret)
    known = partner.secret_hash if partner else bytes(32)
    if not hmac.compare_digest(presented, known) or partner is None or partner.status != "active":
        raise Problem(INVALID_CLIENT, headers={"WWW-Authenticate": 'Basic realm="hub"'})
    held = frozenset(p for p in PARTNER_SCOPES if p.value in partner.scopes)
    granted = _narrow(scope, held)
    if granted == "*":
        granted = " ".join(sorted(p.value for p in held))
    return TokenOut(
        access_token=kit.ring.issue(str(partner.id), granted, client_id=partner.client_id),
        token_type="Bearer",  # noqa: S106  # the type's name
        expires_in=kit.settings.access_token_seconds,
        refresh_token=None,
        scope=granted,
    )


async def revoke(session: WriteSession, kit: Kit, token: str) -> None:
    """End the session behind a refresh or an access token; an unknown token is no error (RFC 7009)."""
    if token.count(".") == 2:  # noqa: PLR2004  # a JWT
        try:
            sid = kit.ring.verify(token).get("sid")
            session_id = UUID(str(sid)) if sid else None
        except (TokenError, ValueError):
            return
    else:
        session_id = await session.scalar(
            select(RefreshToken.session_id).where(RefreshToken.token_hash == _digest(token))
        )
    if session_id is not None:
        await session.execute(
            update(AuthSession)
            .where(AuthSession.id == session_id, AuthSession.revoked_at.is_(None))
            .values(revoked_at=clock.now(), revoked_reason="signed_out")
        )


TOKEN_PROBLEMS: tuple[ProblemKind, ...] = (INVALID_GRANT, INVALID_CLIENT, INVALID_SCOPE)
