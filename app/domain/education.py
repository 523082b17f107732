"""Levels of education: the order in which they are compared, and the KKNI level that each stands for."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class EducationLevel(StrEnum):
    """Levels of the Indonesian system, in the order in which they are listed."""

    NONE = "none"
    SD = "sd"
    SMP = "smp"
    SMA = "sma"
    SMK = "smk"
    D1 = "d1"
    D2 = "d2"
    D3 = "d3"
    D4 = "d4"
    S1 = "s1"
    PROFESI = "profesi"
    S2 = "s2"
    SPESIALIS = "spesialis"
    S3 = "s3"


_ORDINALS: Final = {
    EducationLevel.NONE: 0,
    EducationLevel.SD: 1,
    EducationLevel.SMP: 2,
    EducationLevel.SMA: 3,
    EducationLevel.SMK: 3,
    EducationLevel.D1: 4,
    EducationLevel.D2: 5,
    EducationLevel.D3: 6,
    EducationLevel.D4: 7,
    EducationLevel.S1: 7,
    EducationLevel.PROFESI: 8,
    EducationLevel.S2: 9,
    EducationLevel.SPESIALIS: 10,
    EducationLevel.S3: 11,
}

LABELS: Final[dict[EducationLevel, dict[str, str]]] = {
    EducationLevel.NONE: {"id": "Tidak bersekolah", "en": "No schooling"},
    EducationLevel.SD: {"id": "SD / sederajat", "en": "Primary school"},
    EducationLevel.SMP: {"id": "SMP / sederajat", "en": "Junior secondary school"},
    EducationLevel.SMA: {"id": "SMA / sederajat", "en": "Senior secondary school"},
    EducationLevel.SMK: {"id": "SMK", "en": "Vocational secondary school"},
    EducationLevel.D1: {"id": "Diploma 1", "en": "Diploma 1"},
    EducationLevel.D2: {"id": "Diploma 2", "en": "Diploma 2"},
    EducationLevel.D3: {"id": "Diploma 3", "en": "Diploma 3"},
    EducationLevel.D4: {"id": "Diploma 4 / Sarjana Terapan", "en": "Applied bachelor"},
    EducationLevel.S1: {"id": "Sarjana (S1)", "en": "Bachelor"},
    EducationLevel.PROFESI: {"id": "Pendidikan Profesi", "en": "Professional degree"},
    EducationLevel.S2: {"id": "Magister (S2)", "en": "Master"},
    EducationLevel.SPESIALIS: {"id": "Spesialis", "en": "Specialist degree"},
    EducationLevel.S3: {"id": "Doktor (S3)", "en": "Doctorate"},
}


def ordinal(level: EducationLevel) -> int:
    """Return the place on the scale 0..11; peers (SMA and SMK, D4 and S1) share one."""
    return _ORDINALS[level]


def reaches(held: EducationLevel, asked: EducationLevel) -> bool:
    """Tell whether a level is at least the one asked for."""
    return ordinal(held) >= ordinal(asked)


def highest(levels: list[EducationLevel]) -> EducationLevel:
    """Return the highest of the levels, the first listed among peers; `NONE` for an empty list."""
    return max(levels, key=ordinal, default=EducationLevel.NONE)
