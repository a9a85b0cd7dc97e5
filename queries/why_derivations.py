"""Finding, for each row of a pattern, the sets of triples from which the row follows.

One query a pattern, whose solutions are joined in Python by hashing: the work grows with the
solutions, never with rows times solutions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..graph.errors import QueryError, UnexplainableError
from ..graph.store import Store, Term
from . import why_algebra as alg
from .why_closures import Closures
from .why_rewrite import (
    AbsenceAtom,
    Atom,
    ExistsAtom,
    Fresh,
    GraphNode,
    PathAtom,
    Rewriter,
    SubqueryAtom,
    TripleAtom,
    unprojected,
    with_keys,
)
from .why_terms import make_expression
from .why_variables import without_idle_optionals
from .why_writer import shorten, write_group, write_select

#: The values of some variables, None where one is unbound.
Row: TypeAlias = tuple[Term | None, ...]
#: Subject, predicate, object, and the named graph, None for the default graph.
Statement: TypeAlias = tuple[Term, Term, Term, Term | None]
#: Numbers of statements from which a row follows, together with the absences it rests on.
Derivations: TypeAlias = dict[frozenset[int], frozenset[str]]
Table: TypeAlias = dict[Row, Derivations]

#: How many ways to satisfy the EXISTS patterns and the paths of one solution are combined.
_BREADTH: Final = 4
#: How many rows one VALUES block has.
CHUNK: Final = 1000


class Statements:
    """Statements, each with a number."""

    def __init__(self) -> None:
        self.all: list[Statement] = []
        self._numbers: dict[Statement, int] = {}

    def number(self, statement: Statement) -> int:
        """The number of a statement, a new one if it is new."""
        number = self._numbers.get(statement)
        if number is None:
            number = self._numbers[statement] = len(self.all)
            self.all.append(statement)
        return number


class Deriver:
    """Derivations of the rows of patterns over one store.

    ``dataset`` are the query's FROM clauses. ``is_exact``, ``has_negation`` and ``has_groups``
    sum up the patterns seen so far (:class:`.why_rewrite.Rewriter`).
    """

    def __init__(self, store: Store, fresh: Fresh, dataset: str = "") -> None:
        self.store, self.fresh, self.dataset = store, fresh, dataset
        self.statements = Statements()
        self.is_exact = True
        self.has_negation = False
        self.has_groups = False

    def select(self, select: alg.Select, limits: Iterable[alg.Values] = ()) -> Table:
        """The derivations of each row of a SELECT, not counting LIMIT and OFFSET.

        A row of a grouped SELECT has one derivation a group: all of its members. ``limits``
        are VALUES blocks with the rows wanted; none means all rows.
        """
        if not select.is_aggregated:
            needed = set(select.variables)
            group = without_idle_optionals(unprojected(select), needed)
            return self.pattern(group, select.variables, limits)
        self.has_groups = True
        keyed, keys = with_keys(select, self.fresh)
        members = self.members(keyed, limits)
        columns = [self.fresh() for _ in keys]
        shown = tuple(
            (column, make_expression([key])) for column, key in zip(columns, keys, strict=True)
        )
        groups = replace(
            keyed,
            projection=select.projection + shown,
            is_distinct=False,
            order_by=(),
            limit=None,
            offset=None,
        )
        table: Table = defaultdict(dict)
        width = len(select.projection)
        for row in self.rows(groups):
            member = members.get(row[width:], {frozenset(): frozenset()})
            table[row[:width]] |= member
        return table

    def members(self, keyed: alg.Select, limits: Iterable[alg.Values] = ()) -> Table:
        """For each key of a grouped SELECT one derivation: the union of all of its members.

        Every key of ``keyed`` must have a variable (:func:`.why_rewrite.with_keys`).
        """
        keys = tuple(variable for _, variable in keyed.group_by if variable)
        binds = [
            alg.Bind(expression, variable)
            for expression, variable in keyed.group_by
            if variable and expression.tokens != (variable,)
        ]
        found = self.pattern(alg.Group((keyed.where, *binds)), keys, limits, breadth=1)
        table: Table = {}
        for row, derivations in found.items():
            union = frozenset[int]().union(*derivations)
            table[row] = {union: frozenset[str]().union(*derivations.values())}
        return table

    def rows(self, select: alg.Select) -> Iterator[Row]:
        """The rows of a SELECT, as the store gives them."""
        if not select.projection:
            select = replace(select, projection=((self.fresh(), make_expression(["1"])),))
        answer = self.store.query(write_select(select, self.dataset))
        if not isinstance(answer, ox.QuerySolutions):
            raise QueryError("the store gave no solutions to a SELECT")
        for solution in answer:
            yield tuple(solution)

    def pattern(
        self,
        group: alg.Group,
        keys: Sequence[alg.Var],
        limits: Iterable[alg.Values] = (),
        breadth: int = _BREADTH,
    ) -> Table:
        """The derivations of a pattern's solutions, by the values of ``keys``."""
        blocks = list(limits)
        rewriter = Rewriter(self.fresh)
        rewritten = rewriter.group(group, outside=blocks[0].variables if blocks else ())
        self.is_exact &= rewriter.is_exact
        self.has_negation |= rewriter.has_negation
        self.has_groups |= rewriter.has_groups
        reader = _Reader(self, rewriter.atoms, keys)
        for block in blocks or [None]:
            elements = ((block,) if block else ()) + rewritten.elements
            projection = tuple((column, None) for column in reader.columns)
            reader.read(self.rows(alg.Select(projection, alg.Group(elements))))
        return reader.table(breadth)

    def in_graph(self, group: alg.Group, graph: GraphNode) -> alg.Group:
        """The pattern over one named graph, or over the default graph if ``graph`` is None."""
        return alg.Group((alg.GraphGroup(graph, group),)) if graph else group


