"""Reads a set with graded relevance (vacancies, talents, qrels both ways) and an ESCO-shaped taxonomy."""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.matching.neighbours import text_neighbours
from app.matching.relatedness import UNRELATED, Relatedness, sibling_groups

_PARTS_OF_QREL = 3


class SetError(Exception):
    """A file is missing or broken; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Advert:
    """A vacancy of the set: skill URIs."""

    id: str
    essential: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def skills(self) -> tuple[str, ...]:
        """All skills, essential first, each once."""
        return tuple(dict.fromkeys((*self.essential, *self.optional)))


@dataclass(frozen=True, slots=True)
class Person:
    """A talent of the set: skill URIs."""

    id: str
    skills: tuple[str, ...]


#: Grades by query and document.
Qrels = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class QualitySet:
    """The whole set; ``forward`` asks by talent for vacancies, ``reverse`` the other way."""

    vacancies: list[Advert]
    talents: list[Person]
    forward: Qrels
    reverse: Qrels


def _lines(directory: Path, name: str) -> Iterator[tuple[str, str]]:
    """Yield (place, line) of ``name`` or ``name.gz``; place is ``file:line``."""
    for path in (directory / f"{name}.gz", directory / name):
        if path.is_file():
            break
    else:
        msg = f"{directory / name}.gz: no such file"
        raise SetError(msg)
    number = 0
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                yield f"{path}:{number}", line.rstrip("\r\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        msg = f"{path}:{number + 1}: {error}"
        raise SetError(msg) from error


def _records(directory: Path, name: str, lists: tuple[str, ...]) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    seen: set[str] = set()
    for place, line in _lines(directory, name):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            msg = f"{place}: not JSON: {error}"
            raise SetError(msg) from error
        values: list[Any] = [record.get(key) for key in ("id", *lists)] if isinstance(record, dict) else []
        if not values or not isinstance(values[0], str) or not all(_is_texts(value) for value in values[1:]):
            msg = f"{place}: expected an object with a text id and lists of texts {', '.join(lists)}"
            raise SetError(msg)
        identity, *texts = values
        if identity in seen:
            msg = f"{place}: id {identity} occurs twice"
            raise SetError(msg)
        seen.add(identity)
        yield identity, [tuple(dict.fromkeys(value)) for value in texts]


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _qrels(directory: Path, name: str, queries: set[str], documents: set[str]) -> Qrels:
    qrels: Qrels = {}
    for position, (place, line) in enumerate(_lines(directory, name)):
        if position == 0 or not line.strip():
            continue
        parts = line.split("\t")
        if len(parts) != _PARTS_OF_QREL or not (parts[2].isascii() and parts[2].isdigit()):
            msg = f"{place}: expected query, document and grade separated by tabs"
            raise SetError(msg)
        query, document, grade = parts
        for identity, known in ((query, queries), (document, documents)):
            if identity not in known:
                msg = f"{place}: unknown id {identity}"
                raise SetError(msg)
        qrels.setdefault(query, {})[document] = int(grade)
    if not any(any(grades.values()) for grades in qrels.values()):
        msg = f"{directory / name}: no relevant pair"
        raise SetError(msg)
    return qrels


def read_set(directory: Path) -> QualitySet:
    """Read the four files of a set, packed (``.gz``) or plain. Raises ``SetError``."""
    if not directory.is_dir():
        msg = f"{directory}: no such directory"
        raise SetError(msg)
    vacancies = [
        Advert(identity, *lists)
        for identity, lists in _records(directory, "vacancies.jsonl", ("essential", "optional"))
    ]
    talents = [Person(identity, *lists) for identity, lists in _records(directory, "talents.jsonl", ("skills",))]
    adverts, people = {advert.id for advert in vacancies}, {person.id for person in talents}
    return QualitySet(
        vacancies,
        talents,
        _qrels(directory, "qrels_forward.tsv", people, adverts),
        _qrels(directory, "qrels_reverse.tsv", adverts, people),
    )


def _table(directory: Path, name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    place = str(directory / name)

    def texts() -> Iterator[str]:
        nonlocal place
        for where, line in _lines(directory, name):
            place = where
            yield f"{line}\n"

    reader = csv.reader(texts())
    try:
        header = next(reader, [])
        missing = [column for column in columns if column not in header]
        if missing:
            msg = f"{place}: no column {missing[0]}"
            raise SetError(msg)
        spots = [header.index(column) for column in columns]
        for row in reader:
            if len(row) != len(header):
                msg = f"{place}: {len(row)} columns instead of {len(header)}"
                raise SetError(msg)
            yield tuple(row[spot] for spot in spots)
    except csv.Error as error:
        msg = f"{place}: {error}"
        raise SetError(msg) from error


class Numbers(dict[str, int]):
    """Numbers texts in the order of their first use."""

    def __missing__(self, text: str) -> int:
        """Give the next number."""
        self[text] = len(self)
        return self[text]


def read_taxonomy(directory: Path | None, numbers: Numbers) -> Relatedness:
    """Build relatedness from the ESCO files in ``directory``; none without it.

    Skills get their number from ``numbers``. Raises ``SetError``.
    """
    if directory is None:
        return UNRELATED
    if not directory.is_dir():
        msg = f"{directory}: no such directory"
        raise SetError(msg)
    labels = {}
    for uri, label, aliases in _table(directory, "skills.csv", ("uri", "label", "alt")):
        labels[numbers[uri]] = [label, *(alias for alias in aliases.split("|") if alias)]
    parents = [pair for pair in _table(directory, "skill_broader.csv", ("c", "p")) if pair[0] in numbers]
    links = list(_table(directory, "skill_skill.csv", ("a", "b")))
    return Relatedness.build(
        broader=[(numbers[child], numbers[parent]) for child, parent in parents if parent in numbers],
        related=[(numbers[one], numbers[other]) for one, other in links if one in numbers and other in numbers],
        siblings=sibling_groups((numbers[child], parent) for child, parent in parents),
        neighbours=text_neighbours(labels),
    )
