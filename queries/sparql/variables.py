"""Variables of a pattern: find the bound or mentioned ones, rename them, drop unused ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from . import algebra as alg


def _nodes(element: alg.TriplePattern | alg.PathPattern) -> tuple[alg.Node, ...]:
    if isinstance(element, alg.TriplePattern):
        return element.subject, element.predicate, element.object
    return element.subject, element.object


def in_scope(elements: Iterable[alg.Element]) -> dict[alg.Var, None]:
    """The variables that solutions of the elements may bind, in text order."""
    found: dict[alg.Var, None] = {}
    for element in elements:
        match element:
            case alg.TriplePattern() | alg.PathPattern():
                found |= {node: None for node in _nodes(element) if isinstance(node, alg.Var)}
            case alg.Bind(_, variable):
                found[variable] = None
            case alg.Values(variables, _):
                found |= dict.fromkeys(variables)
            case alg.Group(inner) | alg.OptionalGroup(alg.Group(inner)):
                found |= in_scope(inner)
            case alg.UnionGroups(groups):
                for group in groups:
                    found |= in_scope(group.elements)
            case alg.GraphGroup(graph, alg.Group(inner)):
                found |= {graph: None} if isinstance(graph, alg.Var) else {}
                found |= in_scope(inner)
            case alg.Select():
                found |= dict.fromkeys(element.variables)
            case _:
                pass
    return found


def certain(elements: Iterable[alg.Element]) -> set[alg.Var]:
    """The variables that every solution of the elements binds."""
    found: set[alg.Var] = set()
    for element in elements:
        match element:
            case alg.TriplePattern() | alg.PathPattern():
                found |= {node for node in _nodes(element) if isinstance(node, alg.Var)}
            case alg.Values(variables, rows):
                found |= {
                    variable
                    for i, variable in enumerate(variables)
                    if all(row[i] is not None for row in rows)
                }
            case alg.Group(inner):
                found |= certain(inner)
            case alg.UnionGroups(groups):
                found |= set.intersection(*(certain(group.elements) for group in groups))
            case alg.GraphGroup(graph, alg.Group(inner)):
                found |= certain(inner) | ({graph} if isinstance(graph, alg.Var) else set())
            case alg.Select(projection, where) if not element.is_aggregated:
                plain = {variable for variable, expression in projection if expression is None}
                found |= plain & certain(where.elements)
            case _:
                pass
    return found


def mentioned(part: alg.Element | alg.Expression | alg.Exists) -> set[alg.Var]:
    """Every variable that occurs in the part, bound or not."""
    found: set[alg.Var] = set()
    waiting: list[alg.Element | alg.Expression | alg.Exists] = [part]
    while waiting:
        part = waiting.pop()
        match part:
            case alg.TriplePattern() | alg.PathPattern():
                found.update(node for node in _nodes(part) if isinstance(node, alg.Var))
            case alg.Expression(tokens):
                found.update(token for token in tokens if isinstance(token, alg.Var))
                waiting += part.exists()
            case alg.Filter(expression):
                waiting.append(expression)
            case alg.Bind(expression, variable):
                found.add(variable)
                waiting.append(expression)
            case alg.Values(variables, _):
                found.update(variables)
            case alg.OptionalGroup(group) | alg.MinusGroup(group) | alg.Exists(group):
                waiting += group.elements
            case alg.Group(elements):
                waiting += elements
            case alg.UnionGroups(groups):
                waiting += groups
            case alg.GraphGroup(graph, group):
                waiting += group.elements
                if isinstance(graph, alg.Var):
                    found.add(graph)
            case alg.Select():
                found.update(part.variables)
                found.update(variable for _, variable in part.group_by if variable)
                waiting += (part.where, *part.having, *part.order_by)
                waiting += (expression for _, expression in part.projection if expression)
                waiting += (expression for expression, _ in part.group_by)
                waiting += (part.values,) if part.values else ()
            case _:
                pass
    return found


_Element = TypeVar("_Element", bound=alg.Element)


def rename(element: _Element, names: Mapping[alg.Var, alg.Var]) -> _Element:
    """The element with every variable in ``names`` renamed, wherever it occurs."""
    renamed = _Renaming(names).element(element)
    assert isinstance(renamed, type(element))
    return renamed


class _Renaming:
    def __init__(self, names: Mapping[alg.Var, alg.Var]) -> None:
        self.names = names

    def node(self, node: alg.Node) -> alg.Node:
        return self.names.get(node, node) if isinstance(node, alg.Var) else node

    def variable(self, variable: alg.Var) -> alg.Var:
        return self.names.get(variable, variable)

    def expression(self, expression: alg.Expression) -> alg.Expression:
        return replace(expression, tokens=tuple(map(self._token, expression.tokens)))

    def _token(self, token: str | alg.Var | alg.Exists) -> str | alg.Var | alg.Exists:
        if isinstance(token, alg.Exists):
            return replace(token, group=self.group(token.group))
        return self.variable(token) if isinstance(token, alg.Var) else token

    def group(self, group: alg.Group) -> alg.Group:
        return alg.Group(tuple(map(self.element, group.elements)))

    def values(self, values: alg.Values) -> alg.Values:
        return replace(values, variables=tuple(map(self.variable, values.variables)))

    def element(self, element: alg.Element) -> alg.Element:
        match element:
            case alg.TriplePattern(subject, predicate, object_):
                verb = self.variable(predicate) if isinstance(predicate, alg.Var) else predicate
                return alg.TriplePattern(self.node(subject), verb, self.node(object_))
            case alg.PathPattern(subject, path, object_):
                return alg.PathPattern(self.node(subject), path, self.node(object_))
            case alg.Filter(expression):
                return alg.Filter(self.expression(expression))
            case alg.Bind(expression, variable):
                return alg.Bind(self.expression(expression), self.variable(variable))
            case alg.Values():
                return self.values(element)
            case alg.OptionalGroup(group):
                return alg.OptionalGroup(self.group(group))
            case alg.MinusGroup(group):
                return alg.MinusGroup(self.group(group))
            case alg.UnionGroups(groups):
                return alg.UnionGroups(tuple(map(self.group, groups)))
            case alg.GraphGroup(graph, group):
                name = self.variable(graph) if isinstance(graph, alg.Var) else graph
                return alg.GraphGroup(name, self.group(group))
            case alg.Group():
                return self.group(element)
            case _:
                return self._select(element)

    def _select(self, select: alg.Select) -> alg.Select:
        return replace(
            select,
            projection=tuple(
                (self.variable(variable), self.expression(e) if e else None)
                for variable, e in select.projection
            ),
            where=self.group(select.where),
            group_by=tuple(
                (self.expression(e), self.variable(variable) if variable else None)
                for e, variable in select.group_by
            ),
            having=tuple(map(self.expression, select.having)),
            order_by=tuple(map(self.expression, select.order_by)),
            values=self.values(select.values) if select.values else None,
        )


#: The elements in which an OPTIONAL may stand.
_NESTED: Final = (alg.OptionalGroup, alg.Group, alg.GraphGroup, alg.UnionGroups)


def without_idle_optionals(group: alg.Group, needed: set[alg.Var]) -> alg.Group:
    """The group without the OPTIONALs that bind no needed variable.

    ``needed`` are the variables used outside the group. Removing such an OPTIONAL changes only
    the number of duplicate solutions, so never do this under an aggregate.
    """
    if not any(isinstance(element, _NESTED) for element in group.elements):
        return group
    elements = list(group.elements)
    mentions = [mentioned(element) for element in elements]
    i = len(elements)
    while i > 0:
        i -= 1
        match elements[i]:
            case alg.OptionalGroup(inner):
                bound_before = certain(elements[:i])
                used = needed.union(*mentions[:i], *mentions[i + 1 :])
                if all(v in bound_before or v not in used for v in in_scope(inner.elements)):
                    del elements[i], mentions[i]
                    i = len(elements)
                    continue
                elements[i] = alg.OptionalGroup(without_idle_optionals(inner, used))
            case alg.Group() | alg.GraphGroup() | alg.UnionGroups() as inner:
                used = needed.union(*mentions[:i], *mentions[i + 1 :])
                elements[i] = _without_idle(inner, used)
            case _:
                continue
        mentions[i] = mentioned(elements[i])
    return alg.Group(tuple(elements))


def _without_idle(
    element: alg.Group | alg.GraphGroup | alg.UnionGroups, needed: set[alg.Var]
) -> alg.Element:
    match element:
        case alg.Group():
            return without_idle_optionals(element, needed)
        case alg.GraphGroup(graph, inner):
            return alg.GraphGroup(graph, without_idle_optionals(inner, needed))
        case alg.UnionGroups(groups):
            return alg.UnionGroups(
                tuple(without_idle_optionals(branch, needed) for branch in groups)
            )
