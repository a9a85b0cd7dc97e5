"""One page of the site, made by the same functions as those of ``taawun serve``."""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import NamedTuple

from ...graph.errors import OutputError
from ...messages.message import say
from ..pages.list_pages import LISTS, about_page, list_page
from ..pages.question_pages import question_page, questions_page
from ..pages.resources import resource
from ..workers.reply import DATA, HEAD, Reply
from .published_build import PublishedBuild
from .site_pages import KINDS, gathered_page, home_page
from .static_address import HOME, Address


class Made(NamedTuple):
    """What a page function wrote."""

    status: int
    body: bytes


class _WholeReply(Reply):
    """A reply that is kept whole instead of being sent."""

    def __init__(self, language: str) -> None:
        super().__init__(io.BytesIO(), language)
        self._kept: list[bytes] = []

    def _frame(self, kind: bytes, content: bytes | bytearray) -> None:
        if kind == DATA:
            self._kept.append(bytes(content))
        assert kind != HEAD or not self._kept

    def made(self) -> Made:
        """Everything that was written."""
        self.end()
        return Made(self._status, b"".join(self._kept))


def page_at(graph: PublishedBuild, address: Address, language: str) -> bytes:
    """The page at an address in a language.

    This is the only place that knows which function makes which page. Raises ``OutputError`` if
    there is no such page: no link of the site may be dead.
    """
    reply = _WholeReply(language)
    path = address.path
    match path.strip("/").split("/"):
        case [""]:
            reply.begin("text/html")
            reply.body.write(_with_way_back(graph.explorer(language), language))
        case ["home"] if path == HOME:
            home_page(graph, reply, language=language)
        case ["about"]:
            about_page(graph, reply, language=language)
        case [name] if name in LISTS:
            list_page(graph, reply, path=name, media="text/html", language=language)
        case ["id", name] if "." not in name:
            list_page(graph, reply, path=f"id/{name}", media="text/html", language=language)
        case ["questions"]:
            questions_page(graph, reply, language=language)
        case ["questions", name]:
            given = dict(address.values)
            question_page(graph, reply, name=name, parameters=given, why=True, language=language)
        case [kind, _] if kind in KINDS:
            gathered_page(graph, reply, address, language=language)
        case _:
            thing = path.strip("/").removesuffix(".html")
            resource(graph, reply, path=thing, media="text/html", language=language)
    made = reply.made()
    if made.status != HTTPStatus.OK:
        raise OutputError("site-link-dead", address=path)
    return made.body


def _with_way_back(explorer: str, language: str) -> str:
    """The explorer with a link to the start page, in the folder in which it lies too."""
    link = f'<a href="index.html">{say("site-documents-and-questions", language)}</a>'
    return explorer.replace("</header>", f"{link}</header>", 1)
