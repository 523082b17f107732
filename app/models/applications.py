"""Applications of talents to vacancies."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Versioned, one_of

APPLICATION_STATUSES = (
    "submitted", "viewed", "shortlisted", "test", "interview", "offered", "hired", "rejected", "withdrawn", "expired",
)  # fmt: skip
LIVE_APPLICATION_STATUSES = APPLICATION_STATUSES[:7]


class Application(Versioned, Base):
    """An application with the profile as it was at submission; one live one per talent and vacancy."""

    __tablename__ = "application"
    __table_args__ = (
        one_of("status", APPLICATION_STATUSES),
        Index(
            "uq_application_live", "vacancy_id", "talent_id", unique=True,
            postgresql_where=text("status NOT IN ('rejected', 'withdrawn', 'expired')"),
        ),
        Index(None, "talent_id", "id"),
        Index(None, "vacancy_id", "id"),
        Index(None, "vacancy_id", "status", "id"),
    )  # fmt: skip

    vacancy_id: Mapped[UUID] = mapped_column(ForeignKey("vacancy.id"))
    talent_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    status: Mapped[str] = mapped_column(default="submitted")
    status_reason: Mapped[str | None]
    cover_note: Mapped[str | None]
    snapshot: Mapped[dict[str, Any]]
    consent_version: Mapped[str]
    decided_at: Mapped[datetime | None]
