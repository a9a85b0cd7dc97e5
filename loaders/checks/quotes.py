"""Quotes: locate them in their document, and tell which names, numbers and dates they contain.

A quote may omit words, written ``[…]``. Its parts are then in that order in one paragraph, each at
most ``FARTHEST`` characters after the one before, and this fits in one way only.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Final, TypeAlias

from ...graph.arabic import find_folded, fold, stem
from ...graph.document import Document
from ...graph.errors import QuoteError
from ...graph.fact import OMISSION, Evidence, Fact, Passage
from ...messages.message import Message
from ..text.cues import stems
from ..text.dates import said_dates
from ..text.mentions import Gazetteer, Mention
from ..text.numbers import amounts
from ..text.tokens import NUMBER_OR_WORD, Sentence, sentences, tokens

#: The most characters of a quote: fair to the publisher, quick to read.
LONGEST_QUOTE: Final = 300
#: The most characters that a quote may omit between two of its parts.
FARTHEST: Final = 300
_PARTICLES: Final = re.compile("[وف]?[بكل]?")
#: No word is longer.
_LONG_WORD: Final = 60


def locate(text: str, quote: str, prefix: str = "", suffix: str = "") -> tuple[int, int]:
    """The place of the quote: (start, end), 0-based, half-open code points of ``text``.

    ``prefix`` and ``suffix``, directly before and after it, select one of several places. Raises
    ``QuoteError`` if the quote is not there, or there more than once.
    """
    if not quote.strip():
        raise QuoteError("quote-empty")
    if quote not in text:
        raise _not_there(text, quote)
    wanted = prefix + quote + suffix
    at = text.find(wanted)
    if at < 0:
        around = _around(text, text.index(quote), quote)
        raise QuoteError(
            "quote-not-between", quote=_short(quote), prefix=prefix, suffix=suffix, around=around
        )
    again = text.find(wanted, at + 1)
    if again >= 0:
        around = _around(text, again + len(prefix), quote)
        raise QuoteError("quote-more-than-once", quote=_short(quote), around=around)
    return at + len(prefix), at + len(prefix) + len(quote)


def evidence(
    document: Document,
    quote: str,
    prefix: str = "",
    suffix: str = "",
    context: tuple[Passage, ...] = (),
) -> tuple[Evidence, ...]:
    """The evidence for a quote in a document, one for each part of a quote that omits words.

    Raises ``QuoteError``.
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
    """The place of each part of the quote; see :func:`locate`."""
    parts = [quote] if quote in text else split(quote)
    if len(parts) == 1:
        return (locate(text, quote, prefix, suffix),)
    return _locate_parts(text, parts, prefix, suffix)


def told_apart(text: str, start: int, end: int) -> tuple[str, str]:
    """The prefix and suffix that distinguish a place from others with the same words."""
    quote = text[start:end]
    prefix = suffix = ""
    size = 0
    while text.find(prefix + quote + suffix) != text.rfind(prefix + quote + suffix):
        size += 20
        prefix, suffix = text[max(0, start - size) : start], text[end : end + size]
    return prefix, suffix


def passage(document: Document, quote: str) -> Passage:
    """A passage that gives context. Raises ``QuoteError``."""
    _refuse_long(quote)
    start, end = locate(document.text, quote)
    _refuse_cut(document.text, start, end)
    _refuse_furniture(document, start, end)
    return Passage(document, start, end)


def split(quote: str) -> list[str]:
    """The parts between the omissions.

    >>> split("وقعت مصر […] مذكرة تفاهم")
    ['وقعت مصر', 'مذكرة تفاهم']
    """
    return [part.strip() for part in quote.split(OMISSION)]


