"""`hub grant`: roles from the terminal, for the first administrator of a hub."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import ValidationError

from app.commands import house, schema, serving
from app.commands.output import MISUSED, CommandError, console
from app.core.actor import SYSTEM
from app.core.config import Settings
from app.core.db import Database
from app.core.errors import Problem
from app.core.i18n import use_language
from app.schemas.administration import RolesIn
from app.services import administration


def run(who: str, roles: list[str], regions: list[str], data_dir: Path | None) -> None:
    """Give the account `who` (e-mail or phone) these roles and no others."""
    try:
        wanted = RolesIn.model_validate({"roles": roles, "regions": regions})
    except ValidationError as error:
        message = "roles are talent, officer, analyst and admin"
        raise CommandError(message, MISUSED) from error
    settings = house.read_settings(data_dir)
    serving.stop_on_signals()
    with house.open_house(settings, house.Secret.UNUSED, join=True) as opened:
        asyncio.run(schema.require_current(opened))
        held = asyncio.run(_grant(opened, who, wanted))
    console.print(f"{who} is now: {', '.join(held) or 'without a role'}", highlight=False)


async def _grant(settings: Settings, who: str, wanted: RolesIn) -> list[str]:
    use_language("en")
    database = Database.from_settings(settings)
    try:
        async with database.transaction() as session:
            user = await administration.find_user(session, who)
            return list((await administration.set_roles(session, SYSTEM, user.id, wanted)).roles)
    except Problem as problem:
        reasons = "; ".join(error.message for error in problem.errors) or problem.detail
        message = f"{who} cannot be given these roles: {reasons}"
        raise CommandError(message) from problem
    finally:
        await database.dispose()
