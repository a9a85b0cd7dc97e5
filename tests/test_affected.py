"""Which questions, and which of their rows, a change of the graph may alter."""

from __future__ import annotations

import pickle
import random
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from taawun.graph.query_dependencies import terms_read
from taawun.graph.store import EmbeddedStore
from taawun.loaders.builds.source_state import read_kept
from taawun.ontology.namespaces import XSD
from taawun.queries.affected import Affected, Change, Outline
from taawun.queries.changes import answer_changes, rows_of
from taawun.queries.question import read_question
from taawun.trial import outlines_of

#: Queries in which a part of the pattern binds a variable that another part may bind too.
QUERIES = {
    "join": "SELECT ?a ?c { ?a :p ?b . ?b :q ?c }",
    "join-distinct": "SELECT DISTINCT ?a { ?a :p ?b . ?b :q ?c }",
    "any-predicate": "SELECT ?p { ?a ?p ?b . ?b :q ?c }",
    "same-variable": "SELECT ?a { ?a :p ?a }",
    "optional": "SELECT ?a ?c { ?a :p ?b OPTIONAL { ?b :q ?c } }",
    "optional-before-what-binds": "SELECT ?a ?b { ?a :p ?c OPTIONAL { ?c :q ?b } ?b :r ?d }",
    "optional-first": "SELECT ?a ?b { OPTIONAL { ?a :p ?b } ?a :q ?c }",
    "optional-in-group": "SELECT ?a ?c { { ?a :p ?b OPTIONAL { ?b :q ?c } } ?c :r ?d }",
    "optional-in-optional": "SELECT ?a { ?a :p ?b OPTIONAL { ?b :q ?c OPTIONAL { ?c :r ?a } } }",
    "optional-then-union": "SELECT ?a { ?a :p ?b OPTIONAL { { ?b :q ?c } UNION { ?c :r ?b } } }",
    "minus": "SELECT ?a ?b { ?a :p ?b MINUS { ?b :q ?c } }",
    "minus-before-what-binds": "SELECT ?a ?b { ?a :p ?c MINUS { ?c :q ?b } ?b :r ?d }",
    "minus-in-group": "SELECT ?a ?b { { ?a :p ?c MINUS { ?c :q ?b } } ?b :r ?c }",
    "union": "SELECT ?a ?b { { ?a :p ?b } UNION { ?a :q ?b } ?b :r ?c }",
    "union-without": "SELECT ?a ?b { { ?a :p ?b } UNION { ?a :q ?c } ?a :r ?d }",
    "unions": "SELECT ?a { { ?a :p ?b } UNION { ?b :q ?a } { ?a :r ?c } UNION { :n1 :p ?a } }",
    "exists": "SELECT ?a { ?a :p ?b FILTER EXISTS { ?b :q ?a } }",
    "not-exists": "SELECT ?a { ?a :p ?b FILTER NOT EXISTS { ?b :q ?c . ?c :r ?d } }",
    "exists-in-group": "SELECT ?a ?c { { ?a :p ?b FILTER NOT EXISTS { ?b :q ?c } } ?c :r ?d }",
    "exists-bound": "SELECT ?a ?x { ?a :p ?b BIND(EXISTS { ?b :q ?c } AS ?x) }",
    "exists-shown": "SELECT ?a (EXISTS { ?b :q ?c } AS ?x) { ?a :p ?b }",
    "subquery": "SELECT ?a ?c { { SELECT ?a { ?a :p ?b } } ?a :q ?c }",
    "subquery-hides": "SELECT ?a ?b { { SELECT ?a { ?a :p ?b } } ?b :q ?c }",
    "subquery-distinct": "SELECT ?a { { SELECT DISTINCT ?a ?c { ?a :p ?b . ?b :q ?c } } ?c :r ?d }",
    "subquery-optional": "SELECT ?a { ?a :p ?b OPTIONAL { SELECT ?b { ?b :q ?a } } }",
    "subquery-limit": "SELECT ?a ?b { { SELECT ?a { ?a :p ?x } ORDER BY ?a LIMIT 1 } ?a :q ?b }",
    "subquery-count": "SELECT * { ?a :q ?c { SELECT ?a (SUM(1) AS ?n) { ?a :p ?b } GROUP BY ?a } }",
    "count": "SELECT (COUNT(*) AS ?n) { ?a :p ?b }",
    "count-by": "SELECT ?a (COUNT(?b) AS ?n) { ?a :p ?b } GROUP BY ?a",
    "count-by-pair": "SELECT ?a ?c (COUNT(?b) AS ?n) { ?a :p ?b . ?b :q ?c } GROUP BY ?a ?c",
    "count-not-shown": "SELECT (COUNT(?b) AS ?n) { ?a :p ?b } GROUP BY ?a",
    "count-distinct": "SELECT DISTINCT (COUNT(?b) AS ?n) { ?a :p ?b } GROUP BY ?a",
    "having": "SELECT ?a { ?a :p ?b } GROUP BY ?a HAVING(COUNT(?b) > 1)",
    "limit": "SELECT ?a { ?a :p ?b } ORDER BY ?a LIMIT 1",
    "path": "SELECT ?a ?c { ?a :p/:q ?c }",
    "path-inverse": "SELECT ?a ?c { ?a :p/^:q ?c . ?c :r ?d }",
    "path-either": "SELECT DISTINCT ?a ?c { ?a (:p|:q/:r|^:q) ?c }",
    "path-many": "SELECT ?a ?c { ?a :p+ ?c . ?c :q ?d }",
    "path-any": "SELECT ?a ?c { ?a :r ?b . ?b :p* ?c }",
    "path-any-alone": "SELECT ?a ?c { ?a :p* ?c }",
    "path-maybe": "SELECT ?a ?c { ?a :p/:q? ?c }",
    "path-maybe-from": "SELECT ?c { :n1 :p? ?c }",
    "path-nested": "SELECT ?a ?c { ?a (:p/^:q)+ ?c }",
    "path-not": "SELECT ?a ?c { ?a !:p ?c }",
    "path-not-either": "SELECT ?a ?c { ?a !(:p|^:q) ?c . ?c :r ?d }",
    "values": "SELECT ?a ?b { VALUES ?a { :n1 :n2 } ?a :p ?b }",
    "values-open": "SELECT ?a ?b { VALUES ?a { UNDEF } ?a :p ?b FILTER(?a != ?b) }",
    "values-pair": "SELECT ?a ?b { VALUES (?a ?b) { (:n1 UNDEF) (:n2 :n1) } ?a :p ?b }",
    "values-one": "SELECT ?b { VALUES ?a { :n1 } ?a :p ?b . ?b :q ?c }",
    "graph": "SELECT ?g ?a { GRAPH ?g { ?a :p ?b } ?a :q ?c }",
    "graph-distinct": "SELECT DISTINCT ?b { GRAPH ?g { ?a :p ?b } GRAPH :g1 { ?g :q ?c } }",
    "graph-union": "SELECT ?b { { GRAPH ?g { ?b ?p ?o } } UNION { GRAPH ?g { ?b :p ?o } } ?b :r 1}",
    "graph-path": "SELECT ?a ?b { GRAPH :g1 { ?a :p/:q ?b } }",
    "bind-one": "SELECT DISTINCT ?x ?c { ?a :p ?b BIND(?b AS ?x) ?x :q ?c }",
    "bind-in-union": "SELECT ?x ?d { { ?a :p ?b BIND(?a AS ?x) } UNION { ?x :q ?b } ?x :r ?d }",
    "bind-chain": "SELECT ?y { { ?a :p ?b BIND(?b AS ?x) } BIND(?x AS ?y) ?y :q ?c }",
    "bind-round": "SELECT ?a { { ?a :p ?c BIND(?a AS ?b) } { ?b :q ?c BIND(?b AS ?a) } }",
    "bind-optional": "SELECT ?a ?x { ?a :p ?b OPTIONAL { ?b :q ?c BIND(?c AS ?x) ?x :r ?a } }",
    "bind-unbound": "SELECT ?a ?x { ?a :p ?b OPTIONAL { ?b :q ?c } BIND(?c AS ?x) }",
    "bind-filter": "SELECT ?x { ?a :p ?b BIND(?b AS ?x) FILTER(?x != :n1) }",
    "number": "SELECT ?a ?g { ?a :p ?n . GRAPH ?g { ?a :q ?n } }",
    "number-named": "SELECT ?a { VALUES ?n { 1.5 } ?a :p ?n . ?a :q 1.50 }",
    "number-counted": "SELECT ?n (COUNT(?a) AS ?x) { ?a :p ?n } GROUP BY ?n",
    "bound": "SELECT ?a { ?a :p ?b OPTIONAL { ?b :q ?c } FILTER(!BOUND(?c)) }",
    "bind": "SELECT ?a ?x { ?a :p ?b BIND(STR(?b) AS ?x) ?b :q ?c }",
}  # fmt: skip
#: 1.50 and 1.5 are one value, which the store spells in one way.
VALUES = [ox.Literal(text, datatype=ox.NamedNode(XSD + "decimal")) for text in ("1.50", "2")]
NODES = [ox.NamedNode(f"http://x/n{number}") for number in range(4)]
NAMES = [ox.NamedNode(f"http://x/{name}") for name in "pqr"]
GRAPHS = [ox.DefaultGraph(), ox.DefaultGraph(), ox.NamedNode("http://x/g1"), NODES[0], NODES[1]]


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("questions")
    found = []
    for name, query in QUERIES.items():
        path: Path = folder / f"{name}.rq"
        head = f"#+ summary: {name}\n#+ summary_ar: {name}\n#+ tags: [test]\n#+ rows: 0\n"
        path.write_text(f"{head}PREFIX : <http://x/>\n{query}\n", "utf-8")
        found.append(read_question(path))
    return found


