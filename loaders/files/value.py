"""Values as written, whatever kind of file they stand in, and the faults reported at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ...messages.fault import Fault, Place
from ...messages.message import Message, Part


class Site(Protocol):
    """Where something is written, and where its faults are reported."""

    __slots__ = ()
    #: The list that takes the faults.
    faults: list[Fault]

    @property
    def place(self) -> Place:
        """The file, the line and the column."""
        ...

    def fault(
        self,
        code: str,
        /,
        *,
        check: str = "format",
        remedy: Message | None = None,
        **parts: Part,
    ) -> None:
        """Report a fault; see :meth:`.Fault.at`."""
        self.faults.append(Fault.at(self.place, code, check=check, remedy=remedy, **parts))


class Spot(Site):
    """A site that keeps nothing of the value written there."""

    __slots__ = ("_place", "faults")

    def __init__(self, place: Place, faults: list[Fault]) -> None:
        self._place, self.faults = place, faults

    @property
    def place(self) -> Place:
        """The place of the value."""
        return self._place


class Value(Site, Protocol):
    """A written value with its place."""

    __slots__ = ()

    def text(self) -> str:
        """The value as written."""
        ...


class Structure(Value, Protocol):
    """A value that may be a list or a mapping; reading it as what it is not reports a fault."""

    __slots__ = ()

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
        """The values of a mapping by key; ``allowed`` names the permitted keys."""
        ...
