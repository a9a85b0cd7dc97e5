"""Compare the file of facts beside a store with the store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox

from taawun.graph.fact_reader import FactReader
from taawun.graph.fact_record import FactRecord
from taawun.graph.indexed_facts import FactIndex, source_of
from taawun.graph.store import FACT_INDEX, EmbeddedStore
from taawun.ontology.namespaces import BASE, GRAPH_EVIDENCE, RDF, TW


def facts_in(store: EmbeddedStore) -> list[str]:
    """The IRIs of all facts and derived facts of a store, sorted."""
    graph = ox.NamedNode(GRAPH_EVIDENCE)
    kinds = [ox.NamedNode(TW + name) for name in ("Fact", "DerivedFact")]
    found = [
        quad.subject.value
        for kind in kinds
        for quad in store.quads.quads_for_pattern(None, ox.NamedNode(f"{RDF}type"), kind, graph)
        if isinstance(quad.subject, ox.NamedNode)
    ]
    assert found
    return sorted(found)


def records_of(store: EmbeddedStore) -> list[FactRecord]:
    """The records of all facts, read as a proof reads them: by their triples first."""
    reader = FactReader(store)
    iris = facts_in(store)
    triples = [
        next(iter(store.quads.quads_for_pattern(None, None, None, ox.NamedNode(iri)))).triple
        for iri in iris
    ]
    stated = reader.graphs(triples)
    assert all(stated.values()) or any(record.record_status for record in reader.read(iris))
    return reader.read(iris)


def assert_indexed(build: Path) -> None:
    """The file has all facts of the store of a build and no other, as the store has them."""
    store = EmbeddedStore.open(build / "store")
    with closing(sqlite3.connect(build / FACT_INDEX)) as database:
        names = {BASE + name for (name,) in database.execute("SELECT name FROM fact")}
    assert sorted(names) == facts_in(store)
    assert records_of(store) == records_of(EmbeddedStore(store.quads))
    index = store.kept["fact index"]
    assert isinstance(index, FactIndex)
    assert index.is_sound
    assert source_of(store)
