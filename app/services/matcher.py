"""The match index of this process, kept in step with the database.

Before every ranking `catch_up` reads the log of changes (one statement of about a millisecond where nothing
changed) and applies them; rankings run in a thread on an immutable snapshot. Costs: a changed vacancy is a small
new segment; a day's first reverse ranking, or a new taxonomy, reads all findable talents anew, O(talents); more
changes at once than the feed hands out one by one rebuild everything, O(vacancies).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.db import Database, WriteSession
from app.domain.certificates import local_date
from app.matching.index import Filters, MatchIndex, Ranking, TalentQuery
from app.matching.model import MODEL_VERSION, RankKey, TalentFacts, VacancyFacts, is_insufficient
from app.matching.points import IdfTable
from app.matching.talents import RankedTalent, TalentIndex, TalentRanking
from app.models.vacancies import Vacancy
from app.services import match_bulk, match_facts, match_versions
from app.services.change_feed import Batch, ChangeFeed
from app.services.match_versions import NO_TAXONOMY, Taxonomy

log = structlog.get_logger(__name__)

_HEADS = {
    "taxonomy": "SELECT max(id) FROM taxonomy_release",
    "idf": "SELECT id FROM idf_version WHERE active",
}


class _Turns:
    """Runs a job for many callers: each gets one that began after its call, and callers that wait share it."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._begun = 0
        self._done = 0

    async def run(self, job: Callable[[], Awaitable[None]]) -> None:
        """Return when a run that began after this call has ended well."""
        ticket = self._begun
        async with self._lock:
            if self._done > ticket:
                return
            self._begun += 1
            mine = self._begun
            await job()
            self._done = mine


@dataclass(frozen=True, slots=True)
class Basis:
    """What a ranking rests on. Taken together, so that explanations use what the ranking used."""

    idf: IdfTable
    taxonomy: Taxonomy

    @property
    def versions(self) -> tuple[str, int, int]:
        """The versions of model, idf and taxonomy."""
        return MODEL_VERSION, int(self.idf.version), self.taxonomy.version


