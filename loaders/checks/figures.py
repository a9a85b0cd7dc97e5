"""Check figures: each is complete, and a change is the difference of its two figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from ...graph.fact import Fact
from ...ontology.namespaces import ID, TW
from ..files.value import Site

#: From this power of ten on, numbers are mostly printed in thousands, millions …: rounded.
_SCALE: Final = 3
_BOUNDS: Final = frozenset(
    ID + "comparator/" + n for n in ("more-than", "at-least", "within-first")
)
_EXACTLY: Final = ID + "comparator/exactly"


def lint_figures(stated: Sequence[tuple[Fact, Site]]) -> int:
    """Check that a figure has a value, a unit and a subject."""
    has: dict[str, set[str]] = defaultdict(set)
    places: dict[str, Site] = {}
    for fact, place in stated:
        name = fact.predicate.value.removeprefix(TW)
        if fact.is_active and name in ("value", "rank", "unit", "figureOf"):
            # A rank counts places and needs no unit.
            has[fact.subject.value].update(("value", "unit") if name == "rank" else (name,))
            places.setdefault(fact.subject.value, place)
    for subject, names in has.items():
        if missing := sorted({"value", "unit", "figureOf"} - names):
            places[subject].fault(
                "figure-lacks", figure=_ref(subject), names=missing, check="figures"
            )
    return len(has)


def lint_differences(stated: Sequence[tuple[Fact, Site]]) -> int:
    """Check that a rise or fall is the difference of its two figures, within their rounding.

    Bounds (more than, at least) are not compared. Returns how many were compared.
    """
    numbers: dict[str, dict[str, Decimal]] = defaultdict(dict)
    before: dict[str, str] = {}
    comparators: dict[str, str] = {}
    for fact, _ in stated:
        if not fact.is_active:
            continue
        name = fact.predicate.value.removeprefix(TW)
        if name in ("value", "rank"):
            document = fact.evidence[0].document
            numbers[fact.subject.value][document] = Decimal(fact.object.value)
        elif name == "previousFigure":
            before[fact.subject.value] = fact.object.value
        elif name == "comparator":
            comparators[fact.subject.value] = fact.object.value
    compared = 0
    for fact, place in stated:
        if fact.predicate.value != TW + "differenceOf" or not fact.is_active:
            continue
        change, after = fact.subject.value, fact.object.value
        three = (change, after, before.get(after, ""))
        if any(figure not in numbers for figure in three):
            figure = _ref(after)
            place.fault(
                "change-without-figures", change=_ref(change), figure=figure, check="differences"
            )
            continue
        if any(comparators.get(figure) in _BOUNDS for figure in three):
            continue
        compared += 1
        # Where two documents give a figure two values, it is the one of the change's document.
        said = [_in(fact.evidence[0].document, numbers[figure]) for figure in three]
        told, later, earlier = said
        slack = sum(
            _rounding(number, comparators.get(figure, _EXACTLY))
            for figure, number in zip(three, said, strict=True)
        )
        if abs(abs(later - earlier) - abs(told)) > slack:
            place.fault(
                "wrong-difference",
                change=_ref(change),
                value=str(told),
                earlier=str(earlier),
                later=str(later),
                difference=str(abs(later - earlier)),
                check="differences",
            )
    return compared


def _in(document: str, values: Mapping[str, Decimal]) -> Decimal:
    """The value that the document gives, or else another document."""
    return values[document if document in values else min(values)]


def _rounding(number: Decimal, comparator: str) -> Decimal:
    """How far the number may lie from the true one: half of its last printed digit."""
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    if comparator == _EXACTLY and exponent < _SCALE:
        return Decimal(0)
    return Decimal(10) ** exponent / 2


def _ref(iri: str) -> str:
    return iri.removeprefix(ID)
