"""Rows, the statements that rows rest on, and tables of derivations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias, TypeVar

import pyoxigraph as ox

from ...graph.errors import UnexplainableError
from ...graph.store import Term

_T = TypeVar("_T")

#: The values of some variables, None where one is unbound.
Row: TypeAlias = tuple[Term | None, ...]
#: Subject, predicate, object, and the named graph, None for the default graph.
Statement: TypeAlias = tuple[Term, Term, Term, Term | None]


@dataclass(frozen=True, slots=True)
class Rest:
    """What else belongs to a derivation.

    ``absences`` are the patterns without a match that it rests on; ``spare`` are those of its
    statements that only an OPTIONAL, or an EXISTS that might as well be false, asked for.
    """

    absences: frozenset[str] = frozenset()
    spare: frozenset[int] = frozenset()

    def __or__(self, other: Rest) -> Rest:
        return Rest(self.absences | other.absences, self.spare | other.spare)


NOTHING: Final = Rest()
#: Sets of numbers of statements from which a row follows.
Derivations: TypeAlias = dict[frozenset[int], Rest]
Table: TypeAlias = dict[Row, Derivations]


class Statements:
    """Statements, each with a number."""

    def __init__(self) -> None:
        self.all: list[Statement] = []
        self._numbers: dict[Statement, int] = {}

    def number(self, statement: Statement) -> int:
        """The number of a statement, a new one if it is new."""
        number = self._numbers.get(statement)
        if number is None:
            if None in statement[:3]:
                raise UnexplainableError("the store leaves out a term of a triple that it matched")
            number = self._numbers[statement] = len(self.all)
            self.all.append(statement)
        return number


def stored(literal: ox.Literal) -> ox.Literal:
    """The literal as Oxigraph keeps it: numbers in canonical form, language tags small."""
    store = ox.Store()
    node = ox.NamedNode("urn:x")
    store.add(ox.Quad(node, node, literal))
    found = next(iter(store)).object
    assert isinstance(found, ox.Literal)
    return found


def batched(items: Iterable[_T], size: int) -> Iterator[tuple[_T, ...]]:
    """The items in tuples of the size; the last may be shorter."""
    rest = iter(items)
    while chunk := tuple(islice(rest, size)):
        yield chunk
