"""Pieces of the contract that every resource shares."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from app.core.coded import CodedValueError

T = TypeVar("T")


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _takes_date(annotation: Any) -> bool:
    return annotation in (date, datetime, AwareDatetime) or any(map(_takes_date, get_args(annotation)))


class Input(BaseModel):
    """A body that a caller sends: unknown members are refused, text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)

    @field_validator("*", mode="before")
    @classmethod
    def _dates_are_written_out(cls, value: Any, info: ValidationInfo) -> Any:
        """Pydantic would take 86400, or "86400", for a day in 1970."""
        if value is None or info.field_name is None or isinstance(value, date):
            return value
        if _takes_date(cls.model_fields[info.field_name].annotation) and not (
            isinstance(value, str) and _DATE.match(value.strip())
        ):
            raise CodedValueError(
                "date_parsing", "Harus tanggal ISO (YYYY-MM-DD).", "Must be an ISO date (YYYY-MM-DD)."
            )
        return value


class Output(BaseModel):
    """A body that we answer: every member is always there, null where the contract says so."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, use_attribute_docstrings=True)


_BREAKS = "\n\t\r\u2028\u2029"
# Controls other than line breaks, and those that turn the direction of what follows: a name must not read as another.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _no_control(value: str) -> str:
    if _HIDDEN.search(value):
        raise CodedValueError(
            "control_character", "Teks memuat karakter kendali.", "The text holds a control character."
        )
    return value


def _one_line(value: str) -> str:
    if _HIDDEN.search(value) or any(character in _BREAKS for character in value):
        raise CodedValueError("control_character", "Harus satu baris teks.", "Must be one line of text.")
    if all(unicodedata.category(character)[0] in "CZM" for character in value):
        raise CodedValueError("invisible", "Teks tidak memuat huruf yang terlihat.", "The text shows nothing.")
    return value


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line)]
"""One line of text, 1 to 200 characters."""
Prose = Annotated[str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(_no_control)]
"""Text of several lines, 1 to 10,000 characters."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_one_line)]
"""A code of reference data."""
Reason = Annotated[str, StringConstraints(min_length=3, max_length=1000), AfterValidator(_no_control)]
"""Why a decision was taken; shown to those whom it concerns."""
WebUrl = Annotated[str, StringConstraints(pattern=r'^https?://[^\s<>"]{3,500}$', max_length=510)]
"""An absolute http(s) URL."""
Whole = Annotated[int, Strict(), Field(ge=0, le=1_000_000_000_000)]
"""A whole number that is not negative; text, fractions and booleans are refused."""
Level = Annotated[int, Strict(), Field(ge=1, le=4)]
"""Level of a skill: 1 basic, 2 works alone, 3 advanced, 4 expert."""
Instant = AwareDatetime
"""An RFC 3339 time with a zone."""
Limit = Annotated[int, Field(ge=1, le=100, description="Items on a page")]
CursorText = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class CodeLabel(Output):
    """A code of reference data with its label in the caller's language."""

    code: str
    label: str


class Money(Output):
    """An amount in whole units of a currency (rupiah have no minor unit here)."""

    amount: int
    currency: str


class PageOut(Output, Generic[T]):
    """A page of a list; follow `next_cursor` until it is null."""

    items: list[T]
    next_cursor: str | None


class Transition(Output):
    """One step in the life of a resource."""

    event: str
    from_status: str
    to_status: str
    at: datetime
    by: str
    reason: str | None


class ReasonIn(Input):
    """A decision that needs a reason."""

    reason: Reason

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Dokumen izin usaha tidak terbaca."}]})


class ProblemError(BaseModel):
    """One invalid place of the input."""

    model_config = ConfigDict(extra="forbid")
    pointer: Annotated[
        str, Field(description="RFC 6901 pointer into the body, or /query/name, /path/name, /header/name")
    ]
    code: Annotated[str, Field(description="Stable code of what is wrong")]
    message: Annotated[str, Field(description="What is wrong and what to do, in the caller's language")]


class ProblemBody(BaseModel):
    """A problem (RFC 9457). `code` is stable; texts are in the caller's language."""

    model_config = ConfigDict(extra="allow", title="Problem")
    type: Annotated[
        str, Field(description="Where the problem is documented", json_schema_extra={"format": "uri-reference"})
    ]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    code: str
    request_id: str
    errors: Annotated[list[ProblemError], Field(description="Only where the input is invalid")] = []


def problem_schema() -> dict[str, Any]:
    """The JSON schema of a problem, its parts under the contract's components."""
    return ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
