"""The web application: which address is answered by what."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from .endpoint import Endpoint
from .guard import LOOPBACK, Guard
from .limits import Limits
from .pool import Pool, Served

_METHODS: Final = ["GET", "HEAD", "POST"]
#: Pages on this machine may read answers from a server that is not public.
_LOCAL_PAGES: Final = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"


def application(served: Served, limits: Limits, public: tuple[str, ...] = ()) -> Starlette:
    """The application over a built store. ``public`` are the names under which others reach it.

    A server with a public name lets the pages of any site read its answers; another one only
    pages on this machine.
    """
    pool = Pool(served, limits)

    @asynccontextmanager
    async def working(_: Starlette) -> AsyncIterator[None]:
        await pool.open()
        yield
        await pool.close()

    endpoint = Endpoint(pool, limits)
    cors = {"allow_origins": ["*"]} if public else {"allow_origin_regex": _LOCAL_PAGES}
    return Starlette(
        routes=[
            Route("/sparql", endpoint.__call__, methods=_METHODS),
            Route("/sparql/", endpoint.__call__, methods=_METHODS),
            Route("/health", _health),
        ],
        middleware=[
            Middleware(Guard, names=(*LOOPBACK, *public)),
            Middleware(CORSMiddleware, allow_methods=_METHODS, allow_headers=["*"], **cors),
        ],
        exception_handlers={500: _broken},
        lifespan=working,
    )


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _broken(_: Request, error: Exception) -> Response:
    """What a client sees of a fault of ours; the operator reads the rest in the log."""
    logging.getLogger("taawun.server").error("a fault of the server", exc_info=error)
    return PlainTextResponse("The server failed; its log says how.\n", 500)
