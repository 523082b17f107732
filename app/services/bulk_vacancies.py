"""Made employers and their published vacancies, chunk by chunk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.clock import JAKARTA
from app.data import loading
from app.services.bulk_rows import (
    Ids,
    Occupations,
    as_hex,
    binary_copy,
    draw_skills,
    generator,
    make_ids,
    text_copy,
    zipf_weights,
)

EMPLOYERS, VACANCIES, TALENTS, OCCUPATIONS = range(4)
"""Kinds of rows, each with randomness of its own."""

Copy = tuple[tuple[str, ...], bytes]
"""Columns, and a COPY buffer of rows."""

_DAY = 86_400
_NULL = "\\N"
_SIZES = ("micro", "small", "medium", "large")
_ARRANGEMENTS = ("onsite", "hybrid", "remote")
_RELATIONS = ("pkwtt", "pkwt_time", "outsourced", "internship", "freelance")
_EDUCATION = ("sma", "smk", "d3", "s1", _NULL)
_COLUMNS = (
    "id", "created_at", "updated_at", "version", "organization_id", "status", "title", "description", "occupation_code",
    "industry_edition", "industry_code", "openings", "filled_count", "valid_from", "valid_until", "published_at",
    "region_code", "work_arrangement", "work_relation", "contract_months", "probation_months", "placement_scope",
    "placement_fee", "pay_currency", "pay_minimum", "pay_maximum", "pay_period", "pay_shown", "pay_monthly_minimum",
    "pay_monthly_maximum", "education_minimum", "experience_years", "languages", "required_licences",
    "accommodations", "benefits", "documents", "application_method", "last_confirmed_at", "verified_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """What made records are drawn from; labels are escaped for COPY."""

    seed: int
    now: datetime
    occupations: Occupations
    region_codes: list[str]
    region_labels: list[str]
    industries: list[tuple[str, str]]
    schemes: NDArray[Any]


@dataclass(frozen=True, slots=True)
class MadeVacancies:
    """COPY buffers of one chunk."""

    columns: tuple[str, ...]
    rows: bytes
    skills: Copy
    certificates: Copy
    skill_count: int


def employers(world: World, count: int) -> Copy:
    """Verified employers in every region. Business ids begin at a number that belongs to the seed."""
    rng = generator(world.seed, EMPLOYERS, 0)
    ids = as_hex(make_ids(rng, 0, count))
    begin = int.from_bytes(hashlib.sha256(f"bulk:{world.seed}".encode()).digest()[:8], "big") % (10**12 - count)
    region = rng.integers(0, len(world.region_codes), count).tolist()
    industry = rng.integers(0, len(world.industries), count).tolist()
    size = rng.choice(4, count, p=[0.45, 0.3, 0.17, 0.08]).tolist()
    heads = (np.array([4, 30, 90, 400])[size] + rng.integers(0, 15, count)).tolist()
    at = world.now.isoformat()
    lines = [
        f"{ids[i]}\t{at}\t{at}\t1\temployer\tPT Contoh Karya {world.seed}-{i + 1}\tcompany\t{_SIZES[size[i]]}"
        f"\tprivate\t{heads[i]}\t9{begin + i:012d}\t{world.region_codes[region[i]]}"
        f"\t{world.industries[industry[i]][0]}\t{world.industries[industry[i]][1]}\tverified\t{at}"
        for i in range(count)
    ]
    columns = (
        "id", "created_at", "updated_at", "version", "kind", "name", "legal_form", "size_class", "ownership",
        "head_count", "nib", "region_code", "industry_edition", "industry_code", "status", "verified_at",
    )  # fmt: skip
    return columns, text_copy(lines)


def vacancies(world: World, owners: Ids, chunk: int, first: int, count: int) -> MadeVacancies:
    """Published vacancies numbered from `first`, each asking for 4 to 12 skills of its occupation, 8 on average."""
    rng = generator(world.seed, VACANCIES, chunk)
    ids = make_ids(rng, first, count)
    occupations = world.occupations
    of = rng.choice(len(occupations), count, p=zipf_weights(len(occupations), 0.7))
    row, place = draw_skills(rng, occupations, of, 4 + rng.binomial(8, 0.5, count))
    level = rng.choice(np.array([1, 2, 3, 4], dtype=">i2"), len(row), p=[0.15, 0.45, 0.3, 0.1])
    skills = binary_copy(
        {
            "vacancy_id": ids[row],
            "skill_id": occupations.skills[place].astype(">i4"),
            "level": level,
            "essential": occupations.essential[place],
        },
        len(row),
    )
    return MadeVacancies(
        _COLUMNS,
        text_copy(_lines(world, rng, as_hex(ids), as_hex(owners), of)),
        (("vacancy_id", "skill_id", "level", "essential"), skills),
        _certificates(world, rng, ids),
        len(row),
    )


def _certificates(world: World, rng: np.random.Generator, ids: Ids) -> Copy:
    """One certificate for 8 % of the vacancies, mandatory for 3 % of all."""
    share = rng.random(len(ids))
    asked = np.flatnonzero(share < (0.08 if len(world.schemes) else 0.0))
    columns = {
        "vacancy_id": ids[asked],
        "scheme_id": rng.choice(world.schemes, len(asked)) if len(asked) else np.zeros(0, dtype=">i4"),
        "mandatory": share[asked] < 0.03,  # noqa: PLR2004  # the share that the docstring states
        "alternative_group": np.zeros(len(asked), dtype=">i2"),
    }
    return tuple(columns), binary_copy(columns, len(asked))


def floors(region_codes: list[str]) -> NDArray[np.int64]:
    """The minimum wage of each region's province in rupiah a month, of the last year that is known."""
    wages: dict[str, int] = {}
    for record in sorted(loading.load_minimum_wages(), key=lambda record: record.year):
        wages[record.province_code] = record.amount
    lowest = min(wages.values())
    return np.array([wages.get(code[:2], lowest) for code in region_codes], dtype=np.int64)


