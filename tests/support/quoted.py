"""Evidence in documents that are made for it."""

from __future__ import annotations

from taawun.graph.document import Document
from taawun.graph.fact import Evidence


def quoted(quote: str, start: int = 0, document: str = "paper", after: str = "") -> Evidence:
    """Evidence for the quote, which stands at a place of a document without other words."""
    text = " " * start + quote + after
    made = Document(document, f"{document}.txt", "0" * 64, text, document, document)
    return Evidence(made, start, start + len(quote))
