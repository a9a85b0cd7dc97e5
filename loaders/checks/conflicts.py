"""Where documents say different things of one thing, and no single property shows it.

A stage may change, and each figure is a thing of its own: two documents that differ there are no
fault, and are told side by side. Values of single-valued properties are looked at in the store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

from ...graph.fact import Fact
from ...messages.fault import Place
from ...ontology.namespaces import ID, TW

#: What tells one measure of a thing from another: two figures with all of it alike measure one.
_MEASURE: Final = frozenset(("figureOf", "unit", "ranking", "scope", "period", "area"))


@dataclass(frozen=True, slots=True)
class Said:
    """One of the values that stand side by side, with the documents that say it."""

    value: str
    documents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What one thing is said to have: ``sides`` are two or more, none in all documents alike."""

    place: Place
    about: str
    sides: tuple[Said, ...]

    def __str__(self) -> str:
        sides = (f"{s.value} ({', '.join(sorted(s.documents))})" for s in self.sides)
        return f"documents differ on the {self.about}: {'; '.join(sides)}"


def stage_conflicts(stated: Iterable[tuple[Fact, Place]]) -> tuple[int, tuple[Conflict, ...]]:
    """Things to which two documents give different stages, and how many have a stage."""
    stages: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    places: dict[str, Place] = {}
    for fact, place in stated:
        if fact.is_active and fact.predicate.value == TW + "stage":
            subject, stage = fact.subject.value, fact.object.value.removeprefix(ID)
            stages[subject][stage].add(fact.evidence[0].document)
            places[subject] = place
    return len(stages), tuple(
        Conflict(places[subject], f"stage of {subject.removeprefix(ID)}", sides)
        for subject, said in stages.items()
        if (sides := _apart(said))
    )


def figure_conflicts(stated: Iterable[tuple[Fact, Place]]) -> tuple[int, tuple[Conflict, ...]]:
    """Figures of one measure with different numbers in two documents, and how many measures."""
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
) -> Iterator[Conflict]:
    for figures in alike:
        said: dict[str, set[str]] = defaultdict(set)
        for figure in figures:
            number, document, _ = numbers[figure]
            said[number].add(document)
        if sides := _apart(said):
            names = ", ".join(figure.removeprefix(ID) for figure in figures)
            yield Conflict(numbers[figures[0]][2], f"number of {names}", sides)


def _apart(said: dict[str, set[str]]) -> tuple[Said, ...]:
    """The values side by side, if two of them come from different documents; else none."""
    if not any(one.isdisjoint(other) for one, other in combinations(said.values(), 2)):
        return ()
    return tuple(Said(value, frozenset(said[value])) for value in sorted(said))
