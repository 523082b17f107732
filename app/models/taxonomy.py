"""Reference data: regions, skills, occupations, industries, certification schemes, and the terms that find them.

A code is retired, never reused: `status` becomes `retired` and `replaced_by` names what took its place.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.models.base import Base, one_of

TERM_KINDS = ("skill", "occupation", "region", "industry", "scheme")


class TaxonomyRelease(Base):
    """One import of reference data; the highest id is the taxonomy's version."""

    __tablename__ = "taxonomy_release"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    source: Mapped[str]
    version: Mapped[str]
    content_hash: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(default=clock.now)
    report: Mapped[dict[str, Any]]


class Region(Base):
    """A wilayah: province (`32`), regency or city (`32.73`), district, village."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    level: Mapped[int] = mapped_column(SmallInteger)
    label: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    replaced_by: Mapped[str | None]


class Skill(Base):
    """A skill. `id` is small and dense: the match index counts in it."""

    __tablename__ = "skill"
    __table_args__ = (one_of("status", ("active", "retired")),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    kind: Mapped[str]
    label_id: Mapped[str]
    label_en: Mapped[str]
    aliases_id: Mapped[list[str]] = mapped_column(default=list)
    aliases_en: Mapped[list[str]] = mapped_column(default=list)
    description: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="active")
    replaced_by: Mapped[str | None]
    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"))


class SkillRelation(Base):
    """`source` is narrower than `target` (`broader`), or both are `related` (kept in both directions)."""

    __tablename__ = "skill_relation"
    __table_args__ = (one_of("kind", ("broader", "related")), Index(None, "target_id", "kind"))

    source_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)


class SkillNeighbour(Base):
    """Skills whose words are alike: holding `source` pays `rate` ppm of `target`. Derived, rebuildable."""

    __tablename__ = "skill_neighbour"
    __table_args__ = (CheckConstraint("rate BETWEEN 1 AND 1000000", name="rate_range"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    rate: Mapped[int] = mapped_column(Integer)


class Occupation(Base):
    """An occupation or a group of them: KBJI 2014 codes of 1 to 4 digits and `NNNN.NN` below."""

    __tablename__ = "occupation"
    __table_args__ = (one_of("status", ("active", "retired")),)

    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("occupation.code"), index=True)
    level: Mapped[int] = mapped_column(SmallInteger)
    source: Mapped[str]
    label_id: Mapped[str]
    label_en: Mapped[str]
    aliases_id: Mapped[list[str]] = mapped_column(default=list)
    aliases_en: Mapped[list[str]] = mapped_column(default=list)
    description: Mapped[str | None]
    education_typical: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="active")
    replaced_by: Mapped[str | None]
    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"))


class OccupationSkill(Base):
    """A skill that an occupation needs."""

    __tablename__ = "occupation_skill"
    __table_args__ = (Index(None, "skill_id"),)

    occupation_code: Mapped[str] = mapped_column(ForeignKey("occupation.code"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    essential: Mapped[bool]


class Industry(Base):
    """A KBLI class in one edition; sections moved between editions, so the edition is part of the key."""

    __tablename__ = "industry"
    __table_args__ = (Index(None, "edition", "parent_code"),)

    edition: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None]
    section: Mapped[str]
    label_id: Mapped[str]
    label_en: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    replaced_by: Mapped[str | None]
    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"))


class Scheme(Base):
    """A certification scheme: units of competency that are certified together."""

    __tablename__ = "scheme"
    __table_args__ = (one_of("kind", ("kkni", "occupation", "cluster")), one_of("status", ("active", "retired")))

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    kkni_level: Mapped[int | None] = mapped_column(SmallInteger)
    occupation_code: Mapped[str | None] = mapped_column(ForeignKey("occupation.code"))
    label_id: Mapped[str]
    label_en: Mapped[str]
    validity_months: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(default="active")
    replaced_by: Mapped[str | None]
    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"))


class CompetencyUnit(Base):
    """A unit of competency (SKKNI)."""

    __tablename__ = "competency_unit"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title_id: Mapped[str]
    title_en: Mapped[str]
    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"))


class SchemeUnit(Base):
    """A unit in a scheme, in the scheme's order."""

    __tablename__ = "scheme_unit"

    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("competency_unit.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)


class UnitSkill(Base):
    """A skill that a unit proves."""

    __tablename__ = "unit_skill"

    unit_id: Mapped[int] = mapped_column(ForeignKey("competency_unit.id"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True, index=True)


class TaxonomyTerm(Base):
    """A label or alias, normalised (lower case, no accents), that look-ups search by prefix and trigram."""

    __tablename__ = "taxonomy_term"
    __table_args__ = (
        one_of("kind", TERM_KINDS),
        UniqueConstraint("kind", "ref", "language", "term"),
        Index("ix_taxonomy_term_prefix", "kind", "term", postgresql_ops={"term": "text_pattern_ops"}),
        Index("ix_taxonomy_term_trigram", "term", postgresql_using="gin", postgresql_ops={"term": "gin_trgm_ops"}),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    ref: Mapped[str]
    language: Mapped[str]
    term: Mapped[str]
    is_label: Mapped[bool]
