"""Many proofs are verified in one run, each as if it were alone."""

from __future__ import annotations

import random

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from permanent import prefixed, store_of

from taawun.graph.store import EmbeddedStore
from taawun.queries.sparql.parser import parse
from taawun.queries.why import explain
from taawun.queries.why.provenance import Statement
from taawun.queries.why.verification import Checker, in_each_graph, quads

NODES = [ox.NamedNode(f"urn:{name}") for name in "abc"]
PROPERTIES = [ox.NamedNode(f"urn:{name}") for name in "pq"]
GRAPHS = [None, None, ox.NamedNode("urn:g"), NODES[0]]
VALUES = [*NODES, ox.Literal(1), ox.Literal("ا", language="ar")]
#: Patterns that can be asked of each row's graphs apart.
PATTERNS = (
    "?x <urn:p> ?y",
    "?x <urn:p> ?y . ?y <urn:q> ?z",
    "?x ?y ?z",
    "?x <urn:p> ?y FILTER(?x != ?y)",
    "?x <urn:p> ?y FILTER(isIRI(?y) && !BOUND(?z))",
    "?x <urn:p> ?y BIND(STR(?y) AS ?z)",
    "?x <urn:p>/<urn:q> ?y",
    "?x <urn:p>|^<urn:q> ?y",
    "?x !(<urn:q>|^<urn:r>) ?y",
    "?x <urn:p> ?y OPTIONAL { ?y <urn:q> ?z }",
    "?x <urn:p> ?y OPTIONAL { ?y <urn:q> ?z FILTER(?z != ?x) }",
    "?x <urn:p> ?y OPTIONAL { ?y <urn:q> ?z OPTIONAL { ?z <urn:p> ?w } } FILTER(!BOUND(?w))",
    "?x <urn:p> ?y OPTIONAL { ?y <urn:q> ?z } OPTIONAL { ?x <urn:q> ?z }",
    "?x <urn:p> ?y { ?y <urn:q> ?z } UNION { ?z <urn:q> ?x }",
    "?x <urn:p> ?y { VALUES ?z { 1 2 } } UNION { BIND(3 AS ?z) }",
    "?x <urn:p> ?y VALUES ?z { <urn:a> UNDEF }",
    "?x <urn:p> ?y { ?y <urn:q> ?z FILTER(?z != 1) }",
    "?x <urn:p> ?y OPTIONAL { ?x <urn:q> ?z { VALUES ?w { 1 } } }",
    "VALUES ?x { <urn:a> UNDEF } ?x <urn:p> ?y OPTIONAL { ?y <urn:q> ?z }",
    "{ ?x <urn:p> ?y } UNION { ?y <urn:q> ?x } UNION { ?x <urn:q> ?z } OPTIONAL { ?y <urn:p> ?w }",
    "VALUES ?x { <urn:a> UNDEF } { { ?x <urn:p> ?y } UNION { ?y <urn:q> ?x } } ?x <urn:q> ?z",
    "?x <urn:p> ?y FILTER NOT EXISTS { ?y <urn:q> ?z }",
    "?x <urn:p> ?y FILTER(?y = <urn:b> || EXISTS { ?y <urn:q> ?z FILTER(?z != ?x) })",
    "?x <urn:p> ?y BIND(EXISTS { ?y <urn:q> ?w } AS ?z)",
    "?x <urn:p> ?y OPTIONAL { ?x <urn:q> ?z FILTER NOT EXISTS { ?z <urn:p> ?y } }",
    "?x <urn:p> ?y FILTER NOT EXISTS { ?y <urn:q> ?z FILTER NOT EXISTS { ?z <urn:p> ?x } }",
    "?x <urn:p> ?y FILTER EXISTS { { ?y <urn:q> ?z } UNION { ?z ?w ?x OPTIONAL { ?z ?v 1 } } }",
    "GRAPH ?z { ?x <urn:p> ?y }",
    "?x <urn:p> ?y GRAPH <urn:g> { ?x <urn:q> ?z }",
    "?x <urn:p> ?y . GRAPH ?z { ?x ?w ?y }",
    "GRAPH ?z { ?x <urn:p> ?y } OPTIONAL { GRAPH ?w { ?x <urn:q> ?y } FILTER(?w != ?z) }",
    "?x <urn:p> ?y OPTIONAL { GRAPH ?z { ?x <urn:p> ?y } GRAPH <urn:g> { ?x <urn:q> ?w } }",
    "GRAPH ?z { ?x <urn:p> ?y OPTIONAL { ?y <urn:q> ?w } } FILTER(!BOUND(?w) || ?w != 1)",
    "{ ?x <urn:p> ?y } UNION { GRAPH <urn:g> { ?x <urn:q> ?y } } UNION { GRAPH ?z { ?y ?z ?x } }",
    "?x <urn:p> ?y FILTER NOT EXISTS { GRAPH ?z { ?x <urn:p> ?y } }",
    "GRAPH ?z { ?x <urn:p> ?y FILTER NOT EXISTS { ?y <urn:q> ?x } } GRAPH ?z { ?x <urn:q> ?w }",
    "GRAPH ?z { ?x <urn:p> ?y GRAPH ?w { ?y <urn:q> ?x } }",
    "?x <urn:p> ?y { SELECT ?y ?z { ?y <urn:q> ?z } }",
    "?x <urn:p> ?y { SELECT DISTINCT ?z { GRAPH <urn:g> { ?y <urn:q> ?z } } } FILTER(?z != ?x)",
    "{ SELECT ?x ?z { ?x <urn:p> ?y OPTIONAL { ?y <urn:q> ?z } } } ?x <urn:q> ?w",
    "?x <urn:p> ?y OPTIONAL { SELECT ?y ?z { ?y <urn:q> ?z FILTER(?z != ?y) } }",
    "?y <urn:q> ?x OPTIONAL { VALUES ?z { 1 <urn:a> } ?x <urn:p> ?z OPTIONAL { ?z <urn:q> ?w } }",
)
HEADS = (
    "SELECT * {{ {} }}",
    "SELECT ?x ?z WHERE {{ {} }} ORDER BY ?x LIMIT 2",
    "SELECT DISTINCT ?x (COALESCE(?z, 1) AS ?v) {{ {} }}",
    "SELECT ?x (COUNT(*) AS ?n) (COUNT(DISTINCT ?z) AS ?m) {{ {} }} GROUP BY ?x",
    "SELECT ?y (MAX(?x) AS ?n) {{ {} }} GROUP BY ?y HAVING(COUNT(?x) = 1)",
    "SELECT ?y (SAMPLE(?x) AS ?n) (COUNT(?x) AS ?m) {{ {} }} GROUP BY ?y",
    "SELECT ?x ?y {{ {} }} VALUES ?x {{ <urn:a> <urn:b> }}",
)
#: Queries that are another thing inside GRAPH, or whose solutions may have no triple at first.
ALONE = (
    "SELECT ?x { ?x <urn:p> ?y MINUS { ?y <urn:q> ?z } }",
    "SELECT ?x { ?x <urn:p> ?y { SELECT ?y { ?y <urn:q> ?z } LIMIT 1 } }",
    "SELECT ?x { ?x <urn:p> ?y { SELECT ?y (COUNT(?z) AS ?n) { ?y <urn:q> ?z } GROUP BY ?y } }",
    "SELECT ?x { ?x <urn:p> ?y { SELECT ?y { VALUES ?y { 1 } } } }",
    "SELECT ?x { ?x <urn:p> ?y { SELECT ?y (EXISTS { ?y ?z 1 } AS ?z) { ?y <urn:q> 1 } } }",
    "SELECT ?x { ?x <urn:p> ?y { VALUES ?z { 1 } FILTER EXISTS { ?z <urn:q> ?w } } }",
    "SELECT ?x (EXISTS { ?x <urn:q> 1 } AS ?z) { ?x <urn:p> ?y }",
    "SELECT ?x { ?x <urn:p> ?y } ORDER BY (EXISTS { ?x <urn:q> 1 })",
    "SELECT ?x { { SELECT * { ?x <urn:p> ?y } } ?x <urn:q> ?z }",
    "SELECT ?x { GRAPH ?g { VALUES ?y { 1 } } ?x <urn:p> ?y }",
    "SELECT ?x { GRAPH ?g {} ?x <urn:p> ?y }",
    "SELECT ?x { GRAPH ?g { OPTIONAL { ?x <urn:p> ?y } } }",
    "SELECT ?x FROM <urn:g> { ?x <urn:p> ?y }",
    "SELECT ?x { ?x <urn:p>* ?y }",
    "SELECT ?x { ?x <urn:p>+ ?y }",
    "SELECT ?x { ?x <urn:p>? ?y }",
    "SELECT (COUNT(*) AS ?n) { ?x <urn:p> ?y }",
    "SELECT ?x { OPTIONAL { ?x <urn:p> ?y } }",
    "SELECT ?x { { ?x <urn:p> ?y } UNION { VALUES ?x { 1 } } }",
    "SELECT ?x { ?x <urn:p> ?y { OPTIONAL { ?x <urn:q> ?z } } }",
    "SELECT ?x { VALUES ?x { 1 } OPTIONAL { ?x <urn:p> ?y } }",
    "SELECT ?x { { ?x <urn:p> ?y } UNION { OPTIONAL { ?x <urn:p> ?y } } }",
    "SELECT ?x { ?x <urn:p> ?y BIND(BNODE() AS ?b) }",
    "ASK { ?x <urn:p> ?y }",
    "ASK { ?x <urn:p> ?y { SELECT ?x { ?x <urn:q> ?z } } }",
    "DESCRIBE ?x { ?x <urn:p> ?y { SELECT ?x { ?x <urn:q> ?z } } }",
    "CONSTRUCT { ?x <urn:p> ?y } WHERE { ?x <urn:p> ?y }",
    r"SELECT ?x { ?x <urn:p> ?y FILTER NOT \u0045XISTS { ?y <urn:q> ?z } }",
)


