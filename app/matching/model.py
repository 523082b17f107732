"""The inputs and the parameters of the match; ``docs/matching.md`` describes the formula.

All shares are integers in parts per million (ppm, 1,000,000 = 100 %), so that what is shown adds up to what
is ranked. The inputs carry no protected attribute (age, sex, religion, marital status, disability, name,
photo): what the scorer cannot see it cannot use, and a test pins the field names.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from uuid import UUID

MILLION = 1_000_000
#: Version of the arithmetic itself; raised whenever the same parameters would give another number.
CODE_VERSION = "1"
#: Levels of a skill run from 1 (aware) to 4 (expert).
MAX_LEVEL = 4
#: Largest monthly pay in rupiah that the integer arithmetic of the index is proven for.
MAX_PAY = 10_000_000_000
#: Bounds of the other numbers, so that they fit the columns of the index.
MAX_MONTHS = 1200
MAX_EDUCATION = 20
MAX_PROVINCE = 100
#: Digits of a KBJI code in full (``2513.01``).
OCCUPATION_DIGITS = 6

#: Ordinal scale of education; 0 is "none" or "not asked". Equal rank: sma/smk, d4/s1, s2/spesialis.
EDUCATION_ORDINAL = {
    "none": 0,
    "sd": 1,
    "smp": 2,
    "sma": 3,
    "smk": 3,
    "d1": 4,
    "d2": 5,
    "d3": 6,
    "d4": 7,
    "s1": 7,
    "profesi": 8,
    "s2": 9,
    "spesialis": 9,
    "s3": 10,
}


class Evidence(StrEnum):
    """How a held skill is known."""

    VERIFIED = "verified"
    DECLARED = "declared"
    INFERRED = "inferred"


class Relation(StrEnum):
    """How a held skill stands to the asked one, in the order that breaks ties of equal credit."""

    EXACT = "exact"
    NARROWER = "narrower"
    RELATED = "related"
    BROADER = "broader"
    SIBLING = "sibling"
    NEIGHBOUR = "neighbour"
    NONE = "none"


class GateKind(StrEnum):
    """What a gate asks for."""

    CERTIFICATE = "certificate"
    LICENCE = "licence"
    LEGAL = "legal"


class Kind(StrEnum):
    """Kinds of contribution, in the order in which they are shown."""

    SKILL = "skill"
    UNSPECIFIED = "unspecified"
    CERTIFICATE = "certificate"
    EXPERIENCE = "experience"
    EDUCATION = "education"
    LOCATION = "location"
    SALARY = "salary"


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight of each factor, per mille of a vacancy that states all of them. Policy, not measurement."""

    skills: int = 600
    experience: int = 120
    certificates: int = 100
    education: int = 80
    location: int = 70
    salary: int = 30


@dataclass(frozen=True, slots=True)
class RelationRates:
    """Credit (ppm) that a held skill earns for an asked one; the maximum counts, rates are never added up.

    ``narrower``: the held skill is narrower than the asked one. ``neighbour_*``: bounds of the text
    neighbours.
    """

    narrower: int = 400_000
    related: int = 250_000
    broader: int = 200_000
    sibling: int = 125_000
    sibling_group_max: int = 12
    neighbour_min: int = 100_000
    neighbour_max: int = 400_000


@dataclass(frozen=True, slots=True)
class EvidenceRates:
    """Credit (ppm) of a skill by how it is known."""

    verified: int = 1_000_000
    declared: int = 900_000
    inferred: int = 700_000

    def of(self, evidence: Evidence) -> int:
        """Return the rate (ppm) of ``evidence``."""
        return {Evidence.VERIFIED: self.verified, Evidence.DECLARED: self.declared}.get(evidence, self.inferred)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything that can be tuned; ``version`` changes with any value.

    ``essential``, ``preferred`` and ``kappa`` are per mille, rates are ppm. ``same_minor_group``: share of
    the time spent in another unit group (4 digits of KBJI) of the same minor group (3 digits) that counts as
    experience. ``pay_slope``: how far below the talent's minimum (per mille of it) the pay factor reaches 0.
    """

    weights: Weights = field(default_factory=Weights)
    relations: RelationRates = field(default_factory=RelationRates)
    evidence: EvidenceRates = field(default_factory=EvidenceRates)
    essential: int = 1000
    preferred: int = 500
    kappa: int = 500
    same_minor_group: int = 500_000
    same_province: int = 600_000
    pay_slope: int = 300

    @property
    def version(self) -> str:
        """Model version: the version of the code and a digest of every parameter."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return f"{CODE_VERSION}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


DEFAULT = Parameters()
#: Version of the model with its default parameters.
MODEL_VERSION = DEFAULT.version


def occupation_number(code: str) -> int:
    """Return a KBJI code (``2513`` or ``2513.01``, shorter groups too) as six digits, padded with zeros.

    The padding keeps prefixes contiguous: everything under ``25`` lies in 250000..259999.
    """
    digits = code.replace(".", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= OCCUPATION_DIGITS):
        msg = f"not an occupation code: {code!r}"
        raise ValueError(msg)
    return int(digits.ljust(OCCUPATION_DIGITS, "0"))


@dataclass(frozen=True, slots=True, order=True)
class AskedSkill:
    """A skill that a vacancy asks for, at a level of 1-4."""

    skill: int
    level: int
    essential: bool

    def __post_init__(self) -> None:
        """Refuse what the index cannot hold."""
        if self.skill < 0 or not 1 <= self.level <= MAX_LEVEL:
            msg = f"asked skill {self.skill}, level {self.level}: ids are >= 0, levels 1-{MAX_LEVEL}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition that must be met: one of ``any_of`` (scheme ids, or codes of licences or permits)."""

    kind: GateKind
    any_of: frozenset[int | str]

    def __post_init__(self) -> None:
        """Refuse a gate that nobody could ever meet."""
        if not self.any_of:
            msg = "a gate needs at least one alternative"
            raise ValueError(msg)

    @property
    def alternatives(self) -> tuple[int | str, ...]:
        """The alternatives in a fixed order."""
        return tuple(sorted(self.any_of, key=lambda code: (code if isinstance(code, int) else 0, str(code))))


