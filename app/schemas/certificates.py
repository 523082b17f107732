"""Certificates of competence as the contract shows them: to the body, to the holder, to everybody."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from app.core import clock
from app.core.coded import CodedValueError
from app.core.demo_ids import demo_id
from app.core.i18n import Text
from app.domain.errors import InvalidIdentifier
from app.domain.identifiers import parse_bnsp_certificate
from app.schemas.common import Code, CodeLabel, Input, Line, Output

Status = Literal["active", "expiring", "expired", "suspended", "revoked", "superseded"]
"""What a certificate is now: `expiring` and `expired` follow from its last day and the clock."""

INVALID_NUMBER = Text(
    "Bentuk nomor sertifikat BNSP: 61200 3513 3 0084945 2024 (KBLI, KBJI, jenjang, register, tahun).",
    "A BNSP certificate number has the form 61200 3513 3 0084945 2024 (KBLI, KBJI, level, register, year).",
)
_LONGEST_YEARS = 10
_FIRST_DAY = date(2005, 1, 1)  # BNSP was founded by PP 23/2004


def normal_number(value: str) -> str:
    """A BNSP certificate number as it is printed, with blanks; CodedValueError for anything else."""
    try:
        return str(parse_bnsp_certificate(value))
    except InvalidIdentifier as error:
        code = "invalid_certificate_number"
        raise CodedValueError(code, INVALID_NUMBER.id, INVALID_NUMBER.en) from error


def _past(value: date) -> date:
    if value > clock.today():
        raise CodedValueError("in_future", "Tanggal ini belum tiba.", "This day has not come yet.")
    if value < _FIRST_DAY:
        raise CodedValueError("too_early", "BNSP belum berdiri pada tanggal itu.", "There was no BNSP yet.")
    return value


Number = Annotated[
    Line, AfterValidator(normal_number), Field(description="BNSP number; blanks or dashes, kept with blanks")
]
IssuedOn = Annotated[date, AfterValidator(_past), Field(description="Day of issue, today or earlier (WIB)")]
ValidUntil = Annotated[
    date | None,
    Field(description="Last day of validity (WIB); by default the scheme's validity after `issued_on`"),
]


class _Paper(Input):
    """What is printed on a certificate."""

    number: Number
    issued_on: IssuedOn
    valid_until: ValidUntil = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.valid_until is None:
            return self
        if self.valid_until < self.issued_on:
            raise CodedValueError(
                "dates_out_of_order",
                "Berakhir (valid_until) sebelum diterbitkan (issued_on).",
                "It ends (valid_until) before it is issued (issued_on).",
            )
        if self.valid_until > self.issued_on + timedelta(days=_LONGEST_YEARS * 366):
            raise CodedValueError(
                "too_long",
                f"Berlaku paling lama {_LONGEST_YEARS} tahun.",
                f"Valid {_LONGEST_YEARS} years at most.",
            )
        return self


class CertificateIn(_Paper):
    """A new certificate. Its holder is named by exactly one of `username` and `talent_id`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organization_id": str(demo_id("organization", "lsp-informatika")),
                    "scheme_code": "SKM-0002",
                    "username": "talent@demo.example",
                    "number": "62019 2513 5 0090001 2025",
                    "issued_on": "2025-06-02",
                }
            ]
        }
    )

    organization_id: Annotated[UUID, Field(description="The certification body that issues it")]
    scheme_code: Code
    username: Annotated[Line | None, Field(description="E-mail or phone of the holder's account")] = None
    talent_id: Annotated[UUID | None, Field(description="Id of the holder")] = None

    @model_validator(mode="after")
    def _one_holder(self) -> Self:
        if (self.username is None) == (self.talent_id is None):
            raise CodedValueError(
                "one_holder",
                "Isi tepat satu: username atau talent_id.",
                "Give exactly one of username and talent_id.",
            )
        return self


class RenewalIn(_Paper):
    """The certificate that takes the place of an earlier one of the same holder and scheme."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"number": "62019 2513 5 0090002 2025", "issued_on": "2025-06-02"}]}
    )


class BodyOut(Output):
    """The certification body behind a certificate."""

    id: UUID
    name: str
    licence_number: str | None


class CertificateOut(Output):
    """A certificate as its holder and the body's members see it."""

    id: UUID
    number: str
    status: Status
    in_force: Annotated[bool, Field(description="It proves its skills and opens gates at this moment")]
    status_reason: Annotated[str | None, Field(description="Why it is suspended or revoked")]
    status_changed_at: datetime | None
    scheme: CodeLabel
    kkni_level: int | None
    units: Annotated[list[CodeLabel], Field(description="SKKNI units in the scheme's order")]
    skills: Annotated[list[CodeLabel], Field(description="What the units prove")]
    body: BodyOut
    talent_id: UUID
    holder_name: str
    issued_on: date
    valid_until: Annotated[date, Field(description="Valid to the end of this day in western Indonesia")]
    verification_url: Annotated[str, Field(description="For the QR code: whoever has it may verify")]
    supersedes_id: UUID | None
    superseded_by_id: UUID | None
    actions: Annotated[list[str], Field(description="What the caller may do next; `supersede` is the renewal")]
    created_at: datetime
    updated_at: datetime


class VerificationOut(Output):
    """What everybody may know of a certificate; the holder's name is masked."""

    status: Status
    number: str
    scheme: CodeLabel
    units: list[CodeLabel]
    kkni_level: int | None
    body: str
    licence: str | None
    issued_on: date
    valid_until: date
    holder: Annotated[str, Field(description="First letter of each word of the name: `S*** D***`")]


class LicensedScheme(Output):
    """A scheme that a certification body is licensed to assess."""

    code: str
    label: str
    kind: str
    kkni_level: int | None
    validity_months: int
