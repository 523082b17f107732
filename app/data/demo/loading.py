"""Load and check the demo's content.

    demo = load_demo()

Every key, code, reference and number is checked; the first fault raises `ReferenceDataError`, a `ValueError`
whose text starts with `file:line:`. Nothing here knows the time: days are relative to that of seeding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.data.demo.reading import LANGUAGE_LEVELS, SKILL_LEVELS, Codes, Item, load_codes, read_items
from app.data.demo.records import (
    AccountRecord,
    ApplicationRecord,
    CertificateRecord,
    DeclaredCertificate,
    DemoData,
    DisabilityEntry,
    EducationEntry,
    ExperienceEntry,
    MembershipRecord,
    OrganizationRecord,
    PartnerRecord,
    TalentRecord,
    VacancyRecord,
)
from app.data.demo.vacancies import load_library, load_vacancies
from app.data.rows import Row, read_rows, refuse_repeated

DEMO: Final = Path(__file__).parent

ORGANIZATION_KINDS: Final = ("employer", "training_provider", "certification_body", "programme_owner")
ORGANIZATION_STATUSES: Final = (
    "draft", "pending_review", "needs_revision", "verified", "rejected", "suspended",
)  # fmt: skip
SIZE_CLASSES: Final = ("micro", "small", "medium", "large")
ACCOUNT_ROLES: Final = ("talent", "officer", "analyst", "admin")
MEMBER_ROLES: Final = ("owner", "editor", "viewer")
CERTIFICATE_STATUSES: Final = ("active", "suspended", "revoked", "superseded")
APPLICATION_STATUSES: Final = (
    "submitted", "viewed", "shortlisted", "test", "interview", "offered", "hired", "rejected", "withdrawn",
    "expired",
)  # fmt: skip
DEAD_APPLICATIONS: Final = ("rejected", "withdrawn", "expired")
DISABILITIES: Final = ("physical", "intellectual", "mental", "sensory")

_KEY: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NIB: Final = re.compile(r"[0-9]{13}")
_LSP: Final = re.compile(r"BNSP-LSP-[0-9]{3,4}-ID")
_PHONE: Final = re.compile(r"(?:\+?62|0)8[1-9][0-9]{7,10}")
_EMAIL: Final = re.compile(r"[a-z0-9.]+@(?:[a-z0-9]+\.)?(?:example\.com|demo\.example)")
_BNSP: Final = re.compile(r"([0-9]{5}) ([0-9]{4}) ([1-9]) ([0-9]{7}) ([0-9]{4})")
_NIK: Final = re.compile(r"[0-9]{16}")

_ORGANIZATION_COLUMNS: Final = (
    "key", "kind", "name", "legal_form", "size_class", "ownership", "head_count", "nib", "licence_number",
    "licence_valid_days", "region", "address", "industry_code", "email", "phone", "website", "status",
    "status_reason", "schemes", "description",
)  # fmt: skip
_CERTIFICATE_COLUMNS: Final = (
    "key", "body", "scheme", "talent", "number", "issued_days_ago", "valid_days_left", "status", "reason",
    "supersedes",
)  # fmt: skip
_TALENT_MEMBERS: Final = (
    "key", "account", "name", "sex", "born", "nik", "phone", "region", "head", "about", "edu", "exp",
    "skills", "langs", "lic", "certs", "want", "links", "disability", "visible",
)  # fmt: skip


def load_demo(root: Path = DEMO) -> DemoData:
    """Load the whole demo from `root`; raises `ReferenceDataError`, or `OSError` for a missing file."""
    codes = load_codes()
    organizations = load_organizations(root, codes)
    by_key = {record.key: record for record in organizations}
    accounts = load_accounts(root, codes)
    known_accounts = {record.key for record in accounts}
    talents = load_talents(root, codes, known_accounts)
    talent_keys = {record.key for record in talents}
    vacancies = load_vacancies(root, load_library(root, by_key, codes))
    return DemoData(
        organizations=organizations,
        accounts=accounts,
        memberships=load_memberships(root, known_accounts, by_key),
        partners=load_partners(root, by_key),
        talents=talents,
        vacancies=vacancies,
        certificates=load_certificates(root, by_key, talent_keys),
        applications=load_applications(root, codes, talent_keys, vacancies),
    )


def load_organizations(root: Path, codes: Codes) -> tuple[OrganizationRecord, ...]:
    """Load `organizations.csv`; certification bodies, and only they, have schemes and an LSP licence."""
    rows = read_rows(root, "organizations.csv", _ORGANIZATION_COLUMNS)
    refuse_repeated(rows, "key")
    refuse_repeated(rows, "name")
    refuse_repeated([row for row in rows if row.cells["nib"]], "nib")
    return tuple(_organization(row, codes) for row in rows)


def _organization(row: Row, codes: Codes) -> OrganizationRecord:
    industry = row.one_of("industry_code", codes.industries) if row.cells["industry_code"] else None
    record = OrganizationRecord(
        key=row.matching("key", _KEY),
        kind=row.one_of("kind", ORGANIZATION_KINDS),
        name=row.text("name"),
        legal_form=row.one_of("legal_form", ("company", "individual")),
        size_class=row.one_of("size_class", SIZE_CLASSES) if row.cells["size_class"] else None,
        ownership=row.one_of("ownership", ("private", "state")),
        head_count=row.integer("head_count", 0, 1_000_000),
        nib=row.matching("nib", _NIB) if row.cells["nib"] else None,
        licence_number=row.optional("licence_number"),
        licence_valid_days=row.optional_integer("licence_valid_days", 1, 3650),
        region_code=row.one_of("region", codes.regencies),
        address=row.text("address"),
        industry_edition=industry and "2020",
        industry_code=industry,
        email=row.matching("email", _EMAIL),
        phone=row.matching("phone", _PHONE),
        website=row.optional("website"),
        status=row.one_of("status", ORGANIZATION_STATUSES),
        status_reason=row.optional("status_reason"),
        schemes=row.references("schemes", codes.schemes),
        description=row.text("description"),
    )
    body = record.kind == "certification_body"
    if body != bool(record.schemes) or (body and not _LSP.fullmatch(record.licence_number or "")):
        row.fail("a certification body has schemes and a licence BNSP-LSP-NNN-ID, and nobody else has schemes")
    if (record.status in {"needs_revision", "rejected", "suspended"}) != (record.status_reason is not None):
        row.fail(f"status_reason does not go with {record.status}")
    if (record.licence_number is None) != (record.licence_valid_days is None):
        row.fail("a licence has a number and an end")
    return record


def load_accounts(root: Path, codes: Codes) -> tuple[AccountRecord, ...]:
    """Load `accounts.csv`, the demo accounts; an officer's regions are provinces or regencies."""
    rows = read_rows(root, "accounts.csv", ("key", "email", "display_name", "roles", "regions"))
    refuse_repeated(rows, "key")
    refuse_repeated(rows, "email")
    records = []
    for row in rows:
        record = AccountRecord(
            key=row.matching("key", _KEY),
            email=row.matching("email", _EMAIL),
            display_name=row.text("display_name"),
            roles=row.references("roles", ACCOUNT_ROLES),
            regions=row.references("regions", codes.provinces | codes.regencies),
        )
        if ("officer" in record.roles) != bool(record.regions):
            row.fail("an officer has regions, and nobody else has")
        records.append(record)
    return tuple(records)


