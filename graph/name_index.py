"""Things found by their names: by the very name, or by one that is like it, in any spelling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property
from typing import Final, Literal, TypeAlias

from .arabic import fold, stem

#: Why a thing is a candidate: it has this name, its words in another order or with others
#: around them, or a name that is spelt much the same.
Match: TypeAlias = Literal["same", "words", "similar"]
_ORDER: Final[dict[Match, int]] = {"same": 0, "words": 1, "similar": 2}
#: The least likeness of two names, from 0 to 1.
_LEAST: Final = 0.6
#: How alike others must be to be shown beside a thing that has the very name.
_BESIDE_SAME: Final = 0.7
#: The likeness of a name that is used in some documents only.
_LIMITED: Final = 0.9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that a name may stand for; ``likeness`` is from 0 to 1."""

    thing: str
    why: Match
    likeness: float

    @property
    def has_the_name(self) -> bool:
        """Whether the thing has this very name, wherever it is used."""
        return self.why == "same" and self.likeness == 1


class NameIndex:
    """Things by their references, by their names, and by names used in some documents only.

    Names are compared folded, references as they are. ``allowed`` limits a search to some things.
    """

    def __init__(self) -> None:
        self._references: dict[str, set[str]] = defaultdict(set)
        self._names: dict[str, set[str]] = defaultdict(set)
        self._limited: dict[str, set[str]] = defaultdict(set)

    def add(self, thing: str, names: Iterable[str], references: Iterable[str] = ()) -> None:
        """Make a thing known by names, and by references such as its slug."""
        for reference in references:
            self._references[reference].add(thing)
        for name in names:
            self._names[fold(name)].add(thing)
        self.__dict__.pop("_stems", None)

    def add_limited(self, thing: str, name: str) -> None:
        """Make a thing known by a name that is used in some documents only."""
        self._limited[fold(name)].add(thing)
        self.__dict__.pop("_stems", None)

    def names(self) -> Iterator[tuple[str, set[str], bool]]:
        """Every name, folded, with the things that have it, and whether only in some documents."""
        for is_limited, names in enumerate((self._names, self._limited)):
            for name, things in names.items():
                yield name, things, bool(is_limited)

    def find(self, name: str, allowed: Set[str] | None = None) -> list[str]:
        """The things that the name may stand for, sorted; empty if none.

        A reference ranks above a name, a name above one used in some documents only.
        """
        key = fold(name)
        for found in (
            self._references.get(name),
            self._names.get(key),
            self._limited.get(key),
        ):
            if fitting := _fitting(found or (), allowed):
                return fitting
        return []

    def near(self, name: str, allowed: Set[str] | None = None) -> list[str]:
        """Up to three things with the most similar names."""
        known = {
            key: fitting[0]
            for index in (self._references, self._names)
            for key, things in index.items()
            if (fitting := _fitting(things, allowed))
        }
        wanted = fold(name)
        close = get_close_matches(wanted, known, n=6, cutoff=0.6)
        close += [key for key in known if wanted and wanted in key.split()]
        return list(dict.fromkeys(known[key] for key in close))[:3]

    def same(self, name: str, allowed: Set[str] | None = None) -> list[Candidate]:
        """The things that have the very name."""
        everywhere = self._references.get(name, set()) | self._names.get(fold(name), set())
        return [
            Candidate(thing, "same", 1.0 if thing in everywhere else _LIMITED)
            for thing in self.find(name, allowed)
        ]

    def candidates(self, name: str, allowed: Set[str] | None = None) -> list[Candidate]:
        """The things that a name may stand for, best first.

        >>> index = NameIndex()
        >>> index.add("country/iraq", ["جمهورية العراق", "Iraq"])
        >>> index.candidates(" جمهوريه  العراق")
        [Candidate(thing='country/iraq', why='same', likeness=1.0)]
        >>> index.candidates("العراق"), index.candidates("Irak")
        ([Candidate(thing='country/iraq', why='words', likeness=0.5)], \
[Candidate(thing='country/iraq', why='similar', likeness=0.75)])
        """
        wanted = fold(name)
        same = self.same(name, allowed)
        found = {one.thing: one for one in same}
        least = _BESIDE_SAME if same else _LEAST
        words = frozenset(map(stem, wanted.split()))
        matcher = SequenceMatcher(None, b=wanted, autojunk=False)
        for other, stems in self._stems.items() if wanted else ():
            why: Match = "similar"
            likeness = 0.0
            if words & stems and (words <= stems or stems <= words):
                why, likeness = "words", len(words & stems) / len(words | stems)
            else:
                matcher.set_seq1(other)
                if matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least:
                    likeness = matcher.ratio()
            if why == "words" or likeness >= least:
                things = self._names.get(other, set()) | self._limited.get(other, set())
                for thing in _fitting(things, allowed):
                    new = Candidate(thing, why, round(likeness, 3))
                    old = found.get(thing)
                    if old is None or _rank(new) < _rank(old):
                        found[thing] = new
        fitting = list(found.values())
        if same:
            fitting = [one for one in fitting if one.likeness > _BESIDE_SAME]
        return sorted(fitting, key=lambda one: (one.why == "similar", -one.likeness, one.thing))

    @cached_property
    def _stems(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(map(stem, name.split())) for name, _, _ in self.names()}


def _rank(one: Candidate) -> tuple[int, float]:
    return _ORDER[one.why], -one.likeness


def _fitting(things: Iterable[str], allowed: Set[str] | None) -> list[str]:
    return sorted(thing for thing in things if allowed is None or thing in allowed)
