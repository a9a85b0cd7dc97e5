"""The pages of ``taawun serve``: what an IRI leads to, for people and for programs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pyoxigraph as ox
import pytest
from axe import rules_passed
from playwright.sync_api import expect

from taawun.ontology.namespaces import BASE, GRAPH_EVIDENCE, ID, TW

FORMS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}
PAGES = {
    "an entity": "/id/country/iraq.html",
    "a document": "/document/egypt-iraq-talks",
    "the ontology": "/ontology",
    "the questions": "/questions",
    "a question in own words": f"/ask?why=true&q={quote('what did Egypt offer Iraq')}",
    "a question that is not sure": f"/ask?q={quote('areas Egypt shares with the countries')}",
    "a question": "/questions/agreement-signatories?why=true",
    "the query form": "/sparql",
    "an answer": f"/sparql?why=true&query={quote('SELECT * { ?a tw:signatory ?b } LIMIT 3')}",
    "what is not there": "/id/country/irak.html",
    "a named graph": "/graph/evidence.html",
    "a person": "/id/official/amr-talaat.html",
    "partners": "/partners",
    "a searched list": f"/people?q={quote('وزير')}",
    "a list without a find": "/bodies?q=xqzt",
    "what the site is": "/about",
}


class Links(HTMLParser):
    """The addresses that a page leads to."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if tag == "a" and name == "href"]


def links(page):
    parser = Links()
    parser.feed(page)
    return parser.found


@pytest.fixture(scope="module")
def a_fact(graph):
    """The path of a fact with a quote, and its triple."""
    text = f"SELECT ?f ?s ?p ?o {{ GRAPH ?f {{ ?s ?p ?o }} ?s <{TW}signatory> ?o "
    text += f"GRAPH <{GRAPH_EVIDENCE}> {{ ?f tw:evidence ?e }} }} ORDER BY ?f LIMIT 1"
    fact, *terms = graph.sparql(text)[0].terms
    return fact.value.removeprefix(BASE), ox.Triple(*terms)


@pytest.mark.parametrize("suffix", FORMS)
def test_a_thing_is_described_in_the_format_of_its_suffix_and_of_accept(suffix, site, graph):
    media, form = FORMS[suffix]
    by_suffix = site.get(f"/id/country/iraq.{suffix}", accept="text/html")
    led = site.get("/id/country/iraq", accept=media)
    assert (led.status, led.headers["location"]) == (303, f"/id/country/iraq.{suffix}")
    assert by_suffix.headers["content-type"].partition(";")[0] == media
    triples = {quad.triple for quad in ox.parse(by_suffix.body, form)}
    assert set(graph.sparql("CONSTRUCT WHERE { country:iraq ?p ?o }")) < triples


def test_a_browser_is_led_to_the_page_and_keeps_its_language(site):
    led = site.get("/id/country/iraq?lang=en", accept="text/html,*/*;q=0.8")
    assert (led.status, led.headers["location"]) == (303, "/id/country/iraq.html?lang=en")
    page = site.get(led.headers["location"])
    assert '<html lang="en" dir="ltr">' in page.text
    assert "<bdi>Iraq</bdi>" in page.text


def test_the_language_of_the_reader_is_preferred(site):
    english = site.get("/questions", accept_language="de, en-GB;q=0.8, ar;q=0.5")
    assert '<html lang="en" dir="ltr">' in english.text
    assert '<html lang="ar" dir="rtl">' in site.get("/questions").text


@pytest.mark.parametrize("suffix", FORMS)
def test_a_fact_gives_its_triple_and_its_evidence(suffix, site, a_fact):
    path, triple = a_fact
    got = site.get(f"/{path}.{suffix}")
    triples = [quad.triple for quad in ox.parse(got.body, FORMS[suffix][1])]
    assert triple in triples
    assert any(t.predicate.value.endswith("oa#exact") for t in triples)
    assert any(t.predicate.value == TW + "modality" for t in triples)


def test_evidence_leads_to_its_fact(site, graph, a_fact):
    path, _ = a_fact
    text = f"SELECT ?e {{ GRAPH <{GRAPH_EVIDENCE}> {{ <{BASE}{path}> tw:evidence ?e }} }}"
    evidence = graph.sparql(text)[0]["e"].value.removeprefix(BASE)
    led = site.get(f"/{evidence}.html?lang=en")
    digits = evidence.rpartition("/")[2]
    assert (led.status, led.headers["location"]) == (303, f"/{path}.html?lang=en#{digits}")


