"""The reference data of the package: complete, consistent, in two languages."""

from __future__ import annotations

import csv
import gzip
import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from app.data import loading
from app.data.records import CodeRecord
from app.domain import education, kkni
from app.domain.identifiers import parse_kbji, parse_kbli, parse_skkni
from app.domain.work_relations import WorkArrangement, WorkRelation

SHARED = Path(os.environ.get("HUB_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")

SMALL_LISTS = (
    loading.load_work_relations,
    loading.load_work_arrangements,
    loading.load_languages,
    loading.load_licences,
    loading.load_accommodations,
    loading.load_benefits,
    loading.load_transition_reasons,
)

# KBJI codes of the fields that the hub's seed and documents speak about.
SEED_OCCUPATIONS = {
    *("2166", "2221", "2423", "2511", "2513", "2521", "3313", "3513", "4132", "5132"),
    *("5414", "7212", "7231", "7411", "7512", "8153", "8332", "9111", "9312"),
}


def shared_codes(file: str, column: str) -> set[str]:
    """Codes of an official list that is not part of the repository; skips where it is absent."""
    path = SHARED / "indonesia" / file
    if not path.is_file():
        pytest.skip(f"{file} is not there; set HUB_SHARED_DATA to the directory with the official lists")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return {row[column] for row in csv.DictReader(lines)}


def repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(value.casefold() for value in values).items() if count > 1]


def test_there_is_enough_of_everything() -> None:
    assert len(loading.load_skills()) >= 320
    assert len(loading.load_occupations()) >= 125
    assert len(loading.load_schemes()) >= 45
    assert len(loading.load_units()) >= 130
    assert len(loading.load_provinces()) == 38
    assert len(loading.load_regencies()) == 514
    assert len(loading.load_education()) == 14
    by_length = Counter(len(industry.code) for industry in loading.load_industries())
    assert by_length[1] == 21
    assert by_length[2] == 88
    assert by_length[5] >= 80


def test_every_label_is_given_in_both_languages() -> None:
    for skill in loading.load_skills():
        assert skill.label_id and skill.label_en and skill.description_id.endswith("."), skill.code
        assert skill.aliases_id or skill.aliases_en, skill.code
    for occupation in loading.load_occupations():
        assert occupation.label_id and occupation.label_en and occupation.aliases_id, occupation.code
    labels_id = [skill.label_id for skill in loading.load_skills()]
    same = [skill.code for skill in loading.load_skills() if skill.label_id == skill.label_en]
    # Product names read alike in both languages; a translation left out would show as many more.
    assert len(same) < len(labels_id) / 10


def test_no_name_finds_two_skills_or_two_occupations() -> None:
    for records in (loading.load_skills(), loading.load_occupations()):
        owners: dict[str, set[str]] = {}
        for record in records:
            for name in (record.label_id, record.label_en, *record.aliases_id, *record.aliases_en):
                owners.setdefault(name.casefold(), set()).add(record.code)
        assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


def test_labels_are_unique_in_each_list() -> None:
    assert repeated(scheme.label_id for scheme in loading.load_schemes()) == []
    assert repeated(scheme.label_en for scheme in loading.load_schemes()) == []
    assert repeated(unit.title_id for unit in loading.load_units()) == []
    assert repeated(unit.title_en for unit in loading.load_units()) == []
    assert repeated(group.label_id for group in loading.load_occupation_groups()) == []
    assert repeated(industry.label_id for industry in loading.load_industries()) == []
    assert repeated(industry.label_en for industry in loading.load_industries()) == []


def test_skill_codes_are_dense_from_one() -> None:
    assert [skill.code for skill in loading.load_skills()] == [
        f"SK-{number:04d}" for number in range(1, len(loading.load_skills()) + 1)
    ]


def test_broader_skills_make_groups_of_siblings_without_cycles() -> None:
    skills = {skill.code: skill for skill in loading.load_skills()}
    children = Counter(code for skill in skills.values() for code in skill.broader)
    # Siblings count as neighbours in groups of up to 12: a larger group would silently lose them.
    assert max(children.values()) <= 12
    assert sum(1 for size in children.values() if size >= 2) >= 40
    for skill in skills.values():
        seen = {skill.code}
        above = list(skill.broader)
        while above:
            code = above.pop()
            assert code not in seen, f"{skill.code} is its own ancestor"
            seen.add(code)
            above.extend(skills[code].broader)


