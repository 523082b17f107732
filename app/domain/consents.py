"""Consent to the processing of personal data (UU PDP 27/2022): purposes, their texts, and what needs which.

Art. 20 knows other grounds besides consent: the log of access rests on a legal duty. "Specific" data (art.
4), such as disability, needs an explicit consent of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """What a person consents to, one by one."""

    ACCOUNT = "account"
    PROFILE_PROCESSING = "profile_processing"
    VISIBLE_TO_EMPLOYERS = "visible_to_employers"
    APPLICATION_SHARING = "application_sharing"
    DISABILITY_DATA = "disability_data"
    CERTIFICATE_VERIFICATION = "certificate_verification"
    JOB_ALERTS = "job_alerts"
    STATISTICS = "statistics"


class Processing(StrEnum):
    """What the hub does with personal data."""

    KEEP_ACCOUNT = "keep_account"
    STORE_PROFILE = "store_profile"
    RANK_VACANCIES = "rank_vacancies"
    RANK_FOR_EMPLOYERS = "rank_for_employers"
    SHARE_SNAPSHOT = "share_snapshot"
    STORE_DISABILITY = "store_disability"
    SHOW_CERTIFICATE = "show_certificate"
    SEND_ALERTS = "send_alerts"
    COUNT_IN_STATISTICS = "count_in_statistics"


@dataclass(frozen=True, slots=True)
class PurposeText:
    """A purpose's current text, as a person agrees to it, with its version."""

    version: str
    id: str
    en: str
    required: bool = False


TEXTS: Final[Mapping[Purpose, PurposeText]] = {
    Purpose.ACCOUNT: PurposeText(
        "2026-01",
        "Menyimpan nama dan kontak saya untuk membuka dan mengamankan akun.",
        "Keep my name and contact to open and protect my account.",
        required=True,
    ),
    Purpose.PROFILE_PROCESSING: PurposeText(
        "2026-01",
        "Mengolah riwayat, keterampilan, dan sertifikat saya untuk menyusun peringkat lowongan bagi saya.",
        "Process my history, skills and certificates to rank vacancies for me.",
    ),
    Purpose.VISIBLE_TO_EMPLOYERS: PurposeText(
        "2026-01",
        "Menampilkan profil saya tanpa nama kepada pemberi kerja terverifikasi.",
        "Show my profile, without my name, to verified employers.",
    ),
    Purpose.APPLICATION_SHARING: PurposeText(
        "2026-01",
        "Menyerahkan salinan profil saya kepada pemberi kerja yang saya lamar.",
        "Hand a copy of my profile to the employers to whom I apply.",
    ),
    Purpose.DISABILITY_DATA: PurposeText(
        "2026-01",
        "Menyimpan data disabilitas saya untuk meminta akomodasi yang layak; tidak pernah untuk peringkat.",
        "Keep my disability data to ask for accommodation; never for a ranking.",
    ),
    Purpose.CERTIFICATE_VERIFICATION: PurposeText(
        "2026-01",
        "Menampilkan sertifikat saya dengan nama tersamar kepada siapa pun yang memeriksanya.",
        "Show my certificate, with a masked name, to anybody who verifies it.",
    ),
    Purpose.JOB_ALERTS: PurposeText(
        "2026-01",
        "Mengirim pemberitahuan lowongan baru yang cocok.",
        "Send me notice of new vacancies that fit.",
    ),
    Purpose.STATISTICS: PurposeText(
        "2026-01",
        "Menghitung data saya dalam statistik tanpa identitas.",
        "Count my data in statistics that identify nobody.",
    ),
}

NEEDS: Final[Mapping[Processing, frozenset[Purpose]]] = {
    Processing.KEEP_ACCOUNT: frozenset({Purpose.ACCOUNT}),
    Processing.STORE_PROFILE: frozenset({Purpose.PROFILE_PROCESSING}),
    Processing.RANK_VACANCIES: frozenset({Purpose.PROFILE_PROCESSING}),
    Processing.RANK_FOR_EMPLOYERS: frozenset({Purpose.PROFILE_PROCESSING, Purpose.VISIBLE_TO_EMPLOYERS}),
    Processing.SHARE_SNAPSHOT: frozenset({Purpose.PROFILE_PROCESSING, Purpose.APPLICATION_SHARING}),
    Processing.STORE_DISABILITY: frozenset({Purpose.PROFILE_PROCESSING, Purpose.DISABILITY_DATA}),
    Processing.SHOW_CERTIFICATE: frozenset({Purpose.CERTIFICATE_VERIFICATION}),
    Processing.SEND_ALERTS: frozenset({Purpose.PROFILE_PROCESSING, Purpose.JOB_ALERTS}),
    Processing.COUNT_IN_STATISTICS: frozenset({Purpose.STATISTICS}),
}
"""All of a processing's purposes must be consented to."""

STOP_WITHIN: Final = timedelta(hours=72)
"""Processing stops within 3 x 24 hours of a withdrawal (art. 40); so is a breach told (art. 46)."""


def current_version(purpose: Purpose) -> str:
    """Return the version of the text that a new consent is given to."""
    return TEXTS[purpose].version


def missing_for(processing: Processing, given: Mapping[Purpose, str]) -> frozenset[Purpose]:
    """Return the purposes that still lack consent; `given` maps each live consent to the version agreed to.

    An older version still counts: it was consent to a narrower or equal text, and `outdated` tells whom to
    ask again.
    """
    return NEEDS[processing] - given.keys()


def may_process(processing: Processing, given: Mapping[Purpose, str]) -> bool:
    """Tell whether every purpose of a processing is consented to."""
    return not missing_for(processing, given)


def outdated(given: Mapping[Purpose, str]) -> frozenset[Purpose]:
    """Return the purposes whose text has changed since the consent."""
    return frozenset(purpose for purpose, version in given.items() if version != current_version(purpose))


def stopped_by_withdrawal(purpose: Purpose) -> frozenset[Processing]:
    """Return what has to stop when a consent is withdrawn."""
    return frozenset(processing for processing, purposes in NEEDS.items() if purpose in purposes)


def stop_deadline(withdrawn_at: datetime) -> datetime:
    """Return the latest instant at which processing may still run after a withdrawal."""
    return withdrawn_at + STOP_WITHIN


def required_at_registration() -> frozenset[Purpose]:
    """Return the purposes without which there is no account."""
    return frozenset(purpose for purpose, text in TEXTS.items() if text.required)
