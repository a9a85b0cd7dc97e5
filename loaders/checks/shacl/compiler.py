"""Compile shapes to SPARQL: a query per constraint, whose solutions are the violations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....graph.sparql_tokens import scan
from ....messages.fault import near
from ....messages.message import foreign
from ....ontology.namespaces import OWL, RDF, RDFS, SH
from .constraint_tests import PROPERTY, SET_TESTS, VALUE_TESTS, SetTest
from .source import BeyondSparqlError, Node, ShapesGraph, path_of, target_patterns

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


#: Parameters that need a path.
_NEED_PATH: Final = ("minCount", "maxCount", "uniqueLang", "lessThan", "qualifiedValueShape")


@dataclass(frozen=True, slots=True)
class Rule:
    """One constraint of one shape as a query; each of its solutions is a validation result.

    ``focus``, ``value`` and ``path`` are the names of its variables, empty if a result has none.
    ``targets`` is the query for the focus nodes if the query must be run for each in turn, in place
    of ``$this``. ``source`` has the messages if the shape has none.
    """

    shape: Node
    constraint: str
    query: str
    focus: str = "this"
    value: str = ""
    path: str = ""
    targets: str = ""
    source: Node | None = None


class Compiler:
    """Compiles shapes for data with the given subclasses of each class."""

    def __init__(self, shapes: ShapesGraph, below: Mapping[str, Sequence[str]]) -> None:
        self.shapes: Final = shapes
        self.below: Final = below
        self._compiled: Final[dict[Node, list[Rule]]] = {}
        self._numbers = count()
        self._open: list[Node] = []
        #: The parameters that only pySHACL knows.
        self.beyond: Final = custom_parameters(shapes) | BEYOND_SPARQL

    def targets(self, shape: Node) -> str:
        """A pattern that binds ``?this`` to each focus node, or an empty one without targets."""
        patterns = target_patterns(self.shapes, shape, "?this", self.below)
        if len(patterns) == 1:
            return patterns[0]
        return " UNION ".join(f"{{ {pattern} }}" for pattern in patterns)

    def rules(self, shape: Node) -> list[Rule]:
        """The rules of a shape that has targets, and of its property shapes.

        Raises ``BeyondSparqlError`` if only pySHACL can check it, ``ShapesError`` if nothing can.
        """
        if shape not in self._compiled:
            self._open.clear()
            self._compiled[shape] = list(self._rules(shape, self.targets(shape), "?this"))
        return self._compiled[shape]

    def _rules(self, shape: Node, where: str, focus: str) -> Iterator[Rule]:
        if not self._enter(shape):
            return
        path = path_of(self.shapes, shape)
        value = self.fresh() if path else focus
        values = f"{focus} {path} {value} ." if path else ""
        # A focus node that was found by this property is not joined with it again.
        found = "" if where == f"{focus} {path} [] ." else where
        name, result = focus[1:], value[1:]
        for parameter, (constraint, test) in VALUE_TESTS.items():
            if self.shapes.values(shape, parameter):
                for holds in test(self, shape, value):
                    pattern = f"{found} {values} FILTER(!{holds})"
                    yield Rule(shape, constraint, _select(pattern, focus, value), name, result)
        for parameter, tests in SET_TESTS.items():
            if self.shapes.values(shape, parameter):
                for item in tests(self, shape, focus):
                    query = _set_query(item, where, focus, self.fresh())
                    yield Rule(shape, item.constraint, query, name, item.value[1:])
        for source in self.shapes.nodes_of(shape, "sparql"):
            if not self.shapes.is_true(source, "deactivated"):
                query, is_set_wise = select_rule(self.shapes, shape, source, where, focus)
                targets = "" if is_set_wise else _select(where, focus)
                given = ("this", "value", "path")
                yield Rule(shape, "SPARQL", query, *given, targets=targets, source=source)
        for other in self.shapes.nodes_of(shape, "property"):
            yield from self._rules(other, f"{where} {values}", value)
        self._open.pop()

    def _enter(self, shape: Node) -> bool:
        """Begin with a shape; False if it is deactivated."""
        if not self.shapes.is_known(shape):
            raise ShapesError("shape-undefined", shape=str(shape))
        if shape in self._open:
            raise ShapesError("shape-recursive", shape=str(shape))
        if self.shapes.is_true(shape, "deactivated"):
            return False
        if beyond := self.beyond.intersection(self.shapes.predicates(shape)):
            raise BeyondSparqlError(f"the constraint component with <{min(beyond)}>")
        if not self.shapes.is_property_shape(shape):
            for name in _NEED_PATH:
                if self.shapes.values(shape, name):
                    raise ShapesError("shape-without-path", shape=str(shape), name=name)
        self._open.append(shape)
        return True

    def fresh(self) -> str:
        """A fresh variable."""
        return f"?v{next(self._numbers)}"

    def is_a(self, variable: str, kind: str) -> str:
        """An expression: the variable is a member of a class, or of one below it."""
        itself = f"EXISTS {{ {variable} a <{kind}> }}"
        below = self.below.get(kind)
        if not below:
            return itself
        named = ", ".join(f"<{iri}>" for iri in below)
        other = self.fresh()
        return f"({itself} || EXISTS {{ {variable} a {other} FILTER({other} IN ({named})) }})"

    def conforms(self, shape: Node, variable: str) -> str:
        """An expression: the variable conforms to a shape."""
        if not self._enter(shape):
            return "true"
        if self.shapes.values(shape, "sparql"):
            raise BeyondSparqlError("sh:sparql inside another shape")
        path = path_of(self.shapes, shape)
        value = self.fresh() if path else variable
        tests = {**VALUE_TESTS, "property": PROPERTY}
        holds = [
            expression
            for parameter, (_, test) in tests.items()
            if self.shapes.values(shape, parameter)
            for expression in test(self, shape, value)
        ]
        if path and holds:
            broken = f"{variable} {path} {value} . FILTER(!({' && '.join(holds)}))"
            holds = [f"NOT EXISTS {{ {broken} }}"]
        for parameter, tests_of in SET_TESTS.items():
            if self.shapes.values(shape, parameter):
                holds += [
                    _set_holds(item, self.fresh()) for item in tests_of(self, shape, variable)
                ]
        self._open.pop()
        return f"({' && '.join(holds) or 'true'})"


def _select(pattern: str, *variables: str) -> str:
    return f"SELECT DISTINCT {' '.join(dict.fromkeys(variables))} WHERE {{ {pattern} }}"


def _set_query(test: SetTest, where: str, focus: str, spare: str) -> str:
    if test.counted and _needed(test) > 2:
        having = f"COUNT(DISTINCT {test.counted})"
        having += f" < {test.low}" if test.high is None else f" > {test.high}"
        return (
            f"SELECT {focus} WHERE {{ {{ {_select(where, focus)} }} "
            f"OPTIONAL {{ {test.pattern} }} }} GROUP BY {focus} HAVING ({having})"
        )
    if test.counted or test.is_absence:
        return _select(f"{where} FILTER(!{_set_holds(test, spare)})", focus)
    variables = [name for name in (focus, test.value) if name]
    return _select(f"{where} {test.pattern}", *variables)


def _set_holds(test: SetTest, spare: str) -> str:
    """An expression: the focus node passes the test."""
    pattern, is_wanted = test.pattern, test.is_absence
    if test.counted:
        is_wanted = test.high is None
        if _needed(test) > 2:
            raise BeyondSparqlError(f"sh:{test.constraint} above 2 inside another shape")
        if _needed(test) == 2:
            # Inner variables of the second copy stand under EXISTS, so they need no new names.
            other = re.sub(rf"{re.escape(test.counted)}\b", spare, pattern)
            pattern += f" {other} FILTER(!sameTerm({test.counted}, {spare}))"
    return f"{'' if is_wanted else 'NOT '}EXISTS {{ {pattern} }}"


def _needed(test: SetTest) -> int:
    """How many values a node must have, or must not have."""
    return test.low if test.high is None else test.high + 1


def severity_of(shapes: ShapesGraph, shape: Node) -> str:
    """The severity of a shape's results: by default ``Violation``."""
    found = shapes.values(shape, "severity")
    return found[0].value.removeprefix(SH) if found else "Violation"


