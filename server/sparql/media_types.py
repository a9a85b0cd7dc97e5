"""The media types of answers, and content negotiation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import mimeparse
import pyoxigraph as ox
from starlette.requests import Request

from ...messages.message import Message
from ..workers.worker_answer import RequestError

#: For SELECT and ASK; the first is the default.
RESULTS: Final = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
}
#: For CONSTRUCT, DESCRIBE and everything else that is RDF; the first is the default.
GRAPHS: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/xml": ox.RdfFormat.RDF_XML,
    "text/xml": ox.RdfFormat.RDF_XML,
    "application/json": ox.RdfFormat.JSON_LD,
    "text/plain": ox.RdfFormat.N_TRIPLES,
}


def choose(accept: str, offers: Iterable[str]) -> str | None:
    """Return the offer that an Accept header prefers; None if it accepts none or is malformed.

    The earlier of equally preferred offers wins.

    >>> choose("text/csv;q=0.5, application/*", ["text/csv", "application/json"])
    'application/json'
    """
    return _choose(accept, tuple(offers))


@lru_cache(maxsize=256)
def _choose(accept: str, offers: tuple[str, ...]) -> str | None:
    try:
        # mimeparse prefers the later of equals.
        return mimeparse.best_match([*offers][::-1], accept.lower() or "*/*") or None
    except mimeparse.MimeTypeParseException:
        return None


def with_charset(media: str) -> str:
    """Return the Content-Type value, with the charset for text types."""
    return f"{media}; charset=utf-8" if media.startswith("text/") else media


LANGUAGES: Final = ("ar", "en")


def language_of(request: Request, chosen: str | None) -> str:
    """Return ``ar`` or ``en``. Raises ``RequestError`` for any other choice."""
    if chosen in LANGUAGES:
        return chosen
    if chosen is not None:
        raise RequestError(400, Message("language-unknown", value=chosen))
    preferred = re.findall(r"\b(ar|en)\b", request.headers.get("accept-language", "").lower())
    return preferred[0] if preferred else "ar"
