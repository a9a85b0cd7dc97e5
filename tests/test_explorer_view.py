"""The view behind the explorer: what is read from a store, what is drawn, and where."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
import pytest

from taawun.graph.errors import UnknownNameError
from taawun.graph.fact_record import FactRecord
from taawun.graph.store import EmbeddedStore
from taawun.ontology.namespaces import DOCUMENT, ID, TW
from taawun.viz.explorer import json_for_script, render, write_explorer
from taawun.viz.large_layout import neighbourhoods
from taawun.viz.layout import layout
from taawun.viz.legend import FAMILIES, FIRMNESS, family_of, firmness_of
from taawun.viz.read_view import read_view
from taawun.viz.view import Name, Node, View, focus, iri_of, join

HERE = Path(__file__).parent
GRAPH = HERE / "test_explorer.nq"
ONTOLOGY = HERE.parent / "ontology" / "cooperation.ttl"


@pytest.fixture(scope="module")
def view() -> View:
    quads = [*ox.parse(path=GRAPH), *ox.parse(path=ONTOLOGY)]
    return read_view(EmbeddedStore.in_memory(ox.serialize(quads, format=ox.RdfFormat.N_QUADS)))


def node(view: View, ref: str):
    return next(node for node in view.nodes if node.iri == ID + ref)


def facts_with(view: View, predicate: str):
    return [fact for fact in view.facts if fact.predicate.value == TW + predicate]


def firmness_keys(view: View, facts) -> set[str]:
    terms = {term.iri: term for term in (*view.classes, *view.predicates)}
    nodes = {node.iri: node for node in view.nodes}
    return {FIRMNESS[firmness_of(fact, nodes.get(fact.subject.value), terms)].key for fact in facts}


def test_every_fact_of_the_store_is_in_the_view_with_its_quotes(view):
    in_file = {q.graph_name.value for q in ox.parse(path=GRAPH) if "/fact/" in str(q.graph_name)}
    assert len(in_file) == 66
    assert {fact.iri for fact in view.facts} == in_file
    assert all(fact.quotes for fact in view.facts)


def test_a_quote_keeps_its_words_and_place(view):
    [fact] = facts_with(view, "presidesOver")
    [quote] = fact.quotes
    assert quote.text == "تولي مصر رئاسة الاتحاد الإفريقي في 2019"
    assert quote.document_iri == DOCUMENT + "african-cooperation"
    text = next((HERE.parent / "seeds/documents").glob("000_*")).read_bytes().decode()
    (part,) = quote.parts
    assert text[part.start : part.end] == part.text == quote.text
    assert fact.when == "2019"


def test_stages_units_and_literals_are_told_but_not_drawn(view):
    drawn = {item.iri for item in view.nodes}
    assert ID + "figure/egypt-submarine-cables" in drawn
    assert not {iri for iri in drawn if "/stage/" in iri or "/unit/" in iri}
    assert facts_with(view, "stage")
    assert facts_with(view, "value")


def test_two_entities_have_one_edge_for_all_their_facts(view):
    pairs = [(edge.source, edge.target, edge.derived) for edge in view.edges]
    assert pairs
    assert len(pairs) == len(set(pairs))
    told = {iri for edge in view.edges for iri in edge.facts if not edge.derived}
    drawn = {item.iri for item in view.nodes}
    assert told == {fact.iri for fact in view.facts if iri_of(fact.object) in drawn}


def test_a_derived_summary_is_told_once_and_rests_on_facts(view):
    found = {(s.subject, s.predicate.removeprefix(TW), s.object): s for s in view.summaries}
    assert set(found) == {
        (ID + "country/egypt", "cooperatesWith", ID + "country/nigeria"),
        (ID + "country/egypt", "inTalksWith", ID + "country/iraq"),
    }
    known = {fact.iri for fact in view.facts}
    for summary in found.values():
        assert summary.facts
        assert known.issuperset(summary.facts)
        assert summary.rules


def test_names_fall_back_and_other_names_are_kept_for_search(view):
    assert node(view, "country/iraq").name.en == "Iraq"
    assert "الشيباني" in node(view, "official/arkan-al-shaibani").names


def test_entities_are_sorted_under_countries_areas_and_stages(view):
    memorandum = node(view, "memorandum-of-understanding/egypt-iraq")
    assert memorandum.countries == (ID + "country/egypt", ID + "country/iraq")
    assert memorandum.stages == (ID + "stage/agreed-in-principle",)
    offer = node(view, "offer/iraq-joint-projects")
    assert ID + "area/capacity-building" in offer.areas


@pytest.mark.parametrize(
    ("ref", "family"),
    [
        ("country/iraq", "country"),
        ("ministry/egypt-mcit", "organization"),
        ("official/amr-talaat", "person"),
        ("post/egypt-minister-cit", "person"),
        ("agreement/postal-ecommerce-libya", "agreement"),
        ("memorandum-of-understanding/egypt-iraq", "agreement"),
        ("offer/iraq-joint-projects", "offer"),
        ("meeting/egypt-iraq-talks", "event"),
        ("facility/postal-logistics-centre", "infrastructure"),
        ("figure/egypt-submarine-cables", "figure"),
        ("area/digital-government", "area"),
    ],
)
def test_a_class_falls_into_the_family_of_its_nearest_superclass(view, ref, family):
    terms = {term.iri: term for term in view.classes}
    assert FAMILIES[family_of(node(view, ref).classes, terms)].key == family


def test_families_differ_in_shape_and_none_lacks_a_name():
    assert len({family.path for family in FAMILIES}) == len(FAMILIES)
    assert all(family.name.ar and family.name.en for family in FAMILIES)


def test_what_is_signed_offered_agreed_and_reported_is_told_apart(view):
    def about(ref: str, predicate: str):
        return [f for f in facts_with(view, predicate) if f.subject.value == ID + ref]

    assert firmness_keys(view, facts_with(view, "signatory")) == {"signed"}
    assert firmness_keys(view, about("memorandum-of-understanding/egypt-iraq", "party")) == {
        "agreed"
    }
    assert firmness_keys(view, facts_with(view, "offeredBy")) == {"offered"}
    assert firmness_keys(view, about("satellite/tiba-1", "belongsToCountry")) == {"reported"}
    assert firmness_keys(view, facts_with(view, "presidesOver")) == {"stated"}


def test_focus_keeps_what_is_within_reach_and_no_dangling_end(view):
    near = focus(view, ID + "country/lithuania", 1)
    kept = {item.iri for item in near.nodes}
    assert ID + "country/lithuania" in kept
    assert ID + "meeting/egypt-lithuania-ministers" in kept
    assert ID + "country/nigeria" not in kept
    assert len(near.nodes) < len(focus(view, ID + "country/lithuania", 2).nodes)
    assert all({edge.source, edge.target} <= kept for edge in near.edges)
    assert {item.slug for item in near.documents} == {"egypt-lithuania-talks"}
    render(near)


def test_focus_on_nothing_known_says_so(view):
    with pytest.raises(UnknownNameError, match="country/atlantis"):
        focus(view, ID + "country/atlantis")


def test_the_layout_is_whole_numbers_with_room_between_nodes(view):
    places = layout(view)
    assert set(places) == {item.iri for item in view.nodes}
    assert places[ID + "country/egypt"] == (0, 0)
    for (x1, y1), (x2, y2) in combinations(places.values(), 2):
        assert abs(x1 - x2) > 60 or abs(y1 - y2) > 40


def test_thousands_are_laid_out_apart_each_near_its_hub_and_soon():
    size = 5000
    iris = [f"{ID}actor/{place:05d}" for place in range(size)]
    facts = tuple(
        FactRecord(
            f"{ID}fact/{place}",
            ox.NamedNode(iris[place]),
            ox.NamedNode(TW + "participant"),
            ox.NamedNode(iris[place // 9]),
        )
        for place in range(1, size - 3)
    )
    nodes = tuple(Node(iri, Name(iri, iri), ()) for iri in iris)
    crowd = View(nodes, join(facts, (), frozenset(iris)), facts, (), (), (), (), ())
    start = time.process_time()
    places = layout(crowd)
    assert time.process_time() - start < 10
    assert set(places) == set(iris)
    cells = {(x // 40, y // 40) for x, y in places.values()}
    assert len(cells) > 0.95 * size
    hubs = neighbourhoods(crowd)
    assert hubs[iris[-1]] == iris[-1]
    assert 20 < len(set(hubs.values())) < 200
    away = [math.dist(places[iri], places[hubs[iri]]) for iri in iris]
    width = max(x for x, _ in places.values()) - min(x for x, _ in places.values())
    assert sum(away) / size < width / 8
    assert layout(crowd) == places


def test_an_empty_view_makes_a_page_too():
    empty = View((), (), (), (), (), (), (), ())
    assert layout(empty) == {}
    assert "<!doctype html>" in render(empty)


def test_two_writes_give_the_same_bytes(view, tmp_path):
    one = write_explorer(view, tmp_path / "one.html").read_bytes()
    other = write_explorer(view, tmp_path / "other.html").read_bytes()
    assert one == other


@pytest.mark.slow
def test_other_processes_give_the_same_bytes(view, tmp_path):
    code = (
        "import sys, pyoxigraph as ox;"
        "from taawun.graph.store import EmbeddedStore;"
        "from taawun.viz.read_view import read_view;"
        "from taawun.viz.explorer import write_explorer;"
        "quads = [*ox.parse(path=sys.argv[1]), *ox.parse(path=sys.argv[2])];"
        "store = EmbeddedStore.in_memory(ox.serialize(quads[::-1], format=ox.RdfFormat.N_QUADS));"
        "write_explorer(read_view(store), sys.argv[3])"
    )
    for seed in ("1", "2"):
        target = tmp_path / f"{seed}.html"
        subprocess.run(
            [sys.executable, "-c", code, str(GRAPH), str(ONTOLOGY), str(target)],
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C"},
            check=True,
        )
        assert target.read_text("utf-8") == render(view)


def test_a_failed_write_leaves_the_old_page_and_no_rubbish(view, tmp_path, monkeypatch):
    target = tmp_path / "page.html"
    target.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_explorer(view, target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_json_in_a_script_element_cannot_end_it():
    hostile = {"a": "</script><!-- <script>\u2028\u2029&"}
    text = json_for_script(hostile)
    assert not {"<", ">", "&", "\u2028", "\u2029"} & set(text)
    assert json.loads(text) == hostile


def test_the_page_names_no_outside_address(view):
    page = render(view)
    head = page[: page.index("<style>")]
    assert "default-src 'none'" in head.replace("&#39;", "'")
    for element in ("<link", "<iframe", "<img", "src=", "@import", "sourceMappingURL"):
        assert element not in page.replace('src="', "src=").split('<script type="application')[0]
