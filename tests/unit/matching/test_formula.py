"""The formula by hand: shares, idf, relatedness, factors, the worked example of the documentation."""

import json
import math
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.explain import explain
from app.matching.model import (
    DEFAULT,
    EDUCATION_ORDINAL,
    MILLION,
    MODEL_VERSION,
    AskedSkill,
    Evidence,
    Experience,
    Gate,
    GateKind,
    HeldSkill,
    Kind,
    Parameters,
    Relation,
    TalentFacts,
    VacancyFacts,
    is_insufficient,
)
from app.matching.neighbours import text_neighbours
from app.matching.points import (
    IdfTable,
    experience_rate,
    idf_micro,
    largest_remainder,
    location_credit,
    median_of,
    pay_credit,
    points,
    related_months,
)
from app.matching.relatedness import UNRELATED, Relatedness, best_credit, credit_of, expand, sibling_groups
from tests.unit.matching import strategies as world

KEY = UUID(int=1)


@world.PROPERTY
@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**11), min_size=1, max_size=12).filter(any))
def test_largest_remainder_is_exact_and_within_one_of_the_quota(total: int, weights: list[int]) -> None:
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    quotas = [total * weight / sum(weights) for weight in weights]
    assert all(math.floor(q - 1e-6) <= part <= math.ceil(q + 1e-6) for part, q in zip(parts, quotas, strict=True))


def test_largest_remainder_serves_ties_in_order() -> None:
    assert largest_remainder(10, [1, 1, 1]) == (4, 3, 3)
    assert largest_remainder(0, []) == ()
    with pytest.raises(ValueError, match="sum to 0"):
        largest_remainder(1, [0, 0])


def test_idf_is_the_formula_in_millionths_and_never_zero() -> None:
    assert idf_micro(1000, 9) == round(1e6 * math.log(1 + 991.5 / 9.5))
    assert idf_micro(10**9, 10**9) == 1
    assert idf_micro(3, 8) == idf_micro(3, 3)
    table = IdfTable.of_counts("t", 1000, {4: 9})
    assert [table.weight(skill) for skill in (4, 0, 99)] == [idf_micro(1000, df) for df in (9, 0, 0)]
    assert table.of_skills(np.array([4, 0, 99], np.int32)).tolist() == [table.weight(skill) for skill in (4, 0, 99)]


def test_the_median_counts_the_adverts_that_state_skills() -> None:
    facts = VacancyFacts(KEY, 0)
    some = replace(facts, skills=(AskedSkill(1, 1, True),))
    more = replace(facts, skills=(AskedSkill(1, 1, True), AskedSkill(2, 1, False)))
    table = IdfTable.of_vacancies("t", [facts, facts, facts, some, more])
    low = 1000 * idf_micro(5, 2)
    assert table.median == (low + low + 500 * idf_micro(5, 1)) // 2
    assert median_of(np.zeros(0, np.int64)) == 0


def test_an_idf_table_survives_json() -> None:
    table = IdfTable.of_counts("week-1", 40, {3: 7, 900: 1}, median=123)
    restored = IdfTable.load(json.loads(json.dumps(table.dump())))
    assert restored.dump() == table.dump()
    assert restored.micro.tolist() == table.micro.tolist()


def test_an_advert_without_skills_keeps_the_factor_unpaid() -> None:
    most = points(VacancyFacts(KEY, 0), IdfTable.of_counts("t", 0, {}))
    assert (most.skills, most.unspecified, most.location) == ((), 895_522, 104_478)


def test_a_skill_named_twice_counts_once_at_its_strictest() -> None:
    facts = VacancyFacts(KEY, 0, skills=(AskedSkill(1, 3, False), AskedSkill(1, 2, True)))
    assert facts.skills == (AskedSkill(1, 3, True),)


