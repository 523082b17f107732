"""Compose the demo's vacancies: a job of the library, placed by an employer in a region.

A job (`jobs/*.jsonl`) has `job` (its key), `title`, `occ`, `text`, `must` and `nice` (skills with levels),
`cert_must` and `cert_nice` (lists of groups, alternatives separated by `|`), `lic`, `lang`, `edu`, `years`,
`rel`, `arr`, `months`, `probation`, `days` (a month), `per` (pay period, month by default), `ben`, `acc`,
`docs`, and for work abroad `scope`, `country`, `contract`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict

from app.data.demo.reading import LANGUAGE_LEVELS, SKILL_LEVELS, Codes, Item, blank_separated, read_items
from app.data.demo.records import CertificateNeed, OrganizationRecord, SkillNeed, VacancyRecord
from app.data.rows import ReferenceDataError, Row, read_rows, refuse_repeated

PAY_PERIODS: Final = ("hour", "day", "week", "month", "year", "project")
UNPUBLISHED_STATUSES: Final = (
    "draft", "pending_review", "needs_revision", "rejected", "scheduled", "suspended", "closed", "filled",
    "expired", "blocked",
)  # fmt: skip
ENDED_STATUSES: Final = ("closed", "filled", "expired", "blocked")
REASONED_STATUSES: Final = ("needs_revision", "rejected", "suspended", "blocked")

JOB_MEMBERS: Final = (
    "job", "title", "occ", "text", "must", "nice", "cert_must", "cert_nice", "lic", "lang", "edu", "years",
    "rel", "arr", "months", "probation", "days", "per", "ben", "acc", "docs", "scope", "country", "contract",
)  # fmt: skip
PLACEMENT_COLUMNS: Final = ("job", "region", "pay_min", "pay_max", "openings", "posted", "valid", "note")
UNPUBLISHED_COLUMNS: Final = (
    "key", "organization", "job", "region", "pay_min", "pay_max", "openings", "filled", "posted", "valid",
    "status", "reason", "publish_in", "closed_ago", "note",
)  # fmt: skip

_MAX_PAY: Final = 100_000_000
_MAX_VALID_DAYS: Final = 180
_MIN_DAYS_LEFT: Final = 14  # a fresh demo stays worth looking at for two weeks


@dataclass(frozen=True, slots=True)
class Terms:
    """What an employer gives, offers to accommodate and asks for, in each of its vacancies."""

    benefits: tuple[str, ...] = ()
    accommodations: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """The jobs and the employers' terms, by key."""

    jobs: Mapping[str, Item]
    terms: Mapping[str, Terms]
    organizations: Mapping[str, OrganizationRecord]
    codes: Codes


class _Course(TypedDict):
    """How far a vacancy has come: the fields of `VacancyRecord` that hang on its status."""

    status: str
    status_reason: str | None
    filled_count: int
    publish_in_days: int | None
    closed_days_ago: int | None


def load_library(root: Path, organizations: Mapping[str, OrganizationRecord], codes: Codes) -> Library:
    """Load `jobs/*.jsonl` and `employer_terms.csv`."""
    jobs: dict[str, Item] = {}
    for path in sorted((root / "jobs").glob("*.jsonl")):
        for item in read_items(root, f"jobs/{path.name}", JOB_MEMBERS):
            key = item.text("job")
            if key in jobs:
                item.fail(f"the job {key!r} is already there")
            jobs[key] = item
    rows = read_rows(root, "employer_terms.csv", ("organization", "benefits", "accommodations", "documents"))
    refuse_repeated(rows, "organization")
    terms = {
        row.one_of("organization", organizations): Terms(
            blank_separated(row, "benefits", codes.benefits),
            blank_separated(row, "accommodations", codes.accommodations),
            row.members("documents"),
        )
        for row in rows
    }
    return Library(jobs, terms, organizations, codes)


def load_vacancies(root: Path, library: Library) -> tuple[VacancyRecord, ...]:
    """Compose all vacancies: the published ones by employer, then `unpublished.csv`.

    A published vacancy was posted before today, is open for 14 more days at least, and is the only one of its
    title, employer and region.
    """
    records: list[VacancyRecord] = []
    placed: set[tuple[str, str, str]] = set()
    for path in sorted((root / "placements").glob("*.csv")):
        file = f"placements/{path.name}"
        if path.stem not in library.organizations:
            raise ReferenceDataError(file, 1, f"unknown organization {path.stem!r}")
        for row in read_rows(root, file, PLACEMENT_COLUMNS):
            record = _compose(row, path.stem, library)
            identity = (record.title, record.organization, record.region_code)
            if identity in placed:
                row.fail(f"{record.title!r} is already placed in {record.region_code}")
            placed.add(identity)
            if record.valid_days - record.posted_days_ago < _MIN_DAYS_LEFT:
                row.fail(f"fewer than {_MIN_DAYS_LEFT} days are left")
            records.append(record)
    rows = read_rows(root, "unpublished.csv", UNPUBLISHED_COLUMNS)
    refuse_repeated(rows, "key")
    records += (_compose(row, row.one_of("organization", library.organizations), library) for row in rows)
    return tuple(records)


