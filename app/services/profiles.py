"""The caller's own profile: the whole of it, its changes, identity, disability, completeness."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.actor import Actor
from app.core.crypto import Vault
from app.core.db import WriteSession
from app.core.errors import CONSTRAINT_PROBLEMS, FieldError, Problem
from app.core.i18n import Text, language
from app.core.kit import Kit
from app.core.problems.common import NOT_FOUND, PRECONDITION_FAILED, VALIDATION_FAILED
from app.core.problems.profiles import NIK_REGISTERED
from app.domain.completeness import REASON_TEXTS, Completeness, ProfileFacts, completeness
from app.domain.consents import NEEDS, Processing, Purpose
from app.domain.errors import InvalidIdentifier
from app.domain.identifiers import mask_nik, nik_warnings, parse_nik
from app.models.profiles import TalentProfile
from app.schemas.common import CodeLabel, Money
from app.schemas.profiles import (
    CompletenessOut,
    Contact,
    DisabilityIn,
    DisabilityOut,
    IdentityOut,
    IdentityWarning,
    MissingItem,
    Preferences,
    ProfileOut,
    ProfilePatch,
    Sex,
    Visibility,
)
from app.services import profile_checks as checks
from app.services import profile_reading as reading
from app.services import reference
from app.services.profile_reading import Whole

CONSTRAINT_PROBLEMS["uq_talent_profile_nik_hash"] = NIK_REGISTERED

_NIK = "nik"
_NIK_LOOKUP = "nik-lookup"

_PREFERENCES: dict[str, tuple[str, Any]] = {
    "occupations": ("preferred_occupations", []),
    "regions": ("preferred_regions", []),
    "relations": ("preferred_relations", []),
    "open_to_remote": ("open_to_remote", True),
    "minimum_pay": ("minimum_pay", None),
    "available_from": ("available_from", None),
}
"""Member of `preferences` -> its column, and the value that null stands for."""

_KINDS = {
    "physical": Text("Disabilitas fisik", "Physical disability"),
    "intellectual": Text("Disabilitas intelektual", "Intellectual disability"),
    "mental": Text("Disabilitas mental", "Mental disability"),
    "sensory": Text("Disabilitas sensorik", "Sensory disability"),
}
_WARNINGS = {
    "nik_birth_date_mismatch": Text(
        "Tanggal lahir pada NIK lain dari yang di profil. Bila KTP Anda pernah diperbaiki, ini wajar.",
        "The NIK tells another birth date than the profile. Where your identity card was corrected, that is fine.",
    ),
    "nik_region_mismatch": Text(
        "NIK pertama kali terbit di daerah lain dari alamat di profil. Bila Anda pernah pindah, ini wajar.",
        "The NIK was first issued in another region than your home's. If you have moved, that is fine.",
    ),
}


# --- the whole profile ------------------------------------------------------------------------------------


async def whole(session: AsyncSession, actor: Actor, kit: Kit) -> tuple[ProfileOut, int]:
    """The caller's whole profile and its version; 404 without one."""
    read = await reading.read_whole(session, actor.person)
    return _shown(read, kit.vault), read.profile.version