def test_the_best_of_several_relations_counts_and_keeps_its_name() -> None:
    table = Relatedness.build(
        broader=[(1, 0)],
        related=[(2, 1)],
        siblings=[[1, 2, 3, 0], range(20, 40)],
        neighbours=[(3, 0, 999_999), (3, 1, 5), (1, 1, 400_000), (1, 0, 400_000)],
    )
    links = {link.skill: (link.rate, link.relation) for link in table.answers(1)}
    assert links == {
        1: (MILLION, Relation.EXACT),
        0: (400_000, Relation.NARROWER),
        2: (250_000, Relation.RELATED),
        3: (125_000, Relation.SIBLING),
    }
    back = {link.skill: (link.rate, link.relation) for link in table.answered_by(1)}
    assert back[0] == (200_000, Relation.BROADER)
    assert back[3] == (125_000, Relation.SIBLING)
    assert {link.skill: link.relation for link in table.answers(3)}[0] is Relation.NEIGHBOUR
    assert [link.skill for link in table.answers(25)] == [25]
    assert [link.skill for link in table.answered_by(99)] == [99]
    assert len(UNRELATED) == 0


@world.PROPERTY
@given(world.relatedness, st.lists(world.held, max_size=6), world.skills, world.levels)
def test_expansion_is_the_best_credit_of_every_skill(
    table: Relatedness, skills: list[HeldSkill], asked: int, level: int
) -> None:
    expanded = expand(skills, table)
    best = best_credit(skills, asked, level, table)
    assert expanded.get(asked, (0,) * 5)[level] == best.ppm
    forth = {(held, link) for held in range(15) for link in table.answers(held)}
    back = {(link.skill, replace(link, skill=a)) for a in range(15) for link in table.answered_by(a)}
    assert forth == back


def test_credit_multiplies_relation_evidence_and_level() -> None:
    assert credit_of(400_000, HeldSkill(1, 2, Evidence.DECLARED), 3) == 240_000
    assert credit_of(MILLION, HeldSkill(1, 4, Evidence.INFERRED), 2) == 700_000
    assert credit_of(MILLION, HeldSkill(1, 1, Evidence.VERIFIED), 3) == 333_333


def test_a_claim_worth_nothing_is_no_claim() -> None:
    rates = replace(DEFAULT.evidence, inferred=0)
    held = [HeldSkill(1, 1, Evidence.INFERRED)]
    assert best_credit(held, 1, 1, UNRELATED, replace(DEFAULT, evidence=rates)).relation is Relation.NONE


def test_sibling_groups_gather_by_parent() -> None:
    assert sibling_groups([(1, "a"), (2, "a"), (2, "b"), (1, "a")]) == [[1, 2], [2]]


@pytest.mark.parametrize(
    ("held", "asked", "rate"),
    [
        ("2513", "2513.02", MILLION),
        ("2512.01", "2513", 500_000),
        ("2521", "2513", 0),
        ("7212", None, MILLION),
    ],
)
def test_experience_counts_by_group_of_occupations(held: str, asked: str | None, rate: int) -> None:
    assert experience_rate(held, asked) == rate
    talent = TalentFacts(experience=(Experience(held, 25),))
    assert related_months(talent, asked) == 25 * rate // MILLION


def test_pay_falls_in_a_line_to_nothing_at_thirty_percent_below() -> None:
    minimum = 5_000_000
    earned = [pay_credit(pay, minimum) for pay in (6_000_000, 5_000_000, 4_250_000, 3_500_000, 1)]
    assert earned == [MILLION, MILLION, 500_000, 0, 0]
    assert pay_credit(0, None) == MILLION


def test_location_is_all_for_remote_or_the_regency_and_partly_for_the_province() -> None:
    vacancy = VacancyFacts(KEY, 0, province=32, regency=3273)
    home = TalentFacts(regencies=frozenset({3273}))
    near = TalentFacts(regencies=frozenset({3204}))
    wide = TalentFacts(provinces=frozenset({32}))
    assert [location_credit(talent, vacancy) for talent in (home, near, wide, TalentFacts())] == [
        MILLION,
        600_000,
        600_000,
        0,
    ]
    assert location_credit(TalentFacts(), replace(vacancy, remote=True)) == MILLION


