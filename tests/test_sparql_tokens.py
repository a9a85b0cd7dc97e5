"""What is looked for in the text of a query: words of the query, never of what it quotes."""

from __future__ import annotations

import pytest

from taawun.graph.errors import QueryError
from taawun.graph.remote.remote_store import (
    chooses_dataset,
    in_graph,
    uses_graph,
    without_idle_values,
)
from taawun.graph.sparql_tokens import prologue, scan, tokens, values_blocks
from taawun.queries.fact_words import pattern_in_words
from taawun.queries.prefixes import with_prefixes

HIDDEN = [
    'SELECT * { ?s ?p "GRAPH FROM" }',
    "SELECT * { ?s ?p '''it's GRAPH\nFROM''' }",
    "SELECT * { ?s <http://a/GRAPH> 1 } # GRAPH FROM",
    "SELECT ?graph { ?from ex:graph ?graph }",
]


@pytest.mark.parametrize("query", HIDDEN)
def test_words_in_strings_iris_comments_and_names_are_no_keywords(query):
    assert not uses_graph(query)
    assert not chooses_dataset(query)


def test_keywords_are_found_in_any_case():
    assert uses_graph("SELECT * { graph ?g{?s ?p ?o} }")
    assert chooses_dataset("SELECT * from <http://g> { ?s ?p ?o }")


def test_offsets_are_those_of_the_text_as_it_is_written():
    text = "# a comment\nSELECT ?س { ?س <http://a> 'a\\'b' . }"
    assert [text[token.start : token.end] for token in scan(text)] == [
        "SELECT", "?س", "{", "?س", "<http://a>", "'a\\'b'", ".", "}",
    ]  # fmt: skip


def test_what_begins_no_token_stops_a_parser_and_nobody_else():
    assert [token.kind for token in scan("§")] == ["other"]
    with pytest.raises(QueryError, match="unreadable"):
        list(tokens("§"))


def test_a_brace_in_a_string_closes_no_values_block():
    text = 'SELECT * { values ?x { "}" } VALUES ?y { 1 } }'
    ((opening, closing),) = values_blocks(text, "x")
    assert text[opening.start : closing.end] == '{ "}" }'
    assert values_blocks(text, "z") == []


def test_the_prologue_is_what_declares_and_nothing_else():
    text = "BASE <http://b/>\nPREFIX a: <http://a#> # PREFIX c: <http://c>\nASK { ?s a:PREFIX 1 }"
    assert prologue(text) == "BASE <http://b/> PREFIX a: <http://a#>"


def test_a_pattern_goes_into_a_graph_whatever_its_strings_say():
    assert in_graph("SELECT ?s { ?s ?p '}' }", "http://g") == (
        "SELECT ?s { GRAPH <http://g> { ?s ?p '}' } }"
    )


@pytest.mark.parametrize(
    ("block", "stays"),
    [
        ("VALUES ?x { UNDEF }", False),
        ("values(?x ?y){(undef UNDEF)}", False),
        ("VALUES (?x ?y) { (UNDEF 1) }", True),
        ("VALUES ?x { UNDEF 1 }", True),
    ],
)
def test_only_values_that_say_nothing_are_taken_out(block, stays):
    assert (block in without_idle_values(f"SELECT * {{ {block} ?x ?p ?y }}")) is stays


def test_a_prefix_is_declared_once_and_only_where_it_is_used():
    text = "PREFIX tw: <http://mine#> SELECT * { ?s tw:a skos:b, 'rdfs:c', <owl:d> }"
    assert with_prefixes(text) == f"PREFIX skos: <http://www.w3.org/2004/02/skos/core#> {text}"


def test_what_is_absent_is_told_by_names():
    class Names:
        def __call__(self, iri, _):
            return iri.rpartition("/")[2]

    told = "NOT EXISTS { country:iraq <http://a/near> ?x . }"
    assert pattern_in_words(told, Names(), "en") == "iraq near ?x"
    graphs = "NOT EXISTS { GRAPH ?f { country:iraq <http://a/near> ?x } GRAPH graph:evidence { ?f a ?t } }"
    assert pattern_in_words(graphs, Names(), "en") == "iraq near ?x ?f a ?t"
    assert pattern_in_words("{ { ?a ?b ?c } }", Names(), "en") == "{ { ?a ?b ?c } }"


@pytest.mark.parametrize("text", ["'\\' \\'", '"a \\" b', "'it is"])
def test_a_string_without_an_end_is_one_piece(text: str) -> None:
    """Each of its quotation marks would otherwise be looked at to the end of the line."""
    assert [(token.kind, token.text) for token in scan(f"ASK {text}")][1:] == [("other", text)]
