"""The page that answers questions in one's own words reads them as the command line does."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from taawun.queries.asking.wording import Wording


def ask(site, text: str, language: str, more: str = "") -> str:
    page = site.get(f"/ask?lang={language}&q={quote(text)}{more}", accept="text/html")
    assert page.status == 200
    return unescape(page.text)


def links(page: str) -> list[str]:
    return re.findall(r'href="(/[^"]*)"', page)


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(
    "text",
    ["what did Egypt offer Iraq", "ما مجالات التعاون مع العراق؟", "did Egypt sign with Nigeria?"],
)
def test_what_was_understood_stands_above_the_answer(text, language, site, graph):
    page = ask(site, text, language)
    assert Wording(graph.store).read_as(graph.read(text)) in page
    assert "<tbody>" in page


def test_an_answer_has_its_proofs_and_leads_to_its_question_or_its_query(site):
    page = ask(site, "ما مجالات التعاون مع العراق؟", "ar", "&why=true")
    assert "<blockquote" in page
    assert "/questions/country-areas?lang=ar&country=country%2Firaq" in links(page)
    page = ask(site, "what did Egypt offer Iraq", "en")
    (query,) = (link for link in links(page) if link.startswith("/sparql?") and "query=" in link)
    assert "tw%3AofferedBy" in query
    assert site.get(query, accept="text/html").status == 200


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("what did Kenya sign?", "en", "Kenya: not known here"),
        ("ماذا وقعت كينيا؟", "ar", "غير معروف هنا: كينيا"),
        (
            "agreements of Egypt and Denmark",
            "en",
            "The question I understood has no answer here.",
        ),
        ("<script>alert(1)</script> which zorp", "en", "not understood"),
    ],
)
def test_what_is_not_answered_is_said_and_no_table_shown(text, language, told, site):
    page = ask(site, text, language)
    assert told in page
    assert "<tbody>" not in page
    assert "in this knowledge graph answers this" not in page


def test_where_nobody_signed_the_page_shows_what_there_is_short_of_that(site):
    page = ask(site, "Has Egypt signed an agreement with Iraq?", "en")
    assert "No fact here says so." in page
    assert "Short of that: Agreement (party: Egypt; party: Iraq)" in page
    assert "agreed in principle" in page


def test_a_default_that_was_not_taken_is_not_filled_in(site):
    page = site.get(
        "/questions/country-areas?lang=en&country=country/egypt", accept="text/html"
    ).text
    assert "the other party: any" in page
    assert re.search(r'name="partner" value=""', page)


def test_candidates_are_links_with_their_values(site):
    page = ask(site, "which areas does Egypt share with the countries", "en")
    offered = [link for link in links(page) if "country=country%2Fegypt" in link]
    assert len(offered) == 2
    assert all(site.get(link, accept="text/html").status == 200 for link in offered)


def test_a_thing_leads_to_its_page(site):
    assert "/id/initiative/haya-karima.html?lang=en" in links(
        ask(site, "what is Haya Karima", "en")
    )


def test_the_list_of_questions_has_the_box(site):
    assert 'action="/ask"' in site.get("/questions?lang=ar", accept="text/html").text
    assert 'action="/ask"' in ask(site, "", "en")
