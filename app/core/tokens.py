"""Access tokens: ES256 JWTs, and the ring of keys behind them. The only module that imports python-jose.

python-jose is lenient (it takes tokens without `aud` or `exp`, foreign `typ`, any `kid`), so everything that it
leaves open is checked here before and after it decodes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jwt
from jose.backends.cryptography_backend import CryptographyECKey
from jose.exceptions import JOSEError

from app.core import clock
from app.core.crypto import Vault

ALGORITHM = "ES256"
ACCESS_TYPE = "at+jwt"
_MAX_BYTES = 4096
_SKEW = timedelta(seconds=30)
_PARTS = 3


class TokenError(Exception):
    """A token that we did not issue, or that is no longer good; the message is for logs only."""


def _unpad(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode_part(part: str) -> Any:  # JSON
    try:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError) as error:  # 4 KB are enough to nest JSON too deep
        msg = "a part is not base64url JSON"
        raise TokenError(msg) from error


def thumbprint(public: Mapping[str, Any]) -> str:
    """The RFC 7638 thumbprint of an EC public key: its `kid`."""
    canonical = json.dumps({name: public[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return _unpad(hashlib.sha256(canonical.encode()).digest())


@dataclass(frozen=True, slots=True)
class NewKey:
    """A fresh key pair: its id, the public JWK, the private PEM."""

    kid: str
    public_jwk: dict[str, Any]
    private_pem: str


def generate_key() -> NewKey:
    """Make a P-256 key pair."""
    private = ec.generate_private_key(ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    public: dict[str, Any] = {
        "kty": "EC",
        "crv": "P-256",
        "x": _unpad(numbers.x.to_bytes(32, "big")),
        "y": _unpad(numbers.y.to_bytes(32, "big")),
    }
    kid = thumbprint(public)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return NewKey(kid, {**public, "kid": kid, "alg": ALGORITHM, "use": "sig"}, pem)


@dataclass(frozen=True, slots=True)
class RingKey:
    """A key with its prebuilt jose objects (building one per call costs far more than signing)."""

    kid: str
    public_jwk: dict[str, Any]
    signer: Any
    verifier: Any
    active_from: datetime

    @classmethod
    def build(cls, kid: str, public_jwk: dict[str, Any], private_pem: str, active_from: datetime) -> RingKey:
        """Prepare a key; RuntimeError where jose runs without its cryptography backend."""
        signer, verifier = jwk.construct(private_pem, ALGORITHM), jwk.construct(public_jwk, ALGORITHM)
        if not isinstance(signer, CryptographyECKey):
            msg = "python-jose must run on the cryptography backend"
            raise RuntimeError(msg)  # noqa: TRY004  # an installation fault, not a caller's type error
        return cls(kid, public_jwk, signer, verifier, active_from)


def seal_key(vault: Vault, new: NewKey) -> bytes:
    """The private part, encrypted for storage."""
    return vault.encrypt("signing-key", new.private_pem, bound_to=new.kid)


def open_key(vault: Vault, kid: str, public_jwk: dict[str, Any], sealed: bytes, active_from: datetime) -> RingKey:
    """A stored key, ready to use."""
    return RingKey.build(kid, public_jwk, vault.decrypt("signing-key", sealed, bound_to=kid), active_from)


class TokenRing:
    """Signs with the newest active key and verifies with every key of the ring."""

    def __init__(self, issuer: str, audience: str, lifetime: timedelta) -> None:
        """A ring without keys; `install` gives it some."""
        self.issuer, self.audience, self.lifetime = issuer, audience, lifetime
        self._keys: dict[str, RingKey] = {}

    def install(self, keys: list[RingKey]) -> None:
        """Replace the keys of the ring at once."""
        self._keys = {key.kid: key for key in keys}

    def knows(self, kid: str) -> bool:
        """Whether `kid` is in the ring."""
        return kid in self._keys

    @property
    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public keys (RFC 7517)."""
        return {"keys": [key.public_jwk for key in self._keys.values()]}

    def _signing_key(self) -> RingKey:
        usable = [key for key in self._keys.values() if key.active_from <= clock.now()]
        if not usable:
            msg = "the key ring is empty; run `hub migrate`"
            raise RuntimeError(msg)
        return max(usable, key=lambda key: key.active_from)

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        """A JWT of `claims` as they are, with the header exactly `{alg, kid, typ}`."""
        key = self._signing_key()
        token: str = jwt.encode(dict(claims), key.signer, ALGORITHM, headers={"kid": key.kid, "typ": typ})
        return token

    def issue(self, subject: str, scope: str, **claims: Any) -> str:  # JSON claims
        """An access token (RFC 9068) for `subject` with a space-separated `scope`."""
        now = clock.now()
        return self.sign(
            {
                "iss": self.issuer,
                "aud": self.audience,
                "sub": subject,
                "iat": int(now.timestamp()),
                "exp": int((now + self.lifetime).timestamp()),
                "jti": str(clock.new_id()),
                "scope": scope,
                **claims,
            },
            ACCESS_TYPE,
        )

    def verify(self, token: str) -> dict[str, Any]:
        """The claims of an access token of ours; TokenError for anything else."""
        if len(token) > _MAX_BYTES or token.count(".") != _PARTS - 1:
            msg = "not a token of ours by size or shape"
            raise TokenError(msg)
        header = _decode_part(token.split(".", maxsplit=1)[0])
        if not isinstance(header, dict) or header.keys() != {"alg", "kid", "typ"}:
            msg = "header is not exactly alg, kid, typ"
            raise TokenError(msg)
        key = self._keys.get(header["kid"]) if isinstance(header["kid"], str) else None
        if key is None or header["alg"] != ALGORITHM or header["typ"] != ACCESS_TYPE:
            msg = "unknown key, algorithm or type"
            raise TokenError(msg)
        try:
            # Time is checked below against our own clock, which tests and replays may hold.
            claims: dict[str, Any] = jwt.decode(
                token,
                key.verifier,
                algorithms=[ALGORITHM],
                audience=self.audience,
                issuer=self.issuer,
                options={
                    "verify_exp": False, "verify_iat": False, "require_aud": True, "require_iat": True,
                    "require_exp": True, "require_iss": True, "require_sub": True, "require_jti": True,
                },
            )  # fmt: skip
        except JOSEError as error:
            msg = f"jose: {type(error).__name__}"
            raise TokenError(msg) from error
        self._check_times(claims)
        if not isinstance(claims["sub"], str) or not isinstance(claims.get("scope"), str):
            msg = "sub or scope is not text"
            raise TokenError(msg)
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        issued, expires = claims["iat"], claims["exp"]
        if type(issued) is not int or type(expires) is not int:
            msg = "iat and exp must be whole numbers"
            raise TokenError(msg)
        now = clock.now().timestamp()
        if expires <= now:
            msg = "expired"
            raise TokenError(msg)
        if issued > now + _SKEW.total_seconds() or expires - issued > self.lifetime.total_seconds():
            msg = "issued in the future, or lives too long"
            raise TokenError(msg)
