"""Accounts: registration with consent, the own account, consents."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import CONSTRAINT_PROBLEMS, FieldError, Problem
from app.core.i18n import Text
from app.core.kit import Kit
from app.core.problems.common import NOT_FOUND, PRECONDITION_FAILED
from app.core.problems.identity import ACCOUNT_EXISTS, CONSENT_NEEDED
from app.domain.consents import TEXTS
from app.models.identity import Consent, UserAccount
from app.models.organizations import Organization, OrganizationMember
from app.models.profiles import TalentProfile
from app.schemas.identity import AccountOrganization, AccountOut, AccountPatch, ConsentOut, Registration
from app.services.events import record_event
from app.services.reference import raise_invalid

CURRENT_VERSIONS = {purpose.value: text.version for purpose, text in TEXTS.items()}
REQUIRED_PURPOSES = frozenset(purpose.value for purpose, text in TEXTS.items() if text.required)

CONSTRAINT_PROBLEMS["uq_user_account_email"] = ACCOUNT_EXISTS
CONSTRAINT_PROBLEMS["uq_user_account_phone"] = ACCOUNT_EXISTS


async def prepare(kit: Kit, data: Registration) -> str:
    """The hash of a new account's password, made before any connection is held: hashing has to wait for its turn.

    Problems: 422 `consent_needed`, 422 for an unknown purpose, 503 with a full queue.
    """
    _check_purposes(data.consents, "/consents")
    missing = sorted(REQUIRED_PURPOSES - set(data.consents))
    if missing:
        raise Problem(CONSENT_NEEDED, {"purposes": ", ".join(missing)}, extra={"purposes": missing})
    return await kit.passwords.hash(data.password)


async def register(session: WriteSession, data: Registration, password_hash: str) -> UserAccount:
    """Make an account with an empty profile; records each consent with the version of its text.

    `password_hash` is that of `prepare`. Problems: 409 `account_exists`.
    """
    user = UserAccount(
        email=data.email,
        phone=data.phone,
        password_hash=password_hash,
        display_name=data.full_name,
        locale=data.locale,
        roles=["talent"],
    )
    session.add(user)
    await session.flush()
    session.add(
        TalentProfile(
            id=user.id,
            full_name=data.full_name,
            contact_email=data.email,
            contact_phone=data.phone,
            visible_to_employers="visible_to_employers" in data.consents,
        )
    )
    for purpose in dict.fromkeys(data.consents):
        session.add(Consent(user_id=user.id, purpose=purpose, text_version=CURRENT_VERSIONS[purpose]))
    record_event(session, "account.registered", user.id, {"consents": sorted(data.consents)})
    await session.flush()
    return user


def _check_purposes(purposes: Iterable[str], pointer: str) -> None:
    known = ", ".join(sorted(CURRENT_VERSIONS))
    raise_invalid(
        [
            FieldError(
                f"{pointer}/{index}" if pointer == "/consents" else pointer,
                "unknown_purpose",
                str(
                    Text(
                        f"Tujuan '{purpose}' tidak dikenal. Pilihan: {known}.",
                        f"Unknown purpose '{purpose}'. One of: {known}.",
                    )
                ),
            )
            for index, purpose in enumerate(purposes)
            if purpose not in CURRENT_VERSIONS
        ]
    )


async def get_account(session: AsyncSession, actor: Actor) -> tuple[AccountOut, int]:
    """The caller's account and its version."""
    user = await session.get(UserAccount, actor.person)
    if user is None:
        raise Problem(NOT_FOUND)
    rows = await session.execute(
        select(Organization.id, Organization.name, Organization.kind, Organization.status, OrganizationMember.role)
        .join(OrganizationMember, OrganizationMember.organization_id == Organization.id)
        .where(OrganizationMember.user_id == user.id)
        .order_by(Organization.name, Organization.id)
    )
    account = AccountOut(
        id=user.id, email=user.email, phone=user.phone, display_name=user.display_name, locale=user.locale,
        roles=user.roles, regions=user.regions, permissions=sorted(actor.permissions),
        organizations=[AccountOrganization(id=r[0], name=r[1], kind=r[2], status=r[3], role=r[4]) for r in rows],
        created_at=user.created_at,
    )  # fmt: skip
    return account, user.version


async def change_account(
    session: WriteSession, actor: Actor, version: int, patch: AccountPatch
) -> tuple[AccountOut, int]:
    """Apply a merge patch to the caller's account; 412 for a stale version."""
    user = await session.get(UserAccount, actor.person, with_for_update=True)
    if user is None:
        raise Problem(NOT_FOUND)
    if user.version != version:
        raise Problem(PRECONDITION_FAILED)
    for name in patch.model_fields_set:
        setattr(user, name, getattr(patch, name))
    await session.flush()
    return await get_account(session, actor)


async def consents(session: AsyncSession, actor: Actor) -> list[ConsentOut]:
    """Every consent that the caller gave, the newest first."""
    rows = await session.scalars(select(Consent).where(Consent.user_id == actor.person).order_by(Consent.id.desc()))
    return [_shown(row) for row in rows]


def _shown(row: Consent) -> ConsentOut:
    return ConsentOut(
        purpose=row.purpose, text_version=row.text_version, granted_at=row.created_at, withdrawn_at=row.withdrawn_at
    )


async def _hold(session: WriteSession, user_id: UUID) -> None:
    """Let the changes of one person's consents happen one after the other."""
    # Not FOR UPDATE, which would make every insert that refers to the account wait, too.
    await session.execute(select(UserAccount.id).where(UserAccount.id == user_id).with_for_update(key_share=True))


async def live_consent(session: AsyncSession, user_id: UUID, purpose: str) -> Consent | None:
    """The consent that holds now for one purpose, None without one."""
    return await session.scalar(
        select(Consent).where(Consent.user_id == user_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
    )


async def give_consent(session: WriteSession, actor: Actor, purpose: str) -> ConsentOut:
    """Consent to a purpose in the current version of its text; giving it again changes nothing."""
    _check_purposes([purpose], "/path/purpose")
    await _hold(session, actor.person)
    row = await live_consent(session, actor.person, purpose)
    if row is not None and row.text_version != CURRENT_VERSIONS[purpose]:
        row.withdrawn_at = clock.now()
        await session.flush()
        row = None
    if row is None:
        row = Consent(user_id=actor.person, purpose=purpose, text_version=CURRENT_VERSIONS[purpose])
        session.add(row)
        record_event(session, "consent.given", actor.person, {"purpose": purpose})
    await _apply_visibility(session, actor.person, purpose, given=True)
    await session.flush()
    return _shown(row)


async def withdraw_consent(session: WriteSession, actor: Actor, purpose: str) -> None:
    """Withdraw a consent; what it covered stops at once. 404 where there is none."""
    await _hold(session, actor.person)
    row = await live_consent(session, actor.person, purpose)
    if row is None:
        raise Problem(NOT_FOUND)
    row.withdrawn_at = clock.now()
    record_event(session, "consent.withdrawn", actor.person, {"purpose": purpose})
    await _apply_visibility(session, actor.person, purpose, given=False)
    await session.flush()


async def _apply_visibility(session: WriteSession, user_id: UUID, purpose: str, *, given: bool) -> None:
    """Two purposes have an effect on the profile: being found, and data on a disability."""
    profile = await session.get(TalentProfile, user_id, with_for_update=True)
    if profile is None:
        return
    if purpose == "visible_to_employers":
        profile.visible_to_employers = given
    if purpose == "disability_data" and not given:
        profile.disability = None
