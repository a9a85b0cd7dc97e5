"""A query with some values of one of its variables, so that it answers with a part of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from typing import Final, NamedTuple

import pyoxigraph as ox

from .conjunctions import VOLATILE, grouped_by, keys_of
from .sparql import algebra as alg
from .sparql.variables import certain, in_scope, mentioned
from .sparql.writer import write_select

#: What they give depends on rows that are left out, or on their order.
_LOOSE: Final = VOLATILE - {"BOUND"} | {"SAMPLE", "GROUP_CONCAT"}


class Narrowed(NamedTuple):
    """The text of a query for some of its rows.

    If they change, the whole answer changes by the same rows, unless it ``merges`` rows that are
    equal but for a variable that it does not show.
    """

    text: str
    merges: bool


def variables_to_narrow(
    select: alg.Select,
) -> tuple[frozenset[alg.Var], frozenset[alg.Var]]:
    """The variables by whose values a query can be narrowed, and those that merge no rows."""
    shown = frozenset(in_scope(select.where.elements))
    if select.is_sliced or not _LOOSE.isdisjoint(_calls(select)) or _leaks(select.where, shown):
        return frozenset(), frozenset()
    found = frozenset(certain(select.where.elements))
    if select.is_aggregated:
        found &= grouped_by(select)
    return found, frozenset(v for v in found if not _merges(select, v))


def narrowed(
    select: alg.Select,
    variables: Sequence[alg.Var],
    rows: Iterable[Sequence[ox.NamedNode | ox.Literal]],
) -> Narrowed:
    """The query for the rows that have one of these values; see :func:`variables_to_narrow`."""
    values = alg.Values(tuple(variables), tuple(sorted(map(tuple, rows), key=str)))
    where = _joined(select.where, values)
    assert where is not None
    merges = any(_merges(select, variable) for variable in variables)
    return Narrowed(write_select(replace(select, where=where)), merges)


def _merges(select: alg.Select, variable: alg.Var) -> bool:
    return select.is_distinct and (variable, None) not in select.projection


def _leaks(group: alg.Group, shown: Set[alg.Var]) -> bool:
    """Whether an EXISTS in a part of the group has a variable of its own that is shown elsewhere.

    With values, Oxigraph may take them for one variable.
    """
    for element in group.elements:
        match element:
            case alg.Group():
                inner = [element]
            case alg.OptionalGroup(one) | alg.MinusGroup(one) | alg.GraphGroup(_, one):
                inner = [one]
            case alg.UnionGroups(groups):
                inner = [*groups]
            case alg.Select(where=one):
                inner = [one]
            case _:
                inner = []
        for one in inner:
            own = in_scope(one.elements)
            for part in one.elements:
                if isinstance(part, (alg.Filter, alg.Bind)):
                    hidden = set[alg.Var]().union(*map(mentioned, part.expression.exists()))
                    if not (hidden - own.keys()).isdisjoint(shown):
                        return True
            if _leaks(one, shown):
                return True
    return False


def _calls(select: alg.Select) -> frozenset[str]:
    """The functions of the expressions that rows are made with."""
    expressions = [e for _, e in select.projection if e]
    expressions += [*select.having, *(e for e, _ in select.group_by)]
    return frozenset().union(*(e.calls for e in expressions), _calls_in(select.where))


def _calls_in(group: alg.Group) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for element in group.elements:
        match element:
            case alg.Filter(expression) | alg.Bind(expression, _):
                found |= expression.calls
                for exists in expression.exists():
                    found |= _calls_in(exists.group)
            case alg.Group():
                found |= _calls_in(element)
            case alg.OptionalGroup(inner) | alg.MinusGroup(inner) | alg.GraphGroup(_, inner):
                found |= _calls_in(inner)
            case alg.UnionGroups(groups):
                found = found.union(*map(_calls_in, groups))
            case alg.Select():
                found |= _calls(element)
            case _:
                pass
    return found


def _joined(group: alg.Group, values: alg.Values) -> alg.Group | None:
    """The group with the values; None if not every solution of it binds all their variables.

    They stand as early as they can without being joined before an OPTIONAL or MINUS that binds a
    variable otherwise, and again in every part that is joined, with the variables that it binds.
    """
    found: list[alg.Element] = []
    missing = set(values.variables)
    is_joined, is_placed = True, False
    for element in group.elements:
        found.append(_within(element, values))
        is_joined &= not isinstance(element, (alg.OptionalGroup, alg.MinusGroup, alg.Bind))
        missing -= certain([element])
        if not missing and not is_placed:
            found.insert(0 if is_joined else len(found), values)
            is_placed = True
    return alg.Group(tuple(found)) if is_placed else None


def _part(group: alg.Group, values: alg.Values, shown: Set[alg.Var] | None = None) -> alg.Group:
    """A group with those of the values that it binds."""
    bound = certain(group.elements)
    places = [
        place
        for place, variable in enumerate(values.variables)
        if variable in bound and (shown is None or variable in shown)
    ]
    if not places:
        return group
    rows = dict.fromkeys(tuple(row[place] for place in places) for row in values.rows)
    fit = alg.Values(tuple(values.variables[place] for place in places), tuple(rows))
    return _joined(group, fit) or group


def _within(element: alg.Element, values: alg.Values) -> alg.Element:
    """A part that is joined, with the values of the variables that it binds."""
    match element:
        case alg.Group():
            return _part(element, values)
        case alg.GraphGroup(graph, group):
            return alg.GraphGroup(graph, _part(group, values))
        case alg.UnionGroups(groups):
            return alg.UnionGroups(tuple(_part(one, values) for one in groups))
        case alg.Select(where=where):
            return replace(element, where=_part(where, values, keys_of(element)))
        case _:
            return element
