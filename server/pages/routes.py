"""Handlers for the pages: the explorer, the stored questions and the graph's resources."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...messages.message import Message
from ...viz.style import look
from ..sparql.media_types import LANGUAGES, choose, language_of
from ..sparql.protocol import asked, single, truth
from ..workers.answer_memory import etag, matches
from ..workers.pool import Pool
from ..workers.process import Limits
from ..workers.worker_answer import RequestError, WorkersAnswer
from .explorer_pages import Explorers
from .list_pages import FORMS as LIST_FORMS
from .question_pages import FILES

#: Address suffixes and their media types; the first is for browsers.
SUFFIXES: Final = {
    "html": "text/html",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "json": "application/json",
    "trig": "application/trig",
}
LIST_MEDIA: Final = frozenset(LIST_FORMS.values())
_HEADERS: Final = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-cache"}


class Site:
    """Serves the pages that the pool's workers produce."""

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self._pool, self._limits = pool, limits
        self.explorers = Explorers(pool)
        self._style = style_sheet()
        self._editor = "\n".join(map(_asset, _EDITOR)).encode()
        self._menu, self._menu_style = _asset("site.js").encode(), _asset("site.css").encode()
        self._editor_style = "\n".join(map(_asset, _EDITOR_STYLE)).encode()

    async def explorer(self, request: Request) -> Response:
        """The explorer of the whole graph; a browser is shown a page while it is being made."""
        language = language_of(request, request.query_params.get("lang"))
        page: bytes | None
        if "text/html" in request.headers.get("accept", ""):
            page = await self.explorers.page_soon(language)
        else:
            page = await self.explorers.page(language)
        if page is None:
            job = {"task": "waiting_page", "language": language}
            headers = {"Refresh": "1", "Cache-Control": "no-store", "Vary": "Accept-Language"}
            return WorkersAnswer(self._pool, self._limits, job, headers)
        policy = "frame-ancestors 'none'; object-src 'none'; base-uri 'none'"
        return _cached(request, page, "text/html", policy)

    async def style(self, request: Request) -> Response:
        """The style sheet of the pages."""
        return _cached(request, self._style, "text/css")

    async def menu(self, request: Request) -> Response:
        """The script of the menu in the explorer."""
        return _cached(request, self._menu, "text/javascript")

    async def menu_style(self, request: Request) -> Response:
        """The style sheet of the menu in the explorer."""
        return _cached(request, self._menu_style, "text/css")

    async def editor(self, request: Request) -> Response:
        """The script of the query page: CodeMirror and ours."""
        return _cached(request, self._editor, "text/javascript")

    async def editor_style(self, request: Request) -> Response:
        """The style sheet of the editor."""
        return _cached(request, self._editor_style, "text/css")

    async def editor_words(self, _: Request) -> Response:
        """What the editor completes."""
        return self._answer({"task": "editor_words"})

    async def thing(self, request: Request) -> Response:
        """A thing or a fact: redirects (303) to the page about it, unless a suffix is given."""
        path, media, is_chosen = _chosen(request)
        is_list = re.fullmatch("id/[a-z-]+", path) and (not is_chosen or media in LIST_MEDIA)
        if is_list:
            return await self.listed(request)
        if not is_chosen:
            suffix = next(name for name, form in SUFFIXES.items() if form == media)
            query = request.url.query
            target = f"/{quote(path)}.{suffix}{f'?{query}' if query else ''}"
            return RedirectResponse(target, 303, {"Vary": "Accept"})
        return self._resource(request, path, media)

    async def page(self, request: Request) -> Response:
        """A document or the ontology, served at its own IRI."""
        path, media, _ = _chosen(request)
        return self._resource(request, path, media)

    def missing(self, request: Request) -> Response:
        """The 404 page for an unknown address, even with invalid parameters."""
        chosen = request.query_params.get("lang")
        language = language_of(request, chosen if chosen in LANGUAGES else None)
        return self._described(request.scope["path"].lstrip("/"), "text/html", language)

    async def questions(self, request: Request) -> Response:
        """The list of stored questions."""
        language = language_of(request, request.query_params.get("lang"))
        return self._answer({"task": "questions_page", "language": language})

    async def listed(self, request: Request) -> Response:
        """A list of entities: as a page, JSON or CSV."""
        path = request.scope["path"].lstrip("/")
        bare, dot, suffix = path.rpartition(".")
        if dot and suffix in LIST_FORMS:
            path, media = bare, LIST_FORMS[suffix]
        else:
            accept = request.headers.get("accept", "*/*")
            found = choose(accept, LIST_FORMS.values())
            if found is None:
                formats = list(LIST_FORMS.values())
                raise RequestError(406, Message("not-acceptable", formats=formats))
            media = found
        values = single(request)
        return self._answer(
            {
                "task": "list_page",
                "path": path,
                "media": media,
                "language": language_of(request, values.get("lang")),
                "text": values.get("q", ""),
                "order": values.get("sort", ""),
                "of": values.get("of", ""),
            }
        )

    async def about(self, request: Request) -> Response:
        """What the site is, and how to read it."""
        language = language_of(request, request.query_params.get("lang"))
        return self._answer({"task": "about_page", "language": language})

    async def file(self, request: Request) -> Response:
        """The answer of a question, of own words or of a query as a file."""
        form = request.path_params["form"]
        if form not in FILES:
            return self.missing(request)
        values = single(request)
        job: dict[str, object] = {
            "task": "answer_file",
            "form": form,
            "language": language_of(request, values.pop("lang", None)),
        }
        values.pop("why", None)
        if name := request.path_params.get("name"):
            job |= {"name": name, "parameters": values}
        else:
            job |= {"text": values.get("q", ""), "query": values.get("query", "")}
        return self._answer(job)

    async def ask(self, request: Request) -> Response:
        """The answer to a question in the visitor's own words."""
        values = single(request)
        return self._answer(
            {
                "task": "own_words_page",
                "text": values.get("q", ""),
                "why": truth(values.get("why", "false")),
                "language": language_of(request, values.get("lang")),
            }
        )

    async def row(self, request: Request) -> Response:
        """One row of the answer to a query, with its proof."""
        values = single(request)
        return self._answer(
            {
                "task": "row_page",
                "text": values.get("query", ""),
                "row": values.get("row", ""),
                "language": language_of(request, values.get("lang")),
            }
        )

    async def question(self, request: Request) -> Response:
        """One stored question with its answer."""
        return self._answer({"task": "question_page", **asked(request)})

    def _resource(self, request: Request, path: str, media: str) -> Response:
        language = language_of(request, request.query_params.get("lang"))
        return self._described(path, media, language)

    def _described(self, path: str, media: str, language: str) -> Response:
        return self._answer(
            {"task": "resource", "path": path, "media": media, "language": language}
        )

    def _answer(self, job: dict[str, object]) -> Response:
        return WorkersAnswer(self._pool, self._limits, job, _HEADERS)


