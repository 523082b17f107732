"""The index of terms: tiers, typos, filters, order."""

from __future__ import annotations

from app.services.term_index import Term, TermIndex

_TERMS = [
    Term("pemrograman python", "A", is_label=True),
    Term("python", "A", is_label=False),
    Term("python", "B", is_label=True),
    Term("pythonista", "C", is_label=False),
    Term("pengelasan smaw", "D", is_label=True),
    Term("las listrik", "D", is_label=False),
    Term("python lama", "X", is_label=True),
]
_INDEX = TermIndex(
    _TERMS, {"A": {"kind": "skill"}, "B": {"kind": "skill"}, "C": {"kind": "group"}, "D": {"kind": "skill"}}
)


def found(q: str, **filters: str) -> list[str]:
    return [ref for _, ref in _INDEX.search(q, filters)]


def test_exact_label_comes_before_exact_alias_before_prefix() -> None:
    assert list(_INDEX.search("python", {}))[:3] == [(0, "B"), (1, "A"), (3, "C")]


def test_entries_that_are_not_active_are_not_found() -> None:
    assert "X" not in found("python lama")
    assert len(_INDEX) == 6


def test_a_typo_and_a_word_inside_are_found() -> None:
    assert found("pengelsan smaw") == ["D"]
    assert found("listrik") == ["D"]
    assert found("pemrogaman")[0] == "A"


def test_each_entry_is_there_once_with_its_best_place() -> None:
    places = list(_INDEX.search("python", {}))
    assert len({ref for _, ref in places}) == len(places)
    assert places == sorted(places)


def test_short_queries_are_prefixes_only() -> None:
    assert found("py") == ["B", "A", "C"]
    assert found("ya") == []


def test_filters_narrow() -> None:
    assert found("python", kind="group") == ["C"]


def test_what_resembles_nothing_finds_nothing() -> None:
    assert found("zzzz qqqq") == []
    assert found("%%%%") == []
    assert list(TermIndex((), {}).search("python", {})) == []
