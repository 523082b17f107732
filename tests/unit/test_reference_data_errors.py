"""Reference data that breaks a rule is refused, by file and line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.data import loading
from app.data.rows import ReferenceDataError


def line_of(path: Path, start: str) -> int:
    """The number of the only line that starts with `start`."""
    found = [
        number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if line.startswith(start)
    ]
    assert len(found) == 1, (path, start, found)
    return found[0]


BREAKS: list[tuple[Callable[[Path], object], str, str, str, str, str]] = [
    # loader, file, start of the line to change, what to change in it, into what, the reason given
    (loading.load_skills, "taxonomy/skills.csv", "code,", "kind", "sort", "the header is not"),
    (loading.load_skills, "taxonomy/skills.csv", "SK-0002,", "SK-0002", "SK-2", "no accepted form"),
    (loading.load_skills, "taxonomy/skills.csv", "SK-0002,", "SK-0002", "SK-0001", "already on line 2"),
    (loading.load_skills, "taxonomy/skills.csv", "SK-0002,", ",skill,", ",craft,", "unknown kind 'craft'"),
    (
        loading.load_skills,
        "taxonomy/skills.csv",
        "SK-0002,",
        "SK-0001",
        "SK-9999",
        "unknown broader 'SK-9999'",
    ),
    (loading.load_skills, "taxonomy/skills.csv", "SK-0002,", ",SK-0001,", ",SK-0002,", "refers to itself"),
    (
        loading.load_skills,
        "taxonomy/skills.csv",
        "SK-0002,",
        "koding|coding",
        "koding||coding",
        "empty member",
    ),
    (
        loading.load_skills,
        "taxonomy/skills.csv",
        "SK-0002,",
        "koding|coding",
        "koding|Koding",
        "repeats a member",
    ),
    (loading.load_skills, "taxonomy/skills.csv", "SK-0003,", "Python 3", "koding", "also names"),
    (loading.load_skills, "taxonomy/skills.csv", "SK-0002,", "Computer programming", "", "label_en is empty"),
    (loading.load_skills, "taxonomy/skills.csv", "SK-0002,", "Computer", " Computer", "white space"),
    (
        loading.load_skills,
        "taxonomy/skills.csv",
        "SK-0002,",
        "SK-0001,SK-0013",
        "SK-0001,SK-0013|SK-0100",
        "does not state",
    ),
    (loading.load_skills, "taxonomy/skills.csv", "SK-0002,", ",skill,", ",skill,,", "10 cells instead of 9"),
    (loading.load_skills, "taxonomy/skills.csv", "SK-0002,", '"Menulis,', '"Menulis"x,', "expected"),
    (
        loading.load_skills,
        "taxonomy/skills.csv",
        "SK-0001,",
        ",,SK-0015",
        ",SK-0002,SK-0015",
        "round in a circle",
    ),
    (
        loading.load_occupation_groups,
        "taxonomy/occupation_groups.csv",
        "112,",
        "112",
        "992",
        "unknown parent '99'",
    ),
    (
        loading.load_occupations,
        "taxonomy/occupations.csv",
        "7212.51,",
        "7212.51",
        "7299.51",
        "unknown parent '7299'",
    ),
    (loading.load_occupations, "taxonomy/occupations.csv", "7212,", "7212", "72120", "no accepted form"),
    (
        loading.load_occupations,
        "taxonomy/occupations.csv",
        "7212,",
        ",smk,",
        ",stm,",
        "unknown education_typical",
    ),
    (loading.load_units, "taxonomy/units.csv", "A.03BDI00.004.1,", "A.03", "A.3", "no accepted form"),
    (
        loading.load_schemes,
        "taxonomy/schemes.csv",
        "SKM-0001,",
        ",36,",
        ",1e2,",
        "not an integer from 1 to 120",
    ),
    (loading.load_schemes, "taxonomy/schemes.csv", "SKM-0001,", ",36,", ",,", "validity_months is empty"),
    (loading.load_schemes, "taxonomy/schemes.csv", "SKM-0001,", "occupation,4", "cluster,4", "no KKNI level"),
    (
        loading.load_schemes,
        "taxonomy/schemes.csv",
        "SKM-0001,",
        "J.620100.004.02",
        "J.620100.999.02",
        "unknown units",
    ),
    (
        loading.load_industries,
        "taxonomy/industries.csv",
        "2020,14111,",
        ",14\n",
        ",15\n",
        "the parent is not '14'",
    ),
    (
        loading.load_industries,
        "taxonomy/industries.csv",
        "2020,14111,",
        "2020",
        "2025",
        "unknown parent '14'",
    ),
    (loading.load_provinces, "regions/provinces.csv", "11,", "Aceh,", "Aceh,11", "refers to itself"),
    (loading.load_provinces, "regions/provinces.csv", "11,", "Aceh,", "Aceh,12|13", "more than one province"),
    (loading.load_regencies, "regions/regencies.csv", "11.01,", ",11,", ",12,", "not in province 12"),
    (loading.load_regencies, "regions/regencies.csv", "11.01,", "regency", "city", "not the code of a city"),
    (loading.load_minimum_wages, "wages/ump.csv", "2025,12,", "2025,12", "2025,11", "already on line"),
    (loading.load_minimum_wages, "wages/ump.csv", "2025,31,", "5396761", "-1", "not an integer"),
    (loading.load_education, "education.csv", "sd,", "sd,1", "sd,x", "not an integer"),
    (loading.load_benefits, "benefits.csv", "thr,", "thr", "T H R", "no accepted form"),
]


@pytest.mark.parametrize(("load", "file", "start", "old", "new", "reason"), BREAKS)
def test_a_broken_line_is_refused_by_file_and_number(
    tmp_path: Path, load: Callable[[Path], object], file: str, start: str, old: str, new: str, reason: str
) -> None:
    root = tmp_path / "data"
    shutil.copytree(loading.DATA, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    number = line_of(root / file, start)
    lines = (root / file).read_text(encoding="utf-8").splitlines(keepends=True)
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new, 1)
    (root / file).write_text("".join(lines), encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=re.escape(reason)) as caught:
        load(root)
    assert str(caught.value).startswith(f"{file}:")
    assert caught.value.line == number
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("load", "file", "line", "reason"),
    [
        (
            loading.load_occupations,
            "taxonomy/occupations.csv",
            "7212,Las,Weld,,,smk,,SK-0001",
            "essential is empty",
        ),
        (
            loading.load_occupations,
            "taxonomy/occupations.csv",
            "7212,Las,Weld,,,smk,SK-0001,SK-0001",
            "both essential",
        ),
        (loading.load_units, "taxonomy/units.csv", "A.03BDI00.004.1,Benih,Seed,", "skills is empty"),
        (
            loading.load_schemes,
            "taxonomy/schemes.csv",
            "SKM-0001,Las,Weld,cluster,,7212,36,",
            "units is empty",
        ),
    ],
)
def test_a_line_without_what_it_is_for_is_refused(
    tmp_path: Path, load: Callable[[Path], object], file: str, line: str, reason: str
) -> None:
    root = tmp_path / "data"
    shutil.copytree(loading.DATA, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    header = (root / file).read_text(encoding="utf-8").splitlines()[0]
    (root / file).write_text(f"{header}\n{line}\n", encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=reason) as caught:
        load(root)
    assert (caught.value.file, caught.value.line) == (file, 2)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "benefits.csv").write_text("", encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=r"benefits\.csv:1: the file is empty"):
        loading.load_benefits(tmp_path)
