"""The Arabic of a fault or an error, found by its English sentence.

A sentence is written in English where it arises, as an f-string; the tables beside this module
give for each, with ``{}`` for its parts, the Arabic one with numbered parts. ``{0}`` stands as it
is, ``{0?}`` is a sentence or a word of the tables itself where they know it, ``{0!}`` must be
one, ``{0,}`` is a list of names, and ``{0-}`` must be one word. What the tables do not know stays
English.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

TABLES: Final = ("faults", "ontology", "errors", "parts")
_FOLDER: Final = Path(__file__).parent
#: A part of an Arabic sentence, or a brace.
_PART: Final = re.compile(r"\{(\d+)([?!,-]?)\}|(\{\{|\}\})")
#: How many sentences stand in one another at most, and how many clauses in a row.
_DEEPEST: Final = 4
_MOST_CLAUSES: Final = 4
#: What stands between the names of a list, and lists in brackets, which are code.
_AND_OR: Final = {"; ": "؛ ", ", ": "، ", " or ": " أو ", " and ": " و"}
_BETWEEN: Final = re.compile(r"\[[^\]]*\]|; |, | or | and ")


class Sentence(NamedTuple):
    """One sentence of a table: what stands around its parts in English, and its Arabic."""

    literals: tuple[str, ...]
    arabic: str

    def rank(self) -> tuple[bool, bool, int]:
        """First those that hold a sentence, then those that begin with words of their own."""
        weight = sum(map(len, self.literals))
        return "!}" not in self.arabic, not self.literals[0], -weight

    def parts(self, text: str) -> list[str] | None:
        """What stands at the parts of a text that is this sentence, else None."""
        first, *middle = self.literals
        if not middle:
            return [] if text == first else None
        last = middle.pop()
        if not (text.startswith(first) and text.endswith(last)):
            return None
        found = []
        at, end = len(first), len(text) - len(last)
        for literal in middle:
            there = text.find(literal, at, end)
            if there < 0:
                return None
            found.append(text[at:there])
            at = there + len(literal)
        return [*found, text[at:end]] if at <= end else None


@cache
def sentences(table: str) -> dict[str, Sentence]:
    """The sentences of one table, by the English as it is written there."""
    found = {}
    for line in (_FOLDER / f"{table}.tsv").read_text("utf-8").splitlines():
        english, arabic = line.split("\t")
        literals = (_plain(part) for part in english.split("{}"))
        found[english] = Sentence(tuple(literals), arabic)
    return found


@cache
def _ranked() -> tuple[Sentence, ...]:
    known = [sentence for table in TABLES for sentence in sentences(table).values()]
    return tuple(sorted(known, key=Sentence.rank))


def arabic_of(text: str) -> str | None:
    """The Arabic of one sentence, or None if the tables have none.

    Of sentences that fit, the first by rank is meant; of two alike, the one with more characters
    of its own. What they do not have is looked for clause by clause.
    """
    return _found(text, 0)


def _found(text: str, depth: int) -> str | None:
    if depth > _DEEPEST:
        return None
    said = _whole(text, depth)
    return _by_clauses(text, depth) if said is None else said


def _by_clauses(text: str, depth: int) -> str | None:
    """The Arabic of sentences in a row, of which the longest that are known are taken."""
    clauses = text.split("; ")
    if not 1 < len(clauses) <= _MOST_CLAUSES:
        return None
    found = []
    while clauses:
        for count in range(len(clauses), 0, -1):
            said = _whole("; ".join(clauses[:count]), depth)
            if said is not None:
                found.append(said)
                del clauses[:count]
                break
        else:
            return None
    return "؛ ".join(found)


def _whole(text: str, depth: int) -> str | None:
    for sentence in _ranked():
        parts = sentence.parts(text)
        if parts is not None:
            said = _filled(sentence.arabic, parts, depth + 1)
            if said is not None:
                return said
    return None


def _filled(arabic: str, parts: list[str], depth: int) -> str | None:
    """The Arabic sentence with its parts; None if one that must be a sentence is none."""
    unknown = False

    def part(found: re.Match[str]) -> str:
        nonlocal unknown
        number, mark, brace = found.groups()
        if brace:
            return str(brace[0])
        text = parts[int(number)]
        if mark == ",":
            return _listed(text)
        said = _found(text, depth) if mark and mark in "?!" else text
        unknown |= (said is None and mark == "!") or (" " in text and mark == "-")
        return text if said is None else said

    filled = _PART.sub(part, arabic)
    return None if unknown else filled


def _listed(text: str) -> str:
    """A list of names with the Arabic words between them."""
    return _BETWEEN.sub(lambda found: _AND_OR.get(found[0], found[0]), text)


def _plain(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")
