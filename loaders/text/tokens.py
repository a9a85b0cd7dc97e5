"""Split a text into sentences, and into words, each folded separately to keep its offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from ...graph.arabic import fold

#: A sentence ends with its line, or at a full stop, question or exclamation mark before a space.
_LINE: Final = re.compile(r"[^\n]+")
_END: Final = re.compile(r"[.!؟?]+(?=\s|$)")
#: No end: the stop of an abbreviation (ايه.تي. and د. and Ltd.), or one within short brackets.
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(«\"“/])و?(?:[^\W\d]{1,4}(?:\.[^\W\d]{1,4})+|[^\W\d]|Ltd|Inc|Co|Dr|Mr)$"
)
_BRACKETS: Final = re.compile(r"\([^()\n]{1,80}\)")
_ANY_LETTER: Final = re.compile(r"\w")
#: Marks that belong to the word before them: diacritics, tatweel, soft hyphen, controls.
MARKS: Final = (
    "\u00ad\u0610-\u061a\u064b-\u065f\u0670\u0640\u061c"
    "\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff"
)
#: Apostrophes that Unicode counts as letters; they end a word as a plain one does.
_APOSTROPHES: Final = "ʹʺʻʼʽ"
_LETTER: Final = rf"[^\W_{_APOSTROPHES}]"
_WORD: Final = re.compile(rf"{_LETTER}(?:{_LETTER}|[{MARKS}])*")
#: Characters between the words of one name: spaces, quotes, hyphens, controls. A name never
#: crosses a line, a comma or a full stop.
_GAP: Final = re.compile(rf"[^\S\n\r]*(?:[«»\"'“”„‘’‹›′`´{_APOSTROPHES}_\-‐‑{MARKS}][^\S\n\r]*)*")
#: A number with its separators, or a word with its marks.
NUMBER_OR_WORD: Final = re.compile(rf"\d+(?:[.,٫٬/]\d+)+|[^\W_](?:[^\W_]|[{MARKS}])*")
#: Minimum letters of a word without proclitics (وليد is not ليد).
_LEAST_LETTERS: Final = 3


class Token(NamedTuple):
    """A word: ``text[start:end]`` as printed, and ``folded`` for comparison."""

    start: int
    end: int
    folded: str


@lru_cache(maxsize=65536)
def _fold(word: str) -> str:
    return fold(word)


def folded_words(words: str) -> frozenset[str]:
    """A list of words, folded.

    >>> sorted(folded_words("إلى هيئة"))
    ['الي', 'هييه']
    """
    return frozenset(fold(word) for word in words.split())


def tokens(text: str) -> list[Token]:
    """The words of a text, with offsets in the original.

    >>> tokens("وقّعت مصر")
    [Token(start=0, end=5, folded='وقعت'), Token(start=6, end=9, folded='مصر')]
    """
    return [
        Token(match.start(), match.end(), folded)
        for match in _WORD.finditer(text)
        if (folded := _fold(match.group()))
    ]


@lru_cache(maxsize=65536)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, folded; names are split again and again.

    >>> words_of("البَريد  المصري")
    ('البريد', 'المصري')
    """
    return tuple(folded for word in _WORD.findall(name) if (folded := _fold(word)))


def joined(text: str, before: Token, after: Token) -> bool:
    """Whether two adjacent words may belong to one name: only spaces or quotes between them."""
    return _GAP.fullmatch(text, before.end, after.start) is not None


@lru_cache(maxsize=65536)
def stripped(word: str) -> tuple[str, ...]:
    """A folded word, then without its possible proclitics.

    >>> stripped("وبالعراق"), stripped("للبريد"), stripped("ليبيا")
    (('وبالعراق', 'بالعراق', 'العراق'), ('للبريد', 'البريد', 'لبريد'), ('ليبيا', 'يبيا'))
    """
    found = [word]
    rests = [word]
    if word[:1] in ("و", "ف"):
        rests.append(word[1:])
    for rest in rests:
        found.append(rest)
        if rest.startswith("لل"):
            found.append("ال" + rest[2:])
        if rest[:1] in ("ب", "ك", "ل"):
            found.append(rest[1:])
    return tuple(
        dict.fromkeys(form for form in found if len(form) >= _LEAST_LETTERS or form == word)
    )


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document with its offsets."""

    start: int
    end: int
    text: str


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
            if _ANY_LETTER.search(words):
                first = start + text[start:end].index(words)
                found.append(Sentence(first, first + len(words), words))
            start = max(start, end)
    return found


def sentences_at(text: str, spans: Sequence[tuple[int, int]]) -> list[Sentence]:
    """The sentences of a text of which the spans have a part."""
    return [s for s in sentences(text) if any(a < s.end and s.start < b for a, b in spans)]


def _ends(text: str, stop: re.Match[str], brackets: Sequence[tuple[int, int]]) -> bool:
    """Whether a stop ends a sentence."""
    if any(start < stop.start() < end for start, end in brackets):
        return False
    is_last = stop.end() == len(text) or text[stop.end()] == "\n"
    before = text[max(0, stop.start() - 20) : stop.start()]
    return is_last or stop.group() != "." or _ABBREVIATION.search(before) is None
