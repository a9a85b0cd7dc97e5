"""Verify that a row follows from a few triples by running the query on them alone.

Many rows are verified in one run: the triples of each stand in a graph of their own, and the query
is asked of every graph apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeAlias

import pyoxigraph as ox

from ...graph.sparql_tokens import Token, scan, spelt_for_oxigraph, values_blocks
from ...graph.store import Term, line_of
from ...ontology.namespaces import XSD
from ..sparql import algebra as alg
from ..sparql.patterns import unprojected
from ..sparql.writer import write_base, write_dataset, write_group, write_select
from .provenance import Row, Statement

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
        self._is_as_written = bool(text)
        names = [variable.name for variable in select.variables]
        self._columns = [(i, names[i]) for i in select.stable_columns]
        #: The text between the values of the parameters, and the columns that have these values.
        self._between, self._given = _without_values(self._text, parameters if text else (), names)

    @cached_property
    def _apart(self) -> str:
        """The query for many rows at once; empty if it cannot be asked so."""
        return in_each_graph(self._text, self._place.name) if self._is_as_written else ""

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

    def yield_together(
        self, cases: Sequence[Case], statements: Sequence[Statement]
    ) -> dict[int, bool]:
        """What :meth:`yields` says of each case, by its place, found by one run for many.

        Cases that cannot be asked so are missing: those with blank nodes, and all of some queries.
        """
        found: dict[int, bool] = {}
        for start in range(0, len(cases) if self._apart else 0, _TOGETHER):
            pieces: list[str] = []
            lines: dict[int, str] = {}
            for i, (_, numbers) in enumerate(cases[start : start + _TOGETHER], start):
                end = f"<{_ROW}{i}> .\n"
                copies: dict[Term, str] = {}
                mine: list[str] = []
                for number in numbers:
                    line = lines.get(number)
                    if line is None:
                        line = lines[number] = _line(statements[number])
                    graph = statements[number][3]
                    if graph and graph not in copies:
                        copies[graph] = f"<urn:copy:{i}:{len(copies)}> .\n"
                        mine.append(f"<{_ROW}{i}> {graph} {copies[graph][:-2]}<{_COPIES}> .\n")
                    mine += (line, copies[graph] if graph else end)
                if "" not in mine:
                    found[i] = False
                    pieces += mine
            store = ox.Store()
            # The lines are terms of a store, so they need no further check.
            store.load("".join(pieces), ox.RdfFormat.N_QUADS, lenient=True)
            found.update(dict.fromkeys(self._places(store, cases), True))
        return found

    def _places(self, store: ox.Store, cases: Sequence[Case]) -> Iterator[int]:
        """The graphs of a store in which the query has the row of the case with their number."""
        answer = store.query(self._apart)
        assert isinstance(answer, ox.QuerySolutions)
        names = [variable.value for variable in answer.variables]
        at = names.index(self._place.name)
        columns = [(k, names.index(name)) for k, name in self._columns]
        for solution in map(tuple, answer):
            # A variable that is any graph is those of the copies too.
            if solution[at] is not None and solution[at].value.startswith(_ROW):
                place = int(solution[at].value.removeprefix(_ROW))
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


#: The beginning of the graph of a row, and the graph that says which graphs are a row's copies.
_ROW: Final = "urn:row:"
_COPIES: Final = "urn:copies"


def _line(statement: Statement) -> str:
    """A statement without its graph as the beginning of an N-Quads line; empty with a blank node.

    A blank node would be another one in another store.
    """
    subject, predicate, object_, graph = statement
    if any(isinstance(term, ox.BlankNode) for term in (subject, object_, graph)):
        return ""
    return f"{line_of(subject, predicate, object_)} "


#: Words of queries that are not the same inside GRAPH: they look at other graphs or other rows of
#: the store, or change from one run to the next.
_NOT_APART: Final = frozenset(
    ["MINUS", "FROM", "SERVICE", "LATERAL", "BNODE", "RAND", "UUID", "STRUUID"]
)
#: Words with which a subquery is another one if asked of many graphs at once.
_NOT_IN_SUBQUERY: Final = frozenset([*alg.AGGREGATES, "GROUP", "HAVING", "LIMIT", "OFFSET"])
_NODES: Final = ("var", "iri", "name", "bnode")


def in_each_graph(text: str, name: str) -> str:
    """The SELECT asked of every row's graphs apart, with the row as ``?name``; empty if it cannot.

    Its pattern is put into GRAPH, and the row among the columns of each SELECT and its GROUP BY
    keys. A named graph is replaced by the row's copy of it. What the query says of one row is then
    what it says of a store with the same quads, if each solution has a triple from the outset, and
    so has each solution that an OPTIONAL extends or an EXISTS tests: the row is then known wherever
    something may be missing. Only the tokens are looked at, so a fault of the parser changes
    nothing here.
    """
    found = list(scan(text))
    words = {token.text.upper() for token in found if token.kind == "word"}
    selects = [i for i, token in enumerate(found) if token.is_word("SELECT")]
    is_strange = "\\" in text or any(token.kind == "other" for token in found)
    if not selects or words & _NOT_APART or is_strange:
        return ""
    if len(selects) > 1 and words & _NOT_IN_SUBQUERY:
        return ""
    ends = _braces(found)
    if ends is None or any(_is_path_sign(found, i) for i in range(len(found))):
        return ""
    opening, closing = ends
    tests = [i for i, token in enumerate(found) if token.is_word("EXISTS")]
    if selects[0] > opening or any(not opening < i < closing for i in tests):
        return ""
    key = next((i for i in range(closing, len(found)) if found[i].is_word("GROUP")), None)
    if key is None and words & {*alg.AGGREGATES, "HAVING"}:
        return ""
    #: What is written instead of a part of the text, by its start and end.
    changed = {
        (found[opening].end,) * 2: f" GRAPH ?{name} {{",
        (found[closing].start,) * 2: "} ",
    }
    for select in selects:
        columns = select + found[select + 1].is_word("DISTINCT", "REDUCED")
        if found[columns + 1].text != "*":
            changed[(found[columns].end,) * 2] = f" ?{name} "
    if key is not None:
        changed[(found[key + 1].end,) * 2] = f" ?{name} "
    copies: dict[str, str] = {}
    for token, graph in pairwise(found):
        if token.is_word("GRAPH"):
            copy = copies.setdefault(graph.text, f"?{name}{len(copies)}")
            which = f"GRAPH <{_COPIES}> {{ ?{name} {graph.text} {copy} }}"
            changed[token.start, graph.end] = f"{which} GRAPH {copy} "
    pieces, done = [], 0
    for start, end in sorted(changed):
        pieces += [text[done:start], changed[start, end]]
        done = end
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
        needs_triple = starts and (i == opening or token.is_word("OPTIONAL", "EXISTS"))
        if needs_triple and not _begins_with_triple(found, starts[-1] + 1):
            return None
        is_start = starts and token.is_word("GRAPH", "SELECT")
        if is_start and not _starts_with_triple(found, i):
            return None
    return None


def _starts_with_triple(found: Sequence[Token], place: int) -> bool:
    """Whether the pattern of GRAPH, or of a subquery that names its columns, does."""
    start = next((i for i in range(place, len(found)) if found[i].text == "{"), len(found))
    head = found[place:start]
    is_plain = not any(token.is_word("EXISTS") or token.text == "*" for token in head)
    return is_plain and _begins_with_triple(found, start + 1)


def _begins_with_triple(found: Sequence[Token], place: int) -> bool:
    """Whether a group, each branch of a UNION, begins with a triple, perhaps after VALUES.

    GRAPH begins with the triple that names the row's copy, a subquery with that of its pattern.
    """
    while place < len(found) and found[place].is_word("VALUES"):
        place = next((i for i in range(place, len(found)) if found[i].text == "}"), place) + 1
    while place < len(found) and found[place].text == "{":
        if not _begins_with_triple(found, place + 1):
            return False
        place = _after_group(found, place)
        if place >= len(found) or not found[place].is_word("UNION"):
            return True
        place += 1
    if place >= len(found):
        return False
    return found[place].kind in _NODES or found[place].is_word("GRAPH", "SELECT")


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
