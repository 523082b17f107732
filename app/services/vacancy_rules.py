"""What a vacancy's body does to its row, and what the rules say of the row then.

A change is refused where it brings an error that was not there before; submission and publication demand that
there is none at all. A scan of the wording joins `findings` beside the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select, union_all
from sqlalchemy import literal as sql_literal
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock
from app.core.errors import FieldError
from app.core.i18n import Text
from app.data import loading
from app.domain.findings import Finding, Severity
from app.domain.vacancies import DocumentCustody, LimitReason, VacancyTerms, validate_terms
from app.domain.wage_floor import below_floor, floor_for
from app.domain.work_relations import (
    CompanySize,
    PayPeriod,
    PlacementScope,
    RelationTerms,
    Sex,
    WorkArrangement,
    WorkRelation,
    pay_monthly,
)
from app.models.organizations import Organization
from app.models.taxonomy import Occupation, Region, Scheme, Skill
from app.models.vacancies import Vacancy, VacancyCertificate, VacancySkill
from app.services import reference

_SKILL_FIELDS: Final = {"required_skills": True, "preferred_skills": False}
_CERTIFICATE_FIELDS: Final = {"required_certificates": True, "preferred_certificates": False}
CHILD_FIELDS: Final = frozenset({*_SKILL_FIELDS, *_CERTIFICATE_FIELDS})
_LIMITS: Final = ("age_minimum", "age_maximum", "sex_required", "limit_reason")
_SMALL_LISTS: Final = {
    "required_licences": "licence",
    "accommodations": "accommodation",
    "benefits": "benefit",
}
_LATITUDES: Final = (-11.5, 6.5)
_LONGITUDES: Final = (94.5, 141.5)


def apply_fields(row: Vacancy, changes: Mapping[str, Any]) -> None:
    """Write the members of a body that are columns; nested ones merge (RFC 7396). Derives the monthly pay.

    Changed limits of age or sex lose the approval that the old ones had.
    """
    before = [getattr(row, name) for name in _LIMITS]
    for name, value in changes.items():
        if name == "pay":
            for part, amount in value.items():
                setattr(row, f"pay_{part}", amount)
        elif name == "coordinates":
            row.latitude, row.longitude = (value["latitude"], value["longitude"]) if value else (None, None)
        elif name == "source":
            row.source_portal = value and value["portal"]
            row.external_id = value and value["external_id"]
            row.external_url = value and value.get("url")
        elif name == "document_custody":
            row.document_custody = _merged_custody(row.document_custody, value)
        elif name == "languages":
            row.languages = [{"code": item["code"], "level": str(item["level"])} for item in value]
        elif name not in CHILD_FIELDS:
            setattr(row, name, value)
    if [getattr(row, name) for name in _LIMITS] != before:
        row.limits_approved_by = None
    row.pay_monthly_minimum = _monthly(row, row.pay_minimum)
    row.pay_monthly_maximum = _monthly(row, row.pay_minimum if row.pay_maximum is None else row.pay_maximum)


def _merged_custody(held: dict[str, Any] | None, change: dict[str, Any] | None) -> dict[str, Any] | None:
    if change is None:
        return None
    written = {name: item.isoformat() if isinstance(item, date) else item for name, item in change.items()}
    return {"agreement_reference": None, "return_on": None, **(held or {}), **written}


def _monthly(row: Vacancy, amount: int | None) -> int | None:
    """Rupiah a month; None for other currencies, whose rate nobody fixed."""
    if amount is None or row.pay_currency != "IDR":
        return None
    return pay_monthly(amount, PayPeriod(row.pay_period))


async def check_codes(session: AsyncSession, row: Vacancy, changed: Mapping[str, Any]) -> list[FieldError]:
    """Errors for unknown, retired or repeated codes among the changed members."""
    errors: list[FieldError] = []
    if "region_code" in changed:
        errors += await reference.check_regions(session, {"/region_code": row.region_code})
        errors += await _retired(session, "/region_code", Region.code == row.region_code, Region)
    if "occupation_code" in changed:
        errors += await reference.check_occupations(session, {"/occupation_code": row.occupation_code})
        errors += await _retired(session, "/occupation_code", Occupation.code == row.occupation_code, Occupation)
    if {"industry_edition", "industry_code"} & changed.keys():
        errors += await reference.check_industry(session, row.industry_edition, row.industry_code)
    if "education_minimum" in changed:
        errors += reference.check_small("education", {"/education_minimum": row.education_minimum})
    for name, list_name in _SMALL_LISTS.items():
        if name in changed:
            codes = {f"/{name}/{at}": code for at, code in enumerate(changed[name])}
            errors += reference.check_small(list_name, codes) + repeated(codes)
    if "languages" in changed:
        codes = {f"/languages/{at}/code": item["code"] for at, item in enumerate(changed["languages"])}
        errors += reference.check_small("language", codes) + repeated(codes)
    return errors


async def _retired(
    session: AsyncSession, pointer: str, condition: ColumnElement[bool], table: type[Region | Occupation]
) -> list[FieldError]:
    """An error where the code was retired, with what replaced it."""
    replaced_by = (await session.execute(select(table.replaced_by).where(condition, table.status == "retired"))).all()
    return [_retired_error(pointer, successor) for (successor,) in replaced_by]


def _retired_error(pointer: str, successor: str | None) -> FieldError:
    message = Text(
        "Kode ini sudah tidak dipakai." + (f" Penggantinya: {successor}." if successor else ""),
        "This code is retired." + (f" What replaced it: {successor}." if successor else ""),
    )
    return FieldError(pointer, "retired_code", str(message))


def repeated(codes: Mapping[str, str]) -> list[FieldError]:
    """An error for every code (pointer -> code) that came before."""
    seen: set[str] = set()
    errors = []
    for pointer, code in codes.items():
        if code in seen:
            message = Text(f"Kode '{code}' berulang.", f"The code '{code}' is repeated.")
            errors.append(FieldError(pointer, "duplicate", str(message)))
        seen.add(code)
    return errors


class Children:
    """The skills and certificates of a body, resolved to ids and ready to replace what the vacancy has."""

    def __init__(self) -> None:
        """Nothing to replace yet."""
        self._skills: dict[bool, list[dict[str, Any]]] = {}
        self._certificates: dict[bool, list[dict[str, Any]]] = {}

    async def read(self, session: AsyncSession, vacancy_id: UUID, changes: Mapping[str, Any]) -> list[FieldError]:
        """Resolve what `changes` holds; errors for codes that are unknown, retired or repeated."""
        skills = {
            f"/{name}/{at}/code": item["code"]
            for name in _SKILL_FIELDS
            for at, item in enumerate(changes.get(name, ()))
        }
        errors = repeated(skills)
        ids, unknown = await reference.skill_ids(session, skills)
        errors += unknown
        for name, essential in _SKILL_FIELDS.items():
            if name in changes:
                self._skills[essential] = [
                    {"skill_id": ids[item["code"]], "level": item["level"], "essential": essential}
                    for item in changes[name]
                    if item["code"] in ids
                ]
        if len(self._skills) == 1:
            errors += await self._overlap(session, vacancy_id, skills, ids)
        schemes, positions = _scheme_positions(changes)
        known, unknown = await reference.scheme_ids(session, schemes)
        errors += unknown + _repeated_schemes(schemes)
        for name, mandatory in _CERTIFICATE_FIELDS.items():
            if name in changes:
                self._certificates[mandatory] = [
                    {
                        "scheme_id": known[code],
                        "mandatory": mandatory,
                        "alternative_group": positions[pointer],
                    }
                    for pointer, code in schemes.items()
                    if pointer.startswith(f"/{name}/") and code in known
                ]
        return errors + await _retired_children(session, skills, schemes)

    async def _overlap(
        self, session: AsyncSession, vacancy_id: UUID, skills: Mapping[str, str], ids: Mapping[str, int]
    ) -> list[FieldError]:
        """A skill is either required or preferred: errors where the list that stays holds it."""
        (essential,) = self._skills
        query = select(VacancySkill.skill_id).where(
            VacancySkill.vacancy_id == vacancy_id, VacancySkill.essential != sql_literal(essential)
        )
        others = set(await session.scalars(query))
        message = Text(
            "Keterampilan ini sudah ada di daftar yang lain.",
            "This skill is in the other list of skills already.",
        )
        return [
            FieldError(pointer, "duplicate", str(message))
            for pointer, code in skills.items()
            if ids.get(code) in others
        ]

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return bool(self._skills or self._certificates)

    async def write(self, session: AsyncSession, vacancy_id: UUID) -> None:
        """Replace the lists that were sent; the caller changes the vacancy's own row as well."""
        for essential, skills in self._skills.items():
            condition = VacancySkill.essential == sql_literal(essential)
            await session.execute(delete(VacancySkill).where(VacancySkill.vacancy_id == vacancy_id, condition))
            if skills:
                await session.execute(insert(VacancySkill), [{"vacancy_id": vacancy_id, **item} for item in skills])
        for mandatory, schemes in self._certificates.items():
            held = VacancyCertificate.mandatory == sql_literal(mandatory)
            await session.execute(delete(VacancyCertificate).where(VacancyCertificate.vacancy_id == vacancy_id, held))
            if schemes:
                rows = [{"vacancy_id": vacancy_id, **item} for item in schemes]
                await session.execute(insert(VacancyCertificate), rows)


