"""The web application: which address is answered by what."""

from __future__ import annotations

import asyncio
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

from .following import follow
from .guard import LOOPBACK, Guard
from .pages.routes import Site
from .sparql.media_types import choose
from .sparql.protocol import Endpoint
from .sparql.question_api import Interface
from .workers.limits import Limits
from .workers.pool import Pool, Served

_METHODS: Final = ["GET", "HEAD", "POST"]
#: IRIs under these stand for things, which have pages about them.
_THINGS: Final = ("id", "fact", "inference", "evidence", "passage", "graph")
_NOWHERE: Final = (
    "There is nothing at this address. There are /, /questions, /sparql and /openapi.json.\n"
)
#: Pages on this machine may read answers from a server that is not public.
_LOCAL_PAGES: Final = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"


def application(served: Served, limits: Limits, public: tuple[str, ...] = ()) -> Guard:
    """The application over a built store. ``public`` are the names under which others reach it.

    A server with a public name lets the pages of any site read its answers; another one only
    pages on this machine.
    """
    pool = Pool(served, limits)
    endpoint, interface, site = Endpoint(pool, limits), Interface(pool, limits), Site(pool, limits)

    @asynccontextmanager
    async def working(_: Starlette) -> AsyncIterator[None]:
        await pool.open()
        site.explorers.prepare()
        following = asyncio.create_task(follow(pool, site.explorers.prepare))
        yield
        following.cancel()
        site.explorers.stop()
        await pool.close()

    async def nowhere(request: Request, _: Exception) -> Response:
        accept = request.headers.get("accept", "*/*")
        if choose(accept, ("text/plain", "text/html")) == "text/html":
            return site.missing(request)
        return PlainTextResponse(_NOWHERE, 404)

    cors = {"allow_origins": ["*"]} if public else {"allow_origin_regex": _LOCAL_PAGES}
    app = Starlette(
        routes=[
            Route("/sparql", endpoint.__call__, methods=_METHODS),
            Route("/sparql/", endpoint.__call__, methods=_METHODS),
            Route("/api/sparql", interface.sparql),
            Route("/api/questions", interface.questions),
            Route("/api/questions/{name}", interface.question),
            Route("/openapi.json", interface.description),
            Route("/", site.explorer),
            Route("/style.css", site.style),
            Route("/questions", site.questions),
            Route("/questions/{name}", site.question),
            *(Route(f"/{kind}/{{path:path}}", site.thing) for kind in _THINGS),
            Route("/document/{path:path}", site.page),
            Route("/ontology", site.page),
            Route("/ontology.{suffix}", site.page),
            Route("/health", _health),
        ],
        middleware=[
            Middleware(CORSMiddleware, allow_methods=_METHODS, allow_headers=["*"], **cors),
        ],
        exception_handlers={404: nowhere, 500: _broken},
        lifespan=working,
    )
    # Around everything, so that what Starlette says of a fault of ours is guarded too.
    return Guard(app, (*LOOPBACK, *public))


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _broken(_: Request, error: Exception) -> Response:
    """What a client sees of a fault of ours; the operator reads the rest in the log."""
    logging.getLogger("taawun.server").error("a fault of the server", exc_info=error)
    return PlainTextResponse("The server failed; its log says how.\n", 500)
