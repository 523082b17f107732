"""The nine promises of the match (``docs/matching.md``), each as a property."""

from dataclasses import fields, replace
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.matching import reference
from app.matching.columns import IndexedVacancy
from app.matching.explain import contributions, explain, with_gains
from app.matching.index import Filters, MatchIndex, Ranking, TalentQuery
from app.matching.model import (
    MAX_LEVEL,
    MILLION,
    Evidence,
    GateKind,
    HeldSkill,
    Kind,
    RankKey,
    TalentFacts,
    VacancyFacts,
)
from app.matching.points import IdfTable, points
from app.matching.relatedness import Relatedness
from app.matching.talents import TalentIndex
from tests.unit.matching import strategies as world


def _table(market: list[IndexedVacancy]) -> IdfTable:
    return IdfTable.of_vacancies("t", [item.facts for item in market])


@world.PROPERTY
@given(world.talents, world.vacancies, world.relatedness, world.markets)
def test_contributions_sum_to_the_score_and_maxima_to_a_million(
    talent: TalentFacts, vacancy: VacancyFacts, relatedness: Relatedness, market: list[IndexedVacancy]
) -> None:
    idf = _table(market)
    answer = explain(talent, vacancy, points(vacancy, idf), relatedness)
    assert answer.score == sum(item.points for item in answer.contributions)
    assert sum(item.max_points for item in answer.contributions) == MILLION
    assert all(0 <= item.points <= item.max_points for item in answer.contributions)
    assert reference.score(talent, vacancy, idf, relatedness) == (answer.eligible, answer.score)
    unspecified = [item for item in answer.contributions if item.kind is Kind.UNSPECIFIED]
    assert [item.points for item in unspecified] == [0]


def _improvements(talent: TalentFacts, skill: HeldSkill, scheme: int) -> list[TalentFacts]:
    better = [with_gains(talent, (skill,)), with_gains(talent, certificates=frozenset({scheme}))]
    for i, old in enumerate(talent.skills):
        rest = talent.skills[:i] + talent.skills[i + 1 :]
        raised = replace(old, level=min(MAX_LEVEL, old.level + 1))
        verified = replace(old, evidence=Evidence.VERIFIED)
        weaker = HeldSkill(old.skill, 1, Evidence.VERIFIED)
        better += [replace(talent, skills=(*rest, new)) for new in (raised, verified)]
        better.append(replace(talent, skills=(*talent.skills, weaker)))
    return better


@world.PROPERTY
@given(world.talents, world.vacancies, world.relatedness, world.held, world.schemes)
def test_gaining_lowers_no_item_and_no_eligibility(
    talent: TalentFacts, vacancy: VacancyFacts, relatedness: Relatedness, skill: HeldSkill, scheme: int
) -> None:
    most = points(vacancy, IdfTable.of_vacancies("t", [vacancy]))
    before = explain(talent, vacancy, most, relatedness)
    for better in _improvements(talent, skill, scheme):
        after = explain(better, vacancy, most, relatedness)
        pairs = zip(before.contributions, after.contributions, strict=True)
        assert all(new.points >= old.points for old, new in pairs)
        assert after.eligible or not before.eligible
        assert after.requirements_met >= before.requirements_met


def _pages(index: MatchIndex, query: TalentQuery, size: int, filters: Filters, least: int) -> list[RankKey]:
    found: list[RankKey] = []
    page: Ranking = index.rank(query, size, filters, min_score=least)
    while page.items:
        found += page.items
        page = index.rank(query, size, filters, after=found[-1], min_score=least)
    return found


@world.PROPERTY
@given(st.data(), world.talents, world.relatedness, world.markets)
def test_the_index_is_brute_force_and_pages_neither_skip_nor_repeat(
    data: st.DataObject, talent: TalentFacts, relatedness: Relatedness, market: list[IndexedVacancy]
) -> None:
    index = MatchIndex()
    index.load(market, _table(market))
    truth = reference.rank(talent, [item.facts for item in market], index.idf, relatedness)
    query = TalentQuery.of(talent, relatedness)
    least = data.draw(st.sampled_from([0, 0, *(place.score for place in truth)]))
    truth = [place for place in truth if place.score >= least]
    k = data.draw(st.integers(1, len(truth) + 2))
    page = index.rank(query, k, min_score=least)
    assert list(page.items) == truth[:k]
    assert page.total == len(truth)
    assert _pages(index, query, data.draw(st.integers(1, 5)), Filters(), least) == truth


@world.PROPERTY
@given(world.talents, world.relatedness, world.markets, st.randoms(use_true_random=False))
def test_the_order_of_insertion_is_irrelevant(
    talent: TalentFacts, relatedness: Relatedness, market: list[IndexedVacancy], random: Random
) -> None:
    shuffled = []
    for item in market:
        facts = item.facts
        turned = replace(
            facts,
            skills=tuple(random.sample(facts.skills, len(facts.skills))),
            preferred_certificates=facts.preferred_certificates[::-1],
            gates=facts.gates[::-1],
        )
        shuffled.append(replace(item, facts=turned))
    random.shuffle(shuffled)
    turned_talent = replace(
        talent, skills=tuple(reversed(talent.skills)), experience=tuple(reversed(talent.experience))
    )
    one, other = MatchIndex(), MatchIndex()
    one.load(market)
    other.load(shuffled)
    first = one.rank(TalentQuery.of(talent, relatedness), 100)
    assert first == other.rank(TalentQuery.of(turned_talent, relatedness), 100)
    for a, b in zip(sorted(market, key=_key), sorted(shuffled, key=_key), strict=True):
        most = points(a.facts, one.idf)
        assert points(b.facts, other.idf) == most
        assert explain(talent, a.facts, most, relatedness) == explain(turned_talent, b.facts, most, relatedness)


