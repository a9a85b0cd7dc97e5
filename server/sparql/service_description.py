"""What the endpoint says of itself: SPARQL 1.1 Service Description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from ...ontology.namespaces import (
    GRAPH_ENTITIES,
    GRAPH_EVIDENCE,
    GRAPH_ONTOLOGY,
    GRAPH_PROSPECTS,
    PREFIXES,
    RDF,
)
from .media_types import GRAPHS

#: The vocabulary of service descriptions.
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_WRITTEN: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD",
)  # fmt: skip


def description(endpoint: str, media: str) -> bytes:
    """The service description of the endpoint at that address, in RDF."""
    prefixes = {"sd": SD, "formats": _FORMATS, "graph": PREFIXES["graph"]}
    written = ox.serialize(_triples(endpoint), format=GRAPHS[media], prefixes=prefixes)
    assert written is not None
    return written


def _triples(endpoint: str) -> Iterator[ox.Triple]:
    """Every thing has an IRI under the endpoint's, for there are no blank nodes here either."""
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
