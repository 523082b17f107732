"""Explanations as the contract shows them: two queries for the labels of a whole page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.i18n import Text
from app.matching.explain import Contribution, Explanation, GateResult
from app.matching.model import MILLION, GateKind, Kind, Relation
from app.schemas.common import CodeLabel
from app.schemas.matches import ContributionOut, GateOut, MissingOut
from app.services import reference

_KINDS = {
    Kind.UNSPECIFIED: Text("Tidak disebut di lowongan", "Not said in the vacancy"),
    Kind.EXPERIENCE: Text("Pengalaman", "Experience"),
    Kind.EDUCATION: Text("Pendidikan", "Education"),
    Kind.LOCATION: Text("Lokasi", "Location"),
    Kind.SALARY: Text("Gaji", "Pay"),
}


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of skills and schemes by id."""

    skills: dict[int, CodeLabel]
    schemes: dict[int, CodeLabel]


async def labels(session: AsyncSession, explanations: Sequence[Explanation], skills: Iterable[int] = ()) -> Labels:
    """Read the labels of everything that the explanations name, and of further `skills`."""
    wanted, schemes = set(skills), set()
    for explanation in explanations:
        for item in explanation.contributions:
            wanted |= {code for code in (item.via, item.code if item.kind is Kind.SKILL else None) if code is not None}
            if item.kind is Kind.CERTIFICATE and item.code is not None:
                schemes.add(item.code)
        schemes |= {lack.code for lack in explanation.missing if lack.kind is Kind.CERTIFICATE}
        for gate in explanation.gates:
            schemes |= {code for code in gate.alternatives if isinstance(code, int)}
    return Labels(await reference.skill_labels(session, wanted), await reference.scheme_labels(session, schemes))


def score_of(ppm: int) -> float:
    """Return a score as the contract shows it."""
    return round(ppm / MILLION, 6)


def pair(explanation: Explanation, found: Labels) -> dict[str, Any]:
    """Return the members of `PairOut`."""
    return {
        "score": score_of(explanation.score),
        "eligible": explanation.eligible,
        "gates": [_gate(gate, found) for gate in explanation.gates],
        "contributions": [_contribution(item, found) for item in explanation.contributions],
        "missing": [
            MissingOut(
                kind=lack.kind.value,
                code=_named(lack.kind, lack.code, found).code,
                label=_named(lack.kind, lack.code, found).label,
                unpaid=lack.unpaid,
                gain=lack.gain,
                level=lack.level,
                opens_gate=lack.opens_gate,
            )
            for lack in explanation.missing
        ],
        "requirements_met": explanation.requirements_met,
        "requirements_total": explanation.requirements_total,
    }


def _named(kind: Kind, code: int, found: Labels) -> CodeLabel:
    return (found.skills if kind is Kind.SKILL else found.schemes)[code]


def _contribution(item: Contribution, found: Labels) -> ContributionOut:
    named = None if item.code is None else _named(item.kind, item.code, found)
    return ContributionOut(
        kind=item.kind.value,
        code=named.code if named else None,
        label=named.label if named else str(_KINDS[item.kind]),
        points=item.points,
        max_points=item.max_points,
        via=None if item.via is None else found.skills[item.via],
        relation=None if item.relation is Relation.NONE else item.relation.value,
        evidence=item.evidence.value if item.evidence else None,
        level_held=item.level_held,
        level_asked=item.level_asked,
    )


def _gate(gate: GateResult, found: Labels) -> GateOut:
    return GateOut(
        kind=gate.kind.value,
        alternatives=[
            found.schemes[code] if isinstance(code, int) else _licence(gate.kind, code) for code in gate.alternatives
        ],
        met=gate.met,
        one_certificate_away=gate.one_away,
    )


def _licence(kind: GateKind, code: str) -> CodeLabel:
    return reference.small_label("licence", code) if kind is GateKind.LICENCE else CodeLabel(code=code, label=code)


def logged(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as the log keeps it: codes and points, no labels."""
    return {
        "score": explanation.score,
        "eligible": explanation.eligible,
        "gates": [
            {"kind": gate.kind.value, "alternatives": list(gate.alternatives), "met": gate.met}
            for gate in explanation.gates
        ],
        "contributions": [
            {
                "kind": item.kind.value,
                "code": item.code,
                "points": item.points,
                "max_points": item.max_points,
                "via": item.via,
                "relation": item.relation.value,
                "evidence": item.evidence.value if item.evidence else None,
            }
            for item in explanation.contributions
        ],
    }
