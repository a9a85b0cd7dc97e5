"""The names of SHACL: what is checked here, what by pySHACL alone, and what by neither."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final, Protocol

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....ontology.namespaces import RDF, RDFS, SH
from .set_tests import SET_TESTS
from .source import Node, ShapesGraph
from .value_tests import VALUE_TESTS

#: Names of SHACL Core and SHACL-SPARQL that are no parameter of a constraint of theirs.
_OTHERS: Final = frozenset(
    (
        "path", "inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath",
        "zeroOrOnePath", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf",
        "severity", "message", "deactivated", "name", "description", "order", "group",
        "defaultValue", "flags", "ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount",
        "qualifiedValueShapesDisjoint", "property", "sparql", "select", "ask", "prefixes",
        "declare", "prefix", "namespace", "parameter", "optional", "validator", "nodeValidator",
        "propertyValidator", "labelTemplate", "shapesGraph", "suggestedShapesGraph",
    )
)  # fmt: skip
_NAMES: Final = frozenset({*_OTHERS, *VALUE_TESTS, *SET_TESTS})


def refuse_unknown(shapes: ShapesGraph) -> None:
    """Raise ``ShapesError`` for a name of SHACL that neither this program nor pySHACL applies.

    A misspelt parameter, or one of SHACL's extensions, would otherwise be no check at all.
    """
    for triple in shapes.triples:
        name = triple.predicate.value.removeprefix(SH)
        if name != triple.predicate.value and name not in _NAMES:
            near = get_close_matches(name, sorted(_NAMES), n=1)
            hint = f"did you mean sh:{near[0]}?" if near else "only SHACL Core and SPARQL are"
            raise ShapesError(f"{triple.subject}: sh:{name} is not checked here; {hint}")


def custom_parameters(shapes: ShapesGraph) -> frozenset[str]:
    """The predicates that turn on a constraint component of the shapes' own (section 6)."""
    component = ox.NamedNode(SH + "ConstraintComponent")
    kinds = {component} | {
        node for node in shapes.nodes if component in shapes.values(node, RDFS + "subClassOf")
    }
    return frozenset(
        path.value
        for node in shapes.nodes
        if kinds.intersection(shapes.values(node, RDF + "type"))
        for parameter in shapes.nodes_of(node, "parameter")
        for path in shapes.nodes_of(parameter, "path")
    )


class BeyondSparqlError(Exception):
    """A shape says what pySHACL knows and SPARQL over Oxigraph cannot say."""


class Context(Protocol):
    """What a constraint asks of the compiler."""

    @property
    def shapes(self) -> ShapesGraph:
        """The shapes that are read."""
        ...

    def fresh(self) -> str:
        """A variable that nothing uses yet."""
        ...

    def is_a(self, variable: str, kind: str) -> str:
        """An expression: the variable is a member of a class, or of one below it."""
        ...

    def conforms(self, shape: Node, variable: str) -> str:
        """An expression: the variable breaks nothing of a shape."""
        ...


def constant(term: object) -> str:
    """A term of the shapes as a query names it."""
    if isinstance(term, ox.BlankNode):
        # In a query a blank node is a variable.
        raise ShapesError(f"the blank node {term} names nothing in the data; use an IRI")
    return str(term)
