"""SHACL shapes, and what a graph is found to break of them.

The rules of ``ontology/shapes.ttl`` are written by hand; those for domains and ranges are made
here from the ontology, so that a property is described in one place only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from rdflib import RDF, RDFS, SH, XSD, Graph, Literal, URIRef
from rdflib.term import IdentifiedNode, Node

from ..ontology.namespaces import BASE, GRAPH_EVIDENCE
from ..ontology.schema import FILES, HERE, Property, Schema

SHAPES: Final = BASE + "shapes#"
SHAPES_FILE: Final = HERE / "shapes.ttl"
#: OWL 2 writes text with a language as rdf:PlainLiteral, RDF 1.1 as rdf:langString.
_RDF_DATATYPES: Final = {str(RDF.PlainLiteral): str(RDF.langString)}


@dataclass(frozen=True, slots=True, order=True)
class ShapeResult:
    """One rule that one node breaks: a validation result of SHACL (section 3.6).

    ``focus``, ``path`` and ``shape`` are IRIs; ``value`` is the offending term in N-Triples form;
    ``severity`` is ``Violation``, ``Warning`` or ``Info``. Path and value are empty where the
    result has none.
    """

    focus: str
    path: str
    value: str
    shape: str
    message_ar: str
    message_en: str
    severity: str

    @property
    def name(self) -> str:
        """The shape's local name, such as ``FactModality``."""
        return self.shape.rpartition("#")[2]


class Shapes:
    """The shapes that belong to an ontology, read once and applied to any number of graphs."""

    def __init__(self, ontology: Iterable[Path] = FILES) -> None:
        files = tuple(ontology)
        self.graph: Final = shapes_graph(files)
        self._ontology: Final = Graph()
        for file in files:
            self._ontology.parse(file, format="turtle")

    def validate(self, data: Graph) -> list[ShapeResult]:
        """Every result of the shapes over the triples of ``data`` and the ontology, sorted.

        ``data`` is the plain view together with what is said about its facts: one flat graph.
        Of a ``Dataset`` the default graph is taken. The triples are copied to memory first,
        because pySHACL on a graph in Oxigraph takes each plain string for a violation.
        """
        return self.apply(self._in_memory(data))

    def apply(self, data: Graph) -> list[ShapeResult]:
        """The same for a graph in memory that holds the ontology and no explicit strings."""
        from pyshacl import validate as run

        _, report, text = run(data, shacl_graph=self.graph, inference="none")
        if not isinstance(report, Graph):
            raise TypeError(f"pySHACL gave no report: {text}")
        return sorted(self._result(report, node) for node in report.objects(None, SH.result))

    def count_targets(self, data: Graph) -> int:
        """How many times a shape is applied to a node: what ``validate`` performs."""
        instances: dict[Node, set[Node]] = defaultdict(set)
        for node, kind in data.subject_objects(RDF.type):
            for above in self._ontology.transitive_objects(kind, RDFS.subClassOf):
                if above is not None:
                    instances[above].add(node)
        targets: dict[Node, set[Node]] = defaultdict(set)
        for shape, kind in self.graph.subject_objects(SH.targetClass):
            targets[shape] |= instances[kind]
        for shape, predicate in self.graph.subject_objects(SH.targetSubjectsOf):
            if isinstance(predicate, URIRef):
                targets[shape].update(data.subjects(predicate))
        return sum(map(len, targets.values()))

    def _in_memory(self, data: Graph) -> Graph:
        """A copy with the ontology, and without explicit ``xsd:string``."""
        copy = Graph()
        copy += self._ontology
        for subject, predicate, value in data.triples((None, None, None)):
            if isinstance(value, Literal) and value.datatype == XSD.string:
                value = Literal(str(value))
            copy.add((subject, predicate, value))
        return copy

    def _result(self, report: Graph, node: Node) -> ShapeResult:
        shape = report.value(node, SH.sourceShape)
        value = report.value(node, SH.value)
        # pySHACL drops the language tags of a SPARQL constraint's messages: read the shape's.
        messages = {
            text.language: str(text)
            for text in self.graph.objects(shape, SH.message)
            if isinstance(text, Literal)
        }
        return ShapeResult(
            focus=str(report.value(node, SH.focusNode)),
            path=str(report.value(node, SH.resultPath) or ""),
            value="" if value is None else value.n3(),
            shape=str(shape),
            message_ar=messages.get("ar", ""),
            message_en=messages.get("en", ""),
            severity=str(report.value(node, SH.resultSeverity)).removeprefix(str(SH)),
        )


def validate(data: Graph, ontology: Iterable[Path] = FILES) -> list[ShapeResult]:
    """Every result of the shapes over one graph; see :meth:`Shapes.validate`."""
    return Shapes(ontology).validate(data)


