"""Validation results, in a form in which those of two engines can be compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ....messages.fault import Fault, Place
from ....messages.message import Message
from .source import Node, ShapesGraph


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
