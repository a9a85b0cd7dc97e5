"""One page of the site: made by the functions of ``taawun serve``, or of the site alone."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

from ...graph.errors import OutputError
from ...graph.fact_record import FactRecord, Quote
from ...graph.store import select
from ...messages.message import say
from ...ontology.namespaces import BASE, DCTERMS, ID, INFERENCE
from ..pages.list_pages import LISTS, about_page, list_page
from ..pages.page import Page
from ..pages.question_pages import question_page, questions_page
from ..pages.resources import resource
from ..workers.reply import DATA, HEAD, Reply
from .published_build import PublishedBuild
from .static_address import GATHERED, HOME, Address

#: Questions that the start page proposes, each with a value where that has an answer.
_EXAMPLES: Final[tuple[tuple[str, Mapping[str, str]], ...]] = (
    ("agreed-but-not-signed", {"country": "country/iraq"}),
    ("agreement-signatories", {}),
    ("offers-to-country", {"country": "country/iraq"}),
    ("talks-without-agreement", {}),
    ("initiatives-by-area", {}),
    ("statements-by-speaker", {"speaker": "official/amr-talaat"}),
)
_DOCUMENTS: Final = f"SELECT ?document {{ ?document <{DCTERMS}identifier> ?file }} ORDER BY ?file"


#: What is gathered on pages: derived facts, and the passages that prove or explain facts.
KINDS: Final = tuple(start.removeprefix(BASE).strip("/") for start in GATHERED)


class Shown(NamedTuple):
    """A derived fact, or a passage with the facts that it belongs to, and its key in the page."""

    key: str
    fact: FactRecord | None = None
    quote: Quote | None = None
    facts: Sequence[FactRecord] = ()


def gathered_page(graph: PublishedBuild, reply: Reply, address: Address, *, language: str) -> None:
    """Write the page of derived facts, or of passages, whose digits begin alike."""
    iris, reader = graph.described[address], graph.reader
    kind, _, digits = address.path.strip("/").removesuffix(".html").partition("/")
    shown = []
    if kind == INFERENCE.removeprefix(BASE).strip("/"):
        reader.load(iris)
        shown = [Shown(iri.rpartition("/")[2], reader.get(iri)) for iri in iris]
    else:
        owners = reader.owners(iris)
        reader.load({fact for facts in owners.values() for fact in facts})
        for iri in iris:
            facts = [reader.get(fact) for fact in owners.get(iri, ())]
            if quote := _quote_with(iri, facts):
                shown.append(Shown(iri.rpartition("/")[2], None, quote, facts))
    page = Page(graph, language)
    page.write(
        reply, "gathered.html", address.path, kind=kind, beginning=digits, shown=shown,
        iri_of=lambda key: f"{BASE}{kind}/{key}", forms=(("ttl", "Turtle"), ("jsonld", "JSON-LD")),
    )  # fmt: skip


def _quote_with(iri: str, facts: Sequence[FactRecord]) -> Quote | None:
    """The quote of which a piece of evidence, or a passage of the context, is a part."""
    quotes = (quote for fact in facts for quote in fact.quotes)
    return next((q for q in quotes if iri in [p.iri for p in (*q.parts, *q.context)]), None)


def home_page(graph: PublishedBuild, reply: Reply, *, language: str) -> None:
    """Write the start page: the search over everything, and where to go from there."""
    page = Page(graph, language)
    examples = []
    for name, values in _EXAMPLES:
        if name not in graph.catalogue:
            continue
        question = graph.catalogue.get(name)
        shown: Mapping[str, str] | None = values
        for parameter, value in values.items():
            shown = graph.answers(question, parameter, f"{ID}{value}")
        if shown is not None:
            asked = question.asked(shown, graph.names)
            given = asked._replace(values=tuple(v for v in asked.values if v.is_given))
            address = page.site(f"/questions/{name}", **shown)
            examples.append((given.title(graph.labels, language), address))
    documents = [row["document"].value for row in select(graph.store, _DOCUMENTS)]
    page.write(reply, "home.html", "/home", examples=examples, documents=documents, forms=())


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
