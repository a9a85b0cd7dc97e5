"""Raw requests to a running ``taawun serve``: is each answered, and never with 500?"""

from __future__ import annotations

import http.client
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import quote

import h11
import httptools
from mutations import spoil

#: What a head may be as long as, as in uvicorn.
_HEAD: Final = 1 << 16
#: The first page takes long on a busy machine.
_SECONDS: Final = 100
#: How long an unfinished request is left open.
_PATIENCE: Final = 0.3
_ASK: Final = "SELECT * { ?s ?p ?o } LIMIT 3"
_FORM: Final = "application/x-www-form-urlencoded"
_PATHS: Final = (
    "/", "/health", "/questions", "/questions/agreement-signatories?country=iraq",
    "/questions/countries", "/api/questions", "/api/questions/agreement-signatories?country=مصر",
    "/api/questions/countries?why=true&lang=ar", "/openapi.json", "/style.css", "/sparql",
    "/id/country/egypt", "/id/country/egypt.ttl", "/id/country/egypt.html", "/ontology",
    "/ontology.ttl", "/document/egypt", "/fact/0000000000000000", "/evidence/x", "/inference/x",
    "/id/../../etc/passwd", "//", "/%2e%2e/", "/%", "/%ff", "/%00", "*", "http://localhost/health",
    f"/sparql?query={quote(_ASK)}", f"/api/sparql?query={quote(_ASK)}",
    "/sparql?query=ASK%20%7B%7D&default-graph-uri=x", "/sparql?query=a&query=b",
)  # fmt: skip
_HEADERS: Final = (
    "Accept: text/csv", "Accept: */*;q=0", "Accept: text/turtle;q=x, ,;", "Accept: text/html",
    "Accept-Language: ar;q=0.9, en", "Accept-Encoding: gzip", "Content-Length: -1",
    "Content-Length: 99999999999999999999", "Content-Length: 3", "Content-Length: 0",
    "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Expect: 100-continue",
    "Connection: close", "Connection: Upgrade", "Upgrade: websocket", "Host: evil.example",
    "Origin: http://evil.example", "Access-Control-Request-Method: PUT", "Range: bytes=0-1",
    "If-None-Match: *", "Content-Encoding: gzip", f"Content-Type: {_FORM}",
    "Content-Type: application/sparql-query; charset=utf-16", "Content-Type: multipart/form-data",
    "X: " + "a" * 70_000,
)  # fmt: skip


class Service:
    """A server in a process of its own; it lives as long as it is not stopped."""

    def __init__(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the server runs
        self._read = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "taawun", "serve", "--port=0", "--timeout=5", "--workers=2"],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout
        said = self._process.stdout.readline()
        found = re.search(r":(\d+)/", said)
        assert found, f"the server does not start: {said}"
        self._address = ("127.0.0.1", int(found[1]))

    @property
    def is_there(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def ask(self, request: bytes, pieces: Sequence[int]) -> list[int]:
        """Send a request in pieces; the statuses of the answers.

        Raises ``AssertionError`` where one is not as it must be, or the server is not well then.
        """
        methods, is_sound = requests_in(request)
        with socket.create_connection(self._address, timeout=_SECONDS) as connection:
            with suppress(ConnectionError):
                for start, end in zip((0, *pieces), (*pieces, len(request)), strict=True):
                    connection.sendall(request[start:end])
                    time.sleep(0.01 if pieces else 0)
            if not is_sound:
                connection.settimeout(_PATIENCE)
            statuses = list(answers(connection, methods or ["GET"], is_sound))
        self._check(statuses)
        assert statuses or not is_sound, "a request is not answered"
        return statuses

    def _check(self, statuses: Sequence[int]) -> None:
        """The statuses are allowed, the log has no traceback, and the server says it is well."""
        for status in statuses:
            assert status < 500 or status in (503, 505), f"status {status}: {self._new_log()}"
        assert "Traceback" not in (said := self._new_log()), said
        assert self.is_there, "the server has ended"
        asked = http.client.HTTPConnection(*self._address, timeout=_SECONDS)
        asked.request("GET", "/health")
        assert asked.getresponse().read() == b"ok\n", "the server is not well"
        asked.close()

    def _new_log(self) -> str:
        # Where the server writes, its descriptor being the same one, is not moved.
        new = os.pread(self._log.fileno(), 1 << 20, self._read)
        self._read += len(new)
        return new.decode("utf-8", "replace")


class _Seen:
    """What llhttp, which the server uses too, finds in the bytes that are sent."""

    def __init__(self) -> None:
        self.methods: list[str] = []
        self.is_whole = True
        self.is_sound = True
        self._headers: list[tuple[bytes, bytes]] = []
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def on_message_begin(self) -> None:
        self.is_whole, self._headers = False, []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value.lower()))

    def on_headers_complete(self) -> None:
        self.methods.append(self.parser.get_method().decode())
        names = [name for name, _ in self._headers]
        codings = {value for name, value in self._headers if name == b"transfer-encoding"}
        size = sum(len(name) + len(value) + 4 for name, value in self._headers)
        if names.count(b"host") > 1 or codings - {b"chunked"} or size > _HEAD // 2:
            self.is_sound = False

    def on_message_complete(self) -> None:
        self.is_whole = True


