"""Queries that people write themselves: prefixes, what is probably wrong, and the standard."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from click.testing import Result

from taawun.api import KnowledgeGraph
from taawun.graph.errors import QueryError
from taawun.messages.message import say


def number(graph: KnowledgeGraph, pattern: str) -> int:
    (row,) = graph.sparql(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
    return int(row["n"].value)


@pytest.mark.parametrize(
    ("query", "term", "near"),
    [
        ("SELECT ?x { ?x tw:signatry country:egypt }", "tw:signatry", "tw:signatory"),
        ("SELECT ?x { ?x tw:signatory country:irak }", "country:irak", "country:iraq"),
        ("SELECT ?x { ?x tw:ledTo ?y }", "tw:ledTo", "tw:outcome"),
        ("SELECT ?x { ?x a tw:Agrement }", "tw:Agrement", "tw:Agreement"),
        ("SELECT ?x { GRAPH graph:evidnce { ?x ?y ?z } }", "graph:evidnce", "graph:evidence"),
    ],
)
def test_a_term_that_does_not_exist_is_told_with_the_nearest(
    query: str, term: str, near: str, graph: KnowledgeGraph, run: Callable[..., Result]
) -> None:
    (warning,) = graph.sparql(query).warnings
    assert warning.message.code == "term-unknown"
    said = run("sparql", query, "--format", "table", "--lang", "en")
    assert said.exit_code == 1
    assert f"{term} does not exist in this graph" in said.stderr
    assert near in said.stderr
    assert "Nothing in this knowledge graph answers this" not in said.output
    said = run("sparql", query, "--format", "table", "--lang", "ar")
    assert f"هل تقصد {near}" in re.sub("[\u200e\u200f]", "", said.stderr)
    told = json.loads(run("sparql", query, "--format", "json").stdout)["warnings"]
    assert [item["parts"]["term"] for item in told] == [term]


@pytest.mark.parametrize(
    "query",
    ["ASK { official:amr-talaat a tw:Official }", "ASK { meeting:egypt-iraq-talks a tw:Meeting }"],
)
def test_every_prefix_of_ours_is_known(query: str, graph: KnowledgeGraph) -> None:
    assert graph.sparql(query)


@pytest.mark.parametrize(("language", "told"), [("en", "zzz:"), ("ar", "البادئة «zzz:")])
def test_a_missing_prefix_is_named(language: str, told: str, run: Callable[..., Result]) -> None:
    said = run("sparql", "SELECT ?x { ?x zzz:y ?o }", "--lang", language)
    assert (said.exit_code, said.stdout) == (2, "")
    assert told in said.stderr
    assert "PREFIX zzz: <…>" in said.stderr


def test_a_qualifier_in_the_graph_where_it_is_not_gets_the_remedy(
    graph: KnowledgeGraph,
) -> None:
    rows = graph.sparql("SELECT * { ?f tw:modality ?m }")
    (warning,) = rows.warnings
    assert warning.remedy.code == "ask-evidence-graph"
    assert len(rows) == 0
    right = graph.sparql("SELECT * { GRAPH graph:evidence { ?f tw:modality ?m } } LIMIT 3")
    assert (right.warnings, len(right)) == ((), 3)


#: Queries that reach for what is elsewhere: the term, where it is asked, and the remedy.
MISPLACED = [
    ("?f tw:modality ?m", "tw:modality", "ask-evidence-graph"),
    ("GRAPH ?f { ?s tw:signatory ?o . ?f tw:statedBy ?w }", "tw:statedBy", "ask-evidence-graph"),
    ("GRAPH ?f { ?s tw:signatory ?o } ?f tw:when ?w", "tw:when", "ask-evidence-graph"),
    ("GRAPH graph:entities { ?f tw:modality ?m }", "tw:modality", "ask-evidence-graph"),
    ("GRAPH graph:evidence { ?a tw:signatory ?c }", "tw:signatory", "ask-default-graph"),
    ("GRAPH graph:plain { ?a tw:signatory ?c }", "tw:signatory", "ask-default-graph"),
]


@pytest.mark.parametrize(("pattern", "term", "remedy"), MISPLACED)
def test_the_remedy_reaches_the_terminal_json_and_the_server(
    pattern: str, term: str, remedy: str, graph: KnowledgeGraph, run: Callable[..., Result], site
) -> None:
    query = f"SELECT * {{ {pattern} }}"
    (warning,) = graph.sparql(query).warnings
    assert (warning.message.parts["term"], warning.remedy.code) == (term, remedy)
    for language in ("en", "ar"):
        said = run("sparql", query, "--format", "table", "--lang", language)
        marked = re.sub("[\u200e\u200f]", "", said.stderr)
        assert say(remedy, language, term=term)[:20] in marked
        assert say("answer-none", language) not in said.output
    (told,) = json.loads(run("sparql", query, "--format", "json").stdout)["warnings"]
    assert told["remedy"] == say(remedy, "en", term=term)
    address = "/sparql?" + urlencode({"query": query})
    (sent,) = json.loads(site.get(address).headers["taawun-warnings"])
    assert sent == told
    page = site.get(address, Accept="text/html", Accept_Language="en").body.decode()
    assert say(remedy, "en", term=term) in html.unescape(page)


def test_a_minus_without_a_common_variable_removes_nothing(graph: KnowledgeGraph) -> None:
    pattern = "GRAPH ?g {{ ?a tw:signatory ?x {} }}"
    minus = pattern.format("MINUS { ?b tw:signatory ?y }")
    assert number(graph, minus) == number(graph, pattern.format("")) > 0


def test_a_path_of_length_zero_finds_its_own_end(graph: KnowledgeGraph) -> None:
    (row,) = graph.sparql("SELECT ?y { <urn:nowhere> tw:party* ?y }")
    assert row["y"].value == "urn:nowhere"


def test_booleans_may_be_written_in_capitals(graph: KnowledgeGraph) -> None:
    (row,) = graph.sparql("SELECT (TRUE AS ?t) {}")
    assert row["t"].value == "true"


def test_what_cannot_be_answered_as_the_standard_has_it_is_refused(graph: KnowledgeGraph) -> None:
    with pytest.raises(QueryError, match="binds it only after"):
        graph.sparql(
            "SELECT (COUNT(*) AS ?n) { GRAPH ?g { { SELECT ?g { ?a tw:signatory ?x } } } }"
        )


def test_a_sound_query_is_left_alone(graph: KnowledgeGraph) -> None:
    text = "PREFIX tw: <https://w3id.org/taawun/ontology#>\nSELECT ?x { ?x tw:signatory ?y }"
    prepared = graph.own_queries.prepare(text)
    assert (prepared.text, tuple(prepared.warnings)) == (text, ())


def test_the_endpoint_sends_warnings_in_a_header(site) -> None:
    got = site.get("/sparql?query=SELECT%20%3Fx%20%7B%20%3Fx%20tw:signatry%20%3Fy%20%7D")
    (warning,) = json.loads(got.headers["taawun-warnings"])
    assert warning["parts"]["term"] == "tw:signatry"
