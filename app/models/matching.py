"""What the matcher keeps: versions of the idf table, and the log of rankings that employers saw."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, Identified


class IdfVersion(Base):
    """A frozen count of how many live vacancies ask for each skill; points change only with a new version."""

    __tablename__ = "idf_version"
    __table_args__ = (Index("uq_idf_version_active", "active", unique=True, postgresql_where=text("active")),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    vacancies: Mapped[int] = mapped_column(BigInteger)
    median_weight: Mapped[int] = mapped_column(BigInteger)
    active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class IdfEntry(Base):
    """In how many live vacancies a skill was asked for."""

    __tablename__ = "idf_entry"

    version_id: Mapped[int] = mapped_column(ForeignKey("idf_version.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    vacancies: Mapped[int] = mapped_column(Integer)


class TalentChange(Base):
    """One change of what a talent's place in a ranking rests on; read like `VacancyChange`."""

    __tablename__ = "talent_change"
    __table_args__ = (Index(None, "xid"),)

    seq: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    xid: Mapped[int] = mapped_column(BigInteger)
    talent_id: Mapped[UUID]


class MatchLog(Identified, Base):
    """A ranking of talents that an employer saw: versions, time and breakdown, so that it can be contested."""

    __tablename__ = "match_log"
    __table_args__ = (Index(None, "vacancy_id", "id"),)

    vacancy_id: Mapped[UUID] = mapped_column(ForeignKey("vacancy.id"))
    caller: Mapped[str]
    model_version: Mapped[str]
    idf_version: Mapped[int]
    taxonomy_version: Mapped[int]
    as_of: Mapped[datetime]
    ranking: Mapped[list[Any]] = mapped_column(JSONB)
