"""Who may touch what is somebody's: pure predicates over roles and regions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from app.domain.identifiers import is_within
from app.domain.lifecycles import ApplicationStatus


class MembershipRole(StrEnum):
    """A member's role in an organization; each includes the ones below it."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"

    @property
    def rank(self) -> int:
        """Viewer is 1, owner is 3."""
        return {"viewer": 1, "editor": 2, "owner": 3}[self.value]


def role_at_least(role: MembershipRole | None, wanted: MembershipRole) -> bool:
    """Tell whether a role includes another; nobody outside the organization has any."""
    return role is not None and role.rank >= wanted.rank


def may_view(role: MembershipRole | None) -> bool:
    """Every member sees what is the organization's."""
    return role_at_least(role, MembershipRole.VIEWER)


def may_edit(role: MembershipRole | None) -> bool:
    """Editors and owners change it."""
    return role_at_least(role, MembershipRole.EDITOR)


def may_manage(role: MembershipRole | None) -> bool:
    """Owners decide about members and the organization itself."""
    return role_at_least(role, MembershipRole.OWNER)


def keeps_an_owner(roles_after: Iterable[MembershipRole]) -> bool:
    """Tell whether a change of members leaves the organization an owner."""
    return MembershipRole.OWNER in set(roles_after)


def officer_covers(regions: Collection[str], region: str | None) -> bool:
    """Tell whether one of an officer's regions is, or holds, the region; `00` covers the whole country.

    No regions cover nothing. An object without a region (None) is for national officers only.
    """
    if region is None:
        return "00" in regions
    return any(is_within(region, mine) for mine in regions)


def can_see_names(
    *,
    visible_to_employers: bool,
    application: ApplicationStatus | None = None,
    invitation_accepted: bool = False,
) -> bool:
    """Tell whether an employer sees who a talent is, rather than an anonymous profile.

    Yes once the talent applied and has not withdrawn (an application says who applies), or accepted the
    employer's invitation while still visible. Being visible alone shows the profile without the name.
    """
    if application is not None and application is not ApplicationStatus.WITHDRAWN:
        return True
    return visible_to_employers and invitation_accepted


def can_be_found(*, visible_to_employers: bool, account_active: bool) -> bool:
    """Tell whether a talent may appear, anonymously, in an employer's ranking."""
    return visible_to_employers and account_active
