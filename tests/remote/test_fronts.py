"""Two fronts before one remote store, behind a balancer: the same bytes, and none lost."""

from __future__ import annotations

import http.client
import itertools
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import pytest

ROWS = """SELECT ?agreement ?country WHERE { ?agreement tw:signatory ?country }
ORDER BY ?agreement ?country"""
EVIDENCE = """SELECT ?fact ?quote WHERE {
  GRAPH graph:evidence { ?fact tw:evidence/oa:hasSelector/oa:exact ?quote }
} ORDER BY ?fact ?quote LIMIT 40"""
TRIPLES = "CONSTRUCT { ?a tw:signatory ?c } WHERE { ?a tw:signatory ?c }"
#: What visitors ask for, each as it comes in a browser or to a program.
PATHS = (
    "/health",
    f"/sparql?{urlencode({'query': ROWS})}",
    f"/sparql?{urlencode({'query': EVIDENCE})}",
    f"/sparql?{urlencode({'query': 'ASK { <id/country/iraq> a tw:Country }'})}",
    "/api/questions",
    "/api/questions/agreement-signatories?why=true",
    "/api/questions/country-areas?country=iraq&lang=ar",
    "/questions?lang=ar",
    "/id/country/iraq.html?lang=ar",
    "/id/country/iraq.ttl",
    "/graph/evidence.html?lang=en",
    "/openapi.json",
    "/id/country/nowhere.html?lang=en",
)
#: Pages on which facts of the same kind stand as the store gives them.
UNORDERED = {"/id/country/iraq.html?lang=ar"}
#: What a front must not send to the store it was given.
REFUSED = {
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }": 400,
    "SELECT * { ?s ?p ?o": 400,
    "INSERT DATA { <http://a> <http://a> <http://a> }": 403,
    "DEFINE sql:log-enable 3 SELECT * { ?s ?p ?o }": 400,
}


class Balancer(ThreadingHTTPServer):
    """Sends each request to the next front in turn, and to the other if that one fails."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, ports: tuple[int, ...]) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self.ports, self.turn = ports, itertools.count()
        self.answered: dict[int, int] = dict.fromkeys(ports, 0)

    def get(self, path: str) -> tuple[int, bytes]:
        """What a client gets."""
        return fetch(self.server_address[1], path)


class _Forward(BaseHTTPRequestHandler):
    server: Balancer

    def do_GET(self) -> None:
        first = next(self.server.turn)
        count = len(self.server.ports)
        for place in range(count):
            port = self.server.ports[(first + place) % count]
            try:
                status, body = fetch(port, self.path)
            except (OSError, http.client.HTTPException):
                continue
            self.server.answered[port] += 1
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_error(502)

    def log_message(self, *_: object) -> None:
        pass


def fetch(port: int, path: str) -> tuple[int, bytes]:
    """Ask for a path under one name, whatever the port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", path, headers={"Host": "localhost", "Accept-Language": "ar"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def embedded(site: Any, path: str) -> tuple[int, bytes]:
    """What the embedded graph gives; only its proofs name a build."""
    status, body = fetch(site.port, path)
    return status, re.sub(rb', "build": "[0-9a-f]+"', b"", body)


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def fronts(request: pytest.FixtureRequest, start_server: Callable[..., Any]) -> tuple[Any, Any]:
    """Two fronts before one store."""
    url = request.getfixturevalue(request.param).url
    options = ("serve", "--port", "0", "--workers", "2", "--timeout", "120", "--endpoint", url)
    return start_server(*options), start_server(*options)


@pytest.fixture
def balancer(fronts: tuple[Any, Any]) -> Iterator[Balancer]:
    """A balancer before the two."""
    with Balancer(tuple(front.port for front in fronts)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_both_fronts_give_the_same_bytes_and_those_of_the_embedded_graph(balancer, fronts, site):
    for path in PATHS:
        wanted = embedded(site, path)
        assert wanted[0] in (200, 404)
        first, second = (fetch(front.port, path) for front in fronts)
        assert first == second, path
        assert [balancer.get(path), balancer.get(path)] == [first] * 2
        if path not in UNORDERED:
            assert first == wanted, path
    assert all(balancer.answered.values())


def test_triples_are_the_same_from_both(fronts):
    path = f"/sparql?{urlencode({'query': TRIPLES})}"
    first, second = (fetch(front.port, path) for front in fronts)
    assert first == second
    assert first[1].count(b"tw:signatory") > 5


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_query_is_not_sent_to_the_store(text, fronts):
    path = f"/sparql?{urlencode({'query': text})}"
    assert [fetch(front.port, path)[0] for front in fronts] == [REFUSED[text]] * 2


def test_a_front_that_dies_loses_no_answer(balancer, fronts, site):
    """The last test of a store: one of its two fronts does not live on."""
    wanted = {path: embedded(site, path) for path in PATHS[1:7]}
    asked = list(wanted) * 8
    with ThreadPoolExecutor(3) as clients:
        asking = [clients.submit(balancer.get, path) for path in asked]
        while balancer.answered[fronts[0].port] < 3:
            assert not all(one.done() for one in asking)
        fronts[0].process.kill()
        answers = [one.result(120) for one in asking]
    assert answers == [wanted[path] for path in asked]
    assert balancer.answered[fronts[1].port] > len(asked) / 2
