"""Choose the words of a sentence to quote: all of it, or those that say the most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...graph.fact import OMISSION
from ..checks.quotes import LONGEST_QUOTE, told_apart
from .bundle_values import Bundle
from .cues import Cue
from .mentions import Mention
from .tokens import Sentence

#: Words so near to each other are quoted together.
_CLOSE_BY: Final = 25
_CLAUSE_ENDS: Final = "،؛,;:"


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim quote for a fact, with what makes its place unique."""

    start: int
    end: int
    text: str
    prefix: str = ""
    suffix: str = ""


def quote_of(text: str, sentence: Sentence, marks: Sequence[Mention | Cue]) -> Quote:
    """The sentence; or, if it is too long, the clauses with the most mentions."""
    start, end = sentence.start, sentence.end
    if end - start > LONGEST_QUOTE:
        start, end = _densest(text, start, end, marks)
    return Quote(start, end, text[start:end], *told_apart(text, start, end))


def quote_around(text: str, bundle: Bundle) -> tuple[Quote, tuple[tuple[int, int], ...]]:
    """The sentence of a bundle; where it is too long, its words, with […] between them."""
    start, end = bundle.sentence.start, bundle.sentence.end
    spans = sorted(bundle.spans)
    if end - start > LONGEST_QUOTE:
        start, end = spans[0][0], max(stop for _, stop in spans)
    parts = [(start, end)]
    if end - start > LONGEST_QUOTE:
        parts = spans[:1]
        for first, last in spans[1:]:
            if first - parts[-1][1] <= _CLOSE_BY:
                parts[-1] = parts[-1][0], max(last, parts[-1][1])
            else:
                parts.append((first, last))
    words = f" {OMISSION} ".join(text[first:last] for first, last in parts)
    start, end = parts[0][0], parts[-1][1]
    around = told_apart(text, start, end) if len(parts) == 1 else ("", "")
    return Quote(start, end, words, *around), tuple(parts)


def _densest(text: str, start: int, end: int, marks: Sequence[Mention | Cue]) -> tuple[int, int]:
    """The run of clauses of at most 300 characters with the most marks; the first of equals."""
    cuts = [start]
    cuts += [i + 1 for i in range(start, end - 1) if text[i] in _CLAUSE_ENDS]
    pieces: list[tuple[int, int]] = []
    for first, last in zip(cuts, [*cuts[1:], end], strict=True):
        pieces += _split(text, first, last)
    best = (-1, 0, start, start)
    for i, (first, _) in enumerate(pieces):
        for _, last in pieces[i:]:
            begin, stop = _trimmed(text, first, last)
            if stop - begin > LONGEST_QUOTE:
                break
            count = sum(begin <= m.start and m.end <= stop for m in marks)
            # More marks first, then the shorter stretch.
            if (count, begin - stop) > best[:2] and stop > begin:
                best = (count, begin - stop, begin, stop)
    return best[2], best[3]


def _split(text: str, first: int, last: int) -> list[tuple[int, int]]:
    """A clause that is itself too long, cut at spaces."""
    pieces = []
    while last - first > LONGEST_QUOTE:
        at = text.rfind(" ", first + 1, first + LONGEST_QUOTE)
        cut = at if at > first else first + LONGEST_QUOTE
        pieces.append((first, cut))
        first = cut
    return [*pieces, (first, last)]


def _trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    piece = text[first:last]
    lead = len(piece) - len(piece.lstrip(" \t\r\u00a0،؛,;:"))
    trail = len(piece) - len(piece.rstrip(" \t\r\u00a0،؛,;:"))
    return first + lead, max(first + lead, last - trail)
