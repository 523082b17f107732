"""Organizations: employers, training providers, certification bodies, programme owners; and their members."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified, Versioned, one_of

ORGANIZATION_KINDS = ("employer", "training_provider", "certification_body", "programme_owner")
ORGANIZATION_STATUSES = ("draft", "pending_review", "needs_revision", "verified", "rejected", "suspended")
MEMBER_ROLES = ("owner", "editor", "viewer")


class Organization(Versioned, Base):
    """An organization that acts on the hub; it acts in public only while `verified`."""

    __tablename__ = "organization"
    __table_args__ = (
        one_of("kind", ORGANIZATION_KINDS),
        one_of("status", ORGANIZATION_STATUSES),
        one_of("legal_form", ("company", "individual")),
        one_of("size_class", ("micro", "small", "medium", "large")),
        one_of("ownership", ("private", "state")),
        CheckConstraint("head_count IS NULL OR head_count >= 0", name="head_count_positive"),
        Index("uq_organization_nib", "nib", "kind", unique=True, postgresql_where=text("nib IS NOT NULL")),
        Index(None, "status", "region_code", "id"),
    )

    kind: Mapped[str]
    name: Mapped[str]
    legal_form: Mapped[str] = mapped_column(default="company")
    size_class: Mapped[str | None]
    ownership: Mapped[str] = mapped_column(default="private")
    head_count: Mapped[int | None]
    nib: Mapped[str | None]
    npwp: Mapped[str | None]
    licence_number: Mapped[str | None]
    licence_valid_until: Mapped[date | None]
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    address: Mapped[str | None]
    industry_edition: Mapped[str | None]
    industry_code: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    website: Mapped[str | None]
    logo_url: Mapped[str | None]
    description: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="draft")
    verified_at: Mapped[datetime | None]


class OrganizationMember(Identified, Base):
    """A person's place in an organization."""

    __tablename__ = "organization_member"
    __table_args__ = (UniqueConstraint("organization_id", "user_id"), one_of("role", MEMBER_ROLES))

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]


class OrganizationScheme(Base):
    """A certification scheme that a certification body is licensed to assess."""

    __tablename__ = "organization_scheme"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
