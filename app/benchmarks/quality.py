"""``hub bench quality``: how well the hub's own ranking finds what is relevant, beside four plain baselines.

nDCG@10 (gain 2^grade - 1, discount log2) and MRR@10 of the top grade of each query, forward (vacancies for a
talent) and reverse (talents for a vacancy). Baselines see the same skills: Jaccard, coverage (share of the
asked skills that are held), cosine of tf-idf, and BM25 of the library ``bm25s`` with its default parameters.
"""

import json as jsonlib
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import bm25s  # type: ignore[import-untyped]  # the library ships no types
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from app.benchmarks.quality_set import Numbers, Qrels, QualitySet, SetError, read_set, read_taxonomy
from app.matching.columns import IndexedVacancy
from app.matching.index import MatchIndex, TalentQuery
from app.matching.model import AskedSkill, HeldSkill, TalentFacts, VacancyFacts
from app.matching.relatedness import Relatedness
from app.matching.talents import TalentIndex

TOP = 10
_DISCOUNT = [1 / math.log2(rank + 2) for rank in range(TOP)]
#: Ranked documents of each query, best first.
Run = dict[str, list[str]]


def evaluate(qrels: Qrels, run: Run) -> dict[str, float]:
    """Return ``ndcg10`` and ``mrr10`` of ``run``, the mean over the queries of ``qrels``."""
    ndcg = mrr = 0.0
    for query, grades in qrels.items():
        got = [grades.get(document, 0) for document in run.get(query, [])[:TOP]]
        top = max(grades.values())
        best = sum(
            (2**grade - 1) * d for grade, d in zip(sorted(grades.values(), reverse=True), _DISCOUNT, strict=False)
        )
        ndcg += sum((2**grade - 1) * d for grade, d in zip(got, _DISCOUNT, strict=False)) / best if best else 0.0
        mrr += next((1 / rank for rank, grade in enumerate(got, start=1) if grade == top and top), 0.0)
    return {"ndcg10": ndcg / len(qrels), "mrr10": mrr / len(qrels)}


def _facts(data: QualitySet, numbers: Numbers) -> tuple[list[VacancyFacts], list[TalentFacts]]:
    vacancies = [
        VacancyFacts(
            UUID(int=row),
            0,
            skills=tuple(
                AskedSkill(numbers[skill], 1, importance)
                for skills, importance in ((advert.essential, True), (advert.optional, False))
                for skill in skills
            ),
        )
        for row, advert in enumerate(data.vacancies)
    ]
    talents = [
        TalentFacts(skills=tuple(HeldSkill(numbers[skill], 1) for skill in person.skills)) for person in data.talents
    ]
    return vacancies, talents


def hub_runs(data: QualitySet, relatedness: Relatedness, numbers: Numbers) -> tuple[Run, Run]:
    """Rank both ways with the indexes that serve the API."""
    vacancies, talents = _facts(data, numbers)
    index = MatchIndex()
    index.load(IndexedVacancy(vacancy) for vacancy in vacancies)
    people = {person.id: row for row, person in enumerate(data.talents)}
    forward: Run = {}
    for query in data.forward:
        page = index.rank(TalentQuery.of(talents[people[query]], relatedness), TOP)
        forward[query] = [data.vacancies[item.key.int].id for item in page.items]
    reverse: Run = {}
    candidates = TalentIndex(relatedness)
    candidates.load((UUID(int=row), talent) for row, talent in enumerate(talents))
    adverts = {advert.id: row for row, advert in enumerate(data.vacancies)}
    for query in data.reverse:
        ranked = candidates.rank(vacancies[adverts[query]], index.idf, TOP)
        reverse[query] = [data.talents[item.key.int].id for item in ranked.items]
    return forward, reverse


def _matrix(rows: Sequence[Sequence[str]], numbers: Numbers) -> NDArray[np.float32]:
    known = {skill: numbers[skill] for row in rows for skill in row}
    out = np.zeros((len(rows), len(numbers)), np.float32)
    for i, row in enumerate(rows):
        out[i, [known[skill] for skill in row]] = 1
    return out


