"""The facts behind the statements of witnesses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Final

import pyoxigraph as ox

from ...graph.errors import QueryError
from ...graph.fact_reader import reader_of
from ...graph.fact_record import FactRecord, TripleTerms
from ...graph.store import EmbeddedStore, Store
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
from .explanation import Proof
from .provenance import Statement

#: Vocabularies whose properties describe terms: types, labels, the tree of areas, alignments.
_VOCABULARY: Final = (RDF, RDFS, OWL, SKOS, SCHEMA, DCTERMS)
#: Modalities of facts that no source states outright.
_WEAK = frozenset({"inferred", "derived", "planned", "expected", "conditional", "denied"})

#: How many statements are read at least when the facts of a row are asked for.
_AHEAD: Final = 200


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
        self._is_remote = not isinstance(store, EmbeddedStore)
        self._facts: dict[int, tuple[str, ...]] = {}
        self._ahead: Sequence[frozenset[int]] = ()
        self._places: dict[frozenset[int], int] = {}

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

    def rank(self, triples: frozenset[int]) -> tuple[int, int, int, list[str]]:
        """The sort key: fewer facts first, then fewer weak facts, then fewer definitions."""
        facts = [number for number in triples if not self.is_definition(number)]
        weak = sum(
            all(self._reader.modality(fact) in _WEAK for fact in self._behind(number))
            for number in facts
        )
        texts = sorted(" ".join(map(str, self._statements[number])) for number in triples)
        return len(facts), weak, len(triples) - len(facts), texts

    def expect(self, sets: Sequence[frozenset[int]]) -> None:
        """Say which sets of statements are going to be shown, in order.

        Facts behind an endpoint are read now: it may hold another graph later, and one request
        brings many. Those of an embedded store are read when they are shown, some rows at a time.
        """
        if self._is_remote:
            self._load(frozenset[int]().union(*sets))
        self._ahead, self._places = sets, {numbers: i for i, numbers in enumerate(sets)}

    def _load(self, numbers: Collection[int]) -> None:
        self.learn(numbers)
        self._reader.load({fact for number in numbers for fact in self._facts[number]})

    def _load_ahead(self, numbers: frozenset[int]) -> None:
        place = self._places.pop(numbers, -1)
        if place >= 0:
            wanted = set(numbers)
            while len(wanted) < _AHEAD and (place := place + 1) < len(self._ahead):
                wanted |= self._ahead[place]
                self._places.pop(self._ahead[place], None)
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
