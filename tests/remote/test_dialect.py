"""Queries as stores need them: put into a named graph, and without blocks that say nothing."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from taawun.graph.remote.remote_store import in_graph, read_json, without_idle_values

PLAIN, OTHER = "http://g.org/plain", "http://g.org/other"
TRIPLE = "<http://s.org/{}> <http://p.org/> {}"


@pytest.fixture(scope="module")
def stores():
    """A plain view as default graph, and the same as a named graph; each with another graph."""
    lines = [TRIPLE.format("a", 1), TRIPLE.format("b", 2)]
    other = [TRIPLE.format("a", 1), TRIPLE.format("c", 3)]
    found = []
    for plain in (" .".join(lines), f"GRAPH <{PLAIN}> {{ {' .'.join(lines)} }}"):
        store = ox.Store()
        store.update(f"INSERT DATA {{ {plain} GRAPH <{OTHER}> {{ {' .'.join(other)} }} }}")
        found.append(store)
    return found


QUERIES = {
    "a pattern": "SELECT ?s { ?s ?p ?o }",
    "a pattern after WHERE": "SELECT ?s WHERE { ?s ?p ?o FILTER(?o < 2) }",
    "a graph inside": f"SELECT ?s {{ ?s ?p ?o GRAPH <{OTHER}> {{ ?s ?p ?o }} }}",
    "a graph under NOT EXISTS": (
        f"SELECT ?s {{ ?s ?p ?o FILTER NOT EXISTS {{ GRAPH <{OTHER}> {{ ?s ?p ?o }} }} }}"
    ),
    "a subquery": "SELECT ?s { { SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1 } }",
    "a subquery alone": "SELECT ?s { SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1 }",
    "braces in a string": 'SELECT ?s { ?s ?p ?o FILTER(STR(?o) != "}{") } # }',
    "EXISTS in the projection": (
        f"SELECT ?s (EXISTS {{ GRAPH <{OTHER}> {{ ?s ?p ?o }} }} AS ?x) {{ ?s ?p ?o }}"
    ),
    "NOT EXISTS in HAVING": (
        "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING(NOT EXISTS { ?s <http://p.org/> 1 })"
    ),
    "VALUES at the end": "SELECT ?s { ?s ?p ?o } VALUES ?o { 1 3 }",
    "ASK": f"ASK {{ ?s ?p ?o MINUS {{ GRAPH <{OTHER}> {{ ?s ?p ?o }} }} }}",
    "CONSTRUCT": f"CONSTRUCT {{ ?s a ?o }} WHERE {{ ?s ?p ?o GRAPH <{OTHER}> {{ ?s ?p ?o }} }}",
}


def answer(store, query):
    found = store.query(query)
    return bool(found) if isinstance(found, ox.QueryBoolean) else sorted(map(str, found))


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_put_into_a_graph_answers_as_over_the_default_graph(name, stores):
    plain, named = stores
    query = QUERIES[name]
    assert answer(plain, query)
    assert answer(named, in_graph(query, PLAIN)) == answer(plain, query)
    assert answer(named, query) != answer(plain, query)


@pytest.mark.parametrize(
    "block",
    ["VALUES ?o { UNDEF }", "VALUES (?o) { (UNDEF) }", "values ( ?s $p ){(UNDEF\nUNDEF)}"],
)
def test_a_block_that_says_nothing_is_left_out(block, stores):
    query = f"SELECT ?s ?p ?o {{ {block} ?s ?p ?o }}"
    assert "UNDEF" not in without_idle_values(query)
    assert answer(stores[0], without_idle_values(query)) == answer(stores[0], query)


@pytest.mark.parametrize(
    "kept",
    [
        "VALUES ?o { UNDEF 1 }",
        "VALUES (?s ?o) { (UNDEF 1) }",
        '"VALUES ?o { UNDEF }"',
        "VALUES ?o {}",
    ],
)
def test_other_blocks_and_strings_stay(kept):
    query = f"SELECT ?s {{ ?s ?p ?o {kept} }}"
    assert without_idle_values(query) == query


def test_booleans_are_read_as_sparql_writes_them():
    body = (
        b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"typed-literal", "datatype": '
        b'"http://www.w3.org/2001/XMLSchema#boolean", "value": "0"}}]}}'
    )
    assert [row["o"] for row in read_json(body)] == [ox.Literal(False)]
