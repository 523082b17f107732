"""Accounts, consents and tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, EmailStr, Field, StringConstraints, field_validator, model_validator

from app.core.coded import CodedValueError
from app.core.passwords import MAXIMUM_LENGTH, MINIMUM_LENGTH
from app.domain.errors import InvalidIdentifier
from app.domain.identifiers import parse_phone
from app.schemas.common import Input, Line, Output

Password = Annotated[
    str, StringConstraints(min_length=MINIMUM_LENGTH, max_length=MAXIMUM_LENGTH, strip_whitespace=False)
]


def phone(value: str | None) -> str | None:
    """An Indonesian mobile number as E.164, for validators."""
    if value is None:
        return None
    try:
        return parse_phone(value)
    except InvalidIdentifier as error:
        raise CodedValueError(
            "invalid_phone",
            "Bukan nomor ponsel Indonesia, mis. 081234567890.",
            "Not an Indonesian mobile number, e.g. 081234567890.",
        ) from error


class Registration(Input):
    """A new account: by e-mail, by phone, or both."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "sari.dewi@example.com",
                    "phone": "081234567001",
                    "password": "sandi-yang-panjang",
                    "full_name": "Sari Dewi",
                    "consents": ["account", "profile_processing"],
                }
            ]
        }
    )

    email: EmailStr | None = None
    phone: Annotated[str | None, Field(description="Indonesian mobile number; kept as E.164")] = None
    password: Password
    full_name: Line
    locale: Literal["id", "en"] = "id"
    consents: Annotated[
        list[str],
        Field(description="Purposes consented to; `account` and `profile_processing` are needed", max_length=20),
    ]

    @field_validator("email")
    @classmethod
    def _lower(cls, value: str | None) -> str | None:
        return value.lower() if value else None

    @field_validator("phone")
    @classmethod
    def _phone(cls, value: str | None) -> str | None:
        return phone(value)

    @model_validator(mode="after")
    def _reachable(self) -> Registration:
        if self.email is None and self.phone is None:
            raise CodedValueError(
                "contact_missing", "Isi surel atau nomor telepon.", "Give an e-mail or a phone number."
            )
        return self


class AccountOut(Output):
    """The caller's account."""

    id: UUID
    email: str | None
    phone: str | None
    display_name: str
    locale: str
    roles: list[str]
    regions: list[str]
    permissions: list[str]
    organizations: list[AccountOrganization]
    created_at: datetime


class AccountOrganization(Output):
    """An organization that the caller belongs to."""

    id: UUID
    name: str
    kind: str
    status: str
    role: str


class AccountPatch(Input):
    """Changes of the account (JSON Merge Patch)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"locale": "en"}]})

    display_name: Line = Field(default_factory=str)
    locale: Literal["id", "en"] = "id"


class ConsentOut(Output):
    """A consent, live while `withdrawn_at` is null."""

    purpose: str
    text_version: str
    granted_at: datetime
    withdrawn_at: datetime | None


class TokenOut(Output):
    """An answer of the token endpoint (RFC 6749, section 5.1). `refresh_token` is null for machines."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str | None
    scope: str


class OAuthError(Output):
    """An error of the token endpoint (RFC 6749, section 5.2)."""

    error: str
    error_description: str


class Jwks(Output):
    """Public keys (RFC 7517)."""

    keys: list[Jwk]


class Jwk(Output):
    """An ES256 public key."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str
    alg: str
    use: str


class UserOut(Output):
    """A new account."""

    id: UUID
    email: str | None
    phone: str | None
    display_name: str
    created_at: datetime
