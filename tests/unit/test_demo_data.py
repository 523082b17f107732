"""The demo's content: large and varied enough, and lawful by the rules of the domain."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from app.data import demo as names
from app.data.demo.loading import load_demo
from app.data.demo.records import DemoData, VacancyRecord
from app.data.loading import load_minimum_wages, load_provinces
from app.domain.certificates import EffectiveStatus, effective_status
from app.domain.identifiers import (
    parse_bnsp_certificate,
    parse_lsp_licence,
    parse_nib,
    parse_nik,
    parse_phone,
)
from app.domain.lifecycles import CertificateStatus
from app.domain.vacancies import VacancyTerms, validate_terms
from app.domain.wage_floor import below_floor, floor_for
from app.domain.work_relations import (
    CompanySize,
    PayPeriod,
    PlacementScope,
    RelationTerms,
    WorkArrangement,
    WorkRelation,
    pay_monthly,
)

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
TODAY = date(2026, 11, 1)

# What the circulars M/6/HK.04/V/2025 and M/5/HK.04.00/V/2025 and the ban on fees are about.
FORBIDDEN = re.compile(
    r"penampilan|belum menikah|\blajang\b|tinggi badan|berat badan|(?<!lanjut )\busia\b|maks(?:imal|\.)|"
    r"\bpria\b|\bwanita\b|good looking|\bsingle\b|\bagama\b|\bsuku\b(?! cadang)|"
    r"ijazah ditahan|jaminan ijazah|biaya pendaftaran|uang jaminan",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def demo() -> DemoData:
    return load_demo()


@pytest.fixture(scope="module")
def published(demo: DemoData) -> list[VacancyRecord]:
    return [vacancy for vacancy in demo.vacancies if vacancy.status == "published"]


def test_it_is_as_large_as_promised(demo: DemoData, published: list[VacancyRecord]) -> None:
    kinds = Counter(organization.kind for organization in demo.organizations)
    assert len(published) >= 310
    assert len({vacancy.occupation_code for vacancy in published}) >= 28
    assert kinds["employer"] >= 16 and kinds["training_provider"] >= 3
    assert kinds["certification_body"] >= 5 and kinds["programme_owner"] >= 1
    assert len({scheme for body in demo.organizations for scheme in body.schemes}) >= 10
    assert len(demo.talents) >= 62 and len(demo.certificates) >= 40 and len(demo.applications) >= 25


def test_every_province_has_three_vacancies(published: list[VacancyRecord]) -> None:
    provinces = Counter(vacancy.region_code[:2] for vacancy in published)
    assert {code: provinces[code] for code in (record.code for record in load_provinces())} == dict(provinces)
    assert len(provinces) == 38 and min(provinces.values()) >= 3
    garments = Counter(v.region_code[:2] for v in published if v.occupation_code == "8153")
    assert set(garments) == {"32", "33", "34"} and min(garments["32"], garments["33"]) > garments["34"]


def test_every_relation_arrangement_and_status_is_there(demo: DemoData, published: list[VacancyRecord]) -> None:
    assert {vacancy.work_relation for vacancy in published} == set(WorkRelation)
    assert {vacancy.work_arrangement for vacancy in published} == set(WorkArrangement)
    assert {vacancy.status for vacancy in demo.vacancies} == {
        *("draft", "pending_review", "needs_revision", "rejected", "scheduled", "published"),
        *("suspended", "closed", "filled", "expired", "blocked"),
    }
    assert {organization.status for organization in demo.organizations} == {
        *("draft", "pending_review", "needs_revision", "verified", "suspended"),
    }
    assert {application.status for application in demo.applications} == {
        *("submitted", "viewed", "shortlisted", "test", "interview", "offered", "hired"),
        *("rejected", "withdrawn", "expired"),
    }


def test_published_vacancies_read_as_hand_made(published: list[VacancyRecord]) -> None:
    texts = Counter(vacancy.description.partition("\n\n")[0] for vacancy in published)
    assert len(texts) >= 100
    assert max(texts.values()) <= 40
    assert len({vacancy.description for vacancy in published}) >= 300
    assert all(len(vacancy.description) >= 200 for vacancy in published)
    assert all(3 <= len(vacancy.skills) <= 10 for vacancy in published)
    assert len({v.key for v in published}) == len(published)
    assert len({(v.title, v.organization, v.region_code) for v in published}) == len(published)


def test_no_text_discriminates_or_asks_for_money(demo: DemoData) -> None:
    found = [
        (vacancy.key, match.group())
        for vacancy in demo.vacancies
        if (match := FORBIDDEN.search(f"{vacancy.title} {vacancy.description} {' '.join(vacancy.documents)}"))
    ]
    assert found == []


def _relation(vacancy: VacancyRecord) -> RelationTerms:
    return RelationTerms(
        relation=WorkRelation(vacancy.work_relation),
        arrangement=WorkArrangement(vacancy.work_arrangement),
        scope=PlacementScope(vacancy.placement_scope),
        contract_months=vacancy.contract_months,
        probation_months=vacancy.probation_months,
        working_days_per_month=vacancy.working_days_per_month,
        placement_agency_licence=vacancy.placement_agency_licence,
        placement_country=vacancy.placement_country,
        placement_contract=vacancy.placement_contract,
    )


def test_published_terms_are_lawful(published: list[VacancyRecord]) -> None:
    for vacancy in published:
        posted = TODAY - timedelta(days=vacancy.posted_days_ago)
        terms = VacancyTerms(
            openings=vacancy.openings,
            filled_count=vacancy.filled_count,
            valid_from=posted,
            valid_until=posted + timedelta(days=vacancy.valid_days),
            relation=_relation(vacancy),
            pay_minimum=vacancy.pay_minimum,
            pay_maximum=vacancy.pay_maximum,
            experience_years=vacancy.experience_years,
        )
        assert (vacancy.key, validate_terms(terms, now=NOW, for_publication=True)) == (vacancy.key, [])


def test_no_pay_is_below_the_floor(demo: DemoData, published: list[VacancyRecord]) -> None:
    table: dict[tuple[str, int, str | None], int] = {
        (row.province_code, row.year, None): row.amount for row in load_minimum_wages()
    }
    sizes = {organization.key: organization.size_class for organization in demo.organizations}
    compared = 0
    for vacancy in published:
        size = sizes[vacancy.organization]
        relation = WorkRelation(vacancy.work_relation)
        monthly = pay_monthly(vacancy.pay_minimum, PayPeriod(vacancy.pay_period))
        floor = floor_for(vacancy.region_code, 2026, table)
        assert floor is not None
        # A household of one employee is exempt as a micro enterprise is.
        known = CompanySize(size) if size else CompanySize.MICRO
        finding = below_floor(monthly, floor, size=known, relation=relation)
        assert finding is None or finding.severity == "warning", (vacancy.key, finding)
        compared += finding is None
    assert compared >= 300


def test_gates_are_there(published: list[VacancyRecord]) -> None:
    satpam = [vacancy for vacancy in published if vacancy.occupation_code == "5414"]
    assert satpam and all("kta_satpam" in vacancy.required_licences for vacancy in satpam)
    drivers = [vacancy for vacancy in published if vacancy.occupation_code == "8332"]
    assert all({"sim_b1", "sim_b1_umum", "sim_b2_umum"} & set(v.required_licences) for v in drivers)
    welder = next(vacancy for vacancy in published if vacancy.key == "vac-las-smaw-galangan-barelang-2171")
    assert [(need.scheme, need.mandatory) for need in welder.certificates] == [("SKM-0031", True)]
    groups = Counter((v.key, n.mandatory, n.alternative_group) for v in published for n in v.certificates)
    assert max(groups.values()) >= 2


def test_organizations_have_valid_identifiers(demo: DemoData) -> None:
    for organization in demo.organizations:
        assert organization.nib is None or parse_nib(organization.nib) == organization.nib
        assert parse_phone(organization.phone).startswith("+628")
        if organization.kind == "certification_body":
            assert parse_lsp_licence(organization.licence_number or "") == organization.licence_number
        if organization.kind == "employer" and organization.status == "verified":
            assert organization.industry_code is not None
    assert {o.legal_form for o in demo.organizations} == {"company", "individual"}
    assert {o.size_class for o in demo.organizations} - {None} == {"micro", "small", "medium", "large"}


def test_talents_mirror_the_seekers(demo: DemoData) -> None:
    """Shares of `20-24` 29 %, SMK 35 %, SMA 32 %, university 16 %, within four points."""
    total = len(demo.talents)
    highest = Counter(talent.education[-1].level for talent in demo.talents)
    ages = [(TODAY - talent.birth_date).days / 365.2425 for talent in demo.talents]
    assert abs(sum(20 <= age < 25 for age in ages) / total - 0.29) <= 0.04
    assert abs(highest["smk"] / total - 0.35) <= 0.04
    assert abs(highest["sma"] / total - 0.32) <= 0.04
    assert abs((highest["s1"] + highest["d4"] + highest["profesi"]) / total - 0.16) <= 0.04
    assert all(18 <= age <= 60 for age in ages)
    assert 38 <= sum(talent.visible_to_employers for talent in demo.talents) <= 44
    assert 3 <= sum(talent.disability is not None for talent in demo.talents) <= 8


def test_talents_have_valid_identifiers(demo: DemoData) -> None:
    niks = [(talent, parse_nik(talent.nik, as_of=TODAY)) for talent in demo.talents if talent.nik]
    assert len(niks) >= 30
    for talent, nik in niks:
        assert talent.birth_date in nik.birth_dates and nik.sex == talent.sex
    assert len({parse_phone(talent.phone) for talent in demo.talents}) == len(demo.talents)
    for talent in demo.talents:
        assert all(job.start_date.year - talent.birth_date.year >= 15 for job in talent.experience), talent.key
        assert all(e.start_year - talent.birth_date.year >= 6 for e in talent.education), talent.key


def test_certificates_are_in_every_state(demo: DemoData) -> None:
    states = Counter(
        effective_status(CertificateStatus(c.status), TODAY + timedelta(days=c.valid_days_left), NOW)
        for c in demo.certificates
    )
    assert set(states) == set(EffectiveStatus)
    for certificate in demo.certificates:
        assert str(parse_bnsp_certificate(certificate.number)) == certificate.number


def test_the_examples_are_what_they_say(demo: DemoData) -> None:
    organizations = {record.key: record for record in demo.organizations}
    vacancies = {record.key: record for record in demo.vacancies}
    emails = {record.key: record.email for record in demo.accounts}
    talents = {record.key: record for record in demo.talents}
    owners = {m.organization: emails[m.account] for m in demo.memberships if m.role == "owner"}
    assert organizations[names.EXAMPLE_EMPLOYER].status == "verified"
    assert owners[names.EXAMPLE_EMPLOYER] == owners[names.EXAMPLE_DRAFT_EMPLOYER] == "employer@demo.example"
    assert organizations[names.EXAMPLE_EMPLOYER_2].status == "verified"
    assert owners[names.EXAMPLE_EMPLOYER_2] == "employer2@demo.example"
    assert [partner.organization for partner in demo.partners] == [names.EXAMPLE_EMPLOYER_2]
    assert demo.partners[0].client_id == names.PARTNER_CLIENT
    assert organizations[names.EXAMPLE_DRAFT_EMPLOYER].status == "draft"
    pending = organizations[names.EXAMPLE_PENDING_EMPLOYER]
    officer = next(account for account in demo.accounts if "officer" in account.roles)
    assert pending.status == "pending_review" and pending.region_code[:2] in officer.regions
    for key, status in (
        (names.EXAMPLE_VACANCY, "published"),
        (names.EXAMPLE_DRAFT_VACANCY, "draft"),
        (names.EXAMPLE_PENDING_VACANCY, "pending_review"),
        (names.EXAMPLE_SCHEDULED_VACANCY, "scheduled"),
    ):
        assert (vacancies[key].status, vacancies[key].organization) == (status, names.EXAMPLE_EMPLOYER)
    assert vacancies[names.EXAMPLE_PENDING_VACANCY].region_code[:2] in officer.regions
    assert emails[talents[names.TALENT].account or ""] == "talent@demo.example"
    assert emails[talents[names.TALENT_2].account or ""] == "talent2@demo.example"
    certificate = next(c for c in demo.certificates if c.key == names.EXAMPLE_CERTIFICATE)
    assert (certificate.talent, certificate.body) == (names.TALENT, names.EXAMPLE_CERTIFICATION_BODY)
    assert certificate.status == "active" and certificate.valid_days_left > 90
    assert owners[names.EXAMPLE_CERTIFICATION_BODY] == "certifier@demo.example"
    assert owners[names.EXAMPLE_TRAINING_PROVIDER] == "provider@demo.example"
    assert owners[names.EXAMPLE_PROGRAMME_OWNER] == "programme@demo.example"
    applications = {record.key: record for record in demo.applications}
    other = applications[names.EXAMPLE_APPLICATION]
    assert (other.vacancy, other.status) == (names.EXAMPLE_VACANCY, "submitted")
    assert other.talent != names.TALENT
    own = applications[names.EXAMPLE_OWN_APPLICATION]
    assert (own.talent, own.status) == (names.TALENT, "submitted") and own.vacancy != names.EXAMPLE_VACANCY
    assert vacancies[own.vacancy].organization == names.EXAMPLE_EMPLOYER
    assert (names.TALENT, names.EXAMPLE_VACANCY) not in {(a.talent, a.vacancy) for a in demo.applications}


def test_the_example_vacancy_has_many_candidates(demo: DemoData) -> None:
    vacancy = next(vacancy for vacancy in demo.vacancies if vacancy.key == names.EXAMPLE_VACANCY)
    asked = {need.code for need in vacancy.skills if need.essential}
    candidates = [
        talent
        for talent in demo.talents
        if talent.visible_to_employers and len(asked & {code for code, _ in talent.skills}) >= 3
    ]
    assert len(candidates) >= 5


def test_talent_2_has_no_certificate_in_force(demo: DemoData) -> None:
    states = {
        effective_status(CertificateStatus(c.status), TODAY + timedelta(days=c.valid_days_left), NOW)
        for c in demo.certificates
        if c.talent == names.TALENT_2
    }
    assert states == {EffectiveStatus.EXPIRED, EffectiveStatus.SUSPENDED}


def test_applications_are_to_vacancies_that_were_public(demo: DemoData) -> None:
    status = {vacancy.key: vacancy.status for vacancy in demo.vacancies}
    hired = Counter(a.vacancy for a in demo.applications if a.status == "hired")
    for application in demo.applications:
        assert status[application.vacancy] in {"published", "closed", "filled", "expired"}
    for vacancy in demo.vacancies:
        assert vacancy.filled_count == hired[vacancy.key]


def test_loading_twice_gives_the_same() -> None:
    assert load_demo() == load_demo()
