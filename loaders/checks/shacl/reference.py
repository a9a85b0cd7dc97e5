"""Apply shapes with pySHACL, the reference: slow, but correct by definition."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox
from rdflib import SH, BNode, Graph, Literal, URIRef
from rdflib.term import IdentifiedNode, Node

from ....graph.errors import ShapesError, needs
from ....messages.message import foreign
from .source import Node as ShapeNode
from .source import Result, ShapesGraph, message_of, path_of

_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


def validate(data: Graph, shapes: ShapesGraph) -> list[Result]:
    """Every result of pySHACL over a graph in memory, sorted, each once.

    Raises ``ShapesError`` if it refuses the shapes. The graph must have no explicit
    ``xsd:string``, which pySHACL distinguishes from a plain literal.
    """
    with needs("check"):
        from pyshacl import validate as run
        from pyshacl.errors import ReportableRuntimeError, ShapeLoadError

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            _, report, text = run(data, shacl_graph=graph_of(shapes.triples), inference="none")
        except (ShapeLoadError, ReportableRuntimeError, Warning) as error:
            raise ShapesError("shapes-refused", reason=foreign(error)) from error
    if not isinstance(report, Graph):
        raise ShapesError("shapes-refused", reason=foreign(str(text)))
    found = {_result(report, node, shapes) for node in report.objects(None, SH.result)}
    return sorted(found, key=repr)


def graph_of(triples: Iterable[ox.Triple | ox.Quad]) -> Graph:
    """Triples as an rdflib graph in memory; blank nodes keep their names."""
    graph = Graph()
    for item in triples:
        graph.add((_node(item.subject), URIRef(item.predicate.value), _term(item.object)))
    return graph


def _term(term: object) -> IdentifiedNode | Literal:
    if isinstance(term, ox.Literal):
        if term.language or term.datatype.value == _STRING:
            return Literal(term.value, lang=term.language)
        return Literal(term.value, datatype=URIRef(term.datatype.value))
    return _node(term)


def _node(term: object) -> IdentifiedNode:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    raise ValueError(f"RDF 1.1 has no such term: {term}")


def plain(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """A term of rdflib as one of Oxigraph, which has no two kinds of strings."""
    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype or _STRING)))
    return ox.BlankNode(str(term)) if isinstance(term, BNode) else ox.NamedNode(str(term))


def _result(report: Graph, node: Node, shapes: ShapesGraph) -> Result:
    def name(predicate: URIRef) -> str:
        return str(report.value(node, predicate)).removeprefix(str(SH))

    shape = report.value(node, SH.sourceShape)
    value, path = report.value(node, SH.value), report.value(node, SH.resultPath)
    source = report.value(node, SH.sourceConstraint)
    assert shape is not None
    named = plain(shape)
    assert isinstance(named, (ox.NamedNode, ox.BlankNode))
    own = shapes.values(named, "path")
    is_own = path is not None and plain(path) in own
    return Result(
        focus=str(report.value(node, SH.focusNode)),
        path=_bare(path_of(shapes, named)) if is_own else str(path or ""),
        value="" if value is None else str(plain(value)),
        shape=str(shape),
        message=message_of(shapes, named, _shape_node(source)),
        severity=name(SH.resultSeverity),
        constraint=name(SH.sourceConstraintComponent).removesuffix("ConstraintComponent"),
    )


def _shape_node(node: Node | None) -> ShapeNode | None:
    found = None if node is None else plain(node)
    return None if isinstance(found, ox.Literal) else found


def _bare(path: str) -> str:
    return path[1:-1] if path.startswith("<") else path
