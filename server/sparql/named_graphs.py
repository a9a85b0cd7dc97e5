"""Descriptions of the named graphs of every build, for pages and as triples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ...graph.store import Store, select
from ...messages.message import LANGUAGES, say
from ...ontology.namespaces import (
    GRAPH_ENTITIES,
    GRAPH_EVIDENCE,
    GRAPH_ONTOLOGY,
    GRAPH_PLAIN,
    GRAPH_PROSPECTS,
    GRAPH_PUSH,
    RDF,
    RDFS,
    XSD,
)
from .protocol import SD

VOID: Final = "http://rdfs.org/ns/void#"


@dataclass(frozen=True, slots=True)
class NamedGraph:
    """A named graph with an example query.

    ``name`` is part of the message codes of its label and description; ``download`` is the path
    of the complete graph, if the server offers it.
    """

    name: str
    example: str
    download: str = ""


NAMED: Final = {
    GRAPH_ENTITIES: NamedGraph(
        "entities",
        "SELECT ?thing ?name WHERE {\n  GRAPH graph:entities { ?thing rdfs:label ?name }\n}\n"
        "LIMIT 20",
    ),
    GRAPH_EVIDENCE: NamedGraph(
        "evidence",
        "SELECT ?fact ?quote WHERE {\n  GRAPH graph:evidence {\n"
        "    ?fact tw:evidence/oa:hasSelector/oa:exact ?quote\n  }\n}\nLIMIT 20",
    ),
    GRAPH_ONTOLOGY: NamedGraph(
        "ontology",
        "SELECT ?term ?comment WHERE {\n  GRAPH graph:ontology { ?term rdfs:comment ?comment }\n}\n"
        "LIMIT 20",
        "/ontology.ttl",
    ),
    GRAPH_PLAIN: NamedGraph(
        "plain",
        "SELECT ?agreement ?signatory WHERE {\n  ?agreement tw:signatory ?signatory\n}\nLIMIT 20",
    ),
    GRAPH_PROSPECTS: NamedGraph(
        "prospects",
        "SELECT ?project ?supporter WHERE {\n"
        "  GRAPH graph:prospects { ?project tw:supportedBy ?supporter }\n}\nLIMIT 20",
    ),
    GRAPH_PUSH: NamedGraph(
        "push",
        "SELECT ?p ?o WHERE {\n  GRAPH graph:push { ?push ?p ?o }\n}",
    ),
}


def size(store: Store, iri: str) -> int:
    """Return the number of triples in a graph."""
    pattern = "?s ?p ?o" if iri == GRAPH_PLAIN else f"GRAPH <{iri}> {{ ?s ?p ?o }}"
    rows = select(store, f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    return int(next(rows)["n"].value)


def graph_triples(store: Store, iri: str) -> Iterator[ox.Triple]:
    """Describe a graph in the vocabularies of SPARQL Service Description and VoID."""
    node, told = ox.NamedNode(iri), NAMED[iri]
    yield ox.Triple(node, ox.NamedNode(RDF + "type"), ox.NamedNode(SD + "Graph"))
    number = ox.Literal(str(size(store, iri)), datatype=ox.NamedNode(XSD + "integer"))
    yield ox.Triple(node, ox.NamedNode(VOID + "triples"), number)
    texts = {"label": f"graph-{told.name}", "comment": f"graph-{told.name}-content"}
    for predicate, code in texts.items():
        for language in LANGUAGES:
            literal = ox.Literal(say(code, language), language=language)
            yield ox.Triple(node, ox.NamedNode(RDFS + predicate), literal)
