"""The explorer in a real Chromium: every way of looking, by a click or a key, offline."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import combinations, product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import yaml
from axe import rules_passed
from playwright.sync_api import Browser, Page, expect

from taawun.api import KnowledgeGraph
from taawun.graph.arabic import fold
from taawun.graph.fact_record import FactRecord
from taawun.graph.store import EmbeddedStore
from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import Build
from taawun.ontology.namespaces import GRAPH_EVIDENCE, ID, RDFS, TW
from taawun.queries.catalogue import Catalogue
from taawun.viz import explorer as explorer_module
from taawun.viz.explorer import write_explorer
from taawun.viz.read_view import read_view
from taawun.viz.view import (
    Answer,
    AnsweredQuestion,
    Name,
    Node,
    Term,
    View,
    join,
)

HERE = Path(__file__).parent
DOCUMENTS = {
    "african-cooperation": "000",
    "egypt-iraq-talks": "001",
    "egypt-lithuania-talks": "002",
    "oecd-governance-conference": "003",
    "digital-government": "004",
}
#: Texts that a careless page would run, close, or turn around.
HOSTILE = [
    "</script><script>window.broken = 1</script>",
    '<img src=x onerror="window.broken = 2">',
    "\"'`${window.broken = 3}\\u0041 &lt;b&gt; <!--",
    "\u202eمقلوب\u202c reversed \u2066isolated",
    "🤝🏽 مصر 👩‍💻 {{ 7 * 7 }} {% raw %}",
    "line\u2028separator\u2029and\ttab",
]


def quads() -> list[ox.Quad]:
    ontology = HERE.parent / "ontology" / "cooperation.ttl"
    return [*ox.parse(path=HERE / "test_explorer.nq"), *ox.parse(path=ontology)]


def view_of(content: list[ox.Quad]) -> View:
    data = ox.serialize(content, format=ox.RdfFormat.N_QUADS)
    return read_view(EmbeddedStore.in_memory(data))


def texts() -> dict[str, str]:
    folder = HERE.parent / "seeds" / "documents"
    return {
        slug: next(folder.glob(f"{number}_*.txt")).read_bytes().decode()
        for slug, number in DOCUMENTS.items()
    }


def signed_question(view: View) -> AnsweredQuestion:
    facts = [fact for fact in view.facts if fact.predicate.value == TW + "signatory"]
    return AnsweredQuestion(
        "who-signed",
        Name("من وقّع؟", "Who signed?"),
        (Name("الاتفاقية", "agreement"), Name("الموقِّع", "signatory")),
        tuple(Answer((fact.subject, fact.object), (fact.iri,)) for fact in facts),
    )


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    view = view_of(quads())
    target = tmp_path_factory.mktemp("explorer") / "page.html"
    return write_explorer(view, target, texts=texts(), questions=[signed_question(view)])


Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, page_file: Path) -> Iterator[Opener]:
    """Opens a page offline; at the end there was no request and no complaint in the console."""
    contexts = []
    complaints: list[str] = []

    def open_it(
        address: str = "", *, file: Path = page_file, view: str = "graph", **settings: Any
    ) -> Page:
        settings = {"viewport": {"width": 1440, "height": 900}, **settings}
        context = browser.new_context(accept_downloads=True, reduced_motion="reduce", **settings)
        context.set_offline(True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("request", lambda request: request_seen(request.url))
        if view and "view=" not in address:
            address = f"{address or '#'}&view={view}"
        page.goto(file.as_uri() + address)
        page.wait_for_selector("html[data-ready]")
        return page

    def request_seen(url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:")):
            complaints.append(f"request: {url}")

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def place(page: Page, ref: str) -> dict[str, float]:
    found: dict[str, float] = page.evaluate("ref => taawun.placeOf(ref)", ref)
    return found


def click_node(page: Page, ref: str) -> None:
    page.locator("#picture").focus()
    page.keyboard.press("0")
    page.wait_for_timeout(50)
    at = place(page, ref)
    page.mouse.move(at["x"], at["y"])
    page.mouse.click(at["x"], at["y"])


# ---- what everyone meets first --------------------------------------------------------------


@pytest.mark.parametrize(("lang", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_the_first_view_explains_itself_in_both_languages_and_schemes(open_page, lang, direction):
    page = open_page(f"#lang={lang}", view="partners", color_scheme="light")
    root = page.locator("html")
    expect(root).to_have_attribute("lang", lang)
    expect(root).to_have_attribute("dir", direction)
    expect(page.locator("h1")).to_have_text({"ar": "تعاون", "en": "Taawun"}[lang])
    expect(page.locator(".try")).to_have_count(5)
    expect(page.locator(".firm-legend li")).to_have_count(6)
    expect(page.locator(".headline .did-signed")).to_be_visible()
    assert page.locator(".partner-row").count() > 6
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground))) > 384) == (scheme == "light")


def test_the_embedded_fonts_are_used(open_page):
    page = open_page()
    families = page.evaluate(
        "[...document.fonts].filter(font => font.status === 'loaded').map(font => font.family)"
    )
    assert "Taawun Sans" in {name.strip('"') for name in families}


def test_the_policy_lets_no_other_script_run_and_nothing_be_fetched(page_file, browser):
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'),"
        " {textContent: 'window.broken = 1'}))"
    )
    assert page.evaluate("window.broken") is None
    reached = page.evaluate("fetch('data:text/plain,x').then(() => true, () => false)")
    assert reached is False
    page.close()


def test_the_language_changes_without_reload(open_page):
    page = open_page("#node=country/iraq")
    page.evaluate("window.stays = true")
    expect(page.locator(".panel .title")).to_have_text("العراق")
    page.click(".language")
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    expect(page.locator(".panel .title")).to_have_text("Iraq")
    quote = page.locator("blockquote").first
    expect(quote).to_have_attribute("lang", "ar")
    expect(quote).to_have_attribute("dir", "rtl")
    assert page.evaluate("window.stays")
    assert "lang=en" in page.url


# ---- evidence ---------------------------------------------------------------------------------


def test_clicking_a_node_opens_its_facts_and_the_words_that_prove_them(open_page):
    page = open_page("#lang=en")
    click_node(page, "memorandum-of-understanding/egypt-iraq")
    expect(page.locator(".panel .title")).to_have_text(
        "Memorandum of understanding between Egypt and Iraq"
    )
    expect(page.locator(".stage-pill")).to_have_text("agreed in principle")
    expect(page.locator(".proof mark").first).to_have_text(
        "واتفق الطرفان على تأطير مجالات الاهتمام المشترك من خلال مذكرة تفاهم"
    )
    expect(page.locator(".proof figcaption").first).to_contain_text("characters")
    assert "node=memorandum-of-understanding/egypt-iraq" in page.url


@pytest.mark.parametrize(("lang", "is_open"), [("en", True), ("ar", False)])
def test_our_translations_are_open_in_english_and_one_click_turns_them_all(
    open_page, bundled_file, lang: str, is_open: bool
) -> None:
    page = open_page(f"#lang={lang}&node=satellite/tiba-1", file=bundled_file)
    glosses = page.locator(".proof details.gloss")
    expect(glosses).to_have_count(2)
    expect(glosses.first.locator("p[lang=en][dir=ltr]")).to_contain_text("the satellite Tiba 1")
    expect(page.locator(".proof mark", has_text="Tiba")).to_have_count(0)
    shown = page.locator("details.gloss[open]")
    expect(shown).to_have_count(2 if is_open else 0)
    glosses.first.locator("summary").click()
    expect(shown).to_have_count(0 if is_open else 2)


def test_clicking_an_edge_opens_what_joins_its_ends(open_page):
    page = open_page("#lang=en&stage=agreed-in-principle")
    at = page.evaluate(
        "taawun.placeBetween('country/egypt', 'memorandum-of-understanding/egypt-iraq')"
    )
    page.mouse.move(at["x"], at["y"])
    expect(page.locator("#tip")).to_be_visible()
    page.mouse.click(at["x"], at["y"])
    expect(page.locator(".title.pair .entity")).to_have_count(2)
    expect(page.locator(".card .sentence")).to_contain_text("Egypt")
    expect(page.locator(".card mark")).to_contain_text("مذكرة تفاهم")


def test_names_in_a_quote_are_set_off(open_page):
    page = open_page("#node=official/arkan-al-shaibani")
    assert "أركان شهاب الشيباني" in page.locator("mark b").all_inner_texts()


def test_a_reported_fact_says_who_says_it(open_page):
    page = open_page("#lang=en&node=offer/iraq-joint-projects")
    expect(page.locator(".card .badges").first).to_contain_text("said by Amr Talaat")
    expect(page.locator(".badge.mod-reported").first).to_be_visible()


def test_a_note_is_told_in_the_language_of_the_page(open_page, tmp_path):
    both = []
    for quad in quads():
        both.append(quad)
        if quad.predicate.value == TW + "note":
            for language, text in (("ar", "ملاحظة بالعربية"), ("en", "البلدين: a note in English")):
                words = ox.Literal(text, language=language)
                both.append(ox.Quad(quad.subject, quad.predicate, words, quad.graph_name))
    file = write_explorer(view_of(both), tmp_path / "notes.html")
    page = open_page("#node=satellite/tiba-1", file=file)
    expect(page.locator(".note bdi")).to_have_text("ملاحظة بالعربية")
    page.click(".language")
    expect(page.locator(".note bdi")).to_have_text("البلدين: a note in English")


def test_context_and_what_a_quote_does_not_name_stand_under_it(open_page, tmp_path):
    satellite = next(quad for quad in quads() if quad.subject.value.endswith("/satellite/tiba-1"))
    evidence = ox.NamedNode(GRAPH_EVIDENCE)
    added = []
    for quad in quads():
        if quad.predicate.value == TW + "evidence":
            source = ox.NamedNode(quad.object.value)
            missing = ox.NamedNode(TW + "doesNotName")
            added.append(ox.Quad(source, missing, satellite.subject, evidence))
            # Any passage will do: here the quote itself.
            added.append(ox.Quad(source, ox.NamedNode(TW + "context"), source, evidence))
    file = write_explorer(view_of([*quads(), *added]), tmp_path / "unsaid.html")
    page = open_page("#node=satellite/tiba-1", file=file)
    expect(page.locator(".note", has_text="الاقتباس نفسه لا يسمّي").first).to_contain_text("طيبة")
    expect(page.locator(".note", has_text="السياق، وليس دليلًا").first).to_be_visible()
    page.click(".language")
    expect(page.locator(".note", has_text="The quote itself does not name").first).to_be_visible()
    expect(page.locator(".note", has_text="Context, not proof").first).to_be_visible()


@pytest.fixture(scope="module")
def papers(
    tmp_path_factory: pytest.TempPathFactory,
    small_in_place: Callable[[], AbstractContextManager[Build]],
) -> Build:
    """A build with three papers that differ, and little besides."""
    with small_in_place():
        return build([HERE / "papers"], cache=tmp_path_factory.mktemp("papers"))


def test_a_disputed_fact_says_why_and_how_many_documents_say_it(open_page, papers, tmp_path):
    lines = papers.dump.read_text("utf-8").splitlines()
    attends = "/id/meeting/qindil> <https://w3id.org/taawun/ontology#attendee>"
    graph = next(line.split()[3] for line in lines if attends in line and "/fact/" in line)
    status = f"{graph} <{TW}recordStatus> <{ID}record-status/"
    lines = [
        line.replace("asserted", "disputed") if line.startswith(status) else line for line in lines
    ]
    lines.append(f'{graph} <{TW}statusReason> "خلاف مخترع"@ar <{GRAPH_EVIDENCE}> .')
    view = read_view(EmbeddedStore.in_memory("\n".join(lines).encode()))
    page = open_page("#node=meeting/qindil", file=write_explorer(view, tmp_path / "papers.html"))
    expect(page.locator(".badge.disputed").first).to_have_text("محل خلاف")
    expect(page.locator(".note bdi").first).to_have_text("خلاف مخترع")
    said = page.locator(".badges .said", has_text="تذكره").first
    expect(said).to_have_text("تذكره 3 وثائق · ناشران مذكوران")
    page.click(".language")
    expect(page.locator(".badges .said", has_text="said by").first).to_have_text(
        "said by 3 documents, 2 publishers named"
    )


def test_values_that_differ_stand_side_by_side_in_both_languages(open_page, papers, tmp_path):
    view = read_view(papers.store())
    file = write_explorer(view, tmp_path / "papers.html")
    page = open_page("#node=figure/qindil-trainees", file=file)
    shown = page.locator(".disagreement")
    expect(shown.locator("h3")).to_have_text("اختلاف بين الأقوال: القيمة")
    expect(page.locator(".panel .big")).to_have_count(0)
    sides = shown.locator(".sides > .cards")
    expect(sides).to_have_count(2)
    words = sides.locator("mark").all_inner_texts()
    assert ["1200" in words[0], "1500" in words[1]] == [True, True]
    right, left = (sides.nth(place).bounding_box() for place in (0, 1))
    assert (right["y"], right["x"] > left["x"]) == (left["y"], True)
    page.click(".language")
    expect(shown.locator("h3")).to_have_text("Disagreement: has the value")
    page.goto(file.as_uri() + "#lang=en&node=figure/qindil-trainees&doc=alif")
    expect(page.locator(".panel .title")).to_be_visible()
    expect(shown).to_have_count(0)
    page = open_page("#node=meeting/qindil", file=file)
    expect(page.locator(".panel .card").first).to_be_visible()
    expect(page.locator(".disagreement")).to_have_count(0)


def test_a_date_is_given_in_words_and_as_printed(open_page):
    page = open_page("#lang=en&node=meeting/experts-virtual")
    expect(page.locator(".panel")).to_contain_text("February (year not printed)")
    expect(page.locator(".said q").first).to_have_text("في فبراير الماضي")
    page.click(".language")
    expect(page.locator(".panel")).to_contain_text("فبراير (السنة غير مذكورة)")


def test_a_figure_shows_its_number_with_hedge_and_unit(open_page):
    page = open_page("#lang=en&node=figure/hayah-karima-homes")
    expect(page.locator(".big")).to_have_text("more than 3,500,000 homes")
    page.click(".language")
    expect(page.locator(".big")).to_contain_text("3,500,000")


def test_a_quote_opens_in_its_place_in_the_document(open_page):
    page = open_page("#lang=en&node=memorandum-of-understanding/egypt-iraq")
    page.locator(".moves .link").first.click()
    reader = page.locator("#reader")
    expect(reader).to_be_visible()
    current = reader.locator("mark.current")
    expect(current).to_have_text(
        "واتفق الطرفان على تأطير مجالات الاهتمام المشترك من خلال مذكرة تفاهم"
    )
    expect(current).to_be_in_viewport()
    assert "كتب: الوطن" in reader.inner_text()
    current.press("Enter")
    expect(reader).to_be_hidden()
    expect(page.locator(".card .sentence").first).to_contain_text("Memorandum")


def test_without_the_texts_the_reader_shows_what_is_quoted(open_page, tmp_path):
    file = write_explorer(view_of(quads()), tmp_path / "bare.html", lang="en")
    page = open_page("#node=memorandum-of-understanding/egypt-iraq", file=file)
    page.locator(".moves .link").first.click()
    expect(page.locator("#reader mark.current")).to_be_in_viewport()
    expect(page.locator("#reader .gap").first).to_be_attached()
    assert "كتب: الوطن" not in page.locator("#reader").inner_text()


def test_a_citation_is_copied_whole(open_page):
    page = open_page(
        "#lang=en&node=satellite/tiba-1", permissions=["clipboard-read", "clipboard-write"]
    )
    page.locator(".moves .link").last.click()
    expect(page.locator(".said-back")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "«ودور القمر الاصطناعي «طيبة 1»" in copied
    assert "001_e6440e7049266c0c.txt" in copied
    assert "https://w3id.org/taawun/fact/" in copied


def test_a_derived_summary_is_off_at_first_and_explained_by_facts(open_page):
    page = open_page("#lang=en")
    page.locator(".switch input").check()
    at = "#lang=en&summaries=1&edge=country/egypt..country/nigeria..derived"
    page = open_page(at)
    expect(page.locator(".derived")).to_contain_text("signed together")
    expect(page.locator(".derived .card mark")).to_contain_text("وقعت مصر على اتفاقيات")


# ---- finding ----------------------------------------------------------------------------------


def test_search_folds_as_python_does(open_page):
    page = open_page()
    vectors = json.loads((HERE / "folding.json").read_text("utf-8"))
    samples = [text for text, _ in vectors] + [
        "١٢٣ ۴۵ 𝟗",
        "Ça Été ＡＢ",
        "ـَــًا\u200f\u061c",
        "\x85\u3000x",
    ]
    samples += ["".join(map(chr, range(start, start + 64))) for start in range(0, 0x800, 64)]
    samples += [chr(code) for code in range(0xFB50, 0xFF00) if chr(code).isprintable()]
    assert page.evaluate("texts => texts.map(taawun.fold)", samples) == [fold(t) for t in samples]


def test_search_finds_by_any_spelling_and_any_name_with_keys_alone(open_page):
    page = open_page("#lang=en")
    page.keyboard.press("/")
    page.keyboard.type("الشيبانى")
    expect(page.locator("#search [role=option]").first).to_contain_text("Arkan")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".panel .title")).to_have_text("Arkan Shihab al-Shaibani")
    page.keyboard.press("Escape")
    expect(page.locator(".try")).to_have_count(3)


def test_search_says_when_nothing_goes_by_the_name(open_page):
    page = open_page("#lang=en")
    page.fill("#search input", "zzzz")
    expect(page.locator("#search [role=listbox]")).to_contain_text("Nothing has this name")
    page.keyboard.press("Enter")
    expect(page.locator(".panel .title")).to_have_count(0)


def test_the_legend_hides_and_shows_a_kind(open_page):
    page = open_page("#lang=en")
    assert place(page, "meeting/egypt-iraq-talks")
    page.get_by_role("checkbox", name="Meetings and events").uncheck()
    assert place(page, "meeting/egypt-iraq-talks") is None
    expect(page.locator(".chip.soft")).to_contain_text("Meetings and events")
    page.locator(".chip.soft .link").click()
    assert place(page, "meeting/egypt-iraq-talks")
    assert place(page, "area/digital-government")


def test_each_filter_narrows_and_is_taken_back_by_its_chip(open_page):
    page = open_page("#lang=en&hide=")
    for facet, key, shown, gone in (
        ("stage", "agreed-in-principle", "memorandum-of-understanding/egypt-iraq", "country/libya"),
        ("country", "country/libya", "country/libya", "country/lithuania"),
        ("doc", "egypt-lithuania-talks", "official/marius-skuodis", "country/libya"),
        ("mod", "inferred", "satellite/tiba-1", "country/libya"),
        ("firm", "signed", "country/libya", "country/lithuania"),
        ("rel", "presidesOver", "international-organization/african-union", "country/libya"),
        ("area", "area/capacity-building", "offer/iraq-joint-projects", "country/libya"),
        ("time", "2019", "international-organization/african-union", "country/libya"),
        ("time", "no-year", "meeting/experts-virtual", "country/libya"),
    ):
        assert place(page, gone), facet
        page.locator(f"details[data-facet={facet}]").evaluate("one => { one.open = true; }")
        page.locator(f'input[data-key="{facet}-{key}"]').check()
        assert place(page, shown), facet
        assert place(page, gone) is None, facet
        assert f"{facet}={key}" in page.url
        page.locator("#chips .chip .round").first.click()
        expect(page.locator("#chips .chip .round")).to_have_count(0)
        assert place(page, gone), facet


def test_undated_facts_can_be_filtered_out_and_in(open_page):
    page = open_page("#lang=en&hide=&time=undated")
    assert place(page, "country/libya")
    assert place(page, "international-organization/african-union") is None
    expect(page.locator("#chips")).to_contain_text("Date: undated")


def test_a_span_of_years_is_chosen_from_two_lists_and_is_one_chip(open_page, tmp_path):
    dated = [
        ox.Quad(quad.subject, quad.predicate, ox.Literal("2017/2020"), quad.graph_name)
        if quad.predicate.value == TW + "when" and quad.object.value == "2019"
        else quad
        for quad in quads()
    ]
    file = write_explorer(view_of(dated), tmp_path / "dated.html", lang="en")
    page = open_page(file=file)
    page.locator("details[data-facet=time]").evaluate("details => { details.open = true; }")
    years = page.locator("details[data-facet=time] select").first.locator("option")
    assert years.count() == 4
    page.locator('[data-key="time-to"]').select_option("2018")
    expect(page.locator("#chips .chip").first).to_contain_text("2017 – 2018")
    page.locator("#chips .chip .round").first.click()
    assert "time=" not in page.url


def test_filters_that_let_nothing_through_say_so(open_page):
    page = open_page("#lang=en&mod=inferred&firm=signed")
    expect(page.locator("#nothing")).to_be_visible()
    page.locator("#chips > .link").click()
    expect(page.locator("#nothing")).to_be_hidden()


def test_a_path_is_told_step_by_step(open_page):
    page = open_page("#lang=en&node=country/iraq")
    page.click(".path-to")
    page.keyboard.type("Lithuania")
    page.keyboard.press("Enter")
    expect(page.locator(".kicker")).to_contain_text("steps")
    steps = page.locator(".steps > li")
    assert steps.count() >= 2
    for step in steps.all():
        expect(step.locator("mark").first).to_be_visible()
    assert "path=country/iraq..country/lithuania" in page.url


def test_focus_grows_and_shrinks_by_depth(open_page):
    page = open_page("#lang=en&node=country/lithuania")
    page.get_by_role("button", name="Focus on its neighbourhood").click()
    assert place(page, "country/libya") is None
    assert place(page, "meeting/egypt-lithuania-ministers")
    page.get_by_role("button", name="Wider").click()
    page.get_by_role("button", name="Wider").click()
    page.get_by_role("button", name="Wider").click()
    assert place(page, "country/libya")
    page.get_by_role("button", name="Show the whole network").first.click()
    assert "focus" not in page.url


def test_a_stored_question_highlights_and_tells_its_answer(open_page):
    page = open_page("#lang=en", view="partners")
    page.locator(".questions .row").click()
    expect(page.locator(".answers > li")).to_have_count(12)
    expect(page.locator(".answers > li").first).to_contain_text("Postal e-commerce agreement")
    page.locator(".answers .group summary").first.click()
    expect(page.locator(".answers mark").first).to_contain_text("وقعت مصر")
    assert "question=who-signed" in page.url


def test_the_things_to_try_work(open_page):
    page = open_page("#lang=en", view="partners")
    page.locator(".try", has_text="What has been signed").click()
    expect(page.locator(".signed li")).to_have_count(6)
    page.locator(".back").click()
    page.locator(".try", has_text="connected").click()
    expect(page.locator(".steps > li").first).to_be_visible()
    page.locator(".back").click()
    page.locator(".try", has_text="Read a document").click()
    expect(page.locator("#reader mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).to_be_hidden()
    page.locator(".try", has_text="whole network").click()
    expect(page.locator("#tab-graph")).to_have_attribute("aria-selected", "true")
    assert place(page, "country/iraq")


def test_an_address_restores_choice_filters_language_and_view(open_page):
    page = open_page("#lang=en&doc=egypt-iraq-talks&node=country/iraq&view=table&theme=dark")
    expect(page.locator(".panel .title")).to_have_text("Iraq")
    expect(page.locator("#tab-table")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#chips")).to_contain_text("Egyptian-Iraqi talks")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(".panel .title")).to_have_text("Iraq")


def test_an_address_of_nothing_known_opens_the_first_view(open_page):
    page = open_page("#node=country/atlantis&edge=a..b&view=moon&focus=x:9&quote=%00")
    expect(page.locator(".panel .title")).to_have_count(0)


def test_the_browsers_back_button_goes_back(open_page):
    page = open_page("#lang=en")
    click_node(page, "country/iraq")
    expect(page.locator(".panel .title")).to_have_text("Iraq")
    page.go_back()
    expect(page.locator(".panel .title")).to_have_count(0)


# ---- reading ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_names_never_overlap_at_any_zoom(open_page, lang):
    page = open_page(f"#lang={lang}&hide=")
    page.locator("#picture").focus()
    for key in ("0", "+", "+", "+", "+", "-", "-", "-", "-", "-", "-", "-"):
        page.keyboard.press(key)
        page.wait_for_timeout(80)
        boxes = page.evaluate("taawun.nameBoxes()")
        assert boxes
        for one, other in combinations(boxes, 2):
            apart = (
                one["right"] <= other["left"]
                or other["right"] <= one["left"]
                or one["bottom"] <= other["top"]
                or other["bottom"] <= one["top"]
            )
            assert apart, (one, other)


@pytest.mark.parametrize("grouping", ["country", "event"])
def test_entities_are_shaded_together_by_country_or_event(open_page, grouping):
    page = open_page("#lang=en")
    pixels = """new Promise(told => setTimeout(() =>
        told(document.querySelector('#picture canvas').toDataURL()), 150))"""
    plain = page.evaluate(pixels)
    page.locator(f'input[name=groups][value="{grouping}"]').check()
    assert f"groups={grouping}" in page.url
    assert page.evaluate(pixels) != plain
    page.locator('input[name=groups][value=""]').check()
    assert "groups=" not in page.url
    assert page.evaluate(pixels) == plain


def test_the_timeline_shows_dated_facts_and_owns_up_to_the_undated(open_page):
    page = open_page("#lang=en&view=timeline")
    expect(page.locator(".times h3")).to_have_text(
        [re.compile("^2019"), re.compile(r"^February \(year not printed\)")]
    )
    expect(page.locator("#view-timeline")).to_contain_text(
        re.compile(r"\d+ of \d+ facts are dated")
    )


def test_the_picture_comes_forward_after_another_view(open_page):
    page = open_page("#lang=en&view=table")
    page.get_by_role("tab", name="Network").click()
    page.wait_for_timeout(300)
    at = place(page, "country/egypt")
    box = page.locator("#picture").bounding_box()
    assert box["x"] < at["x"] < box["x"] + box["width"]
    assert box["y"] < at["y"] < box["y"] + box["height"]
    click_node(page, "country/egypt")
    expect(page.locator(".panel .title")).to_have_text("Egypt")


# ---- for everyone -----------------------------------------------------------------------------


def test_the_table_holds_every_fact_in_view(open_page):
    page = open_page("#lang=en&hide=&view=table")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(66)
    row = rows.filter(has_text="presides over")
    expect(row).to_contain_text("African Union")
    expect(row).to_contain_text("تولي مصر رئاسة الاتحاد الإفريقي في 2019")
    row.locator(".entity").last.click()
    expect(page.locator(".panel .title")).to_have_text("African Union")


def test_the_facts_in_view_are_saved_as_csv(open_page):
    page = open_page("#hide=")
    page.locator(".menu summary").click()
    with page.expect_download() as waiting:
        page.locator(".entry").nth(2).click()
    content = Path(waiting.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len({row["fact"] for row in rows}) == 66
    [row] = [row for row in rows if row["predicate"] == TW + "presidesOver"]
    assert row["subject"] == ID + "country/egypt"
    assert row["when"] == "2019"
    assert row["quote"] == "تولي مصر رئاسة الاتحاد الإفريقي في 2019"


def test_the_picture_is_saved_as_png(open_page):
    page = open_page()
    page.locator(".menu summary").click()
    with page.expect_download() as waiting:
        page.locator(".entry").first.click()
    content = Path(waiting.value.path()).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 20_000


@pytest.mark.parametrize("address", ["#lang=en&groups=country", "#node=country/iraq&hide="])
def test_the_picture_is_saved_as_svg(open_page, address):
    page = open_page(address)
    page.locator(".menu summary").click()
    with page.expect_download() as waiting:
        page.locator(".entry").nth(1).click()
    root = ElementTree.fromstring(Path(waiting.value.path()).read_bytes())
    space = {"": "http://www.w3.org/2000/svg"}
    written = {"".join(text.itertext()) for text in root.iterfind(".//text", space)}
    assert written & {"Iraq", "العراق"}
    assert len(root.findall(".//g[@class='signs']/path", space)) > 10
    assert root.findall(".//g[@class='regions']/path", space) or "groups" not in address
    assert "font/woff2" in "".join(root.find("style", space).itertext())
    drawn = page.context.browser.new_page()
    drawn.set_content(Path(waiting.value.path()).read_text("utf-8"))
    assert drawn.locator("svg").bounding_box()["width"] > 500
    drawn.close()


def test_an_entity_is_drawn_aside_and_the_picture_is_pushed(open_page):
    page = open_page("#lang=en")
    page.locator("#picture").focus()
    page.keyboard.press("0")
    page.wait_for_timeout(100)
    at, other = place(page, "country/iraq"), place(page, "country/egypt")
    page.mouse.move(at["x"], at["y"])
    page.mouse.down()
    page.mouse.move(at["x"] + 40, at["y"] + 30, steps=4)
    page.mouse.up()
    assert abs(place(page, "country/iraq")["x"] - at["x"] - 40) < 2
    assert place(page, "country/egypt") == pytest.approx(other, abs=0.5)
    box = page.locator("#picture").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.wait_for_timeout(500)
    page.mouse.down()
    page.mouse.move(box["x"] + 55, box["y"] + 25, steps=4)
    page.mouse.up()
    assert abs(place(page, "country/egypt")["x"] - other["x"] - 50) < 3


def test_arrow_keys_walk_the_picture_and_enter_opens(open_page):
    page = open_page("#lang=en")
    page.locator("#picture").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#live")).to_contain_text("Egypt")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#live")).not_to_contain_text("Egypt, Country")
    page.keyboard.press("Enter")
    expect(page.locator(".panel .title")).to_be_visible()


def test_tab_reaches_every_part(open_page):
    page = open_page("#lang=en&node=country/iraq")
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(document.activeElement.closest('#search, #actions, #side, #tabs, #chips,"
                " #picture, #tools, #panel, .skip') || document.body).id"
            )
        )
    assert {"search", "actions", "side", "tabs", "chips", "picture", "tools", "panel"} <= reached


def test_a_phone_shows_everything_without_sideways_scrolling(open_page, tmp_path):
    page = open_page("#node=country/iraq", viewport={"width": 390, "height": 844}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".panel .title")).to_be_in_viewport()
    expect(page.locator(".side")).not_to_be_visible()
    page.locator(".filters-button").click()
    expect(page.locator(".side")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".side")).not_to_be_visible()
    page.locator(".sheet-handle").click()
    assert page.locator("#panel").bounding_box()["height"] > 500
    page.screenshot(path=tmp_path / "phone.png")


def test_paper_shows_the_picture_and_the_panel(open_page):
    page = open_page("#lang=en&node=country/iraq")
    page.emulate_media(media="print")
    expect(page.locator(".panel .title")).to_be_visible()
    expect(page.locator(".side")).to_be_hidden()
    assert page.pdf().startswith(b"%PDF")


STATES = [
    "",
    "node=country/iraq",
    "edge=country/egypt..memorandum-of-understanding/egypt-iraq",
    "path=country/iraq..country/lithuania",
    "question=who-signed",
    "question=signed",
    "view=table",
    "view=timeline",
    "doc=egypt-iraq-talks&time=undated&focus=country/iraq:1&groups=country",
]


def test_axe_finds_nothing_to_complain_of(open_page):
    """Languages take turns; the other scheme differs in colours alone."""
    page = open_page("#lang=en")
    checked = 0
    for number, state in enumerate(STATES):
        lang = ("en", "ar")[number % 2]
        page.evaluate("hash => { location.hash = hash; }", f"lang={lang}&{state}")
        page.wait_for_timeout(120)
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        page.emulate_media(color_scheme="light")
        checked += rules_passed(page, state)
        page.emulate_media(color_scheme="dark")
        assert rules_passed(page, state, colours_alone=True) == 1
    page.evaluate("location.hash = 'node=memorandum-of-understanding/egypt-iraq'")
    expect(page.locator(".stage-pill")).to_be_visible()
    page.locator(".moves .link:visible").first.click()
    expect(page.locator("#reader")).to_be_visible()
    checked += rules_passed(page, "reader")
    assert checked > 100


# ---- very many ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def crowded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_explorer(crowded(10_400), tmp_path_factory.mktemp("crowd") / "p.html", lang="en")


def crowded(size: int) -> View:
    """Entities in a tree, ten under each: more than one picture shows at first."""
    iris = [f"{ID}actor/{place:05d}" for place in range(size)]
    facts = tuple(
        FactRecord(
            f"{ID}fact/{place:05d}",
            ox.NamedNode(iris[place]),
            ox.NamedNode(TW + "participant"),
            ox.NamedNode(iris[place // 10]),
        )
        for place in range(1, size)
    )
    nodes = tuple(Node(iri, Name(f"كيان {iri[-5:]}", f"Entity {iri[-5:]}"), (TW + "Actor",))
                  for iri in iris)  # fmt: skip
    term = Term(TW + "participant", Name("مشارك", "participant"))
    actor = Term(TW + "Actor", Name("جهة", "Body"))
    edges = join(facts, (), frozenset(iris))
    return View(nodes, edges, facts, (), (), (actor,), (term,), ())


def test_of_very_many_entities_the_best_connected_show_and_the_others_on_request(
    open_page, crowded_file
):
    page = open_page(file=crowded_file)
    expect(page.locator(".part-chip")).to_contain_text("358 of 10,400 entities")
    assert place(page, "actor/00001")
    assert place(page, "actor/09999") is None
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".part-chip")).to_contain_text("716 of 10,400")
    page.fill("#search input", "Entity 09999")
    page.keyboard.press("Enter")
    expect(page.locator(".panel .title")).to_have_text("Entity 09999")
    assert place(page, "actor/09999")
    assert place(page, "actor/00999")
    page.get_by_role("button", name="Keep its neighbours").click()
    page.keyboard.press("Escape")
    assert place(page, "actor/00999")
    assert "grown=actor/09999" in page.url
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#counts")).to_contain_text("10,400 entities")
    assert "room=all" in page.url


def test_a_crowded_picture_follows_the_mouse_and_is_drawn_anew_at_rest(open_page, crowded_file):
    page = open_page("#room=4000", file=crowded_file)
    before = place(page, "actor/00001")
    box = page.locator("#picture").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 205, box["y"] + 105, steps=8)
    page.mouse.up()
    after = place(page, "actor/00001")
    assert abs(after["x"] - before["x"] - 200) < 3
    page.wait_for_timeout(500)
    page.mouse.move(5, 5)
    page.wait_for_timeout(200)
    dragged = page.evaluate("document.querySelector('#picture canvas').toDataURL()")
    page.locator("html").evaluate("() => { document.querySelector('.theme').click(); }")
    for _ in range(2):
        page.locator("html").evaluate("() => { document.querySelector('.theme').click(); }")
    page.wait_for_timeout(500)
    assert page.evaluate("document.querySelector('#picture canvas').toDataURL()") == dragged


# ---- data is data -----------------------------------------------------------------------------


def hostile_quads() -> list[ox.Quad]:
    """The graph with hostile texts as labels, notes and printed dates."""
    replaced = []
    turn = 0
    for quad in quads():
        value = quad.object
        if (
            isinstance(value, ox.Literal)
            and quad.predicate.value in (RDFS + "label", TW + "dateText", TW + "note")
            and not quad.subject.value.startswith(TW)
        ):
            text = f"{HOSTILE[turn % len(HOSTILE)]} {value.value}"
            turn += 1
            value = (
                ox.Literal(text, language=value.language) if value.language else ox.Literal(text)
            )
        replaced.append(ox.Quad(quad.subject, quad.predicate, value, quad.graph_name))
    assert turn > 50
    return replaced


def test_hostile_texts_show_as_written_and_run_nothing(open_page, tmp_path):
    view = view_of(hostile_quads())
    title = Name(HOSTILE[0], HOSTILE[1])
    file = write_explorer(view, tmp_path / "hostile.html", title=title, about=title)
    page = open_page("#hide=", file=file)
    for ref in ("country/egypt", "figure/egypt-submarine-cables", "meeting/experts-virtual"):
        click_node(page, ref)
        wanted = next(node.name.ar for node in view.nodes if node.iri == ID + ref)
        # HTML shows a run of white space as one space.
        shown = page.locator(".panel .title").text_content()
        assert shown == wanted
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    for address in ("#view=table&hide=", "#view=timeline&hide=", "#lang=en&hide="):
        if view and "view=" not in address:
            address = f"{address or '#'}&view={view}"
        page.goto(file.as_uri() + address)
        page.wait_for_timeout(150)
    page.fill("#search input", "script")
    assert page.locator("#search [role=option]").count() > 0
    assert page.evaluate("window.broken") is None
    assert page.locator("#panel img, #panel script, #view-table img").count() == 0


# ---- the bundled graph ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def bundled_file(tmp_path_factory: pytest.TempPathFactory, graph: KnowledgeGraph) -> Path:
    return Path(graph.explore(tmp_path_factory.mktemp("bundled") / "page.html"))


def test_the_page_of_a_build_is_made_once_for_all_who_ask_alike(small_build, tmp_path, monkeypatch):
    questions = ["agreement-signatories"]
    made = []

    def rendered(*arguments, render=explorer_module.render, **options):
        made.append(options["lang"])
        return render(*arguments, **options)

    monkeypatch.setattr(explorer_module, "render", rendered)

    def page(number, language="ar", **options):
        graph = KnowledgeGraph(small_build.store(), language=language, build=small_build)
        return Path(graph.explore(tmp_path / f"{number}.html", **options)).read_bytes()

    first = page(1, questions=questions)
    assert page(2, questions=questions) == first
    assert made == ["ar"]
    assert page(3, "en", questions=questions) != first
    assert page(4, questions=["agreed-but-not-signed"]) != first
    assert page(5, questions=questions, focus="country/iraq") != first
    assert made == ["ar", "en", "ar", "ar"]
    for file in small_build.path.glob("page-*"):
        file.write_bytes(b"damaged")
    assert page(6, questions=questions) == first
    assert len(made) == 5


def test_the_bundled_graph_makes_a_page_of_few_megabytes_that_opens(open_page, bundled_file):
    assert bundled_file.stat().st_size < 5_000_000
    page = open_page("#lang=en&question=signed", file=bundled_file)
    expect(page.locator(".signed li")).to_have_count(6)


def overlapping(page: Page) -> list[tuple[str, str]]:
    """Names that lie over each other, or over a sign that is not their own."""
    names = page.evaluate("taawun.nameBoxes()")
    signs = page.evaluate("taawun.signBoxes()")
    assert len(names) > 5
    assert len(signs) > 5
    meets = lambda one, other: (  # noqa: E731
        one["left"] < other["right"] and other["left"] < one["right"]
        and one["top"] < other["bottom"] and other["top"] < one["bottom"]
    )  # fmt: skip
    found = [(a["name"], b["name"]) for a, b in combinations(names, 2) if meets(a, b)]
    return found + [
        (a["name"], b["name"])
        for a in names
        for b in signs
        if a["name"] != b["name"] and meets(a, b)
    ]


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_the_network_names_eighty_things_and_covers_none(open_page, bundled_file, lang):
    page = open_page(f"#lang={lang}", file=bundled_file)
    page.wait_for_timeout(300)
    assert len(page.evaluate("taawun.nameBoxes()")) >= 80
    assert overlapping(page) == []
    page.evaluate("location.hash = 'question=signed'")
    page.wait_for_timeout(600)
    named = {box["name"] for box in page.evaluate("taawun.nameBoxes()")}
    assert len({name for name in named if name.startswith("agreement/")}) == 6
    assert overlapping(page) == []


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        (
            "en",
            "Egypt has signed with 6 partners, agreed in principle with Iraq, "
            "and only talked with Lithuania.",
        ),
        (
            "ar",
            "لمصر اتفاقيات موقّعة مع 6 شركاء، واتفاق مبدئي مع العراق، ومباحثات فقط مع ليتوانيا.",
        ),
    ],
)
def test_the_first_view_says_with_whom_something_is_signed(open_page, bundled_file, lang, sentence):
    page = open_page(f"#lang={lang}", view="", file=bundled_file)
    expect(page.locator("#view-partners .headline")).to_have_text(sentence)
    rows = page.locator(".partner-row")
    expect(rows).to_have_count(12)
    for row in rows.all():
        expect(row).to_be_in_viewport()
    # One line for each row, drawn to where the row stands.
    lines = page.locator(".fan .sign")
    expect(lines).to_have_count(12)
    for line, row in zip(lines.all(), rows.all(), strict=True):
        sign, name = line.bounding_box(), row.locator(".partner-name").bounding_box()
        assert abs(sign["y"] + sign["height"] / 2 - name["y"] - name["height"] / 2) < 3


def test_a_partner_leads_to_its_quotes_and_to_the_network(open_page, bundled_file):
    page = open_page("#lang=en", view="", file=bundled_file)
    page.locator(".partner-row[data-ref='country/iraq'] .partner-name").click()
    expect(page.locator(".panel .title")).to_have_text("Iraq")
    expect(page.locator(".panel mark").first).to_contain_text("واتفق الطرفان")
    assert "partner=country/iraq" in page.url
    page.get_by_role("button", name="Show in the network").first.click()
    assert place(page, "country/iraq")
    assert "focus=country/iraq" in page.url
    page.go_back()
    expect(page.locator("#view-partners")).to_be_visible()


def test_a_cell_of_the_matrix_opens_its_items_with_their_quotes(open_page, bundled_file):
    page = open_page("#lang=en", view="matrix", file=bundled_file)
    cell = page.get_by_role("button", name="Iraq, Telecommunications: 6, Agreed in principle")
    cell.click()
    expect(page.locator(".panel .item-list > li")).to_have_count(6)
    expect(page.locator(".panel mark").first).to_be_visible()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(".panel .item-list > li")).to_have_count(6)


def test_what_is_expected_stands_under_the_column_and_is_not_counted(open_page, bundled_file):
    page = open_page("#lang=en", view="stages", file=bundled_file)
    column = page.locator(".column[data-stage='signed']")
    expect(column.locator("h3 .count")).to_have_text("6")
    expect(column.locator(".expected .stage-card")).to_contain_text("Free-trade agreement")
    expect(column.locator(":scope > .stage-card")).to_have_count(1)
    expect(column.locator(":scope > .stage-card")).to_contain_text("6 items, one quote")
    # The quote begins with the word that says the stage, not with what leads up to it.
    agreed = page.locator(".column[data-stage='agreed-in-principle'] .card-quote")
    assert agreed.inner_text().replace("…", "").split()[0] == "واتفق"


def test_a_hundred_partners_fold_into_a_line_for_each_band(open_page, tmp_path):
    page = open_page(
        "#lang=en", view="", file=write_explorer(many_partners(100), tmp_path / "p.html")
    )
    expect(page.locator(".partner-row")).to_have_count(2)
    expect(page.locator(".headline")).to_contain_text("signed with 50 partners")
    assert page.locator(".fan .sign").count() == 2
    page.locator(".region summary").first.click()
    assert page.locator(".names .partner-name:visible").count() == 50
    page.locator(".names .partner-name:visible").first.click()
    expect(page.locator(".panel .title")).to_contain_text("Country")


def many_partners(size: int) -> View:
    """A centre with an agreement with each partner: half signed, half offered."""
    centre = f"{ID}country/centre"
    nodes = [Node(centre, Name("المركز", "Centre"), (TW + "Country",))]
    facts = []
    for place in range(size):
        partner, item = f"{ID}country/c{place:03d}", f"{ID}agreement/a{place:03d}"
        stage = f"{ID}stage/{'signed' if place % 2 else 'proposed'}"
        nodes.append(Node(partner, Name(f"دولة {place}", f"Country {place}"), (TW + "Country",)))
        nodes.append(Node(item, Name(f"اتفاق {place}", f"Agreement {place}"), (TW + "Agreement",)))
        for predicate, object_ in (("stage", stage), ("party", centre), ("party", partner)):
            facts.append(
                FactRecord(
                    f"{ID}fact/{len(facts):05d}",
                    ox.NamedNode(item),
                    ox.NamedNode(TW + predicate),
                    ox.NamedNode(object_),
                    "asserted",
                )
            )
    iris = frozenset(node.iri for node in nodes)
    classes = (
        Term(TW + "Agreement", Name("اتفاقية", "Agreement"), (TW + "CooperationItem",)),
        Term(TW + "CooperationItem", Name("بند", "Item")),
        Term(TW + "Country", Name("دولة", "Country")),
    )
    return View(
        tuple(sorted(nodes, key=lambda node: node.iri)),
        join(facts, (), iris),
        tuple(facts),
        (),
        (),
        classes,
        tuple(Term(TW + name, Name(name, name)) for name in ("party", "stage")),
        tuple(
            Term(f"{ID}{name}", Name(name, name))
            for name in ("modality/asserted", "stage/proposed", "stage/signed")
        ),
        centre=centre,
    )


@pytest.mark.parametrize(
    ("width", "height", "lang"), [(390, 844, "ar"), (720, 450, "en"), (1920, 1080, "ar")]
)
def test_no_view_is_cut_at_any_width(open_page, bundled_file, width, height, lang):
    page = open_page(
        f"#lang={lang}", view="partners", file=bundled_file,
        viewport={"width": width, "height": height},
    )  # fmt: skip
    for view in ("partners", "stages", "matrix", "graph", "table"):
        page.evaluate("hash => { location.hash = hash; }", f"lang={lang}&view={view}")
        expect(page.locator(f"#tab-{view}")).to_have_attribute("aria-selected", "true")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
        assert page.locator(f"#tab-{view}").bounding_box()["y"] > 0
        covered = page.evaluate(
            """view => { const tab = document.getElementById(`tab-${view}`);
            const box = tab.getBoundingClientRect();
            const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
            const top = document.elementFromPoint(x, y);
            return top !== tab && !tab.contains(top); }""",
            view,
        )
        assert not covered, view


def test_each_wording_of_each_question_is_read_as_that_question(
    open_page, bundled_file, graph: KnowledgeGraph
):
    """What the page is sure of is what the reader of Python is sure of."""
    page = open_page("#lang=en", file=bundled_file)
    asked = own_words()
    read = page.evaluate(
        "texts => texts.map(text => taawun.read(text))", [text for text, _ in asked]
    )
    wrong = []
    for (text, question), found in zip(asked, read, strict=True):
        if found is None:
            continue
        outcome = graph.read(text)
        if question and found["question"] != question:
            wrong.append((text, found["question"], question))
        if not question and (
            outcome.question is None or outcome.question.name != found["question"]
        ):
            wrong.append((text, found["question"], outcome))
    assert len([found for found in read if found]) > 300
    assert wrong == []


def own_words() -> list[tuple[str, str]]:
    """Every wording of the stored questions, examples filled in, and the questions of strangers."""
    found = []
    for name, question in Catalogue().questions.items():
        for language in ("ar", "en"):
            for text in (question.summary(language), *question.asks(language)):
                examples = {
                    item.name: EXAMPLES.get(item.type, {}).get(language, "")
                    for item in question.parameters
                }
                if all(examples[key] for key in re.findall(r"\{(\w+)\}", text)):
                    found.append((text.format(**examples), name))
    for file in sorted((HERE.parent / "benchmarks" / "own_words").glob("*.yaml")):
        for group in yaml.safe_load(file.read_text("utf-8")):
            found += [(text, "") for text in group["ask"]]
    return found


EXAMPLES = {
    "country": {"ar": "العراق", "en": "Iraq"},
    "area": {"ar": "الأمن السيبراني", "en": "cybersecurity"},
    "official": {"ar": "عمرو طلعت", "en": "Amr Talaat"},
}


def test_a_question_is_asked_for_any_value_and_its_answer_is_saved(open_page, bundled_file, graph):
    page = open_page("#lang=en&question=shared-areas", file=bundled_file)
    page.locator("[data-key='value-second']").select_option("Nigeria")
    assert "p.second=country/nigeria" in page.url
    expected = list(graph.ask("shared-areas", first="iraq", second="nigeria"))
    expect(page.locator(".answers > li")).to_have_count(len(expected))
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(".answers > li")).to_have_count(len(expected))
    page.locator(".menu summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="This answer (CSV)").click()
    assert waiting.value.suggested_filename == "shared-areas.csv"
    content = Path(waiting.value.path()).read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert len(rows) == 1 + len(expected)
    assert rows[0][-4:] == [
        "documents", "places in the documents", "quotes", "our translations"
    ]  # fmt: skip
    assert all(row[-2] and row[-1] for row in rows[1:])


#: Questions about whole entities and pairs, each with how many of its choices are left out.
WHOLE = {
    "entity-quotes": 9,
    "all-about-area": 4,
    "compare-two-countries": 11,
    "common-contacts": 40,
}


def test_whole_entities_and_pairs_are_answered_in_the_page(open_page, bundled_file, graph):
    page = open_page(file=bundled_file)
    for name, step in WHOLE.items():
        question = graph.catalogue.get(name)
        keys = [item.name for item in question.parameters[:2]]
        members = [graph.names.members(item.type) for item in question.parameters[:2]]
        asked = [dict(zip(keys, values, strict=True)) for values in [*product(*members)][::step]]
        answers = page.evaluate(
            "([name, asked]) => asked.map((given) => taawun.answer(name, given))", [name, asked]
        )
        for given, rows in zip(asked, answers, strict=True):
            # The page shows the other values, and asks with them.
            shown = {
                item.name: item.default.value
                for item in question.parameters
                if item.default is not None and not item.is_required
            }
            query = question.sparql(question.asked(shown | given, graph.names), graph.names)
            expected = [[cell.value for cell in row] for row in graph.store.query(query)]
            assert [row["cells"] for row in rows] == expected, (name, given)
            # Nothing proves a count of none.
            assert all(row["facts"] or row["cells"][-1] == "0" for row in rows), (name, given)
        assert sum(map(len, answers)) > 20, name


#: IRIs, dates, durations and numbers as data have them.
RAW = re.compile(r"https?:|XXXX|\b\d{4}-\d\d|\bP\d+[YMWD]\b|\d{5}|[٠-٩]")


def test_no_answer_shows_a_code_in_front_of_people(open_page, bundled_file, graph):
    """In one language or the other; a small window has a small picture to draw for each."""
    page = open_page(file=bundled_file, viewport={"width": 600, "height": 400})
    shown = """() => [...document.querySelectorAll('.answers dd, .choosers option')]
        .map((one) => one.textContent)"""
    seen = 0
    questions = [*graph.questions()]
    for lang, question in [
        *(("ar", one) for one in questions[::2]), *(("en", one) for one in questions[1::2])
    ]:  # fmt: skip
        page.evaluate(
            "address => { location.hash = address }", f"lang={lang}&question={question.name}"
        )
        expect(page.locator("#panel .title")).to_have_text(question.summary(lang))
        cells = page.evaluate(shown)
        seen += len(cells)
        # What is longer is a quote, told as printed.
        raw = [cell for cell in cells if RAW.search(cell) and len(cell) < 60]
        assert raw == [], question.name
    assert seen > 3000


def test_an_answer_says_what_it_rests_on(open_page, bundled_file, graph):
    page = open_page("#lang=en&question=expected-facts", file=bundled_file)
    rows = page.locator(".answers > li")
    expect(rows).to_have_count(len(graph.ask("expected-facts")))
    for row in rows.all():
        expect(row).to_contain_text(re.compile("rests on(expected|planned)"))
    page = open_page("#lang=en&question=agreement-signatories", file=bundled_file)
    assert page.locator(".answers > li", has_text="rests on").count() == 0


def test_under_a_relation_only_the_other_end_is_named(open_page, bundled_file):
    page = open_page("#lang=en&node=country/egypt", file=bundled_file)
    signed = page.locator("#panel details.group").first
    expect(signed.locator("summary").first).to_contain_text("signed")
    expect(signed.locator(".sentence")).to_have_count(6)
    assert "signatory" not in signed.inner_text()
    page = open_page("#lang=en&node=country/iraq", file=bundled_file)
    firmest = page.locator("#panel details.group").first.locator(".card")
    # Talks that were held come before what is only proposed.
    expect(firmest.first).to_contain_text("Egypt–Iraq talks")
    expect(firmest.last).to_contain_text("Offered, proposed or planned")


def test_a_date_is_told_in_words_and_once(open_page, bundled_file):
    page = open_page("#lang=en", view="timeline", file=bundled_file)
    headings = page.locator("#view-timeline h3")
    assert "2017" in headings.all_inner_texts()
    assert not any("XXXX" in text for text in headings.all_inner_texts())
    assert (
        page.locator("#view-timeline q").first.evaluate("q => getComputedStyle(q).quotes")
        == '"«" "»"'
    )


def test_partners_stand_by_region_on_request(open_page, bundled_file):
    page = open_page("#lang=en", view="partners", file=bundled_file)
    page.get_by_role("button", name="By region").click()
    assert "by=region" in page.url
    africa = page.locator(".band", has=page.locator(".band-title", has_text="Africa"))
    expect(africa.locator(".partner-row")).to_have_count(7)
    page.reload()
    expect(page.get_by_role("button", name="By region")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="By stage").click()
    expect(page.locator(".band-title").first).to_contain_text("Signed")


def test_an_address_of_half_a_path_asks_for_its_end(open_page, bundled_file):
    page = open_page("#lang=en&path=country/iraq..", file=bundled_file)
    page.locator(".chooser input").fill("Lithuania")
    page.keyboard.press("Enter")
    expect(page.locator(".kicker")).to_contain_text("steps")


def test_one_box_finds_things_documents_and_questions_or_the_nearest(open_page, bundled_file):
    page = open_page("#lang=en", view="", file=bundled_file)
    box = page.locator("#search input")
    box.fill("which areas do Iraq and Lithuania share?")
    expect(page.locator("#search .sure")).to_contain_text("(Iraq, Lithuania, Egypt)")
    page.keyboard.press("Enter")
    expect(page.locator(".answers > li")).to_have_count(2)
    box.fill("African cooperation in comm")
    expect(page.locator("#search [role=option]", has_text="document")).to_have_count(1)
    box.fill("Lithvania")
    expect(page.locator("#search .results")).to_contain_text("these are the nearest")
    expect(page.locator("#search [role=option]").first).to_contain_text("Lithuania")


def test_a_view_is_published_with_title_legend_and_every_source(open_page, bundled_file):
    page = open_page("#lang=en", file=bundled_file)
    for view in ("partners", "stages", "matrix", "graph"):
        page.evaluate("hash => { location.hash = hash; }", f"lang=en&view={view}")
        expect(page.locator(f"#tab-{view}")).to_have_attribute("aria-selected", "true")
        assert_published(page)


def assert_published(page: Page) -> None:
    saved = {}
    for place_, ending in enumerate(("png", "svg")):
        page.locator(".menu summary").click()
        with page.expect_download() as waiting:
            page.locator(".entry").nth(place_).click()
        saved[ending] = Path(waiting.value.path()).read_bytes()
    root = ElementTree.fromstring(saved["svg"])
    said = " ".join(
        "".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")
    )
    assert "Taawun" in said
    assert "Signed" in said
    for title in ("African cooperation", "Digital government in the service", "Egyptian-Iraqi"):
        assert title in said
    wide = int.from_bytes(saved["png"][16:20])
    assert wide == 2 * int(float(root.get("width")))


def test_a_link_keeps_the_place_of_the_camera(open_page, bundled_file):
    page = open_page("#lang=en", file=bundled_file)
    page.evaluate("navigator.clipboard.writeText = async text => { window.copied = text; }")
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(200)
    seen = place(page, "country/iraq")
    page.locator(".menu summary").click()
    page.locator(".entry").last.click()
    link = page.evaluate("window.copied")
    other = open_page("#" + link.partition("#")[2], file=bundled_file)
    found = place(other, "country/iraq")
    assert abs(found["x"] - seen["x"]) < 12
    assert abs(found["y"] - seen["y"]) < 12


def test_axe_finds_nothing_in_the_overview(open_page, bundled_file):
    """Languages take turns; the other scheme differs in colours alone."""
    page = open_page("#lang=ar", view="partners", file=bundled_file)
    for number, state in enumerate((
        "view=partners", "view=stages", "view=matrix&cell=country/iraq..area/telecommunications",
        "view=partners&partner=country/iraq", "question=country-areas",
    )):  # fmt: skip
        lang = ("ar", "en")[number % 2]
        page.evaluate("hash => { location.hash = hash; }", f"lang={lang}&{state}")
        page.wait_for_timeout(250)
        page.emulate_media(color_scheme="dark")
        assert rules_passed(page, state, colours_alone=True) == 1
        page.emulate_media(color_scheme="light")
        assert rules_passed(page, state) > 10


# ---- what people come for, in at most three clicks, or one question in words and one click ------


class Reader:
    """Acts on the page as a person does, and counts clicks and questions in words."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.questions = page, 0, 0

    def click(self, *where: str, **settings: Any) -> None:
        self.page.locator(*where, **settings).first.click()
        self.clicks += 1

    def search(self, words: str) -> None:
        self.page.keyboard.press("/")
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        self.questions += 1


