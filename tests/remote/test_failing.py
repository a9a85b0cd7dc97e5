"""Endpoints that are slow, dead, lie or say half: one clear error each, in time, no traceback."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from taawun.graph.errors import EndpointError
from taawun.graph.remote import transport
from taawun.graph.remote.remote_store import RemoteStore
from taawun.ontology.namespaces import ID
from taawun.queries.labels import Labels

JSON = "application/sparql-results+json"
QUERY = "SELECT ?s WHERE { ?s ?p ?o }"
NOTHING = b'{"head":{"vars":["found"]},"results":{"bindings":[]}}'


@contextlib.contextmanager
def lying(answer, secure=None):
    """An endpoint on loopback that has no push, and answers every question by ``answer``.

    ``secure`` is a TLS context for its side.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with contextlib.suppress(OSError):
                if b"creativeWorkStatus" in asked:
                    reply(200, NOTHING)(self)
                else:
                    answer(self)

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        if secure:
            server.socket = secure.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http{'s' * bool(secure)}://127.0.0.1:{server.server_address[1]}/sparql"
        server.shutdown()


def reply(status, body, kind=JSON, length=None, **headers):
    def answer(handler):
        handler.send_response(status)
        if kind:
            handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(length or len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def rows(*bindings, names=("s",)):
    return json.dumps(
        {"head": {"vars": names}, "results": {"bindings": bindings}}, ensure_ascii=False
    ).encode()


def unending(handler, piece, pause):
    """Send a piece again and again, for longer than anybody waits."""
    until = time.monotonic() + 8
    while time.monotonic() < until:
        handler.wfile.write(piece)
        handler.wfile.flush()
        time.sleep(pause)


def say_nothing(_):
    time.sleep(4)


def trickle_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    unending(handler, b"X: y\r\n", 0.2)


def trickle_body(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.end_headers()
    unending(handler, b" ", 0.2)


def end_in_the_middle(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.end_headers()
    handler.wfile.write(rows({"s": {"type": "uri", "value": "http://a.org/"}})[:-5])


def break_a_chunk(handler):
    handler.wfile.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"
    )


def no_http(handler):
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")


URI = {"type": "uri", "value": "http://a.org/"}
NOT_SPARQL = "endpoint-not-sparql"
UNREADABLE = "endpoint-unreadable"
#: How an endpoint answers, the code of the error, and words of it.
LIES = {
    "says nothing": (say_nothing, "endpoint-slow", "within 1 seconds.*--timeout"),
    "trickles its headers": (trickle_headers, "endpoint-slow", ""),
    "trickles its body": (trickle_body, "endpoint-slow", ""),
    "hangs up": (
        lambda handler: handler.connection.close(),
        "endpoint-hung-up|endpoint-unreachable",
        "",
    ),
    "is no web server": (no_http, "endpoint-not-http", "begins with “SSH-2.0"),
    "ends in the middle": (end_in_the_middle, UNREADABLE, r"as application/sparql-results\+json"),
    "sends less than it promises": (reply(200, rows(), length=500), "endpoint-broke-off", ""),
    "breaks a chunk": (break_a_chunk, "endpoint-broke-off", ""),
    "is a page": (
        reply(200, b"<html>Welcome</html>", "text/html"),
        NOT_SPARQL,
        "text/html.*Welcome",
    ),
    "names no kind": (reply(200, rows(), None), NOT_SPARQL, "no stated type"),
    "gives another kind": (reply(200, rows(), "text/plain"), NOT_SPARQL, "text/plain"),
    "sends nothing": (reply(200, b""), UNREADABLE, ""),
    "sends a list": (reply(200, b"[]"), UNREADABLE, ""),
    "sends no results": (reply(200, b'{"head":{"vars":["s"]}}'), UNREADABLE, ""),
    "sends NaN": (
        reply(200, rows({"s": {"type": "literal", "value": float("nan")}})),
        UNREADABLE,
        "",
    ),
    "sends a number for a term": (reply(200, rows({"s": 1})), UNREADABLE, ""),
    "sends an IRI that is a query": (
        reply(200, rows({"s": {"type": "uri", "value": "http://a> } #"}})),
        UNREADABLE,
        "",
    ),
    "binds another variable": (reply(200, rows({"x": URI})), UNREADABLE, ""),
    "answers for other variables": (
        reply(200, rows({"x": URI}, names=("x", "y"))),
        "endpoint-other-variables",
        "s were asked for, and it gives x and y",
    ),
    "answers for no variables": (
        reply(200, rows(names=())),
        "endpoint-no-variables",
        "s were asked for",
    ),
    "answers yes": (reply(200, b'{"head":{},"boolean":true}'), "endpoint-other-form", ""),
    "cuts its rows": (
        reply(200, rows(*[{"s": URI}] * 3), X_SPARQL_MaxRows="3"),
        "endpoint-answer-cut",
        "at 3 rows.*LIMIT",
    ),
    "runs out of its own time": (
        reply(200, rows({"s": URI}), X_SQL_State="S1TAT", X_SQL_Message="RC...: Anytime"),
        "endpoint-answer-partial",
        "RC...: Anytime",
    ),
    "sends on to a file": (
        reply(302, b"", Location="file:///etc/passwd"),
        "endpoint-redirects",
        "redirects to file:///etc/passwd",
    ),
    "sends on elsewhere": (
        reply(307, b"", Location="http://me:secret@b.org/\x1b[2Jsparql"),
        "endpoint-redirects",
        r"redirects to http://…@b.org/ \[2Jsparql.*if you trust that",
    ),
    "sends on to nowhere": (reply(301, b""), "endpoint-redirects-nowhere", ""),
    "wants a name": (
        reply(401, b"", WWW_Authenticate='Basic realm="x"'),
        "endpoint-wants-password",
        "TAAWUN_USER",
    ),
    "wants a ticket": (
        reply(401, b"", WWW_Authenticate="Negotiate"),
        "endpoint-wants-password|endpoint-cannot-be-asked",
        "",
    ),
    "forbids": (reply(403, b""), "endpoint-wants-password", r"\(403\)"),
    "is not there": (reply(404, b""), "endpoint-status-404", r"\(404\)"),
    "takes no POST": (reply(405, b""), "endpoint-status-405", "address of the SPARQL endpoint"),
    "has had enough": (
        reply(429, b"", Retry_After="7"),
        "endpoint-status-429",
        "too many requests.*try again in 7 seconds",
    ),
    "is not available": (reply(503, b""), "endpoint-status-503", "try again later"),
    "fails": (
        reply(500, b"\n  out of\tmemory \x1b[31m\n more", "text/plain"),
        "endpoint-status-other",
        "500 out of memory",
    ),
    "fails with a page": (
        reply(500, b"<html><title>Oops &amp;\n no</title>", "text/html"),
        "endpoint-status-other",
        "500 Oops",
    ),
    "answers with a number of its own": (reply(299, rows(), "text/html"), NOT_SPARQL, ""),
}


@pytest.mark.parametrize("name", sorted(LIES))
def test_an_endpoint_that_fails_or_lies_gives_one_clear_error_in_time(name, run):
    answer, code, message = LIES[name]
    with lying(answer) as url:
        started = time.monotonic()
        said = run("sparql", QUERY, "--endpoint", url, "--timeout", "1", "--format", "json")
        took = time.monotonic() - started
    assert said.exit_code == 2, said.output
    (line,) = said.output.splitlines()
    error = json.loads(line)
    assert re.fullmatch(code, error["code"]), line
    assert re.search(message, f"{error['message']} {error.get('remedy')}"), line
    assert error["parts"]["url"] == url
    assert url in error["message"]
    assert "\x1b" not in error["message"]
    assert "secret" not in line
    assert took < 3


def test_a_bad_query_is_told_with_the_words_of_the_endpoint(run):
    with lying(reply(400, b"line 1: what is FROB?", "text/plain")) as url:
        said = run("sparql", QUERY, "--endpoint", url)
    assert said.exit_code == 2
    assert "refuses the query: line 1: what is FROB?" in said.output


def test_triples_that_are_none_are_refused():
    text = "CONSTRUCT WHERE { ?s ?p ?o }"
    for body, kind in ((b"<a> <b> .", "application/n-triples"), (rows(), JSON)):
        with (
            lying(reply(200, body, kind)) as url,
            pytest.raises(EndpointError, match="begins with “"),
        ):
            RemoteStore(url).query(text)


def test_names_of_what_was_not_asked_for_are_left_alone():
    thing = {"type": "uri", "value": f"{ID}country/mu"}
    label = {"type": "literal", "value": "Mu", "xml:lang": "en"}
    answer = rows({"thing": thing, "label": label}, names=("thing", "label"))
    with lying(reply(200, answer)) as url:
        labels = Labels(RemoteStore(url))
        assert labels(f"{ID}country/egypt", "en") == "country/egypt"
        assert labels(f"{ID}country/mu", "en") == "Mu"


def test_an_answer_that_never_ends_is_cut_short(monkeypatch):
    monkeypatch.setattr(transport, "MOST_BYTES", 1 << 20)

    def flood(handler):
        trickle = b'{"head":{"vars":["s"]},"results":{"bindings":[' + b" " * (1 << 16)
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.end_headers()
        unending(handler, trickle, 0)

    with lying(flood) as url, pytest.raises(EndpointError, match="longer than 1 MB"):
        RemoteStore(url, timeout=20).query(QUERY)


def test_rows_at_the_limit_of_the_query_itself_are_whole():
    whole = reply(200, rows(*[{"s": URI}] * 3), X_SPARQL_MaxRows="3")
    with lying(whole) as url:
        assert len(list(RemoteStore(url).query(f"{QUERY} LIMIT 3"))) == 3


def test_a_dead_endpoint_is_named(run):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        said = run("ask", "agreement-signatories", "--endpoint", address)
    assert said.exit_code == 2
    assert "cannot be reached" in said.output


@pytest.mark.parametrize(
    "address",
    ["localhost:3030", "file:///etc/passwd", "http://", "http://[::1", "http://a.org/a b", "http:a",
     "http://a.org:99999/", "ftp://a.org/", "", "http://a.org/\x1b[2J"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(address, run):
    said = run("sparql", QUERY, "--endpoint", address)
    assert said.exit_code == 2
    assert "is not the address of an endpoint" in said.output
    assert "\x1b" not in said.output


@pytest.mark.parametrize(
    "address", ["http://me:secret@a.org/sparql", "http://me:sec?ret@a.org/", "me:secret@a.org"]
)
def test_a_password_in_an_address_is_refused_and_not_repeated(address, run):
    said = run("push", "--endpoint", address)
    assert said.exit_code == 2
    assert "secret" not in said.output
    assert "sec?ret" not in said.output


def test_a_password_is_given_to_the_address_alone_and_only_when_asked(monkeypatch):
    monkeypatch.setenv("TAAWUN_USER", "me")
    monkeypatch.setenv("TAAWUN_PASSWORD", "se:cret")
    seen = []

    def ask_for_it(handler):
        seen.append(handler.headers.get("Authorization"))
        if seen[-1]:
            reply(200, rows({"s": URI}))(handler)
        else:
            reply(401, b"", WWW_Authenticate='Basic realm="x"')(handler)

    with lying(ask_for_it) as url:
        assert len(list(RemoteStore(url).query(QUERY))) == 1
    assert seen == [None, "Basic bWU6c2U6Y3JldA=="]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody has vouched for, with its key."""
    if shutil.which("openssl") is None:
        pytest.fail("openssl is missing: apt-get install openssl", pytrace=False)
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", path, "-out", path.with_suffix(".crt")],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


def test_over_tls_an_endpoint_must_be_vouched_for_and_the_time_limit_holds(
    certificate, monkeypatch
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with (
        lying(reply(200, rows({"s": URI})), context) as url,
        pytest.raises(EndpointError, match="certificate"),
    ):
        RemoteStore(url).query(QUERY)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    with lying(reply(200, rows({"s": URI})), context) as url:
        assert len(list(RemoteStore(url).query(QUERY))) == 1
    started = time.monotonic()
    with (
        lying(trickle_body, context) as url,
        pytest.raises(EndpointError, match="more time with --timeout"),
    ):
        RemoteStore(url, timeout=1).query(QUERY)
    assert time.monotonic() - started < 3
