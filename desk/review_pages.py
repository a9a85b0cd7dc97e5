"""Review in the desk: facts one by one beside their sentences, and two readings side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ..graph.errors import MisuseError, TaawunError
from ..loaders.builds.inputs import name_of
from ..loaders.editing.review_files import ReviewFiles
from ..loaders.editing.second_reading import choices, readers_of, settlement, two_readings
from ..loaders.reading_comparison import Agreement, Difference
from ..loaders.reviews import Review, Stated, Verdict, read_reviews, short, stated_in
from ..loaders.text.tokens import sentences_at
from ..messages.message import say
from ..ontology.namespaces import ID
from ..queries.labels import Labels
from .desk_words import sentence_of
from .session import Desk

Json = dict[str, Any]


class Reviewing:
    """The reviews of a desk's collection, written in the name of its reader."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def _reviews(self) -> list[Review]:
        """The reviews as they stand. Raises ``MisuseError`` to who reads blind."""
        if self._desk.is_blind:
            raise MisuseError("desk-blind")
        self._desk.follow()
        folder = self._desk.folder
        return read_reviews(folder, name_of(folder), self._desk.known.documents)

    def facts(self, slug: str, language: str) -> Json:
        """The facts of a document with their sentences and what readers found of each."""
        desk = self._desk
        with desk.lock:
            reviews = self._reviews()
            found = stated_in(slug, desk.known.facts, reviews)
            labels = desk.labels
            return {
                "reader": desk.reader,
                "readers": [name for name in readers_of(desk.folder, slug) if name],
                "facts": [self._fact(one, slug, labels, language) for one in found],
                "unread": sum(not one.is_read(desk.reader) for one in found),
            }

    def _fact(self, one: Stated, slug: str, labels: Labels, language: str) -> Json:
        fact = one.fact
        text = self._desk.known.documents[slug].text
        within = sentences_at(text, one.spans)
        keys = ("note", "noteAr", "statusReason", "statusReasonAr", "when", "dateText")
        said = {key: term.value for key in keys if (term := fact.qualifier(key))}
        named = {
            key: labels(term.value, language)
            for key in ("statedBy", "onBehalfOf")
            if (term := fact.qualifier(key))
        }
        return {
            "fact": short(fact.iri),
            "words": sentence_of(fact, labels, language),
            "spans": one.spans,
            "sentence": [within[0].start, within[-1].end] if within else list(one.spans[0]),
            "at": one.at,
            "status": one.status,
            "statusLabel": labels(f"{ID}record-status/{one.status}", language),
            "said": {**said, **named},
            "mine": one.verdicts[self._desk.reader].found
            if self._desk.reader in one.verdicts
            else "",
            "verdicts": [
                {"reader": who, "found": v.found, "day": v.day, "comment": v.comment}
                for who, v in sorted(one.verdicts.items())
            ],
        }  # fmt: skip

    def record(self, slug: str, given: Json, language: str) -> Json:
        """Record what the reader found of a fact, with the places of its quotes that they saw."""
        desk = self._desk
        with desk.lock:
            try:
                reviews = self._reviews()
                stated = stated_in(slug, desk.known.facts, reviews)
                one = next((one for one in stated if short(one.fact.iri) == given["fact"]), None)
                if one is None or one.at != given["at"]:
                    raise MisuseError("review-moved")
                comment = str(given.get("comment", "")).strip()
                verdict = Verdict(one.fact.iri, one.at, given["found"], today(), comment)
                files = ReviewFiles(desk.folder, desk.seen)
                files.record(slug, desk.reader, one, verdict)
                return desk.carry_out(files.edit(), language)
            except TaawunError as error:
                return {"faults": desk.told(error, language)}

    def acknowledge(self, given: Json, language: str) -> Json:
        """Keep a warning quiet from now on: it was looked at, and why it does not matter."""
        desk = self._desk
        with desk.lock:
            try:
                desk.follow()
                files = ReviewFiles(desk.folder, desk.seen)
                reason, about = str(given["reason"]).strip(), [*map(str, given["about"])]
                files.acknowledge(str(given["warning"]), about, desk.reader, today(), reason)
                return desk.carry_out(files.edit(), language)
            except TaawunError as error:
                return {"faults": desk.told(error, language)}

    def compare(self, slug: str, other: str, language: str) -> Json:
        """The collection's facts and another reading: agreement, and the differences."""
        desk = self._desk
        with desk.lock:
            reviews = self._reviews()
            readings = two_readings(desk.folder, slug, other, desk.known, reviews)
            labels, found = desk.labels, readings.comparison
            return {
                "other": other,
                "same": [sentence_of(one.fact, labels, language) for one, _ in found.same],
                "points": found.points,
                "open": len(readings.open),
                "agreement": [
                    agreement_row(one, language) for one in (*found.groups, found.overall)
                ],
                "differences": [
                    {
                        "kind": one.kind,
                        "title": say(f"difference-{one.kind}", language),
                        "pair": [short(iri) for iri in one.pair],
                        "choices": choices(one),
                        "decision": readings.settled.get(one.pair, ""),
                        "sides": [
                            self._fact(side, slug, labels, language) if side else None
                            for side in (one.first, one.second)
                        ],
                    }
                    for one in found.differences
                ],
            }

    def settle(self, slug: str, given: Json, language: str) -> Json:
        """Carry out a decision on a difference."""
        desk = self._desk
        with desk.lock:
            try:
                reviews = self._reviews()
                readings = two_readings(desk.folder, slug, given["other"], desk.known, reviews)
                chosen = [one for one in readings.open if _pair(one) == list(given["pair"])]
                if not chosen:
                    raise MisuseError("review-moved")
                edit = settlement(
                    desk.folder, desk.seen, desk.known, readings, desk.reader,
                    [(chosen[0], given["decision"])], today(), str(given.get("comment", "")),
                )  # fmt: skip
                return desk.carry_out(edit, language)
            except TaawunError as error:
                return {"faults": desk.told(error, language)}


def agreement_row(one: Agreement, language: str) -> Json:
    """An agreement with its group in words; ``kappa`` is None where it is not defined."""
    return {
        "group": say(f"group-{one.group}", language),
        "both": one.both,
        "first": one.first,
        "second": one.second,
        "neither": one.neither,
        "observed": one.observed,
        "kappa": one.kappa,
    }


def _pair(one: Difference) -> Sequence[str]:
    return [short(iri) for iri in one.pair]


def today() -> str:
    """The date on which somebody reviews."""
    return date.today().isoformat()
