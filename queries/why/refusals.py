"""The queries that run but cannot be explained honestly, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...graph.errors import UnexplainableError
from .sparql import algebra as alg

_CHANGING: Final = frozenset({"RAND", "UUID", "STRUUID", "BNODE"})


def refuse_what_cannot_be_explained(query: alg.Query) -> None:
    """Raise ``UnexplainableError`` for such a query. SERVICE is refused when it is read."""
    for select in _selects(query.select):
        for expression in _expressions(select):
            changing = sorted(expression.calls & _CHANGING)
            if changing:
                raise UnexplainableError(
                    f"{changing[0]} gives another value each time, so that asking again "
                    "cannot show where a row comes from"
                )
        grouped = [*select.having, *(e for _, e in select.projection if e)]
        if select.is_aggregated and any(True for e in grouped for _ in e.exists()):
            raise UnexplainableError("EXISTS in HAVING or beside an aggregate is not explained")
    if query.form == "CONSTRUCT" and any(
        isinstance(node, alg.Var) and node.name.startswith(query.fresh)
        for triple in query.template
        for node in (triple.subject, triple.object)
    ):
        raise UnexplainableError(
            "CONSTRUCT makes new blank nodes each time, so that its triples cannot be found again"
        )


def has_groups(query: alg.Query) -> bool:
    """Whether the query, or a subquery of it, counts or sums up rows."""
    return any(select.is_aggregated for select in _selects(query.select))


def _selects(select: alg.Select) -> Iterator[alg.Select]:
    """The SELECT and all SELECTs in it, also those under EXISTS."""
    yield select
    for group in _groups(select.where):
        for element in group.elements:
            if isinstance(element, alg.Select):
                yield from _selects(element)


def _groups(group: alg.Group) -> Iterator[alg.Group]:
    """The group and the groups in it, but not those of its subqueries."""
    yield group
    for element in group.elements:
        match element:
            case alg.OptionalGroup(inner) | alg.MinusGroup(inner) | alg.GraphGroup(_, inner):
                yield from _groups(inner)
            case alg.Group():
                yield from _groups(element)
            case alg.UnionGroups(groups):
                for branch in groups:
                    yield from _groups(branch)
            case alg.Filter(expression) | alg.Bind(expression, _):
                for exists in expression.exists():
                    yield from _groups(exists.group)
            case _:
                pass


def _expressions(select: alg.Select) -> Iterator[alg.Expression]:
    """The expressions of the SELECT itself, wherever they stand."""
    yield from (expression for _, expression in select.projection if expression)
    yield from (expression for expression, _ in select.group_by)
    yield from (*select.having, *select.order_by)
    for group in _groups(select.where):
        for element in group.elements:
            if isinstance(element, alg.Filter | alg.Bind):
                yield element.expression