def _chosen(request: Request) -> tuple[str, str, bool]:
    """Return the path without suffix, the media type, and whether the suffix chose it."""
    path = request.scope["path"].lstrip("/")
    bare, dot, suffix = path.rpartition(".")
    if dot and suffix in SUFFIXES:
        return bare, SUFFIXES[suffix], True
    media = choose(request.headers.get("accept", "*/*"), SUFFIXES.values())
    if media is None:
        raise RequestError(406, Message("not-acceptable", formats=list(SUFFIXES.values())))
    return path, media, False


#: The parts of the editor, in the order in which they load.
_EDITOR: Final = (
    "codemirror.js", "codemirror-sparql.js", "codemirror-brackets.js", "codemirror-hint.js",
    "editor.js", "row-proofs.js",
)  # fmt: skip
_EDITOR_STYLE: Final = ("codemirror.css", "codemirror-hint.css", "editor.css")


def style_sheet() -> bytes:
    """The style sheet of all pages."""
    return (look() + _asset("page.css")).encode()


def _asset(name: str) -> str:
    from importlib.resources import files

    return (files("taawun.server.pages") / "assets" / name).read_text("utf-8")


def _cached(request: Request, content: bytes, media: str, policy: str | None = None) -> Response:
    """Respond with content that a client may cache if it revalidates the ETag."""
    tag = etag(content)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Language"}
    if policy:
        headers["Content-Security-Policy"] = policy
    if matches(request.headers.get("if-none-match", "").encode(), tag.encode()):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media)
