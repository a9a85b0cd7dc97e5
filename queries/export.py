"""Export of the graph in standard formats, byte for byte reproducible."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, TypeAlias

import pyoxigraph as ox

from ..graph.fact_reader import all_facts
from ..graph.fact_record import FactRecord
from ..graph.store import Store, Term
from ..messages.untrusted_text import escaped
from ..ontology.namespaces import BASE, PREFIXES
from .fact_words import qualifiers_of
from .ftm_format import write_ftm
from .graph_formats import (
    write_cypher,
    write_gexf,
    write_graphml,
    write_neo4j_nodes,
    write_neo4j_relationships,
)
from .labels import Labels, short_iri
from .prefixes import prefixes_of
from .rdf_formats import write_compact, write_nanopubs
from .results import harmless

_NAMED: Final = ("subject", "predicate", "object")
_PLAIN: Final = (
    "modality", "statedBy", "onBehalfOf", "when", "dateText", "recordStatus", "statusReason",
    "statusReasonAr", "statusDate", "supersededBy", "note", "noteAr", "attributedTo", "file",
    "quote", "gloss", "start", "end", "fact",
)  # fmt: skip


#: Writes the graph to a file, given the canonical dump, the store and the language of labels.
Writer: TypeAlias = Callable[[Path, Store, IO[bytes], str], None]


def export(name: str, dump: Path, store: Store, out: IO[bytes], language: str = "en") -> None:
    """Write the graph in the format ``name`` (a key of ``FORMATS``) to ``out``.

    ``dump`` is the build's canonical dump, ``store`` its store. ``language`` chooses the labels of
    formats that have one label for each thing.
    """
    FORMATS[name](dump, store, out, language)


def rebased(dump: Path, base: str) -> bytes:
    """The canonical dump with every Taawun IRI moved to another base.

    Content-based IRIs keep their digits, so that a fact is recognisable under any base.
    """
    moved = dump.read_text("utf-8").replace(f"<{BASE}", f"<{base}")
    return ("\n".join(sorted(moved.splitlines())) + "\n").encode()


def _nquads(dump: Path, _: Store, out: IO[bytes], _language: str) -> None:
    out.write(dump.read_bytes())


def quads_of(dump: Path, *, only_plain: bool = False) -> Iterator[ox.Quad]:
    """Yield the quads in sorted order: the plain view, then each named graph."""
    quads = list(ox.parse(path=str(dump), format=ox.RdfFormat.N_QUADS))
    if only_plain:
        quads = [quad for quad in quads if isinstance(quad.graph_name, ox.DefaultGraph)]
    return iter(sorted(quads, key=lambda quad: (str(quad.graph_name), str(quad.triple))))


def _serialised(form: ox.RdfFormat, *, only_plain: bool) -> Writer:
    def write(dump: Path, store: Store, out: IO[bytes], _language: str) -> None:
        quads = quads_of(dump, only_plain=only_plain)
        prefixes = {**prefixes_of(store), **PREFIXES}
        items = (quad.triple for quad in quads) if only_plain else quads
        text = ox.serialize(items, format=form, prefixes=prefixes)
        assert text is not None
        out.write(escaped(text.decode()).encode())

    return write


def _jsonld(dump: Path, store: Store, out: IO[bytes], _language: str) -> None:
    write_compact(quads_of(dump), out, prefixes_of(store))


def _csv(_: Path, store: Store, out: IO[bytes], _language: str) -> None:
    """Write a row for each fact and quote, with a byte order mark for Arabic in spreadsheets."""
    facts = list(all_facts(store))
    labels = Labels(store)
    labels.fetch(term.value for fact in facts for term in fact.triple if _is_iri(term))
    headings = [f"{name}{end}" for name in _NAMED for end in ("", "_ar", "_en")] + list(_PLAIN)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(sorted(row for fact in facts for row in _cells(fact, labels)))
    out.write(b"\xef\xbb\xbf" + text.getvalue().encode())


def _cells(fact: FactRecord, labels: Labels) -> Iterator[list[str]]:
    """Yield the rows of a fact, one for each of its quotes."""
    named = []
    for term in fact.triple:
        if _is_iri(term):
            iri = term.value
            named += [short_iri(iri), *(labels(iri, language) for language in ("ar", "en"))]
        else:
            named += [term.value, "", ""]
    said = qualifiers_of(fact)
    for quote in fact.quotes:
        said |= {"file": quote.document, "quote": quote.text, "gloss": quote.gloss}
        said |= {"start": quote.starts, "end": quote.ends}
        yield [harmless(cell) for cell in (*named, *(said.get(name, "") for name in _PLAIN))]


def _is_iri(term: Term) -> bool:
    return isinstance(term, ox.NamedNode)


def _drawn(write: Callable[[Store, IO[bytes], str], None]) -> Writer:
    """A writer that needs the store alone."""

    def written(_: Path, store: Store, out: IO[bytes], language: str) -> None:
        write(store, out, language)

    return written


FORMATS: Final[dict[str, Writer]] = {
    "nquads": _nquads,
    "trig": _serialised(ox.RdfFormat.TRIG, only_plain=False),
    "turtle": _serialised(ox.RdfFormat.TURTLE, only_plain=True),
    "jsonld": _jsonld,
    "csv": _csv,
    "graphml": _drawn(write_graphml),
    "gexf": _drawn(write_gexf),
    "cypher": _drawn(write_cypher),
    "neo4j-nodes": _drawn(write_neo4j_nodes),
    "neo4j-relationships": _drawn(write_neo4j_relationships),
    "nanopub": _drawn(write_nanopubs),
    "ftm": _drawn(write_ftm),
}
