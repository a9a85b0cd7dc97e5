"""Where a quote stands in a document: exactly, once, and outside page furniture."""

from __future__ import annotations

from typing import Final

from ..graph.arabic import find_folded
from ..graph.document import Document
from ..graph.fact import Evidence

#: A quote is the shortest stretch that carries the fact: fair to its publisher, quick to read.
LONGEST_QUOTE: Final = 300
#: Characters kept on either side of a quote, so that a reader sees it in its sentence.
CONTEXT: Final = 48


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


def evidence(document: Document, quote: str, prefix: str = "", suffix: str = "") -> Evidence:
    """The evidence for a quote in a document. Raises ``QuoteFault`` if it cannot stand."""
    if len(quote) > LONGEST_QUOTE:
        raise QuoteFault(
            f"the quote has {len(quote)} characters, more than {LONGEST_QUOTE}",
            "quote only the words that say the fact",
        )
    start, end = locate(document.text, quote, prefix, suffix)
    for span in document.furniture:
        if start < span.end and span.start < end:
            raise QuoteFault(
                f"“{_short(quote)}” is page furniture ({span.reason})",
                "quote the place in the body of the document that says it",
            )
    return Evidence(
        document=document.slug,
        document_sha256=document.sha256,
        start=start,
        end=end,
        quote=quote,
        prefix=document.text[max(0, start - CONTEXT) : start],
        suffix=document.text[end : end + CONTEXT],
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
