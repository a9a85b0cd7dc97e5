"""Verify that a row follows from a few triples by running the query on them alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from ...graph.store import Term
from ...ontology.namespaces import XSD
from .provenance import Row, Statement
from .sparql import algebra as alg
from .sparql.patterns import unprojected
from .sparql.writer import write_dataset, write_group, write_select

_INEXACT: Final = frozenset({XSD + "double", XSD + "float"})


class Checker:
    """Runs one SELECT, without LIMIT and OFFSET, over a store of a few statements.

    Columns of SAMPLE and GROUP_CONCAT are not compared, since their values depend on the order
    of solutions, which SPARQL leaves undefined.
    """

    def __init__(self, query: alg.Query, select: alg.Select) -> None:
        whole = replace(select, order_by=(), limit=None, offset=None)
        dataset = write_dataset(query)
        if select.projection:
            self._text = write_select(whole, dataset)
        else:
            self._text = f"ASK {dataset} {write_group(unprojected(whole))}"
        self._graphs = query.default_graphs
        self._columns = select.stable_columns

    def yields(self, statements: Iterable[Statement], row: Row) -> bool:
        """Whether the query returns the row on these statements alone."""
        store = ox.Store()
        store.extend(quad for s in statements for quad in quads(s, self._graphs))
        answer = store.query(self._text)
        if isinstance(answer, ox.QueryBoolean):
            return bool(answer)
        assert isinstance(answer, ox.QuerySolutions)
        wanted = [(i, row[i]) for i in self._columns]
        for solution in answer:
            found = tuple(solution)
            if all(_same(found[i], term) for i, term in wanted):
                return True
        return False


def quads(statement: Statement, graphs: Sequence[ox.NamedNode] = ()) -> list[ox.Quad]:
    """The statement as quads; a default graph statement goes into each FROM graph, if any."""
    subject, predicate, object_, graph = statement
    targets: Sequence[Term | None] = [graph] if graph else graphs or [None]
    return [ox.Quad(subject, predicate, object_, target) for target in targets]  # type: ignore[arg-type]


def _same(found: object, wanted: object) -> bool:
    """Whether two terms are equal; sums of doubles may differ in the last digit."""
    if found == wanted:
        return True
    if isinstance(found, ox.Literal) and isinstance(wanted, ox.Literal):
        types = {found.datatype.value, wanted.datatype.value}
        if types <= _INEXACT:
            return math.isclose(float(found.value), float(wanted.value), rel_tol=1e-9)
    return False


def shrunk(
    checker: Checker,
    statements: Sequence[Statement],
    triples: frozenset[int],
    removable: Iterable[int],
    row: Row,
) -> frozenset[int]:
    """Drop each removable statement that the row does not need, trying them in the given order."""
    for number in removable:
        fewer = triples - {number}
        if number in triples and checker.yields((statements[i] for i in fewer), row):
            triples = fewer
    return triples
