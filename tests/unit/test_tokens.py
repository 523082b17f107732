"""Attacks on access tokens: python-jose is lenient, the ring is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from app.core import clock
from app.core.crypto import Vault
from app.core.tokens import NewKey, RingKey, TokenError, TokenRing, generate_key, open_key, seal_key, thumbprint


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.fixture
def key() -> NewKey:
    return generate_key()


@pytest.fixture
def ring(key: NewKey) -> TokenRing:
    ring = TokenRing("issuer", "audience", timedelta(minutes=10))
    ring.install([RingKey.build(key.kid, key.public_jwk, key.private_pem, clock.now() - timedelta(minutes=1))])
    return ring


def claims(**changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    whole = {
        "iss": "issuer", "aud": "audience", "sub": "me", "iat": now, "exp": now + 60, "jti": "1", "scope": "a",
        **changes,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


def test_our_own_token_is_accepted(ring: TokenRing) -> None:
    assert ring.verify(ring.issue("me", "a:b", sid="1"))["scope"] == "a:b"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": None}, {"aud": "other"}, {"iss": None}, {"iss": "other"}, {"exp": None}, {"iat": None}, {"sub": None},
        {"jti": None}, {"scope": None}, {"scope": 7}, {"exp": 1}, {"exp": True}, {"exp": "soon"}, {"iat": "now"},
        {"exp": 4_000_000_000}, {"iat": 4_000_000_000, "exp": 4_000_000_060},
    ],
)  # fmt: skip
def test_wrong_claims_are_refused(ring: TokenRing, changes: dict[str, Any]) -> None:
    with pytest.raises(TokenError):
        ring.verify(ring.sign(claims(**changes), "at+jwt"))


@pytest.mark.parametrize("typ", ["JWT", "vc+jwt", "at+JWT", ""])
def test_another_type_is_refused(ring: TokenRing, typ: str) -> None:
    with pytest.raises(TokenError):
        ring.verify(ring.sign(claims(), typ))


def test_forged_headers_are_refused(ring: TokenRing, key: NewKey) -> None:
    header, body, signature = ring.issue("me", "a").split(".")
    real = json.loads(base64.urlsafe_b64decode(header + "=="))
    forgeries: tuple[Any, ...] = (
        {**real, "alg": "none"}, {**real, "alg": "HS256"}, {**real, "kid": "other"}, {**real, "kid": 7},
        {**real, "crit": ["exp"]}, {**real, "jwk": key.public_jwk}, {"alg": "ES256"}, [], "text",
    )  # fmt: skip
    for changed in forgeries:
        with pytest.raises(TokenError):
            ring.verify(f"{part(changed)}.{body}.{signature}")


def test_hmac_with_the_public_key_is_refused(ring: TokenRing, key: NewKey) -> None:
    public = serialization.load_pem_private_key(key.private_pem.encode(), None).public_key()
    for encoding, form in (
        (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    ):
        signed = f"{part({'alg': 'HS256', 'kid': key.kid, 'typ': 'at+jwt'})}.{part(claims())}"
        mac = hmac.new(public.public_bytes(encoding, form), signed.encode(), hashlib.sha256).digest()
        with pytest.raises(TokenError):
            ring.verify(f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}")


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.b.c.d", "." * 2, "x" * 5000, "\x00.\x00.\x00", "é.é.é"])
def test_noise_is_refused(ring: TokenRing, token: str) -> None:
    with pytest.raises(TokenError):
        ring.verify(token)


def test_a_changed_token_and_another_ring_are_refused(ring: TokenRing) -> None:
    token = ring.issue("me", "a")
    header, _, signature = token.split(".")
    with pytest.raises(TokenError):
        ring.verify(f"{header}.{part(claims(sub='you'))}.{signature}")
    other = TokenRing("issuer", "audience", timedelta(minutes=10))
    with pytest.raises(TokenError):
        other.verify(token)


def test_an_expired_token_is_refused_from_that_second_on(ring: TokenRing) -> None:
    with clock.frozen(clock.now().replace(microsecond=0)):
        token = ring.issue("me", "a")
        clock.move(timedelta(seconds=599))
        ring.verify(token)
        clock.move(timedelta(seconds=1))
        with pytest.raises(TokenError):
            ring.verify(token)


def test_keys_survive_storage_and_name_themselves() -> None:
    vault, new = Vault("a secret of more than thirty-two characters"), generate_key()
    assert thumbprint(new.public_jwk) == new.kid
    opened = open_key(vault, new.kid, new.public_jwk, seal_key(vault, new), clock.now())
    assert opened.public_jwk == new.public_jwk
    with pytest.raises(ValueError, match="decrypt"):
        open_key(
            Vault("another secret, also over 32 characters"), new.kid, new.public_jwk, seal_key(vault, new), clock.now()
        )


def test_a_ring_without_a_key_says_so() -> None:
    with pytest.raises(RuntimeError, match="empty"):
        TokenRing("i", "a", timedelta(minutes=1)).issue("me", "a")
