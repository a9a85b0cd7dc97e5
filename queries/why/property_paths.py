"""The edges of ``*``, ``+`` and ``?`` paths: one shortest path for each pair of nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import pyoxigraph as ox

from ...graph.errors import UnexplainableError
from ...graph.store import Term
from ...ontology.namespaces import RDF
from .provenance import Evaluator, PathAtom, Row, Statements
from .sparql import algebra as alg
from .subqueries import NO_PART, Way, way

#: Above this number of nodes, all steps are fetched instead of only those of the nodes.
_MANY: Final = 2000

_Step: TypeAlias = "tuple[Term | None, frozenset[int]]"


@dataclass
class _Search:
    """A breadth-first search from one node, with the predecessor of each node reached."""

    targets: set[Term | None]
    frontier: list[Term | None]
    reached: dict[Term | None, _Step] = field(default_factory=dict)


class Closures:
    """Shortest paths over the steps of one closure, in the graphs of one store."""

    def __init__(self, deriver: Evaluator, closure: alg.Closure) -> None:
        self._deriver, self._closure = deriver, closure
        self._steps: dict[Term | None, list[_Step]] = defaultdict(list)
        self._known: set[Term | None] = set()
        self._has_all = False

    def edges(self, wanted: Iterable[Row]) -> dict[Row, frozenset[int]]:
        """For each (subject, object, graph), the statements along a shortest path.

        A zero-length path has none. Raises ``UnexplainableError`` if there is no path.
        """
        by_graph: dict[Term | None, list[Row]] = defaultdict(list)
        for row in wanted:
            by_graph[row[2]].append(row)
        found: dict[Row, frozenset[int]] = {}
        for graph, rows in by_graph.items():
            self._steps.clear()
            self._known.clear()
            self._has_all = False
            found |= self._in_graph(graph, rows)
        return found

    def _in_graph(self, graph: Term | None, rows: Iterable[Row]) -> dict[Row, frozenset[int]]:
        is_reflexive = self._closure.modifier in "*?"
        found: dict[Row, frozenset[int]] = {}
        searches: dict[Term | None, _Search] = {}
        for row in rows:
            subject, object_, _ = row
            if is_reflexive and subject == object_:
                found[row] = frozenset()
            else:
                searches.setdefault(subject, _Search(set(), [subject])).targets.add(object_)
        active = dict(searches)
        while active:
            self._fetch({node for search in active.values() for node in search.frontier}, graph)
            for subject, search in list(active.items()):
                self._advance(search)
                if search.targets <= search.reached.keys():
                    del active[subject]
                elif not search.frontier or self._closure.modifier == "?":
                    raise UnexplainableError("unexplained-path")
        for row in rows:
            if row not in found:
                found[row] = _walked(searches[row[0]], row[0], row[1])
        return found

    def _advance(self, search: _Search) -> None:
        following: list[Term | None] = []
        for node in search.frontier:
            for end, triples in self._steps.get(node, ()):
                if end not in search.reached:
                    search.reached[end] = (node, triples)
                    following.append(end)
        search.frontier = following

    def _fetch(self, nodes: set[Term | None], graph: Term | None) -> None:
        """Fetch all steps that start at the nodes."""
        missing = sorted(nodes - self._known, key=str)
        if self._has_all or not missing:
            return
        deriver = self._deriver
        start, end = deriver.fresh(), deriver.fresh()
        pattern: alg.Element = alg.PathPattern(start, self._closure.path, end)
        if isinstance(self._closure.path, ox.NamedNode):
            pattern = alg.TriplePattern(start, self._closure.path, end)
        elements: tuple[alg.Element, ...] = (pattern,)
        self._has_all = len(missing) > _MANY or any(isinstance(n, ox.BlankNode) for n in missing)
        if not self._has_all:
            block = alg.Values((start,), tuple((node,) for node in missing))  # type: ignore[misc]
            elements = (block, pattern)
        group = deriver.in_graph(alg.Group(elements), _name(graph))
        for (source, target), derivations in deriver.pattern(group, (start, end)).items():
            needed = (triples - rest.spare for triples, rest in derivations.items())
            shortest = min(needed, key=lambda triples: (len(triples), sorted(triples)))
            self._steps[source].append((target, shortest))
        self._known.update(missing)


def _walked(search: _Search, subject: Term | None, object_: Term | None) -> frozenset[int]:
    """The statements of the path found by a search."""
    node, found = object_, frozenset[int]()
    while True:
        node, triples = search.reached[node]
        found |= triples
        if node == subject:
            return found


def presences(deriver: Evaluator, rows: Iterable[Row]) -> dict[Row, frozenset[int]]:
    """For each (node, node, graph) a statement that proves that the node is in the graph.

    A zero-length path matches every node of a graph, so such a row rests on some statement with
    that node: its type if it has one.
    """
    found: dict[Row, frozenset[int]] = {}
    by_graph: dict[Term | None, list[Row]] = defaultdict(list)
    for row in rows:
        by_graph[row[2]].append(row)
    subject, predicate, object_ = deriver.fresh(), deriver.fresh(), deriver.fresh()
    patterns = (
        (subject, alg.TriplePattern(subject, ox.NamedNode(RDF + "type"), object_)),
        (subject, alg.TriplePattern(subject, predicate, object_)),
        (object_, alg.TriplePattern(subject, predicate, object_)),
    )
    for graph, wanted in by_graph.items():
        for node, pattern in patterns:
            missing = {row[0]: row for row in wanted if row not in found}
            terms = [(n,) for n in missing if isinstance(n, ox.NamedNode | ox.Literal)]
            if terms:
                group = alg.Group((alg.Values((node,), tuple(terms)), pattern))
                table = deriver.pattern(deriver.in_graph(group, _name(graph)), (node,))
                found |= {missing[row[0]]: min(sets, key=sorted) for row, sets in table.items()}
    return found


def _name(graph: Term | None) -> ox.NamedNode | None:
    return graph if isinstance(graph, ox.NamedNode) else None


def look_up_paths(
    deriver: Evaluator,
    atom: PathAtom,
    wanted: Sequence[Row | None],
    triples: Sequence[frozenset[int]],
    is_spare: bool,
) -> list[Sequence[Way]]:
    """The edges of a shortest path for each (subject, object, graph).

    A zero-length path still needs its node to be in the graph: if none of the solution's
    ``triples`` has the node, a statement with it is added as spare.
    """
    edges = Closures(deriver, atom.closure).edges({p for p in wanted if p is not None})
    is_lonely = [
        pair is not None and not edges[pair] and not _has_node(deriver.statements, numbers, pair)
        for pair, numbers in zip(wanted, triples, strict=True)
    ]
    lonely = {pair for pair, alone in zip(wanted, is_lonely, strict=True) if alone and pair}
    present = presences(deriver, lonely)
    found: list[Sequence[Way]] = []
    for pair, alone in zip(wanted, is_lonely, strict=True):
        if pair is None:
            found.append(NO_PART)
        elif alone:
            found.append([way(present.get(pair, frozenset()), True)])
        else:
            found.append([way(edges[pair], is_spare)])
    return found


def _has_node(statements: Statements, numbers: Iterable[int], pair: Row) -> bool:
    """Whether one of the statements has the pair's node, in the pair's graph."""
    node, _, graph = pair
    for number in numbers:
        subject, _, object_, place = statements.all[number]
        if place == graph and node in (subject, object_):
            return True
    return False
