"""Constraints of SHACL Core about all values of a focus node together, as patterns of SPARQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....ontology.namespaces import RDF, RDFS
from .source import Node, ShapesGraph, path_of
from .vocabulary import BeyondSparqlError, Context, constant


@dataclass(frozen=True, slots=True)
class SetTest:
    """A pattern that has a solution for a focus node that breaks a constraint, or else has none.

    ``value`` and ``path`` are the variables with the offending value and its predicate, if any.
    ``is_absence`` turns it round: what is broken is that there is no solution. With ``counted``
    it is the number of distinct values of that variable that must lie from ``low`` to ``high``.
    """

    constraint: str
    pattern: str
    value: str = ""
    path: str = ""
    is_absence: bool = False
    counted: str = ""
    low: int = 0
    high: int | None = None


SetTests: TypeAlias = Callable[[Context, Node, str], Iterator[SetTest]]


def _values(context: Context, shape: Node, focus: str, value: str) -> str:
    """A pattern: the value nodes of a property shape."""
    return f"{focus} {path_of(context.shapes, shape)} {value} ."


def _min_count(context: Context, shape: Node, focus: str) -> Iterator[SetTest]:
    if number := context.shapes.whole(shape, "minCount"):
        value = context.fresh()
        values = _values(context, shape, focus, value)
        yield SetTest("MinCount", values, counted=value, low=number)


def _max_count(context: Context, shape: Node, focus: str) -> Iterator[SetTest]:
    number = context.shapes.whole(shape, "maxCount")
    if number is not None:
        value = context.fresh()
        values = _values(context, shape, focus, value)
        yield SetTest("MaxCount", values, counted=value, high=number)


def _qualified(context: Context, shape: Node, focus: str) -> Iterator[SetTest]:
    if not context.shapes.is_property_shape(shape):
        raise ShapesError(f"{shape}: sh:qualifiedValueShape goes with sh:path")
    low = context.shapes.whole(shape, "qualifiedMinCount")
    high = context.shapes.whole(shape, "qualifiedMaxCount")
    if low is None and high is None:
        raise ShapesError(
            f"{shape} has sh:qualifiedValueShape; add sh:qualifiedMinCount or sh:qualifiedMaxCount"
        )
    for other in context.shapes.nodes_of(shape, "qualifiedValueShape"):
        value = context.fresh()
        fitting = context.conforms(other, value)
        if context.shapes.is_true(shape, "qualifiedValueShapesDisjoint"):
            for sibling in _siblings(context.shapes, shape, other):
                fitting += f" && !{context.conforms(sibling, value)}"
        values = f"{_values(context, shape, focus, value)} FILTER({fitting})"
        if low:
            yield SetTest("QualifiedMinCount", values, counted=value, low=low)
        if high is not None:
            yield SetTest("QualifiedMaxCount", values, counted=value, high=high)


def _siblings(shapes: ShapesGraph, shape: Node, other: Node) -> list[Node]:
    """The shapes that qualify the values of the same parent's other properties (4.7.3)."""
    parents = [node for node in shapes.nodes if shape in shapes.values(node, "property")]
    found = {
        sibling
        for parent in parents
        for item in shapes.nodes_of(parent, "property")
        for sibling in shapes.nodes_of(item, "qualifiedValueShape")
    }
    return sorted(found - {other}, key=str)


def _unique_lang(context: Context, shape: Node, focus: str) -> Iterator[SetTest]:
    if context.shapes.is_true(shape, "uniqueLang"):
        one, two = context.fresh(), context.fresh()
        values = _values(context, shape, focus, one) + _values(context, shape, focus, two)
        same = f'LANG({one}) != "" && LCASE(LANG({one})) = LCASE(LANG({two}))'
        yield SetTest("UniqueLang", f"{values} FILTER({same} && !sameTerm({one}, {two}))")


def _has_value(context: Context, shape: Node, focus: str) -> Iterator[SetTest]:
    for wanted in context.shapes.values(shape, "hasValue"):
        if context.shapes.is_property_shape(shape):
            triple = _values(context, shape, focus, constant(wanted))
            yield SetTest("HasValue", triple, is_absence=True)
        else:
            yield SetTest("HasValue", f"FILTER(!sameTerm({focus}, {constant(wanted)}))")


def _disjoint(context: Context, shape: Node, focus: str) -> Iterator[SetTest]:
    for predicate in context.shapes.values(shape, "disjoint"):
        if context.shapes.is_property_shape(shape):
            value = context.fresh()
            values = f"{_values(context, shape, focus, value)} {focus} {predicate} {value} ."
            yield SetTest("Disjoint", values, value)
        else:
            yield SetTest("Disjoint", f"{focus} {predicate} {focus} .", focus)


def _equals(context: Context, shape: Node, focus: str) -> Iterator[SetTest]:
    for predicate in context.shapes.values(shape, "equals"):
        if not context.shapes.is_property_shape(shape):
            raise BeyondSparqlError("sh:equals of a node shape")
        for is_value in (True, False):
            value = context.fresh()
            values, others = (
                _values(context, shape, focus, value),
                f"{focus} {predicate} {value} .",
            )
            there, lacking = (values, others) if is_value else (others, values)
            yield SetTest("Equals", f"{there} FILTER NOT EXISTS {{ {lacking} }}", value)


def _less(name: str, component: str, sign: str) -> SetTests:
    def test(context: Context, shape: Node, focus: str) -> Iterator[SetTest]:
        for predicate in context.shapes.values(shape, name):
            value, bound = context.fresh(), context.fresh()
            pair = f"{_values(context, shape, focus, value)} {focus} {predicate} {bound} ."
            smaller = f"COALESCE({value} {sign} {bound}, false)"
            yield SetTest(component, f"{pair} FILTER(!{smaller})", value)

    return test


def _closed(context: Context, shape: Node, focus: str) -> Iterator[SetTest]:
    if not context.shapes.is_true(shape, "closed"):
        return
    allowed = {
        str(path)
        for item in context.shapes.nodes_of(shape, "property")
        for path in context.shapes.values(item, "path")
        if isinstance(path, ox.NamedNode)
    }
    for ignored in context.shapes.values(shape, "ignoredProperties"):
        allowed.update(str(item) for item in context.shapes.members(ignored))
    node, path, value = focus, context.fresh(), context.fresh()
    values = ""
    if context.shapes.is_property_shape(shape):
        node = context.fresh()
        values = _values(context, shape, focus, node)
    bad = [f"{path} NOT IN ({', '.join(sorted(allowed))})"] if allowed else []
    bad.append(f"!({path} = <{RDF}type> && sameTerm({value}, <{RDFS}Resource>))")
    triple = f"{node} {path} {value} ."
    yield SetTest("Closed", f"{values} {triple} FILTER({' && '.join(bad)})", value, path)


#: Parameter → the tests about all values of a focus node together.
SET_TESTS: Final[dict[str, SetTests]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "qualifiedValueShape": _qualified,
    "uniqueLang": _unique_lang,
    "hasValue": _has_value,
    "disjoint": _disjoint,
    "equals": _equals,
    "lessThan": _less("lessThan", "LessThan", "<"),
    "lessThanOrEquals": _less("lessThanOrEquals", "LessThanOrEquals", "<="),
    "closed": _closed,
}
