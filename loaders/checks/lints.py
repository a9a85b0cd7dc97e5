"""Checks over facts and entities that no single file shows: duplicates, clashes, wrong claims."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import Final

import pyoxigraph as ox

from ...graph.arabic import fold
from ...graph.entity import Entity
from ...graph.fact import Fact
from ...messages.fault import Place
from ...ontology.namespaces import ID, TW
from ...ontology.schema import Schema, local_name
from ..files.value import Site
from .figures import lint_differences, lint_figures

#: The stages from which on an agreement has signatories.
SIGNED_STAGES: Final = frozenset(
    ID + "stage/" + name
    for name in ("signed", "in-force", "under-implementation", "completed", "ended")
)

#: Properties that say that something is done, and what to write where it is not done yet.
_ACCOMPLISHED: Final = {
    "signatory": "use “party” until the text says that it was signed",
    "signedOn": "leave the date out until the text says that it was signed",
    "memberOf": "use “seeksMembershipOf” for a membership that is not held yet",
    "accreditedBy": "use “seeksAccreditationFrom” for one that is not held yet",
}
_NOT_YET: Final = tuple(ox.NamedNode(f"{ID}modality/{name}") for name in ("planned", "expected"))
_DISPUTED: Final = ox.NamedNode(ID + "record-status/disputed")
#: Properties that put things into an order.
ORDERED: Final = ("follows", "partOf", "previousFigure", "subOrganizationOf")


def lint_names(
    entities: Mapping[str, Entity], places: Mapping[str, Site], documents: Set[str] | None
) -> int:
    """Check that no name stands for two entities of one class; returns the names checked.

    A name that holds in some documents only may be shared by entities of other documents;
    ``documents`` are those there are, None if that could not be read.
    """
    owners: dict[tuple[str, str], str] = {}
    checked = 0
    for entity in entities.values():
        for alias in entity.aliases:
            for document in alias.documents:
                if documents is not None and document not in documents:
                    places[entity.ref].fault(
                        f"the name “{alias.name}” is for an unknown document “{document}”",
                        "write the document's slug",
                        "names",
                    )
        names = [entity.ar, entity.en, *(a.name for a in entity.aliases if not a.documents)]
        for name in dict.fromkeys(map(fold, names)):
            checked += 1
            key = (entity.classes[0], name)
            owner = owners.setdefault(key, entity.ref)
            if owner != entity.ref:
                places[entity.ref].fault(
                    f"“{name}” is already a name of {owner}",
                    "if it is the same thing, use that reference; if not, tell the names apart, "
                    "or write {name: …, in: document}",
                    "names",
                )
    return checked


def lint_facts(
    stated: Sequence[tuple[Fact, Site]], schema: Schema, *, is_whole: bool
) -> Counter[str]:
    """Check the facts against each other; returns how many checks each lint performed.

    ``is_whole`` is false where some input was refused already: what a fact lacks is then not
    looked for, because it may stand in what was refused.
    """
    performed: Counter[str] = Counter()
    performed["duplicates"] = _duplicates(stated)
    performed["single values"] = _single_values(stated, schema)
    performed["inferences"] = _inferences(stated)
    if is_whole:
        performed["signatures"] = _signatures(stated)
        performed["figures"] = lint_figures(stated)
        performed["differences"] = lint_differences(stated)
    performed["firmness"] = _firmness(stated)
    performed["loops"] = _loops(stated)
    return performed


def _duplicates(stated: Sequence[tuple[Fact, Site]]) -> int:
    seen: dict[str, Place] = {}
    for fact, value in stated:
        key = fact.evidence[0].iri(fact.iri)
        if key in seen:
            value.fault(
                f"{short(fact)} is already stated with this quote at {seen[key]}",
                "delete one of the two",
                "duplicates",
            )
        seen.setdefault(key, value.place)
    return len(stated)


def _single_values(stated: Sequence[tuple[Fact, Site]], schema: Schema) -> int:
    """A property of one value with two, said by the same document, neither marked disputed.

    A sub-property of such a one counts as that: a rank is a value.
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
                f"{short(fact)}: it has already {_last(other.object.value)} at {place}",
                "a figure has one value; register a second figure for a second number",
                "single values",
            )
    return checked


def _signatures(stated: Sequence[tuple[Fact, Site]]) -> int:
    """A signatory only where the agreement has reached the stage signed, and not just in plans."""
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
                place.fault(
                    f"{_last(fact.subject.value)} has a signatory and no stage from signed on",
                    "use “party” for an agreement that is not signed; else add its stage with "
                    "the words that say so",
                    "signatures",
                )
    return checked


def _inferences(stated: Sequence[tuple[Fact, Site]]) -> int:
    """That two names may be one thing is never what a document says."""
    checked = 0
    for fact, place in stated:
        if fact.predicate.value == TW + "possiblySameAs":
            checked += 1
            modality = fact.qualifier("modality")
            if modality is None or modality.value != ID + "modality/inferred":
                place.fault(
                    f"{short(fact)} can only be inferred",
                    "add “modality: inferred” and a note that says why",
                    "inferences",
                )
    return checked


def _firmness(stated: Sequence[tuple[Fact, Site]]) -> int:
    """What is only planned or expected is no signature, membership or accreditation yet."""
    checked = 0
    for fact, place in stated:
        name = _last(fact.predicate.value)
        if name in _ACCOMPLISHED:
            checked += 1
            modality = fact.qualifier("modality")
            if modality is not None and modality in _NOT_YET:
                place.fault(
                    f"{short(fact)} is stated as {_last(modality.value).partition('/')[2]}",
                    _ACCOMPLISHED[name],
                    "firmness",
                )
    return checked


def _loops(stated: Sequence[tuple[Fact, Site]]) -> int:
    """Nothing is part of itself, follows itself, or has itself as object."""
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
            place.fault(
                f"{short(fact)} leads back to {_last(subject)} itself",
                "check the direction of the facts along the way",
                "loops",
            )
    return len(stated)


def _last(iri: str) -> str:
    return iri.removeprefix(ID) if iri.startswith(ID) else local_name(iri)


def short(fact: Fact) -> str:
    """The fact's triple, as faults name it."""
    return " ".join(_last(part.value) for part in (fact.subject, fact.predicate, fact.object))
