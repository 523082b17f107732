"""Puts the demo's hand-made content into an empty hub: same content, same ids, dates relative to the day of seeding.

Rows are written as the use cases would leave them, with the log of how they got there, in one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.db import Database, WriteSession
from app.core.demo_ids import demo_id, demo_token
from app.core.kit import Kit
from app.core.permissions import PARTNER_SCOPES
from app.data import demo
from app.data.demo import loading, records
from app.domain.consents import TEXTS
from app.domain.work_relations import PayPeriod, pay_monthly
from app.models import (
    Application,
    Certificate,
    Consent,
    Organization,
    OrganizationMember,
    OrganizationScheme,
    PartnerClient,
    ProfileCertificate,
    ProfileEducation,
    ProfileExperience,
    ProfileLanguage,
    ProfileLicence,
    ProfileLink,
    ProfileSkill,
    TalentProfile,
    TransitionLog,
    UserAccount,
    Vacancy,
    VacancyCertificate,
    VacancySkill,
)
from app.models.taxonomy import Scheme, Skill
from app.services.application_snapshots import profile_snapshot
from app.services.profiles import seal_nik

PASSWORD = demo.PASSWORD
PARTNER_SECRET = demo.PARTNER_SECRET
_UNUSABLE = "no-password"  # says that there is none
_ROUTES: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    "draft": (),
    "pending_review": (("submit", "draft", "pending_review", "employer"),),
    "needs_revision": (
        ("submit", "draft", "pending_review", "employer"),
        ("request_revision", "pending_review", "needs_revision", "officer"),
    ),
    "rejected": (
        ("submit", "draft", "pending_review", "employer"),
        ("reject", "pending_review", "rejected", "officer"),
    ),
    "scheduled": (
        ("submit", "draft", "pending_review", "employer"),
        ("approve_scheduled", "pending_review", "scheduled", "officer"),
    ),
    "published": (
        ("submit", "draft", "pending_review", "employer"),
        ("approve", "pending_review", "published", "officer"),
    ),
}
_ENDS: Mapping[str, tuple[str, str]] = {
    "suspended": ("suspend", "employer"),
    "closed": ("close", "employer"),
    "filled": ("fill", "system"),
    "expired": ("expire", "system"),
    "blocked": ("block", "officer"),
}


@dataclass(frozen=True, slots=True)
class _Codes:
    """Keys of reference rows by code."""

    skills: Mapping[str, int]
    schemes: Mapping[str, int]


def account_id(talent: records.TalentRecord) -> UUID:
    """The id of a talent's account and profile."""
    return demo_id("account", talent.account or talent.key)


def verification_token(key: str) -> str:
    """The demo's certificates have tokens that examples can name; real ones are random."""
    return demo_token(key)


async def seed_demo(database: Database, kit: Kit) -> bool:
    """Write the demo, unless its first account exists; whether anything was written.

    Needs the shipped reference data. O(records), about 330 vacancies and 70 people.
    """
    password_hash = await kit.passwords.hash(PASSWORD)
    async with database.transaction() as session:
        data = loading.load_demo()
        if await session.get(UserAccount, demo_id("account", data.accounts[0].key)) is not None:
            return False
        skills = dict((await session.execute(select(Skill.code, Skill.id))).all())
        schemes = dict((await session.execute(select(Scheme.code, Scheme.id))).all())
        codes = _Codes(skills, schemes)
        session.add_all(_people(data, kit, password_hash))
        session.add_all(_organizations(data))
        await session.flush()
        session.add_all(_belongings(data, codes))
        session.add_all(_profiles(data, codes))
        session.add_all(_vacancies(data))
        await session.flush()
        session.add_all(_requirements(data, codes))
        session.add_all(_certificates(data, codes))
        await session.flush()
        await _applications(session, data)
    return True


def _moment(days_ago: int, key: str) -> datetime:
    """A time in working hours `days_ago` days back; the minute follows from `key`, so that no two rows tie for long."""
    day = clock.today() - timedelta(days=days_ago)
    minute = int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "big") % 480
    at = datetime.combine(day, time(1, 0), UTC) + timedelta(minutes=minute)
    return min(at, clock.now())


