"""Keyset cursors: opaque, signed, bound to the filters and the sort of the list they belong to.

A page costs the same at any depth, and rows that arrive meanwhile neither repeat nor skip others.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from app.core.crypto import Vault
from app.core.errors import Problem
from app.core.problems.common import INVALID_CURSOR

T = TypeVar("T")
R = TypeVar("R")
_SIGNATURE = 12


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of `items` and the key of its last one, None on the last page."""

    items: Sequence[T]
    next_cursor: str | None


class Cursors:
    """Makes and reads cursors with a key of the vault."""

    def __init__(self, vault: Vault) -> None:
        """Cursors signed by `vault`."""
        self._vault = vault

    def _sign(self, scope: str, payload: bytes) -> bytes:
        text = f"{scope}\n{payload.decode()}"
        return self._vault.keyed_hash("cursor", text)[:_SIGNATURE]

    def write(self, scope: str, key: Sequence[Any]) -> str:
        """The cursor that goes on after the row with the order key `key` in the list `scope`."""
        payload = json.dumps([_encode(part) for part in key], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(scope, payload) + payload).decode().rstrip("=")

    def read(self, scope: str, cursor: str | None) -> list[Any] | None:
        """The order key in `cursor`, None for the first page; a problem for a foreign or damaged one."""
        if cursor is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
            if not hmac.compare_digest(signature, self._sign(scope, payload)):
                raise Problem(INVALID_CURSOR)
            return [_decode(part) for part in json.loads(payload)]
        except (ValueError, binascii.Error, UnicodeError) as error:
            raise Problem(INVALID_CURSOR) from error

    def page(
        self, scope: str, rows: Sequence[R], limit: int, key: Callable[[R], Sequence[Any]], show: Callable[[R], T]
    ) -> Page[T]:
        """A page from up to `limit` + 1 rows: the one too many tells that there is more."""
        more = len(rows) > limit
        rows = rows[:limit]
        return Page([show(row) for row in rows], self.write(scope, key(rows[-1])) if more else None)


def scope_of(operation: str, filters: Mapping[str, Any], sort: str = "") -> str:
    """The name of a list: its operation, its filters and its sort; a cursor of another one is refused."""
    canonical = json.dumps(
        {name: _encode(value) for name, value in sorted(filters.items()) if value is not None},
        sort_keys=True,
        default=str,
    )
    return f"{operation}|{sort}|{hashlib.sha256(canonical.encode()).hexdigest()}"


def _encode(part: Any) -> Any:  # a JSON value or one of the types that keys are made of
    match part:
        case UUID():
            return {"u": part.hex}
        case datetime():
            return {"t": part.isoformat()}
        case date():
            return {"d": part.isoformat()}
        case _:
            return part


def _decode(part: Any) -> Any:
    match part:
        case {"u": text}:
            return UUID(hex=text)
        case {"t": text}:
            return datetime.fromisoformat(text)
        case {"d": text}:
            return date.fromisoformat(text)
        case _:
            return part
