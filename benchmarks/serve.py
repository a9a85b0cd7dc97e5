"""``taawun serve`` beside Oxigraph's own server, over the same data and in the same run.

    python benchmarks/serve.py [--clients 1 8 32 128] [--requests 600] [--rounds 3]

Both servers run on loopback with keep-alive connections. The clients are one process that waits
for all its sockets at once, the same for both. Each case is measured in turns, ours and
Oxigraph's, and the median of the rounds is printed: absolute times belong to the machine, the
ratios travel. ``new`` queries differ in each request, so that no answer comes from memory; the
others are asked again and again, as a page with many readers is.
"""

from __future__ import annotations

import argparse
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from taawun.api import present_build
from taawun.loaders.builds.cache import STORE

#: A SELECT of 12 rows, with its prefixes for the server that does not know ours.
ROWS: Final = """PREFIX tw: <https://w3id.org/taawun/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?agreement ?country ?label WHERE {
  ?agreement tw:signatory ?country . ?country rdfs:label ?label FILTER(LANG(?label) = "ar")
} ORDER BY ?agreement ?country LIMIT 12"""
#: A query that ends at no limit but the server's own.
HEAVY: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
QUESTION: Final = "/api/questions/agreement-signatories"
ENTITY: Final = "/id/country/iraq.html?lang=ar"
JSON: Final = "application/sparql-results+json"
_numbers: Final = count()


class Measured(NamedTuple):
    """What clients got: requests a second, percentiles in milliseconds, statuses other than 200."""

    rate: float
    p50: float
    p99: float
    refused: int


class Client:
    """A keep-alive connection that sends one request after the other."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._got = b""
        self.sent = 0.0

    def send(self, request: bytes) -> None:
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """Read what is there; return the status once the answer is whole."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self._got += piece
        head, blank, body = self._got.partition(b"\r\n\r\n")
        if not blank:
            return None
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if length:
            if len(body) < int(length[1]):
                return None
        elif b" 304 " not in head[:16] and not body.endswith(b"0\r\n\r\n"):
            return None
        self._got = b""
        return int(head[9:12])


def measure(port: int, make: Callable[[], bytes], clients: int, requests: int) -> Measured:
    """Send so many requests over so many connections, each as soon as the last was answered."""
    chosen = selectors.DefaultSelector()
    connections = [Client(port) for _ in range(clients)]
    for client in connections:
        chosen.register(client.socket, selectors.EVENT_READ, client)
    left, times, refused = requests, [], 0
    started = time.perf_counter()
    for client in connections:
        client.send(make())
        left -= 1
    while len(times) < requests:
        for key, _ in chosen.select(60):
            client = key.data
            status = client.receive()
            if status is None:
                continue
            times.append(time.perf_counter() - client.sent)
            refused += status not in (200, 304)
            if left > 0:
                client.send(make())
                left -= 1
    seconds = time.perf_counter() - started
    for client in connections:
        client.socket.close()
    times.sort()
    at = [1000 * times[int(len(times) * part)] for part in (0.5, 0.99)]
    return Measured(len(times) / seconds, *at, refused)


def get(path: str, accept: str = "*/*", extra: str = "") -> bytes:
    """A GET request."""
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n{extra}\r\n"
    return head.encode()


def sparql(path: str, *, is_new: bool = False) -> Callable[[], bytes]:
    """The query of twelve rows; a new one has a limit of its own for rows that there are not."""

    def make() -> bytes:
        text = f"{ROWS} # {next(_numbers)}" if is_new else ROWS
        return get(f"{path}?query={quote(text)}", JSON)

    return make


def question(*, why: bool = False, is_new: bool = False) -> Callable[[], bytes]:
    """A stored question; a new one has an Accept header of its own."""
    path = f"{QUESTION}?{urlencode({'why': 'true'})}" if why else QUESTION

    def make() -> bytes:
        extra = f";n={next(_numbers)}" if is_new else ""
        return get(path, f"application/json{extra}")

    return make


@contextmanager
def serving(*command: str | Path) -> Iterator[int]:
    """Run a server on a free port until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    words = [str(word).replace("PORT", str(port)) for word in command]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionError:
                    time.sleep(0.1)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)


@contextmanager
def heavy_load(port: int, number: int) -> Iterator[None]:
    """Keep heavy queries running, asked again whenever one is stopped."""
    request = get(f"/sparql?{urlencode({'query': HEAVY})}")
    child = os.fork()
    if child == 0:
        clients = [Client(port) for _ in range(number)]
        for client in clients:
            client.send(request)
        while True:
            for client in clients:
                client.socket.settimeout(0.2)
                try:
                    if client.receive() is not None:
                        client.send(request)
                except TimeoutError:
                    pass
                except OSError:
                    os._exit(0)
    try:
        time.sleep(3)
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def main() -> None:
    """Measure, and print one line a case."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    store = present_build().path / STORE
    taawun = Path(sys.executable).with_name("taawun")
    oxigraph = (
        Path(sys.executable).with_name("oxigraph"), "serve-read-only", "--location", store,
        "--bind", "127.0.0.1:PORT",
    )  # fmt: skip
    cases: list[tuple[str, Callable[[], bytes]]] = [
        ("SPARQL, 12 rows, new", sparql("/sparql", is_new=True)),
        ("SPARQL, 12 rows", sparql("/sparql")),
        ("stored question, new", question(is_new=True)),
        ("stored question", question()),
        ("stored question, why, new", question(why=True, is_new=True)),
        ("stored question, why", question(why=True)),
        ("entity page", lambda: get(ENTITY)),
        ("health", lambda: get("/health")),
    ]
    with serving(taawun, "serve", "--port", "PORT") as ours, serving(*oxigraph) as theirs:
        for _, make in cases:
            measure(ours, make, 1, 20)
        time.sleep(5)
        print(
            f"{'':28} {'clients':>7} {'req/s':>7} {'p50':>8} {'p99':>8} {'refused':>7}"
            f" {'rate':>6} {'p50':>6}"
        )
        for clients in options.clients:
            base = None
            rounds: dict[str, list[Measured]] = {}
            for _ in range(options.rounds):
                for name, port, make in [
                    ("Oxigraph", theirs, sparql("/query", is_new=True)),
                    *((name, ours, make) for name, make in cases),
                ]:
                    got = measure(port, make, clients, options.requests)
                    rounds.setdefault(name, []).append(got)
            for name, found in rounds.items():
                rate, p50, p99 = (median(one[place] for one in found) for place in range(3))
                refused = sum(one.refused for one in found)
                base = base or Measured(rate, p50, p99, refused)
                print(
                    f"{name:28} {clients:7} {rate:7.0f} {p50:8.2f} {p99:8.1f} {refused:7}"
                    f" {rate / base.rate:6.2f} {p50 / base.p50:6.1f}"
                )
        with heavy_load(ours, 8):
            got = measure(ours, sparql("/sparql", is_new=True), 8, options.requests)
            print(
                f"{'SPARQL, beside 8 heavy':28} {8:7} {got.rate:7.0f} {got.p50:8.2f}"
                f" {got.p99:8.1f} {got.refused:7}"
            )


if __name__ == "__main__":
    main()
