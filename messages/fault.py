"""The fault: the one result of every check, with its place, what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from .message import Message, Part, has_words

ARROW: Final = "\n    → "


class Place(NamedTuple):
    """A place in an input file; line and column are 1-based, 0 where there is none."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n)]
        return ":".join(parts)


def remedy_of(code: str, parts: dict[str, Part]) -> Message | None:
    """The remedy that the catalogues have for a code, under ``CODE.remedy``."""
    code = f"{code}.remedy"
    return Message(code, **parts) if has_words(code) else None


def near(name: str, known: Iterable[str]) -> Message | None:
    """The remedy for a misspelt name: the known names that come closest, or all if they are few."""
    from difflib import get_close_matches

    names = sorted(known)
    if close := get_close_matches(name, names):
        return Message("did-you-mean", names=close)
    return Message("known-names", names=names) if 0 < len(names) <= 20 else None


@dataclass(frozen=True, slots=True)
class Fault:
    """One result of a check: where it stands, what is wrong, and how to mend it."""

    place: Place
    message: Message
    remedy: Message | None = None
    check: str = "format"

    @classmethod
    def at(
        cls,
        place: Place,
        code: str,
        /,
        *,
        check: str = "format",
        remedy: Message | None = None,
        **parts: Part,
    ) -> Fault:
        """The fault of that code; its remedy is that of the code, unless another one is given."""
        return cls(place, Message(code, **parts), remedy or remedy_of(code, parts), check)

    @property
    def code(self) -> str:
        """The stable code of what is wrong."""
        return self.message.code

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}"
        return f"{text}{ARROW}{self.remedy}" if self.remedy else text

    def __lt__(self, other: Fault) -> bool:
        return (self.place, str(self)) < (other.place, str(other))
