"""The machinery of a lifecycle: a checked transition table and three pure functions over it.

A lifecycle is data. `apply` answers the status after an event or says precisely why not; `available_events`
answers what the API lists as `actions`. Nothing here knows time, storage or people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.errors import IllegalTransition, LifecycleError, NotAllowed, ReasonRequired


class ActorKind(StrEnum):
    """In which capacity somebody acts on one object; the service decides it, the tables speak of it."""

    ADMIN = "admin"
    CERTIFICATION_BODY = "certification_body"
    EMPLOYER = "employer"
    OFFICER = "officer"
    PARTNER = "partner"
    PROGRAMME_OWNER = "programme_owner"
    SYSTEM = "system"
    TALENT = "talent"
    TRAINING_PROVIDER = "training_provider"


EMPLOYER_SIDE = frozenset({ActorKind.EMPLOYER, ActorKind.PARTNER})
"""Whoever posts vacancies: the employer itself, or a job board on its behalf."""

AUTHORITY = frozenset({ActorKind.OFFICER, ActorKind.ADMIN})
"""Whoever supervises."""

MEMBERS = frozenset(
    {
        ActorKind.EMPLOYER,
        ActorKind.TRAINING_PROVIDER,
        ActorKind.CERTIFICATION_BODY,
        ActorKind.PROGRAMME_OWNER,
    }
)
"""Members of an organization, of whatever kind the organization is."""

SYSTEM = frozenset({ActorKind.SYSTEM})
TALENT = frozenset({ActorKind.TALENT})


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a table: in `source`, `event` by one of `who` leads to `target`.

    `reason_required` asks for a reason, except from `reason_optional_for`. `same_side` lets the event through
    only for the side (employer side, or everybody else) that brought the object into `source`: what the
    authority has suspended, the employer cannot resume.
    """

    source: str
    event: str
    target: str
    who: frozenset[ActorKind]
    reason_required: bool = False
    reason_optional_for: frozenset[ActorKind] = frozenset()
    same_side: bool = False

    def needs_reason_from(self, who: ActorKind) -> bool:
        """Tell whether this actor has to give a reason."""
        return self.reason_required and who not in self.reason_optional_for

    def open_to(self, who: ActorKind, entered_by: ActorKind | None) -> bool:
        """Tell whether this actor may use the row, given who brought the object into its status.

        An unknown `entered_by` counts as the authority, so that a missing fact never lifts a suspension.
        """
        if who not in self.who:
            return False
        return not self.same_side or (who in EMPLOYER_SIDE) == (entered_by in EMPLOYER_SIDE)


def rows(
    sources: str | Iterable[str],
    event: str,
    target: str,
    who: frozenset[ActorKind],
    *,
    reason: bool = False,
    reason_optional_for: frozenset[ActorKind] = frozenset(),
    same_side: bool = False,
) -> tuple[Transition, ...]:
    """Write one row for each source, in the given order, with plain strings for names."""
    names = (sources,) if isinstance(sources, str) else tuple(sources)
    return tuple(
        Transition(str(name), event, str(target), who, reason, reason_optional_for, same_side) for name in names
    )


@dataclass(frozen=True)
class Lifecycle:
    """A checked table. Raises `LifecycleError` when it is built from a wrong one, that is at import."""

    name: str
    states: tuple[str, ...]
    initial: str
    terminal: frozenset[str]
    transitions: tuple[Transition, ...]
    events: frozenset[str] = field(init=False)
    _table: dict[tuple[str, str], Transition] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the table and index it."""
        object.__setattr__(self, "states", tuple(str(state) for state in self.states))
        object.__setattr__(self, "initial", str(self.initial))
        object.__setattr__(self, "terminal", frozenset(str(state) for state in self.terminal))
        object.__setattr__(self, "events", frozenset(row.event for row in self.transitions))
        object.__setattr__(self, "_table", {(row.source, row.event): row for row in self.transitions})
        faults = list(self._faults())
        if faults:
            raise LifecycleError(f"{self.name}: " + "; ".join(faults))

    def _faults(self) -> Iterable[str]:
        known = set(self.states)
        if len(known) != len(self.states):
            yield "a state is listed twice"
        if len(self._table) != len(self.transitions):
            yield "a (source, event) is listed twice"
        named = {self.initial, *self.terminal}
        named.update(row.source for row in self.transitions)
        named.update(row.target for row in self.transitions)
        yield from (f"unknown state {state}" for state in sorted(named - known))
        yield from (f"nobody may {row.event} in {row.source}" for row in self.transitions if not row.who)
        leaving = {row.source for row in self.transitions}
        yield from (f"terminal {state} is left" for state in sorted(self.terminal & leaving))
        yield from (f"{state} is a dead end but not terminal" for state in sorted(known - self.terminal - leaving))
        yield from (f"{state} is unreachable" for state in sorted(known - self._reached()))

    def _reached(self) -> set[str]:
        reached, frontier = {self.initial}, [self.initial]
        while frontier:
            here = frontier.pop()
            targets = {row.target for row in self.transitions if row.source == here} - reached
            reached |= targets
            frontier.extend(targets)
        return reached

    def find(self, status: str, event: str) -> Transition | None:
        """Return the row of this status and event, or None."""
        return self._table.get((status, event))

    def of(self, status: str) -> tuple[Transition, ...]:
        """Return the rows that leave a status, in the order of the table."""
        return tuple(row for row in self.transitions if row.source == status)

    @property
    def live(self) -> frozenset[str]:
        """The states that something can still follow."""
        return frozenset(self.states) - self.terminal


def available_events(
    lifecycle: Lifecycle, status: str, who: ActorKind, *, entered_by: ActorKind | None = None
) -> list[str]:
    """List what this actor may do next, in the order of the table: the API's `actions`.

    `entered_by` is the kind of actor of the last logged transition; only a table with `same_side` rows looks
    at it. Raises `LifecycleError` for a status that the lifecycle does not know.
    """
    if status not in lifecycle.states:
        raise LifecycleError(f"{lifecycle.name} has no status {status}")
    return [row.event for row in lifecycle.of(status) if row.open_to(who, entered_by)]


def apply(
    lifecycle: Lifecycle,
    status: str,
    event: str,
    who: ActorKind,
    reason: str | None = None,
    *,
    entered_by: ActorKind | None = None,
) -> str:
    """Return the status after the event.

    Raises `IllegalTransition` (no such row), `NotAllowed` (the row is not for this actor), `ReasonRequired`
    (the reason is missing or blank), in this order, and `LifecycleError` for a status or event that the
    lifecycle does not know.
    """
    if event not in lifecycle.events:
        raise LifecycleError(f"{lifecycle.name} has no event {event}")
    allowed = tuple(available_events(lifecycle, status, who, entered_by=entered_by))
    row = lifecycle.find(status, event)
    if row is None:
        raise IllegalTransition(lifecycle.name, status, event, allowed)
    if event not in allowed:
        raise NotAllowed(lifecycle.name, status, event, who.value)
    if row.needs_reason_from(who) and not (reason or "").strip():
        raise ReasonRequired(lifecycle.name, status, event)
    return row.target
