"""Whether triple patterns can match together, found out by looking at few quads.

A query that starts from one known quad has few candidates at each step. Oxigraph may plan it from
another end, and reads its text anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from .conjunctions import GraphName, Item
from .why.sparql import algebra as alg

Term: TypeAlias = ox.NamedNode | ox.Literal
Bound: TypeAlias = dict[alg.Var, Term]
_Item: TypeAlias = tuple[GraphName, alg.TriplePattern]
_Key: TypeAlias = tuple[object, object, object, object]
#: Values, blank nodes among them.
_Values: TypeAlias = Mapping[alg.Var, object]
#: A pattern that matches more quads is left out, and so is the rest after so many steps.
_MOST_QUADS: Final = 64
_MOST_STEPS: Final = 200
#: The width of a pattern of which the object alone is known.
_BY_OBJECT: Final = 3
_PLAIN: Final = ox.DefaultGraph()


class QuadSearch:
    """Looks for quads of one state of a store, and remembers what it has seen."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._known: dict[_Key, Sequence[ox.Quad]] = {}
        self._steps = 0

    def may_match(self, items: Iterable[Item], bound: _Values) -> bool:
        """Whether the patterns may match together with these values; False only for certain.

        Paths are taken to match.
        """
        self._steps = 0
        plain = [
            (graph, pattern) for graph, pattern in items if isinstance(pattern, alg.TriplePattern)
        ]
        return self._may_match(plain, bound)

    def _may_match(self, items: list[_Item], bound: _Values) -> bool:
        if not items:
            return True
        best = min(items, key=lambda item: _width(item, bound))
        if _width(best, bound) == _BY_OBJECT:
            # Few quads have one position as their object, and many one status.
            alike = (item for item in items if _width(item, bound) == _BY_OBJECT)
            best = min(alike, key=lambda item: len(self._quads(item, bound)))
        rest = [item for item in items if item is not best]
        quads = self._quads(best, bound)
        self._steps += len(quads)
        if self._steps > _MOST_STEPS:
            return True
        if len(quads) > _MOST_QUADS:
            return self._may_match(rest, bound)
        return any(
            (more := _matched(best, quad, bound)) is not None and self._may_match(rest, more)
            for quad in quads
        )

    def _quads(self, item: _Item, bound: _Values) -> Sequence[ox.Quad]:
        """The quads that a pattern may match, at most one more than are looked at."""
        graph, pattern = item
        subject, predicate, name = (
            _value(node, bound) for node in (pattern.subject, pattern.predicate, graph)
        )
        if any(isinstance(term, ox.Literal) for term in (subject, predicate, name)):
            # A literal is an object only.
            return ()
        object_ = _value(pattern.object, bound)
        key = (subject, predicate, object_, name if graph else _PLAIN)
        if key not in self._known:
            found = self._store.quads_for_pattern(*key)
            if graph is not None and name is None:
                found = (quad for quad in found if quad.graph_name != _PLAIN)
            self._known[key] = tuple(islice(found, _MOST_QUADS + 1))
        return self._known[key]


def _value(node: alg.Node | GraphName, bound: _Values) -> Any:
    return bound.get(node) if isinstance(node, alg.Var) else node


def _width(item: _Item, bound: _Values) -> int:
    """How many quads a pattern may match, from few to many."""
    graph, pattern = item

    def is_open(node: object) -> bool:
        return isinstance(node, alg.Var) and node not in bound

    if not is_open(pattern.subject):
        return 0 if not is_open(pattern.object) else 2
    if isinstance(graph, alg.Var) and graph in bound:
        # A fact is a graph of one triple.
        return 1
    return _BY_OBJECT if not is_open(pattern.object) else _BY_OBJECT + 1


def _matched(item: _Item, quad: ox.Quad, bound: _Values) -> _Values | None:
    """The values with those of one more quad that has them; None if they do not go together."""
    graph, pattern = item
    more = dict(bound)
    nodes: tuple[alg.Node | GraphName, ...]
    nodes = (pattern.subject, pattern.predicate, pattern.object, graph)
    terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    for node, term in zip(nodes, terms, strict=True):
        if isinstance(node, alg.Var) and node not in bound and more.setdefault(node, term) != term:
            return None
    return more
