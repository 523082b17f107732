"""Every lifecycle of the hub as a table: from, event, to, who, and whether a reason is needed.

Statuses are `StrEnum`s, because the database constrains columns with them; events are plain words, because
the API shows them as `actions`. The tables are checked when this module is imported
(`app.domain.state_machine`).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Final

from app.domain.state_machine import (
    AUTHORITY,
    EMPLOYER_SIDE,
    MEMBERS,
    SYSTEM,
    TALENT,
    ActorKind,
    Lifecycle,
    Transition,
    apply,
    available_events,
    rows,
)

__all__ = [
    "APPLICATION",
    "APPLICATION_STAGES",
    "ASSESSMENT",
    "BATCH",
    "BUSINESS_APPLICATION",
    "CERTIFICATE",
    "ENROLMENT",
    "LIFECYCLES",
    "ORGANIZATION",
    "PLACEMENT",
    "VACANCY",
    "ActorKind",
    "ApplicationStatus",
    "AssessmentStatus",
    "BatchStatus",
    "BusinessApplicationStatus",
    "CertificateStatus",
    "EnrolmentStatus",
    "Lifecycle",
    "OrganizationStatus",
    "PlacementStatus",
    "Transition",
    "VacancyStatus",
    "apply",
    "approval_event",
    "available_events",
]

_PROVIDER: Final = frozenset({ActorKind.TRAINING_PROVIDER})
_CERTIFIER: Final = frozenset({ActorKind.CERTIFICATION_BODY})
_PROGRAMME: Final = frozenset({ActorKind.PROGRAMME_OWNER})


class VacancyStatus(StrEnum):
    """Where a vacancy stands."""

    DRAFT = "draft"
    PENDING_REVIEW = "pending_review"
    NEEDS_REVISION = "needs_revision"
    REJECTED = "rejected"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    FILLED = "filled"
    EXPIRED = "expired"
    BLOCKED = "blocked"


_V = VacancyStatus

VACANCY: Final = Lifecycle(
    name="vacancy",
    states=tuple(_V),
    initial=_V.DRAFT,
    terminal=frozenset({_V.REJECTED, _V.CLOSED, _V.FILLED, _V.EXPIRED, _V.BLOCKED}),
    transitions=(
        *rows((_V.DRAFT, _V.NEEDS_REVISION), "submit", _V.PENDING_REVIEW, EMPLOYER_SIDE),
        # Taking it back is how an employer corrects what waits for a review or for its date.
        *rows((_V.PENDING_REVIEW, _V.SCHEDULED), "withdraw", _V.DRAFT, EMPLOYER_SIDE),
        # `approval_event` chooses between these two by `publish_at`.
        *rows(_V.PENDING_REVIEW, "approve", _V.PUBLISHED, AUTHORITY),
        *rows(_V.PENDING_REVIEW, "approve_scheduled", _V.SCHEDULED, AUTHORITY),
        *rows(_V.PENDING_REVIEW, "request_revision", _V.NEEDS_REVISION, AUTHORITY, reason=True),
        *rows(_V.PENDING_REVIEW, "reject", _V.REJECTED, AUTHORITY, reason=True),
        # Approved already: the employer may bring the date forward.
        *rows(_V.SCHEDULED, "publish", _V.PUBLISHED, SYSTEM | AUTHORITY | EMPLOYER_SIDE),
        # An employer may pause its own without a reason; the authority must give one.
        # Each side lifts only its own suspension.
        *rows(
            _V.PUBLISHED,
            "suspend",
            _V.SUSPENDED,
            EMPLOYER_SIDE | AUTHORITY,
            reason=True,
            reason_optional_for=EMPLOYER_SIDE,
        ),
        # The authority takes over an employer's pause, which the employer then cannot end.
        *rows(_V.SUSPENDED, "suspend", _V.SUSPENDED, AUTHORITY, reason=True),
        *rows(_V.SUSPENDED, "resume", _V.PUBLISHED, EMPLOYER_SIDE | AUTHORITY, same_side=True),
        *rows((_V.SCHEDULED, _V.PUBLISHED, _V.SUSPENDED), "close", _V.CLOSED, EMPLOYER_SIDE),
        *rows((_V.PUBLISHED, _V.SUSPENDED), "fill", _V.FILLED, SYSTEM),
        *rows((_V.SCHEDULED, _V.PUBLISHED, _V.SUSPENDED), "expire", _V.EXPIRED, SYSTEM),
        *rows((_V.SCHEDULED, _V.PUBLISHED, _V.SUSPENDED), "block", _V.BLOCKED, AUTHORITY, reason=True),
    ),
)


def approval_event(publish_at: datetime | None, now: datetime) -> str:
    """Name the event of an approval: `approve_scheduled` while `publish_at` lies ahead, else `approve`.

    Both times must be aware.
    """
    return "approve_scheduled" if publish_at is not None and publish_at > now else "approve"


class ApplicationStatus(StrEnum):
    """Where an application to a vacancy stands."""

    SUBMITTED = "submitted"
    VIEWED = "viewed"
    SHORTLISTED = "shortlisted"
    TEST = "test"
    INTERVIEW = "interview"
    OFFERED = "offered"
    HIRED = "hired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


_A = ApplicationStatus

APPLICATION_STAGES: Final = (
    _A.SUBMITTED,
    _A.VIEWED,
    _A.SHORTLISTED,
    _A.TEST,
    _A.INTERVIEW,
    _A.OFFERED,
    _A.HIRED,
)
"""The way forward, in order: stages may be skipped, never taken back."""

_STAGE_EVENTS: Final = ("view", "shortlist", "invite_to_test", "invite_to_interview", "offer", "hire")

APPLICATION: Final = Lifecycle(
    name="application",
    states=tuple(_A),
    initial=_A.SUBMITTED,
    terminal=frozenset({_A.HIRED, _A.REJECTED, _A.WITHDRAWN, _A.EXPIRED}),
    transitions=(
        *chain.from_iterable(
            rows(APPLICATION_STAGES[:at], event, APPLICATION_STAGES[at], EMPLOYER_SIDE)
            for at, event in enumerate(_STAGE_EVENTS, start=1)
        ),
        *rows(APPLICATION_STAGES[:-1], "reject", _A.REJECTED, EMPLOYER_SIDE, reason=True),
        *rows(APPLICATION_STAGES[:-1], "withdraw", _A.WITHDRAWN, TALENT),
        *rows(APPLICATION_STAGES[:-1], "expire", _A.EXPIRED, SYSTEM),
    ),
)


class OrganizationStatus(StrEnum):
    """Whether an organization has been verified."""

    DRAFT = "draft"
    PENDING_REVIEW = "pending_review"
    NEEDS_REVISION = "needs_revision"
    VERIFIED = "verified"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


_O = OrganizationStatus

ORGANIZATION: Final = Lifecycle(
    name="organization",
    states=tuple(_O),
    initial=_O.DRAFT,
    terminal=frozenset({_O.REJECTED}),
    transitions=(
        *rows((_O.DRAFT, _O.NEEDS_REVISION), "submit", _O.PENDING_REVIEW, MEMBERS),
        *rows(_O.PENDING_REVIEW, "withdraw", _O.DRAFT, MEMBERS),
        *rows(_O.PENDING_REVIEW, "verify", _O.VERIFIED, AUTHORITY),
        # A suspended organization may be asked to put its papers right before it is let in again.
        *rows((_O.PENDING_REVIEW, _O.SUSPENDED), "request_revision", _O.NEEDS_REVISION, AUTHORITY, reason=True),
        *rows(_O.PENDING_REVIEW, "reject", _O.REJECTED, AUTHORITY, reason=True),
        # A change of what was verified: name, numbers, seat. The service does it, nobody asks for it.
        *rows(_O.VERIFIED, "amend", _O.PENDING_REVIEW, SYSTEM),
        *rows(_O.VERIFIED, "suspend", _O.SUSPENDED, AUTHORITY, reason=True),
        *rows(_O.SUSPENDED, "reinstate", _O.VERIFIED, AUTHORITY),
    ),
)


class CertificateStatus(StrEnum):
    """What is stored of a certificate; `expiring` and `expired` follow from its date."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


