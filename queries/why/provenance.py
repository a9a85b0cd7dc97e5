"""Provenance types: statements, derivations (sets of statements) and atoms of patterns.

An atom is something that a solution of a rewritten pattern rests on, provided that its guard is
bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol, TypeAlias, TypeVar

import pyoxigraph as ox

from ...graph.errors import UnexplainableError
from ...graph.fact_sources import chunks
from ...graph.store import EmbeddedStore, Store, Term, read
from ..sparql import algebra as alg
from ..sparql.patterns import Fresh
from ..sparql.writer import Absence

_T = TypeVar("_T")

#: The values of some variables; None if unbound.
Row: TypeAlias = tuple[Term | None, ...]
#: Subject, predicate, object and named graph; None for the default graph.
Statement: TypeAlias = tuple[Term, Term, Term, Term | None]


@dataclass(frozen=True, slots=True)
class Rest:
    """The other parts of a derivation.

    ``absences`` are the unmatched patterns that it rests on; ``spare`` are those of its statements
    that were matched only by an OPTIONAL, or by an EXISTS that is allowed to be false.
    """

    absences: frozenset[Absence] = frozenset()
    spare: frozenset[int] = frozenset()

    def __or__(self, other: Rest) -> Rest:
        return Rest(self.absences | other.absences, self.spare | other.spare)


NOTHING: Final = Rest()
#: Sets of statement numbers from which a row follows.
Derivations: TypeAlias = dict[frozenset[int], Rest]
Table: TypeAlias = dict[Row, Derivations]


class Statements:
    """Numbered statements."""

    def __init__(self) -> None:
        self.all: list[Statement] = []
        self._numbers: dict[Statement, int] = {}

    def number(self, statement: Statement) -> int:
        """The number of a statement; a new statement gets the next number."""
        number = self._numbers.get(statement)
        if number is None:
            if None in statement[:3]:
                raise UnexplainableError("unexplained-missing-term")
            number = self._numbers[statement] = len(self.all)
            self.all.append(statement)
        return number


class Presence:
    """Which statements are in the store, each looked up once.

    ``is_direct`` means that the store is asked for single quads: not through an endpoint, nor with
    FROM clauses (``dataset``). Endpoints are not asked of blank nodes.
    """

    def __init__(self, store: Store, dataset: str, statements: Statements) -> None:
        self._store, self._dataset, self._statements = store, dataset, statements
        self._present: set[int] = set()
        self.is_direct = isinstance(store, EmbeddedStore) and not dataset

    def of(self, numbers: Collection[int]) -> Set[int]:
        """All statements found so far, with those of ``numbers`` that are there."""
        missing, statements = set(numbers) - self._present, self._statements.all
        if self.is_direct and isinstance(self._store, EmbeddedStore):
            held, quad = self._store.quads, ox.Quad
            self._present.update(n for n in missing if quad(*statements[n]) in held)  # type: ignore[arg-type]
        else:
            self._look_up(missing)
        return self._present

    def _look_up(self, numbers: Iterable[int]) -> None:
        statements = self._statements.all
        by_graph: dict[str, dict[tuple[str, str], list[int]]] = defaultdict(dict)
        for number in numbers:
            subject, predicate, object_, graph = statements[number]
            if isinstance(subject, ox.BlankNode) or isinstance(object_, ox.BlankNode):
                self._present.add(number)
            elif isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
                ends = str(subject), str(predicate)
                by_graph[str(graph or "")].setdefault(ends, []).append(number)
        for name, wanted in by_graph.items():
            for _, chunk in chunks(sorted(wanted)):
                # Stores differ in how they match a literal in VALUES, so objects are compared here.
                listed = " ".join(f"({' '.join(ends)})" for ends in chunk)
                pattern = f"GRAPH {name} {{ ?s ?p ?o }}" if name else "?s ?p ?o"
                text = f"WHERE {{ VALUES (?s ?p) {{ {listed} }} {pattern} }}"
                answer = self._store.query(f"SELECT ?s ?p ?o {self._dataset} {text}")
                assert isinstance(answer, ox.QuerySolutions)
                for row in map(tuple, read(answer)):
                    for number in wanted[str(row[0]), str(row[1])]:
                        if statements[number][2] == row[2]:
                            self._present.add(number)


def stored(literal: ox.Literal) -> ox.Literal:
    """The literal as Oxigraph stores it: canonical numbers, lower-case language tags."""
    store = ox.Store()
    node = ox.NamedNode("urn:x")
    store.add(ox.Quad(node, node, literal))
    found = next(iter(store)).object
    assert isinstance(found, ox.Literal)
    return found


def batched(items: Iterable[_T], size: int) -> Iterator[tuple[_T, ...]]:
    """Yield the items in tuples of the given size; the last may be shorter."""
    rest = iter(items)
    while chunk := tuple(islice(rest, size)):
        yield chunk


Guard: TypeAlias = alg.Var | None
GraphNode: TypeAlias = alg.Var | ox.NamedNode | None


@dataclass(frozen=True, slots=True)
class TripleAtom:
    """A triple that the solution rests on if ``guard`` is bound or None."""

    guard: Guard
    subject: alg.Node
    predicate: alg.Node
    object: alg.Node
    graph: GraphNode


@dataclass(frozen=True, slots=True)
class PathAtom:
    """Edges along a ``*``, ``+`` or ``?`` path that the solution rests on."""

    guard: Guard
    subject: alg.Node
    closure: alg.Closure
    object: alg.Node
    graph: GraphNode


@dataclass(frozen=True, slots=True)
class SubqueryAtom:
    """A row of a grouped or sliced subquery, found by the values of ``keys``.

    The keys are its GROUP BY keys if it is grouped, otherwise its projected variables.
    """

    guard: Guard
    select: alg.Select
    keys: tuple[alg.Var, ...]
    graph: GraphNode


@dataclass(frozen=True, slots=True)
class ExistsAtom:
    """A pattern under EXISTS; ``shared`` are its variables that the solution may bind.

    ``is_required`` means that the solution exists only if the pattern matches. ``is_welcome``
    means that a match could only help, so that nothing rests on the lack of one.
    """

    guard: Guard
    exists: alg.Exists
    shared: tuple[alg.Var, ...]
    graph: GraphNode
    is_required: bool
    is_welcome: bool = False


@dataclass(frozen=True, slots=True)
class AbsenceAtom:
    """A pattern under NOT EXISTS or MINUS (``keyword``) without a match for the solution.

    ``shared`` are its variables that the solution may bind. The pattern of an OPTIONAL has no
    match only if ``unless`` is unbound.
    """

    guard: Guard
    keyword: str
    group: alg.Group
    shared: tuple[alg.Var, ...]
    graph: GraphNode
    unless: Guard = None


Atom: TypeAlias = TripleAtom | PathAtom | SubqueryAtom | ExistsAtom | AbsenceAtom


class Evaluator(Protocol):
    """Finds what the solutions of patterns rest on (:class:`.derivations.Deriver`)."""

    statements: Statements
    fresh: Fresh
    dataset: str

    def in_graph(self, group: alg.Group, graph: GraphNode) -> alg.Group:
        """The pattern over one named graph, or over the default graph if ``graph`` is None."""
        ...

    def pattern(self, group: alg.Group, keys: Sequence[alg.Var]) -> Table:
        """The derivations of a pattern's solutions, by the values of ``keys``."""
        ...

    def select(self, select: alg.Select, *, used: Iterable[alg.Var] = ()) -> Table:
        """The derivations of each row of a SELECT, ignoring LIMIT and OFFSET.

        ``used`` are the variables that other parts of the query use.
        """
        ...

    def members(self, keyed: alg.Select) -> Table:
        """For each key of a grouped SELECT one derivation: the union of all its members."""
        ...

    def no_further(self, keyed: alg.Select, key: Row) -> frozenset[Absence]:
        """That a group has no further member, if HAVING rests on it and the group is small."""
        ...
