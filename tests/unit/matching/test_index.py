"""The index of vacancies: changes, filters, refreshed idf, threads, and the edges of its layout."""

import threading
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import index as index_module
from app.matching import reference
from app.matching.columns import IndexedVacancy, Listing, VacancyColumns
from app.matching.index import Filters, MatchIndex, TalentQuery
from app.matching.model import (
    AskedSkill,
    Gate,
    GateKind,
    HeldSkill,
    Parameters,
    RankKey,
    TalentFacts,
    VacancyFacts,
    occupation_number,
)
from app.matching.points import IdfTable, points
from app.matching.relatedness import UNRELATED, Relatedness
from app.matching.segment import ESSENTIAL, factor_table, lay_out, merge, reweigh
from tests.unit.matching import strategies as world

filters = st.builds(
    Filters,
    provinces=st.frozensets(world.provinces, max_size=2),
    regencies=st.frozensets(world.regencies, max_size=2),
    remote=st.none() | st.booleans(),
    relations=st.just(frozenset()) | st.frozensets(st.integers(0, 2), max_size=2),
    arrangements=st.just(frozenset()) | st.frozensets(st.integers(0, 2), max_size=2),
    occupation=st.none() | st.sampled_from(["2", "25", "251", "2513", "2513.01", "0"]),
    pay_from=st.none() | st.sampled_from([0, 4_000_000]),
    posted_since=st.none() | st.integers(0, 3),
    employer=st.none() | world.employers,
    education_to=st.none() | st.integers(0, 9),
    live_on=st.none() | st.integers(738_000, 738_004),
)


def _passes(item: IndexedVacancy, wanted: Filters) -> bool:
    facts, listing = item.facts, item.listing
    code = None if facts.occupation is None else facts.occupation.replace(".", "").ljust(6, "0")
    tests = [
        not (wanted.provinces or wanted.regencies)
        or facts.province in wanted.provinces
        or facts.regency in wanted.regencies,
        wanted.remote is None or facts.remote == wanted.remote,
        not wanted.relations or listing.relation in wanted.relations,
        not wanted.arrangements or listing.arrangement in wanted.arrangements,
        wanted.occupation is None or (code is not None and code.startswith(wanted.occupation.replace(".", ""))),
        wanted.pay_from is None or (facts.pay is not None and facts.pay >= wanted.pay_from),
        wanted.posted_since is None or facts.posted_at >= wanted.posted_since,
        wanted.employer is None or listing.employer == wanted.employer,
        wanted.live_on is None or listing.until >= wanted.live_on,
        wanted.education_to is None or facts.education <= wanted.education_to,
    ]
    return all(tests)


@world.PROPERTY
@given(world.talents, world.relatedness, world.markets, filters)
def test_filters_leave_out_exactly_what_they_say(
    talent: TalentFacts, relatedness: Relatedness, market: list[IndexedVacancy], wanted: Filters
) -> None:
    index = MatchIndex()
    index.load(market)
    left = [item.facts for item in market if _passes(item, wanted)]
    page = index.rank(TalentQuery.of(talent, relatedness), 100, wanted)
    assert list(page.items) == reference.rank(talent, left, index.idf, relatedness)
    assert page.total == len(left)


changes = st.lists(st.tuples(st.lists(world.indexed, max_size=4), st.lists(world.keys, max_size=3)), max_size=10)


