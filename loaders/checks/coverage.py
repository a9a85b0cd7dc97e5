"""Measure how many sentences of each document are quoted by facts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ...graph.document import Document
from ...graph.fact import Fact

#: A sentence ends with its line, or at a full stop, question or exclamation mark before a space.
_SENTENCE: Final = re.compile(r"[^\n]+?(?:[.!؟?]+(?=\s|$)|(?=\n)|$)")
_LETTER: Final = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document with its offsets."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the sentences of one document are accounted for.

    ``quoted`` sentences are quoted by a fact, ``listed`` ones are in the register as furniture or
    silent, ``open`` ones are neither. ``characters`` is the share of the text in quotes or listed
    spans, from 0 to 1.
    """

    document: str
    quoted: int
    listed: int
    open: tuple[Sentence, ...]
    characters: float

    @property
    def sentences(self) -> int:
        """How many sentences the document has."""
        return self.quoted + self.listed + len(self.open)


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text, with their offsets; lines without a letter do not count.

    >>> [s.text for s in sentences("وقعت مصر. حضر الوزير.\\n")]
    ['وقعت مصر.', 'حضر الوزير.']
    """
    found = []
    for match in _SENTENCE.finditer(text):
        words = match.group().strip()
        if _LETTER.search(words):
            start = match.start() + match.group().index(words)
            found.append(Sentence(start, start + len(words), words))
    return found


def coverage(document: Document, facts: Iterable[Fact]) -> Coverage:
    """Account for every sentence of the document."""
    quoted = [
        (evidence.start, evidence.end)
        for fact in facts
        for evidence in fact.evidence
        if evidence.document == document.slug
    ]
    listed = [(span.start, span.end) for span in (*document.furniture, *document.silent)]
    counts = {"quoted": 0, "listed": 0}
    left = []
    for sentence in sentences(document.text):
        if _touches(sentence, quoted):
            counts["quoted"] += 1
        elif _touches(sentence, listed):
            counts["listed"] += 1
        else:
            left.append(sentence)
    inside = {offset for start, end in (*quoted, *listed) for offset in range(start, end)}
    letters = [offset for offset, char in enumerate(document.text) if not char.isspace()]
    share = sum(offset in inside for offset in letters) / len(letters) if letters else 1.0
    return Coverage(document.slug, counts["quoted"], counts["listed"], tuple(left), share)


def _touches(sentence: Sentence, spans: list[tuple[int, int]]) -> bool:
    return any(start < sentence.end and sentence.start < end for start, end in spans)
