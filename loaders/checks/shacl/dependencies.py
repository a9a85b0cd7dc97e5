"""What a shape reads, to tell that a change of the graph cannot change its results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import pyoxigraph as ox

from ....graph.query_dependencies import terms_of_query
from ....ontology.namespaces import RDF, SH
from .compiler import Compiler, prologue
from .source import Node, target_classes

#: Constraints that read more than the shape names.
_READ_MORE: Final = frozenset({SH + "closed", SH + "qualifiedValueShapesDisjoint"})
#: With these, a shape reads more than the nodes to which paths lead from its focus nodes.
_APART: Final = frozenset({SH + "sparql", SH + "select", SH + "ask", SH + "targetNode"})
_TYPE: Final = RDF + "type"


class Reads(NamedTuple):
    """What a shape reads: predicates and classes, None if they may be any.

    ``targets`` are the classes whose members are its focus nodes. If it ``is_connected``, it reads
    the types of other nodes only where these predicates join them to a focus node.
    """

    terms: frozenset[str] | None
    targets: frozenset[str] = frozenset()
    is_connected: bool = False


class Edited:
    """Quads of the graph that shapes read, which come or go."""

    def __init__(self, store: ox.Store, quads: Iterable[ox.Quad]) -> None:
        """``store`` holds the state before the edit, in any graphs."""
        self._store = store
        self._predicates: set[str] = set()
        self._members: dict[str, set[Node]] = {}
        self._joined: dict[Node, frozenset[str]] = {}
        for quad in quads:
            self._predicates.add(quad.predicate.value)
            if quad.predicate.value == _TYPE and isinstance(quad.object, ox.NamedNode):
                assert not isinstance(quad.subject, ox.Triple)
                self._members.setdefault(quad.object.value, set()).add(quad.subject)

    def may_change(self, reads: Reads) -> bool:
        """Whether the edit may change the results of a shape."""
        if reads.terms is None:
            return bool(self._predicates)
        if not self._predicates.isdisjoint(reads.terms):
            return True
        return any(
            not reads.is_connected
            or kind in reads.targets
            # Predicates that come or go with the edit are those above.
            or any(not reads.terms.isdisjoint(self._predicates_at(node)) for node in nodes)
            for kind, nodes in self._members.items()
            if kind in reads.terms
        )

    def _predicates_at(self, node: Node) -> frozenset[str]:
        """The predicates of the quads that a node is an end of, without its types."""
        if node not in self._joined:
            around = (node, None), (None, node)
            quads = (q for s, o in around for q in self._store.quads_for_pattern(s, None, o, None))
            self._joined[node] = frozenset(quad.predicate.value for quad in quads) - {_TYPE}
        return self._joined[node]


def reads_of_shape(compiler: Compiler, shape: Node) -> Reads:
    """What a shape reads.

    The terms are among all that its description leads to: paths, classes and those below them,
    other shapes, and the terms of queries.
    """
    shapes, below = compiler.shapes, compiler.below
    beyond = compiler.beyond | _READ_MORE
    found: set[str] = set()
    is_connected = True
    waiting: list[Node] = [shape]
    while waiting:
        node = waiting.pop()
        name = node.value
        if name in found:
            continue
        found.update((name, *below.get(name, ())))
        predicates = shapes.predicates(node)
        if not beyond.isdisjoint(predicates):
            return Reads(None)
        is_connected &= _APART.isdisjoint(predicates)
        for predicate in predicates:
            values = shapes.values(node, predicate)
            if predicate in (SH + "select", SH + "ask"):
                for text in values:
                    terms = terms_of_query(prologue(shapes, node) + text.value)
                    if terms is None:
                        return Reads(None)
                    found |= terms
            elif predicate != RDF + "type":
                waiting += (n for n in values if isinstance(n, (ox.NamedNode, ox.BlankNode)))
    targets = target_classes(shapes, shape, below)
    return Reads(frozenset(found), frozenset(targets), is_connected)