_C = CertificateStatus

CERTIFICATE: Final = Lifecycle(
    name="certificate",
    states=tuple(_C),
    initial=_C.ACTIVE,
    terminal=frozenset({_C.REVOKED, _C.SUPERSEDED}),
    transitions=(
        *rows(_C.ACTIVE, "suspend", _C.SUSPENDED, _CERTIFIER, reason=True),
        *rows(_C.SUSPENDED, "reinstate", _C.ACTIVE, _CERTIFIER),
        *rows((_C.ACTIVE, _C.SUSPENDED), "revoke", _C.REVOKED, _CERTIFIER, reason=True),
        # By renewal; a suspended one is reinstated or revoked first.
        *rows(_C.ACTIVE, "supersede", _C.SUPERSEDED, _CERTIFIER | SYSTEM),
    ),
)


class BatchStatus(StrEnum):
    """Where a batch of a course stands: registration open, participants being selected, running."""

    DRAFT = "draft"
    OPEN = "open"
    SELECTION = "selection"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


_B = BatchStatus

BATCH: Final = Lifecycle(
    name="batch",
    states=tuple(_B),
    initial=_B.DRAFT,
    terminal=frozenset({_B.FINISHED, _B.CANCELLED}),
    transitions=(
        *rows(_B.DRAFT, "open", _B.OPEN, _PROVIDER | SYSTEM),
        *rows(_B.OPEN, "close_registration", _B.SELECTION, _PROVIDER | SYSTEM),
        *rows(_B.SELECTION, "reopen_registration", _B.OPEN, _PROVIDER),
        *rows((_B.OPEN, _B.SELECTION), "start", _B.RUNNING, _PROVIDER | SYSTEM),
        *rows(_B.RUNNING, "finish", _B.FINISHED, _PROVIDER),
        *rows((_B.DRAFT, _B.OPEN, _B.SELECTION, _B.RUNNING), "cancel", _B.CANCELLED, _PROVIDER, reason=True),
    ),
)


