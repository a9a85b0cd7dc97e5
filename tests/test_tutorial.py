"""The tutorial, line by line: its files are written, its commands run, its output compared.

A fenced block with a path after its language is a file to write. In a ``console`` block each line
that begins with ``$`` is a command, and the lines below it stand in its output in that order;
``…`` stands for anything left out, at the end of a line too.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from in_place import in_place, put_in_place
from small_seeds import one_document

from taawun.loaders.builds.inputs import SEEDS
from taawun.server.publishing import publish
from taawun.server.publishing.static_address import HOME

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"tutorial.md": "en_GB.UTF-8", "tutorial.ar.md": "ar_EG.UTF-8"}
#: Both pages do the same: one over a part of the bundled collection, which takes half as long.
STANDS_ON = {"tutorial.md": one_document, "tutorial.ar.md": lambda: SEEDS}
BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class File:
    """A file to write."""

    path: str
    text: str


@dataclass(frozen=True)
class Keys:
    """Keys to press at the desk; what stands in guillemets is typed."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """A command with the lines of its output that the page shows."""

    line: str
    shown: tuple[str, ...]


#: The step that a test of its own does.
PUBLISH = "taawun publish"
#: The names of keys on the page, and those of the browser; letters and digits have the same.
NAMES = {"↓": "ArrowDown", "↵": "Enter", "Ctrl+↵": "Control+Enter"}


def steps(page: str) -> Iterator[File | Keys | Command]:
    for language, path, text in BLOCK.findall((DOCS / page).read_text("utf-8")):
        if path:
            yield File(path, text)
        elif language == "keys":
            yield Keys(tuple(text.splitlines()))
        elif language == "console":
            for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
                line, *shown = part.splitlines()
                yield Command(line, tuple(shown))


class Reader:
    """Somebody who does what the page says, in a folder of their own."""

    def __init__(self, run, folder: Path, page: str, browser, cache: Path) -> None:
        self.run, self.folder, self.environment = run, folder, {"LC_ALL": PAGES[page]}
        self.browser, self.saves, self.cache = browser, 0, cache
        self.bundled = STANDS_ON[page]()
        self.desk: subprocess.Popen[str] | None = None
        self.page = None
        self.exit_codes: dict[str, int] = {}

    def do(self, step: File | Keys | Command) -> None:
        if isinstance(step, File):
            (self.folder / step.path).write_text(step.text, "utf-8")
        elif isinstance(step, Keys):
            for line in step.lines:
                self.press(line)
        else:
            assert_shown(step, self.output(*shlex.split(step.line)))

    def output(self, name: str, *arguments: str) -> str:
        if name == "export":
            key, value = arguments[0].split("=")
            self.environment[key] = value
            return ""
        if arguments[0] == "desk":
            return self.open_desk(*arguments)
        if self.desk:
            self.leave_desk()
        if name == "cat":
            return (self.folder / arguments[0]).read_text("utf-8")
        assert name == "taawun"
        done = self.run(*arguments, env=self.environment)
        self.exit_codes[arguments[0]] = done.exit_code
        return str(done.output)

    def open_desk(self, *arguments: str) -> str:
        """Start the desk, and open its page."""
        self.desk = subprocess.Popen(
            [*in_place(self.bundled), *arguments, "--port", "0"],
            env={**os.environ, "PYTHONUNBUFFERED": "1", "TAAWUN_CACHE": str(self.cache),
                 **self.environment},
            stdout=subprocess.PIPE, text=True, cwd=self.folder,
        )  # fmt: skip
        assert self.desk.stdout
        said = self.desk.stdout.readline()
        self.page = self.browser.new_page()
        self.page.goto(re.search(r"http\S+", said)[0])
        self.page.wait_for_selector("body[data-ready]", timeout=60_000)
        return said

    def leave_desk(self) -> None:
        """Close the page, and stop the desk."""
        if self.page:
            self.page.close()
        assert self.desk
        assert self.desk.stdout
        self.desk.terminate()
        self.desk.wait(20)
        self.desk.stdout.close()
        self.desk = None

    def press(self, line: str) -> None:
        """Press the keys of a line; wait for what some of them lead to, as a person does."""
        page = self.page
        assert page
        for typed, key in re.findall("«(.*?)»|(\\S+)", line):
            if typed:
                page.keyboard.insert_text(typed)
                continue
            is_field = page.evaluate("document.activeElement.tagName === 'INPUT'")
            page.keyboard.press(NAMES.get(key, key.lower() if len(key) == 1 else key))
            if key == "Ctrl+↵":
                self.saves += 1
                page.wait_for_selector(f"body[data-saves='{self.saves}']", timeout=60_000)
            elif key in ("1", "↵") and not is_field:
                page.wait_for_selector("#form:not([hidden])", timeout=60_000)
            elif key == "R":
                page.wait_for_selector("#review .card", timeout=60_000)
            elif key == "A":
                page.wait_for_selector("#state[data-code=desk-recorded]", timeout=60_000)


def assert_shown(step: Command, output: str) -> None:
    rest = iter(line.rstrip() for line in output.splitlines())
    for line in step.shown:
        wanted = line.rstrip()
        if wanted != "…":
            start = wanted.removesuffix("…")
            assert any(
                said.startswith(start) if start != wanted else said == wanted for said in rest
            ), f"$ {step.line}\n{output}\n— has not, in its place:\n{line}"


@pytest.fixture(params=PAGES)
def page(request):
    return request.param


@pytest.fixture
def reader(run, tmp_path, monkeypatch, page, browser, the_build):
    monkeypatch.chdir(tmp_path)
    found = Reader(run, tmp_path, page, browser, the_build.path.parent)
    with put_in_place(found.bundled):
        yield found
    if found.desk:
        found.leave_desk()


@pytest.fixture(scope="module")
def finished() -> dict[str, Reader]:
    """Who has come to the end of a page, and left the collection there."""
    return {}


@pytest.mark.usefixtures("few_answers")
def test_the_page_is_true_line_by_line(reader, page, finished):
    done = list(steps(page))
    assert len([step for step in done if isinstance(step, Command)]) >= 10
    for step in done:
        if not (isinstance(step, Command) and step.line.startswith(PUBLISH)):
            reader.do(step)
    picture = (reader.folder / "model-kingdom.html").read_text("utf-8")
    assert "country/model-kingdom" in picture
    assert list((reader.folder / "my-dossier" / "reviews").glob("model-kingdom.*.yaml"))
    assert reader.exit_codes["check"] == 0
    finished[page] = reader


def test_both_pages_do_the_same():
    english, arabic = (
        [step.line if isinstance(step, Command) else step for step in steps(page)] for page in PAGES
    )
    assert english == arabic


#: What somebody might add after the tutorial: ten wrong things, and words of what is said.
FACT = "country/model-kingdom cooperationArea area/cybersecurity"
INTENDS = "إن المملكة تعتزم التعاون مع مصر"
SAID = f"وقال وزير البريد في مملكة النموذج {INTENDS} في مجال الأمن السيبراني"
SIGNED = "وقعت مصر ومملكة النموذج في 5 مايو 2026"
WRONG = {
    "a quote in another spelling": (
        ["add", *FACT.split(), "--quote", "إن المملكه تعتزم التعاون مع مصر"],
        ["copy the spelling of the document", INTENDS],
    ),
    "a quote that stands twice": (
        ["add", *FACT.split(), "--quote", "مملكة النموذج"],
        ["prefix"],
    ),
    "a name that nobody has": (
        ["add", "مملكة النمودج", "cooperationArea", "area/health", "--quote", INTENDS],
        ["did you mean", "country/model-kingdom"],
    ),
    "a predicate that does not exist": (
        ["add", "country/model-kingdom", "cooperationAreas", "area/health", "--quote", INTENDS],
        ["did you mean", "cooperationArea"],
    ),
    "a subject that the predicate cannot have": (
        ["add", "area/health", "signatory", "country/egypt", "--quote", INTENDS],
        ["cannot be the subject of signatory", "only Agreement can"],
    ),
    "a signatory of what is not signed": (
        ["add", "agreement/africa-free-trade", "signatory", "country/egypt", "--quote", SIGNED],
        ["no stage from “signed” on", "use “party”"],
    ),
    "a date that is not EDTF": (
        ["add", *FACT.split(), "--quote", INTENDS, "--when", "05/05/2026"],
        ["“05/05/2026” is not an EDTF date", "write 2019, 2022-09"],
    ),
    "a fact that is there already": (
        ["add", *FACT.split(), "--quote", SAID, "--modality", "planned"],
        ["already stated with this quote", "delete one of the two"],
    ),
    "an entity without an Arabic name": (
        {"entities/country.yaml": "country/model-kingdom: {en: Kingdom of Model (invented)}\n"},
        ["country.yaml:1", "has no “ar” name", "add ar: …"],
    ),
    "a text that was changed after it was taken in": (
        {"documents/model-kingdom.txt": "وقعت مصر ومملكة النموذج اتفاقية أخرى.\n"},
        ["is not the document that was registered", "restore the file"],
    ),
}


@pytest.fixture
def dossier(run, tmp_path, monkeypatch, finished, browser, the_build):
    """The collection that the tutorial leaves."""
    page = "tutorial.md"
    reader = finished.get(page) or Reader(run, tmp_path, page, browser, the_build.path.parent)
    monkeypatch.chdir(reader.folder)
    with put_in_place(reader.bundled):
        if page not in finished:
            left_out = ("taawun explore", PUBLISH)
            for step in steps(page):
                if not (isinstance(step, Command) and step.line.startswith(left_out)):
                    reader.do(step)
        yield reader


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_ten_wrong_additions_are_refused_with_a_remedy(dossier):
    assert len(WRONG) == 10
    folder = dossier.folder / "my-dossier"
    for kind, (attempt, words) in WRONG.items():
        before = contents(folder)
        if isinstance(attempt, dict):
            for path, text in attempt.items():
                (folder / path).write_text(text, "utf-8")
            said = dossier.run("check", env=dossier.environment)
        else:
            said = dossier.run(*attempt, "--document", "model-kingdom", env=dossier.environment)
            assert contents(folder) == before, kind
        assert said.exit_code in (1, 2), f"{kind}: {said.output}"
        assert [word for word in words if word not in said.output] == [], f"{kind}: {said.output}"
        assert "→" in said.output or "did you mean" in said.output, kind
        for path, content in before.items():
            path.write_bytes(content)
    assert dossier.run("check", env=dossier.environment).exit_code == 0


@pytest.mark.slow
def test_the_end_of_the_page_is_a_site_that_opens_in_a_browser(dossier, monkeypatch):
    """Once, since both pages do the same, and only the pages that are opened here.

    ``test_publish.py`` publishes all pages of a small graph, and follows every link.
    """
    (step,) = (
        step
        for step in steps("tutorial.md")
        if isinstance(step, Command) and step.line.startswith(PUBLISH)
    )

    addresses, write_pages = publish._Site._addresses, publish._Site.write_pages

    def few(site):
        site._graph.catalogue.keep(("model-kingdom-areas", "agreement-signatories"))
        pages = ("/", HOME)
        return [one for one in addresses(site) if one.path in pages or "model-kingdom" in one.path]

    monkeypatch.setattr(publish._Site, "_addresses", few)
    monkeypatch.setattr(
        publish._Site, "write_pages",
        lambda site, pages: replace(write_pages(site, pages), linked=set()),
    )  # fmt: skip
    # Another process would publish all.
    dossier.do(replace(step, line=f"{step.line} --jobs 1"))
    site = dossier.folder / "site"
    page = dossier.browser.new_page()
    page.goto((site / "questions" / "model-kingdom-areas.html").as_uri())
    assert "مملكة النموذج" in page.inner_text("main")
    page.goto((site / "document" / "model-kingdom.html").as_uri())
    assert "5 مايو 2026" in page.inner_text("main")
    page.goto((site / "en" / "index.html").as_uri())
    assert page.locator("a").count() > 5
    page.close()
