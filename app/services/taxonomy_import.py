"""Imports of reference data: what ships with the package (`import_shipped`), and official classifications.

Each official source is read by its module of `taxonomy_sources`; what happens where two sources describe the same
code is written there (`occupations` for KBJI codes, `kbli.merge`, `skkni.merge`). For all of them:

* one transaction, the caller's; imports wait for each other;
* a second import of the same bundle changes nothing, and then no release is made;
* codes that the source no longer has are retired, never deleted, and point at the one new code of the same label;
* lines that cannot be used are skipped and reported with their number. A row is not retired because its line is bad.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.models.base import Base
from app.models.taxonomy import (
    CompetencyUnit,
    Industry,
    Occupation,
    OccupationSkill,
    Skill,
    SkillRelation,
    TaxonomyRelease,
)
from app.services.skill_neighbours import refresh_neighbours
from app.services.taxonomy_shipped import SHIPPED, current_version, import_shipped, skill_ids_of, upsert
from app.services.taxonomy_sources import esco, kbji, kbli, occupations, skkni
from app.services.taxonomy_sources.bundle import Bundle, BundleError
from app.services.taxonomy_sources.report import BadLine, Counts, Progress, Report
from app.services.taxonomy_sources.store import (
    Incoming,
    Key,
    Row,
    Rules,
    apply,
    apply_links,
    exclusively,
    existing,
    refresh_terms,
)
from app.services.taxonomy_sources.terms import normalise, terms_of

__all__ = [
    "SHIPPED", "BadLine", "BundleError", "Counts", "Report", "current_version", "import_shipped", "import_source",
    "normalise", "skill_ids_of", "terms_of", "upsert",
]  # fmt: skip

_VERSION = re.compile(r"(?<!\d)v?(\d+\.\d+(?:\.\d+)?)(?!\d)")
_SKILL_COLUMNS = (
    "source", "kind", "label_id", "label_en", "aliases_id", "aliases_en", "description", "status", "replaced_by",
)  # fmt: skip


async def import_source(session: AsyncSession, source: str, path: Path, progress: Progress) -> Report:
    """Import the bundle of `source` (esco, kbji, kbli, skkni) at `path`: a folder, a zip or a file.

    Raises `BundleError` where the bundle as a whole cannot be used; nothing is written then.
    """
    importers = {"esco": _import_esco, "kbji": _import_kbji, "kbli": _import_kbli, "skkni": _import_skkni}
    if source not in importers:
        message = f"unknown source {source!r}; known are {', '.join(importers)}"
        raise BundleError(message)
    bundle = Bundle(path)
    await exclusively(session)
    release = TaxonomyRelease(source=source, version="", content_hash="", imported_at=clock.now(), report={})
    session.add(release)
    await session.flush()
    report = Report(source, "", {}, bundle.bad_lines)
    report.version = await importers[source](session, bundle, release.id, report, progress) or bundle.content_hash[:12]
    if report.touched:
        release.version, release.content_hash = report.version, bundle.content_hash
        release.report = report.as_json()
        if source == "esco":
            progress("neighbours", 0, 1)
            await refresh_neighbours(session)
            progress("neighbours", 1, 1)
    else:
        await session.execute(delete(TaxonomyRelease).where(TaxonomyRelease.id == release.id))
        session.expunge(release)
    await session.flush()
    report.bad_lines.sort()
    return report


def _with_labels(row: Row) -> Row:
    """A new row with both labels: the one that is missing is the other."""
    return row | {"label_id": row["label_id"] or row["label_en"], "label_en": row["label_en"] or row["label_id"]}


def _merge_skill(old: Row, new: Row) -> Row:
    """ESCO's skills are ESCO's alone; a translation stays where a later bundle has none."""
    translated = old["label_id"] != old["label_en"]
    return {
        **old,
        **new,
        "label_id": new["label_id"] or (old["label_id"] if translated else new["label_en"]),
        "aliases_id": new["aliases_id"] or old["aliases_id"],
    }


async def _import_esco(
    session: AsyncSession, bundle: Bundle, release: int, report: Report, progress: Progress
) -> str | None:
    read = esco.read(bundle, progress)
    rules = Rules(("code",), _merge_skill, _with_labels, lambda row: row["source"] == esco.SOURCE, "label_en")
    there = await existing(session, Skill, ("code",), _SKILL_COLUMNS)
    report.tables["skill"], written = await apply(session, Skill, read.skills, there, release, rules)
    progress("skills", len(read.skills.rows), len(read.skills.rows))
    findable = [row for row in written if row["kind"] != "group"]
    await refresh_terms(session, "skill", lambda row: str(row["code"]), findable, "en")
    progress("search terms", len(findable), len(findable))
    await _write_occupations(session, read.occupations, release, report, esco.SOURCE)
    await _write_esco_links(session, read, report)
    progress("links", len(read.asked), len(read.asked))
    found = _VERSION.search(bundle.path.name)
    return found[1] if found else None


async def _write_esco_links(session: AsyncSession, read: esco.EscoBundle, report: Report) -> None:
    ids = await skill_ids_of(session, esco.SOURCE)
    own = set(ids.values())
    wanted = {(ids[a], "broader", ids[b]) for a, b in read.broader}
    wanted |= {(ids[a], "related", ids[b]) for a, b in read.related or ()}
    drawn = await session.execute(select(SkillRelation.source_id, SkillRelation.kind, SkillRelation.target_id))
    there: set[Key] = {
        (a, kind, b)
        for a, kind, b in drawn
        if a in own and b in own and (kind == "broader" or read.related is not None)
    }
    report.tables["skill_relation"] = await apply_links(
        session, SkillRelation, ("source_id", "kind", "target_id"), wanted, there, complete=read.links_complete
    )
    asked = await session.execute(
        select(OccupationSkill.occupation_code, OccupationSkill.skill_id, OccupationSkill.essential).where(
            OccupationSkill.occupation_code.startswith("ESCO-", autoescape=True)
        )
    )
    report.tables["occupation_skill"] = await apply_links(
        session,
        OccupationSkill,
        ("occupation_code", "skill_id", "essential"),
        {(code, ids[skill], essential) for (code, skill), essential in read.asked.items()},
        {tuple(row) for row in asked},
        complete=read.links_complete,
    )


async def _write_occupations(
    session: AsyncSession, incoming: Incoming, release: int, report: Report, source: str
) -> None:
    there = await existing(session, Occupation, ("code",), occupations.COLUMNS)
    for row in incoming.rows.values():
        parent = row["parent_code"]
        if (parent,) not in incoming.rows and (parent,) not in there:
            row["parent_code"] = None
    label, language = ("label_en", "en") if source == esco.SOURCE else ("label_id", "id")
    rules = Rules(("code",), occupations.merger(source), _with_labels, lambda row: row["source"] == source, label)
    counts, written = await apply(session, Occupation, incoming, there, release, rules)
    report.tables["occupation"] = counts
    await refresh_terms(session, "occupation", lambda row: str(row["code"]), written, language)


async def _import_kbji(
    session: AsyncSession, bundle: Bundle, release: int, report: Report, progress: Progress
) -> str | None:
    known = set(await session.scalars(select(Occupation.code)))
    incoming, edition = kbji.read(bundle, progress, known)
    await _write_occupations(session, incoming, release, report, kbji.SOURCE)
    return edition


async def _releases_of(session: AsyncSession, source: str) -> Callable[[Row], bool]:
    """Whether a row came with a release of `source`: for tables without a column that says so."""
    releases = set(await session.scalars(select(TaxonomyRelease.id).where(TaxonomyRelease.source == source)))
    return lambda row: row["release_id"] in releases


async def _import_kbli(
    session: AsyncSession, bundle: Bundle, release: int, report: Report, progress: Progress
) -> str | None:
    incoming, edition = kbli.read(bundle, progress)
    every = await existing(session, Industry, ("edition", "code"), kbli.COLUMNS)
    there = {key: row for key, row in every.items() if row["edition"] == edition}
    written = await _write_by_release(session, Industry, incoming, there, release, report, kbli.SOURCE)
    await refresh_terms(session, "industry", lambda row: f"{row['edition']}:{row['code']}", written, "id")
    return edition


async def _import_skkni(
    session: AsyncSession, bundle: Bundle, release: int, report: Report, progress: Progress
) -> str | None:
    incoming = skkni.read(bundle, progress)
    there = await existing(session, CompetencyUnit, ("code",), ("title_id", "title_en"))
    await _write_by_release(session, CompetencyUnit, incoming, there, release, report, skkni.SOURCE)
    return None


async def _write_by_release(
    session: AsyncSession, model: type[Base], incoming: Incoming, there: Mapping[Key, Row], release: int,
    report: Report, source: str,
) -> list[Row]:  # fmt: skip
    owned = await _releases_of(session, source)
    industries = model is Industry
    rules = Rules(
        key=("edition", "code") if industries else ("code",),
        merge=partial(_merge_owned, kbli.merge if industries else skkni.merge, owned),
        complete=_with_labels if industries else dict,
        owned=owned,
        label="label_id" if industries else None,
    )
    report.tables[model.__tablename__], written = await apply(session, model, incoming, there, release, rules)
    return written


def _merge_owned(merge: Callable[..., Row], owned: Callable[[Row], bool], old: Row, new: Row) -> Row:
    return merge(old, new, owned=owned(old))
