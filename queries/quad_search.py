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
from .sparql import algebra as alg

Term: TypeAlias = ox.NamedNode | ox.Literal
Bound: TypeAlias = dict[alg.Var, Term]
#: The subject, predicate, object and graph of a pattern: terms, and the names of variables.
Slots: TypeAlias = tuple[Any, Any, Any, Any]
_Values: TypeAlias = Mapping[str, Any]
#: A pattern that matches more quads is left out, and so is the rest after so many steps.
_MOST_QUADS: Final = 64
_MOST_STEPS: Final = 200
#: How many quads a pattern may match of which the subject or the object alone is known, from few to
#: many.
_BY_SUBJECT: Final = 1
_BY_OBJECT: Final = 2
_PLAIN: Final = ox.DefaultGraph()


def slots_of(items: Iterable[Item]) -> list[Slots | None]:
    """The patterns for a search; None for a path, which it takes to match."""
    return [
        (_slot(p.subject), _slot(p.predicate), _slot(p.object), _slot(graph))
        if isinstance(p, alg.TriplePattern)
        else None
        for graph, p in items
    ]


def _slot(node: alg.Node | GraphName) -> object:
    return _PLAIN if node is None else node.name if isinstance(node, alg.Var) else node


class QuadSearch:
    """Looks for quads of one state of a store, and remembers what it has seen."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._known: dict[Slots, Sequence[ox.Quad]] = {}
        self._steps = 0

    def may_match(self, patterns: Sequence[Slots], bound: Bound) -> bool:
        """Whether the patterns may match together with these values; False only for certain."""
        self._steps = 0
        return self._may_match(patterns, {node.name: term for node, term in bound.items()})

    def solutions(self, patterns: Sequence[Slots], bound: Bound) -> list[_Values] | None:
        """Every way in which the patterns match together; None if there is too much to look at."""
        self._steps = 0
        found: list[_Values] = []
        names = {node.name: term for node, term in bound.items()}
        return found if self._match(patterns, names, found) else None

    def _match(self, patterns: Sequence[Slots], bound: _Values, found: list[_Values]) -> bool:
        if not patterns:
            found.append(bound)
            return True
        if (step := self._step(patterns, bound)) is None:
            return False
        best, quads = step
        if len(quads) > _MOST_QUADS:
            return False
        rest = [pattern for pattern in patterns if pattern is not best]
        for quad in quads:
            more = _matched(best, quad, bound)
            if more is not None and not self._match(rest, more, found):
                return False
        return True

    def _may_match(self, patterns: Sequence[Slots], bound: _Values) -> bool:
        if not patterns:
            return True
        if (step := self._step(patterns, bound)) is None:
            return True
        best, quads = step
        if not quads:
            return False
        rest = [pattern for pattern in patterns if pattern is not best]
        if len(quads) > _MOST_QUADS:
            return self._may_match(rest, bound)
        for quad in quads:
            more = _matched(best, quad, bound)
            if more is not None and self._may_match(rest, more):
                return True
        return False

    def _step(
        self, patterns: Sequence[Slots], bound: _Values
    ) -> tuple[Slots, Sequence[ox.Quad]] | None:
        """The narrowest pattern and its quads; None if nothing can be told."""
        best = self._narrowest(patterns, bound)
        if best is None:
            return None
        quads = self._quads(best, bound)
        self._steps += len(quads)
        return None if self._steps > _MOST_STEPS else (best, quads)

    def _narrowest(self, patterns: Sequence[Slots], bound: _Values) -> Slots | None:
        """The pattern that matches the fewest quads; None if nothing is known of any."""
        least, alike = _BY_OBJECT + 1, list[Slots]()
        for pattern in patterns:
            subject, _, object_, graph = pattern
            if type(graph) is str and graph in bound:
                # A fact is a graph of one triple.
                return pattern
            is_open = type(object_) is str and object_ not in bound
            if type(subject) is not str or subject in bound:
                if not is_open:
                    return pattern
                width = _BY_SUBJECT
            else:
                width = _BY_OBJECT + is_open
            if width < least:
                least, alike = width, [pattern]
            elif width == least:
                alike.append(pattern)
        if least > _BY_OBJECT:
            return None
        if least == _BY_OBJECT and len(alike) > 1:
            # Few quads have one position as their object, and many one status.
            return min(alike, key=lambda pattern: len(self._quads(pattern, bound)))
        return alike[0]

    def _quads(self, pattern: Slots, bound: _Values) -> Sequence[ox.Quad]:
        """The quads that a pattern may match, at most one more than are looked at."""
        subject, predicate, object_, graph = pattern
        key = (
            bound.get(subject) if type(subject) is str else subject,
            bound.get(predicate) if type(predicate) is str else predicate,
            bound.get(object_) if type(object_) is str else object_,
            bound.get(graph) if type(graph) is str else graph,
        )
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._read(*key)
        return known

    def _read(self, subject: Any, predicate: Any, object_: Any, graph: Any) -> Sequence[ox.Quad]:
        if any(type(term) is ox.Literal for term in (subject, predicate, graph)):
            # A literal is an object only.
            return ()
        found = self._store.quads_for_pattern(subject, predicate, object_, graph)
        if graph is None:
            found = (quad for quad in found if quad.graph_name != _PLAIN)
        return tuple(islice(found, _MOST_QUADS + 1))


def _matched(pattern: Slots, quad: ox.Quad, bound: _Values) -> _Values | None:
    """The values with those of one more quad that has them; None if they do not go together."""
    more = dict(bound)
    terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    for node, term in zip(pattern, terms, strict=True):
        if type(node) is str and node not in bound and more.setdefault(node, term) != term:
            return None
    return more