@world.PROPERTY
@given(
    world.talents,
    world.relatedness,
    world.markets,
    changes,
    st.sampled_from([6, 1, 0]),
    st.sampled_from([9, 99]),
)
def test_changes_answer_as_if_built_afresh(
    talent: TalentFacts,
    relatedness: Relatedness,
    market: list[IndexedVacancy],
    steps: list[tuple[list[IndexedVacancy], list[UUID]]],
    most_segments: int,
    most_rows: int,
) -> None:
    index = MatchIndex()
    index.load(market)
    live = {item.facts.key: item for item in market}
    query = TalentQuery.of(talent, relatedness)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_module, "_MOST_SEGMENTS", most_segments)
        patch.setattr(index_module, "_MOST_ROWS", most_rows)
        for upserts, deletes in steps:
            before = index.revision
            index.apply(upserts, deletes)
            live.update({item.facts.key: item for item in upserts})
            for key in deletes:
                live.pop(key, None)
            truth = reference.rank(talent, [item.facts for item in live.values()], index.idf, relatedness)
            page = index.rank(query, 100)
            assert list(page.items) == truth
            assert (page.total, len(index)) == (len(live), len(live))
            assert page.revision == index.revision == before + 1
    table = index.refresh("next")
    fresh = IdfTable.of_vacancies("next", [item.facts for item in live.values()])
    assert table.dump() == fresh.dump()
    truth = reference.rank(talent, [item.facts for item in live.values()], fresh, relatedness)
    assert list(index.rank(query, 100).items) == truth


@world.PROPERTY
@given(world.markets, world.markets)
def test_points_of_the_layout_are_the_points_of_the_formula(
    market: list[IndexedVacancy], other: list[IndexedVacancy]
) -> None:
    idf = IdfTable.of_vacancies("t", [item.facts for item in other])
    part = reweigh(lay_out(VacancyColumns.of(market)), idf, Parameters())
    rows = {key: row for row, key in enumerate(sorted(item.facts.key for item in market))}
    table = factor_table(Parameters())
    postings = zip(part.skills.row, part.skills.ids, part.points, part.flags, strict=True)
    laid_out = {(int(row), int(skill)): (int(own), int(flag)) for row, skill, own, flag in postings}
    certificates = zip(part.certificates.row, part.certificates.ids, part.certificate_points, strict=True)
    shares = {(int(row), int(scheme)): int(own) for row, scheme, own in certificates}
    for item in market:
        facts, most = item.facts, points(item.facts, idf)
        row = rows[facts.key]
        for asked, own in zip(facts.skills, most.skills, strict=True):
            assert laid_out.pop((row, asked.skill)) == (own, asked.level + ESSENTIAL * asked.essential)
        for scheme, own in zip(facts.preferred_certificates, most.certificates, strict=True):
            assert shares.pop((row, scheme)) == own
        factors = [most.experience, sum(most.certificates), most.education, most.location, most.salary]
        assert table[part.combo[row]].tolist()[1:] == factors
    assert not laid_out
    assert not shares


def _plain(number: int, skill: int = 1, posted_at: int = 0) -> IndexedVacancy:
    return IndexedVacancy(VacancyFacts(UUID(int=number), posted_at, skills=(AskedSkill(skill, 1, True),)))


def test_a_large_tie_is_cut_by_time_and_then_by_id() -> None:
    index = MatchIndex()
    index.load(_plain(number, posted_at=number % 3) for number in range(300))
    page = index.rank(TalentQuery.of(TalentFacts()), 150)
    expected = sorted(range(300), key=lambda number: (-(number % 3), number))[:150]
    assert [item.key.int for item in page.items] == expected


def test_a_page_after_a_key_that_left_goes_on_where_it_stood() -> None:
    index = MatchIndex()
    index.load(_plain(number) for number in range(6))
    query = TalentQuery.of(TalentFacts())
    last = index.rank(query, 3).items[-1]
    index.apply(deletes=[last.key, UUID(int=77)])
    assert [item.key.int for item in index.rank(query, 9, after=last).items] == [3, 4, 5]


def test_an_empty_index_answers() -> None:
    page = MatchIndex().rank(TalentQuery.of(TalentFacts()), 5)
    assert (page.items, page.total, page.idf_version) == ((), 0, "empty")


def test_a_first_change_needs_no_load() -> None:
    index = MatchIndex()
    index.apply([_plain(1), _plain(2), replace(_plain(1), listing=Listing(relation=2))])
    page = index.rank(TalentQuery.of(TalentFacts()), 5, Filters(relations=frozenset({2})))
    assert [item.key.int for item in page.items] == [1]


def test_k_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        MatchIndex().rank(TalentQuery.of(TalentFacts()), 0)


