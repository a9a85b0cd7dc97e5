"""Limit a pattern to some rows, so that a store need not find all its solutions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

import pyoxigraph as ox

from ..sparql import algebra as alg
from ..sparql.patterns import Fresh
from ..sparql.variables import certain
from .provenance import Row, batched

#: The number of rows in a VALUES block, and the number above which all rows are queried at once.
_CHUNK: Final = 1000
_MANY: Final = 10 * _CHUNK


@dataclass(frozen=True, slots=True)
class Limits:
    """VALUES blocks that limit a pattern to some rows, and the empty block they replace."""

    place: alg.Values
    variables: tuple[alg.Var, ...]
    blocks: tuple[alg.Values, ...]


def limits_to(
    rows: Collection[Row] | None, select: alg.Select, among: Iterable[alg.Var], fresh: Fresh
) -> Limits | None:
    """The blocks with these rows of a SELECT; None if it cannot be limited to them, or need not.

    Only variables that are in ``among`` and bound before any OPTIONAL, MINUS or BIND can be
    limited without changing the meaning of the pattern. Literals are left out: Virtuoso
    returns a decimal matched by VALUES as an integer, and misses strings in long blocks.
    """
    if rows is None or len(rows) > _MANY:
        return None
    bound = certain(takewhile(_is_joined, select.where.elements))
    columns = [
        i
        for i, (variable, expression) in enumerate(select.projection)
        if variable in among and variable in bound and expression is None
        if not any(isinstance(row[i], ox.Literal) for row in rows)
    ]
    wanted = dict.fromkeys(tuple(row[i] for i in columns) for row in rows)
    if not columns or any(isinstance(term, ox.BlankNode) for row in wanted for term in row):
        return None
    variables = tuple(select.projection[i][0] for i in columns)
    blocks = [
        alg.Values(variables, chunk)  # type: ignore[arg-type]  # no blank nodes
        for chunk in batched(wanted, _CHUNK)
    ]
    return Limits(alg.Values((fresh(),), ()), variables, tuple(blocks))


def placed(limits: Limits | None, where: alg.Element) -> alg.Element:
    """A pattern with the place of the VALUES block that limits it, if any."""
    assert isinstance(where, alg.Group)
    return alg.Group((limits.place, *where.elements)) if limits else where


def _is_joined(element: alg.Element) -> bool:
    return not isinstance(element, alg.OptionalGroup | alg.MinusGroup | alg.Bind)
