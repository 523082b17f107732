"""From rows to what the match reads: facts of vacancies and of talents, each set in one query.

This is the only place that says which columns the match may see. Protected attributes (sex, birth date, disability,
name, photo, religion, marital status) are in no query here, and the facts have no field for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.certificates import in_force, local_date
from app.domain.consents import Processing, Purpose, missing_for
from app.domain.lifecycles import CertificateStatus
from app.matching.columns import IndexedVacancy, Listing
from app.matching.model import (
    EDUCATION_ORDINAL,
    MAX_MONTHS,
    MAX_PAY,
    AskedSkill,
    Evidence,
    Experience,
    Gate,
    GateKind,
    HeldSkill,
    TalentFacts,
    VacancyFacts,
    occupation_number,
)
from app.models.vacancies import WORK_ARRANGEMENTS, WORK_RELATIONS
from app.services.profile_reading import CERTIFIED_LEVEL

#: Vacancies or talents that one query reads.
CHUNK = 2_000

_REMOTE = ("remote", "remote_foreign")


def _listed(values: Collection[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _numbered(column: str, values: Sequence[str]) -> str:
    return f"(array_position(ARRAY[{_listed(values)}], {column}) - 1)::int2"


_EDUCATION = " ".join(f"WHEN '{code}' THEN {ordinal}" for code, ordinal in EDUCATION_ORDINAL.items())

# Pay that is not shown is not stated: a ranking that used it would give it away.
_PAY = f"""
    CASE WHEN v.pay_shown THEN least(coalesce(v.pay_monthly_maximum, v.pay_monthly_minimum, -1), {MAX_PAY})
    ELSE -1 END::int8
"""

#: The columns of a vacancy as ``VacancyColumns`` has them: never null, all of a fixed width.
#: Occupations are KBJI digits padded to six; codes of another form count as not stated.
VACANCY_COLUMNS = f"""
    v.id,
    v.organization_id,
    (extract(epoch FROM coalesce(v.published_at, v.created_at)) * 1000000)::int8 AS posted_at,
    CASE WHEN v.occupation_code ~ '^[0-9][0-9.]*$'
        THEN rpad(left(replace(v.occupation_code, '.', ''), 6), 6, '0')::int4 ELSE -1 END AS occupation,
    least(coalesce(v.experience_years, 0) * 12, {MAX_MONTHS})::int2 AS experience_months,
    (CASE v.education_minimum {_EDUCATION} ELSE 0 END)::int2 AS education,
    left(v.region_code, 2)::int2 AS province,
    CASE WHEN length(v.region_code) >= 5 THEN replace(left(v.region_code, 5), '.', '')::int2 ELSE -1 END::int2
        AS regency,
    v.work_arrangement IN ({_listed(_REMOTE)}) AS remote,
    {_PAY} AS pay,
    {_numbered("v.work_relation", WORK_RELATIONS)} AS relation,
    {_numbered("v.work_arrangement", WORK_ARRANGEMENTS)} AS arrangement,
    (v.valid_until - date '0001-01-01' + 1)::int4 AS until
"""

#: A vacancy is ranked while it is published, not past its last day, and its employer is verified. The last day is
#: asked at the time of the ranking, the rest here.
LIVE_FROM = """
    FROM vacancy v JOIN organization o ON o.id = v.organization_id
    WHERE v.status = 'published' AND o.status = 'verified'
"""

_ASKED = """
    ARRAY(SELECT ARRAY[s.skill_id, s.level, s.essential::int] FROM vacancy_skill s WHERE s.vacancy_id = v.id) AS skills,
    ARRAY(SELECT ARRAY[c.scheme_id, c.mandatory::int, c.alternative_group] FROM vacancy_certificate c
        WHERE c.vacancy_id = v.id) AS certificates,
    v.required_licences AS licences
