"""Descriptions of the endpoint and of its named graphs: for pages, and as SD and VoID."""

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
    PREFIXES,
    RDF,
    RDFS,
    XSD,
)

#: The vocabulary of service descriptions.
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
VOID: Final = "http://rdfs.org/ns/void#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_WRITTEN: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD",
)  # fmt: skip


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


def service_description(endpoint: str, form: ox.RdfFormat) -> bytes:
    """Serialize the service description of the endpoint at that address."""
    prefixes = {"sd": SD, "formats": _FORMATS, "graph": PREFIXES["graph"]}
    written = ox.serialize(_service_triples(endpoint), format=form, prefixes=prefixes)
    assert written is not None
    return written


def _service_triples(endpoint: str) -> Iterator[ox.Triple]:
    """Yield the service description, with IRIs under the endpoint's instead of blank nodes."""
    service, dataset = endpoint, f"{endpoint}#dataset"

    def triple(subject: str, predicate: str, value: str) -> ox.Triple:
        return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value))

    yield triple(service, RDF + "type", SD + "Service")
    yield triple(service, SD + "endpoint", endpoint)
    yield triple(service, SD + "supportedLanguage", SD + "SPARQL11Query")
    yield triple(service, SD + "defaultDataset", dataset)
    for name in _WRITTEN:
        yield triple(service, SD + "resultFormat", _FORMATS + name)
    yield triple(dataset, RDF + "type", SD + "Dataset")
    yield triple(dataset, SD + "defaultGraph", f"{endpoint}#plain")
    yield triple(f"{endpoint}#plain", RDF + "type", SD + "Graph")
    for number, graph in enumerate(
        (GRAPH_ENTITIES, GRAPH_EVIDENCE, GRAPH_ONTOLOGY, GRAPH_PROSPECTS)
    ):
        named = f"{endpoint}#named-{number}"
        yield triple(dataset, SD + "namedGraph", named)
        yield triple(named, RDF + "type", SD + "NamedGraph")
        yield triple(named, SD + "name", graph)
