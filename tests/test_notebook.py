"""Python in a session and a notebook: what is returned shows itself shortly, and as HTML."""

from __future__ import annotations

import os
import pydoc
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import expect

import notebook_runner
import taawun
from taawun.api import KnowledgeGraph
from taawun.graph.errors import OutputError, QueryError, UnknownNameError, UnsureError
from taawun.graph.remote.remote_store import RemoteStore
from taawun.loaders.builds.cache import Build
from taawun.messages.message import preferred_language, say
from taawun.queries.listing import HTML_ROWS, Listing
from taawun.queries.results import Shown

NOTEBOOK = Path(__file__).parent.parent / "docs" / "journalist.ipynb"
NIGERIA = "https://w3id.org/taawun/id/country/nigeria"


@pytest.fixture(scope="module")
def kg(the_build: Build) -> KnowledgeGraph:
    return KnowledgeGraph(the_build.store(), language="en", build=the_build)


@pytest.fixture(scope="module")
def arabic(the_build: Build) -> KnowledgeGraph:
    return KnowledgeGraph(the_build.store(), language="ar", build=the_build)


#: What the API returns, each by a call.
RETURNED: dict[str, Callable[[KnowledgeGraph], Any]] = {
    "graph": lambda kg: kg,
    "rows": lambda kg: kg.ask("agreement-signatories"),
    "row": lambda kg: kg.ask("agreement-signatories")[0],
    "own words": lambda kg: kg.ask("what did Egypt offer Iraq"),
    "card of own words": lambda kg: kg.ask("what is Haya Karima"),
    "reading": lambda kg: kg.read("what did Egypt offer Iraq"),
    "uncertain reading": lambda kg: kg.read("what did Egypt sign with Kenya"),
    "explanation": lambda kg: kg.ask("agreement-signatories")[0].why(),
    "explanations": lambda kg: kg.ask("agreement-signatories").why(),
    "aggregate": lambda kg: kg.sparql("SELECT (COUNT(*) AS ?n) { ?s tw:area ?a }")[0].why(),
    "absence": lambda kg: kg.sparql("ASK { country:iraq tw:signatory country:egypt }").why()[0],
    "definitions": lambda kg: kg.sparql("ASK { country:iraq a tw:Country }").why(),
    "many rows": lambda kg: kg.sparql("SELECT * { ?s ?p ?o }"),
    "doubtful rows": lambda kg: kg.sparql("SELECT * { ?s tw:signatry ?o }"),
    "truth": lambda kg: kg.sparql("ASK { country:iraq a tw:Country }"),
    "triples": lambda kg: kg.sparql("CONSTRUCT WHERE { ?s tw:signatory ?o }"),
    "card": lambda kg: kg.show("egypt"),
    "history": lambda kg: kg.history("egypt"),
    "disagreements": lambda kg: kg.disagreements(),
    "paths": lambda kg: kg.path("iraq", "lithuania"),
    "path": lambda kg: kg.path("iraq", "lithuania")[0],
    "step": lambda kg: kg.path("iraq", "lithuania")[0][0],
    "questions": lambda kg: kg.questions(),
    "question": lambda kg: kg.questions("agreement")[0],
    "search": lambda kg: kg.search("العراق"),
    "entities": lambda kg: kg.entities(),
    "entity": lambda kg: kg.entities("agreement")[0],
    "facts": lambda kg: kg.facts(),
    "fact": lambda kg: kg.facts(subject="egypt")[0],
    "quote": lambda kg: kg.facts(subject="egypt")[0].quotes[0],
}


@pytest.mark.parametrize("name", RETURNED)
def test_whatever_is_returned_shows_itself_shortly(
    name: str, kg: KnowledgeGraph, arabic: KnowledgeGraph
) -> None:
    for graph in (kg, arabic):
        value = RETURNED[name](graph)
        text, html = repr(value), value._repr_html_()
        assert text
        assert text.count("\n") < 20
        assert len(text) < 4000
        assert " object at 0x" not in text
        assert "NamedNode" not in text
        # What stands between other text is isolated; an element of its own has its direction.
        assert "<bdi>" in html or re.fullmatch(r'<p dir="auto">[^<]*</p>', html)
        assert re.search(r'dir="(ltr|rtl|auto)"', html)
        assert 'dir="auto"><bdi>' not in html, "the direction of bdi is not that of its parent"
        assert len(html) < 300_000


@pytest.mark.parametrize("name", ["rows", "card", "facts", "search", "paths", "explanation"])
def test_html_has_the_language_and_direction_of_the_graph(
    name: str, kg: KnowledgeGraph, arabic: KnowledgeGraph
) -> None:
    assert 'lang="en" dir="ltr"' in RETURNED[name](kg)._repr_html_()
    assert 'lang="ar" dir="rtl"' in RETURNED[name](arabic)._repr_html_()


