"""Verify that a row follows from a few triples by running the query on them alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from ...graph.sparql_tokens import scan, spelt_for_oxigraph
from ...graph.store import Term
from ...ontology.namespaces import XSD
from .provenance import Row, Statement
from .sparql import algebra as alg
from .sparql.patterns import unprojected
from .sparql.writer import write_base, write_dataset, write_group, write_select

_INEXACT: Final = frozenset({XSD + "double", XSD + "float"})


class Checker:
    """Runs one query, without LIMIT and OFFSET, over a store of a few statements.

    ``text`` is the query as its author wrote it, so that a fault of our parser or rewriting
    cannot make a proof look right; without it (for the parts of CONSTRUCT and DESCRIBE) the
    SELECT is written out. Columns of SAMPLE and GROUP_CONCAT are not compared, since their values
    depend on the order of solutions, which SPARQL leaves undefined.
    """

    def __init__(self, query: alg.Query, select: alg.Select, text: str = "") -> None:
        whole = replace(select, order_by=(), limit=None, offset=None)
        dataset = write_dataset(query)
        if text:
            self._text = spelt_for_oxigraph(without_slice(text))
        elif select.projection:
            self._text = write_base(query) + write_select(whole, dataset)
        else:
            self._text = f"{write_base(query)}ASK {dataset} {write_group(unprojected(whole))}"
        self._graphs = query.default_graphs
        names = [variable.name for variable in select.variables]
        self._columns = [(i, names[i]) for i in select.stable_columns]

    def yields(self, statements: Iterable[Statement], row: Row) -> bool:
        """Whether the query returns the row on these statements alone."""
        store = ox.Store()
        store.extend(quad for s in statements for quad in quads(s, self._graphs))
        answer = store.query(self._text)
        if isinstance(answer, ox.QueryBoolean):
            return bool(answer)
        assert isinstance(answer, ox.QuerySolutions)
        return any(
            all(same(solution[name], row[i]) for i, name in self._columns) for solution in answer
        )


def without_slice(text: str) -> str:
    """The query without the LIMIT and OFFSET of its outermost level."""
    pieces, done, depth, is_cut = [], 0, 0, False
    for token in scan(text):
        if token.kind == "sign":
            depth += (token.text in "{(") - (token.text in "})")
        is_cut = depth == 0 and (
            token.is_word("LIMIT", "OFFSET") or (is_cut and token.kind == "integer")
        )
        if is_cut:
            pieces.append(text[done : token.start])
            done = token.end
    return "".join([*pieces, text[done:]])


def quads(statement: Statement, graphs: Sequence[ox.NamedNode] = ()) -> list[ox.Quad]:
    """The statement as quads; a default graph statement goes into each FROM graph, if any."""
    subject, predicate, object_, graph = statement
    targets: Sequence[Term | None] = [graph] if graph else graphs or [None]
    return [ox.Quad(subject, predicate, object_, target) for target in targets]  # type: ignore[arg-type]


def same(found: object, wanted: object) -> bool:
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
