"""Who is calling: a person, a partner's machine, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Problem
from app.core.permissions import Permission
from app.core.problems.common import PERMISSION_DENIED


@dataclass(frozen=True, slots=True)
class Membership:
    """A place in an organization: `kind` of the organization, `role` owner, editor or viewer."""

    organization_id: UUID
    kind: str
    role: str


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated caller. Exactly one of `user_id` and `client_id` is set, none for the system."""

    user_id: UUID | None
    client_id: UUID | None
    permissions: frozenset[Permission]
    roles: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    memberships: tuple[Membership, ...] = ()
    session_id: UUID | None = None

    @property
    def key(self) -> str:
        """A stable name of the caller, for idempotency keys, rate limits and logs."""
        return f"user:{self.user_id}" if self.user_id else f"client:{self.client_id}" if self.client_id else "system"

    def may(self, permission: Permission) -> bool:
        """Whether the caller holds `permission`."""
        return permission in self.permissions

    def need(self, permission: Permission) -> None:
        """Refuse with 403 where the caller lacks `permission`."""
        if permission not in self.permissions:
            raise Problem(PERMISSION_DENIED, {"permission": permission.value})

    def organizations(self, kind: str, *roles: str) -> list[UUID]:
        """Ids of the caller's organizations of `kind` in which it holds one of `roles` (any role if none given)."""
        return [m.organization_id for m in self.memberships if m.kind == kind and (not roles or m.role in roles)]

    def role_in(self, organization_id: UUID) -> str | None:
        """The caller's role in an organization, None outside of it."""
        return next((m.role for m in self.memberships if m.organization_id == organization_id), None)

    @property
    def person(self) -> UUID:
        """The user id; 403 for a machine, which has no profile of its own."""
        if self.user_id is None:
            raise Problem(PERMISSION_DENIED, {"permission": "a personal account"})
        return self.user_id


SYSTEM = Actor(user_id=None, client_id=None, permissions=frozenset(Permission))