def load_memberships(
    root: Path, accounts: set[str], organizations: Mapping[str, OrganizationRecord]
) -> tuple[MembershipRecord, ...]:
    """Load `memberships.csv`."""
    rows = read_rows(root, "memberships.csv", ("account", "organization", "role"))
    refuse_repeated(rows, "account", "organization")
    return tuple(
        MembershipRecord(
            account=row.one_of("account", accounts),
            organization=row.one_of("organization", organizations),
            role=row.one_of("role", MEMBER_ROLES),
        )
        for row in rows
    )


def load_partners(root: Path, organizations: Mapping[str, OrganizationRecord]) -> tuple[PartnerRecord, ...]:
    """Load `partners.csv`."""
    rows = read_rows(root, "partners.csv", ("client_id", "name", "organization"))
    refuse_repeated(rows, "client_id")
    return tuple(
        PartnerRecord(
            client_id=row.matching("client_id", _KEY),
            name=row.text("name"),
            organization=row.one_of("organization", organizations),
        )
        for row in rows
    )


def load_talents(root: Path, codes: Codes, accounts: set[str]) -> tuple[TalentRecord, ...]:
    """Load `talents.jsonl`.

    Members beside the plain ones: `edu` (level, institution, field, start year, end year, completed), `exp`
    (occupation, title, employer, region, first month, last month or null, description or null), `certs`
    (title, issuer, scheme or null, number or null, day of issue, last day or null), `links` (label, address),
    and `want` (occupations, regions, relations, lowest pay a month, remote).
    """
    records: list[TalentRecord] = []
    seen: set[str] = set()
    for item in read_items(root, "talents.jsonl", _TALENT_MEMBERS):
        record = _talent(item, codes, accounts)
        unique = {record.key, record.email, record.phone, record.nik or record.key}
        if unique & seen:
            item.fail(f"{', '.join(sorted(unique & seen))} is already there")
        seen |= unique
        records.append(record)
    return tuple(records)


