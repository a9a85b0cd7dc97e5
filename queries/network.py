"""The facts between entities as a networkx graph: paths, degrees, components."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from ..graph.errors import QueryError
from ..graph.fact import ACTIVE_STATUSES
from ..graph.fact_reader import all_facts
from ..graph.fact_record import FactRecord
from ..graph.store import Store
from ..ontology.namespaces import ID
from .labels import Labels, short_iri
from .listing import Paragraph

if TYPE_CHECKING:
    import networkx as nx

#: Edge lengths: a fact inferred by the curator is a weaker tie than one stated in a text, and a
#: shared area is weaker still (two bodies that both deal with post need not have met).
_INFERRED, _AREA = 2, 3
#: Values shared by otherwise unrelated things: paths do not pass through them.
_VALUES: Final = tuple(
    ID + name + "/" for name in ("stage", "unit", "comparator", "event-format", "modality")
)


@dataclass(frozen=True, slots=True)
class Step(Paragraph):
    """One step of a path: a fact's triple, followed forwards or backwards."""

    subject: ox.NamedNode
    predicate: ox.NamedNode
    object: ox.NamedNode
    is_forward: bool

    @property
    def triple(self) -> ox.Triple:
        """The fact's triple."""
        return ox.Triple(self.subject, self.predicate, self.object)

    def __repr__(self) -> str:
        ends = [short_iri(self.subject.value), short_iri(self.object.value)]
        name = short_iri(self.predicate.value)
        return f" —{name}→ ".join(ends) if self.is_forward else f" ←{name}— ".join(ends[::-1])


def network(store: Store, *, quotes: bool = False) -> nx.MultiDiGraph[str]:
    """Entities as nodes, active facts as edges with a ``record`` attribute.

    Controlled values (stages, units …) are left out: they would connect everything.
    The records include quotes only if ``quotes`` is true.
    """
    return _network_of(all_facts(store, quotes=quotes))


def _network_of(facts: Iterable[FactRecord]) -> nx.MultiDiGraph[str]:
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    edges = sorted(
        (fact.subject.value, fact.object.value, fact.iri, fact)
        for fact in facts
        if fact.record_status in ACTIVE_STATUSES and not stands_on_node(fact)
    )
    for subject, object_, iri, fact in edges:
        graph.add_edge(subject, object_, key=iri, record=fact)
    return graph


def stands_on_node(fact: FactRecord) -> bool:
    """Whether a fact gives its subject a value (a stage, a date, a figure) and relates no two
    entities.
    """
    return not isinstance(fact.object, ox.NamedNode) or fact.object.value.startswith(_VALUES)


def labelled_network(
    store: Store, language: str, facts: Iterable[FactRecord] | None = None
) -> nx.MultiDiGraph[str]:
    """The :func:`network` with quotes, labels in one language, and classes.

    A node has ``label`` and ``kind`` (the class part of its slug); an edge, whose key is the IRI
    of its fact, ``label``, ``predicate``, ``modality`` and ``record``. ``facts`` are those of the
    store, where they are read already.
    """
    graph = network(store, quotes=True) if facts is None else _network_of(facts)
    labels = Labels(store)
    predicates = {data["record"].predicate.value for *_, data in graph.edges(data=True)}
    labels.fetch([*graph.nodes, *predicates])
    for node, data in graph.nodes(data=True):
        data |= {"label": labels(node, language), "kind": short_iri(node).partition("/")[0]}
    for *_, data in graph.edges(data=True):
        fact = data["record"]
        predicate = fact.predicate.value
        data |= {"label": labels(predicate, language), "predicate": short_iri(predicate)}
        data["modality"] = fact.modality
    return graph


def shortest_paths(store: Store, start: str, end: str, *, limit: int = 3) -> list[list[Step]]:
    """The shortest paths of facts between two entities, following facts in either direction.

    At most ``limit`` paths of the same length, those through concrete things before those
    through areas; empty if the entities are not connected. Raises ``QueryError`` if both are
    the same.
    """
    import networkx as nx

    if start == end:
        raise QueryError("path-between-one")
    graph = network(store)
    if start not in graph or end not in graph:
        return []
    for _, target, data in graph.edges(data=True):
        inferred = _INFERRED if data["record"].modality == "inferred" else 1
        data["weight"] = _AREA if target.startswith(ID + "area/") else inferred
    both_ways = graph.to_undirected(as_view=True)
    try:
        nodes = nx.all_shortest_paths(both_ways, start, end, weight="weight")
        ways = sorted(nodes)[:limit]
    except nx.NetworkXNoPath:
        return []
    return [[_step(graph, left, right) for left, right in pairwise(way)] for way in ways]


def _step(graph: nx.MultiDiGraph[str], left: str, right: str) -> Step:
    is_forward = graph.has_edge(left, right)
    subject, object_ = (left, right) if is_forward else (right, left)
    _, predicate = min(
        (data["weight"], data["record"].predicate.value)
        for data in graph[subject][object_].values()
    )
    return Step(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(object_), is_forward)


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
