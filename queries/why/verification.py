"""Verify that a row follows from a few triples by running the query on them alone.

Many rows are verified in one run: the triples of each stand in a graph of their own, and the query
is asked of every graph apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import pyoxigraph as ox

from ...graph.sparql_tokens import Token, scan, spelt_for_oxigraph, values_blocks
from ...graph.store import Term, line_of
from ...ontology.namespaces import XSD
from .provenance import Row, Statement
from .sparql import algebra as alg
from .sparql.patterns import unprojected
from .sparql.writer import write_base, write_dataset, write_group, write_select

#: A row with the numbers of the statements that are to prove it.
Case: TypeAlias = tuple[Row, frozenset[int]]
_INEXACT: Final = frozenset({XSD + "double", XSD + "float"})
#: How many rows are verified in one store.
_TOGETHER: Final = 1000


class Checker:
    """Runs one query, without LIMIT and OFFSET, over a store of a few statements.

    ``text`` is the query as its author wrote it, so that a fault of our parser or rewriting
    cannot make a proof look right; without it (for the parts of CONSTRUCT and DESCRIBE) the
    SELECT is written out. Columns of SAMPLE and GROUP_CONCAT are not compared, since their values
    depend on the order of solutions, which SPARQL leaves undefined. Each row is asked for with its
    own values of the ``parameters`` alone.
    """

    def __init__(
        self,
        query: alg.Query,
        select: alg.Select,
        text: str = "",
        parameters: Sequence[str] = (),
    ) -> None:
        whole = replace(select, order_by=(), limit=None, offset=None)
        dataset = write_dataset(query)
        if text:
            self._text = spelt_for_oxigraph(without_slice(text))
        elif select.projection:
            self._text = write_base(query) + write_select(whole, dataset)
        else:
            self._text = f"{write_base(query)}ASK {dataset} {write_group(unprojected(whole))}"
        self._graphs = query.default_graphs
        self._place = alg.Var(f"{query.fresh}place")
        self._apart = in_each_graph(self._text, self._place.name) if text else ""
        names = [variable.name for variable in select.variables]
        self._columns = [(i, names[i]) for i in select.stable_columns]
        #: The text between the values of the parameters, and the columns that have these values.
        self._between, self._given = _without_values(self._text, parameters if text else (), names)

    def _text_for(self, row: Row) -> str:
        """The query with the row's own values, unless one of them cannot stand in VALUES."""
        terms = [row[column] for column in self._given]
        if not terms or any(term is None or isinstance(term, ox.BlankNode) for term in terms):
            return self._text
        pieces = zip(self._between, [*terms, ""], strict=True)
        return " ".join(f"{before} {term}" for before, term in pieces)

    def yields(self, statements: Iterable[Statement], row: Row) -> bool:
        """Whether the query returns the row on these statements alone."""
        store = ox.Store()
        store.extend(quad for s in statements for quad in quads(s, self._graphs))
        answer = store.query(self._text_for(row))
        if isinstance(answer, ox.QueryBoolean):
            return bool(answer)
        assert isinstance(answer, ox.QuerySolutions)
        return any(
            all(same(solution[name], row[i]) for i, name in self._columns) for solution in answer
        )

    def yield_together(self, cases: Sequence[Case], statements: Sequence[Statement]) -> set[int]:
        """The places of the cases that one run for many verifies, as :meth:`yields` would each.

        It says nothing of the others: some queries cannot be asked so.
        """
        verified: set[int] = set()
        for start in range(0, len(cases) if self._apart else 0, _TOGETHER):
            pieces: list[str] = []
            lines: dict[int, str] = {}
            for i, (_, numbers) in enumerate(cases[start : start + _TOGETHER], start):
                end = f"<urn:row:{i}> .\n"
                mine: list[str] = []
                for number in numbers:
                    line = lines.get(number)
                    if line is None:
                        line = lines[number] = _line(statements[number])
                    mine += (line, end)
                if "" not in mine:
                    pieces += mine
            store = ox.Store()
            # The lines are terms of a store, so they need no further check.
            store.load("".join(pieces), ox.RdfFormat.N_QUADS, lenient=True)
            verified.update(self._places(store, cases))
        return verified

    def _places(self, store: ox.Store, cases: Sequence[Case]) -> Iterator[int]:
        """The graphs of a store in which the query has the row of the case with their number."""
        answer = store.query(self._apart)
        assert isinstance(answer, ox.QuerySolutions)
        names = [variable.value for variable in answer.variables]
        at = names.index(self._place.name)
        columns = [(k, names.index(name)) for k, name in self._columns]
        for solution in map(tuple, answer):
            if solution[at] is not None:
                place = int(solution[at].value[_PLACE:])
                row = cases[place][0]
                if (solution[1:] == row and at == 0) or all(
                    same(solution[other], row[k]) for k, other in columns
                ):
                    yield place


