"""A reader's own reading of documents, in ``readings/READER/``, and settling where it differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from ...graph.errors import CollectionError, MisuseError
from ...graph.fact import Fact
from ...messages.fault import Fault, Place
from ...messages.message import say
from ...ontology.namespaces import ID
from ..builds.inputs import name_of
from ..collection import Collection, classes_of
from ..facts import FactMaker
from ..files.fact_files import COLUMNS, read_facts_yaml
from ..files.yaml_nodes import files
from ..reading_comparison import Comparison, Difference, compare
from ..reviews import Decision, Pair, Review, read_reviews, reading_folder, stated_in
from .additions import NewFact, additions
from .insert_entry import QUOTE
from .review_files import ReviewFiles
from .table_import import fact_rows
from .transaction import READINGS, Edit

_ASSERTED = {"recordStatus": ox.NamedNode(f"{ID}record-status/asserted")}
#: Which decisions take the fact of the second reading, and which withdraw that of the first.
_TAKES, _WITHDRAWS = ("second", "both"), ("second", "neither")


def readers_of(folder: Path, document: str) -> list[str]:
    """Who has a reading of their own of the document."""
    found = (path.parent.name for path in (folder / READINGS).glob(f"*/{document}.yaml"))
    return sorted(found)


def reading_of(folder: Path, reader: str, known: Collection) -> tuple[list[Fact], list[Place]]:
    """The facts of a reader's own reading, each with its place.

    ``known`` has the names. Raises ``CollectionError`` with the faults of its files.
    """
    faults: list[Fault] = []
    maker = FactMaker(known.schema, classes_of(known.schema, known.entities), known.documents)
    facts: list[Fact] = []
    places: list[Place] = []
    for path in files(folder / reading_folder(reader), ".yaml"):
        name = f"{name_of(folder)}/{reading_folder(reader)}/{path.name}"
        for fact, value in read_facts_yaml(path, name, maker, faults):
            facts.append(fact)
            places.append(value.place)
    if faults:
        raise CollectionError(faults)
    return facts, places


def read_for_check(folder: Path, known: Collection) -> tuple[int, list[Fault]]:
    """Read the reviews and readings of a collection: how many verdicts and facts, what is wrong."""
    count = 0
    faults: list[Fault] = []
    try:
        reviews = read_reviews(folder, name_of(folder), known.documents)
        count += sum(len(review.verdicts) for review in reviews)
    except CollectionError as error:
        faults += error.faults
    for reader in sorted(path.name for path in (folder / READINGS).glob("*") if path.is_dir()):
        try:
            count += len(reading_of(folder, reader, known)[0])
        except CollectionError as error:
            faults += error.faults
    return count, faults


@dataclass(frozen=True, slots=True)
class TwoReadings:
    """The collection's facts of a document beside a reader's own, before anything was settled.

    ``settled`` has the decisions so far.
    """

    document: str
    other: str
    comparison: Comparison
    settled: dict[Pair, Decision]

    @property
    def open(self) -> list[Difference]:
        """The differences that are not settled."""
        return [one for one in self.comparison.differences if one.pair not in self.settled]


def two_readings(
    folder: Path, document: str, other: str, known: Collection, reviews: Iterable[Review]
) -> TwoReadings:
    """Compare the collection's facts with the reading of ``other``.

    What was settled already does not count as agreement. Raises ``MisuseError`` if there is no
    such reading.
    """
    if other not in readers_of(folder, document):
        known_readers = readers_of(folder, document)
        raise MisuseError("no-reading", reader=other, document=document, readers=known_readers)
    theirs, _ = reading_of(folder, other, known)
    settled: dict[Pair, Decision] = {}
    for review in reviews:
        if review.document == document:
            settled |= review.settled.get(other, {})
    at = {one.fact.iri: one.spans for one in stated_in(document, theirs)}
    mine = list(_unsettled(known.facts, settled, at))
    found = compare(known.documents[document], mine, theirs, known.schema)
    return TwoReadings(document, other, found, settled)


def _unsettled(
    facts: Iterable[Fact],
    settled: dict[Pair, Decision],
    theirs: dict[str, tuple[tuple[int, int], ...]],
) -> Iterable[Fact]:
    """The facts as they were before the differences were settled."""
    taken = {pair[1] for pair, decision in settled.items() if decision in _TAKES}
    back = {pair[0] for pair, decision in settled.items() if decision in _WITHDRAWS}
    quotes = {first for (first, second), _ in settled.items() if first == second}
    for fact in facts:
        places = tuple(sorted((part.start, part.end) for part in fact.evidence))
        if fact.iri in quotes:
            if set(places) <= set(theirs[fact.iri]):
                continue
        elif fact.iri in taken:
            continue
        yield fact.with_status(_ASSERTED) if fact.iri in back else fact


def settlement(
    folder: Path,
    seen: str,
    known: Collection,
    readings: TwoReadings,
    reader: str,
    decisions: Sequence[tuple[Difference, Decision]],
    day: str,
    comment: str = "",
) -> Edit:
    """The edit that carries out decisions, and records them in the review of ``reader``.

    A fact that does not stand is retracted, never deleted; one of the other reading is added with
    its quote. Raises ``CollectionError`` and ``OutputError`` like :func:`.additions`, and
    ``MisuseError`` for a decision that the difference does not allow.
    """
    kept = ReviewFiles(folder, seen)
    new: list[Fact] = []
    for difference, decision in decisions:
        if decision not in choices(difference):
            raise MisuseError("decision-unfit", decision=decision, choices=choices(difference))
        first, second = difference.first, difference.second
        if second and decision in _TAKES:
            new += list(_facts_at(second.fact.iri, folder, readings, known))
        if first and decision in _WITHDRAWS:
            reason = comment or say("settled-with", "en", reader=readings.other)
            kept.set_status(first.fact.iri, "retracted", day, reason, first.fact)
        about, pair = difference.words, difference.pair
        kept.settle(readings.document, reader, readings.other, pair, decision, day, comment, about)
    edit = kept.edit()
    if not new:
        return edit
    added = additions(folder, seen, known, facts=list(map(_new, _cells(new, known))))
    return replace(added, files={**added.files, **edit.files}, statuses=edit.statuses)


def choices(difference: Difference) -> tuple[Decision, ...]:
    """The decisions that a difference allows; quotes of one fact are kept or joined."""
    if difference.kind == "quote":
        return "first", "both"
    if difference.kind == "only":
        return ("first", "neither") if difference.first else ("second", "neither")
    return "first", "second", "both", "neither"


def _facts_at(iri: str, folder: Path, readings: TwoReadings, known: Collection) -> Iterable[Fact]:
    theirs, _ = reading_of(folder, readings.other, known)
    document = readings.document
    return (f for f in theirs if f.iri == iri and f.evidence[0].document == document)


def _cells(facts: Sequence[Fact], known: Collection) -> Iterable[dict[str, str]]:
    for row in fact_rows(facts, known.documents):
        yield {column: cell for column, cell in zip(COLUMNS, row, strict=True) if cell}


def _new(cells: dict[str, str]) -> NewFact:
    names: tuple[str, ...] = ("document", *QUOTE)
    quote = {key: cells[key] for key in names if key in cells}
    return NewFact(quote, {key: cell for key, cell in cells.items() if key not in names})
