"""`hub openapi`: the contract as a file, and whether the file is still the contract."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

from pydantic import SecretStr

from app.commands.output import CommandError, console
from app.core.config import Settings
from app.main import create_app

FILE = Path(__file__).resolve().parents[2] / "openapi" / "openapi.v1.json"
_SHOWN_LINES = 40


def rendered() -> str:
    """The contract as text: keys sorted, two spaces, one line end at the end; made without a database."""
    settings = Settings.model_construct(secret_key=SecretStr("the contract does not depend on any secret"))
    document = create_app(settings).openapi()
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def run(*, check: bool) -> None:
    """Write the file, or compare it; `CommandError` where it is out of date."""
    text = rendered()
    if not check:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text, "utf-8")
        console.print(f"wrote {FILE}", highlight=False, soft_wrap=True)
        return
    kept = FILE.read_text("utf-8") if FILE.is_file() else ""
    if kept == text:
        return
    difference = list(
        difflib.unified_diff(kept.splitlines(), text.splitlines(), "committed", "generated", lineterm="", n=1)
    )
    for line in difference[:_SHOWN_LINES]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(difference) > _SHOWN_LINES:
        console.print(f"... and {len(difference) - _SHOWN_LINES} lines more", highlight=False)
    message = f"{FILE.name} is not what the code answers; run `hub openapi` and commit it"
    raise CommandError(message)
