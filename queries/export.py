"""The graph in other people's formats; the same graph gives the same bytes everywhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

import pyoxigraph as ox

from ..graph.control_characters import escaped, visible
from ..graph.store import Store, Term
from ..ontology.namespaces import BASE, GRAPH_EVIDENCE, PREFIXES
from .labels import Labels, short_iri
from .network import network
from .prefixes import prefixes_of
from .results import harmless
from .rows import select

# Three plain queries joined here: as one query with its optional parts, stores plan it badly.
_TRIPLES: Final = f"""
PREFIX tw: <{PREFIXES["tw"]}>
SELECT ?fact ?subject ?predicate ?object WHERE {{
  GRAPH <{GRAPH_EVIDENCE}> {{ ?fact a tw:Fact }} GRAPH ?fact {{ ?subject ?predicate ?object }}
}}"""
_QUALIFIERS: Final = f"""
PREFIX tw: <{PREFIXES["tw"]}>
SELECT ?fact ?name ?value WHERE {{
  GRAPH <{GRAPH_EVIDENCE}> {{ ?fact a tw:Fact ; ?name ?value }}
}}"""
_EVIDENCE: Final = f"""
PREFIX tw: <{PREFIXES["tw"]}>
PREFIX oa: <{PREFIXES["oa"]}>
PREFIX dcterms: <{PREFIXES["dcterms"]}>
SELECT ?fact ?file ?quote ?start ?end WHERE {{
  GRAPH <{GRAPH_EVIDENCE}> {{
    ?fact tw:evidence ?evidence .
    ?evidence oa:hasSource ?document ; oa:hasSelector ?q , ?p .
    ?q oa:exact ?quote . ?p oa:start ?start ; oa:end ?end .
  }}
  ?document dcterms:identifier ?file .
}}"""
_BILINGUAL: Final = ("note", "statusReason")
_NAMED: Final = ("subject", "predicate", "object")
_PLAIN: Final = (
    "modality", "statedBy", "onBehalfOf", "when", "dateText", "recordStatus", "statusReason",
    "statusReasonAr", "statusDate", "supersededBy", "note", "noteAr", "file",
    "quote", "start", "end", "fact",
)  # fmt: skip


def export(name: str, dump: Path, store: Store, out: IO[bytes]) -> None:
    """Write the graph in the format ``name`` (a key of ``FORMATS``) to ``out``.

    ``dump`` is the build's canonical dump, ``store`` the same build's store.
    """
    FORMATS[name](dump, store, out)


def rebased(dump: Path, base: str) -> bytes:
    """The canonical dump with every IRI of ours under another base.

    Content-made IRIs keep their digits, so that a fact stays recognisable under any base.
    """
    moved = dump.read_text("utf-8").replace(f"<{BASE}", f"<{base}")
    return ("\n".join(sorted(moved.splitlines())) + "\n").encode()


def _nquads(dump: Path, _: Store, out: IO[bytes]) -> None:
    out.write(dump.read_bytes())


def _quads(dump: Path, *, only_plain: bool) -> Iterator[ox.Quad]:
    """The quads in sorted order: first the plain view, then graph by graph."""
    quads = list(ox.parse(path=str(dump), format=ox.RdfFormat.N_QUADS))
    if only_plain:
        quads = [quad for quad in quads if isinstance(quad.graph_name, ox.DefaultGraph)]
    return iter(sorted(quads, key=lambda quad: (str(quad.graph_name), str(quad.triple))))


def _serialised(
    form: ox.RdfFormat, *, only_plain: bool
) -> Callable[[Path, Store, IO[bytes]], None]:
    def write(dump: Path, store: Store, out: IO[bytes]) -> None:
        quads = _quads(dump, only_plain=only_plain)
        prefixes = {**prefixes_of(store), **PREFIXES}
        items = (quad.triple for quad in quads) if only_plain else quads
        text = ox.serialize(items, format=form, prefixes=prefixes)
        assert text is not None
        out.write(escaped(text.decode()).encode())

    return write


def _csv(_: Path, store: Store, out: IO[bytes]) -> None:
    """One row for each fact and quote, with a byte order mark so that spreadsheets read Arabic."""
    facts: dict[str, dict[str, Term]] = {
        row["fact"].value: dict(row) for row in select(store, _TRIPLES)
    }
    for row in select(store, _QUALIFIERS):
        name, value = row["name"].value.rpartition("#")[2], row["value"]
        if isinstance(value, ox.Literal) and value.language == "ar" and name in _BILINGUAL:
            name += "Ar"
        facts[row["fact"].value][name] = value
    rows = [facts[row["fact"].value] | row for row in select(store, _EVIDENCE)]
    labels = Labels(store)
    labels.fetch(
        term.value for row in rows for term in row.values() if isinstance(term, ox.NamedNode)
    )
    headings = [f"{name}{end}" for name in _NAMED for end in ("", "_ar", "_en")] + list(_PLAIN)

    def cells(row: dict[str, Term]) -> list[str]:
        found = []
        for name in _NAMED:
            term = row[name]
            if isinstance(term, ox.NamedNode):
                found += [short_iri(term.value), *(labels(term.value, x) for x in ("ar", "en"))]
            else:
                found += [term.value, "", ""]
        for name in _PLAIN:
            value = row.get(name)
            is_iri = isinstance(value, ox.NamedNode)
            found.append("" if value is None else short_iri(value.value) if is_iri else value.value)
        return [harmless(cell) for cell in found]

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(sorted(cells(row) for row in rows))
    out.write(b"\xef\xbb\xbf" + text.getvalue().encode())


def _graphml(_: Path, store: Store, out: IO[bytes]) -> None:
    """Entities and the facts between them, for Gephi, yEd and Cytoscape."""
    import networkx as nx

    graph = network(store)
    labels = Labels(store)
    labels.fetch([*graph.nodes, *(data["predicate"] for *_ends, data in graph.edges(data=True))])
    for node, data in graph.nodes(data=True):
        data["class"] = short_iri(node).partition("/")[0]
        data["label_ar"], data["label_en"] = (
            visible(labels(node, language)) for language in ("ar", "en")
        )
    for *_ends, data in graph.edges(data=True):
        predicate = data["predicate"]
        data["predicate"] = short_iri(predicate)
        data["label_ar"], data["label_en"] = (visible(labels(predicate, x)) for x in ("ar", "en"))
    nx.write_graphml(graph, out, named_key_ids=True)


FORMATS: Final[dict[str, Callable[[Path, Store, IO[bytes]], None]]] = {
    "nquads": _nquads,
    "trig": _serialised(ox.RdfFormat.TRIG, only_plain=False),
    "turtle": _serialised(ox.RdfFormat.TURTLE, only_plain=True),
    "jsonld": _serialised(ox.RdfFormat.JSON_LD, only_plain=False),
    "csv": _csv,
    "graphml": _graphml,
}