def _scheme_positions(changes: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, int]]:
    """The schemes of a body by pointer, and to which group of alternatives each pointer belongs."""
    codes: dict[str, str] = {}
    groups: dict[str, int] = {}
    for group, alternatives in enumerate(changes.get("required_certificates", ())):
        for at, code in enumerate(alternatives):
            pointer = f"/required_certificates/{group}/{at}"
            codes[pointer], groups[pointer] = code, group
    for at, code in enumerate(changes.get("preferred_certificates", ())):
        pointer = f"/preferred_certificates/{at}"
        codes[pointer], groups[pointer] = code, 0
    return codes, groups


def _repeated_schemes(codes: Mapping[str, str]) -> list[FieldError]:
    """A scheme may stand in several groups, but once in each."""
    groups: dict[str, dict[str, str]] = {}
    for pointer, code in codes.items():
        groups.setdefault(pointer.rpartition("/")[0], {})[pointer] = code
    return [error for group in groups.values() for error in repeated(group)]


async def _retired_children(
    session: AsyncSession, skills: Mapping[str, str], schemes: Mapping[str, str]
) -> list[FieldError]:
    if not skills and not schemes:
        return []
    retired = union_all(
        select(Skill.code, Skill.replaced_by).where(Skill.code.in_(set(skills.values())), Skill.status == "retired"),
        select(Scheme.code, Scheme.replaced_by).where(
            Scheme.code.in_(set(schemes.values())), Scheme.status == "retired"
        ),
    )
    found: dict[str, str | None] = dict((await session.execute(retired)).all())
    return [_retired_error(pointer, found[code]) for pointer, code in {**skills, **schemes}.items() if code in found]


