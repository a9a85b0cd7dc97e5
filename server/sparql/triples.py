"""What the graph says of one IRI, as triples: what stands in the descriptions for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

import pyoxigraph as ox

from ...graph.fact_reader import description
from ...graph.store import Store
from ...ontology.namespaces import (
    BASE,
    EVIDENCE,
    FACT,
    GRAPH_ONTOLOGY,
    INFERENCE,
    PASSAGE,
    PREFIXES,
)
from ..workers.reply import Reply
from .media_types import GRAPHS
from .named_graphs import NAMED, VOID, graph_triples
from .service_description import SD

_ABOUT: Final = """CONSTRUCT { IRI ?p ?o . ?s ?q IRI } WHERE {
  { IRI ?p ?o } UNION { ?s ?q IRI }
}"""
_ONTOLOGY: Final = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH_ONTOLOGY}> {{ ?s ?p ?o }} }}"


def triples_about(store: Store, node: ox.NamedNode) -> list[ox.Triple]:
    """What is said of the IRI; empty where the graph does not know it."""
    iri = node.value
    if iri in NAMED:
        return list(graph_triples(store, iri))
    if iri.startswith((FACT, INFERENCE, EVIDENCE, PASSAGE)):
        return list(description(store, node))
    text = _ONTOLOGY if iri == BASE + "ontology" else _ABOUT
    return [*cast("Iterable[ox.Triple]", store.query(text.replace("IRI", str(node))))]


def write_triples(
    reply: Reply, triples: Iterable[ox.Triple], media: str, status: int = 200
) -> None:
    """Write triples in their order, in that format."""
    reply.begin(media, status)
    prefixes = {**PREFIXES, "sd": SD, "void": VOID}
    ox.serialize(sorted(triples, key=str), reply.body.buffer, GRAPHS[media], prefixes=prefixes)
