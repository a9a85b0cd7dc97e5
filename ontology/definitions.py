"""What the Turtle files of a collection may say: definitions, and no fact.

A fact needs a quote. So a file says only what its own terms are, and no term makes a fact that is
stated with one of our properties imply another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from functools import cache
from typing import Final

import pyoxigraph as ox

from ..messages.fault import Fault, Place, remedy_of
from ..messages.message import Message, Part
from .namespaces import ID, OUTSIDE, OWL, RDF, RDFS, SCHEMA, SKOS, TW
from .schema import TERM_TYPES, Schema
from .turtle_file import Source, names_it

VANN: Final = "http://purl.org/vocab/vann/"
#: What OWL may be used to say: the rest leads out of OWL 2 RL, merges things or fetches files.
OWL_ALLOWED: Final = frozenset(
    OWL + name
    for name in (
        "inverseOf", "disjointWith", "propertyDisjointWith", "differentFrom",
        "deprecated", "versionInfo", "versionIRI",
    )
)  # fmt: skip
#: What a definition consists of. Everything else would be a statement of fact without a quote.
_DEFINING: Final = frozenset(
    (
        RDF + "type",
        *(RDFS + n for n in (
            "label", "comment", "subClassOf", "subPropertyOf", "domain", "range", "isDefinedBy",
            "seeAlso",
        )),
        *(SKOS + n for n in (
            "inScheme", "topConceptOf", "broader", "prefLabel", "altLabel", "notation",
            "definition", "scopeNote", "example", "exactMatch", "closeMatch", "broadMatch",
            "narrowMatch", "relatedMatch",
        )),
        *(SCHEMA + n for n in ("domainIncludes", "rangeIncludes")),
        *(TW + n for n in ("cue", "notCue", "onePerDocument")),
        *(VANN + n for n in ("preferredNamespacePrefix", "preferredNamespaceUri")),
        *(f"http://purl.org/dc/terms/{n}" for n in (
            "title", "description", "license", "creator", "issued", "modified",
        )),
    )
)  # fmt: skip
_TYPE: Final = RDF + "type"
#: By which a property of its own implies further facts.
_CHARACTERISTICS: Final = frozenset(
    OWL + name for name in ("SymmetricProperty", "TransitiveProperty")
)
#: The types of a class or property; it is nothing else besides.
_TYPES_OF_TERMS: Final = frozenset(
    OWL + name
    for name in (
        "Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "FunctionalProperty",
        "InverseFunctionalProperty", "SymmetricProperty", "AsymmetricProperty",
        "TransitiveProperty", "IrreflexiveProperty",
    )
)  # fmt: skip


class Definitions:
    """The triples of some files, held to what definitions may say.

    ``told`` gives a part of a message with the files' prefixes.
    """

    def __init__(
        self, sources: Sequence[Source], ours: Schema, told: Callable[[Part], Part]
    ) -> None:
        self._sources, self._ours, self._told = sources, ours, told
        self._schema = Schema([*ours.triples, *(t for s in sources for t in s.triples)])

    def statements(self, reported: Set[Place]) -> Iterator[Fault]:
        """A file defines terms and says nothing else: a fact needs a quote.

        A term belongs to the first file that gives it a type. ``reported`` has the places of
        subjects that have faults already.
        """
        ours = {str(getattr(t.subject, "value", "")) for t in self._ours.triples}
        said = {str(triple) for triple in self._ours.triples}
        owners: dict[str, Source] = {}
        for source in self._sources:
            for triple in source.triples:
                if isinstance(triple.subject, ox.NamedNode) and triple.predicate.value == _TYPE:
                    owners.setdefault(triple.subject.value, source)
        for source in self._sources:
            nested = {t.object for t in source.triples if isinstance(t.object, ox.BlankNode)}
            line_of = cache(source.line_of)
            for triple, line in zip(source.triples, source.lines, strict=True):
                subject = triple.subject
                if not isinstance(subject, ox.NamedNode):
                    # A blank node below a term is reported by the rules for our own files.
                    is_own = triple.predicate.value in _DEFINING and subject in nested
                elif subject.value in ours or str(triple) in said:
                    # Reported already, or a repetition.
                    continue
                elif Place(source.name, line_of(subject.value)) in reported:
                    continue
                else:
                    is_own = owners.get(subject.value) is source
                if wrong := self._beyond(triple, is_own=is_own):
                    yield self._statement(Place(source.name, line), wrong, triple)

    def _beyond(self, triple: ox.Triple, *, is_own: bool) -> str | None:
        """The code of what makes a triple more than a part of a definition; None if it is one."""
        if not is_own:
            return "not-a-definition"
        predicate = triple.predicate.value
        kind = getattr(triple.object, "value", "")
        if predicate not in _DEFINING and predicate not in OWL_ALLOWED:
            return "predicate-defines-nothing"
        if isinstance(triple.object, ox.Triple):
            return "predicate-defines-nothing"
        if not isinstance(triple.subject, ox.NamedNode):
            return None
        iri = triple.subject.value
        is_value = iri.startswith(ID)
        if not is_value and iri.startswith(OUTSIDE):
            # An outside term is declared, so that terms can specialise it, and not described.
            allowed = predicate in (_TYPE, RDFS + "label", RDFS + "isDefinedBy")
            is_term = predicate != _TYPE or kind in TERM_TYPES
            return None if allowed and is_term else "not-a-definition"
        if predicate != _TYPE:
            return None
        if is_value:
            is_kind = (
                kind == SKOS + "ConceptScheme"
                or SKOS + "Concept" in self._schema.superclasses(kind)
            )
        else:
            is_kind = kind in _TYPES_OF_TERMS or kind in (OWL + "Ontology", RDFS + "Class")
        return None if is_kind else "entity-among-terms"

    def implications(self) -> Iterator[Fault]:
        """No property of a collection leads from one of our properties to another.

        A fact stated with ours would imply a second one that no quote states: by the inverse of
        an inverse, a property above it, symmetry or transitivity.
        """
        ours = {item.iri for item in self._ours.properties.values()}
        beside: dict[str, set[str]] = defaultdict(set)
        for subject, other in self._inverses():
            if subject not in ours:
                beside[subject].add(other)
                beside[other].add(subject)
        seen: set[str] = set()
        for start in sorted(beside.keys() - ours):
            if start in seen:
                continue
            group, waiting, links = {start}, [start], set[str]()
            while waiting:
                for other in beside[waiting.pop()]:
                    if other in ours:
                        links.add(other)
                    elif other not in group:
                        group.add(other)
                        waiting.append(other)
            seen |= group
            if not links:
                continue
            for iri in sorted(group):
                more = self._schema.values(iri, RDFS + "subPropertyOf")
                more += [k for k in self._schema.values(iri, _TYPE) if k in _CHARACTERISTICS]
                if len(links) > 1:
                    more += sorted(links)
                if more:
                    source = next(
                        s for s in self._sources if any(names_it(t, iri) for t in s.triples)
                    )
                    names = self._told((*sorted(links), *more))
                    parts = {"term": self._told(iri), "names": names}
                    yield _fault(
                        Place(source.name, source.line_of(iri)), "implies-without-quote", parts
                    )

    def _inverses(self) -> Iterator[tuple[str, str]]:
        for source in self._sources:
            for triple in source.triples:
                one, other = triple.subject, triple.object
                is_inverse = triple.predicate.value == OWL + "inverseOf"
                if is_inverse and isinstance(one, ox.NamedNode) and isinstance(other, ox.NamedNode):
                    yield one.value, other.value

    def _statement(self, place: Place, code: str, triple: ox.Triple) -> Fault:
        subject = triple.subject.value if isinstance(triple.subject, ox.NamedNode) else "[ ]"
        value = (
            "[ ]" if isinstance(triple.object, (ox.BlankNode, ox.Triple)) else triple.object.value
        )
        parts = {"term": subject, "predicate": triple.predicate.value, "value": value}
        return _fault(place, code, {name: self._told(part) for name, part in parts.items()})


def _fault(place: Place, code: str, parts: dict[str, Part]) -> Fault:
    return Fault(place, Message(code, **parts), remedy_of(code, parts), "ontology")
