"""A real SPARQL endpoint on loopback that spoils some of its answers, in head or body."""

from __future__ import annotations

import random
import socketserver
import threading
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs

import pyoxigraph as ox
from mutations import spoil

#: Seconds that a client waits for the endpoint, and it for a request.
SECONDS: Final = 5


class SpoilingEndpoint(socketserver.TCPServer):
    """Answers queries and updates over a store of its own, and tells the truth only sometimes."""

    def __init__(self, quads: ox.Store, chances: random.Random, others: Sequence[bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.store = ox.Store()
        self.store.extend(quads)
        self.chances, self.others = chances, others
        #: How often an answer is spoiled, and what went out spoiled.
        self.share = chances.choice((0.1, 0.5, 1))
        self.spoiled: list[bytes] = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        """Its address, for queries and updates."""
        return f"http://127.0.0.1:{self.server_address[1]}/query"

    def reply_to(self, kind: str, body: str) -> bytes:
        """The reply, spoiled or not."""
        status, media, content = self._answer(kind, body)
        chances, is_spoiled = self.chances, self.chances.random() < self.share
        in_head = chances.random() < 0.4
        if is_spoiled and not in_head:
            content = spoil(content, chances, self.others)
        head = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {len(content)}\r\n"
        raw = head.encode() + b"Connection: close\r\n\r\n" + content
        if is_spoiled:
            raw = (
                spoil(raw[: len(head)], chances, self.others) + raw[len(head) :] if in_head else raw
            )
            self.spoiled.append(raw)
        return raw

    def _answer(self, kind: str, body: str) -> tuple[str, str, bytes]:
        try:
            if kind.startswith("application/sparql-update"):
                self.store.update(body)
                return "204 No Content", "text/plain", b""
            answer = self.store.query(parse_qs(body)["query"][0])
            if isinstance(answer, ox.QueryTriples):
                media, form = "application/n-triples", ox.RdfFormat.N_TRIPLES
            else:
                media, form = "application/sparql-results+json", ox.QueryResultsFormat.JSON
            return "200 OK", media, answer.serialize(format=form) or b""
        except (SyntaxError, KeyError, ValueError) as error:
            return "400 Bad Request", "text/plain", str(error).encode()


class _Handler(socketserver.StreamRequestHandler):
    timeout = SECONDS
    server: SpoilingEndpoint

    def handle(self) -> None:
        """Read one request and reply."""
        headers: dict[str, str] = {}
        self.rfile.readline()
        while line := self.rfile.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", 0))).decode()
        self.wfile.write(self.server.reply_to(headers.get("content-type", ""), body))
