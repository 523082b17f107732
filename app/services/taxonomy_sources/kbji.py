"""KBJI, the Indonesian classification of occupations: `kbji2014.csv` with digit, kode, judul, deskripsi."""

from __future__ import annotations

import re
from collections.abc import Container

from app.services.taxonomy_sources.bundle import Bundle
from app.services.taxonomy_sources.report import Progress
from app.services.taxonomy_sources.store import Incoming, Row

SOURCE = "kbji"
_CODE = re.compile(r"\d{1,4}|\d{4}\.\d{2}")
_UNIT = 4
_BELOW = 5


def read(bundle: Bundle, progress: Progress, known: Container[str]) -> tuple[Incoming, str]:
    """The occupations and the edition; bad lines are noted in `bundle`. `known` are codes that are there already."""
    name = bundle.need("kbji*.csv", "*.csv")
    out = Incoming()
    numbers: dict[str, int] = {}
    for line in bundle.lines(name, ("digit", "kode", "judul", "deskripsi")):
        if line is None:
            out.complete = False
            continue
        code = line["kode"]
        if not _CODE.fullmatch(code):
            bundle.bad(name, line.number, f"{code!r} is no KBJI code")
            out.complete = False
        elif line["digit"] != str(len(code.replace(".", ""))):
            bundle.bad(name, line.number, f"{code} has not {line['digit'] or 'no'} digits")
            out.spared.add((code,))
        elif (code,) in out.rows:
            bundle.bad(name, line.number, f"{code} is there twice")
        elif not line["judul"]:
            bundle.bad(name, line.number, f"{code} has no title")
            out.spared.add((code,))
        else:
            numbers[code] = line.number
            out.rows[(code,)] = _row(code, " ".join(line["judul"].split()), line["deskripsi"])
    _without_orphans(bundle, name, out, numbers, known)
    progress(name, len(out.rows), len(out.rows))
    year = re.search(r"(\d{4})\.csv$", name)
    return out, year[1] if year else ""


def _row(code: str, title: str, description: str) -> Row:
    return {
        "code": code, "parent_code": code[:_UNIT] if "." in code else code[:-1] or None,
        "level": _BELOW if "." in code else len(code), "source": SOURCE, "label_id": title, "label_en": "",
        "aliases_id": [], "aliases_en": [], "description": description or None,
        "status": "active", "replaced_by": None,
    }  # fmt: skip


def _without_orphans(bundle: Bundle, name: str, out: Incoming, numbers: dict[str, int], known: Container[str]) -> None:
    """An occupation without the group above it would hang in the air."""
    for code in sorted(numbers, key=len):
        parent = out.rows[(code,)]["parent_code"]
        if parent is not None and (parent,) not in out.rows and parent not in known:
            bundle.bad(name, numbers[code], f"{code}: the group {parent} is not there")
            del out.rows[(code,)]
            out.spared.add((code,))
