"""Health checks and the documentation of problems."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Request, Response

from app.core.errors import REGISTRY, Problem
from app.core.problems.common import NOT_FOUND
from app.routers.support.deps import DatabaseDep
from app.routers.support.operation import operation
from app.routers.support.route import HubRoute
from app.schemas.system import Alive, ProblemDoc, Ready
from app.services import system as service

router = APIRouter(tags=["system"], route_class=HubRoute)
log = structlog.get_logger(__name__)


@router.get("/healthz", **operation("system.health", "Is the process alive", cache="none"))
async def health() -> Alive:
    """Answers without touching anything else."""
    return Alive(status="ok")


@router.get(
    "/readyz",
    responses={503: {"model": Ready, "description": "Not ready"}},
    **operation("system.readiness", "Can the process serve", cache="none"),
)
async def readiness(request: Request, database: DatabaseDep, response: Response) -> Ready:
    """Database within reach, migrations at the head that this code needs, match index loaded."""
    reachable = migrated = False
    try:
        async with database.aside() as session:
            migrated = await service.database_head(session) == service.expected_head()
            reachable = True
    except Exception as error:  # noqa: BLE001  # any failure means: not ready
        log.warning("not_ready", error=type(error).__name__)
    index = bool(request.app.state.matcher.ready)
    ok = reachable and migrated and index
    response.status_code = 200 if ok else 503
    return Ready(status="ready" if ok else "not_ready", database=reachable, migrations=migrated, index=index)


@router.get(
    "/problems/{code}",
    **operation("system.get_problem", "What a problem means", problems=[NOT_FOUND], cache="reference"),
)
async def get_problem(
    code: Annotated[str, Path(description="Code of a problem", max_length=80, examples=["validation_failed"])],
) -> ProblemDoc:
    """The `type` of every problem points here."""
    kind = REGISTRY.get(code)
    if kind is None:
        raise Problem(NOT_FOUND)
    return ProblemDoc(code=kind.code, status=kind.status, title=str(kind.title), detail=str(kind.detail))
