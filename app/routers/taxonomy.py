"""Reference data over HTTP: public, cached long, searchable in both languages."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from app.core.problems.common import INVALID_CURSOR, NOT_FOUND
from app.core.problems.taxonomy import UNKNOWN_CODE_LIST
from app.routers.support.deps import KitDep, ReadDep
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.common import CodeLabel, CursorText, Limit, PageOut
from app.schemas.taxonomy import EntryPage, IndustryOut, OccupationOut, RegionOut, SchemeOut, SkillOut
from app.services import taxonomy as service

router = APIRouter(prefix="/v1/taxonomy", tags=["taxonomy"], route_class=HubRoute)

Wanted = Annotated[
    str | None,
    Query(
        min_length=1, max_length=80, description="A word or its beginning, with or without typos, in either language"
    ),
]
PageSize = Annotated[Limit, Query()]
Cursor = Annotated[CursorText | None, Query()]
SkillCode = Annotated[str, Path(max_length=120, examples=["SK-0001"], description="Code of the skill")]
OccupationCode = Annotated[str, Path(max_length=120, examples=["2513"], description="KBJI code")]
RegionCode = Annotated[str, Path(max_length=20, examples=["32"], description="Wilayah code")]
IndustryId = Annotated[str, Path(max_length=20, examples=["2020:62"], description="edition:code")]
SchemeCode = Annotated[str, Path(max_length=120, examples=["SKM-0001"], description="Code of the scheme")]


@router.get("/skills", **operation("taxonomy.list_skills", "Find skills", problems=[INVALID_CURSOR], cache="reference"))
async def list_skills(
    session: ReadDep,
    kit: KitDep,
    q: Wanted = None,
    kind: Annotated[str | None, Query(max_length=40, description="Only this sort of skill")] = None,
    limit: PageSize = 20,
    cursor: Cursor = None,
) -> EntryPage:
    """Skills by label or alias in Indonesian or English, the best first; all of them without `q`."""
    return await service.find(session, kit, "skill", q, {"kind": kind}, limit, cursor)


@router.get("/skills/{code}", **operation("taxonomy.get_skill", "A skill", problems=[NOT_FOUND], cache="reference"))
async def get_skill(code: SkillCode, session: ReadDep) -> SkillOut:
    """A skill with its labels, aliases, and broader, narrower and related skills."""
    return await service.skill(session, code)


@router.get(
    "/skills/{code}/children",
    **operation("taxonomy.list_skill_children", "Narrower skills", problems=[NOT_FOUND], cache="reference"),
)
async def list_skill_children(code: SkillCode, session: ReadDep) -> EntryPage:
    """The skills directly below this one."""
    return await service.children(session, "skill", code)


@router.get(
    "/skills/{code}/related",
    **operation("taxonomy.list_related_skills", "Related skills", problems=[NOT_FOUND], cache="reference"),
)
async def list_related_skills(code: SkillCode, session: ReadDep) -> PageOut[CodeLabel]:
    """Skills that the taxonomy relates to this one."""
    return PageOut[CodeLabel](items=(await service.skill(session, code)).related, next_cursor=None)


@router.get(
    "/occupations",
    **operation("taxonomy.list_occupations", "Find occupations", problems=[INVALID_CURSOR], cache="reference"),
)
async def list_occupations(
    session: ReadDep,
    kit: KitDep,
    q: Wanted = None,
    level: Annotated[int | None, Query(ge=1, le=5, description="1 major group to 4 unit group, 5 below")] = None,
    limit: PageSize = 20,
    cursor: Cursor = None,
) -> EntryPage:
    """Occupations (KBJI) by label or alias, the best first."""
    return await service.find(session, kit, "occupation", q, {"level": level}, limit, cursor)


@router.get(
    "/occupations/{code}",
    **operation("taxonomy.get_occupation", "An occupation", problems=[NOT_FOUND], cache="reference"),
)
async def get_occupation(code: OccupationCode, session: ReadDep) -> OccupationOut:
    """An occupation with its essential and preferred skills."""
    return await service.occupation(session, code)


@router.get(
    "/occupations/{code}/children",
    **operation("taxonomy.list_occupation_children", "Occupations below", problems=[NOT_FOUND], cache="reference"),
)
async def list_occupation_children(code: OccupationCode, session: ReadDep) -> EntryPage:
    """The groups or occupations directly below this one."""
    return await service.children(session, "occupation", code)


@router.get(
    "/regions", **operation("taxonomy.list_regions", "Find regions", problems=[INVALID_CURSOR], cache="reference")
)
async def list_regions(
    session: ReadDep,
    kit: KitDep,
    q: Wanted = None,
    level: Annotated[int | None, Query(ge=1, le=4, description="1 province, 2 regency or city")] = None,
    parent: Annotated[str | None, Query(max_length=20, description="Only those directly below this region")] = None,
    limit: PageSize = 20,
    cursor: Cursor = None,
) -> EntryPage:
    """Provinces, regencies and cities by name, the best first."""
    return await service.find(session, kit, "region", q, {"level": level, "parent_code": parent}, limit, cursor)


@router.get("/regions/{code}", **operation("taxonomy.get_region", "A region", problems=[NOT_FOUND], cache="reference"))
async def get_region(code: RegionCode, session: ReadDep) -> RegionOut:
    """A region with the one above it."""
    return await service.region(session, code)


@router.get(
    "/regions/{code}/children",
    **operation("taxonomy.list_region_children", "Regions below", problems=[NOT_FOUND], cache="reference"),
)
async def list_region_children(code: RegionCode, session: ReadDep) -> EntryPage:
    """The regions directly below this one."""
    return await service.children(session, "region", code)


@router.get(
    "/industries",
    **operation("taxonomy.list_industries", "Find industries", problems=[INVALID_CURSOR], cache="reference"),
)
async def list_industries(
    session: ReadDep,
    kit: KitDep,
    q: Wanted = None,
    edition: Annotated[Literal["2020", "2025"] | None, Query(description="Edition of KBLI")] = None,
    limit: PageSize = 20,
    cursor: Cursor = None,
) -> EntryPage:
    """Industries (KBLI) by label, the best first."""
    return await service.find(session, kit, "industry", q, {"edition": edition}, limit, cursor)


@router.get(
    "/industries/{industry_id}",
    **operation("taxonomy.get_industry", "An industry", problems=[NOT_FOUND], cache="reference"),
)
async def get_industry(industry_id: IndustryId, session: ReadDep) -> IndustryOut:
    """A KBLI entry in one edition."""
    return await service.industry(session, industry_id)


@router.get(
    "/industries/{industry_id}/children",
    **operation("taxonomy.list_industry_children", "Industries below", problems=[NOT_FOUND], cache="reference"),
)
async def list_industry_children(industry_id: IndustryId, session: ReadDep) -> EntryPage:
    """The entries directly below this one."""
    return await service.children(session, "industry", industry_id)


@router.get(
    "/schemes",
    **operation("taxonomy.list_schemes", "Find certification schemes", problems=[INVALID_CURSOR], cache="reference"),
)
async def list_schemes(
    session: ReadDep,
    kit: KitDep,
    q: Wanted = None,
    occupation: Annotated[str | None, Query(max_length=120, description="Only schemes for this occupation")] = None,
    limit: PageSize = 20,
    cursor: Cursor = None,
) -> EntryPage:
    """Certification schemes by label, the best first."""
    return await service.find(session, kit, "scheme", q, {"occupation_code": occupation}, limit, cursor)


@router.get(
    "/schemes/{code}",
    **operation("taxonomy.get_scheme", "A certification scheme", problems=[NOT_FOUND], cache="reference"),
)
async def get_scheme(code: SchemeCode, session: ReadDep) -> SchemeOut:
    """A scheme with its units, and the skills that each proves."""
    return await service.scheme(session, code)


@router.get(
    "/code-lists/{name}",
    **operation("taxonomy.get_code_list", "A small code list", problems=[UNKNOWN_CODE_LIST], cache="reference"),
)
async def get_code_list(
    name: Annotated[str, Path(max_length=40, examples=["education"], description="Name of the list")],
) -> PageOut[CodeLabel]:
    """Education, work relation, arrangement, language, licence, accommodation or benefit codes with labels."""
    return PageOut[CodeLabel](items=service.code_list(name), next_cursor=None)
