"""What the rules of the domain raise: data only, never a sentence for a user.

The layer above turns each of these into a problem with a stable code and a text in the caller's language.
"""

from __future__ import annotations


class DomainError(Exception):
    """Base of every error of the domain."""


class LifecycleError(DomainError):
    """A lifecycle is defined wrongly, or was asked about an unknown status or event: a bug, not a refusal."""


class InvalidIdentifier(DomainError):
    """An identifier breaks its rule.

    `kind` names the identifier (`nik`, `npwp`, ...), `code` the broken rule (`empty`, `pattern`, `length`,
    `range`, `date`, `sequence`, `checksum`, `edition`) and `value_hint` what was passed, reduced to its shape
    (each digit as 9, each letter as A), so that the error can be logged.
    """

    def __init__(self, kind: str, code: str, value_hint: str) -> None:
        """Keep the three facts."""
        super().__init__(f"{kind}: {code}: {value_hint}")
        self.kind = kind
        self.code = code
        self.value_hint = value_hint


class TransitionError(DomainError):
    """Base of a lifecycle's refusals; carries which `lifecycle`, in which `status`, which `event`."""

    def __init__(self, lifecycle: str, status: str, event: str) -> None:
        """Keep the three names."""
        super().__init__(f"{lifecycle}: {event} in {status}")
        self.lifecycle = lifecycle
        self.status = status
        self.event = event


class IllegalTransition(TransitionError):
    """Nobody may do this event in this status (409); `allowed` lists what the same actor may do instead."""

    def __init__(self, lifecycle: str, status: str, event: str, allowed: tuple[str, ...]) -> None:
        """Keep the names and the events that are open to the actor."""
        super().__init__(lifecycle, status, event)
        self.allowed = allowed


class NotAllowed(TransitionError):
    """The event is legal in this status, but not for the kind of actor that asked (403), `who`."""

    def __init__(self, lifecycle: str, status: str, event: str, who: str) -> None:
        """Keep the names and the kind of actor."""
        super().__init__(lifecycle, status, event)
        self.who = who


class ReasonRequired(TransitionError):
    """The event is legal and allowed, but must be given a reason that is not blank (422)."""
