"""Find references, classes and predicates by what people call them, in one stack of collections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from ...graph.arabic import fold
from ...graph.errors import UnknownNameError
from ...graph.name_index import NameIndex
from ...ontology.namespaces import BASE, DOCUMENT, ID, SKOS, TW
from ...ontology.schema import local_name
from ..collection import Collection, classes_of
from ..entities import registrable

_ACTOR: Final = frozenset({TW + "Actor"})
_LABELS: Final = (SKOS + "altLabel",)


class References:
    """Finds references by slug, IRI or any name in either language.

    :meth:`register` adds those of entities that are only about to be registered.
    """

    def __init__(self, known: Collection) -> None:
        self.known = known
        self.classes: dict[str, frozenset[str]] = classes_of(known.schema, known.entities)
        self.index = NameIndex()
        schema = known.schema
        for ref in schema.concepts:
            labels = [schema.label(ID + ref, language) for language in ("ar", "en")]
            labels += [name for key in _LABELS for name in schema.values(ID + ref, key)]
            self.register(ref, self.classes[ref], labels)
        for ref, entity in known.entities.items():
            plain = [alias.name for alias in entity.aliases if not alias.documents]
            self.register(ref, entity.kinds, [entity.ar, entity.en, *plain])
            for alias in entity.aliases:
                if alias.documents:
                    self.index.add_limited(ref, alias.name)
        self._documents = {
            fold(name): item.slug
            for item in known.documents.values()
            for name in (item.ar, item.en, item.file)
        }

    def register(self, ref: str, classes: frozenset[str], names: Iterable[str]) -> None:
        """Make an entity known by its reference and its names."""
        self.classes[ref] = classes
        self.index.add(ref, names, (ref, ref.rpartition("/")[2]))

    def find(self, name: str) -> list[str]:
        """The references that a name may stand for: a reference or slug above a name."""
        return self.index.find(name.strip().removeprefix("<").removesuffix(">").removeprefix(ID))

    def fact(self, given: Mapping[str, str]) -> dict[str, str]:
        """The triple and the qualifiers as files write them.

        A name of nothing is handed on as it is, for the loaders to refuse. Raises
        ``UnknownNameError`` where a name is close to others, or is one of several entities'.
        """
        predicate = self.predicate(given["predicate"])
        item = self.known.schema.properties.get(predicate)
        said = {**given, "predicate": predicate}
        said["subject"] = self.entity(given["subject"], item.domains if item else frozenset())
        if item is None or item.datatype is None:
            said["object"] = self.entity(given["object"], item.ranges if item else frozenset())
        for key in ("statedBy", "onBehalfOf"):
            if key in given:
                said[key] = self.entity(given[key], _ACTOR)
        return said

    def entity(self, name: str, wanted: frozenset[str] = frozenset()) -> str:
        """The reference of an entity; of several with the name, the one of a wanted class."""
        found = self.find(name)
        if len(found) > 1:
            found = [ref for ref in found if self.classes.get(ref, frozenset()) & wanted] or found
        if len(found) == 1:
            return found[0]
        near = found or self.index.near(name)
        if near:
            raise UnknownNameError(name, "kind-single-entity" if found else "kind-entity", near)
        return name

    def document(self, name: str) -> str:
        """The slug of a document, given by slug, title or file."""
        slug = name.removeprefix(DOCUMENT).removeprefix(BASE)
        if slug in self.known.documents:
            return slug
        return self._documents.get(fold(name), name)

    def class_slug(self, name: str) -> str:
        """The slug of a class that entities can be registered in, given by name or label.

        Raises ``UnknownNameError`` where there is none.
        """
        schema = self.known.schema
        known = registrable(schema)
        named = {
            fold(called): slug
            for slug, iri in known.items()
            for called in (slug, local_name(iri), *(schema.label(iri, x) for x in ("ar", "en")))
        }
        if fold(name) not in named:
            close = get_close_matches(fold(name), named)
            raise UnknownNameError(
                name, "kind-class", dict.fromkeys(named[called] for called in close)
            )
        return named[fold(name)]

    def predicate(self, name: str) -> str:
        """The local name of the property that is called so in either language.

        Raises ``UnknownNameError`` where a label is only close.
        """
        schema = self.known.schema
        bare = name.strip().removeprefix("tw:")
        if bare in schema.properties:
            return bare
        known = {
            fold(called): item.name
            for item in schema.properties.values()
            for called in (item.name, *(schema.label(item.iri, x) for x in ("ar", "en")))
        }
        wanted = fold(bare)
        if wanted not in known and (near := get_close_matches(wanted, known)):
            raise UnknownNameError(
                name, "kind-predicate", dict.fromkeys(known[called] for called in near)
            )
        return known.get(wanted, bare)
