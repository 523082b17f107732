"""Imports of official classifications: what they write, complete, retire and report."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.core.db import BoundDatabase
from app.models.taxonomy import (
    CompetencyUnit,
    Industry,
    Occupation,
    OccupationSkill,
    Skill,
    SkillRelation,
    TaxonomyRelease,
    TaxonomyTerm,
)
from app.services.taxonomy_import import BundleError, Counts, Report, import_source
from tests.support.bundles import BASE, SKILLS, compact, official, write_csv
from tests.support.world import Api

_KBJI = ("digit", "kode", "judul", "deskripsi")
_KBLI = ("kategori", "digit", "kode", "judul", "deskripsi")


def quiet(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


async def run(database: BoundDatabase, source: str, path: Path) -> Report:
    async with database.transaction() as session:
        return await import_source(session, source, path, quiet)


async def skill(database: BoundDatabase, code: str) -> Skill:
    async with database.read() as session:
        row = await session.scalar(select(Skill).where(Skill.code == code))
    assert row is not None, code
    return row


async def occupation(database: BoundDatabase, code: str) -> Occupation:
    async with database.read() as session:
        row = await session.get(Occupation, code)
    assert row is not None, code
    return row


async def releases(database: BoundDatabase) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(TaxonomyRelease)) or 0


async def test_the_official_bundle_is_imported_whole(database: BoundDatabase, tmp_path: Path, api: Api) -> None:
    report = await run(database, "esco", official(tmp_path / "ESCO dataset - v1.2.0 - classification - en - csv"))
    assert report.version == "1.2.0"
    assert report.bad_lines == []
    assert report.tables["skill"] == Counts(inserted=4)
    assert report.tables["skill_relation"] == Counts(inserted=3)
    assert report.tables["occupation_skill"] == Counts(inserted=2)
    kiln = await skill(database, "ESCO-aaaa-1")
    assert (kiln.kind, kiln.label_en, kiln.label_id) == ("skill", "operate kiln", "operate kiln")
    assert kiln.aliases_en == ["run kiln", "use kiln"]
    kinds = [(await skill(database, f"ESCO-{key}")).kind for key in ("aaaa-2", "aaaa-3", "ISCED-0722")]
    assert kinds == ["knowledge", "transversal", "group"]
    firer = await occupation(database, "ESCO-7314.9")
    assert (firer.parent_code, firer.level, firer.source) == ("7314", 5, "esco")
    found = (await api.get("/v1/taxonomy/skills", params={"q": "use kiln"})).json()["items"]
    assert found[0]["code"] == "ESCO-aaaa-1"
    groups = (await api.get("/v1/taxonomy/skills", params={"q": "materials"})).json()["items"]
    assert "ESCO-ISCED-0722" not in [item["code"] for item in groups]
    below = (await api.get("/v1/taxonomy/skills/ESCO-ISCED-0722/children")).json()["items"]
    assert [item["code"] for item in below] == ["ESCO-aaaa-2"]


async def test_both_forms_and_a_zip_mean_the_same(database: BoundDatabase, tmp_path: Path) -> None:
    folder = official(tmp_path / "official")
    await run(database, "esco", folder)
    before = await releases(database)
    archive = tmp_path / "bundle.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for file in folder.iterdir():
            out.write(file, f"inner/{file.name}")
    for form in (folder, archive, compact(tmp_path / "compact")):
        report = await run(database, "esco", form)
        assert report.touched == 0, (form, report.tables)
    assert await releases(database) == before


async def test_a_later_bundle_changes_retires_and_brings_back(
    database: BoundDatabase, tmp_path: Path, api: Api
) -> None:
    await run(database, "esco", official(tmp_path / "first"))
    later = dict(SKILLS)
    later["aaaa-9"] = later.pop("aaaa-3")
    later["aaaa-2"] = ("ceramics and glass", "glass", "knowledge", "cross-sector")
    report = await run(database, "esco", official(tmp_path / "second", later))
    assert report.tables["skill"] == Counts(inserted=1, changed=1, retired=1, unchanged=2)
    gone = await skill(database, "ESCO-aaaa-3")
    assert (gone.status, gone.replaced_by) == ("retired", "ESCO-aaaa-9")
    assert (await api.get("/v1/taxonomy/skills/ESCO-aaaa-3")).json()["replaced_by"] == "ESCO-aaaa-9"
    terms = [item["code"] for item in (await api.get("/v1/taxonomy/skills", params={"q": "teamwork"})).json()["items"]]
    assert "ESCO-aaaa-9" in terms
    assert "ESCO-aaaa-3" not in terms
    async with database.read() as session:
        kept = await session.scalars(select(TaxonomyTerm.term).where(TaxonomyTerm.ref == "ESCO-aaaa-2"))
        assert set(kept) == {"ceramics and glass", "glass"}
    again = await run(database, "esco", tmp_path / "first")
    assert again.tables["skill"] == Counts(inserted=0, changed=2, retired=1, unchanged=2)
    assert (await skill(database, "ESCO-aaaa-3")).status == "active"


async def test_links_follow_the_bundle(database: BoundDatabase, tmp_path: Path) -> None:
    folder = official(tmp_path)
    await run(database, "esco", folder)
    write_csv(
        folder / "occupationSkillRelations_en.csv",
        ("occupationUri", "relationType", "skillType", "skillUri"),
        [(f"{BASE}/occupation/bbbb-1", "optional", "", f"{BASE}/skill/aaaa-1")],
    )
    report = await run(database, "esco", folder)
    assert report.tables["occupation_skill"] == Counts(inserted=0, changed=1, retired=1, unchanged=0)
    async with database.read() as session:
        asked = await session.scalars(
            select(OccupationSkill.essential).where(OccupationSkill.occupation_code == "ESCO-7314.9")
        )
        assert list(asked) == [False]


async def test_indonesian_files_give_indonesian_labels(database: BoundDatabase, tmp_path: Path) -> None:
    folder = official(tmp_path)
    header = ("conceptUri", "preferredLabel", "altLabels", "description")
    write_csv(
        folder / "skills_id.csv", header, [(f"{BASE}/skill/aaaa-1", "mengoperasikan tungku", "tungku", "Tungku.")]
    )
    await run(database, "esco", folder)
    kiln = await skill(database, "ESCO-aaaa-1")
    assert (kiln.label_id, kiln.label_en, kiln.aliases_id) == ("mengoperasikan tungku", "operate kiln", ["tungku"])


async def test_bad_lines_are_reported_and_the_rest_is_imported(database: BoundDatabase, tmp_path: Path) -> None:
    folder = official(tmp_path)
    await run(database, "esco", folder)
    text = (folder / "skills_en.csv").read_text("utf-8").splitlines()
    header, kiln, ceramics, teams = text[0], "\r\n".join(text[1:3]), text[3], text[4]
    lines = [
        header, kiln, ceramics.replace("ceramics", "", 1), teams.replace("/skill/aaaa-3", "/nonsense/aaaa-3"),
        "too,few", f"K,{BASE}/skill/cccc-1,knowledge,cross-sector,new thing,,released,x",
        f"K,{BASE}/skill/cccc-1,knowledge,cross-sector,again,,released,x",
    ]  # fmt: skip
    (folder / "skills_en.csv").write_bytes("\r\n".join(lines).encode() + b"\r\nK,\xff,,,,,,\r\n")
    report = await run(database, "esco", folder)
    named = [(bad.line, bad.reason) for bad in report.bad_lines if bad.file == "skills_en.csv"]
    assert [line for line, _ in named] == [4, 5, 6, 8, 9]
    assert named[0][1] == "no label"
    assert "8" in named[2][1]
    assert "twice" in named[3][1]
    assert named[4][1] == "not UTF-8"
    assert (await skill(database, "ESCO-cccc-1")).label_en == "new thing"
    # Their lines were bad: they are not gone.
    for key in ("aaaa-2", "aaaa-3"):
        assert (await skill(database, f"ESCO-{key}")).status == "active"


async def test_kbji_completes_what_is_there_and_brings_its_own(database: BoundDatabase, tmp_path: Path) -> None:
    write_csv(
        tmp_path / "kbji2014.csv.gz",
        _KBJI,
        [
            ("4", "2513", "Pengembang Web dan Multimedia", "Subgolongan ini\nmencakup."),
            ("6", "2513.77", "Perancang Gim Web", "Merancang."),
            ("4", "25", "Salah", ""),
            ("6", "9999.01", "Yatim", ""),
            ("4", "2512", "", ""),
        ],
    )
    before = await occupation(database, "2513")
    report = await run(database, "kbji", tmp_path)
    assert report.version == "2014"
    assert report.tables["occupation"].inserted == 1
    assert [bad.line for bad in report.bad_lines] == [5, 6, 7]
    after = await occupation(database, "2513")
    assert (after.label_id, after.label_en, after.source) == (before.label_id, before.label_en, "hub")
    assert "Pengembang Web dan Multimedia" in [*after.aliases_id, after.label_id]
    assert after.description == "Subgolongan ini\nmencakup."
    assert (await occupation(database, "2513.77")).parent_code == "2513"
    assert (await run(database, "kbji", tmp_path / "kbji2014.csv.gz")).touched == 0


@pytest.mark.parametrize("order", [("esco", "kbji"), ("kbji", "esco")])
async def test_esco_and_kbji_share_unit_groups_in_either_order(
    database: BoundDatabase, tmp_path: Path, order: tuple[str, str]
) -> None:
    official(tmp_path / "esco")
    rows = [("1", "7", "Pekerja Terampil", ""), ("2", "73", "Kerajinan", ""), ("3", "731", "Pengrajin", ""),
            ("4", "7314", "Pembuat Tembikar", "Uraian.")]  # fmt: skip
    write_csv(tmp_path / "kbji" / "kbji2014.csv", _KBJI, rows)
    async with database.transaction() as session:
        shipped = await session.get(Occupation, "7314")
        if shipped is not None:
            pytest.fail("7314 ships with the package now: choose another group")
    for source in order:
        await run(database, source, tmp_path / source)
    group = await occupation(database, "7314")
    assert (group.label_id, group.label_en) == ("Pembuat Tembikar", "Potters and related workers")
    assert (group.source, group.parent_code, group.status) == ("kbji", "731", "active")
    for source in order:
        assert (await run(database, source, tmp_path / source)).touched == 0


async def test_kbli_keeps_labels_made_by_hand(database: BoundDatabase, tmp_path: Path) -> None:
    file = tmp_path / "kbli2020.csv"
    rows = [("A", "1", "A", "PERTANIAN", ""), ("A", "2", "01", "Tanaman", ""), ("A", "3", "011", "Semusim", ""),
            ("A", "5", "01111", "Jagung", ""), ("1", "5", "01112", "Gandum", "")]  # fmt: skip
    write_csv(file, _KBLI, rows)
    report = await run(database, "kbli", file)
    assert (report.version, [bad.line for bad in report.bad_lines]) == ("2020", [6])
    async with database.read() as session:
        section, corn = await session.get(Industry, ("2020", "A")), await session.get(Industry, ("2020", "01111"))
    assert section is not None
    assert section.label_en == "Agriculture, forestry and fishing"
    assert corn is not None
    assert (corn.parent_code, corn.label_id, corn.label_en) == ("0111", "Jagung", "Jagung")
    assert (await run(database, "kbli", file)).touched == 0
    write_csv(file, _KBLI, rows[:3])
    assert (await run(database, "kbli", file)).tables["industry"].retired == 1


async def test_skkni_units_are_checked(database: BoundDatabase, tmp_path: Path) -> None:
    rows = [
        ("J.611000.001.01", "Mengumpulkan Kebutuhan"),
        ("M74DKV13.015.3", "Salah"),
        ("J.620100.004.02", "Judul Lain"),
    ]
    write_csv(tmp_path / "skkni_units.csv.gz", ("kode_unit", "judul_unit"), rows)
    report = await run(database, "skkni", tmp_path)
    assert report.tables["competency_unit"] == Counts(inserted=1, unchanged=1)
    assert [bad.line for bad in report.bad_lines] == [3]
    async with database.read() as session:
        unit = await session.scalar(select(CompetencyUnit).where(CompetencyUnit.code == "J.620100.004.02"))
    assert unit is not None
    assert unit.title_id != "Judul Lain"


@pytest.mark.parametrize(
    ("source", "prepare", "told"),
    [
        ("esco", lambda folder: folder / "absent", "neither a file nor a folder"),
        ("esco", lambda folder: (folder / "skillGroups_en.csv").unlink() or folder, "skillGroups_en.csv"),
        ("kbji", lambda folder: folder / "skills_en.csv", "no column digit"),
        ("kbli", lambda folder: folder, "has no kbli"),
        ("isic", lambda folder: folder, "unknown source"),
    ],
)
async def test_a_bundle_that_cannot_be_used_writes_nothing(
    database: BoundDatabase, tmp_path: Path, source: str, prepare: object, told: str
) -> None:
    folder = official(tmp_path / "bundle")
    assert callable(prepare)
    path = prepare(folder)
    before = await releases(database)
    with pytest.raises(BundleError, match=told):
        await run(database, source, path)
    assert await releases(database) == before


async def test_a_truncated_gzip_is_one_clear_error(database: BoundDatabase, tmp_path: Path) -> None:
    folder = compact(tmp_path)
    file = folder / "occ_skill.csv.gz"
    file.write_bytes(file.read_bytes()[:-12])
    with pytest.raises(BundleError, match=r"occ_skill\.csv cannot be read"):
        await run(database, "esco", folder)


async def test_the_real_bundles_import_and_change_nothing_twice(
    database: BoundDatabase, shared_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(shared_data / "indonesia", tmp_path / "indonesia")
    for source, path in (("kbji", tmp_path / "indonesia"), ("kbli", shared_data / "indonesia"),
                         ("skkni", shared_data / "indonesia"), ("esco", shared_data / "esco111")):  # fmt: skip
        assert (await run(database, source, path)).touched > 0
        assert (await run(database, source, path)).touched == 0
    async with database.read() as session:
        skills = await session.scalar(select(func.count()).where(Skill.source == "esco", Skill.kind != "group"))
        asked = await session.scalar(
            select(func.count()).where(OccupationSkill.occupation_code.startswith("ESCO-", autoescape=True))
        )
        broader = await session.scalar(select(func.count()).where(SkillRelation.kind == "broader"))
        orphans = await session.scalar(
            select(func.count()).where(Occupation.code.startswith("ESCO-"), Occupation.parent_code.is_(None))
        )
    assert (skills, asked, orphans) == (13_896, 123_788, 0)
    assert broader is not None
    assert broader > 20_000
