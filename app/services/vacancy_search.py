"""Lists of vacancies: the public one with its filters, an employer's own, and an officer's.

A vacancy that hides its pay takes no part in a filter or a sort by pay: its place would tell the figure.
Full-text search joins the public list as one more condition of `_conditions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.core.actor import Actor
from app.core.errors import FieldError, Problem
from app.core.i18n import Text
from app.core.kit import Kit
from app.core.pagination import Page, scope_of
from app.core.problems.common import NOT_FOUND
from app.domain.education import EducationLevel, reaches
from app.models.organizations import Organization
from app.models.taxonomy import Occupation
from app.models.vacancies import Vacancy, VacancySkill
from app.schemas.common import CodeLabel
from app.schemas.vacancy_views import OwnVacancySummary, Understood, VacancyPage
from app.services import reference, vacancies, vacancy_views

REMOTE: Final = ("remote", "remote_foreign")
SORTS: Final[dict[str, tuple[InstrumentedAttribute[Any], bool]]] = {
    "-posted_at": (Vacancy.published_at, True),
    "posted_at": (Vacancy.published_at, False),
    "-pay": (Vacancy.pay_monthly_maximum, True),
    "pay": (Vacancy.pay_monthly_maximum, False),
}
"""Sort -> (column, descending); the id breaks ties, and an index on both serves each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a caller looks for; None and empty tuples look for everything."""

    region: str | None = None
    occupation: str | None = None
    relation: tuple[str, ...] = ()
    arrangement: tuple[str, ...] = ()
    pay_min: int | None = None
    education: str | None = None
    skill: str | None = None
    employer: UUID | None = None
    posted_since: datetime | None = None
    remote: bool | None = None


async def list_public(
    session: AsyncSession, kit: Kit, filters: Filters, sort: str, limit: int, cursor: str | None
) -> VacancyPage:
    """A page of public vacancies, and how the filters were understood; 422 for unknown codes or a bad cursor."""
    understood, skill_id = await _understand(session, filters, sort)
    scope = scope_of("vacancies.list", asdict(filters), sort)
    after = kit.cursors.read(scope, cursor)
    query = public_query(filters, skill_id, sort, after).limit(limit + 1)
    rows = (await session.execute(query)).all()
    shown = await vacancy_views.summaries_of(session, rows)
    page = kit.cursors.page(
        scope, rows, limit, lambda row: (getattr(row[0], SORTS[sort][0].key), row[0].id), lambda row: shown[row[0].id]
    )
    return VacancyPage(items=list(page.items), next_cursor=page.next_cursor, interpreted=understood)


def public_query(
    filters: Filters, skill_id: int | None, sort: str, after: Sequence[Any] | None
) -> Select[Vacancy, Organization]:
    """Public vacancies that fit, in the order of `sort`, behind the order key `after`."""
    column, descending = SORTS[sort]
    query = select(Vacancy, Organization).join(Organization).where(vacancies.is_public())
    query = query.where(*_conditions(filters, skill_id))
    if column is Vacancy.pay_monthly_maximum:
        query = query.where(Vacancy.pay_shown, column.is_not(None))
    if after is not None:
        key, last = tuple_(column, Vacancy.id), tuple_(*[literal(part) for part in after])
        query = query.where(key < last if descending else key > last)
    return query.order_by(*((column.desc(), Vacancy.id.desc()) if descending else (column, Vacancy.id)))


def _conditions(filters: Filters, skill_id: int | None) -> list[ColumnElement[bool]]:
    found = _plain_conditions(filters)
    if filters.region is not None:
        found.append(Vacancy.region_code.like(f"{filters.region}%"))
    if filters.occupation is not None:
        found.append(Vacancy.occupation_code.like(f"{filters.occupation}%"))
    if filters.education is not None:
        held = EducationLevel(filters.education)
        within = [level.value for level in EducationLevel if reaches(held, level)]
        found.append(or_(Vacancy.education_minimum.is_(None), Vacancy.education_minimum.in_(within)))
    if skill_id is not None:
        found.append(exists().where(VacancySkill.vacancy_id == Vacancy.id, VacancySkill.skill_id == skill_id))
    return found


def _plain_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.relation:
        found.append(Vacancy.work_relation.in_(filters.relation))
    if filters.arrangement:
        found.append(Vacancy.work_arrangement.in_(filters.arrangement))
    if filters.pay_min is not None:
        found.append(and_(Vacancy.pay_shown, Vacancy.pay_monthly_maximum >= filters.pay_min))
    if filters.employer is not None:
        found.append(Vacancy.organization_id == filters.employer)
    if filters.posted_since is not None:
        found.append(Vacancy.published_at >= filters.posted_since)
    if filters.remote is not None:
        remote = Vacancy.work_arrangement.in_(REMOTE)
        found.append(remote if filters.remote else ~remote)
    return found


async def _understand(session: AsyncSession, filters: Filters, sort: str) -> tuple[Understood, int | None]:
    """The filters with their labels, and the skill's id; 422 with the nearest codes for unknown ones."""
    errors: list[FieldError] = []
    if filters.region is not None:
        errors += await reference.check_regions(session, {"/query/region": filters.region})
    errors += await _check_occupation(session, filters.occupation)
    errors += reference.check_small("education", {"/query/education": filters.education})
    skills = {} if filters.skill is None else {"/query/skill": filters.skill}
    ids, unknown = await reference.skill_ids(session, skills) if skills else ({}, [])
    employer = await _employer(session, filters.employer)
    if filters.employer is not None and employer is None:
        message = Text("Tidak ada pemberi kerja terverifikasi ini.", "There is no such verified employer.")
        unknown.append(FieldError("/query/employer", "unknown_employer", str(message)))
    reference.raise_invalid(errors + unknown)
    skill_id = ids.get(filters.skill or "")
    regions = await reference.region_labels(session, [filters.region]) if filters.region else {}
    occupations = await reference.occupation_labels(session, [filters.occupation]) if filters.occupation else {}
    understood = Understood(
        region=regions.get(filters.region or ""),
        occupation=occupations.get(filters.occupation or ""),
        relation=[reference.small_label("work_relation", code) for code in filters.relation],
        arrangement=[reference.small_label("work_arrangement", code) for code in filters.arrangement],
        pay_min=filters.pay_min,
        education=reference.small_label("education", filters.education) if filters.education else None,
        skill=(await reference.skill_labels(session, [skill_id]))[skill_id] if skill_id is not None else None,
        employer=employer,
        posted_since=filters.posted_since,
        remote=filters.remote,
        sort=sort,
    )
    return understood, skill_id


