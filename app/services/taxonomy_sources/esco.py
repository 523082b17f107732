"""ESCO: the official CSV bundle (classification, 1.1 and later), or a compact folder of the same content.

The official bundle is found by its file names, in a folder or a zip: `skills_LL.csv` and `occupations_LL.csv` for each
language LL (English must be there, Indonesian is used where it is), `occupationSkillRelations*.csv`,
`broaderRelationsSkillPillar*.csv`, `skillGroups_en.csv`, and, where they are there, `skillSkillRelations*.csv` and
`ISCOGroups_en.csv`. The compact form has `skills.csv`, `occupations.csv`, `occ_skill.csv` (row numbers from 0, and 1
for essential), `skill_broader.csv`, `skill_groups.csv`, and, where they are there, `skill_skill.csv` and
`isco_groups.csv`.

Codes: a skill is `ESCO-` and the end of its URI in either form, a group of the ISCED fields of study
`ESCO-ISCED-0613`, an occupation `ESCO-` and ESCO's own code (`ESCO-2654.1.7`), below the unit group of KBJI that has
the same four digits (KBJI follows ISCO-08); ISCO groups that are missing are brought along. Skill groups become skills
of the kind `group`: they carry the hierarchy, and no search finds them. What ESCO marks as other than `released`
counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.services.taxonomy_sources.bundle import Bundle, Line
from app.services.taxonomy_sources.report import Progress
from app.services.taxonomy_sources.store import Incoming, Row

SOURCE = "esco"
_URI = re.compile(r"(?:https?://[^/]+/esco/)?(skill|isced-f|occupation)/([0-9A-Za-z][0-9A-Za-z.-]*)")
_CODE = re.compile(r"\d{4}(\.\d+)*")
_ISCO = re.compile(r"\d{1,4}")
_BETWEEN = re.compile(r"[|\n]")
_NO_LABEL = "no label"


@dataclass(slots=True)
class EscoBundle:
    """A bundle as read. Links are pairs of codes; `related`, in both directions, is None where its file is absent."""

    skills: Incoming = field(default_factory=Incoming)
    occupations: Incoming = field(default_factory=Incoming)
    asked: dict[tuple[str, str], bool] = field(default_factory=dict)
    broader: set[tuple[str, str]] = field(default_factory=set)
    related: set[tuple[str, str]] | None = None
    links_complete: bool = True


def read(bundle: Bundle, progress: Progress) -> EscoBundle:
    """Read either form; bad lines are noted in `bundle`."""
    if bundle.find("skills_en.csv"):
        return _Reader(bundle, progress).official()
    return _Reader(bundle, progress).compact()


def skill_code(uri: str) -> str | None:
    """The code of a skill or skill group; None for what is no such URI."""
    found = _URI.fullmatch(uri)
    if found is None or found[1] == "occupation":
        return None
    return f"ESCO-ISCED-{found[2]}" if found[1] == "isced-f" else f"ESCO-{found[2]}"


class _Reader:
    """Reads one bundle into `out`."""

    def __init__(self, bundle: Bundle, progress: Progress) -> None:
        self.bundle = bundle
        self.progress = progress
        self.out = EscoBundle()
        self.by_uri: dict[str, str] = {}

    def compact(self) -> EscoBundle:
        """The compact form."""
        skills = self._skills(self.bundle.need("skills.csv"), "uri", "label", "alt")
        self._groups(self.bundle.need("skill_groups.csv"), "uri", "label")
        if isco := self.bundle.find("isco_groups.csv"):
            self._isco(isco, "label")
        occupations = self._occupations(self.bundle.need("occupations.csv"), "uri", "label", "alt", "isco4")
        numbered = self.bundle.need("occ_skill.csv")

        def asked(line: Line) -> str | None:
            pair = [_at(occupations, line["occ"]), _at(skills, line["skill"])]
            if line["essential"] not in ("0", "1"):
                return f"essential is {line['essential']!r}, not 0 or 1"
            return self._ask(pair[0], pair[1], essential=line["essential"] == "1")

        self._links(numbered, ("occ", "skill", "essential"), asked)
        self._broader(self.bundle.need("skill_broader.csv"), "c", "p")
        if related := self.bundle.find("skill_skill.csv"):
            self._related(related, "a", "b")
        return self.out

    def official(self) -> EscoBundle:
        """The official form."""
        self._skills(self.bundle.need("skills_en.csv"), "conceptUri", "preferredLabel", "altLabels")
        self._groups(self.bundle.need("skillGroups_en.csv"), "conceptUri", "preferredLabel")
        if isco := self.bundle.find("ISCOGroups_en.csv"):
            self._isco(isco, "preferredLabel")
        self._occupations(
            self.bundle.need("occupations_en.csv"), "conceptUri", "preferredLabel", "altLabels", "iscoGroup"
        )
        if translated := self.bundle.find("skills_id.csv"):
            self._translate(translated, self.out.skills, skill_code)
        if translated := self.bundle.find("occupations_id.csv"):
            self._translate(translated, self.out.occupations, self.by_uri.get)

        def asked(line: Line) -> str | None:
            if line["relationType"] not in ("essential", "optional"):
                return f"unknown relation {line['relationType']!r}"
            occupation = self.by_uri.get(_tail(line["occupationUri"]))
            return self._ask(occupation, skill_code(line["skillUri"]), essential=line["relationType"] == "essential")

        columns = ("occupationUri", "relationType", "skillUri")
        self._links(self.bundle.need("occupationSkillRelations*.csv"), columns, asked)
        self._broader(self.bundle.need("broaderRelationsSkillPillar*.csv"), "conceptUri", "broaderUri")
        if related := self.bundle.find("skillSkillRelations*.csv"):
            self._related(related, "originalSkillUri", "relatedSkillUri")
        return self.out

    def _skills(self, name: str, uri: str, label: str, aliases: str) -> list[str | None]:
        """The code of each line in order, for files that name skills by row number."""
        codes: list[str | None] = []
        for line in self.bundle.lines(name, (uri, label, aliases, "skillType", "description")):
            if line is None:
                self.out.skills.complete = False
            codes.append(None if line is None else self._skill(name, line, uri, label, aliases))
        self.progress(name, len(codes), len(codes))
        return codes

    def _skill(self, name: str, line: Line, uri: str, label: str, aliases: str) -> str | None:
        code = skill_code(line[uri])
        if code is None:
            self.bundle.bad(name, line.number, f"{line[uri]!r} is no URI of a skill")
            self.out.skills.complete = False
            return None
        if (code,) in self.out.skills.rows:
            self.bundle.bad(name, line.number, f"{line[uri]} is there twice")
            return code
        if not line[label]:
            self.bundle.bad(name, line.number, _NO_LABEL)
            self.out.skills.spared.add((code,))
            return None
        if line["status"] in ("", "released"):
            kind = "knowledge" if line["skillType"] == "knowledge" else "skill"
            kind = "transversal" if kind == "skill" and line["reuseLevel"] == "transversal" else kind
            self.out.skills.rows[(code,)] = _skill_row(
                code, kind, line[label], _names(line[aliases], line[label]), line["description"]
            )
        return code

    def _groups(self, name: str, uri: str, label: str) -> None:
        for line in self.bundle.lines(name, (uri, label)):
            if line is None:
                self.out.skills.complete = False
                continue
            code = skill_code(line[uri])
            if code is None or not line[label]:
                self.bundle.bad(name, line.number, f"{line[uri]!r} is no URI of a group" if code is None else _NO_LABEL)
                self.out.skills.complete = False
            elif (code,) not in self.out.skills.rows and line["status"] in ("", "released"):
                self.out.skills.rows[(code,)] = _skill_row(code, "group", line[label], [], line["description"])

    def _isco(self, name: str, label: str) -> None:
        for line in self.bundle.lines(name, ("code", label)):
            if line is None:
                self.out.occupations.complete = False
            elif not _ISCO.fullmatch(line["code"]) or not line[label]:
                self.bundle.bad(name, line.number, f"{line['code']!r} is no ISCO code, or has no label")
                self.out.occupations.complete = False
            else:
                code = line["code"]
                self.out.occupations.rows[(code,)] = _occupation_row(
                    code, code[:-1] or None, len(code), line[label], [], line["description"]
                )

    def _occupations(self, name: str, uri: str, label: str, aliases: str, isco: str) -> list[str | None]:
        codes = [
            None if line is None else self._occupation(name, line, uri, label, aliases, isco)
            for line in self.bundle.lines(name, (uri, label, aliases, isco, "code"))
        ]
        if None in codes:
            self.out.occupations.complete = False
        self.progress(name, len(codes), len(codes))
        return codes

    def _occupation(self, name: str, line: Line, uri: str, label: str, aliases: str, isco: str) -> str | None:
        found = _URI.fullmatch(line[uri])
        code = f"ESCO-{line['code']}"
        fault = None
        if found is None or found[1] != "occupation":
            fault = f"{line[uri]!r} is no URI of an occupation"
        elif not _CODE.fullmatch(line["code"]):
            fault = f"{line['code']!r} is no code of an occupation"
        elif (code,) in self.out.occupations.rows:
            fault = f"{line['code']} is there twice"
        elif not line[label]:
            fault = _NO_LABEL
        if fault is not None:
            self.bundle.bad(name, line.number, fault)
            return None
        if line["status"] in ("", "released"):
            self.by_uri[_tail(line[uri])] = code
            names = _names(line[aliases], line[label])
            parent = line[isco].removeprefix("C")
            self.out.occupations.rows[(code,)] = _occupation_row(
                code, parent or line["code"][:4], 5, line[label], names, line["description"]
            )
        return code

    def _translate(self, name: str, into: Incoming, code_of: Callable[[str], str | None]) -> None:
        """Indonesian labels, aliases and descriptions for rows that the English file brought."""
        for line in self.bundle.lines(name, ("conceptUri", "preferredLabel", "altLabels")):
            if line is None:
                continue
            row = into.rows.get((code_of(_tail(line["conceptUri"])),))
            if row is None:
                self.bundle.bad(name, line.number, f"{line['conceptUri']!r} is not in the English file")
            elif line["preferredLabel"]:
                row["label_id"] = line["preferredLabel"]
                row["aliases_id"] = _names(line["altLabels"], line["preferredLabel"])
                row["description"] = line["description"] or row["description"]

    def _links(self, name: str, columns: Sequence[str], draw: Callable[[Line], str | None]) -> None:
        """Draw a link for each line; `draw` gives the reason where it cannot."""
        count = 0
        for line in self.bundle.lines(name, columns):
            count += 1
            reason = draw(line) if line is not None else None
            if line is None or reason is not None:
                self.out.links_complete = False
            if line is not None and reason is not None:
                self.bundle.bad(name, line.number, reason)
        self.progress(name, count, count)

    def _ask(self, occupation: str | None, skill: str | None, *, essential: bool) -> str | None:
        if occupation is None or (occupation,) not in self.out.occupations.rows:
            return "an occupation that the bundle does not have"
        if skill is None or (skill,) not in self.out.skills.rows:
            return "a skill that the bundle does not have"
        pair = (occupation, skill)
        self.out.asked[pair] = essential or self.out.asked.get(pair, False)
        return None

    def _pair(self, first: str, second: str) -> tuple[str, str] | str:
        """Two known skills, or why not."""
        codes = skill_code(first), skill_code(second)
        for code, uri in zip(codes, (first, second), strict=True):
            if code is None or (code,) not in self.out.skills.rows:
                return f"{uri!r} is not a skill of the bundle"
        if codes[0] == codes[1]:
            return f"{first!r} would be its own neighbour"
        return str(codes[0]), str(codes[1])

    def _broader(self, name: str, narrow: str, broad: str) -> None:
        def draw(line: Line) -> str | None:
            pair = self._pair(line[narrow], line[broad])
            if isinstance(pair, str):
                return pair
            self.out.broader.add(pair)
            return None

        self._links(name, (narrow, broad), draw)

    def _related(self, name: str, one: str, other: str) -> None:
        related = self.out.related = set()

        def draw(line: Line) -> str | None:
            pair = self._pair(line[one], line[other])
            if isinstance(pair, str):
                return pair
            related.update({pair, pair[::-1]})
            return None

        self._links(name, (one, other), draw)


def _tail(uri: str) -> str:
    """A URI without its host: `skill/...`, `occupation/...`."""
    found = _URI.fullmatch(uri)
    return f"{found[1]}/{found[2]}" if found else uri


def _at(codes: Sequence[str | None], number: str) -> str | None:
    return codes[int(number)] if number.isdecimal() and int(number) < len(codes) else None


def _names(text: str, label: str) -> list[str]:
    """Aliases, each once, without the label."""
    names = dict.fromkeys(" ".join(name.split()) for name in _BETWEEN.split(text))
    return [name for name in names if name and name != label]


def _skill_row(code: str, kind: str, label: str, aliases: list[str], description: str) -> Row:
    return {
        "code": code, "source": SOURCE, "kind": kind, "label_id": "", "label_en": label, "aliases_id": [],
        "aliases_en": aliases, "description": description or None, "status": "active", "replaced_by": None,
    }  # fmt: skip


def _occupation_row(code: str, parent: str | None, level: int, label: str, aliases: list[str], description: str) -> Row:
    return {
        "code": code, "parent_code": parent, "level": level, "source": SOURCE, "label_id": "", "label_en": label,
        "aliases_id": [], "aliases_en": aliases, "description": description or None, "status": "active",
        "replaced_by": None,
    }  # fmt: skip
