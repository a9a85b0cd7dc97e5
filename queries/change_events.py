"""What happened to facts between two releases, in words: for the feed and the changelog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ..graph.fact_record import FactRecord
from ..graph.store import Store
from ..messages.message import say
from .changes import Changes
from .fact_words import iris_of, name_of, quotes_of
from .labels import Labels

#: What may happen to a fact, in the order in which it is told.
KINDS: Final = ("added", "altered", "retracted", "removed")


class Event(NamedTuple):
    """What happened to one fact; ``title`` says it, and ``quotes`` prove the fact."""

    kind: str
    fact: FactRecord
    title: str
    quotes: str


def events(found: Changes, before: Store, after: Store, language: str) -> Iterator[Event]:
    """Yield the events in the order of :data:`KINDS`, those of a kind sorted by IRI."""
    old, new = Labels(before), Labels(after)
    for kind in KINDS:
        labels = old if kind == "removed" else new
        facts = {"added": found.added, "removed": found.removed}.get(
            kind, tuple(item.after for item in found.altered if _kind(item.after) == kind)
        )
        for fact in facts:
            labels.fetch(iris_of([fact]))
            sentence = " ".join(name_of(term, labels, language) for term in fact.triple)
            title = say(f"site-feed-{kind}", language, fact=sentence)
            yield Event(kind, fact, title, quotes_of([fact]))


def _kind(fact: FactRecord) -> str:
    """What happened to a fact that is still there."""
    is_gone = fact.record_status in ("retracted", "superseded")
    return "retracted" if is_gone else "altered"
