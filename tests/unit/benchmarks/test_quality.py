"""The quality benchmark: its figures, its files, its refusals; the public sets where they are at hand."""

import gzip
import json
import os
from pathlib import Path

import pytest

from app.benchmarks.quality import evaluate, run
from app.benchmarks.quality_set import Numbers, SetError, read_set, read_taxonomy

VACANCIES = [
    {"id": "v1", "essential": ["a", "b"], "optional": ["c"]},
    {"id": "v2", "essential": ["d", "e"], "optional": []},
    {"id": "v3", "essential": ["x"], "optional": ["a"]},
]
TALENTS = [{"id": "t1", "skills": ["a", "b"]}, {"id": "t2", "skills": ["d"]}, {"id": "t3", "skills": ["y"]}]
FORWARD = [("t1", "v1", 3), ("t1", "v3", 1), ("t2", "v2", 2), ("t3", "v3", 1)]
REVERSE = [("v1", "t1", 3), ("v2", "t2", 2)]


def _write_set(directory: Path, *, packed: bool) -> Path:
    directory.mkdir(exist_ok=True)
    head = "q\td\tgrade\n"
    texts = {
        "vacancies.jsonl": "".join(json.dumps(row) + "\n" for row in VACANCIES),
        "talents.jsonl": "".join(json.dumps(row) + "\n" for row in TALENTS) + "\n",
        "qrels_forward.tsv": head + "".join(f"{q}\t{d}\t{g}\n" for q, d, g in FORWARD),
        "qrels_reverse.tsv": head + "".join(f"{q}\t{d}\t{g}\n" for q, d, g in REVERSE) + "\n",
    }
    for name, text in texts.items():
        if packed:
            (directory / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (directory / name).write_text(text)
    return directory


def _write_taxonomy(directory: Path) -> Path:
    directory.mkdir()
    (directory / "skills.csv").write_text('uri,label,alt\nx,welding,"arc welding|smaw"\ny,welder training,\nz,,\n')
    (directory / "skill_broader.csv").write_text("c,p\ny,x\ny,group\nother,x\n")
    (directory / "skill_skill.csv").write_text("a,b,relationType\nx,y,optional\nx,gone,optional\n")
    return directory


def test_figures_follow_their_definition() -> None:
    qrels = {"q": {"a": 3, "b": 1}, "r": {"c": 2}, "nothing": {"a": 0}}
    figures = evaluate(qrels, {"q": ["x", "a"], "r": ["c"], "nothing": ["a"]})
    ideal = 7 + 1 / 1.584962500721156
    assert figures["ndcg10"] == pytest.approx((7 / 1.584962500721156 / ideal + 1) / 3)
    assert figures["mrr10"] == pytest.approx((0.5 + 1) / 3)


@pytest.mark.parametrize("packed", [True, False])
def test_a_set_is_ranked_and_every_query_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], packed: bool
) -> None:
    directory = _write_set(tmp_path / "set", packed=packed)
    assert run(directory, None, json=True, run_prefix=tmp_path / "out") == 0
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == ["hub", "bm25", "tfidf", "coverage", "jaccard"]
    assert figures["hub"]["reverse"] == {"ndcg10": 1.0, "mrr10": 1.0}
    lines = [line.split("\t") for line in (tmp_path / "out.forward.tsv").read_text().splitlines()]
    assert [query for query, _ in lines] == ["t1"] * 3 + ["t2"] * 3 + ["t3"] * 3
    assert [document for query, document in lines if query == "t1"] == ["v1", "v3", "v2"]
    assert len((tmp_path / "out.reverse.tsv").read_text().splitlines()) == 6


def test_relatedness_of_the_taxonomy_finds_what_words_and_links_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory, taxonomy = _write_set(tmp_path / "set", packed=True), _write_taxonomy(tmp_path / "taxonomy")
    assert run(directory, taxonomy, json=True, run_prefix=tmp_path / "out") == 0
    capsys.readouterr()
    lines = (tmp_path / "out.forward.tsv").read_text().splitlines()
    assert next(line for line in lines if line.startswith("t3")) == "t3\tv3"
    numbers = Numbers()
    table = read_taxonomy(taxonomy, numbers)
    assert {link.skill for link in table.answers(numbers["y"])} == {numbers["x"], numbers["y"]}