def job_signed(reader: Reader, lang: str) -> None:
    expect(reader.page.locator(".headline")).to_contain_text({"ar": "موقّعة", "en": "signed"}[lang])
    reader.click("[data-key='partner-country/libya']")
    expect(reader.page.locator("#panel mark").first).to_contain_text("وقعت مصر")
    expect(reader.page.locator("#panel .offsets").first).to_contain_text("1,349–1,442")


def job_offered(reader: Reader, lang: str) -> None:
    reader.search({"ar": "ما المعروض على العراق؟", "en": "What is offered to Iraq?"}[lang])
    assert reader.page.locator(".answers > li").count() > 20
    expect(reader.page.locator(".answers dt").nth(1)).to_have_text(
        {"ar": "مقدِّم العرض", "en": "offered by"}[lang]
    )


def job_shared_areas(reader: Reader, lang: str) -> None:
    reader.search({
        "ar": "ما المجالات المشتركة بين العراق وليتوانيا؟",
        "en": "Which areas do Iraq and Lithuania share?",
    }[lang])  # fmt: skip
    expect(reader.page.locator(".answers > li")).to_have_count(2)


def job_official(reader: Reader, lang: str) -> None:
    reader.search({"ar": "عمرو طلعت", "en": "Amr Talaat"}[lang])
    reader.click(".all-quotes")
    groups = reader.page.locator("#panel details.group")
    expect(reader.page.locator("#panel details.group[open] .card")).not_to_have_count(0)
    for group in groups.all():
        expect(group.locator("mark").first).to_be_visible()


