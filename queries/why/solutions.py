"""Turn the solutions of a rewritten pattern into derivations."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import islice, product
from operator import or_
from typing import Final, TypeAlias

import pyoxigraph as ox

from ...graph.store import Term
from ..sparql import algebra as alg
from ..sparql.writer import Absence, write_absence
from .lookups import Way, look_up_exists, look_up_paths, look_up_subquery
from .provenance import (
    NOTHING,
    AbsenceAtom,
    Atom,
    Derivations,
    Evaluator,
    ExistsAtom,
    PathAtom,
    Rest,
    Row,
    SubqueryAtom,
    Table,
    TripleAtom,
    stored,
)

#: Minimum number of derivations kept per row if not all are needed.
KEPT: Final = 10_000
#: The location of a term: its column, or -1 and the term itself.
_Place: TypeAlias = tuple[int, Term | None]


class Solution:
    """A solution of a rewritten pattern: its key, row and matched triples.

    ``triples`` are statement numbers; ``spare`` are those that only an OPTIONAL matched.
    """

    __slots__ = ("key", "row", "spare", "triples")

    def __init__(self, key: Row, row: Row, triples: frozenset[int], spare: frozenset[int]) -> None:
        self.key, self.row, self.triples, self.spare = key, row, triples, spare


class Reader:
    """Reads solutions of a rewritten pattern; ``columns`` is the order of their values.

    ``keys`` are the key variables of the table, ``spare`` the guards of atoms inside an
    OPTIONAL. If ``is_bounded``, a row keeps at least the :data:`KEPT` smallest derivations: no
    kept set contains a discarded one.
    """

    def __init__(
        self,
        deriver: Evaluator,
        atoms: Sequence[Atom],
        keys: Sequence[alg.Var],
        spare: Container[alg.Var | None],
        is_bounded: bool = False,
    ) -> None:
        self.deriver = deriver
        self._most = 2 * KEPT if is_bounded else sys.maxsize
        self._spare = spare
        variables = dict.fromkeys(keys)
        for atom in atoms:
            variables |= dict.fromkeys(_variables(atom))
        self.columns = tuple(variables)
        self._index = {variable: i for i, variable in enumerate(self.columns)}
        self._keys = [self._index[key] for key in keys]
        self._triples: list[tuple[int, bool, _Place, _Place, _Place, _Place]] = [
            (
                self._place(atom.guard)[0],
                atom.guard in spare,
                self._place(atom.subject),
                self._place(atom.predicate),
                self._place(atom.object),
                self._place(atom.graph),
            )
            for atom in atoms
            if isinstance(atom, TripleAtom)
        ]
        self._lookups = [a for a in atoms if isinstance(a, PathAtom | SubqueryAtom | ExistsAtom)]
        self._absences = [atom for atom in atoms if isinstance(atom, AbsenceAtom)]
        self._plain: Table = {}
        self._open: list[Solution] = []

    @property
    def is_shown(self) -> bool:
        """Whether the keys are all that the triples of a solution need, and triples are all."""
        is_plain = not (self._lookups or self._absences)
        return is_plain and len(self.columns) == len(set(self._keys))

    def _place(self, node: alg.Node | None) -> _Place:
        if isinstance(node, alg.Var):
            return self._index[node], None
        return -1, stored(node) if isinstance(node, ox.Literal) else node

    def read(self, rows: Iterable[Row]) -> None:
        """Read solutions, with their values in the order of ``columns``."""
        number = self.deriver.statements.number
        plain, keys = self._plain, self._keys
        needs_more = bool(self._lookups or self._absences)
        for row in rows:
            found: list[int] = []
            spare: list[int] = []
            for guard, is_spare, (s, s_), (p, p_), (o, o_), (g, g_) in self._triples:
                if guard < 0 or row[guard] is not None:
                    statement = (
                        row[s] if s >= 0 else s_,
                        row[p] if p >= 0 else p_,
                        row[o] if o >= 0 else o_,
                        row[g] if g >= 0 else g_,
                    )
                    # If the guard is bound, so are all terms of the triple.
                    (spare if is_spare else found).append(number(statement))  # type: ignore[arg-type]
            key = tuple([row[i] for i in keys])
            rest = NOTHING
            if spare:
                rest = Rest(spare=frozenset(spare).difference(found))
            if needs_more:
                self._open.append(Solution(key, row, frozenset(found), rest.spare))
                continue
            derivations = plain.get(key)
            if derivations is None:
                derivations = plain[key] = {}
            _add(derivations, frozenset(found + spare), rest)
            if len(derivations) > self._most:
                smallest = sorted(derivations, key=len)[:KEPT]
                plain[key] = {triples: derivations[triples] for triples in smallest}

    def table(self, breadth: int) -> Table:
        """The derivations of all solutions read, at most ``breadth`` per solution."""
        table = self._plain
        ways = [self._ways(atom, breadth) for atom in self._lookups] if self._open else []
        for i, solution in enumerate(self._open):
            rest = Rest(self._absent(solution.row), solution.spare)
            derivations = table.setdefault(solution.key, {})
            for chosen in islice(product(*(column[i] for column in ways)), breadth):
                needed = solution.triples.union(*(t - extra.spare for t, extra in chosen))
                total = reduce(or_, (extra for _, extra in chosen), rest)
                _add(
                    derivations,
                    needed | total.spare,
                    replace(total, spare=total.spare - needed),
                    is_member=breadth == 1,
                )
        return table

    def _ways(
        self, atom: PathAtom | SubqueryAtom | ExistsAtom, breadth: int
    ) -> list[Sequence[Way]]:
        """For each solution, the ways to satisfy one atom, shortest first."""
        is_spare = atom.guard in self._spare
        match atom:
            case PathAtom():
                ends = self._values((atom.subject, atom.object, atom.graph), atom)
                triples = [solution.triples for solution in self._open]
                return look_up_paths(self.deriver, atom, ends, triples, is_spare)
            case SubqueryAtom():
                keys = self._values((*atom.keys, *_graph_variable(atom)), atom)
                return look_up_subquery(self.deriver, atom, keys, is_spare, breadth == 1)
            case ExistsAtom():
                shared = tuple(dict.fromkeys((*atom.shared, *_graph_variable(atom))))
                return look_up_exists(
                    self.deriver, atom, shared, self._values(shared, atom), is_spare
                )

    def _values(self, nodes: Iterable[alg.Node | None], atom: Atom) -> list[Row | None]:
        """For each solution the values of the nodes, or None if the atom does not apply to it."""
        places = [self._place(node) for node in nodes]
        guard = self._place(atom.guard)[0]
        return [
            tuple([row[index] if index >= 0 else term for index, term in places])
            if guard < 0 or row[guard] is not None
            else None
            for row in (solution.row for solution in self._open)
        ]

    def _absent(self, row: Row) -> frozenset[Absence]:
        """The negated patterns of the solution, with its values filled in.

        A MINUS that shares no bound variable with the solution removes nothing, whatever matches.
        """
        found = set()
        for atom in self._absences:
            guard, unless = self._place(atom.guard)[0], self._place(atom.unless)[0]
            is_matched = unless >= 0 and row[unless] is not None
            if not is_matched and (guard < 0 or row[guard] is not None):
                names = (*atom.shared, *_graph_variable(atom))
                values = {variable: row[self._index[variable]] for variable in names}
                if atom.keyword == "MINUS" and not any(values[v] for v in atom.shared):
                    continue
                dataset = self.deriver.dataset
                parts = _possible(atom.group, values) if unless >= 0 else [atom.group]
                for group in parts:
                    found.add(write_absence(atom.keyword, group, atom.graph, values, dataset))
        return frozenset(found)


def _possible(group: alg.Group, values: Mapping[alg.Var, Term | None]) -> list[alg.Group]:
    """The branches of a pattern that these values leave possible; a UNION is taken apart.

    A branch that gives a variable another IRI cannot match, whatever the graph has.
    """
    match group.elements:
        case (alg.UnionGroups(branches),):
            told = {variable: str(term) for variable, term in values.items()}
            return [
                alg.Group(tuple(e for e in branch.elements if not _iri_given(e, told)))
                for branch in branches
                if all(_iri_given(e, told) is not False for e in branch.elements)
            ]
        case _:
            return [group]


def _iri_given(element: alg.Element, told: Mapping[alg.Var, str]) -> bool | None:
    """Whether an assignment of an IRI gives the variable's value; None if it is none of these."""
    match element:
        case alg.Bind(alg.Expression((str(token),)), variable) if token.startswith("<"):
            return told[variable] == token if told.get(variable, "").startswith("<") else None
        case _:
            return None


