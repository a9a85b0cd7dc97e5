"""What is not so, or not yet, stands in ``graph/prospects``, and never in the plain view."""

from __future__ import annotations

import io

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef

from quoted import quoted
from taawun.api import KnowledgeGraph
from taawun.graph.derive import derive
from taawun.graph.fact import MODALITIES, Fact
from taawun.graph.fact_reader import facts_of
from taawun.graph.remote.push import _updates
from taawun.graph.store import EmbeddedStore
from taawun.loaders.builds.cache import Build
from taawun.loaders.collection import Collection
from taawun.ontology.namespaces import BASE, GRAPH_PROSPECTS, ID, TW
from taawun.ontology.schema import Schema
from taawun.queries.entity_card import entity_card
from taawun.queries.export import export
from taawun.queries.why import explain

AHEAD = ("planned", "expected", "conditional", "denied")
SUPPORT = "project:iraq-digital-transformation tw:supportedBy ?who"
PROJECT = f"PREFIX project: <{ID}project/> PREFIX tw: <{TW}> PREFIX graph: <{BASE}graph/> "


def fact(modality: str, object_: str = "stage/signed", status: str = "asserted") -> Fact:
    return Fact(
        ox.NamedNode(ID + "agreement/one"),
        ox.NamedNode(TW + "stage"),
        ox.NamedNode(ID + object_),
        (
            ("modality", ox.NamedNode(f"{ID}modality/{modality}")),
            ("recordStatus", ox.NamedNode(f"{ID}record-status/{status}")),
        ),
        (quoted("x"),),
    )


def graphs_of(item: Fact) -> set[str]:
    """The graphs of the fact's triple, the empty text for the plain view."""
    quads = ox.parse("\n".join(item.lines()).encode(), ox.RdfFormat.N_QUADS)
    return {
        graph.value if isinstance(graph := quad.graph_name, ox.NamedNode) else ""
        for quad in quads
        if quad.triple == item.triple
    }


@pytest.mark.parametrize("modality", MODALITIES)
def test_a_fact_stands_in_one_of_the_two_views(modality: str) -> None:
    item = fact(modality)
    view = GRAPH_PROSPECTS if modality in AHEAD else ""
    assert graphs_of(item) == {item.iri, view}
    assert item.is_prospect == (modality in AHEAD)
    withdrawn = fact(modality, status="retracted")
    assert graphs_of(withdrawn) == {withdrawn.iri}


@pytest.mark.parametrize("modality", MODALITIES)
def test_nothing_follows_from_a_prospect(modality: str) -> None:
    item = Fact(
        ox.NamedNode(ID + "meeting/one"),
        ox.NamedNode(TW + "outcome"),
        ox.NamedNode(ID + "agreement/one"),
        fact(modality).qualifiers,
        (quoted("x"),),
    )
    assert bool(list(derive([item], Schema.load(), {}))) == (modality not in AHEAD)


def test_the_views_of_the_bundled_graph_hold_what_their_facts_say(
    the_build: Build, the_collection: Collection
) -> None:
    store = the_build.store().quads

    def triples(graph: ox.NamedNode | ox.DefaultGraph) -> set[ox.Triple]:
        return {quad.triple for quad in store.quads_for_pattern(None, None, None, graph)}

    ahead = {f.triple for f in the_collection.facts if f.is_active and f.is_prospect}
    said = {f.triple for f in the_collection.facts if f.is_premise}
    assert len(ahead) > 30
    assert triples(ox.NamedNode(GRAPH_PROSPECTS)) == ahead
    plain = triples(ox.DefaultGraph())
    assert said <= plain
    lines = [
        f"{' '.join(item.terms)} ."
        for item in derive(the_collection.facts, the_collection.schema, the_collection.classes)
    ]
    derived = {q.triple for q in ox.parse("\n".join(lines).encode(), ox.RdfFormat.N_TRIPLES)}
    assert not plain & (ahead - said - derived)