class _Reader:
    """Solutions of a rewritten pattern, and the derivations that its atoms make of them."""

    def __init__(self, deriver: Deriver, atoms: Sequence[Atom], keys: Sequence[alg.Var]) -> None:
        self.deriver = deriver
        variables = dict.fromkeys(keys)
        for atom in atoms:
            variables |= dict.fromkeys(_variables(atom))
        self.columns = tuple(variables)
        self._index = {variable: i for i, variable in enumerate(self.columns)}
        self._keys = [self._index[key] for key in keys]
        self._triples = [
            (self._guard(atom), *map(self._place, _terms(atom)))
            for atom in atoms
            if isinstance(atom, TripleAtom)
        ]
        self._lookups = [a for a in atoms if isinstance(a, PathAtom | SubqueryAtom | ExistsAtom)]
        self._absences = [atom for atom in atoms if isinstance(atom, AbsenceAtom)]
        self._plain: Table = {}
        self._open: list[tuple[Row, Row, frozenset[int]]] = []

    def _place(self, node: alg.Node | None) -> tuple[int, Term | None]:
        """Where to find a term: a column, or -1 and the term itself."""
        return (self._index[node], None) if isinstance(node, alg.Var) else (-1, node)

    def _guard(self, atom: Atom) -> int:
        return -1 if atom.guard is None else self._index[atom.guard]

    def read(self, rows: Iterable[Row]) -> None:
        """Take in solutions, their values in the order of ``columns``."""
        number = self.deriver.statements.number
        plain, keys = self._plain, self._keys
        needs_more = bool(self._lookups or self._absences)
        for row in rows:
            found = []
            for guard, (s, s_), (p, p_), (o, o_), (g, g_) in self._triples:
                if guard < 0 or row[guard] is not None:
                    statement = (
                        row[s] if s >= 0 else s_,
                        row[p] if p >= 0 else p_,
                        row[o] if o >= 0 else o_,
                        row[g] if g >= 0 else g_,
                    )
                    found.append(number(statement))  # type: ignore[arg-type]  # all bound here
            key = tuple([row[i] for i in keys])
            if needs_more:
                self._open.append((key, row, frozenset(found)))
            else:
                derivations = plain.get(key)
                if derivations is None:
                    derivations = plain[key] = {}
                derivations[frozenset(found)] = frozenset()

    def table(self, breadth: int) -> Table:
        """The derivations of all solutions read."""
        if not self._open:
            return self._plain
        found = [self._look_up(atom) for atom in self._lookups]
        table = self._plain
        for i, (key, row, base) in enumerate(self._open):
            absent = {self._absence(a, row) for a in self._absences if self._holds(a, row)}
            choices = [column[i] for column in found]
            derivations = table.setdefault(key, {})
            for chosen in islice(product(*choices), breadth):
                triples = base.union(*(triples for triples, _ in chosen))
                derivations[triples] = frozenset(absent).union(*(more for _, more in chosen))
        return table

    def _holds(self, atom: Atom, row: Row) -> bool:
        guard = self._guard(atom)
        return guard < 0 or row[guard] is not None

    def _values(self, nodes: Iterable[alg.Node | None], row: Row) -> Row:
        places = map(self._place, nodes)
        return tuple(row[index] if index >= 0 else term for index, term in places)

    def _look_up(self, atom: Atom) -> list[list[tuple[frozenset[int], frozenset[str]]]]:
        """For each solution, the ways in which one atom holds for it, shortest first."""
        rows = [row for _, row, _ in self._open]
        nothing: list[tuple[frozenset[int], frozenset[str]]] = [(frozenset(), frozenset())]
        match atom:
            case PathAtom():
                wanted = [
                    self._values((atom.subject, atom.object, atom.graph), row) for row in rows
                ]
                held = [self._holds(atom, row) for row in rows]
                edges = Closures(self.deriver, atom.closure).edges(
                    {pair for pair, holds in zip(wanted, held, strict=True) if holds}
                )
                return [
                    [(edges[pair], frozenset())] if holds else nothing
                    for pair, holds in zip(wanted, held, strict=True)
                ]
            case SubqueryAtom():
                table = _subquery_table(self.deriver, atom)
                graph = (atom.graph,) if isinstance(atom.graph, alg.Var) else ()
                result = []
                for row in rows:
                    derivations = table.get(self._values((*atom.keys, *graph), row))
                    if self._holds(atom, row) and derivations is None:
                        raise UnexplainableError(
                            "a subquery gives other rows when it is asked again"
                        )
                    result.append(_shortest(derivations) if derivations else nothing)
                return result
            case ExistsAtom():
                return self._look_up_exists(atom, rows)
            case _:
                return [nothing for _ in rows]

    def _look_up_exists(
        self, atom: ExistsAtom, rows: Sequence[Row]
    ) -> list[list[tuple[frozenset[int], frozenset[str]]]]:
        graph = (atom.graph,) if isinstance(atom.graph, alg.Var) else ()
        shared = tuple(dict.fromkeys((*atom.shared, *graph)))
        wanted = [self._values(shared, row) if self._holds(atom, row) else None for row in rows]
        found = _exists_table(self.deriver, atom, shared, {w for w in wanted if w is not None})
        result = []
        for row, values in zip(rows, wanted, strict=True):
            derivations = found.get(values) if values is not None else None
            if derivations:
                result.append(_shortest(derivations))
            elif values is not None and atom.is_required:
                raise UnexplainableError("a pattern under EXISTS cannot be found again by a join")
            else:
                is_absent = values is not None and atom.exists.is_negated
                absence = AbsenceAtom(None, "NOT EXISTS", atom.exists.group, atom.graph)
                absent = {self._absence(absence, row)} if is_absent else set()
                result.append([(frozenset(), frozenset(absent))])
        return result

    def _absence(self, atom: AbsenceAtom, row: Row) -> str:
        """The pattern that has no match, with the values of the solution in it."""
        group = atom.group
        if atom.graph:
            group = alg.Group((alg.GraphGroup(atom.graph, group),))
        values = {
            variable: row[self._index[variable]]
            for variable in alg.mentioned(group)
            if variable in self._index
        }
        return absence_text(atom.keyword, group, values)


