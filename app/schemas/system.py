"""Health of the process."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.common import Output


class Alive(Output):
    """The process runs."""

    status: Literal["ok"]


class Ready(Output):
    """Whether the process can serve."""

    status: Annotated[Literal["ready", "not_ready"], Field(description="Ready when every check is true")]
    database: bool
    migrations: bool
    index: bool


class ProblemDoc(Output):
    """What a problem code means."""

    code: str
    status: int
    title: str
    detail: str
