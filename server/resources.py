"""Tasks that show one thing of the graph: an entity, a document, a fact, a named graph …"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from ..api import KnowledgeGraph
from ..graph.store import Store, Term
from ..ontology.namespaces import (
    BASE,
    DCTERMS,
    DOCUMENT,
    EVIDENCE,
    FACT,
    GRAPH_EVIDENCE,
    GRAPH_ONTOLOGY,
    ID,
    INFERENCE,
    OA,
    OWL,
    PASSAGE,
    RDFS,
    SCHEMA,
    TW,
)
from ..ontology.schema import local_name
from ..printing import by_quote
from ..queries.entity_card import entity_card
from ..queries.labels import short_iri
from ..queries.rows import select
from ..queries.why import FactView, facts_of
from ..queries.why.facts import FactReader
from .named_graphs import NAMED, size
from .page import Page, Quoted
from .reply import Reply
from .triples import triples_about, write_triples
from .words import page_word

_QUOTED: Final = """SELECT DISTINCT ?fact WHERE {{ GRAPH <{graph}> {{
  ?fact <{tw}evidence> ?e . ?e <{oa}hasSource> {iri} ; <{oa}hasSelector>/<{oa}start> ?start
}} }} ORDER BY ?start ?fact"""
_BESIDE: Final = f"""SELECT ?fact WHERE {{{{ GRAPH <{GRAPH_EVIDENCE}> {{{{
  ?fact <{TW}evidence>/<{TW}context> {{passage}}
}}}} }}}} ORDER BY ?fact LIMIT 1"""
_VALUES: Final = "SELECT ?p ?o WHERE {{ {iri} ?p ?o }} ORDER BY ?p ?o"
_TERMS: Final = f"""SELECT ?term ?kind ?comment WHERE {{ GRAPH <{GRAPH_ONTOLOGY}> {{
  ?term a ?kind ; <{RDFS}label> ?name FILTER(LANG(?name) = "ar")
  OPTIONAL {{ ?term <{RDFS}comment> ?comment FILTER(LANG(?comment) = "LANGUAGE") }}
}} }} ORDER BY ?term"""
_KINDS: Final = {OWL + "Class", OWL + "ObjectProperty", OWL + "DatatypeProperty"}


def resource(graph: KnowledgeGraph, reply: Reply, *, path: str, media: str, language: str) -> None:
    """Show what stands under the base at that path, as a page or as RDF.

    For people, evidence and a passage that goes with a quote are no pages: they lead to a fact.
    What is not in the graph is said with status 404, in the same format.
    """
    page = Page(graph, language)
    try:
        node = ox.NamedNode(BASE + path)
    except ValueError:
        _miss(page, reply, graph, path, media)
        return
    if media != "text/html":
        triples = triples_about(graph.store, node)
        if triples:
            write_triples(reply, triples, media)
            return
    elif node.value.startswith((EVIDENCE, PASSAGE)):
        if fact := _fact_beside(graph.store, path):
            reply.begin("text/plain", 303, location=page.href(fact))
            return
    elif _write_page(page, reply, graph, node, path):
        return
    _miss(page, reply, graph, path, media)


def _miss(page: Page, reply: Reply, graph: KnowledgeGraph, path: str, media: str) -> None:
    """Say that nothing has this address: a page with the nearest names, or a note in RDF."""
    if media == "text/html":
        near = graph.names.near(path.removeprefix("id/").rpartition("/")[2])
        found = [iri for name in near for iri in graph.names.find(name)[:1]]
        page.write(reply, "missing.html", f"/{path}", 404, wanted=path, near=found, forms=())
        return
    note = ox.NamedNode(RDFS + "comment")
    about = ox.NamedNode(f"{BASE}{quote(path)}#missing")
    said = {language: page_word("not known", language, path) for language in ("ar", "en")}
    told = [ox.Triple(about, note, ox.Literal(said[name], language=name)) for name in said]
    write_triples(reply, told, media, 404)


def _fact_beside(store: Store, path: str) -> str | None:
    """The fact with whose quote a passage, a piece of evidence, or a selector of one goes."""
    kind, key = path.split("/")[:2]
    stretch = f"{BASE}{kind}/{key}"
    if stretch.startswith(PASSAGE):
        rows = select(store, _BESIDE.format(passage=ox.NamedNode(stretch)))
        return next((row["fact"].value for row in rows), None)
    return next(iter(FactReader(store).owners([stretch]).get(stretch, ())), None)


def _write_page(
    page: Page, reply: Reply, graph: KnowledgeGraph, node: ox.NamedNode, path: str
) -> bool:
    """Write the page about a thing; False if the graph does not know it."""
    iri, store = node.value, graph.store
    address = f"/{path}"
    if iri.startswith((FACT, INFERENCE)):
        if not store.query(f"ASK {{ GRAPH {node} {{ ?s ?p ?o }} }}"):
            return False
        fact = FactReader(store).view(iri)
        page.write(reply, "fact.html", f"{address}.html", fact=fact, forms=_FORMS)
    elif iri.startswith(DOCUMENT):
        values = {row["p"].value: row["o"] for row in select(store, _VALUES.format(iri=node))}
        if not values:
            return False
        page.write(
            reply, "document.html", address, iri=iri, forms=_FORMS,
            values=list(_printed(values)), quotes=_quotes(store, node),
        )  # fmt: skip
    elif iri in NAMED:
        page.write(
            reply, "graph.html", f"{address}.html", iri=iri, graph=NAMED[iri],
            size=f"{size(store, iri):,}", forms=_FORMS,
        )  # fmt: skip
    elif path == "ontology":
        terms = list(_terms(store, page))
        page.write(reply, "ontology.html", address, terms=terms, forms=_FORMS)
    elif iri.startswith(ID):
        card = entity_card(store, iri)
        if not card.labels and not card.triples:
            return False
        facts = facts_of(store, card.triples)
        views = [view for triple in card.triples for view in facts.get(triple, ())]
        page.write(
            reply, "thing.html", f"{address}.html", card=card, short=short_iri(iri),
            groups=_grouped(iri, views), forms=_FORMS,
        )  # fmt: skip
    else:
        return False
    return True


_FORMS: Final = (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdf", "RDF/XML"))
_PRINTED: Final = (
    ("file", DCTERMS + "identifier"),
    ("publisher", DCTERMS + "publisher"),
    ("author", DCTERMS + "creator"),
    ("issued", DCTERMS + "issued"),
    ("sha256", SCHEMA + "sha256"),
)


def _printed(values: dict[str, Term]) -> Iterator[tuple[str, Term | None]]:
    """What the register says of a document, as far as it is printed; its date always."""
    for word, predicate in _PRINTED:
        if predicate in values or word == "issued":
            yield word, values.get(predicate)


def _grouped(iri: str, views: Sequence[FactView]) -> list[tuple[str, bool, list[FactView]]]:
    """Facts by what they say of the thing: the predicate, and whether the thing is subject."""
    groups: dict[tuple[str, bool], list[FactView]] = {}
    for view in views:
        key = (view.predicate.value, view.subject.value == iri)
        groups.setdefault(key, []).append(view)
    return [(predicate, is_subject, facts) for (predicate, is_subject), facts in groups.items()]


def _quotes(store: Store, node: ox.NamedNode) -> Quoted:
    """The quotes of a document in its order, each with the facts that it proves."""
    text = _QUOTED.format(iri=node, graph=GRAPH_EVIDENCE, tw=TW, oa=OA)
    facts = [row["fact"].value for row in select(store, text)]
    reader = FactReader(store)
    reader.load(facts)
    groups = by_quote(map(reader.view, facts))
    here = [group for group in groups if group[0][1][0].document_iri == node.value]
    return sorted(here, key=lambda group: (group[0][1][0].start, group[0][1][-1].end))


def _terms(store: Store, page: Page) -> Iterator[tuple[str, str, str, str]]:
    """Each term of ours and of the collections, which have Arabic names, with its comment."""
    rows = list(select(store, _TERMS.replace("LANGUAGE", page.language)))
    page.labels.fetch(row["term"].value for row in rows)
    for row in rows:
        if row["kind"].value in _KINDS:
            term = row["term"].value
            comment = row["comment"].value if "comment" in row else ""
            yield term, local_name(term), short_iri(term), comment
