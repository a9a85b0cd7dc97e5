"""Queries that Oxigraph answers otherwise than SPARQL 1.1: an equivalent one, or a refusal.

Oxigraph binds the variable of ``GRAPH ?g { … }`` before it evaluates the pattern, keeps it out of
subqueries, and finds no path of length zero from a term that the graph lacks. ``docs/stores.md``
lists what follows from that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import prod
from typing import Final, TypeAlias

import pyoxigraph as ox

from ...graph.errors import QueryError
from . import algebra as alg
from .terms import make_expression
from .variables import certain, in_scope, mentioned
from .writer import write_base, write_dataset, write_group, write_node, write_path, write_select

#: The graph that a pattern is matched in; None for the default graph.
_Active: TypeAlias = alg.Var | ox.NamedNode | None
_SELECT: Final = "SELECT (1 AS ?why) "


def standard_query(query: alg.Query, asks: Callable[[str], bool]) -> str | None:
    """The text of a query that Oxigraph answers as SPARQL 1.1 has it; None if it is this one.

    ``asks`` tells whether the store says yes to an ASK. Raises ``QueryError`` with the reason if
    there is no such query.
    """
    dataset = write_dataset(query)
    standard = _Standard(lambda pattern: asks(f"ASK {dataset} {{ {pattern} }}"))
    select = standard.select(query.select, None)
    if select == query.select:
        return None
    if query.form == "SELECT":
        return write_base(query) + write_select(select, dataset)
    rest = write_select(replace(select, projection=())).removeprefix(_SELECT)
    if query.form == "ASK":
        return f"{write_base(query)}ASK {dataset} {rest}"
    if query.form == "CONSTRUCT":
        triples = write_group(alg.Group(query.template))
        return f"{write_base(query)}CONSTRUCT {triples} {dataset} {rest}"
    # The parser keeps no IRIs of DESCRIBE.
    raise QueryError("departure-in-describe")


class _Standard:
    def __init__(self, has: Callable[[str], bool]) -> None:
        """``has`` tells whether the store has a match for a pattern."""
        self._has = has

    def select(self, select: alg.Select, active: _Active) -> alg.Select:
        """A SELECT whose patterns Oxigraph matches as SPARQL 1.1 has it."""
        return replace(
            select,
            where=self.group(select.where, active),
            projection=tuple(
                (variable, self._expression(expression, active) if expression else None)
                for variable, expression in select.projection
            ),
            having=tuple(self._expression(item, active) for item in select.having),
            order_by=tuple(self._expression(item, active) for item in select.order_by),
        )

    def group(self, group: alg.Group, active: _Active) -> alg.Group:
        """A group, in the graph that is active around it."""
        elements: list[alg.Element] = []
        for element in group.elements:
            elements += self._element(element, active, elements)
        return alg.Group(tuple(elements))

    def _element(
        self, element: alg.Element, active: _Active, before: Sequence[alg.Element]
    ) -> list[alg.Element]:
        match element:
            case alg.PathPattern():
                return self._path(element, active)
            case alg.MinusGroup(inner):
                minus = alg.MinusGroup(self.group(inner, active))
                return [minus] if _may_remove(before, minus, active) else []
            case alg.GraphGroup(graph, inner):
                return [self._graph(graph, inner)]
            case alg.Filter(expression):
                return [alg.Filter(self._expression(expression, active))]
            case alg.Bind(expression, variable):
                return [alg.Bind(self._expression(expression, active), variable)]
            case alg.OptionalGroup(inner):
                return [alg.OptionalGroup(self.group(inner, active))]
            case alg.UnionGroups(groups):
                return [alg.UnionGroups(tuple(self.group(one, active) for one in groups))]
            case alg.Group():
                return [self.group(element, active)]
            case alg.Select():
                select = self.select(element, active)
                return [_with_graph(select, active) if isinstance(active, alg.Var) else select]
            case _:
                return [element]

    def _expression(self, expression: alg.Expression, active: _Active) -> alg.Expression:
        return make_expression(
            [
                replace(token, group=self.group(token.group, active))
                if isinstance(token, alg.Exists)
                else token
                for token in expression.tokens
            ]
        )

    def _graph(self, graph: alg.Var | ox.NamedNode, inner: alg.Group) -> alg.GraphGroup:
        if isinstance(graph, alg.Var) and _is_used_apart(inner, graph):
            raise QueryError("graph-variable-inside", name=f"?{graph.name}")
        group = self.group(inner, graph)
        if isinstance(graph, alg.Var) and not _binds_graph(group, graph):
            raise QueryError("graph-variable-unbound", name=f"?{graph.name}")
        return alg.GraphGroup(graph, group)

    def _path(self, pattern: alg.PathPattern, active: _Active) -> list[alg.Element]:
        """The pattern, or what its path of length zero gives where the graph lacks its term."""
        count = _zero_lengths(pattern.path)
        ends = pattern.subject, pattern.object
        terms = [end for end in ends if not isinstance(end, alg.Var)]
        if not count or not terms or (len(terms) == 2 and terms[0] != terms[1]):
            return [pattern]
        (term, *_) = terms
        if isinstance(active, alg.Var):
            path = write_path(pattern.path)
            raise QueryError(
                "empty-path-in-graphs", path=path, term=write_node(term), name=f"?{active.name}"
            )
        node = write_node(term)
        # A literal is never a subject.
        places = [f"?s ?p {node}", *([f"{node} ?p ?o"] if isinstance(term, ox.NamedNode) else [])]
        found = " UNION ".join(f"{{ {place} }}" for place in places)
        if self._has(f"GRAPH {active} {{ {found} }}" if active else found):
            return [pattern]
        if len(terms) == 2:
            return [alg.Values((), ((),) * count)] if count > 1 else []
        (variable,) = (end for end in ends if isinstance(end, alg.Var))
        return [alg.Values((variable,), ((term,),) * count)]


def _zero_lengths(path: alg.Path) -> int:
    """In how many ways the path has length zero, as solutions are counted (section 18.4)."""
    match path:
        case alg.Closure(inner, modifier):
            return 1 if modifier != "+" or _zero_lengths(inner) else 0
        case alg.Sequence(parts):
            return prod(map(_zero_lengths, parts))
        case alg.Alternative(parts):
            return sum(map(_zero_lengths, parts))
        case alg.Inverse(inner):
            return _zero_lengths(inner)
        case _:
            return 0


def _may_remove(before: Iterable[alg.Element], minus: alg.MinusGroup, active: _Active) -> bool:
    """Whether MINUS shares a variable with what stands before it, apart from the graph's.

    In ``GRAPH ?g`` Oxigraph takes ``?g`` for a shared one. Raises ``QueryError`` if some solutions
    may share a variable and others not.
    """
    if not isinstance(active, alg.Var):
        return True
    elements = list(before)
    if not in_scope(elements).keys() & in_scope(minus.group.elements).keys():
        return False
    if not certain(elements) & certain(minus.group.elements):
        raise QueryError("minus-in-graphs", name=f"?{active.name}")
    return True


def _with_graph(select: alg.Select, graph: alg.Var) -> alg.Select:
    """A subquery of ``GRAPH ?g`` that gives ``?g`` too, so that each graph is asked for itself.

    Raises ``QueryError`` if it takes a number of rows, or counts where a graph may have none.
    """
    if select.is_sliced or (select.is_aggregated and not select.group_by):
        raise QueryError("subquery-in-graphs", name=f"?{graph.name}")
    key = (make_expression([graph]), graph)
    return replace(
        select,
        projection=(*select.projection, (graph, None)),
        group_by=(*select.group_by, key) if select.is_aggregated else (),
    )


def _is_used_apart(group: alg.Group, graph: alg.Var) -> bool:
    """Whether the variable of ``GRAPH ?g`` is used in it otherwise than joined with the rest.

    Only a join gives the same, whether ``?g`` is bound before or after it.
    """
    for element in group.elements:
        match element:
            case alg.TriplePattern() | alg.PathPattern() | alg.Values():
                pass
            case alg.Group():
                if _is_used_apart(element, graph):
                    return True
            case alg.UnionGroups(groups):
                if any(_is_used_apart(one, graph) for one in groups):
                    return True
            case _:
                if graph in mentioned(element):
                    return True
    return False


def _binds_graph(group: alg.Group, graph: alg.Var) -> bool:
    """Whether Oxigraph binds the variable of ``GRAPH ?g`` in every solution of its group."""
    sources = []
    for element in group.elements:
        match element:
            case alg.TriplePattern() | alg.PathPattern():
                return True
            case alg.Group():
                sources.append(_binds_graph(element, graph))
            case alg.UnionGroups(groups):
                sources.append(all(_binds_graph(one, graph) for one in groups))
            case alg.Select():
                sources.append(_binds_graph(element.where, graph))
            case alg.Values() | alg.GraphGroup():
                sources.append(False)
            case _:
                pass
    return any(sources) or not sources