def test_related_skills_are_stated_on_both_sides_and_are_not_broader_or_narrower() -> None:
    skills = {skill.code: skill for skill in loading.load_skills()}
    for skill in skills.values():
        for code in skill.related:
            assert skill.code in skills[code].related
            assert code not in skill.broader
            assert skill.code not in skills[code].broader


def test_welding_has_its_processes_below_it() -> None:
    skills = loading.load_skills()
    welding = next(skill.code for skill in skills if skill.label_en == "Welding")
    below = {skill.label_en for skill in skills if welding in skill.broader}
    assert {"Shielded metal arc welding", "Gas metal arc welding", "Gas tungsten arc welding"} <= below


def test_all_kinds_of_skills_are_there() -> None:
    kinds = Counter(skill.kind for skill in loading.load_skills())
    assert set(kinds) == set(loading.SKILL_KINDS)
    assert kinds["language"] >= 6
    assert kinds["transversal"] >= 20


def test_occupations_ask_for_a_sensible_number_of_known_skills() -> None:
    known = {skill.code for skill in loading.load_skills()}
    for occupation in loading.load_occupations():
        assert 4 <= len(occupation.essential) <= 9, occupation.code
        assert 2 <= len(occupation.preferred) <= 6, occupation.code
        assert known.issuperset(occupation.essential + occupation.preferred), occupation.code
        assert parse_kbji(occupation.code) == occupation.code


def test_occupations_cover_the_fields_of_the_seed() -> None:
    assert {occupation.code for occupation in loading.load_occupations()}.issuperset(SEED_OCCUPATIONS)


def test_occupations_hang_below_units_and_groups() -> None:
    groups = {group.code: group for group in loading.load_occupation_groups()}
    assert {code for code in groups if len(code) == 1} == set("0123456789")
    occupations = {occupation.code: occupation for occupation in loading.load_occupations()}
    used = set("0123456789")
    for occupation in occupations.values():
        assert occupation.parent in (occupations if "." in occupation.code else groups), occupation.code
        used |= {occupation.code[:2], occupation.code[:3]}
    assert set(groups) == used


def test_units_have_skkni_codes_and_prove_skills() -> None:
    known = {skill.code for skill in loading.load_skills()}
    forms = set()
    for unit in loading.load_units():
        parsed = parse_skkni(unit.code)
        assert parsed.code == unit.code
        forms.add(parsed.form)
        assert unit.skills and known.issuperset(unit.skills), unit.code
    assert forms == {"2012", "new", "old"}


def test_schemes_have_three_to_eight_units_and_every_unit_is_used() -> None:
    units = {unit.code for unit in loading.load_units()}
    used: set[str] = set()
    for scheme in loading.load_schemes():
        assert 3 <= len(scheme.units) <= 8, scheme.code
        assert scheme.kkni_level is None or kkni.LOWEST <= scheme.kkni_level <= kkni.HIGHEST
        used.update(scheme.units)
    assert used == units
    assert {scheme.kind for scheme in loading.load_schemes()} == set(loading.SCHEME_KINDS)


def test_a_scheme_proves_a_skill_that_its_occupation_asks_for() -> None:
    skills = {unit.code: set(unit.skills) for unit in loading.load_units()}
    occupations = {occupation.code: occupation for occupation in loading.load_occupations()}
    for scheme in loading.load_schemes():
        proved = set().union(*(skills[code] for code in scheme.units))
        asked = occupations[scheme.occupation]
        assert proved.intersection(asked.essential + asked.preferred), scheme.code


def test_occupations_and_industries_exist_in_the_official_lists() -> None:
    kbji = shared_codes("kbji2014.csv.gz", "kode")
    assert {occupation.code[:4] for occupation in loading.load_occupations()} <= kbji
    # Jobs below a unit group are official ones, or the project's own from .51 upwards.
    jobs = [occupation.code for occupation in loading.load_occupations() if "." in occupation.code]
    assert [code for code in jobs if code not in kbji and not 51 <= int(code[5:]) <= 98] == []
    assert [code for code in jobs if code in kbji and int(code[5:]) >= 51] == []
    kbli = shared_codes("kbli2020.csv.gz", "kode")
    assert {industry.code for industry in loading.load_industries()} <= kbli


def test_real_skkni_units_are_used_where_known() -> None:
    official = shared_codes("skkni_units.csv.gz", "kode_unit")
    assert len(official.intersection(unit.code for unit in loading.load_units())) >= 40


