"""What a validation says: one result for each rule that a node breaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .source import Node, ShapesGraph


@dataclass(frozen=True, slots=True, order=True)
class ShapeResult:
    """One rule that one node breaks: a validation result of SHACL (section 3.6).

    ``focus`` and ``shape`` are IRIs; ``path`` is the IRI of a property, or a path as SPARQL
    writes it; ``value`` is the offending term in N-Triples form; ``constraint`` is the
    constraint component's local name, such as ``MinCount``; ``severity`` is ``Violation``,
    ``Warning`` or ``Info``. Path and value are empty where the result has none.
    """

    focus: str
    path: str
    value: str
    shape: str
    message_ar: str
    message_en: str
    severity: str
    constraint: str

    @property
    def name(self) -> str:
        """The shape's local name, such as ``FactModality``."""
        return self.shape.rpartition("#")[2]


def messages_of(shapes: ShapesGraph, shape: Node, source: Node | None) -> tuple[str, str]:
    """What a result says in Arabic and English: the shape's words, else its SPARQL constraint's.

    A message without a language serves for both; without any, the rule is named.
    """
    found = _messages(shapes, [node for node in (shape, source) if node is not None])
    name = shape.value.rpartition("#")[2] or shape.value
    other = found.get("", "")
    return (
        found.get("ar") or other or found.get("en") or f"خولفت القاعدة {name}.",
        found.get("en") or other or found.get("ar") or f"The rule {name} is broken.",
    )


def _messages(shapes: ShapesGraph, nodes: Iterable[Node]) -> dict[str, str]:
    for node in nodes:
        found = {
            getattr(value, "language", None) or "": value.value
            for value in shapes.values(node, "message")
        }
        if found:
            return found
    return {}
