"""The tutorial, line by line: its files are written, its commands run, its output compared.

A fenced block with a path after its language is a file to write. In a ``console`` block each line
that begins with ``$`` is a command, and the lines below it stand in its output in that order;
``…`` stands for anything left out, at the end of a line too.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"tutorial.md": "en_GB.UTF-8", "tutorial.ar.md": "ar_EG.UTF-8"}
BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class File:
    """A file to write."""

    path: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command with the lines of its output that the page shows."""

    line: str
    shown: tuple[str, ...]


def steps(page: str) -> Iterator[File | Command]:
    for language, path, text in BLOCK.findall((DOCS / page).read_text("utf-8")):
        if path:
            yield File(path, text)
        elif language == "console":
            for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
                line, *shown = part.splitlines()
                yield Command(line, tuple(shown))


class Reader:
    """Somebody who does what the page says, in a folder of their own."""

    def __init__(self, run, folder: Path, locale: str) -> None:
        self.run, self.folder, self.environment = run, folder, {"LC_ALL": locale}
        self.exit_codes: dict[str, int] = {}

    def do(self, step: File | Command) -> None:
        if isinstance(step, File):
            (self.folder / step.path).write_text(step.text, "utf-8")
        else:
            assert_shown(step, self.output(*shlex.split(step.line)))

    def output(self, name: str, *arguments: str) -> str:
        if name == "export":
            key, value = arguments[0].split("=")
            self.environment[key] = value
            return ""
        if name == "cat":
            return (self.folder / arguments[0]).read_text("utf-8")
        assert name == "taawun"
        done = self.run(*arguments, env=self.environment)
        self.exit_codes[arguments[0]] = done.exit_code
        return str(done.output)


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
def reader(run, tmp_path, monkeypatch, page):
    monkeypatch.chdir(tmp_path)
    return Reader(run, tmp_path, PAGES[page])


@pytest.fixture(scope="module")
def finished() -> dict[str, Reader]:
    """Who has come to the end of a page, and left the collection there."""
    return {}


def test_the_page_is_true_line_by_line(reader, page, finished):
    done = list(steps(page))
    assert len([step for step in done if isinstance(step, Command)]) >= 10
    for step in done:
        reader.do(step)
    picture = (reader.folder / "model-kingdom.html").read_text("utf-8")
    assert "country/model-kingdom" in picture
    assert reader.exit_codes["check"] == 0
    finished[page] = reader


def test_both_pages_do_the_same():
    english, arabic = (
        [step if isinstance(step, File) else step.line for step in steps(page)] for page in PAGES
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
def dossier(run, tmp_path, monkeypatch, finished):
    """The collection that the tutorial leaves."""
    if reader := finished.get("tutorial.md"):
        monkeypatch.chdir(reader.folder)
        return reader
    monkeypatch.chdir(tmp_path)
    reader = Reader(run, tmp_path, PAGES["tutorial.md"])
    for step in steps("tutorial.md"):
        if isinstance(step, File) or not step.line.startswith("taawun explore"):
            reader.do(step)
    return reader


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
