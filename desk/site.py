"""The desk's web application: one page and its JSON, on loopback, under a random address."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.resources import files
from secrets import compare_digest
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..graph.errors import TaawunError, told
from ..messages.message import LANGUAGES, say
from ..server.guard import LOOPBACK, Guard
from ..viz.style import look
from .session import Desk

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src data:; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: The most bytes of a request: a form is small.
_LARGEST: Final = 1 << 20
#: What the page says; each has its words in the catalogues.
WORDS: Final = (
    "desk-title", "desk-documents", "desk-text", "desk-form", "desk-fact", "desk-agreement",
    "desk-figure", "desk-person", "desk-event", "desk-offer", "desk-delegation",
    "desk-head", "desk-deadline", "desk-participant", "desk-quote", "desk-context",
    "desk-subject", "desk-predicate", "desk-object", "desk-modality", "desk-stated-by",
    "desk-when", "desk-note", "desk-note-ar", "desk-ar", "desk-en", "desk-kind", "desk-parties",
    "desk-stage", "desk-date", "desk-area", "desk-through", "desk-amounts", "desk-value",
    "desk-unit", "desk-comparator", "desk-of", "desk-post", "desk-in", "desk-country",
    "desk-topic", "desk-place", "desk-chair", "desk-by", "desk-to", "desk-new", "desk-add",
    "desk-remove", "desk-save", "desk-back", "desk-undo", "desk-facts", "desk-entities",
    "desk-derived", "desk-questions", "desk-no-fault", "desk-saved", "desk-draft",
    "desk-proposals", "desk-accept", "desk-reject", "desk-keys-text", "desk-keys-form",
    "desk-scope", "desk-undone", "desk-not-undone", "desk-lost", "desk-origin", "desk-choose",
    "desk-of-limit", "other-language",
)  # fmt: skip


class _Refused(TaawunError):
    """A request that does not come from the desk's own page."""


def application(desk: Desk, token: str) -> Guard:
    """The application for one desk; ``token`` is the first part of each path."""

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
            except (ValueError, KeyError, TypeError):
                return JSONResponse({"faults": [say("desk-request", language)]}, 400)
            except TaawunError as error:
                return JSONResponse({"faults": [told(error, language)]}, 400)
            if isinstance(found, Response):
                return found
            return JSONResponse(found, headers={"Cache-Control": "no-store"})

        return endpoint

    def page(_request: Request, _body: Any, language: str) -> Response:
        return Response(
            _page(language),
            media_type="text/html",
            headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"},
        )

    def asset(request: Request, _body: Any, _language: str) -> Response:
        name = request.path_params["name"]
        if name == "desk.css":
            return Response(look() + _file(name), media_type="text/css")
        if name in ("desk.js", "forms.js"):
            return Response(_file(name), media_type="text/javascript")
        return PlainTextResponse("", 404)

    def draft(_request: Request, body: Any, _language: str) -> Any:
        desk.keep_draft(str(body["document"]), dict(body["draft"]))
        return {"kept": True}

    get, post = ["GET"], ["POST"]
    app = Starlette(
        routes=[
            Route("/{token}/", answering(page), methods=get),
            Route("/{token}/assets/{name}", answering(asset), methods=get),
            Route("/{token}/names", answering(lambda *_: desk.names()), methods=get),
            Route("/{token}/documents", answering(lambda *_: desk.documents()), methods=get),
            Route(
                "/{token}/document",
                answering(lambda r, *_: desk.document(r.query_params.get("slug", ""))),
                methods=get,
            ),
            Route(
                "/{token}/quote",
                answering(lambda _, body, lang: desk.quote(body["document"], body["parts"], lang)),
                methods=post,
            ),
            Route(
                "/{token}/preview",
                answering(lambda _, body, lang: desk.preview(body["items"], lang)),
                methods=post,
            ),
            Route(
                "/{token}/save",
                answering(lambda _, body, lang: desk.save(body["items"], lang)),
                methods=post,
            ),
            Route("/{token}/undo", answering(lambda *_: desk.undo()), methods=post),
            Route("/{token}/draft", answering(draft), methods=post),
        ],
    )
    return Guard(app, LOOPBACK)


def _file(name: str) -> str:
    return (files("taawun.desk") / "assets" / name).read_text("utf-8")


def _page(language: str) -> str:
    """The page in a language, with its words for the script."""
    from jinja2 import Environment

    words = {code: say(code, language) for code in WORDS}
    text = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    template = Environment(autoescape=True).from_string(_file("desk.html"))
    return template.render(
        lang=language,
        dir="rtl" if language == "ar" else "ltr",
        other="en" if language == "ar" else "ar",
        say=words.__getitem__,
        words=text,
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
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
