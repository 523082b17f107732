"""Education: a scale that compares, and the framework's levels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.education import LABELS, EducationLevel, highest, ordinal, reaches
from app.domain.kkni import GROUPS, HIGHEST, LOWEST, group_of, level_of

levels = st.sampled_from(list(EducationLevel))


@given(levels, levels)
def test_the_scale_follows_the_list_with_two_pairs_of_peers(a: EducationLevel, b: EducationLevel) -> None:
    order = list(EducationLevel)
    peers = {frozenset({"sma", "smk"}), frozenset({"d4", "s1"})}
    if a == b or frozenset({a.value, b.value}) in peers:
        assert ordinal(a) == ordinal(b)
    else:
        assert (ordinal(a) < ordinal(b)) == (order.index(a) < order.index(b))
    assert reaches(a, b) == (ordinal(a) >= ordinal(b))


@given(st.lists(levels))
def test_the_highest_is_held_and_reaches_all(held: list[EducationLevel]) -> None:
    best = highest(held)
    assert best in held or (not held and best is EducationLevel.NONE)
    assert all(reaches(best, level) for level in held)


@given(levels, levels)
def test_more_education_never_means_a_lower_level(a: EducationLevel, b: EducationLevel) -> None:
    low, high = sorted([a, b], key=ordinal)
    assert (level_of(low) or 0) <= (level_of(high) or 0)


def test_the_levels_of_the_regulation() -> None:
    wanted = {"none": None, "sma": 2, "smk": 2, "d1": 3, "d2": 4, "d3": 5, "d4": 6, "s1": 6, "profesi": 7}
    wanted |= {"s2": 8, "s3": 9}
    assert [ordinal(level) for level in EducationLevel] == [0, 1, 2, 3, 3, 4, 5, 6, 7, 7, 8, 9, 10, 11]
    assert {code: level_of(EducationLevel(code)) for code in wanted} == wanted


def test_every_level_has_a_name_in_both_languages_and_a_group() -> None:
    assert set(LABELS) == set(EducationLevel)
    assert all(label[language] for label in LABELS.values() for language in ("id", "en"))
    assert [group_of(level) for level in range(LOWEST, HIGHEST + 1)] == [name for name in GROUPS for _ in range(3)]
    for wrong in (LOWEST - 1, HIGHEST + 1):
        with pytest.raises(ValueError, match="no KKNI level"):
            group_of(wrong)
