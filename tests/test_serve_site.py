"""One site: lists, files of answers, the editor of queries, and the ways between its pages."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pyoxigraph as ox
import pytest
from axe import rules_passed
from playwright.sync_api import expect

from taawun.ontology.namespaces import BASE, GRAPH_EVIDENCE, ID, TW
from taawun.server.pages.own_query_pages import patterns

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def rows_of(page):
    return re.findall(r'<tr><th scope="row"><a href="/([^"?]+)', page)


def test_a_class_is_a_list_as_a_page_and_as_json(site, graph):
    page = site.get("/id/country?lang=en", accept=BROWSER)
    told = json.loads(site.get("/id/country", accept="application/json").body)
    countries = {entity.iri for entity in graph.entities("country")}
    assert {one["iri"] for one in told} == countries
    assert {f"{BASE}{path.removesuffix('.html')}" for path in rows_of(page.text)} == countries
    egypt = next(one for one in told if one["slug"] == "country/egypt")
    assert egypt["labels"] == {"ar": "مصر", "en": "Egypt"}
    assert told[0] == egypt
    assert egypt["facts"] > 100


def test_partners_stand_by_how_far_they_have_come(site):
    told = json.loads(site.get("/partners.json?lang=en").body)
    bands = [one["band"] for one in told]
    assert bands[:8] == ["signed"] * 6 + ["agreed", "talks"]
    of_iraq = json.loads(site.get("/partners.json?of=country/iraq").body)
    assert [one["slug"] for one in of_iraq] == ["country/egypt"]


def test_a_list_is_searched_in_both_languages_and_sorted(site):
    for text in ("طلعت", "Talaat", "talaat"):
        assert rows_of(site.get(f"/people?q={quote(text)}&lang=en", accept=BROWSER).text) == [
            "id/official/amr-talaat.html"
        ]
    by_name = rows_of(site.get("/people?sort=name&lang=en", accept=BROWSER).text)
    assert by_name == sorted(by_name)
    nothing = site.get("/bodies?q=Egypt%20Pots&lang=en", accept=BROWSER).text
    assert not rows_of(nothing)
    assert "egypt-post" in nothing or "egypt" in nothing
    rows = list(csv.reader(io.StringIO(site.get("/documents.csv?lang=en").text)))
    assert len(rows) == 6
    assert rows[0][0] == "Name"


def test_a_class_or_a_question_that_is_not_there_offers_the_nearest(site):
    page = site.get("/id/contry?lang=en", accept=BROWSER)
    assert page.status == 404
    assert 'href="/id/country?lang=en"' in page.text
    assert site.get("/id/contry", accept="application/json").status == 404
    page = site.get("/questions/agreement-signatorys?lang=en", accept=BROWSER)
    assert page.status == 404
    assert "/questions/agreement-signatories?lang=en" in page.text


def test_an_answer_can_be_downloaded_in_every_form(site):
    path, given = "/questions/agreement-signatories", f"country={quote('نيجيريا')}&lang=ar"
    page = site.get(f"{path}?{given}", accept=BROWSER).text
    for form in ("csv", "xlsx", "json", "rq"):
        assert f'href="{path}.{form}?lang=ar&amp;country=' in page
    rows = list(csv.reader(io.StringIO(site.get(f"{path}.csv?{given}").text)))
    assert len(rows) == 2
    answer = json.loads(site.get(f"{path}.json?{given}").body)
    assert len(answer["results"]["bindings"]) == len(answer["why"]) == 1
    book = openpyxl.load_workbook(io.BytesIO(site.get(f"{path}.xlsx?{given}").body))
    assert book.worksheets[0].max_row == 2
    query = site.get(f"{path}.rq?{given}").text
    again = site.get(f"/sparql.csv?query={quote(query)}&lang=ar").text
    # What is asked as a query has no last column, that of what a row rests on.
    assert list(csv.reader(io.StringIO(again)))[1:] == [row[:-1] for row in rows[1:]]
    own = site.get(f"/ask.csv?q={quote('what did Egypt offer Iraq')}&lang=en")
    assert own.status == 200
    assert len(own.text.splitlines()) > 5
    assert site.get(f"/ask.csv?q={quote('who ate the moon')}").status == 400


def test_a_fact_is_given_as_a_named_graph_with_its_evidence(site, graph):
    fact = graph.facts(subject="agreement/postal-ecommerce-nigeria", predicate="signatory")[0]
    path = fact.iri.removeprefix(BASE)
    led = site.get(f"/{path}", accept="application/trig")
    assert led.headers["location"] == f"/{path}.trig"
    quads = list(ox.parse(site.get(f"/{path}.trig").body, ox.RdfFormat.TRIG))
    own = [quad for quad in quads if quad.graph_name == ox.NamedNode(fact.iri)]
    assert [quad.triple for quad in own] == [ox.Triple(*fact.triple)]
    said = {q.predicate.value for q in quads if q.graph_name == ox.NamedNode(GRAPH_EVIDENCE)}
    assert {TW + "modality", "http://www.w3.org/ns/oa#exact"} <= said
    assert json.loads(site.get(f"/{path}.json").body)["fact"] == fact.iri
    led = site.get("/id/country/iraq", accept="application/json")
    card = json.loads(site.get(led.headers["location"]).body)
    assert card["entity"] == ID + "country/iraq"


def test_the_patterns_of_the_page_are_those_of_the_docs():
    page = (Path(__file__).parent.parent / "docs" / "sparql.md").read_text("utf-8")
    pattern = r"^### \d+\. ([^\n]+)\n.*?^```sparql\n(.*?)^```\n"
    assert [(one["en"], one["query"]) for one in patterns()] == re.findall(
        pattern, page, re.M | re.S
    )
    assert all(re.search("[\u0621-\u064a]", one["ar"]) for one in patterns())


def test_a_reader_writes_a_query_with_completion(site, browser):
    page = browser.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text))
    page.goto(f"{site.url}/sparql?lang=en")
    page.wait_for_load_state("networkidle")
    editor = page.get_by_role("textbox", name="Any SPARQL 1.1 query")
    editor.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT ?a { ?a tw:signa")
    hint = page.locator(".CodeMirror-hint", has_text="tw:signatory").first
    expect(hint).to_contain_text("الطرف الموقِّع")
    hint.click()
    editor.focus()
    # What shows the focus is not cut off by the editor's own box.
    around = page.locator(".editor")
    assert around.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert around.evaluate("e => getComputedStyle(e).clipPath") == "none"
    page.keyboard.type(" Niger")
    page.locator(".CodeMirror-hint", has_text="country:nigeria").click()
    editor.focus()
    page.keyboard.type(" }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("Egypt–Nigeria postal e-commerce agreement")
    page.get_by_role("link", name="With the proof of each row").click()
    expect(page.locator("blockquote").first).to_contain_text("وقعت مصر على اتفاقيات")
    assert not complaints
    page.close()


#: Queries, each with words that the proof of its last row has, in either language.
WHYS = {
    "SELECT ?a ?b { ?a tw:signatory country:egypt , ?b } ORDER BY ?a ?b": ("وقعت مصر",) * 2,
    "SELECT ?c (COUNT(?a) AS ?n) { ?a tw:signatory ?c } GROUP BY ?c": ("وقعت مصر",) * 2,
    "CONSTRUCT { ?a tw:party ?b } WHERE { ?a tw:signatory ?b }": ("وقعت مصر",) * 2,
    "ASK { ?a tw:signatory country:iraq }": ("what is absent", "غياب"),
    "SELECT ?a (RAND() AS ?n) { ?a tw:signatory country:iraq , ?b }": (),
    "SELECT ?a (RAND() AS ?n) { ?a tw:signatory country:egypt }": ("cannot be proved", "يتعذر"),
}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_row_of_any_query_opens_its_proof_in_place_by_the_keyboard(site, browser, language):
    page = browser.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text))
    for query, words in WHYS.items():
        page.goto(f"{site.url}/sparql?lang={language}&query={quote(query)}")
        buttons = page.locator("button[aria-expanded]")
        if not words:
            expect(buttons).to_have_count(0)
            continue
        last = buttons.last
        last.press("Enter")
        proof = page.locator("tr.proof")
        expect(proof).to_contain_text(words[language == "ar"])
        expect(last).to_have_attribute("aria-expanded", "true")
        last.press("Space")
        expect(proof).to_be_hidden()
        last.press("Space")
        expect(proof).to_be_visible()
    assert not complaints
    rules_passed(page)
    page.close()


def test_a_proof_that_cannot_be_had_is_said_and_may_be_asked_for_again(site, browser):
    page = browser.new_page()
    page.goto(f"{site.url}/sparql?lang=en&query={quote(next(iter(WHYS)))}")
    page.route("**/sparql/row?*", lambda route: route.abort())
    page.locator("button[aria-expanded]").first.click()
    expect(page.locator("tr.proof [role=alert]")).to_contain_text("could not be loaded")
    page.unroute("**/sparql/row?*")
    page.locator("tr.proof a").click()
    expect(page.locator("#proof blockquote")).to_contain_text("وقعت مصر")
    assert page.goto(f"{page.url[:-4]}0000").status == 404
    expect(page.locator("#proof")).to_contain_text("no such row")
    page.close()


def test_the_query_page_works_without_a_script(site, browser):
    surroundings = browser.new_context(java_script_enabled=False)
    page = surroundings.new_page()
    page.goto(f"{site.url}/sparql?lang=ar")
    page.get_by_role("link", name="ما تقوله الوثائق").click()
    page.get_by_role("link", name="لماذا؟").first.click()
    expect(page.locator("#proof blockquote").first).to_be_visible()
    page.get_by_role("link", name="الإجابة كاملة").click()
    expect(page.locator("tbody tr").first).to_be_visible()
    surroundings.close()


def test_egypt_is_told_in_a_few_screens_and_its_facts_unfold_ten_at_a_time(site, browser):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    for language in ("ar", "en"):
        page.goto(f"{site.url}/id/country/egypt.html?lang={language}")
        assert page.evaluate("document.documentElement.scrollHeight") < 6 * 900
    section = page.locator(".section", has_text="is the country of")
    expect(section.locator("> summary")).to_contain_text("Group 22 · Post 17")
    section.locator("> summary").click()
    expect(section.locator("> .facts > li")).to_have_count(10)
    expect(section.locator(".all > .facts > li").first).to_be_hidden()
    page.close()


def test_jobs_take_at_most_three_clicks(site, browser):
    page = browser.new_page()
    # What is signed with whom, and where is it written?
    page.goto(f"{site.url}/about?lang=en")
    page.get_by_role("link", name="Partners", exact=True).click()
    expect(page.locator("tbody tr", has_text="Signed")).to_have_count(6)
    page.get_by_role("link", name="Nigeria", exact=True).click()
    expect(page.locator(".proving blockquote")).to_contain_text("وقعت مصر على اتفاقيات مع نيجيريا")
    page.locator(".proving figcaption a", has_text="characters").click()
    expect(page.locator("mark:target")).to_be_in_viewport()
    # What is offered to Iraq, and by whom? One question in words.
    page.get_by_role("searchbox").first.fill("what is offered to Iraq")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").nth(5)).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("National Telecom Regulatory Authority")
    # An official with all quotes.
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("link", name="Amr Talaat", exact=True).click()
    page.locator("summary", has_text="What documents attribute to this source").click()
    expect(page.locator(".section[open] blockquote").last).to_be_attached()
    assert page.locator(".section[open] blockquote").count() > 10
    # Share the view, and take the table.
    expect(page.get_by_role("link", name="Link to this page")).to_have_attribute(
        "href", "/id/official/amr-talaat.html?lang=en"
    )
    page.close()


def test_the_explorer_leads_to_the_page_of_what_is_chosen_and_back(small_site, browser):
    page = browser.new_page()
    page.goto(f"{small_site.url}/?lang=en#node=country/iraq", timeout=120_000)
    page.get_by_role("link", name="Open the page of what is chosen").click()
    expect(page).to_have_url(f"{small_site.url}/id/country/iraq.html?lang=en")
    page.get_by_role("link", name="Show in the explorer").click()
    expect(page.locator("#panel")).to_contain_text("Iraq")
    page.locator(".site-menu").get_by_role("link", name="Partners").click()
    expect(page).to_have_url(f"{small_site.url}/partners?lang=en")
    page.close()