class EnrolmentStatus(StrEnum):
    """Where a talent's enrolment in a batch stands."""

    APPLIED = "applied"
    ADMIN_VERIFIED = "admin_verified"
    TESTED = "tested"
    INTERVIEWED = "interviewed"
    ACCEPTED = "accepted"
    RESERVE = "reserve"
    REJECTED = "rejected"
    CONFIRMED = "confirmed"
    ATTENDING = "attending"
    COMPLETED = "completed"
    DROPPED = "dropped"
    CERTIFIED = "certified"
    PLACED = "placed"


_E = EnrolmentStatus
_SELECTING: Final = (_E.APPLIED, _E.ADMIN_VERIFIED, _E.TESTED, _E.INTERVIEWED)

ENROLMENT: Final = Lifecycle(
    name="enrolment",
    states=tuple(_E),
    initial=_E.APPLIED,
    terminal=frozenset({_E.REJECTED, _E.DROPPED, _E.PLACED}),
    transitions=(
        *rows(_E.APPLIED, "verify", _E.ADMIN_VERIFIED, _PROVIDER),
        # A batch may do without a test, an interview or both; the papers are always checked.
        *rows(_E.ADMIN_VERIFIED, "record_test", _E.TESTED, _PROVIDER),
        *rows(_SELECTING[1:3], "record_interview", _E.INTERVIEWED, _PROVIDER),
        *rows(_SELECTING[1:], "accept", _E.ACCEPTED, _PROVIDER),
        *rows(_SELECTING[1:], "put_on_reserve", _E.RESERVE, _PROVIDER),
        *rows((*_SELECTING, _E.RESERVE), "reject", _E.REJECTED, _PROVIDER | SYSTEM, reason=True),
        # A seat that came free goes to the first reserve.
        *rows(_E.RESERVE, "promote", _E.ACCEPTED, _PROVIDER | SYSTEM),
        *rows(_E.ACCEPTED, "confirm", _E.CONFIRMED, TALENT),
        *rows(_E.ACCEPTED, "lapse", _E.DROPPED, SYSTEM),
        *rows(_E.CONFIRMED, "start", _E.ATTENDING, _PROVIDER | SYSTEM),
        *rows(_E.ATTENDING, "complete", _E.COMPLETED, _PROVIDER),
        *rows(
            (*_SELECTING, _E.RESERVE, _E.ACCEPTED, _E.CONFIRMED, _E.ATTENDING),
            "drop",
            _E.DROPPED,
            TALENT | _PROVIDER,
            reason=True,
            reason_optional_for=TALENT,
        ),
        *rows(_E.COMPLETED, "certify", _E.CERTIFIED, _PROVIDER | _CERTIFIER | SYSTEM),
        *rows((_E.COMPLETED, _E.CERTIFIED), "place", _E.PLACED, TALENT | _PROVIDER | SYSTEM),
    ),
)


