"""Ids of the demo's records, derived from their keys, so that examples of the contract name things that exist."""

from __future__ import annotations

import hashlib
from uuid import UUID


def demo_id(kind: str, key: str) -> UUID:
    """A UUID of version 7 for the demo record `key` of `kind`: fixed time bits, the rest from a digest."""
    digest = bytearray(hashlib.sha256(f"{kind}:{key}".encode()).digest()[:16])
    digest[0:6] = (0x019700000000).to_bytes(6, "big")
    digest[6] = 0x70 | (digest[6] & 0x0F)
    digest[8] = 0x80 | (digest[8] & 0x3F)
    return UUID(bytes=bytes(digest))


def demo_token(key: str) -> str:
    """The verification token of the demo's certificate `key`; real tokens are random."""
    return hashlib.sha256(f"demo-certificate:{key}".encode()).hexdigest()[:43]
