"""Remembers which answers of which operations a test run has seen, and tells what it never saw.

`pytest --exercised` (a whole run: `make coverage`) fails where an operation never succeeded, or a declared problem
never occurred.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

SEEN: dict[str, set[str]] = defaultdict(set)
"""operationId -> `success` and the problem codes that were answered."""

DOCUMENTS: list[dict[str, Any]] = []
"""The contract that the run was judged by, once it is generated."""

# Declared because they may happen, not because a test can bring them about everywhere, each with its reason.
NOT_EVERYWHERE = {
    "internal_error": "operations that ask the database for nothing have nothing that fails",
    "unavailable": "the same",
    "bad_request": "what the framework could not read of a body and the strict reader did not refuse by name",
    "conflict": "a unique constraint without a name of its own: what a lost race may leave",
    "idempotency_in_progress": "one mechanism for all, held by the ground's tests",
    "rate_limited": "the tests' limits are high; each quota has a test of its own",
}

NEVER = {"auth.token: validation_failed"}
"""The token endpoint tells invalid requests in the form of RFC 6749, section 5.2."""


def unseen(document: dict[str, Any]) -> list[str]:
    """What the contract declares and no answer showed: `operation: code`."""
    missing = []
    for item in document["paths"].values():
        for operation in item.values():
            name = operation["operationId"]
            expected = {"success", *operation.get("x-problems", ())} - NOT_EVERYWHERE.keys()
            if not operation.get("parameters") and "requestBody" not in operation:
                expected.discard("validation_failed")
            missing += [f"{name}: {code}" for code in sorted(expected - SEEN[name])]
    return [line for line in missing if line not in NEVER]
