"""What a constraint asks of the compiler, and how it says that SPARQL is not enough."""

from __future__ import annotations

from typing import Protocol

import pyoxigraph as ox

from ....graph.errors import ShapesError
from .source import Node, ShapesGraph


class BeyondSparqlError(Exception):
    """A shape says what pySHACL knows and SPARQL over Oxigraph cannot say."""


class Context(Protocol):
    """What a constraint asks of the compiler."""

    @property
    def shapes(self) -> ShapesGraph:
        """The shapes that are read."""
        ...

    def fresh(self) -> str:
        """A variable that nothing uses yet."""
        ...

    def is_a(self, variable: str, kind: str) -> str:
        """An expression: the variable is a member of a class, or of one below it."""
        ...

    def conforms(self, shape: Node, variable: str) -> str:
        """An expression: the variable breaks nothing of a shape."""
        ...


def constant(term: object) -> str:
    """A term of the shapes as a query names it."""
    if isinstance(term, ox.BlankNode):
        # In a query a blank node is a variable.
        raise ShapesError(f"the blank node {term} names nothing in the data; use an IRI")
    return str(term)