def _people(data: records.DemoData, kit: Kit, password_hash: str) -> Iterator[UserAccount | TalentProfile]:
    talents = {talent.account: talent for talent in data.talents if talent.account}
    for account in data.accounts:
        talent = talents.get(account.key)
        yield UserAccount(
            id=demo_id("account", account.key), email=account.email, phone=_e164(talent.phone) if talent else None,
            password_hash=password_hash, display_name=account.display_name, roles=list(account.roles),
            regions=list(account.regions),
        )  # fmt: skip
    for talent in data.talents:
        if talent.account is None:
            yield UserAccount(
                id=account_id(talent), email=talent.email, phone=_e164(talent.phone), password_hash=_UNUSABLE,
                display_name=talent.full_name, roles=["talent"],
            )  # fmt: skip
        yield _profile(talent, kit)


def _e164(phone: str) -> str:
    return "+62" + phone.removeprefix("0")


def _profile(talent: records.TalentRecord, kit: Kit) -> TalentProfile:
    sealed, looked_up = seal_nik(kit.vault, account_id(talent), talent.nik) if talent.nik else (None, None)
    disability = talent.disability
    return TalentProfile(
        id=account_id(talent), full_name=talent.full_name, nik=sealed, nik_hash=looked_up,
        birth_date=talent.birth_date, sex=talent.sex, region_code=talent.region_code, contact_email=talent.email,
        contact_phone=_e164(talent.phone), headline=talent.headline, summary=talent.summary,
        preferred_occupations=list(talent.preferred_occupations), preferred_regions=list(talent.preferred_regions),
        preferred_relations=list(talent.preferred_relations), open_to_remote=talent.open_to_remote,
        minimum_pay=talent.minimum_pay, visible_to_employers=talent.visible_to_employers,
        first_job_seeker=not talent.experience,
        disability={
            "kinds": list(disability.kinds), "accommodations": list(disability.accommodations),
            "share_accommodations": disability.share,
        } if disability else None,
    )  # fmt: skip


def _organizations(data: records.DemoData) -> Iterator[Organization | TransitionLog]:
    for row in data.organizations:
        key = demo_id("organization", row.key)
        verified = row.status in ("verified", "suspended")
        yield Organization(
            id=key, kind=row.kind, name=row.name, legal_form=row.legal_form, size_class=row.size_class,
            ownership=row.ownership, head_count=row.head_count, nib=row.nib, licence_number=row.licence_number,
            licence_valid_until=_in_days(row.licence_valid_days), region_code=row.region_code, address=row.address,
            industry_edition=row.industry_edition, industry_code=row.industry_code, email=row.email,
            phone=row.phone, website=row.website, status=row.status, description=row.description,
            verified_at=_moment(200, row.key) if verified else None,
        )  # fmt: skip
        yield from _organization_log(row, key)


def _organization_log(row: records.OrganizationRecord, key: UUID) -> Iterator[TransitionLog]:
    steps = []
    if row.status != "draft":
        steps.append(("submit", "draft", "pending_review", row.kind))
    if row.status in ("verified", "suspended"):
        steps.append(("verify", "pending_review", "verified", "officer"))
    if row.status == "suspended":
        steps.append(("suspend", "verified", "suspended", "officer"))
    if row.status == "needs_revision":
        steps.append(("request_revision", "pending_review", "needs_revision", "officer"))
    if row.status == "rejected":
        steps.append(("reject", "pending_review", "rejected", "officer"))
    yield from _log("organization", key, steps, row.status_reason, 200)


def _log(
    kind: str, key: UUID, steps: list[tuple[str, str, str, str]], reason: str | None, days_ago: int
) -> Iterator[TransitionLog]:
    for number, (event, before, after, who) in enumerate(steps):
        last = number == len(steps) - 1
        yield TransitionLog(
            created_at=_moment(days_ago, f"{key}") + timedelta(minutes=number), aggregate_type=kind, aggregate_id=key,
            event=event, from_status=before, to_status=after, actor="system", actor_kind=who,
            reason=reason if last else None,
        )  # fmt: skip


def _in_days(days: int | None) -> date | None:
    return None if days is None else clock.today() + timedelta(days=days)


