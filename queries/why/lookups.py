"""Look up the parts that one query cannot show: subquery rows, patterns under EXISTS, path edges.

Each function handles a list of solutions at once. For each solution it takes the values that an
atom needs, or None if the atom does not apply, and returns the ways to satisfy the atom, shortest
first. A path of any length has one shortest path for each pair of nodes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Final, TypeAlias

import pyoxigraph as ox

from ...graph.errors import UnexplainableError
from ...graph.store import Term
from ...ontology.namespaces import RDF
from ..sparql import algebra as alg
from ..sparql.terms import make_expression
from ..sparql.writer import write_absence
from .provenance import (
    NOTHING,
    Derivations,
    Evaluator,
    ExistsAtom,
    PathAtom,
    Rest,
    Row,
    Statements,
    SubqueryAtom,
    Table,
    batched,
)

#: One way to satisfy an atom: statement numbers and the rest of the derivation.
Way: TypeAlias = tuple[frozenset[int], Rest]

NO_PART: Final[tuple[Way, ...]] = ((frozenset(), NOTHING),)
_CHUNK: Final = 1000


def look_up_subquery(
    deriver: Evaluator,
    atom: SubqueryAtom,
    wanted: Sequence[Row | None],
    is_spare: bool,
    is_counted: bool,
) -> list[Sequence[Way]]:
    """The derivations of a grouped or sliced subquery's rows, by its keys.

    ``is_counted`` means that the number of duplicates matters: all derivations of a row are then
    combined into one way.
    """
    select = _whole(deriver, atom)
    table = _subquery_table(deriver, select)
    found: list[Sequence[Way]] = []
    for keys in wanted:
        if keys is None:
            found.append(NO_PART)
        elif keys not in table:
            raise UnexplainableError("unexplained-subquery")
        else:
            closed = Rest(deriver.no_further(select, keys)) if select.is_aggregated else NOTHING
            ways = [(w, rest | closed) for w, rest in _shortest(table[keys], is_spare)]
            found.append([reduce(_both, ways)] if is_counted else ways)
    return found


def _whole(deriver: Evaluator, atom: SubqueryAtom) -> alg.Select:
    """The subquery without LIMIT and OFFSET, in its graph; a variable graph is its last key."""
    select = replace(atom.select, order_by=(), limit=None, offset=None)
    if atom.graph:
        graph = deriver.fresh() if isinstance(atom.graph, alg.Var) else atom.graph
        select = replace(select, where=deriver.in_graph(select.where, graph))
        if isinstance(graph, alg.Var) and select.is_aggregated:
            key = (make_expression([graph]), graph)
            select = replace(select, group_by=(*select.group_by, key))
        elif isinstance(graph, alg.Var):
            select = replace(select, projection=(*select.projection, (graph, None)))
    return select


def _subquery_table(deriver: Evaluator, select: alg.Select) -> Table:
    """Derivations of a subquery's rows, by its keys."""
    if not select.is_aggregated:
        return deriver.select(select, used=select.variables)
    table = deriver.members(select)
    if not select.group_by and not table:
        # Without GROUP BY there is one group even if nothing matches: a count of 0.
        absent = write_absence("NOT EXISTS", select.where, dataset=deriver.dataset)
        table[()] = {frozenset(): Rest(frozenset({absent}))}
    return table


def look_up_exists(
    deriver: Evaluator,
    atom: ExistsAtom,
    shared: Sequence[alg.Var],
    wanted: Sequence[Row | None],
    is_spare: bool,
) -> list[Sequence[Way]]:
    """The derivations of a pattern under EXISTS, by the values of the ``shared`` variables."""
    table = _exists_table(deriver, atom, shared, {w for w in wanted if w is not None})
    found: list[Sequence[Way]] = []
    for values in wanted:
        if values is None:
            found.append(NO_PART)
        elif values in table:
            found.append(_shortest(table[values], is_spare or not atom.is_required))
        elif atom.is_required:
            raise UnexplainableError("unexplained-exists")
        elif not atom.is_welcome:
            bound = dict(zip(shared, values, strict=True))
            absent = write_absence(
                "NOT EXISTS", atom.exists.group, atom.graph, bound, deriver.dataset
            )
            found.append([(frozenset(), Rest(frozenset({absent})))])
        else:
            found.append(NO_PART)
    return found


def _exists_table(
    deriver: Evaluator, atom: ExistsAtom, shared: Sequence[alg.Var], wanted: Iterable[Row]
) -> Table:
    """Derivations of a pattern under EXISTS, for each requested value of ``shared``."""
    rows = sorted(wanted, key=str)
    number = deriver.fresh()
    found: Table = {}
    for chunk in batched(enumerate(rows), _CHUNK):
        block = alg.Values(
            (number, *shared),
            tuple((ox.Literal(i), *map(_constant, row)) for i, row in chunk),
        )
        group = deriver.in_graph(alg.Group((block, *atom.exists.group.elements)), atom.graph)
        for (index,), derivations in deriver.pattern(group, (number,)).items():
            if isinstance(index, ox.Literal):
                found[rows[int(index.value)]] = derivations
    return found


def _constant(term: ox.NamedNode | ox.BlankNode | ox.Literal | None) -> alg.Constant | None:
    if isinstance(term, ox.BlankNode):
        raise UnexplainableError("unexplained-blank-node")
    return term


def way(triples: frozenset[int], is_spare: bool, rest: Rest = NOTHING) -> Way:
    """Make a way from statements, marked spare if only an OPTIONAL matched them."""
    return triples, Rest(rest.absences, triples) if is_spare else rest


def _both(way: Way, other: Way) -> Way:
    return way[0] | other[0], way[1] | other[1]


def _shortest(derivations: Derivations, is_spare: bool) -> list[Way]:
    ways = sorted(derivations.items(), key=lambda item: (len(item[0]), sorted(item[0])))
    return [way(triples, is_spare, rest) for triples, rest in ways]


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