def test_six_agreements_were_signed_and_a_seventh_is_expected(graph: KnowledgeGraph) -> None:
    (row,) = graph.sparql("SELECT (COUNT(?a) AS ?n) { ?a a tw:Agreement ; tw:stage stage:signed }")
    assert row["n"].value == "6"
    (row,) = graph.sparql("SELECT ?a { GRAPH graph:prospects { ?a tw:stage stage:signed } }")
    assert row["a"].value == ID + "agreement/africa-free-trade"


def test_support_that_is_only_expected_is_found_one_pattern_away(graph: KnowledgeGraph) -> None:
    assert not graph.sparql(f"{PROJECT} ASK {{ {SUPPORT} }}")
    assert graph.sparql(f"{PROJECT} ASK {{ GRAPH graph:prospects {{ {SUPPORT} }} }}")


def test_a_row_of_the_prospects_is_explained_by_the_fact_and_its_quote(
    graph: KnowledgeGraph,
) -> None:
    text = f"{PROJECT} SELECT ?who {{ GRAPH graph:prospects {{ {SUPPORT} }} }}"
    (explanation,) = explain(graph.store, text)
    (found,) = explanation.facts
    assert found.modality == "expected"
    assert "بما يخدم مشروع التحول الرقمي في العراق" in found.quotes[0].text
    assert not explanation.definitions


def loaded(*facts: Fact) -> EmbeddedStore:
    return EmbeddedStore.in_memory("\n".join(n for item in facts for n in item.lines()).encode())


def test_a_row_is_explained_by_the_facts_of_the_view_that_it_asks() -> None:
    """One document says that it is so, another that it is planned."""
    store = loaded(fact("asserted"), fact("planned"))
    pattern = "?a tw:stage stage:signed"
    ahead = f"GRAPH <{GRAPH_PROSPECTS}> {{ {pattern} }}"
    for where, modality in ((pattern, "asserted"), (ahead, "planned")):
        prefixes = f"PREFIX tw: <{TW}> PREFIX stage: <{ID}stage/>"
        (explanation,) = explain(store, f"{prefixes} SELECT ?a {{ {where} }}")
        assert [item.modality for item in explanation.facts] == [modality]


def test_cards_show_both_and_tell_them_apart() -> None:
    store = loaded(fact("asserted"), fact("planned"), fact("planned", "stage/completed"))
    card = entity_card(store, ID + "agreement/one")
    views = [view for found in facts_of(store, card.triples).values() for view in found]
    assert sorted(view.modality for view in views) == ["asserted", "planned", "planned"]


def test_a_push_sends_evidence_before_prospects_and_takes_it_after() -> None:
    here, there = loaded(fact("planned")).quads, loaded(fact("expected", "stage/completed")).quads
    sent = [update.text for update in _updates(here, there, None, 1000)]

    def place(verb: str, graph: str) -> int:
        (found,) = (i for i, text in enumerate(sent) if text.startswith(verb) and graph in text)
        return found

    new, old = fact("planned").iri, fact("expected", "stage/completed").iri
    assert place("INSERT", f"GRAPH <{new}>") < place("INSERT", f"GRAPH <{GRAPH_PROSPECTS}>")
    assert place("DELETE", f"GRAPH <{GRAPH_PROSPECTS}>") < place("DROP", f"GRAPH <{old}>")


@pytest.mark.slow
def test_exports_of_all_graphs_have_the_prospects_and_turtle_has_the_plain_view(
    the_build: Build, graph: KnowledgeGraph
) -> None:
    def exported(name: str) -> str:
        out = io.BytesIO()
        export(name, the_build.dump, graph.store, out)
        return out.getvalue().decode()

    assert f"<{GRAPH_PROSPECTS}>" in exported("nquads")
    assert "graph:prospects {" in exported("trig")
    assert GRAPH_PROSPECTS in exported("jsonld")
    turtle = Graph().parse(data=exported("turtle"), format="turtle")
    supported = URIRef(ID + "project/iraq-digital-transformation"), URIRef(TW + "supportedBy")
    assert (*supported, None) not in turtle
