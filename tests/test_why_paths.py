"""A path of any length beside a negation: its edges are kept only if the row needs them."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from permanent import Permanent, store_of

from taawun.queries.why import RowExplanation, explain

#: From x to z there is an edge, and there is the way over y.
DETOUR = """
<urn:x> <urn:p> <urn:y> .
<urn:y> <urn:p> <urn:z> .
<urn:x> <urn:p> <urn:z> .
<urn:z> <urn:q> <urn:w> .
"""
PATTERN = "?x <urn:p> ?y . ?y <urn:p> ?z . ?x <urn:p>+ ?z"
DIRECT = {
    "alone": f"SELECT ?x ?y ?z {{ {PATTERN} }}",
    "not exists": f"SELECT ?x ?y ?z {{ {PATTERN} FILTER NOT EXISTS {{ ?z <urn:r> ?n }} }}",
    "not exists with the edge in it": f"""SELECT ?x ?y ?z {{ {PATTERN}
        FILTER NOT EXISTS {{ ?x <urn:p> ?z . ?z <urn:r> ?n }} }}""",
    "minus": f"SELECT ?x ?y ?z {{ {PATTERN} MINUS {{ ?z <urn:r> ?n }} }}",
    "optional with a match": f"SELECT ?x ?y ?z ?w {{ {PATTERN} OPTIONAL {{ ?z <urn:q> ?w }} }}",
    "optional without": f"SELECT ?x ?y ?z ?w {{ {PATTERN} OPTIONAL {{ ?z <urn:r> ?w }} }}",
    "not bound": f"""SELECT ?x ?y ?z {{ {PATTERN} OPTIONAL {{ ?z <urn:r> ?w }}
        FILTER(!BOUND(?w)) }}""",
}
#: What the whole graph cannot be asked beside the few triples: these keep the edge.
KEPT = {
    "a subquery with a limit": f"""SELECT ?x ?y ?z {{ {PATTERN}
        {{ SELECT ?x {{ ?x <urn:p> ?k }} ORDER BY ?x ?k LIMIT 1 }}
        FILTER NOT EXISTS {{ ?z <urn:r> ?n }} }}""",
    "an optional that is not well-designed": f"""SELECT ?x ?y ?z {{ {PATTERN}
        OPTIONAL {{ ?y <urn:p> ?v {{ ?z <urn:r> ?x }} }} FILTER(!BOUND(?v)) }}""",
}


def explained(text: str, nquads: str) -> tuple[Permanent, list[object], list[RowExplanation]]:
    quads = list(ox.parse(nquads, ox.RdfFormat.N_QUADS))
    store = store_of(quads)
    rows = list(store.query(text))
    return Permanent(text, quads), [tuple(row) for row in rows], explain(store, text, rows)


@pytest.mark.parametrize("name", sorted(DIRECT))
def test_an_edge_that_other_triples_of_the_witness_replace_is_left_out(name: str) -> None:
    permanent, rows, found = explained(DIRECT[name], DETOUR)
    ((row, item),) = zip(rows, found, strict=True)
    permanent.check(row, item)
    edges = [t for t in item.witness.triples if t.predicate.value == "urn:p"]
    assert len(edges) == 2


@pytest.mark.parametrize("name", sorted(KEPT))
def test_where_the_whole_graph_cannot_judge_the_path_is_kept_whole(name: str) -> None:
    permanent, rows, found = explained(KEPT[name], DETOUR)
    ((row, item),) = zip(rows, found, strict=True)
    quads = [ox.Quad(t.subject, t.predicate, t.object) for t in item.witness.triples]
    assert len(quads) == 3
    assert permanent.yields(quads, row)


def test_what_a_row_needs_beside_a_negation_is_not_told_by_its_few_triples() -> None:
    """The counter-example: without its last triple the row comes back, for a false reason.

    The path to z leads over y, which is ruled out; w is not. Of the three triples alone the query
    gives the row without w too, because what rules y out is not among them.
    """
    text = """SELECT ?x ?z { ?x <urn:p>+ ?z . ?z <urn:end> true . ?x <urn:p> ?m
        FILTER NOT EXISTS { ?m <urn:r> ?n } }"""
    true = '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'
    permanent, rows, (item, *others) = explained(
        text,
        "<urn:x> <urn:p> <urn:y> .\n<urn:y> <urn:p> <urn:z> .\n<urn:y> <urn:r> <urn:n> .\n"
        f"<urn:z> <urn:end> {true} .\n<urn:x> <urn:p> <urn:w> .",
    )
    row = rows[0]
    assert len(set(rows)) == 1 + len(others)
    quads = [ox.Quad(t.subject, t.predicate, t.object) for t in item.witness.triples]
    without = [quad for quad in quads if quad.object != ox.NamedNode("urn:w")]
    assert len(without) == len(quads) - 1
    assert permanent.yields(without, row)
    assert not permanent.yields_strictly(without, row)
    permanent.check(row, item)
