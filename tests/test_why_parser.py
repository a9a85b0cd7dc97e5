"""Reading SPARQL: what is written out again means the same."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from taawun.graph.errors import QueryError, UnexplainableError
from taawun.ontology.namespaces import PREFIXES
from taawun.queries.question import HERE
from taawun.queries.sparql import algebra as alg
from taawun.queries.sparql.parser import parse
from taawun.queries.sparql.writer import write_dataset, write_select

CASES = Path(__file__).parent / "why" / "queries"
SELECTS = [
    path
    for path in (*sorted(CASES.glob("*.rq")), *sorted(HERE.glob("*.rq")))
    if "CONSTRUCT" not in (text := path.read_text("utf-8"))
    and "DESCRIBE" not in text
    and "ASK" not in text
    and not re.search("SAMPLE|GROUP_CONCAT|REDUCED", text)
]
PROLOGUE = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


def written(text: str) -> str:
    query = parse(text)
    return write_select(query.select, write_dataset(query))


@pytest.mark.slow
def test_what_is_read_and_written_has_the_same_answer(graph):
    assert len(SELECTS) > 150
    for path in SELECTS:
        text = path.read_text("utf-8")
        text = text if "PREFIX" in text else PROLOGUE + text
        before, after = graph.store.query(text), graph.store.query(written(text))
        names = [variable.value for variable in before.variables]
        answers = [
            sorted(str([solution[name] for name in names]) for solution in answer)
            for answer in (before, after)
        ]
        assert "LIMIT" in text or answers[0] == answers[1], path.stem


@pytest.mark.parametrize(
    "pattern",
    [
        "?x a tw:Country ; tw:p 'a', \"b\"@ar , '''c\"d''' ; .",
        "?x tw:p [ tw:q ?y ; tw:r [] ] . [ tw:s ?x ] .",
        "?x tw:p (1 2.5 -3 1e0 true) .",
        "?x !(tw:p|^tw:q|a) ?y ; ^(tw:p/tw:q)* ?z ; (tw:p|tw:q?)+ _:b .",
        "?x <http://example.org/ontology#p> ?y # a comment with } in it\n . ?y tw:q ?z",
        "FILTER(?x < 3 && ?y>2||!(?z IN (1, tw:a)) && regex(str(?x), 'a\\\\.b', 'i'))",
        "FILTER NOT EXISTS { ?x tw:p ?y } FILTER(EXISTS { ?x ?p ?y } || NOT EXISTS { ?y tw:p 1 })",
        "VALUES (?x ?y) { (UNDEF 1) (tw:a 'a'@en-GB) } VALUES ?z { 1 2 }",
        "{ SELECT DISTINCT ?x (COUNT(DISTINCT *) AS ?n) { ?x ?p ?o } GROUP BY ?x HAVING(?n > 1) }",
        "GRAPH ?g { ?x ?p ?o } MINUS { ?x tw:p ?o } OPTIONAL { ?x tw:q ?w } { } UNION { ?w ?x ?y }",
        '?x tw:p "\\u0645صر" ; tw:a\\-b ?y .',
        "BIND(CONCAT(STR(?x), COALESCE(?y, 'none')) AS ?z)",
    ],
)
def test_every_way_to_write_a_pattern_is_read(pattern):
    text = f"{PROLOGUE} SELECT * {{ {pattern} }}"
    ox.Store().query(text)
    ox.Store().query(written(text))


def test_negated_sets_keep_their_inverses():
    query = parse("SELECT * { ?x !(<urn:p>|^<urn:q>) ?y }")
    (pattern,) = query.select.where.elements
    assert pattern.path == alg.NegatedSet((ox.NamedNode("urn:p"),), (ox.NamedNode("urn:q"),))


def test_relative_iris_are_resolved_and_fragments_kept():
    query = parse("BASE <http://a.org/b/> PREFIX : <http://a.org/o#> SELECT * { <c#> :p :  }")
    (pattern,) = query.select.where.elements
    assert pattern.subject == ox.NamedNode("http://a.org/b/c#")
    assert pattern.object == ox.NamedNode("http://a.org/o#")


def test_a_variable_of_ours_never_is_one_of_the_query():
    assert parse("SELECT * { ?why_0 ?why_1 [] }").fresh not in "?why_0 ?why_1"


def test_what_is_not_sparql_1_1_is_refused_with_its_place():
    with pytest.raises(UnexplainableError, match="character 13"):
        parse("SELECT * { } LATERAL")


def test_an_unknown_prefix_is_an_error():
    with pytest.raises(QueryError, match="“nope:”"):
        parse("SELECT * { nope:a ?p ?o }")
