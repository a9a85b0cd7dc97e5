"""Which terms a shape reads, to tell that a change of the graph cannot change its results."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from ....graph.query_dependencies import terms_of_query
from ....ontology.namespaces import RDF, SH
from .compiler import Compiler, prologue
from .source import Node

#: Constraints that read more than the shape names.
_READ_MORE: Final = frozenset({SH + "closed", SH + "qualifiedValueShapesDisjoint"})


def terms_of_shape(compiler: Compiler, shape: Node) -> frozenset[str] | None:
    """Every predicate and class that a shape reads, None if they may be any.

    They are among all that its description leads to: paths, classes and those below them, other
    shapes, and the terms of queries.
    """
    shapes, below = compiler.shapes, compiler.below
    beyond = compiler.beyond | _READ_MORE
    found: set[str] = set()
    waiting: list[Node] = [shape]
    while waiting:
        node = waiting.pop()
        name = node.value
        if name in found:
            continue
        found.update((name, *below.get(name, ())))
        predicates = shapes.predicates(node)
        if not beyond.isdisjoint(predicates):
            return None
        for predicate in predicates:
            values = shapes.values(node, predicate)
            if predicate in (SH + "select", SH + "ask"):
                for text in values:
                    terms = terms_of_query(prologue(shapes, node) + text.value)
                    if terms is None:
                        return None
                    found |= terms
            elif predicate != RDF + "type":
                waiting += (n for n in values if isinstance(n, (ox.NamedNode, ox.BlankNode)))
    return frozenset(found)
