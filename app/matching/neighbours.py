"""Text neighbours of skills: labels and aliases that share rare character n-grams.

Measured on the public sets this source adds more than all taxonomy relations together (``docs/matching.md``).
It is computed once, when a taxonomy is imported, from words alone: no model, no download, the same result
everywhere.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.matching.model import DEFAULT, Parameters

_WORD = re.compile(r"\w+")
_SIZES = (3, 4)
#: Cosines from which a neighbour begins to count, and at which it counts in full.
SIMILARITY_FROM = 0.35
SIMILARITY_FULL = 0.70
#: Neighbours kept for each skill.
KEEP = 20
#: n-grams in fewer skills than this join nothing.
_RARE = 2
#: n-grams in more than this share of the skills say little and cost most.
_COMMON = 0.08
#: Rates are rounded to this step (ppm), so that the last digit of a logarithm never shows.
_STEP = 10_000


def _grams(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.lower()):
        marked = f"^{word}$"
        for size in _SIZES:
            for start in range(len(marked) - size + 1):
                yield marked[start : start + size]


def _profile(labels: Sequence[str]) -> dict[str, float]:
    """Count n-grams: the preferred label (the first) once, the aliases together once."""
    profile: dict[str, float] = dict(Counter(_grams(labels[0]))) if labels else {}
    for alias in labels[1:]:
        for gram in _grams(alias):
            profile[gram] = profile.get(gram, 0.0) + 1 / (len(labels) - 1)
    return profile


def text_neighbours(
    labels: Mapping[int, Sequence[str]], parameters: Parameters = DEFAULT
) -> list[tuple[int, int, int]]:
    """Return (held skill, asked skill, ppm) for skills whose words are alike.

    ``labels``: the preferred label first, then aliases, of each skill id; all in one language or each in all
    of them. Similarity is the cosine of tf-idf over character 3- and 4-grams within words; it is mapped in a
    line from (``SIMILARITY_FROM``, ``SIMILARITY_FULL``) to the bounds of the parameters. About 5 s for 14,000
    skills.
    """
    skills = sorted(labels)
    profiles = [_profile(labels[skill]) for skill in skills]
    df = Counter(gram for profile in profiles for gram in profile)
    total = len(skills)
    most = max(_RARE, int(total * _COMMON))
    grams = {gram: i for i, gram in enumerate(sorted(gram for gram, count in df.items() if _RARE <= count <= most))}
    vectors = []
    for profile in profiles:
        kept = [(gram, count) for gram, count in profile.items() if gram in grams]
        ids = np.array([grams[gram] for gram, _ in kept], np.int64)
        tf = [1 + math.log(count) if count >= 1 else count for _, count in kept]
        values = np.array([t * math.log(total / df[gram]) for t, (gram, _) in zip(tf, kept, strict=True)], np.float64)
        norm = math.sqrt(math.fsum((values * values).tolist())) or 1.0
        vectors.append((ids, values / norm))
    return _similar(skills, vectors, len(grams), parameters)


def _similar(
    skills: Sequence[int],
    vectors: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]],
    size: int,
    parameters: Parameters,
) -> list[tuple[int, int, int]]:
    """Compare every skill with all that share an n-gram, through the inverted file."""
    total = len(skills)
    lengths = [len(ids) for ids, _ in vectors]
    gram = np.concatenate([ids for ids, _ in vectors]) if total else np.zeros(0, np.int64)
    value = np.concatenate([values for _, values in vectors]) if total else np.zeros(0)
    order = np.argsort(gram, kind="stable")
    owner = np.repeat(np.arange(total), lengths)[order]
    value = value[order]
    ptr = np.concatenate(([0], np.cumsum(np.bincount(gram, minlength=size))))
    low, high = parameters.relations.neighbour_min, parameters.relations.neighbour_max
    found = []
    for i, (ids, values) in enumerate(vectors):
        starts, counts = ptr[ids], ptr[ids + 1] - ptr[ids]
        ends = np.cumsum(counts)
        spots = np.arange(int(counts.sum())) + np.repeat(starts - (ends - counts), counts)
        cosine = np.bincount(owner[spots], value[spots] * np.repeat(values, counts), minlength=total)
        cosine[i] = 0
        near = np.flatnonzero(cosine >= SIMILARITY_FROM)
        near = near[np.lexsort((near, -np.round(cosine[near], 6)))][:KEEP]
        for j in near.tolist():
            place = min(1.0, (float(cosine[j]) - SIMILARITY_FROM) / (SIMILARITY_FULL - SIMILARITY_FROM))
            rate = round((low + place * (high - low)) / _STEP) * _STEP
            found.append((skills[i], skills[j], rate))
    return found
