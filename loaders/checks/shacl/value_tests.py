"""Constraints of SHACL Core on each value node, as SPARQL expressions.

Names are those of SHACL: the parameter's, and the component's without ``ConstraintComponent``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....ontology.namespaces import RDFS, SH, XSD
from .source import BeyondSparqlError, Context, Node, constant

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