def some_quads(chance: random.Random, count: int) -> list[ox.Quad]:
    return [
        ox.Quad(*(chance.choice(terms) for terms in (NODES, NAMES, [*NODES, *VALUES], GRAPHS)))
        for _ in range(count)
    ]


def store_of(quads: set[ox.Quad]) -> EmbeddedStore:
    store = ox.Store()
    store.extend(quads)
    return EmbeddedStore(store)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_left_out_of_a_comparison_has_not_changed(questions, seed):
    """Random changes of random graphs, against the answers to the whole queries."""
    # As they are kept from edit to edit.
    outlines = {q.name: pickle.loads(pickle.dumps(Outline.of(q.text))) for q in questions}
    chance = random.Random(seed)
    left_out = parts_asked = 0
    for _ in range(12):
        old = set(some_quads(chance, chance.randint(2, 25)))
        come = set(some_quads(chance, chance.randint(0, 2))) - old
        gone = set(chance.sample(sorted(old, key=str), chance.randint(0, 2)))
        new = (old | come) - gone
        before, after = store_of(old), store_of(new)
        changes = (Change(after, come), Change(before, gone))
        asked, parts = [], {}
        for question in questions:
            affected = Affected(outlines[question.name])
            for change in changes:
                affected.see(change)
            if affected.is_altered:
                asked.append(question)
            if part := affected.narrowed:
                parts[question.name] = part
        left_out += len(questions) - len(asked)
        parts_asked += len(parts)
        whole = {c.question.name: c for c in answer_changes(before, after, questions)}
        known = {q.name: rows_of(before, q) for q in questions}
        now = {}
        found = {
            c.question.name: c
            for c in answer_changes(before, after, asked, dict(known), now, parts)
        }
        assert found.keys() == whole.keys()
        for name, change in whole.items():
            assert Counter(found[name].gained) == Counter(change.gained), name
            assert Counter(found[name].lost) == Counter(change.lost), name
        for question in questions:
            rows = Counter({**known, **now}[question.name].rows)
            assert rows == Counter(rows_of(after, question).rows), question.name
    assert left_out > 100
    assert parts_asked > 50


def read_outlines(made):
    return {text: pickle.loads(outline) for text, (_, outline) in made.items()}


def test_outlines_are_kept_once_and_made_again_if_damaged(questions, tmp_path):
    texts = [question.text for question in questions]
    (tmp_path / ".outlines-of-another-version").touch()
    made = outlines_of(tmp_path, texts[1:])
    (file,) = tmp_path.iterdir()
    assert read_kept(file) == made
    assert read_outlines(made) == {text: Outline.of(text) for text in texts[1:]}
    assert all(read == terms_read(text) for text, (read, _) in made.items())
    assert outlines_of(tmp_path, texts[:1]).keys() == {*texts}
    file.write_bytes(file.read_bytes()[:-9])
    made = read_outlines(outlines_of(tmp_path, texts[:2]))
    assert made == {text: Outline.of(text) for text in texts[:2]}
    file.unlink()
    # A file that cannot be written only costs time.
    file.mkdir()
    assert outlines_of(tmp_path, texts).keys() == {*texts}