#: Words after which ``$this`` is not simply the variable of the outermost group.
_INWARD: Final = (
    "UNION", "MINUS", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "GRAPH", "BIND",
    "AS",
)  # fmt: skip
_BY_DEFAULT: Final = {"rdf": RDF, "rdfs": RDFS, "owl": OWL}


def select_rule(
    shapes: ShapesGraph, shape: Node, source: Node, where: str, focus: str
) -> tuple[str, bool]:
    """The query of a SPARQL constraint, and whether it finds the focus nodes by itself.

    If the whole query is one group with filters and options, the pattern of the targets is
    inserted and binds ``?this``. Otherwise ``$this`` must be replaced by each focus node in turn,
    as SHACL defines it (section 5.3.1).
    """
    selects = shapes.values(source, "select")
    if len(selects) != 1:
        raise ShapesError("shape-without-select", node=str(source))
    query = selects[0].value
    if path := path_of(shapes, shape):
        query = _with_path(query, path)
    found = list(scan(query))
    named = {token.text[1:] for token in found if token.kind == "var"}
    if named & {"currentShape", "shapesGraph", "PATH"}:
        raise BeyondSparqlError("$currentShape, $shapesGraph or $PATH in a SPARQL constraint")
    declared = prologue(shapes, source)
    opened = [place for place, token in enumerate(found) if token.text == "{"]
    first = opened[0] if opened else 0
    is_set_wise = (
        focus == "?this"
        and not any(token.is_word(*_INWARD) for token in found)
        and sum(token.is_word("SELECT") for token in found) < 2
        and all(found[place - 1].is_word("EXISTS", "OPTIONAL") for place in opened[1:])
        and any(token.text in ("?this", "$this") for token in found[:first])
    )
    if is_set_wise:
        end = found[first].end
        query = f"{query[:end]} {where} {query[end:]}"
    try:
        ox.Store().query(declared + query)
    except SyntaxError as error:
        reason = foreign(error.msg)
        raise ShapesError("bad-shape-query", node=str(source), reason=reason) from error
    return declared + query, is_set_wise


def _with_path(query: str, path: str) -> str:
    """The query with a property path in the place of ``$PATH`` (section 5.2.1)."""
    made, done = [], 0
    for token in scan(query):
        if token.text in ("$PATH", "?PATH"):
            made += [query[done : token.start], path]
            done = token.end
    return "".join([*made, query[done:]])


def prologue(shapes: ShapesGraph, source: Node) -> str:
    """The prefixes declared by ``sh:prefixes`` (5.2.1)."""
    known = dict(_BY_DEFAULT)
    for ontology in shapes.nodes_of(source, "prefixes"):
        for declared in shapes.nodes_of(ontology, "declare"):
            names, spaces = (shapes.values(declared, name) for name in ("prefix", "namespace"))
            if len(names) != 1 or len(spaces) != 1:
                raise ShapesError("bad-prefix-declaration", node=str(declared))
            known[names[0].value] = spaces[0].value
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in known.items())
