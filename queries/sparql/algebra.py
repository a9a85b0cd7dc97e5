"""The parts of a SPARQL 1.1 query, as frozen types.

The names follow the specification's grammar (sections 19.8 and 18.2). Expressions stay sequences
of tokens: explanations need only the variables, functions and EXISTS patterns of an expression,
and leave its evaluation to the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import pyoxigraph as ox


class Var(NamedTuple):
    """A variable, or a blank node of the query, which is a variable that cannot be projected."""

    name: str

    def __hash__(self) -> int:
        return hash(self.name)


Constant: TypeAlias = ox.NamedNode | ox.Literal
Node: TypeAlias = Var | ox.NamedNode | ox.Literal


@dataclass(frozen=True, slots=True)
class Inverse:
    """``^path``"""

    path: Path


@dataclass(frozen=True, slots=True)
class Sequence:
    """``path / path / …``"""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """``path | path | …``"""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Closure:
    """``path*``, ``path+`` or ``path?``; ``modifier`` is the symbol."""

    path: Path
    modifier: str


@dataclass(frozen=True, slots=True)
class NegatedSet:
    """``!(iri | ^iri | …)``"""

    forward: tuple[ox.NamedNode, ...]
    backward: tuple[ox.NamedNode, ...]


Path: TypeAlias = ox.NamedNode | Inverse | Sequence | Alternative | Closure | NegatedSet


@dataclass(frozen=True, slots=True)
class TriplePattern:
    """One triple pattern."""

    subject: Node
    predicate: Var | ox.NamedNode
    object: Node


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A property path between two nodes."""

    subject: Node
    path: Path
    object: Node


@dataclass(frozen=True, slots=True)
class Exists:
    """``EXISTS {…}`` or ``NOT EXISTS {…}`` inside an expression."""

    group: Group
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Expression:
    """Tokens of an expression: text with full IRIs, variables, and EXISTS patterns.

    ``calls`` are the upper-case names of the built-in functions and aggregates in it.
    """

    tokens: tuple[str | Var | Exists, ...]
    calls: frozenset[str] = frozenset()

    def exists(self) -> Iterator[Exists]:
        """The EXISTS and NOT EXISTS patterns of the expression."""
        return (token for token in self.tokens if isinstance(token, Exists))


@dataclass(frozen=True, slots=True)
class Filter:
    """``FILTER expression``"""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Bind:
    """``BIND (expression AS variable)``"""

    expression: Expression
    variable: Var


@dataclass(frozen=True, slots=True)
class Values:
    """``VALUES (variables) {rows}``; ``None`` is UNDEF."""

    variables: tuple[Var, ...]
    rows: tuple[tuple[Constant | None, ...], ...]


@dataclass(frozen=True, slots=True)
class OptionalGroup:
    """``OPTIONAL {…}``"""

    group: Group


@dataclass(frozen=True, slots=True)
class MinusGroup:
    """``MINUS {…}``"""

    group: Group


@dataclass(frozen=True, slots=True)
class UnionGroups:
    """``{…} UNION {…} UNION …``"""

    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class GraphGroup:
    """``GRAPH node {…}``"""

    graph: Var | ox.NamedNode
    group: Group


@dataclass(frozen=True, slots=True)
class Group:
    """A group graph pattern: its elements in text order."""

    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT, top-level or a subquery; ``projection`` pairs variables with expressions.

    A ``group_by`` key is an expression, with its variable if it has one. ``limit`` and
    ``offset`` are None if absent. ``having`` and ``order_by`` hold expressions;
    an ``order_by`` expression begins with ``ASC`` or ``DESC``.
    """

    projection: tuple[tuple[Var, Expression | None], ...]
    where: Group
    is_distinct: bool = False
    group_by: tuple[tuple[Expression, Var | None], ...] = ()
    having: tuple[Expression, ...] = ()
    order_by: tuple[Expression, ...] = ()
    limit: int | None = None
    offset: int | None = None
    values: Values | None = None

    @property
    def variables(self) -> tuple[Var, ...]:
        """The projected variables."""
        return tuple(variable for variable, _ in self.projection)

    @property
    def is_aggregated(self) -> bool:
        """Whether the solutions are grouped."""
        return bool(self.group_by or self.having) or any(
            expression and expression.calls & AGGREGATES for _, expression in self.projection
        )

    @property
    def stable_columns(self) -> tuple[int, ...]:
        """The indices of columns whose values do not depend on the order of solutions."""
        return tuple(
            i
            for i, (_, expression) in enumerate(self.projection)
            if not (expression and expression.calls & _ORDER_DEPENDENT)
        )

    @property
    def is_sliced(self) -> bool:
        """Whether the SELECT has LIMIT or OFFSET."""
        return self.limit is not None or bool(self.offset)


Element: TypeAlias = (
    TriplePattern
    | PathPattern
    | Filter
    | Bind
    | Values
    | OptionalGroup
    | MinusGroup
    | UnionGroups
    | GraphGroup
    | Group
    | Select
)

_ORDER_DEPENDENT = frozenset({"SAMPLE", "GROUP_CONCAT"})
AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})


@dataclass(frozen=True, slots=True)
class Query:
    """A complete query: its form, its pattern as a SELECT, and the CONSTRUCT or DESCRIBE part.

    ``form`` is SELECT, ASK, CONSTRUCT or DESCRIBE. ``default_graphs`` and ``named_graphs`` are
    those of FROM and FROM NAMED. ``fresh`` is a prefix that no variable of the query has. ``base``
    is the IRI of the last BASE, if any: ``IRI("a")`` needs it even where no IRI is relative.
    """

    form: str
    select: Select
    fresh: str
    template: tuple[TriplePattern, ...] = ()
    default_graphs: tuple[ox.NamedNode, ...] = ()
    named_graphs: tuple[ox.NamedNode, ...] = ()
    base: str = ""