def _add(
    derivations: Derivations, triples: frozenset[int], rest: Rest, is_member: bool = False
) -> None:
    """Add a derivation; of two with the same triples, keep the one with more spare triples.

    All members of a group count, and so do all that their absences say.
    """
    known = derivations.get(triples)
    if known is None:
        derivations[triples] = rest
    elif is_member:
        spare = max(known.spare, rest.spare, key=len)
        derivations[triples] = Rest(known.absences | rest.absences, spare)
    elif len(known.spare) < len(rest.spare):
        derivations[triples] = rest


def _graph_variable(atom: SubqueryAtom | ExistsAtom | AbsenceAtom) -> tuple[alg.Var, ...]:
    return (atom.graph,) if isinstance(atom.graph, alg.Var) else ()


def _variables(atom: Atom) -> Iterator[alg.Var]:
    """Yield the variables whose values an atom needs."""
    nodes: Iterable[alg.Node | None]
    match atom:
        case TripleAtom(_, subject, predicate, object_, graph):
            nodes = (subject, predicate, object_, graph)
        case PathAtom(_, subject, _, object_, graph):
            nodes = (subject, object_, graph)
        case SubqueryAtom(_, _, keys, graph):
            nodes = (*keys, graph)
        case ExistsAtom(_, _, shared, graph):
            nodes = (*shared, graph)
        case AbsenceAtom(_, _, _, shared, graph, unless):
            nodes = (*shared, graph, unless)
    for node in (atom.guard, *nodes):
        if isinstance(node, alg.Var):
            yield node