def test_industries_are_of_2020_with_every_section() -> None:
    industries = loading.load_industries()
    assert {industry.edition for industry in industries} == {"2020"}
    sections = [industry.code for industry in industries if len(industry.code) == 1]
    assert sections == list("ABCDEFGHIJKLMNOPQRSTU")
    for industry in industries:
        if len(industry.code) == 5:
            assert parse_kbli(industry.code, int(industry.edition)).code == industry.code


def test_regions_have_proper_names() -> None:
    provinces = {province.code: province.label for province in loading.load_provinces()}
    assert provinces["31"] == "DKI Jakarta"
    assert provinces["34"] == "DI Yogyakarta"
    assert provinces["96"] == "Papua Barat Daya"
    regencies = {regency.code: regency for regency in loading.load_regencies()}
    assert regencies["11.01"].label == "Kabupaten Aceh Selatan"
    assert regencies["32.73"].label == "Kota Bandung"
    assert (regencies["21.71"].label, regencies["21.71"].kind) == ("Kota Batam", "city")
    assert regencies["35.25"].label == "Kabupaten Gresik"
    for regency in regencies.values():
        prefix = "Kota " if regency.kind == "city" else "Kabupaten "
        assert regency.label.startswith(prefix)
        assert re.fullmatch(r"[A-Z][a-z]+(?:[ -](?:[A-Z][a-z]+|dan))+", regency.label), regency.label
    assert {regency.province_code for regency in regencies.values()} == set(provinces)


def test_regions_agree_with_the_official_list() -> None:
    assert shared_codes("regencies.csv.gz", "code") == {regency.code for regency in loading.load_regencies()}
    assert shared_codes("provinces.csv.gz", "code") == {province.code for province in loading.load_provinces()}


def test_minimum_wages_cover_every_province_in_2025() -> None:
    wages = {(wage.year, wage.province_code): wage for wage in loading.load_minimum_wages()}
    assert {code for year, code in wages if year == 2025} == {item.code for item in loading.load_provinces()}
    assert wages[2025, "31"].amount == 5_396_761
    assert wages[2026, "31"].amount == 5_729_876
    assert {wage.province_code for wage in wages.values() if not wage.confirmed} == {"92", "96"}
    assert all(1_500_000 < wage.amount < 8_000_000 for wage in wages.values())


def test_education_says_what_the_domain_says() -> None:
    levels = loading.load_education()
    assert [level.code for level in levels] == [level.value for level in education.EducationLevel]
    for level in levels:
        member = education.EducationLevel(level.code)
        assert level.ordinal == education.ordinal(member)
        assert level.kkni_level == kkni.level_of(member)
        assert level.label_id == education.LABELS[member]["id"]


def test_work_relations_and_arrangements_are_those_of_the_domain() -> None:
    assert [item.code for item in loading.load_work_relations()] == [item.value for item in WorkRelation]
    assert [item.code for item in loading.load_work_arrangements()] == [item.value for item in WorkArrangement]


@pytest.mark.parametrize(
    ("load", "codes"),
    [
        (loading.load_languages, {"id", "en", "jv", "su", "ja", "ko", "zh", "ar"}),
        (
            loading.load_licences,
            {"sim_a", "sim_b1", "sim_b2", "sim_c", "kta_satpam", "str_perawat", "sio_forklift"},
        ),
        (loading.load_accommodations, {"step_free", "sign_interpreter", "screen_reader"}),
        (loading.load_benefits, {"bpjs_kesehatan", "bpjs_ketenagakerjaan", "thr"}),
        (loading.load_transition_reasons, {"position_filled", "other"}),
    ],
)
def test_small_lists_hold_what_is_asked_of_them(load: loading.Loader[CodeRecord], codes: set[str]) -> None:
    assert {item.code for item in load()} >= codes


@pytest.mark.parametrize("load", SMALL_LISTS)
def test_small_lists_are_bilingual(load: loading.Loader[CodeRecord]) -> None:
    for item in load():
        assert item.label_id and item.label_en


def test_a_caller_cannot_change_what_the_next_one_gets() -> None:
    loading.load_skills().clear()
    assert len(loading.load_skills()) >= 320


def test_the_regions_keep_their_licence() -> None:
    licence = (loading.DATA / "regions" / "LICENSE").read_text(encoding="utf-8")
    assert "Open Database License (ODbL)" in licence
    assert "idn-area-data" in licence
