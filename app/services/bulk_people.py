"""Made talents: account, consents, profile, skills, education and experience, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.clock import JAKARTA
from app.domain.consents import Purpose, current_version
from app.services.bulk_rows import (
    as_hex,
    binary_copy,
    draw_skills,
    generator,
    make_ids,
    text_copy,
    zipf_weights,
)
from app.services.bulk_vacancies import TALENTS, World, floors

VISIBLE = 0.7
"""Share of the talents who consent to be found by employers."""

_FIRST = ("Adi", "Ayu", "Budi", "Citra", "Dewi", "Eko", "Fitri", "Gilang", "Hana", "Indra", "Joko", "Kartika",
          "Lestari", "Made", "Nur", "Putri", "Rizky", "Sari", "Tono", "Wulan")  # fmt: skip
_LAST = ("Hidayat", "Kusuma", "Lubis", "Maharani", "Nasution", "Pratama", "Purnama", "Rahman", "Santoso", "Saputra",
         "Siregar", "Susanto", "Utami", "Wibowo", "Wijaya")  # fmt: skip
_SCHOOLS = ("sma", "smk", "d3", "s1")
_EPOCH_2000 = 946_684_800
"""PostgreSQL counts microseconds from 2000-01-01 UTC."""

Part = tuple[str, tuple[str, ...], bytes, bool]
"""Table, columns, a COPY buffer, and whether that is binary."""


def talents(world: World, password_hash: str, chunk: int, first: int, count: int) -> Iterator[Part]:
    """Talents numbered from `first`, with 4 to 20 skills (12 on average) of the occupation that they have or had."""
    rng = generator(world.seed, TALENTS, chunk)
    raw = make_ids(rng, first, count)
    ids = as_hex(raw)
    at = world.now.isoformat()
    names = [
        f"{_FIRST[a]} {_LAST[b]}"
        for a, b in zip(
            rng.integers(0, len(_FIRST), count).tolist(), rng.integers(0, len(_LAST), count).tolist(), strict=True
        )
    ]
    visible: list[bool] = (rng.random(count) < VISIBLE).tolist()
    of = rng.choice(len(world.occupations), count, p=zipf_weights(len(world.occupations), 0.7))
    region = rng.integers(0, len(world.region_codes), count)
    yield (
        "user_account",
        ("id", "created_at", "updated_at", "version", "email", "password_hash", "display_name", "locale", "roles",
         "regions", "status"),
        text_copy(
            f"{key}\t{at}\t{at}\t1\ttalent-{world.seed}-{first + i}@bulk.example\t{password_hash}\t{names[i]}\tid"
            "\t{talent}\t{}\tactive"
            for i, key in enumerate(ids)
        ),
        False,
    )  # fmt: skip
    yield _consents(rng, ids, visible, at)
    yield _profiles(world, rng, ids, names, visible, of, region)
    yield _skills(world, rng, raw, first, of)
    yield _education(rng, ids, at)
    yield _experience(world, rng, ids, of, region)


def _consents(rng: np.random.Generator, ids: list[str], visible: list[bool], at: str) -> Part:
    rows = [(i, purpose) for i in range(len(ids)) for purpose in (Purpose.ACCOUNT, Purpose.PROFILE_PROCESSING)]
    rows += [(i, Purpose.VISIBLE_TO_EMPLOYERS) for i, found in enumerate(visible) if found]
    keys = as_hex(make_ids(rng, 0, len(rows)))
    lines = (
        f"{key}\t{at}\t{ids[i]}\t{purpose.value}\t{current_version(purpose)}"
        for key, (i, purpose) in zip(keys, rows, strict=True)
    )
    return "consent", ("id", "created_at", "user_id", "purpose", "text_version"), text_copy(lines), False


def _profiles(
    world: World, rng: np.random.Generator, ids: list[str], names: list[str], visible: list[bool],
    of: NDArray[np.int64], region: NDArray[np.int64],
) -> Part:  # fmt: skip
    count = len(ids)
    today = world.now.astimezone(JAKARTA).date()
    born = rng.integers(19 * 365, 55 * 365, count).tolist()
    pay = ((floors(world.region_codes)[region] * (0.8 + rng.gamma(1.0, 0.25, count))).astype(np.int64)).tolist()
    wants_pay = (rng.random(count) < 0.6).tolist()  # noqa: PLR2004  # share who name a minimum
    remote = (rng.random(count) < 0.5).tolist()  # noqa: PLR2004  # share open to remote work
    at = world.now.isoformat()
    places, jobs = region.tolist(), of.tolist()
    lines = (
        f"{ids[i]}\t{at}\t{at}\t1\t{names[i]}\t{today - timedelta(days=born[i])}\t{world.region_codes[places[i]]}"
        f"\t{world.occupations.titles[jobs[i]]}\t{{{world.occupations.units[jobs[i]]}}}"
        f"\t{{{world.region_codes[places[i]]}}}\t{{}}\t{'t' if remote[i] else 'f'}\tf"
        f"\t{pay[i] if wants_pay[i] else chr(92) + 'N'}\t{'t' if visible[i] else 'f'}"
        for i in range(count)
    )
    columns = (
        "id", "created_at", "updated_at", "version", "full_name", "birth_date", "region_code", "headline",
        "preferred_occupations", "preferred_regions", "preferred_relations", "open_to_remote", "first_job_seeker",
        "minimum_pay", "visible_to_employers",
    )  # fmt: skip
    return "talent_profile", columns, text_copy(lines), False


def _skills(world: World, rng: np.random.Generator, raw: NDArray[np.uint8], first: int, of: NDArray[np.int64]) -> Part:
    row, place = draw_skills(rng, world.occupations, of, 4 + rng.binomial(16, 0.5, len(of)))
    micros = (int(world.now.timestamp()) - _EPOCH_2000) * 1_000_000
    columns: dict[str, NDArray[Any]] = {
        "id": make_ids(rng, first, len(row)),
        "created_at": np.full(len(row), micros, dtype=">i8"),
        "profile_id": raw[row],
        "skill_id": world.occupations.skills[place].astype(">i4"),
        "level": rng.choice(np.array([1, 2, 3, 4], dtype=">i2"), len(row), p=[0.2, 0.4, 0.3, 0.1]),
        "evidence": np.where(rng.random(len(row)) < 0.9, b"declared", b"inferred"),  # noqa: PLR2004  # a share
    }
    return "profile_skill", tuple(columns), binary_copy(columns, len(row)), True


def _education(rng: np.random.Generator, ids: list[str], at: str) -> Part:
    keys = as_hex(make_ids(rng, 0, len(ids)))
    level = rng.choice(4, len(ids), p=[0.32, 0.35, 0.13, 0.2]).tolist()
    year = rng.integers(1995, 2025, len(ids)).tolist()
    lines = (
        f"{keys[i]}\t{at}\t{ids[i]}\t{_SCHOOLS[level[i]]}\tSekolah Contoh {level[i]}-{year[i] % 97}\t{year[i]}\tt"
        for i in range(len(ids))
    )
    columns = ("id", "created_at", "profile_id", "level", "institution", "end_year", "completed")
    return "profile_education", columns, text_copy(lines), False


def _experience(
    world: World, rng: np.random.Generator, ids: list[str], of: NDArray[np.int64], region: NDArray[np.int64]
) -> Part:
    """No job held for a fifth, else one to three, one after the other."""
    jobs = rng.choice(4, len(ids), p=[0.2, 0.4, 0.25, 0.15])
    owner = np.repeat(np.arange(len(ids)), jobs)
    keys = as_hex(make_ids(rng, 0, len(owner)))
    lasted = rng.integers(120, 1400, len(owner)).tolist()
    today = world.now.astimezone(JAKARTA).date()
    at = world.now.isoformat()
    lines = []
    end, before = today, -1
    for n, i in enumerate(owner.tolist()):
        end = today - timedelta(days=lasted[n] % 90) if i != before else end - timedelta(days=30)
        start = end - timedelta(days=lasted[n])
        lines.append(
            f"{keys[n]}\t{at}\t{ids[i]}\t{world.occupations.units[of[i]]}\t{world.occupations.titles[of[i]]}"
            f"\tPT Contoh {lasted[n]}\t{world.region_codes[region[i]]}\t{start}\t{end}"
        )
        end, before = start, i
    columns = (
        "id", "created_at", "profile_id", "occupation_code", "title", "employer_name", "region_code", "start_date",
        "end_date",
    )  # fmt: skip
    return "profile_experience", columns, text_copy(lines) if lines else b"", False
