"""One page of the site, made by the same functions as those of ``taawun serve``."""

from __future__ import annotations

import io
from typing import Final, NamedTuple

from ...graph.errors import OutputError
from ...messages.message import say
from ..pages.list_pages import LISTS, about_page, list_page
from ..pages.question_pages import question_page, questions_page
from ..pages.resources import resource
from ..workers.reply import DATA, HEAD, Reply
from .published_build import PublishedBuild
from .site_pages import home_page
from .static_address import HOME, Address


class Made(NamedTuple):
    """What a page function wrote; ``location`` is where it redirects to, or empty."""

    status: int
    media: str
    body: bytes
    location: str = ""


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
        headers = self._headers
        media, location = headers["content-type"], headers.get("location", "")
        return Made(self._status, media.partition(";")[0], b"".join(self._kept), location)


_MEDIA: Final = {".ttl": "text/turtle", ".jsonld": "application/ld+json"}


def page_at(graph: PublishedBuild, address: Address, language: str) -> Made:
    """The page at an address in a language, or an RDF description.

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
        case _:
            bare, dot, suffix = path.strip("/").rpartition(".")
            media = _MEDIA.get(dot + suffix, "text/html")
            thing = bare if dot and suffix in ("html", "ttl", "jsonld") else path.strip("/")
            resource(graph, reply, path=thing, media=media, language=language)
    made = reply.made()
    if made.status not in (200, 303):
        raise OutputError("site-link-dead", address=path, status=made.status)
    return made


def _with_way_back(explorer: str, language: str) -> str:
    """The explorer with a link to the start page, in the folder in which it lies too."""
    link = f'<a href="index.html">{say("site-documents-and-questions", language)}</a>'
    return explorer.replace("</header>", f"{link}</header>", 1)
