"""The web application: routes, middleware and the listening process."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ..graph.errors import ServerError, TaawunError, as_json, told
from ..loaders.builds.build import find_build
from ..loaders.builds.inputs import SEEDS
from ..messages.message import Message, foreign, say
from .data.data_routes import Data
from .guard import LOOPBACK, Guard
from .pages.list_pages import LISTS
from .pages.routes import Site
from .slow_clients import ImpatientProtocol
from .sparql.media_types import LANGUAGES, choose, language_of
from .sparql.protocol import Endpoint, Interface
from .workers.pool import Pool
from .workers.process import Limits, Served
from .workers.worker_answer import RequestError, WorkersAnswer

#: Seconds between checks of the cache folder.
_PAUSE: Final = 2
#: Seconds for which an answer of an endpoint is given from memory.
_FRESH: Final = 30
#: Seconds after which the names and the explorer of an endpoint are read again.
_RENEWED: Final = 600


async def follow(pool: Pool, then: Callable[[], None]) -> None:
    """Switch to each newer build of the same collections, and call ``then`` after each switch.

    Running queries finish on the build on which they started. The inputs are checked only when
    the cache folder has changed. If reading fails, the current build stays in service until the
    next check. A build whose folder was deleted is built again, by a process of its own.
    """
    seen, stamps = 0, await asyncio.to_thread(_stamps, pool.served)
    log = logging.getLogger("taawun.server")
    while True:
        await asyncio.sleep(_PAUSE)
        served = pool.served
        if stamps != (stamps := await asyncio.to_thread(_stamps, served)):
            pool.memory.clear()
        with suppress(OSError, TaawunError):
            if not served.build.exists():
                log.error("the build %s was deleted; building again", served.build.name)
                if (again := await _build_again(served)) is None:
                    # The log has what is wrong with the input; it may be mended.
                    await asyncio.sleep(5 * _PAUSE)
                elif again == served.build:
                    await pool.start_anew()
                else:
                    pool.served = replace(served, build=again)
                    pool.memory.clear()
                    then()
                continue
            # Old builds are deleted: update the time of the build in use.
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
                pool.memory.clear()
                log.info("now serving the build %s", found.path.name)
                then()


async def renew(pool: Pool, then: Callable[[], None]) -> None:
    """Ask an endpoint again, for what it holds may change.

    Answers are kept for half a minute; names and labels for ten, after which ``then`` is called.
    """
    while True:
        for _ in range(_RENEWED // _FRESH):
            await asyncio.sleep(_FRESH)
            pool.memory.clear()
        await pool.start_anew()
        then()


def _stamps(served: Served) -> frozenset[tuple[str, int, int]]:
    """What tells that a stored question or a document has changed: no build depends on these."""
    found = set()
    for folder in (SEEDS, *served.collections):
        for part in ("queries", "documents"):
            with suppress(OSError):
                for entry in os.scandir(folder / part):
                    stat = entry.stat()
                    found.add((entry.path, stat.st_mtime_ns, stat.st_size))
    return frozenset(found)


async def _build_again(served: Served) -> Path | None:
    """Build the collections into the same cache; None if that fails."""
    words = [word for folder in served.collections for word in ("--collection", str(folder))]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "taawun", "build", *words,
        env={**os.environ, "TAAWUN_CACHE": str(served.build.parent), "TAAWUN_COLLECTIONS": ""},
        stdin=DEVNULL, stdout=DEVNULL,
    )  # fmt: skip
    try:
        if await process.wait():
            return None
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    found = await asyncio.to_thread(find_build, served.collections, cache=served.build.parent)
    return found.path if found else None


#: Connections that the system accepts before the server does.
_BACKLOG: Final = 512
_METHODS: Final = ["GET", "HEAD", "POST"]
#: IRIs under these paths identify things; they redirect to pages about them.
_THINGS: Final = ("id", "fact", "inference", "evidence", "passage", "graph")
#: Origins that may read answers from a server without a public name.
_LOCAL_PAGES: Final = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"


def application(
    served: Served, limits: Limits, public: tuple[str, ...] = (), origins: tuple[str, ...] = ()
) -> Guard:
    """Create the application for a build. ``public`` are its public host names.

    Scripts may read answers from pages on this machine and from the ``origins``, of which ``*``
    means any.
    """
    pool = Pool(served, limits)
    endpoint, interface, site = Endpoint(pool, limits), Interface(pool, limits), Site(pool, limits)

    @asynccontextmanager
    async def working(_: Starlette) -> AsyncIterator[None]:
        await pool.open()
        site.explorers.prepare()
        after = follow if not pool.served.endpoint else renew
        following = asyncio.create_task(after(pool, site.explorers.prepare))
        yield
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        site.explorers.stop()
        await pool.close()

    async def health(_: Request) -> Response:
        """Whether a worker and the store answer."""
        if not (pool.served.endpoint or pool.served.build.exists()):
            raise RequestError(503, Message("build-deleted"))
        job = {"task": "health"}
        return WorkersAnswer(pool, limits, job, {"Cache-Control": "no-store"}, is_kept=False)

    async def nowhere(request: Request, _: Exception) -> Response:
        accept = request.headers.get("accept", "*/*")
        if choose(accept, ("text/plain", "text/html")) == "text/html":
            return site.missing(request)
        return _refused(request, RequestError(404, Message("address-unknown")))

    app = Starlette(
        routes=[
            Route("/sparql", endpoint.__call__, methods=_METHODS),
            Route("/sparql/", endpoint.__call__, methods=_METHODS),
            Route("/api/sparql", interface.sparql),
            Route("/api/questions", interface.questions),
            Route("/api/questions/{name}", interface.question),
            *Data(pool, limits).routes(),
            Route("/openapi.json", interface.description),
            Route("/", site.explorer),
            Route("/style.css", site.style),
            Route("/site.js", site.menu),
            Route("/site.css", site.menu_style),
            Route("/editor.js", site.editor),
            Route("/editor.css", site.editor_style),
            Route("/editor-words.json", site.editor_words),
            Route("/ask", site.ask),
            Route("/questions", site.questions),
            Route("/questions/{name}.{form}", site.file),
            Route("/questions/{name}", site.question),
            Route("/ask.{form}", site.file),
            Route("/sparql.{form}", site.file),
            Route("/sparql/row", site.row),
            Route("/about", site.about),
            *(Route(f"/{name}", site.listed) for name in LISTS),
            *(Route(f"/{name}.{{suffix}}", site.listed) for name in LISTS),
            *(Route(f"/{kind}/{{path:path}}", site.thing) for kind in _THINGS),
            Route("/document/{path:path}", site.page),
            Route("/ontology", site.page),
            Route("/ontology.{suffix}", site.page),
            Route("/health", health),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_methods=_METHODS,
                allow_headers=["*"],
                allow_origins=origins,
                allow_origin_regex=_LOCAL_PAGES,
            ),
        ],
        exception_handlers={404: nowhere, 500: _broken, RequestError: _refused},
        lifespan=working,
    )
    # The outermost layer, so that Starlette's error responses are guarded too.
    return Guard(app, (*LOOPBACK, *public))


async def _broken(_: Request, error: Exception) -> Response:
    """Answer an internal error: a general message for the client, the traceback in the log."""
    logging.getLogger("taawun.server").error("a fault of the server", exc_info=error)
    return PlainTextResponse(f"{say('server-failed', 'en')}\n", 500)


def _refused(request: Request, error: Exception) -> Response:
    """Answer an error: JSON for the API, the reader's language for pages, otherwise English."""
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
    """Return a listening socket. Raises ``ServerError`` if the address is not available."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # Only on sockets of this protocol does asyncio set TCP_NODELAY.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except (OSError, OverflowError):
            listener.close()
            raise
        return listener
    except (OSError, OverflowError) as error:
        raise ServerError("cannot-listen", host=host, port=port, reason=foreign(error)) from error


def run(
    listener: socket.socket,
    served: Served,
    limits: Limits,
    public: Sequence[str] = (),
    origins: Sequence[str] = (),
) -> None:
    """Serve until interrupted."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    # uvicorn would log answers that are cut off on purpose, and errors a second time.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        application(served, limits, tuple(public), tuple(origins)),
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


def run_plain(listener: socket.socket, app: ASGIApp) -> None:
    """Serve another application on this machine until interrupted."""
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", loop="asyncio")
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
