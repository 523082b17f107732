"""`hub`: the command line. Parses only; what a command does is in `app.commands`, imported when it runs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="hub",
    help="The open back end of a labour-market hub.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
taxonomy = typer.Typer(help="Reference data: skills, occupations, industries, units.", no_args_is_help=True)
bench = typer.Typer(help="Measure the hub.", no_args_is_help=True)
app.add_typer(taxonomy, name="taxonomy")
app.add_typer(bench, name="bench")

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Where the embedded database and the secret live; HUB_DATA_DIR or .hub by default.",
        file_okay=True,
        show_default=False,
    ),
]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes any free one.", min=0, max=65535)]


class Source(StrEnum):
    """What a bundle of reference data is."""

    ESCO = "esco"
    KBJI = "kbji"
    KBLI = "kbli"
    SKKNI = "skkni"


@app.command()
def demo(port: Port = 8000, host: Host = "127.0.0.1", data_dir: DataDir = None) -> None:
    """A running hub with demo accounts: migrate, seed once, serve, and show a ranking."""
    from app.commands import demo as command

    command.run(host, port, data_dir)


@app.command()
def serve(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    workers: Annotated[int, typer.Option(help="Processes that answer.", min=1, max=256)] = 1,
    worker: Annotated[
        bool | None,
        typer.Option(
            "--worker/--no-worker",
            help="Run the periodic jobs, too; by default with the embedded database only.",
            show_default=False,
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the API; never with demo accounts."""
    from app.commands import running

    running.serve(host, port, workers, worker, data_dir)


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Run the periodic jobs; any number of workers may run."""
    from app.commands import running

    running.worker(data_dir)


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the schema and the shipped reference data to what this release needs."""
    from app.commands import running

    running.migrate(data_dir)


@app.command()
def seed(
    with_demo: Annotated[bool, typer.Option("--demo", help="The demo's accounts and records, too.")] = False,
    taxonomy_dir: Annotated[
        Path | None,
        typer.Option("--taxonomy", help="Folder of an ESCO bundle to draw skills from.", exists=True, file_okay=False),
    ] = None,
    vacancies: Annotated[int, typer.Option(help="Made vacancies.", min=0)] = 0,
    talents: Annotated[int, typer.Option(help="Made talents.", min=0)] = 0,
    random_seed: Annotated[int, typer.Option("--seed", help="The same number makes the same set.")] = 1,
    data_dir: DataDir = None,
) -> None:
    """Load the shipped reference data; with options the demo's records or a large made set."""
    from app.commands import seeding

    seeding.seed(with_demo, taxonomy_dir, vacancies, talents, random_seed, data_dir)


@taxonomy.command("import")
def taxonomy_import(
    source: Annotated[Source, typer.Argument(help="What the bundle is.")],
    path: Annotated[Path, typer.Argument(help="File or folder of the bundle.", exists=True)],
    data_dir: DataDir = None,
) -> None:
    """Import a bundle in one transaction and report what changed, and each bad line."""
    from app.commands import seeding

    seeding.import_taxonomy(source.value, path, data_dir)


@app.command()
def match(
    who: Annotated[str, typer.Argument(metavar="EMAIL|ID", help="The talent.")],
    limit: Annotated[int, typer.Option(help="Vacancies to show.", min=1, max=100)] = 10,
    data_dir: DataDir = None,
) -> None:
    """Rank vacancies for a talent, with the reasons, as a table."""
    from app.commands import matching

    matching.run(who, limit, data_dir)


@app.command()
def grant(
    who: Annotated[str, typer.Argument(metavar="EMAIL|PHONE", help="The account.")],
    role: Annotated[list[str] | None, typer.Option(help="talent, officer, analyst or admin; may be repeated.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Region of an officer; may be repeated.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Give an account these roles and no others: how a hub gets its first administrator."""
    from app.commands import granting

    granting.run(who, role or [], region or [], data_dir)


@app.command()
def openapi(
    check: Annotated[bool, typer.Option("--check", help="Compare only; 1 where the file is out of date.")] = False,
) -> None:
    """Write the contract to openapi/openapi.v1.json."""
    from app.commands import contract

    contract.run(check=check)


@bench.command()
def quality(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The set.", exists=True, file_okay=False)],
    taxonomy_dir: Annotated[
        Path | None,
        typer.Option("--taxonomy", help="Folder of an ESCO bundle with relations.", exists=True, file_okay=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
    run: Annotated[
        Path | None, typer.Option(metavar="PREFIX", help="Write PREFIX.forward.tsv and PREFIX.reverse.tsv.")
    ] = None,
) -> None:
    """How well the hub ranks, beside four plain baselines: nDCG@10 and MRR@10."""
    from app.benchmarks import quality as benchmark

    raise typer.Exit(benchmark.run(folder, taxonomy_dir, json=as_json, run_prefix=run))


def main() -> None:
    """The entry point: commands end with a status, and errors of use or of the world with one line."""
    from app.commands.output import one_line_errors

    with one_line_errors():
        app()
