"""`hub serve`, `hub worker` and `hub migrate`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from app.commands import house, schema, serving
from app.commands.output import CommandError, console
from app.core import logging
from app.core.config import Settings


def serve(host: str, port: int, workers: int, worker: bool | None, data_dir: Path | None) -> None:
    """Serve until a signal; see `hub serve --help`."""
    settings = house.read_settings(data_dir)
    embedded = settings.database_url is None
    listener = serving.listen(host, port)
    changes: dict[str, Any] = {"demo": False}
    if "public_base_url" not in settings.model_fields_set:
        changes["public_base_url"] = serving.base_url(host, listener)
    serving.stop_on_signals()
    with listener, house.open_house(settings.model_copy(update=changes), house.Secret.GIVEN) as opened:
        asyncio.run(_ready(opened, embedded=embedded))
        logging.configure(opened.log_format, opened.log_level)
        console.print(f"hub: serving on {opened.public_base_url}", markup=False, highlight=False)
        with_jobs = embedded if worker is None else worker
        if workers == 1:
            serving.serve_here(opened, listener, worker=with_jobs)
        else:
            serving.serve_many(opened, listener, workers, worker=with_jobs)


async def _ready(settings: Settings, *, embedded: bool) -> None:
    """The embedded database is ours to migrate; the operator's is migrated when the operator says so."""
    if embedded:
        await schema.prepare(settings)
    else:
        await schema.require_current(settings)
    await schema.check_secret(settings)
    if await schema.holds_demo(settings):
        message = (
            "this database holds the demo's accounts, whose passwords everybody knows, and is not served; "
            + ("choose another --data-dir" if embedded else "choose another DATABASE_URL")
            + ", or run `hub demo`"
        )
        raise CommandError(message)


def worker(data_dir: Path | None) -> None:
    """Run the periodic jobs until a signal."""
    settings = house.read_settings(data_dir)
    serving.stop_on_signals()
    with house.open_house(settings, house.Secret.UNUSED, join=True) as opened:
        asyncio.run(schema.require_current(opened))
        logging.configure(opened.log_format, opened.log_level)
        serving.run_worker(opened, started=lambda: console.print("hub: the periodic jobs run"))


def migrate(data_dir: Path | None) -> None:
    """Migrate, load the shipped reference data, and say which of it was needed."""
    settings = house.read_settings(data_dir)
    serving.stop_on_signals()
    with house.open_house(settings, house.Secret.UNUSED, join=True) as opened:
        changed = asyncio.run(schema.prepare(opened))
    console.print("The database is now up to date." if changed else "The database was up to date.")
