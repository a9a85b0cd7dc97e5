"""How many say the same: the documents that state one triple, and their publishers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ..graph.store import Term
from .why import EvidenceView, FactView

Terms: TypeAlias = tuple[Term, Term, Term]


@dataclass(frozen=True, slots=True)
class Support:
    """The documents that state one triple, and the publishers that these print.

    ``unsigned`` is the number of documents that print no publisher: whose they are is not known.
    """

    documents: frozenset[str]
    publishers: frozenset[str]
    unsigned: int

    @property
    def is_corroborated(self) -> bool:
        """Whether more than one document states it."""
        return len(self.documents) > 1


def support(facts: Iterable[FactView]) -> dict[Terms, Support]:
    """Who states each triple of the facts.

    One claim may be one fact with several quotes, or several facts told apart by their qualifiers
    (another speaker, another date): both count by the triple. Derived facts have no documents.
    """
    evidence: dict[Terms, list[EvidenceView]] = defaultdict(list)
    for fact in facts:
        evidence[fact.subject, fact.predicate, fact.object] += fact.evidence
    return {triple: _support(found) for triple, found in evidence.items() if found}


def _support(evidence: Iterable[EvidenceView]) -> Support:
    publishers = {item.document: item.publisher for item in evidence}
    return Support(
        frozenset(publishers),
        frozenset(filter(None, publishers.values())),
        sum(not publisher for publisher in publishers.values()),
    )
