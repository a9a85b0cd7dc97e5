"""``taawun mcp``: an assistant's client asks over stdio and HTTP, and gets answers it can cite."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from in_a_thread import run_in_a_thread

from taawun.loaders.builds.inputs import SEEDS

TOOLS = {"search", "ask", "sparql", "show", "path", "document", "why"}


@pytest.fixture(scope="module")
def open_client(the_build):
    """Start ``taawun mcp`` and call ``work(client)`` with the SDK's client of it over stdio."""
    from mcp import Client, StdioServerParameters, stdio_client

    @contextmanager
    def opened(*arguments):
        environment = {
            **os.environ,
            "TAAWUN_CACHE": str(the_build.path.parent),
            "TAAWUN_COLLECTIONS": "",
            "LC_ALL": "en_GB.UTF-8",
        }
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "taawun", "mcp", *arguments], env=environment
        )
        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(Client(stdio_client(server))) as client,
        ):
            yield lambda work: portal.call(work, client)

    return opened


@pytest.fixture(scope="module")
def ask_over(open_client):
    """One server for all tests that ask it as it is."""
    with open_client() as ask:
        yield ask


async def result(client, name, **arguments):
    got = await client.call_tool(name, arguments)
    text = "".join(item.text for item in got.content if item.type == "text")
    assert not got.is_error, text
    return json.loads(text)


def facts_in(item):
    """Every fact in a result, wherever it stands."""
    if isinstance(item, dict):
        if "sentence" in item:
            yield item
        for value in item.values():
            yield from facts_in(value)
    if isinstance(item, list):
        for value in item:
            yield from facts_in(value)


def files():
    return {path.name: path.read_text("utf-8") for path in (SEEDS / "documents").glob("*.txt")}


def assert_cited(found):
    """Each quote of each fact stands in its document at its offsets."""
    texts, quotes = files(), 0
    for fact in facts_in(found):
        assert fact["retell_as"]
        assert fact["quotes"] or fact.get("follows_from"), fact
        for quote in fact["quotes"]:
            quotes += 1
            assert texts[quote["file"]][quote["start"] : quote["end"]] == quote["quote"]
    assert quotes


def test_an_assistant_gets_a_cited_answer_in_both_languages(ask_over):
    async def work(client):
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        for tool in (await client.list_tools()).tools:
            assert tool.annotations.read_only_hint
            assert tool.description
        english = await result(client, "ask", question="what did Egypt offer Iraq")
        arabic = await result(client, "ask", question="ما العروض المقدمة إلى العراق؟")
        return english, arabic

    for found in ask_over(work):
        assert found["understood"]
        assert found["read_as"]
        assert len(found["rows"]) > 3
        assert "remark" not in found
        assert_cited(found)
    assert any("العراق" in fact["sentence"] for fact in facts_in(found))


def test_an_unsure_question_gives_candidates_and_a_stored_one_takes_values(ask_over, graph):
    async def work(client):
        unsure = await result(client, "ask", question="areas Egypt shares with the countries")
        chosen = unsure["candidates"][0]
        foreign = await result(client, "ask", question="what did Egypt sign with Narnia")
        stored = await result(
            client, "ask", question="offers-to-country", parameters={"country": "العراق"}
        )
        return unsure, chosen, foreign, stored

    unsure, chosen, foreign, stored = ask_over(work)
    assert not unsure["understood"]
    assert "rows" not in unsure
    assert chosen["reads"]
    assert all(item["name"] in graph.catalogue for item in unsure["related"])
    assert not foreign["understood"]
    assert "Narnia" in foreign["reason"]
    assert_cited(stored)


