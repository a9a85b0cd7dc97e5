"""The file of facts of a build that is another with some quads removed and others added."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ...graph.document import Document
from ...graph.fact_index import BESIDE, FactIndexWriter
from ...graph.fact_sources import Quads
from ...graph.indexed_facts import Place
from ...graph.store import FACT_INDEX
from ...ontology.namespaces import DOCUMENT, EVIDENCE, FACT, GRAPH_EVIDENCE, INFERENCE, TW


def write_changed_index(
    base: Path,
    target: Path,
    store: ox.Store,
    removed: Collection[ox.Quad],
    added: Collection[ox.Quad],
    documents: Iterable[Document],
) -> None:
    """Copy the file of ``base``, and write the facts that differ as the new store has them.

    Without a file in ``base`` there is none in ``target``; facts are then read from the store.
    """
    path = target / FACT_INDEX
    try:
        shutil.copyfile(base / FACT_INDEX, path)
    except FileNotFoundError:
        return
    writer = FactIndexWriter(lambda: path, is_new=False)
    try:
        facts = sorted({iri for quad in (*removed, *added) for iri in _facts(quad, store)})
        writer.remove(facts)
        writer.add_documents(documents)
        _copy_records(Quads(store), writer, facts)
        for quad in removed:
            if _is_beside(quad):
                writer.remove_beside(quad)
        for quad in added:
            if _is_beside(quad):
                writer.add_beside(quad)
        writer.finish()
    finally:
        writer.close()


def _copy_records(quads: Quads, writer: FactIndexWriter, facts: Iterable[str]) -> None:
    """Write what a store says of facts to a file; of a fact that it does not have, nothing."""
    for fact in facts:
        lines = [" ".join(map(str, triple)) for _, triple in quads.triples([fact])]
        if not lines:
            continue
        if fact.startswith(INFERENCE):
            told = quads.said([fact])[fact]
            writer.add_derived_record(fact, lines[0], told.rule, told.when, told.sources)
            continue
        said = [(predicate, str(value)) for _, predicate, value in quads.qualifiers([fact])]
        evidence, beside = quads.quotes([fact])
        spans = {row.part.iri: (row.part.start, row.part.end) for row in evidence}
        before = {row.iri: spans[row.before] for row in beside if row.before}
        places: list[Place] = []
        for row in evidence:
            slug = row.document.removeprefix(DOCUMENT)
            around = [
                (slug, one.passage.start, one.passage.end)
                for one in beside
                if one.passage and one.iri == row.part.iri
            ]
            places.append((slug, *spans[row.part.iri], before.get(row.part.iri), around))
        writer.add_record(fact, lines[0], said, places)


def _facts(quad: ox.Quad, store: ox.Store) -> Iterable[str]:
    """The facts of whose records a quad is a part."""
    graph, subject = quad.graph_name, quad.subject
    if isinstance(graph, ox.NamedNode) and graph.value.startswith(_FACTS):
        yield graph.value
    if graph != _EVIDENCE or not isinstance(subject, ox.NamedNode):
        return
    if subject.value.startswith(_FACTS):
        yield subject.value
    elif subject.value.startswith(EVIDENCE) and not _is_beside(quad):
        for found in store.quads_for_pattern(None, _EVIDENCE_OF, subject, _EVIDENCE):
            if isinstance(found.subject, ox.NamedNode):
                yield found.subject.value


def _is_beside(quad: ox.Quad) -> bool:
    return quad.predicate.value in BESIDE and quad.graph_name == _EVIDENCE


_EVIDENCE: Final = ox.NamedNode(GRAPH_EVIDENCE)
_EVIDENCE_OF: Final = ox.NamedNode(f"{TW}evidence")
_FACTS: Final = (FACT, INFERENCE)
