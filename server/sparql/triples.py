"""What the graph says of one IRI, as triples: what stands in the descriptions for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

import pyoxigraph as ox

from ...graph.store import Store
from ...ontology.namespaces import (
    BASE,
    EVIDENCE,
    FACT,
    GRAPH_EVIDENCE,
    GRAPH_ONTOLOGY,
    INFERENCE,
    OA,
    PASSAGE,
    PREFIXES,
    TW,
)
from ..workers.reply import Reply
from .media_types import GRAPHS
from .named_graphs import NAMED, VOID, graph_triples
from .service_description import SD

_ABOUT: Final = """CONSTRUCT { IRI ?p ?o . ?s ?q IRI } WHERE {
  { IRI ?p ?o } UNION { ?s ?q IRI }
}"""
_FACT: Final = f"""PREFIX tw: <{TW}> PREFIX oa: <{OA}>
CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ GRAPH IRI {{ ?s ?p ?o }} }}
  UNION {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?s ?p ?o VALUES ?s {{ IRI }} }} }}
  UNION {{ GRAPH <{GRAPH_EVIDENCE}> {{ IRI tw:evidence ?s . ?s ?p ?o }} }}
  UNION {{ GRAPH <{GRAPH_EVIDENCE}> {{ IRI tw:evidence/oa:hasSelector ?s . ?s ?p ?o }} }}
}}"""
_STRETCH: Final = f"""PREFIX oa: <{OA}> CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  GRAPH <{GRAPH_EVIDENCE}> {{
    {{ ?s ?p ?o VALUES ?s {{ IRI }} }}
    UNION {{ ?s ?p ?o VALUES ?o {{ IRI }} }}
    UNION {{ IRI oa:hasSelector ?s . ?s ?p ?o }}
  }}
}}"""
_ONTOLOGY: Final = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH_ONTOLOGY}> {{ ?s ?p ?o }} }}"


def triples_about(store: Store, node: ox.NamedNode) -> list[ox.Triple]:
    """What is said of the IRI; empty where the graph does not know it."""
    iri = node.value
    if iri in NAMED:
        return list(graph_triples(store, iri))
    text = _ABOUT
    if iri.startswith((FACT, INFERENCE)):
        text = _FACT
    elif iri.startswith((EVIDENCE, PASSAGE)):
        text = _STRETCH
    elif iri == BASE + "ontology":
        text = _ONTOLOGY
    return [*cast("Iterable[ox.Triple]", store.query(text.replace("IRI", str(node))))]


def write_triples(
    reply: Reply, triples: Iterable[ox.Triple], media: str, status: int = 200
) -> None:
    """Write triples in their order, in that format."""
    reply.begin(media, status)
    prefixes = {**PREFIXES, "sd": SD, "void": VOID}
    ox.serialize(sorted(triples, key=str), reply.body.buffer, GRAPHS[media], prefixes=prefixes)
