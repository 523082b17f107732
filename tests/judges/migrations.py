"""The migrations as a judge sees them: up, down and up again leave one schema, and it is the models' own."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.embedded_postgres import THROWAWAY_SETTINGS, EmbeddedPostgres
from app.services.system import alembic_config

# Everything that a migration can make, in words that do not depend on the order of making.
_CATALOGUE = """
SELECT 'column', table_name, column_name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'function', proname, '', prosrc FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'type', typname, typtype::text, '' FROM pg_type
  WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
UNION ALL SELECT 'sequence', sequencename, data_type::text, '' FROM pg_sequences WHERE schemaname = 'public'
ORDER BY 1, 2, 3, 4
"""

Schema = list[tuple[str, ...]]


async def judge(url: str) -> list[str]:
    """What is wrong with the migrations of the empty database at `url`, one line each."""
    engine = create_async_engine(url, poolclass=NullPool)
    config = alembic_config()

    def migrate(connection: Connection, target: str) -> None:
        config.attributes["connection"] = connection
        if target == "check":
            command.check(config)
        elif target == "base":
            command.downgrade(config, target)
        else:
            command.upgrade(config, target)

    async def step(target: str) -> Schema:
        async with engine.begin() as connection:
            await connection.run_sync(migrate, target)
            return [tuple(row) for row in await connection.execute(text(_CATALOGUE))]

    try:
        first = await step("head")
        await step("check")
        left = [row for row in await step("base") if row[1] != "alembic_version"]
        second = await step("head")
    finally:
        await engine.dispose()
    wrong = [f"the downgrade leaves {' '.join(row)}" for row in left]
    wrong += [f"only after the first upgrade: {' '.join(row)}" for row in first if row not in second]
    wrong += [f"only after the second upgrade: {' '.join(row)}" for row in second if row not in first]
    return wrong


def main() -> int:
    """Judge the migrations on a server of their own; 1 where anything is wrong."""
    with (
        tempfile.TemporaryDirectory(prefix="hub-migrations-") as folder,
        EmbeddedPostgres(Path(folder) / "hub", settings=THROWAWAY_SETTINGS) as server,
    ):
        wrong = asyncio.run(judge(server.url))
    for line in wrong:
        sys.stderr.write(line + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
