"""What one row of an answer rests on, and the facts behind it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeAlias

import pyoxigraph as ox

from ...graph.errors import QueryError
from ...graph.fact_reader import reader_of
from ...graph.fact_record import FactRecord, TripleTerms
from ...graph.garbage_collection import no_pauses
from ...graph.store import EmbeddedStore, Store
from ...messages.message import Message
from ...ontology.namespaces import (
    DCTERMS,
    EVIDENCE,
    FACT,
    GRAPH_PROSPECTS,
    ID,
    INFERENCE,
    OWL,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
)
from .provenance import Statement

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

    Witnesses are verified when the explanation is made. Their facts are read, and what is absent is
    asked, when they are first asked for: most facts of a large group are counted, not shown.
    """

    #: The numbers of the witnesses' statements, the shown one first, what stands behind them, and
    #: what finds the absent patterns, each with its query.
    sets: tuple[frozenset[int], ...] = ()
    grounds: Grounds | None = field(default=None, repr=False)
    lacking: Callable[[], Mapping[str, str]] = field(default=dict, repr=False)
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
    def absence(self) -> tuple[str, ...]:
        """The patterns without a match."""
        return tuple(self._absent)

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """The queries that ask the whole graph for these patterns."""
        return tuple(self._absent.values())

    @cached_property
    def _absent(self) -> Mapping[str, str]:
        return self.lacking()

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


#: Vocabularies whose properties describe terms: types, labels, the tree of areas, alignments.
_VOCABULARY: Final = (RDF, RDFS, OWL, SKOS, SCHEMA, DCTERMS)
#: Modalities of facts that no source states outright.
_WEAK = frozenset({"inferred", "derived", "planned", "expected", "conditional", "denied"})
_UNASSERTED = _WEAK | {"reported"}

#: How many statements are read at least when the facts of a row are asked for; twice as many each
#: time that the rows after them are asked for too.
_AHEAD: Final = 200
_FAR_AHEAD: Final = 3200


