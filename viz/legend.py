"""Families: the handful of kinds that the picture tells apart by shape and colour.

Each of the ontology's classes, and any class that a collection adds under one of them, falls
into the family of its nearest superclass. Colours are those of Okabe and Ito, which people with
any kind of colour vision tell apart; no two families share a shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..ontology.namespaces import TW
from .view import Name, Term


@dataclass(frozen=True, slots=True)
class Family:
    """One entry of the legend: ``path`` is an SVG path around (0, 0), about 2 units wide."""

    key: str
    name: Name
    colour: str
    path: str
    roots: tuple[str, ...]
    is_hollow: bool = False


FAMILIES: Final = (
    Family(
        "country",
        Name("دول وأماكن", "Countries and places"),
        "#d55e00",
        "M-.6-.9H.6Q.9-.9.9-.6V.6Q.9.9.6.9H-.6Q-.9.9-.9.6V-.6Q-.9-.9-.6-.9Z",
        ("Country", "Region", "City", "Place"),
    ),
    Family(
        "organization",
        Name("جهات", "Bodies"),
        "#0072b2",
        "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
        ("Actor",),
    ),
    Family(
        "person",
        Name("مسؤولون ومناصب", "People and posts"),
        "#c0629a",
        "M.46-.5A.46.46 0 1 1-.46-.5A.46.46 0 1 1 .46-.5ZM-.9.95C-.9.3-.5.08 0 .08S.9.3.9.95Z",
        ("Official", "Post"),
    ),
    Family(
        "agreement",
        Name("اتفاقيات ومذكرات", "Agreements"),
        "#009e73",
        "M0-1.15L1.15 0L0 1.15L-1.15 0Z",
        ("CooperationItem",),
    ),
    Family(
        "offer",
        Name("عروض ومقترحات", "Offers and proposals"),
        "#009e73",
        "M0-1.1L1.1 0L0 1.1L-1.1 0Z",
        ("Offer", "CooperationTopic"),
        is_hollow=True,
    ),
    Family(
        "initiative",
        Name("مبادرات واستراتيجيات", "Initiatives and strategies"),
        "#e69f00",
        "M0-1.1L1.08.8H-1.08Z",
        ("Programme", "PolicyFramework"),
    ),
    Family(
        "event",
        Name("لقاءات وفعاليات", "Meetings and events"),
        "#f0e442",
        "M0-1.05L1-.32L.62.85H-.62L-1-.32Z",
        ("Event",),
    ),
    Family(
        "infrastructure",
        Name("بنى وخدمات", "Infrastructure and services"),
        "#56b4e9",
        "M-.52-.92H.52L1.05 0L.52.92H-.52L-1.05 0Z",
        ("Infrastructure", "Output"),
    ),
    Family(
        "figure",
        Name("أرقام ومؤشرات", "Figures and rankings"),
        "#8a8f98",
        "M-.9.9V.1H-.45V.9ZM-.22.9V-.4H.22V.9ZM.45.9V-.9H.9V.9Z",
        ("Figure", "Ranking"),
    ),
    Family(
        "area",
        Name("مجالات", "Areas"),
        "#5b6472",
        "M-.7-.55H.7A.55.55 0 0 1 .7.55H-.7A.55.55 0 0 1-.7-.55Z",
        ("Area",),
        is_hollow=True,
    ),
    Family(
        "other",
        Name("أخرى", "Other"),
        "#000000",
        "M-.3-.95H.3V-.3H.95V.3H.3V.95H-.3V.3H-.95V-.3H-.3Z",
        ("Entity",),
    ),
)
#: Families that the first view leaves out, so that a newcomer sees who cooperates with whom.
HIDDEN_AT_FIRST: Final = ("area", "figure")
_OF_ROOT: Final = {TW + root: index for index, f in enumerate(FAMILIES) for root in f.roots}


def family_of(classes: Iterable[str], terms: Mapping[str, Term]) -> int:
    """The place in ``FAMILIES`` of the nearest superclass that is a root of one."""
    level = sorted(classes)
    seen: set[str] = set()
    while level:
        # A facility is a place too, a facility first: the later family is the narrower one.
        found = [_OF_ROOT[iri] for iri in level if iri in _OF_ROOT]
        if found:
            return max(found) if max(found) < len(FAMILIES) - 1 else min(found)
        seen.update(level)
        level = sorted({up for iri in level if iri in terms for up in terms[iri].parents} - seen)
    return len(FAMILIES) - 1
