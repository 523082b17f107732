"""Every failure leaves as problem+json; nothing internal leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.core.errors import Problem
from app.core.problems import common
from app.routers.support.dberrors import unavailable
from app.routers.support.strict import problem_of

if TYPE_CHECKING:
    from starlette.responses import Response

TOKEN_URL = "/v1/auth/token"  # noqa: S105  # a path
_OAUTH = {
    "invalid_grant", "invalid_client", "invalid_scope", "invalid_request", "unsupported_grant_type",
    "validation_failed",
}  # fmt: skip

log = structlog.get_logger(__name__)


def render(problem: Problem, request_id: str) -> JSONResponse:
    """The answer for `problem` (RFC 9457), in the caller's language."""
    kind = problem.kind
    body = {
        "type": f"/problems/{kind.code}",
        "title": str(kind.title),
        "status": kind.status,
        "detail": problem.detail,
        "code": kind.code,
        "request_id": request_id,
        **problem.extra,
    }
    if problem.errors:
        body["errors"] = [error.as_dict() for error in problem.errors]
    headers = {"Cache-Control": "no-store", **problem.headers}
    if kind.status == 401:  # noqa: PLR2004
        headers.setdefault("WWW-Authenticate", 'Bearer realm="hub", error="invalid_token"')
    return JSONResponse(body, kind.status, headers, media_type="application/problem+json")


def request_id_of(request: Request) -> str:
    """The id that the middleware gave this request."""
    return str(request.scope.get("hub.request_id", ""))


def allowed_methods(request: Request) -> set[str]:
    """The methods of every route that fits this path: one route alone would tell a part of them."""
    found: set[str] = set()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            found.add(method)
    # Outside of the routes there are only files to read.
    return found | {"HEAD"} if "GET" in found else found or {"GET", "HEAD"}


def _oauth(problem: Problem) -> JSONResponse:
    """An error of the token endpoint, in the form of RFC 6749, section 5.2."""
    headers = {**problem.headers, "Cache-Control": "no-store"}
    if problem.kind is common.VALIDATION_FAILED:
        told = " ".join(f"{error.pointer.strip('/')}: {error.message}" for error in problem.errors)
        return JSONResponse({"error": "invalid_request", "error_description": told}, 400, headers)
    if problem.kind.status == 401:  # noqa: PLR2004
        headers.setdefault("WWW-Authenticate", 'Basic realm="hub"')
    return JSONResponse({"error": problem.kind.code, "error_description": problem.detail}, problem.kind.status, headers)


def _answer(request: Request, problem: Problem) -> Response:
    if request.scope["path"] == TOKEN_URL and problem.kind.code in _OAUTH:
        return _oauth(problem)
    return render(problem, request_id_of(request))


def install(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> Response:
        return _answer(request, error)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        return _answer(request, problem_of(error))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        return render(_of_http(request, error), request_id_of(request))


def _of_http(request: Request, error: HTTPException) -> Problem:
    match error.status_code:
        case 404:
            return Problem(common.NOT_FOUND)
        case 405:
            allowed = ", ".join(sorted(allowed_methods(request)))
            return Problem(common.METHOD_NOT_ALLOWED, {"allowed": allowed}, headers={"Allow": allowed})
        case 413:
            limit = request.app.state.kit.settings.max_body_bytes
            return Problem(common.PAYLOAD_TOO_LARGE, {"limit": limit})
        case _:
            return Problem(common.BAD_REQUEST, {"reason": str(error.detail)})


def problem_of_failure(error: BaseException) -> Problem:
    """The problem for an error that nobody expected, logged with its stack."""
    known = unavailable(error)
    if known is not None:
        log.warning("unavailable", error=type(error).__name__)
        return known
    log.error("unhandled_error", exc_info=error)
    return Problem(common.INTERNAL_ERROR)
