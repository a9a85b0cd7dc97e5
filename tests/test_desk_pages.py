"""The desk's pages in Chromium: review, names, two windows, warnings, small screens and axe."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from axe import rules_passed
from dossier import dossier
from in_place import in_place
from small_seeds import DOCUMENT, small_seeds

from taawun.loaders.collection import read_collection
from taawun.loaders.reviews import stated_in

#: Invented.
TEXT = (
    "وقّعت هيئة الأفق الرقمي (HDA) بمملكة النموذج مذكرة تفاهم مع جمهورية المثال في 12 أبريل 2025.\n"
    "وقالت هيئة الأفق الرقمي إن التعاون يشمل مجال الأمن السيبراني، وشاركت Nile Systems في ذلك.\n"
    "وتعتزم مملكة النموذج التعاون مع جمهورية المثال في مجال الذكاء الاصطناعي.\n"
)
SECOND = Path(__file__).parent / "second_readings" / f"{DOCUMENT}.yaml"
PATIENCE = 60_000


@pytest.fixture
def mine(tmp_path) -> Path:
    """A collection with an invented text and a second reading of a bundled document."""
    folder = dossier(tmp_path / "mine", TEXT)
    (folder / "readings" / "Sami").mkdir(parents=True)
    shutil.copy(SECOND, folder / "readings" / "Sami")
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    """What desks keep beside the collections, which begin alike."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def serve(mine, cache) -> Iterator[Callable[..., str]]:
    """Start a desk with options; returns its address."""
    with ExitStack() as stack:

        def start(*options: str) -> str:
            process = subprocess.Popen(
                [*in_place(small_seeds()), "desk", "--collection", str(mine), "--port", "0",
                 "--reader", "Huda", *options],
                env={**os.environ, "TAAWUN_CACHE": str(cache), "TAAWUN_COLLECTIONS": "",
                     "LC_ALL": "en_GB.UTF-8", "PYTHONUNBUFFERED": "1"},
                stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert process.stdout
            stack.callback(process.stdout.close)
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
            found = re.search(r"http\S+/", process.stdout.readline())
            assert found
            return found[0]

        yield start


@pytest.fixture
def open_desk(browser, serve) -> Iterator[Callable[..., object]]:
    """Open a page of a desk, which must have no error."""
    problems: list[str] = []
    addresses: list[str] = []
    with ExitStack() as stack:

        def opened(document: str, *options: str, language: str = "ar", width: int = 1400):
            if not addresses:
                addresses.append(serve(*options))
            page = browser.new_page(viewport={"width": width, "height": 900})
            stack.callback(page.close)
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.goto(f"{addresses[0]}?lang={language}&document={document}")
            page.wait_for_selector("body[data-ready]", timeout=PATIENCE)
            return page

        yield opened
    assert problems == []


def code(page, name: str) -> None:
    page.wait_for_selector(f"#state[data-code={name}]", timeout=PATIENCE)


def select(page, words: str) -> None:
    """Select words of the text with the mouse, from the first to the last."""
    first, last = words.split()[0], words.split()[-1]
    page.evaluate(
        """([first, last]) => {
            const words = [...document.querySelectorAll(".word")];
            const from = words.findIndex(word => word.textContent.includes(first));
            const to = words.findIndex((word, n) => n >= from && word.textContent.includes(last));
            const range = document.createRange();
            range.setStart(words[from].firstChild, 0);
            range.setEnd(words[to].firstChild, 1);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            const up = new MouseEvent("mouseup", {bubbles: true});
            document.getElementById("text").dispatchEvent(up);
        }""",
        [first, last],
    )


def test_a_second_reader_confirms_disputes_and_takes_back_with_keys(open_desk, mine):
    page = open_desk(DOCUMENT)
    page.keyboard.press("r")
    page.wait_for_selector("#review .card", timeout=PATIENCE)
    assert page.locator(".sentence.now .word.lit").count() > 3
    first = page.inner_text("#review .fact")
    page.keyboard.press("a")
    code(page, "desk-recorded")
    assert page.inner_text("#review .fact") != first
    page.keyboard.press("x")
    page.keyboard.insert_text("لا يقول النص ذلك.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".line:nth-child(2) .mark:text('✗')", timeout=PATIENCE)
    review = yaml.safe_load((mine / "reviews" / f"{DOCUMENT}.Huda.yaml").read_text("utf-8"))
    assert [one["found"] for one in review["read"]] == ["confirmed", "disputed"]
    (status,) = yaml.safe_load((mine / "facts" / "status.yaml").read_text("utf-8"))
    assert status["statusReasonAr"] == "لا يقول النص ذلك."
    page.keyboard.press("z")
    code(page, "desk-undone")
    assert not (mine / "facts" / "status.yaml").exists()
    read_collection([small_seeds(), mine])


def test_two_readings_are_compared_and_settled_with_keys(open_desk, mine, the_collection):
    facts = len(stated_in(DOCUMENT, the_collection.facts))
    page = open_desk(DOCUMENT)
    page.keyboard.press("r")
    page.wait_for_selector("#review .card", timeout=PATIENCE)
    page.keyboard.press("v")
    page.wait_for_selector("#review table", timeout=PATIENCE)
    assert f"35 / {facts}" in page.inner_text("#review caption")
    assert page.locator("#review tbody tr").count() == 8
    page.click(".line:has(.mark:text('≠')) >> nth=0")
    pair = page.locator("#review .side .fact")
    assert pair.count() == 2
    page.keyboard.press("2")
    code(page, "desk-recorded")
    review = yaml.safe_load((mine / "reviews" / f"{DOCUMENT}.Huda.yaml").read_text("utf-8"))
    assert [one["decision"] for one in review["settled"]] == ["second"]
    assert (mine / "facts" / f"{DOCUMENT}.yaml").is_file()
    assert f"35 / {facts}" in page.inner_text("#review caption")


def test_who_reads_blind_sees_no_fact_until_they_are_done(open_desk):
    page = open_desk(DOCUMENT, "--blind")
    assert page.locator(".word.quoted").count() == 0
    page.click("#done")
    page.wait_for_selector(".word.quoted", timeout=PATIENCE)
    assert page.locator("#done").count() == 0


def test_a_name_marked_once_is_known_everywhere_with_what_stands_in_brackets(open_desk, mine):
    page = open_desk("news")
    assert page.locator(".word.unknown:text('Nile')").count() == 1
    select(page, "هيئة الرقمي")
    page.keyboard.press("n")
    page.wait_for_selector("#names .card.now", timeout=PATIENCE)
    assert "(2)" in page.inner_text("#names .card.now")
    page.check("#names input[type=checkbox]")
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    page.keyboard.insert_text("Digital Horizon Authority")
    page.keyboard.press("Control+Enter")
    code(page, "desk-named")
    registered = read_collection([small_seeds(), mine]).entities
    entity = registered["public-body/digital-horizon-authority"]
    assert (entity.ar, [alias.name for alias in entity.aliases]) == ("هيئة الأفق الرقمي", ["HDA"])
    page.wait_for_selector(".word.name:text('هيئة')", timeout=PATIENCE)
    assert page.locator(".word.name:text-is('هيئة')").count() == 2


def test_a_column_of_names_is_reconciled_with_keys(open_desk, mine):
    page = open_desk("news")
    page.keyboard.press("n")
    page.wait_for_selector("#names textarea")
    page.keyboard.press("p")
    page.keyboard.insert_text("العراق\nكوت دي فوار\nشركة مخترعة تمامًا\nIvory Coast")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#names .card.now", timeout=PATIENCE)
    assert page.locator("#names .who .mark:text('✓')").count() == 2
    page.keyboard.press("1")
    page.keyboard.press("n")
    page.keyboard.insert_text("Invented Company")
    page.keyboard.press("Control+Enter")
    code(page, "desk-named")
    known = read_collection([small_seeds(), mine])
    assert "enterprise/invented-company" in known.entities
    also = yaml.safe_load((mine / "entities" / "also.yaml").read_text("utf-8"))
    assert also == {"country/cote-divoire": ["كوت دي فوار"]}
    assert "كوت دي فوار" in {a.name for a in known.entities["country/cote-divoire"].aliases}
    table = page.get_attribute("#names a[download]", "href")
    assert "country%2Fcote-divoire" in table
    assert "enterprise%2Finvented-company" in table


def test_one_window_writes_and_another_takes_over_without_losing_a_word(open_desk, mine):
    first = open_desk("news")
    second = open_desk("news")
    assert first.is_hidden("#elsewhere")
    assert second.is_visible("#elsewhere")
    first.keyboard.press("ArrowDown")
    first.keyboard.press("ArrowDown")
    first.keyboard.press("q")
    first.keyboard.press("Enter")
    first.wait_for_selector("#form:not([hidden])", timeout=PATIENCE)
    first.keyboard.insert_text("مملكة النموذج")
    first.keyboard.press("Enter")
    code(first, "desk-draft")
    second.wait_for_timeout(1000)
    second.click("#take")
    second.wait_for_selector("#form .chip", timeout=PATIENCE)
    assert second.inner_text(".chip >> nth=0").startswith("مملكة النموذج")
    # What the first window would write now is refused, and its draft stays with the other.
    first.keyboard.press("Control+Enter")
    first.wait_for_selector("#elsewhere:not([hidden])", timeout=PATIENCE)
    assert not (mine / "facts" / "news.yaml").exists()
    assert second.inner_text(".chip >> nth=0").startswith("مملكة النموذج")


def test_a_warning_that_somebody_answered_for_stays_quiet(open_desk, mine, run):
    page = open_desk("news")
    page.keyboard.press("q")
    page.keyboard.press("Enter")
    page.wait_for_selector("#form:not([hidden])", timeout=PATIENCE)
    for text in ("مملكة النموذج", "مجال التعاون", "الصحة"):
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")
    page.wait_for_selector("#report .warning", timeout=PATIENCE)
    page.keyboard.press("Alt+i")
    page.keyboard.insert_text("تُفهم من السياق")
    page.keyboard.press("Enter")
    page.wait_for_selector("#report:not(:has(.warning))", timeout=PATIENCE)
    (entry,) = yaml.safe_load((mine / "reviews" / "acknowledged.yaml").read_text("utf-8"))
    assert (entry["by"], entry["reason"]) == ("Huda", "تُفهم من السياق")
    assert entry["date"]
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("body[data-saves='1']", timeout=PATIENCE)
    assert page.locator("#report .warning").count() == 0
    said = run("check", "--collection", str(mine), "--format", "json")
    assert "area/health" not in said.stderr


@pytest.mark.parametrize("language", ["ar", "en"])
def test_axe_finds_nothing_on_any_page_of_the_desk(open_desk, language):
    """The dark scheme differs in colours alone."""
    page = open_desk(DOCUMENT, language=language)

    def check(state: str) -> None:
        page.emulate_media(color_scheme="dark")
        assert rules_passed(page, state, colours_alone=True) == 1
        page.emulate_media(color_scheme="light")
        assert rules_passed(page, state) > 10

    check("text")
    page.keyboard.press("q")
    page.keyboard.press("Enter")
    page.wait_for_selector("#form:not([hidden])", timeout=PATIENCE)
    check("form")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.press("1")
    page.wait_for_selector("[data-path='parties']", timeout=PATIENCE)
    page.wait_for_selector("#report .fault", timeout=PATIENCE)
    check("bundle")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.wait_for_selector("#review .card", timeout=PATIENCE)
    check("review")
    page.keyboard.press("v")
    page.wait_for_selector("#review table", timeout=PATIENCE)
    check("comparison")
    page.keyboard.press("?")
    check("keys")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.keyboard.press("n")
    page.keyboard.press("p")
    page.keyboard.insert_text("كوت دي فوار")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#names .card", timeout=PATIENCE)
    check("names")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_nothing_runs_out_of_a_small_screen_or_one_at_200_percent(open_desk, language):
    page = open_desk(DOCUMENT, language=language, width=390)

    def check(state: str) -> None:
        for width in (700, 390):
            page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})
            check_one(f"{state}, {width}")

    def check_one(state: str) -> None:
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, state
        hidden = page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, textarea")]
                .filter(node => node.checkVisibility() && !node.closest(".wide"))
                .filter(node => { const box = node.getBoundingClientRect();
                    return box.left < -1 || box.right > innerWidth + 1; })
                .map(node => node.outerHTML.slice(0, 120))"""
        )
        assert hidden == [], state

    check("text")
    page.keyboard.press("b")
    page.keyboard.press("1")
    page.wait_for_selector("#form:not([hidden])", timeout=PATIENCE)
    check("form")
    page.keyboard.press("Escape")
    page.click("#modes [data-mode=review]")
    page.wait_for_selector("#review .card", timeout=PATIENCE)
    check("review")
    page.keyboard.press("v")
    page.wait_for_selector("#review table", timeout=PATIENCE)
    check("comparison")
    page.click("#modes [data-mode=names]")
    page.wait_for_selector("#names textarea", timeout=PATIENCE)
    check("names")
