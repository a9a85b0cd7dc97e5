"""What a collection adds to the ontology: classes, properties and concepts of its own, in Turtle.

Such files are held to the rules of our own (``lint.py``), and to those of a good neighbour: they
never say anything about our terms, never take our names, and specialise what is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from ..messages.fault import Fault, Place, remedy_of
from ..messages.message import Message, Part
from .namespaces import BASE, ID, OUTSIDE, OWL, PREFIXES, RDF, RDFS, SKOS, TW, XSD, shortened
from .schema import TERM_TYPES, Schema, class_slug, local_name, namespace_of
from .turtle_file import OWL_ALLOWED, VANN, Definitions, Source, names_it

if TYPE_CHECKING:
    from rdflib import Graph

#: The file of a collection's ``ontology/`` that holds shapes, and no terms.
SHAPES_NAME: Final = "shapes.ttl"
#: The classes whose members the program knows one by one.
_CLOSED: Final = frozenset(TW + name for name in ("Modality", "RecordStatus", "Rule"))
#: What facts are about and what their values are: above every class of a collection.
_BEARERS: Final = frozenset((TW + "Entity", SKOS + "Concept"))
_DATATYPES: Final = frozenset(XSD + name for name in ("string", "decimal", "integer", "boolean"))


class Extension:
    """The Turtle files of one or more collections, taken together over our ontology."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources: Final = tuple(sources)
        self.triples: Final = tuple(dict.fromkeys(t for s in sources for t in s.triples))
        self.ours: Final = Schema.load()
        self._together: Final = Schema([*self.ours.triples, *self.triples])
        self._prefixes: Final = {
            **PREFIXES,
            **{prefix: space for source in sources for prefix, space in source.prefixes.items()},
        }
        self._defined: Final = {
            triple.subject.value
            for triple in self.triples
            if triple.predicate.value == RDF + "type" and isinstance(triple.subject, ox.NamedNode)
        }
        self._rows: Final = [
            (triple.subject.value, triple.predicate.value, getattr(triple.object, "value", ""))
            for triple in self.triples
            if isinstance(triple.subject, ox.NamedNode)
        ]
        self.spaces: Final = tuple(
            sorted(
                {
                    namespace_of(iri)
                    for iri, predicate, kind in self._rows
                    if predicate == RDF + "type"
                    and kind in TERM_TYPES
                    and not iri.startswith(OUTSIDE)
                }
            )
        )

    def header(self) -> Iterator[ox.Triple]:
        """What the files need not say: their prefixes, and that new values differ from ours.

        The prefixes stand in the graph, so that a query may use them on whatever store.
        """
        known: set[tuple[str, str]] = set()
        for source in self.sources:
            for prefix, space in source.prefixes.items():
                if space not in self.spaces or (prefix, space) in known or not prefix:
                    continue
                known.add((prefix, space))
                ontology = ox.NamedNode(space.rstrip("#/"))
                yield ox.Triple(
                    ontology, ox.NamedNode(RDF + "type"), ox.NamedNode(f"{OWL}Ontology")
                )
                for name, value in (("Prefix", prefix), ("Uri", space)):
                    yield ox.Triple(
                        ontology,
                        ox.NamedNode(f"{VANN}preferredNamespace{name}"),
                        ox.Literal(value),
                    )
        yield from self._differences()

    def _differences(self) -> Iterator[ox.Triple]:
        """Values of a single-valued property are different from one another, the new ones too."""
        schema = self._together
        for item in schema.properties.values():
            if not item.is_single or item.datatype:
                continue
            (range_,) = schema.values(item.iri, RDFS + "range")[:1] or ("",)
            members = sorted(iri for iri in map(ID.__add__, schema.concepts) if range_ in
                             schema.values(iri, RDF + "type"))  # fmt: skip
            for new in members:
                if new in self._defined:
                    for other in members:
                        if other != new:
                            yield ox.Triple(
                                ox.NamedNode(new),
                                ox.NamedNode(OWL + "differentFrom"),
                                ox.NamedNode(other),
                            )

    def lint(self) -> tuple[int, list[Fault]]:
        """How many times a rule was applied to a term, and every fault, by place."""
        from .lint import RULES, lint, own_terms

        faults = {*self._neighbourly(), *self._names(), *self._places(), *self._uses()}
        said = Definitions(self.sources, self.ours, self._together, self.told)
        faults |= {*said.statements(frozenset(f.place for f in faults)), *said.implications()}
        count = len(self._defined)
        if not faults:
            # The general rules would say the same again, less clearly.
            graph = self._graph()
            count = sum(str(term) in self._defined for term in own_terms(graph))
            faults = set(map(self._placed, lint(graph)))
        return max(1, count) * (len(RULES) + 6), sorted(faults)

    def _graph(self) -> Graph:
        from .lint import bundled

        lines = "\n".join(f"{triple} ." for triple in (*self.triples, *self.header()))
        return bundled().parse(data=lines, format="nt")

    def fault(self, code: str, /, *, term: str, **parts: str | list[str]) -> Fault:
        """The fault of a term, at its place."""
        return self._placed(Fault(Place(term), Message(code, term=term, **parts)))

    def _placed(self, fault: Fault) -> Fault:
        """The fault of a term at its place in the files, its IRIs with the files' prefixes."""
        term = fault.place.file
        source = next(
            (s for s in self.sources if any(names_it(t, term) for t in s.triples)),
            self.sources[0],
        )
        place = Place(source.name, source.line_of(term))
        parts = {name: self.told(part) for name, part in fault.message.parts.items()}
        remedy = remedy_of(fault.code, parts)
        return Fault(place, Message(fault.code, **parts), remedy, "ontology")

    def told(self, part: Part) -> Part:
        """A part of a message, its IRIs with the files' prefixes."""
        if isinstance(part, str):
            return shortened(part, self._prefixes)
        if isinstance(part, tuple):
            return [shortened(str(item), self._prefixes) for item in part]
        return part

    def _neighbourly(self) -> Iterator[Fault]:
        """Nothing is said about our terms, and nothing that reaches beyond the files."""
        ours = {str(getattr(t.subject, "value", "")) for t in self.ours.triples}
        prefixes: dict[str, str] = {**PREFIXES}
        for source in self.sources:
            for prefix, space in source.prefixes.items():
                if space in self.spaces and prefixes.setdefault(prefix, space) != space:
                    yield Fault.at(
                        Place(source.name, source.line_of(space)), "prefix-taken",
                        check="ontology", prefix=prefix, space=prefixes[prefix],
                    )  # fmt: skip
        said = {str(triple) for triple in self.ours.triples}
        for triple in self.triples:
            if not isinstance(triple.subject, ox.NamedNode):
                continue
            iri, predicate = triple.subject.value, triple.predicate.value
            kind = getattr(triple.object, "value", "")
            if iri in ours and str(triple) not in said:
                yield self.fault("term-is-ours", term=iri)
            elif iri.startswith(BASE) and not iri.startswith(ID):
                yield self.fault("term-in-our-namespace", term=iri)
            elif predicate.startswith(OWL) and predicate not in OWL_ALLOWED:
                yield self.fault("owl-predicate-refused", term=iri, predicate=predicate)
            elif kind in (OWL + "AnnotationProperty", OWL + "NamedIndividual"):
                yield self.fault("owl-type-refused", term=iri, type=kind)

    def _names(self) -> Iterator[Fault]:
        """Slugs and local names, which facts are written with, belong to one term."""
        slugs = dict(self.ours.classes)
        names = {name: item.iri for name, item in self.ours.properties.items()}
        types = (OWL + "ObjectProperty", OWL + "DatatypeProperty")
        for iri, predicate, kind in self._rows:
            if predicate != RDF + "type" or not iri.startswith(self.spaces):
                continue
            if kind == OWL + "Class":
                slug = class_slug(iri)
                if (owner := slugs.setdefault(slug, iri)) != iri:
                    yield self.fault("class-slug-taken", term=iri, slug=slug, owner=owner)
            elif kind in types:
                name = local_name(iri)
                if (owner := names.setdefault(name, iri)) != iri:
                    yield self.fault("property-name-taken", term=iri, name=name, owner=owner)

    def _places(self) -> Iterator[Fault]:
        """Each class stands below one of ours, each property below or between ours."""
        schema = self._together
        for iri in schema.classes.values():
            if iri in self._defined and not _BEARERS.intersection(schema.superclasses(iri)):
                yield self.fault("class-outside-ours", term=iri)
        for item in schema.properties.values():
            if item.iri not in self._defined:
                continue
            ends = [schema.values(item.iri, RDFS + end) for end in ("domain", "range")]
            if item.datatype and item.datatype not in _DATATYPES:
                yield self.fault("datatype-refused", term=item.iri, datatype=item.datatype)
            if any(up.startswith(TW) for up in schema.superproperties(item.iri)):
                continue
            classes = [iri for end in (ends[:1] if item.datatype else ends) for iri in end]
            if not classes or not all(
                any(up.startswith(TW) for up in schema.superclasses(iri)) for iri in classes
            ):
                yield self.fault("property-outside-ours", term=item.iri)

    def _uses(self) -> Iterator[Fault]:
        """A new value has its place among the others, and no list of the program's is widened."""
        schema = self._together
        for ref in schema.concepts:
            iri = ID + ref
            if iri not in self._defined:
                continue
            kinds = schema.values(iri, RDF + "type")
            if closed := sorted(_CLOSED.intersection(kinds)):
                yield self.fault("value-list-closed", term=iri, owner=closed[0])
            slugs = sorted(class_slug(kind) for kind in kinds if kind in schema.classes.values())
            if slugs and ref.partition("/")[0] not in slugs:
                wanted = f"<{ID}{slugs[0]}/{ref.rpartition('/')[2]}>"
                yield self.fault("value-not-under-class", term=iri, slugs=slugs, wanted=wanted)
            if TW + "Area" in kinds and not (
                schema.values(iri, SKOS + "broader") or schema.values(iri, SKOS + "topConceptOf")
            ):
                yield self.fault("area-without-place", term=iri)
            for up in schema.values(iri, SKOS + "broader"):
                if up.removeprefix(ID) not in schema.concepts:
                    yield self.fault("broader-undeclared", term=iri, broader=up)
