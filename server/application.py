"""The web application: its routes, and the process that listens."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..graph.errors import ServerError, TaawunError, as_json, told
from ..loaders.builds.build import find_build
from ..messages.message import Message, foreign, say
from .guard import LOOPBACK, Guard
from .pages.routes import Site
from .slow_clients import ImpatientProtocol
from .sparql.media_types import LANGUAGES, choose, language_of
from .sparql.protocol import Endpoint
from .sparql.question_api import Interface
from .workers.pool import Limits, Pool, Served
from .workers.worker_answer import RequestError

#: Seconds between two looks at the cache folder.
_PAUSE: Final = 2


async def follow(pool: Pool, then: Callable[[], None]) -> None:
    """Serve the newest build of the same collections, and call ``then`` each time.

    Queries that run end on the build on which they began. The inputs are looked at only when
    something in the cache folder has changed. What cannot be read now may be read at the next
    look: the last build is served meanwhile.
    """
    seen = 0
    while True:
        await asyncio.sleep(_PAUSE)
        served = pool.served
        with suppress(OSError, TaawunError):
            # Only old builds are deleted, and what is in use is not old.
            os.utime(served.build)
            changed = served.build.parent.stat().st_mtime_ns
            if changed == seen:
                continue
            found = await asyncio.to_thread(
                find_build, served.collections, cache=served.build.parent
            )
            seen = changed
            if found and found.path != served.build:
                pool.served = replace(served, build=found.path)
                logging.getLogger("taawun.server").info("now serving the build %s", found.path.name)
                then()


_METHODS: Final = ["GET", "HEAD", "POST"]
#: IRIs under these stand for things, which have pages about them.
_THINGS: Final = ("id", "fact", "inference", "evidence", "passage", "graph")
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
        return _refused(request, RequestError(404, Message("address-unknown")))

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
        exception_handlers={404: nowhere, 500: _broken, RequestError: _refused},
        lifespan=working,
    )
    # Around everything, so that what Starlette says of a fault of ours is guarded too.
    return Guard(app, (*LOOPBACK, *public))


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _broken(_: Request, error: Exception) -> Response:
    """What a client sees of a fault of ours; the operator reads the rest in the log."""
    logging.getLogger("taawun.server").error("a fault of the server", exc_info=error)
    return PlainTextResponse(f"{say('server-failed', 'en')}\n", 500)


def _refused(request: Request, error: Exception) -> Response:
    """A refusal: the interface says it in JSON, a page in its reader's language, all in English."""
    assert isinstance(error, RequestError)
    if request.scope["path"].startswith("/api/"):
        body = as_json(TaawunError(error.message))
        return JSONResponse(body, error.status_code, error.headers)
    accept = request.headers.get("accept", "*/*")
    is_page = choose(accept, ("text/plain", "text/html")) == "text/html"
    chosen = request.query_params.get("lang")
    language = language_of(request, chosen if chosen in LANGUAGES else None) if is_page else "en"
    text = told(error.message, language)
    return PlainTextResponse(f"{text}\n", error.status_code, error.headers)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises ``ServerError`` where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = foreign(getattr(error, "strerror", None) or str(error))
        raise ServerError("cannot-listen", host=host, port=port, reason=reason) from error


def run(
    listener: socket.socket, served: Served, limits: Limits, public: Sequence[str] = ()
) -> None:
    """Serve until interrupted."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    # It would tell each answer that is broken off on purpose, and faults a second time.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        application(served, limits, tuple(public)),
        http=ImpatientProtocol,
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=limits.connections,
        timeout_graceful_shutdown=2,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
