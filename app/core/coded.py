"""A ValueError with a stable code and a text in two languages, for validators of schemas."""

from __future__ import annotations

from app.core.i18n import Text


class CodedValueError(ValueError):
    """Raised in a Pydantic validator: the 422 answer carries `code` and the text in the caller's language."""

    def __init__(self, code: str, indonesian: str, english: str) -> None:
        """An invalid value, named by `code`."""
        super().__init__(english)
        self.code = code
        self.text = Text(indonesian, english)
