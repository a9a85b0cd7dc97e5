"""The desk: a curator at work in Chromium, what a crash leaves, and who may ask."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from dossier import dossier
from in_place import in_place
from small_seeds import small_seeds

from taawun.desk.desk_words import snapped
from taawun.desk.drafts import Drafts
from taawun.desk.session import Desk
from taawun.graph.errors import OutputError
from taawun.loaders.collection import read_collection

#: Invented, and not looked at when the rules were written.
TEXT = (
    "وقّع جهاز تنمية الاتصالات بجمهورية المثال مذكرة تفاهم مع شركة الأفق الرقمي بمملكة النموذج "
    "في 12 أبريل 2025 لإقامة مركز النيل الإقليمي للتدريب، بتكلفة تبلغ نحو 18 مليون يورو تتحمل "
    "الشركة منها 7 ملايين يورو.\n"
    "ومن المقرر أن تتعاون مملكة النموذج مع جمهورية المثال في مجال الأمن السيبراني والذكاء "
    "الاصطناعي.\n"
    "وأكدت جمهورية المثال أنها لم توقع مع مملكة النموذج مذكرة تفاهم في مجال التجارة الإلكترونية.\n"
)
CENTRE = "facility/nile-regional-training-centre"
PACT = "memorandum-of-understanding/nile-training-centre-memorandum"
BODY = "enterprise/digital-horizon-model"
AGENCY = "public-body/telecom-development-agency-example"
COST = "figure/18000000-euros-nile-regional-training-centre"
SHARE = "figure/7000000-euros-nile-regional-training-centre"
#: The facts given to the curator.
GIVEN = {
    (PACT, "stage", "stage/signed"), (PACT, "signatory", AGENCY), (PACT, "signatory", BODY),
    (PACT, "signedOn", "2025-04-12"), (PACT, "through", CENTRE),
    (AGENCY, "belongsToCountry", "country/example-republic"),
    (BODY, "belongsToCountry", "country/model-kingdom"),
    (COST, "value", "18000000"), (COST, "unit", "unit/eur"),
    (COST, "comparator", "comparator/about"), (COST, "figureOf", CENTRE),
    (SHARE, "value", "7000000"), (SHARE, "unit", "unit/eur"),
    (SHARE, "comparator", "comparator/exactly"), (SHARE, "figureOf", CENTRE),
}  # fmt: skip


@pytest.fixture
def mine(tmp_path, few_facts_alone) -> Path:
    """A collection with the text as a document, over a small one in place of the bundled one."""
    assert few_facts_alone
    return dossier(tmp_path / "mine", TEXT)


def facts_of(folder: Path, document: str = "news") -> set[tuple[str, str, str]]:
    def short(value: str) -> str:
        return value.split("/id/")[-1].split("ontology#")[-1]

    return {
        tuple(short(part.value) for part in (fact.subject, fact.predicate, fact.object))
        for fact in read_collection([small_seeds(), folder]).facts
        if fact.evidence[0].document == document
    }


@pytest.fixture
def address(mine) -> Iterator[str]:
    """The address of a running desk."""
    process = subprocess.Popen(
        [*in_place(small_seeds()), "desk", "--collection", str(mine), "--port", "0"],
        env={
            **os.environ,
            "TAAWUN_CACHE": str(mine / "cache"),
            "TAAWUN_COLLECTIONS": "",
            "LC_ALL": "en_GB.UTF-8",
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    found = re.search(r"http\S+/", process.stdout.readline())
    assert found
    yield found[0]
    process.terminate()
    process.wait(20)
    process.stdout.close()


class Curator:
    """Acts on the page as a person does, and counts keys, clicks and texts typed."""

    def __init__(self, page) -> None:
        self.page, self.actions = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.actions += 1

    def type(self, text: str) -> None:
        self.page.keyboard.insert_text(text)
        self.actions += 1

    def focus(self) -> str:
        return self.page.evaluate("document.activeElement.dataset.path || ''")

    def wait(self, selector: str) -> None:
        self.page.wait_for_selector(selector, timeout=60_000)


@pytest.fixture
def curator(browser, address) -> Iterator[Curator]:
    """A curator in front of the open text."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{address}?lang=ar&document=news")
    found = Curator(page)
    found.wait("body[data-ready]")
    yield found
    page.close()
    assert problems == []


