"""How fast reference data is found: the look-up of skills by prefix, typo, alias and several words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from sqlalchemy import func, select

from app.core.db import Database
from app.core.kit import Kit
from app.models.taxonomy import TaxonomyTerm
from app.services import taxonomy

QUERIES = 100
_PAGE = 20


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds that queries of one kind took, the queries to the database for the entries included."""

    kind: str
    p50: float
    p95: float
    worst: float


async def measure(database: Database, kit: Kit, seed: int = 1) -> list[Timing]:
    """Time `QUERIES` look-ups of each kind over the skills of `database`; the first build of the index is not counted.

    Raises `ValueError` for a database without skills.
    """
    async with database.read() as session:
        picked = select(TaxonomyTerm.term).where(TaxonomyTerm.kind == "skill").order_by(func.md5(TaxonomyTerm.term))
        terms = list(await session.scalars(picked.limit(QUERIES * 3)))
    if not terms:
        message = "there are no skills to look up"
        raise ValueError(message)
    await _time(database, kit, terms[:1])
    timings = []
    for kind, queries in _queries(terms, np.random.default_rng(seed)).items():
        took = await _time(database, kit, queries)
        p50, p95, worst = np.percentile(took, [50, 95, 100]).tolist()
        timings.append(Timing(kind, round(p50, 2), round(p95, 2), round(worst, 2)))
    return timings


def _queries(terms: Sequence[str], rng: np.random.Generator) -> dict[str, list[str]]:
    """Queries of each kind, made of labels and aliases."""
    some = terms[:QUERIES]
    return {
        "one letter": [term[:1] for term in some],
        "three letters": [term[:3] for term in some],
        "prefix": [term[:6] for term in some],
        "whole": list(some),
        "typo": [_mistyped(term, rng) for term in some],
        "word": [max(term.split(), key=len) for term in some],
        "two words": [" ".join(term.split()[-2:]) for term in some],
        "long": [" ".join(terms[at : at + 3])[:80] for at in range(len(some))],
    }


def _mistyped(term: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(1, max(2, len(term) - 1)))
    return term[:at] + term[at + 1 :] or term


async def _time(database: Database, kit: Kit, queries: Sequence[str]) -> list[float]:
    took = []
    for query in queries:
        async with database.read() as session:
            began = perf_counter()
            await taxonomy.find(session, kit, "skill", query, {"kind": None}, _PAGE, None)
            took.append((perf_counter() - began) * 1000)
    return took
