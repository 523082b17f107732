"""How complete a talent's profile is, what is missing, and why each thing matters to the talent.

Only what helps the talent counts. Disability, sex, photo and NIK never do: nobody is nudged to give them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    """What is filled in, as plain facts; counts are numbers of entries."""

    has_name: bool = False
    has_contact: bool = False
    has_birth_date: bool = False
    has_region: bool = False
    has_headline: bool = False
    skill_count: int = 0
    verified_evidence_count: int = 0
    education_count: int = 0
    experience_count: int = 0
    is_first_job_seeker: bool = False
    language_count: int = 0
    has_preferred_occupation: bool = False
    has_work_preferences: bool = False
    has_minimum_pay: bool = False
    has_available_from: bool = False
    is_visible_to_employers: bool = False


ENOUGH_SKILLS: Final = 5
"""From here on a further skill changes the ranking less than the other items do."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that counts: its points, the code of the reason, and how to tell whether it is there."""

    code: str
    weight: int
    reason_code: str
    filled: Callable[[ProfileFacts], bool]


ITEMS: Final = (
    Item("name", 5, "employers_address_you", lambda facts: facts.has_name),
    Item("contact", 10, "employers_reach_you", lambda facts: facts.has_contact),
    Item("birth_date", 3, "programmes_check_age", lambda facts: facts.has_birth_date),
    Item("region", 12, "work_near_you", lambda facts: facts.has_region),
    Item("headline", 3, "first_impression", lambda facts: facts.has_headline),
    Item("first_skill", 15, "ranking_needs_skills", lambda facts: facts.skill_count > 0),
    Item("more_skills", 10, "more_skills_more_matches", lambda facts: facts.skill_count >= ENOUGH_SKILLS),
    Item("verified_evidence", 7, "evidence_counts_more", lambda facts: facts.verified_evidence_count > 0),
    Item("education", 10, "vacancies_ask_education", lambda facts: facts.education_count > 0),
    Item(
        "experience",
        10,
        "vacancies_ask_experience",
        # Somebody who looks for a first job says so, and is not marked down for it.
        lambda facts: facts.experience_count > 0 or facts.is_first_job_seeker,
    ),
    Item("languages", 3, "vacancies_ask_languages", lambda facts: facts.language_count > 0),
    Item("preferred_occupation", 4, "work_you_want", lambda facts: facts.has_preferred_occupation),
    Item("work_preferences", 2, "work_you_want", lambda facts: facts.has_work_preferences),
    Item("minimum_pay", 2, "pay_you_accept", lambda facts: facts.has_minimum_pay),
    Item("available_from", 1, "start_you_can", lambda facts: facts.has_available_from),
    Item("visibility", 3, "employers_find_you", lambda facts: facts.is_visible_to_employers),
)
"""The weights add up to 100."""

REASON_TEXTS: Final[dict[str, dict[str, str]]] = {
    "employers_address_you": {
        "id": "Nama dipakai pemberi kerja setelah Anda melamar.",
        "en": "Employers use your name once you have applied.",
    },
    "employers_reach_you": {
        "id": "Tanpa kontak, pemberi kerja tidak dapat menjawab lamaran Anda.",
        "en": "Without a contact employers cannot answer your application.",
    },
    "programmes_check_age": {
        "id": "Beberapa program memeriksa usia; peringkat lowongan tidak pernah memakainya.",
        "en": "Some programmes check your age; the ranking of vacancies never uses it.",
    },
    "work_near_you": {
        "id": "Lowongan di kabupaten/kota Anda diberi nilai lebih tinggi.",
        "en": "Vacancies in your regency or city score higher.",
    },
    "first_impression": {
        "id": "Satu kalimat tentang Anda membantu pemberi kerja memahami profil Anda.",
        "en": "One sentence about you helps employers to understand your profile.",
    },
    "ranking_needs_skills": {
        "id": "Peringkat lowongan dihitung dari keterampilan; tanpanya tidak ada peringkat.",
        "en": "Vacancies are ranked by skills; without any there is no ranking.",
    },
    "more_skills_more_matches": {
        "id": "Lima keterampilan atau lebih membuka lebih banyak lowongan yang cocok.",
        "en": "Five skills or more open up more vacancies that fit.",
    },
    "evidence_counts_more": {
        "id": "Sertifikat atau pelatihan yang selesai memperkuat nilai keterampilan Anda.",
        "en": "A certificate or a completed course makes your skills count more.",
    },
    "vacancies_ask_education": {
        "id": "Banyak lowongan menyebut pendidikan minimum.",
        "en": "Many vacancies state a minimum education.",
    },
    "vacancies_ask_experience": {
        "id": "Lowongan menghitung tahun pengalaman; tandai bila ini pekerjaan pertama Anda.",
        "en": "Vacancies count years of experience; say so if this is your first job.",
    },
    "vacancies_ask_languages": {
        "id": "Kerja jarak jauh dan luar negeri menanyakan bahasa.",
        "en": "Remote work and work abroad ask for languages.",
    },
    "work_you_want": {
        "id": "Pilihan Anda menyaring lowongan yang tidak Anda cari.",
        "en": "Your preferences leave out what you are not looking for.",
    },
    "pay_you_accept": {
        "id": "Lowongan dengan upah di bawah batas Anda turun peringkatnya.",
        "en": "Vacancies that pay less than you accept rank lower.",
    },
    "start_you_can": {
        "id": "Pemberi kerja ingin tahu kapan Anda dapat mulai.",
        "en": "Employers want to know when you can start.",
    },
    "employers_find_you": {
        "id": "Dengan persetujuan Anda, pemberi kerja dapat menemukan profil tanpa nama.",
        "en": "With your consent employers can find your profile, without your name.",
    },
}
"""Why an item matters, by reason code and language."""


@dataclass(frozen=True, slots=True)
class MissingItem:
    """What is not there yet, with the points it would add and the code of the reason (`REASON_TEXTS`)."""

    code: str
    weight: int
    reason_code: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """`percent` 0..100 and what is missing, the heaviest first."""

    percent: int
    missing: tuple[MissingItem, ...]


def completeness(facts: ProfileFacts) -> Completeness:
    """Add up the weights of what is filled in; filling in anything never lowers the figure."""
    missing = tuple(
        MissingItem(item.code, item.weight, item.reason_code)
        for item in sorted(ITEMS, key=lambda item: -item.weight)
        if not item.filled(facts)
    )
    return Completeness(100 - sum(item.weight for item in missing), missing)
