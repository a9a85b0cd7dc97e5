"""Where a quote stands in a document: exactly, once, and outside page furniture.

A quote may leave words out, written ``[…]``: its parts then stand in that order in one paragraph,
each at most ``FARTHEST`` characters after the one before, and in one way only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ...graph.arabic import find_folded
from ...graph.document import Document
from ...graph.fact import OMISSION, Evidence, Passage
from ..text.tokens import MARKS

#: A quote is the shortest stretch that carries the fact: fair to its publisher, quick to read.
LONGEST_QUOTE: Final = 300
#: Characters that a quote may leave out between two of its parts.
FARTHEST: Final = 300
#: A number with its separators, or a word with its marks.
_WHOLE: Final = re.compile(rf"\d+(?:[.,٫٬/]\d+)+|[^\W_](?:[^\W_]|[{MARKS}])*")
_PARTICLES: Final = re.compile("[وف]?[بكل]?")
#: A word is not longer than so many characters.
_LONG_WORD: Final = 60


class QuoteFault(ValueError):
    """A quote does not stand in the document as it must; ``remedy`` says how to mend it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def locate(text: str, quote: str, prefix: str = "", suffix: str = "") -> tuple[int, int]:
    """Where the quote stands: (start, end), 0-based, half-open code points of ``text``.

    ``prefix`` and ``suffix``, directly before and after, tell which place is meant. Raises
    ``QuoteFault`` where the quote stands nowhere or more than once.
    """
    if not quote.strip():
        raise QuoteFault("the quote is empty", "write the words of the document that say the fact")
    if quote not in text:
        raise QuoteFault(f"the document has no “{_short(quote)}”", _remedy(text, quote))
    wanted = prefix + quote + suffix
    at = text.find(wanted)
    if at < 0:
        raise QuoteFault(
            f"“{_short(quote)}” does not stand between “{prefix}” and “{suffix}”",
            "“prefix” and “suffix” are what stands directly before and after, spaces too; "
            f"the document reads “{_around(text, text.index(quote), quote)}”",
        )
    again = text.find(wanted, at + 1)
    if again >= 0:
        raise QuoteFault(
            f"“{_short(quote)}” stands more than once in the document",
            "add “prefix” or “suffix”, the words directly before or after; "
            f"the second place reads “{_around(text, again + len(prefix), quote)}”",
        )
    return at + len(prefix), at + len(prefix) + len(quote)


def evidence(
    document: Document,
    quote: str,
    prefix: str = "",
    suffix: str = "",
    context: tuple[Passage, ...] = (),
) -> tuple[Evidence, ...]:
    """The evidence for a quote in a document, one for each part of a quote that leaves words out.

    Raises ``QuoteFault`` if it cannot stand.
    """
    _refuse_long(quote)
    found: list[Evidence] = []
    for start, end in spans(document.text, quote, prefix, suffix):
        _refuse_cut(document.text, start, end)
        _refuse_furniture(document, start, end)
        before = found[-1] if found else None
        found.append(Evidence(document, start, end, context, before))
    return tuple(found)


def spans(text: str, quote: str, prefix: str = "", suffix: str = "") -> tuple[tuple[int, int], ...]:
    """Where each part of the quote stands; see :func:`locate`."""
    parts = [quote] if quote in text else split(quote)
    if len(parts) == 1:
        return (locate(text, quote, prefix, suffix),)
    return _locate_parts(text, parts, prefix, suffix)


def told_apart(text: str, start: int, end: int) -> tuple[str, str]:
    """The prefix and suffix that tell a stretch from others with the same words; empty if none."""
    quote = text[start:end]
    prefix = suffix = ""
    size = 0
    while text.find(prefix + quote + suffix) != text.rfind(prefix + quote + suffix):
        size += 20
        prefix, suffix = text[max(0, start - size) : start], text[end : end + size]
    return prefix, suffix


def passage(document: Document, quote: str) -> Passage:
    """A passage that gives context. Raises ``QuoteFault`` if it cannot stand."""
    _refuse_long(quote)
    start, end = locate(document.text, quote)
    _refuse_cut(document.text, start, end)
    _refuse_furniture(document, start, end)
    return Passage(document, start, end)


def split(quote: str) -> list[str]:
    """What stands between the omissions.

    >>> split("وقعت مصر […] مذكرة تفاهم")
    ['وقعت مصر', 'مذكرة تفاهم']
    """
    return [part.strip() for part in quote.split(OMISSION)]