def _shown(read: Whole, vault: Vault) -> ProfileOut:
    row, found = read.profile, read.labels
    return ProfileOut(
        id=row.id,
        full_name=row.full_name,
        nik=_masked(row, vault),
        birth_date=row.birth_date,
        sex=cast("Sex | None", row.sex),
        region=found.regions.get(row.region_code or ""),
        address=row.address,
        contact=Contact(email=row.contact_email, phone=row.contact_phone),
        headline=row.headline,
        summary=row.summary,
        photo_url=row.photo_url,
        first_job_seeker=row.first_job_seeker,
        preferences=Preferences(
            occupations=[found.occupations[code] for code in row.preferred_occupations],
            regions=[found.regions[code] for code in row.preferred_regions],
            relations=[reference.small_label("work_relation", code) for code in row.preferred_relations],
            open_to_remote=row.open_to_remote,
            minimum_pay=Money(amount=row.minimum_pay, currency="IDR") if row.minimum_pay is not None else None,
            available_from=row.available_from,
        ),
        visibility=_visibility(read),
        processed=read.may(Processing.RANK_VACANCIES),
        completeness=_completeness(read).percent,
        education=reading.show_education(read.education),
        experience=reading.show_experience(read.experience, found),
        skills=reading.show_skills(read.skills, read.proof, found),
        languages=reading.show_languages(read.languages),
        certificates=list(read.proof.held),
        certificates_elsewhere=reading.show_certificates(read.certificates, found),
        licences=reading.show_licences(read.licences),
        links=reading.show_links(read.links),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def is_found(read: Whole) -> bool:
    """Whether employers may see the profile now, without the name."""
    return read.profile.visible_to_employers and read.may(Processing.RANK_FOR_EMPLOYERS)


def _visibility(read: Whole) -> Visibility:
    given = read.consents.get(Purpose.VISIBLE_TO_EMPLOYERS)
    missing = NEEDS[Processing.RANK_FOR_EMPLOYERS] - read.consents.keys()
    return Visibility(
        visible_to_employers=is_found(read),
        consent=Purpose.VISIBLE_TO_EMPLOYERS.value,
        given_at=given.created_at if given else None,
        missing_consents=sorted(purpose.value for purpose in missing),
    )


async def change(
    session: WriteSession, actor: Actor, kit: Kit, version: int, patch: ProfilePatch
) -> tuple[ProfileOut, int]:
    """Apply a merge patch to the caller's profile.

    Problems: 412 for a stale version, 422 for bad codes and dates, 422 `consent_needed`.
    """
    row = await reading.lock(session, actor.person, Processing.STORE_PROFILE)
    if row.version != version:
        raise Problem(PRECONDITION_FAILED)
    for name, value in _columns(patch).items():
        setattr(row, name, value)
    # Looking codes up must not write the unknown ones first.
    with session.no_autoflush:
        await _check(session, row, patch)
    await session.flush()
    return await whole(session, actor, kit)


def _columns(patch: ProfilePatch) -> dict[str, Any]:
    """The columns that a merge patch sets."""
    plain = patch.model_fields_set - {"contact", "preferences"}
    values = {name: getattr(patch, name) for name in plain}
    if "contact" in patch.model_fields_set:
        contact = patch.contact
        names = contact.model_fields_set if contact else {"email", "phone"}
        values |= {f"contact_{name}": getattr(contact, name, None) for name in names}
    if "preferences" in patch.model_fields_set:
        wanted = patch.preferences
        for name in wanted.model_fields_set if wanted else _PREFERENCES:
            column, default = _PREFERENCES[name]
            value = getattr(wanted, name, None)
            values[column] = value if value is not None else default
    return values


async def _check(session: AsyncSession, row: TalentProfile, patch: ProfilePatch) -> None:
    wanted = patch.preferences.model_fields_set if patch.preferences else set()
    regions = {"/region_code": row.region_code if "region_code" in patch.model_fields_set else None}
    if "regions" in wanted:
        regions |= {f"/preferences/regions/{index}": code for index, code in enumerate(row.preferred_regions)}
    occupations = row.preferred_occupations if "occupations" in wanted else []
    relations = row.preferred_relations if "relations" in wanted else []
    errors = await reference.check_regions(session, regions)
    errors += await reference.check_occupations(
        session, {f"/preferences/occupations/{index}": code for index, code in enumerate(occupations)}
    )
    errors += reference.check_small(
        "work_relation", {f"/preferences/relations/{index}": code for index, code in enumerate(relations)}
    )
    if "birth_date" in patch.model_fields_set:
        errors += checks.birth_date(row.birth_date)
    if "available_from" in wanted:
        errors += checks.start_day("/preferences/available_from", row.available_from)
    reference.raise_invalid(errors)


async def _own(session: AsyncSession, actor: Actor) -> TalentProfile:
    row = await session.scalar(select(TalentProfile).where(TalentProfile.id == actor.person))
    if row is None:
        raise Problem(NOT_FOUND)
    return row


# --- identity ---------------------------------------------------------------------------------------------


def seal_nik(vault: Vault, user_id: UUID, number: str) -> tuple[bytes, bytes]:
    """The columns `nik` and `nik_hash` of a number of 16 digits: readable only for its owner's row, and for look-up."""
    return vault.encrypt(_NIK, number, bound_to=str(user_id)), vault.keyed_hash(_NIK_LOOKUP, number)


def _masked(row: TalentProfile, vault: Vault) -> str | None:
    return mask_nik(vault.decrypt(_NIK, row.nik, bound_to=str(row.id))) if row.nik is not None else None


async def identity(session: AsyncSession, actor: Actor, kit: Kit) -> tuple[IdentityOut, int]:
    """The caller's NIK, masked, with what it says otherwise than the profile; and the profile's version."""
    row = await _own(session, actor)
    return _identity(row, kit.vault), row.version


def _identity(row: TalentProfile, vault: Vault) -> IdentityOut:
    if row.nik is None:
        return IdentityOut(nik=None, warnings=[])
    nik = parse_nik(vault.decrypt(_NIK, row.nik, bound_to=str(row.id)))
    warnings = [
        IdentityWarning(pointer=finding.field, code=finding.code, message=str(_WARNINGS[finding.code]))
        for finding in nik_warnings(nik, row.birth_date, row.region_code)
    ]
    return IdentityOut(nik=mask_nik(nik.number), warnings=warnings)


async def put_identity(session: WriteSession, actor: Actor, kit: Kit, typed: str) -> tuple[IdentityOut, int]:
    """Record the caller's NIK, encrypted; 422 for a bad one, 409 `nik_registered`, 422 `consent_needed`."""
    row = await reading.lock(session, actor.person, Processing.STORE_PROFILE)
    try:
        nik = parse_nik(typed, as_of=clock.today())
    except InvalidIdentifier as error:
        message = Text(
            f"NIK tidak sah ({error.code}); tulis 16 angka seperti pada KTP.",
            f"Not a valid NIK ({error.code}); write the 16 digits of the identity card.",
        )
        errors = [FieldError("/nik", "invalid_nik", str(message))]
        raise Problem(VALIDATION_FAILED, {"count": 1}, errors) from error
    row.nik, row.nik_hash = seal_nik(kit.vault, row.id, nik.number)
    await session.flush()
    return _identity(row, kit.vault), row.version


async def remove_identity(session: WriteSession, actor: Actor) -> None:
    """Erase the caller's NIK; nothing happens where there is none."""
    row = await reading.lock(session, actor.person)
    row.nik = row.nik_hash = None
    await session.flush()


# --- disability -------------------------------------------------------------------------------------------


async def disability(session: AsyncSession, actor: Actor) -> DisabilityOut:
    """What the caller told of a disability."""
    return _disability(await _own(session, actor))


def _disability(row: TalentProfile) -> DisabilityOut:
    kept = row.disability or {}
    return DisabilityOut(
        recorded=row.disability is not None,
        kinds=[CodeLabel(code=code, label=str(_KINDS[code])) for code in kept.get("kinds", [])],
        accommodations=[reference.small_label("accommodation", code) for code in kept.get("accommodations", [])],
        share_accommodations=bool(kept.get("share_accommodations", False)),
    )


async def put_disability(session: WriteSession, actor: Actor, data: DisabilityIn) -> DisabilityOut:
    """Keep what the caller tells; 422 `consent_needed` without the consent `disability_data`."""
    row = await reading.lock(session, actor.person, Processing.STORE_DISABILITY)
    codes = {f"/accommodations/{index}": code for index, code in enumerate(data.accommodations)}
    reference.raise_invalid(reference.check_small("accommodation", codes))
    row.disability = data.model_dump()
    await session.flush()
    return _disability(row)


async def remove_disability(session: WriteSession, actor: Actor) -> None:
    """Erase what the caller told of a disability; nothing happens where there is nothing."""
    row = await reading.lock(session, actor.person)
    row.disability = None
    await session.flush()


def shared_accommodations(read: Whole) -> list[CodeLabel]:
    """The accommodations that a talent chose to show to employers, while the consent for it is live."""
    shown = _disability(read.profile)
    allowed = shown.share_accommodations and read.may(Processing.STORE_DISABILITY)
    return shown.accommodations if allowed else []


# --- completeness -----------------------------------------------------------------------------------------


async def completeness_of(session: AsyncSession, actor: Actor) -> CompletenessOut:
    """How complete the caller's profile is, what is missing, and why it matters, in the caller's language."""
    found = _completeness(await reading.read_whole(session, actor.person))
    return CompletenessOut(
        percent=found.percent,
        missing=[
            MissingItem(
                code=item.code,
                points=item.weight,
                reason_code=item.reason_code,
                reason=REASON_TEXTS[item.reason_code][language()],
            )
            for item in found.missing
        ],
    )


def _completeness(read: Whole) -> Completeness:
    row = read.profile
    proven = set(read.proof.skills or {}) | {skill.skill_id for skill in read.skills if skill.evidence == "course"}
    return completeness(
        ProfileFacts(
            has_name=bool(row.full_name),
            has_contact=bool(row.contact_email or row.contact_phone),
            has_birth_date=row.birth_date is not None,
            has_region=row.region_code is not None,
            has_headline=bool(row.headline),
            skill_count=len({skill.skill_id for skill in read.skills} | set(read.proof.skills or {})),
            verified_evidence_count=len(proven),
            education_count=len(read.education),
            experience_count=len(read.experience),
            is_first_job_seeker=row.first_job_seeker,
            language_count=len(read.languages),
            has_preferred_occupation=bool(row.preferred_occupations),
            has_work_preferences=bool(row.preferred_regions or row.preferred_relations),
            has_minimum_pay=row.minimum_pay is not None,
            has_available_from=row.available_from is not None,
            is_visible_to_employers=is_found(read),
        )
    )
