"""``taawun serve``: a real server on loopback, asked by honest and by hostile clients."""

from __future__ import annotations

import asyncio
import csv
import errno
import http.client
import io
import json
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import product
from urllib.parse import urlencode
from xml.etree import ElementTree

import psutil
import pyoxigraph as ox
import pytest
from in_place import in_place

from taawun.server.application import listen
from taawun.server.slow_clients import Drain, LingeringTransport

COUNTRIES = "SELECT ?c WHERE { ?c a tw:Country } ORDER BY ?c"
#: A query that counts for hours, and one that answers for hours.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ENDLESS_ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
#: A query that keeps every row of its answer.
GREEDY = "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i"


def iris(graph, text):
    return [row["c"].value for row in graph.sparql(text)]


READERS = {
    "application/sparql-results+json": lambda body: [
        row["c"]["value"] for row in json.loads(body)["results"]["bindings"]
    ],
    "application/sparql-results+xml": lambda body: [
        node.text for node in ElementTree.fromstring(body).iter() if node.tag.endswith("uri")
    ],
    "text/csv": lambda body: [row[0] for row in csv.reader(io.StringIO(body))][1:],
    "text/tab-separated-values": lambda body: [line[1:-1] for line in body.split("\n")[1:-1]],
}


@pytest.mark.parametrize("media", READERS)
def test_rows_come_in_the_format_that_is_asked_for(media, server, graph):
    got = server.query(COUNTRIES, accept=f"image/png, {media};q=0.7")
    assert got.status == 200
    assert got.headers["content-type"].partition(";")[0] == media
    assert READERS[media](got.text) == iris(graph, COUNTRIES) != []


@pytest.mark.parametrize(
    ("media", "form"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
    ],
)
def test_triples_come_in_the_format_that_is_asked_for(media, form, server, graph):
    text = "CONSTRUCT WHERE { country:iraq ?p ?o }"
    got = server.query(text, accept=media)
    assert got.headers["content-type"].partition(";")[0] == media
    triples = {quad.triple for quad in ox.parse(got.body, form)}
    assert triples == set(graph.sparql(text)) != set()


def test_the_three_ways_to_send_a_query_give_the_same(server):
    form = {"content_type": "application/x-www-form-urlencoded"}
    by_form = server.get("/sparql", "POST", urlencode({"query": COUNTRIES}).encode(), **form)
    direct = {"content_type": "application/sparql-query; charset=UTF-8"}
    by_body = server.get("/sparql", "POST", COUNTRIES.encode(), **direct)
    by_url = server.query(COUNTRIES)
    assert by_url.status == 200
    assert by_url.body == by_form.body == by_body.body


