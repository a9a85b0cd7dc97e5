"""Checks across files: duplicates, shared names, conflicting values, stages, circles, figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from ...graph.arabic import fold
from ...graph.entity import Entity
from ...graph.fact import Fact
from ...messages.fault import Place
from ...messages.message import Message
from ...ontology.namespaces import ID, TW
from ...ontology.schema import Schema, local_name
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


#: The stages from which on an agreement has signatories.
SIGNED_STAGES: Final = frozenset(
    ID + "stage/" + name
    for name in ("signed", "in-force", "under-implementation", "completed", "ended")
)

#: Properties of accomplished things, and the remedy where something is only planned.
_ACCOMPLISHED: Final = {
    "signatory": "use-party",
    "signedOn": "omit-date",
    "memberOf": "use-seeks-membership",
    "accreditedBy": "use-seeks-accreditation",
}
#: A denied or conditional signature says that there is none: it needs no other property.
_NOT_YET: Final = tuple(ox.NamedNode(f"{ID}modality/{name}") for name in ("planned", "expected"))
_DISPUTED: Final = ox.NamedNode(ID + "record-status/disputed")
#: Properties that define an order.
ORDERED: Final = ("follows", "partOf", "previousFigure", "subOrganizationOf")
#: What is compared across subjects besides these.
_ACROSS: Final = frozenset((*ORDERED, "value", "rank", "comparator", "differenceOf"))


def lint_names(
    entities: Mapping[str, Entity], places: Mapping[str, Site], documents: Set[str] | None
) -> int:
    """Check that no two entities of a class have the same name; returns the names checked.

    Names that are limited to some documents are not compared, but the documents must exist;
    ``documents`` are the known ones, None if they could not be read.
    """
    owners: dict[tuple[str, str], str] = {}
    checked = 0
    for entity in entities.values():
        for alias in entity.aliases:
            for document in alias.documents:
                if documents is not None and document not in documents:
                    places[entity.ref].fault(
                        "name-of-unknown-document",
                        name=alias.name,
                        document=document,
                        check="names",
                    )
        names = [entity.ar, entity.en, *(a.name for a in entity.aliases if not a.documents)]
        for name in dict.fromkeys(map(fold, names)):
            checked += 1
            key = (entity.classes[0], name)
            owner = owners.setdefault(key, entity.ref)
            if owner != entity.ref:
                places[entity.ref].fault("name-taken", name=name, owner=owner, check="names")
    return checked


def lint_facts(
    stated: Sequence[tuple[Fact, Site]], schema: Schema, *, is_whole: bool
) -> Counter[str]:
    """Check the facts against each other; returns how many checks each lint performed.

    ``is_whole`` is false if some input was refused: missing facts are then not reported, as they
    may be in there.
    """
    performed = lint_subjects(stated, schema, is_whole=is_whole)
    if is_whole:
        performed["differences"] = lint_differences(stated)
    performed["loops"] = lint_loops(stated)
    return performed


def lint_subjects(
    stated: Sequence[tuple[Fact, Site]], schema: Schema, *, is_whole: bool
) -> Counter[str]:
    """The checks of :func:`lint_facts` that compare only facts about the same subject."""
    performed: Counter[str] = Counter()
    performed["duplicates"] = _duplicates(stated)
    performed["single values"] = _single_values(stated, schema)
    performed["inferences"] = _inferences(stated)
    if is_whole:
        performed["signatures"] = _signatures(stated)
        performed["figures"] = lint_figures(stated)
    performed["firmness"] = _firmness(stated)
    return performed


def is_compared_across(fact: Fact) -> bool:
    """Whether the fact matters to a check that compares facts about different subjects."""
    name = _last(fact.predicate.value)
    return name in _ACROSS or fact.subject == fact.object


def _duplicates(stated: Sequence[tuple[Fact, Site]]) -> int:
    seen: dict[str, Place] = {}
    for fact, value in stated:
        key = fact.evidence[0].iri(fact.iri)
        if key in seen:
            where = str(seen[key])
            value.fault("duplicate-fact", fact=short(fact), place=where, check="duplicates")
        seen.setdefault(key, value.place)
    return len(stated)


def _single_values(stated: Sequence[tuple[Fact, Site]], schema: Schema) -> int:
    """Check that no document gives a single-valued property two values, unless one is disputed.

    A sub-property counts as the single-valued one: a rank is a value.
    """
    by_iri = {item.iri: item for item in schema.properties.values()}

    def single_of(iri: str) -> str | None:
        item = by_iri.get(iri)
        if item is None:
            return None
        if item.is_single:
            return iri
        return next(filter(None, map(single_of, item.supers)), None)

    first: dict[tuple[str, str, str], tuple[Fact, Place]] = {}
    checked = 0
    for fact, value in stated:
        single = single_of(fact.predicate.value)
        if single is None or not fact.is_active or fact.qualifier("recordStatus") == _DISPUTED:
            continue
        checked += 1
        key = (fact.subject.value, single, fact.evidence[0].document)
        other, place = first.setdefault(key, (fact, value.place))
        if other.object != fact.object:
            value.fault(
                "second-value",
                fact=short(fact),
                value=_last(other.object.value),
                place=str(place),
                check="single values",
            )
    return checked


def _signatures(stated: Sequence[tuple[Fact, Site]]) -> int:
    """Check that agreements with signatories have reached the stage signed, not only in plans."""
    signed = {
        fact.subject
        for fact, _ in stated
        if fact.predicate.value == TW + "stage"
        and fact.object.value in SIGNED_STAGES
        and fact.is_active
        and not fact.is_prospect
    }
    checked = 0
    for fact, place in stated:
        if fact.predicate.value == TW + "signatory" and fact.is_premise:
            checked += 1
            if fact.subject not in signed:
                agreement = _last(fact.subject.value)
                place.fault("signatory-of-unsigned", agreement=agreement, check="signatures")
    return checked


def _inferences(stated: Sequence[tuple[Fact, Site]]) -> int:
    """Check that possible identity is inferred: no document states it."""
    checked = 0
    for fact, place in stated:
        if fact.predicate.value == TW + "possiblySameAs":
            checked += 1
            modality = fact.qualifier("modality")
            if modality is None or modality.value != ID + "modality/inferred":
                place.fault("only-inferred", fact=short(fact), check="inferences")
    return checked


def _firmness(stated: Sequence[tuple[Fact, Site]]) -> int:
    """Check that no signature, membership or accreditation is only planned or expected."""
    checked = 0
    for fact, place in stated:
        name = _last(fact.predicate.value)
        if name in _ACCOMPLISHED:
            checked += 1
            modality = fact.qualifier("modality")
            if modality is not None and modality in _NOT_YET:
                stated_as = _last(modality.value).partition("/")[2]
                remedy = Message(_ACCOMPLISHED[name])
                place.fault(
                    "not-done-yet",
                    fact=short(fact),
                    modality=stated_as,
                    check="firmness",
                    remedy=remedy,
                )
    return checked


def lint_loops(stated: Sequence[tuple[Fact, Site]]) -> int:
    """Check that nothing is part of itself, follows itself, or is its own object."""
    after: dict[tuple[str, str], set[str]] = defaultdict(set)
    for fact, _ in stated:
        if fact.is_active and _last(fact.predicate.value) in ORDERED:
            after[fact.predicate.value, fact.subject.value].add(fact.object.value)
    for fact, place in stated:
        predicate, subject = fact.predicate.value, fact.subject.value
        seen: set[str] = set()
        ahead = {fact.object.value}
        is_ordered = fact.is_active and _last(predicate) in ORDERED
        while is_ordered and ahead and subject not in ahead:
            seen |= ahead
            ahead = {new for old in ahead for new in after[predicate, old]} - seen
        if subject in ahead:
            place.fault("loop", fact=short(fact), thing=_last(subject), check="loops")
    return len(stated)


def _last(iri: str) -> str:
    return iri.removeprefix(ID) if iri.startswith(ID) else local_name(iri)


def short(fact: Fact) -> str:
    """The fact's triple in the form that messages use."""
    return " ".join(_last(part.value) for part in (fact.subject, fact.predicate, fact.object))
