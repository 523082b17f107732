"""SKKNI units of competency: `skkni_units.csv` with kode_unit and judul_unit.

Units are added and corrected, never retired: a superseded unit stays what certificates were issued for, and the table
has no status. A unit that ships with the package keeps its own titles; where the source has no English, the Indonesian
title stands in.
"""

from __future__ import annotations

from app.domain.errors import InvalidIdentifier
from app.domain.identifiers import parse_skkni
from app.services.taxonomy_sources.bundle import Bundle
from app.services.taxonomy_sources.report import Progress
from app.services.taxonomy_sources.store import Incoming, Row

SOURCE = "skkni"


def read(bundle: Bundle, progress: Progress) -> Incoming:
    """The units; bad lines are noted in `bundle`."""
    name = bundle.need("skkni_units.csv", "skkni*.csv")
    out = Incoming()
    for line in bundle.lines(name, ("kode_unit", "judul_unit")):
        if line is None:
            continue
        try:
            code = parse_skkni(line["kode_unit"]).code
        except InvalidIdentifier:
            bundle.bad(name, line.number, f"{line['kode_unit']!r} is no SKKNI unit")
            continue
        title = " ".join(line["judul_unit"].split())
        if (code,) in out.rows:
            bundle.bad(name, line.number, f"{code} is there twice")
        elif not title:
            bundle.bad(name, line.number, f"{code} has no title")
        else:
            out.rows[(code,)] = {"code": code, "title_id": title, "title_en": title}
    progress(name, len(out.rows), len(out.rows))
    return out


def merge(old: Row, new: Row, *, owned: bool) -> Row:
    """An own unit follows the source, and so does its English title while nobody translated it."""
    if not owned:
        return old
    english = old["title_en"] if old["title_en"] != old["title_id"] else new["title_id"]
    return old | {"title_id": new["title_id"], "title_en": english}
