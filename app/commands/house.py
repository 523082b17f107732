"""What a command needs before it can work: settings, a PostgreSQL, the master secret, the right schema.

The command line owns the embedded server: it starts in the main thread of the first command that needs it
and stops with that command. Other commands on the same data directory join the running server.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

from pydantic import SecretStr, ValidationError

from app.commands.output import MISUSED, CommandError
from app.commands.reach import check_server
from app.core import clock, logging
from app.core.config import Settings
from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError, Reason

SECRET_FILE = "secret.key"  # noqa: S105  # the name of a file
URL_FILE = "server.url"


class Secret(Enum):
    """Where the master secret may come from."""

    UNUSED = "the command needs none"
    GIVEN = "HUB_SECRET_KEY, or the data directory of the embedded database"
    KEPT = "HUB_SECRET_KEY, or the data directory in any case"


def read_settings(data_dir: Path | None = None) -> Settings:
    """The settings of the environment; `data_dir` is the option of the command line, which has precedence."""
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        name = name if name.isupper() else f"HUB_{name.upper()}"
        text = first["msg"].removeprefix("Value error, ").removeprefix(f"{name} ")
        message = f"the environment variable {name} cannot be used: {text}"
        raise CommandError(message, MISUSED) from error
    return settings if data_dir is None else settings.model_copy(update={"data_dir": data_dir})


@contextmanager
def open_house(settings: Settings, secret: Secret, *, join: bool = False) -> Iterator[Settings]:
    """A PostgreSQL for the block; yields settings with `database_url` and, unless unused, `secret_key` set.

    Starts the embedded server where `DATABASE_URL` is unset. With `join`, a server that another command runs
    on the same data directory will do. Raises `EmbeddedPostgresError` and `CommandError`.
    """
    # A command shows results, not events; one that serves turns its own log on.
    logging.configure("console", "WARNING")
    if settings.database_url is not None:
        asyncio.run(check_server(settings.database_url, settings))
        yield _with_secret(settings, secret, embedded=False)
        return
    server = EmbeddedPostgres(settings.data_dir)
    try:
        url = server.start()
    except EmbeddedPostgresError as error:
        url_file = settings.data_dir / URL_FILE
        if not (join and error.reason is Reason.IN_USE and url_file.is_file()):
            raise
        running = settings.model_copy(update={"database_url": url_file.read_text("utf-8").strip()})
        yield _with_secret(running, secret, embedded=True)
        return
    url_file = settings.data_dir / URL_FILE
    try:
        write_private(url_file, url)
        yield _with_secret(settings.model_copy(update={"database_url": url}), secret, embedded=True)
    finally:
        with suppress(OSError):
            url_file.unlink()
        server.stop()


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path`, mode 0600, whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        aside.unlink()
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _with_secret(settings: Settings, secret: Secret, *, embedded: bool) -> Settings:
    if secret is Secret.UNUSED or settings.secret_key is not None:
        return settings
    if secret is Secret.GIVEN and not embedded:
        message = (
            "set HUB_SECRET_KEY to a secret of at least 32 characters, and keep it: it protects what is in "
            "the database that DATABASE_URL names"
        )
        raise CommandError(message, MISUSED)
    path = settings.data_dir / SECRET_FILE
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if len(kept := path.read_text("utf-8").strip()) >= 32:  # noqa: PLR2004  # what Settings asks
                return settings.model_copy(update={"secret_key": SecretStr(kept)})
            message = f"{path} is damaged: restore it from a backup, nothing sealed with it can be read without it"
            raise CommandError(message)
        made = clock.random_token(48)
        write_private(path, made)
    except OSError as error:
        message = f"the secret {path} can neither be read nor made ({error.strerror})"
        raise CommandError(message) from error
    return settings.model_copy(update={"secret_key": SecretStr(made)})
