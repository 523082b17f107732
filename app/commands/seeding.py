"""`hub seed` and `hub taxonomy import`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from rich.progress import Progress, TaskID
from rich.table import Table

from app.commands import demo, house, schema, serving
from app.commands.output import FAILED, MISUSED, CommandError, console, progress
from app.core.config import Settings
from app.core.db import Database, make_engine
from app.services.bulk_seed import BulkSeedError, seed_bulk
from app.services.taxonomy_import import BundleError, Report, import_source

_SHOWN_BAD_LINES = 50


def seed(
    with_demo: bool,
    taxonomy: Path | None,
    vacancies: int,
    talents: int,
    random_seed: int,
    data_dir: Path | None,
) -> None:
    """Load reference data and what the options ask for; see `hub seed --help`."""
    bulk = vacancies > 0 or talents > 0
    if taxonomy is not None and not bulk:
        message = "--taxonomy belongs to --vacancies and --talents; `hub taxonomy import esco` imports a bundle alone"
        raise CommandError(message, MISUSED)
    settings = house.read_settings(data_dir)
    serving.stop_on_signals()
    secret = house.Secret.GIVEN if with_demo else house.Secret.UNUSED
    with house.open_house(settings, secret, join=True) as opened:
        changed = asyncio.run(schema.prepare(opened))
        console.print("Reference data: " + ("loaded." if changed else "there already."))
        if with_demo:
            asyncio.run(schema.check_secret(opened))
            wrote = asyncio.run(demo.seed(opened))
            console.print("The demo's records: " + ("written." if wrote else "there already."))
        if bulk:
            _bulk(opened, taxonomy, vacancies, talents, random_seed)


def _bulk(settings: Settings, taxonomy: Path | None, vacancies: int, talents: int, random_seed: int) -> None:
    counts = {"vacancies": vacancies, "talents": talents}
    try:
        with progress() as bar:
            work = seed_bulk(str(settings.database_url), taxonomy, **counts, seed=random_seed, progress=_on(bar))
            report = asyncio.run(work)
    except (BulkSeedError, BundleError) as error:
        raise CommandError(str(error), MISUSED) from error
    seconds = ", ".join(f"{what} {figure:.1f} s" for what, figure in report.seconds.items())
    console.print(
        f"Made {report.vacancies:,} vacancies with {report.vacancy_skills:,} skills, {report.organizations:,} "
        f"employers and {report.talents:,} talents ({seconds}).",
        highlight=False,
        soft_wrap=True,
    )


def _on(bar: Progress) -> Callable[[str, int, int], None]:
    """A callback `(what, done, total)` that moves the bar of `what`."""
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=total)
        bar.update(tasks[what], completed=done, total=total)

    return report


def import_taxonomy(source: str, path: Path, data_dir: Path | None) -> None:
    """Import one bundle in one transaction and show the report; 1 where lines were bad."""
    settings = house.read_settings(data_dir)
    serving.stop_on_signals()
    with house.open_house(settings, house.Secret.UNUSED, join=True) as opened:
        asyncio.run(schema.prepare(opened))
        report = asyncio.run(_import(opened, source, path))
    table = Table(title=f"{source} {report.version}: {path}", title_justify="left")
    table.add_column("table")
    for column in ("inserted", "changed", "retired", "unchanged"):
        table.add_column(column, justify="right")
    for name, counts in report.tables.items():
        figures = (counts.inserted, counts.changed, counts.retired, counts.unchanged)
        table.add_row(name, *map(str, figures))
    console.print(table)
    for bad in report.bad_lines[:_SHOWN_BAD_LINES]:
        line = f"{bad.file}, line {bad.line}: {bad.reason}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if report.bad_lines:
        more = len(report.bad_lines) - _SHOWN_BAD_LINES
        message = f"{len(report.bad_lines)} bad lines" + (f", {more} of them not shown" if more > 0 else "")
        raise CommandError(message, FAILED)


async def _import(settings: Settings, source: str, path: Path) -> Report:
    engine = make_engine(str(settings.database_url), settings, pool_size=1, patient=True)
    try:
        with progress() as bar:
            async with Database(engine).transaction() as session:
                return await import_source(session, source, path, _on(bar))
    except BundleError as error:
        raise CommandError(str(error), MISUSED) from error
    finally:
        await engine.dispose()
