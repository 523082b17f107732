"""Look-ups of codes in reference data: unknown ones are refused with the nearest known ones.

Callers collect `FieldError`s for every bad code of a body, and raise once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import FieldError, Problem
from app.core.i18n import Text, pick
from app.core.problems.common import VALIDATION_FAILED
from app.data import loading
from app.models.taxonomy import Industry, Occupation, Region, Scheme, Skill
from app.schemas.common import CodeLabel

_NEAREST = text(
    """
    SELECT w.word, array_agg(n.ref ORDER BY n.distance) FROM unnest(:words) AS w(word)
    CROSS JOIN LATERAL (
        SELECT t.ref, min(t.term <-> w.word) AS distance FROM taxonomy_term t
        WHERE t.kind = :kind AND (t.term % w.word OR t.ref ILIKE w.word || '%' OR t.ref ILIKE left(w.word, 3) || '%')
        GROUP BY t.ref ORDER BY 2, 1 LIMIT 3
    ) n GROUP BY w.word
    """
).bindparams(bindparam("words", type_=ARRAY(TEXT)))


_HINTED = 5
"""Unknown codes of one list that get suggestions: each costs a search, and a body may hold hundreds."""


def raise_invalid(errors: Sequence[FieldError]) -> None:
    """Raise a 422 problem where there are `errors`."""
    if errors:
        raise Problem(VALIDATION_FAILED, {"count": len(errors)}, list(errors))


async def nearest(session: AsyncSession, kind: str, words: Iterable[str]) -> dict[str, list[str]]:
    """Up to three known codes near each of `words` (by label or by code)."""
    rows = await session.execute(_NEAREST, {"kind": kind, "words": sorted({word.lower()[:80] for word in words})})
    return {word: list(codes) for word, codes in rows}


async def unknown_errors(session: AsyncSession, kind: str, bad: Mapping[str, str]) -> list[FieldError]:
    """An `unknown_code` error for each pointer of `bad` (pointer -> unknown code), with suggestions."""
    if not bad:
        return []
    near = await nearest(session, kind, list(bad.values())[:_HINTED])
    errors = []
    for pointer, code in bad.items():
        hints = ", ".join(near.get(code.lower()[:80], []))
        message = Text(
            f"Kode {kind} '{code}' tidak dikenal." + (f" Mungkin: {hints}." if hints else ""),
            f"Unknown {kind} code '{code}'." + (f" Perhaps: {hints}." if hints else ""),
        )
        errors.append(FieldError(pointer, f"unknown_{kind}", str(message)))
    return errors


async def check_regions(session: AsyncSession, codes: Mapping[str, str | None]) -> list[FieldError]:
    """Errors for unknown regions in `codes` (pointer -> code)."""
    wanted = {pointer: code for pointer, code in codes.items() if code is not None}
    known = set(await session.scalars(select(Region.code).where(Region.code.in_(set(wanted.values())))))
    return await unknown_errors(session, "region", {p: c for p, c in wanted.items() if c not in known})


async def check_occupations(session: AsyncSession, codes: Mapping[str, str | None]) -> list[FieldError]:
    """Errors for unknown occupations in `codes` (pointer -> code)."""
    wanted = {pointer: code for pointer, code in codes.items() if code is not None}
    query = select(Occupation.code).where(Occupation.code.in_(set(wanted.values())), Occupation.level >= 4)  # noqa: PLR2004
    known = set(await session.scalars(query))
    return await unknown_errors(session, "occupation", {p: c for p, c in wanted.items() if c not in known})


async def check_industry(session: AsyncSession, edition: str | None, code: str | None) -> list[FieldError]:
    """Errors for an unknown industry, or for one half of it without the other."""
    if (edition is None) != (code is None):
        message = Text("Kode KBLI dan edisinya diisi bersama.", "A KBLI code and its edition come together.")
        return [FieldError("/industry_code", "incomplete", str(message))]
    if code is None or await session.scalar(
        select(func.count()).select_from(Industry).where(Industry.edition == edition, Industry.code == code)
    ):
        return []
    return await unknown_errors(session, "industry", {"/industry_code": code})


async def skill_ids(session: AsyncSession, codes: Mapping[str, str]) -> tuple[dict[str, int], list[FieldError]]:
    """Ids of skills by code, and errors for unknown ones (`codes`: pointer -> code)."""
    rows = await session.execute(select(Skill.code, Skill.id).where(Skill.code.in_(set(codes.values()))))
    known = dict(rows.all())
    return known, await unknown_errors(session, "skill", {p: c for p, c in codes.items() if c not in known})


async def scheme_ids(session: AsyncSession, codes: Mapping[str, str]) -> tuple[dict[str, int], list[FieldError]]:
    """Ids of certification schemes by code, and errors for unknown ones."""
    rows = await session.execute(select(Scheme.code, Scheme.id).where(Scheme.code.in_(set(codes.values()))))
    known = dict(rows.all())
    return known, await unknown_errors(session, "scheme", {p: c for p, c in codes.items() if c not in known})


async def region_labels(session: AsyncSession, codes: Iterable[str | None]) -> dict[str, CodeLabel]:
    """Regions with their names, by code."""
    wanted = {code for code in codes if code}
    rows = await session.execute(select(Region.code, Region.label).where(Region.code.in_(wanted)))
    return {code: CodeLabel(code=code, label=label) for code, label in rows}


async def occupation_labels(session: AsyncSession, codes: Iterable[str | None]) -> dict[str, CodeLabel]:
    """Occupations with their labels in the caller's language, by code."""
    wanted = {code for code in codes if code}
    rows = await session.execute(
        select(Occupation.code, Occupation.label_id, Occupation.label_en).where(Occupation.code.in_(wanted))
    )
    return {code: CodeLabel(code=code, label=pick(label, english)) for code, label, english in rows}