def _talent(item: Item, codes: Codes, accounts: set[str]) -> TalentRecord:
    key = item.text("key")
    phone = item.text("phone")
    want = item.members.get("want")
    if not _KEY.fullmatch(key) or not _PHONE.fullmatch(phone):
        item.fail("key or phone has no accepted form")
    if not isinstance(want, list) or len(want) != 5:  # noqa: PLR2004 - the five wishes of the docstring
        item.fail("want is not a list of 5")
    return TalentRecord(
        key=key,
        account=item.known("account", item.members["account"], accounts) if "account" in item.members else None,
        email=f"{key.removeprefix('tal-').replace('-', '.')}@example.com",
        full_name=item.text("name"),
        sex=item.one_of("sex", ("female", "male")),
        birth_date=item.day("born", item.members.get("born")),
        nik=_nik(item),
        phone=phone,
        region_code=item.one_of("region", codes.regencies),
        headline=item.text("head"),
        summary=item.optional("about"),
        education=_education(item, codes),
        experience=_experience(item, codes),
        skills=tuple((code, int(level)) for code, level in item.levels("skills", codes.skills, SKILL_LEVELS)),
        languages=item.levels("langs", codes.languages, LANGUAGE_LEVELS),
        licences=item.codes("lic", codes.licences),
        declared_certificates=_declared(item, codes),
        links=tuple((str(label), str(url)) for label, url in item.rows("links", 2)),
        preferred_occupations=item.split_codes("want", want[0], codes.occupations),
        preferred_regions=item.split_codes("want", want[1], codes.regencies),
        preferred_relations=item.split_codes("want", want[2], codes.relations),
        minimum_pay=item.whole("want", want[3], 0, 100_000_000),
        open_to_remote=item.truth("want", want[4]),
        disability=_disability(item, codes),
        visible_to_employers=item.truth("visible", item.members.get("visible")),
    )


def _nik(item: Item) -> str | None:
    """Return the NIK, whose birth date and sex must be those of the line."""
    nik = item.optional("nik")
    if nik is None:
        return None
    born = item.day("born", item.members.get("born"))
    day = born.day + (40 if item.members.get("sex") == "female" else 0)
    if not _NIK.fullmatch(nik) or nik[6:12] != f"{day:02d}{born:%m%y}" or nik.endswith("0000"):
        item.fail("nik does not fit the birth date and sex")
    return nik


def _education(item: Item, codes: Codes) -> tuple[EducationEntry, ...]:
    entries = []
    for level, institution, field, start, end, completed in item.rows("edu", 6):
        first = item.whole("edu", start, 1950, 2100)
        entries.append(
            EducationEntry(
                level=item.known("edu", level, codes.education),
                institution=item.checked_text("edu", institution) or item.fail("edu has no institution"),
                field=item.checked_text("edu", field),
                start_year=first,
                end_year=item.whole("edu", end, first, 2100),
                completed=item.truth("edu", completed),
            )
        )
    return tuple(entries)


def _experience(item: Item, codes: Codes) -> tuple[ExperienceEntry, ...]:
    entries = []
    for occupation, title, employer, region, start, end, text in item.rows("exp", 7):
        first = item.month("exp", start)
        last = None if end is None else item.month("exp", end, end=True)
        if last is not None and last < first:
            item.fail(f"exp ends before {start}")
        entries.append(
            ExperienceEntry(
                occupation_code=item.known("exp", occupation, codes.occupations),
                title=item.checked_text("exp", title) or item.fail("exp has no title"),
                employer_name=item.checked_text("exp", employer) or item.fail("exp has no employer"),
                region_code=item.known("exp", region, codes.regencies),
                start_date=first,
                end_date=last,
                description=item.checked_text("exp", text),
            )
        )
    return tuple(entries)


