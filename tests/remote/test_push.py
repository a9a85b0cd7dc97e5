"""``taawun push``: a remote store holds the build, exactly, and nothing of others is touched."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from taawun.graph.errors import EndpointError
from taawun.graph.remote import mirror
from taawun.graph.remote.push import compare, push
from taawun.graph.remote.remote_store import RemoteStore
from taawun.ontology.namespaces import BASE, GRAPH_EVIDENCE, GRAPH_PUSH

STRANGE = f"{BASE}fact/0123456789abcdef"
WORDS = r'"ج\n\"د\\"@ar'
OTHERS = "http://example.org/graph"


def quiet(*_):
    pass


def number(server, pattern):
    rows = server.endpoint().query(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    return int(next(rows)["n"].value)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["oxigraph", "union_oxigraph", "virtuoso"])
def test_a_check_lists_what_is_missing_and_what_is_extra_and_a_push_mends_it(
    kind, small_store, push_to
):
    """After that push, another one finds nothing to send."""
    filled = small_store(kind)
    inside = f"GRAPH <{GRAPH_EVIDENCE}>"
    exact = "<http://www.w3.org/ns/oa#exact>"
    endpoint = filled.endpoint()
    assert number(filled, f"{inside} {{ ?s {exact} ?o }}") > 3
    endpoint.update(f"DELETE WHERE {{ {inside} {{ ?s {exact} ?o }} }}")
    endpoint.update(
        f"INSERT DATA {{ GRAPH <{STRANGE}> {{ <{BASE}id/a> <{BASE}id/b> {WORDS} }}"
        f" GRAPH <{OTHERS}> {{ <{BASE}id/a> <{BASE}id/b> 1 }} }}"
    )
    said = push_to(filled, "--check")
    assert said.exit_code == 1
    assert f"{WORDS} <{STRANGE}> ." in said.output
    assert "+ … " not in said.output
    assert "- … " in said.output
    assert push_to(filled).exit_code == 0
    again = push_to(filled)
    assert again.exit_code == 0, again.output
    assert "Triples: 0 added, 0 removed" in again.output
    assert number(filled, f"GRAPH <{STRANGE}> {{ ?s ?p ?o }}") == 0
    assert number(filled, f"GRAPH <{OTHERS}> {{ ?s ?p ?o }}") == 1
    endpoint.update(f"DROP SILENT GRAPH <{OTHERS}>")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["oxigraph", "virtuoso"])
def test_a_large_graph_is_read_in_pieces(kind, small, small_store, monkeypatch):
    monkeypatch.setattr(mirror, "_PIECE", 500)
    steps = []
    found = compare(
        small.store(), small_store(kind).endpoint(), lambda _, *step: steps.append(step)
    )
    quads = len(small.store().quads)
    assert (found.held, found.missing, found.extra) == (quads, 0, 0)
    assert steps[-1] == (quads, quads)
    sizes = [after - before for (before, _), (after, _) in pairwise([(0, quads), *steps])]
    assert len(sizes) > 25
    assert max(sizes) < 830


class KilledError(Exception):
    pass


@pytest.mark.slow
def test_a_push_that_was_killed_is_no_answer_and_goes_on_where_it_stopped(
    empty_oxigraph, small, push_to
):
    def kill(what, done, total):
        if what == "writing" and done > total / 2:
            raise KilledError

    with pytest.raises(KilledError):
        push(small.store(), empty_oxigraph.endpoint(), kill)
    half = number(empty_oxigraph, "GRAPH ?g { ?s ?p ?o }")
    assert half > 7_000
    with pytest.raises(EndpointError, match="was not finished"):
        RemoteStore(empty_oxigraph.url).query("ASK {}")
    done = push(small.store(), empty_oxigraph.endpoint(), quiet)
    assert done.kept > 7_000
    assert done.added == len(small.store().quads) - done.kept
    assert RemoteStore(empty_oxigraph.url).query("ASK {}")
    assert push_to(empty_oxigraph, "--check").exit_code == 0


@pytest.mark.usefixtures("small")
def test_a_default_graph_with_triples_of_others_is_refused_and_left_alone(empty_oxigraph, push_to):
    empty_oxigraph.endpoint().update("INSERT DATA { <http://a.org/a> <http://a.org/b> 1 }")
    said = push_to(empty_oxigraph)
    assert said.exit_code == 2
    assert "a repository of its own" in said.output
    assert number(empty_oxigraph, "?s ?p ?o") == 1
    assert number(empty_oxigraph, f"GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{GRAPH_PUSH}>)") == 0


def test_the_plain_view_stands_in_the_graphs_that_prove_it(small):
    quads = small.store().quads
    plain = list(quads.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    assert len(plain) > 5_000
    assert not [
        quad
        for quad in plain
        if len(list(quads.quads_for_pattern(quad.subject, quad.predicate, quad.object, None))) < 2
    ]


@pytest.mark.virtuoso
def test_a_wrong_password_is_said_and_never_printed(small_store, push_to):
    virtuoso = small_store("virtuoso")
    said = push_to(virtuoso, TAAWUN_PASSWORD="secret-word")
    assert said.exit_code == 2
    assert "refuses the name and password" in said.output
    assert "secret-word" not in said.output
    nobody = push_to(virtuoso, TAAWUN_USER="")
    assert nobody.exit_code == 2
    assert "set TAAWUN_USER and TAAWUN_PASSWORD" in nobody.output


def without_builds(output: str) -> dict[str, Any]:
    """A JSON answer without the builds that its proofs name: an endpoint tells none."""
    document: dict[str, Any] = json.loads(output)
    for proof in document["why"]:
        proof.pop("build", None)
    return document


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_a_collection_is_pushed_with_its_terms_and_asked_by_its_own_questions(
    empty_oxigraph, push_to, run
):
    collection = ["--collection", str(Path(__file__).parent.parent / "extension" / "labs")]
    assert push_to(empty_oxigraph, *collection).exit_code == 0
    assert push_to(empty_oxigraph, *collection, "--check").exit_code == 0
    assert push_to(empty_oxigraph, "--check").exit_code == 1
    asked = ["ask", "laboratories", "--format", "json", "--why", *collection]
    local, remote = run(*asked), run(*asked, "--endpoint", empty_oxigraph.url)
    assert remote.exit_code == 0, remote.output
    assert without_builds(remote.output) == without_builds(local.output)
    assert push_to(empty_oxigraph).exit_code == 0
    assert push_to(empty_oxigraph, "--check").exit_code == 0


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_a_store_that_takes_everything_and_keeps_nothing_is_found_out(run):
    class Forgetful(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = b'{"head":{},"boolean":false}'
            if b"COUNT" in asked:
                answer = b'{"head":{"vars":["p","n"]},"results":{"bindings":[]}}'
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Forgetful) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        said = run("push", "--endpoint", f"http://127.0.0.1:{server.server_address[1]}/")
        server.shutdown()
    assert said.exit_code == 2
    assert "accepted every triple but holds 0 instead of" in said.output


def test_a_push_needs_to_know_where(run):
    said = run("push")
    assert said.exit_code == 2
    assert "--endpoint" in said.output
