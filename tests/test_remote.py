"""A remote store: a real Oxigraph server on loopback with our export, and servers that fail."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from taawun.graph.errors import EndpointError, QueryError
from taawun.graph.remote import RemoteStore
from taawun.queries.catalogue import Catalogue, answer_of
from taawun.queries.why import facts_of

SERVER = Path(sys.executable).with_name("oxigraph")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module")
def endpoint(the_build, tmp_path_factory):
    """The address of a real Oxigraph server that holds ``export nquads``."""
    folder = tmp_path_factory.mktemp("remote")
    subprocess.run(
        [SERVER, "load", "--location", folder, "--file", the_build.dump, "--format", "nq"],
        check=True, capture_output=True,
    )  # fmt: skip
    port = free_port()
    server = subprocess.Popen(
        [SERVER, "serve-read-only", "--location", folder, "--bind", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/query"
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=1).close()
                break
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.parametrize("name", sorted(Catalogue().questions))
def test_a_remote_store_answers_every_stored_question_as_the_embedded_one(name, endpoint, graph):
    question = Catalogue().get(name)
    assert answer_of(RemoteStore(endpoint), question) == answer_of(graph.store, question)


def test_ask_sparql_and_show_work_with_an_endpoint(endpoint, run):
    local = run("ask", "agreement-signatories", "-p", "country=نيجيريا", "--format", "json")
    remote = run(
        "ask", "agreement-signatories", "-p", "country=نيجيريا", "--format", "json",
        "--endpoint", endpoint,
    )  # fmt: skip
    assert remote.exit_code == 0
    assert json.loads(remote.output) == json.loads(local.output)
    query = "SELECT ?c WHERE { ?c a tw:Country } ORDER BY ?c"
    assert run("sparql", query, "--endpoint", endpoint).output == run("sparql", query).output != ""
    for command in (["show", "العراق"], ["path", "العراق", "ليتوانيا"]):
        arguments = [*command, "--format", "json"]
        assert run(*arguments, "--endpoint", endpoint).output == run(*arguments).output != ""


@pytest.mark.parametrize(
    "name", ["talks-without-agreement", "cooperation-partners", "speakers", "agreement-signatories"]
)
def test_a_remote_answer_is_explained_as_the_embedded_one(name, endpoint, run):
    arguments = ["ask", name, "--why", "--format", "json"]
    remote = run(*arguments, "--endpoint", endpoint)
    assert remote.exit_code == 0, remote.output
    local = json.loads(run(*arguments).output)
    assert local["why"]
    assert json.loads(remote.output) == local


def test_a_remote_store_describes_and_constructs(endpoint):
    store = RemoteStore(endpoint)
    text = "CONSTRUCT WHERE { <https://w3id.org/taawun/id/country/iraq> ?p ?o }"
    triples = list(store.query(text))
    assert len(triples) > 10
    assert any(facts_of(store, triples).values())


def test_a_query_that_the_endpoint_refuses_is_a_query_error(endpoint):
    with pytest.raises(QueryError, match="refuses the query"):
        RemoteStore(endpoint).query("SELECT WHERE {")


@contextlib.contextmanager
def failing_server(answer):
    """A server on loopback that answers every request by ``answer(handler)``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                answer(self)

        def log_message(self, *_):
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/sparql"
        server.shutdown()


def reply(status, body, kind="application/sparql-results+json", length=None):
    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(length or len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hang(_):
    time.sleep(5)


LIES = {
    "an HTML page": (reply(200, b"<html>Welcome</html>", "text/html"), "SPARQL results"),
    "half an answer": (
        reply(200, b'{"head":{"vars":["s"]},"results":{"bindings":[{"s"', length=500),
        "broke off|SPARQL results",
    ),
    "an error page": (reply(500, b"out of memory", "text/plain"), "error|500"),
    "a missing page": (reply(404, b"", "text/plain"), "error|404"),
    "nothing at all": (hang, "did not answer within 1 seconds"),
}


@pytest.mark.parametrize("name", sorted(LIES))
def test_an_endpoint_that_fails_gives_one_clear_error_in_time(name):
    answer, message = LIES[name]
    started = time.monotonic()
    with failing_server(answer) as url, pytest.raises(EndpointError, match=message):
        list(RemoteStore(url, timeout=1).query("SELECT * WHERE { ?s ?p ?o }"))
    assert time.monotonic() - started < 4


def test_a_dead_endpoint_and_a_wrong_address_are_named(run):
    dead = run("ask", "agreement-signatories", "--endpoint", f"http://127.0.0.1:{free_port()}/")
    assert dead.exit_code == 2
    assert "cannot be reached" in dead.output
    wrong = run("ask", "agreement-signatories", "--endpoint", "localhost:3030")
    assert wrong.exit_code == 2
    assert "no endpoint address" in wrong.output