def _locate_parts(
    text: str, parts: Sequence[str], prefix: str, suffix: str
) -> tuple[tuple[int, int], ...]:
    """The places of the parts, one after the other; see :func:`locate`."""
    for part in parts:
        if not part:
            raise QuoteError("omission-at-the-end")
        if part not in text:
            raise _not_there(text, part)
    first = re.escape(prefix) + f"(?={re.escape(parts[0])})"
    # At most two ways for each end: one is the place of the quote, two mean that it is unclear.
    ways: dict[int, list[tuple[tuple[int, int], ...]]] = {}
    for match in re.finditer(first, text):
        end = match.end() + len(parts[0])
        ways[end] = [((match.end(), end),)]
    for number, part in enumerate(parts[1:], 2):
        onward: dict[int, list[tuple[tuple[int, int], ...]]] = {}
        after = suffix if number == len(parts) else ""
        ends, here = sorted(ways), re.compile(f"(?={re.escape(part)})")
        border = max(ends, default=0) + FARTHEST + len(part)
        for match in here.finditer(text, min(ends, default=0), border):
            start, stop = match.start(), match.start() + len(part)
            least = max(start - FARTHEST, 0)
            # The part before it ends in the same paragraph.
            least = max(least, text.rfind("\n", least, stop) + 1)
            near = ends[bisect_left(ends, least) : bisect_right(ends, start)]
            before = [way for end in near[:2] for way in ways[end]]
            if before and text.startswith(after, stop):
                onward[stop] = [(*way, (start, stop)) for way in before[:2]]
        if not onward:
            last = _short(parts[number - 2])
            raise QuoteError("parts-too-far-apart", part=_short(part), before=last, limit=FARTHEST)
        ways = onward
    found = [way for group in ways.values() for way in group]
    if len(found) > 1:
        raise QuoteError("quote-unclear", quote=_short(f" {OMISSION} ".join(parts)))
    return found[0]


def _refuse_long(quote: str) -> None:
    if len(quote) > LONGEST_QUOTE:
        raise QuoteError("quote-too-long", length=len(quote), limit=LONGEST_QUOTE)


def _refuse_cut(text: str, start: int, end: int) -> None:
    """A part of a word or number may mean something else: مصر in مصراتة, 15 in 1500."""
    for at in (start, end):
        for match in NUMBER_OR_WORD.finditer(text, max(0, at - _LONG_WORD), at + _LONG_WORD):
            if match.start() < at < match.end():
                is_particle = _PARTICLES.fullmatch(text, match.start(), at)
                if at != start or not is_particle:
                    raise QuoteError(
                        "quote-begins-in-a-word" if at == start else "quote-ends-in-a-word",
                        word=match.group(),
                    )


def _refuse_furniture(document: Document, start: int, end: int) -> None:
    for span in document.furniture:
        if start < span.end and span.start < end:
            quote = _short(document.text[start:end])
            raise QuoteError("quote-in-furniture", quote=quote, reason=span.reason)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:50]} … {text[-25:]}"


def _around(text: str, start: int, quote: str) -> str:
    end = start + len(quote)
    return f"{text[max(0, start - 20) : start]}{_short(quote)}{text[end : end + 20]}"


def _not_there(text: str, quote: str) -> QuoteError:
    """The error with the best remedy: the exact spelling, or the longest part that is there."""
    return QuoteError("quote-not-in-document", quote=_short(quote), remedy=_remedy(text, quote))


def _remedy(text: str, quote: str) -> Message | None:
    if span := find_folded(text, quote) or find_folded(text, quote, unwrapped=True):
        return Message("copy-spelling", words=text[slice(*span)])
    words = quote.split()
    longest, first = "", 0
    for last in range(1, len(words) + 1):
        # A part of what is there is there too, so a window over the words finds the longest part.
        while first < last:
            span = find_folded(text, " ".join(words[first:last]), unwrapped=True)
            if span:
                longest = max(longest, text[slice(*span)], key=len)
                break
            first += 1
    return Message("only-a-part-is-there", words=_short(longest)) if longest else None


#: What may come directly before a name.
_CLITICS: Final = re.compile(r"(?:^|[^\w])[وف]?[بكل]?$")
#: Characters of surroundings on either side of a quote.
_AROUND: Final = 60
#: The places of a quote and its context.
Spans: TypeAlias = tuple[tuple[int, int], ...]


