"""The conjunctions of triple patterns that the answer to a query is made of.

They are those of each group, those of an OPTIONAL, UNION, MINUS or EXISTS together with what stands
before it, and those of each subquery. A query whose conjunctions all have the solutions of before
has the answer of before. Filters narrow a conjunction if it binds all their variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..graph.errors import QueryError, UnexplainableError
from .sparql import algebra as alg
from .sparql.parser import parse
from .sparql.variables import mentioned, rename

GraphName: TypeAlias = alg.Var | ox.NamedNode | None
Pattern: TypeAlias = alg.TriplePattern | alg.PathPattern
Item: TypeAlias = tuple[GraphName, Pattern]
#: So many ways to match all of a group are told apart: beyond, each UNION is looked at by itself.
_MOST_WAYS: Final = 16
#: Functions of more than the values of variables.
VOLATILE: Final = frozenset({"RAND", "NOW", "UUID", "STRUUID", "BNODE", "BOUND"})


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Patterns, each in its graph, that have to match together, with what narrows them.

    A solution with a certain value of one of the ``keys`` has to do only with rows of the query
    that have the same value of that variable, before they are projected or grouped.
    """

    items: tuple[Item, ...] = ()
    values: tuple[alg.Values, ...] = ()
    filters: tuple[alg.Expression, ...] = ()
    keys: frozenset[alg.Var] = frozenset()
    #: Variables that BIND gives the value of another one.
    same: tuple[tuple[alg.Var, alg.Var], ...] = ()

    @property
    def variables(self) -> frozenset[alg.Var]:
        """The variables that its patterns and BIND bind."""
        found = frozenset(node for item in self.items for node in variables_of(*item))
        return found.union(variable for variable, _ in self.same)

    def source(self, variable: alg.Var) -> alg.Var:
        """The variable that this one has its value from, or itself."""
        names, seen = dict(self.same), {variable}
        while (variable := names.get(variable, variable)) not in seen:
            seen.add(variable)
        return variable

    def with_sources(self) -> Conjunction:
        """The same with one variable for those that have one value."""
        names = {variable: self.source(variable) for variable, _ in self.same}
        if not names:
            return self
        values = tuple(rename(one, names) for one in self.values)
        return Conjunction(
            tuple((_named(graph, names), rename(one, names)) for graph, one in self.items),
            tuple(one for one in values if len({*one.variables}) == len(one.variables)),
            tuple(rename(alg.Filter(one), names).expression for one in self.filters),
            self.keys,
            self.same,
        )

    def narrowed(self, filters: Iterable[alg.Expression]) -> Conjunction:
        """The conjunction with those of the filters whose variables it binds."""
        bound = self.variables
        fit = (f for f in filters if f not in self.filters and _is_plain(f) and _in(f) <= bound)
        return replace(self, filters=(*self.filters, *fit))

    def __add__(self, other: Conjunction) -> Conjunction:
        return Conjunction(
            tuple(dict.fromkeys((*self.items, *other.items))),
            tuple(dict.fromkeys((*self.values, *other.values))),
            tuple(dict.fromkeys((*self.filters, *other.filters))),
            same=(*self.same, *other.same),
        )

    def with_keys(self, keys: _Keys) -> Conjunction:
        """The conjunction with these keys, or with all its variables where it is joined."""
        return replace(self, keys=self.variables if keys is None else keys)


#: The keys of what is inside an OPTIONAL, MINUS or EXISTS; None where it is joined.
_Keys: TypeAlias = frozenset[alg.Var] | None


def _named(graph: GraphName, names: Mapping[alg.Var, alg.Var]) -> GraphName:
    return names.get(graph, graph) if isinstance(graph, alg.Var) else graph


def variables_of(graph: GraphName, pattern: Pattern) -> Iterator[alg.Var]:
    """The variables of a pattern in a graph."""
    nodes = [graph, pattern.subject, pattern.object]
    if isinstance(pattern, alg.TriplePattern):
        nodes.append(pattern.predicate)
    return (node for node in nodes if isinstance(node, alg.Var))


def _in(expression: alg.Expression) -> set[alg.Var]:
    return {token for token in expression.tokens if isinstance(token, alg.Var)}


def _is_plain(expression: alg.Expression) -> bool:
    return expression.calls.isdisjoint(VOLATILE) and not any(expression.exists())


def _with_bound(own: Conjunction, expression: alg.Expression, variable: alg.Var) -> Conjunction:
    (first, *others) = expression.tokens
    if not others and isinstance(first, alg.Var) and first in own.variables:
        return replace(own, same=(*own.same, (variable, first)))
    return own


def _passed(own: Conjunction, keys: _Keys) -> frozenset[alg.Var]:
    """The keys of a part of a group, which is evaluated without what is around the group."""
    return own.variables if keys is None else keys & own.variables


def _beside(
    part: alg.Group, own: Conjunction, around: Conjunction, keys: _Keys
) -> tuple[Conjunction, frozenset[alg.Var]]:
    """What stands beside an OPTIONAL or MINUS, and its keys.

    A variable that it shares with what is around its group, and not with the group, is another one
    until the group is joined.
    """
    if keys is None or not around.items or mentioned(part) & around.variables - own.variables:
        return own, _passed(own, keys)
    return own + around, keys


