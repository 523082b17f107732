"""KBLI, the Indonesian classification of industries: `kbli2020.csv` with kategori, digit, kode, judul, deskripsi.

The year in the file's name is the edition: sections moved between editions, so it is part of each key.
"""

from __future__ import annotations

import re
from typing import Any

from app.services.taxonomy_sources.bundle import Bundle, BundleError
from app.services.taxonomy_sources.report import Progress
from app.services.taxonomy_sources.store import Incoming, Row

SOURCE = "kbli"
COLUMNS = ("edition", "code", "parent_code", "section", "label_id", "label_en", "status", "replaced_by")
_CODE = re.compile(r"[A-V]|\d{2,5}")
_SECTION = re.compile(r"[A-V]")
_DIVISION = 2


def read(bundle: Bundle, progress: Progress) -> tuple[Incoming, str]:
    """The industries and the edition; bad lines are noted in `bundle`."""
    name = bundle.need("kbli[0-9][0-9][0-9][0-9].csv")
    edition = name[-len("2020.csv") :][:4]
    if not edition.isdecimal():
        message = f"{name}: the edition must be in the name, as in kbli2020.csv"
        raise BundleError(message)
    out = Incoming()
    for line in bundle.lines(name, ("kategori", "digit", "kode", "judul")):
        if line is None:
            out.complete = False
            continue
        code, section = line["kode"], line["kategori"]
        place = (edition, code)
        if not _CODE.fullmatch(code):
            bundle.bad(name, line.number, f"{code!r} is no KBLI code")
            out.complete = False
        elif place in out.rows:
            bundle.bad(name, line.number, f"{code} is there twice")
        elif not _SECTION.fullmatch(section) or line["digit"] != str(len(code)) or not line["judul"]:
            bundle.bad(name, line.number, f"{code}: section, number of digits or title is wrong or missing")
            out.spared.add(place)
        else:
            out.rows[place] = _row(edition, code, section, " ".join(line["judul"].split()))
    progress(name, len(out.rows), len(out.rows))
    return out, edition


def _row(edition: str, code: str, section: str, title: str) -> Row:
    parent: str | None = code[:-1]
    if len(code) <= _DIVISION:
        parent = section if code != section else None
    return {
        "edition": edition, "code": code, "parent_code": parent, "section": section, "label_id": title,
        "label_en": "", "status": "active", "replaced_by": None,
    }  # fmt: skip


def merge(old: Row, new: Row, *, owned: bool) -> Row:
    """The classification decides section and parent. Labels made by hand stay; an own one follows the source.

    KBLI has no English: a label that is the same in both languages is untranslated, and follows the Indonesian.
    """
    place: dict[str, Any] = {"parent_code": new["parent_code"], "section": new["section"]}
    if not owned:
        return old | place
    english = old["label_en"] if old["label_en"] != old["label_id"] else new["label_id"]
    return old | place | {
        "label_id": new["label_id"], "label_en": english, "status": "active", "replaced_by": None,
    }  # fmt: skip