def requests_in(sent: bytes) -> tuple[list[str], bool]:
    """The methods of the requests that begin in what is sent, and whether all are whole and sound.

    What comes before nonsense may go unanswered, since the connection is closed at once.
    """
    seen = _Seen()
    try:
        seen.parser.feed_data(sent)
    except httptools.HttpParserUpgrade:
        return seen.methods, True
    except httptools.HttpParserError:
        return seen.methods, False
    return seen.methods, seen.is_whole and seen.is_sound


def answers(connection: socket.socket, methods: Sequence[str], is_sound: bool) -> Iterator[int]:
    """The statuses of the answers that come. One that is no HTTP is an ``h11.ProtocolError``.

    An answer to a request that is not sound may break off.
    """
    waiting = b""
    for method in methods:
        reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD)
        # An answer to CONNECT is one to any other: it is refused.
        asked = "GET" if method == "CONNECT" else method
        reader.send(h11.Request(method=asked, target="/", headers=[("Host", "x")]))
        reader.send(h11.EndOfMessage())
        if waiting:
            reader.receive_data(waiting)
        body = b""
        status = 0
        while True:
            event = reader.next_event()
            if event is h11.NEED_DATA:
                try:
                    piece = connection.recv(1 << 16)
                except (TimeoutError, ConnectionError):
                    assert not status or not is_sound, "an answer has no end"
                    return
                if not piece and not (status and is_sound):
                    return
                reader.receive_data(piece)
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                break
        assert b"Traceback (most recent" not in body, body[:2000]
        yield status
        if reader.their_state is not h11.DONE:
            return
        waiting = reader.trailing_data[0]


def request_of(chances: random.Random, bodies: Sequence[bytes]) -> bytes:
    """A request, as often spoiled as not, or several at once."""
    path = chances.choice(_PATHS)
    if chances.random() < 0.4:
        path = quote(spoil(path.encode(), chances, bodies)[:3000], safe="/?&=%")
    method = chances.choice(("GET", "GET", "GET", "HEAD", "POST", "POST", "OPTIONS", "PUT", "X"))
    body = b""
    headers = ["Host: localhost"]
    if method in ("POST", "PUT"):
        text = chances.choice(bodies)
        text = spoil(text, chances, bodies) if chances.random() < 0.5 else text
        kind = chances.choice((_FORM, "application/sparql-query", "application/sparql-update"))
        body = f"query={quote(text)}".encode() if kind == _FORM else text
        path = path if chances.random() < 0.3 else "/sparql"
        headers += [f"Content-Type: {kind}"]
        if chances.random() < 0.3:
            headers += ["Transfer-Encoding: chunked"]
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        else:
            headers += [f"Content-Length: {len(body)}"]
    while chances.random() < 0.4:
        headers.insert(chances.randrange(len(headers) + 1), chances.choice(_HEADERS))
    version = chances.choice(("1.1", "1.1", "1.1", "1.0", "2.0", "0.9"))
    head = "\r\n".join([f"{method} {path} HTTP/{version}", *headers, "", ""])
    request = head.encode() + body
    if chances.random() < 0.4:
        request = spoil(request, chances, bodies)
    if chances.random() < 0.1:
        request = request[: chances.randrange(len(request) + 1)]
    return request * chances.choice((1, 1, 1, 1, 3))