def _belongings(
    data: records.DemoData, codes: _Codes
) -> Iterator[OrganizationMember | OrganizationScheme | PartnerClient | Consent]:
    for member in data.memberships:
        yield OrganizationMember(
            organization_id=demo_id("organization", member.organization), role=member.role,
            user_id=demo_id("account", member.account),
        )  # fmt: skip
    for row in data.organizations:
        for scheme in row.schemes:
            yield OrganizationScheme(organization_id=demo_id("organization", row.key), scheme_id=codes.schemes[scheme])
    for partner in data.partners:
        yield PartnerClient(
            id=demo_id("partner", partner.client_id), client_id=partner.client_id, name=partner.name,
            secret_hash=hashlib.sha256(PARTNER_SECRET.encode()).digest(), scopes=sorted(PARTNER_SCOPES),
            organization_id=demo_id("organization", partner.organization),
        )  # fmt: skip
    yield from _consents(data)


def _consents(data: records.DemoData) -> Iterator[Consent]:
    for account in data.accounts:
        yield _consent(demo_id("account", account.key), "account")
    for talent in data.talents:
        purposes = ["profile_processing", "application_sharing", "certificate_verification"]
        if talent.account is None:
            purposes.append("account")
        if talent.visible_to_employers:
            purposes.append("visible_to_employers")
        # The accounts that people sign in with can try every operation.
        if talent.disability or talent.account is not None:
            purposes.append("disability_data")
        for purpose in purposes:
            yield _consent(account_id(talent), purpose)


def _consent(user_id: UUID, purpose: str) -> Consent:
    version = next(text.version for known, text in TEXTS.items() if known.value == purpose)
    return Consent(user_id=user_id, purpose=purpose, text_version=version)


def _profiles(
    data: records.DemoData, codes: _Codes
) -> Iterator[
    ProfileEducation
    | ProfileExperience
    | ProfileSkill
    | ProfileLanguage
    | ProfileCertificate
    | ProfileLicence
    | ProfileLink
]:
    for talent in data.talents:
        profile, owner = account_id(talent), talent.account or talent.key

        def part(name: str, number: int, owner: str = owner) -> UUID:
            return demo_id(f"profile_{name}", f"{owner}-{number}")

        for number, study in enumerate(talent.education, 1):
            yield ProfileEducation(
                id=part("education", number), profile_id=profile, level=study.level, institution=study.institution,
                field=study.field, start_year=study.start_year, end_year=study.end_year, completed=study.completed,
            )  # fmt: skip
        for number, job in enumerate(talent.experience, 1):
            yield ProfileExperience(
                id=part("experience", number), profile_id=profile, occupation_code=job.occupation_code,
                title=job.title, employer_name=job.employer_name, region_code=job.region_code,
                start_date=job.start_date, end_date=job.end_date, description=job.description,
            )  # fmt: skip
        for code, level in talent.skills:
            yield ProfileSkill(profile_id=profile, skill_id=codes.skills[code], level=level)
        for language, spoken in talent.languages:
            yield ProfileLanguage(profile_id=profile, language=language, level=spoken)
        for number, held in enumerate(talent.declared_certificates, 1):
            yield ProfileCertificate(
                id=part("certificate", number), profile_id=profile, title=held.title, issuer=held.issuer,
                scheme_id=codes.schemes[held.scheme] if held.scheme else None, number=held.number,
                issued_on=held.issued_on, valid_until=held.valid_until,
            )  # fmt: skip
        for licence in talent.licences:
            yield ProfileLicence(profile_id=profile, licence=licence)
        for number, (label, url) in enumerate(talent.links, 1):
            yield ProfileLink(id=part("link", number), profile_id=profile, label=label, url=url)


