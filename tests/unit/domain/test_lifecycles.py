"""Lifecycles: each table's promises, walked over by generated actors and events."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain import lifecycles as lc
from app.domain.errors import IllegalTransition, LifecycleError, NotAllowed, ReasonRequired, TransitionError
from app.domain.lifecycles import ActorKind, Lifecycle, apply, available_events
from app.domain.state_machine import AUTHORITY, EMPLOYER_SIDE, Transition, rows

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
EVERYONE = frozenset(ActorKind)
ALL = list(lc.LIFECYCLES.values())
kinds = st.sampled_from(list(ActorKind))
lifecycles = st.sampled_from(ALL)
EMPLOYER, OFFICER = ActorKind.EMPLOYER, ActorKind.OFFICER
SYSTEM, TALENT = ActorKind.SYSTEM, ActorKind.TALENT


def edges(lifecycle: Lifecycle) -> set[tuple[str, str]]:
    return {(row.source, row.target) for row in lifecycle.transitions}


@given(st.data(), lifecycles)
def test_a_walk_stays_inside_the_table_and_ends_only_in_a_terminal_state(
    data: st.DataObject, lifecycle: Lifecycle
) -> None:
    status, entered_by = lifecycle.initial, None
    for _ in range(30):
        options = [
            (who, event)
            for who in ActorKind
            for event in available_events(lifecycle, status, who, entered_by=entered_by)
        ]
        assert (status in lifecycle.terminal) == (not options)
        if not options:
            break
        who, event = data.draw(st.sampled_from(options))
        target = apply(lifecycle, status, event, who, "because", entered_by=entered_by)
        assert (status, target) in edges(lifecycle)
        status, entered_by = target, who


@given(st.data(), lifecycles, kinds, st.none() | kinds, st.sampled_from([None, "", "  ", "because"]))
def test_apply_answers_exactly_what_is_available(
    data: st.DataObject,
    lifecycle: Lifecycle,
    who: ActorKind,
    entered_by: ActorKind | None,
    reason: str | None,
) -> None:
    status = data.draw(st.sampled_from(lifecycle.states))
    event = data.draw(st.sampled_from(sorted(lifecycle.events)))
    available = available_events(lifecycle, status, who, entered_by=entered_by)
    row = lifecycle.find(status, event)
    refusal: TransitionError | None = None
    target = None
    try:
        target = apply(lifecycle, status, event, who, reason, entered_by=entered_by)
    except TransitionError as raised:
        refusal = raised
    if refusal is None:
        assert event in available
        assert row is not None
        assert target == row.target
        assert type(target) is str
        return
    assert (refusal.lifecycle, refusal.status, refusal.event) == (lifecycle.name, status, event)
    if isinstance(refusal, IllegalTransition):
        assert row is None
        assert list(refusal.allowed) == available
    elif isinstance(refusal, NotAllowed):
        assert row is not None
        assert event not in available
        assert refusal.who == who
    else:
        assert isinstance(refusal, ReasonRequired)
        assert event in available
        assert not (reason or "").strip()
        assert apply(lifecycle, status, event, who, "because", entered_by=entered_by)


@given(lifecycles, kinds)
def test_an_unknown_status_or_event_is_a_bug_not_a_refusal(lifecycle: Lifecycle, who: ActorKind) -> None:
    with pytest.raises(LifecycleError):
        available_events(lifecycle, "nowhere", who)
    with pytest.raises(LifecycleError):
        apply(lifecycle, lifecycle.initial, "levitate", who)


@pytest.mark.parametrize("lifecycle", ALL, ids=lambda lifecycle: lifecycle.name)
def test_bad_news_carries_a_reason(lifecycle: Lifecycle) -> None:
    harsh = {
        "reject",
        "block",
        "revoke",
        "claw_back",
        "dispute",
        "cancel",
        "request_revision",
        "annul",
        "return",
    }
    for row in lifecycle.transitions:
        if row.event in harsh:
            assert all(row.needs_reason_from(who) for who in row.who), row
    assert lifecycle.live == set(lifecycle.states) - lifecycle.terminal


def test_the_vacancy_has_the_edges_of_the_regulation_and_no_others() -> None:
    live = {"scheduled", "published", "suspended"}
    assert edges(lc.VACANCY) == {
        ("draft", "pending_review"),
        ("needs_revision", "pending_review"),
        ("pending_review", "draft"),
        ("scheduled", "draft"),
        ("pending_review", "published"),
        ("pending_review", "scheduled"),
        ("pending_review", "needs_revision"),
        ("pending_review", "rejected"),
        ("scheduled", "published"),
        ("published", "suspended"),
        ("suspended", "suspended"),
        ("suspended", "published"),
        ("published", "filled"),
        ("suspended", "filled"),
        *((state, end) for state in live for end in ("closed", "expired", "blocked")),
    }


@given(kinds)
def test_only_the_authority_decides_a_review(who: ActorKind) -> None:
    decisions = {"approve", "approve_scheduled", "request_revision", "reject"}
    offered = decisions & set(available_events(lc.VACANCY, "pending_review", who))
    assert offered == (decisions if who in AUTHORITY else set())
    assert ("block" in available_events(lc.VACANCY, "published", who)) == (who in AUTHORITY)


@given(kinds, st.none() | kinds)
def test_a_suspension_is_lifted_by_the_side_that_made_it(who: ActorKind, entered_by: ActorKind | None) -> None:
    paused_by_employer = entered_by in EMPLOYER_SIDE
    allowed = "resume" in available_events(lc.VACANCY, "suspended", who, entered_by=entered_by)
    assert allowed == (who in (EMPLOYER_SIDE if paused_by_employer else AUTHORITY))


def test_an_employer_pauses_freely_and_an_officer_with_a_reason() -> None:
    assert apply(lc.VACANCY, "published", "suspend", EMPLOYER) == "suspended"
    with pytest.raises(ReasonRequired):
        apply(lc.VACANCY, "published", "suspend", OFFICER)
    assert apply(lc.VACANCY, "suspended", "suspend", OFFICER, "reported", entered_by=EMPLOYER) == "suspended"
    with pytest.raises(NotAllowed):
        apply(lc.VACANCY, "suspended", "resume", EMPLOYER, entered_by=OFFICER)


@given(st.none() | st.integers(-100_000, 100_000))
@example(0)
@example(1)
def test_an_approval_waits_only_for_a_date_ahead(seconds: int | None) -> None:
    publish_at = None if seconds is None else NOW + timedelta(seconds=seconds)
    event = lc.approval_event(publish_at, NOW)
    assert (event == "approve_scheduled") == (seconds is not None and seconds > 0)
    assert apply(lc.VACANCY, "pending_review", event, OFFICER) in {"published", "scheduled"}


@given(st.sampled_from(lc.APPLICATION_STAGES), st.sampled_from(lc.APPLICATION_STAGES))
def test_an_application_may_skip_stages_but_never_goes_back(
    source: lc.ApplicationStatus, target: lc.ApplicationStatus
) -> None:
    stages = list(lc.APPLICATION_STAGES)
    reachable = {
        apply(lc.APPLICATION, source, event, EMPLOYER, "because")
        for event in available_events(lc.APPLICATION, source, EMPLOYER)
    }
    assert (target in reachable) == (stages.index(target) > stages.index(source))


@given(st.sampled_from(sorted(lc.APPLICATION.live)), kinds)
def test_who_may_end_an_application(status: str, who: ActorKind) -> None:
    offered = set(available_events(lc.APPLICATION, status, who))
    assert ("hire" in offered) == (who in EMPLOYER_SIDE)
    assert ("reject" in offered) == (who in EMPLOYER_SIDE)
    assert ("withdraw" in offered) == (who is TALENT)
    assert ("expire" in offered) == (who is SYSTEM)


@pytest.mark.parametrize(
    ("lifecycle", "path"),
    [
        (
            lc.ORGANIZATION,
            [
                ("submit", EMPLOYER),
                ("request_revision", OFFICER),
                ("submit", EMPLOYER),
                ("verify", OFFICER),
                ("suspend", OFFICER),
                ("reinstate", OFFICER),
                ("suspend", OFFICER),
                ("request_revision", OFFICER),
                ("submit", EMPLOYER),
                ("reject", OFFICER),
            ],
        ),
        (
            lc.BUSINESS_APPLICATION,
            [
                ("submit", TALENT),
                ("verify_admin", OFFICER),
                ("verify_field", OFFICER),
                ("shortlist", ActorKind.PROGRAMME_OWNER),
                ("approve", ActorKind.PROGRAMME_OWNER),
                ("sign_agreement", TALENT),
                ("disburse", ActorKind.PROGRAMME_OWNER),
                ("report", TALENT),
                ("monitor", OFFICER),
                ("graduate", ActorKind.PROGRAMME_OWNER),
            ],
        ),
        (
            lc.ENROLMENT,
            [
                ("verify", ActorKind.TRAINING_PROVIDER),
                ("record_test", ActorKind.TRAINING_PROVIDER),
                ("record_interview", ActorKind.TRAINING_PROVIDER),
                ("put_on_reserve", ActorKind.TRAINING_PROVIDER),
                ("promote", SYSTEM),
                ("confirm", TALENT),
                ("start", SYSTEM),
                ("complete", ActorKind.TRAINING_PROVIDER),
                ("certify", SYSTEM),
                ("place", SYSTEM),
            ],
        ),
        (
            lc.ASSESSMENT,
            [
                ("return", ActorKind.CERTIFICATION_BODY),
                ("resubmit", TALENT),
                ("check", ActorKind.CERTIFICATION_BODY),
                ("schedule", ActorKind.CERTIFICATION_BODY),
                ("assess", ActorKind.CERTIFICATION_BODY),
                ("decide_not_yet_competent", ActorKind.CERTIFICATION_BODY),
                ("appeal", TALENT),
                ("decide_competent", ActorKind.CERTIFICATION_BODY),
                ("issue", ActorKind.CERTIFICATION_BODY),
            ],
        ),
        (lc.PLACEMENT, [("confirm", TALENT), ("dispute", TALENT), ("resolve", OFFICER), ("end", EMPLOYER)]),
        (
            lc.CERTIFICATE,
            [
                ("suspend", ActorKind.CERTIFICATION_BODY),
                ("reinstate", ActorKind.CERTIFICATION_BODY),
                ("supersede", SYSTEM),
            ],
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Lifecycle) else None,
)
def test_the_usual_way_leads_to_the_end(lifecycle: Lifecycle, path: list[tuple[str, ActorKind]]) -> None:
    status = lifecycle.initial
    for event, who in path:
        status = apply(lifecycle, status, event, who, "because")
    assert status in lifecycle.terminal


@pytest.mark.parametrize(
    ("fault", "states", "terminal", "table"),
    [
        ("a state is listed twice", ("a", "b", "b"), {"b"}, rows("a", "go", "b", EVERYONE)),
        (
            "a (source, event) is listed twice",
            ("a", "b", "c"),
            {"b", "c"},
            (*rows("a", "go", "b", EVERYONE), *rows("a", "go", "c", EVERYONE)),
        ),
        (
            "unknown state z",
            ("a", "b"),
            {"b"},
            (*rows("a", "go", "b", EVERYONE), *rows("a", "fly", "z", EVERYONE)),
        ),
        (
            "nobody may go in a",
            ("a", "b"),
            {"b"},
            (Transition("a", "go", "b", frozenset()),),
        ),
        ("terminal b is left", ("a", "b"), {"b"}, rows(("a", "b"), "go", "b", EVERYONE)),
        ("b is a dead end but not terminal", ("a", "b"), set(), rows("a", "go", "b", EVERYONE)),
        ("c is unreachable", ("a", "b", "c"), {"b", "c"}, rows("a", "go", "b", EVERYONE)),
    ],
)
def test_a_wrong_table_is_refused_when_it_is_built(
    fault: str, states: tuple[str, ...], terminal: set[str], table: tuple[Transition, ...]
) -> None:
    with pytest.raises(LifecycleError, match=re.escape(fault)):
        Lifecycle("wrong", states, "a", frozenset(terminal), table)
