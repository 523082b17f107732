"""The caller's language: Indonesian by default, English on request (RFC 9110, Accept-Language)."""

from __future__ import annotations

import contextvars
from dataclasses import dataclass
from typing import Literal

Language = Literal["id", "en"]
_language: contextvars.ContextVar[Language] = contextvars.ContextVar("language", default="id")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    id: str
    en: str

    def __str__(self) -> str:
        """The text in the caller's language."""
        return self.id if _language.get() == "id" else self.en


def language() -> Language:
    """The language of the current request."""
    return _language.get()


def use_language(value: Language) -> None:
    """Answer the current context in `value`."""
    _language.set(value)


def pick(indonesian: str, english: str | None) -> str:
    """The label in the caller's language, Indonesian where no English one exists."""
    return english if _language.get() == "en" and english else indonesian


def negotiate(header: str | None) -> Language:
    """Choose a language from an `Accept-Language` header by quality, `id` where nothing fits."""
    best: Language = "id"
    best_quality = 0.0
    for part in (header or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = 1.0
        if parameters.strip().startswith("q="):
            try:
                quality = float(parameters.strip()[2:])
            except ValueError:
                continue
        primary = tag.strip().lower().split("-")[0]
        # `in` is the withdrawn ISO 639 code for Indonesian that old Android phones still send.
        found: Language | None = {"id": "id", "in": "id", "en": "en"}.get(primary)  # type: ignore[assignment]  # literal values
        if found is not None and quality > best_quality:
            best, best_quality = found, quality
    return best
