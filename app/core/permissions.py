"""The grammar of permissions, `resource:action`, and who holds them.

A permission says what kind of act a caller may do at all; whose objects it reaches is a policy
(`app.domain.policies`) that a service's `visible_to` applies.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """Every permission, in alphabetical order; also the OAuth 2 scopes of the contract."""

    ACCOUNT_READ = "account:read"
    ACCOUNT_WRITE = "account:write"
    APPLICATIONS_DECIDE = "applications:decide"
    APPLICATIONS_READ = "applications:read"
    APPLICATIONS_WRITE = "applications:write"
    CERTIFICATES_ISSUE = "certificates:issue"
    CERTIFICATES_READ = "certificates:read"
    MATCHES_READ = "matches:read"
    MATCHES_SEARCH = "matches:search"
    ORGANIZATIONS_READ = "organizations:read"
    ORGANIZATIONS_REVIEW = "organizations:review"
    ORGANIZATIONS_WRITE = "organizations:write"
    PROFILE_READ = "profile:read"
    PROFILE_WRITE = "profile:write"
    STATISTICS_READ = "statistics:read"
    USERS_MANAGE = "users:manage"
    VACANCIES_READ = "vacancies:read"
    VACANCIES_REVIEW = "vacancies:review"
    VACANCIES_WRITE = "vacancies:write"


SCOPE_DESCRIPTIONS: dict[str, str] = {
    Permission.ACCOUNT_READ: "Read the own account, its consents and sessions",
    Permission.ACCOUNT_WRITE: "Change the own account, give and withdraw consent",
    Permission.APPLICATIONS_DECIDE: "Move applications to the own organization's vacancies forward, or reject them",
    Permission.APPLICATIONS_READ: "Read own applications, or those to the own organization's vacancies",
    Permission.APPLICATIONS_WRITE: "Apply to vacancies and withdraw",
    Permission.CERTIFICATES_ISSUE: "Issue, suspend, revoke and renew certificates of the own certification body",
    Permission.CERTIFICATES_READ: "Read own certificates",
    Permission.MATCHES_READ: "Rank vacancies for oneself",
    Permission.MATCHES_SEARCH: "Rank consenting talents for an own vacancy",
    Permission.ORGANIZATIONS_READ: "Read own organizations",
    Permission.ORGANIZATIONS_REVIEW: "Verify, return, refuse and suspend organizations of the own regions",
    Permission.ORGANIZATIONS_WRITE: "Create organizations and change own ones",
    Permission.PROFILE_READ: "Read the own profile",
    Permission.PROFILE_WRITE: "Change the own profile",
    Permission.STATISTICS_READ: "Read aggregate statistics",
    Permission.USERS_MANAGE: "Grant and withdraw roles",
    Permission.VACANCIES_READ: "Read the own organization's vacancies in every state",
    Permission.VACANCIES_REVIEW: "Review and block vacancies of the own regions",
    Permission.VACANCIES_WRITE: "Create, change, submit and close the own organization's vacancies",
}

_ACCOUNT = {Permission.ACCOUNT_READ, Permission.ACCOUNT_WRITE}
_ANYONE = _ACCOUNT | {Permission.ORGANIZATIONS_READ, Permission.ORGANIZATIONS_WRITE}

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "talent": frozenset(
        _ANYONE
        | {
            Permission.APPLICATIONS_READ,
            Permission.APPLICATIONS_WRITE,
            Permission.CERTIFICATES_READ,
            Permission.MATCHES_READ,
            Permission.PROFILE_READ,
            Permission.PROFILE_WRITE,
        }
    ),
    "officer": frozenset(
        _ACCOUNT | {Permission.ORGANIZATIONS_REVIEW, Permission.VACANCIES_READ, Permission.VACANCIES_REVIEW}
    ),
    "analyst": frozenset(_ACCOUNT | {Permission.STATISTICS_READ}),
    "admin": frozenset(
        _ACCOUNT
        | {
            Permission.ORGANIZATIONS_REVIEW,
            Permission.STATISTICS_READ,
            Permission.USERS_MANAGE,
            Permission.VACANCIES_READ,
            Permission.VACANCIES_REVIEW,
        }
    ),
}

_VIEW = {Permission.ORGANIZATIONS_READ}
_EDIT = {Permission.ORGANIZATIONS_READ, Permission.ORGANIZATIONS_WRITE}

MEMBER_PERMISSIONS: dict[tuple[str, str], frozenset[Permission]] = {
    **{
        ("employer", role): frozenset(
            _EDIT
            | {
                Permission.APPLICATIONS_DECIDE,
                Permission.APPLICATIONS_READ,
                Permission.MATCHES_SEARCH,
                Permission.VACANCIES_READ,
                Permission.VACANCIES_WRITE,
            }
        )
        for role in ("owner", "editor")
    },
    ("employer", "viewer"): frozenset(_VIEW | {Permission.APPLICATIONS_READ, Permission.VACANCIES_READ}),
    **{
        ("certification_body", role): frozenset(_EDIT | {Permission.CERTIFICATES_ISSUE, Permission.CERTIFICATES_READ})
        for role in ("owner", "editor")
    },
    ("certification_body", "viewer"): frozenset(_VIEW | {Permission.CERTIFICATES_READ}),
    **{
        (kind, role): frozenset(_VIEW if role == "viewer" else _EDIT)
        for kind in ("training_provider", "programme_owner")
        for role in ("owner", "editor", "viewer")
    },
}

PARTNER_SCOPES: frozenset[Permission] = frozenset(
    {
        Permission.APPLICATIONS_DECIDE,
        Permission.APPLICATIONS_READ,
        Permission.ORGANIZATIONS_READ,
        Permission.VACANCIES_READ,
        Permission.VACANCIES_WRITE,
    }
)


def permissions_of(roles: Iterable[str], memberships: Iterable[tuple[str, str]]) -> frozenset[Permission]:
    """All permissions of a person with `roles` and `memberships` as (organization kind, member role)."""
    held: set[Permission] = set(_ACCOUNT)
    for role in roles:
        held |= ROLE_PERMISSIONS.get(role, frozenset())
    for membership in memberships:
        held |= MEMBER_PERMISSIONS.get(membership, frozenset())
    return frozenset(held)
