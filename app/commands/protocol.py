"""HTTP/1.1 with a deadline for the head of a request.

uvicorn limits how long a connection may idle between requests, and not how long a client may take to send
one: a few hundred clients that send a byte now and then would hold every slot.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0


class DeadlineProtocol(HttpToolsProtocol):
    """Closes a connection whose next request head is not complete `HEAD_SECONDS` after it could begin."""

    head_seconds = HEAD_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """A new connection has to say something."""
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """The timer ends with the connection."""
        self._disarm()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A further request on this connection began."""
        super().on_message_begin()
        self._arm()

    def on_headers_complete(self) -> None:
        """The head is there; what follows is bounded by the application."""
        self._disarm()
        super().on_headers_complete()

    def _arm(self) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(self.head_seconds, self._close)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close(self) -> None:
        transport: Any = self.transport
        if not transport.is_closing():
            transport.close()