def test_keys_with_trailing_zero_bytes_survive() -> None:
    numbers = [0, 1 << 8, 1 << 64, 255 << 120]
    index = MatchIndex()
    index.load(_plain(number) for number in numbers)
    items = index.rank(TalentQuery.of(TalentFacts()), 9).items
    assert [item.key.int for item in items] == sorted(numbers)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": np.array([b"a", b"a"], "S16")}, "given twice"),
        ({"skill": np.array([7, 7], np.int32), "skill_ptr": np.array([0, 2, 2])}, "a skill twice"),
        (
            {"certificate": np.array([3, 3], np.int32), "certificate_ptr": np.array([0, 0, 2])},
            "a certificate twice",
        ),
        ({"gate": np.array([0, 0], np.int32), "gate_ptr": np.array([0, 0, 2])}, "a gate twice"),
    ],
)
def test_columns_that_repeat_are_refused(change: dict[str, Any], words: str) -> None:
    gate = Gate(GateKind.LICENCE, frozenset({"sim_a"}))
    first = replace(_plain(1), facts=replace(_plain(1).facts, gates=(gate,)))
    columns = VacancyColumns.of([first, _plain(2)])
    with pytest.raises(ValueError, match=words):
        lay_out(replace(columns, **change))


def test_merging_keeps_the_live_rows_only() -> None:
    idf = IdfTable.of_counts("t", 0, {})
    one = reweigh(lay_out(VacancyColumns.of([_plain(1), _plain(3)])), idf, Parameters())
    two = reweigh(lay_out(VacancyColumns.of([_plain(2, skill=5)])), idf, Parameters())
    merged = merge([(one, np.array([False, True])), (two, np.array([True]))])
    assert [int.from_bytes(bytes(key).ljust(16, b"\0"), "big") for key in merged.key] == [2, 3]
    assert merged.skills.ids.tolist() == [1, 5]
    assert merged.skills.row.tolist() == [1, 0]


def test_readers_see_whole_changes_only() -> None:
    """Every change swaps all vacancies from one skill to the other; a reader never sees a mixture."""
    index = MatchIndex()
    index.load(_plain(number, 1) for number in range(40))
    query = TalentQuery.of(TalentFacts(skills=(HeldSkill(1, 1),)))
    done, mixed = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            scores = {item.score for item in index.rank(query, 40).items}
            if len(scores) != 1:
                mixed.append(scores)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for turn in range(40):
        index.apply([_plain(number, turn % 2) for number in range(40)])
    done.set()
    for reader in readers:
        reader.join()
    assert mixed == []


def test_occupation_numbers_pad_and_refuse() -> None:
    assert [occupation_number(code) for code in ("2513.01", "2513", "25", "0110")] == [
        251301,
        251300,
        250000,
        11000,
    ]
    for code in ("", "25a", "25135.001", "٢"):
        with pytest.raises(ValueError, match="occupation"):
            occupation_number(code)


def test_rank_keys_sort_in_the_order_of_the_ranking() -> None:
    keys = [
        RankKey(True, 1, 0, UUID(int=9)),
        RankKey(False, 9, 5, UUID(int=1)),
        RankKey(False, 9, 4, UUID(int=0)),
        RankKey(False, 9, 4, UUID(int=1)),
    ]
    assert sorted((keys[2], keys[0], keys[3], keys[1]), key=lambda key: key.sort_key) == keys


@world.PROPERTY
@given(world.talents, world.markets, world.markets)
def test_a_table_counted_elsewhere_is_taken_over_whole(
    talent: TalentFacts, market: list[IndexedVacancy], other: list[IndexedVacancy]
) -> None:
    index, table = MatchIndex(), IdfTable.of_vacancies("elsewhere", [item.facts for item in other])
    index.load(market)
    index.use(table)
    page = index.rank(TalentQuery.of(talent), 100)
    assert list(page.items) == reference.rank(talent, [item.facts for item in market], table, UNRELATED)
    assert page.idf_version == "elsewhere"