def absence_text(
    keyword: str, group: alg.Group, values: Mapping[alg.Var, Term | None] | None = None
) -> str:
    """A pattern without a match, for people: bound variables replaced, IRIs shortened."""
    text = write_group(group)
    for variable, value in (values or {}).items():
        if value is not None:
            text = text.replace(f"?{variable.name} ", f"{value} ")
    return f"{keyword} {shorten(text)}"


def _shortest(derivations: Derivations) -> list[tuple[frozenset[int], frozenset[str]]]:
    return sorted(derivations.items(), key=lambda item: (len(item[0]), sorted(item[0])))


def _terms(atom: TripleAtom) -> tuple[alg.Node | None, ...]:
    return atom.subject, atom.predicate, atom.object, atom.graph


def _variables(atom: Atom) -> Iterator[alg.Var]:
    """The variables whose values an atom needs."""
    nodes: Iterable[alg.Node | None]
    match atom:
        case TripleAtom():
            nodes = _terms(atom)
        case PathAtom(_, subject, _, object_, graph):
            nodes = (subject, object_, graph)
        case SubqueryAtom(_, _, keys, graph):
            nodes = (*keys, graph)
        case ExistsAtom(_, _, shared, graph, _):
            nodes = (*shared, graph)
        case AbsenceAtom(_, _, _, graph):
            nodes = (graph,)
    for node in (atom.guard, *nodes):
        if isinstance(node, alg.Var):
            yield node


def _subquery_table(deriver: Deriver, atom: SubqueryAtom) -> Table:
    """Derivations of a subquery's rows, by its keys and by the graph if that is a variable."""
    select = replace(atom.select, order_by=(), limit=None, offset=None)
    if atom.graph is None:
        if select.is_aggregated:
            return deriver.members(select)
        return deriver.select(select)
    raise UnexplainableError("a grouped or cut subquery inside GRAPH is not explained")


def _exists_table(
    deriver: Deriver, atom: ExistsAtom, shared: Sequence[alg.Var], wanted: Iterable[Row]
) -> dict[Row, Derivations]:
    """Derivations of a pattern under EXISTS, for each of the wanted values of ``shared``."""
    rows = sorted(wanted, key=str)
    number = deriver.fresh()
    found: dict[Row, Derivations] = {}
    for start in range(0, len(rows), CHUNK):
        block = alg.Values(
            (number, *shared),
            tuple(
                (ox.Literal(start + i), *row)  # type: ignore[misc]  # no blank nodes in VALUES
                for i, row in enumerate(rows[start : start + CHUNK])
            ),
        )
        group = deriver.in_graph(alg.Group((block, *atom.exists.group.elements)), atom.graph)
        for (index,), derivations in deriver.pattern(group, (number,)).items():
            if isinstance(index, ox.Literal):
                found[rows[int(index.value)]] = derivations
    return found
