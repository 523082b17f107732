"""Problems (RFC 9457): one exception, explicit stable codes, texts in two languages.

A kind is declared once in `app.core.problems`; raising is `raise Problem(NOT_FOUND, resource="vacancy")`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.i18n import Text


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A problem that an operation can answer: its stable code, status and texts.

    `detail` may hold `{placeholders}` that the raiser fills.
    """

    code: str
    status: int
    title: Text
    detail: Text


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid place in the input: an RFC 6901 pointer, a stable code, a text for the caller."""

    pointer: str
    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """The member of `errors` that the contract describes."""
        return {"pointer": self.pointer, "code": self.code, "message": self.message}


@dataclass(slots=True)
class Problem(Exception):  # RFC 9457 calls it a problem
    """An answer other than success.

    `params` fill the detail text; `extra` adds members to the body (for a conflict: the current state);
    `keep_changes` commits what the request wrote although it fails (a revoked token family must stay revoked).
    """

    kind: ProblemKind
    params: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    keep_changes: bool = False

    def __post_init__(self) -> None:
        """Give `Exception` its message, for logs."""
        Exception.__init__(self, self.kind.code)

    @property
    def detail(self) -> str:
        """The detail in the caller's language."""
        return str(self.kind.detail).format_map(dict(self.params))


REGISTRY: dict[str, ProblemKind] = {}

CONSTRAINT_PROBLEMS: dict[str, ProblemKind] = {}
"""Constraint name -> the problem that its violation means; services register theirs beside their queries."""


def kind(code: str, status: int, *, title: tuple[str, str], detail: tuple[str, str]) -> ProblemKind:
    """Declare a problem kind; texts are (Indonesian, English). A code is declared once."""
    if code in REGISTRY:
        msg = f"problem {code!r} is declared twice"
        raise ValueError(msg)
    REGISTRY[code] = ProblemKind(code, status, Text(*title), Text(*detail))
    return REGISTRY[code]


def invalid(pointer: str, code: str, message: Text | str) -> FieldError:
    """A field error at `pointer`."""
    return FieldError(pointer, code, str(message))
