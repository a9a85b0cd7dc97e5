"""Whether a change of the graph can alter the answer to a query, and which rows of it.

If none of the conjunctions of a query has a solution with an added quad after the change, and none
a solution with a removed quad before it, all have the same solutions as before, and so has the
query. Otherwise only rows with the values of those solutions may come or go, if the rows can be
told apart by a variable that all of them bind; see :mod:`.conjunctions`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import pyoxigraph as ox

from ..graph.errors import QueryError
from ..graph.query_dependencies import TermsRead, terms_read
from ..graph.store import EmbeddedStore, read
from ..ontology.namespaces import XSD
from .conjunctions import Conjunction, GraphName, Item, conjunctions_of
from .narrowing import Narrowed, narrowed, variables_to_narrow
from .path_crossings import UnclearError, crossings, may_be_empty, names_in, path_of
from .quad_search import Bound, QuadSearch, Slots, Term, slots_of
from .sparql import algebra as alg
from .sparql.parser import parse
from .sparql.writer import write_expression, write_node, write_path, write_values

_Row: TypeAlias = tuple[Term, ...]
#: Beyond so many small queries for one conjunction, the whole query is quicker.
_MOST: Final = 60
#: A query for more rows is not much shorter than the whole.
_MOST_ROWS: Final = 40


def _as_stored(quad: ox.Quad, store: ox.Store) -> ox.Quad:
    """The quad with its literal as the store gives it: 1.5 for 1.50."""
    if isinstance(quad.object, ox.Literal):
        terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
        return next(store.quads_for_pattern(*terms), quad)
    return quad


def _named(term: object) -> Term:
    if isinstance(term, (ox.NamedNode, ox.Literal)):
        return term
    raise UnclearError


class Change:
    """Quads that come or go, and a store that has them."""

    def __init__(self, store: EmbeddedStore, quads: Iterable[ox.Quad]) -> None:
        self._store, self._search = store, QuadSearch(store.quads)
        #: By graph and predicate.
        self._quads: dict[object, dict[str, list[ox.Quad]]] = defaultdict(lambda: defaultdict(list))
        for quad in quads:
            stored = _as_stored(quad, store.quads)
            self._quads[quad.graph_name][quad.predicate.value].append(stored)
        #: The small queries of several conjunctions, which are often the same.
        self._answers: dict[str, list[_Row]] = {}

    def __bool__(self) -> bool:
        return bool(self._quads)

    def rows(self, conjunction: Conjunction, variables: Sequence[alg.Var]) -> set[_Row] | None:
        """What the variables are in the solutions of a conjunction with one of the quads.

        None if they may be too many things. Without variables, an empty row tells that there is a
        solution.
        """
        sources = [conjunction.source(variable) for variable in variables]
        variables = [*dict.fromkeys(sources)]
        found: set[_Row] = set()
        asked = 0
        try:
            for bound, items, sought, single in self._ways(conjunction):
                # Without a look at filters there may be more rows, which is quicker than to look.
                solutions = None
                if variables and len(sought) == len(items):
                    solutions = self._search.solutions(sought, single)
                if solutions is not None:
                    found.update(_rows_of(solutions, variables, conjunction.values))
                elif self._search.may_match(sought, single) and (
                    text := _written(conjunction, items, bound)
                ):
                    asked += 1
                    rest = [variable for variable in variables if variable not in bound]
                    for row in self._asked(rest, text):
                        values = {**bound, **dict(zip(rest, row, strict=True))}
                        found.add(tuple(values[variable] for variable in variables))
                if len(found) > _MOST_ROWS or asked > _MOST:
                    return None
                if found and not variables:
                    break
        except (UnclearError, QueryError):
            return None
        places = [variables.index(source) for source in sources]
        return {tuple(row[place] for place in places) for row in found}

    def _asked(self, variables: Sequence[alg.Var], text: str) -> list[_Row]:
        """The different values of variables; an empty row for none, if there is a solution."""
        if variables:
            names = " ".join(f"?{variable.name}" for variable in variables)
            text = f"SELECT DISTINCT {names} {text} LIMIT {_MOST_ROWS + 1}"
        else:
            text = f"ASK {text}"
        if text not in self._answers:
            answer = self._store.query(text)
            if isinstance(answer, ox.QuerySolutions):
                self._answers[text] = [tuple(map(_named, row)) for row in read(answer)]
            else:
                self._answers[text] = [()] if answer else []
        return self._answers[text]

    def _ways(
        self, conjunction: Conjunction
    ) -> Iterator[tuple[Bound, Sequence[Item], Sequence[Slots], Bound]]:
        """Each way in which a quad fits a pattern: the values, and what has to match besides.

        That is what a query looks for, then the same for a search, without paths, but with the
        values that VALUES of a single row gives.
        """
        slots = slots_of(conjunction.items)
        for place, (graph, pattern) in enumerate(conjunction.items):
            others = (*conjunction.items[:place], *conjunction.items[place + 1 :])
            sought = [one for number, one in enumerate(slots) if one and number != place]
            if isinstance(pattern, alg.PathPattern):
                quads = self._fitting(names_in(pattern.path), graph, conjunction.values, sought)
                ways = self._passing(pattern, graph, others, quads)
            else:
                names = None
                if isinstance(pattern.predicate, ox.NamedNode):
                    names = frozenset((pattern.predicate.value,))
                quads = self._fitting(names, graph, conjunction.values, sought)
                ways = self._matching(pattern, graph, others, quads)
            for bound, items in ways:
                single = _bound_by(conjunction.values, bound)
                if single is not None:
                    yield bound, items, sought, single

    def _fitting(
        self,
        names: frozenset[str] | None,
        graph: GraphName,
        values: Iterable[alg.Values],
        sought: Sequence[Slots],
    ) -> Iterator[ox.Quad]:
        """The quads with these predicates in a graph that the other patterns do not rule out."""
        for name, quads in self._quads.items():
            if isinstance(graph, alg.Var) and isinstance(name, ox.NamedNode):
                # Most patterns are about facts, and most quads stand in the graph of evidence.
                single = _bound_by(values, {graph: name})
                is_fit = single is not None and self._search.may_match(sought, single)
            else:
                is_fit = name == (graph or ox.DefaultGraph())
            if is_fit:
                for predicate, some in quads.items():
                    if names is None or predicate in names:
                        yield from some

    def _matching(
        self,
        pattern: alg.TriplePattern,
        graph: GraphName,
        others: Sequence[Item],
        quads: Iterable[ox.Quad],
    ) -> Iterator[tuple[Bound, Sequence[Item]]]:
        for quad in quads:
            pairs = [
                (pattern.subject, quad.subject),
                (pattern.predicate, quad.predicate),
                (pattern.object, quad.object),
            ]
            if (bound := _unified(graph, quad, pairs)) is not None:
                yield bound, others

    def _passing(
        self,
        pattern: alg.PathPattern,
        graph: GraphName,
        others: Sequence[Item],
        quads: Iterable[ox.Quad],
    ) -> Iterator[tuple[Bound, Sequence[Item]]]:
        """The ways in which a path leads over a quad."""
        if may_be_empty(pattern.path) and not self._is_held(pattern, graph, others):
            # From any node to itself.
            raise UnclearError
        for quad in quads:
            for before, start, end, after in crossings(pattern.path, quad):
                pairs: list[tuple[object, object]] = []
                items = list(others)
                if before:
                    items.append((graph, alg.PathPattern(pattern.subject, path_of(before), start)))
                else:
                    pairs.append((pattern.subject, start))
                if after:
                    back = alg.Inverse(path_of(after))
                    items.append((graph, alg.PathPattern(pattern.object, back, end)))
                else:
                    pairs.append((pattern.object, end))
                if (bound := _unified(graph, quad, pairs)) is not None:
                    yield bound, items

    def _is_held(self, pattern: alg.PathPattern, graph: GraphName, others: Sequence[Item]) -> bool:
        """Whether an end of a path is a node of its graph before and after.

        A path of no length leads from every node to itself.
        """
        held = {
            node
            for name, other in others
            if name == graph
            for node in (other.subject, other.object)
        }
        ends = {pattern.subject, pattern.object}
        come = {
            node
            for quads in self._quads.values()
            for some in quads.values()
            for quad in some
            for node in (quad.subject, quad.object)
        }
        return any(end in held if isinstance(end, alg.Var) else end not in come for end in ends)


def _unified(
    graph: GraphName, quad: ox.Quad, pairs: Sequence[tuple[object, object]]
) -> Bound | None:
    """The values of the variables where a pattern matches the quad."""
    if (graph is None) != isinstance(quad.graph_name, ox.DefaultGraph):
        return None
    bound: Bound = {}
    for node, term in (*pairs, (graph, None if graph is None else quad.graph_name)):
        if isinstance(node, alg.Var):
            if not isinstance(term, (ox.NamedNode, ox.Literal)):
                # A blank node or a triple, which no query can name.
                raise UnclearError
            if bound.setdefault(node, term) != term:
                return None
        elif not _may_be_one(node, term):
            return None
    return bound


def _may_be_one(node: object, term: object) -> bool:
    """Whether two terms are the same, or literals that may be one value, as 1.50 and 1.5 are."""
    if node == term:
        return True
    if not (isinstance(node, ox.Literal) and isinstance(term, ox.Literal)):
        return False
    return node.datatype.value != XSD + "string" and not node.language


def _rows_of(
    solutions: Iterable[Mapping[str, object]],
    variables: Sequence[alg.Var],
    values: Iterable[alg.Values],
) -> Iterator[_Row]:
    """The values of some variables in the solutions that go together with VALUES."""
    for one in solutions:
        if all(
            any(
                all(
                    term is None or _may_be_one(term, one.get(variable.name, term))
                    for variable, term in zip(part.variables, row, strict=True)
                )
                for row in part.rows
            )
            for part in values
        ):
            yield tuple(_named(one.get(variable.name)) for variable in variables)


def _bound_by(values: Iterable[alg.Values], bound: Bound) -> Bound | None:
    """The values with those that VALUES of a single row gives; None if they differ."""
    found = dict(bound)
    for one in values:
        if len(one.rows) == 1:
            for variable, term in zip(one.variables, one.rows[0], strict=True):
                if term is None or _may_be_one(found.setdefault(variable, term), term):
                    continue
                return None
    return found


def _written(conjunction: Conjunction, items: Sequence[Item], bound: Bound) -> str | None:
    """The group of the other patterns with these values; None if it has no solution."""

    def put(node: alg.Node | GraphName) -> str:
        assert node is not None
        return write_node(bound.get(node, node) if isinstance(node, alg.Var) else node)

    parts = []
    for values in conjunction.values:
        if bound.keys().isdisjoint(values.variables):
            parts.append(write_values(values))
        elif len(values.variables) == 1:
            (variable,) = values.variables
            if not any(
                row[0] is None or _may_be_one(row[0], bound[variable]) for row in values.rows
            ):
                return None
    for graph, pattern in items:
        path: alg.Path | None = None
        if isinstance(pattern, alg.PathPattern):
            path = pattern.path
            middle = write_path(path)
        else:
            middle = put(pattern.predicate)
        text = f"{put(pattern.subject)} {middle} {put(pattern.object)} ."
        if any(put(node).startswith('"') for node in (pattern.subject, graph) if node) or (
            middle.startswith('"')
        ):
            if path and may_be_empty(path):
                raise UnclearError
            # A literal is an object only.
            return None
        parts.append(f"GRAPH {put(graph)} {{ {text} }}" if graph else text)
    for expression in conjunction.filters:
        tokens = [str(bound.get(t, t)) if t in bound else t for t in expression.tokens]
        written = write_expression(alg.Expression(tuple(tokens), expression.calls))
        parts.append(f"FILTER ( {written} )")
    return f"{{ {' '.join(parts)} }}"


def _has_negated_set(conjunction: Conjunction) -> bool:
    """Whether a path has a negated set.

    Oxigraph counts the ways along it otherwise if both of its ends are known.
    """
    paths = (p.path for _, p in conjunction.items if isinstance(p, alg.PathPattern))
    return None in map(names_in, paths)


class Outline(NamedTuple):
    """What tells whether a change alters the answer to a query: found once from its text."""

    read: TermsRead
    #: None if it is not known what the query reads.
    conjunctions: tuple[Conjunction, ...] | None
    #: By what the rows may be told apart.
    variables: tuple[alg.Var, ...]
    #: The query that can be narrowed by these variables; None where there are none.
    select: alg.Select | None

    @classmethod
    @lru_cache(maxsize=512)
    def of(cls, text: str) -> Outline:
        """The outline of a query."""
        conjunctions = conjunctions_of(text)
        variables, select = frozenset[alg.Var](), None
        if conjunctions is not None and not any(map(_has_negated_set, conjunctions)):
            select = parse(text).select
            every, apart = variables_to_narrow(select)
            variables = apart or every
        ordered = tuple(sorted(variables, key=lambda variable: variable.name))
        return cls(terms_read(text), conjunctions, ordered, select if ordered else None)


class Affected:
    """What changes of the graph may alter in the answer to a query."""

    def __init__(self, outline: Outline) -> None:
        self._select = outline.select
        self._conjunctions = outline.conjunctions
        #: By what the rows are told apart that may have changed, and what they have there.
        self._variables, self._rows = outline.variables, set[_Row]()
        #: Whether the answer may have changed.
        self.is_altered = self._conjunctions is None

    def see(self, change: Change) -> None:
        """Take a change into account while its store is as it says."""
        if not change:
            return
        for one in self._conjunctions or ():
            fit = tuple(variable for variable in self._variables if variable in one.keys)
            if self.is_altered and not self._variables:
                # Any row may have changed.
                return
            rows = change.rows(one, fit)
            if rows is None and fit:
                rows, fit = change.rows(one, ()), ()
            if rows is None or rows:
                self.is_altered = True
                places = [place for place, v in enumerate(self._variables) if v in fit]
                self._rows = {tuple(row[place] for place in places) for row in self._rows}
                self._variables = fit
                self._rows |= rows or set()
        if len(self._rows) > _MOST_ROWS:
            self._variables = ()

    @property
    def narrowed(self) -> Narrowed | None:
        """The query for the rows that may have changed; None if they may be any."""
        if self._select and self._variables:
            return narrowed(self._select, self._variables, self._rows)
        return None