def conjunctions_of(text: str) -> tuple[Conjunction, ...] | None:
    """The conjunctions of a query; None if it is not known what it reads."""
    try:
        query = parse(text)
    except (QueryError, UnexplainableError):
        return None
    if query.form != "SELECT" or query.default_graphs or query.named_graphs:
        return None
    found = _Cutter(query.fresh).cut(query.select)
    return tuple(dict.fromkeys(one.with_sources() for one in found))


def keys_of(select: alg.Select) -> frozenset[alg.Var]:
    """The variables whose values divide the rows of a SELECT, so that each part is by itself."""
    if select.is_sliced:
        return frozenset()
    found = {variable for variable, expression in select.projection if expression is None}
    return frozenset(found & grouped_by(select) if select.is_aggregated else found)


def grouped_by(select: alg.Select) -> set[alg.Var]:
    """The variables that a SELECT groups by."""
    keys = (expression.tokens for expression, _ in select.group_by)
    return {tokens[0] for tokens in keys if len(tokens) == 1 and isinstance(tokens[0], alg.Var)}


class _Cutter:
    """Cuts one query; ``fresh`` begins the name of none of its variables."""

    def __init__(self, fresh: str) -> None:
        self._fresh = fresh
        self._renamed = 0

    def cut(self, select: alg.Select) -> list[Conjunction]:
        whole, inner = self._select(select, None)
        return [*(one.with_keys(None) for one in whole), *inner]

    def _select(
        self, select: alg.Select, keys: _Keys
    ) -> tuple[list[Conjunction], list[Conjunction]]:
        whole, inner = self._group(select.where, None, Conjunction(), keys)
        expressions = [e for _, e in select.projection if e]
        expressions += [e for e, _ in select.group_by]
        for expression in (*expressions, *select.having, *select.order_by):
            inner += self._exists(expression, None, Conjunction(), frozenset())
        return whole, inner

    def _exists(
        self,
        expression: alg.Expression,
        graph: GraphName,
        around: Conjunction,
        keys: frozenset[alg.Var],
    ) -> Iterator[Conjunction]:
        for exists in expression.exists():
            yield from self._part(exists.group, graph, around, keys)

    def _part(
        self, group: alg.Group, graph: GraphName, around: Conjunction, keys: frozenset[alg.Var]
    ) -> list[Conjunction]:
        """The conjunctions of a part that is not joined, with what is around it."""
        whole, inner = self._group(group, graph, around, keys)
        return [*(one.with_keys(keys) for one in whole), *inner]

    def _group(
        self, group: alg.Group, graph: GraphName, around: Conjunction, keys: _Keys
    ) -> tuple[list[Conjunction], list[Conjunction]]:
        """The conjunctions one of which every solution of a group has, and those in its parts."""
        filters = [e.expression for e in group.elements if isinstance(e, alg.Filter)]
        own = [Conjunction()]
        inner: list[Conjunction] = []
        loose: list[Conjunction] = []

        def join(ways: list[Conjunction]) -> None:
            nonlocal own
            if len(own) * len(ways) <= _MOST_WAYS:
                own = [one + way for one in own for way in ways]
            else:
                loose.extend(ways)

        for element in group.elements:
            match element:
                case alg.TriplePattern() | alg.PathPattern():
                    join([Conjunction(((graph, element),))])
                case alg.Values():
                    join([Conjunction(values=(element,))])
                case alg.Group() | alg.GraphGroup():
                    where = element.graph if isinstance(element, alg.GraphGroup) else graph
                    nested = element if isinstance(element, alg.Group) else element.group
                    ways, others = self._group(nested, where, Conjunction(), keys)
                    join(ways)
                    inner += others
                case alg.UnionGroups(groups):
                    every = [self._group(one, graph, Conjunction(), keys) for one in groups]
                    join([way for ways, _ in every for way in ways])
                    inner += [one for _, others in every for one in others]
                case alg.Select() if element.is_aggregated or element.is_sliced:
                    shown = keys_of(element)
                    ways, others = self._select(element, keys)
                    every_way = [*(one.with_keys(keys) for one in ways), *others]
                    inner += (replace(one, keys=one.keys & shown) for one in every_way)
                case alg.Select():
                    ways, others = self._select(self._with_own_names(element), keys)
                    join(ways)
                    inner += (replace(one, keys=one.keys & keys_of(element)) for one in others)
                case alg.OptionalGroup(optional) | alg.MinusGroup(optional):
                    for one in own:
                        # What a later pattern binds is not bound yet.
                        here, passed = _beside(optional, one, around, keys)
                        inner += self._part(optional, graph, here.narrowed(filters), passed)
                case alg.Bind(expression, variable):
                    for one in own:
                        passed = _passed(one, keys)
                        inner += self._exists(expression, graph, Conjunction(), passed)
                    own = [_with_bound(one, expression, variable) for one in own]
        whole = [(one + around).narrowed(filters) for one in own]
        inner += [(one + way).narrowed(filters).with_keys(keys) for one in whole for way in loose]
        for one, joined in zip(own, whole, strict=True):
            passed = keys if keys is not None and around.items else _passed(one, keys)
            for expression in filters:
                inner += self._exists(expression, graph, joined, passed)
        return whole, inner

    def _with_own_names(self, select: alg.Select) -> alg.Select:
        """A subquery in which the variables that it does not project have names of their own."""
        self._renamed += 1
        hidden = mentioned(select) - set(select.variables)
        return rename(
            select, {v: alg.Var(f"{self._fresh}{self._renamed}_{v.name}") for v in hidden}
        )
