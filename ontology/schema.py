"""What the ontology says, in the form that the loaders and the derivation work with."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from .namespaces import ID, OUTSIDE, OWL, RDF, RDFS, SCHEMA, TW

HERE: Final = Path(__file__).parent
#: The bundled ontology, in the order in which it is read.
FILES: Final = tuple(HERE / name for name in ("cooperation.ttl", "areas.ttl", "units.ttl"))
#: The types of what a file defines as its own.
TERM_TYPES: Final = frozenset(
    OWL + name for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
)


def local_name(iri: str) -> str:
    """The part of an IRI after its namespace.

    >>> local_name("https://example.org/my/fundedThrough")
    'fundedThrough'
    """
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]


def namespace_of(iri: str) -> str:
    """The part of an IRI before its local name."""
    return iri[: len(iri) - len(local_name(iri))]


def is_own(iri: str) -> bool:
    """Whether a term is ours or a collection's, and not of a vocabulary outside."""
    return iri.startswith(TW) or not iri.startswith(OUTSIDE)


def class_slug(iri: str) -> str:
    """The first part of the reference of a class's members.

    >>> class_slug("https://w3id.org/taawun/ontology#MemorandumOfUnderstanding")
    'memorandum-of-understanding'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "-", local_name(iri)).lower()


@dataclass(frozen=True, slots=True)
class Property:
    """A property as the loaders need it; classes and properties are IRIs.

    ``domains`` and ``ranges`` are the classes of which the subject and the object must have at
    least one (``schema:domainIncludes`` where given, else ``rdfs:domain``). ``datatype`` is the
    datatype IRI of a literal, None where the object is an entity.
    """

    iri: str
    domains: frozenset[str]
    ranges: frozenset[str]
    datatype: str | None
    inverse_of: str | None
    supers: tuple[str, ...]
    is_symmetric: bool
    is_transitive: bool
    is_functional: bool
    #: Whether a thing has one value of it, or one in each document.
    is_single: bool

    @property
    def name(self) -> str:
        """The local name."""
        return local_name(self.iri)


class Schema:
    """Classes, properties and concepts of the ontology, by name."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples: Final = tuple(triples)
        self._objects: dict[tuple[str, str], list[ox.NamedNode | ox.Literal]] = defaultdict(list)
        for triple in self.triples:
            if isinstance(triple.object, (ox.NamedNode, ox.Literal)) and isinstance(
                triple.subject, ox.NamedNode
            ):
                key = (triple.subject.value, triple.predicate.value)
                self._objects[key].append(triple.object)

    @classmethod
    def load(cls, files: Iterable[Path] = FILES) -> Schema:
        """Read Turtle files. Raises ``SyntaxError`` and ``OSError`` as the parser does."""
        # Ours do not change while the program runs.
        return _ours() if files is FILES else cls._read(files)

    @classmethod
    def _read(cls, files: Iterable[Path]) -> Schema:
        return cls(
            ox.Triple(quad.subject, quad.predicate, quad.object)
            for file in files
            for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE)
        )

    def values(self, subject: str, predicate: str) -> list[str]:
        """The objects of a subject and a predicate, as strings."""
        return [term.value for term in self._objects.get((subject, predicate), ())]

    def _of_type(self, *types: str) -> Iterator[str]:
        wanted = {OWL + name for name in types}
        for (subject, predicate), objects in self._objects.items():
            if predicate == RDF + "type" and any(o.value in wanted for o in objects):
                yield subject

    @cached_property
    def classes(self) -> dict[str, str]:
        """Class slug → IRI, for the classes whose members can be referred to."""
        return {class_slug(iri): iri for iri in self._of_type("Class") if is_own(iri)}

    @cached_property
    def properties(self) -> dict[str, Property]:
        """Local name → property."""
        found = (
            self._property(iri)
            for iri in self._of_type("ObjectProperty", "DatatypeProperty")
            if is_own(iri)
        )
        return {item.name: item for item in found}

    def _property(self, iri: str) -> Property:
        types = set(self.values(iri, RDF + "type"))
        ranges = self.values(iri, RDFS + "range")
        is_literal = OWL + "DatatypeProperty" in types
        inverse = self.values(iri, OWL + "inverseOf")
        return Property(
            iri=iri,
            domains=frozenset(
                self.values(iri, SCHEMA + "domainIncludes") or self.values(iri, RDFS + "domain")
            ),
            ranges=frozenset(self.values(iri, SCHEMA + "rangeIncludes") or ranges),
            datatype=ranges[0] if is_literal and ranges else None,
            inverse_of=inverse[0] if inverse else None,
            supers=tuple(p for p in self.values(iri, RDFS + "subPropertyOf") if is_own(p)),
            is_symmetric=OWL + "SymmetricProperty" in types,
            is_transitive=OWL + "TransitiveProperty" in types,
            is_functional=OWL + "FunctionalProperty" in types,
            is_single=OWL + "FunctionalProperty" in types
            or "true" in self.values(iri, TW + "onePerDocument"),
        )

    def superclasses(self, iri: str) -> frozenset[str]:
        """The class itself and every class above it."""
        if iri not in self._superclasses:
            self._superclasses[iri] = self._upwards(iri, RDFS + "subClassOf")
        return self._superclasses[iri]

    def kinds(self, classes: tuple[str, ...]) -> frozenset[str]:
        """The classes and all above them but for outside ones: one set for all their members."""
        if classes not in self._kinds:
            above = (up for iri in classes for up in self.superclasses(iri))
            self._kinds[classes] = frozenset(filter(is_own, above))
        return self._kinds[classes]

    def superproperties(self, iri: str) -> frozenset[str]:
        """The property itself and every property above it."""
        return self._upwards(iri, RDFS + "subPropertyOf")

    def _upwards(self, iri: str, predicate: str) -> frozenset[str]:
        found: set[str] = set()
        waiting = [iri]
        while waiting:
            term = waiting.pop()
            if term not in found:
                found.add(term)
                waiting += self.values(term, predicate)
        return frozenset(found)

    @cached_property
    def _superclasses(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _kinds(self) -> dict[tuple[str, ...], frozenset[str]]:
        return {}

    @cached_property
    def concepts(self) -> dict[str, frozenset[str]]:
        """Reference → classes, for everything that the ontology's own files name as a value."""
        return {
            subject[len(ID) :]: frozenset(
                above
                for kind in map(str, self.values(subject, RDF + "type"))
                for above in self.superclasses(kind)
            )
            for subject, predicate in list(self._objects)
            if subject.startswith(ID) and predicate == RDF + "type"
        }

    def label(self, iri: str, language: str) -> str:
        """The label in a language, or the IRI's last part."""
        return self._text(iri, RDFS + "label", language) or local_name(iri)

    def comment(self, iri: str, language: str) -> str:
        """The comment in a language, empty if there is none."""
        return self._text(iri, RDFS + "comment", language)

    def _text(self, iri: str, predicate: str, language: str) -> str:
        for term in self._objects.get((iri, predicate), ()):
            if isinstance(term, ox.Literal) and term.language == language:
                return term.value
        return ""


@cache
def _ours() -> Schema:
    return Schema._read(FILES)