def test_the_table_names_every_ranker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(_write_set(tmp_path, packed=True), None, json=False, run_prefix=None) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("hub", "bm25", "tfidf", "coverage", "jaccard"))


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("vacancies.jsonl", '{"id": "v1"\n', "vacancies.jsonl:1: not JSON"),
        (
            "vacancies.jsonl",
            '{"id": "v1", "essential": [], "optional": [1]}\n',
            "vacancies.jsonl:1: expected",
        ),
        ("talents.jsonl", "[]\n", "talents.jsonl:1: expected"),
        (
            "talents.jsonl",
            '{"id": "t", "skills": []}\n{"id": "t", "skills": []}\n',
            "talents.jsonl:2: id t occurs",
        ),
        ("qrels_forward.tsv", "q\td\tgrade\nt1\tv1\n", "qrels_forward.tsv:2: expected"),
        ("qrels_forward.tsv", "q\td\tgrade\nt1\tv1\thigh\n", "qrels_forward.tsv:2: expected"),
        ("qrels_forward.tsv", "q\td\tgrade\nt1\tv1\t1\nt9\tv1\t1\n", "qrels_forward.tsv:3: unknown id t9"),
        ("qrels_reverse.tsv", "q\td\tgrade\n", "qrels_reverse.tsv: no relevant pair"),
        ("qrels_reverse.tsv", "q\td\tgrade\nv1\tt1\t0\n", "qrels_reverse.tsv: no relevant pair"),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, place: str
) -> None:
    _write_set(tmp_path, packed=False)
    (tmp_path / name).write_text(text)
    assert run(tmp_path, None, json=True, run_prefix=None) == 2
    error = capsys.readouterr().err
    assert place in error
    assert error.count("\n") == 1


def test_what_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "none", None, json=True, run_prefix=None) == 2
    assert "no such directory" in capsys.readouterr().err
    assert run(tmp_path, None, json=True, run_prefix=None) == 2
    assert "vacancies.jsonl.gz: no such file" in capsys.readouterr().err
    _write_set(tmp_path, packed=True)
    assert run(tmp_path, tmp_path / "taxonomy", json=True, run_prefix=None) == 2
    assert "no such directory" in capsys.readouterr().err
    assert run(tmp_path, None, json=True, run_prefix=tmp_path / "no" / "place") == 2
    assert "No such file" in capsys.readouterr().err


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    _write_set(tmp_path, packed=True)
    whole = (tmp_path / "talents.jsonl.gz").read_bytes()
    (tmp_path / "talents.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SetError, match=r"talents\.jsonl\.gz:\d+:"):
        read_set(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("skills.csv", "uri,label\n", "no column alt"),
        ("skill_broader.csv", "c,p\na\n", r"skill_broader\.csv:2: 1 columns"),
        ("skill_skill.csv", "a,b\nx,y\n" + "x" * 200_000 + ",y\n", r"skill_skill\.csv:3: field larger"),
        ("skill_skill.csv", "", r"skill_skill\.csv: no column a"),
    ],
)
def test_a_broken_taxonomy_is_named(tmp_path: Path, name: str, text: str, words: str) -> None:
    taxonomy = _write_taxonomy(tmp_path / "taxonomy")
    (taxonomy / name).write_text(text)
    with pytest.raises(SetError, match=words):
        read_taxonomy(taxonomy, Numbers())


SHARED = Path(os.environ.get("HUB_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))


@pytest.mark.skipif(not (SHARED / "match_bench").is_dir(), reason=f"public sets are not at {SHARED}")
@pytest.mark.parametrize("name", ["rich", "sparse"])
def test_the_hub_is_no_worse_than_bm25_on_the_public_sets(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(SHARED / "match_bench" / name, SHARED / "esco111", json=True, run_prefix=None) == 0
    figures = json.loads(capsys.readouterr().out)
    for direction in ("forward", "reverse"):
        assert figures["hub"][direction]["ndcg10"] >= figures["bm25"][direction]["ndcg10"]
    if name == "sparse":
        assert figures["hub"]["forward"]["ndcg10"] >= figures["bm25"]["forward"]["ndcg10"] + 0.02
