"""Rows of vacancies as the contract shows them, with a fixed number of queries however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.errors import Problem
from app.core.i18n import pick
from app.core.kit import Kit
from app.core.problems.common import NOT_FOUND
from app.models.organizations import Organization
from app.models.taxonomy import Industry, Scheme, Skill
from app.models.vacancies import Vacancy, VacancyCertificate, VacancySkill
from app.schemas.common import CodeLabel
from app.schemas.vacancy_views import (
    CustodyOut,
    Employer,
    LanguageWanted,
    OwnVacancyOut,
    OwnVacancySummary,
    Pay,
    Place,
    PublicationOut,
    SkillWanted,
    SourceOut,
    VacancyOut,
    VacancySummary,
)
from app.services import reference, vacancies, vacancy_texts

Row = tuple[Vacancy, Organization]


async def summaries(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, VacancySummary]:
    """Summaries by id, in any state, without regard to who asks: three queries however many there are.

    The caller has checked that its reader may see them. Pay that the employer hides is null.
    """
    query = select(Vacancy, Organization).join(Organization).where(Vacancy.id.in_(set(ids)))
    return await summaries_of(session, (await session.execute(query)).all())


async def summaries_of(session: AsyncSession, rows: Sequence[Row]) -> dict[UUID, VacancySummary]:
    """Summaries of loaded rows, by id, in their order: two queries, for the labels."""
    return {key: VacancySummary(**fields) for key, fields in (await _summary_fields(session, rows)).items()}


async def own_summaries(session: AsyncSession, actor: Actor, rows: Sequence[Row]) -> dict[UUID, OwnVacancySummary]:
    """Summaries for those who work on the vacancies, by id: with state, actions, and the pay in any case."""
    fields = await _summary_fields(session, rows, hidden_pay=True)
    actions = await vacancies.actions_of(session, actor, [row for row, _ in rows])
    return {
        row.id: OwnVacancySummary(
            **fields[row.id],
            status=row.status,
            publish_at=row.publish_at,
            actions=actions[row.id],
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row, _ in rows
    }


async def _summary_fields(
    session: AsyncSession, rows: Sequence[Row], *, hidden_pay: bool = False
) -> dict[UUID, dict[str, Any]]:
    regions = await reference.region_labels(session, [row.region_code for row, _ in rows])
    occupations = await reference.occupation_labels(session, [row.occupation_code for row, _ in rows])
    return {
        row.id: {
            "id": row.id,
            "title": row.title,
            "employer": Employer(id=employer.id, name=employer.name, logo_url=employer.logo_url),
            "occupation": occupations[row.occupation_code],
            "region": regions[row.region_code],
            "work_arrangement": reference.small_label("work_arrangement", row.work_arrangement),
            "work_relation": reference.small_label("work_relation", row.work_relation),
            "pay": _pay(row) if row.pay_shown or hidden_pay else None,
            "education_minimum": _small("education", row.education_minimum),
            "experience_years": row.experience_years,
            "openings": row.openings,
            "application_method": row.application_method,
            "published_at": row.published_at,
            "valid_until": row.valid_until,
            "last_confirmed_at": row.last_confirmed_at,
        }
        for row, employer in rows
    }


def _pay(row: Vacancy) -> Pay | None:
    if row.pay_minimum is None and row.pay_maximum is None:
        return None
    return Pay(minimum=row.pay_minimum, maximum=row.pay_maximum, currency=row.pay_currency, period=row.pay_period)


def _small(name: str, code: str | None) -> CodeLabel | None:
    return None if code is None else reference.small_label(name, code)


async def public_detail(session: AsyncSession, key: UUID) -> tuple[VacancyOut, int]:
    """A public vacancy in full and its version; 404 for one that is not public."""
    query = select(Vacancy, Organization).join(Organization).where(Vacancy.id == key, vacancies.is_public())
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise Problem(NOT_FOUND)
    fields = (await _summary_fields(session, [found]))[key] | await _detail_fields(session, found[0])
    return VacancyOut(**fields), found[0].version


async def own_detail(session: AsyncSession, actor: Actor, kit: Kit, row: Vacancy) -> OwnVacancyOut:
    """A vacancy as those who work on it see it, with findings and what may be done next."""
    employer = await vacancies.employer_of(session, row)
    fields = (await _summary_fields(session, [(row, employer)], hidden_pay=True))[row.id]
    return OwnVacancyOut(
        **fields,
        **await _detail_fields(session, row),
        status_reason=row.status_reason,
        publish_at=row.publish_at,
        pay_shown=row.pay_shown,
        pay_monthly_minimum=row.pay_monthly_minimum,
        pay_monthly_maximum=row.pay_monthly_maximum,
        limits_approved=row.limits_approved_by is not None,
        closed_at=row.closed_at,
        findings=vacancy_texts.shown(vacancies.open_findings(kit, row, employer)),
        actions=(await vacancies.actions_of(session, actor, [row]))[row.id],
        editable=vacancies.editable_fields(row.status),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def _detail_fields(session: AsyncSession, row: Vacancy) -> dict[str, Any]:
    skills = await _skills(session, row.id)
    required, preferred = await _certificates(session, row.id)
    custody, source = row.document_custody, row.source_portal
    located = row.latitude is not None and row.longitude is not None
    plain = (
        "status", "description", "industry_edition", "filled_count", "valid_from", "contract_months",
        "probation_months", "working_days_per_month", "placement_scope", "placement_country",
        "placement_agency_licence", "placement_contract", "placement_fee", "documents", "age_minimum",
        "age_maximum", "sex_required", "limit_reason", "application_url", "verified_at",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "industry": await _industry(session, row),
        "coordinates": Place(latitude=row.latitude, longitude=row.longitude) if located else None,
        "required_skills": skills[True],
        "preferred_skills": skills[False],
        "required_certificates": required,
        "preferred_certificates": preferred,
        "languages": [
            LanguageWanted(**reference.small_label("language", item["code"]).model_dump(), level=item["level"])
            for item in row.languages
        ],
        "required_licences": [reference.small_label("licence", code) for code in row.required_licences],
        "accommodations": [reference.small_label("accommodation", code) for code in row.accommodations],
        "benefits": [reference.small_label("benefit", code) for code in row.benefits],
        "document_custody": None
        if custody is None
        else CustodyOut(
            agreement_reference=custody["agreement_reference"],
            return_on=date.fromisoformat(custody["return_on"]),
        ),
        "source": None
        if source is None
        else SourceOut(portal=source, external_id=row.external_id, url=row.external_url),
    }


async def _skills(session: AsyncSession, key: UUID) -> dict[bool, list[SkillWanted]]:
    query = (
        select(VacancySkill.essential, VacancySkill.level, Skill.code, Skill.label_id, Skill.label_en)
        .join(Skill, Skill.id == VacancySkill.skill_id)
        .where(VacancySkill.vacancy_id == key)
        .order_by(VacancySkill.level.desc(), Skill.code)
    )
    found: dict[bool, list[SkillWanted]] = {True: [], False: []}
    for essential, level, code, label, english in await session.execute(query):
        found[essential].append(SkillWanted(code=code, label=pick(label, english), level=level))
    return found


async def _certificates(session: AsyncSession, key: UUID) -> tuple[list[list[CodeLabel]], list[CodeLabel]]:
    query = (
        select(
            VacancyCertificate.mandatory, VacancyCertificate.alternative_group, Scheme.code, Scheme.label_id,
            Scheme.label_en,
        )
        .join(Scheme, Scheme.id == VacancyCertificate.scheme_id)
        .where(VacancyCertificate.vacancy_id == key)
        .order_by(VacancyCertificate.alternative_group, Scheme.code)
    )  # fmt: skip
    groups: dict[int, list[CodeLabel]] = {}
    preferred: list[CodeLabel] = []
    for mandatory, group, code, label, english in await session.execute(query):
        scheme = CodeLabel(code=code, label=pick(label, english))
        (groups.setdefault(group, []) if mandatory else preferred).append(scheme)
    return list(groups.values()), preferred


async def _industry(session: AsyncSession, row: Vacancy) -> CodeLabel | None:
    if row.industry_code is None:
        return None
    found = await session.get_one(Industry, (row.industry_edition, row.industry_code))
    return CodeLabel(code=found.code, label=pick(found.label_id, found.label_en))


async def publication(session: AsyncSession, row: Vacancy) -> PublicationOut:
    """Whether and when a vacancy is public."""
    reason = await vacancies.hidden_because(session, row)
    return PublicationOut.model_validate(
        {
            "vacancy_id": row.id,
            "status": row.status,
            "public": reason is None,
            "hidden_because": reason,
            "publish_at": row.publish_at,
            "published_at": row.published_at,
            "valid_until": row.valid_until,
        }
    )
