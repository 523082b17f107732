"""Strict reading of requests: nothing unknown, nothing ambiguous, nothing that the database cannot hold."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request, params
from fastapi._compat import field_annotation_is_sequence
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData

from app.core.coded import CodedValueError
from app.core.errors import FieldError, Problem
from app.core.i18n import Text
from app.core.problems.common import UNSUPPORTED_MEDIA_TYPE, VALIDATION_FAILED

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def _unique_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for name, value in pairs:
        if name in seen:
            msg = f"duplicate member {name!r}"
            raise json.JSONDecodeError(msg, "", 0)
        seen[name] = value
    return seen


def _refuse_constant(name: str) -> Any:  # json's hook
    msg = f"{name} is not JSON"
    raise json.JSONDecodeError(msg, "", 0)


class StrictRequest(Request):
    """Refuses duplicate members, NaN and Infinity, lone surrogates and NUL, and JSON nested too deep."""

    async def json(self) -> Any:  # JSON
        """The parsed body; JSONDecodeError says what is wrong with it."""
        if not hasattr(self, "_json"):
            body = await self.body()
            try:
                # RFC 8259: UTF-8. `json.loads` of bytes would guess UTF-16 and 32, too, past the search for NUL below.
                text = body.decode("utf-8-sig")
                value = json.loads(text, object_pairs_hook=_unique_object, parse_constant=_refuse_constant)
                json.dumps(value, ensure_ascii=False).encode()
            except json.JSONDecodeError:
                raise
            except (ValueError, RecursionError) as error:
                msg = "nested too deep" if isinstance(error, RecursionError) else "a number is too long"
                msg = "text is not valid Unicode" if isinstance(error, UnicodeError) else msg
                raise json.JSONDecodeError(msg, "", 0) from error
            if _NUL.search(text):
                msg = "text holds a NUL character"
                raise json.JSONDecodeError(msg, "", 0)
            self._json = value
        return self._json


def query_names(dependant: Dependant) -> dict[str, bool]:
    """The names of the query parameters that an operation knows, and whether each may come more than once."""
    return {
        field.alias: field_annotation_is_sequence(field.field_info.annotation)
        for field in get_flat_params(dependant)
        if isinstance(field.field_info, params.Query)
    }


def check_query(request: Request, known: Mapping[str, bool]) -> None:
    """Refuse unknown and ambiguous query parameters, and text that the database cannot hold, in query and path."""
    errors = [
        FieldError(
            f"/query/{name}",
            "unknown_parameter",
            str(
                Text(
                    f"Parameter ini tidak dikenal. Yang dikenal: {', '.join(sorted(known)) or '-'}.",
                    f"Unknown parameter. Known ones: {', '.join(sorted(known)) or '-'}.",
                )
            ),
        )
        for name in dict.fromkeys(request.query_params.keys())
        if name not in known
    ]
    errors += _repeated("/query", [name for name, _ in request.query_params.multi_items() if not known.get(name, True)])
    errors += _nul("/query", request.query_params.multi_items())
    errors += _nul("/path", request.path_params.items())
    if errors:
        raise Problem(VALIDATION_FAILED, {"count": len(errors)}, errors)


def check_form(form: FormData) -> None:
    """Refuse fields that come more than once (RFC 6749, section 3.2), and text that the database cannot hold."""
    errors = [*_repeated("", [name for name, _ in form.multi_items()]), *_nul("", form.multi_items())]
    if errors:
        raise Problem(VALIDATION_FAILED, {"count": len(errors)}, errors)


def _repeated(where: str, names: Iterable[str]) -> list[FieldError]:
    message = Text("Hanya boleh sekali.", "May come only once.")
    return [
        FieldError(f"{where}/{name}", "repeated", str(message)) for name, times in Counter(names).items() if times > 1
    ]


def _nul(where: str, items: Iterable[tuple[str, Any]]) -> list[FieldError]:
    message = Text("Teks memuat karakter NUL.", "The text holds a NUL character.")
    return [
        FieldError(f"{where}/{name}", "invalid_text", str(message)) for name, value in items if "\x00" in str(value)
    ]


_TEXTS: dict[str, Text] = {
    "missing": Text("Wajib diisi.", "Required."),
    "extra_forbidden": Text("Isian ini tidak dikenal.", "Unknown field."),
    "string_type": Text("Harus berupa teks.", "Must be text."),
    "int_type": Text("Harus berupa bilangan bulat.", "Must be a whole number."),
    "int_parsing": Text("Harus berupa bilangan bulat.", "Must be a whole number."),
    "int_from_float": Text("Harus berupa bilangan bulat.", "Must be a whole number."),
    "bool_type": Text("Harus true atau false.", "Must be true or false."),
    "bool_parsing": Text("Harus true atau false.", "Must be true or false."),
    "uuid_parsing": Text("Harus berupa UUID.", "Must be a UUID."),
    "list_type": Text("Harus berupa daftar.", "Must be a list."),
    "json_invalid": Text("Isi bukan JSON yang sah", "The body is not valid JSON"),
    "string_too_short": Text("Minimal {min_length} karakter.", "At least {min_length} characters."),
    "string_too_long": Text("Maksimal {max_length} karakter.", "At most {max_length} characters."),
    "too_long": Text("Maksimal {max_length} butir.", "At most {max_length} items."),
    "too_short": Text("Minimal {min_length} butir.", "At least {min_length} items."),
    "greater_than_equal": Text("Minimal {ge}.", "At least {ge}."),
    "less_than_equal": Text("Maksimal {le}.", "At most {le}."),
    "greater_than": Text("Harus lebih dari {gt}.", "Must be more than {gt}."),
    "less_than": Text("Harus kurang dari {lt}.", "Must be less than {lt}."),
    "enum": Text("Pilihan: {expected}.", "One of: {expected}."),
    "literal_error": Text("Pilihan: {expected}.", "One of: {expected}."),
    "string_pattern_mismatch": Text("Harus cocok dengan pola {pattern}.", "Must match the pattern {pattern}."),
    "date_from_datetime_parsing": Text("Harus tanggal ISO (YYYY-MM-DD).", "Must be an ISO date (YYYY-MM-DD)."),
    "date_parsing": Text("Harus tanggal ISO (YYYY-MM-DD).", "Must be an ISO date (YYYY-MM-DD)."),
    "datetime_parsing": Text("Harus waktu RFC 3339.", "Must be an RFC 3339 time."),
    "timezone_aware": Text("Harus waktu RFC 3339 dengan zona.", "Must be an RFC 3339 time with a zone."),
}


def pointer_of(location: tuple[int | str, ...]) -> str:
    """An RFC 6901 pointer of a Pydantic location: `/title` in a body, `/query/limit`, `/path/vacancy_id` elsewhere."""
    where, *rest = location or ("body",)
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in rest]
    if where != "body":
        parts.insert(0, str(where))
    return "/" + "/".join(parts) if parts else ""


def problem_of(error: RequestValidationError) -> Problem:
    """The 422 problem that tells every invalid place in the caller's language."""
    errors = []
    for item in error.errors():
        context = item.get("ctx") or {}
        text = _TEXTS.get(item["type"])
        if isinstance(context.get("error"), CodedValueError):
            coded = context["error"]
            errors.append(FieldError(pointer_of(item["loc"]), coded.code, str(coded.text)))
            continue
        if item["type"] == "json_invalid":
            message = f"{text}: {context.get('error', '')}."
        elif text is not None:
            message = str(text).format_map({"expected": "", **context})
        else:
            message = str(item["msg"])
        location = ("body",) if item["type"] == "json_invalid" else item["loc"]
        errors.append(FieldError(pointer_of(location), str(item["type"]), message))
    return Problem(VALIDATION_FAILED, {"count": len(errors)}, errors)


def check_media_type(request: Request, expected: str) -> None:
    """415 where a body comes as anything but `expected` (a `+json` of it included)."""
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    json_like = expected == "application/json" and media.startswith("application/") and media.endswith("+json")
    if has_body and media != expected and not json_like:
        raise Problem(UNSUPPORTED_MEDIA_TYPE, {"expected": expected})
