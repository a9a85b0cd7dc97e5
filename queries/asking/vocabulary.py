"""What the ontology says of its terms: domains, ranges, inverses and superclasses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from ...graph.store import Store, Term, select
from ...ontology.schema import is_own, local_name
from ..prefixes import with_prefixes

_PROPERTIES: Final = """
SELECT ?property ?domain ?range ?inverse WHERE {
  ?property a owl:ObjectProperty .
  OPTIONAL { ?property rdfs:domain ?domain }
  OPTIONAL { ?property rdfs:range ?range }
  OPTIONAL { ?property owl:inverseOf ?inverse }
}"""
_CLASSES: Final = """
SELECT ?class ?above WHERE { ?class a owl:Class . OPTIONAL { ?class rdfs:subClassOf ?above } }"""


class Vocabulary:
    """The classes and properties of a graph's ontology, by local name."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def iris(self) -> Mapping[str, str]:
        """The IRI of each class and property."""
        return {**self._class_iris, **{name: iri for name, (iri, *_) in self._properties.items()}}

    @cached_property
    def _properties(self) -> Mapping[str, tuple[str, str, str, str]]:
        found = {}
        for row in select(self._store, with_prefixes(_PROPERTIES, self._store)):
            iri = row["property"].value
            if is_own(iri):
                domain, range_, inverse = (
                    local_name(row[key].value) if key in row else ""
                    for key in ("domain", "range", "inverse")
                )
                found[local_name(iri)] = iri, domain, range_, inverse
        return found

    @cached_property
    def _class_rows(self) -> list[Mapping[str, Term]]:
        return list(select(self._store, with_prefixes(_CLASSES, self._store)))

    @cached_property
    def _class_iris(self) -> Mapping[str, str]:
        return {
            local_name(row["class"].value): row["class"].value
            for row in self._class_rows
            if is_own(row["class"].value)
        }

    @cached_property
    def above(self) -> Mapping[str, frozenset[str]]:
        """Each class with all classes above it and itself."""
        direct: dict[str, set[str]] = defaultdict(set)
        for row in self._class_rows:
            name = local_name(row["class"].value)
            direct[name].add(name)
            if "above" in row:
                direct[name].add(local_name(row["above"].value))
        found: dict[str, frozenset[str]] = {}

        def climb(name: str) -> frozenset[str]:
            if name not in found:
                found[name] = frozenset({name})
                found[name] = frozenset({name}).union(
                    *(climb(parent) for parent in direct.get(name, ()) if parent != name)
                )
            return found[name]

        for name in list(direct):
            climb(name)
        return found

    def is_class(self, name: str) -> bool:
        """Whether there is a class of that local name."""
        return name in self._class_iris

    def forward(self, name: str) -> tuple[str, str, str] | None:
        """The property, its domain and its range; of an inverse, those of what it inverts."""
        known = self._properties.get(name)
        if known is None:
            return None
        _, domain, range_, inverse = known
        if inverse and not self._is_forward(name):
            return self.forward(inverse)
        return name, domain, range_

    def _is_forward(self, name: str) -> bool:
        """Facts are stated by the property that other properties are declared the inverse of."""
        return not self._properties[name][3]

    @cached_property
    def symmetric(self) -> frozenset[str]:
        """The properties that hold both ways."""
        query = "SELECT ?property WHERE { ?property a owl:SymmetricProperty }"
        rows = select(self._store, with_prefixes(query, self._store))
        return frozenset(local_name(row["property"].value) for row in rows)

    def fits(self, one: str, other: str) -> bool:
        """Whether one class lies under the other or above it."""
        return other in self.above.get(one, ()) or one in self.above.get(other, ())
