"""Which variables a part of a query binds, binds for certain, or mentions (section 18.2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import algebra as alg


def _nodes(element: alg.TriplePattern | alg.PathPattern) -> Iterator[alg.Node]:
    yield element.subject
    if isinstance(element, alg.TriplePattern):
        yield element.predicate
    yield element.object


def in_scope(elements: Iterable[alg.Element]) -> dict[alg.Var, None]:
    """The variables that solutions of the elements may bind, in the order of the text."""
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
    """Every variable that stands anywhere in the part, bound or not."""
    match part:
        case alg.TriplePattern() | alg.PathPattern():
            return {node for node in _nodes(part) if isinstance(node, alg.Var)}
        case alg.Expression(tokens):
            found = {token for token in tokens if isinstance(token, alg.Var)}
            return found.union(*(mentioned(exists) for exists in part.exists()))
        case alg.Filter(expression):
            return mentioned(expression)
        case alg.Bind(expression, variable):
            return mentioned(expression) | {variable}
        case alg.Values(variables, _):
            return set(variables)
        case alg.OptionalGroup(group) | alg.MinusGroup(group) | alg.Exists(group):
            return mentioned(group)
        case alg.Group(elements):
            return set[alg.Var]().union(*map(mentioned, elements))
        case alg.UnionGroups(groups):
            return set[alg.Var]().union(*map(mentioned, groups))
        case alg.GraphGroup(graph, group):
            return mentioned(group) | ({graph} if isinstance(graph, alg.Var) else set())
        case alg.Select():
            parts: list[alg.Element | alg.Expression] = [part.where, *part.having, *part.order_by]
            parts += [expression for _, expression in part.projection if expression]
            parts += [expression for expression, _ in part.group_by]
            parts += [part.values] if part.values else []
            keys = {variable for _, variable in part.group_by if variable}
            return set(part.variables).union(keys, *map(mentioned, parts))
        case _:
            return set()
