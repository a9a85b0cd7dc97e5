"""The legend: shapes and colours for families of nodes, line styles for the firmness of claims.

Each class of the ontology, and each subclass added by a collection, belongs to the family of its
nearest superclass. The colours are Okabe and Ito's colour-blind-safe palette; no two families
share a shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..graph.fact_record import FactRecord
from ..ontology.namespaces import TW
from ..queries.items import AGREED, BEFORE_AGREEMENT, FROM_SIGNING
from .view import Name, Node, Term


@dataclass(frozen=True, slots=True)
class Family:
    """One entry of the legend: ``path`` is an SVG path around (0, 0), about 2 units wide."""

    key: str
    colour: str
    path: str
    roots: tuple[str, ...]
    is_hollow: bool = False

    @property
    def name(self) -> Name:
        """The name in the legend."""
        return Name.told(f"family-{self.key}")


FAMILIES: Final = (
    Family(
        "country",
        "#d55e00",
        "M-.6-.9H.6Q.9-.9.9-.6V.6Q.9.9.6.9H-.6Q-.9.9-.9.6V-.6Q-.9-.9-.6-.9Z",
        ("Country", "Region", "City", "Place"),
    ),
    Family(
        "organization",
        "#0072b2",
        "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
        ("Actor",),
    ),
    Family(
        "person",
        "#c0629a",
        "M.46-.5A.46.46 0 1 1-.46-.5A.46.46 0 1 1 .46-.5ZM-.9.95C-.9.3-.5.08 0 .08S.9.3.9.95Z",
        ("Official", "Post"),
    ),
    Family(
        "agreement",
        "#009e73",
        "M0-1.15L1.15 0L0 1.15L-1.15 0Z",
        ("CooperationItem",),
    ),
    Family(
        "offer",
        "#009e73",
        "M0-1.1L1.1 0L0 1.1L-1.1 0Z",
        ("Offer", "CooperationTopic"),
        is_hollow=True,
    ),
    Family(
        "initiative",
        "#e69f00",
        "M0-1.1L1.08.8H-1.08Z",
        ("Programme", "PolicyFramework"),
    ),
    Family(
        "event",
        "#f0e442",
        "M0-1.05L1-.32L.62.85H-.62L-1-.32Z",
        ("Event",),
    ),
    Family(
        "infrastructure",
        "#56b4e9",
        "M-.52-.92H.52L1.05 0L.52.92H-.52L-1.05 0Z",
        ("Infrastructure", "Output"),
    ),
    Family(
        "figure",
        "#8a8f98",
        "M-.9.9V.1H-.45V.9ZM-.22.9V-.4H.22V.9ZM.45.9V-.9H.9V.9Z",
        ("Figure", "Ranking"),
    ),
    Family(
        "area",
        "#5b6472",
        "M-.7-.55H.7A.55.55 0 0 1 .7.55H-.7A.55.55 0 0 1-.7-.55Z",
        ("Area",),
        is_hollow=True,
    ),
    Family(
        "other",
        "#000000",
        "M-.3-.95H.3V-.3H.95V.3H.3V.95H-.3V.3H-.95V-.3H-.3Z",
        ("Entity",),
    ),
)
#: Families hidden in the first view, so that a newcomer sees who cooperates with whom.
HIDDEN_AT_FIRST: Final = ("area", "figure")
_OF_ROOT: Final = {TW + root: index for index, f in enumerate(FAMILIES) for root in f.roots}


def family_of(classes: Iterable[str], terms: Mapping[str, Term]) -> int:
    """Return the index in ``FAMILIES`` of the family of the nearest root superclass."""
    level = sorted(classes)
    seen: set[str] = set()
    while level:
        # A facility is both a place and infrastructure: the later family is more specific.
        found = [_OF_ROOT[iri] for iri in level if iri in _OF_ROOT]
        if found:
            return max(found) if max(found) < len(FAMILIES) - 1 else min(found)
        seen.update(level)
        level = sorted({up for iri in level if iri in terms for up in terms[iri].parents} - seen)
    return len(FAMILIES) - 1


@dataclass(frozen=True, slots=True)
class Firmness:
    """One edge style of the legend; ``dash`` is in pixels."""

    key: str
    width: float
    dash: tuple[int, ...]

    @property
    def name(self) -> Name:
        """The name in the legend."""
        return Name.told(f"firmness-{self.key}")


FIRMNESS: Final = (
    Firmness("signed", 3, ()),
    Firmness("stated", 1.3, ()),
    Firmness("agreed", 2.4, (12, 4)),
    Firmness("offered", 1.6, (6, 4)),
    Firmness("reported", 1.5, (1, 4)),
    Firmness("derived", 1.6, (9, 3, 2, 3)),
)
_PLACE: Final = {firmness.key: place for place, firmness in enumerate(FIRMNESS)}


def is_a(iri: str, ancestor: str, terms: Mapping[str, Term]) -> bool:
    """Return whether a class or property is the ancestor or specialises it."""
    waiting, seen = [iri], set()
    while waiting:
        one = waiting.pop()
        if one == ancestor:
            return True
        if one not in seen and one in terms:
            seen.add(one)
            waiting.extend(terms[one].parents)
    return False


def firmness_of(fact: FactRecord, subject: Node | None, terms: Mapping[str, Term]) -> int:
    """Return the index of a fact in ``FIRMNESS``: how far its claim can be relied on.

    It combines the stage of an agreement with the modality of the claim, because an edge has room
    for one line style; the panel shows both. ``terms`` maps IRIs to classes and properties.
    """
    modality, predicate = fact.modality, fact.predicate.value
    if fact.is_prospect:
        return _PLACE["offered"]
    if is_a(predicate, TW + "signatory", terms):
        return _PLACE["signed" if modality == "asserted" else "reported"]
    stages = frozenset(subject.stages if subject else ())
    is_party = is_a(predicate, TW + "party", terms)
    if stages & FROM_SIGNING and is_party and modality == "asserted":
        return _PLACE["signed"]
    if AGREED in stages and not stages & FROM_SIGNING:
        return _PLACE["agreed"]
    is_offer = subject is not None and any(is_a(c, TW + "Offer", terms) for c in subject.classes)
    if not stages & FROM_SIGNING and (stages.intersection(BEFORE_AGREEMENT) or is_offer):
        return _PLACE["offered"]
    return _PLACE["stated" if modality == "asserted" else "reported"]