async def _check_occupation(session: AsyncSession, code: str | None) -> list[FieldError]:
    """Any level of the classification may be looked for, not only whole occupations."""
    if code is None or await session.scalar(select(exists().where(Occupation.code == code))):
        return []
    return await reference.unknown_errors(session, "occupation", {"/query/occupation": code})


async def _employer(session: AsyncSession, key: UUID | None) -> CodeLabel | None:
    if key is None:
        return None
    query = select(Organization.name).where(
        Organization.id == key, Organization.kind == "employer", Organization.status == "verified"
    )
    name = await session.scalar(query)
    return None if name is None else CodeLabel(code=str(key), label=name)


async def list_of_employer(
    session: AsyncSession, actor: Actor, kit: Kit, organization_id: UUID, status: str | None, limit: int,
    cursor: str | None,
) -> Page[OwnVacancySummary]:  # fmt: skip
    """An employer's own vacancies in every state, the newest first; 404 for somebody else's."""
    if organization_id not in actor.organizations("employer"):
        raise Problem(NOT_FOUND)
    filters = {"organization": organization_id, "status": status}
    query = _with_employer().where(Vacancy.organization_id == organization_id)
    if status is not None:
        query = query.where(Vacancy.status == status)
    scope = scope_of("vacancies.list_of_employer", filters)
    after = kit.cursors.read(scope, cursor)
    if after is not None:
        query = query.where(Vacancy.id < after[0])
    rows = (await session.execute(query.order_by(Vacancy.id.desc()).limit(limit + 1))).all()
    return await _own_page(session, actor, kit, scope, rows, limit)


async def list_for_review(
    session: AsyncSession, actor: Actor, kit: Kit, status: str, limit: int, cursor: str | None
) -> Page[OwnVacancySummary]:
    """Vacancies in the officer's regions in one state, the oldest first."""
    query = _with_employer().where(Vacancy.status == status, vacancies.in_regions(actor))
    scope = scope_of("vacancies.list_for_review", {"caller": actor.key, "status": status})
    after = kit.cursors.read(scope, cursor)
    if after is not None:
        query = query.where(Vacancy.id > after[0])
    rows = (await session.execute(query.order_by(Vacancy.id).limit(limit + 1))).all()
    return await _own_page(session, actor, kit, scope, rows, limit)


def _with_employer() -> Select[Vacancy, Organization]:
    return select(Vacancy, Organization).join(Organization)


async def _own_page(
    session: AsyncSession, actor: Actor, kit: Kit, scope: str, rows: Sequence[vacancy_views.Row], limit: int
) -> Page[OwnVacancySummary]:
    shown = await vacancy_views.own_summaries(session, actor, rows)
    return kit.cursors.page(scope, rows, limit, lambda row: (row[0].id,), lambda row: shown[row[0].id])
