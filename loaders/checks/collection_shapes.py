"""Read and lint the SHACL shapes of collections, in their ``ontology/shapes.ttl``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyoxigraph as ox
from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from ...messages.fault import Fault, Place
from ...ontology.namespaces import BASE, TW
from ...ontology.schema import Schema
from ...ontology.turtle_file import Source

#: The namespace for blank nodes, which get names so that reports are reproducible.
UNNAMED: Final = BASE + "shapes#unnamed-"
_TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
#: Predicates whose objects may be terms of ours.
_TERMS: Final = (SH.path, SH["class"], SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)


def graph_of_shapes(sources: Sequence[Source]) -> Graph:
    """The shapes of the files in one graph without blank nodes.

    A property shape inherits the messages and the severity of the shape around it.
    """
    graph = Graph()
    names: dict[str, str] = {}
    lines = []
    for source in sources:
        for triple in source.triples:
            terms = [_named(term, names) for term in (triple.subject, triple.object)]
            lines.append(f"{terms[0]} {triple.predicate} {terms[1]} .")
    graph.parse(data="\n".join(lines), format="nt")
    for shape, part in sorted(graph.subject_objects(SH.property), key=str):
        for predicate in (SH.message, SH.severity):
            if (part, predicate, None) not in graph:
                for value in list(graph.objects(shape, predicate)):
                    graph.add((part, predicate, value))
    return graph


def triples_of_shapes(sources: Sequence[Source]) -> Iterator[ox.Triple]:
    """The same as triples of Oxigraph."""
    lines = graph_of_shapes(sources).serialize(format="nt")
    for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES):
        yield ox.Triple(quad.subject, quad.predicate, quad.object)


def _named(term: object, names: dict[str, str]) -> str:
    if isinstance(term, ox.BlankNode):
        return names.setdefault(term.value, f"<{UNNAMED}{len(names) + 1}>")
    return str(term)


def lint_shapes(sources: Sequence[Source]) -> tuple[int, list[Fault]]:
    """How many shapes there are, and every fault: a missing message, an unknown term."""
    graph = graph_of_shapes(sources)
    shapes = sorted(_reporting(graph), key=str)
    known = {
        triple.subject.value
        for triple in Schema.load().triples
        if isinstance(triple.subject, ox.NamedNode)
    }
    faults: set[Fault] = set()
    for shape in shapes:
        named = next(_name_of(graph, shape), shape)
        languages = {
            text.language for text in graph.objects(shape, SH.message) if isinstance(text, Literal)
        }
        for language in sorted({"ar", "en"} - languages):
            place = _place(sources, named)
            faults.add(
                Fault.at(place, "shape-without-message", language=language, check="ontology")
            )
    for shape in sorted(set(graph.subjects()), key=str):
        if str(shape).startswith(BASE) and not str(shape).startswith(UNNAMED):
            place = _place(sources, shape)
            faults.add(Fault.at(place, "shape-in-our-namespace", check="ontology"))
    for predicate in _TERMS:
        for shape, term in graph.subject_objects(predicate):
            if str(term).startswith(TW) and str(term) not in known:
                named = next(_name_of(graph, shape), shape)
                name = f"tw:{str(term).removeprefix(TW)}"
                place = _place(sources, named)
                faults.add(Fault.at(place, "shape-of-unknown-term", name=name, check="ontology"))
    return max(1, len(shapes)), sorted(faults)


def _reporting(graph: Graph) -> Iterable[Node]:
    """The shapes that results name: those with targets, and property shapes inside others."""
    found = {shape for target in _TARGETS for shape in graph.subjects(target)}
    found |= set(graph.objects(None, SH.property))
    return {
        shape
        for shape in found
        if (shape, SH.property, None) not in graph or _has_own(graph, shape)
    }


def _has_own(graph: Graph, shape: Node) -> bool:
    """Whether a node shape has constraints besides its property shapes."""
    quiet = {SH.property, SH.message, SH.severity, SH.name, SH.description, *_TARGETS}
    return any(
        str(predicate).startswith(str(SH)) and predicate not in quiet
        for predicate in graph.predicates(shape)
    )


def _name_of(graph: Graph, node: Node) -> Iterator[Node]:
    """The named shape that an unnamed part belongs to."""
    seen = {node}
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, URIRef) and not part.startswith(UNNAMED):
            yield part
            return
        above = [s for s in graph.subjects(None, part) if s not in seen]
        seen.update(above)
        waiting += above


def _place(sources: Sequence[Source], term: Node) -> Place:
    iri = str(term)
    for source in sources:
        for triple in source.triples:
            if getattr(triple.subject, "value", "") == iri:
                return Place(source.name, source.line_of(iri))
    return Place(sources[0].name, 1)