def _declared(item: Item, codes: Codes) -> tuple[DeclaredCertificate, ...]:
    return tuple(
        DeclaredCertificate(
            title=item.checked_text("certs", title) or item.fail("certs has no title"),
            issuer=item.checked_text("certs", issuer) or item.fail("certs has no issuer"),
            scheme=None if scheme is None else item.known("certs", scheme, codes.schemes),
            number=item.checked_text("certs", number),
            issued_on=item.day("certs", issued),
            valid_until=None if until is None else item.day("certs", until),
        )
        for title, issuer, scheme, number, issued, until in item.rows("certs", 6)
    )


def _disability(item: Item, codes: Codes) -> DisabilityEntry | None:
    told = item.members.get("disability")
    if told is None:
        return None
    if not isinstance(told, dict) or set(told) != {"kinds", "accommodations", "share"}:
        item.fail("disability is not an object of kinds, accommodations and share")
    return DisabilityEntry(
        kinds=item.split_codes("disability", told["kinds"], DISABILITIES),
        accommodations=item.split_codes("disability", told["accommodations"], codes.accommodations),
        share=item.truth("disability", told["share"]),
    )


def load_certificates(
    root: Path, organizations: Mapping[str, OrganizationRecord], talents: set[str]
) -> tuple[CertificateRecord, ...]:
    """Load `certificates.csv`: the body is licensed for the scheme, and one supersedes an earlier line's."""
    rows = read_rows(root, "certificates.csv", _CERTIFICATE_COLUMNS)
    refuse_repeated(rows, "key")
    refuse_repeated(rows, "number")
    refuse_repeated([row for row in rows if row.cells["supersedes"]], "supersedes")
    records: dict[str, CertificateRecord] = {}
    for row in rows:
        body = organizations[row.one_of("body", organizations)]
        record = CertificateRecord(
            key=row.matching("key", _KEY),
            body=body.key,
            scheme=row.one_of("scheme", body.schemes),
            talent=row.one_of("talent", talents),
            number=row.matching("number", _BNSP),
            issued_days_ago=row.integer("issued_days_ago", 0, 3650),
            valid_days_left=_signed(row, "valid_days_left"),
            status=row.one_of("status", CERTIFICATE_STATUSES),
            status_reason=row.optional("reason"),
            supersedes=row.one_of("supersedes", records) if row.cells["supersedes"] else None,
        )
        if (record.status == "active") != (record.status_reason is None):
            row.fail("every status but active has a reason")
        if record.issued_days_ago + record.valid_days_left <= 0:
            row.fail("it ends before it is issued")
        if record.supersedes is not None:
            earlier = records[record.supersedes]
            if earlier.status != "superseded" or (earlier.talent, earlier.body) != (
                record.talent,
                record.body,
            ):
                row.fail(f"it cannot supersede {earlier.key}")
        records[record.key] = record
    return tuple(records.values())


def _signed(row: Row, column: str) -> int:
    value = row.text(column)
    if not re.fullmatch(r"-?[0-9]{1,4}", value):
        row.fail(f"{column} {value!r} is not an integer")
    return int(value)


def load_applications(
    root: Path, codes: Codes, talents: set[str], vacancies: tuple[VacancyRecord, ...]
) -> tuple[ApplicationRecord, ...]:
    """Load `applications.csv`: after the vacancy was posted, with one live application a pair.

    Raises for a `hired` count that is not the vacancy's filled count.
    """
    columns = ("key", "talent", "vacancy", "status", "submitted_days_ago", "reason", "note")
    rows = read_rows(root, "applications.csv", columns)
    refuse_repeated(rows, "key")
    refuse_repeated([row for row in rows if row.cells["status"] not in DEAD_APPLICATIONS], "talent", "vacancy")
    by_key = {vacancy.key: vacancy for vacancy in vacancies}
    records = []
    hired: dict[str, int] = {}
    for row in rows:
        vacancy = by_key[row.one_of("vacancy", by_key)]
        record = ApplicationRecord(
            key=row.matching("key", _KEY),
            talent=row.one_of("talent", talents),
            vacancy=vacancy.key,
            status=row.one_of("status", APPLICATION_STATUSES),
            submitted_days_ago=row.integer("submitted_days_ago", 0, vacancy.posted_days_ago),
            reason=row.one_of("reason", codes.reasons) if row.cells["reason"] else None,
            cover_note=row.optional("note"),
        )
        if (record.status == "rejected") != (record.reason is not None):
            row.fail("a reason goes with rejected, and only with it")
        if record.status == "hired":
            hired[vacancy.key] = hired.get(vacancy.key, 0) + 1
            if hired[vacancy.key] > vacancy.filled_count:
                row.fail(f"more are hired than {vacancy.key} has filled")
        records.append(record)
    return tuple(records)
