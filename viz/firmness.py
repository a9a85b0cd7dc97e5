"""Firmness: how far a claim may be relied on, which decides how its edge is drawn.

It joins two things that the graph keeps apart, the stage of an agreement and how the text says
it, because the eye has room for one line only. The panel shows both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..ontology.namespaces import ID, TW
from .view import Name, Node, SeenFact, Term

#: Stages of cooperation in the order in which a cooperation grows.
STAGES: Final = tuple(
    f"{ID}stage/{name}"
    for name in (
        "proposed",
        "offered",
        "under-discussion",
        "agreed-in-principle",
        "signed",
        "in-force",
        "under-implementation",
        "completed",
        "ended",
    )
)
_BEFORE_AGREEMENT: Final = frozenset(STAGES[:3])
_AGREED: Final = STAGES[3]
_FROM_SIGNING: Final = frozenset(STAGES[4:])


@dataclass(frozen=True, slots=True)
class Firmness:
    """One edge style of the legend, from the firmest to the loosest; dashes in pixels."""

    key: str
    name: Name
    width: float
    dash: tuple[int, ...]


FIRMNESS: Final = (
    Firmness("signed", Name("موقّع", "Signed"), 3, ()),
    Firmness("stated", Name("يقرره النص", "Stated by the text"), 1.3, ()),
    Firmness("agreed", Name("متفق عليه مبدئيًّا", "Agreed in principle"), 2.4, (12, 4)),
    Firmness(
        "offered", Name("معروض أو مقترح أو مخطط له", "Offered, proposed, planned"), 1.6, (6, 4)
    ),
    Firmness("reported", Name("منقول أو مستنتج", "Reported or inferred"), 1.5, (1, 4)),
    Firmness("derived", Name("خلاصة مشتقة", "Derived summary"), 1.6, (9, 3, 2, 3)),
)
_PLACE: Final = {firmness.key: place for place, firmness in enumerate(FIRMNESS)}


def is_a(iri: str, ancestor: str, terms: Mapping[str, Term]) -> bool:
    """Whether a class or property is the ancestor or specialises it."""
    waiting, seen = [iri], set()
    while waiting:
        one = waiting.pop()
        if one == ancestor:
            return True
        if one not in seen and one in terms:
            seen.add(one)
            waiting.extend(terms[one].parents)
    return False


def firmness_of(fact: SeenFact, subject: Node | None, terms: Mapping[str, Term]) -> int:
    """The place of a fact in ``FIRMNESS``; ``terms`` are classes and properties by IRI."""
    modality = fact.modality.rpartition("/")[2]
    if modality in ("planned", "expected", "conditional", "denied"):
        return _PLACE["offered"]
    if is_a(fact.predicate, TW + "signatory", terms):
        return _PLACE["signed" if modality == "asserted" else "reported"]
    stages = frozenset(subject.stages if subject else ())
    is_party = is_a(fact.predicate, TW + "party", terms)
    if stages & _FROM_SIGNING and is_party and modality == "asserted":
        return _PLACE["signed"]
    if _AGREED in stages and not stages & _FROM_SIGNING:
        return _PLACE["agreed"]
    is_offer = subject is not None and any(is_a(c, TW + "Offer", terms) for c in subject.classes)
    if not stages & _FROM_SIGNING and (stages & _BEFORE_AGREEMENT or is_offer):
        return _PLACE["offered"]
    return _PLACE["stated" if modality == "asserted" else "reported"]