@cache
def _floors() -> dict[tuple[str, int, str | None], int]:
    """The minimum wages that ship with the package."""
    return {(row.province_code, row.year, None): row.amount for row in loading.load_minimum_wages()}


@cache
def _unconfirmed_floors() -> frozenset[tuple[str, int]]:
    return frozenset((row.province_code, row.year) for row in loading.load_minimum_wages() if not row.confirmed)


def findings(
    row: Vacancy, employer: Organization, *, max_validity_days: int, for_publication: bool = False
) -> list[Finding]:
    """Everything that the rules find in the vacancy now, errors first."""
    found = [
        *validate_terms(
            terms_of(row),
            now=clock.now(),
            max_validity_days=max_validity_days,
            for_publication=for_publication,
        ),
        *_wage_findings(row, employer),
        *_other_findings(row),
    ]
    order = list(Severity)
    return sorted(found, key=lambda item: order.index(item.severity))


def errors_of(found: Sequence[Finding]) -> list[Finding]:
    """The findings that are refused."""
    return [item for item in found if item.severity is Severity.ERROR]


def terms_of(row: Vacancy) -> VacancyTerms:
    """The row as the rules take it."""
    custody = row.document_custody
    return VacancyTerms(
        openings=row.openings,
        filled_count=row.filled_count or 0,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        pay_minimum=row.pay_minimum,
        pay_maximum=row.pay_maximum,
        publish_at=row.publish_at,
        experience_years=row.experience_years,
        age_minimum=row.age_minimum,
        age_maximum=row.age_maximum,
        sex_required=Sex(row.sex_required) if row.sex_required else None,
        limit_reason=LimitReason(row.limit_reason) if row.limit_reason else None,
        limits_approved=row.limits_approved_by is not None,
        document_custody=None
        if custody is None
        else DocumentCustody(
            agreement_reference=custody.get("agreement_reference"),
            return_on=date.fromisoformat(custody["return_on"]) if custody.get("return_on") else None,
        ),
        relation=RelationTerms(
            relation=WorkRelation(row.work_relation),
            arrangement=WorkArrangement(row.work_arrangement),
            scope=PlacementScope(row.placement_scope),
            contract_months=row.contract_months,
            probation_months=row.probation_months,
            working_days_per_month=row.working_days_per_month,
            placement_agency_licence=row.placement_agency_licence,
            placement_country=row.placement_country,
            placement_contract=row.placement_contract,
            placement_fee=row.placement_fee,
        ),
    )


def _wage_findings(row: Vacancy, employer: Organization) -> Iterator[Finding]:
    if row.placement_scope == PlacementScope.AKAN:
        return  # the wage law of the other country binds there
    if row.pay_minimum is None and row.pay_maximum is None:
        yield Finding("pay_not_stated", "/pay_minimum", Severity.WARNING, "Perpres 57/2023")
        return
    monthly = row.pay_monthly_maximum if row.pay_monthly_minimum is None else row.pay_monthly_minimum
    floor = floor_for(row.region_code, clock.today().year, _floors())
    size = CompanySize(employer.size_class) if employer.size_class else None
    finding = below_floor(monthly, floor, size=size, relation=WorkRelation(row.work_relation))
    if finding is None or floor is None:
        return
    # A figure that could not be confirmed is shown, but nobody is refused on its strength.
    unsure = (floor.region, floor.year) in _unconfirmed_floors()
    yield Finding(
        finding.code,
        finding.field,
        Severity.WARNING if unsure else finding.severity,
        finding.article,
        finding.params,
    )


def _other_findings(row: Vacancy) -> Iterator[Finding]:
    if row.application_method == "link" and row.application_url is None:
        yield Finding("application_url_missing", "/application_url")
    if row.application_method == "hub" and row.application_url is not None:
        yield Finding("application_url_unused", "/application_url")
    if row.latitude is None or row.longitude is None or row.placement_scope == PlacementScope.AKAN:
        return
    inside = _LATITUDES[0] <= row.latitude <= _LATITUDES[1] and _LONGITUDES[0] <= row.longitude <= _LONGITUDES[1]
    if not inside:
        yield Finding("coordinates_outside_indonesia", "/coordinates", Severity.WARNING)
