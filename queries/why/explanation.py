"""What an explanation of a row says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import pyoxigraph as ox

from ...graph.fact_record import FactRecord

#: A triple of the default graph, or a quad of a named graph that the query asks with GRAPH.
Proof: TypeAlias = ox.Triple | ox.Quad


class Note(StrEnum):
    """Why a row has no quote."""

    DEFINITIONS = "rests on no fact, only on definitions"
    ABSENCE = "rests on no fact, only on what is absent (closed world, as of this build)"
    NOTHING = "rests on no fact: it follows from the query alone"


@dataclass(frozen=True, slots=True)
class Witness:
    """Triples, and quads where the query uses GRAPH, from which alone a row follows."""

    triples: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class RowExplanation:
    """What one row of an answer rests on.

    ``witness`` is a minimal set; for an aggregate (``is_aggregate``) it has every member of the
    group instead. ``alternatives`` are other such sets, ``alternatives_total`` how many were
    found. ``facts`` are the facts that say the triples of ``witness`` (derived ones with the
    facts under them), ``definitions`` its triples that no fact says, ``absence`` the patterns
    under NOT EXISTS or MINUS that have no match. ``note`` says why there is no fact, if so.
    """

    witness: Witness
    facts: tuple[FactRecord, ...] = ()
    definitions: tuple[Proof, ...] = ()
    absence: tuple[str, ...] = ()
    alternatives: tuple[Witness, ...] = ()
    alternatives_total: int = 0
    is_aggregate: bool = False
    note: Note | None = None
