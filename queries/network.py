"""The facts between entities as a networkx graph: paths, degrees, components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from ..graph.errors import QueryError
from ..graph.store import Store
from ..ontology.namespaces import FACT, ID
from .rows import select

if TYPE_CHECKING:
    import networkx as nx

_EDGES: Final = f"""
SELECT ?s ?p ?o ?fact WHERE {{
  GRAPH ?fact {{ ?s ?p ?o }}
  ?s ?p ?o .
  FILTER(STRSTARTS(STR(?fact), "{FACT}") && ISIRI(?o))
}}"""
#: Values that tie together things which have nothing else in common: no way leads through them.
_VALUES: Final = tuple(
    ID + name + "/" for name in ("stage", "unit", "comparator", "event-format", "modality")
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a fact's triple, walked from its subject or against it."""

    triple: ox.Triple
    is_forward: bool


def network(store: Store) -> nx.MultiDiGraph[str]:
    """Entities as nodes, facts as edges with the attributes ``predicate`` and ``fact``.

    Controlled values (stages, units …) are left out: they would make everything neighbours.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    edges = sorted(
        (row["s"].value, row["o"].value, row["fact"].value, row["p"].value)
        for row in select(store, _EDGES)
        if not row["o"].value.startswith(_VALUES)
    )
    for subject, object_, fact, predicate in edges:
        graph.add_edge(subject, object_, key=fact, predicate=predicate, fact=fact)
    return graph


def shortest_paths(store: Store, start: str, end: str, *, limit: int = 3) -> list[list[Step]]:
    """The shortest ways from one entity to another over facts, in either direction.

    At most ``limit`` of the same length, ways through concrete things before ways through
    areas; empty if nothing connects them. Raises ``QueryError`` if both are the same.
    """
    import networkx as nx

    if start == end:
        raise QueryError("a path needs two different entities")
    graph = network(store)
    if start not in graph or end not in graph:
        return []
    # An area is a weak tie: two bodies that both deal with post need not have met.
    for _, target, data in graph.edges(data=True):
        data["weight"] = 3 if target.startswith(ID + "area/") else 1
    try:
        nodes = nx.all_shortest_paths(graph.to_undirected(), start, end, weight="weight")
        ways = sorted(nodes)[:limit]
    except nx.NetworkXNoPath:
        return []
    return [
        [_step(graph, left, right) for left, right in zip(way, way[1:], strict=False)]
        for way in ways
    ]


def _step(graph: nx.MultiDiGraph[str], left: str, right: str) -> Step:
    is_forward = graph.has_edge(left, right)
    subject, object_ = (left, right) if is_forward else (right, left)
    predicate = min(data["predicate"] for data in graph[subject][object_].values())
    triple = ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(object_))
    return Step(triple, is_forward)


def statistics(store: Store) -> dict[str, Any]:
    """Nodes, edges, connected components, and the ten entities with the most facts."""
    import networkx as nx

    graph = network(store)
    parts = sorted((len(part) for part in nx.weakly_connected_components(graph)), reverse=True)
    ranked = sorted(graph.degree(), key=lambda item: (-item[1], item[0]))
    return {
        "nodes": graph.number_of_nodes(),
        "edges": graph.number_of_edges(),
        "components": parts,
        "degrees": ranked[:10],
    }