def _lines(
    world: World, rng: np.random.Generator, ids: list[str], owners: list[str], of: NDArray[np.int64]
) -> list[str]:
    count = len(ids)
    region = rng.integers(0, len(world.region_codes), count)
    floor = floors(world.region_codes)[region]
    low = (floor * (1 + rng.gamma(1.2, 0.25, count)) / 50_000).astype(np.int64) * 50_000 + 50_000
    high = low + rng.integers(0, 12, count) * 250_000
    shown = rng.random(count) < 0.85  # noqa: PLR2004  # share of adverts that show their pay
    owner = rng.choice(len(owners), count, p=zipf_weights(len(owners), 0.6))
    industry = rng.integers(0, len(world.industries), count)
    relation = rng.choice(len(_RELATIONS), count, p=[0.4, 0.42, 0.08, 0.05, 0.05])
    months = rng.choice([6, 12, 24], count)
    arrangement = rng.choice(len(_ARRANGEMENTS), count, p=[0.8, 0.1, 0.1])
    education = rng.choice(len(_EDUCATION), count, p=[0.25, 0.3, 0.1, 0.2, 0.15])
    years = rng.choice(6, count, p=[0.4, 0.2, 0.15, 0.12, 0.08, 0.05])
    openings = 1 + rng.geometric(0.5, count)
    ago = rng.integers(60, 30 * _DAY, count)
    until = rng.integers(15, 120, count)
    today = world.now.astimezone(JAKARTA).date()
    ends = [str(today + timedelta(days=days)) for days in range(120)]
    lines = []
    for i, o, r, w, hi, s, e, n, rel, m, a, ed, y, op, t, u in zip(
        range(count), of.tolist(), region.tolist(), low.tolist(), high.tolist(), shown.tolist(), owner.tolist(),
        industry.tolist(), relation.tolist(), months.tolist(), arrangement.tolist(), education.tolist(),
        years.tolist(), openings.tolist(), ago.tolist(), until.tolist(), strict=True,
    ):  # fmt: skip
        published = world.now - timedelta(seconds=t)
        at = published.isoformat()
        name, edition_code = _RELATIONS[rel], world.industries[n]
        title, place = world.occupations.titles[o], world.region_labels[r]
        lines.append(
            f"{ids[i]}\t{at}\t{at}\t1\t{owners[e]}\tpublished\t{title}"
            f"\tLowongan {title} di {place}, dibuat untuk uji beban. Keterampilan yang diminta tercantum di bawah."
            f"\t{world.occupations.units[o]}\t{edition_code[0]}\t{edition_code[1]}\t{op}\t0"
            f"\t{published.astimezone(JAKARTA).date()}\t{ends[u]}\t{at}\t{world.region_codes[r]}\t{_ARRANGEMENTS[a]}"
            f"\t{name}\t{m if name == 'pkwt_time' else _NULL}\t{3 if name == 'pkwtt' else _NULL}\takl\t0\tIDR"
            f"\t{w}\t{hi}\tmonth\t{'t' if s else 'f'}\t{w}\t{hi}\t{_EDUCATION[ed]}\t{y or _NULL}"
            f"\t[]\t{{}}\t{{}}\t{{}}\t{{}}\thub\t{at}\t{at}"
        )
    return lines
