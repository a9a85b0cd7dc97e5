"""Written values, in whatever kind of file: what readers hand to those who judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ..graph.errors import Place


class Value(Protocol):
    """One written value with its place, in whatever kind of file."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...

    def text(self) -> str:
        """The value as written."""
        ...

    def fault(self, message: str, remedy: str = "", check: str = "format") -> None:
        """Report a fault at the value's place."""
        ...


class Structure(Value, Protocol):
    """A value that may be a list or a mapping; asked for what it is not, it reports a fault."""

    @property
    def is_text(self) -> bool:
        """Whether it is a single value."""
        ...

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        ...

    def items(self) -> Sequence[Structure]:
        """The values of a list."""
        ...

    def fields(self, allowed: frozenset[str] | None = None) -> Mapping[str, Structure]:
        """The values of a mapping by key; ``allowed`` names the keys there may be."""
        ...