async def skill_labels(session: AsyncSession, ids: Iterable[int]) -> dict[int, CodeLabel]:
    """Skills with their labels, by id."""
    rows = await session.execute(
        select(Skill.id, Skill.code, Skill.label_id, Skill.label_en).where(Skill.id.in_(set(ids)))
    )
    return {key: CodeLabel(code=code, label=pick(label, english)) for key, code, label, english in rows}


async def scheme_labels(session: AsyncSession, ids: Iterable[int]) -> dict[int, CodeLabel]:
    """Certification schemes with their labels, by id."""
    rows = await session.execute(
        select(Scheme.id, Scheme.code, Scheme.label_id, Scheme.label_en).where(Scheme.id.in_(set(ids)))
    )
    return {key: CodeLabel(code=code, label=pick(label, english)) for key, code, label, english in rows}


@cache
def code_lists() -> dict[str, dict[str, tuple[str, str]]]:
    """The small code lists that ship with the package: list -> code -> (Indonesian, English) label."""
    lists: dict[str, Sequence[Any]] = {
        "education": loading.load_education(),
        "work_relation": loading.load_work_relations(),
        "work_arrangement": loading.load_work_arrangements(),
        "language": loading.load_languages(),
        "licence": loading.load_licences(),
        "accommodation": loading.load_accommodations(),
        "benefit": loading.load_benefits(),
    }
    return {name: {row.code: (row.label_id, row.label_en) for row in rows} for name, rows in lists.items()}


def small_label(name: str, code: str) -> CodeLabel:
    """A code of a small list with its label."""
    return CodeLabel(code=code, label=pick(*code_lists()[name].get(code, (code, code))))


def check_small(name: str, codes: Mapping[str, str | None]) -> list[FieldError]:
    """Errors for codes (pointer -> code) that the small list `name` does not hold; tells all that it holds."""
    known = code_lists()[name]
    listed = ", ".join(known)
    return [
        FieldError(
            pointer,
            f"unknown_{name}",
            str(Text(f"Kode '{code}' tidak dikenal. Pilihan: {listed}.", f"Unknown code '{code}'. One of: {listed}.")),
        )
        for pointer, code in codes.items()
        if code is not None and code not in known
    ]