def test_arrows_of_a_path_point_to_the_object(kg: KnowledgeGraph, arabic: KnowledgeGraph) -> None:
    assert "Iraq ←has relations with— Egypt" in repr(kg.path("iraq", "lithuania"))
    assert "العراق →علاقات مع— مصر" in repr(arabic.path("iraq", "lithuania"))


def test_markup_in_a_text_stays_text(kg: KnowledgeGraph) -> None:
    listing = Listing(["<b>"], ("name",), lambda item: [item], Shown(kg.store, "en"), "<i>")
    assert "<b>" not in listing._repr_html_()
    assert "<i>" not in listing._repr_html_()
    assert "&lt;b&gt;" in listing._repr_html_()


def test_a_long_answer_says_how_much_of_it_is_shown(kg: KnowledgeGraph) -> None:
    rows = kg.entities()
    assert len(rows) > HTML_ROWS
    assert repr(rows).endswith(f"{len(rows)} rows, the first 12 of them")
    assert rows._repr_html_().count("<tr>") == HTML_ROWS + 1
    assert len(str(kg.ask("agreement-signatories")).splitlines()) == 14


def test_open_is_found_by_completion_and_help() -> None:
    assert {"open", "KnowledgeGraph", "Rows", "TaawunError"} <= set(dir(taawun))
    text = pydoc.plain(pydoc.render_doc(taawun))
    assert "open(*collections" in text
    assert "Open the bundled graph" in text


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ar_EG.UTF-8"}, "ar"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "ar"}, "ar"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale(
    variables: dict[str, str], language: str, kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert preferred_language() == KnowledgeGraph(kg.store).language == language


@pytest.mark.parametrize(
    ("words", "remark", "rows"),
    [
        ("did Egypt sign an agreement with Nigeria?", "answer-yes", 1),
        ("did Egypt sign an agreement with Iraq?", "reading-no", 0),
        ("when did Egypt sign the agreement with Nigeria?", "reading-undated", 1),
        ("what did Egypt offer Denmark", "reading-empty", 0),
        ("what did Egypt offer Iraq", "", 26),
    ],
)
def test_own_words_say_what_the_command_line_says(
    words: str, remark: str, rows: int, kg: KnowledgeGraph
) -> None:
    answer = kg.ask(words)
    assert answer.understood.startswith("Read as: ")
    assert answer.remark == (say(remark, "en") if remark else "")
    assert len(answer) == rows
    told = f"{answer.understood} — {answer.remark}" if remark else answer.understood
    assert repr(answer).splitlines()[0] == told
    assert (
        kg.ask("what is Haya Karima").understood == "Read as: Haya Karima (Decent Life) initiative"
    )


def test_doubtful_words_are_refused_with_the_questions_that_are_near(kg: KnowledgeGraph) -> None:
    words = "areas of cooperation and offers of both"
    candidates = [question.name for question, _ in kg.read(words).candidates]
    assert candidates
    with pytest.raises(UnsureError, match=candidates[0]):
        kg.ask(words)


# Data frames.


def test_a_data_frame_has_labels_or_iris(kg: KnowledgeGraph, arabic: KnowledgeGraph) -> None:
    frame = kg.ask("agreement-signatories").to_pandas()
    assert list(frame.columns) == ["agreement", "signatory"]
    assert "Nigeria" in set(frame["signatory"])
    other = arabic.ask("agreement-signatories")
    assert "نيجيريا" in set(other.to_pandas()[other.headings[1]])
    for rows in (kg.ask("agreement-signatories"), other):
        frame = rows.to_pandas(iris=True)
        assert list(frame.columns) == ["agreement", "signatory"]
        assert NIGERIA in set(frame["signatory"])


@pytest.mark.parametrize("iris", [False, True])
def test_numbers_days_and_truth_have_types(kg: KnowledgeGraph, iris: bool) -> None:
    rows = kg.sparql("""SELECT ?number ?part ?day ?time ?truth ?edtf ?mixed ?none {
      VALUES (?number ?part ?day ?time ?truth ?edtf ?mixed) {
        (3 1.5 "2022-09-01"^^xsd:date "2022-09-01T10:00:00"^^xsd:dateTime true "2022-09" 1)
        (UNDEF 2 UNDEF UNDEF UNDEF "XXXX-02" "text") } }""")
    kinds = [str(kind) for kind in rows.to_pandas(iris=iris).dtypes]
    assert kinds[:3] == ["Int64", "float64", "datetime64[s]"]
    assert kinds[3].startswith("datetime64")
    assert kinds[4] == "boolean"
    assert list(rows.to_pandas(iris=iris).iloc[0])[5:7] == ["2022-09", 1]
    assert rows.to_pandas(iris=iris).iloc[1].isna().tolist()[:5] == [True, False, True, True, True]


