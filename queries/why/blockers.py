"""What keeps a negation from coming true on a few triples alone.

``NOT EXISTS { A NOT EXISTS { B } }`` holds in the whole graph because each A has its B. On the
triples of one row alone the A may be there without its B, and the row would be lost: so the B
belongs to the row's triples. The same goes for MINUS and OPTIONAL, and for aggregates, whose
members may together match what is negated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .atoms import GraphNode
from .derivations import Deriver
from .sparql import algebra as alg


class Blockers:
    """The blocking statements of one query, found when first asked for."""

    def __init__(self, deriver: Deriver, group: alg.Group) -> None:
        self._deriver, self._group = deriver, group
        self._pairs: list[tuple[frozenset[int], frozenset[int]]] | None = None

    def of(self, triples: frozenset[int]) -> frozenset[int]:
        """The set with everything that blocks a negation which its own statements lead to."""
        if self._pairs is None:
            self._pairs = [
                pair
                for positive, negated, graph in _negations(self._group.elements, None)
                for pair in self._deriver.pairs(positive, negated, graph)
            ]
        size = -1
        while size < len(triples):
            size = len(triples)
            for before, blocking in self._pairs:
                if before <= triples:
                    triples |= blocking
        return triples


def _negations(
    elements: tuple[alg.Element, ...], graph: GraphNode
) -> Iterator[tuple[alg.Group, alg.Group, GraphNode]]:
    """Each negated or optional group, with the positive elements beside it and their graph."""
    for element in elements:
        beside = tuple(e for e in elements if e is not element and isinstance(e, _POSITIVE))
        within = element.graph if isinstance(element, alg.GraphGroup) else graph
        for group in _groups_in(element):
            if isinstance(element, _NEGATING):
                yield alg.Group(beside), group, graph
            yield from _negations(group.elements, within)


_NEGATING: Final = (alg.Filter, alg.Bind, alg.MinusGroup, alg.OptionalGroup)
_POSITIVE: Final = (
    alg.TriplePattern,
    alg.PathPattern,
    alg.Values,
    alg.Group,
    alg.UnionGroups,
    alg.GraphGroup,
)


def _groups_in(element: alg.Element) -> Iterator[alg.Group]:
    match element:
        case alg.Filter(expression) | alg.Bind(expression, _):
            yield from (exists.group for exists in expression.exists())
        case alg.OptionalGroup(group) | alg.MinusGroup(group) | alg.GraphGroup(_, group):
            yield group
        case alg.Group():
            yield element
        case alg.UnionGroups(groups):
            yield from groups
        case alg.Select():
            yield element.where
        case _:
            pass
