"""Asking a remote store: the same answers and proofs as from the embedded one, from each store."""

from __future__ import annotations

import json
import urllib.request
from functools import cache

import pytest

from representatives import representatives
from taawun.api import KnowledgeGraph, Rows
from taawun.graph.errors import QueryError
from taawun.graph.fact_reader import facts_of
from taawun.graph.remote.remote_store import RemoteStore
from taawun.queries.answer import answer_of
from taawun.queries.catalogue import Catalogue

NAMES = sorted(Catalogue().questions)
#: Questions that Virtuoso answers and cannot explain: the longer queries behind a proof, with
#: each path for both sides, are beyond its compiler.
BEYOND_VIRTUOSO = {"countries-by-area", "shared-areas"}
#: What stores get: all that stored questions use of SPARQL.
SOME = representatives(without=BEYOND_VIRTUOSO)
#: For what takes long, one store of each kind: ours, whose default graph is the plain view, and
#: another engine's, whose default graph is the union of all graphs. The other two differ from these
#: in nothing that a question could meet; they get the short tests.
EACH_KIND = pytest.mark.parametrize("endpoint", ["served", "virtuoso"], indirect=True)


def asked(graph: KnowledgeGraph, name: str) -> Rows:
    """The answer to a stored question, with examples of the values that it requires."""
    return graph.ask(name, **graph.catalogue.get(name).examples)


@pytest.fixture(scope="module")
def explained(graph):
    """The answer to a stored question with its proofs, as JSON, from the embedded store."""
    return cache(lambda name: proven(asked(graph, name)))


def proven(rows: Rows) -> dict[str, object]:
    """The answer with its proofs, but for the build, which an endpoint does not tell."""
    document = json.loads(rows.to_json(why=True))
    for proof in document["why"]:
        proof.pop("build", None)
    return document


@pytest.fixture(scope="module")
def remote(endpoint):
    """The bundled graph behind each endpoint."""
    return KnowledgeGraph(RemoteStore(endpoint, timeout=60), language="ar")


@EACH_KIND
@pytest.mark.parametrize("name", SOME)
def test_a_remote_store_answers_and_proves_like_the_embedded_one(name, remote, explained):
    assert proven(asked(remote, name)) == explained(name)


@pytest.mark.slow
def test_another_engine_answers_and_proves_every_question_like_ours(virtuoso, graph):
    """Of each the first proof: the query behind it has the same form for every row.

    The other endpoints have our own engine behind them: for them the few above will do.
    """
    remote, compared = KnowledgeGraph(RemoteStore(virtuoso.url, timeout=60), language="ar"), 0
    for name in sorted({*NAMES} - {*SOME} - BEYOND_VIRTUOSO):
        here, there = asked(graph, name), asked(remote, name)
        assert json.loads(there.to_json()) == json.loads(here.to_json()), name
        if len(here):
            assert str(there[0].why()) == str(here[0].why()), name
            compared += 1
    assert compared > 80


@pytest.mark.parametrize("name", sorted(BEYOND_VIRTUOSO))
def test_what_virtuoso_cannot_explain_it_answers_and_says_so(name, virtuoso, graph):
    remote = KnowledgeGraph(RemoteStore(virtuoso.url, timeout=60), language="ar")
    there, here = (json.loads(asked(kg, name).to_json()) for kg in (remote, graph))
    # Without its proof, what a row rests on is not known.
    assert there.pop("restsOn") == [None] * len(here.pop("restsOn"))
    assert there == here
    rows = asked(remote, name)
    told = [item for _, found in rows.proven() for item in found]
    assert len(told) == len(asked(graph, name)) > 0
    assert all(item.unexplained for item in told)


@EACH_KIND
def test_python_finds_the_same_behind_an_endpoint(remote, graph):
    for found in (
        lambda kg: kg.search("العراق"),
        lambda kg: kg.entities("agreement"),
        lambda kg: kg.facts(predicate="party", object="مصر"),
        lambda kg: kg.facts(subject="egypt", predicate="is a party to"),
        lambda kg: kg.facts(modality="planned", document="000_f299f8e0cc481d39.txt"),
        lambda kg: kg.facts(stated_by="عمرو طلعت"),
        lambda kg: kg.facts(object=3),
        lambda kg: kg.show("iraq").facts,
        lambda kg: kg.path("iraq", "lithuania"),
    ):
        here, there = found(KnowledgeGraph(graph.store)), found(KnowledgeGraph(remote.store))
        assert list(here) == list(there) != []
        assert here._repr_html_() == there._repr_html_()
    assert sorted(remote.to_networkx().edges(keys=True)) == sorted(
        graph.to_networkx().edges(keys=True)
    )
    assert repr(remote) == "KnowledgeGraph (SPARQL endpoint)"


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


@EACH_KIND
@pytest.mark.slow
def test_explore_reads_the_same_picture_from_an_endpoint(endpoint, run, tmp_path):
    pages = [tmp_path / "local.html", tmp_path / "remote.html"]
    options = ["--focus", "العراق", "--no-texts", "--question", "speakers"]
    assert run("explore", *options, "-o", str(pages[0])).exit_code == 0
    said = run("explore", *options, "-o", str(pages[1]), "--endpoint", endpoint)
    assert said.exit_code == 0, said.output
    assert pages[0].read_text() == pages[1].read_text()


def test_a_remote_store_describes_and_constructs(endpoint):
    store = RemoteStore(endpoint)
    text = "CONSTRUCT WHERE { <https://w3id.org/taawun/id/country/iraq> ?p ?o }"
    triples = list(store.query(text))
    assert len(triples) > 10
    assert any(facts_of(store, triples).values())


def test_a_query_that_the_endpoint_refuses_is_a_query_error(endpoint):
    with pytest.raises(QueryError, match="refuses the query"):
        RemoteStore(endpoint).query("SELECT WHERE {")


def test_the_export_loaded_by_hand_is_asked_like_a_push(the_build, graph, empty_oxigraph):
    request = urllib.request.Request(
        empty_oxigraph.url.replace("/query", "/store"),
        the_build.dump.read_bytes(),
        {"Content-Type": "application/n-quads"},
    )
    urllib.request.urlopen(request, timeout=60).close()
    question = Catalogue().get("countries")
    assert answer_of(RemoteStore(empty_oxigraph.url), question) == answer_of(graph.store, question)