def test_a_frame_keeps_two_columns_of_one_heading_and_no_rows(kg: KnowledgeGraph) -> None:
    rows = kg.sparql("SELECT ?area ?Area { ?area a tw:Area . BIND(?area AS ?Area) } LIMIT 2")
    assert rows.to_pandas().shape == (2, 2)
    assert list(rows.to_pandas(iris=True).columns) == ["area", "Area"]
    assert kg.sparql("SELECT ?x ?y { ?x tw:signatory country:iraq }").to_pandas().shape == (0, 2)


def test_values_that_no_type_holds_stay_what_they_are(kg: KnowledgeGraph) -> None:
    rows = kg.sparql("""SELECT * { VALUES (?big ?old ?bad ?zoned) {
      (99999999999999999999 "0622-07-16"^^xsd:date "x"^^xsd:date
       "2022-09-01T10:00:00Z"^^xsd:dateTime) } }""")
    frame = rows.to_pandas(iris=True)
    assert float(frame["big"][0]) == 1e20
    assert frame["old"][0].year == 622
    assert frame["bad"][0] == "x"
    assert frame["zoned"][0] == pd.Timestamp("2022-09-01T10:00:00Z")


def test_facts_in_a_frame_have_a_row_for_each_quote(kg: KnowledgeGraph, the_collection) -> None:
    facts = kg.facts(stated_by="official/amr-talaat")
    frame = facts.to_pandas()
    assert len(frame) == sum(len(fact.quotes) for fact in facts) > 60
    texts = {document.file: document.text for document in the_collection.documents.values()}
    whole = frame[frame["start"].map(lambda start: isinstance(start, int))]
    assert len(whole) > 50
    for row in whole.itertuples():
        assert texts[row.document][row.start : row.end] == row.quote
    assert kg.search("iraq").to_pandas(iris=True)["entity"][0].endswith("country/iraq")
    triples = kg.sparql("CONSTRUCT WHERE { ?s tw:signatory ?o }")
    assert triples.to_pandas().shape == (12, 3)


# Finding things.


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("العراق", "country/iraq"),
        ("iraq", "country/iraq"),
        ("الوثائق المؤمنة", "product/secure-documents"),
        ("Egypt Post", "public-body/egypt-post"),
        ("Lithuanai", "country/lithuania"),
        ("country/iraq", "country/iraq"),
    ],
)
def test_search_finds_names_in_either_language(text: str, slug: str, kg: KnowledgeGraph) -> None:
    assert kg.search(text)[0].slug == slug


def test_search_finds_nothing_where_nothing_is_near(kg: KnowledgeGraph) -> None:
    assert kg.search("qqqqqqqq") == []
    assert len(kg.search("مصر", limit=3)) == 3


@pytest.mark.parametrize("name", ["agreement", "Agreement", "tw:Agreement", "اتفاقية"])
def test_entities_of_a_class_are_listed(name: str, kg: KnowledgeGraph) -> None:
    found = kg.entities(name)
    assert len(found) == 8
    assert found[0].classes == ("https://w3id.org/taawun/ontology#Agreement",)
    assert "memorandum-of-understanding/egypt-iraq" in [entity.slug for entity in found]


def test_an_unknown_class_predicate_or_name_is_told_with_the_nearest(kg: KnowledgeGraph) -> None:
    with pytest.raises(UnknownNameError, match="tw:Agreement"):
        kg.entities("agrement")
    with pytest.raises(UnknownNameError, match="tw:signatory"):
        kg.facts(predicate="signatry")
    with pytest.raises(UnknownNameError, match="planned"):
        kg.facts(modality="planed")
    with pytest.raises(UnknownNameError, match="country/iraq"):
        kg.facts(subject="irak")


def test_facts_are_found_by_their_parts(kg: KnowledgeGraph) -> None:
    everything = kg.facts()
    assert len(everything) > 1200
    assert list(everything) == sorted(everything, key=lambda fact: tuple(map(str, fact.triple)))
    (fact,) = kg.facts(subject="agreement/postal-ecommerce-nigeria", object="نيجيريا")
    assert fact.quotes[0].text.startswith("وقعت مصر")
    planned = kg.facts(modality="planned")
    assert {fact.modality for fact in planned} == {"planned"}
    assert 0 < len(planned) < 50
    of_file = kg.facts(document="000_f299f8e0cc481d39.txt")
    assert len(of_file) == len(kg.facts(document="african-cooperation")) > 0
    assert {quote.document for fact in of_file for quote in fact.quotes} >= {
        "000_f299f8e0cc481d39.txt"
    }
    assert len(kg.facts(object=3)) == 3
    assert isinstance(everything[:2], Listing)


