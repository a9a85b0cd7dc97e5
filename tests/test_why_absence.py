"""What a row owes to something not being there is told, as a pattern that can be asked.

Each shape is a query over the graph below and the triples that, added to it, take the row away or
change its value. The absences told of that row are false in the whole graph before, and one of them
is no longer so after: it was what the row rested on.
"""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from taawun.graph.store import EmbeddedStore
from taawun.ontology.namespaces import FACT, GRAPH_PROSPECTS, ID, PREFIXES, TW
from taawun.queries.sparql.parser import parse
from taawun.queries.sparql.patterns import is_lower_bound, welcome
from taawun.queries.why import Note, explain

PREFIX = (
    "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items()) + "PREFIX : <urn:>\n"
)
GRAPH = """
<urn:a> <urn:p> <urn:b> .
<urn:a> <urn:p> <urn:c> .
<urn:b> <urn:p> <urn:c> .
<urn:b> <urn:q> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .
<urn:a> <urn:is> <urn:Thing> .
<urn:b> <urn:is> <urn:Thing> .
<urn:c> <urn:is> <urn:Thing> .
<urn:d> <urn:is> <urn:Thing> .
<urn:a> <urn:p> <urn:b> <urn:g> .
"""
#: The query, the row that is looked at, and what takes it away.
SHAPES = {
    "optional and not bound": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { ?x :q ?y } FILTER(!BOUND(?y)) }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "optional and not bound, in brackets": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { ?x :q ?y } FILTER((!(BOUND(?y))) && isIRI(?x)) }",
        {"x": "<urn:c>"},
        "<urn:c> <urn:q> <urn:n> .",
    ),
    "not bound inside a group": (
        "SELECT ?x { { ?x :is :Thing OPTIONAL { ?x :q ?y } FILTER(!BOUND(?y)) } }",
        {"x": "<urn:d>"},
        "<urn:d> <urn:q> <urn:n> .",
    ),
    "not bound outside a group": (
        "SELECT ?x { { ?x :is :Thing OPTIONAL { ?x :q ?y } } FILTER(!BOUND(?y)) }",
        {"x": "<urn:d>"},
        "<urn:d> <urn:q> <urn:n> .",
    ),
    "not bound outside a subquery": (
        "SELECT ?x { { SELECT ?x ?y { ?x :is :Thing OPTIONAL { ?x :q ?y } } } FILTER(!BOUND(?y)) }",
        {"x": "<urn:d>"},
        "<urn:d> <urn:q> <urn:n> .",
    ),
    "not bound outside a subquery with a limit": (
        "SELECT ?x { { SELECT ?x ?y { ?x :is :Thing OPTIONAL { ?x :q ?y } } LIMIT 99 }"
        " FILTER(!BOUND(?y)) }",
        {"x": "<urn:d>"},
        "<urn:d> <urn:q> <urn:n> .",
    ),
    "not bound in one branch": (
        "SELECT ?x { { ?x :is :Thing OPTIONAL { ?x :q ?y } FILTER(!BOUND(?y)) }"
        " UNION { ?x :nothing ?z } }",
        {"x": "<urn:d>"},
        "<urn:d> <urn:q> <urn:n> .",
    ),
    "an optional of two triples": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { ?x :p ?y . ?y :q ?n } FILTER(!BOUND(?n)) }",
        {"x": "<urn:c>"},
        "<urn:c> <urn:p> <urn:b> .",
    ),
    "an optional with a filter": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { ?x :q ?n FILTER(?n > 1) } FILTER(!BOUND(?n)) }",
        {"x": "<urn:b>"},
        '<urn:b> <urn:q> "2"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    ),
    "an optional whose filter sees outside": (
        "SELECT ?x ?n { ?x :q ?n OPTIONAL { ?y :q ?m FILTER(?m > ?n) } FILTER(!BOUND(?m)) }",
        {"x": "<urn:b>"},
        '<urn:z> <urn:q> "2"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    ),
    "an optional path": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { ?x :p/:q ?n } FILTER(!BOUND(?n)) }",
        {"x": "<urn:c>"},
        "<urn:c> <urn:p> <urn:b> .",
    ),
    "an optional path of any length": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { ?x :p+ ?n . ?n :q ?m } FILTER(!BOUND(?m)) }",
        {"x": "<urn:c>"},
        "<urn:c> <urn:p> <urn:b> .",
    ),
    "an optional of branches": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { { ?x :q ?n } UNION { ?n :p ?x } }"
        " FILTER(!BOUND(?n)) }",
        {"x": "<urn:a>"},
        "<urn:z> <urn:p> <urn:a> .",
    ),
    "an optional with what it lacks itself": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { ?x :p ?y MINUS { ?y :q ?n } } FILTER(!BOUND(?y)) }",
        {"x": "<urn:d>"},
        "<urn:d> <urn:p> <urn:c> .",
    ),
    "an optional in a named graph": (
        "SELECT ?x { GRAPH ?g { ?x :p ?y OPTIONAL { ?y :q ?n } FILTER(!BOUND(?n)) } }",
        {"x": "<urn:a>"},
        "<urn:b> <urn:q> <urn:n> <urn:g> .",
    ),
    "an optional named graph": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { GRAPH :g { ?x :p ?y } } FILTER(!BOUND(?y)) }",
        {"x": "<urn:c>"},
        "<urn:c> <urn:p> <urn:y> <urn:g> .",
    ),
    "an optional after an optional": (
        "SELECT ?x ?l { ?x :is :Thing OPTIONAL { ?x :q ?l } OPTIONAL { ?x :p ?l } }",
        {"x": "<urn:a>", "l": "<urn:b>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "coalesce": (
        "SELECT ?x (COALESCE(?n, 0) AS ?v) { ?x :is :Thing OPTIONAL { ?x :q ?n } }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "coalesce to another optional": (
        "SELECT ?x ?v { ?x :is :Thing OPTIONAL { ?x :q ?n } OPTIONAL { ?x :p ?m }"
        " BIND(COALESCE(?n, ?m) AS ?v) }",
        {"x": "<urn:a>", "v": "<urn:b>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "coalesce in a filter": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { ?x :q ?n } FILTER(COALESCE(?n, 0) = 0) }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "bound as a value": (
        "SELECT ?x (BOUND(?n) AS ?v) { ?x :is :Thing OPTIONAL { ?x :q ?n } }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "if bound": (
        "SELECT ?x ?v { ?x :is :Thing OPTIONAL { ?x :q ?n } BIND(IF(BOUND(?n), 1, 0) AS ?v) }",
        {"x": "<urn:c>"},
        "<urn:c> <urn:q> <urn:n> .",
    ),
    "exists is false": (
        "SELECT ?x { ?x :is :Thing FILTER(EXISTS { ?x :q ?n } = false) }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "not exists in brackets": (
        "SELECT ?x { ?x :is :Thing FILTER(!(EXISTS { ?x :q ?n } || EXISTS { ?n :p ?x })) }",
        {"x": "<urn:d>"},
        "<urn:d> <urn:q> <urn:n> .",
    ),
    "bind not exists": (
        "SELECT ?x ?v { ?x :is :Thing BIND(!EXISTS { ?x :q ?n } AS ?v) }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "bind exists": (
        "SELECT ?x ?v { ?x :is :Thing BIND(EXISTS { ?x :q ?n } AS ?v) }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "if exists": (
        "SELECT ?x (IF(EXISTS { ?x :q ?n }, 1, 0) AS ?v) { ?x :is :Thing }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "exists in a named graph": (
        "SELECT ?y ?v { GRAPH :g { ?x :p ?y BIND(EXISTS { ?y :q ?n } AS ?v) } }",
        {"y": "<urn:b>"},
        "<urn:b> <urn:q> <urn:n> <urn:g> .",
    ),
    "not exists": (
        "SELECT ?x { ?x :is :Thing FILTER NOT EXISTS { ?x :q ?n } }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "minus": (
        "SELECT ?x { ?x :is :Thing MINUS { ?x :q ?n } }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "a count of nothing": (
        "SELECT (COUNT(*) AS ?v) { ?x :nothing ?y }",
        {},
        "<urn:a> <urn:nothing> <urn:n> .",
    ),
    "a count of nothing through an optional": (
        "SELECT ?x (COUNT(?n) AS ?v) { ?x :is :Thing OPTIONAL { ?x :q ?n } } GROUP BY ?x",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "a count of nothing of this kind": (
        "SELECT ?k (COUNT(DISTINCT ?n) AS ?v) { VALUES ?k { :k1 :k2 } :d :is ?t OPTIONAL {"
        " { :d :p ?n BIND(:k1 AS ?k) } UNION { :d :q ?n BIND(:k2 AS ?k) } } } GROUP BY ?k",
        {"k": "<urn:k2>"},
        "<urn:d> <urn:q> <urn:n> .",
    ),
    "a sum over an optional": (
        "SELECT ?x (SUM(?n) AS ?v) { ?x :is :Thing OPTIONAL { ?x :q ?n } } GROUP BY ?x",
        {"x": "<urn:a>"},
        '<urn:a> <urn:q> "5"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    ),
    "a count in a subquery": (
        "SELECT ?x { { SELECT ?x (COUNT(?n) AS ?v) { ?x :is :Thing OPTIONAL { ?x :q ?n } }"
        " GROUP BY ?x } FILTER(?v = 0) }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "having a count of nothing": (
        "SELECT ?x { ?x :is :Thing OPTIONAL { ?x :q ?n } } GROUP BY ?x HAVING(COUNT(?n) = 0)",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> .",
    ),
    "having exactly one": (
        "SELECT ?x (COUNT(*) AS ?v) { ?x :p ?y } GROUP BY ?x HAVING(COUNT(*) = 1)",
        {"x": "<urn:b>"},
        "<urn:b> <urn:p> <urn:n> .",
    ),
    "having at most one": (
        "SELECT ?x { ?x :p ?y } GROUP BY ?x HAVING(COUNT(?y) < 2)",
        {"x": "<urn:b>"},
        "<urn:b> <urn:p> <urn:n> .",
    ),
    "having one in a subquery": (
        "SELECT ?x { { SELECT ?x { ?x :p ?y } GROUP BY ?x HAVING(COUNT(?y) = 1) } }",
        {"x": "<urn:b>"},
        "<urn:b> <urn:p> <urn:n> .",
    ),
    "having one by an expression": (
        "SELECT ?k { ?x :p ?y } GROUP BY (STR(?x) AS ?k) HAVING(COUNT(?y) = 1)",
        {"k": '"urn:b"'},
        "<urn:b> <urn:p> <urn:n> .",
    ),
    "having all without a key": (
        "SELECT (COUNT(*) AS ?v) { ?x :q ?y } HAVING(COUNT(*) = 1)",
        {},
        "<urn:z> <urn:q> <urn:n> .",
    ),
    "no": ("ASK { ?x :nothing ?y }", {}, "<urn:a> <urn:nothing> <urn:n> ."),
    "no, of one graph": (
        "ASK FROM <urn:g> { ?x :q ?y }",
        {},
        "<urn:a> <urn:q> <urn:n> <urn:g> .",
    ),
    "no, of values": (
        "ASK { VALUES ?y { :e :f } ?x :p ?y }",
        {},
        "<urn:a> <urn:p> <urn:f> .",
    ),
    "optional, of one graph": (
        "SELECT ?x FROM <urn:g> { ?x :p ?z OPTIONAL { ?x :q ?y } FILTER(!BOUND(?y)) }",
        {"x": "<urn:a>"},
        "<urn:a> <urn:q> <urn:n> <urn:g> .",
    ),
}


def store_of(text: str) -> EmbeddedStore:
    return EmbeddedStore.in_memory(text.encode())


def asked(absence: str) -> str:
    """The absence as the question that it answers with no."""
    return PREFIX + re.sub("^(NOT EXISTS|MINUS)", "ASK", absence)


def answer(store: EmbeddedStore, query: str) -> list[dict[str, object]]:
    found = store.query(PREFIX + query)
    if isinstance(found, ox.QueryBoolean):
        return [{"": bool(found)}]
    names = [variable.value for variable in found.variables]
    return [{name: row[name] for name in names} for row in found]


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_what_a_row_rests_on_by_its_absence_is_told_and_true(name):
    query, wanted, added = SHAPES[name]
    before, after = store_of(GRAPH), store_of(GRAPH + added)
    rows = answer(before, query)
    is_truth = query.startswith("ASK")
    explanations = explain(before, PREFIX + query, None if is_truth else rows)
    (row, told) = next(
        (row, item)
        for row, item in zip(rows, explanations, strict=True)
        if all(str(row[key]) == value for key, value in wanted.items())
    )
    assert told.unexplained is None
    assert told.absence
    assert not any(before.query(asked(absence)) for absence in told.absence)
    # It was what the row rested on: with it the row is another one.
    assert any(after.query(asked(absence)) for absence in told.absence)
    assert row not in answer(after, query)


#: Queries whose rows rest on nothing that is absent.
PRESENT = {
    "an empty cell": "SELECT ?x ?n { ?x :is :Thing OPTIONAL { ?x :q ?n } }",
    "an empty cell in each branch": (
        "SELECT ?x ?n { { ?x :is :Thing OPTIONAL { ?x :q ?n } } UNION"
        " { ?x :p ?y OPTIONAL { ?x :q ?n } } }"
    ),
    "an optional of no use": "SELECT ?x { ?x :is :Thing OPTIONAL { ?x :q ?n } }",
    "exists or": "SELECT ?x { ?x :is :Thing FILTER(EXISTS { ?x :q ?n } || isIRI(?x)) }",
    "a lower bound": "SELECT ?x { ?x :p ?y } GROUP BY ?x HAVING(COUNT(?y) > 0)",
    "another kind": (
        "SELECT ?k (COUNT(?n) AS ?v) { VALUES ?k { :k3 } ?x :is ?t OPTIONAL {"
        " { :d :p ?n BIND(:k1 AS ?k) } UNION { :d :q ?n BIND(:k2 AS ?k) } } } GROUP BY ?k"
    ),
}


@pytest.mark.parametrize("name", sorted(PRESENT))
def test_nothing_is_told_absent_where_no_value_rests_on_it(name):
    store = store_of(GRAPH)
    explanations = explain(store, PREFIX + PRESENT[name], answer(store, PRESENT[name]))
    assert explanations
    assert all(item.absence == () and not item.unexplained for item in explanations)


def test_the_members_of_a_large_group_are_not_listed():
    many = "".join(f"<urn:x> <urn:p> <urn:y{i}> .\n" for i in range(50))
    query = "SELECT ?x { ?x :p ?y } GROUP BY ?x HAVING(COUNT(?y) = 50)"
    (item,) = explain(store_of(many), PREFIX + query, [{"x": ox.NamedNode("urn:x")}])
    assert item.is_aggregate
    assert item.absence == ()


@pytest.mark.parametrize(
    ("text", "is_lower"),
    [
        ("COUNT(*) > 1", True),
        ("(COUNT(DISTINCT ?x) >= 2)", True),
        ("COUNT(*) = 1", False),
        ("1 > COUNT(*)", False),
        ("COUNT(?x) > 1 && COUNT(?x) < 9", False),
        ("SUM(?x) > 1", False),
        ("MIN(?x) > 1", False),
        ("!(COUNT(*) > 1)", False),
    ],
)
def test_a_lower_bound_of_a_count_is_known(text, is_lower):
    query = parse(f"SELECT ?g {{ ?g <urn:p> ?x }} GROUP BY ?g HAVING({text})")
    assert is_lower_bound(query.select.having[0]) == is_lower


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("EXISTS { ?x :q ?n } || isIRI(?x)", 1),
        ("(EXISTS { ?x :q ?n }) && (?x = :a || EXISTS { ?x :p ?n })", 2),
        ("!EXISTS { ?x :q ?n } || isIRI(?x)", 0),
        ("EXISTS { ?x :q ?n } = false", 0),
        ("NOT EXISTS { ?x :q ?n } || isIRI(?x)", 0),
        ("IF(EXISTS { ?x :q ?n }, false, true)", 0),
        ("isIRI(?x)", 0),
    ],
)
def test_the_patterns_whose_match_can_only_help_are_known(text, count):
    filters = parse(f"{PREFIX} ASK {{ ?x :is ?y FILTER({text}) }}").select.where.elements
    (condition,) = (e.expression for e in filters if hasattr(e, "expression"))
    assert len(welcome(condition)) == count


# Definitions.


def test_counts_of_nothing_in_a_stored_question_rest_on_absence(graph):
    rows = graph.ask("compare-two-countries", first="iraq", second="libya")
    zeros = [item for row in rows if row["count"].value == "0" for item in [row.why()]]
    assert len(zeros) >= 5
    for item in zeros:
        assert item.note == Note.ABSENCE
        assert not any(graph.store.query(asked(absence)) for absence in item.absence)


def test_a_relation_between_entities_is_never_called_a_definition(graph):
    """Not even in a query whose dataset is the prospects alone."""
    for dataset in ("", f"FROM <{GRAPH_PROSPECTS}>"):
        text = f"SELECT ?s ?p ?o {dataset} {{ ?s ?p ?o FILTER(isIRI(?o)) }} LIMIT 3000"
        rows = list(graph.store.query(text))
        assert rows
        for row, item in zip(rows, explain(graph.store, text, rows), strict=True):
            is_ours = str(row["p"].value).startswith(TW)
            if is_ours and all(row[name].value.startswith(ID) for name in ("s", "o")):
                assert item.definitions == ()
                assert bool(item.facts) != bool(item.register)
                assert item.note in (None, Note.REGISTER)


def test_a_prospect_that_from_names_is_a_fact(graph):
    text = f"SELECT ?x ?y FROM <{GRAPH_PROSPECTS}> {{ ?x <{TW}party> ?y }}"
    rows = list(graph.store.query(text))
    assert rows
    assert all(item.facts for item in explain(graph.store, text, rows))


def test_a_fact_whose_own_graph_from_names_is_a_fact(graph):
    (row,) = graph.store.query(
        f"SELECT ?f {{ GRAPH ?f {{ ?x <{TW}party> ?y }} FILTER(STRSTARTS(STR(?f), '{FACT}')) }}"
        " LIMIT 1"
    )
    text = f"SELECT ?x ?y FROM <{ID}none> FROM {row['f']} {{ ?x <{TW}party> ?y }}"
    (item,) = explain(graph.store, text)
    assert row["f"].value in {fact.iri for fact in item.facts}


def test_the_region_of_a_country_is_from_the_register(graph):
    text = f"SELECT ?r {{ <{ID}country/iraq> <{TW}inRegion> ?r }}"
    for item in explain(graph.store, text):
        assert item.note == Note.REGISTER
        assert item.register
        assert item.definitions == ()
