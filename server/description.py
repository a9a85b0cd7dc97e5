"""What the endpoint says of itself: SPARQL 1.1 Service Description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from ..ontology.namespaces import GRAPH_ENTITIES, GRAPH_EVIDENCE, GRAPH_ONTOLOGY, PREFIXES, RDF
from .formats import GRAPHS

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_WRITTEN: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD",
)  # fmt: skip


def description(endpoint: str, media: str) -> bytes:
    """The service description of the endpoint at that address, in RDF."""
    prefixes = {"sd": _SD, "formats": _FORMATS, "graph": PREFIXES["graph"]}
    written = ox.serialize(_triples(endpoint), format=GRAPHS[media], prefixes=prefixes)
    assert written is not None
    return written


def _triples(endpoint: str) -> Iterator[ox.Triple]:
    """Every thing has an IRI under the endpoint's, for there are no blank nodes here either."""
    service, dataset = endpoint, f"{endpoint}#dataset"

    def triple(subject: str, predicate: str, value: str) -> ox.Triple:
        return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value))

    yield triple(service, RDF + "type", _SD + "Service")
    yield triple(service, _SD + "endpoint", endpoint)
    yield triple(service, _SD + "supportedLanguage", _SD + "SPARQL11Query")
    yield triple(service, _SD + "defaultDataset", dataset)
    for name in _WRITTEN:
        yield triple(service, _SD + "resultFormat", _FORMATS + name)
    yield triple(dataset, RDF + "type", _SD + "Dataset")
    yield triple(dataset, _SD + "defaultGraph", f"{endpoint}#plain")
    yield triple(f"{endpoint}#plain", RDF + "type", _SD + "Graph")
    for number, graph in enumerate((GRAPH_ENTITIES, GRAPH_EVIDENCE, GRAPH_ONTOLOGY)):
        named = f"{endpoint}#named-{number}"
        yield triple(dataset, _SD + "namedGraph", named)
        yield triple(named, RDF + "type", _SD + "NamedGraph")
        yield triple(named, _SD + "name", graph)