"""
_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_LIVE_VACANCIES = text(f"SELECT {VACANCY_COLUMNS}, {_ASKED} {LIVE_FROM} AND v.id = ANY(:ids)").bindparams(_IDS)
_ANY_VACANCIES = text(
    f"SELECT {VACANCY_COLUMNS}, {_ASKED} FROM vacancy v WHERE v.id = ANY(:ids)"  # noqa: S608  # constants of this file
).bindparams(_IDS)


def _stated(value: int) -> int | None:
    return None if value < 0 else value


def _gates(certificates: Sequence[Sequence[int]], licences: Sequence[str]) -> tuple[Gate, ...]:
    groups: dict[int, set[int | str]] = defaultdict(set)
    for scheme, mandatory, group in certificates:
        if mandatory:
            groups[group].add(scheme)
    return (
        *(Gate(GateKind.CERTIFICATE, frozenset(schemes)) for schemes in groups.values()),
        *(Gate(GateKind.LICENCE, frozenset({code})) for code in licences),
    )


async def vacancies(session: AsyncSession, ids: Collection[UUID], *, live: bool = True) -> dict[UUID, IndexedVacancy]:
    """Return the facts of those of the vacancies ``ids`` that exist and (unless ``live`` is false) are live.

    The last day is not looked at: ``Listing.until`` has it. One query for each ``CHUNK`` ids.
    """
    found: dict[UUID, IndexedVacancy] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        query = _LIVE_VACANCIES if live else _ANY_VACANCIES
        for row in await session.execute(query, {"ids": wanted[start : start + CHUNK]}):
            facts = VacancyFacts(
                key=row.id,
                posted_at=row.posted_at,
                skills=tuple(AskedSkill(skill, level, bool(essential)) for skill, level, essential in row.skills),
                preferred_certificates=tuple(c[0] for c in row.certificates if not c[1]),
                gates=_gates(row.certificates, row.licences),
                occupation=None if row.occupation < 0 else f"{row.occupation:06d}",
                experience_months=row.experience_months,
                education=row.education,
                province=_stated(row.province),
                regency=_stated(row.regency),
                remote=row.remote,
                pay=_stated(row.pay),
            )
            listing = Listing(row.organization_id, row.relation, row.arrangement, row.until)
            found[row.id] = IndexedVacancy(facts, listing)
    return found


# --- talents ----------------------------------------------------------------------------------------------

#: Scheme -> the skills that its units prove.
Proves = Mapping[int, Sequence[int]]

_TALENT_COLUMNS = """
    p.id, p.region_code, p.preferred_regions, p.minimum_pay,
    u.status = 'active' AS active, p.visible_to_employers AS visible,
    ARRAY(SELECT ARRAY[c.purpose, c.text_version] FROM consent c
        WHERE c.user_id = p.id AND c.withdrawn_at IS NULL) AS consents,
    ARRAY(SELECT ARRAY[s.skill_id::text, s.level::text, s.evidence] FROM profile_skill s
        WHERE s.profile_id = p.id) AS skills,
    ARRAY(SELECT e.level FROM profile_education e WHERE e.profile_id = p.id AND e.completed) AS education,
    ARRAY(SELECT ARRAY[e.occupation_code, e.start_date::text, coalesce(e.end_date::text, '')]
        FROM profile_experience e WHERE e.profile_id = p.id) AS experience,
    ARRAY(SELECT ARRAY[l.licence, coalesce(l.valid_until::text, '')] FROM profile_licence l
        WHERE l.profile_id = p.id) AS licences,
    ARRAY(SELECT ARRAY[c.scheme_id::text, c.status, c.valid_until::text, c.issued_on::text] FROM certificate c
        WHERE c.talent_id = p.id) AS certificates
    FROM talent_profile p JOIN user_account u ON u.id = p.id
