"""Accounts, consents, sessions with their refresh tokens, and partner clients."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified, Versioned, one_of


class UserAccount(Versioned, Base):
    """A person's account. `email` is lower case, `phone` is E.164; at least one is there."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        one_of("status", ("active", "locked", "erased")),
        CheckConstraint("roles <@ ARRAY['talent', 'officer', 'analyst', 'admin']", name="roles_known"),
    )

    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str]
    display_name: Mapped[str]
    locale: Mapped[str] = mapped_column(default="id")
    roles: Mapped[list[str]]
    regions: Mapped[list[str]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(default="active")


class Consent(Identified, Base):
    """A consent to one purpose in one version of its text (UU PDP 27/2022)."""

    __tablename__ = "consent"
    __table_args__ = (
        Index("uq_consent_live", "user_id", "purpose", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    text_version: Mapped[str]
    withdrawn_at: Mapped[datetime | None]


class PartnerClient(Versioned, Base):
    """A machine that calls for an organization with client credentials."""

    __tablename__ = "partner_client"
    __table_args__ = (one_of("status", ("active", "suspended")),)

    client_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]]
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    status: Mapped[str] = mapped_column(default="active")


class AuthSession(Identified, Base):
    """A sign-in: the family of all refresh tokens that came from it."""

    __tablename__ = "auth_session"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]


class RefreshToken(Identified, Base):
    """A single-use refresh token, kept as its SHA-256 only."""

    __tablename__ = "refresh_token"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("auth_session.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
