"""Organizations and their members."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, EmailStr, Field, Strict, field_validator

from app.core.coded import CodedValueError
from app.domain.errors import InvalidIdentifier
from app.domain.identifiers import parse_lsp_licence, parse_nib, parse_npwp
from app.schemas.common import Code, CodeLabel, Input, Line, Output, Prose, WebUrl

Kind = Literal["employer", "training_provider", "certification_body", "programme_owner"]
Role = Literal["owner", "editor", "viewer"]


class _Fields(Input):
    """What an organization tells of itself."""

    legal_form: Annotated[Literal["company", "individual"], Field(description="A person may employ, too")] = "company"
    size_class: Literal["micro", "small", "medium", "large"] | None = None
    ownership: Literal["private", "state"] = "private"
    head_count: Annotated[int, Strict(), Field(ge=0, le=10_000_000)] | None = None
    nib: Annotated[str | None, Field(description="Nomor Induk Berusaha, 13 digits")] = None
    npwp: Annotated[str | None, Field(description="15 or 16 digits")] = None
    licence_number: Annotated[Line | None, Field(description="Licence; of a certification body BNSP-LSP-NNN-ID")] = None
    licence_valid_until: date | None = None
    region_code: Annotated[Code | None, Field(description="Wilayah code of the seat")] = None
    address: Line | None = None
    industry_edition: Literal["2020", "2025"] | None = None
    industry_code: Annotated[Code | None, Field(description="KBLI class")] = None
    email: EmailStr | None = None
    phone: Line | None = None
    website: WebUrl | None = None
    logo_url: WebUrl | None = None
    description: Prose | None = None

    @field_validator("nib")
    @classmethod
    def _nib(cls, value: str | None) -> str | None:
        return value and _parsed("nib", parse_nib, value)

    @field_validator("npwp")
    @classmethod
    def _npwp(cls, value: str | None) -> str | None:
        return value and _parsed("npwp", lambda text: parse_npwp(text).canonical, value)


def _parsed(name: str, parse: Callable[[str], str], value: str) -> str:
    try:
        return parse(value)
    except InvalidIdentifier as error:
        raise CodedValueError(
            f"invalid_{name}",
            f"{name.upper()} tidak sah ({error.code}).",
            f"Not a valid {name.upper()} ({error.code}).",
        ) from error


class OrganizationIn(_Fields):
    """A new organization; what is missing can be completed before it is submitted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "employer",
                    "name": "PT Karya Contoh Nusantara",
                    "size_class": "small",
                    "head_count": 24,
                    "nib": "9120304567890",
                    "region_code": "32.73",
                    "address": "Jalan Merdeka 10, Bandung",
                    "email": "hrd@karya-contoh.example.com",
                    "description": "Pengembang perangkat lunak untuk koperasi.",
                }
            ]
        }
    )

    kind: Kind
    name: Line


class OrganizationPatch(_Fields):
    """Changes of an organization (JSON Merge Patch): absent members stay, null clears."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"head_count": 30}]})

    name: Line = Field(default_factory=str)


class OrganizationOut(Output):
    """An organization as its members and the officers see it."""

    id: UUID
    kind: str
    name: str
    status: str
    legal_form: str
    size_class: str | None
    ownership: str
    head_count: int | None
    nib: str | None
    npwp: str | None
    licence_number: str | None
    licence_valid_until: date | None
    region: CodeLabel | None
    address: str | None
    industry_edition: str | None
    industry_code: str | None
    email: str | None
    phone: str | None
    website: str | None
    logo_url: str | None
    description: str | None
    verified_at: datetime | None
    missing: Annotated[list[str], Field(description="Fields still needed before it can be submitted")]
    actions: Annotated[list[str], Field(description="What the caller may do next")]
    created_at: datetime
    updated_at: datetime


class PublicOrganization(Output):
    """A verified organization as everybody sees it."""

    id: UUID
    kind: str
    name: str
    region: CodeLabel | None
    website: str | None
    logo_url: str | None
    description: str | None
    verified_at: datetime | None


class MemberIn(Input):
    """A new member, by the e-mail or phone of an existing account."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"username": "talent2@demo.example", "role": "viewer"}]})

    username: Line
    role: Role


class MemberOut(Output):
    """A member of an organization."""

    user_id: UUID
    display_name: str
    role: str
    since: datetime


def licence_or_refuse(value: str) -> str:
    """A certification body's licence in its normal form, for services that know the kind."""
    return _parsed("licence_number", parse_lsp_licence, value)
