"""Terms in memory, found by prefix and by trigrams: what `GET /v1/taxonomy/...?q=` searches.

PostgreSQL's trigram index needs 50 to 500 ms for a common word among 100,000 terms, because it fetches every term
that shares a few trigrams. Here the shared trigrams of all terms are counted by one pass over arrays.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIMILAR = 0.3
"""Least share of common trigrams among all of both, as pg_trgm.similarity_threshold."""
CONTAINED = 0.6
"""Least share of the query's trigrams that a term has, as pg_trgm.word_similarity_threshold."""
SHORT = 3
"""Shorter queries are prefixes only: they have too few trigrams to mean anything."""

_WORD = re.compile(r"\w+")
_LAST = chr(0x10FFFF)

Place = tuple[int, str]
"""Rank class and key of an entry: exact label 0, exact alias 1, prefix of a label 2, of an alias 3, then 4 to 1004."""


@dataclass(frozen=True, slots=True)
class Term:
    """A normalised label or alias of the entry `ref`."""

    term: str
    ref: str
    is_label: bool


class TermIndex:
    """All terms of one kind of entry. Immutable; build a new one where the terms changed."""

    def __init__(self, terms: Sequence[Term], attributes: Mapping[str, Mapping[str, Any]]) -> None:
        """Index `terms`; `attributes` maps each active entry to its columns, terms of other entries are left out."""
        kept = sorted((item for item in terms if item.ref in attributes), key=lambda item: item.term)
        self._refs = sorted({item.ref for item in kept})
        number = {ref: place for place, ref in enumerate(self._refs)}
        self._attributes = [attributes[ref] for ref in self._refs]
        self._terms = [item.term for item in kept]
        self._entry: NDArray[np.int32] = np.array([number[item.ref] for item in kept], dtype=np.int32)
        self._alias: NDArray[np.int64] = np.array([0 if item.is_label else 1 for item in kept], dtype=np.int64)
        self._number: dict[str, int] = {}
        self._index_trigrams()

    def __len__(self) -> int:
        """How many terms there are."""
        return len(self._terms)

    def _index_trigrams(self) -> None:
        """Postings: the terms of trigram `i` are `_postings[_start[i]:_start[i + 1]]`."""
        of_word: dict[str, tuple[int, ...]] = {}
        owners: list[int] = []
        grams: list[int] = []
        sizes = np.zeros(len(self._terms), dtype=np.int64)
        for place, term in enumerate(self._terms):
            found: set[int] = set()
            for word in _WORD.findall(term):
                if word not in of_word:
                    of_word[word] = tuple(self._number.setdefault(gram, len(self._number)) for gram in _of_word(word))
                found.update(of_word[word])
            sizes[place] = len(found)
            owners.extend([place] * len(found))
            grams.extend(found)
        gram_of = np.array(grams, dtype=np.int32)
        self._sizes = sizes
        self._postings: NDArray[np.int32] = np.array(owners, dtype=np.int32)[np.argsort(gram_of, kind="stable")]
        self._start = np.zeros(len(self._number) + 1, dtype=np.int64)
        np.cumsum(np.bincount(gram_of, minlength=len(self._number)), out=self._start[1:])

    def search(self, q: str, filters: Mapping[str, Any]) -> Iterator[Place]:
        """Yield the entries that fit the normalised query `q` and whose attributes equal `filters`, the best first."""
        low, high = bisect_left(self._terms, q), bisect_left(self._terms, q + _LAST)
        exact = bisect_left(self._terms, q + "\0")
        places = 2 + self._alias[low:high]
        places[: exact - low] -= 2
        entries, ranks = self._entry[low:high], places
        if len(q) >= SHORT:
            near, near_ranks = self._similar(q)
            entries, ranks = np.concatenate([entries, near]), np.concatenate([ranks, near_ranks])
        order = np.lexsort((ranks, entries))
        entries, ranks = entries[order], ranks[order]
        first = np.ones(len(entries), dtype=bool)
        first[1:] = entries[1:] != entries[:-1]
        entries, ranks = entries[first], ranks[first]
        for i in np.lexsort((entries, ranks)):
            attributes = self._attributes[entries[i]]
            if all(attributes[name] == value for name, value in filters.items()):
                yield int(ranks[i]), self._refs[entries[i]]

    def _similar(self, q: str) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Terms that share enough trigrams with `q`: their entries, and 4 + 1000 x (1 - likeness)."""
        wanted = {gram for word in _WORD.findall(q) for gram in _of_word(word)}
        known = [self._number[gram] for gram in wanted if gram in self._number]
        if not known:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
        lists = [self._postings[self._start[i] : self._start[i + 1]] for i in known]
        shared = np.bincount(np.concatenate(lists), minlength=len(self._terms))
        places = np.flatnonzero(shared >= SIMILAR * len(wanted))  # fewer reach neither threshold
        common = shared[places]
        similarity = common / (self._sizes[places] + len(wanted) - common)
        contained = common / len(wanted)
        enough = (similarity >= SIMILAR) | (contained >= CONTAINED)
        # Among terms that have all of the query, those that have little else come first.
        likeness = (0.8 * np.maximum(similarity, contained) + 0.2 * similarity)[enough]
        ranks = 4 + np.rint(1000 * (1 - likeness)).astype(np.int64)
        return self._entry[places[enough]], ranks


def _of_word(word: str) -> set[str]:
    """The trigrams of a word, padded as pg_trgm pads: two blanks before, one after."""
    padded = f"  {word} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
