"""`hub match`: a talent's ranking in the terminal, by the same use case that answers the API."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from sqlalchemy import or_, select

from app.commands import house, schema, serving
from app.commands.demo import ranking_table
from app.commands.output import CommandError, console
from app.core.actor import Actor
from app.core.config import Settings
from app.core.db import Database
from app.core.errors import Problem
from app.core.i18n import use_language
from app.core.kit import Kit
from app.core.permissions import Permission
from app.models.identity import UserAccount
from app.schemas.matches import MatchPage
from app.services import matches
from app.services.match_pages import Asked
from app.services.matcher import Matcher


def run(who: str, limit: int, data_dir: Path | None) -> None:
    """Rank vacancies for the account `who` (e-mail address or id) and show the first `limit`."""
    settings = house.read_settings(data_dir)
    serving.stop_on_signals()
    with house.open_house(settings, house.Secret.GIVEN, join=True) as opened:
        asyncio.run(schema.require_current(opened))
        page = asyncio.run(_rank(opened, who, limit))
    items = [item.model_dump(mode="json") for item in page.items]
    console.print(ranking_table(f"Vacancies for {who}, best first", items))
    console.print(
        f"model {page.model_version}, idf {page.idf_version}, taxonomy {page.taxonomy_version}, "
        f"as of {page.as_of:%Y-%m-%d %H:%M:%S} UTC",
        highlight=False,
    )


async def _rank(settings: Settings, who: str, limit: int) -> MatchPage:
    use_language("en")
    database = Database.from_settings(settings)
    try:
        async with database.read() as session:
            same = UserAccount.email == who.strip().lower()
            with suppress(ValueError):
                same = or_(same, UserAccount.id == UUID(who))
            person = await session.scalar(select(UserAccount.id).where(same))
        if person is None:
            message = f"no account is known as {who}"
            raise CommandError(message)
        matcher = Matcher(database)
        await matcher.load()
        actor = Actor(user_id=person, client_id=None, permissions=frozenset({Permission.MATCHES_READ}))
        async with database.read() as session:
            return await matches.for_me(session, Kit.from_settings(settings), matcher, actor, Asked(limit=limit))
    except Problem as problem:
        message = f"{who} cannot be ranked: {problem.kind.title}"
        raise CommandError(message) from problem
    finally:
        await database.dispose()
