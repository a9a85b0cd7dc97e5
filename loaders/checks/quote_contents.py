"""The names, words, numbers and dates in a quote, read together with its surroundings."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Final, TypeAlias

from ...graph.document import Document
from ..text.cues import stem, stems
from ..text.dates import said_dates
from ..text.mentions import Gazetteer, Mention
from ..text.numbers import amounts
from ..text.tokens import tokens

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

    def stretch(self, spans: Spans) -> Stretch:
        """The stretch of these places."""
        if spans not in self._stretches:
            self._stretches[spans] = Stretch(self._document, self._gazetteer, spans)
        return self._stretches[spans]
