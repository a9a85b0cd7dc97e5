"""Generate the explorer page of the whole graph, or take it from the page cache."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...graph.store import EmbeddedStore
from ...loaders.builds.page_cache import find, keep, makers, page_of
from ...messages.message import LANGUAGES, say
from ..workers.reply import Reply
from ..workers.served_graph import OpenedBuild
from .page import MENU

if TYPE_CHECKING:
    from ...viz.layout import Positions
    from ...viz.view import AnsweredQuestion, View

#: The folders whose code and assets determine the page with the menu of the site.
_MAKERS: Final = ("graph", "messages", "ontology", "queries", "server/pages", "viz")


def explorer(graph: OpenedBuild, reply: Reply, *, language: str) -> None:
    """Write the page in the given language; it is cached in the folder of the build.

    That of an endpoint is not: what the endpoint holds may change.
    """
    if graph.endpoint:
        reply.begin("text/html")
        reply.body.write(with_menu(renderer(graph)(language), language))
        return
    page = find(_file(graph, language))
    if page is None:
        # Most of the work serves both languages.
        render = renderer(graph)
        for other in LANGUAGES:
            made = with_menu(render(other), other).encode()
            keep(_file(graph, other), made)
            page = made if other == language else page
    assert page is not None
    reply.begin("text/html")
    reply.body.buffer.write(page)


def _file(graph: OpenedBuild, language: str) -> Path:
    return graph.folder / f"explorer-{_key(graph, language)}"


def renderer(graph: OpenedBuild) -> Callable[[str], str]:
    """Return what makes the page of the whole graph in a language, complete in itself.

    Most of the work serves both languages, and is only done if a page is not cached.
    """
    from ...viz.answers import answer_questions
    from ...viz.explorer import page_key, render

    texts = {slug: text for slug, (_, text) in graph.texts().items()}
    asked = list(graph.catalogue.questions.values())

    @cache
    def drawn() -> tuple[View, list[AnsweredQuestion], Positions]:
        from ...queries.names import Names
        from ...viz.layout import layout
        from ...viz.read_view import read_view

        store = graph.store.resident() if isinstance(graph.store, EmbeddedStore) else graph.store
        view = read_view(store)
        return view, list(answer_questions(store, asked, Names(store), is_whole=True)), layout(view)

    def made(language: str) -> str:
        view, questions, places = drawn()
        return render(view, lang=language, texts=texts, questions=questions, places=places)

    if graph.endpoint:
        return made
    return lambda language: page_of(
        graph.folder, page_key(language, asked, texts), lambda: made(language)
    )


_CURRENT: Final = ' aria-current="page"'


def with_menu(page: str, language: str) -> str:
    """Put the site's menu into the header of an explorer page, with its script and style.

    The page's own policy allows only the scripts and styles that it contains: here it also allows
    those of the server.
    """
    links = "".join(
        f'<a data-path="{path}" href="{path}?lang={language}"{_words(f"page-{name}")}'
        f"{_CURRENT if path == '/' else ''}>{escape(say(f'page-{name}', language))}</a>"
        for name, path in MENU
    )
    chosen = f'<a id="site-page" hidden{_words("page-of-chosen")}></a>'
    label = escape(say("page-menu", language))
    menu = f'<nav class="site-menu" aria-label="{label}">{links}{chosen}</nav>'
    head = '<link rel="stylesheet" href="/site.css"><script src="/site.js" defer></script>'
    for before, after in (
        ("script-src ", "script-src &#39;self&#39; "),
        ("style-src ", "style-src &#39;self&#39; "),
        ("</head>", f"{head}</head>"),
        ("</header>", f"{menu}</header>"),
    ):
        page = page.replace(before, after, 1)
    return page


def _words(code: str) -> str:
    """The words of a code in both languages, as attributes for the menu's script."""
    return "".join(f' data-{name}="{escape(say(code, name))}"' for name in LANGUAGES)


def _key(graph: OpenedBuild, language: str) -> str:
    """Return a digest of all inputs of the page."""
    digest = sha256(f"{graph.folder.name} {language} {makers(_MAKERS)}".encode())
    for slug, (checksum, _) in sorted(graph.texts().items()):
        digest.update(f"{slug} {checksum}\n".encode())
    for name, question in graph.catalogue.questions.items():
        digest.update(f"{name} {len(question.text)} {question.text}".encode())
    return digest.hexdigest()[:16]
