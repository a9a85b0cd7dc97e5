"""Property paths of SHACL (section 2.3.1) as those of SPARQL."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....ontology.namespaces import RDF
from .source import Node, ShapesGraph, Value

_REPEATED: Final = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}


def path_of(shapes: ShapesGraph, shape: Node) -> str:
    """The path of a property shape, written in SPARQL; empty for a node shape.

    Raises ``ShapesError`` where it is no path of SHACL. The inverse of a sequence is walked from
    its end, as in SPARQL; pySHACL 0.40 walks it from its beginning.
    """
    path = shapes.value(shape, "path")
    return "" if path is None else _written(shapes, path)


def _written(shapes: ShapesGraph, path: Value) -> str:
    if isinstance(path, ox.Literal):
        raise ShapesError(f"a path is an IRI or a blank node, not {path}")
    if shapes.values(path, RDF + "first"):
        return f"({'/'.join(_written(shapes, step) for step in shapes.members(path))})"
    for name, sign in _REPEATED.items():
        for inner in shapes.values(path, name):
            return f"({_written(shapes, inner)}){sign}"
    for inner in shapes.values(path, "inversePath"):
        return f"^({_written(shapes, inner)})"
    for options in shapes.values(path, "alternativePath"):
        return f"({'|'.join(_written(shapes, option) for option in shapes.members(options))})"
    if isinstance(path, ox.NamedNode):
        return str(path)
    raise ShapesError(f"{path} is no path: it has none of the properties of SHACL's paths")
