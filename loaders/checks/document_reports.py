"""Reports on documents that are no faults: what facts quote of each, and where documents differ.

A stage may change, and figures may be counted differently: both values are reported side by side.
Single-valued properties are compared in the store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

from ...graph.document import Document
from ...graph.fact import Fact
from ...messages.fault import Fault, Place
from ...messages.message import Message
from ...ontology.namespaces import ID, TW
from ..text.tokens import Sentence, sentences


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the sentences of one document are accounted for.

    ``quoted`` sentences are quoted by a fact, ``listed`` ones are in the register as furniture or
    silent, ``open`` ones are neither. ``characters`` is the share of the text in quotes or listed
    spans, from 0 to 1.
    """

    document: str
    quoted: int
    listed: int
    open: tuple[Sentence, ...]
    characters: float

    @property
    def sentences(self) -> int:
        """How many sentences the document has."""
        return self.quoted + self.listed + len(self.open)


def coverage(document: Document, facts: Iterable[Fact]) -> Coverage:
    """Account for every sentence of the document."""
    quoted = [
        (evidence.start, evidence.end)
        for fact in facts
        for evidence in fact.evidence
        if evidence.document == document.slug
    ]
    listed = [(span.start, span.end) for span in (*document.furniture, *document.silent)]
    counts = {"quoted": 0, "listed": 0}
    left = []
    for sentence in sentences(document.text):
        if _touches(sentence, quoted):
            counts["quoted"] += 1
        elif _touches(sentence, listed):
            counts["listed"] += 1
        else:
            left.append(sentence)
    inside = {offset for start, end in (*quoted, *listed) for offset in range(start, end)}
    letters = [offset for offset, char in enumerate(document.text) if not char.isspace()]
    share = sum(offset in inside for offset in letters) / len(letters) if letters else 1.0
    return Coverage(document.slug, counts["quoted"], counts["listed"], tuple(left), share)


def _touches(sentence: Sentence, spans: list[tuple[int, int]]) -> bool:
    return any(start < sentence.end and sentence.start < end for start, end in spans)


#: What defines a measure: figures that agree in all of these measure the same.
_MEASURE: Final = frozenset(("figureOf", "unit", "ranking", "scope", "period", "area"))


#: The remedy: there is nothing to decide here.
SIDE_BY_SIDE: Final = Message("both-values-stay")


def side(value: str, documents: Iterable[str]) -> Message:
    """A value with the documents that give it."""
    return Message("value-of-documents", value=value, documents=sorted(documents))


def stage_conflicts(stated: Iterable[tuple[Fact, Place]]) -> tuple[int, tuple[Fault, ...]]:
    """How many things have a stage, and a warning for each with two stages in two documents."""
    stages: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    places: dict[str, Place] = {}
    for fact, place in stated:
        if fact.is_active and fact.predicate.value == TW + "stage":
            subject, stage = fact.subject.value, fact.object.value.removeprefix(ID)
            stages[subject][stage].add(fact.evidence[0].document)
            places[subject] = place
    return len(stages), tuple(
        Fault.at(
            places[subject],
            "stages-differ",
            name=subject.removeprefix(ID),
            sides=sides,
            check="stages",
            remedy=SIDE_BY_SIDE,
        )
        for subject, said in stages.items()
        if (sides := _apart(said))
    )


def figure_conflicts(stated: Iterable[tuple[Fact, Place]]) -> tuple[int, tuple[Fault, ...]]:
    """How many measures there are, and a warning for each with two numbers in two documents."""
    measures: dict[str, set[tuple[str, str]]] = defaultdict(set)
    numbers: dict[str, tuple[str, str, Place]] = {}
    for fact, place in stated:
        name = fact.predicate.value.removeprefix(TW)
        if not fact.is_active:
            continue
        if name in _MEASURE:
            measures[fact.subject.value].add((name, fact.object.value))
        elif name in ("value", "rank"):
            number = str(Decimal(fact.object.value))
            numbers[fact.subject.value] = number, fact.evidence[0].document, place
    alike: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    for figure in numbers:
        alike[tuple(sorted(measures[figure]))].append(figure)
    return len(alike), tuple(_differing(alike.values(), numbers))


def _differing(
    alike: Iterable[list[str]], numbers: dict[str, tuple[str, str, Place]]
) -> Iterator[Fault]:
    for figures in alike:
        said: dict[str, set[str]] = defaultdict(set)
        for figure in figures:
            number, document, _ = numbers[figure]
            said[number].add(document)
        if sides := _apart(said):
            yield Fault.at(
                numbers[figures[0]][2],
                "figures-differ",
                names=[figure.removeprefix(ID) for figure in figures],
                sides=sides,
                check="measures",
                remedy=SIDE_BY_SIDE,
            )


def _apart(said: Mapping[str, Set[str]]) -> list[Message]:
    """The values side by side, if two of them come from different documents; else none."""
    if not any(one.isdisjoint(other) for one, other in combinations(said.values(), 2)):
        return []
    return [side(value, said[value]) for value in sorted(said)]
