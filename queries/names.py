"""Entity lookup by slug, IRI or name in either language."""

from __future__ import annotations

from collections.abc import Set
from functools import cached_property
from typing import Final

from ..graph.arabic import fold
from ..graph.errors import UnknownNameError
from ..graph.name_index import Candidate, NameIndex
from ..graph.store import Store, select
from ..messages.message import has_words
from ..ontology.namespaces import DOCUMENT, ID, TW
from ..ontology.schema import class_slug, is_own
from .labels import IRI, short_iri

_NAMES: Final = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?name ?weak WHERE {
  { ?thing rdfs:label ?name } UNION { ?thing skos:altLabel ?name }
  UNION { ?thing skos:hiddenLabel ?name BIND(true AS ?weak) }
}"""
_CLASSES: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?class WHERE { ?class a owl:Class }"""
_TYPED: Final = "SELECT ?thing WHERE {{ ?thing a <{kind}> }}"


class Names:
    """Finds entities by slug, IRI or name in either language."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._by_class: dict[str, frozenset[str]] = {}

    @cached_property
    def _index(self) -> NameIndex:
        """Entities and documents by slug and name."""
        index = NameIndex()
        for row in select(self.store, _NAMES):
            iri, name = row["thing"].value, row["name"].value
            if not iri.startswith((ID, DOCUMENT)):
                continue
            if "weak" in row:
                index.add_limited(iri, name)
            else:
                index.add(iri, [name], (short_iri(iri), iri.rpartition("/")[2]))
        return index

    def _members(self, kind: str | None) -> frozenset[str] | None:
        """The members of a class, given by slug; of several joined by ``|``; None for any class."""
        if kind is None:
            return None
        if "|" in kind:
            each = [self._members(one) or frozenset() for one in kind.split("|")]
            return frozenset().union(*each)
        if kind not in self._by_class:
            name = "".join(part.capitalize() for part in kind.split("-"))
            name = "SourceDocument" if name == "Document" else name
            self._by_class[kind] = self._of_class(TW + name) or self._of_class(self._own(kind))
        return self._by_class[kind]

    def _of_class(self, iri: str) -> frozenset[str]:
        rows = select(self.store, _TYPED.format(kind=iri))
        return frozenset(row["thing"].value for row in rows)

    def _own(self, kind: str) -> str:
        """The collection class with this slug, or a class without members."""
        classes = (row["class"].value for row in select(self.store, _CLASSES))
        found = (iri for iri in classes if is_own(iri) and class_slug(iri) == kind)
        return min(found, default=TW + "None")

    def members(self, kind: str) -> list[str]:
        """The IRIs of the members of a class, given by slug, sorted; of several joined by ``|``."""
        return sorted(self._members(kind) or ())

    def spelled(self) -> list[tuple[str, str]]:
        """Every name of an entity or a document as it is spelled, with the IRI."""
        found = ((row["name"].value, row["thing"].value) for row in select(self.store, _NAMES))
        return [(name, iri) for name, iri in found if iri.startswith((ID, DOCUMENT))]

    def find(self, name: str, kind: str | None = None) -> list[str]:
        """The IRIs that the name may refer to, best match first; empty if none.

        ``kind`` is a class slug that limits the search. An IRI or slug ranks above a name, a
        name above one used in some documents only.
        """
        allowed = self._members(kind)
        text = name.strip().removeprefix("<").removesuffix(">")
        # What is no IRI would end the brackets that it is put between in a query.
        if IRI.fullmatch(text) and (allowed is None or text in allowed):
            return [text]
        return self._index.find(text, allowed)

    def candidates(self, name: str, allowed: Set[str] | None = None) -> list[Candidate]:
        """The entities and documents that a name, slug or IRI may stand for, best first."""
        if IRI.fullmatch(name):
            return [Candidate(iri, "same", 1.0) for iri in self.find(name)
                    if allowed is None or iri in allowed]  # fmt: skip
        return self._index.candidates(name, allowed)

    def get(self, name: str, kind: str | None = None) -> str:
        """The IRI that the name refers to. Raises ``UnknownNameError`` if none or several."""
        found = self.find(name, kind)
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownNameError(name, "kind-single-entity", [short_iri(iri) for iri in found])
        kinds = (kind or "entity").split("|")
        # A class of a collection's own ontology is referred to by its slug.
        wanted = [f"kind-{one}" if has_words(f"kind-{one}") else one for one in kinds]
        if others := [short_iri(iri) for iri in self.find(name)] if kind else []:
            raise UnknownNameError(name, wanted, others=others)
        raise UnknownNameError(name, wanted, self.near(name, kind))

    def containing(self, text: str) -> list[str]:
        """The IRIs of entities with a name that has every word of the text, closest names first.

        A word may be the beginning of one, after whole words; the Arabic article does not count.
        """
        words = [_bare(word) for word in fold(text).split()]
        found: dict[str, tuple[bool, bool, int]] = {}
        for name, iris, is_limited in self._index.names():
            parts = [_bare(part) for part in name.split()]
            if words and all(any(p.startswith(word) for p in parts) for word in words):
                for iri in iris:
                    rank = (not {*words} <= {*parts}, is_limited, len(name))
                    found[iri] = min(found.get(iri, rank), rank)
        return sorted(found, key=lambda iri: (found[iri], iri))

    def near(self, name: str, kind: str | None = None) -> list[str]:
        """Up to three short IRIs of entities with the most similar names."""
        return [short_iri(iri) for iri in self._index.near(name, self._members(kind))]


def _bare(word: str) -> str:
    """A folded word without the Arabic article."""
    return word.removeprefix("ال") if len(word) > 4 else word
