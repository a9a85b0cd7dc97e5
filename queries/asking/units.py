"""What is recognised in a question: words with meaning, names with roles, and what is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

#: Marks of concepts: what is asked for, roles, fillers, words that change the meaning.
ASKED, ROLE, FILLER, CHANGE = "=", "@", "-", "!"
#: Words for its countries in a name of a region.
OF_REGION: Final = re.compile(r"countries|states|nations|دول|بلدان", re.IGNORECASE)
#: Concepts that classes of people answer.
PEOPLE: Final = frozenset({"Official", "minister", "ambassador"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the question: what it may refer to, its words, and its role.

    ``iris`` has several members only for posts that share a title. ``kind`` is ``name``,
    ``adjective`` (Iraqi), ``people`` (Iraqis), ``part`` (of a longer name) or ``event`` (one that
    is described: the talks between two countries). ``role`` is the preposition: by, to, from,
    with, between, in, of, about, or nothing.
    """

    iris: tuple[str, ...]
    first: int
    last: int
    kind: str
    classes: frozenset[str]
    role: str = ""
    text: str = ""

    @property
    def iri(self) -> str:
        """The IRI, the first one of several."""
        return self.iris[0]

    def is_a(self, *classes: str) -> bool:
        """Whether it belongs to one of the classes, given by local name."""
        return not self.classes.isdisjoint(classes)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word or phrase with the concepts that it may stand for."""

    concepts: frozenset[str]
    first: int
    last: int
    text: str = ""

    def meaning(self, concepts: frozenset[str]) -> Spoken:
        return Spoken(concepts, self.first, self.last, self.text)

    @property
    def is_filler(self) -> bool:
        """Whether it may be passed over: a filler or a preposition."""
        return any(concept[0] in "-@" for concept in self.concepts)


@dataclass(slots=True)
class Units:
    """A recognised question. ``unknown`` are words without a meaning, ``foreign`` unknown names."""

    text: str
    language: str
    mentions: list[Mention] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    dates: list[tuple[str, int]] = field(default_factory=list)
    numbers: list[tuple[str, int]] = field(default_factory=list)
    ambiguous: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    @property
    def content(self) -> list[Spoken]:
        """The words with meaning of their own."""
        return [item for item in self.spoken if not item.is_filler]

    def concepts(self) -> set[str]:
        """Every concept that a word with meaning may stand for."""
        return {concept for item in self.content for concept in item.concepts}

    def has(self, *concepts: str) -> bool:
        """Whether some word may stand for one of the concepts."""
        return any(not item.concepts.isdisjoint(concepts) for item in self.spoken)

    def place(self, *concepts: str) -> int:
        """The place of the first word that may stand for one of the concepts; -1 if none."""
        for item in self.spoken:
            if not item.concepts.isdisjoint(concepts):
                return item.first
        return -1

    @property
    def asked(self) -> str:
        """What is asked for: the first word of asking, without its mark; empty if none."""
        order = ("howlong", "howmany", "howmuch", "when", "where", "why", "who", "about")
        found = [
            concept[1:] for item in self.spoken for concept in item.concepts if concept[0] == ASKED
        ]
        for name in order:
            if name in found:
                return name
        if "whether" in found and self._begins_with_whether():
            return "whether"
        for name in ("which", "how"):
            if name in found:
                return name
        return "whether" if "whether" in found and self.language == "ar" else ""

    def _begins_with_whether(self) -> bool:
        asking = [item for item in self.spoken if any(c[0] == ASKED for c in item.concepts)]
        return (
            bool(asking)
            and "=whether" in asking[0].concepts
            and not any(
                "=which" in item.concepts and item.first < asking[0].first for item in asking
            )
        )

    def left(self, used: Iterable[str]) -> list[Spoken]:
        """The words with meaning that stand for none of the used concepts."""
        wanted = set(used)
        return [
            item
            for item in self.content
            if item.concepts.isdisjoint(wanted)
            and not all(concept[0] == ASKED for concept in item.concepts)
        ]

    def of(self, *classes: str) -> list[Mention]:
        """The mentions of members of the classes."""
        return [mention for mention in self.mentions if mention.is_a(*classes)]
