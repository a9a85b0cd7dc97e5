"""Shapes as indexed triples, and the results of applying them, alike for both engines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple, Protocol, TypeAlias

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....messages.fault import Fault, Place
from ....messages.message import Message
from ....ontology.namespaces import OWL, RDF, RDFS, SH

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Value: TypeAlias = Node | ox.Literal

_CLASSES: Final = (RDFS + "Class", OWL + "Class")


class ShapesGraph:
    """The triples of shapes, indexed. Names without a namespace are those of SHACL."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples: Final = tuple(triples)
        self._values: Final[dict[Node, dict[str, list[Value]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for triple in self.triples:
            if isinstance(triple.subject, (ox.NamedNode, ox.BlankNode)) and not isinstance(
                triple.object, ox.Triple
            ):
                known = self._values[triple.subject][triple.predicate.value]
                if triple.object not in known:
                    known.append(triple.object)

    @property
    def nodes(self) -> Iterator[Node]:
        """All subjects."""
        return iter(list(self._values))

    def predicates(self, node: Node) -> list[str]:
        """The IRIs of the predicates of a node."""
        return list(self._values.get(node, ()))

    def values(self, node: Node, name: str) -> list[Value]:
        """The objects of a predicate, given by its name in SHACL or by its IRI."""
        iri = name if ":" in name else SH + name
        return list(self._values.get(node, {}).get(iri, ()))

    def value(self, node: Node, name: str) -> Value | None:
        """The only object of a predicate, or None. Raises ``ShapesError`` if there are two."""
        found = self.values(node, name)
        if len(found) > 1:
            remedy = Message("keep-one")
            raise ShapesError("shape-with-two-values", shape=str(node), name=name, remedy=remedy)
        return found[0] if found else None

    def nodes_of(self, node: Node, name: str) -> list[Node]:
        """The objects of a predicate, which must be nodes. Raises ``ShapesError`` if one is not."""
        return [_node(value, f"{node} sh:{name}") for value in self.values(node, name)]

    def members(self, head: Value) -> list[Value]:
        """The members of an RDF list. Raises ``ShapesError`` if it is not a list."""
        found: list[Value] = []
        seen: set[Value] = set()
        while not (isinstance(head, ox.NamedNode) and head.value == RDF + "nil"):
            node = _node(head, "rdf:rest")
            first, rest = self.values(node, RDF + "first"), self.values(node, RDF + "rest")
            if len(first) != 1 or len(rest) != 1 or head in seen:
                raise ShapesError("not-a-list", node=str(head))
            seen.add(head)
            found += first
            head = rest[0]
        return found

    def member_nodes(self, head: Value) -> list[Node]:
        """The members of a list of nodes."""
        return [_node(member, "rdf:first") for member in self.members(head)]

    def is_true(self, node: Node, name: str) -> bool:
        """Whether a predicate has the value true."""
        return any(value.value in ("true", "1") for value in self.values(node, name))

    def whole(self, node: Node, name: str) -> int | None:
        """The whole number that a predicate gives, or None."""
        value = self.value(node, name)
        if value is None:
            return None
        if not isinstance(value, ox.Literal) or not value.value.isdecimal():
            where = f"{node} sh:{name}"
            raise ShapesError("not-a-count", where=where, value=str(value))
        return int(value.value)

    def is_property_shape(self, node: Node) -> bool:
        """Whether a shape has a path."""
        return bool(self.values(node, "path"))

    def is_class(self, node: Node) -> bool:
        """Whether a shape is a class too, which makes the class's members its targets."""
        return any(map(is_class_name, self.values(node, RDF + "type")))

    def is_known(self, node: Node) -> bool:
        """Whether a node is the subject of a triple."""
        return node in self._values


def is_class_name(term: object) -> bool:
    """Whether a type is that of classes."""
    return isinstance(term, ox.NamedNode) and term.value in _CLASSES


def _node(value: Value, where: str) -> Node:
    if isinstance(value, ox.Literal):
        raise ShapesError("not-a-node", where=where, value=str(value))
    return value


_TARGETS: Final = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")


def targeted(shapes: ShapesGraph) -> list[Node]:
    """The shapes with targets that are not deactivated."""
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
    """Patterns that bind the focus variable; their union gives every focus node."""
    patterns = []
    if kinds := target_classes(shapes, shape, below):
        patterns.append(
            f"{focus} a <{kinds[0]}> ."
            if len(kinds) == 1
            else f"VALUES ?kind {{ {_iris(kinds)} }} {focus} a ?kind ."
        )
    if nodes := shapes.values(shape, "targetNode"):
        if any(isinstance(node, ox.BlankNode) for node in nodes):
            raise ShapesError("blank-node-in-shape", node=f"{shape} sh:targetNode")
        patterns.append(f"VALUES {focus} {{ {' '.join(map(str, nodes))} }}")
    for predicate in shapes.nodes_of(shape, "targetSubjectsOf"):
        patterns.append(f"{focus} {predicate} [] .")
    for predicate in shapes.nodes_of(shape, "targetObjectsOf"):
        patterns.append(f"[] {predicate} {focus} .")
    return patterns


def target_classes(
    shapes: ShapesGraph, shape: Node, below: Mapping[str, Sequence[str]]
) -> list[str]:
    """The classes whose members are focus nodes."""
    classes = [node.value for node in shapes.nodes_of(shape, "targetClass")]
    if _is_implicit(shapes, shape):
        classes.append(shape.value)
    return list(dict.fromkeys(chain(classes, *(below.get(name, ()) for name in classes))))


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


_REPEATED: Final = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}


def path_of(shapes: ShapesGraph, shape: Node) -> str:
    """The path of a property shape, written in SPARQL; empty for a node shape.

    Raises ``ShapesError`` if it is not a SHACL path. The inverse of a sequence is evaluated from
    its end, as in SPARQL; pySHACL 0.40 evaluates it from its beginning.
    """
    path = shapes.value(shape, "path")
    return "" if path is None else _written(shapes, path)


def _written(shapes: ShapesGraph, path: Value) -> str:
    path = _node(path, "sh:path")
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
    raise ShapesError("not-a-path", node=str(path))


class BeyondSparqlError(Exception):
    """A shape that pySHACL can check and this compiler cannot."""


class Context(Protocol):
    """What constraints need of the compiler."""

    @property
    def shapes(self) -> ShapesGraph:
        """All shapes."""
        ...

    def fresh(self) -> str:
        """A fresh variable."""
        ...

    def is_a(self, variable: str, kind: str) -> str:
        """An expression: the variable is a member of a class, or of one below it."""
        ...

    def conforms(self, shape: Node, variable: str) -> str:
        """An expression: the variable conforms to a shape."""
        ...


def constant(term: object) -> str:
    """A term of the shapes, written for a query."""
    if isinstance(term, ox.BlankNode):
        # In a query a blank node is a variable.
        raise ShapesError("blank-node-in-shape", node=str(term))
    return str(term)


class Result(NamedTuple):
    """One rule that one node breaks: a validation result of SHACL (section 3.6).

    ``focus`` and ``shape`` are IRIs; ``path`` is the IRI of a property, or a path in SPARQL;
    ``value`` is the offending term in N-Triples form; ``constraint`` is the component's local
    name, such as ``MinCount``; ``severity`` is ``Violation``, ``Warning`` or ``Info``. Path and
    value may be empty.
    """

    focus: str
    path: str
    value: str
    shape: str
    message: Message
    severity: str
    constraint: str

    @property
    def name(self) -> str:
        """The shape's local name, such as ``FactModality``."""
        return self.shape.rpartition("#")[2]

    @property
    def fault(self) -> Fault:
        """The fault at the focus node."""
        return Fault(Place(self.focus), self.message, check="shapes")


class ShapeMessage(Message):
    """The text of ``sh:message`` in the language asked for; without one, the shape is named."""

    __slots__ = ()

    def text(self, language: str) -> str:
        """The message in words."""
        return str(self.parts.get(language) or super().text(language))


def message_of(shapes: ShapesGraph, shape: Node, source: Node | None) -> Message:
    """The message of a shape, else that of its SPARQL constraint.

    A missing language is replaced by a message without a language, else by the other language.
    """
    found = _messages(shapes, [node for node in (shape, source) if node is not None])
    ar, en, other = (found.get(language, "") for language in ("ar", "en", ""))
    name = shape.value.rpartition("#")[2] or shape.value
    if not found:
        return Message("shape-violated", shape=name)
    return ShapeMessage("shape-violated", shape=name, ar=ar or other or en, en=en or other or ar)


def _messages(shapes: ShapesGraph, nodes: Iterable[Node]) -> dict[str, str]:
    for node in nodes:
        found = {
            getattr(value, "language", None) or "": value.value
            for value in shapes.values(node, "message")
        }
        if found:
            return found
    return {}
