"""Vacancies with what they ask for, and the log of changes that the match index follows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Versioned, one_of

VACANCY_STATUSES = (
    "draft", "pending_review", "needs_revision", "rejected", "scheduled", "published",
    "suspended", "closed", "filled", "expired", "blocked",
)  # fmt: skip
WORK_ARRANGEMENTS = ("onsite", "hybrid", "remote", "remote_foreign")
WORK_RELATIONS = (
    "pkwtt", "pkwt_time", "pkwt_job", "daily", "outsourced", "apprenticeship", "internship", "freelance", "platform",
)  # fmt: skip
PAY_PERIODS = ("hour", "day", "week", "month", "year", "project")
PLACEMENT_SCOPES = ("akl", "akad", "akan")


class Vacancy(Versioned, Base):
    """A vacancy. Pay is in whole units of `pay_currency`; `pay_monthly_*` are rupiah a month, for the matcher."""

    __tablename__ = "vacancy"
    __table_args__ = (
        one_of("status", VACANCY_STATUSES),
        one_of("work_arrangement", WORK_ARRANGEMENTS),
        one_of("work_relation", WORK_RELATIONS),
        one_of("pay_period", PAY_PERIODS),
        one_of("placement_scope", PLACEMENT_SCOPES),
        one_of("application_method", ("hub", "link")),
        CheckConstraint("openings >= 1", name="openings_positive"),
        CheckConstraint("filled_count BETWEEN 0 AND openings", name="filled_within_openings"),
        CheckConstraint("pay_minimum IS NULL OR pay_minimum >= 0", name="pay_minimum_positive"),
        CheckConstraint("pay_maximum IS NULL OR pay_maximum >= pay_minimum", name="pay_in_order"),
        CheckConstraint("placement_fee = 0", name="no_placement_fee"),
        CheckConstraint("experience_years IS NULL OR experience_years BETWEEN 0 AND 50", name="experience_range"),
        ForeignKeyConstraint(["industry_edition", "industry_code"], ["industry.edition", "industry.code"]),
        UniqueConstraint("source_portal", "external_id"),
        Index("ix_vacancy_live_posted", "published_at", "id", postgresql_where=text("status = 'published'")),
        Index(
            "ix_vacancy_live_region", "region_code", "published_at", "id",
            postgresql_where=text("status = 'published'"),
            postgresql_ops={"region_code": "text_pattern_ops"},
        ),
        Index(
            "ix_vacancy_live_occupation", "occupation_code", "published_at", "id",
            postgresql_where=text("status = 'published'"), postgresql_ops={"occupation_code": "text_pattern_ops"},
        ),
        Index("ix_vacancy_live_pay", "pay_monthly_maximum", "id", postgresql_where=text("status = 'published'")),
        Index("ix_vacancy_live_until", "valid_until", postgresql_where=text("status IN ('published', 'suspended')")),
        Index("ix_vacancy_scheduled", "publish_at", postgresql_where=text("status = 'scheduled'")),
        Index("ix_vacancy_review", "region_code", "id", postgresql_where=text("status = 'pending_review'")),
        Index(None, "organization_id", "id"),
    )  # fmt: skip

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    status: Mapped[str] = mapped_column(default="draft")
    status_reason: Mapped[str | None]
    title: Mapped[str]
    description: Mapped[str]
    occupation_code: Mapped[str] = mapped_column(ForeignKey("occupation.code"))
    industry_edition: Mapped[str | None]
    industry_code: Mapped[str | None]
    openings: Mapped[int]
    filled_count: Mapped[int] = mapped_column(default=0)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    publish_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    work_arrangement: Mapped[str]
    work_relation: Mapped[str]
    contract_months: Mapped[int | None] = mapped_column(SmallInteger)
    probation_months: Mapped[int | None] = mapped_column(SmallInteger)
    working_days_per_month: Mapped[int | None] = mapped_column(SmallInteger)
    placement_scope: Mapped[str] = mapped_column(default="akl")
    placement_country: Mapped[str | None]
    placement_agency_licence: Mapped[str | None]
    placement_contract: Mapped[str | None]
    placement_fee: Mapped[int] = mapped_column(BigInteger, default=0)
    pay_currency: Mapped[str] = mapped_column(default="IDR")
    pay_minimum: Mapped[int | None] = mapped_column(BigInteger)
    pay_maximum: Mapped[int | None] = mapped_column(BigInteger)
    pay_period: Mapped[str] = mapped_column(default="month")
    pay_shown: Mapped[bool] = mapped_column(default=True)
    pay_monthly_minimum: Mapped[int | None] = mapped_column(BigInteger)
    pay_monthly_maximum: Mapped[int | None] = mapped_column(BigInteger)
    education_minimum: Mapped[str | None]
    experience_years: Mapped[int | None] = mapped_column(SmallInteger)
    languages: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    required_licences: Mapped[list[str]] = mapped_column(default=list)
    accommodations: Mapped[list[str]] = mapped_column(default=list)
    benefits: Mapped[list[str]] = mapped_column(default=list)
    documents: Mapped[list[str]] = mapped_column(default=list)
    age_minimum: Mapped[int | None] = mapped_column(SmallInteger)
    age_maximum: Mapped[int | None] = mapped_column(SmallInteger)
    sex_required: Mapped[str | None]
    limit_reason: Mapped[str | None]
    limits_approved_by: Mapped[UUID | None]
    document_custody: Mapped[dict[str, Any] | None]
    application_method: Mapped[str] = mapped_column(default="hub")
    application_url: Mapped[str | None]
    source_portal: Mapped[str | None]
    external_id: Mapped[str | None]
    external_url: Mapped[str | None]
    last_confirmed_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None]
    verified_at: Mapped[datetime | None]


class VacancySkill(Base):
    """A skill that a vacancy asks for, at a level of 1 to 4."""

    __tablename__ = "vacancy_skill"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
        Index(None, "skill_id"),
    )

    vacancy_id: Mapped[UUID] = mapped_column(ForeignKey("vacancy.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    level: Mapped[int] = mapped_column(SmallInteger)
    essential: Mapped[bool]


class VacancyCertificate(Base):
    """A certificate that a vacancy asks for. Mandatory ones form gates: any scheme of a group, of every group."""

    __tablename__ = "vacancy_certificate"

    vacancy_id: Mapped[UUID] = mapped_column(ForeignKey("vacancy.id", ondelete="CASCADE"), primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    mandatory: Mapped[bool] = mapped_column(primary_key=True)
    alternative_group: Mapped[int] = mapped_column(SmallInteger, primary_key=True, default=0)


class VacancyChange(Base):
    """One change of a vacancy, or of the status of an organization (which concerns all its vacancies).

    Written by triggers; `xid` lets a reader follow without gaps. Sequence numbers are given before the commit,
    so a reader that only remembers the highest one misses late commits. A reader remembers `pg_snapshot_xmin`
    instead and reads again everything at or above it.
    """

    __tablename__ = "vacancy_change"
    __table_args__ = (
        CheckConstraint("num_nonnulls(vacancy_id, organization_id) = 1", name="names_one"),
        Index(None, "xid"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    xid: Mapped[int] = mapped_column(BigInteger)
    vacancy_id: Mapped[UUID | None]
    organization_id: Mapped[UUID | None]
