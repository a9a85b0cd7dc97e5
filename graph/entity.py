"""The entity: a subject of facts, with all its names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from ..ontology.namespaces import GRAPH_ENTITIES, ID, RDF, RDFS, SKOS


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of an entity; ``documents`` limits it to certain documents."""

    name: str
    documents: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """``ar`` for a name with an Arabic letter, else ``en``."""
        return "ar" if any("\u0600" <= char <= "\u06ff" for char in self.name) else "en"


@dataclass(frozen=True, slots=True)
class Entity:
    """A registered entity: its reference ``class-slug/slug``, names, classes and alignments."""

    ref: str
    ar: str
    en: str
    classes: tuple[str, ...]  # IRIs of the most specific classes
    aliases: tuple[Alias, ...] = ()
    attributes: tuple[tuple[str, ox.NamedNode | ox.Literal], ...] = ()  # predicate IRI, value
    kinds: frozenset[str] = field(default=frozenset(), repr=False)  # with their superclasses

    @property
    def iri(self) -> str:
        """The entity's IRI."""
        return ID + self.ref

    def lines(self) -> Iterator[str]:
        """N-Quads of the entity, in the register's graph and in the plain view.

        Superclasses are written out, so that a question may ask for any of them. A name limited to
        some documents is a hidden label: search finds it, but it is never displayed as a name of
        the entity.
        """
        kinds = sorted(self.kinds.union(self.classes))
        triples = [f"<{self.iri}> <{RDF}type> <{kind}>" for kind in kinds]
        triples.append(f"<{self.iri}> <{RDFS}label> {ox.Literal(self.ar, language='ar')}")
        triples.append(f"<{self.iri}> <{RDFS}label> {ox.Literal(self.en, language='en')}")
        for alias in self.aliases:
            kind = "hiddenLabel" if alias.documents else "altLabel"
            name = ox.Literal(alias.name, language=alias.language)
            triples.append(f"<{self.iri}> <{SKOS}{kind}> {name}")
        triples += [f"<{self.iri}> <{name}> {value}" for name, value in self.attributes]
        for triple in triples:
            yield f"{triple} ."
            yield f"{triple} <{GRAPH_ENTITIES}> ."
