"""What stands behind statements: facts, or only definitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from ...graph.fact_reader import FactReader
from ...graph.fact_view import FactView
from ...ontology.namespaces import EVIDENCE, FACT, GRAPH_PROSPECTS, INFERENCE
from .derivation_table import Statement

#: Modalities of facts that a source does not simply state.
_WEAK = frozenset({"inferred", "derived", "planned", "expected", "conditional", "denied"})


class Grounds:
    """The facts behind numbered statements, learned in batches.

    A statement of the plain view or of ``graph/prospects`` is grounded in the facts that say it
    there, one of a fact's own graph in that fact, and one of the evidence graph in the fact that
    it describes.
    """

    def __init__(self, reader: FactReader, statements: Sequence[Statement]) -> None:
        self._reader, self._statements = reader, statements
        self._facts: dict[int, tuple[str, ...]] = {}

    def learn(self, numbers: Iterable[int]) -> None:
        """Find the facts behind these statements."""
        views: tuple[dict[int, ox.Triple], dict[int, ox.Triple]] = ({}, {})
        records: dict[int, str] = {}
        for number in set(numbers) - self._facts.keys():
            subject, predicate, object_, graph = self._statements[number]
            self._facts[number] = ()
            if graph is None or graph.value == GRAPH_PROSPECTS:
                views[graph is not None][number] = ox.Triple(subject, predicate, object_)  # type: ignore[arg-type]
            elif graph.value.startswith((FACT, INFERENCE)):
                self._facts[number] = (graph.value,)
            elif subject.value.startswith((FACT, INFERENCE)):
                self._facts[number] = (subject.value,)
            elif subject.value.startswith(EVIDENCE):
                records[number] = subject.value
        for is_prospect, triples in enumerate(views):
            wanted = list(dict.fromkeys(triples.values()))
            found = self._reader.graphs(wanted, prospects=bool(is_prospect)) if wanted else {}
            for number, triple in triples.items():
                self._facts[number] = found.get(triple, ())
        owners = self._reader.owners(sorted(set(records.values()))) if records else {}
        for number, record in records.items():
            self._facts[number] = owners.get(record, ())

    def is_definition(self, number: int) -> bool:
        """Whether no fact says the statement; one of the evidence graph is a definition too."""
        graph = self._statements[number][3]
        in_fact = graph is None or graph.value.startswith((FACT, INFERENCE, GRAPH_PROSPECTS))
        return not (in_fact and self._facts[number])

    def rank(self, triples: frozenset[int]) -> tuple[int, int, int, list[str]]:
        """Smaller is better: fewer facts, then fewer weak ones, then fewer definitions."""
        facts = [number for number in triples if not self.is_definition(number)]
        weak = sum(
            all(self._reader.modality(fact) in _WEAK for fact in self._facts[number])
            for number in facts
        )
        texts = sorted(" ".join(map(str, self._statements[number])) for number in triples)
        return len(facts), weak, len(triples) - len(facts), texts

    def load(self, numbers: Iterable[int]) -> None:
        """Read the views of all facts behind these statements, in one go."""
        self._reader.load({fact for number in numbers for fact in self._facts[number]})

    def facts(self, numbers: Iterable[int]) -> tuple[FactView, ...]:
        """The facts behind these statements, each once, in order of the statements given."""
        facts = dict.fromkeys(fact for number in numbers for fact in self._facts[number])
        return tuple(map(self._reader.view, facts))