def _without_values(
    text: str, parameters: Iterable[str], names: Sequence[str]
) -> tuple[list[str], list[int]]:
    """The pieces of a query around the VALUES of the parameters, and their columns, in order."""
    blocks = sorted(
        (opening.end, closing.start, names.index(name))
        for name in parameters
        for opening, closing in values_blocks(text, name)
    )
    edges = [0, *(place for start, end, _ in blocks for place in (start, end)), len(text)]
    pieces = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return pieces, [column for _, _, column in blocks]


_PLACE: Final = len("urn:row:")


def _line(statement: Statement) -> str:
    """A statement of the default graph as the beginning of an N-Quads line, else empty.

    A blank node would be another one in another store.
    """
    subject, predicate, object_, graph = statement
    if graph or isinstance(subject, ox.BlankNode) or isinstance(object_, ox.BlankNode):
        return ""
    return f"{line_of(subject, predicate, object_)} "


#: Words of queries that are not the same inside GRAPH: they look at other graphs or other rows of
#: the store, or change from one run to the next.
_NOT_APART: Final = frozenset(
    ["EXISTS", "MINUS", "GRAPH", "FROM", "SERVICE", "LATERAL", "BNODE", "RAND", "UUID", "STRUUID"]
)
_NODES: Final = ("var", "iri", "name", "bnode")


def in_each_graph(text: str, name: str) -> str:
    """The SELECT asked of every named graph apart, with the graph as ``?name``; empty if it cannot.

    Its pattern is put into GRAPH, and the graph among its columns and its GROUP BY keys. What the
    query says of one graph is then what it says of a default graph with the same triples, if each
    solution has a triple from the outset, and so has each solution that an OPTIONAL extends: the
    graph is then known wherever something may be missing. Only the tokens are looked at, so a
    fault of the parser changes nothing here.
    """
    found = list(scan(text))
    words = {token.text.upper() for token in found if token.kind == "word"}
    selects = [i for i, token in enumerate(found) if token.is_word("SELECT")]
    is_strange = "\\" in text or any(token.kind == "other" for token in found)
    if len(selects) != 1 or words & _NOT_APART or is_strange:
        return ""
    ends = _braces(found)
    if ends is None or any(_is_path_sign(found, i) for i in range(len(found))):
        return ""
    opening, closing = ends
    if selects[0] > opening:
        return ""
    key = next((i for i in range(closing, len(found)) if found[i].is_word("GROUP")), None)
    if key is None and words & {*alg.AGGREGATES, "HAVING"}:
        return ""
    inserted = {
        found[opening].end: f" GRAPH ?{name} {{",
        found[closing].start: "} ",
    }
    columns = selects[0] + found[selects[0] + 1].is_word("DISTINCT", "REDUCED")
    if found[columns + 1].text != "*":
        inserted[found[columns].end] = f" ?{name} "
    if key is not None:
        inserted[found[key + 1].end] = f" ?{name} "
    pieces, done = [], 0
    for place in sorted(inserted):
        pieces += [text[done:place], inserted[place]]
        done = place
    return "".join([*pieces, text[done:]])


def _braces(found: Sequence[Token]) -> tuple[int, int] | None:
    """Where the pattern begins and ends; None if a solution of it may have no triple at first."""
    starts: list[int] = []
    opening = -1
    for i, token in enumerate(found):
        if token.text == "{" and token.kind == "sign":
            opening = i if opening < 0 else opening
            starts.append(i)
        elif token.text == "}" and token.kind == "sign":
            if not starts:
                return None
            if starts.pop() == opening:
                return opening, i
        needs_triple = starts and (i == opening or token.is_word("OPTIONAL"))
        if needs_triple and not _begins_with_triple(found, starts[-1] + 1):
            return None
    return None


def _begins_with_triple(found: Sequence[Token], place: int) -> bool:
    """Whether a group, each branch of a UNION, begins with a triple, perhaps after VALUES."""
    while place < len(found) and found[place].is_word("VALUES"):
        place = next((i for i in range(place, len(found)) if found[i].text == "}"), place) + 1
    while place < len(found) and found[place].text == "{":
        if not _begins_with_triple(found, place + 1):
            return False
        place = _after_group(found, place)
        if place >= len(found) or not found[place].is_word("UNION"):
            return True
        place += 1
    return place < len(found) and found[place].kind in _NODES


def _after_group(found: Sequence[Token], place: int) -> int:
    """The token after the group that opens at ``place``."""
    depth = 0
    for i in range(place, len(found)):
        depth += {"{": 1, "}": -1}.get(found[i].text, 0)
        if not depth:
            return i + 1
    return len(found)


def _is_path_sign(found: Sequence[Token], place: int) -> bool:
    """Whether the token may be the ``*``, ``+`` or ``?`` of a path; sums and products are too."""
    token = found[place]
    if token.kind != "sign" or token.text not in ("*", "+", "?"):
        return False
    before = found[place - 1]
    is_all = before.text == "(" or before.is_word("SELECT", "DISTINCT", "REDUCED")
    return not (token.text == "*" and is_all)


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
