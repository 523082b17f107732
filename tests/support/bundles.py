"""Tiny bundles of official classifications, in the form in which their publishers give them."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

BASE = "http://esco.example/esco"
SKILLS = {
    "aaaa-1": ("operate kiln", "run kiln\nuse kiln", "skill/competence", "sector-specific"),
    "aaaa-2": ("ceramics", "", "knowledge", "cross-sector"),
    "aaaa-3": ("work in teams", "teamwork", "skill/competence", "transversal"),
}
"""End of the URI -> label, aliases, skillType, reuseLevel."""


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a CSV file, gzipped where its name ends so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        gzip.open(path, "wt", encoding="utf-8", newline="")
        if path.suffix == ".gz"
        else path.open("w", encoding="utf-8", newline="") as file
    ):
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def official(folder: Path, skills: Mapping[str, Sequence[str]] = SKILLS) -> Path:
    """The official ESCO form: full URIs, aliases on lines of their own, links by URI."""
    write_csv(
        folder / "skills_en.csv",
        (
            "conceptType",
            "conceptUri",
            "skillType",
            "reuseLevel",
            "preferredLabel",
            "altLabels",
            "status",
            "description",
        ),
        [
            ("KnowledgeSkillCompetence", f"{BASE}/skill/{key}", kind, reuse, label, alt, "released", f"About {label}.")
            for key, (label, alt, kind, reuse) in skills.items()
        ],
    )
    write_csv(
        folder / "skillGroups_en.csv",
        ("conceptType", "conceptUri", "preferredLabel", "status", "code"),
        [("SkillGroup", f"{BASE}/isced-f/0722", "materials", "released", "0722")],
    )
    write_csv(
        folder / "ISCOGroups_en.csv",
        ("conceptType", "conceptUri", "code", "preferredLabel"),
        [("ISCOGroup", f"{BASE}/isco/C7314", "7314", "Potters and related workers")],
    )
    write_csv(
        folder / "occupations_en.csv",
        ("conceptType", "conceptUri", "iscoGroup", "preferredLabel", "altLabels", "status", "description", "code"),
        [
            (
                "Occupation",
                f"{BASE}/occupation/bbbb-1",
                "7314",
                "kiln firer",
                "pottery firer",
                "released",
                "Fires.",
                "7314.9",
            )
        ],
    )
    write_csv(
        folder / "occupationSkillRelations_en.csv",
        ("occupationUri", "relationType", "skillType", "skillUri"),
        [
            (f"{BASE}/occupation/bbbb-1", "essential", "skill/competence", f"{BASE}/skill/aaaa-1"),
            (f"{BASE}/occupation/bbbb-1", "optional", "knowledge", f"{BASE}/skill/aaaa-2"),
        ],
    )
    write_csv(
        folder / "broaderRelationsSkillPillar_en.csv",
        ("conceptType", "conceptUri", "broaderType", "broaderUri"),
        [("KnowledgeSkillCompetence", f"{BASE}/skill/aaaa-2", "SkillGroup", f"{BASE}/isced-f/0722")],
    )
    write_csv(
        folder / "skillSkillRelations_en.csv",
        ("originalSkillUri", "originalSkillType", "relationType", "relatedSkillType", "relatedSkillUri"),
        [(f"{BASE}/skill/aaaa-1", "skill/competence", "optional", "knowledge", f"{BASE}/skill/aaaa-2")],
    )
    return folder


def compact(folder: Path) -> Path:
    """The same content in the compact form: short URIs, aliases by bars, links by row number."""
    write_csv(
        folder / "skills.csv.gz",
        ("uri", "label", "skillType", "reuseLevel", "alt", "description"),
        [
            (f"skill/{key}", label, kind, reuse, alt.replace("\n", "|"), f"About {label}.")
            for key, (label, alt, kind, reuse) in SKILLS.items()
        ],
    )
    write_csv(folder / "skill_groups.csv.gz", ("uri", "label", "code"), [("isced-f/0722", "materials", "")])
    write_csv(folder / "isco_groups.csv.gz", ("code", "label"), [("7314", "Potters and related workers")])
    write_csv(
        folder / "occupations.csv.gz",
        ("uri", "label", "isco4", "code", "regulated", "alt", "description"),
        [("occupation/bbbb-1", "kiln firer", "7314", "7314.9", "0", "pottery firer", "Fires.")],
    )
    write_csv(folder / "occ_skill.csv.gz", ("occ", "skill", "essential"), [("0", "0", "1"), ("0", "1", "0")])
    write_csv(folder / "skill_broader.csv.gz", ("c", "p"), [("skill/aaaa-2", "isced-f/0722")])
    write_csv(folder / "skill_skill.csv.gz", ("a", "b", "relationType"), [("skill/aaaa-1", "skill/aaaa-2", "optional")])
    return folder