def _vacancies(data: records.DemoData) -> Iterator[Vacancy | TransitionLog]:
    copied = (
        "status", "status_reason", "title", "description", "occupation_code", "openings", "filled_count",
        "region_code", "work_arrangement", "work_relation", "contract_months", "probation_months",
        "working_days_per_month", "placement_scope", "placement_country", "placement_agency_licence",
        "placement_contract", "pay_minimum", "pay_maximum", "pay_period", "education_minimum", "experience_years",
    )  # fmt: skip
    industries = {row.key: (row.industry_edition, row.industry_code) for row in data.organizations}
    for row in data.vacancies:
        posted = _moment(row.posted_days_ago, row.key)
        public = row.status in ("published", *_ENDS)
        edition, industry = industries[row.organization]
        yield Vacancy(
            **{name: getattr(row, name) for name in copied},
            id=demo_id("vacancy", row.key), organization_id=demo_id("organization", row.organization),
            created_at=posted, industry_edition=edition, industry_code=industry,
            valid_from=clock.today() - timedelta(days=row.posted_days_ago),
            valid_until=clock.today() + timedelta(days=row.valid_days - row.posted_days_ago),
            publish_at=clock.now() + timedelta(days=row.publish_in_days) if row.publish_in_days else None,
            published_at=posted if public else None,
            closed_at=None if row.closed_days_ago is None else _moment(row.closed_days_ago, row.key),
            last_confirmed_at=posted if public else None, verified_at=posted if public else None,
            pay_monthly_minimum=_monthly(row, row.pay_minimum), pay_monthly_maximum=_monthly(row, row.pay_maximum),
            required_licences=list(row.required_licences), benefits=list(row.benefits),
            accommodations=list(row.accommodations), documents=list(row.documents),
            languages=[{"code": code, "level": level} for code, level in row.languages],
        )  # fmt: skip
        steps = list(_ROUTES.get(row.status, _ROUTES["published"]))
        if row.status in _ENDS:
            event, who = _ENDS[row.status]
            # The pauses of employers carry it in their key; other suspensions are an officer's.
            who = "officer" if row.status == "suspended" and not row.key.startswith("vac-paused-") else who
            if row.key in demo.SUSPENDED_BY_OFFICER:
                who = "officer"
            steps.append((event, "published", row.status, who))
        yield from _log("vacancy", demo_id("vacancy", row.key), steps, row.status_reason, row.posted_days_ago)


def _monthly(row: records.VacancyRecord, amount: int) -> int | None:
    return pay_monthly(amount, PayPeriod(row.pay_period))


def _requirements(data: records.DemoData, codes: _Codes) -> Iterator[VacancySkill | VacancyCertificate]:
    for row in data.vacancies:
        key = demo_id("vacancy", row.key)
        for need in row.skills:
            yield VacancySkill(
                vacancy_id=key, skill_id=codes.skills[need.code], level=need.level, essential=need.essential
            )
        for asked in row.certificates:
            yield VacancyCertificate(
                vacancy_id=key, scheme_id=codes.schemes[asked.scheme], mandatory=asked.mandatory,
                alternative_group=asked.alternative_group,
            )  # fmt: skip


def _certificates(data: records.DemoData, codes: _Codes) -> Iterator[Certificate | TransitionLog]:
    holders = {talent.key: talent for talent in data.talents}
    events = {"suspended": "suspend", "revoked": "revoke", "superseded": "supersede"}
    for row in data.certificates:
        holder = holders[row.talent]
        key = demo_id("certificate", row.key)
        yield Certificate(
            id=key, number=row.number, verification_token=verification_token(row.key),
            organization_id=demo_id("organization", row.body), scheme_id=codes.schemes[row.scheme],
            talent_id=account_id(holder), holder_name=holder.full_name,
            issued_on=clock.today() - timedelta(days=row.issued_days_ago),
            valid_until=clock.today() + timedelta(days=row.valid_days_left), status=row.status,
            status_reason=row.status_reason, status_changed_at=None if row.status == "active" else _moment(20, row.key),
            supersedes_id=demo_id("certificate", row.supersedes) if row.supersedes else None,
        )  # fmt: skip
        if row.status in events:
            steps = [(events[row.status], "active", row.status, "certification_body")]
            yield from _log("certificate", key, steps, row.status_reason, 20)


async def _applications(session: WriteSession, data: records.DemoData) -> None:
    talents = {talent.key: talent for talent in data.talents}
    for row in data.applications:
        talent = account_id(talents[row.talent])
        await _application(session, row, talent)
    await session.flush()


async def _application(session: AsyncSession, row: records.ApplicationRecord, talent: UUID) -> None:
    version = next(text.version for known, text in TEXTS.items() if known.value == "application_sharing")
    at = _moment(row.submitted_days_ago, row.key)
    session.add(
        Application(
            id=demo_id("application", row.key), vacancy_id=demo_id("vacancy", row.vacancy), talent_id=talent,
            status=row.status, status_reason=row.reason, cover_note=row.cover_note, created_at=at,
            snapshot=await profile_snapshot(session, talent), consent_version=version,
            decided_at=at if row.status in ("rejected", "hired", "withdrawn") else None,
        )
    )  # fmt: skip
