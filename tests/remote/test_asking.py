"""Asking a remote store: the same answers and proofs as from the embedded one, from each store."""

from __future__ import annotations

import json
import subprocess

import pytest

from taawun.graph.errors import QueryError
from taawun.graph.remote import RemoteStore
from taawun.queries.catalogue import Catalogue, answer_of
from taawun.queries.why import facts_of


@pytest.fixture
def endpoint(oxigraph):
    return oxigraph.url


@pytest.mark.parametrize("name", sorted(Catalogue().questions))
def test_a_remote_store_answers_every_stored_question_as_the_embedded_one(name, endpoint, graph):
    question = Catalogue().get(name)
    assert answer_of(RemoteStore(endpoint), question) == answer_of(graph.store, question)


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


@pytest.mark.parametrize(
    "name", ["talks-without-agreement", "cooperation-partners", "speakers", "agreement-signatories"]
)
def test_a_remote_answer_is_explained_as_the_embedded_one(name, endpoint, run):
    arguments = ["ask", name, "--why", "--format", "json"]
    remote = run(*arguments, "--endpoint", endpoint)
    assert remote.exit_code == 0, remote.output
    local = json.loads(run(*arguments).output)
    assert local["why"]
    assert json.loads(remote.output) == local


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
    address = empty_oxigraph.url.replace("/query", "/store")
    subprocess.run(
        ["curl", "-sf", "-H", "Content-Type: application/n-quads", "--data-binary",
         f"@{the_build.dump}", address],
        check=True,
    )  # fmt: skip
    question = Catalogue().get("countries")
    assert answer_of(RemoteStore(empty_oxigraph.url), question) == answer_of(graph.store, question)
