"""Constraints of SHACL Core: on each value as SPARQL expressions, on all values as patterns.

Names are those of SHACL: the parameter's, and the component's without ``ConstraintComponent``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....ontology.namespaces import RDFS, SH, XSD
from .source import BeyondSparqlError, Context, Node, ShapesGraph, constant, path_of

ValueTest: TypeAlias = Callable[[Context, Node, str], Iterator[str]]

#: Datatypes whose lexical forms Oxigraph can check, by casting.
_CAST: Final = frozenset(
    XSD + name for name in ("integer", "decimal", "float", "double", "boolean", "date", "time",
                            "dateTime")
)  # fmt: skip
#: Datatypes that Oxigraph stores as xsd:integer, so that a query cannot distinguish them.
_NOT_KEPT: Final = frozenset(
    XSD + name
    for name in (
        "byte", "short", "int", "long", "unsignedByte", "unsignedShort", "unsignedInt",
        "unsignedLong", "positiveInteger", "nonNegativeInteger", "negativeInteger",
        "nonPositiveInteger",
    )
)  # fmt: skip
_KINDS: Final = {
    "IRI": "isIRI({0})",
    "BlankNode": "isBlank({0})",
    "Literal": "isLiteral({0})",
    "BlankNodeOrIRI": "(!isLiteral({0}))",
    "BlankNodeOrLiteral": "(!isIRI({0}))",
    "IRIOrLiteral": "(!isBlank({0}))",
}


def _class(context: Context, shape: Node, value: str) -> Iterator[str]:
    for kind in context.shapes.nodes_of(shape, "class"):
        yield context.is_a(value, kind.value)


def _datatype(context: Context, shape: Node, value: str) -> Iterator[str]:
    for kind in context.shapes.nodes_of(shape, "datatype"):
        if kind.value in _NOT_KEPT:
            raise BeyondSparqlError(f"sh:datatype {kind}")
        if kind.value == RDFS + "Literal":
            yield f"isLiteral({value})"
        elif kind.value in _CAST:
            cast = f"DATATYPE({kind}(STR({value}))) = {kind}"
            yield f"COALESCE(DATATYPE({value}) = {kind} && {cast}, false)"
        else:
            yield f"COALESCE(DATATYPE({value}) = {kind}, false)"


def _node_kind(context: Context, shape: Node, value: str) -> Iterator[str]:
    for kind in context.shapes.nodes_of(shape, "nodeKind"):
        name = kind.value.removeprefix(SH)
        if name not in _KINDS:
            raise ShapesError("not-a-node-kind", kind=str(kind), shape=str(shape))
        yield _KINDS[name].format(value)


def _min_inclusive(context: Context, shape: Node, value: str) -> Iterator[str]:
    for bound in context.shapes.values(shape, "minInclusive"):
        yield f"COALESCE({value} >= {bound}, false)"


def _length(name: str, sign: str) -> ValueTest:
    def test(context: Context, shape: Node, value: str) -> Iterator[str]:
        number = context.shapes.whole(shape, name)
        if number is not None:
            yield f"(!isBlank({value}) && STRLEN(STR({value})) {sign} {number})"

    return test


def _pattern(context: Context, shape: Node, value: str) -> Iterator[str]:
    flags = context.shapes.value(shape, "flags")
    given = f", {ox.Literal(flags.value)}" if flags else ""
    for pattern in context.shapes.values(shape, "pattern"):
        regex = f"{ox.Literal(pattern.value)}{given}"
        # What SPARQL's REGEX lacks, such as look-ahead, would be an error for each value.
        if any(row["ok"] is None for row in _selected(f'SELECT (REGEX("", {regex}) AS ?ok) {{}}')):
            raise BeyondSparqlError(f"sh:pattern {pattern}")
        yield f"(!isBlank({value}) && REGEX(STR({value}), {regex}))"


def _selected(query: str) -> ox.QuerySolutions:
    answer = ox.Store().query(query)
    assert isinstance(answer, ox.QuerySolutions)
    return answer


def _language_in(context: Context, shape: Node, value: str) -> Iterator[str]:
    for languages in context.shapes.values(shape, "languageIn"):
        ranges = (ox.Literal(tag.value) for tag in context.shapes.members(languages))
        matches = " || ".join(f"langMatches(LANG({value}), {tag})" for tag in ranges)
        yield f"COALESCE({matches or 'false'}, false)"


def _in(context: Context, shape: Node, value: str) -> Iterator[str]:
    for allowed in context.shapes.values(shape, "in"):
        same = (f"sameTerm({value}, {constant(item)})" for item in context.shapes.members(allowed))
        yield f"({' || '.join(same) or 'false'})"


def _not(context: Context, shape: Node, value: str) -> Iterator[str]:
    for other in context.shapes.nodes_of(shape, "not"):
        yield f"(!{context.conforms(other, value)})"


def _node(context: Context, shape: Node, value: str) -> Iterator[str]:
    for other in context.shapes.nodes_of(shape, "node"):
        yield context.conforms(other, value)


def _property(context: Context, shape: Node, value: str) -> Iterator[str]:
    for other in context.shapes.nodes_of(shape, "property"):
        yield context.conforms(other, value)


def _or(context: Context, shape: Node, value: str) -> Iterator[str]:
    for options in context.shapes.values(shape, "or"):
        members = context.shapes.member_nodes(options)
        if not members:
            raise ShapesError("no-shapes-listed", shape=str(shape))
        yield f"({' || '.join(context.conforms(member, value) for member in members)})"


#: Parameter → component, and the expressions that must hold for each value node.
VALUE_TESTS: Final[dict[str, tuple[str, ValueTest]]] = {
    "class": ("Class", _class),
    "datatype": ("Datatype", _datatype),
    "nodeKind": ("NodeKind", _node_kind),
    "minInclusive": ("MinInclusive", _min_inclusive),
    "minLength": ("MinLength", _length("minLength", ">=")),
    "maxLength": ("MaxLength", _length("maxLength", "<=")),
    "pattern": ("Pattern", _pattern),
    "languageIn": ("LanguageIn", _language_in),
    "in": ("In", _in),
    "not": ("Not", _not),
    "or": ("Or", _or),
    "node": ("Node", _node),
}
#: ``sh:property`` reports by itself at the top; inside another shape it is a value test.
PROPERTY: Final[tuple[str, ValueTest]] = ("Property", _property)


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
