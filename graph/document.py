"""The document: its exact text and its description in the register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ..ontology.namespaces import DCTERMS, DOCUMENT, GRAPH_ENTITIES, RDF, RDFS, SCHEMA, TW

#: Number of characters kept on either side of a quote.
AROUND: Final = 48
#: Stands for a character that is left out of a document that is not whole; it is no letter.
LEFT_OUT: Final = "·"


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a document, and the reason why no fact quotes it."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A source document. Offsets everywhere are code points of ``text``.

    ``furniture`` holds page furniture, which must not be quoted; ``silent`` holds spans without
    facts for the graph.
    """

    slug: str
    file: str
    sha256: str
    text: str
    ar: str
    en: str
    publisher: str | None = None
    creator: str | None = None
    issued: str | None = None
    note: str | None = None
    #: The slugs of the documents that this one corrects.
    corrects: tuple[str, ...] = ()
    furniture: tuple[Span, ...] = ()
    silent: tuple[Span, ...] = ()
    #: Whether ``text`` is the whole document; else what facts do not quote is left out of it.
    is_whole: bool = True

    @property
    def iri(self) -> str:
        """The document's IRI."""
        return DOCUMENT + self.slug

    def before(self, start: int) -> str:
        """The text before a passage, so that a reader sees it in its sentence."""
        before = self.text[max(0, start - AROUND) : start]
        return before if self.is_whole else before.rpartition(LEFT_OUT)[2]

    def after(self, end: int) -> str:
        """The text after a passage."""
        after = self.text[end : end + AROUND]
        return after if self.is_whole else after.partition(LEFT_OUT)[0]

    def lines(self) -> Iterator[str]:
        """N-Quads of the document's description (never its text)."""
        values: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            (RDF + "type", ox.NamedNode(TW + "SourceDocument")),
            (DCTERMS + "identifier", ox.Literal(self.file)),
            (SCHEMA + "sha256", ox.Literal(self.sha256)),
            (DCTERMS + "language", ox.Literal("ar")),
        ]
        for predicate in (DCTERMS + "title", RDFS + "label"):
            values.append((predicate, ox.Literal(self.ar, language="ar")))
            values.append((predicate, ox.Literal(self.en, language="en")))
        for predicate, printed in (
            (DCTERMS + "publisher", self.publisher),
            (DCTERMS + "creator", self.creator),
        ):
            if printed:
                values.append((predicate, ox.Literal(printed, language="ar")))
        if self.issued:
            values.append((DCTERMS + "issued", ox.Literal(self.issued)))
        if self.note:
            values.append((TW + "note", ox.Literal(self.note, language="en")))
        triples = [f"<{self.iri}> <{predicate}> {value}" for predicate, value in values]
        for slug in self.corrects:
            triples.append(f"<{self.iri}> <{TW}corrects> <{DOCUMENT}{slug}>")
            triples.append(f"<{DOCUMENT}{slug}> <{TW}correctedBy> <{self.iri}>")
        for triple in triples:
            yield f"{triple} ."
            yield f"{triple} <{GRAPH_ENTITIES}> ."