def _compose(row: Row, organization: str, library: Library) -> VacancyRecord:
    job = library.jobs[row.one_of("job", library.jobs)]
    terms = library.terms.get(organization, Terms())
    codes = library.codes
    region = row.one_of("region", codes.regencies)
    pay_minimum = row.integer("pay_min", 1, _MAX_PAY)
    scope = job.optional("scope") or "akl"
    licence = library.organizations[organization].licence_number
    if library.organizations[organization].kind != "employer":
        row.fail(f"{organization} is not an employer")
    if scope == "akan" and licence is None:
        row.fail(f"{organization} has no licence to place abroad")
    openings = row.integer("openings", 1, 50)
    return VacancyRecord(
        key=row.cells.get("key")
        or f"vac-{row.text('job')}-{organization.removeprefix('emp-')}-{region.replace('.', '')}",
        organization=organization,
        **_course(row, openings),
        title=job.text("title"),
        description=f"{job.text('text')}\n\n{row.text('note')}",
        occupation_code=job.one_of("occ", codes.occupations),
        openings=openings,
        posted_days_ago=row.integer("posted", 1, 170),
        valid_days=row.integer("valid", 14, _MAX_VALID_DAYS),
        region_code=region,
        work_arrangement=job.one_of("arr", codes.arrangements),
        work_relation=job.one_of("rel", codes.relations),
        contract_months=job.optional_integer("months", 1, 60),
        probation_months=job.optional_integer("probation", 1, 3),
        working_days_per_month=job.optional_integer("days", 1, 20),
        placement_scope=scope,
        placement_country=job.optional("country"),
        placement_agency_licence=licence if scope == "akan" else None,
        placement_contract=job.optional("contract"),
        pay_minimum=pay_minimum,
        pay_maximum=row.integer("pay_max", pay_minimum, _MAX_PAY),
        pay_period=job.known("per", job.members.get("per", "month"), PAY_PERIODS),
        education_minimum=job.known("edu", job.members["edu"], codes.education) if "edu" in job.members else None,
        experience_years=job.optional_integer("years", 0, 50),
        skills=_skills(job, codes),
        certificates=_certificates(job, codes),
        required_licences=job.split_codes("lic", job.members.get("lic"), codes.licences),
        languages=job.levels("lang", codes.languages, LANGUAGE_LEVELS),
        benefits=_merged(terms.benefits, job.codes("ben", codes.benefits)),
        accommodations=_merged(terms.accommodations, job.codes("acc", codes.accommodations)),
        documents=_merged(terms.documents, tuple(job.members.get("docs", ()))),
    )


def _course(row: Row, openings: int) -> _Course:
    if "status" not in row.cells:
        return _Course(
            status="published", status_reason=None, filled_count=0, publish_in_days=None, closed_days_ago=None
        )
    status = row.one_of("status", UNPUBLISHED_STATUSES)
    course = _Course(
        status=status,
        status_reason=row.optional("reason"),
        filled_count=row.integer("filled", 0, openings),
        publish_in_days=row.optional_integer("publish_in", 1, 60),
        closed_days_ago=row.optional_integer("closed_ago", 0, 170),
    )
    if status in REASONED_STATUSES and course["status_reason"] is None:
        row.fail(f"{status} needs a reason")
    if (status == "scheduled") != (course["publish_in_days"] is not None):
        row.fail("publish_in goes with scheduled, and only with it")
    if (status in ENDED_STATUSES) != (course["closed_days_ago"] is not None):
        row.fail("closed_ago goes with a vacancy that has ended, and only with it")
    if (status == "filled") != (course["filled_count"] == openings):
        row.fail("a vacancy is filled where every opening is")
    return course


def _skills(job: Item, codes: Codes) -> tuple[SkillNeed, ...]:
    needs = tuple(
        SkillNeed(code=code, level=int(level), essential=name == "must")
        for name in ("must", "nice")
        for code, level in job.levels(name, codes.skills, SKILL_LEVELS)
    )
    if len({need.code for need in needs}) < len(needs):
        job.fail("a skill is both required and preferred")
    return needs


def _certificates(job: Item, codes: Codes) -> tuple[CertificateNeed, ...]:
    return tuple(
        CertificateNeed(scheme=job.known(name, scheme, codes.schemes), mandatory=mandatory, alternative_group=group)
        for name, mandatory in (("cert_must", True), ("cert_nice", False))
        for group, alternatives in enumerate(job.members.get(name, ()))
        for scheme in alternatives.split("|")
    )


def _merged(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
