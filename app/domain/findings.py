"""A finding: one rule that a set of terms breaks or comes close to, as data."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

Param = str | int


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"  # refused
    WARNING = "warning"  # accepted, shown to the officer and to the author
    INFO = "info"  # worth knowing


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    `code` is stable and machine-readable, `field` a JSON pointer into the checked terms (`/pay_minimum`),
    `article` the source of the rule (empty where the rule is plain logic), `params` the figures a text needs.
    """

    code: str
    field: str
    severity: Severity = Severity.ERROR
    article: str = ""
    params: Mapping[str, Param] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Make the parameters read-only, so that a finding can be shared."""
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))


def refused(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)
