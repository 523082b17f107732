"""Vacancies for tests: published rows made directly, and a body that the contract accepts."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.db import Database
from app.domain.work_relations import PayPeriod, pay_monthly
from app.models.taxonomy import Scheme, Skill
from app.models.vacancies import Vacancy, VacancyCertificate, VacancySkill
from tests.support.world import World

_numbers = itertools.count(1)

DEFAULT_SKILLS: Mapping[str, tuple[int, bool]] = {"SK-0003": (2, True), "SK-0002": (2, False)}
"""Skill code -> (level 1-4, essential)."""


async def make_vacancy(
    where: World | Database,
    organization_id: UUID,
    *,
    skills: Mapping[str, tuple[int, bool]] = DEFAULT_SKILLS,
    gates: Sequence[Sequence[str]] = (),
    preferred_certificates: Sequence[str] = (),
    **fields: Any,
) -> UUID:
    """Insert a vacancy, published now unless `status` says otherwise; its id.

    `skills`: skill code -> (level, essential). `gates`: each a list of scheme codes of which one must be held.
    `preferred_certificates`: scheme codes. `fields` are columns of `Vacancy`; the monthly pay is derived.
    """
    database = where.database if isinstance(where, World) else where
    async with database.transaction() as session:
        row = Vacancy(organization_id=organization_id, **_columns(fields))
        session.add(row)
        await session.flush()
        ids = dict((await session.execute(select(Skill.code, Skill.id).where(Skill.code.in_(skills)))).all())
        session.add_all(
            VacancySkill(vacancy_id=row.id, skill_id=ids[code], level=level, essential=essential)
            for code, (level, essential) in skills.items()
        )
        wanted = {*preferred_certificates, *itertools.chain.from_iterable(gates)}
        found = await session.execute(select(Scheme.code, Scheme.id).where(Scheme.code.in_(wanted)))
        schemes = dict(found.all())
        session.add_all(
            VacancyCertificate(vacancy_id=row.id, scheme_id=schemes[code], mandatory=True, alternative_group=group)
            for group, codes in enumerate(gates)
            for code in codes
        )
        session.add_all(
            VacancyCertificate(vacancy_id=row.id, scheme_id=schemes[code], mandatory=False, alternative_group=0)
            for code in preferred_certificates
        )
        key: UUID = row.id
    return key


def _columns(fields: dict[str, Any]) -> dict[str, Any]:
    status = fields.get("status", "published")
    was_public = status not in ("draft", "pending_review", "needs_revision", "rejected", "scheduled")
    columns: dict[str, Any] = {
        "status": status,
        "title": f"Pengembang Web {next(_numbers)}",
        "description": "Membangun dan merawat aplikasi web koperasi.",
        "occupation_code": "2513",
        "openings": 2,
        "valid_from": clock.today(),
        "valid_until": clock.today() + timedelta(days=30),
        "published_at": clock.now() if was_public else None,
        "last_confirmed_at": clock.now() if was_public else None,
        "region_code": "32.73",
        "work_arrangement": "onsite",
        "work_relation": "pkwtt",
        "pay_minimum": 6_000_000,
        "pay_maximum": 9_000_000,
        "pay_period": "month",
        "education_minimum": "smk",
        "experience_years": 1,
        **fields,
    }
    for name in ("minimum", "maximum"):
        amount = columns[f"pay_{name}"]
        in_rupiah = amount is not None and columns.get("pay_currency", "IDR") == "IDR"
        columns.setdefault(
            f"pay_monthly_{name}",
            pay_monthly(amount, PayPeriod(columns["pay_period"])) if in_rupiah else None,
        )
    return columns


def vacancy_body(organization_id: UUID, **changes: Any) -> dict[str, Any]:
    """The body of a complete, lawful vacancy; `changes` replace members (None stays as null)."""
    return {
        "organization_id": str(organization_id),
        "title": "Pengembang Web Junior",
        "description": "Membangun dan merawat aplikasi web untuk klinik dan koperasi.",
        "occupation_code": "2513",
        "openings": 2,
        "valid_from": clock.today().isoformat(),
        "valid_until": (clock.today() + timedelta(days=30)).isoformat(),
        "region_code": "32.73",
        "work_arrangement": "hybrid",
        "work_relation": "pkwtt",
        "pay": {"minimum": 6_000_000, "maximum": 9_000_000},
        "education_minimum": "smk",
        "experience_years": 1,
        "required_skills": [{"code": "SK-0003", "level": 2}],
        "preferred_skills": [{"code": "SK-0002", "level": 2}],
        **changes,
    }
