"""The outermost layer: request id, language, access log, security headers, and an answer for every failure.

Pure ASGI. Starlette re-raises an unhandled error after answering, and uvicorn then drops the connection; an error that
is caught here leaves the connection whole.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import structlog
from starlette.datastructures import Headers, MutableHeaders

from app.core import clock
from app.core.errors import Problem
from app.core.i18n import language, negotiate, use_language
from app.core.problems.common import PAYLOAD_TOO_LARGE
from app.routers.support.handlers import problem_of_failure, render

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_QUIET = ("/healthz", "/readyz")


def _without_content(send: Send) -> Send:
    async def tell(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return tell


class Edge:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        """Wrap `app`; a body that announces more than `max_body_bytes` is refused unread."""
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] == "HEAD":
            # RFC 9110, section 9.3.2: HEAD is GET without the content.
            await self._serve({**scope, "method": "GET"}, receive, _without_content(send))
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(clock.new_id())
        scope["hub.request_id"] = request_id
        use_language(negotiate(headers.get("accept-language")))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 0
        begun = time.perf_counter()

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                out["X-Request-ID"] = request_id
                out.setdefault("Content-Language", language())
                for name, value in _SECURITY.items():
                    out.setdefault(name, value)
            await send(message)

        try:
            if (length := headers.get("content-length", "0")).isdigit() and int(length) > self.max_body_bytes:
                too_large = Problem(PAYLOAD_TOO_LARGE, {"limit": self.max_body_bytes})
                await render(too_large, request_id)(scope, receive, tell)
                return
            await self.app(scope, receive, tell)
        except Exception as error:  # the last net: whatever it is, the caller gets an answer
            if status == 0:
                await render(problem_of_failure(error), request_id)(scope, receive, tell)
            else:
                raise
        finally:
            if scope["path"] not in _QUIET:
                route = scope.get("route")
                log.info(
                    "request",
                    method=scope["method"],
                    operation=getattr(route, "operation_id", None) or "-",
                    status=status,
                    ms=round((time.perf_counter() - begun) * 1000, 1),
                )
