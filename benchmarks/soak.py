"""``taawun serve`` under mixed clients for a while: leaks, tracebacks, wrong refusals.

    python benchmarks/soak.py [--minutes 30] [--endpoint URL]

Good clients ask short queries, stored questions and pages, new ones and the same again; each must
be answered. Bad ones send malformed HTTP, updates, foreign hosts and invalid queries; each must be
refused. Heavy ones send queries without end, which a limit must stop. Slow ones send or read
nothing, and some hang up. Every ten seconds the memory and the open files of the listening process
are noted, and the memory of a worker. What was wrong is counted by kind, and the end of each
traceback in the log is printed. Exit code 1 for a wrong answer, a traceback, or a leak: more than a
third more memory or ten more open files of the listening process in the last fifth of the time than
after the first.
"""

from __future__ import annotations

import argparse
import http.client
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import quote

import psutil

ROWS: Final = "SELECT ?a ?c WHERE { ?a tw:signatory ?c } ORDER BY ?a ?c LIMIT 12"
HEAVY: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GREEDY: Final = "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i"
GOOD: Final = (
    f"/sparql?query={quote(ROWS)}",
    "/api/questions/agreement-signatories",
    "/api/questions/agreement-signatories?why=true",
    "/questions?lang=ar",
    "/id/country/iraq.html?lang=ar",
    "/id/country/iraq.ttl",
    "/health",
)
BAD: Final = (
    b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"GET /sparql?query=CLEAR%20ALL HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /sparql?query=SELECT HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    b"\x16\x03\x01 no HTTP at all\r\n\r\n",
    b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n",
)


class Soak:
    """The clients, what they got, and what was wrong."""

    def __init__(self, port: int, until: float) -> None:
        self.port, self.until = port, until
        self.got: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._number = 0

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=120)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def good(self) -> None:
        """One connection for many requests, each of which must be answered."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=120)
        for _ in range(20):
            path = random.choice(GOOD)
            if path.startswith("/sparql") and random.random() < 0.5:
                self._number += 1
                path += quote(f" # {self._number}")
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            self.got[f"good {answer.status}"] += 1
            if answer.status != 200:
                self.wrong.append(f"{path}: {answer.status} {body[:200]!r}")
        connection.close()

    def bad(self) -> None:
        """A request that must be refused."""
        request = random.choice(BAD)
        with socket.create_connection(("localhost", self.port), timeout=60) as connection:
            connection.sendall(request)
            start = connection.recv(100)
        status = re.match(rb"HTTP/1.1 (4\d\d) ", start)
        self.got[f"bad {status[1].decode() if status else start[:40]!r}"] += 1
        if not status:
            self.wrong.append(f"{request[:60]!r}: {start!r}")

    def heavy(self) -> None:
        """A query that a limit must stop."""
        self._number += 1
        status = self.get(f"/sparql?query={quote(f'{HEAVY} # {self._number}')}")
        self.got[f"heavy {status}"] += 1
        if status != 503:
            self.wrong.append(f"heavy: {status}")

    def greedy(self) -> None:
        """A query that needs more memory than it may have."""
        status = self.get(f"/sparql?query={quote(GREEDY)}")
        self.got[f"greedy {status}"] += 1
        if status != 503:
            self.wrong.append(f"greedy: {status}")

    def slow(self) -> None:
        """A client that sends half a head, reads nothing of a long answer, or hangs up."""
        everything = quote("SELECT * { ?a ?b ?c . ?d ?e ?f }")
        with socket.create_connection(("localhost", self.port), timeout=60) as connection:
            if random.random() < 0.3:
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: loc")
            else:
                connection.sendall(
                    f"GET /sparql?query={everything} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
                )
            time.sleep(random.choice((0.01, 1, 15)))
        self.got["slow"] += 1

    def repeat(self, client: Callable[[], None], pause: float) -> None:
        """Be that client until the end."""
        while time.monotonic() < self.until:
            try:
                client()
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f"{client.__name__}: {error!r}")
            time.sleep(pause * random.random())


def _memory(process: psutil.Process) -> float:
    """The resident set of a process, in megabytes; nothing of one that has ended."""
    try:
        return float(process.memory_info().rss) / (1 << 20)
    except psutil.Error:
        return 0


def main() -> None:
    """Start the server and the clients, and print what they saw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--endpoint")
    options = parser.parse_args()
    extra = ["--endpoint", options.endpoint] if options.endpoint else []
    log = Path(tempfile.mkdtemp(prefix="soak-")) / "log"
    command = [
        sys.executable, "-m", "taawun", "serve", "--port", "0", "--timeout", "10",
        "--memory", "512", *extra,
    ]  # fmt: skip
    with log.open("w") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert server.stdout
    found = re.search(r":(\d+)/", server.stdout.readline())
    assert found, log.read_text()
    started = time.monotonic()
    soak = Soak(int(found[1]), started + 60 * options.minutes)
    kinds = [(soak.good, 0.1)] * 6 + [(soak.bad, 0.3)] * 2 + [(soak.slow, 1)] * 3
    kinds += [(soak.heavy, 2)] * 2 + [(soak.greedy, 20)]
    clients = [threading.Thread(target=soak.repeat, args=kind) for kind in kinds]
    for client in clients:
        client.start()
    front = psutil.Process(server.pid)
    noted: list[tuple[float, ...]] = []
    while time.monotonic() < soak.until:
        time.sleep(10)
        workers = front.children()
        rss = [memory for process in (front, *workers) if (memory := _memory(process))]
        noted.append((rss[0], front.num_fds(), len(workers), median(rss[1:] or [0])))
    for client in clients:
        client.join()
    server.send_signal(signal.SIGINT)
    status = server.wait(30)
    text = log.read_text()
    for name, count in sorted(soak.got.items()):
        print(f"{name:20} {count:8}")
    # The explorers are made at the start, and stay in memory.
    part = max(1, len(noted) // 5)
    early, late = noted[part : 2 * part], noted[-part:]
    names = ("memory, MB", "open files", "processes", "a worker, MB")
    values = [tuple(median(one[i] for one in some) for some in (early, late)) for i in range(4)]
    for name, (before, after) in zip(names, values, strict=True):
        print(f"{name:20} {before:8.0f} -> {after:.0f}")
    tracebacks = text.count("Traceback")
    print(f"{'tracebacks':20} {tracebacks:8}\n{'wrong':20} {len(soak.wrong):8}   {log}")
    kinds_of = Counter(re.sub(r"%23%20\d+|\d{4,}", "…", line) for line in soak.wrong)
    for line, count in kinds_of.most_common(20):
        print(f"  {count} × {line}")
    for told in re.findall(r"Traceback .*(?:\n[ \t].*)*\n(.*)", text)[:20]:
        print(f"  traceback: {told}")
    leaks = values[0][1] > values[0][0] * 4 / 3 or values[1][1] > values[1][0] + 10
    sys.exit(bool(soak.wrong or tracebacks or leaks or status))


if __name__ == "__main__":
    main()