def _baseline_scores(asked: Sequence[Sequence[str]], held: Sequence[Sequence[str]]) -> dict[str, NDArray[np.float64]]:
    """Return the score of every (talent, vacancy) by each baseline that is the same both ways."""
    numbers = Numbers()
    for row in (*asked, *held):
        for skill in row:
            numbers[skill]  # numbers it
    wants, has = _matrix(asked, numbers), _matrix(held, numbers)
    common = (has @ wants.T).astype(np.float64)
    n_wants, n_has = wants.sum(1).astype(np.float64), has.sum(1).astype(np.float64)
    either = n_has[:, None] + n_wants[None, :] - common
    rare = np.log((1 + len(asked)) / (1 + wants.sum(0))) + 1
    tf_wants, tf_has = wants * rare, has * rare
    lengths = np.linalg.norm(tf_has, axis=1)[:, None] * np.linalg.norm(tf_wants, axis=1)[None, :]
    return {
        "jaccard": common / np.maximum(either, 1),
        "coverage": common / np.maximum(n_wants, 1)[None, :],
        "tfidf": (tf_has @ tf_wants.T) / np.maximum(lengths, 1e-12),
    }


def _bm25(documents: Sequence[Sequence[str]], queries: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    engine = bm25s.BM25()
    engine.index([list(row) for row in documents], show_progress=False)
    known = set(engine.vocab_dict)
    scores = [
        engine.get_scores([skill for skill in row if skill in known])
        if known.intersection(row)
        else np.zeros(len(documents))
        for row in queries
    ]
    return np.array(scores, np.float64)


def _run(scores: NDArray[np.float64], queries: Qrels, asking: dict[str, int], names: Sequence[str]) -> Run:
    """Turn scores (by asking row) into a run; equal scores (to 9 places) in the order of the documents."""
    run: Run = {}
    for query in queries:
        best = np.argsort(-np.round(scores[asking[query]], 9), kind="stable")[:TOP]
        run[query] = [names[document] for document in best.tolist()]
    return run


def _rows(records: Sequence[Any]) -> dict[str, int]:
    return {record.id: row for row, record in enumerate(records)}


def compare(data: QualitySet, relatedness: Relatedness, numbers: Numbers) -> tuple[dict[str, Any], Run, Run]:
    """Return the figures of the hub and of every baseline, and the hub's two runs."""
    forward, reverse = hub_runs(data, relatedness, numbers)
    people, adverts = _rows(data.talents), _rows(data.vacancies)
    talent_ids, vacancy_ids = list(people), list(adverts)
    asked = [advert.skills for advert in data.vacancies]
    held = [person.skills for person in data.talents]
    scored = {name: (score, score.T) for name, score in _baseline_scores(asked, held).items()}
    scored["bm25"] = (_bm25(asked, held), _bm25(held, asked))
    figures = {"hub": {"forward": evaluate(data.forward, forward), "reverse": evaluate(data.reverse, reverse)}}
    for name in ("bm25", "tfidf", "coverage", "jaccard"):
        ahead, back = scored[name]
        figures[name] = {
            "forward": evaluate(data.forward, _run(ahead, data.forward, people, vacancy_ids)),
            "reverse": evaluate(data.reverse, _run(back, data.reverse, adverts, talent_ids)),
        }
    return figures, forward, reverse


def _write(path: Path, run: Run) -> None:
    path.write_text("".join(f"{query}\t{document}\n" for query, found in run.items() for document in found))


def _show(directory: Path, figures: dict[str, Any]) -> None:
    table = Table(title=f"Match quality on {directory}")
    for heading in ("", "forward nDCG@10", "forward MRR@10", "reverse nDCG@10", "reverse MRR@10"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, way in figures.items():
        cells = [f"{way[d][m]:.4f}" for d in ("forward", "reverse") for m in ("ndcg10", "mrr10")]
        table.add_row(name, *cells, style="bold" if name == "hub" else None)
    Console().print(table)


def run(directory: Path, taxonomy: Path | None, *, json: bool, run_prefix: Path | None) -> int:
    """Run the benchmark, print its figures, return the exit code: 0, or 2 with one line on standard error."""
    numbers = Numbers()
    try:
        data = read_set(directory)
        relatedness = read_taxonomy(taxonomy, numbers)
        figures, forward, reverse = compare(data, relatedness, numbers)
        if run_prefix is not None:
            _write(Path(f"{run_prefix}.forward.tsv"), forward)
            _write(Path(f"{run_prefix}.reverse.tsv"), reverse)
    except (SetError, OSError) as error:
        sys.stderr.write(f"hub bench quality: {error}\n")
        return 2
    if json:
        sys.stdout.write(jsonlib.dumps(figures) + "\n")
    else:
        _show(directory, figures)
    return 0