class Grounds:
    """The facts behind numbered statements, loaded in batches.

    A statement of the plain view or of ``graph/prospects`` is grounded in the facts that state
    it, a statement of a fact's own graph in that fact, and a statement of the evidence graph in
    the fact that it describes. A query with FROM makes a default graph of its own, ``graphs``,
    which may have prospects, and facts that are not asserted.
    """

    def __init__(
        self,
        store: Store,
        statements: Sequence[Statement],
        graphs: Sequence[ox.NamedNode] = (),
    ) -> None:
        self._statements, self._graphs = statements, graphs
        self._reader = reader_of(store)
        #: Whether reading many facts at once saves requests.
        self.is_remote = not isinstance(store, EmbeddedStore)
        self._facts: dict[int, tuple[str, ...]] = {}
        self._ahead: Sequence[frozenset[int]] = ()
        self._places: dict[frozenset[int], int] = {}
        #: The next set to be read, and how many statements with it.
        self._next, self._window = -1, _AHEAD

    def learn(self, numbers: Iterable[int]) -> None:
        """Find the facts behind these statements."""
        views: tuple[dict[int, TripleTerms], dict[int, TripleTerms]] = ({}, {})
        records: dict[int, str] = {}
        for number in {n for n in numbers if n not in self._facts}:
            subject, predicate, object_, graph = self._statements[number]
            self._facts[number] = ()
            if graph is None or graph.value == GRAPH_PROSPECTS:
                views[graph is not None][number] = subject, predicate, object_
            elif graph.value.startswith((FACT, INFERENCE)):
                self._facts[number] = (graph.value,)
            elif subject.value.startswith((FACT, INFERENCE)):
                self._facts[number] = (subject.value,)
            elif subject.value.startswith(EVIDENCE):
                records[number] = subject.value
        for is_prospect, triples in enumerate(views):
            only = None if self._graphs and not is_prospect else bool(is_prospect)
            found = self._reader.stating(triples.values(), prospects=only)
            for number, triple in triples.items():
                self._facts[number] = found[triple] or self._named(number)
        owners = self._reader.owners(sorted(set(records.values()))) if records else {}
        for number, record in records.items():
            self._facts[number] = owners.get(record, ())

    def _named(self, number: int) -> tuple[str, ...]:
        """The facts that FROM names and that say the statement of the default graph."""
        triple = self._statements[number][:3]
        if self._statements[number][3] is not None:
            return ()
        found = []
        for graph in self._graphs:
            # FROM may name a graph that the store does not have.
            with suppress(QueryError):
                if graph.value.startswith(FACT) and self._reader.get(graph.value).triple == triple:
                    found.append(graph.value)
        return tuple(found)

    def is_relation(self, number: int) -> bool:
        """Whether the statement relates two entities, and is no label, type or ontology term."""
        subject, predicate, object_, _ = self._statements[number]
        ends = isinstance(object_, ox.NamedNode) and object_.value.startswith(ID)
        return ends and subject.value.startswith(ID) and not predicate.value.startswith(_VOCABULARY)

    def is_definition(self, number: int) -> bool:
        """Whether no fact states the statement; evidence graph statements are definitions too."""
        graph = self._statements[number][3]
        in_fact = graph is None or graph.value.startswith((FACT, INFERENCE, GRAPH_PROSPECTS))
        return not (in_fact and self._behind(number))

    def _behind(self, number: int) -> tuple[str, ...]:
        if number not in self._facts:
            self.learn((number,))
        return self._facts[number]

    def rank(self, triples: frozenset[int]) -> tuple[int, int, int, int, list[str]]:
        """The sort key: fewer facts first, then fewer weak, reported and defining statements."""
        facts = [number for number in triples if not self.is_definition(number)]
        said = [{self._reader.modality(fact) for fact in self._behind(number)} for number in facts]
        weak = sum(modalities <= _WEAK for modalities in said)
        reported = sum("reported" in modalities <= _UNASSERTED for modalities in said)
        texts = sorted(" ".join(map(str, self._statements[number])) for number in triples)
        return len(facts), weak, reported, len(triples) - len(facts), texts

    def expect(self, sets: Sequence[frozenset[int]]) -> None:
        """Say which sets of statements are going to be shown, in order.

        Facts behind an endpoint are read now: it may hold another graph later, and one request
        brings many. Those of an embedded store are read when they are shown, some rows at a time.
        """
        if self.is_remote:
            self._load(frozenset[int]().union(*sets))
        self._ahead, self._places = sets, {numbers: i for i, numbers in enumerate(sets)}

    @no_pauses()
    def _load(self, numbers: Collection[int]) -> None:
        self.learn(numbers)
        self._reader.load({fact for number in numbers for fact in self._facts[number]})

    def _load_ahead(self, numbers: frozenset[int]) -> None:
        place = self._places.pop(numbers, -1)
        if place >= 0:
            is_next = place == self._next
            self._window = min(2 * self._window, _FAR_AHEAD) if is_next else _AHEAD
            wanted = set(numbers)
            while len(wanted) < self._window and (place := place + 1) < len(self._ahead):
                wanted |= self._ahead[place]
                self._places.pop(self._ahead[place], None)
            self._next = place + 1
            self._load(wanted)

    def proof(self, number: int) -> Proof:
        """The statement as a triple of the default graph, or a quad of a named graph."""
        subject, predicate, object_, graph = self._statements[number]
        triple = ox.Triple(subject, predicate, object_)  # type: ignore[arg-type]
        return ox.Quad(subject, predicate, object_, graph) if graph else triple  # type: ignore[arg-type]

    def facts(self, numbers: frozenset[int]) -> tuple[FactRecord, ...]:
        """The distinct facts behind these statements, in the order of the statements."""
        self._load_ahead(numbers)
        facts = dict.fromkeys(fact for number in sorted(numbers) for fact in self._behind(number))
        return tuple(map(self._reader.get, facts))