def test_a_predicate_stands_for_those_below_it_and_its_inverse(kg: KnowledgeGraph) -> None:
    party = kg.facts(predicate="party", object="egypt")
    signed = kg.facts(predicate="tw:signatory", object="egypt")
    assert {fact.iri for fact in signed} < {fact.iri for fact in party}
    assert kg.facts(subject="egypt", predicate="is a party to") == party
    assert kg.facts(predicate="الطرف", object="egypt") == party


def test_a_card_has_its_facts_with_what_is_only_planned(kg: KnowledgeGraph) -> None:
    facts = kg.show("egypt").facts
    assert {"asserted", "planned"} <= {fact.modality for fact in facts}
    assert len(facts) == len({fact.iri for fact in facts})


# The network, exports, checks, the explorer.


def test_the_network_has_labels_and_records(kg: KnowledgeGraph, arabic: KnowledgeGraph) -> None:
    network = kg.to_networkx()
    assert network.nodes[NIGERIA] == {"label": "Nigeria", "kind": "country"}
    assert arabic.to_networkx().nodes[NIGERIA]["label"] == "نيجيريا"
    ((_, _, data),) = network.in_edges(NIGERIA, data=True)
    assert (data["predicate"], data["modality"]) == ("tw:signatory", "asserted")
    assert data["record"].quotes


def test_export_writes_what_the_command_writes(
    kg: KnowledgeGraph, the_build: Build, tmp_path: Path
) -> None:
    assert kg.export("nquads", tmp_path / "all.nq") == tmp_path / "all.nq"
    assert (tmp_path / "all.nq").read_bytes() == the_build.dump.read_bytes()
    with pytest.raises(UnknownNameError, match="nquads"):
        kg.export("nquad", tmp_path / "all.nq")
    with pytest.raises(OutputError):
        kg.export("csv", tmp_path / "no" / "all.csv")


def test_check_reports_in_the_language_of_the_graph(
    arabic: KnowledgeGraph, the_build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAAWUN_CACHE", str(the_build.path.parent))
    report = arabic.check()
    assert report.faults == ()
    assert "\n" not in repr(report)
    assert 'lang="ar" dir="rtl"' in report._repr_html_()
    assert "<bdi>الاقتباسات</bdi>" in report._repr_html_()


def test_a_remote_graph_has_nothing_to_export_or_check(tmp_path: Path) -> None:
    remote = KnowledgeGraph(RemoteStore("http://127.0.0.1:9/"))
    for call in (lambda: remote.export("nquads", tmp_path / "x"), remote.check):
        with pytest.raises(QueryError, match="not built here"):
            call()


def test_explore_returns_a_path(kg: KnowledgeGraph, tmp_path: Path) -> None:
    page = kg.explore(tmp_path / "iraq.html", focus="iraq", questions=[])
    assert os.fspath(page) == str(page) == str(tmp_path / "iraq.html")
    assert Path(page).read_text("utf-8").startswith("<!doctype html>")
    assert repr(page).startswith("ExplorerFile(")
    other = kg.explore(focus="iraq", questions=[], texts=False)
    assert Path(other).exists()


def test_explore_shows_the_graph_inside_a_notebook(kg: KnowledgeGraph, browser, tmp_path) -> None:
    page = kg.explore(tmp_path / "iraq.html", focus="iraq", questions=[])
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!DOCTYPE html><meta charset=utf-8>{page._repr_html_()}", "utf-8")
    shown = browser.new_page()
    try:
        wrong: list[str] = []
        shown.on("pageerror", lambda error: wrong.append(str(error)))
        shown.goto(notebook.as_uri())
        frame = shown.frame_locator("iframe")
        frame.locator("#search input").fill("Shaibani")
        frame.locator("#search [role=option]").first.click()
        expect(frame.locator("#panel")).to_contain_text("Arkan Shihab")
        assert frame.locator("html").get_attribute("lang") == "en"
        assert wrong == []
    finally:
        shown.close()


# The notebook of the docs.


@pytest.mark.slow
def test_the_outputs_of_the_notebook_are_true(
    the_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAAWUN_CACHE", str(the_build.path.parent))
    monkeypatch.chdir(tmp_path)
    stored = notebook_runner.read(NOTEBOOK)
    found = notebook_runner.with_outputs(stored)
    codes = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert len(codes) > 10
    for cell, now in zip(stored["cells"], found["cells"], strict=True):
        assert now == cell, "run python tests/support/notebook_runner.py docs/journalist.ipynb"
    assert "وقعت مصر" in str([cell["outputs"] for cell in codes])


def test_the_notebook_is_valid() -> None:
    notebook = notebook_runner.read(NOTEBOOK)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in notebook["cells"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in names)
