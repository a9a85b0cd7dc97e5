"""One written value, in whatever kind of file: what readers hand to those who judge it."""

from __future__ import annotations

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
