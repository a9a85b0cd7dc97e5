"""Invented papers that agree in part: what several say is counted, what differs is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from taawun.api import KnowledgeGraph
from taawun.graph.fact_reader import facts_of
from taawun.graph.fact_record import Support
from taawun.loaders.builds.build import build
from taawun.ontology.namespaces import ID, TW
from taawun.queries.disagreement import disagreements, may_agree

PAPERS = Path(__file__).parent / "papers"
SHOW = ("--collection", str(PAPERS), "--format", "table")


@pytest.fixture(scope="module")
def papers(tmp_path_factory) -> KnowledgeGraph:
    """The bundled graph with the papers over it."""
    cache = tmp_path_factory.mktemp("papers")
    return KnowledgeGraph(build([PAPERS], cache=cache).store(), language="en")


@pytest.fixture
def supports(papers) -> Callable[[str], dict[str, Support]]:
    """Who states each fact about an entity, by the last part of its predicate."""

    def found(entity: str) -> dict[str, Support]:
        triples = papers.show(entity).triples
        facts = [one for found in facts_of(papers.store, triples).values() for one in found]
        return {fact.predicate.value.removeprefix(TW): fact.support for fact in facts}

    return found


def test_what_two_papers_say_counts_documents_and_publishers(supports):
    by = supports("figure/qindil-trainees")["unit"]
    assert by.documents == {"alif.txt", "ba.txt"}
    assert by.publishers == {"جريدة ألف المخترعة", "جريدة باء المخترعة"}
    assert (by.is_corroborated, by.unsigned) == (True, 0)


def test_facts_with_other_qualifiers_count_for_the_same_triple(supports):
    """The third paper has it from a speaker: another fact, the same triple, and no publisher."""
    by = supports("meeting/qindil")["attendee"]
    assert by.documents == {"alif.txt", "ba.txt", "jim.txt"}
    assert (len(by.publishers), by.unsigned) == (2, 1)


def test_one_document_is_no_corroboration_however_often_it_says_so(graph):
    triples = graph.show("agreement/postal-ecommerce-nigeria").triples
    facts = [fact for found in facts_of(graph.store, triples).values() for fact in found]
    assert facts
    assert not any(fact.support.is_corroborated for fact in facts)


def test_a_single_value_that_differs_is_a_disagreement_with_both_sides(papers):
    (found,) = papers.disagreements("figure/qindil-trainees")
    assert found.predicate.value == f"{TW}value"
    assert {side.value.value: side.documents for side in found.sides} == {
        "1200": {"alif.txt"},
        "1500": {"ba.txt"},
    }


def test_dates_disagree_where_they_cannot_both_be(papers):
    assert [d.predicate.value for d in papers.disagreements("project/qindil")] == [
        f"{TW}launchedOn"
    ]
    assert not papers.disagreements("meeting/qindil"), "2022 and 2022-09 may be the same"


def test_the_whole_graph_is_looked_through(papers, graph):
    assert [found.subject.value.removeprefix(ID) for found in papers.disagreements()] == [
        "figure/qindil-trainees",
        "project/qindil",
    ]
    assert not graph.disagreements(), "the five bundled documents contradict each other nowhere"


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("2022", "2022-09", True),
        ("2022-09", "2022-10", False),
        ("XXXX-02", "2023-02-08", True),
        ("XXXX-02", "XXXX-03", False),
        ("2019/2021", "2020", True),
        ("2019/2021", "2022", False),
        ("2019/2021", "2021-06/2023", True),
        ("2019/..", "2030", True),
        ("2022?", "2022~", True),
        ("202X", "2024", True),
        ("202X", "2019", False),
    ],
)
def test_dates_may_agree(one, other, agree):
    assert may_agree(one, other) is agree
    assert may_agree(other, one) is agree


def test_a_disputed_fact_is_a_disagreement_of_its_own(tmp_path):
    facts = tmp_path / "mine" / "facts"
    facts.mkdir(parents=True)
    (facts / "status.yaml").write_text(
        "- fact: [agreement/postal-ecommerce-nigeria, signatory, country/nigeria]\n"
        "  recordStatus: disputed\n  statusReason: Two readings.\n  statusDate: 2026-11-25\n"
    )
    store = build([tmp_path / "mine"], cache=tmp_path / "cache").store()
    for entity in (f"{ID}agreement/postal-ecommerce-nigeria", f"{ID}country/nigeria", None):
        (found,) = disagreements(store, entity)
        assert found.subject.value == f"{ID}agreement/postal-ecommerce-nigeria"
        assert [side.value.value for side in found.sides] == [f"{ID}country/nigeria"]
    assert disagreements(store, f"{ID}country/iraq") == ()


@pytest.mark.slow
def test_the_card_counts_and_compares_in_both_languages(run):
    said = run("show", "figure/qindil-trainees", *SHOW, "--lang", "en").output
    assert "people  (said by 2 documents of 2 publishers)" in said
    assert "Disagreement: Trainees of the invented Qindil — has the value" in said
    heads = next(line for line in said.splitlines() if "1200" in line and "1500" in line)
    assert heads.index("1200") < heads.index("1500"), "side by side"
    said = run("show", "figure/qindil-trainees", *SHOW, "--lang", "ar").output
    assert "اختلاف بين الأقوال: متدربو قنديل المخترع — القيمة" in said
    assert "تذكره وثيقتان · ناشران" in said
    said = run("show", "meeting/qindil", *SHOW, "--why", "--lang", "en").output
    assert "said by 3 documents, 2 publishers named" in " ".join(said.split())


def test_the_card_as_json_has_support_and_disagreements(run):
    said = run(
        "show", "figure/qindil-trainees", "--collection", str(PAPERS), "--format", "json"
    ).output
    card = json.loads(said)
    assert card["facts"]
    assert all(fact["support"]["documents"] for fact in card["facts"])
    (found,) = card["disagreements"]
    assert [side["value"]["value"] for side in found["sides"]] == ["1200", "1500"]
    assert all(side["facts"][0]["evidence"] for side in found["sides"])


def test_the_stored_questions_find_both(papers):
    rows = papers.ask("disagreements")
    assert {str(row.label("object")) for row in rows} == {"1200", "1500", "2019", "2021"}
    counts = {
        row.label("subject"): (row.label("documents"), row.label("publishers"))
        for row in papers.ask("corroborated-facts")
        if row.label("predicate") == "attendee"
    }
    assert counts["Invented Qindil meeting"] == ("3", "2")
