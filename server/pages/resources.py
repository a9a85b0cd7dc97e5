"""Pages and triples of one resource: an entity, a document, a fact, a named graph."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final, cast
from urllib.parse import quote

import pyoxigraph as ox

from ...graph.fact_reader import FactReader, description, facts_of
from ...graph.fact_record import fact_json
from ...graph.store import EmbeddedStore, Store, select
from ...messages.message import say
from ...ontology.namespaces import (
    BASE,
    DOCUMENT,
    EVIDENCE,
    FACT,
    GRAPH_EVIDENCE,
    GRAPH_ONTOLOGY,
    ID,
    INFERENCE,
    OWL,
    PASSAGE,
    PREFIXES,
    RDFS,
)
from ...ontology.schema import local_name
from ...queries.disagreement import disagreements
from ...queries.entity_card import entity_card
from ...queries.labels import short_iri
from ...queries.proof_json import card_json
from ..sparql.media_types import GRAPHS, LANGUAGES
from ..sparql.service_description import NAMED, SD, VOID, graph_triples, size
from ..workers.reply import Reply
from ..workers.served_graph import OpenedBuild
from .document_page import document_values
from .page import Page
from .profile_page import LONG, SHORT, profile_values

_ABOUT: Final = """CONSTRUCT { IRI ?p ?o . ?s ?q IRI } WHERE {
  { IRI ?p ?o } UNION { ?s ?q IRI }
}"""
_ONTOLOGY: Final = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH_ONTOLOGY}> {{ ?s ?p ?o }} }}"


def triples_about(store: Store, node: ox.NamedNode) -> list[ox.Triple]:
    """Return the triples about an IRI; empty if it is not in the graph."""
    iri = node.value
    if iri in NAMED:
        return list(graph_triples(store, iri))
    if iri.startswith((FACT, INFERENCE, EVIDENCE, PASSAGE)):
        return list(description(store, node))
    if isinstance(store, EmbeddedStore) and iri != BASE + "ontology":
        match, plain = store.quads.quads_for_pattern, ox.DefaultGraph()
        about = (*match(node, None, None, plain), *match(None, None, node, plain))
        return [quad.triple for quad in about]
    text = _ONTOLOGY if iri == BASE + "ontology" else _ABOUT
    return [*cast("Iterable[ox.Triple]", store.query(text.replace("IRI", str(node))))]


def quads_about(store: Store, node: ox.NamedNode) -> Iterator[ox.Quad]:
    """Return a fact as it is stored: its triple in its own graph, and its evidence."""
    if not node.value.startswith((FACT, INFERENCE)):
        return
    own = cast("Iterable[ox.Triple]", store.query(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {node} {{ ?s ?p ?o }} }}"
    ))  # fmt: skip
    triples, evidence = set(own), ox.NamedNode(GRAPH_EVIDENCE)
    for triple in sorted(triples, key=str):
        yield ox.Quad(triple.subject, triple.predicate, triple.object, node)
    for triple in sorted({*description(store, node)} - triples, key=str):
        yield ox.Quad(triple.subject, triple.predicate, triple.object, evidence)


def _write_json(graph: OpenedBuild, reply: Reply, iri: str) -> bool:
    """Write an entity as ``taawun show --format json`` does, or a fact; False for others."""
    if iri.startswith(ID):
        card = entity_card(graph.store, iri)
        if not card.labels and not card.triples:
            return False
        facts = facts_of(graph.store, card.triples)
        views = [view for triple in card.triples for view in facts.get(triple, ())]
        told = card_json(card, views, disagreements(graph.store, iri))
    elif iri.startswith((FACT, INFERENCE)) and graph.store.query(
        f"ASK {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
    ):
        told = json.dumps(fact_json(FactReader(graph.store).get(iri)), ensure_ascii=False, indent=2)
    else:
        return False
    reply.begin("application/json")
    reply.body.write(told + "\n")
    return True


def write_triples(
    reply: Reply, triples: Iterable[ox.Triple], media: str, status: int = 200
) -> None:
    """Write triples, sorted, in the given format."""
    reply.begin(media, status)
    reply.body.buffer.write(serialized(triples, media))


def serialized(triples: Iterable[ox.Triple], media: str) -> bytes:
    """Triples, each once and sorted, in the given format."""
    text = ox.serialize(
        sorted(set(triples), key=str), format=GRAPHS[media],
        prefixes={**PREFIXES, "sd": SD, "void": VOID},
    )  # fmt: skip
    assert text is not None
    return text


_TERMS: Final = f"""SELECT ?term ?kind ?comment WHERE {{ GRAPH <{GRAPH_ONTOLOGY}> {{
  ?term a ?kind ; <{RDFS}label> ?name FILTER(LANG(?name) = "ar")
  OPTIONAL {{ ?term <{RDFS}comment> ?comment FILTER(LANG(?comment) = "LANGUAGE") }}
}} }} ORDER BY ?term"""
_KINDS: Final = {OWL + "Class", OWL + "ObjectProperty", OWL + "DatatypeProperty"}


def resource(graph: OpenedBuild, reply: Reply, *, path: str, media: str, language: str) -> None:
    """Write the resource at that path under the base IRI, as a page or as RDF.

    In HTML, evidence and context passages have no pages of their own: they redirect to a fact.
    An unknown IRI returns 404 in the same format.
    """
    page = Page(graph, language)
    try:
        node = ox.NamedNode(BASE + path)
    except ValueError:
        _miss(page, reply, graph, path, media)
        return
    if media == "application/trig":
        quads = list(quads_about(graph.store, node))
        if quads:
            reply.begin(media)
            ox.serialize(quads, reply.body.buffer, ox.RdfFormat.TRIG, prefixes=PREFIXES)
            return
    elif media == "application/json" and _write_json(graph, reply, node.value):
        return
    elif media != "text/html":
        triples = triples_about(graph.store, node)
        if triples:
            write_triples(reply, triples, media)
            return
    elif node.value.startswith((EVIDENCE, PASSAGE)):
        if fact := _fact_beside(graph.store, path):
            place = f"#{path.split('/')[1]}" if node.value.startswith(EVIDENCE) else ""
            reply.begin("text/plain", 303, location=page.href(fact) + place)
            return
    elif _write_page(page, reply, graph, node, path):
        return
    _miss(page, reply, graph, path, media)


def _miss(page: Page, reply: Reply, graph: OpenedBuild, path: str, media: str) -> None:
    """Return 404: a page with the nearest names, or a comment in RDF."""
    if media == "text/html":
        near = graph.names.near(path.removeprefix("id/").rpartition("/")[2])
        found = [iri for name in near for iri in graph.names.find(name)[:1]]
        page.write(
            reply, "missing.html", f"/{path}", 404, wanted=path, near=found, pages=[], forms=()
        )
        return
    note = ox.NamedNode(RDFS + "comment")
    about = ox.NamedNode(f"{BASE}{quote(path)}#missing")
    said = {language: say("page-missing-name", language, name=path) for language in LANGUAGES}
    told = [ox.Triple(about, note, ox.Literal(said[name], language=name)) for name in said]
    write_triples(reply, told, media, 404)


def _fact_beside(store: Store, path: str) -> str | None:
    """Return the fact that a passage, a piece of evidence or one of its selectors belongs to."""
    kind, key = path.split("/")[:2]
    stretch = f"{BASE}{kind}/{key}"
    return next(iter(FactReader(store).owners([stretch]).get(stretch, ())), None)


def _write_page(
    page: Page, reply: Reply, graph: OpenedBuild, node: ox.NamedNode, path: str
) -> bool:
    """Write the page about a thing; return False if it is not in the graph."""
    iri, store = node.value, graph.store
    address = f"/{path}"
    if iri.startswith((FACT, INFERENCE)):
        if not store.query(f"ASK {{ GRAPH {node} {{ ?s ?p ?o }} }}"):
            return False
        # A published site reads all facts once.
        reader = page.published.reader if page.published else FactReader(store)
        fact = reader.get(iri)
        page.write(
            reply, "fact.html", f"{address}.html", fact=fact, forms=(*_WITH_JSON, ("trig", "TriG"))
        )
    elif iri.startswith(DOCUMENT):
        values = document_values(graph, page, node)
        if values is None:
            return False
        page.write(reply, "document.html", address, iri=iri, forms=_FORMS, **values)
    elif iri in NAMED:
        page.write(
            reply, "graph.html", f"{address}.html", iri=iri, graph=NAMED[iri],
            size=f"{size(store, iri):,}", forms=_FORMS,
        )  # fmt: skip
    elif path == "ontology":
        terms = list(_terms(store, page))
        page.write(reply, "ontology.html", address, terms=terms, forms=_FORMS)
    elif iri.startswith(ID):
        told = profile_values(graph, page, iri)
        if told is None:
            return False
        page.write(
            reply, "thing.html", f"{address}.html", forms=_WITH_JSON, short_most=SHORT,
            long_most=LONG, **told,
        )  # fmt: skip
    else:
        return False
    return True


_FORMS: Final = (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdf", "RDF/XML"))
_WITH_JSON: Final = (("json", "JSON"), *_FORMS)


def _terms(store: Store, page: Page) -> Iterator[tuple[str, str, str, str]]:
    """Yield each term of the ontology and the collections (those with Arabic names)."""
    rows = list(select(store, _TERMS.replace("LANGUAGE", page.language)))
    page.labels.fetch(row["term"].value for row in rows)
    for row in rows:
        if row["kind"].value in _KINDS:
            term = row["term"].value
            comment = row["comment"].value if "comment" in row else ""
            yield term, local_name(term), short_iri(term), comment
