"""Resolve the names in a command to the references and local names that files use."""

from __future__ import annotations

from difflib import get_close_matches

from ..graph.arabic import fold
from ..graph.errors import UnknownNameError
from ..loaders.collection import Collection
from ..loaders.entities import registrable
from ..ontology.namespaces import ID, TW
from ..ontology.schema import local_name
from ..queries.labels import short_iri
from ..queries.names import Names

_ACTOR = frozenset({TW + "Actor"})


class Words:
    """Finds references by slug, IRI or any name in either language, in one stack of collections."""

    def __init__(self, names: Names, known: Collection) -> None:
        self._names, self._known = names, known

    def fact(self, given: dict[str, str]) -> dict[str, str]:
        """The triple and the qualifiers as files write them.

        A name of nothing is handed on as it is, for the loaders to refuse. Raises
        ``UnknownNameError`` where a name is close to others, or is one of several entities'.
        """
        properties = self._known.schema.properties
        predicate = self.predicate(given["predicate"])
        item = properties.get(predicate)
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
        found = [iri for iri in self._names.find(name) if iri.startswith(ID)]
        if len(found) > 1:
            classes = self._known.classes
            found = [iri for iri in found if classes.get(iri, frozenset()) & wanted] or found
        if len(found) == 1:
            return short_iri(found[0])
        near = [short_iri(iri) for iri in found] or self._names.near(name)
        if near:
            raise UnknownNameError(name, "kind-single-entity" if found else "kind-entity", near)
        return name

    def document(self, name: str) -> str:
        """The slug of a document."""
        found = self._names.find(name, "document")
        return short_iri(found[0]).removeprefix("doc:") if len(found) == 1 else name

    def class_slug(self, name: str) -> str:
        """The slug of a class that entities can be registered in, given by name or label.

        Raises ``UnknownNameError`` where there is none.
        """
        schema = self._known.schema
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
        schema = self._known.schema
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