class Stretch:
    """The contents of a quote and its context; each kind is computed on first use.

    The surroundings are read too, so that a quote that begins after جنوب does not turn South Sudan
    into Sudan, nor half of a number into a number.
    """

    def __init__(self, document: Document, gazetteer: Gazetteer, spans: Spans) -> None:
        self._document, self._gazetteer = document, gazetteer
        #: The text with its surroundings, and where in it the quote begins and ends.
        self._windows = []
        for start, end in spans:
            first = max(0, start - _AROUND)
            window = document.text[first : end + _AROUND]
            self._windows.append((window, start - first, end - first))

    @property
    def text(self) -> str:
        """The words themselves."""
        return "\n".join(window[start:end] for window, start, end in self._windows)

    @cached_property
    def _mentions(self) -> list[list[Mention]]:
        slug = self._document.slug
        return [self._gazetteer.every(window, slug) for window, *_ in self._windows]

    @cached_property
    def refs(self) -> frozenset[str]:
        """References of the names."""
        return frozenset(
            ref
            for (_, start, end), mentions in zip(self._windows, self._mentions, strict=True)
            for mention in mentions
            if mention.kind != "territory" and start <= mention.start and mention.end <= end
            for ref in mention.candidates
        )

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of the words, without those of unregistered countries."""
        found: set[str] = set()
        for (window, start, end), mentions in zip(self._windows, self._mentions, strict=True):
            foreign = [(m.start, m.end) for m in mentions if m.kind == "territory"]
            for token in tokens(window):
                is_inside = start <= token.start and token.end <= end
                if is_inside and not any(s <= token.start and token.end <= e for s, e in foreign):
                    found.update(map(stem, stems(token.folded)))
        return frozenset(found)

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """The values of the numbers."""
        return frozenset(
            amount.value
            for window, start, end in self._windows
            for amount in amounts(window)
            if start <= amount.start and amount.end <= end
        )

    @cached_property
    def dates(self) -> frozenset[str]:
        """The dates in EDTF."""
        return frozenset(
            date.edtf
            for window, start, end in self._windows
            for date in said_dates(window)
            if start <= date.start and date.end <= end
        )


class Words:
    """The words of one document, with a cache of its stretches."""

    def __init__(self, document: Document, gazetteer: Gazetteer) -> None:
        self._document, self._gazetteer = document, gazetteer
        self._stretches: dict[Spans, Stretch] = {}

    @cached_property
    def named(self) -> frozenset[str]:
        """References that the document mentions."""
        return frozenset(self._first)

    def is_named_before(self, ref: str, place: int) -> bool:
        """Whether the document mentions it before an offset."""
        return self._first.get(ref, place) < place

    @cached_property
    def _first(self) -> dict[str, int]:
        """The offset of the first mention of each reference."""
        return self._gazetteer.first_named(self._document.text, self._document.slug)

    def around(self, start: int, end: int) -> tuple[int, int]:
        """From the beginning of the sentence before the one at ``start`` to the end of its own."""
        starts = [one.start for one in self._sentences if one.start <= start][-2:]
        ends = [one.end for one in self._sentences if one.end >= end]
        return min([*starts, start]), min([*ends[:1], len(self._document.text)])

    @cached_property
    def _sentences(self) -> list[Sentence]:
        return sentences(self._document.text)

    def stretch(self, spans: Spans) -> Stretch:
        """The stretch of these places."""
        if spans not in self._stretches:
            self._stretches[spans] = Stretch(self._document, self._gazetteer, spans)
        return self._stretches[spans]


def quoted(fact: Fact) -> tuple[list[Passage], Spans]:
    """The quote of a fact and its context, and their places."""
    passages: list[Passage] = [*fact.evidence, *fact.evidence[0].context]
    return passages, tuple((item.start, item.end) for item in passages)


@lru_cache(maxsize=4096)
def plain_text(quote: str) -> str:
    """A quote, folded."""
    return fold(quote)


def stands(name: str, words: str) -> bool:
    """Whether a folded name is in folded words, perhaps after proclitics."""
    at = words.find(name)
    while at >= 0:
        end = at + len(name)
        if not words[end : end + 1].isalnum() and _CLITICS.search(words, max(0, at - 3), at):
            return True
        at = words.find(name, at + 1)
    return False
