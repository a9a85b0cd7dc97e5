"""What one row of an answer rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol, TypeAlias

import pyoxigraph as ox

from ...graph.fact_record import FactRecord
from ...messages.message import Message

#: A triple of the default graph, or a quad of a named graph that the query matches with GRAPH.
Proof: TypeAlias = ox.Triple | ox.Quad


class Note(StrEnum):
    """Why a row has no quote."""

    DEFINITIONS = "rests on no fact, only on definitions"
    ABSENCE = "rests on no fact, only on what is absent (closed world, as of this build)"
    REGISTER = "rests on no fact, only on the register (no document says it)"
    NOTHING = "rests on no fact: it follows from the query alone"


@dataclass(frozen=True, slots=True)
class Witness:
    """Triples, and quads if the query uses GRAPH, that suffice to derive a row."""

    triples: tuple[Proof, ...]


class Ground(Protocol):
    """What stands behind numbered statements (:class:`.grounds.Grounds`)."""

    def facts(self, numbers: frozenset[int]) -> tuple[FactRecord, ...]:
        """The distinct facts that state them."""
        ...

    def is_definition(self, number: int) -> bool:
        """Whether no fact states the statement."""
        ...

    def is_relation(self, number: int) -> bool:
        """Whether the statement relates two entities."""
        ...

    def proof(self, number: int) -> Proof:
        """The statement as a triple or quad."""
        ...


@dataclass(frozen=True, eq=False)
class RowExplanation:
    """What one row of an answer rests on.

    ``witness`` is a minimal set; for an aggregate (``is_aggregate``) it has every member of the
    group instead. ``alternatives`` are other such sets, ``alternatives_total`` the number found.
    ``facts`` are the facts that state the triples of ``witness`` (derived facts with the facts
    they rest on), ``definitions`` its triples that no fact states (labels, types, the ontology) and
    ``register`` those that relate two entities, such as a country and its region. ``absence`` are
    patterns without a match, each asked of the whole graph by the query in ``asks``. ``note``
    gives the reason if there is no fact. ``unexplained`` says why the row cannot be explained;
    then the rest is empty.

    Witnesses are verified when the explanation is made. Their facts are read when they are first
    asked for: most facts of a large group are counted, not shown.
    """

    #: The numbers of the witnesses' statements, the shown one first, and what stands behind them.
    sets: tuple[frozenset[int], ...] = ()
    grounds: Ground | None = field(default=None, repr=False)
    absence: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    alternatives_total: int = 0
    is_aggregate: bool = False
    unexplained: Message | None = None

    @cached_property
    def _numbers(self) -> list[int]:
        return sorted(self.sets[0]) if self.sets else []

    @cached_property
    def witness(self) -> Witness:
        """The triples of the proof."""
        return self._witness(self._numbers)

    @cached_property
    def alternatives(self) -> tuple[Witness, ...]:
        """The triples of other proofs."""
        return tuple(self._witness(sorted(numbers)) for numbers in self.sets[1:])

    @cached_property
    def facts(self) -> tuple[FactRecord, ...]:
        """The facts that state the triples of the proof, in their order."""
        return self.grounds.facts(self.sets[0]) if self.grounds and self.sets else ()

    @cached_property
    def definitions(self) -> tuple[Proof, ...]:
        """The triples of the proof that no fact states, such as labels and types."""
        return self._unstated[0]

    @cached_property
    def register(self) -> tuple[Proof, ...]:
        """The triples of the proof that no fact states and that relate two entities."""
        return self._unstated[1]

    @cached_property
    def note(self) -> Note | None:
        """Why there is no fact."""
        if self.unexplained or self.facts:
            return None
        if self.absence:
            return Note.ABSENCE
        if self.register:
            return Note.REGISTER
        return Note.DEFINITIONS if self._numbers else Note.NOTHING

    @cached_property
    def _unstated(self) -> tuple[tuple[Proof, ...], tuple[Proof, ...]]:
        grounds = self.grounds
        if grounds is None:
            return (), ()
        found: tuple[list[Proof], list[Proof]] = ([], [])
        for number in self._numbers:
            if grounds.is_definition(number):
                found[grounds.is_relation(number)].append(grounds.proof(number))
        return tuple(found[0]), tuple(found[1])

    def _witness(self, numbers: Sequence[int]) -> Witness:
        assert self.grounds or not numbers
        return Witness(tuple(map(self.grounds.proof, numbers)) if self.grounds else ())


def unexplained(reason: Message) -> RowExplanation:
    """The explanation of a row that has none."""
    return RowExplanation(unexplained=reason)
