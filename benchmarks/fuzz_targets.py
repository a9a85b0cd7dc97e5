"""What is spoiled for ``fuzz.py``, and how each kind of input is tried."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click
import pyoxigraph as ox
from click.testing import CliRunner
from fuzz_endpoint import SpoilingEndpoint
from fuzz_http import Service, request_of
from mutations import NASTY, spoil

from taawun.api import KnowledgeGraph, Rows
from taawun.cli import COMMANDS, main
from taawun.graph.derive import derive
from taawun.graph.errors import CollectionError, TaawunError
from taawun.graph.remote.push import push
from taawun.graph.remote.remote_store import Endpoint, RemoteStore
from taawun.graph.store import EmbeddedStore
from taawun.loaders.builds.build import build, lines_of
from taawun.loaders.collection import Collection, read_collection
from taawun.queries.catalogue import Catalogue

ROOT: Final = Path(__file__).parent.parent
#: How long a remote store is waited for.
SECONDS_REMOTE: Final = 2
#: Commands that do not end by themselves.
ENDLESS: Final = frozenset({"serve"})
#: Options that open windows, write into the package, or run pySHACL, which takes minutes.
NEVER: Final = frozenset({"open_it", "accept_answers", "reference"})
#: Files of further kinds in the collection.
MORE: Final = {
    "entities/region.csv": "reference,ar,en,also\ncountry/atlantis,أطلانطس,Atlantis,أطلنتس@talks\n",
    "facts/more.jsonl": '{"document": "talks", "quote": "وقّعت مصر وليتوانيا مذكرة تفاهم", '
    '"subject": "memorandum-of-understanding/egypt-lithuania", "predicate": "area", '
    '"object": "area/e-commerce"}\n',
    "facts/status.yaml": "- fact: [agreement/egypt-iraq, party, country/iraq]\n"
    "  recordStatus: disputed\n  statusDate: 2026-11-25\n  statusReason: Somebody doubts it.\n",
}
WORDS: Final = (
    "country/egypt", "العراق", "Iraq", "agreement-signatories", "country=نيجيريا", "nquads", "en",
    "json", "talks", "mine", "mine/documents/talks.txt", "new", "-", "0", "-1", "99999999999",
    "http://127.0.0.1:1/", "SELECT * { ?s ?p ?o } LIMIT 3", "/nonexistent/x", "facts.yaml",
    "signatory", "2024-05", "asserted", "مصر",
)  # fmt: skip


class Ground:
    """What a worker tries inputs on: a small sound collection, its graph, a cache and a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mine = folder / "mine"
        tests = ROOT / "tests"
        shutil.copytree(tests / "collections" / "sound", self.mine)
        shutil.copytree(tests / "extension" / "labs" / "ontology", self.mine / "ontology")
        (self.mine / "queries").mkdir()
        for name, content in MORE.items():
            (self.mine / name).write_text(content, "utf-8")
        self.files = sorted(path for path in self.mine.rglob("*") if path.is_file())
        self.contents = [path.read_bytes() for path in self.files]
        self.questions = [path.read_bytes() for path in sorted(ROOT.glob("queries/questions/*.rq"))]
        self.graph = KnowledgeGraph(graph_of(read_collection([self.mine])))
        os.environ.update(TAAWUN_CACHE=str(folder / "cache"), TAAWUN_COLLECTIONS="")
        build()
        os.chdir(folder)
        self._service: Service | None = None

    @property
    def service(self) -> Service:
        """A running server, started when it is first asked for and when it has died."""
        if self._service is None or not self._service.is_there:
            self._service = Service()
        return self._service


def graph_of(collection: Collection) -> EmbeddedStore:
    """The graph of a collection, in memory; nothing malformed is let through."""
    derived = list(derive(collection.facts, collection.schema, collection.classes))
    return EmbeddedStore.in_memory("\n".join(lines_of(collection, derived)).encode())


def try_collection(ground: Ground, chances: random.Random, show: Callable[..., None]) -> None:
    """One file of a collection is spoiled."""
    number = chances.randrange(len(ground.files))
    file, before = ground.files[number], ground.contents[number]
    content = spoil(before, chances, ground.contents)
    show(file.relative_to(ground.mine), content)
    file.write_bytes(content)
    try:
        graph_of(read_collection([ground.mine])).query("SELECT * { ?s ?p ?o } LIMIT 1")
    except CollectionError as error:
        for fault in error.faults:
            assert fault.place.file, f"a fault without a place: {fault}"
            assert fault.remedy, f"a fault without a remedy: {fault}"
        raise
    finally:
        file.write_bytes(before)