def test_a_page_shows_every_fact_with_its_quotes(site, graph):
    page = site.get("/id/official/amr-talaat.html?lang=ar").text
    he = f"<{ID}official/amr-talaat>"
    proofs = [view for row in graph.sparql(
        f"SELECT ?p ?o {{ {he} ?p ?o FILTER EXISTS {{ GRAPH ?f {{ {he} ?p ?o }} "
        f"FILTER(STRSTARTS(STR(?f), '{BASE}fact/')) }} }}"
    ).why() for view in row.facts]  # fmt: skip
    quotes = [quote.text for fact in proofs for quote in fact.quotes]
    assert quotes
    assert all(quote.replace("'", "&#39;") in page for quote in quotes)


@pytest.mark.slow
def test_no_link_of_the_pages_is_dead(site):
    seen, waiting = set(), [(path, path) for path in PAGES.values()]
    statuses = {}
    while waiting and len(seen) < 150:
        origin, target = waiting.pop(0)
        parts = urlsplit(target)
        if parts.netloc or target in seen or parts.path == "/":
            continue
        seen.add(target)
        got = site.get(target.partition("#")[0], accept="text/html")
        statuses[target] = got.status
        if "text/html" in got.headers["content-type"]:
            waiting += [(target, urljoin(target, link)) for link in links(got.text)]
        assert got.status == (404 if "irak" in target else 200), f"{origin} → {target}"
    assert len(seen) == 150


def test_what_is_not_there_has_a_helpful_page(site):
    got = site.get("/id/country/irak.html?lang=en")
    assert got.status == 404
    assert "/id/country/iraq.html?lang=en" in links(got.text)
    for path in ("/id/country/irak.ttl", "/fact/0000000000000000.ttl", "/evidence/none.html"):
        assert site.get(path).status == 404


@pytest.mark.parametrize(
    "path", ["/id/country/irak", "/fact/0000000000000000", "/evidence/none", "/graph/none",
             "/document/none", "/id/%3Ccountry%3E", "/id/a%20b%7D", "/evidence/%7C/quote"]
)  # fmt: skip
def test_what_is_not_there_is_said_in_the_format_that_is_asked_for(path, site):
    page = site.get(f"{path}.html?lang=en")
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing at this address" in page.text
    for suffix, (media, form) in FORMS.items():
        got = site.get(f"{path}.{suffix}")
        assert (got.status, got.headers["content-type"].partition(";")[0]) == (404, media)
        said = [quad.object.value for quad in ox.parse(got.body, form)]
        assert any(text.startswith("This knowledge graph has nothing called") for text in said)


def test_a_passage_and_its_selectors_lead_to_a_fact_that_they_go_with(site, graph):
    text = f"SELECT DISTINCT ?p {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?e <{TW}context> ?p }} }} LIMIT 3"
    passages = [row["p"].value.removeprefix(BASE) for row in graph.store.query(text)]
    assert passages
    for path in [form for name in passages for form in (name, f"{name}/position")]:
        got = site.get(f"/{path}.html")
        assert (got.status, got.headers["location"][:6]) == (303, "/fact/")
    assert site.get("/passage/0000000000000000.html").status == 404


@pytest.mark.parametrize(
    ("language", "told"), [("ar", "لا شيء بهذا العنوان"), ("en", "There is nothing at")]
)
def test_an_address_that_leads_nowhere_is_a_page_for_browsers_and_a_sentence_for_others(
    site, language, told
):
    path = f"/country/irak?lang={language}"
    page = site.get(path, accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert told in page.text
    assert f"/id/country/iraq.html?lang={language}" in links(page.text)
    assert f"/questions?lang={language}" in links(page.text)
    for accept in ("*/*", "application/json", "text/turtle"):
        sentence = site.get(path, accept=accept)
        assert (sentence.status, sentence.text[:28]) == (404, "There is nothing at this add")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/questions/agreement-signatories?country=irak", "لم يُعثر على دولة باسم «irak»"),
        ("/sparql?query=SELECT", "الاستعلام ليس SPARQL سليمًا: "),
    ],
)
def test_what_is_wrong_with_a_question_stands_on_its_page_in_its_language(site, path, told):
    page = site.get(f"{path}&lang=ar", accept="text/html")
    assert page.status == 400
    assert told in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/id/<script>alert(1)</script>.html",
        "/id/x> } UNION { <a> <b> <c> .html",
        "/questions/agreement-signatories?country=<script>alert(1)</script>",
        "/questions/<script>alert(1)</script>",
        "/sparql?query=<script>alert(1)</script>",
        "/id/../../etc/passwd.html",
        "/id/\u202e.html",
        "/document/.ttl",
        "/fact/.html",
    ],
)
def test_nonsense_in_an_address_is_only_text(path, site):
    got = site.get(quote(path, safe="/?=&.<>"), accept="text/html")
    assert got.status in (400, 404)
    assert "<script>" not in got.text or got.headers["content-type"].startswith("text/plain")
    assert "Traceback" not in got.text