def _key(item: IndexedVacancy) -> UUID:
    return item.facts.key


@world.PROPERTY
@given(st.lists(world.talents, max_size=6), world.relatedness, world.markets)
def test_forward_and_reverse_give_a_pair_the_same_score(
    people: list[TalentFacts], relatedness: Relatedness, market: list[IndexedVacancy]
) -> None:
    index, candidates = MatchIndex(), TalentIndex(relatedness)
    index.load(market)
    candidates.load((UUID(int=i), talent) for i, talent in enumerate(people))
    forward = {
        (i, place.key): (place.eligible, place.score)
        for i, talent in enumerate(people)
        for place in index.rank(TalentQuery.of(talent, relatedness), 100).items
    }
    reverse = {
        (place.key.int, item.facts.key): (place.eligible, place.score)
        for item in market
        for place in candidates.rank(item.facts, index.idf, 100).items
    }
    assert forward == reverse


@world.PROPERTY
@given(world.talents, world.vacancies, world.relatedness)
def test_what_the_vacancy_does_not_mention_changes_nothing(
    talent: TalentFacts, vacancy: VacancyFacts, relatedness: Relatedness
) -> None:
    most = points(vacancy, IdfTable.of_vacancies("t", [vacancy]))
    changes: list[TalentFacts] = [replace(talent, skills=(*talent.skills, HeldSkill(99, 4)))]
    named = set(vacancy.preferred_certificates).union(*(gate.any_of for gate in vacancy.gates))
    if not named:
        changes.append(replace(talent, certificates=frozenset(range(9)), licences=frozenset(), permits=frozenset()))
    if not vacancy.experience_months:
        changes.append(replace(talent, experience=()))
    if not vacancy.education:
        changes.append(replace(talent, education=10))
    if vacancy.pay is None:
        changes.append(replace(talent, minimum_pay=1))
    before = explain(talent, vacancy, most, relatedness)
    for changed in changes:
        assert explain(changed, vacancy, most, relatedness) == before


def test_the_scorer_has_no_protected_attribute() -> None:
    """Talents that differ only in age, sex, religion, ... are one input: no field can say it."""
    assert [field.name for field in fields(TalentFacts)] == [
        "skills",
        "certificates",
        "licences",
        "permits",
        "experience",
        "education",
        "regencies",
        "provinces",
        "minimum_pay",
    ]
    assert [field.name for field in fields(HeldSkill)] == ["skill", "level", "evidence"]
    assert [field.name for field in fields(VacancyFacts)] == [
        "key",
        "posted_at",
        "skills",
        "preferred_certificates",
        "gates",
        "occupation",
        "experience_months",
        "education",
        "province",
        "regency",
        "remote",
        "pay",
    ]


@world.PROPERTY
@given(world.talents, world.vacancies, world.relatedness, st.lists(world.held, max_size=2))
def test_a_promised_gain_is_what_re_scoring_gives(
    talent: TalentFacts, vacancy: VacancyFacts, relatedness: Relatedness, given_skills: list[HeldSkill]
) -> None:
    idf = IdfTable.of_vacancies("t", [vacancy])
    most = points(vacancy, idf)
    grants = dict.fromkeys(range(6), tuple(given_skills))
    before = explain(talent, vacancy, most, relatedness, grants=grants)
    for lack in before.missing:
        if lack.kind is Kind.SKILL:
            assert lack.level is not None
            gained = with_gains(talent, (HeldSkill(lack.code, lack.level, Evidence.VERIFIED),))
        else:
            gained = with_gains(talent, grants[lack.code], frozenset({lack.code}))
        eligible, score = reference.score(gained, vacancy, idf, relatedness)
        assert score == before.score + lack.gain
        assert lack.gain >= lack.unpaid
        if lack.opens_gate:
            own = {gate.alternatives: gate.met for gate in before.gates if gate.kind is GateKind.CERTIFICATE}
            assert any(lack.code in codes and not met for codes, met in own.items())
        if any(gate.one_away for gate in before.gates) and lack.opens_gate:
            assert eligible


@world.PROPERTY
@given(world.talents, world.relatedness, world.markets)
def test_a_gate_outranks_any_score(talent: TalentFacts, relatedness: Relatedness, market: list[IndexedVacancy]) -> None:
    index = MatchIndex()
    index.load(market)
    items = index.rank(TalentQuery.of(talent, relatedness), 100).items
    facts = {item.facts.key: item.facts for item in market}
    met = [place.eligible for place in items]
    assert met == sorted(met, reverse=True)
    for place in items:
        assert place.eligible == all(talent.holds(gate) for gate in facts[place.key].gates)
        most = points(facts[place.key], index.idf)
        assert place.score == sum(c.points for c in contributions(talent, facts[place.key], most, relatedness))
