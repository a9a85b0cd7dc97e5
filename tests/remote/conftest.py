"""Real stores on loopback: Oxigraph's server and Virtuoso, empty or filled by ``taawun push``."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from taawun.graph.remote.push import push
from taawun.graph.remote.remote_store import Endpoint
from taawun.loaders.builds.cache import Build

OXIGRAPH = Path(sys.executable).with_name("oxigraph")
VIRTUOSO_INI = Path(__file__).with_name("virtuoso.ini")


@dataclass(frozen=True)
class Server:
    """A running store: where it is asked, where it takes updates, and what it wants to know."""

    url: str
    update_url: str
    user: str = ""
    password: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {"TAAWUN_USER": self.user, "TAAWUN_PASSWORD": self.password}

    def endpoint(self) -> Endpoint:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            return Endpoint(self.url, timeout=60, update_url=self.update_url)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def running(command: list[str], url: str, folder: Path) -> Iterator[None]:
    """A server while it runs, from the moment when it answers."""
    log = folder / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=5).close()
                break
            if server.poll() is not None:
                break
            time.sleep(0.1)
        else:
            pytest.fail(f"{command[0]} does not answer:\n{log.read_text()}", pytrace=False)
        if server.poll() is not None:
            pytest.fail(f"{command[0]} has ended:\n{log.read_text()}", pytrace=False)
        yield
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextlib.contextmanager
def running_oxigraph(folder: Path, *options: str) -> Iterator[Server]:
    address = f"127.0.0.1:{free_port()}"
    server = Server(f"http://{address}/query", f"http://{address}/update")
    with running([str(OXIGRAPH), "serve", "--bind", address, *options], server.url, folder):
        yield server


@pytest.fixture(scope="session")
def run_oxigraph() -> Callable[[list[str], str, Path], contextlib.AbstractContextManager[None]]:
    """Run Oxigraph's program with these words until it is closed, from when the URL answers."""
    return lambda words, url, folder: running([str(OXIGRAPH), *words], url, folder)


@pytest.fixture
def empty_oxigraph(tmp_path: Path) -> Iterator[Server]:
    """An Oxigraph server with nothing in it."""
    with running_oxigraph(tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def oxigraph(tmp_path_factory: pytest.TempPathFactory, the_build: Build) -> Iterator[Server]:
    """An Oxigraph server that holds the bundled graph."""
    with running_oxigraph(tmp_path_factory.mktemp("oxigraph")) as server:
        push(the_build.store(), server.endpoint(), lambda *_: None)
        yield server


@pytest.fixture(scope="session")
def union_oxigraph(tmp_path_factory: pytest.TempPathFactory, the_build: Build) -> Iterator[Server]:
    """The same with the union of all graphs as default graph, as GraphDB and Neptune have it."""
    folder = tmp_path_factory.mktemp("union")
    with running_oxigraph(folder, "--union-default-graph") as server:
        push(the_build.store(), server.endpoint(), lambda *_: None)
        yield server


@contextlib.contextmanager
def running_virtuoso(folder: Path) -> Iterator[Server]:
    """A Virtuoso with nothing in it; its default graph is the union of all."""
    program = shutil.which("virtuoso-t")
    if program is None:
        pytest.fail("Virtuoso is missing: apt-get install virtuoso-opensource-7-bin", pytrace=False)
    web, sql = (f"127.0.0.1:{free_port()}" for _ in range(2))
    ini = VIRTUOSO_INI.read_text().replace("WEB_ADDRESS", web).replace("SQL_ADDRESS", sql)
    (folder / "virtuoso.ini").write_text(ini)
    server = Server(f"http://{web}/sparql", f"http://{web}/sparql-auth", "dba", "dba")
    with running([program, "+configfile", "virtuoso.ini", "+foreground"], server.url, folder):
        yield server


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory, the_build: Build) -> Iterator[Server]:
    """A Virtuoso that holds the bundled graph."""
    with running_virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
        push(the_build.store(), server.endpoint(), lambda *_: None)
        yield server


@pytest.fixture(scope="module")
def small(
    small_in_place: Callable[[], contextlib.AbstractContextManager[Build]],
) -> Iterator[Build]:
    """A small collection's build, which commands take for the bundled one while a file runs."""
    with small_in_place() as made:
        yield made


@pytest.fixture(scope="module")
def small_store(
    tmp_path_factory: pytest.TempPathFactory, small: Build
) -> Iterator[Callable[[str], Server]]:
    """The store of a kind, which holds the small graph."""
    kinds = {
        "oxigraph": running_oxigraph,
        "union_oxigraph": lambda folder: running_oxigraph(folder, "--union-default-graph"),
        "virtuoso": running_virtuoso,
    }
    with contextlib.ExitStack() as started:

        @cache
        def start(kind: str) -> Server:
            server = started.enter_context(kinds[kind](tmp_path_factory.mktemp(kind)))
            push(small.store(), server.endpoint(), lambda *_: None)
            return server

        yield start


@pytest.fixture(scope="session")
def served(start_server: Callable[..., Any]) -> Server:
    """``taawun serve``, which takes no updates."""
    url = f"{start_server('serve', '--port', '0').url}/sparql"
    return Server(url, url)


@pytest.fixture(scope="session", params=["oxigraph", "union_oxigraph", "virtuoso", "served"])
def endpoint(request: pytest.FixtureRequest) -> str:
    """The address of each endpoint in turn, behind which is the bundled graph."""
    url: str = request.getfixturevalue(request.param).url
    return url


@pytest.fixture
def push_to(run: Callable[..., Result]) -> Callable[..., Result]:
    """Run ``taawun push`` to a server."""

    def call(server: Server, *options: str, **more: str) -> Result:
        return run(
            "push", "--endpoint", server.url, "--update", server.update_url, *options,
            env={**server.environment, **more},
        )  # fmt: skip

    return call
