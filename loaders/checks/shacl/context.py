"""The interface between constraints and the compiler."""

from __future__ import annotations

from typing import Protocol

import pyoxigraph as ox

from ....graph.errors import ShapesError
from .source import Node, ShapesGraph


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
