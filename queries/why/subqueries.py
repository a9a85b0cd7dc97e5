"""Look up the parts that one query cannot show: subquery rows and patterns under EXISTS.

Each function handles a list of solutions at once. For each solution it takes the values that an
atom needs, or None if the atom does not apply, and returns the ways to satisfy the atom, shortest
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Final, TypeAlias

import pyoxigraph as ox

from ...graph.errors import UnexplainableError
from .provenance import (
    NOTHING,
    Derivations,
    Evaluator,
    ExistsAtom,
    Rest,
    Row,
    SubqueryAtom,
    Table,
    batched,
)
from .sparql import algebra as alg
from .sparql.terms import make_expression
from .sparql.writer import write_absence

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
