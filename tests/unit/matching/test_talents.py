"""The index of talents equals brute force, also after changes and by pages."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import reference
from app.matching import talents as talents_module
from app.matching.model import HeldSkill, TalentFacts, VacancyFacts
from app.matching.points import IdfTable
from app.matching.relatedness import Relatedness
from app.matching.talents import RankedTalent, TalentIndex
from tests.unit.matching import strategies as world

people = st.lists(st.tuples(world.keys, world.talents), max_size=12).map(dict)
changes = st.lists(st.tuples(people, st.lists(world.keys, max_size=2)), max_size=5)


@world.PROPERTY
@given(people, changes, world.vacancies, world.relatedness, st.integers(1, 4), st.sampled_from([2, 100]))
def test_talents_are_ranked_as_by_brute_force(
    first: dict[UUID, TalentFacts],
    steps: list[tuple[dict[UUID, TalentFacts], list[UUID]]],
    vacancy: VacancyFacts,
    relatedness: Relatedness,
    size: int,
    most_changed: int,
) -> None:
    idf = IdfTable.of_vacancies("t", [vacancy])
    index = TalentIndex(relatedness)
    index.load(first.items())
    live = dict(first)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(talents_module, "_MOST_CHANGED", most_changed)
        for upserts, deletes in [({}, []), *steps]:
            index.apply(upserts.items(), deletes)
            live.update(upserts)
            for key in deletes:
                live.pop(key, None)
            truth = reference.rank_talents(vacancy, live.items(), idf, relatedness)
            page = index.rank(vacancy, idf, 100)
            assert [(item.key, item.eligible, item.score) for item in page.items] == truth
            assert (page.total, len(index)) == (len(live), len(live))
    found: list[RankedTalent] = []
    page = index.rank(vacancy, idf, size)
    while page.items:
        found += page.items
        page = index.rank(vacancy, idf, size, after=found[-1])
    assert [(item.key, item.eligible, item.score) for item in found] == truth
    least = truth[len(truth) // 2][2] if truth else 0
    page = index.rank(vacancy, idf, 100, min_score=least)
    assert [item.key for item in page.items] == [key for key, _, score in truth if score >= least]


def test_versions_travel_with_the_ranking() -> None:
    index = TalentIndex()
    index.apply([(UUID(int=1), TalentFacts(skills=(HeldSkill(1, 1),)))])
    page = index.rank(VacancyFacts(UUID(int=2), 0), IdfTable.of_counts("week-3", 0, {}), 5)
    assert page.idf_version == "week-3"
    assert page.model_version == index.parameters.version
