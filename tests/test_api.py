"""The Python API: rows that print, iterate, show in a notebook, and prove themselves."""

from __future__ import annotations

import pytest

from taawun.api import KnowledgeGraph
from taawun.graph.errors import QueryError, UnexplainableError
from taawun.graph.remote.remote_store import RemoteStore
from taawun.graph.store import EmbeddedStore


@pytest.fixture
def rows(graph):
    return KnowledgeGraph(graph.store, language="en").ask("agreement-signatories")


def test_rows_are_a_sequence(rows):
    assert len(rows) == len(list(rows)) == 12
    assert str(rows[0]) == str(rows[-12])
    assert [str(row) for row in rows[:2]] == [str(rows[0]), str(rows[1])]
    with pytest.raises(IndexError):
        rows[12]


def test_a_row_gives_terms_and_labels(rows):
    row = next(row for row in rows if row.label("signatory") == "Nigeria")
    assert row["signatory"].value == "https://w3id.org/taawun/id/country/nigeria"
    assert "Nigeria" in str(row)
    with pytest.raises(KeyError, match="nothing"):
        row["nothing"]


def test_a_row_gives_the_quotes_that_prove_it(rows):
    for row in rows:
        quotes = [quote.text for fact in row.why().facts for quote in fact.quotes]
        assert any("وقعت مصر" in quote for quote in quotes)


def test_rows_show_as_a_table_in_a_notebook(graph):
    arabic = KnowledgeGraph(graph.store, language="ar").ask("agreement-signatories")
    html = arabic._repr_html_()
    assert html.startswith('<table lang="ar" dir="rtl">')
    assert "<bdi>نيجيريا</bdi>" in html


def test_a_label_never_becomes_markup():
    label = '"<script>alert(1)</script>"@en'
    line = f"<http://e/a> <http://www.w3.org/2000/01/rdf-schema#label> {label} .\n"
    store = EmbeddedStore.in_memory(line.encode())
    rows = KnowledgeGraph(store).sparql("SELECT ?l WHERE { ?s rdfs:label ?l }")
    assert "<script>" not in rows._repr_html_()
    assert "&lt;script&gt;" in rows._repr_html_()


def test_truth_prints_and_explains_itself(graph):
    truth = graph.sparql("ASK { ?talks tw:party country:iraq ; tw:area area:postal-services }")
    assert truth
    assert str(truth) == "true"
    assert truth.why()[0].facts
    assert not graph.sparql("ASK { country:iraq tw:party country:iraq }")


def test_what_cannot_be_explained_is_refused_with_the_reason(graph):
    with pytest.raises(UnexplainableError, match="RAND"):
        graph.sparql("SELECT (RAND() AS ?x) WHERE { ?s a tw:Country }").why()


def test_a_remote_graph_hands_out_no_dataset():
    with pytest.raises(QueryError, match="endpoint"):
        KnowledgeGraph(RemoteStore("http://127.0.0.1:9/")).dataset()
