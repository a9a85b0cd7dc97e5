"""The desk's web application: one page and its JSON, on loopback, under a random address."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from importlib.resources import files
from secrets import compare_digest
from threading import Event, Thread
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..graph.errors import TaawunError, told
from ..messages.message import LANGUAGES, codes, forms, say
from ..server.guard import LOOPBACK, Guard
from ..viz.style import look
from .naming import Naming
from .review_pages import Reviewing
from .session import Desk

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src data:; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: How the codes begin of what the page says.
_SAID: Final = ("desk-", "review-", "difference-")
#: The most bytes of a request: a form is small.
_LARGEST: Final = 1 << 20
#: What only the page that holds the desk may ask for.
_WRITES: Final = frozenset(
    {"save", "undo", "draft", "record", "settle", "acknowledge", "name", "done"}
)


class _Refused(TaawunError):
    """A request that does not come from the desk's own page."""


class _Holder:
    """The one page that writes, so that two windows never overwrite each other's typing."""

    def __init__(self) -> None:
        self._page = ""

    def claim(self, page: str, *, is_taking_over: bool) -> bool:
        """Whether the page holds the desk from now on."""
        if is_taking_over or not self._page:
            self._page = page
        return self._page == page

    def leave(self, page: str) -> None:
        """The page is closed, or shows another language."""
        if page == self._page:
            self._page = ""

    def may_write(self, page: str) -> bool:
        """Whether no other page holds the desk."""
        return not self._page or self._page == page


def application(desk: Desk, token: str) -> Guard:
    """The application for one desk; ``token`` is the first part of each path."""
    holder, reviewing, naming = _Holder(), Reviewing(desk), Naming(desk)

    def own(request: Request) -> None:
        """Refuse what another page, or another program without the token, asks for."""
        given = request.path_params["token"]
        if not compare_digest(given.encode(), token.encode()):
            raise _Refused("address-unknown")
        site = request.headers.get("sec-fetch-site", "same-origin")
        origin = request.headers.get("origin")
        is_own = origin is None or origin == f"http://{request.headers.get('host', '')}"
        if not is_own or (site not in ("same-origin", "none")):
            raise _Refused("address-unknown")

    def answering(
        act: Callable[[Request, Any, str], Any],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            language = request.query_params.get("lang", "en")
            language = language if language in LANGUAGES else "en"
            try:
                own(request)
                body: Any = None
                if request.method == "POST":
                    content = await request.body()
                    if len(content) > _LARGEST:
                        return PlainTextResponse("", 413)
                    body = json.loads(content)
                found = await run_in_threadpool(act, request, body, language)
            except _Refused:
                return PlainTextResponse(f"{say('address-unknown', language)}\n", 404)
            except (ValueError, KeyError, TypeError, AttributeError):
                return JSONResponse({"faults": [say("desk-request", language)]}, 400)
            except TaawunError as error:
                return JSONResponse({"faults": [told(error, language)]}, 400)
            if isinstance(found, Response):
                return found
            return JSONResponse(found, headers={"Cache-Control": "no-store"})

        return endpoint

    def page(_request: Request, _body: Any, language: str) -> Response:
        return Response(
            _page(language, desk),
            media_type="text/html",
            headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"},
        )

    def asset(request: Request, _body: Any, _language: str) -> Response:
        name = request.path_params["name"]
        if name == "desk.css":
            return Response(look() + _file(name), media_type="text/css")
        if name in ("desk.js", "forms.js", "review.js", "names.js"):
            return Response(_file(name), media_type="text/javascript")
        return PlainTextResponse("", 404)

    def draft(body: Any, _language: str) -> Any:
        desk.keep_draft(str(body["document"]), dict(body["draft"]))
        return {"kept": True}

    def done(_body: Any, _language: str) -> Any:
        desk.end_blind()
        return {"done": True}

    def claim(body: Any, _language: str) -> Any:
        page = str(body["page"])
        return {"holds": holder.claim(page, is_taking_over=bool(body.get("take")))}

    def leave(body: Any, _language: str) -> Any:
        holder.leave(str(body["page"]))
        return {"left": True}

    reading: dict[str, Callable[[Mapping[str, str], str], Any]] = {
        "names": lambda _, _lang: desk.names(),
        "documents": lambda _, _lang: desk.documents(),
        "document": lambda query, _: desk.document(query.get("slug", "")),
        "facts": lambda query, lang: reviewing.facts(query.get("slug", ""), lang),
        "compare": lambda query, lang: reviewing.compare(
            query.get("slug", ""), query.get("other", ""), lang
        ),
    }
    acting: dict[str, Callable[[Any, str], Any]] = {
        "quote": lambda body, lang: desk.quote(body["document"], body["parts"], lang),
        "preview": lambda body, lang: desk.preview(body["items"], lang),
        "save": lambda body, lang: desk.save(body["items"], lang),
        "undo": lambda *_: desk.undo(),
        "draft": draft,
        "record": lambda body, lang: reviewing.record(str(body["document"]), body, lang),
        "settle": lambda body, lang: reviewing.settle(str(body["document"]), body, lang),
        "acknowledge": lambda body, lang: reviewing.acknowledge(body, lang),
        "naming": lambda body, _: naming.naming(str(body["document"]), body["span"]),
        "reconcile": lambda body, _: naming.reconcile(str(body["text"])),
        "name": lambda body, lang: naming.keep(body["items"], lang),
        "done": done,
        "claim": claim,
        "leave": leave,
    }

    def read(request: Request, _body: Any, language: str) -> Any:
        name = request.path_params["name"]
        if name not in reading:
            return PlainTextResponse("", 404)
        return reading[name](request.query_params, language)

    def act(request: Request, body: Any, language: str) -> Any:
        name = request.path_params["name"]
        if name in _WRITES and not holder.may_write(request.headers.get("x-desk-page", "")):
            return JSONResponse({"faults": [say("desk-elsewhere", language)]}, 409)
        if name not in acting:
            return PlainTextResponse("", 404)
        return acting[name](body, language)

    get, post = ["GET"], ["POST"]
    app = Starlette(
        routes=[
            Route("/{token}/", answering(page), methods=get),
            Route("/{token}/assets/{name}", answering(asset), methods=get),
            Route("/{token}/{name}", answering(read), methods=get),
            Route("/{token}/{name}", answering(act), methods=post),
        ],
    )
    return Guard(app, LOOPBACK)


def _file(name: str) -> str:
    return (files("taawun.desk") / "assets" / name).read_text("utf-8")


def _page(language: str, desk: Desk) -> str:
    """The page in a language, with its words for the script."""
    from jinja2 import Environment

    words = {code: forms(code, language) for code in (*codes(*_SAID), "other-language")}
    text = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    template = Environment(autoescape=True).from_string(_file("desk.html"))
    return template.render(
        lang=language,
        dir="rtl" if language == "ar" else "ltr",
        other="en" if language == "ar" else "ar",
        say=words.__getitem__,
        words=text,
        reader=desk.reader,
        is_blind=desk.is_blind,
    )


def run(listener: socket.socket, desk: Desk, token: str) -> None:
    """Serve the desk until interrupted."""
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        application(desk, token),
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    ended = Event()

    def prepare() -> None:
        while not ended.wait(0.02 if desk.prepare() else 1):
            pass

    ahead = Thread(target=prepare)
    ahead.start()
    try:
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        ended.set()
        ahead.join()
