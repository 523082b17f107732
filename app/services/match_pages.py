"""What rankings share: what is asked, where a page begins, and the explanation of a pair."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core import clock
from app.core.errors import Problem
from app.core.i18n import Text
from app.core.kit import Kit
from app.core.problems.matches import RANKING_CHANGED
from app.domain.certificates import local_date
from app.matching.explain import Explanation, explain
from app.matching.index import Filters
from app.matching.model import MILLION, GateKind, TalentFacts, VacancyFacts
from app.matching.points import points
from app.models.vacancies import WORK_ARRANGEMENTS, WORK_RELATIONS
from app.services import match_facts
from app.services.match_facts import Proves
from app.services.matcher import Basis

#: How long a page may be followed by the next: its time of evaluation gets older meanwhile.
CURSOR_KEPT = timedelta(hours=24)
#: How often a page is made again because something changed while it was made.
ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller asks of a ranking of vacancies."""

    limit: int = 20
    cursor: str | None = None
    min_score: float = 0.0
    regions: Sequence[str] = ()
    remote: bool | None = None
    relations: Sequence[str] = ()
    arrangements: Sequence[str] = ()
    occupation: str | None = None
    pay_min: int | None = None
    posted_since: datetime | None = None
    employer: UUID | None = None

    @property
    def filters(self) -> dict[str, Any]:
        """What a cursor is bound to."""
        return {
            "min_score": self.min_score,
            "regions": sorted(self.regions),
            "remote": self.remote,
            "relations": sorted(self.relations),
            "arrangements": sorted(self.arrangements),
            "occupation": self.occupation,
            "pay_min": self.pay_min,
            "posted_since": self.posted_since,
            "employer": self.employer,
        }

    @property
    def min_ppm(self) -> int:
        """The minimum score in parts per million."""
        return round(self.min_score * MILLION)

    def index_filters(self, as_of: datetime) -> Filters:
        """The same for the index: live on the day of ``as_of``."""
        regencies, provinces = match_facts.regions_of(self.regions)
        since = self.posted_since
        return Filters(
            provinces=provinces,
            regencies=regencies,
            remote=self.remote,
            relations=frozenset(WORK_RELATIONS.index(code) for code in self.relations),
            arrangements=frozenset(WORK_ARRANGEMENTS.index(code) for code in self.arrangements),
            occupation=self.occupation,
            pay_from=self.pay_min,
            posted_since=None if since is None else _microseconds(since),
            employer=self.employer,
            live_on=local_date(as_of).toordinal(),
        )


def _microseconds(at: datetime) -> int:
    return (at - datetime.fromtimestamp(0, at.tzinfo)) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: the order key of the item before (none for the first), how many came before."""

    as_of: datetime
    key: Sequence[Any] | None = None
    basis: str | None = None
    digest: str | None = None
    before: int = 0

    @classmethod
    def of(cls, kit: Kit, scope: str, cursor: str | None) -> Place:
        """Read a cursor; 422 for a foreign one, 409 for one that is too old."""
        read = kit.cursors.read(scope, cursor)
        if read is None:
            return cls(clock.now())
        *key, as_of, basis, digest, before = read
        if clock.now() - as_of > CURSOR_KEPT:
            raise changed("kursor lebih dari 24 jam", "the cursor is more than 24 hours old")
        return cls(as_of, key, basis, digest, before)

    def check(self, basis: str, digest: str) -> None:
        """409 where the ranking of the first page cannot be continued."""
        if self.basis is not None and self.basis != basis:
            raise changed(
                "versi model, idf, atau taksonomi berganti", "the model, idf or taxonomy version was switched"
            )
        if self.digest is not None and self.digest != digest:
            raise changed("profil atau lowongan berubah", "the profile or the vacancy was changed")

    def next(self, kit: Kit, scope: str, key: Sequence[Any], basis: str, digest: str, shown: int) -> str:
        """The cursor after an item."""
        return kit.cursors.write(scope, (*key, self.as_of, basis, digest, self.before + shown))


def changed(indonesian: str, english: str) -> Problem:
    """A 409 that says why the next page cannot follow."""
    return Problem(RANKING_CHANGED, {"reason": str(Text(indonesian, english))})


def basis_text(basis: Basis) -> str:
    """The versions as one text, for cursors."""
    return "/".join(str(version) for version in basis.versions)


def versions_of(basis: Basis, as_of: datetime) -> dict[str, Any]:
    """The members of `Versions`."""
    model, idf, taxonomy = basis.versions
    return {"model_version": model, "idf_version": idf, "taxonomy_version": taxonomy, "as_of": as_of}


def digest_of(facts: TalentFacts | VacancyFacts) -> str:
    """A short digest of everything that the score depends on."""
    parts: list[Any] = []
    for name in facts.__slots__:
        value = getattr(facts, name)
        if name == "gates":
            value = [(gate.kind, gate.alternatives) for gate in value]
        parts.append(sorted(map(str, value)) if isinstance(value, frozenset) else str(value))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def explained(talent: TalentFacts, vacancy: VacancyFacts, basis: Basis, proves: Proves) -> Explanation:
    """Explain a pair; the gain of a certificate counts the skills that its scheme proves."""
    schemes = {code for gate in vacancy.gates if gate.kind is GateKind.CERTIFICATE for code in gate.any_of}
    levels = match_facts.levels_of(talent.skills)
    grants = {
        scheme: match_facts.proven({scheme}, proves, levels)
        for scheme in {*schemes, *vacancy.preferred_certificates}
        if isinstance(scheme, int)
    }
    return explain(talent, vacancy, points(vacancy, basis.idf), basis.taxonomy.relatedness, grants=grants)


@dataclass(slots=True)
class Page:
    """Ranked and explained items, and the order keys of the last one if there are more."""

    basis: Basis
    items: list[tuple[int, Any, Explanation]] = field(default_factory=list)
    last: Any = None
