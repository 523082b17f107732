"""Structured logs with the request id and without personal data.

Only named fields are logged, never bodies, query strings, names, addresses or tokens; `drop_personal` is the net below.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_PERSONAL = frozenset(
    {
        "email",
        "phone",
        "password",
        "nik",
        "name",
        "full_name",
        "token",
        "authorization",
        "birth_date",
        "address",
        "username",
    }
)


def drop_personal(
    _: Any, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:  # structlog's signature
    """Replace values of fields that carry personal data or secrets."""
    for name in _PERSONAL & event.keys():
        event[name] = "[removed]"
    return event


def configure(log_format: str, level: str) -> None:
    """Log to standard error as JSON lines or, for people, as text."""
    renderer: Any = structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            drop_personal,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
