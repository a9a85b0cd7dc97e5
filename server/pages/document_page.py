"""The page of a document: its text with every quote marked, and the facts that each quote says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pyoxigraph as ox

from ...graph.fact_reader import FactReader
from ...graph.store import Store, Term, select
from ...ontology.namespaces import DCTERMS, SCHEMA
from ...queries.fact_words import Proven, by_quote
from ..workers.served_graph import OpenedBuild
from .marked_text import Piece, pieces, stretches

_VALUES: Final = "SELECT ?p ?o WHERE {{ {iri} ?p ?o }} ORDER BY ?p ?o"
_PRINTED: Final = (
    ("file", DCTERMS + "identifier"),
    ("publisher", DCTERMS + "publisher"),
    ("author", DCTERMS + "creator"),
    ("issued", DCTERMS + "issued"),
    ("sha256", SCHEMA + "sha256"),
)


def document_values(graph: OpenedBuild, node: ox.NamedNode) -> dict[str, Any] | None:
    """What the page of a document shows; None if the graph does not know the document."""
    values = {row["p"].value: row["o"] for row in select(graph.store, _VALUES.format(iri=node))}
    if not values:
        return None
    quotes = _quotes(graph.store, node)
    text = graph.text(node.value)
    return {
        "values": list(_printed(values)),
        "quotes": quotes,
        "text": list(_marked(text, quotes)) if text is not None else None,
        "shows_texts": graph.shows_texts,
    }


def _printed(values: dict[str, Term]) -> Iterator[tuple[str, Term | None]]:
    """What the register says of a document, as far as it is printed; its date always."""
    for word, predicate in _PRINTED:
        if predicate in values or word == "issued":
            yield word, values.get(predicate)


def _quotes(store: Store, node: ox.NamedNode) -> list[Proven]:
    """The quotes of a document in its order, each with the facts that it proves."""
    groups = by_quote(FactReader(store).in_document(node.value))
    here = [group for group in groups if group[0][1].document_iri == node.value]
    return sorted(here, key=lambda group: group[0][1].place)


def _marked(text: str, quotes: list[Proven]) -> Iterator[Piece]:
    """The text, with the parts of each quote and its contexts; quotes are counted from 1."""
    parts = {
        number: [(part.start, part.end) for part in group[0][1].parts]
        for number, group in enumerate(quotes, 1)
    }
    around = {
        number: [(c.start, c.end) for _, quote in group for c in quote.context]
        for number, group in enumerate(quotes, 1)
    }
    return pieces(text, stretches(parts, around))