@pytest.mark.parametrize("text", ALONE)
def test_what_is_another_thing_inside_graph_is_verified_alone(text: str) -> None:
    assert in_each_graph(text, "place") == ""


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_a_proof_is_accepted_together_with_others_only_if_it_is_alone(seed: int) -> None:
    """Random sets of triples for the rows of all of them: most prove nothing."""
    chance = random.Random(seed)
    pattern = chance.choice(PATTERNS)
    # A subquery stands in no aggregate.
    text = chance.choice(HEADS[:3] if "SELECT" in pattern else HEADS).format(pattern)
    text = text.removesuffix(" LIMIT 2")
    some: list[Statement] = [
        (s, p, o, chance.choice(GRAPHS))
        for s in NODES
        for p in PROPERTIES
        for o in VALUES
        if chance.random() < 0.3
    ]
    whole = ox.Store()
    whole.extend(quad for statement in some for quad in quads(statement))
    rows = [tuple(row) for row in whole.query(text)]
    query = parse(text)
    checker = Checker(query, query.select, text)
    cases = [
        (row, frozenset(chance.sample(range(len(some)), min(size, len(some)))))
        for row in rows
        for size in (1, 2, 3, len(some))
    ]
    together = checker.yield_together(cases, some)
    alone = {
        i
        for i, (row, numbers) in enumerate(cases)
        if checker.yields((some[n] for n in numbers), row)
    }
    assert in_each_graph(text, "place")
    assert {*together} == {*range(len(cases))}
    assert {i for i, is_right in together.items() if is_right} == alone


