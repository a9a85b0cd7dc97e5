"""The names of SHACL: those compiled to SPARQL, those left to pySHACL, and all others."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....messages.fault import near
from ....ontology.namespaces import RDF, RDFS, SH
from .set_tests import SET_TESTS
from .source import ShapesGraph
from .value_tests import VALUE_TESTS

#: Names of SHACL Core and SHACL-SPARQL that are not parameters of a Core constraint.
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
#: Parameters that none of our shapes uses: shapes of collections that do are left to pySHACL.
BEYOND_SPARQL: Final = frozenset(
    SH + name
    for name in ("and", "xone", "closed", "disjoint", "equals", "lessThanOrEquals",
                 "minExclusive", "maxExclusive", "maxInclusive")
)  # fmt: skip
_NAMES: Final = BEYOND_SPARQL.union(SH + name for name in (*_OTHERS, *VALUE_TESTS, *SET_TESTS))


def refuse_unknown(shapes: ShapesGraph) -> None:
    """Raise ``ShapesError`` for a name of SHACL that neither this program nor pySHACL applies.

    Otherwise a misspelt parameter, or one of a SHACL extension, would silently check nothing.
    """
    for triple in shapes.triples:
        iri, shape = triple.predicate.value, str(triple.subject)
        if iri.startswith(SH) and iri not in _NAMES:
            name = iri.removeprefix(SH)
            remedy = near(name, [known.removeprefix(SH) for known in _NAMES])
            raise ShapesError("unknown-shacl-name", shape=shape, name=name, remedy=remedy)


def custom_parameters(shapes: ShapesGraph) -> frozenset[str]:
    """The parameters of custom constraint components (section 6)."""
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
