"""From a quote to the whole text: the page of a document on ``taawun serve``."""

from __future__ import annotations

import io
import random
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import expect

from taawun.loaders.builds.build import build
from taawun.loaders.builds.inputs import SEEDS
from taawun.ontology.namespaces import BASE, DCTERMS, DOCUMENT, GRAPH_EVIDENCE, OA, TW
from taawun.server.pages.document_page import pieces, stretches
from taawun.server.pages.resources import resource
from taawun.server.workers.reply import Reply
from taawun.server.workers.served_graph import OpenedBuild

#: The places of all quotes, and of the passages that go with them.
PLACES = f"""SELECT DISTINCT ?document ?exact ?start ?end ?fact {{ GRAPH <{GRAPH_EVIDENCE}> {{
  ?e <{OA}hasSource> ?document ; <{OA}hasSelector> ?q , ?p .
  ?q <{OA}exact> ?exact . ?p <{OA}start> ?start ; <{OA}end> ?end
  OPTIONAL {{ ?fact <{TW}evidence> ?e }}
}} }}"""


class Page(HTMLParser):
    """The text of a page's document without its numbers, its marks by name, and where they lead."""

    def __init__(self, page):
        super().__init__()
        self.text, self.marks, self.links, self.ids = "", {}, set(), set()
        self._open, self._depth, self._is_number = [], 0, False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.ids.add(told.get("id"))
        if tag == "div" and told.get("class") == "text":
            assert (told["lang"], told["dir"]) == ("ar", "rtl")
            self._depth = 1
        if not self._depth:
            return
        if tag == "mark":
            self._open.append(told.get("id"))
            self.marks[told.get("id")] = ""
        elif tag == "a":
            self.links.add(told["href"])
            self._is_number = told.get("class") == "number"

    def handle_endtag(self, tag):
        if tag == "div":
            self._depth = 0
        elif tag == "mark":
            self._open.pop()
        elif tag == "a":
            self._is_number = False

    def handle_data(self, data):
        if self._depth and not self._is_number:
            self.text += data
            for name in self._open:
                self.marks[name] += data


@pytest.fixture(scope="module")
def documents(graph):
    """Slug and text of every document."""
    rows = graph.sparql(f"SELECT ?d ?file {{ ?d <{DCTERMS}identifier> ?file }}")
    found = {
        row["d"].value.removeprefix(DOCUMENT): (SEEDS / "documents" / row["file"].value)
        .read_bytes()
        .decode()
        for row in rows
    }
    assert len(found) == 5
    return found


def places_of(slug, build):
    rows = list(build.store().query(PLACES))
    return [row for row in rows if row["document"].value == DOCUMENT + slug]


def test_the_page_has_the_whole_text_and_every_quote_in_its_place(documents, site, the_build):
    for slug, text in documents.items():
        page = Page(site.get(f"/document/{slug}?lang=en").text)
        assert page.text == text
        here = places_of(slug, the_build)
        assert any(row["fact"] for row in here)
        for row in here:
            marked = page.marks[f"at-{row['start'].value}-{row['end'].value}"]
            # Where two quotes cross, the later one is two marks.
            assert row["exact"].value.startswith(marked)
            assert marked
        assert page.links <= {f"#{name}" for name in page.ids}


def test_marks_that_nest_or_cross_hold_the_text_and_all_of_each_stretch():
    chances = random.Random(3)
    for _ in range(300):
        text = "".join(chances.choice("ab \n") for _ in range(chances.randrange(1, 60)))
        spans = {}
        for number in range(1, chances.randrange(1, 9)):
            start = chances.randrange(len(text))
            spans[number] = [(start, chances.randrange(start + 1, len(text) + 1))]
        written, opened, covered, ended = "", 0, dict.fromkeys(range(len(text)), 0), []
        for piece in pieces(text, stretches(spans, {})):
            opened += (piece.kind == "opens") - (piece.kind == "closes")
            ended += piece.numbers if piece.kind == "closes" else ()
            words = {"line": "\n", "words": piece.text}.get(piece.kind, "")
            for character in words:
                covered[len(written)] = opened
                written += character
        assert written == text
        assert opened == 0
        assert sorted(ended) == sorted(spans)
        distinct = {span for found in spans.values() for span in found}
        assert covered == {
            place: sum(start <= place < end for start, end in distinct)
            for place in range(len(text))
        }


@pytest.fixture(scope="module")
def secretive(start_server, copy_of_small, tmp_path_factory):
    """A server of a small graph that shows no documents."""
    folder = copy_of_small(tmp_path_factory.mktemp("secretive") / "cache")
    return start_server("serve", "--port", "0", "--no-texts", cache=folder.parent)


@pytest.mark.slow
def test_without_texts_only_quotes_are_shown(secretive, documents, small_build):
    page = secretive.get("/document/egypt-iraq-talks?lang=en").text
    unquoted = "كتب: الوطن"
    assert unquoted in documents["egypt-iraq-talks"]
    assert unquoted not in page
    assert "This server shows quotes only" in page
    ids = Page(page).ids
    quoted = [row for row in places_of("egypt-iraq-talks", small_build) if row["fact"]]
    assert quoted
    assert {f"at-{row['start'].value}-{row['end'].value}" for row in quoted} <= ids
    explorer = secretive.get("/?lang=en").text
    assert quoted[0]["exact"].value in explorer
    assert unquoted not in explorer


def test_a_document_that_has_changed_is_not_shown(tmp_path):
    mine = tmp_path / "mine"
    sound = Path(__file__).parent / "collections" / "sound"
    shutil.copytree(sound / "documents", mine / "documents")
    made = build([mine], cache=tmp_path / "cache")
    (mine / "documents" / "talks.txt").write_text("نص آخر", "utf-8")
    sent = io.BytesIO()
    reply = Reply(sent)
    opened = OpenedBuild(made.path, [mine], shows_texts=True)
    resource(opened, reply, path="document/talks", media="text/html", language="en")
    reply.end()
    told = sent.getvalue().decode("utf-8", "replace")
    assert "has changed since it was quoted" in told
    assert "نص آخر" not in told


def test_a_reader_goes_from_a_quote_to_the_text_and_to_its_facts_without_a_script(site, browser):
    surroundings = browser.new_context(java_script_enabled=False)
    page = surroundings.new_page()
    page.goto(f"{site.url}/id/country/iraq.html?lang=ar")
    quote = page.locator("blockquote").first.inner_text().strip("«»")
    page.locator("figcaption a", has_text="المحارف").first.click()
    place = page.url.partition("#")[2]
    mark = page.locator(f"#{place}")
    expect(mark).to_be_in_viewport()
    assert "".join(mark.inner_text().split())[:30] in "".join(quote.split())
    mark.locator("a").first.click()
    card = page.locator(f"#{page.url.partition('#')[2]}")
    expect(card).to_be_in_viewport()
    expect(card.locator("li").first).to_be_visible()
    surroundings.close()


def test_evidence_leads_to_its_quote_on_the_page_of_its_fact(site, graph):
    text = f"SELECT ?e {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?f <{TW}evidence> ?e }} }} LIMIT 5"
    rows = list(graph.store.query(text))
    assert rows
    for (evidence,) in rows:
        led = site.get(f"/{evidence.value.removeprefix(BASE)}.html?lang=ar").headers["location"]
        path, _, name = led.partition("#")
        page = site.get(path).text
        assert f'<span id="{name}">' in page
        assert "/document/" in page.partition(f'<span id="{name}">')[2].partition("#at-")[0]
