"""Pages that only the published site has: its start page, and what shares a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from ...graph.fact_record import FactRecord, Quote
from ...graph.store import select
from ...ontology.namespaces import BASE, DCTERMS, ID, INFERENCE
from ..pages.page import Page
from ..workers.reply import Reply
from .published_build import PublishedBuild
from .static_address import GATHERED, Address

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