@dataclass(frozen=True, slots=True)
class VacancyFacts:
    """What a vacancy states, as far as the match reads it. ``None`` and 0 mean: not stated.

    ``posted_at``: microseconds since the epoch. ``gates``: all must be met. ``experience_months``: asked;
    ``occupation``: KBJI code, whose unit group says which experience counts. ``education``: see
    ``EDUCATION_ORDINAL``. ``province`` and ``regency``: Kemendagri codes without the dot (32, 3273). ``pay``:
    the most it pays, rupiah a month. Skills and certificates are kept merged and sorted: a skill named twice
    counts once, as essential if either is, at the higher level.
    """

    key: UUID
    posted_at: int
    skills: tuple[AskedSkill, ...] = ()
    preferred_certificates: tuple[int, ...] = ()
    gates: tuple[Gate, ...] = ()
    occupation: str | None = None
    experience_months: int = 0
    education: int = 0
    province: int | None = None
    regency: int | None = None
    remote: bool = False
    pay: int | None = None

    def __post_init__(self) -> None:
        """Bring the lists into their one form, so that the order of insertion cannot matter."""
        merged: dict[int, AskedSkill] = {}
        for asked in self.skills:
            old = merged.get(asked.skill, asked)
            level, essential = max(old.level, asked.level), old.essential or asked.essential
            merged[asked.skill] = AskedSkill(asked.skill, level, essential)
        object.__setattr__(self, "skills", tuple(sorted(merged.values())))
        object.__setattr__(self, "preferred_certificates", tuple(sorted(set(self.preferred_certificates))))
        gates = sorted(set(self.gates), key=lambda gate: (gate.kind, [str(code) for code in gate.alternatives]))
        object.__setattr__(self, "gates", tuple(gates))
        in_range = (
            0 <= self.experience_months <= MAX_MONTHS
            and 0 <= self.education <= MAX_EDUCATION
            and 0 <= (self.pay or 0) <= MAX_PAY
            and 0 <= (self.province or 0) < MAX_PROVINCE
            and 0 <= (self.regency or 0) < MAX_PROVINCE * 100
        )
        if not in_range:
            msg = f"vacancy {self.key}: experience, education, region or pay out of range"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, order=True)
class HeldSkill:
    """A skill that a talent holds, at a level of 1-4; the same skill may be held with several evidences."""

    skill: int
    level: int
    evidence: Evidence = Evidence.DECLARED

    def __post_init__(self) -> None:
        """Refuse levels outside the scale."""
        if self.skill < 0 or not 1 <= self.level <= MAX_LEVEL:
            msg = f"held skill {self.skill}, level {self.level}: ids are >= 0, levels 1-{MAX_LEVEL}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, order=True)
class Experience:
    """Time in one occupation (KBJI code), in whole months."""

    occupation: str
    months: int


@dataclass(frozen=True, slots=True)
class TalentFacts:
    """What the scorer knows of a talent at ``as_of``; nothing else exists for it.

    ``certificates``: schemes with a certificate in force. ``licences`` and ``permits``: codes in force
    (permits answer legal gates). ``regencies``: home and preferred ones; ``provinces``: preferred as a whole.
    ``minimum_pay``: rupiah a month.
    """

    skills: tuple[HeldSkill, ...] = ()
    certificates: frozenset[int] = frozenset()
    licences: frozenset[str] = frozenset()
    permits: frozenset[str] = frozenset()
    experience: tuple[Experience, ...] = ()
    education: int = 0
    regencies: frozenset[int] = frozenset()
    provinces: frozenset[int] = frozenset()
    minimum_pay: int | None = None

    def __post_init__(self) -> None:
        """Refuse values beyond the range that the index is proven for."""
        in_range = (
            0 <= self.education <= MAX_EDUCATION
            and 0 <= (self.minimum_pay or 0) <= MAX_PAY
            and all(0 <= province < MAX_PROVINCE for province in self.all_provinces)
            and all(item.months >= 0 for item in self.experience)
        )
        if not in_range:
            msg = "talent: education, region, experience or minimum pay out of range"
            raise ValueError(msg)

    @property
    def all_provinces(self) -> frozenset[int]:
        """Preferred provinces and those of the home and preferred regencies."""
        return self.provinces | {regency // 100 for regency in self.regencies}

    def holds(self, gate: Gate) -> frozenset[int | str]:
        """Return the alternatives of ``gate`` that this talent has; empty means not met."""
        if gate.kind is GateKind.CERTIFICATE:
            return gate.any_of & self.certificates
        return gate.any_of & (self.licences if gate.kind is GateKind.LICENCE else self.permits)


def is_insufficient(talent: TalentFacts) -> bool:
    """Tell whether a profile is too thin to rank: no skill and no certificate."""
    return not talent.skills and not talent.certificates


@dataclass(frozen=True, slots=True)
class RankKey:
    """Place of a vacancy in the order: gates met first, score desc, posted_at desc, id."""

    eligible: bool
    score: int
    posted_at: int
    key: UUID

    @property
    def sort_key(self) -> tuple[bool, int, int, int]:
        """Ascending sort key of the order."""
        return (not self.eligible, -self.score, -self.posted_at, self.key.int)