def validate_build(dump: Path) -> tuple[int, list[ShapeResult]]:
    """How many rules were applied to how many nodes of a build, and every result.

    ``dump`` is the build's N-Quads; its plain view, which holds the ontology, and what is said
    about its facts are taken together.
    """
    data = Graph()
    wanted = (ox.DefaultGraph(), ox.NamedNode(GRAPH_EVIDENCE))
    for quad in ox.parse(path=str(dump), format=ox.RdfFormat.N_QUADS):
        if quad.graph_name in wanted:
            data.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    shapes = Shapes()
    return shapes.count_targets(data), shapes.apply(data)


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> IdentifiedNode | Literal:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.Literal):
        if term.language or term.datatype.value == str(XSD.string):
            return Literal(term.value, lang=term.language)
        return Literal(term.value, datatype=URIRef(term.datatype.value))
    raise ValueError(f"a build holds IRIs and literals only, not {term}")


def shapes_graph(ontology: Iterable[Path] = FILES) -> Graph:
    """The shapes written by hand and those made from the ontology, in one graph."""
    graph = Graph()
    graph.parse(SHAPES_FILE, format="turtle")
    schema = Schema.load(ontology)
    for item in schema.properties.values():
        _add_domain_shape(graph, schema, item)
        _add_range_shape(graph, schema, item)
    return graph


def _add_domain_shape(graph: Graph, schema: Schema, item: Property) -> None:
    """``tw:p`` only on members of its domains: a shape called ``p-domain``."""
    shape = URIRef(f"{SHAPES}{item.name}-domain")
    graph.add((shape, RDF.type, SH.NodeShape))
    _add_classes(graph, shape, item.domains)
    label_ar, label_en = (schema.label(item.iri, language) for language in ("ar", "en"))
    kind_ar, kind_en = (_names(schema, item.domains, language) for language in ("ar", "en"))
    _describe(
        graph,
        shape,
        item,
        ar=f"صاحب «{label_ar}» (tw:{item.name}) يجب أن يكون: {kind_ar}.",
        en=f"Only {kind_en} can have “{label_en}” (tw:{item.name}).",
    )


def _add_range_shape(graph: Graph, schema: Schema, item: Property) -> None:
    """The value of ``tw:p`` is a member of its ranges: a shape called ``p-range``."""
    shape = URIRef(f"{SHAPES}{item.name}-range")
    graph.add((shape, RDF.type, SH.PropertyShape))
    graph.add((shape, SH.path, URIRef(item.iri)))
    if item.datatype:
        datatype = _RDF_DATATYPES.get(item.datatype, item.datatype)
        graph.add((shape, SH.datatype, URIRef(datatype)))
        kind_ar = kind_en = datatype.replace(str(XSD), "xsd:").replace(str(RDF), "rdf:")
    else:
        _add_classes(graph, shape, item.ranges)
        kind_ar, kind_en = (_names(schema, item.ranges, language) for language in ("ar", "en"))
    label_ar, label_en = (schema.label(item.iri, language) for language in ("ar", "en"))
    _describe(
        graph,
        shape,
        item,
        ar=f"قيمة «{label_ar}» (tw:{item.name}) يجب أن تكون: {kind_ar}.",
        en=f"The value of “{label_en}” (tw:{item.name}) must be {kind_en}.",
    )


def _describe(graph: Graph, shape: URIRef, item: Property, *, ar: str, en: str) -> None:
    graph.add((shape, SH.targetSubjectsOf, URIRef(item.iri)))
    graph.add((shape, SH.severity, SH.Violation))
    graph.add((shape, SH.message, Literal(ar, lang="ar")))
    graph.add((shape, SH.message, Literal(en, lang="en")))
    graph.add((shape, RDFS.isDefinedBy, URIRef(SHAPES.rstrip("#"))))


def _add_classes(graph: Graph, shape: URIRef, classes: Iterable[str]) -> None:
    """``sh:class`` for one class, ``sh:or`` for several; list nodes have IRIs, as all else."""
    names = sorted(classes)
    if len(names) == 1:
        graph.add((shape, SH["class"], URIRef(names[0])))
        return
    cells = [URIRef(f"{shape}-or-{number}") for number, _ in enumerate(names)]
    for cell, name, rest in zip(cells, names, [*cells[1:], RDF.nil], strict=True):
        option = URIRef(f"{SHAPES}Is{name.rpartition('#')[2]}")
        graph.add((option, RDF.type, SH.NodeShape))
        graph.add((option, SH["class"], URIRef(name)))
        graph.add((cell, RDF.first, option))
        graph.add((cell, RDF.rest, rest))
    graph.add((shape, SH["or"], cells[0]))


def _names(schema: Schema, classes: Iterable[str], language: str) -> str:
    joint = " أو " if language == "ar" else " or "
    return joint.join(schema.label(name, language) for name in sorted(classes))
