"""The demo's seed: written once, whole, and in every state."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.db import BoundDatabase
from app.core.kit import Kit
from app.domain.certificates import effective_status
from app.domain.lifecycles import CertificateStatus
from app.models import Application, Certificate, OrganizationScheme, TalentProfile, UserAccount, Vacancy
from app.services.demo_seed import seed_demo


async def counts(session: AsyncSession, column: object) -> dict[str, int]:
    rows = await session.execute(select(column, func.count()).group_by(column))  # type: ignore[call-overload]  # a mapped column
    return dict(rows.all())


async def test_the_demo_is_seeded_once_and_holds_what_it_promises(database: BoundDatabase, kit: Kit) -> None:
    assert await seed_demo(database, kit)
    assert not await seed_demo(database, kit)
    async with database.read() as session:
        vacancies = await counts(session, Vacancy.status)
        assert vacancies["published"] >= 300
        assert len(vacancies) == 11, "every state of the lifecycle"
        published = (await session.scalars(select(Vacancy).where(Vacancy.status == "published"))).all()
        assert len({row.occupation_code for row in published}) >= 25
        assert len({row.region_code[:2] for row in published}) == 38
        assert len({row.organization_id for row in published}) >= 12
        assert (await session.scalar(select(func.count()).select_from(TalentProfile)) or 0) >= 60
        states = {
            effective_status(CertificateStatus(row.status), row.valid_until, clock.now()).value
            for row in await session.scalars(select(Certificate))
        }
        assert states == {"active", "expiring", "expired", "suspended", "revoked", "superseded"}
        schemes = select(func.count(func.distinct(OrganizationScheme.scheme_id)))
        assert (await session.scalar(schemes) or 0) >= 10
        assert len(await counts(session, Application.status)) == 10
        demo = select(func.count()).select_from(UserAccount).where(UserAccount.email.like("%@demo.example"))
        assert await session.scalar(demo) == 10
