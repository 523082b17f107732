"""What a vacancy can pay: idf, the shares of its factors and items, and the credit of each simple factor."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.model import (
    DEFAULT,
    MILLION,
    AskedSkill,
    Parameters,
    TalentFacts,
    VacancyFacts,
    occupation_number,
)


def largest_remainder(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split ``total`` in proportion to non-negative integer ``weights`` (Hamilton's method), exactly.

    The parts sum to ``total``; equal remainders are served in the order of the list. All weights 0 is refused
    (``ValueError``), except for an empty list with total 0.
    """
    whole = sum(weights)
    if whole == 0:
        if total == 0:
            return (0,) * len(weights)
        msg = "weights sum to 0"
        raise ValueError(msg)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def idf_micro(n: int, df: int) -> int:
    """Return ``ln(1 + (n - df + 1/2) / (df + 1/2))`` in millionths, at least 1.

    Quantised once, so that plain Python and NumPy go on with the same integers. A table older than a change
    may see ``df > n``; the count is then taken as n.
    """
    df = min(df, n)
    return max(1, round(MILLION * math.log1p((n - df + 0.5) / (df + 0.5))))


@dataclass(frozen=True, slots=True, eq=False)
class IdfTable:
    """Rarity of skills over the live vacancies, one version.

    ``df``: vacancies that ask for the skill, by skill id. ``median``: median over the vacancies that state
    skills of their sum of importance x idf (per mille x millionths); an advert's ``unspecified`` weight is
    kappa times it.
    """

    version: str
    n: int
    df: NDArray[np.int64]
    median: int
    micro: NDArray[np.int64]
    unseen: int

    @classmethod
    def of_counts(cls, version: str, n: int, df: Mapping[int, int] | NDArray[np.int64], median: int = 0) -> "IdfTable":
        """Make a table from counts; ``median`` as described for the class."""
        if isinstance(df, np.ndarray):
            counts = df.astype(np.int64)
        else:
            counts = np.zeros(max(df, default=-1) + 1, np.int64)
            for skill, count in df.items():
                counts[skill] = count
        values, inverse = np.unique(counts, return_inverse=True)
        micro = np.array([idf_micro(n, int(value)) for value in values], np.int64)[inverse]
        return cls(version, n, counts, median, micro, idf_micro(n, 0))

    @classmethod
    def of_vacancies(
        cls, version: str, vacancies: Iterable[VacancyFacts], parameters: Parameters = DEFAULT
    ) -> "IdfTable":
        """Count ``vacancies`` (the live ones)."""
        asked = [vacancy.skills for vacancy in vacancies]
        counts = Counter(item.skill for skills in asked for item in skills)
        table = cls.of_counts(version, len(asked), counts)
        sums = [sum(skill_weights(skills_of, table, parameters)) for skills_of in asked if skills_of]
        return cls.of_counts(version, len(asked), counts, median_of(np.array(sums, np.int64)))

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "IdfTable":
        """Restore what ``dump`` wrote."""
        counts = {int(skill): int(count) for skill, count in data["df"].items()}
        return cls.of_counts(str(data["version"]), int(data["n"]), counts, int(data["median"]))

    def dump(self) -> dict[str, Any]:
        """Return the table as plain JSON data: version, n, median, and df of the skills that occur."""
        seen = np.flatnonzero(self.df)
        df = {str(skill): int(self.df[skill]) for skill in seen.tolist()}
        return {"version": self.version, "n": self.n, "median": self.median, "df": df}

    def weight(self, skill: int) -> int:
        """Return the idf of ``skill`` in millionths."""
        return int(self.micro[skill]) if skill < len(self.micro) else self.unseen

    def of_skills(self, skills: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return the idf (millionths) of every skill of an array."""
        inside = skills < len(self.micro)
        out = np.full(len(skills), self.unseen, np.int64)
        out[inside] = self.micro[skills[inside]]
        return out


def median_of(sums: NDArray[np.int64]) -> int:
    """Return the median of ``sums``, the mean of the middle two rounded down; 0 for none."""
    if not len(sums):
        return 0
    ordered = np.sort(sums)
    return (int(ordered[(len(sums) - 1) // 2]) + int(ordered[len(sums) // 2])) // 2


def skill_weights(skills: Sequence[AskedSkill], idf: IdfTable, parameters: Parameters = DEFAULT) -> list[int]:
    """Return importance x idf of each asked skill (per mille x millionths)."""
    return [
        (parameters.essential if asked.essential else parameters.preferred) * idf.weight(asked.skill)
        for asked in skills
    ]


def unspecified_weight(idf: IdfTable, parameters: Parameters = DEFAULT) -> int:
    """Return the weight of what is unsaid: kappa x the median sum, in the unit of ``skill_weights``."""
    return parameters.kappa * idf.median // 1000


@dataclass(frozen=True, slots=True)
class VacancyPoints:
    """Points (ppm) of each item of a vacancy; they sum to 1,000,000.

    ``skills`` and ``certificates`` go with the vacancy's lists of the same names.
    """

    skills: tuple[int, ...]
    unspecified: int
    certificates: tuple[int, ...]
    experience: int
    education: int
    location: int
    salary: int


def factor_points(
    *, certificates: bool, experience: bool, education: bool, salary: bool, parameters: Parameters = DEFAULT
) -> tuple[int, int, int, int, int, int]:
    """Split 1,000,000 over the factors that a vacancy states; skills and location are always there.

    Returns the points of skills, experience, certificates, education, location, salary.
    """
    weights = parameters.weights
    return largest_remainder(  # type: ignore[return-value]  # six weights in, six parts out
        MILLION,
        (
            weights.skills,
            weights.experience * experience,
            weights.certificates * certificates,
            weights.education * education,
            weights.location,
            weights.salary * salary,
        ),
    )


def points(vacancy: VacancyFacts, idf: IdfTable, parameters: Parameters = DEFAULT) -> VacancyPoints:
    """Return what each item of ``vacancy`` can pay under ``idf``.

    An advert without skills keeps the factor: all of it is ``unspecified``, shown and never paid.
    """
    skills, experience, certificates, education, location, salary = factor_points(
        certificates=bool(vacancy.preferred_certificates),
        experience=vacancy.experience_months > 0,
        education=vacancy.education > 0,
        salary=vacancy.pay is not None,
        parameters=parameters,
    )
    weights = skill_weights(vacancy.skills, idf, parameters)
    *asked, unspecified = (
        largest_remainder(skills, [*weights, unspecified_weight(idf, parameters)]) if weights else (skills,)
    )
    shares = largest_remainder(certificates, [1] * len(vacancy.preferred_certificates))
    return VacancyPoints(tuple(asked), unspecified, shares, experience, education, location, salary)


def share(part: int, whole: int) -> int:
    """Return ``min(part, whole) / whole`` in ppm, rounded down."""
    return min(part, whole) * MILLION // whole


def experience_rate(held: str, asked: str | None, parameters: Parameters = DEFAULT) -> int:
    """Return how much (ppm) of the time in occupation ``held`` counts for ``asked`` (KBJI codes).

    All of it in the same unit group (4 digits) or where the vacancy names no occupation, ``same_minor_group``
    in the same minor group (3 digits), else nothing.
    """
    if asked is None:
        return MILLION
    mine, theirs = occupation_number(held) // 100, occupation_number(asked) // 100
    if mine == theirs:
        return MILLION
    return parameters.same_minor_group if mine // 10 == theirs // 10 else 0


def related_months(talent: TalentFacts, occupation: str | None, parameters: Parameters = DEFAULT) -> int:
    """Return the months of experience that count for ``occupation``; each entry is rounded down."""
    return sum(
        item.months * experience_rate(item.occupation, occupation, parameters) // MILLION for item in talent.experience
    )


def location_credit(talent: TalentFacts, vacancy: VacancyFacts, parameters: Parameters = DEFAULT) -> int:
    """Return all for remote or the same regency, ``same_province`` for the same province, else 0 (ppm)."""
    if vacancy.remote or vacancy.regency in talent.regencies:
        return MILLION
    return parameters.same_province if vacancy.province in talent.all_provinces else 0


def pay_credit(pay: int, minimum: int | None, parameters: Parameters = DEFAULT) -> int:
    """Return all (ppm) where ``pay`` reaches ``minimum``, in a line to 0 at ``pay_slope`` below it."""
    if not minimum:
        return MILLION
    floor = minimum * (1000 - parameters.pay_slope)
    return max(0, share(pay * 1000 - floor, minimum * 1000 - floor))
