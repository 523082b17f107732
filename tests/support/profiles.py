"""Profiles for tests: bodies that the contract accepts, a filled profile, and the published shape of a JSON Resume."""

from __future__ import annotations

from typing import Any

from tests.support.world import Api, Caller

PROFILE = "/v1/me/profile"

BODIES: dict[str, dict[str, Any]] = {
    "education": {
        "level": "smk", "institution": "SMK Negeri 4 Bandung", "field": "Rekayasa Perangkat Lunak",
        "start_year": 2019, "end_year": 2022,
    },
    "experience": {
        "occupation_code": "2513", "title": "Pengembang Web", "employer_name": "Koperasi Digital",
        "region_code": "32.73", "start_date": "2023-02-01", "end_date": "2024-08-31", "description": "Situs koperasi.",
    },
    "certificates": {
        "title": "Dasar Jaringan", "issuer": "BLK Bandung", "scheme_code": "SKM-0006", "number": "BLK/118",
        "issued_on": "2023-06-10",
    },
    "links": {"label": "Portofolio", "url": "https://portofolio.example.com/sari"},
}  # fmt: skip
"""A body for each part that has ids."""

DETAILS: dict[str, Any] = {
    "birth_date": "2003-02-05",
    "sex": "female",
    "region_code": "32.73",
    "address": "Jalan Merdeka 10",
    "contact": {"email": "sari@example.com", "phone": "081234567001"},
    "headline": "Pengembang web untuk koperasi",
    "summary": "Membangun aplikasi kecil yang dipakai setiap hari.",
    "preferences": {
        "occupations": ["2513"],
        "regions": ["32.73", "31.71"],
        "relations": ["pkwtt"],
        "minimum_pay": 4_500_000,
        "available_from": "2026-12-01",
    },
}
"""A merge patch that fills the profile's own fields."""


async def fill(api: Api, talent: Caller) -> None:
    """Fill every part of a talent's profile through the contract."""
    answers = [await api.patch(PROFILE, talent, json=DETAILS)]
    answers += [await api.post(f"{PROFILE}/{part}", talent, json=body) for part, body in BODIES.items()]
    skills = {"skills": [{"code": "SK-0003", "level": 2, "since": "2022-07-01"}, {"code": "SK-0005", "level": 3}]}
    answers += [
        await api.post(f"{PROFILE}/skills", talent, json=skills),
        await api.put(f"{PROFILE}/languages/en", talent, json={"level": "b1"}),
        await api.put(f"{PROFILE}/licences/sim_c", talent, json={"valid_until": "2099-01-01"}),
    ]
    assert all(answer.is_success for answer in answers), [answer.text for answer in answers]


_TEXT = {"type": "string"}
_DAY = {
    "type": "string",
    "pattern": "^([1-2][0-9]{3}-[0-1][0-9]-[0-3][0-9]|[1-2][0-9]{3}-[0-1][0-9]|[1-2][0-9]{3})$",
}
_URI = {"type": "string", "format": "uri"}


def _list(**members: Any) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {"type": "object", "properties": members, "additionalProperties": False},
    }


JSON_RESUME: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "basics": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "name": _TEXT, "label": _TEXT, "image": _TEXT, "email": {"type": "string", "format": "email"},
                "phone": _TEXT, "url": _URI, "summary": _TEXT,
                "location": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": dict.fromkeys(("address", "postalCode", "city", "countryCode", "region"), _TEXT),
                },
                "profiles": _list(network=_TEXT, username=_TEXT, url=_URI),
            },
        },
        "work": _list(
            name=_TEXT, location=_TEXT, description=_TEXT, position=_TEXT, url=_URI, startDate=_DAY, endDate=_DAY,
            summary=_TEXT, highlights={"type": "array", "items": _TEXT},
        ),
        "education": _list(
            institution=_TEXT, url=_URI, area=_TEXT, studyType=_TEXT, startDate=_DAY, endDate=_DAY, score=_TEXT,
            courses={"type": "array", "items": _TEXT},
        ),
        "certificates": _list(name=_TEXT, date=_DAY, url=_URI, issuer=_TEXT),
        "skills": _list(name=_TEXT, level=_TEXT, keywords={"type": "array", "items": _TEXT}),
        "languages": _list(language=_TEXT, fluency=_TEXT),
        "meta": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"canonical": _URI, "version": _TEXT, "lastModified": _TEXT},
        },
    },
}  # fmt: skip
"""The members of the public JSON Resume 1.0.0 schema that a CV here may have, closed against any other."""
