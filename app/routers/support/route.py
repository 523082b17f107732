"""The route class of every operation: strict input, one transaction, retries, ETag and caching.

The transaction is owned here and not by a `yield` dependency: the answer must be serialised before the commit (it is
kept under its Idempotency-Key in the same transaction), and a serialisation failure must run the whole request again.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from app.core.errors import Problem
from app.core.problems.common import PRECONDITION_FAILED
from app.routers.support.dberrors import constraint_problem, is_retryable
from app.routers.support.strict import (
    StrictRequest,
    check_form,
    check_media_type,
    check_query,
    problem_of,
    query_names,
)
from app.routers.support.unit import Replay, UnitOfWork

_ATTEMPTS = 5
_CACHE = {
    "none": "no-store",
    "private": "private, no-store",
    "public": "public, max-age=60, stale-if-error=600",
    "reference": "public, max-age=86400, stale-if-error=604800",
}
_FORM = "application/x-www-form-urlencoded"


class HubRoute(APIRoute):
    """An operation of the hub."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler in a unit of work."""
        inner = super().get_route_handler()
        known = query_names(self.dependant)
        extra = self.openapi_extra or {}
        cache = _CACHE[extra.get("x-cache", "private")]
        expects = None
        if self.body_field is not None:
            expects = _FORM if "Form" in type(self.body_field.field_info).__name__ else "application/json"
        reads = self.methods is not None and "GET" in self.methods

        async def handle(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            check_query(strict, known)
            if expects is not None:
                check_media_type(strict, expects)
            if expects == _FORM:
                check_form(await strict.form())
            response = await _in_transaction(inner, strict)
            response.headers.setdefault("Cache-Control", cache)
            response.headers["Vary"] = "Accept-Language, Authorization, Accept-Encoding"
            return _conditional(strict, response) if reads else _tagged(response)

        return handle


async def _in_transaction(
    inner: Callable[[Request], Coroutine[Any, Any, Response]], request: StrictRequest
) -> Response:
    """Run the handler in one transaction; run it again where the database asks for that."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await _once(inner, request)
        except DBAPIError as error:
            if not is_retryable(error) or attempt == _ATTEMPTS:
                raise constraint_problem(error) or error from error
        await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  # jitter, not a secret
    raise AssertionError  # the last attempt returned or raised


async def _once(inner: Callable[[Request], Coroutine[Any, Any, Response]], request: StrictRequest) -> Response:
    unit = UnitOfWork(request.app.state.database)
    request.state.unit = unit
    try:
        response = await inner(request)
        unit.keep(response)
        await unit.commit()
    except Replay as replay:
        return replay.response
    except RequestValidationError as error:
        raise problem_of(error) from error
    except Problem as problem:
        if problem.keep_changes:
            await unit.commit()
        raise
    except StaleDataError as error:
        raise Problem(PRECONDITION_FAILED) from error
    else:
        return response
    finally:
        await unit.close()


def _tagged(response: Response) -> Response:
    """Complete the ETag of a versioned answer with a digest of its bytes, which makes it strong."""
    version = response.headers.get("etag")
    if version is not None and hasattr(response, "body"):
        digest = hashlib.sha256(response.body).hexdigest()[:16]
        response.headers["ETag"] = f'"{version.strip(chr(34))}.{digest}"'
    return response


def _conditional(request: Request, response: Response) -> Response:
    """Tag a successful read and answer 304 where the caller holds it already."""
    if response.status_code != 200 or not hasattr(response, "body"):  # noqa: PLR2004
        return response
    response.headers.setdefault("ETag", '"0"')
    _tagged(response)
    held = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if response.headers["ETag"] not in held and "*" not in held:
        return response
    kept = ("etag", "cache-control", "vary", "content-language", "ratelimit", "ratelimit-policy")
    return Response(status_code=304, headers={k: v for k, v in response.headers.items() if k in kept})