def test_head_has_the_headers_of_get_and_no_body(server):
    whole, head = server.query(COUNTRIES), server.query(COUNTRIES, "HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == str(len(whole.body))
    assert head.headers["content-type"] == whole.headers["content-type"]
    long = server.query("SELECT * { ?s ?p ?o }", "HEAD")
    assert (long.status, long.body) == (200, b"")


def test_a_dataset_is_chosen_by_the_protocol(server):
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    graph = "https://w3id.org/taawun/graph/evidence"
    plain = server.query(text, accept="text/csv").text
    chosen = urlencode({"query": text, "default-graph-uri": graph})
    assert server.get(f"/sparql?{chosen}", accept="text/csv").text != plain
    nothing = urlencode({"query": text, "named-graph-uri": graph})
    assert server.get(f"/sparql?{nothing}", accept="text/csv").text.split() == ["n", "0"]


def test_the_endpoint_describes_itself_in_rdf(server):
    got = server.get("/sparql", accept="text/turtle")
    triples = [str(quad.triple) for quad in ox.parse(got.body, ox.RdfFormat.TURTLE)]
    name = f"<{server.url}/sparql>"
    assert any(f"sparql-service-description#endpoint> {name}" in triple for triple in triples)
    assert any("sparql-service-description#SPARQL11Query" in triple for triple in triples)
    assert not any("_:" in triple for triple in triples)


REFUSED = {
    "malformed": ({"query": "SELECT * WHERE {"}, {}, 400, "not valid SPARQL"),
    "two queries": ([("query", "ASK {}"), ("query", "ASK {}")], {}, 400, "one query"),
    "an update": ({"update": "CLEAR ALL"}, {}, 403, "read-only"),
    "an unknown format": ({"query": "ASK {}"}, {"accept": "image/png"}, 406, "available as"),
    "an Accept of nonsense": ({"query": "ASK {}"}, {"accept": "///;q=x"}, 406, "available as"),
    "SERVICE": (
        {"query": "SELECT * { ?s ?p ?o.SERVICE<http://127.0.0.1:9/>{ ?a ?b ?c } }"},
        {}, 400, "no request leaves",
    ),
    "an update as a query": ({"query": "CLEAR ALL"}, {}, 403, "read-only"),
    "an update after prefixes": (
        {"query": "PREFIX a: <http://a/>\n# SELECT\nINSERT DATA { a:b a:c 1 }"},
        {}, 403, "read-only",
    ),
    "an update as a query for a browser": (
        {"query": "WITH <http://a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"},
        {"accept": "text/html"}, 403, "",
    ),
    "LOAD": ({"query": "LOAD <http://127.0.0.1:9/>"}, {}, 403, "read-only"),
    "too many parameters": ([("x", "y")] * 2000, {}, 400, "too many"),
    "bytes that are no UTF-8": ("query=ASK%20%7B%7D%FF", {}, 400, "UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused_in_one_line(name, server):
    parameters, headers, status, words = REFUSED[name]
    encoded = parameters if isinstance(parameters, str) else urlencode(parameters)
    got = server.get(f"/sparql?{encoded}", **headers)
    assert got.status == status
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert words in got.text
    assert got.text.strip().count("\n") == 0
    assert "Traceback" not in got.text


@pytest.mark.parametrize(
    ("media", "status"),
    [("application/json", 415), ("application/sparql-update", 403), ("", 415),
     ("application/sparql-query; charset=latin-1", 415)],
)  # fmt: skip
def test_a_body_of_another_kind_is_refused(media, status, server):
    assert server.get("/sparql", "POST", b"ASK {}", content_type=media).status == status


def test_a_body_that_is_too_long_is_refused(server):
    kind = {"content_type": "application/sparql-query"}
    assert server.get("/sparql", "POST", b"#" * (2 << 20), **kind).status == 413


def test_other_methods_are_refused(server):
    for method in ("PUT", "DELETE", "PATCH"):
        assert server.get("/sparql?query=ASK%7B%7D", method).status == 405


def test_a_query_that_takes_too_long_is_stopped_and_its_process_ends(server):
    server.query("ASK {}")
    before = server.workers()
    started = time.monotonic()
    got = server.query(ENDLESS)
    assert (got.status, "more than 3 seconds" in got.text) == (503, True)
    assert time.monotonic() - started < 20
    assert before.keys() - server.workers().keys()
    assert server.query("ASK {}").status == 200


@pytest.mark.slow
def test_an_answer_that_takes_too_long_breaks_off_and_never_seems_whole(server):
    with pytest.raises(http.client.IncompleteRead) as broken:
        server.query(ENDLESS_ROWS, accept="text/csv")
    assert broken.value.partial.startswith(b"a,b,c,d,e,f,g,h,i\r\n")


def test_an_answer_that_is_too_long_breaks_off(start_server):
    limits = ["--answer", "1", "--timeout", "120"]
    server = start_server("serve", "--port", "0", "--workers", "1", *limits)
    with pytest.raises(http.client.IncompleteRead) as broken:
        server.query(ENDLESS_ROWS, accept="text/csv")
    assert 1 << 20 < len(broken.value.partial) < 3 << 20
    # The client may see the end before the server has written of it.
    wait_until(lambda: "longer than 1 MB" in server.log.read_text())


@pytest.mark.slow
def test_a_query_that_takes_too_much_memory_is_stopped(start_server):
    server = start_server("serve", "--port", "0", "--workers", "1", "--memory", "256")
    got = server.query(GREEDY)
    assert (got.status, "more than 256 MB" in got.text) == (503, True)
    assert server.query("ASK {}").status == 200
    assert "backtrace" not in server.log.read_text()


@pytest.mark.slow
def test_a_server_that_is_interrupted_ends_with_its_queries(start_server):
    server = start_server("serve", "--port", "0", "--workers", "1", "--timeout", "60")
    server.query("ASK {}")
    (worker,) = server.workers().values()
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        path = f"/sparql?{urlencode({'query': ENDLESS})}"
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        wait_until(lambda: worker.cpu_percent(0.2) > 0)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) == 0
    wait_until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize(
    ("path", "depth", "status"), [("/sparql", 3000, 503), ("/api/sparql", 500, 400)]
)
def test_a_query_that_is_nested_too_deeply_ends_its_process_at_most(path, depth, status, server):
    text = f"SELECT * {{ {'{' * depth}{'}' * depth} }}"
    got = server.get(f"{path}?{urlencode({'query': text})}")
    assert (got.status, "nested" in got.text) == (status, True)
    assert server.query("ASK {}").status == 200
    assert "Traceback" not in server.log.read_text()


def wait_until(is_so, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert is_so()


@pytest.mark.slow
def test_the_query_of_a_client_that_hangs_up_is_stopped(site):
    site.query("ASK {}")
    before = site.workers()
    spent = {pid: child.cpu_times().user for pid, child in before.items()}
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        path = f"/sparql?{urlencode({'query': ENDLESS})}"
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        wait_until(lambda: any(c.cpu_times().user > spent[pid] + 0.2 for pid, c in before.items()))
    # Long before the time limit of this server.
    wait_until(lambda: before.keys() - site.workers().keys())
    wait_until(lambda: "client hung up" in site.log.read_text())


@pytest.mark.slow
def test_when_all_are_busy_the_next_is_told_to_try_again(impatient):
    with ThreadPoolExecutor(30) as clients:
        answers = list(clients.map(lambda _: impatient.query(ENDLESS), range(30)))
    busy = [answer for answer in answers if "busy" in answer.text]
    assert {answer.status for answer in answers} == {503}
    # How many wait instead depends on how long the first of them were seen to take.
    assert busy
    assert all(int(answer.headers["retry-after"]) > 0 for answer in busy)
    assert impatient.query("ASK {}").status == 200


def test_a_long_answer_is_refused_to_a_client_that_could_not_see_it_break(server):
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        path = f"/sparql?{urlencode({'query': 'SELECT * { ?s ?p ?o }'})}"
        client.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        assert b" 505 " in client.recv(4096)


@pytest.mark.slow
def test_memory_stays_flat_while_a_long_answer_is_sent(start_server):
    server = start_server("serve", "--port", "0", "--workers", "1", "--timeout", "120")
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
    process = psutil.Process(server.process.pid)
    server.query("ASK {}")
    (worker,) = server.workers().values()
    before = [x.memory_info().rss for x in (process, worker)]
    size, peak = 0, [0, 0]
    with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as connection:
        connection.request("GET", f"/sparql?{urlencode({'query': text})}")
        with connection.getresponse() as answer:
            while size < 50 << 20:
                size += len(answer.read(1 << 20))
                now = [x.memory_info().rss for x in (process, worker)]
                peak = list(map(max, peak, now))
    assert [after - b < 20 << 20 for after, b in zip(peak, before, strict=True)] == [True, True]


def answered(server, request):
    """All that comes back where a request is sent three times, and the connection then ends."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        for _ in range(3):
            client.sendall(request)
            time.sleep(0.01)
        answer = b""
        while piece := client.recv(1 << 16):
            answer += piece
    return answer


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_comes_after_the_last_request_is_not_heard(server, method):
    request = f"{method} /questions/countries HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()
    answer = answered(server, request)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("version", ["1.0", "0.9"])
def test_whoever_sends_more_after_the_last_request_reads_the_whole_answer(server, version):
    request = f"GET /style.css HTTP/{version}\r\nHost: localhost\r\n\r\n".encode()
    whole = server.get("/style.css").body
    for _ in range(20):
        assert answered(server, request).endswith(whole)


def test_a_page_about_nothing_is_given_whatever_language_is_asked_for(server):
    assert server.get("/nowhere?lang=xx").status == 404


#: Requests that are refused before they are read whole.
TOO_LONG = {
    "head": (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: ", b"HTTP/1.1 431 "),
    "body": (
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n"
        b"Content-Type: application/sparql-query\r\n\r\n",
        b"HTTP/1.1 413 ",
    ),
    "body of the last request": (
        b"PUT /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n"
        b"Connection: close\r\n\r\n",
        b"HTTP/1.1 405 ",
    ),
    "body that is no HTTP": (
        b"PUT /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nno chunk",
        b"HTTP/1.1 4",
    ),
}


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_refusal_reaches_a_client_that_sends_all_before_it_reads(name, server):
    start, status = TOO_LONG[name]
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(start + b"x" * (4 << 20))
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert answer.startswith(status)
    assert b"\r\n\r\n" in answer
    assert server.get("/health").text == "ok\n"


@pytest.mark.slow
def test_a_client_that_goes_on_sending_after_the_refusal_is_cut_off(server):
    def send_on(name, pause):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(TOO_LONG[name][0] + b"x" * (2 << 20))
            started, sent = time.monotonic(), 0
            with suppress(ConnectionError):
                while time.monotonic() - started < 20:
                    sent += connection.send(b"x" * (1 if pause else 1 << 16))
                    time.sleep(pause)
        return name, pause, time.monotonic() - started < 12, sent < 40 << 20

    # Much and for long: each waits for seconds, so all wait together.
    cases = list(product(TOO_LONG, (0, 0.1)))
    with ThreadPoolExecutor(len(cases)) as clients:
        done = list(clients.map(send_on, *zip(*cases, strict=True)))
    assert done == [(name, pause, True, True) for name, pause in cases]


def test_a_connection_goes_on_after_a_refused_body_that_was_sent_whole(server):
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        for _ in range(2):
            connection.request("PUT", "/sparql", b"x" * (1 << 20))
            with connection.getresponse() as answer:
                assert (answer.status, answer.read()) == (405, b"Method Not Allowed")
        socket_of_both = connection.sock
        connection.request("GET", "/health")
        assert connection.getresponse().read() == b"ok\n"
        assert connection.sock is socket_of_both


def test_nonsense_in_the_place_of_a_body_is_refused_without_a_word_in_the_log(server):
    head = b"PUT /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head + b"no chunk at all\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 4")
    assert server.get("/health").text == "ok\n"
    assert "Traceback" not in server.log.read_text()


def test_nonsense_in_the_place_of_a_body_of_head_is_refused_without_a_word_in_the_log(server):
    head = b"HEAD / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    for path in (b"/", b"/health", b"/questions"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(head.replace(b"/", path, 1) + b"no chunk at all\r\n")
            with suppress(ConnectionResetError):
                assert connection.recv(1000)[:9] in (b"HTTP/1.1 ", b"")
    assert server.get("/health").text == "ok\n"
    assert "Traceback" not in server.log.read_text()


def test_a_client_that_has_hung_up_is_closed_without_an_error():
    closed = []

    class Gone(asyncio.Transport):
        def is_closing(self) -> bool:
            return False

        def write_eof(self) -> None:
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

        def close(self) -> None:
            closed.append(True)

    loop = asyncio.new_event_loop()
    drain = Drain(loop, lambda: None)
    LingeringTransport(Gone(), drain, lambda: True, loop.call_soon).close()
    loop.close()
    assert closed == [True]


@pytest.mark.slow
def test_a_client_that_sends_its_head_or_its_body_slowly_is_cut_off(server):
    def send_head():
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
            started = time.monotonic()
            client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: ")
            with pytest.raises(ConnectionError):  # noqa: PT012
                while time.monotonic() - started < 40:
                    client.sendall(b"x")
                    time.sleep(0.4)

    with ThreadPoolExecutor(1) as clients:
        sending = clients.submit(send_head)
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
            client.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
                b"Content-Type: application/sparql-query\r\n\r\nASK"
            )
            assert b" 408 " in client.recv(4096)
        sending.result()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil"])
def test_a_name_that_is_not_ours_is_not_answered(host, server):
    got = server.get("/sparql?query=ASK%7B%7D", host=host)
    assert got.status == 421
    assert "boolean" not in got.text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:80", "[::1]:7878", "LOCALHOST"])
def test_the_names_of_this_machine_are_answered(host, server):
    assert server.get("/health", host=host).status == 200


@pytest.mark.slow
def test_pages_of_other_sites_cannot_read_answers_and_local_ones_can(server, start_server):
    evil = server.query("ASK {}", origin="https://evil.example")
    assert "access-control-allow-origin" not in evil.headers
    near = server.query("ASK {}", origin="http://localhost:8080")
    assert near.headers["access-control-allow-origin"] == "http://localhost:8080"
    options = ["--public", "graph.example", "--workers", "1"]
    named = [f"--allow-origin=https://{name}.example" for name in ("yasgui", "data")]
    public = start_server("serve", "--port", "0", *options, *named)
    assert public.get("/health", host="graph.example").status == 200
    for origin in ("https://yasgui.example", "https://data.example"):
        far = public.query("ASK {}", origin=origin)
        assert far.headers["access-control-allow-origin"] == origin
        assert "origin" in far.headers["vary"].lower()
    # Neither another site nor the same one over another scheme; an answer from memory, too.
    for origin in ("https://evil.example", "http://data.example", "https://data.example.evil"):
        assert "access-control-allow-origin" not in public.query("ASK {}", origin=origin).headers


@pytest.mark.parametrize(
    "origin", ["data.example", "https://data.example/", "https://Data.example"]
)
def test_an_origin_that_no_browser_sends_is_refused(origin, run):
    said = run("serve", "--port", "0", "--allow-origin", origin)
    assert (said.exit_code, origin in said.output) == (2, True)


def test_every_answer_has_the_headers_of_security(server):
    for answer in (server.query("ASK {}"), server.get("/nowhere"), server.get("/health", host="x")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_log_has_a_line_for_a_request_and_nothing_of_the_query(server):
    server.query("ASK { ?secret ?p 'a secret word' }")
    server.get("/a%0Ab?secret")
    # The line is written when the answer is out.
    time.sleep(0.2)
    lines = server.log.read_text().splitlines()
    assert re.search(r"127\.0\.0\.1 GET /sparql 200 \d+ bytes \d+ ms", "\n".join(lines))
    assert any(r"/a\nb 404" in line for line in lines)
    assert not any("secret" in line for line in lines)


def test_an_address_that_others_reach_is_not_listened_on_unasked(run):
    said = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert (said.exit_code, "--public" in said.output) == (2, True)


def test_a_server_whose_endpoint_does_not_answer_says_so(start_server):
    server = start_server("serve", "--port", "0", "--endpoint", "http://127.0.0.1:9/")
    for path in ("/health", "/id/country/iraq.html", "/api/questions/countries"):
        said = server.get(path)
        assert (said.status, "127.0.0.1:9" in said.text) == (502, True)
    assert server.get("/style.css").status == 200
    assert "Traceback" not in server.log.read_text()


def test_a_port_that_is_taken_is_named(run, server):
    said = run("serve", "--port", str(server.port))
    assert (said.exit_code, str(server.port) in said.output) == (2, True)
    assert "Traceback" not in said.output


@pytest.mark.slow
def test_a_client_that_takes_nothing_of_its_answer_is_cut_off(server):
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        path = f"/sparql?{urlencode({'query': ENDLESS_ROWS})}"
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        ours = client.getsockname()[1]

        def is_held():
            held = psutil.Process(server.process.pid).net_connections("tcp")
            return any(connection.raddr and connection.raddr.port == ours for connection in held)

        wait_until(is_held)
        wait_until(lambda: not is_held(), 40)


def wait_for(server, text, wanted):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        got = server.query(text, accept="text/csv").text.split()[1:]
        if got == wanted:
            break
        time.sleep(0.2)
    return got


@pytest.mark.slow
def test_what_is_built_anew_is_served_and_what_is_faulty_is_not(
    start_server, run, few_facts_alone, tmp_path
):
    register = tmp_path / "entities" / "country.yaml"
    register.parent.mkdir()
    register.write_text("country/atlantis: {ar: أطلانتس المتخيلة, en: Imaginary Atlantis}\n")
    collection = ("--collection", str(tmp_path))
    _, *command = in_place(few_facts_alone)
    serve = ("serve", "--port", "0", "--workers", "1")
    server = start_server(*serve, *collection, command=command)
    text = (
        "SELECT (STRBEFORE(?l, ' ') AS ?x) { country:atlantis rdfs:label ?l FILTER(LANG(?l)='en') }"
    )
    assert wait_for(server, text, ["Imaginary"]) == ["Imaginary"]
    register.write_text("country/atlantis: {ar: أطلانتس المتخيلة, en: Sunken Atlantis}\n")
    assert run("build", *collection).exit_code == 0
    assert wait_for(server, text, ["Sunken"]) == ["Sunken"]
    register.write_text("country/atlantis: {ar: أطلانتس")
    assert run("build", *collection).exit_code == 2
    time.sleep(3)
    assert wait_for(server, text, ["Sunken"]) == ["Sunken"]
    assert "now serving the build" in server.log.read_text()


#: Framings that servers and proxies read differently: each is refused, and the connection closed.
SMUGGLED = {
    "a length beside chunks": "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    "chunks beside a length": "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    "two lengths": "Content-Length: 4\r\nContent-Length: 5\r\n",
    "a coding that is none of ours": "Transfer-Encoding: gzip, chunked\r\n",
    "two codings": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    "a folded line": "X: a\r\n Content-Length: 4\r\n",
    "a space before the colon": "Content-Length : 4\r\n",
    "line feeds alone": "Content-Length: 4\n\n",
    "two hosts": "Host: evil.example\r\n",
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_a_request_that_can_be_read_in_two_ways_is_refused_and_nothing_after_it(name, server):
    head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{SMUGGLED[name]}"
    kind = "Content-Type: application/sparql-query\r\n\r\n"
    smuggled = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(f"{head}{kind}0\r\n\r\n{smuggled}".encode())
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("size", [64 << 10, 66 << 10, 1 << 20])
@pytest.mark.parametrize("piece", [1 << 12, 1 << 21])
def test_a_head_of_more_than_64_kb_is_refused_however_it_arrives(piece, size, server):
    """h11 refused it only while it was not complete: at once on loopback, it was accepted."""
    request = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * size + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        for place in range(0, len(request), piece):
            connection.sendall(request[place : place + piece])
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_a_head_of_less_than_64_kb_is_accepted(server):
    assert server.get("/health", x="x" * (63 << 10)).status == 200


def test_many_requests_at_once_on_one_connection_are_answered_in_turn(server):
    paths = ["/health", "/style.css", "/nowhere", "/health"]
    requests = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n" for path in paths]
    requests[-1] = requests[-1].replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall("".join(requests).encode())
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"200", b"404", b"200"]


def test_no_answer_waits_for_the_acknowledgement_of_its_first_packet(server):
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(1000)
    with closing(listen("127.0.0.1", 0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP
