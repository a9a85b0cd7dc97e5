"""Which nodes a shape is about (section 2.1.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....ontology.namespaces import RDF, SH
from .source import Node, ShapesGraph, is_class_name

_TARGETS: Final = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")


def targeted(shapes: ShapesGraph) -> list[Node]:
    """The shapes that are applied to something by themselves, and not switched off."""
    return [
        node
        for node in shapes.nodes
        if (any(shapes.values(node, name) for name in _TARGETS) or _is_implicit(shapes, node))
        and not shapes.is_true(node, "deactivated")
    ]


def without_targets(shapes: ShapesGraph, kept: Node) -> list[ox.Triple]:
    """The triples of the shapes, with the targets of one shape only."""
    names = {SH + name for name in _TARGETS}
    return [
        triple
        for triple in shapes.triples
        if triple.subject == kept
        or not (
            triple.predicate.value in names
            or (triple.predicate.value == RDF + "type" and is_class_name(triple.object))
        )
    ]


def target_patterns(
    shapes: ShapesGraph, shape: Node, focus: str, below: Mapping[str, Sequence[str]]
) -> list[str]:
    """Patterns that bind the focus variable; the union of them gives every focus node."""
    classes = [node.value for node in shapes.nodes_of(shape, "targetClass")]
    if _is_implicit(shapes, shape):
        classes.append(shape.value)
    patterns = []
    if classes:
        kinds = dict.fromkeys(chain(classes, *(below.get(name, ()) for name in classes)))
        patterns.append(
            f"{focus} a <{classes[0]}> ."
            if len(kinds) == 1
            else f"VALUES ?kind {{ {_iris(kinds)} }} {focus} a ?kind ."
        )
    if nodes := shapes.values(shape, "targetNode"):
        if any(isinstance(node, ox.BlankNode) for node in nodes):
            raise ShapesError(f"{shape}: a blank node as sh:targetNode names nothing in the data")
        patterns.append(f"VALUES {focus} {{ {' '.join(map(str, nodes))} }}")
    for predicate in shapes.nodes_of(shape, "targetSubjectsOf"):
        patterns.append(f"{focus} {predicate} [] .")
    for predicate in shapes.nodes_of(shape, "targetObjectsOf"):
        patterns.append(f"[] {predicate} {focus} .")
    return patterns


def _iris(names: Iterable[str]) -> str:
    return " ".join(f"<{name}>" for name in names)


def _is_implicit(shapes: ShapesGraph, node: Node) -> bool:
    """Whether a shape is a class too, so that the class's members are its targets."""
    kinds = {value.value for value in shapes.values(node, RDF + "type")}
    return (
        isinstance(node, ox.NamedNode)
        and shapes.is_class(node)
        and not kinds.isdisjoint({SH + "NodeShape", SH + "PropertyShape"})
    )