class AssessmentStatus(StrEnum):
    """Where a talent's assessment by a certification body stands."""

    APPLIED = "applied"
    ADMIN_CHECKED = "admin_checked"
    RETURNED = "returned"
    SCHEDULED = "scheduled"
    ASSESSED = "assessed"
    COMPETENT = "competent"
    NOT_YET_COMPETENT = "not_yet_competent"
    APPEALED = "appealed"
    ISSUED = "issued"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


_S = AssessmentStatus

ASSESSMENT: Final = Lifecycle(
    name="assessment",
    states=tuple(_S),
    initial=_S.APPLIED,
    terminal=frozenset({_S.ISSUED, _S.CLOSED, _S.WITHDRAWN}),
    transitions=(
        *rows(_S.APPLIED, "check", _S.ADMIN_CHECKED, _CERTIFIER),
        *rows(_S.APPLIED, "return", _S.RETURNED, _CERTIFIER, reason=True),
        *rows(_S.RETURNED, "resubmit", _S.APPLIED, TALENT),
        *rows(_S.ADMIN_CHECKED, "schedule", _S.SCHEDULED, _CERTIFIER),
        *rows(_S.SCHEDULED, "reschedule", _S.SCHEDULED, _CERTIFIER, reason=True),
        *rows(_S.SCHEDULED, "assess", _S.ASSESSED, _CERTIFIER),
        # An appeal is decided once more by the body: the decision is upheld (and final) or turned.
        *rows((_S.ASSESSED, _S.APPEALED), "decide_competent", _S.COMPETENT, _CERTIFIER),
        *rows(_S.ASSESSED, "decide_not_yet_competent", _S.NOT_YET_COMPETENT, _CERTIFIER, reason=True),
        *rows(_S.NOT_YET_COMPETENT, "appeal", _S.APPEALED, TALENT, reason=True),
        *rows(_S.APPEALED, "uphold", _S.CLOSED, _CERTIFIER, reason=True),
        # The time for an appeal has passed.
        *rows(_S.NOT_YET_COMPETENT, "close", _S.CLOSED, SYSTEM),
        *rows(_S.COMPETENT, "issue", _S.ISSUED, _CERTIFIER),
        *rows((_S.APPLIED, _S.RETURNED, _S.ADMIN_CHECKED, _S.SCHEDULED), "withdraw", _S.WITHDRAWN, TALENT),
    ),
)


