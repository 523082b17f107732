"""`hub demo`: from nothing to a ranking that explains itself."""

from __future__ import annotations

import asyncio
import csv
import functools
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
from rich.markup import escape
from rich.table import Table

from app.commands import house, schema, serving
from app.commands.output import CommandError, console, notes
from app.core.config import Settings
from app.core.db import Database, make_engine
from app.core.kit import Kit
from app.data.demo import PARTNER_SECRET, PASSWORD

TALENT = "talent@demo.example"
_TOP = 5
_SHOWN_REASONS = 3
_FACTORS = {
    "skills": ("skill", "unspecified"),
    "certificates": ("certificate",),
    "experience": ("experience",),
    "education": ("education",),
    "location": ("location",),
    "pay": ("salary",),
}


def run(host: str, port: int, data_dir: Path | None) -> None:
    """Migrate, seed once, serve with the periodic jobs until a signal; see `hub demo --help`."""
    settings = house.read_settings(data_dir)
    listener = serving.listen(host, port)
    base = serving.base_url(host, listener)
    changes: dict[str, Any] = {"demo": True}
    if "public_base_url" not in settings.model_fields_set:
        changes["public_base_url"] = base
    if "log_format" not in settings.model_fields_set:
        changes["log_format"] = "console"
    if "log_level" not in settings.model_fields_set:
        changes["log_level"] = "WARNING"  # the terminal belongs to the report
    serving.stop_on_signals()
    with listener, house.open_house(settings.model_copy(update=changes), house.Secret.KEPT) as opened:
        with notes.status("Preparing the database") if notes.is_terminal else console.capture():
            asyncio.run(prepare(opened))
        serving.serve_here(opened, listener, worker=True, started=functools.partial(_report, base))


async def prepare(settings: Settings) -> None:
    """Schema, reference data and the demo's records; quick where they are there already."""
    await schema.prepare(settings)
    await schema.check_secret(settings)
    if await schema.holds_people(settings) and not await schema.holds_demo(settings):
        message = "this database holds accounts that are not the demo's; the demo does not mix with them"
        raise CommandError(message)
    await seed(settings)


async def seed(settings: Settings) -> bool:
    """The demo's records, once; whether anything was written."""
    from app.services.demo_seed import seed_demo  # noqa: PLC0415  # needed once in the life of a database

    engine = make_engine(str(settings.database_url), settings, pool_size=2, patient=True)
    try:
        return await seed_demo(Database(engine), Kit.from_settings(settings))
    finally:
        await engine.dispose()


async def _report(base: str) -> None:
    """Ask the server as any client would, and show what it answers and how to ask for it."""
    console.print(f"\n[bold]The hub is running.[/] Swagger UI: [link={base}/docs]{base}/docs[/]   (Ctrl-C stops it)\n")
    console.print(_accounts())
    try:
        items = await _ranking(base)
    except (httpx.HTTPError, KeyError) as error:
        notes.print(f"hub: the ranking of {TALENT} could not be had: {error}", markup=False, highlight=False)
        return
    console.print(ranking_table(f"Vacancies for {TALENT}, best first", items))
    console.print("✓ verified by a certificate in force\n\nThe same by curl (or in Swagger UI, Authorize):\n")
    console.print(_curl(base), markup=False, highlight=False, soft_wrap=True)


async def _ranking(base: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=base, timeout=30, trust_env=False) as client:
        grant = {"grant_type": "password", "username": TALENT, "password": PASSWORD}
        token = (await client.post("/v1/auth/token", data=grant)).raise_for_status().json()["access_token"]
        answer = await client.get(
            "/v1/me/matches/vacancies",
            params={"limit": _TOP},
            headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
        )
        items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
        return items


def _accounts() -> Table:
    table = Table(title="Demo accounts", title_justify="left")
    for column in ("sign in as", "password", "who"):
        table.add_column(column, no_wrap=column != "who")
    for account in _records("accounts.csv"):
        table.add_row(account["email"], PASSWORD, escape(account["display_name"]))
    for partner in _records("partners.csv"):
        who = f"{partner['name']} (client credentials)"
        table.add_row(partner["client_id"], PARTNER_SECRET, escape(who))
    return table


def _records(name: str) -> list[dict[str, str]]:
    text = resources.files("app.data").joinpath("demo", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def ranking_table(title: str, items: Sequence[Mapping[str, Any]]) -> Table:
    """Ranked vacancies, as the API answers them, with their strongest reasons."""
    table = Table(title=title, title_justify="left", show_lines=True)
    table.add_column("#", justify="right")
    table.add_column("score", justify="right")
    table.add_column("vacancy")
    table.add_column("why")
    for item in items:
        vacancy = item["vacancy"]
        lines = [vacancy["title"], f"{vacancy['employer']['name']} · {vacancy['region']['label']}"]
        table.add_row(str(item["rank"]), f"{item['score']:.3f}", escape("\n".join(lines)), escape(reasons(item)))
    return table


def reasons(item: Mapping[str, Any]) -> str:
    """Why an item stands where it does: closed gates, then each factor's share with the skills that pay most in it."""
    told = [
        "needs " + " or ".join(option["label"] for option in gate["alternatives"])
        for gate in item["gates"]
        if not gate["met"]
    ]
    for factor, kinds in _FACTORS.items():
        paid = [c for c in item["contributions"] if c["kind"] in kinds and c["points"]]
        if not paid:
            continue
        best = [_reason(c) for c in sorted(paid, key=lambda c: -c["points"])[:_SHOWN_REASONS] if c["code"]]
        more = ", ..." if best and len(paid) > len(best) else ""
        share = f"{factor} {_percent(sum(c['points'] for c in paid))}"
        told.append(f"{share} ({', '.join(best)}{more})" if best else share)
    return "; ".join(told)


def _reason(contribution: Mapping[str, Any]) -> str:
    via, verified = contribution["via"], contribution["evidence"] == "verified"
    through = f" (by {via['label']})" if via and via["label"] != contribution["label"] else ""
    return f"{contribution['label']}{through}{' ✓' if verified else ''} {_percent(contribution['points'])}"


def _percent(points: int) -> str:
    return f"{points / 10_000:.1f}%"


def _curl(base: str) -> str:
    return (
        f"TOKEN=$(curl -s {base}/v1/auth/token -d grant_type=password -d username={TALENT} "
        f'-d password={PASSWORD} | sed \'s/.*"access_token":"\\([^"]*\\)".*/\\1/\')\n'
        f'curl -s -H "Authorization: Bearer $TOKEN" "{base}/v1/me/matches/vacancies?limit={_TOP}"\n'
    )
