"""Search terms: labels and aliases in the form in which they are kept and searched."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any


def normalise(term: str) -> str:
    """The form in which terms are kept and searched: lower case, no accents, single spaces."""
    plain = unicodedata.normalize("NFKD", term.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def terms_of(kind: str, ref: str, labels: dict[str, str], aliases: dict[str, Iterable[str]]) -> list[dict[str, Any]]:
    """Search terms of one entry, each language and form once."""
    found: dict[tuple[str, str], bool] = {}
    for language, label in labels.items():
        found[(language, normalise(label))] = True
    for language, names in aliases.items():
        for name in names:
            found.setdefault((language, normalise(name)), False)
    return [
        {"kind": kind, "ref": ref, "language": language, "term": term, "is_label": is_label}
        for (language, term), is_label in found.items()
        if term
    ]
