"""Occupations that several sources describe: whose words count.

A row belongs to the source that brought it first (`hub` is the package's own). Another source completes it:

* a description where there is none; its titles as further aliases, so that they are found;
* a label in a language that the row lacks (both labels are then the same text), except for the hub's own rows, whose
  labels are made by hand in both languages and stay;
* KBJI, whose codes these are, also decides the place in the hierarchy, and takes over the groups that ESCO brought.

What the owner sends replaces what it sent before, and a label that it does not have (KBJI has no English) is left as
it is. Codes of ESCO's own occupations (`ESCO-...`) are met by no other source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.services.taxonomy_sources.store import Row

HAND_MADE = "hub"
COLUMNS = (
    "parent_code", "level", "source", "label_id", "label_en", "aliases_id", "aliases_en", "description", "status",
    "replaced_by",
)  # fmt: skip


def merger(source: str) -> Callable[[Row, Row], Row]:
    """The merge for bundles of `source`: (row there, row of the bundle) -> row as it should be.

    Bundle rows hold an empty label where they have none in that language.
    """

    def merge(old: Row, new: Row) -> Row:
        if old["source"] == source or (source == "kbji" and old["source"] == "esco"):
            return old | _owner(old, new, source)
        return old | _completion(old, new, hierarchy=source == "kbji")

    return merge


def _owner(old: Row, new: Row, source: str) -> Row:
    """What the owner says now; only labels that it lacks stay where somebody translated them."""
    translated = old["label_id"] != old["label_en"]
    label_id = new["label_id"] or (old["label_id"] if translated else new["label_en"])
    label_en = new["label_en"] or (old["label_en"] if translated or old["source"] != source else new["label_id"])
    return {
        **new,
        "label_id": label_id,
        "label_en": label_en,
        "aliases_id": _union(old["aliases_id"], new["aliases_id"], label_id) if _shared(new) else new["aliases_id"],
        "aliases_en": _union(old["aliases_en"], new["aliases_en"], label_en) if _shared(new) else new["aliases_en"],
        "description": new["description"] or old["description"],
    }


def _completion(old: Row, new: Row, *, hierarchy: bool) -> Row:
    label_id, label_en = old["label_id"], old["label_en"]
    if old["source"] != HAND_MADE and label_id == label_en:
        label_id, label_en = new["label_id"] or label_id, new["label_en"] or label_en
    titles_id, titles_en = filter(None, [new["label_id"]]), filter(None, [new["label_en"]])
    return {
        "label_id": label_id,
        "label_en": label_en,
        "aliases_id": _union(old["aliases_id"], [*titles_id, *new["aliases_id"]], label_id),
        "aliases_en": _union(old["aliases_en"], [*titles_en, *new["aliases_en"]], label_en),
        "description": old["description"] or new["description"],
        **({"parent_code": new["parent_code"], "level": new["level"]} if hierarchy else {}),
    }


def _shared(row: Row) -> bool:
    return not row["code"].startswith("ESCO-")


def _union(old: Iterable[str], new: Iterable[str], label: str) -> list[str]:
    """`old`, then what is new in `new`; a label is no alias of itself. Case does not count."""
    kept = list(old)
    seen = {label.casefold(), *(name.casefold() for name in kept)}
    for name in new:
        if name.casefold() not in seen:
            seen.add(name.casefold())
            kept.append(name)
    return kept
