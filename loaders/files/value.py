"""Written values, in whatever kind of file: what readers hand to those who judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from ...messages.fault import Fault, Place


class Site(Protocol):
    """Where something is written, and where its faults are reported."""

    @property
    def place(self) -> Place:
        """The file, the line and the column."""
        ...

    def fault(self, message: str, remedy: str = "", check: str = "format") -> None:
        """Report a fault there."""
        ...


class Spot(NamedTuple):
    """A site without what is written there: all that is kept of a value that was judged."""

    place: Place
    faults: list[Fault]

    def fault(self, message: str, remedy: str = "", check: str = "format") -> None:
        """Report a fault there."""
        self.faults.append(Fault(self.place, message, remedy, check))


class Value(Site, Protocol):
    """One written value with its place, in whatever kind of file."""

    def text(self) -> str:
        """The value as written."""
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
