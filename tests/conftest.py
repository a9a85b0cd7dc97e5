"""What most tests stand on: the bundled collection, its build in a cache of its own, its graph."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import psutil
import pyoxigraph as ox
import pytest
import yaml
from click.testing import CliRunner, Result
from in_place import put_in_place
from small_seeds import one_document, small_seeds

from taawun.api import KnowledgeGraph
from taawun.cli import main
from taawun.graph.derive import derive
from taawun.graph.fact_index import FactIndexWriter
from taawun.graph.store import FACT_INDEX, Store
from taawun.loaders.builds.atomic_folder import seal
from taawun.loaders.builds.build import build, lines_of
from taawun.loaders.builds.cache import STORE, Build
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import Collection, read_collection
from taawun.loaders.editing.new_collection import new_collection
from taawun.queries.answer import answer_of
from taawun.queries.catalogue import Catalogue
from taawun.queries.names import Names
from taawun.queries.question import Question
from taawun.queries.results import Table
from taawun.viz import explorer
from taawun.viz.answers import answer_questions

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: Without its windows, Chromium opens a page in a third of the processor time.
CHROMIUM = [Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Fixtures that need more than Python, or long, each with the mark of the tests that use it.
NEEDS = {
    "browser": "browser", "run_java": "java", "packages": "node", "virtuoso": "virtuoso",
    "larger": "slow", "mutants": "slow", "reader": "slow", "wheel": "slow",
    "small_build": "slow", "copy_of_small": "slow", "ask_over": "slow", "released": "slow",
    "union_oxigraph": "slow", "served": "slow", "fronts": "slow",
}  # fmt: skip
#: Files whose tests build collections, start processes or run commands one after the other.
SLOW_FILES = {
    "test_add", "test_build", "test_bundles", "test_cache", "test_command_input",
    "test_current_folder", "test_derive_in_parts", "test_desk", "test_diff", "test_docs",
    "test_docs_site", "test_exports", "test_extension", "test_extras", "test_input_files",
    "test_new", "test_new_statements", "test_notebook", "test_outputs", "test_patterns",
    "test_preview", "test_record_status", "test_review", "test_serve", "test_serve_workers",
    "test_shapes", "test_sharded_build", "test_stopping", "test_suggest", "test_windows",
}  # fmt: skip
#: Of each family of more cases than the first, all but one in so many as the second are slow.
MANY, FEW = 10, 8
LEFT_OUT = pytest.StashKey[dict[str, int]]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Function]) -> None:
    """Mark tests that need more than Python; long ones and most of large families are slow."""
    families = Counter(item.nodeid.partition("[")[0] for item in items)
    seen: Counter[str] = Counter()
    for item in items:
        family = item.nodeid.partition("[")[0]
        is_of_many = families[family] > MANY and seen[family] % FEW
        if is_of_many or item.path.stem in SLOW_FILES or item.path.parent.name == "remote":
            item.add_marker("slow")
        seen[family] += 1
        # A parameter may be the name of a fixture, such as that of a store.
        params = item.callspec.params.values() if hasattr(item, "callspec") else ()
        used = {*item.fixturenames, *(value for value in params if isinstance(value, str))}
        for mark in {NEEDS[name] for name in NEEDS.keys() & used}:
            item.add_marker(mark)
        if any(item.get_closest_marker(mark) for mark in {*NEEDS.values()}):
            # Tracing would take a fifth more of the time of these.
            item.add_marker("no_cover")


def pytest_deselected(items: Sequence[pytest.Function]) -> None:
    """Count what is left out; a test with several marks is counted by the first."""
    marks = dict.fromkeys(NEEDS.values())
    for item in items:
        item.config.stash.setdefault(LEFT_OUT, Counter())[
            next((mark for mark in marks if item.get_closest_marker(mark)), "other")
        ] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist hands its counts to the process that reports."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(session.config.stash.get(LEFT_OUT, {}))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each worker collects every test, so the counts of any one are those of all."""
    # A worker that crashed has no output.
    if output := getattr(node, "workeroutput", None):
        node.config.stash[LEFT_OUT] = output["left_out"]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was left out."""
    if config.option.markexpr and (left_out := config.stash.get(LEFT_OUT, {})):
        counts = ", ".join(f"{count:,} {mark}" for mark, count in sorted(left_out.items()))
        terminalreporter.write_line(f"left out: {counts} (make test runs them all)")


@pytest.fixture(scope="session")
def the_collection() -> Collection:
    """The bundled collection, read and checked."""
    return read_collection([SEEDS])


@pytest.fixture(scope="session")
def the_build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A build of the bundled collection, whatever stands in its place in the file that asks."""
    with put_in_place(SEEDS):
        return build(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example collection of ``taawun new``: a document, three entities, six facts."""
    folder = tmp_path_factory.mktemp("example") / "mine"
    new_collection(folder, with_example=True)
    return folder


@pytest.fixture
def example_alone(example: Path) -> Iterator[Path]:
    """That collection in place of the bundled one, whose build takes ten times as long."""
    with put_in_place(example):
        yield example


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new collection, without documents and facts."""
    folder = tmp_path_factory.mktemp("empty") / "mine"
    new_collection(folder)
    return folder


@pytest.fixture
def nothing_bundled(empty: Path) -> Iterator[None]:
    """That collection in place of the bundled one, so that a test has only what it gives."""
    with put_in_place(empty):
        yield


@pytest.fixture(scope="session")
def example_build(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A build of that collection alone."""
    with put_in_place(example):
        return build(cache=tmp_path_factory.mktemp("example-cache"))


@pytest.fixture(scope="session")
def few_facts() -> Path:
    """The bundled collection with the facts of one of its documents."""
    return small_seeds()


@pytest.fixture
def few_facts_alone(few_facts: Path) -> Iterator[Path]:
    """That collection in place of the bundled one, whose build takes four times as long."""
    with put_in_place(few_facts):
        yield few_facts


@pytest.fixture
def one_document_alone() -> Iterator[Path]:
    """One of the bundled documents with its facts and what they name; every check passes."""
    with put_in_place(one_document()):
        yield one_document()


@pytest.fixture
def environment(the_build: Build) -> dict[str, str]:
    """What a command of ours finds around it, with the session's cache."""
    return {
        **os.environ,
        "TAAWUN_CACHE": str(the_build.path.parent),
        "TAAWUN_COLLECTIONS": "",
        "LC_ALL": "en_GB.UTF-8",
    }


@pytest.fixture(scope="session")
def small_collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The part of the bundled collection that names the memorandum with Iraq."""
    collection = tmp_path_factory.mktemp("small") / "seeds"
    shutil.copytree(SEEDS, collection)
    for file in (collection / "facts").iterdir():
        if file.stem != "egypt-iraq-talks":
            file.unlink()
            continue
        told = yaml.safe_load(file.read_text("utf-8"))
        told["evidence"] = [entry for entry in told["evidence"] if any(
            name in str(entry) for name in ("memorandum-of-understanding/egypt-iraq", "amr-talaat")
        )]  # fmt: skip
        file.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    return collection


@pytest.fixture(scope="session")
def small_in_place(
    small_collection: Path, the_build: Build
) -> Callable[[], AbstractContextManager[Build]]:
    """Put that part in the place of the bundled collection in this process; gives its build."""

    @contextmanager
    def replaced() -> Iterator[Build]:
        with put_in_place(small_collection):
            yield build(cache=the_build.path.parent)

    return replaced


@pytest.fixture(scope="session")
def small_build(small_collection: Path) -> Build:
    """A build of that part."""
    folder = small_collection.parent
    found = read_collection([small_collection])
    derived = list(derive(found.facts, found.schema, found.classes))
    made = Build(folder / "0123456789abcdef", is_new=True)
    made.path.mkdir()
    index = FactIndexWriter(lambda: made.path / FACT_INDEX)
    lines = [*index.heeded(lines_of(found, derived))]
    for fact in found.facts:
        index.add(fact)
    for item in derived:
        index.add_derived(item)
    index.add_documents(found.documents.values())
    index.finish()
    store = ox.Store(str(made.path / STORE))
    store.bulk_load("\n".join(lines).encode(), ox.RdfFormat.N_QUADS)
    return made


@pytest.fixture
def few_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What explorers answer: few of many questions. ``test_explorer.py`` opens one with all."""

    def few(store: Store, questions: Iterable[Question], names: Names | None, **kept: bool) -> Any:
        return answer_questions(store, list(questions)[:3], names, **kept)

    monkeypatch.setattr(explorer, "answer_questions", few)


@pytest.fixture(scope="session")
def copy_of_small(the_build: Build, small_build: Build) -> Callable[[Path], Path]:
    """Copy the small build into a cache, where it passes for that of the bundled collection.

    Pages that servers keep in a build are not copied.
    """

    def copy(cache: Path) -> Path:
        target = cache / the_build.path.name
        left_out = shutil.ignore_patterns("explorer-*", STORE, FACT_INDEX)
        shutil.copytree(the_build.path, target, ignore=left_out)
        shutil.copytree(small_build.path / STORE, target / STORE)
        shutil.copy(small_build.path / FACT_INDEX, target)
        seal(target)
        return target

    return copy


@pytest.fixture(scope="session")
def graph(the_build: Build) -> KnowledgeGraph:
    """The bundled graph, opened."""
    return KnowledgeGraph(the_build.store(), language="ar")


@pytest.fixture(scope="session")
def answers(graph: KnowledgeGraph) -> Mapping[str, Table]:
    """The answer to each stored question, with examples of the values that it requires."""
    return {name: answer_of(graph.store, one) for name, one in Catalogue().questions.items()}


@pytest.fixture
def run(the_build: Build) -> Callable[..., Result]:
    """Run a command of ours in a pipe, in English, over the session's cache."""

    def call(*arguments: str, env: Mapping[str, str] | None = None, **options: Any) -> Result:
        # However many builds a test makes, the session's is among the last that are kept.
        os.utime(the_build.path)
        surroundings = {
            "TAAWUN_CACHE": str(the_build.path.parent),
            "TAAWUN_COLLECTIONS": "",
            "LC_ALL": "en_GB.UTF-8",
            "COLUMNS": "100",
            **(env or {}),
        }
        return CliRunner().invoke(main, list(arguments), env=surroundings, **options)

    return call


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body, which must be UTF-8."""
        return self.body.decode()


@dataclass(frozen=True, slots=True)
class Server:
    """A running server of ours on loopback."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    @property
    def url(self) -> str:
        """The address of its root, without a slash."""
        return f"http://127.0.0.1:{self.port}"

    def workers(self, nice: int = 0) -> dict[int, psutil.Process]:
        """The living worker processes, by number: those that answer, or those of that priority."""
        found = {}
        # The kernel's own list: psutil would read every process of the machine for it.
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        for number in " ".join(file.read_text() for file in threads).split():
            # One that has just ended has no command line any more.
            with suppress(psutil.NoSuchProcess):
                child = psutil.Process(int(number))
                if f'"nice": {nice}' in "".join(child.cmdline()):
                    found[child.pid] = child
        return found

    def get(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Answer:
        """Ask for a path; header names are written with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            got = connection.getresponse()
            found = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, found, got.read())
        finally:
            connection.close()

    def query(self, text: str, method: str = "GET", **headers: str) -> Answer:
        """Send a query by GET."""
        return self.get(f"/sparql?{urlencode({'query': text})}", method, **headers)


#: The command line, whose servers make an explorer only when somebody asks for it: that of the
#: whole graph takes ten seconds. ``test_serve_explorer.py`` starts servers as they are.
UNHURRIED = (
    "-c",
    "import sys; del sys.path[0]\n"
    "from taawun import __main__\n"
    "from taawun.server.pages import explorer_pages\n"
    "explorer_pages._QUIET = 1e6\n"
    "__main__.main()",
)
#: The same, with less patience for slow clients and for those who wait for a worker.
IMPATIENT = (
    "-c",
    UNHURRIED[1].replace(
        "__main__.main()",
        "from functools import partial\n"
        "from taawun.server import slow_clients\n"
        "from taawun.server.workers import process\n"
        "slow_clients.PATIENCE = 3\n"
        "process.Limits = partial(process.Limits, sending=3, patience=3)\n"
        "__main__.main()",
    ),
)


@pytest.fixture(scope="session")
def start_server(
    the_build: Build, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Server]]:
    """Start ``taawun serve``, or another command that serves, on a free port."""
    started: list[Server] = []

    def start(
        *arguments: str,
        command: tuple[str, ...] = UNHURRIED,
        cache: Path = the_build.path.parent,
    ) -> Server:
        log = tmp_path_factory.mktemp("server") / "log"
        with log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, *command, *arguments],
                env={
                    **os.environ,
                    "TAAWUN_CACHE": str(cache),
                    "TAAWUN_COLLECTIONS": "",
                    "LC_ALL": "en_GB.UTF-8",
                    "PYTHONUNBUFFERED": "1",
                },
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert process.stdout
        said = process.stdout.readline()
        port = re.search(r":(\d+)/", said)
        assert port, f"{said}{log.read_text()}"
        started.append(Server(process, int(port[1]), log))
        return started[-1]

    yield start
    for server in started:
        server.process.terminate()
        server.process.wait(20)
        if server.process.stdout:
            server.process.stdout.close()


@pytest.fixture(scope="session")
def server(start_server: Callable[..., Server]) -> Server:
    """``taawun serve`` with limits that are soon reached."""
    limits = ("--timeout", "3", "--workers", "2")
    return start_server("serve", "--port", "0", *limits, command=IMPATIENT)


@pytest.fixture
def impatient(start_server: Callable[..., Server]) -> Server:
    """One with a single worker, for which few may wait."""
    limits = ("--timeout", "1", "--workers", "1")
    return start_server("serve", "--port", "0", *limits, command=IMPATIENT)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium, without a network of its own."""
    from playwright.sync_api import sync_playwright

    found = next((file for file in CHROMIUM if file.exists()), None)
    if not found:
        pytest.fail(f"these tests need the Debian package {CHROMIUM[0].name}", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(found), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def site(start_server: Callable[..., Server]) -> Server:
    """``taawun serve`` with time enough for every page, however busy the machine is."""
    return start_server("serve", "--port", "0", "--timeout", "120", "--workers", "2")


@pytest.fixture(scope="session")
def small_site(
    start_server: Callable[..., Server],
    copy_of_small: Callable[[Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Server:
    """The same over a small part of the graph, whose explorer is soon made."""
    folder = copy_of_small(tmp_path_factory.mktemp("site") / "cache")
    return start_server(
        "serve", "--port", "0", "--timeout", "120", "--workers", "1", cache=folder.parent
    )
