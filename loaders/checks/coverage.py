"""Measure how many sentences of each document are quoted by facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ...graph.document import Document
from ...graph.fact import Fact

#: A sentence ends with its line, or at a full stop, question or exclamation mark before a space.
_LINE: Final = re.compile(r"[^\n]+")
_END: Final = re.compile(r"[.!؟?]+(?=\s|$)")
#: No end: the stop of an abbreviation (ايه.تي. and د. and Ltd.), or one within short brackets.
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(«\"“/])و?(?:[^\W\d]{1,4}(?:\.[^\W\d]{1,4})+|[^\W\d]|Ltd|Inc|Co|Dr|Mr)$"
)
_BRACKETS: Final = re.compile(r"\([^()\n]{1,80}\)")
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
    for line in _LINE.finditer(text):
        start = line.start()
        brackets = [(m.start(), m.end()) for m in _BRACKETS.finditer(text, *line.span())]
        ends = [m.end() for m in _END.finditer(text, *line.span()) if _ends(text, m, brackets)]
        for end in (*ends, line.end()):
            words = text[start:end].strip()
            if _LETTER.search(words):
                first = start + text[start:end].index(words)
                found.append(Sentence(first, first + len(words), words))
            start = max(start, end)
    return found


def _ends(text: str, stop: re.Match[str], brackets: Sequence[tuple[int, int]]) -> bool:
    """Whether a stop ends a sentence."""
    if any(start < stop.start() < end for start, end in brackets):
        return False
    is_last = stop.end() == len(text) or text[stop.end()] == "\n"
    before = text[max(0, stop.start() - 20) : stop.start()]
    return is_last or stop.group() != "." or _ABBREVIATION.search(before) is None


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
