"""Validate a graph against SHACL shapes.

The shapes of ``ontology/shapes.ttl`` are written by hand; those for domains and ranges are made
from the ontology, so that a property is described in one place only. They are applied as SPARQL
over Oxigraph (:mod:`.shacl`). pySHACL is the reference, and applies the shapes that cannot be
compiled to SPARQL.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from ...graph.errors import ShapesError, needs
from ...graph.sparql_tokens import scan
from ...messages.fault import Fault
from ...ontology.namespaces import BASE, GRAPH_EVIDENCE, RDF, RDFS, SH, TW, XSD
from ...ontology.schema import FILES, HERE, Property, Schema, local_name
from ...ontology.turtle_file import sources_of
from ..collection import shape_files, term_files
from .shacl.compiler import Compiler, refuse_unknown
from .shacl.ready_shapes import ReadyShape, Report, results_of, rows_of
from .shacl.source import (
    BeyondSparqlError,
    Node,
    Result,
    ShapesGraph,
    targeted,
    without_targets,
)

if TYPE_CHECKING:
    from rdflib import Graph

SHAPES: Final = BASE + "shapes#"
SHAPES_FILE: Final = HERE / "shapes.ttl"
_SERVICE: Final = re.compile(r"(?<![\w:?$-])service(?![\w:-])", re.IGNORECASE)
#: OWL 2 writes text with a language as rdf:PlainLiteral, RDF 1.1 as rdf:langString.
_RDF_DATATYPES: Final = {RDF + "PlainLiteral": RDF + "langString"}


def made_shapes(schema: Schema) -> Iterator[ox.Triple]:
    """Two shapes for each property: ``p-domain`` and ``p-range``."""
    for item in schema.properties.values():
        yield from _domain_shape(schema, item)
        yield from _range_shape(schema, item)


def _domain_shape(schema: Schema, item: Property) -> Iterator[ox.Triple]:
    """``tw:p`` only on members of its domains: a shape called ``p-domain``."""
    shape = f"{SHAPES}{item.name}-domain"
    yield _triple(shape, RDF + "type", SH + "NodeShape")
    yield from _classes(shape, item.domains)
    label_ar, label_en = (schema.label(item.iri, language) for language in ("ar", "en"))
    kind_ar, kind_en = (_names(schema, item.domains, language) for language in ("ar", "en"))
    yield from _description(
        shape,
        item,
        ar=f"صاحب «{label_ar}» ({_prefixed(item)}) يجب أن يكون: {kind_ar}.",
        en=f"Only {kind_en} can have “{label_en}” ({_prefixed(item)}).",
    )


def _range_shape(schema: Schema, item: Property) -> Iterator[ox.Triple]:
    """The value of ``tw:p`` is a member of its ranges: a shape called ``p-range``."""
    shape = f"{SHAPES}{item.name}-range"
    yield _triple(shape, RDF + "type", SH + "PropertyShape")
    yield _triple(shape, SH + "path", item.iri)
    if item.datatype:
        datatype = _RDF_DATATYPES.get(item.datatype, item.datatype)
        if datatype == XSD + "decimal":
            # Whole numbers are written as integers, which are decimals too.
            yield from _choice(shape, "datatype", [XSD + "decimal", XSD + "integer"])
        else:
            yield _triple(shape, SH + "datatype", datatype)
        kind_ar = kind_en = datatype.replace(XSD, "xsd:").replace(RDF, "rdf:")
    else:
        yield from _classes(shape, item.ranges)
        kind_ar, kind_en = (_names(schema, item.ranges, language) for language in ("ar", "en"))
    label_ar, label_en = (schema.label(item.iri, language) for language in ("ar", "en"))
    yield from _description(
        shape,
        item,
        ar=f"قيمة «{label_ar}» ({_prefixed(item)}) يجب أن تكون: {kind_ar}.",
        en=f"The value of “{label_en}” ({_prefixed(item)}) must be {kind_en}.",
    )


def _description(shape: str, item: Property, *, ar: str, en: str) -> Iterator[ox.Triple]:
    yield _triple(shape, SH + "targetSubjectsOf", item.iri)
    yield _triple(shape, SH + "severity", SH + "Violation")
    for text, language in ((ar, "ar"), (en, "en")):
        words = ox.Literal(text, language=language)
        yield ox.Triple(ox.NamedNode(shape), ox.NamedNode(SH + "message"), words)
    yield _triple(shape, RDFS + "isDefinedBy", SHAPES.rstrip("#"))


def _classes(shape: str, classes: Iterable[str]) -> Iterator[ox.Triple]:
    """``sh:class`` for one class, ``sh:or`` for several."""
    names = sorted(classes)
    if len(names) == 1:
        yield _triple(shape, SH + "class", names[0])
    else:
        yield from _choice(shape, "class", names)


def _choice(shape: str, test: str, names: Sequence[str]) -> Iterator[ox.Triple]:
    """``sh:or`` over one test with several values; list nodes have IRIs, as all else."""
    cells = [f"{shape}-or-{number}" for number, _ in enumerate(names)]
    for cell, name, rest in zip(cells, names, [*cells[1:], RDF + "nil"], strict=True):
        option = f"{SHAPES}Is{local_name(name)}"
        yield _triple(option, RDF + "type", SH + "NodeShape")
        yield _triple(option, SH + test, name)
        yield _triple(cell, RDF + "first", option)
        yield _triple(cell, RDF + "rest", rest)
    yield _triple(shape, SH + "or", cells[0])


def _triple(subject: str, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value))


def _prefixed(item: Property) -> str:
    """The name of a property in a message, with the prefix if it is ours."""
    return f"tw:{item.name}" if item.iri.startswith(TW) else item.name


def _names(schema: Schema, classes: Iterable[str], language: str) -> str:
    joint = " أو " if language == "ar" else " or "
    return joint.join(schema.label(name, language) for name in sorted(classes))


__all__ = ["SHAPES", "SHAPES_FILE", "Shapes", "Validation"]


@dataclass(frozen=True, slots=True)
class Validation:
    """The results of a validation; ``performed`` counts the focus nodes of each shape.

    ``by_reference`` names the shapes that pySHACL had to apply.
    """

    performed: int
    results: tuple[Result, ...]
    by_reference: tuple[str, ...] = ()
    #: The faults of shapes that did not come to an end.
    unfinished: tuple[Fault, ...] = ()

    @property
    def faults(self) -> list[Fault]:
        """The violations; the place of each is the IRI of the focus node."""
        return [item.fault for item in self.results if item.severity == "Violation"]

    @property
    def warnings(self) -> list[Fault]:
        """The results of lower severity."""
        return [item.fault for item in self.results if item.severity != "Violation"]


class Shapes:
    """The shapes that belong to an ontology, read once and applied to any number of graphs."""

    def __init__(
        self,
        ontology: Iterable[Path] = FILES,
        shapes: Iterable[Path] = (SHAPES_FILE,),
        collections: Iterable[Path] = (),
        schema: Schema | None = None,
    ) -> None:
        """Read the shapes, with the terms and shapes of ``collections``.

        ``schema`` has these terms, if it is read already. Raises ``ShapesError`` for a shape that
        neither engine can apply.
        """
        folders = tuple(collections)
        if schema is None:
            schema = Schema.load((*ontology, *(path for _, path in term_files(folders))))
        self._ontology: Final = schema.triples
        written = [triple for path in shapes for triple in _triples(path)]
        if own := [*shape_files(folders)]:
            from .collection_shapes import triples_of_shapes

            added = [*triples_of_shapes(sources_of(own)[0])]
            _refuse_service(added)
            written += added
        self.source: Final = ShapesGraph([*written, *made_shapes(schema)])
        refuse_unknown(self.source)
        self._last = Compiler(self.source, {})

    @property
    def graph(self) -> Graph:
        """The shapes written by hand and those made from the ontology, in one graph."""
        from .shacl.reference import graph_of

        return graph_of(self.source.triples)

    def store(self, triples: Iterable[ox.Triple | ox.Quad]) -> ox.Store:
        """A store in memory with the triples of all graphs and the ontology in one graph."""
        store = ox.Store()
        store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
        store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in self._ontology)
        return store

    def validate(self, store: ox.Store, chosen: Iterable[Node] | None = None) -> Validation:
        """Apply the shapes, or the ``chosen``, to the default graph of a store.

        See :meth:`store`.
        """
        steps = self.steps(store, chosen)
        return together(step for step in steps if isinstance(step, Validation))

    def steps(
        self, store: ox.Store, chosen: Iterable[Node] | None = None
    ) -> Iterator[str | Validation]:
        """Each shape with targets: its IRI before it is applied, then what it found.

        Shapes that pySHACL has to apply come last.
        """
        compiler = self._compiler(store)
        counted: dict[str, int] = {}
        by_reference: list[Node] = []
        for shape in targeted(self.source) if chosen is None else chosen:
            yield shape.value
            targets = compiler.targets(shape)
            if targets not in counted:
                count = f"SELECT (COUNT(DISTINCT ?this) AS ?n) WHERE {{ {targets} }}"
                (row,) = rows_of(store, count)
                counted[targets] = int(row["n"].value)
            results: set[Result] = set()
            try:
                for rule in compiler.rules(shape) if counted[targets] else ():
                    results.update(results_of(rule, Report.of(self.source, rule), store))
            except BeyondSparqlError:
                by_reference.append(shape)
            yield Validation(counted[targets], tuple(results))
        if by_reference:
            with needs("check"):
                from .shacl.reference import graph_of
                from .shacl.reference import validate as by_pyshacl

            data = graph_of(store)
            for shape in by_reference:
                yield shape.value
                alone = ShapesGraph(without_targets(self.source, shape))
                yield Validation(0, tuple(by_pyshacl(data, alone)), (shape.value,))

    def ready(self, below: Mapping[str, Sequence[str]]) -> tuple[ReadyShape, ...]:
        """The shapes with targets, compiled for data with these subclasses."""
        compiler = Compiler(self.source, below)
        return tuple(ReadyShape.of(compiler, shape) for shape in targeted(self.source))

    def _compiler(self, store: ox.Store) -> Compiler:
        """A compiler for the subclasses that the store has: mostly the one that served before."""
        below = subclasses(store)
        if below != self._last.below:
            self._last = Compiler(self.source, below)
        return self._last

    def reference(self, store: ox.Store) -> list[Result]:
        """The results of pySHACL on the same store, sorted. Slow: a second per 1,000 facts."""
        with needs("check"):
            from .shacl.reference import graph_of
            from .shacl.reference import validate as by_pyshacl

        return by_pyshacl(graph_of(store), self.source)


def together(parts: Iterable[Validation]) -> Validation:
    """The results of several shapes as those of one validation, sorted, each once."""
    found = [*parts]
    results = {result for part in found for result in part.results}
    names = tuple(name for part in found for name in part.by_reference)
    performed = sum(part.performed for part in found)
    unfinished = tuple(fault for part in found for fault in part.unfinished)
    return Validation(performed, tuple(sorted(results, key=repr)), names, unfinished)


def build_store(shapes: Shapes, dump: Path) -> ox.Store:
    """The plain view of a build and the evidence of its facts in one graph.

    They are copied: Oxigraph plans queries over a union of two graphs badly.
    """
    wanted = (ox.DefaultGraph(), ox.NamedNode(GRAPH_EVIDENCE))
    quads = ox.parse(path=str(dump), format=ox.RdfFormat.N_QUADS)
    return shapes.store(quad for quad in quads if quad.graph_name in wanted)


def _refuse_service(shapes: Iterable[ox.Triple]) -> None:
    """Raise ``ShapesError`` for a query that would be sent to a server on the network."""
    for triple in shapes:
        if triple.predicate.value in (SH + "select", SH + "ask"):
            query = getattr(triple.object, "value", "")
            words = (t.text for t in scan(query) if t.kind not in ("string", "iri", "comment"))
            if any(_SERVICE.search(word) for word in words):
                shape = str(getattr(triple.subject, "value", ""))
                raise ShapesError("shape-with-service", shape=local_name(shape))


def _triples(path: Path) -> Iterable[ox.Triple]:
    for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
        yield ox.Triple(quad.subject, quad.predicate, quad.object)


def subclasses(store: ox.Store) -> Mapping[str, list[str]]:
    """Every class to its subclasses, direct and indirect."""
    direct: dict[str, set[str]] = defaultdict(set)
    for quad in store.quads_for_pattern(
        None, ox.NamedNode(RDFS + "subClassOf"), None, ox.DefaultGraph()
    ):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            direct[quad.object.value].add(quad.subject.value)
    found: dict[str, list[str]] = {}
    for kind in direct:
        seen, waiting = {kind}, [kind]
        while waiting:
            new = direct.get(waiting.pop(), set()) - seen
            seen |= new
            waiting += new
        found[kind] = sorted(seen - {kind})
    return found
