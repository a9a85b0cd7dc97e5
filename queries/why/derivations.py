"""Find, for each row of a pattern, the sets of triples from which the row follows.

Each pattern takes one query, whose solutions are hash-joined in Python: the cost is linear in the
solutions, never rows times solutions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Final

import pyoxigraph as ox

from ...graph.errors import QueryError
from ...graph.store import Store, Term, read
from ..sparql import algebra as alg
from ..sparql.patterns import Fresh, is_lower_bound, unprojected, with_keys
from ..sparql.terms import make_expression
from ..sparql.variables import certain, mentioned, without_idle_optionals
from ..sparql.writer import Absence, is_query, write_absence, write_select, write_values
from .provenance import (
    NOTHING,
    Derivations,
    GraphNode,
    PathAtom,
    Presence,
    Rest,
    Row,
    Statements,
    Table,
)
from .rewrite import Rewriter
from .row_limits import Limits, limits_to, placed
from .solutions import Reader

#: How many ways to satisfy the EXISTS patterns and paths are combined per solution.
_BREADTH: Final = 4
#: The largest group whose members are listed to say that there is no further one.
_FEW: Final = 10


class Deriver:
    """Derivations of the rows of patterns over one store.

    ``dataset`` are the query's FROM clauses, ``base`` its BASE declaration. ``is_exact``,
    ``has_negation``, ``has_groups`` and ``has_paths`` (of any length) summarise the patterns
    processed so far (:class:`.rewrite.Rewriter`).
    """

    def __init__(self, store: Store, fresh: Fresh, dataset: str = "", base: str = "") -> None:
        self.store, self.fresh, self.dataset, self.base = store, fresh, dataset, base
        self.statements = Statements()
        self._asked: dict[str, bool] = {}
        #: The SELECT of which the needed pattern was last asked for, and that pattern.
        self._last: tuple[alg.Select | None, alg.Group] = None, alg.Group(())
        self._presence = Presence(store, dataset, self.statements)
        self.is_exact = True
        self.has_negation = False
        self.has_groups = False
        self.has_paths = False

    def select(
        self,
        select: alg.Select,
        rows: Collection[Row] | None = None,
        *,
        used: Iterable[alg.Var] = (),
        is_anew: bool = False,
    ) -> Table:
        """The derivations of each row of a SELECT, ignoring LIMIT and OFFSET.

        A row of a grouped SELECT has one derivation per group: all its members. ``rows`` are
        the requested rows, in projection order; None means all. ``used`` are the variables that
        other parts of the query use. ``is_anew`` runs a grouped SELECT again even if its rows
        show their groups.
        """
        if not select.is_aggregated:
            if rows is not None and self._presence.is_direct:
                found = self._shown(select, rows, frozenset(used))
                if found is not None:
                    return found
            names = select.variables
            limits = limits_to(rows, select, names, self.fresh)
            where, *others = self._needed(select).elements
            group = alg.Group((placed(limits, where), *others))
            return self.pattern(group, names, limits, used=frozenset(used), is_whole=True)
        self.has_groups = True
        keyed, keys = with_keys(select, self.fresh)
        members = self.members(keyed, rows)
        shown = None if rows is None or is_anew else _shown_groups(select, keys, rows, members)
        groups = self._groups(keyed, keys) if shown is None else shown
        absent = write_absence("NOT EXISTS", select.where, dataset=self.dataset)
        empty: Derivations = {frozenset(): Rest(frozenset({absent}))}
        table: Table = defaultdict(dict)
        for row, key in groups:
            sets = members.get(key, empty)
            if keyed.having and (rows is None or row in rows):
                closed = Rest(self.no_further(keyed, key))
                sets = {triples: rest | closed for triples, rest in sets.items()}
            table[row] |= sets
        if rows is not None:
            _find_unstable(table, rows, select.stable_columns)
        return table

    def _groups(self, keyed: alg.Select, keys: Sequence[alg.Var]) -> Iterator[tuple[Row, Row]]:
        """Each row of a grouped SELECT, and its group's key."""
        shown = tuple((self.fresh(), make_expression([key])) for key in keys)
        groups = replace(
            keyed,
            projection=keyed.projection + shown,
            is_distinct=False,
            order_by=(),
            limit=None,
            offset=None,
        )
        width = len(keyed.projection)
        for row in self._run(write_select(groups, self.dataset)):
            yield row[:width], row[width:]

    def _shown(
        self, select: alg.Select, rows: Collection[Row], used: frozenset[alg.Var]
    ) -> Table | None:
        """The derivations of rows that show all that they rest on; None if they do not.

        Such rows need no query: what they rest on need only be in the store.
        """
        names, group = frozenset(select.variables), self._needed(select)
        if not mentioned(group) <= names:
            return None
        rewriter = Rewriter(self.fresh, names, used=used)
        rewriter.group(group)
        reader = Reader(self, rewriter.atoms, select.variables, rewriter.spare, is_bounded=True)
        if not reader.is_shown:
            return None
        self._note(rewriter)
        reader.read(rows)
        table = reader.table(_BREADTH)
        present = self.present({n for found in table.values() for s in found for n in s})
        if len(present) < len(self.statements.all):
            gone = [row for row, found in table.items() if not all(s <= present for s in found)]
            for row in gone:
                del table[row]
        return table

    def _needed(self, select: alg.Select) -> alg.Group:
        """The pattern of an ungrouped SELECT, without the OPTIONALs that its rows do not show."""
        if select is not self._last[0]:
            group = without_idle_optionals(unprojected(select), set(select.variables))
            self._last = select, group
        return self._last[1]

    def _note(self, rewriter: Rewriter) -> None:
        self.is_exact &= rewriter.is_exact
        self.has_negation |= rewriter.has_negation
        self.has_groups |= rewriter.has_groups
        self.has_paths |= any(isinstance(atom, PathAtom) for atom in rewriter.atoms)

    def members(self, keyed: alg.Select, rows: Collection[Row] | None = None) -> Table:
        """For each key of a grouped SELECT one derivation: the union of all its members.

        Every key of ``keyed`` must have a variable (:func:`.rewrite.with_keys`).
        """
        limits = limits_to(rows, keyed, _plain_keys(keyed), self.fresh)
        keys = tuple(variable for _, variable in keyed.group_by if variable)
        group = alg.Group((placed(limits, keyed.where), *_key_binds(keyed)))
        used = _used(keyed)
        found = self.pattern(group, keys, limits, breadth=1, used=used, is_whole=True)
        table: Table = {}
        for row, derivations in found.items():
            union = frozenset[int]().union(*derivations)
            table[row] = {union: reduce(or_, derivations.values(), NOTHING)}
        return table

    def no_further(self, keyed: alg.Select, key: Row) -> frozenset[Absence]:
        """That a group has no further member, if HAVING rests on that and the group is small.

        Members are told apart by the variables that every one of them binds.
        """
        values = {
            variable: term
            for (_, variable), term in zip(keyed.group_by, key, strict=True)
            if variable
        }
        group = alg.Group((*keyed.where.elements, *_key_binds(keyed)))
        names = sorted(certain(group.elements) - values.keys(), key=lambda name: name.name)
        is_open = all(map(is_lower_bound, keyed.having))
        if is_open or not names or any(not _is_constant(term) for term in values.values()):
            return frozenset()
        given = alg.Values(tuple(values), (tuple(values.values()),))  # type: ignore[arg-type]
        where = alg.Group((group, given)) if values else group
        columns = tuple((name, None) for name in names)
        members = self._run(
            write_select(alg.Select(columns, where, is_distinct=True, limit=_FEW + 1), self.dataset)
        )
        if len(members) > _FEW or not all(_is_constant(term) for row in members for term in row):
            return frozenset()
        known = alg.MinusGroup(alg.Group((alg.Values(tuple(names), tuple(members)),)))  # type: ignore[arg-type]
        # In a group of its own, an assignment does not meet the values that stand before it.
        found = (group,) if _key_binds(keyed) else group.elements
        closed = alg.Group((*found, known))
        return frozenset({write_absence("NOT EXISTS", closed, None, values, self.dataset)})

    def pattern(
        self,
        group: alg.Group,
        keys: Sequence[alg.Var],
        limits: Limits | None = None,
        breadth: int = _BREADTH,
        used: frozenset[alg.Var] | None = frozenset(),
        *,
        is_whole: bool = False,
    ) -> Table:
        """The derivations of a pattern's solutions, by the values of ``keys``.

        A ``breadth`` of 1 is for group members: one way for each, and every subquery row.
        ``used`` are the variables that conditions and values outside the pattern use, None if
        all are. ``is_whole`` means that no other part of the query limits the pattern.
        """
        # To few rows a store finds its way through any pattern. Where all solutions are wanted,
        # the order that a subquery gives to a query can be the one that does not join every pair.
        rewriter = Rewriter(
            self.fresh, frozenset(keys), used=used, keeps_subqueries=is_whole and limits is None
        )
        rewritten = rewriter.group(group, outside=limits.variables if limits else ())
        self._note(rewriter)
        reader = Reader(self, rewriter.atoms, keys, rewriter.spare, is_bounded=breadth > 1)
        text = self._columns_of(rewritten, reader.columns)
        if limits is None:
            reader.read(self._run(text))
        else:
            for block in limits.blocks:
                limited = text.replace(write_values(limits.place), write_values(block))
                reader.read(self._run(limited))
        return reader.table(breadth)

    def pairs(
        self, before: alg.Group, after: alg.Group, graph: GraphNode
    ) -> Iterator[tuple[frozenset[int], frozenset[int]]]:
        """For each solution of two joined patterns, what it rests on in each of them."""
        first, second = Rewriter(self.fresh), Rewriter(self.fresh)
        outside = mentioned(before) | mentioned(after)
        elements = first.group(before, outside, graph=graph).elements
        elements += second.group(after, outside, graph=graph).elements
        group = self.in_graph(alg.Group(elements), graph)
        shared = Reader(self, (*first.atoms, *second.atoms), (), ()).columns
        rows = self._run(self._columns_of(group, shared))
        tables = []
        for rewriter in (first, second):
            reader = Reader(self, rewriter.atoms, shared, rewriter.spare)
            reader.read(rows)
            tables.append(reader.table(1))
        for row, derivations in tables[0].items():
            for triples in derivations:
                for blocking in tables[1][row]:
                    yield triples, blocking

    def present(self, numbers: Collection[int]) -> Set[int]:
        """The statements that are in the store, these among them if they are."""
        return self._presence.of(numbers)

    def in_graph(self, group: alg.Group, graph: GraphNode) -> alg.Group:
        """The pattern over one named graph, or over the default graph if ``graph`` is None."""
        return alg.Group((alg.GraphGroup(graph, group),)) if graph else group

    def verified(self, absence: Absence) -> tuple[str, str] | None:
        """The absence as display text, with its query, if it is true of the whole store."""
        for pattern in absence.patterns:
            ask = self.base + absence.ask(pattern)
            if self._is_false(ask):
                return absence.shown(pattern), ask
        return None

    def _is_false(self, ask: str) -> bool:
        if ask not in self._asked:
            self._asked[ask] = is_query(ask) and not self.store.query(ask)
        return self._asked[ask]

    def _columns_of(self, group: alg.Group, columns: Iterable[alg.Var]) -> str:
        projection = tuple((column, None) for column in columns)
        # SELECT needs at least one column.
        one = ((self.fresh(), make_expression(["1"])),)
        return write_select(alg.Select(projection or one, group), self.dataset)

    def _run(self, text: str) -> list[Row]:
        """The rows of a query, sorted so that every store numbers the statements alike."""
        answer = self.store.query(self.base + text)
        if not isinstance(answer, ox.QuerySolutions):
            raise QueryError("store-without-solutions")
        return sorted((tuple(solution) for solution in read(answer)), key=_text)


