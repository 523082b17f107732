"""The wage floor: which row binds, and who is bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.findings import Severity
from app.domain.wage_floor import Floor, below_floor, floor_for
from app.domain.work_relations import WAGED, CompanySize, WorkRelation

TABLE = {
    ("31", 2025, None): 5_396_761,
    ("31", 2026, None): 5_729_876,
    ("32", 2025, None): 2_191_238,
    ("32", 2026, None): 2_317_601,
    ("32.16", 2025, None): 5_558_515,
    ("32.16", 2025, "29"): 5_600_000,
}
tables = st.dictionaries(
    st.tuples(
        st.sampled_from(["31", "32", "32.04", "32.16"]),
        st.integers(2020, 2027),
        st.sampled_from([None, "29"]),
    ),
    st.integers(1, 10_000_000),
)
sizes = st.none() | st.sampled_from(list(CompanySize))


def test_the_floor_by_example() -> None:
    assert floor_for("31", 2026, TABLE) == Floor(5_729_876, "31", 2026, None)
    assert floor_for("31", 2026, dict(reversed(TABLE.items()))) == Floor(5_729_876, "31", 2026, None)
    assert floor_for("31.71", 2025, TABLE) == Floor(5_396_761, "31", 2025, None)
    assert floor_for("32.16.01.2001", 2026, TABLE) == Floor(5_558_515, "32.16", 2025, None)
    assert floor_for("32.16", 2026, TABLE, sector="29") == Floor(5_600_000, "32.16", 2025, "29")
    assert floor_for("32.04", 2026, TABLE, sector="29") == Floor(2_317_601, "32", 2026, None)
    assert floor_for("31", 2024, TABLE) is None
    assert floor_for("11", 2026, TABLE) is None


@given(tables, st.sampled_from(["31", "32", "32.04", "32.16.01"]), st.integers(2019, 2028), st.booleans())
def test_the_floor_is_a_row_of_the_table_and_the_highest_that_applies(
    table: dict[tuple[str, int, str | None], int], region: str, year: int, in_sector: bool
) -> None:
    sector = "29" if in_sector else None
    floor = floor_for(region, year, table, sector=sector)
    keys = {(r, s) for r, y, s in table if r in {region[:2], region[:5]} and y <= year and s in {None, sector}}
    assert (floor is None) == (not keys)
    if floor is not None:
        assert table[floor.region, floor.year, floor.sector] == floor.amount
        for place, own_sector in keys:
            latest = max(y for r, y, s in table if (r, s) == (place, own_sector) and y <= year)
            assert floor.amount >= table[place, latest, own_sector]
        reordered = dict(reversed(table.items()))
        assert floor_for(region, year, reordered, sector=sector) == floor


@given(st.integers(0, 10_000_000), st.integers(1, 10_000_000), sizes, st.sampled_from(list(WorkRelation)))
def test_pay_under_the_floor_is_refused_unless_the_floor_does_not_bind(
    pay: int, amount: int, size: CompanySize | None, relation: WorkRelation
) -> None:
    floor = Floor(amount, "32", 2026, None)
    finding = below_floor(pay, floor, size=size, relation=relation)
    assert (finding is not None) == (pay < amount)
    if finding is not None:
        small = size in {CompanySize.MICRO, CompanySize.SMALL}
        bound = relation in WAGED and not small
        assert finding.severity is (Severity.ERROR if bound else Severity.WARNING)
        assert finding.params == {"floor": amount, "region": "32", "year": 2026, "monthly_pay": pay}
        assert finding.article.endswith("36") == small


def test_pay_at_the_floor_reaches_it() -> None:
    floor = Floor(100, "32", 2026, None)
    assert below_floor(100, floor, size=None, relation=WorkRelation.PKWTT) is None
    assert below_floor(99, floor, size=None, relation=WorkRelation.PKWTT) is not None


@given(sizes, st.sampled_from(list(WorkRelation)))
def test_what_is_unknown_is_not_judged(size: CompanySize | None, relation: WorkRelation) -> None:
    assert below_floor(None, Floor(1, "32", 2026, None), size=size, relation=relation) is None
    assert below_floor(0, None, size=size, relation=relation) is None
