"""The fault: the one result of every check, with its place, what is wrong and how to mend it."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterable
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

    if isinstance(known, Collection) and len(known) > _FEW:
        close = get_close_matches(name, _alike(name, known))
        return Message("did-you-mean", names=close) if close else None
    names = sorted(known)
    if close := get_close_matches(name, names):
        return Message("did-you-mean", names=close)
    return Message("known-names", names=names) if 0 < len(names) <= 20 else None


#: Of up to so many names, each is compared; comparing takes about 30 µs.
_FEW: Final = 500
#: How many names are compared of those that begin, and of those that end, most like the one.
_BESIDE: Final = 60
#: Large registers that were searched last, each with its names sorted forwards and backwards.
_SORTED: Final[dict[int, tuple[Collection[str], int, list[str], list[str]]]] = {}


def _alike(name: str, known: Collection[str]) -> list[str]:
    """The names of a large register that share the longest beginning or end with the name.

    A misspelling leaves one of the two. A run over thousands of faults stays linear.
    """
    entry = _SORTED.get(id(known))
    if entry is None or entry[0] is not known or entry[1] != len(known):
        if len(_SORTED) >= 8:
            _SORTED.clear()
        names = sorted(known)
        entry = known, len(known), names, sorted(one[::-1] for one in names)
        _SORTED[id(known)] = entry
    _, _, forwards, backwards = entry
    at, back = bisect(forwards, name), bisect(backwards, name[::-1])
    beside = forwards[max(0, at - _BESIDE) : at + _BESIDE]
    beside += [one[::-1] for one in backwards[max(0, back - _BESIDE) : back + _BESIDE]]
    return sorted(set(beside))


#: How much a warning deserves to be read, by its code; the others weigh 1.
_WEIGHTS: Final = {"speaker-not-named": 3, "not-in-the-text": 3, "values-differ": 2}


def by_weight(warnings: Iterable[Fault]) -> list[Fault]:
    """Warnings in the order in which they deserve to be read, each once.

    First what the text does not have at all, last what it has elsewhere.
    """
    return sorted(dict.fromkeys(warnings), key=lambda one: -_WEIGHTS.get(one.code, 1))


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
