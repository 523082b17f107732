"""What people at a terminal see: results on standard output, errors as one line on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from app.core.embedded_directory import EmbeddedPostgresError

FAILED = 1
MISUSED = 2

console = Console()
notes = Console(stderr=True)


class CommandError(Exception):
    """A command cannot go on; the message is the one line that the user sees.

    `code` is the exit status: 1 where the world is in the way, 2 where the command was used wrongly.
    """

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def one_line(text: str) -> str:
    """`text` without line breaks and control characters: what a library says may have both."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End the process with one line on standard error."""
    sys.stderr.write(f"hub: {one_line(message)}\n")
    raise SystemExit(code)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn the failures that users can cause or cure into one line; anything else is a defect and shows."""
    try:
        yield
    except CommandError as error:
        fail(str(error), error.code)
    except EmbeddedPostgresError as error:
        fail(error.message)


def progress() -> Progress:
    """A progress bar on standard error that vanishes when it is done; quiet where nobody watches."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notes,
        transient=True,
        disable=not notes.is_terminal,
    )
