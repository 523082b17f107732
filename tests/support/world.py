"""Callers and things for tests: real rows, real tokens, no password hashing."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from app.core import clock
from app.core.db import Database
from app.core.kit import Kit
from app.models import AuthSession, Consent, Organization, OrganizationMember, PartnerClient, TalentProfile, UserAccount
from app.services.accounts import CURRENT_VERSIONS
from tests.support.contract import Contract

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls: an id, and the header that proves it."""

    id: UUID
    token: str

    @property
    def auth(self) -> dict[str, str]:
        """The Authorization header."""
        return {"Authorization": f"Bearer {self.token}"}


class Api:
    """An HTTP client whose every response is checked against the contract."""

    def __init__(self, client: httpx.AsyncClient, contract: Contract) -> None:
        """Call through `client`, judge by `contract`."""
        self._client = client
        self.contract = contract

    async def __call__(
        self, method: str, path: str, caller: Caller | None = None, *, headers: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> httpx.Response:  # fmt: skip
        """Send a request as `caller` (nobody if None)."""
        sent = {**(caller.auth if caller else {}), **(headers or {})}
        response = await self._client.request(method, path, headers=sent, **kwargs)
        self.contract.check(response)
        return response

    async def get(self, path: str, caller: Caller | None = None, **kwargs: Any) -> httpx.Response:
        """GET."""
        return await self("GET", path, caller, **kwargs)

    async def post(self, path: str, caller: Caller | None = None, **kwargs: Any) -> httpx.Response:
        """POST."""
        return await self("POST", path, caller, **kwargs)

    async def patch(self, path: str, caller: Caller | None = None, **kwargs: Any) -> httpx.Response:
        """PATCH with the ETag that a GET of the same path gives, unless If-Match is among the headers."""
        headers = kwargs.pop("headers", None) or {}
        if "If-Match" not in headers:
            read = await self.get(path, caller)
            headers = {**headers, "If-Match": read.headers["etag"]}
        return await self("PATCH", path, caller, headers=headers, **kwargs)

    async def put(self, path: str, caller: Caller | None = None, **kwargs: Any) -> httpx.Response:
        """PUT."""
        return await self("PUT", path, caller, **kwargs)

    async def delete(self, path: str, caller: Caller | None = None, **kwargs: Any) -> httpx.Response:
        """DELETE."""
        return await self("DELETE", path, caller, **kwargs)


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Assert that `response` is the problem `code`, and give its body."""
    assert response.status_code == status, response.text
    body: dict[str, Any] = response.json()
    assert body["code"] == code, body
    return body


def pointers(response: httpx.Response) -> dict[str, str]:
    """Pointer -> code of the errors of a 422 answer."""
    assert response.status_code == 422, response.text
    return {error["pointer"]: error["code"] for error in response.json()["errors"]}


class World:
    """Makes people and organizations in the test's transaction."""

    def __init__(self, database: Database, kit: Kit) -> None:
        """Things in `database`, tokens by `kit`."""
        self.database = database
        self.kit = kit

    async def person(
        self, *, roles: tuple[str, ...] = ("talent",), regions: tuple[str, ...] = (), name: str = "Sari Dewi",
        consents: tuple[str, ...] = ("account", "profile_processing", "application_sharing"),
        visible: bool = False, scope: str = "*", **profile: Any,
    ) -> Caller:  # fmt: skip
        """A person with an account, a profile (if a talent), consents and a signed-in session."""
        async with self.database.transaction() as session:
            user = UserAccount(
                email=f"person{next(_numbers)}@example.com", password_hash="unusable", display_name=name,
                roles=list(roles), regions=list(regions),
            )  # fmt: skip
            session.add(user)
            await session.flush()
            if "talent" in roles:
                session.add(TalentProfile(id=user.id, full_name=name, visible_to_employers=visible, **profile))
            purposes = (*consents, "visible_to_employers") if visible else consents
            for purpose in purposes:
                session.add(Consent(user_id=user.id, purpose=purpose, text_version=CURRENT_VERSIONS[purpose]))
            family = AuthSession(user_id=user.id, scope=scope, expires_at=clock.now() + timedelta(days=1))
            session.add(family)
            await session.flush()
            token = self.kit.ring.issue(str(user.id), scope, sid=str(family.id))
        return Caller(user.id, token)

    async def organization(
        self, owner: Caller, *, kind: str = "employer", status: str = "verified", region: str = "32.73",
        role: str = "owner", **fields: Any,
    ) -> UUID:  # fmt: skip
        """An organization of `owner`, verified unless said otherwise."""
        complete = {
            "name": f"Contoh {next(_numbers)}", "nib": f"{next(_numbers):013d}", "address": "Jalan Contoh 1",
            "email": "hrd@example.com", "head_count": 120, "size_class": "medium", "region_code": region,
        }  # fmt: skip
        if kind == "certification_body":
            complete |= {"licence_number": f"BNSP-LSP-{next(_numbers) % 9000 + 1000}-ID"}
        async with self.database.transaction() as session:
            row = Organization(kind=kind, status=status, **{**complete, **fields})
            session.add(row)
            await session.flush()
            session.add(OrganizationMember(organization_id=row.id, user_id=owner.id, role=role))
        return row.id

    async def join(self, organization: UUID, person: Caller, role: str) -> None:
        """Make `person` a member."""
        async with self.database.transaction() as session:
            session.add(OrganizationMember(organization_id=organization, user_id=person.id, role=role))

    async def employer(self, **fields: Any) -> tuple[Caller, UUID]:
        """A person who owns a verified employer, and that employer's id."""
        owner = await self.person(name="Budi Santoso")
        return owner, await self.organization(owner, **fields)

    async def certifier(self, **fields: Any) -> tuple[Caller, UUID]:
        """A person who owns a verified certification body, and that body's id."""
        owner = await self.person(name="Rina Kartika")
        return owner, await self.organization(owner, kind="certification_body", **fields)

    async def officer(self, *regions: str) -> Caller:
        """An officer of `regions` (the whole country if none are given)."""
        return await self.person(roles=("officer",), regions=regions or ("00",), name="Agus Wijaya")

    async def partner(self, organization: UUID | None, *scopes: str) -> Caller:
        """A partner's machine with a token of `scopes`."""
        async with self.database.transaction() as session:
            row = PartnerClient(
                client_id=f"partner-{next(_numbers)}", name="Bursa Contoh", scopes=list(scopes),
                secret_hash=hashlib.sha256(b"partner-secret").digest(), organization_id=organization,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            token = self.kit.ring.issue(str(row.id), " ".join(scopes), client_id=row.client_id)
        return Caller(row.id, token)