def test_a_proof_with_a_blank_node_is_left_to_be_verified_alone() -> None:
    text = "SELECT ?x { ?x <urn:p> ?y OPTIONAL { ?y <urn:q> ?z } FILTER(!BOUND(?z)) }"
    a, p, q = NODES[0], *PROPERTIES
    blank = ox.BlankNode()
    bound: Statement = (a, q, a, None)
    statements: list[Statement] = [(a, p, a, None), (a, q, blank, None), (a, q, a, p), bound]
    query = parse(text)
    checker = Checker(query, query.select, text)
    cases = [((a,), frozenset(numbers)) for numbers in ([0], [0, 1], [0, 2], [0, 3])]
    assert checker.yield_together(cases, statements) == {0: True, 2: True, 3: False}


def test_a_row_is_verified_by_the_query_for_its_own_values() -> None:
    text = "SELECT ?x ?y { VALUES ?x { <urn:c> } ?x <urn:p> ?y }"
    a, b, c = NODES
    query = parse(text)
    checker = Checker(query, query.select, text, ["x"])
    assert checker.yields([(a, PROPERTIES[0], b, None)], (a, b))
    assert not checker.yields([(c, PROPERTIES[0], b, None)], (a, b))
    assert not Checker(query, query.select, text).yields([(a, PROPERTIES[0], b, None)], (a, b))


def held(*lines: str) -> EmbeddedStore:
    return store_of(list(ox.parse("\n".join(lines), ox.RdfFormat.N_QUADS)))


def test_a_row_that_shows_all_it_rests_on_is_gone_if_that_is_not_in_the_store() -> None:
    store = held("<urn:a> <urn:p> <urn:b> .", "<urn:b> <urn:p> <urn:c> .")
    text = prefixed("SELECT ?x ?y { ?x <urn:p> ?y FILTER(?y != <urn:c>) }")
    a, b, c = NODES
    found = explain(store, text, [{"x": a, "y": b}, {"x": a, "y": c}, {"x": b, "y": c}])
    codes = [item.unexplained and item.unexplained.code for item in found]
    assert codes == [None, "unexplained-row-gone", "unexplained-row"]
