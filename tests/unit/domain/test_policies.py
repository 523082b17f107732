"""Policies: roles include the ones below, regions hold what lies in them, names stay hidden."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.lifecycles import ApplicationStatus
from app.domain.policies import (
    MembershipRole,
    can_be_found,
    can_see_names,
    keeps_an_owner,
    may_edit,
    may_manage,
    may_view,
    officer_covers,
    role_at_least,
)

roles = st.none() | st.sampled_from(list(MembershipRole))
codes = st.sampled_from(["31", "32", "32.04", "32.16", "32.04.01", "32.04.01.2001", "33.04"])


@given(roles)
def test_each_role_includes_the_ones_below(role: MembershipRole | None) -> None:
    allowed = [may_view(role), may_edit(role), may_manage(role)]
    assert allowed == sorted(allowed, reverse=True)
    assert sum(allowed) == {None: 0, "viewer": 1, "editor": 2, "owner": 3}[role]
    for wanted in MembershipRole:
        assert role_at_least(role, wanted) == (role is not None and role.rank >= wanted.rank)


@given(st.lists(st.sampled_from(list(MembershipRole))))
def test_an_organization_keeps_an_owner(after: list[MembershipRole]) -> None:
    assert keeps_an_owner(after) == any(role is MembershipRole.OWNER for role in after)


@given(st.lists(codes), codes)
def test_an_officer_covers_what_lies_in_the_regions(mine: list[str], region: str) -> None:
    parts = region.split(".")
    holders = {".".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    assert officer_covers(mine, region) == bool(holders & set(mine))
    assert officer_covers([*mine, "00"], region)


def test_the_edges_of_a_region() -> None:
    assert not officer_covers([], "32.04")
    assert not officer_covers(["32.0"], "32.04")
    assert not officer_covers(["32.04"], "32")
    assert not officer_covers(["32"], None)
    assert officer_covers(["00"], None)


@given(st.booleans(), st.none() | st.sampled_from(list(ApplicationStatus)), st.booleans())
def test_a_name_is_seen_after_an_application_or_an_accepted_invitation(
    visible: bool, application: ApplicationStatus | None, accepted: bool
) -> None:
    seen = can_see_names(visible_to_employers=visible, application=application, invitation_accepted=accepted)
    applied = application is not None and application is not ApplicationStatus.WITHDRAWN
    assert seen == (applied or (visible and accepted))


@given(st.booleans(), st.booleans())
def test_only_the_visible_and_active_are_found(visible: bool, active: bool) -> None:
    assert can_be_found(visible_to_employers=visible, account_active=active) == (visible and active)
