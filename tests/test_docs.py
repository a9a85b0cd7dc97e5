"""Documentation under test: every printed command runs, and everything there is is listed.

A command is printed on a ``$`` line of a console block, on a line of an unmarked block, in a code
span, or in the help of a command. Each is run once, in a folder that has what the docs speak of.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from in_place import put_in_place

from generated_pages import PAGES as GENERATED
from taawun import cli
from taawun.api import KnowledgeGraph
from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import Build
from taawun.loaders.documents import DOCUMENT_KEYS, SPAN_KEYS
from taawun.loaders.entities import ALIAS_KEYS, ENTITY_KEYS
from taawun.loaders.files.fact_files import ENTRY_KEYS, FACT_KEYS, FILE_KEYS
from taawun.loaders.status_file import STATUS_KEYS
from taawun.queries.catalogue import Catalogue

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.ar.md")
PAGES = [
    page
    for pattern in ("*.md", "docs/*.md", "benchmarks/*.md", "loaders/editing/template/**/*.md")
    for page in sorted(ROOT.glob(pattern))
]
#: ``test_tutorial.py`` runs the blocks of these, in their order; here only their code spans are.
TUTORIALS = (DOCS / "tutorial.md", DOCS / "tutorial.ar.md")
README = READMES[0].read_text("utf-8")

BLOCK = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.M | re.S)
DOLLAR = re.compile(r"^ *\$ (.*)", re.M)
SPAN = re.compile(r"`((?:taawun|make|python|curl) [^`]+)`")

#: What the docs write for something of the reader's, and what is put there when it runs.
PLACEHOLDERS = {
    "NAME": "agreement-signatories",
    "QUERY": "'SELECT ?c { ?c a tw:Country } LIMIT 1'",
    "URL": "http://localhost:7878/query",
    "DIR": "my-dossier",
    "COLLECTION": "my-dossier",
    "PROOF.json": "proof.json",
    "DUMP.nq": "old.nq",
    "SLUG": "egypt-iraq-talks",
    "FILE.yaml": "batch.yaml",
    "FILE.jsonl": "candidates.jsonl",
    "A [B]": "old.nq",
    "-p parameter=value": "-p country=نيجيريا",
    "show …": "show العراق",
    "--jobs N": "--jobs 4",
    "data-release": "data",
    "--collection …": "--collection my-dossier",
}

#: The commands that are only read by click, each with the reason; keys are beginnings.
ONLY_READ = {
    "taawun add SUBJECT PREDICATE OBJECT": "a form; docs/extend.md has one of each, which runs",
    "taawun add entity CLASS SLUG": "the same",
    "taawun add document FILE": "the same",
    "taawun add unit SLUG --ar NAME": "the same",
    "taawun check --accept-answers": "rewrites the expected answers of the package",
    "taawun check --preview": "tests/test_preview.py checks before and after an edit",
    "taawun explore -o taawun.html": "make runs it; tests/test_explorer.py opens the whole graph",
    "taawun explore --open": "opens a browser on what taawun explore -o writes",
    "taawun push --endpoint http://localhost:8890": "Virtuoso's; tests/remote pushes to one",
    "taawun add --collection my-dossier": "asks on a terminal; tests/test_dialogue.py answers it",
    "taawun add new agreement --ar NAME": "the same",
    "taawun desk": "runs until it is stopped; tests/test_desk.py works at it",
    "taawun review": "tests/test_review.py reviews facts that are there",
    "taawun reconcile": "tests/test_review.py reconciles names; the file is the reader's own",
    "taawun build --scheduler tcp://": "tests/test_sharded_build.py starts Dask's scheduler",
    "taawun new my-dossier --git": "tests/test_git_collection.py makes one",
    "taawun publish": "takes minutes; tests/test_publish.py publishes a part of the graph",
    "taawun release --since": "tests/test_release.py makes two releases",
    "taawun release next-release": "the same",
    "taawun release data-release --since": "the same",
    "taawun mcp": "runs until it is stopped; tests/test_mcp.py asks it",
    "taawun serve": "runs until it is stopped; the curl commands ask one that the tests start",
}

#: The commands that exit with 1, since nothing answers, and why; all others exit with 0.
ANSWERS_NOTHING = {
    "taawun ask corrected-documents": "no bundled document corrects another",
    "taawun ask disagreements": "the bundled documents have none",
    "taawun ask facts-not-asserted": "no bundled fact is withdrawn",
    "taawun show العراق --history": "the same",
}

#: The commands that run over the whole bundled collection, which passes every check and has what
#: they ask for. For the others, a small one does; a collection of one's own is checked alone.
WHOLE = ("ask", "check", "path", "show", "sparql")


def spans_and_lines(text: str, blocks: bool = True) -> Iterator[str]:
    """The commands that a page prints; ``blocks`` without those of its fenced blocks."""
    for language, block in BLOCK.findall(text) if blocks else ():
        joined = re.sub(r"\\\n\s*", "", block)
        if language in ("console", "sh", "bash"):
            yield from DOLLAR.findall(joined)
        elif not language:
            yield from commands_in_lines(joined)
    rest = BLOCK.sub("", text)
    yield from (" ".join(span.split()) for span in SPAN.findall(rest))
    yield from DOLLAR.findall(rest)


def commands_in_lines(text: str) -> Iterator[str]:
    """Lines that begin with a command; what two spaces part from it says what it does."""
    for line in re.findall(r"^\s*((?:taawun|curl) .*)", text, re.M):
        yield re.split(r"\s{2,}", line)[0]


def commands(of: click.Command, context: click.Context) -> Iterator[tuple[click.Command, str]]:
    """A command and those below it, each with its help, whose lines are not broken."""
    context.max_content_width = context.terminal_width = 1000
    yield of, of.get_help(context)
    if isinstance(of, click.Group):
        for name in of.list_commands(context):
            below = of.get_command(context, name)
            assert below
            yield from commands(below, click.Context(below, context, name))


def printed() -> dict[str, str]:
    """Every printed command, with the place where it is printed first."""
    found: dict[str, str] = {}
    for page in PAGES:
        for line in spans_and_lines(page.read_text("utf-8"), page not in TUTORIALS):
            found.setdefault(line, page.name)
    for command, help_text in commands(cli.main, click.Context(cli.main, info_name="taawun")):
        for line in (*commands_in_lines(help_text), *SPAN.findall(help_text)):
            found.setdefault(line, f"taawun {command.name} --help")
    for language in ("en", "ar"):
        for line in commands_in_lines(CliRunner().invoke(cli.main, ["--lang", language]).output):
            found.setdefault(line, "taawun")
    return found


PRINTED = printed()
OURS = [line for line in PRINTED if line.startswith("taawun ")]
NAMES_ONLY = [
    line for line in OURS if re.fullmatch(r"taawun [a-z]+( (fact|entity|document|batch))?", line)
]


def runs(line: str) -> bool:
    if not line.startswith(("taawun ", "curl ")):
        return False
    read = line in NAMES_ONLY or any(line.startswith(start) for start in ONLY_READ)
    return not read or line in ("taawun build", "taawun check", "taawun questions")


def filled_in(line: str) -> str:
    for form, value in PLACEHOLDERS.items():
        line = re.sub(rf"(?<=\s){re.escape(form)}(?=\s|$)", value, line)
    return line


@dataclass(frozen=True)
class Desk:
    """A folder with what the docs speak of, and the addresses behind the printed ones."""

    folder: Path
    build: Path
    store: str

    def put(self, line: str, asked: str) -> list[str]:
        """The words of a command, with this desk's build and store in place of the printed ones.

        ``asked`` is the endpoint that questions are put to.
        """
        line = filled_in(line).replace("652bed63e5da872d", self.build.name)
        store = asked if line.startswith("taawun ask ") else self.store
        line = re.sub(r"http://localhost:(7878/query|8890/sparql)(?=\s|$)", store, line)
        return shlex.split(line.replace("http://localhost:8890/sparql-auth", self.update))

    @property
    def update(self) -> str:
        return self.store.removesuffix("query") + "update"


@pytest.fixture(scope="module")
def small(small_in_place) -> Build:
    """The build of a small collection."""
    with small_in_place() as made:
        return made


@pytest.fixture(scope="module")
def store(tmp_path_factory, small) -> Iterator[str]:
    """The address of an Oxigraph server that holds its graph, whichever command comes first."""
    folder = tmp_path_factory.mktemp("store")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = "127.0.0.1:{1}".format(*free.getsockname())
    program = [str(Path(sys.executable).with_name("oxigraph")), "serve", "--bind", address]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(program, cwd=folder, stdout=log, stderr=log)
    try:
        for _ in range(100):
            with suppress(OSError):
                urllib.request.urlopen(f"http://{address}/query?query=ASK%7B%7D", timeout=5).close()
                break
            time.sleep(0.1)
        else:
            pytest.fail((folder / "log").read_text(), pytrace=False)
        load = urllib.request.Request(
            f"http://{address}/store",
            small.dump.read_bytes(),
            {"Content-Type": "application/n-quads"},
        )
        urllib.request.urlopen(load, timeout=60).close()
        yield f"http://{address}/query"
    finally:
        server.terminate()
        server.wait(20)


def git(folder: Path, *arguments: str) -> None:
    name = ("-c", "user.name=x", "-c", "user.email=x@y")
    subprocess.run(["git", "-C", str(folder), *name, *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def desk(tmp_path_factory, the_build, small, small_collection, small_in_place, store) -> Desk:
    """The folder: a text, tables, dumps, and two collections with a history."""
    folder = tmp_path_factory.mktemp("desk")
    text = re.search(
        r"^```text model-kingdom.txt\n(.*?)^```", TUTORIALS[0].read_text("utf-8"), re.M | re.S
    )
    assert text
    (folder / "article.txt").write_text(text[1], "utf-8")
    (folder / "facts.csv").write_text(
        "document,quote,subject,predicate,object,modality,note\n"
        "egypt-iraq-talks,تعزيز التعاون الثنائي بين مصر والعراق,country/iraq,cooperationArea,"
        "area/free-trade,inferred,A note.\n",
        "utf-8",
    )
    quote = "تعزيز التعاون الثنائي بين مصر والعراق"
    fact = {"document": "egypt-iraq-talks", "quote": quote, "subject": "العراق",
            "predicate": "party", "object": "مصر", "modality": "planned"}  # fmt: skip
    (folder / "candidates.jsonl").write_text(json.dumps(fact, ensure_ascii=False), "utf-8")
    fact |= {"predicate": "cooperationArea", "object": "area/free-trade"}
    (folder / "batch.yaml").write_text(json.dumps([fact], ensure_ascii=False), "utf-8")
    for name in ("old.nq", "new.nq"):
        (folder / name).symlink_to(small.dump)
    rows = KnowledgeGraph(small.store()).ask("inferred-facts")
    (folder / "proof.json").write_text(rows.to_json(why=True), "utf-8")
    shutil.copytree(small_collection, folder / "seeds", ignore=shutil.ignore_patterns("__*"))
    shutil.copytree(ROOT / "loaders" / "editing" / "template", folder / "my-dossier")
    git(folder, "init", "-q")
    for tag in ("v0.1", "v1", "v2"):
        (folder / "my-dossier" / "README.md").write_text(tag)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", tag)
        git(folder, "tag", tag)
    with small_in_place():
        made = build([folder / "my-dossier"], cache=the_build.path.parent)
    return Desk(folder, made.path, store)


@pytest.fixture
def do(
    run, desk, server, small_in_place, empty, tmp_path, monkeypatch
) -> Callable[[str], tuple[int, str]]:
    """Run a printed command in a copy of the folder; gives the exit code and the output."""
    here = tmp_path / "desk"
    shutil.copytree(desk.folder, here, symlinks=True)
    monkeypatch.chdir(here)
    monkeypatch.setattr(click, "launch", lambda _: 0)

    def call(line: str) -> tuple[int, str]:
        if line.startswith("curl "):
            asked = shlex.split(line.replace("http://127.0.0.1:7878", server.url))
            done = subprocess.run(
                [*asked, "-sS", "--fail"], capture_output=True, text=True, timeout=60
            )
            return done.returncode, done.stdout + done.stderr
        words = desk.put(line, f"{server.url}/sparql")
        # However many builds the commands make, this one is among the last that are kept.
        os.utime(desk.build)
        if words[1] == "new":
            shutil.rmtree(here / words[2])
        place = nullcontext() if words[1] in WHOLE else small_in_place()
        if words[1] == "check" and "--collection" in words:
            place = put_in_place(empty)
        with place:
            said = run(*words[1:])
        return said.exit_code, said.output

    return call


@pytest.mark.usefixtures("few_answers")
@pytest.mark.parametrize("line", {filled_in(x): x for x in PRINTED if runs(x)}.values())
def test_a_printed_command_runs(line, do):
    # ``ask`` reads what is no name of a question as a question in one's own words.
    named = re.match(r"taawun ask ([a-z-]+)(?= |$)", filled_in(line))
    assert not named or named[1] in Catalogue(), f"{PRINTED[line]}: {line}"
    code, output = do(line)
    assert code == (1 if line in ANSWERS_NOTHING else 0), f"{PRINTED[line]}: {line}\n{output}"
    assert output or " -o " in line or " --batch " in line


@pytest.mark.parametrize("line", [line for line in OURS if not runs(line)])
def test_a_printed_command_that_is_only_read_has_its_options(line):
    arguments = shlex.split(line)[1:]
    command, context = cli.main, click.Context(cli.main, info_name="taawun")
    while isinstance(command, click.Group) and arguments:
        # ``add`` alone takes what is no command for the beginning of a fact.
        named = command.get_command(context, arguments[0])
        below = named or command.get_command(context, "fact")
        assert below, f"{PRINTED[line]}: {line}"
        command, context = below, click.Context(below, context, below.name)
        arguments = arguments[1:] if named else arguments
    command.make_parser(context).parse_args(arguments)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_a_new_collection_proposes_is_among_what_runs(language, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    proposed = list(commands_in_lines(run("new", "my-dossier", "--lang", language).output))
    assert len(proposed) == 3
    assert [line for line in proposed if line not in PRINTED or not runs(line)] == []


def test_every_kind_of_printed_command_is_tried():
    kinds = (
        "taawun ",
        "curl ",
        "make",
        "python benchmarks/",
        "python tests/support/",
        # What installs, or sets up a repository: tests/test_packaging.py, tests/test_extras.py and
        # tests/test_git_collection.py do so in their own way.
        "pip install ",
        "pipx install ",
        "uv tool install ",
        "podman ",
        "git init ",
        ". .venv/bin/activate",
    )
    assert [line for line in PRINTED if not line.startswith(kinds)] == []
    assert len(OURS) > 80
    for start in (*ONLY_READ, *ANSWERS_NOTHING):
        assert [line for line in OURS if line.startswith(start)], f"{start} is printed nowhere"
    for form in PLACEHOLDERS:
        assert [line for line in OURS if form in line], f"{form} is printed nowhere"


def test_printed_make_targets_and_benchmarks_are_there():
    makefile = (ROOT / "Makefile").read_text()
    made = [line.split()[1:] or ["all"] for line in PRINTED if line.split()[0] == "make"]
    # Behind the targets may stand variables, as in VERSION=0.2.0.
    targets = {word for words in made for word in words if "=" not in word}
    assert targets >= {"all", "test", "quick", "release"}
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.M)] == []
    measured = [line.split() for line in PRINTED if line.startswith("python ")]
    assert len(measured) > 5
    for _, script, *arguments in measured:
        text = (ROOT / script).read_text()
        assert [word for word in arguments if word.startswith("--") and word not in text] == []


def test_the_line_after_make_puts_taawun_on_the_path():
    assert "VENV   := .venv" in (ROOT / "Makefile").read_text()
    line = next(line for line in PRINTED if line.startswith(". .venv"))
    line = line.replace(".venv", sys.prefix)
    shells = [shell for shell in ("sh", "bash", "zsh") if shutil.which(shell)]
    assert shells
    for shell in shells:
        said = subprocess.run(
            [shell, "-c", f"{line} && command -v taawun"], capture_output=True, text=True
        )
        assert said.stdout == f"{sys.prefix}/bin/taawun\n", f"{shell}: {said.stderr}"


def test_output_shown_in_the_readmes_is_real(run):
    shown: dict[str, list[str]] = {}
    for page in READMES:
        for language, block in BLOCK.findall(page.read_text("utf-8")):
            command, *lines = block[block.rfind("$ ") :].splitlines()
            if language == "console" and lines:
                shown.setdefault(command[2:], []).extend(line for line in lines if line != "…")
    assert shown
    for command, lines in shown.items():
        said = run(*shlex.split(command)[1:])
        assert said.exit_code == 0
        printed = [line.rstrip() for line in said.output.splitlines()]
        assert [line for line in lines if line not in printed] == []


def test_both_readmes_print_the_same():
    english, arabic = (
        [
            (language, [line for line in block.splitlines() if line.startswith("$ ")])
            if language == "console"
            else (language, block)
            for language, block in BLOCK.findall(
                page.read_text("utf-8").replace("--lang en", "--lang ar").replace('"en"', '"ar"')
            )
        ]
        for page in READMES
    )
    assert len(english) > 5
    assert english == arabic
    links = [sorted(re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8"))) for page in READMES]
    assert set(links[0]) - {"README.ar.md"} == set(links[1]) - {"README.md"}
    assert "README.ar.md" in links[0]
    assert "README.md" in links[1]


def test_the_python_of_the_readme_runs(the_build, monkeypatch, capsys):
    monkeypatch.setenv("TAAWUN_CACHE", str(the_build.path.parent))
    blocks = re.findall(r"```python\n(.*?)```", README, re.S)
    assert blocks
    for block in blocks:
        exec(block, {})
    assert "وقعت مصر" in capsys.readouterr().out


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_command_is_in_the_readme(page):
    text = page.read_text("utf-8")
    assert [name for name in cli.COMMANDS if f"taawun {name}" not in text] == []


def test_every_key_of_the_files_is_in_the_docs():
    page = (DOCS / "extend.md").read_text("utf-8")
    explained = set(re.findall(r"`([A-Za-z0-9]+)`|[{ ](\w+):", page.partition("key by key")[2]))
    words = {word for pair in explained for word in pair}
    keys = FILE_KEYS | ENTRY_KEYS | FACT_KEYS | STATUS_KEYS
    keys |= ENTITY_KEYS | ALIAS_KEYS | DOCUMENT_KEYS | SPAN_KEYS
    assert len(keys) > 30
    assert sorted(keys - words) == []


def test_links_in_the_docs_lead_somewhere():
    for path in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_up_to_date(name):
    assert (DOCS / f"{name}.md").read_text("utf-8") == GENERATED[name](), "run make docs"


def test_the_changelog_names_this_version():
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.M)
    assert version
    assert f"## [{version[1]}]" in (ROOT / "CHANGELOG.md").read_text()


def test_no_path_of_a_machine_and_no_registry_stands_in_the_repository():
    found = subprocess.run(
        ["git", "grep", "-nIE", r"/(root|work)/[a-z]|index[-_]url|://[^/ ]*(pypi|npmjs)"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert [line for line in found.stdout.splitlines() if "test_docs.py" not in line] == []
