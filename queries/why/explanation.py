"""What one row of an answer rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

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


@dataclass(frozen=True, slots=True)
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
    """

    witness: Witness
    facts: tuple[FactRecord, ...] = ()
    definitions: tuple[Proof, ...] = ()
    register: tuple[Proof, ...] = ()
    absence: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    alternatives: tuple[Witness, ...] = ()
    alternatives_total: int = 0
    is_aggregate: bool = False
    note: Note | None = None
    unexplained: Message | None = None


def unexplained(reason: Message) -> RowExplanation:
    """The explanation of a row that has none."""
    return RowExplanation(Witness(()), unexplained=reason)
