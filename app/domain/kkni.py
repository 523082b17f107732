"""The national qualification framework (KKNI, Perpres 8/2012): nine levels, and the education behind each."""

from __future__ import annotations

from typing import Final

from app.domain.education import EducationLevel

LOWEST: Final = 1
HIGHEST: Final = 9

_BY_EDUCATION: Final = {
    EducationLevel.SD: 1,
    EducationLevel.SMP: 1,
    EducationLevel.SMA: 2,
    EducationLevel.SMK: 2,
    EducationLevel.D1: 3,
    EducationLevel.D2: 4,
    EducationLevel.D3: 5,
    EducationLevel.D4: 6,
    EducationLevel.S1: 6,
    EducationLevel.PROFESI: 7,
    EducationLevel.S2: 8,
    EducationLevel.SPESIALIS: 8,
    EducationLevel.S3: 9,
}

GROUPS: Final = {
    "operator": range(1, 4),
    "technician_analyst": range(4, 7),
    "expert": range(7, 10),
}
"""The three groups of posts of Perpres 8/2012 art. 2."""


def level_of(education: EducationLevel) -> int | None:
    """Return the KKNI level 1-9 that an education stands for; None without schooling.

    Perpres 8/2012 art. 5; where it leaves a range (professional 7-8, specialist 8-9) the lower level is
    taken.
    """
    return _BY_EDUCATION.get(education)


def group_of(level: int) -> str:
    """Return `operator`, `technician_analyst` or `expert`; raises `ValueError` outside of 1-9."""
    for name, levels in GROUPS.items():
        if level in levels:
            return name
    raise ValueError(f"no KKNI level {level}")
