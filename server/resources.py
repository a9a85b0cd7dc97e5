"""Tasks that show one thing of the graph: an entity, a document, a fact, the ontology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, cast

import pyoxigraph as ox

from ..api import KnowledgeGraph
from ..graph.errors import UnknownNameError
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
    PREFIXES,
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
from .formats import GRAPHS
from .page import Page, Quoted
from .reply import Reply

_ABOUT: Final = """CONSTRUCT {{ {iri} ?p ?o . ?s ?q {iri} }} WHERE {{
  {{ {iri} ?p ?o }} UNION {{ ?s ?q {iri} }}
}}"""
_FACT: Final = f"""PREFIX tw: <{TW}> PREFIX oa: <{OA}>
CONSTRUCT {{{{ ?s ?p ?o }}}} WHERE {{{{
  {{{{ GRAPH {{iri}} {{{{ ?s ?p ?o }}}} }}}}
  UNION {{{{ GRAPH <{GRAPH_EVIDENCE}> {{{{ ?s ?p ?o VALUES ?s {{{{ {{iri}} }}}} }}}} }}}}
  UNION {{{{ GRAPH <{GRAPH_EVIDENCE}> {{{{ {{iri}} tw:evidence ?s . ?s ?p ?o }}}} }}}}
  UNION {{{{ GRAPH <{GRAPH_EVIDENCE}> {{{{
    {{iri}} tw:evidence/oa:hasSelector ?s . ?s ?p ?o
  }}}} }}}}
}}}}"""
_ONTOLOGY: Final = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH_ONTOLOGY}> {{ ?s ?p ?o }} }}"
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

    Evidence has no page, nor has a passage that goes with a quote: they lead to a fact. What is
    not in the graph gives a page with status 404, or raises ``UnknownNameError``.
    """
    iri = BASE + path
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        raise UnknownNameError(path, "thing") from None
    if iri.startswith((EVIDENCE, PASSAGE)):
        _lead_to_fact(graph.store, reply, iri, path)
    elif media != "text/html":
        _write_triples(graph.store, reply, node, path, media)
    elif not _write_page(Page(graph, language), reply, graph, node, path):
        near = graph.names.near(path.removeprefix("id/").rpartition("/")[2])
        found = [iri for name in near for iri in graph.names.find(name)[:1]]
        Page(graph, language).write(
            reply, "missing.html", f"/{path}", 404, wanted=path, near=found, forms=()
        )


def _lead_to_fact(store: Store, reply: Reply, iri: str, path: str) -> None:
    """Lead from evidence or a passage, or a selector of one, to a fact whose quote it goes with."""
    kind, key = path.split("/")[:2]
    stretch = f"{BASE}{kind}/{key}"
    if iri.startswith(PASSAGE):
        rows = select(store, _BESIDE.format(passage=ox.NamedNode(stretch)))
        facts = [row["fact"].value for row in rows]
    else:
        facts = [*FactReader(store).owners([stretch]).get(stretch, ())]
    if not facts:
        raise UnknownNameError(path, kind)
    reply.begin("text/plain", 303, location=facts[0].replace(BASE, "/"))


def _write_triples(store: Store, reply: Reply, node: ox.NamedNode, path: str, media: str) -> None:
    text = _ABOUT.format(iri=node)
    if node.value.startswith((FACT, INFERENCE)):
        text = _FACT.format(iri=node)
    elif path == "ontology":
        text = _ONTOLOGY
    triples = sorted(cast("Iterable[ox.Triple]", store.query(text)), key=str)
    if not triples:
        raise UnknownNameError(path, "thing")
    reply.begin(media)
    ox.serialize(triples, reply.body.buffer, GRAPHS[media], prefixes=PREFIXES)


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