def _locate_parts(
    text: str, parts: Sequence[str], prefix: str, suffix: str
) -> tuple[tuple[int, int], ...]:
    """Where the parts stand, one after the other; see :func:`locate`."""
    for part in parts:
        if not part:
            raise QuoteFault(
                f"the quote has no words on one side of {OMISSION}",
                f"begin and end with the document's words, with {OMISSION} between them",
            )
        if part not in text:
            raise QuoteFault(f"the document has no “{_short(part)}”", _remedy(text, part))
    first = re.escape(prefix) + f"(?={re.escape(parts[0])})"
    # By their ends, at most two ways each: one says where the quote stands, two that it is unclear.
    ways: dict[int, list[tuple[tuple[int, int], ...]]] = {}
    for match in re.finditer(first, text):
        end = match.end() + len(parts[0])
        ways[end] = [((match.end(), end),)]
    for number, part in enumerate(parts[1:], 2):
        onward: dict[int, list[tuple[tuple[int, int], ...]]] = {}
        after = suffix if number == len(parts) else ""
        for end, before in ways.items():
            paragraph = text.find("\n", end) % (len(text) + 1)
            border = min(paragraph, end + FARTHEST + len(part))
            for match in re.finditer(f"(?={re.escape(part)})", text[end:border]):
                start, stop = end + match.start(), end + match.start() + len(part)
                if text.startswith(after, stop):
                    longer = [(*way, (start, stop)) for way in before]
                    onward[stop] = [*onward.get(stop, []), *longer][:2]
        if not onward:
            raise QuoteFault(
                f"“{_short(part)}” does not come after “{_short(parts[number - 2])}” in one "
                f"paragraph and within {FARTHEST} characters",
                "quote the two places in entries of their own, or check “prefix” and “suffix”",
            )
        ways = onward
    found = [way for group in ways.values() for way in group]
    if len(found) > 1:
        raise QuoteFault(
            f"“{_short(f' {OMISSION} '.join(parts))}” can be read in more than one way",
            "take more words of the document into the parts, or add “prefix” or “suffix”",
        )
    return found[0]


def _refuse_long(quote: str) -> None:
    if len(quote) > LONGEST_QUOTE:
        raise QuoteFault(
            f"the quote has {len(quote)} characters, more than {LONGEST_QUOTE}",
            f"quote only the words that say the fact; {OMISSION} stands for words left out",
        )


def _refuse_cut(text: str, start: int, end: int) -> None:
    """A part of a word or number may say what the whole does not: مصر in مصراتة, 15 in 1500."""
    for at, place in ((start, "begins"), (end, "ends")):
        for match in _WHOLE.finditer(text, max(0, at - _LONG_WORD), at + _LONG_WORD):
            if match.start() < at < match.end():
                is_particle = _PARTICLES.fullmatch(text, match.start(), at)
                if at != start or not is_particle:
                    raise QuoteFault(
                        f"the quote {place} in the middle of “{match.group()}”",
                        "quote whole words and numbers; at the beginning only و ف ب ك ل may be "
                        "left out",
                    )


def _refuse_furniture(document: Document, start: int, end: int) -> None:
    for span in document.furniture:
        if start < span.end and span.start < end:
            raise QuoteFault(
                f"“{_short(document.text[start:end])}” is page furniture ({span.reason})",
                "quote the place in the body of the document that says it",
            )


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:50]} … {text[-25:]}"


def _around(text: str, start: int, quote: str) -> str:
    end = start + len(quote)
    return f"{text[max(0, start - 20) : start]}{_short(quote)}{text[end : end + 20]}"


def _remedy(text: str, quote: str) -> str:
    """The exact text where only the spelling differs, else the longest part that does stand."""
    if span := find_folded(text, quote):
        return f"copy the document's own spelling: “{text[slice(*span)]}”"
    words = quote.split()
    longest, first = "", 0
    for last in range(1, len(words) + 1):
        # What stands there stands there in part too: a window over the words finds the longest.
        while first < last:
            span = find_folded(text, " ".join(words[first:last]))
            if span:
                longest = max(longest, text[slice(*span)], key=len)
                break
            first += 1
    if longest:
        return f"of it, only “{_short(longest)}” stands in the document"
    return "copy the quote from the document; is it the right document?"