def test_fifteen_facts_with_new_entities_and_amounts_take_few_keys_and_no_file(curator, mine):
    curator.press("q", "b", "1")
    curator.wait("#form:not([hidden])")
    names = {
        "ar": "مذكرة تفاهم مركز النيل الإقليمي للتدريب",
        "en": "Nile training centre memorandum",
        "parties.0.en": "Telecom Development Agency (Example)",
        "parties.1.en": "Digital Horizon (Model)",
        "through.0.en": "Nile Regional Training Centre",
    }
    for path, name in names.items():
        assert curator.focus() == path
        curator.type(name)
        curator.press("Tab")
    curator.press("Control+Enter")
    curator.wait("body[data-saves='1']")
    assert facts_of(mine) == GIVEN
    assert curator.actions <= 90
    # The page has what it needs for the next fact: the new names, and no open form.
    curator.press("ArrowDown", "Enter")
    curator.wait("#form:not([hidden])")
    assert curator.focus() == "subject"
    curator.type("مملكة النموذج")
    curator.press("Enter")
    assert curator.focus() == "predicate"
    curator.type("مجال التعاون")
    curator.press("Enter")
    assert curator.focus() == "object"
    curator.type("الأمن السيبراني")
    curator.press("Enter")
    assert curator.page.input_value("select[data-path=modality]") == "planned"
    curator.page.wait_for_selector("#report[data-faults='0']:not([data-stale])", timeout=60_000)
    assert "مملكة النموذج" in curator.page.inner_text("#report li >> nth=0")
    curator.press("Control+Enter")
    curator.wait("body[data-saves='2']")
    extra = ("country/model-kingdom", "cooperationArea", "area/cybersecurity")
    assert facts_of(mine) == GIVEN | {extra}
    curator.press("z")
    curator.page.wait_for_selector("#state[data-code=desk-undone]", timeout=60_000)
    assert facts_of(mine) == GIVEN


def test_a_proposed_bundle_opens_in_its_form_and_is_written_whole(curator, mine):
    """The words of an agreement are one proposal; only English names are left to type."""
    row = ".proposal:has-text('مذكرة تفاهم')"
    curator.wait(row)
    curator.page.locator(row).first.locator("button").first.click()
    curator.wait("#form:not([hidden])")
    # The fields that are still needed, in order: the names of the agreement and of each party.
    for _ in range(12):
        path = curator.focus()
        if not path:
            break
        if path.endswith("en"):
            curator.type(f"Name {path.replace('.', ' ')}")
        curator.press("Tab")
    curator.wait("#report:not([data-stale])[data-faults='0']")
    curator.press("Control+Enter")
    curator.wait("body[data-saves='1']")
    found = facts_of(mine)
    assert {name for _, name, _ in found} >= {"stage", "signatory", "belongsToCountry", "value"}
    assert len([1 for _, name, _ in found if name == "signatory"]) == 2
    assert curator.page.locator(row).count() == 0, "what was accepted is not offered again"


def test_what_is_typed_comes_back_and_a_denial_is_pointed_out(curator, mine):
    curator.press("ArrowDown", "ArrowDown", "q", "Enter")
    curator.wait("#form:not([hidden])")
    assert "لم توقع" in curator.page.inner_text("#quote .warning")
    assert curator.page.input_value("select[data-path=modality]") == "denied"
    curator.type("جمهورية المثال")
    curator.press("Enter")
    curator.page.wait_for_selector("#state[data-code=desk-draft]", timeout=60_000)
    time.sleep(0.5)
    curator.page.reload()
    curator.wait("body[data-ready]")
    curator.wait("#form:not([hidden])")
    assert curator.page.inner_text(".chip").startswith("جمهورية المثال")
    assert facts_of(mine) == set()


def fact(area: str) -> dict[str, str]:
    return {
        "document": "news", "quote": TEXT.splitlines()[1].rstrip("."),
        "subject": "country/model-kingdom", "predicate": "cooperationArea", "object": area,
        "modality": "planned",
    }  # fmt: skip


