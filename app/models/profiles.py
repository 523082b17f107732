"""A talent's profile and its parts. Disability lives in a column that the matcher never selects."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified, Versioned, one_of

EVIDENCE = ("declared", "inferred", "course", "certified")


class TalentProfile(Versioned, Base):
    """A talent's profile; its id is the account's id. `nik` is encrypted, `nik_hash` is its keyed hash."""

    __tablename__ = "talent_profile"
    __table_args__ = (
        CheckConstraint("sex IS NULL OR sex IN ('female', 'male')", name="sex_known"),
        Index("ix_talent_profile_visible", "id", postgresql_where="visible_to_employers"),
    )

    full_name: Mapped[str]
    nik: Mapped[bytes | None] = mapped_column(LargeBinary)
    nik_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    birth_date: Mapped[date | None]
    sex: Mapped[str | None]
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    address: Mapped[str | None]
    contact_email: Mapped[str | None]
    contact_phone: Mapped[str | None]
    headline: Mapped[str | None]
    summary: Mapped[str | None]
    photo_url: Mapped[str | None]
    preferred_occupations: Mapped[list[str]] = mapped_column(default=list)
    preferred_regions: Mapped[list[str]] = mapped_column(default=list)
    preferred_relations: Mapped[list[str]] = mapped_column(default=list)
    open_to_remote: Mapped[bool] = mapped_column(default=True)
    first_job_seeker: Mapped[bool] = mapped_column(default=False, server_default=false())
    minimum_pay: Mapped[int | None] = mapped_column(BigInteger)
    available_from: Mapped[date | None]
    disability: Mapped[dict[str, Any] | None]
    visible_to_employers: Mapped[bool] = mapped_column(default=False)


class _Part(Identified):
    """A row that belongs to a profile."""

    profile_id: Mapped[UUID] = mapped_column(ForeignKey("talent_profile.id", ondelete="CASCADE"), index=True)


class ProfileEducation(_Part, Base):
    """A school or study; `level` is a code of the education scale."""

    __tablename__ = "profile_education"

    level: Mapped[str]
    institution: Mapped[str]
    field: Mapped[str | None]
    start_year: Mapped[int | None] = mapped_column(SmallInteger)
    end_year: Mapped[int | None] = mapped_column(SmallInteger)
    completed: Mapped[bool]


class ProfileExperience(_Part, Base):
    """A job held; `end_date` null while it goes on."""

    __tablename__ = "profile_experience"
    __table_args__ = (CheckConstraint("end_date IS NULL OR end_date >= start_date", name="dates_in_order"),)

    occupation_code: Mapped[str] = mapped_column(ForeignKey("occupation.code"))
    title: Mapped[str]
    employer_name: Mapped[str]
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    start_date: Mapped[date]
    end_date: Mapped[date | None]
    description: Mapped[str | None]


class ProfileSkill(_Part, Base):
    """A skill held at a level of 1 to 4, with the evidence for it."""

    __tablename__ = "profile_skill"
    __table_args__ = (
        UniqueConstraint("profile_id", "skill_id"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
        one_of("evidence", EVIDENCE),
        Index(None, "skill_id"),
    )

    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"))
    level: Mapped[int] = mapped_column(SmallInteger)
    evidence: Mapped[str] = mapped_column(default="declared")
    since: Mapped[date | None]


class ProfileLanguage(_Part, Base):
    """A language spoken at a CEFR level, or as a native."""

    __tablename__ = "profile_language"
    __table_args__ = (UniqueConstraint("profile_id", "language"),)

    language: Mapped[str]
    level: Mapped[str]


class ProfileCertificate(_Part, Base):
    """A certificate held elsewhere, as declared by the talent: shown, never counted as verified."""

    __tablename__ = "profile_certificate"

    title: Mapped[str]
    issuer: Mapped[str]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("scheme.id"))
    number: Mapped[str | None]
    issued_on: Mapped[date]
    valid_until: Mapped[date | None]
    url: Mapped[str | None]


class ProfileLicence(_Part, Base):
    """A licence by law (SIM, Gada Pratama, STR, ...)."""

    __tablename__ = "profile_licence"
    __table_args__ = (UniqueConstraint("profile_id", "licence"),)

    licence: Mapped[str]
    valid_until: Mapped[date | None]


class ProfileLink(_Part, Base):
    """A public link: portfolio, repository, social page."""

    __tablename__ = "profile_link"
    __table_args__ = (UniqueConstraint("profile_id", "url"),)

    label: Mapped[str]
    url: Mapped[str]