def test_text_neighbours_are_words_alike() -> None:
    labels = {
        10: ["las busur manual", "pengelasan SMAW"],
        11: ["las busur otomatis"],
        12: ["menjahit pakaian"],
        13: ["menjahit pakaian dengan mesin"],
        14: ["kopi latte"],
        15: [],
    }
    found = {(held, asked): rate for held, asked, rate in text_neighbours(labels)}
    assert (10, 11) in found
    assert (12, 13) in found
    assert not {14, 15} & {skill for pair in found for skill in pair}
    assert all(100_000 <= rate <= 400_000 and rate % 10_000 == 0 for rate in found.values())
    assert text_neighbours({}) == []


def test_the_version_follows_every_parameter() -> None:
    versions = {
        Parameters().version,
        replace(DEFAULT, kappa=501).version,
        replace(DEFAULT, weights=replace(DEFAULT.weights, salary=31)).version,
        replace(DEFAULT, relations=replace(DEFAULT.relations, sibling=1)).version,
    }
    assert len(versions) == 4
    assert MODEL_VERSION in versions


def test_a_profile_without_skill_and_certificate_is_too_thin() -> None:
    assert is_insufficient(TalentFacts(education=7))
    assert not is_insufficient(TalentFacts(skills=(HeldSkill(1, 1),)))
    assert not is_insufficient(TalentFacts(certificates=frozenset({1})))


def test_inputs_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="levels"):
        AskedSkill(1, 5, True)
    with pytest.raises(ValueError, match="levels"):
        HeldSkill(-1, 1)
    with pytest.raises(ValueError, match="alternative"):
        Gate(GateKind.LEGAL, frozenset())
    with pytest.raises(ValueError, match="out of range"):
        VacancyFacts(KEY, 0, pay=-1)
    with pytest.raises(ValueError, match="out of range"):
        TalentFacts(regencies=frozenset({10_000}))


def test_the_worked_example_of_the_documentation() -> None:
    vacancy = VacancyFacts(
        KEY,
        0,
        skills=(AskedSkill(1, 2, True), AskedSkill(2, 3, True), AskedSkill(3, 2, False)),
        preferred_certificates=(7,),
        gates=(Gate(GateKind.CERTIFICATE, frozenset({8, 9})),),
        occupation="7212",
        experience_months=24,
        province=21,
        regency=2171,
        pay=4_250_000,
    )
    talent = TalentFacts(
        skills=(HeldSkill(1, 2, Evidence.VERIFIED), HeldSkill(4, 3, Evidence.DECLARED)),
        experience=(Experience("7212", 12), Experience("7213", 12)),
        regencies=frozenset({2172}),
        minimum_pay=5_000_000,
    )
    idf = IdfTable.of_counts("example", 1000, {1: 99, 2: 9, 3: 9}, median=10_000_000_000)
    table = Relatedness.build(broader=[(4, 2)])
    answer = explain(talent, vacancy, points(vacancy, idf), table)
    shown = [(item.kind, item.code, item.points, item.max_points) for item in answer.contributions]
    assert shown == [
        (Kind.SKILL, 1, 105_326, 105_326),
        (Kind.SKILL, 2, 76_495, 212_488),
        (Kind.SKILL, 3, 0, 106_244),
        (Kind.UNSPECIFIED, None, 0, 228_116),
        (Kind.CERTIFICATE, 7, 0, 108_695),
        (Kind.EXPERIENCE, None, 97_826, 130_435),
        (Kind.LOCATION, None, 45_652, 76_087),
        (Kind.SALARY, None, 16_304, 32_609),
    ]
    assert (answer.score, answer.eligible) == (341_603, False)
    assert [(gate.alternatives, gate.met, gate.one_away) for gate in answer.gates] == [((8, 9), False, True)]
    assert (answer.requirements_met, answer.requirements_total) == (1, 4)
    assert EDUCATION_ORDINAL["smk"] == EDUCATION_ORDINAL["sma"]