def _shown_groups(
    select: alg.Select, keys: Iterable[alg.Var], rows: Iterable[Row], members: Container[Row]
) -> list[tuple[Row, Row]] | None:
    """Each row with its group's key, if all rows show theirs, and each such group has members."""
    plain = {variable: i for i, (variable, e) in enumerate(select.projection) if e is None}
    if not all(key in plain for key in keys):
        return None
    places = [plain[key] for key in keys]
    found = [(row, tuple([row[i] for i in places])) for row in rows]
    return found if all(key in members for _, key in found) else None


def _find_unstable(table: Table, rows: Iterable[Row], stable: Sequence[int]) -> None:
    """Add rows whose unstable columns differ this time, if the other columns identify the group.

    SAMPLE and GROUP_CONCAT depend on the order of solutions, which SPARQL leaves undefined.
    """
    missing = [row for row in rows if row not in table]
    same: dict[Row, list[Derivations]] = defaultdict(list)
    for row, derivations in table.items() if missing else ():
        same[tuple(row[i] for i in stable)].append(derivations)
    for row in missing:
        candidates = same[tuple(row[i] for i in stable)]
        if len(candidates) == 1 and len(stable) < len(row):
            table[row] = candidates[0]


def _key_binds(keyed: alg.Select) -> list[alg.Bind]:
    """The GROUP BY keys that are expressions, as assignments."""
    return [
        alg.Bind(expression, variable)
        for expression, variable in keyed.group_by
        if variable and expression.tokens != (variable,)
    ]


def _used(keyed: alg.Select) -> frozenset[alg.Var] | None:
    """The variables that a grouped SELECT's values depend on; None for all, with ``COUNT(*)``."""
    expressions = [*keyed.having, *(e for _, e in keyed.projection if e)]
    if any(("(", "*") in pairwise(expression.tokens) for expression in expressions):
        return None
    expressions += [expression for expression, _ in keyed.group_by]
    return frozenset().union(*map(mentioned, expressions))


def _is_constant(term: Term | None) -> bool:
    return isinstance(term, ox.NamedNode | ox.Literal)


def _text(row: Row) -> tuple[str, ...]:
    return tuple(map(str, row))


def _plain_keys(keyed: alg.Select) -> set[alg.Var]:
    return {
        variable
        for expression, variable in keyed.group_by
        if variable and expression.tokens == (variable,)
    }
