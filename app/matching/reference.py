"""Brute force: every pair scored item by item in plain Python; the oracle of the indexes."""

from collections.abc import Iterable
from uuid import UUID

from app.matching.explain import contributions, meets
from app.matching.model import DEFAULT, Parameters, RankKey, TalentFacts, VacancyFacts
from app.matching.points import IdfTable, points
from app.matching.relatedness import Relatedness


def score(
    talent: TalentFacts,
    vacancy: VacancyFacts,
    idf: IdfTable,
    relatedness: Relatedness,
    parameters: Parameters = DEFAULT,
) -> tuple[bool, int]:
    """Return (all gates met, score in ppm) of one pair."""
    items = contributions(talent, vacancy, points(vacancy, idf, parameters), relatedness, parameters)
    return meets(talent, vacancy.gates), sum(item.points for item in items)


def rank(
    talent: TalentFacts,
    vacancies: Iterable[VacancyFacts],
    idf: IdfTable,
    relatedness: Relatedness,
    parameters: Parameters = DEFAULT,
) -> list[RankKey]:
    """Rank all ``vacancies`` for ``talent``: gates met first, score desc, posted_at desc, id."""
    ranked = [
        RankKey(*score(talent, vacancy, idf, relatedness, parameters), vacancy.posted_at, vacancy.key)
        for vacancy in vacancies
    ]
    return sorted(ranked, key=lambda place: place.sort_key)


def rank_talents(
    vacancy: VacancyFacts,
    talents: Iterable[tuple[UUID, TalentFacts]],
    idf: IdfTable,
    relatedness: Relatedness,
    parameters: Parameters = DEFAULT,
) -> list[tuple[UUID, bool, int]]:
    """Rank all ``talents`` for ``vacancy``: (key, gates met, score); gates met first, score desc, id."""
    ranked = [(key, *score(talent, vacancy, idf, relatedness, parameters)) for key, talent in talents]
    return sorted(ranked, key=lambda place: (not place[1], -place[2], place[0].int))
