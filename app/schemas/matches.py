"""Rankings with their reasons.

Points are whole parts per million: the contributions of an item add up to its score exactly, and their maxima to
1,000,000. A score is the same sum as a share of 1, with six places.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, Strict

from app.schemas.common import Code, CodeLabel, Input, Level, Output, Whole
from app.schemas.vacancy_views import VacancySummary

Score = Annotated[float, Field(ge=0, le=1, description="0..1 with six places")]
Points = Annotated[int, Field(ge=0, le=1_000_000, description="Parts per million of the score")]
KindOfItem = Literal["skill", "unspecified", "certificate", "experience", "education", "location", "salary"]
RelationName = Literal["exact", "narrower", "related", "broader", "sibling", "neighbour"]
EvidenceName = Literal["verified", "declared", "inferred"]


class GateOut(Output):
    """A condition that must be met; any one of the alternatives meets it."""

    kind: Literal["certificate", "licence", "legal"]
    alternatives: list[CodeLabel]
    met: bool
    one_certificate_away: Annotated[
        bool, Field(description="The only gate that is closed, and one certificate opens it")
    ]


class ContributionOut(Output):
    """What one item of the vacancy adds to the score, and why."""

    kind: KindOfItem
    code: Annotated[str | None, Field(description="Skill or scheme; null for a whole factor")]
    label: str
    points: Points
    max_points: Points
    via: Annotated[CodeLabel | None, Field(description="The held skill that earned it")]
    relation: Annotated[RelationName | None, Field(description="How that skill stands to the asked one")]
    evidence: EvidenceName | None
    level_held: int | None
    level_asked: int | None


class MissingOut(Output):
    """What would raise the score or open a gate; the most helpful first."""

    kind: Literal["skill", "certificate"]
    code: str
    label: str
    unpaid: Annotated[Points, Field(description="Points of this very item that are not earned")]
    gain: Annotated[Points, Field(description="What the score gains when it is added, with verified evidence")]
    level: Annotated[int | None, Field(description="The level asked for, of a skill")]
    opens_gate: bool


class PairOut(Output):
    """A talent and a vacancy: the score and all of its reasons."""

    score: Score
    eligible: Annotated[bool, Field(description="Every gate is met")]
    gates: list[GateOut]
    contributions: list[ContributionOut]
    missing: list[MissingOut]
    requirements_met: Annotated[
        int, Field(description="Asked skills held themselves at the asked level, and gates that are met")
    ]
    requirements_total: int


class MatchOut(PairOut):
    """A vacancy in a ranking."""

    rank: Annotated[int, Field(ge=1, description="Place in the whole ranking: gates met first, then by score")]
    vacancy: VacancySummary


class Versions(Output):
    """What the ranking was made by; the same versions and time give the same ranking."""

    model_version: str
    idf_version: int
    taxonomy_version: int
    as_of: Annotated[datetime, Field(description="The time at which everything was evaluated")]


class VacancyMatch(PairOut, Versions):
    """One vacancy for one talent, in full."""

    vacancy: VacancySummary


class MatchPage(Versions):
    """A page of ranked vacancies."""

    items: list[MatchOut]
    next_cursor: str | None


class HeldSkillOut(Output):
    """A skill that a talent holds, with its best evidence."""

    skill: CodeLabel
    level: int
    evidence: EvidenceName


class TalentSummary(Output):
    """A talent as a ranking shows one: nothing that tells who it is."""

    id: Annotated[UUID, Field(description="Opens the employer's view of the profile")]
    headline: str | None
    province: CodeLabel | None
    experience_years: Annotated[int, Field(description="Whole years in all occupations")]
    skills: list[HeldSkillOut]


class TalentMatchOut(PairOut):
    """A talent in a ranking."""

    rank: Annotated[int, Field(ge=1)]
    talent: TalentSummary


class TalentMatchPage(Versions):
    """A page of ranked talents. It was logged with its reasons before it was answered."""

    items: list[TalentMatchOut]
    next_cursor: str | None


class AnonymousSkill(Input):
    """A skill held at a level."""

    code: Code
    level: Level
    evidence: EvidenceName = "declared"


class AnonymousExperience(Input):
    """Time in an occupation."""

    occupation_code: Code
    months: Annotated[int, Strict(), Field(ge=0, le=1200)]


class AnonymousProfile(Input):
    """A profile without a person; nothing of it is stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "skills": [{"code": "SK-0003", "level": 3}, {"code": "SK-0005", "level": 2}],
                    "certificates": ["SKM-0002"],
                    "experience": [{"occupation_code": "2513", "months": 18}],
                    "education": "smk",
                    "region_code": "32.73",
                    "minimum_pay": 5_000_000,
                }
            ]
        }
    )

    skills: Annotated[list[AnonymousSkill], Field(max_length=200)] = Field(default_factory=list)
    certificates: Annotated[list[Code], Field(max_length=50, description="Codes of schemes, in force")] = Field(
        default_factory=list
    )
    licences: Annotated[list[Code], Field(max_length=50)] = Field(default_factory=list)
    experience: Annotated[list[AnonymousExperience], Field(max_length=100)] = Field(default_factory=list)
    education: Annotated[Code | None, Field(description="The highest level completed")] = None
    region_code: Annotated[Code | None, Field(description="Home")] = None
    preferred_regions: Annotated[list[Code], Field(max_length=50)] = Field(default_factory=list)
    minimum_pay: Annotated[Whole | None, Field(description="Rupiah a month")] = None
