"""Middleware that checks the host name of each request and sets security headers."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..messages.message import say
from .workers.worker_answer import STOPPED

LOG: Final = logging.getLogger("taawun.server")
LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
#: For responses other than our pages: no scripts, no framing.
_POLICY: Final = (
    b"content-security-policy",
    b"default-src 'none'; frame-ancestors 'none'; sandbox",
)


class Guard:
    """Refuses requests for an unknown host name, sets security headers and logs each request.

    With DNS rebinding, a foreign page can point its own host name at this machine and read the
    answers; its requests carry that name in Host. The log has one line per request, without the
    query, which may be confidential.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app, self._names = app, frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status = size = 0

        async def guarded(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                given = message.get("headers", ())
                has_policy = any(name == _POLICY[0] for name, _ in given)
                message["headers"] = [*given, *_HEADERS, *(() if has_policy else (_POLICY,))]
            size += len(message.get("body", b""))
            await send(message)

        try:
            await self._chosen(scope)(scope, receive, guarded)
        finally:
            milliseconds = round((time.monotonic() - started) * 1000)
            told = (
                scope["client"][0] if scope["client"] else "-",
                scope["method"],
                scope["path"].encode("unicode_escape").decode(),
                status or "-",
                size,
                milliseconds,
                scope.get(STOPPED, "") if status else "client hung up",
            )
            LOG.info("%s %s %s %s %d bytes %d ms %s", *told)

    def _chosen(self, scope: Scope) -> ASGIApp:
        named = (value for name, value in scope["headers"] if name == b"host")
        host = next(named, b"").decode("latin-1").lower()
        name, colon, port = host.rpartition(":")
        bare = name if colon and port.isdecimal() else host
        if bare in self._names:
            return self._app
        return PlainTextResponse(f"{say('host-unknown', 'en', names=sorted(self._names))}\n", 421)