def test_each_other_tool_gives_quotes_and_tells_how_firmly_a_fact_is_stated(ask_over):
    async def work(client):
        query = "SELECT ?x ?who { GRAPH graph:prospects { ?x tw:supportedBy ?who } }"
        planned = await result(client, "sparql", query=query)
        fact = next(facts_in(planned))["fact"]
        derived = await result(
            client, "sparql", query="ASK { country:egypt tw:cooperatesWith country:nigeria }"
        )
        return (
            planned,
            await result(client, "why", fact=fact),
            await result(client, "show", entity="عمرو طلعت"),
            await result(client, "path", start="country/iraq", end="country/lithuania"),
            await result(client, "document", document="egypt-iraq-talks", start=500, end=1500),
            await result(client, "search", text="Iraq"),
            derived,
        )

    planned, why, show, path, document, search, derived = ask_over(work)
    for found in (planned, why, show, path, document, derived):
        assert_cited(found)
    assert {fact["modality"] for fact in facts_in(planned)} <= {"planned", "expected"}
    assert "has not happened" in why["retell_as"]
    assert {"reported", "planned"} & {fact["modality"] for fact in facts_in(show)}
    assert all(fact["stated_by"] for fact in facts_in(show) if fact["modality"] == "reported")
    quotes = [quote for fact in document["facts"] for quote in fact["quotes"]]
    here = {q["file"] for q in quotes if q["document"] == "egypt-iraq-talks"}
    (text,) = [files()[name] for name in here]
    assert document["text"] == text[500:1500]
    assert search["entities"][0]["id"] == "country/iraq"
    assert derived["boolean"] is True
    assert any(fact.get("follows_from") for fact in facts_in(derived))


def test_the_ontology_and_the_questions_are_resources_and_nothing_is_written(ask_over, graph):
    async def work(client):
        ontology = await client.read_resource("taawun://ontology")
        questions = await client.read_resource("taawun://questions")
        one = await client.read_resource("taawun://questions/agreement-signatories")
        refused = await client.call_tool("sparql", {"query": "DELETE WHERE { ?s ?p ?o }"})
        outside = await client.call_tool(
            "sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}
        )
        return ontology, questions, one, refused, outside

    ontology, questions, one, refused, outside = ask_over(work)
    assert "tw:signatory" in ontology.contents[0].text
    names = [item["name"] for item in json.loads(questions.contents[0].text)]
    assert names == graph.catalogue.names
    assert "#+ summary" in one.contents[0].text
    assert refused.is_error
    assert outside.is_error
    assert "SERVICE" in outside.content[0].text


@pytest.mark.slow
def test_a_query_that_takes_too_long_is_stopped_and_the_next_one_is_answered(open_client):
    async def work(client):
        slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
        stopped = await client.call_tool("sparql", {"query": slow})
        after = await result(client, "search", text="ليتوانيا")
        return stopped, after

    with open_client("--timeout", "3") as ask:
        stopped, after = ask(work)
    assert stopped.is_error
    assert "3" in stopped.content[0].text
    assert after["entities"]


@pytest.mark.slow
def test_without_texts_the_quotes_alone_are_given(open_client):
    async def work(client):
        return await result(client, "document", document="egypt-iraq-talks", end=1500)

    with open_client("--no-texts") as ask:
        found = ask(work)
    assert found["text"] is None
    assert_cited(found)


@pytest.mark.slow
def test_the_same_server_speaks_http_on_this_machine(start_server):
    from mcp import Client

    server = start_server("mcp", "--http", "--port", "0")

    async def main():
        async with Client(f"{server.url}/mcp") as client:
            return await result(client, "ask", question="what did Egypt offer Iraq", limit=3)

    found = run_in_a_thread(main)
    assert len(found["rows"]) == 3
    assert found["more_rows"]
    assert_cited(found)
    # A page of another site may not reach it through a name of its own.
    assert server.get("/mcp", "POST", b"{}", host="evil.example").status in (400, 403, 421)


def test_without_the_package_the_command_names_what_to_install(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    monkeypatch.delitem(sys.modules, "taawun.server.assistants.mcp_server", raising=False)
    got = run("mcp")
    assert got.exit_code == 2
    assert 'pip install "taawun[mcp]"' in got.stderr


DOCS = Path(__file__).parent.parent / "docs" / "assistants.md"
CALL = re.compile(r"^→ (\w+) (\{[^\n]*\})\n(.*?)(?=^→|\Z)", re.M | re.S)


def test_the_transcript_in_the_docs_is_what_the_client_gets(ask_over):
    (block,) = re.findall(r"^```transcript\n(.*?)^```", DOCS.read_text("utf-8"), re.M | re.S)
    calls = [(name, json.loads(given), told) for name, given, told in CALL.findall(block)]
    assert {name for name, *_ in calls} >= {"search", "ask", "why"}

    async def work(client):
        return [await result(client, name, **given) for name, given, _ in calls]

    for (name, given, told), found in zip(calls, ask_over(work), strict=True):
        assert json.loads(told) == found, (name, given)
