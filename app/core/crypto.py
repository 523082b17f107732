"""Keys derived from the master secret; authenticated encryption and keyed look-up hashes.

One secret is enough for an operator to keep: HKDF-SHA256 (RFC 5869) derives a key per purpose.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
SHORTEST_SECRET = 32


class Vault:
    """Encrypts, hashes and signs with keys derived from one master secret."""

    def __init__(self, secret: str) -> None:
        """`secret`: at least 32 characters."""
        if len(secret) < SHORTEST_SECRET:
            msg = "the master secret needs at least 32 characters"
            raise ValueError(msg)
        self._secret = secret.encode()
        self._keys: dict[str, bytes] = {}

    def _key(self, purpose: str) -> bytes:
        if purpose not in self._keys:
            hkdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=b"labour-hub", info=purpose.encode())
            self._keys[purpose] = hkdf.derive(self._secret)
        return self._keys[purpose]

    def encrypt(self, purpose: str, text: str, *, bound_to: str) -> bytes:
        """AES-256-GCM of `text`, readable only with the same purpose and the same owner `bound_to`."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._key(purpose)).encrypt(nonce, text.encode(), bound_to.encode())

    def decrypt(self, purpose: str, data: bytes, *, bound_to: str) -> str:
        """The text that `encrypt` took; ValueError where data, purpose or owner do not fit."""
        try:
            plain = AESGCM(self._key(purpose)).decrypt(data[:_NONCE], data[_NONCE:], bound_to.encode())
        except InvalidTag as error:
            msg = "cannot decrypt: wrong key, owner or damaged data"
            raise ValueError(msg) from error
        return plain.decode()

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """HMAC-SHA256 of `text`: looks a value up without storing it."""
        return hmac.new(self._key(purpose), text.encode(), hashlib.sha256).digest()