def try_question(ground: Ground, chances: random.Random, show: Callable[..., None]) -> None:
    """A stored question is spoiled, its header or its query."""
    content = spoil(chances.choice(ground.questions), chances, ground.questions)
    show("question.rq", content)
    file = ground.mine / "queries" / "question.rq"
    file.write_bytes(content)
    try:
        question = Catalogue([file.parent]).get("question")
        look_at(ground.graph.ask_stored(question, question.examples))
    finally:
        file.unlink()


def try_sparql(ground: Ground, chances: random.Random, show: Callable[..., None]) -> None:
    """A query is spoiled."""
    content = spoil(chances.choice(ground.questions), chances, ground.questions)
    show("query", content)
    answer = ground.graph.sparql(content.decode("utf-8", "surrogateescape"))
    if isinstance(answer, Rows):
        look_at(answer)


def look_at(rows: Rows) -> None:
    """Everything that can be done with an answer."""
    str(rows), rows.to_json(), rows._repr_html_()
    if len(rows) < 50:
        rows.to_json(why=True)


def try_command(ground: Ground, chances: random.Random, show: Callable[..., None]) -> None:
    """A command with arguments that nobody would give."""
    name = chances.choice(sorted(COMMANDS.keys() - ENDLESS))
    command = main.get_command(click.Context(main), name)
    assert command is not None
    arguments = [name, *arguments_of(command, chances)]
    given = spoil(chances.choice(ground.contents), chances, ground.contents)
    show(arguments, given)
    result = CliRunner().invoke(main, arguments, input=given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1, 2), f"exit code {result.exit_code}"
    assert "Traceback" not in result.output
    for path in ground.folder.iterdir():
        if path.name not in ("mine", "cache"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if result.exit_code:
        raise TaawunError(result.output)


def arguments_of(command: click.Command, chances: random.Random) -> Iterator[str]:
    """Arguments and options of a command, with values good and bad."""

    def value(parameter: click.Parameter) -> str:
        if isinstance(parameter.type, click.Choice) and chances.random() < 0.7:
            return str(chances.choice(list(parameter.type.choices)))
        if chances.random() < 0.6:
            return chances.choice(WORDS)
        nasty = spoil(chances.choice(WORDS).encode(), chances, NASTY)
        # No argument of a process holds a NUL.
        return nasty.replace(b"\0", b"").decode("utf-8", "surrogateescape")[:10_000]

    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            if chances.random() < 0.95:
                yield value(parameter)
        elif chances.random() < 0.3 and parameter.name not in NEVER:
            yield chances.choice(parameter.opts)
            if not getattr(parameter, "is_flag", False):
                yield value(parameter)


def try_remote(ground: Ground, chances: random.Random, show: Callable[..., None]) -> None:
    """A remote store that spoils its answers is asked, or pushed to."""
    local = ground.graph.store
    assert isinstance(local, EmbeddedStore)
    held = local.quads if chances.random() < 0.7 else ox.Store()
    with SpoilingEndpoint(held, chances, ground.contents) as server:
        try:
            if chances.random() < 0.3:
                push(local, Endpoint(server.url, timeout=SECONDS_REMOTE), lambda *_: None)
            else:
                ask_remote(RemoteStore(server.url, timeout=SECONDS_REMOTE), chances)
        finally:
            show("spoiled", *server.spoiled)
            server.shutdown()


def ask_remote(store: RemoteStore, chances: random.Random) -> None:
    """A query of each kind, a question with its proofs, or a card."""
    graph = KnowledgeGraph(store)
    match chances.randrange(4):
        case 0:
            look_at(graph.ask("countries"))
        case 1:
            graph.show("egypt")
        case 2:
            str(graph.sparql("ASK { ?s ?p ?o }"))
        case _:
            str(graph.sparql("CONSTRUCT WHERE { ?s rdfs:label ?o } LIMIT 20"))


def try_http(ground: Ground, chances: random.Random, show: Callable[..., None]) -> None:
    """A request to a running server is spoiled, and sent whole or in pieces."""
    request = request_of(chances, ground.questions)
    pieces = sorted(
        chances.randrange(len(request) + 1) for _ in range(chances.choice((0, 0, 0, 3)))
    )
    show("request", request, pieces)
    statuses = ground.service.ask(request, pieces)
    if not statuses or max(statuses) >= 400:
        raise TaawunError(f"answered with {statuses}")


TARGETS: Final = {
    "collection": try_collection,
    "question": try_question,
    "sparql": try_sparql,
    "command": try_command,
    "remote": try_remote,
    "http": try_http,
}
#: How often each is tried: a command takes as long as many files.
WEIGHTS: Final = (6, 3, 4, 1, 2, 8)
