"""One pair, item by item: what is paid, through what, what is missing, which gates stand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.matching.model import (
    DEFAULT,
    MILLION,
    AskedSkill,
    Evidence,
    Gate,
    GateKind,
    HeldSkill,
    Kind,
    Parameters,
    Relation,
    TalentFacts,
    VacancyFacts,
)
from app.matching.points import VacancyPoints, location_credit, pay_credit, related_months, share
from app.matching.relatedness import NO_CREDIT, Credit, Relatedness, best_credit, credit_of


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one item of the vacancy pays. ``code``: skill or scheme id, ``None`` for a whole factor.

    ``points`` of ``max_points`` in ppm. ``via``: the held skill that earned it, by ``relation`` and
    ``evidence``.
    """

    kind: Kind
    code: int | None
    points: int
    max_points: int
    via: int | None = None
    relation: Relation = Relation.NONE
    evidence: Evidence | None = None
    level_held: int | None = None
    level_asked: int | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A skill or certificate whose points are not all earned. ``gain``: what re-scoring with it adds (ppm).

    The gain of a skill supposes the asked level with ``verified`` evidence. It may exceed ``unpaid``, the
    points of the item itself, where the new skill also stands for others. ``opens_gate``: it meets a gate
    that stands closed.
    """

    kind: Kind
    code: int
    unpaid: int
    gain: int
    level: int | None = None
    opens_gate: bool = False


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate and whether it is met. ``one_away``: it is the only closed one, and one certificate opens it."""

    kind: GateKind
    alternatives: tuple[int | str, ...]
    met: bool
    one_away: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer for a pair; contributions sum to ``score``, their maxima to 1,000,000.

    ``requirements_met`` of ``requirements_total``: asked skills held themselves at the asked level, and
    gates.
    """

    score: int
    eligible: bool
    gates: tuple[GateResult, ...]
    contributions: tuple[Contribution, ...]
    missing: tuple[Missing, ...]
    requirements_met: int
    requirements_total: int


def pay(points: int, credit: int) -> int:
    """Return the part of ``points`` that a ``credit`` (ppm) earns, rounded down."""
    return points * credit // MILLION


def contributions(
    talent: TalentFacts,
    vacancy: VacancyFacts,
    points: VacancyPoints,
    relatedness: Relatedness,
    parameters: Parameters = DEFAULT,
) -> tuple[Contribution, ...]:
    """Return every item of the vacancy that can pay, in the fixed order of kinds and ids."""
    items = [
        _skill(asked, most, best_credit(talent.skills, asked.skill, asked.level, relatedness, parameters))
        for asked, most in zip(vacancy.skills, points.skills, strict=True)
    ]
    items.append(Contribution(Kind.UNSPECIFIED, None, 0, points.unspecified))
    items += [
        Contribution(Kind.CERTIFICATE, scheme, most if scheme in talent.certificates else 0, most)
        for scheme, most in zip(vacancy.preferred_certificates, points.certificates, strict=True)
    ]
    if vacancy.experience_months:
        months = related_months(talent, vacancy.occupation, parameters)
        items.append(_factor(Kind.EXPERIENCE, points.experience, share(months, vacancy.experience_months)))
    if vacancy.education:
        items.append(_factor(Kind.EDUCATION, points.education, share(talent.education, vacancy.education)))
    items.append(_factor(Kind.LOCATION, points.location, location_credit(talent, vacancy, parameters)))
    if vacancy.pay is not None:
        items.append(_factor(Kind.SALARY, points.salary, pay_credit(vacancy.pay, talent.minimum_pay, parameters)))
    return tuple(items)


def _factor(kind: Kind, points: int, credit: int) -> Contribution:
    return Contribution(kind, None, pay(points, credit), points)


def _skill(asked: AskedSkill, points: int, credit: Credit) -> Contribution:
    if credit is NO_CREDIT or credit.via is None:
        return Contribution(Kind.SKILL, asked.skill, 0, points, level_asked=asked.level)
    return Contribution(
        Kind.SKILL,
        asked.skill,
        pay(points, credit.ppm),
        points,
        credit.via.skill,
        credit.relation,
        credit.via.evidence,
        credit.via.level,
        asked.level,
    )


def gate_results(talent: TalentFacts, vacancy: VacancyFacts) -> tuple[GateResult, ...]:
    """Evaluate every gate of the vacancy for the talent."""
    met = [bool(talent.holds(gate)) for gate in vacancy.gates]
    alone = met.count(False) == 1
    return tuple(
        GateResult(gate.kind, gate.alternatives, ok, alone and not ok and gate.kind is GateKind.CERTIFICATE)
        for gate, ok in zip(vacancy.gates, met, strict=True)
    )


def with_gains(
    talent: TalentFacts, skills: tuple[HeldSkill, ...] = (), certificates: frozenset[int] = frozenset()
) -> TalentFacts:
    """Return the talent as it would be after gaining skills and certificates."""
    return replace(talent, skills=(*talent.skills, *skills), certificates=talent.certificates | certificates)


def explain(
    talent: TalentFacts,
    vacancy: VacancyFacts,
    points: VacancyPoints,
    relatedness: Relatedness,
    parameters: Parameters = DEFAULT,
    grants: Mapping[int, tuple[HeldSkill, ...]] | None = None,
) -> Explanation:
    """Explain one pair in full.

    ``points`` are those of the vacancy under the idf version of the ranking. ``grants``: the skills that a
    certificate of a scheme gives, so that the gain of a certificate is exactly what re-scoring with it will
    answer.
    """
    items = contributions(talent, vacancy, points, relatedness, parameters)
    gates = gate_results(talent, vacancy)
    score = sum(item.points for item in items)
    exact = [
        item.relation is Relation.EXACT and (item.level_held or 0) >= (item.level_asked or 0)
        for item in items
        if item.kind is Kind.SKILL
    ]

    before = {item.code: item for item in items if item.kind is Kind.SKILL}

    def gain(added: tuple[HeldSkill, ...]) -> int:
        """What the skills factor gains: the maximum counts, so only the new claims have to be looked at."""
        best: dict[int, int] = {}
        for held in added:
            for link in relatedness.answers(held.skill):
                item = before.get(link.skill)
                if item is not None:
                    ppm = credit_of(link.rate, held, item.level_asked or 1, parameters)
                    best[link.skill] = max(ppm, best.get(link.skill, 0))
        return sum(max(0, pay(before[code].max_points, ppm) - before[code].points) for code, ppm in best.items())

    missing = []
    for item in items:
        if item.kind is Kind.SKILL and item.code is not None and item.points < item.max_points:
            level = item.level_asked or 1
            added = (HeldSkill(item.code, level, Evidence.VERIFIED),)
            missing.append(Missing(item.kind, item.code, item.max_points - item.points, gain(added), level))
    for scheme, unpaid, opens in _lacking(talent, vacancy, items):
        gained = unpaid + gain((grants or {}).get(scheme, ()))
        missing.append(Missing(Kind.CERTIFICATE, scheme, unpaid, gained, opens_gate=opens))
    missing.sort(key=lambda lack: (not lack.opens_gate, -lack.gain, lack.kind, lack.code))
    return Explanation(
        score=score,
        eligible=all(gate.met for gate in gates),
        gates=gates,
        contributions=items,
        missing=tuple(missing),
        requirements_met=sum(exact) + sum(gate.met for gate in gates),
        requirements_total=len(exact) + len(gates),
    )


def _lacking(
    talent: TalentFacts, vacancy: VacancyFacts, items: tuple[Contribution, ...]
) -> list[tuple[int, int, bool]]:
    """Return (scheme, unpaid points, opens a closed gate) of each certificate that would help."""
    unpaid = {item.code: item.max_points for item in items if item.kind is Kind.CERTIFICATE and not item.points}
    opening: set[int] = set()
    for gate in vacancy.gates:
        if gate.kind is GateKind.CERTIFICATE and not talent.holds(gate):
            opening |= {scheme for scheme in gate.any_of if isinstance(scheme, int)}
    wanted = sorted((set(vacancy.preferred_certificates) | opening) - talent.certificates)
    return [(scheme, unpaid.get(scheme, 0), scheme in opening) for scheme in wanted]


def meets(talent: TalentFacts, gates: tuple[Gate, ...]) -> bool:
    """Tell whether every gate is met."""
    return all(talent.holds(gate) for gate in gates)