def in_a_child(work: Callable[[], object], before_a_change: Callable[[int], object]) -> int:
    """Work in a process of its own, with a call before each change to a file; its exit code."""
    child = os.fork()
    if child == 0:
        changes, is_calling = count(), False

        def audited(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal is_calling
            writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
            if (writes or event in CHANGES) and not is_calling:
                is_calling = True
                before_a_change(next(changes))
                is_calling = False

        sys.addaudithook(audited)
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link"}
WRITING = os.O_WRONLY | os.O_RDWR
ONE, OTHER = "area/artificial-intelligence", "area/cybersecurity"


@pytest.mark.slow
def test_a_save_killed_before_any_of_its_changes_loses_nothing(mine, tmp_path):
    """What the disk holds at such a moment is what a kill leaves; one is a real kill."""
    desk = Desk([mine])
    assert desk.save([fact(ONE)], "en")["faults"] == []
    item = fact(OTHER)
    desk.keep_draft("news", {"form": {"item": item}, "rejected": []})
    images = tmp_path / "images"

    def keep(number: int) -> None:
        shutil.copytree(mine, images / f"{number:03}")

    assert in_a_child(lambda: desk.save([item], "en"), keep) == 0
    assert {found[2] for found in facts_of(mine)} == {ONE, OTHER}
    left = sorted(images.iterdir())
    assert len(left) > 5
    stated = []
    for image in left[1:]:
        drafts = Drafts(image)
        drafts.finish()
        assert drafts.read("news")["form"]["item"] == item
        stated.append({found[2] for found in facts_of(image)})
    assert all({ONE} <= one <= {ONE, OTHER} for one in stated)
    assert stated == sorted(stated, key=len)
    # Killed in the middle: the next session has the draft, and saves.
    mine, killed_at = left[0], len(left) // 2
    desk = Desk([mine])

    def kill(number: int) -> None:
        if number == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_child(lambda: desk.save([item], "en"), kill) == -signal.SIGKILL
    again = Desk([mine])
    assert again.document("news")["draft"]["form"]["item"] == item
    if len(facts_of(mine)) == 1:
        assert again.save([item], "en")["faults"] == []
    assert {found[2] for found in facts_of(mine)} == {ONE, OTHER}


def test_a_full_disk_is_told_and_leaves_everything_as_it_was(mine):
    desk = Desk([mine])
    desk.keep_draft("news", {"form": {"item": fact(ONE)}, "rejected": []})
    before = {p: p.read_bytes() for p in mine.rglob("*") if p.is_file()}

    def with_a_full_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))
        assert "cannot be written" in desk.save([fact(ONE)], "en")["faults"][0]
        with pytest.raises(OutputError, match="cannot be written"):
            desk.keep_draft("news", {"form": None, "rejected": ["x" * 100]})

    assert in_a_child(with_a_full_disk, lambda _: None) == 0
    assert {p: p.read_bytes() for p in mine.rglob("*") if p.is_file()} == before
    assert desk.save([fact(ONE)], "en")["faults"] == []


def test_a_file_edited_elsewhere_loses_no_word_and_an_undo_does_not_undo_others(mine):
    one, other = Desk([mine]), Desk([mine])
    assert one.save([fact("area/cybersecurity")], "en")["faults"] == []
    path = mine / "facts" / "news.yaml"
    path.write_text(path.read_text("utf-8") + "# A remark.\n", "utf-8")
    assert other.save([fact("area/artificial-intelligence")], "en")["faults"] == []
    assert {found[2] for found in facts_of(mine)} == {
        "area/cybersecurity", "area/artificial-intelligence",
    }  # fmt: skip
    assert "# A remark." in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8") + "# Another.\n", "utf-8")
    assert one.undo() == {"undone": []}
    (fault,) = one.save([fact("area/cybersecurity")], "en")["faults"]
    assert "already stated" in fault


def test_a_preview_says_what_the_command_says_and_writes_nothing(mine, run):
    before = {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()}
    found = Desk([mine]).preview([fact("area/cybersecurity")], "en")
    assert found["facts"]
    assert {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()} == before
    item = fact("area/cybersecurity")
    said = run(
        "add", item["subject"], item["predicate"], item["object"], "--document", "news", "--quote",
        item["quote"], "--modality", "planned", "--dry-run", "--format", "json", "--collection",
        str(mine),
    )  # fmt: skip
    report = json.loads(said.stdout)
    assert len(found["answers"]) == len(report["answers"]) > 0
    wrong = Desk([mine]).preview([{**item, "quote": "لا ترد"}], "ar")
    assert "لا ترد" in wrong["faults"][0]


def test_only_the_desks_own_page_is_answered(address):
    root = address.rsplit("/", 2)[0]

    def status(url: str, body: bytes | None = None, **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with urlopen(Request(url, body, named)) as answer:
                return answer.status
        except HTTPError as error:
            return error.code

    assert status(f"{address}documents") == 200
    assert status(f"{root}/guessed/documents") == 404
    assert status(f"{address}documents", Host="example.org") == 421
    assert status(f"{address}documents", Sec_Fetch_Site="cross-site") == 404
    assert status(f"{address}undo", b"{}", Origin="http://example.org") == 404
    assert status(f"{address}save", b"not json") == 400
    with pytest.raises(Exception, match="bundled"):
        Desk([small_seeds()])


@pytest.mark.parametrize(
    ("chosen", "words"),
    [("النموذج في 12", "النموذج في 12"), ("لنموذج", "النموذج"), (" يورو.", "يورو")],
)
def test_a_selection_snaps_to_whole_words(chosen, words):
    start = TEXT.index(chosen)
    assert TEXT[slice(*snapped(TEXT, start, start + len(chosen)))] == words
