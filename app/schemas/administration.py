"""What an administrator grants: roles to people, credentials to partners' machines."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.core.demo_ids import demo_id
from app.schemas.common import Code, Input, Line, Output


class RolesIn(Input):
    """All roles that a person shall have, and the regions of an officer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"roles": ["talent", "officer"], "regions": ["34"]}]})

    roles: Annotated[list[Literal["talent", "officer", "analyst", "admin"]], Field(max_length=4)]
    regions: Annotated[
        list[Code], Field(max_length=50, description="Wilayah codes that an officer covers; `00` is the whole country")
    ]


class UserOut(Output):
    """An account as an administrator sees it."""

    id: UUID
    email: str | None
    phone: str | None
    display_name: str
    roles: list[str]
    regions: list[str]
    status: str


class ClientIn(Input):
    """A partner's machine: whose vacancies it may handle, and what it may do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Papan Kerja Baru",
                    "organization_id": str(demo_id("organization", "emp-rancak-busana")),
                    "scopes": ["vacancies:read", "vacancies:write"],
                }
            ]
        }
    )

    name: Line
    organization_id: UUID
    scopes: Annotated[list[str], Field(min_length=1, max_length=20, description="Of those that partners may have")]


class ClientOut(Output):
    """A partner's credentials. The secret is shown this once; only its hash is kept."""

    client_id: str
    client_secret: str
    name: str
    organization_id: UUID
    scopes: list[str]