"""
_TALENTS = text(f"SELECT {_TALENT_COLUMNS} WHERE p.id = ANY(:ids)").bindparams(_IDS)
_VISIBLE = text("SELECT p.id FROM talent_profile p WHERE p.visible_to_employers ORDER BY p.id")


@dataclass(frozen=True, slots=True)
class Talent:
    """A talent at a time: ``facts`` for the scorer, and what decides whether they may be used."""

    facts: TalentFacts
    active: bool
    visible: bool
    consents: Mapping[Purpose, str] = field(default_factory=dict)

    def lacks(self, processing: Processing) -> list[str]:
        """Return the purposes without consent that ``processing`` needs, in a fixed order."""
        return sorted(purpose.value for purpose in missing_for(processing, self.consents))

    @property
    def findable(self) -> bool:
        """Whether employers may find the talent, without the name."""
        return self.active and self.visible and not self.lacks(Processing.RANK_FOR_EMPLOYERS)


async def talents(session: AsyncSession, ids: Collection[UUID], as_of: datetime, proves: Proves) -> dict[UUID, Talent]:
    """Return those of the talents ``ids`` that have a profile, as they are at ``as_of`` (aware).

    The facts depend on ``as_of`` only through its day in western Indonesia: certificates and licences end with a
    day, and experience is counted in days. One query for each ``CHUNK`` ids.
    """
    found: dict[UUID, Talent] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        for row in await session.execute(_TALENTS, {"ids": wanted[start : start + CHUNK]}):
            today = local_date(as_of)
            schemes = frozenset(
                int(scheme)
                for scheme, status, until, issued in row.certificates
                if in_force(
                    CertificateStatus(status),
                    date.fromisoformat(until),
                    as_of,
                    issued_on=date.fromisoformat(issued),
                )
            )
            regencies, provinces = regions_of([row.region_code, *row.preferred_regions])
            facts = TalentFacts(
                skills=held_skills(
                    [(int(skill), int(level), _EVIDENCE[how]) for skill, level, how in row.skills], schemes, proves
                ),
                certificates=schemes,
                licences=frozenset(
                    code for code, until in row.licences if not until or date.fromisoformat(until) >= today
                ),
                experience=experience_of(
                    [
                        (code, date.fromisoformat(first), date.fromisoformat(last) if last else today)
                        for code, first, last in row.experience
                    ],
                    today,
                ),
                education=max((EDUCATION_ORDINAL.get(level, 0) for level in row.education), default=0),
                regencies=regencies,
                provinces=provinces,
                minimum_pay=min(row.minimum_pay, MAX_PAY) if row.minimum_pay else None,
            )
            consents = {Purpose(purpose): version for purpose, version in row.consents}
            found[row.id] = Talent(facts, row.active, row.visible, consents)
    return found


async def visible_talents(session: AsyncSession) -> list[UUID]:
    """Return the ids of the talents who set their profile to visible; their consents are not looked at."""
    return list(await session.scalars(_VISIBLE))


# A stored `certified` tells of a certificate that was in force once; what counts is that one still is.
_EVIDENCE = {
    "declared": Evidence.DECLARED,
    "inferred": Evidence.INFERRED,
    "course": Evidence.VERIFIED,
    "certified": Evidence.DECLARED,
}


def proven(schemes: Collection[int], proves: Proves, levels: Mapping[int, int]) -> tuple[HeldSkill, ...]:
    """Return the skills that certificates of ``schemes`` verify.

    At the level that the talent holds (``levels``), at least at ``CERTIFIED_LEVEL``: a certificate adds evidence
    and takes nothing away.
    """
    skills = sorted({skill for scheme in schemes for skill in proves.get(scheme, ())})
    return tuple(HeldSkill(skill, max(CERTIFIED_LEVEL, levels.get(skill, 0)), Evidence.VERIFIED) for skill in skills)


def held_skills(
    own: Sequence[tuple[int, int, Evidence]], schemes: Collection[int], proves: Proves
) -> tuple[HeldSkill, ...]:
    """Return own skills as (skill, level, evidence), and what certificates in force make of them."""
    held = [HeldSkill(skill, level, evidence) for skill, level, evidence in own]
    return tuple(sorted({*held, *proven(schemes, proves, levels_of(held))}))


def levels_of(held: Collection[HeldSkill]) -> dict[int, int]:
    """Return the highest level at which each skill is held."""
    levels: dict[int, int] = {}
    for item in held:
        levels[item.skill] = max(item.level, levels.get(item.skill, 0))
    return levels


def regions_of(codes: Collection[str | None]) -> tuple[frozenset[int], frozenset[int]]:
    """Return regencies and whole provinces of Kemendagri codes, without the dot; a district counts as its regency."""
    regencies, provinces = set(), set()
    for code in codes:
        digits = (code or "").replace(".", "")[:4]
        if len(digits) == 4:  # noqa: PLR2004  # province and regency, two digits each
            regencies.add(int(digits))
        elif digits and digits != "00":
            provinces.add(int(digits))
    return frozenset(regencies), frozenset(provinces)


def occupation_digits(code: str) -> str | None:
    """Return an occupation's KBJI digits (at most six) as the match compares them, ``None`` for another form."""
    digits = code.replace(".", "")
    return digits[:6] if digits.isascii() and digits.isdigit() else None


def experience_of(jobs: Sequence[tuple[str, date, date]], today: date) -> tuple[Experience, ...]:
    """Return months of experience by unit group (4 digits of KBJI) from jobs as (occupation, first day, last day).

    Jobs that overlap within a unit group count once; the future does not count. Months are days by the mean length
    of the Gregorian calendar's months, rounded down for the sum of a group.
    """
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for code, first, last in jobs:
        digits = occupation_digits(code)
        end = min(last, today).toordinal()
        if digits is not None and first.toordinal() <= end:
            unit = f"{occupation_number(digits) // 100:04d}"
            spans[unit].append((first.toordinal(), end + 1))
    found = []
    for unit, own in sorted(spans.items()):
        days, reached = 0, 0
        for start, end in sorted(own):
            days += max(0, end - max(start, reached))
            reached = max(reached, end)
        # 146,097 days are 4,800 months.
        found.append(Experience(unit, days * 4800 // 146_097))
    return tuple(found)
