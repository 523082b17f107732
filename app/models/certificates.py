"""Certificates of competence that certification bodies issue on the hub."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Versioned, one_of

CERTIFICATE_STATUSES = ("active", "suspended", "revoked", "superseded")


class Certificate(Versioned, Base):
    """A certificate. `expiring` and `expired` follow from `valid_until` and the clock, and are not stored."""

    __tablename__ = "certificate"
    __table_args__ = (
        one_of("status", CERTIFICATE_STATUSES),
        CheckConstraint("valid_until >= issued_on", name="dates_in_order"),
        Index(None, "talent_id", "id"),
        Index(None, "organization_id", "id"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    verification_token: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"), index=True)
    talent_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    holder_name: Mapped[str]
    issued_on: Mapped[date]
    valid_until: Mapped[date]
    status: Mapped[str] = mapped_column(default="active")
    status_reason: Mapped[str | None]
    status_changed_at: Mapped[datetime | None]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("certificate.id"), unique=True)