@dataclass(eq=False)
class Matcher:
    """Owns both indexes of a process and follows the logs of changes."""

    database: Database
    ready: bool = field(init=False, default=False)
    index: MatchIndex = field(init=False, default_factory=MatchIndex)
    talents: TalentIndex = field(init=False, default_factory=TalentIndex)
    taxonomy: Taxonomy = field(init=False, default=NO_TAXONOMY)
    _vacancy_feed: ChangeFeed = field(init=False)
    _talent_feed: ChangeFeed = field(init=False)
    _vacancy_turns: _Turns = field(init=False, default_factory=_Turns)
    _talent_turns: _Turns = field(init=False, default_factory=_Turns)
    _talent_day: date | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Open the feeds."""
        self._vacancy_feed = ChangeFeed("vacancy_change", ("vacancy_id", "organization_id"), _HEADS)
        self._talent_feed = ChangeFeed("talent_change", ("talent_id",))

    async def load(self) -> None:
        """Build everything from the database; makes the first version of the idf table where there is none."""
        async with self.database.transaction() as session:
            await self._load_vacancies(session)
        self.ready = True

    async def _load_vacancies(self, session: WriteSession) -> None:
        await match_bulk.be_patient(session)
        await self._vacancy_feed.start(session)
        self.taxonomy = await match_versions.taxonomy(session)
        self._talent_day = None
        columns = await match_bulk.vacancy_columns(session, clock.today())
        idf = await match_versions.active_idf(session)
        if idf is None:
            await match_versions.hold_idf(session)
            idf = await match_versions.active_idf(session)
        if idf is None:
            counted = await asyncio.to_thread(match_versions.count, columns)
            await match_versions.put_idf(session, counted)
            idf = await match_versions.active_idf(session)
        await asyncio.to_thread(self.index.load, columns, idf)
        log.info("match_index_loaded", vacancies=len(self.index))

    # --- vacancies ----------------------------------------------------------------------------------------

    async def catch_up(self, session: AsyncSession | None = None) -> Basis:
        """Apply every change that was committed before this call, and return what rankings rest on now.

        `session`: a caller's session that has changed nothing; one of its own otherwise. Concurrent calls run one
        after the other, and those that wait share one run.
        """
        if session is None:
            async with self.database.read() as own:
                return await self.catch_up(own)
        await self._vacancy_turns.run(lambda: self._follow_vacancies(session))
        return Basis(self.index.idf, self.taxonomy)

    async def _follow_vacancies(self, session: AsyncSession) -> None:
        batch = await self._vacancy_feed.read(session)
        if not batch.complete:
            async with self.database.transaction() as patient:
                await self._load_vacancies(patient)
            return
        if (batch.extra["taxonomy"] or 0) != self.taxonomy.version:
            self.taxonomy = await match_versions.taxonomy(session)
            self._talent_day = None
        if str(batch.extra["idf"]) != self.index.idf.version:
            idf = await match_versions.active_idf(session)
            if idf is not None:
                await asyncio.to_thread(self.index.use, idf)
        await self._apply(session, batch)
        self._vacancy_feed.accept(batch)

    async def _apply(self, session: AsyncSession, batch: Batch) -> None:
        changed = set(batch.changed["vacancy_id"])
        if employers := batch.changed["organization_id"]:
            query = select(Vacancy.id).where(Vacancy.organization_id.in_(employers), Vacancy.status == "published")
            changed |= set(await session.scalars(query))
        if not changed:
            return
        found = await match_facts.vacancies(session, changed)
        gone = [key for key in changed if key not in found]
        await asyncio.to_thread(self.index.apply, list(found.values()), gone)

    async def rank(
        self,
        basis: Basis,
        talent: TalentFacts,
        k: int,
        filters: Filters,
        after: RankKey | None = None,
        min_score: int = 0,
    ) -> Ranking:
        """Rank in a thread; the snapshot of the index at the time of the call, never a changing one."""

        def run() -> Ranking:
            query = TalentQuery.of(talent, basis.taxonomy.relatedness)
            return self.index.rank(query, k, filters, after, min_score)

        return await asyncio.to_thread(run)

    # --- talents ------------------------------------------------------------------------------------------

    async def catch_up_talents(self, session: AsyncSession, as_of: datetime) -> None:
        """Apply every change of a talent that was committed before this call, as things are on the day of `as_of`.

        Certificates, licences and experience depend on the day, so a new day reads all findable talents anew.
        """
        await self._talent_turns.run(lambda: self._follow_talents(session, as_of))

    async def _follow_talents(self, session: AsyncSession, as_of: datetime) -> None:
        today = local_date(as_of)
        if self._talent_day == today:
            batch = await self._talent_feed.read(session)
            if batch.complete:
                await self._apply_talents(session, batch.changed["talent_id"], as_of)
                self._talent_feed.accept(batch)
                return
        async with self.database.transaction() as patient:
            await match_bulk.be_patient(patient)
            await self._talent_feed.start(patient)
            taxonomy = self.taxonomy
            visible = await match_facts.visible_talents(patient)
            rows = await match_facts.talents(patient, visible, as_of, taxonomy.proves)
        self.talents.relatedness = taxonomy.relatedness
        facts = [(key, row.facts) for key, row in rows.items() if _ranked(row)]
        await asyncio.to_thread(self.talents.load, facts)
        self._talent_day = today

    async def _apply_talents(self, session: AsyncSession, changed: Collection[UUID], as_of: datetime) -> None:
        if not changed:
            return
        rows = await match_facts.talents(session, changed, as_of, self.taxonomy.proves)
        found = {key: row.facts for key, row in rows.items() if _ranked(row)}
        gone = [key for key in changed if key not in found]
        await asyncio.to_thread(self.talents.apply, list(found.items()), gone)

    async def rank_talents(
        self, basis: Basis, vacancy: VacancyFacts, k: int, after: RankedTalent | None = None, min_score: int = 0
    ) -> TalentRanking:
        """Rank the findable talents for a vacancy in a thread."""
        return await asyncio.to_thread(self.talents.rank, vacancy, basis.idf, k, after, min_score)


def _ranked(talent: match_facts.Talent) -> bool:
    return talent.findable and not is_insufficient(talent.facts)
