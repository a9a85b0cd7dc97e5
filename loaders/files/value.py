"""Values as written, whatever kind of file they stand in, and the faults reported at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ...messages.fault import Fault, Place, near
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


class Given(Structure):
    """A value given by a program: a text, a number, a list or a mapping, at one place."""

    __slots__ = ("_place", "_value", "faults")

    def __init__(self, value: Any, place: Place, faults: list[Fault]) -> None:
        self._value, self._place, self.faults = value, place, faults

    @property
    def place(self) -> Place:
        """The place that was given with the value."""
        return self._place

    @property
    def is_text(self) -> bool:
        """Whether it is a single value."""
        return not isinstance(self._value, (list, tuple, Mapping))

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self._value, (list, tuple))

    def text(self) -> str:
        """The value as text; a fault if it is a list or a mapping."""
        if not self.is_text:
            self.fault("single-value-expected")
            return ""
        if isinstance(self._value, bool):
            return str(self._value).lower()
        return "" if self._value is None else str(self._value)

    def items(self) -> Sequence[Given]:
        """The values of a list; a single value is a list of one."""
        values = self._value if self.is_list else [self._value]
        return [Given(value, self._place, self.faults) for value in values]

    def fields(self, allowed: frozenset[str] | None = None) -> Mapping[str, Given]:
        """The values of a mapping by key; unknown keys are faults."""
        if not isinstance(self._value, Mapping):
            self.fault("mapping-expected")
            return {}
        found = {}
        for name, value in self._value.items():
            if allowed is not None and name not in allowed:
                self.fault("unknown-key", key=str(name), remedy=near(str(name), allowed))
            else:
                found[str(name)] = Given(value, self._place, self.faults)
        return found
