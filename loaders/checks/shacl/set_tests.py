"""Constraints of SHACL Core on the set of values of a focus node, as SPARQL patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from ....graph.errors import ShapesError
from .source import Context, Node, ShapesGraph, constant, path_of


@dataclass(frozen=True, slots=True)
class SetTest:
    """A pattern that has a solution for a focus node if it breaks a constraint.

    ``value`` is the variable with the offending value, if any. With ``is_absence``, the constraint
    is broken if there is no solution. With ``counted``, the number of distinct values of that
    variable must be from ``low`` to ``high``.
    """

    constraint: str
    pattern: str
    value: str = ""
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
    low = context.shapes.whole(shape, "qualifiedMinCount")
    high = context.shapes.whole(shape, "qualifiedMaxCount")
    if low is None and high is None:
        raise ShapesError("shape-without-count", shape=str(shape))
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


def _less_than(context: Context, shape: Node, focus: str) -> Iterator[SetTest]:
    for predicate in context.shapes.values(shape, "lessThan"):
        value, bound = context.fresh(), context.fresh()
        pair = f"{_values(context, shape, focus, value)} {focus} {predicate} {bound} ."
        yield SetTest("LessThan", f"{pair} FILTER(!COALESCE({value} < {bound}, false))", value)


#: Parameter → the tests of its values.
SET_TESTS: Final[dict[str, SetTests]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "qualifiedValueShape": _qualified,
    "uniqueLang": _unique_lang,
    "hasValue": _has_value,
    "lessThan": _less_than,
}
