"""Endpoints that fail, lie or say half: one clear error each, in time."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest

from taawun.graph.errors import EndpointError
from taawun.graph.remote import RemoteStore


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
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    dead = run("ask", "agreement-signatories", "--endpoint", f"http://127.0.0.1:{port}/")
    assert dead.exit_code == 2
    assert "cannot be reached" in dead.output
    wrong = run("ask", "agreement-signatories", "--endpoint", "localhost:3030")
    assert wrong.exit_code == 2
    assert "no endpoint address" in wrong.output