def job_path(reader: Reader, lang: str) -> None:
    reader.search({"ar": "العراق", "en": "Iraq"}[lang])
    reader.click(".path-to")
    reader.page.keyboard.type({"ar": "ليتوانيا", "en": "Lithuania"}[lang])
    reader.page.keyboard.press("Enter")
    assert reader.page.locator(".steps mark").count() > 1


def job_when(reader: Reader, lang: str) -> None:
    reader.click("[role=tab]", has_text={"ar": "الخط الزمني", "en": "Timeline"}[lang])
    expect(reader.page.locator("#view-timeline")).to_contain_text("2017")


def job_share(reader: Reader, lang: str) -> None:
    reader.click("[data-key='partner-country/iraq']")
    reader.click(".menu summary")
    reader.click(".menu .entry", has_text={"ar": "نسخ رابط", "en": "Copy link"}[lang])
    assert "partner=country/iraq" in reader.page.evaluate("navigator.clipboard.readText()")


def job_publish(reader: Reader, lang: str) -> None:
    reader.click(".menu summary")
    with reader.page.expect_download() as waiting:
        reader.click(".menu .entry", has_text={"ar": "صورة", "en": "Picture"}[lang])
    assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_each_job_takes_three_clicks_or_one_question(open_page, bundled_file, lang):
    jobs = [
        job_signed, job_offered, job_shared_areas, job_official, job_path, job_when, job_share,
        job_publish,
    ]  # fmt: skip
    page = open_page(
        f"#lang={lang}", view="partners", file=bundled_file,
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    for job in jobs:
        page.evaluate("address => { location.hash = address }", f"lang={lang}&view=partners")
        expect(page.locator("#view-partners")).to_be_visible()
        reader = Reader(page)
        job(reader, lang)
        assert reader.clicks + reader.questions <= 3, job.__name__
        assert reader.questions <= 1