@pytest.mark.slow
def test_the_explorer_is_made_once_and_known_by_its_tag(small_site):
    first = small_site.get("/?lang=en")
    assert (first.status, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
    tag = first.headers["etag"]
    again = small_site.get("/?lang=en", if_none_match=tag)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)


@pytest.fixture(scope="module")
def labs(start_server):
    """A server over a collection with an ontology of its own."""
    folder = Path(__file__).parent / "extension" / "labs"
    return start_server("serve", "--port", "0", "--workers", "2", "--collection", str(folder))


@pytest.mark.slow
def test_terms_of_a_collection_stand_among_all_terms(labs):
    english, arabic = (labs.get(f"/ontology?lang={language}").text for language in ("en", "ar"))
    assert '<dt id="Laboratory">' in english
    assert "An institute with equipment of its own." in english
    assert "معهد له تجهيزاته الخاصة." in arabic
    assert '<dt id="Country">' in english
    assert "tw:Country" in english


#: Each page in both languages, and in which of them axe looks at it: what it looks at is made by
#: the same template, so that languages take turns.
TURNS = [
    pytest.param(name, language, number % 2 == turn, id=f"{name}-{language}")
    for number, name in enumerate(PAGES)
    for turn, language in enumerate(("ar", "en"))
]


@pytest.mark.parametrize(("name", "language", "is_its_turn"), TURNS)
def test_a_page_is_accessible_runs_under_its_policy_and_fits_a_phone(
    name, language, is_its_turn, site, browser
):
    page = browser.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text))
    path = PAGES[name]
    page.goto(f"{site.url}{path}{'&' if '?' in path else '?'}lang={language}")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    if is_its_turn:
        rules_passed(page)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    assert (
        page.locator("body")
        .evaluate("b => getComputedStyle(b).fontFamily")
        .startswith('"Taawun Sans"')
    )
    missing = [text for text in complaints if "404" not in text]
    assert not missing
    # The places of quotes are told in words.
    assert not re.search(r"\[\d+:\d+\]", page.locator("main").inner_text())
    if is_its_turn:
        page.emulate_media(color_scheme="dark")
        rules_passed(page, colours_alone=True)
    # The third is a window of 1440 by 900 at 200 %.
    for width, height in ((390, 844), (1920, 1080), (720, 450)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_a_person_asks_a_question_and_opens_a_proof(site, browser):
    page = browser.new_page()
    page.goto(f"{site.url}/questions?lang=ar")
    page.get_by_role("link", name="من وقّع كل اتفاقية؟").click()
    page.get_by_label("الدولة").fill("نيجيريا")
    page.get_by_label("مع الدليل على كل صف").check()
    page.get_by_role("button", name="اسأل").click()
    expect(page.locator("tbody tr:not(.proof)")).to_have_count(1)
    expect(page.locator("blockquote").first).to_contain_text("وقعت مصر على اتفاقيات مع نيجيريا")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("combobox", name="country")).to_have_value("نيجيريا")
    # A link has a slug: the form has the name.
    page.goto(f"{site.url}/questions/agreement-signatories?country=nigeria&lang=ar")
    expect(page.get_by_label("الدولة")).to_have_value("نيجيريا")
    page.close()


def test_the_explorer_works_in_a_browser(small_site, browser):
    page = browser.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text))
    page.goto(f"{small_site.url}/?lang=en", timeout=120_000)
    expect(page.locator("#counts")).not_to_be_empty()
    assert not [text for text in complaints if "favicon" not in text and "404" not in text]
    page.close()


def test_linked_data_as_rdflib_reads_it(site):
    from rdflib import Graph

    read = Graph().parse(f"{site.url}/id/country/iraq")
    assert len(read) > 10
