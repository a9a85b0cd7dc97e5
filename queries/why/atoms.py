"""Atoms: what a solution of a rewritten pattern rests on, and under which condition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import pyoxigraph as ox

from .sparql import algebra as alg

Guard: TypeAlias = alg.Var | None
GraphNode: TypeAlias = alg.Var | ox.NamedNode | None


@dataclass(frozen=True, slots=True)
class TripleAtom:
    """A triple that the solution rests on, if ``guard`` is bound or None."""

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
    """A row of a grouped or cut subquery, found by the values of ``keys``.

    For a grouped one the keys are its GROUP BY keys, else its projected variables.
    """

    guard: Guard
    select: alg.Select
    keys: tuple[alg.Var, ...]
    graph: GraphNode


@dataclass(frozen=True, slots=True)
class ExistsAtom:
    """A pattern under EXISTS; ``shared`` are its variables that the solution may bind.

    ``is_required`` says that the solution cannot be one unless the pattern matches.
    """

    guard: Guard
    exists: alg.Exists
    shared: tuple[alg.Var, ...]
    graph: GraphNode
    is_required: bool


@dataclass(frozen=True, slots=True)
class AbsenceAtom:
    """A pattern under NOT EXISTS or MINUS (``keyword``) that has no match for the solution.

    ``shared`` are its variables that the solution may bind.
    """

    guard: Guard
    keyword: str
    group: alg.Group
    shared: tuple[alg.Var, ...]
    graph: GraphNode


Atom: TypeAlias = TripleAtom | PathAtom | SubqueryAtom | ExistsAtom | AbsenceAtom