class BusinessApplicationStatus(StrEnum):
    """Where an application to a business programme stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADMIN_VERIFIED = "admin_verified"
    FIELD_VERIFIED = "field_verified"
    SHORTLISTED = "shortlisted"
    APPROVED = "approved"
    AGREEMENT_SIGNED = "agreement_signed"
    DISBURSED = "disbursed"
    REPORTING = "reporting"
    MONITORED = "monitored"
    GRADUATED = "graduated"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CLAWBACK = "clawback"


_P = BusinessApplicationStatus
_BEFORE_MONEY: Final = (
    _P.SUBMITTED,
    _P.ADMIN_VERIFIED,
    _P.FIELD_VERIFIED,
    _P.SHORTLISTED,
    _P.APPROVED,
    _P.AGREEMENT_SIGNED,
)

BUSINESS_APPLICATION: Final = Lifecycle(
    name="business_application",
    states=tuple(_P),
    initial=_P.DRAFT,
    terminal=frozenset({_P.GRADUATED, _P.REJECTED, _P.WITHDRAWN, _P.CLAWBACK}),
    transitions=(
        *rows(_P.DRAFT, "submit", _P.SUBMITTED, TALENT),
        # Public money: no stage is skipped.
        *rows(_P.SUBMITTED, "verify_admin", _P.ADMIN_VERIFIED, _PROGRAMME | AUTHORITY),
        *rows(_P.ADMIN_VERIFIED, "verify_field", _P.FIELD_VERIFIED, _PROGRAMME | AUTHORITY),
        *rows(_P.FIELD_VERIFIED, "shortlist", _P.SHORTLISTED, _PROGRAMME),
        *rows(_P.SHORTLISTED, "approve", _P.APPROVED, _PROGRAMME),
        *rows(_P.APPROVED, "sign_agreement", _P.AGREEMENT_SIGNED, TALENT),
        *rows(_P.AGREEMENT_SIGNED, "disburse", _P.DISBURSED, _PROGRAMME),
        *rows((_P.DISBURSED, _P.REPORTING), "report", _P.REPORTING, TALENT),
        *rows(_P.REPORTING, "monitor", _P.MONITORED, _PROGRAMME | AUTHORITY),
        *rows(_P.MONITORED, "request_report", _P.REPORTING, _PROGRAMME, reason=True),
        *rows(_P.MONITORED, "graduate", _P.GRADUATED, _PROGRAMME),
        *rows(_BEFORE_MONEY, "reject", _P.REJECTED, _PROGRAMME, reason=True),
        *rows((_P.DRAFT, *_BEFORE_MONEY), "withdraw", _P.WITHDRAWN, TALENT),
        *rows((_P.DISBURSED, _P.REPORTING, _P.MONITORED), "claw_back", _P.CLAWBACK, _PROGRAMME, reason=True),
    ),
)


class PlacementStatus(StrEnum):
    """Where a placement, the fact that a talent was hired, stands."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    ENDED = "ended"
    ANNULLED = "annulled"


_L = PlacementStatus
_EITHER_SIDE: Final = TALENT | EMPLOYER_SIDE

PLACEMENT: Final = Lifecycle(
    name="placement",
    states=tuple(_L),
    initial=_L.RECORDED,
    terminal=frozenset({_L.ENDED, _L.ANNULLED}),
    transitions=(
        *rows(_L.RECORDED, "confirm", _L.CONFIRMED, _EITHER_SIDE),
        *rows((_L.RECORDED, _L.CONFIRMED), "dispute", _L.DISPUTED, _EITHER_SIDE, reason=True),
        *rows(_L.DISPUTED, "resolve", _L.CONFIRMED, AUTHORITY, reason=True),
        *rows(_L.RECORDED, "annul", _L.ANNULLED, EMPLOYER_SIDE, reason=True),
        *rows(_L.DISPUTED, "annul", _L.ANNULLED, AUTHORITY, reason=True),
        *rows(_L.CONFIRMED, "end", _L.ENDED, _EITHER_SIDE),
    ),
)

LIFECYCLES: Final = {
    lifecycle.name: lifecycle
    for lifecycle in (
        VACANCY,
        APPLICATION,
        ORGANIZATION,
        CERTIFICATE,
        BATCH,
        ENROLMENT,
        ASSESSMENT,
        BUSINESS_APPLICATION,
        PLACEMENT,
    )
}
"""All of them by name."""
