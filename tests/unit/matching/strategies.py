"""Small random worlds: few ids and values, so that ties, shared skills and closed gates are common."""

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st

from app.matching.columns import FOREVER, IndexedVacancy, Listing
from app.matching.model import (
    AskedSkill,
    Evidence,
    Experience,
    Gate,
    GateKind,
    HeldSkill,
    TalentFacts,
    VacancyFacts,
)
from app.matching.relatedness import Relatedness

#: The same examples in every run; time is not judged, machines differ.
PROPERTY = settings(derandomize=True, deadline=None, max_examples=150, database=None)

skills = st.integers(0, 14)
levels = st.integers(1, 4)
schemes = st.integers(0, 5)
occupations = st.sampled_from(["2513", "2513.01", "2514", "2512.02", "7212", "72", "0110"])
regencies = st.sampled_from([3171, 3173, 3273, 3578])
provinces = st.sampled_from([31, 32, 35])
licences = st.sampled_from(["sim_a", "sim_b1", "str"])
keys = st.one_of(st.integers(0, 30), st.sampled_from([1 << 8, 255 << 120, 1 << 127, (1 << 128) - 256])).map(
    lambda number: UUID(int=number)
)
employers = st.sampled_from([UUID(int=1 << 100), UUID(int=2 << 100), UUID(int=5)])

asked = st.builds(AskedSkill, skills, levels, st.booleans())
held = st.builds(HeldSkill, skills, levels, st.sampled_from(Evidence))
gates = st.one_of(
    st.builds(Gate, st.just(GateKind.CERTIFICATE), st.frozensets(schemes, min_size=1, max_size=3)),
    st.builds(Gate, st.just(GateKind.LICENCE), st.frozensets(licences, min_size=1, max_size=2)),
    st.builds(Gate, st.just(GateKind.LEGAL), st.frozensets(st.just("work_permit"), min_size=1)),
)

vacancies = st.builds(
    VacancyFacts,
    key=keys,
    posted_at=st.integers(0, 3),
    skills=st.lists(asked, max_size=6).map(tuple),
    preferred_certificates=st.lists(schemes, max_size=3).map(tuple),
    gates=st.lists(gates, max_size=2).map(tuple),
    occupation=st.none() | occupations,
    experience_months=st.sampled_from([0, 0, 7, 24, 60]),
    education=st.integers(0, 10),
    province=st.none() | provinces,
    regency=st.none() | regencies,
    remote=st.booleans(),
    pay=st.none() | st.integers(0, 9_000_000),
)
indexed = st.builds(
    IndexedVacancy,
    vacancies,
    st.builds(
        Listing,
        st.none() | employers,
        st.integers(-1, 2),
        st.integers(-1, 2),
        st.just(FOREVER) | st.integers(738_000, 738_003),
    ),
)
talents = st.builds(
    TalentFacts,
    skills=st.lists(held, max_size=6).map(tuple),
    certificates=st.frozensets(schemes, max_size=3),
    licences=st.frozensets(licences, max_size=2),
    permits=st.frozensets(st.just("work_permit")),
    experience=st.lists(st.builds(Experience, occupations, st.integers(0, 50)), max_size=3).map(tuple),
    education=st.integers(0, 10),
    regencies=st.frozensets(regencies, max_size=2),
    provinces=st.frozensets(provinces, max_size=2),
    minimum_pay=st.none() | st.integers(0, 9_000_000),
)
relatedness = st.builds(
    Relatedness.build,
    broader=st.lists(st.tuples(skills, skills), max_size=6),
    related=st.lists(st.tuples(skills, skills), max_size=4),
    siblings=st.lists(st.lists(skills, max_size=14, unique=True), max_size=2),
    neighbours=st.lists(st.tuples(skills, skills, st.integers(0, 500_000)), max_size=5),
)


def unique(rows: list[IndexedVacancy]) -> list[IndexedVacancy]:
    """Keep the last row of each key."""
    return list({row.facts.key: row for row in rows}.values())


markets = st.lists(indexed, max_size=25).map(unique)
