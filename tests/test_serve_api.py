"""The stored questions over HTTP, as their OpenAPI description says."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from representatives import representatives
from taawun.queries.catalogue import Catalogue

QUESTIONS = Catalogue().questions


@pytest.fixture(scope="module")
def description(site):
    return json.loads(site.get("/openapi.json").body)


@pytest.mark.slow
def test_the_description_is_valid_openapi_and_names_every_question(description):
    validate(description)
    assert description["openapi"] == "3.1.0"
    for name, question in QUESTIONS.items():
        told = description["paths"][f"/api/questions/{name}"]["get"]["parameters"]
        assert [item["name"] for item in told] == [
            *(item.name for item in question.parameters), "why", "lang",
        ]  # fmt: skip
    parameters = description["paths"]["/api/questions/agreement-signatories"]["get"]["parameters"]
    assert [item["name"] for item in parameters] == ["country", "why", "lang"]
    assert "الدولة" in parameters[0]["description"]


@pytest.mark.parametrize("name", representatives())
def test_a_question_answers_as_it_is_described(name, site, description, graph):
    """The answers and proofs of all of them are those of the Python API: see test_proofs."""
    values = QUESTIONS[name].examples
    got = site.get(f"/api/questions/{name}?{urlencode({**values, 'why': 'true'})}")
    assert got.status == 200, got.text
    answer = json.loads(got.body)
    schema = {"$ref": "#/components/schemas/Answer", "components": description["components"]}
    Draft202012Validator(schema).validate(answer)
    assert (
        len(answer["results"]["bindings"]) == len(graph.ask(name, **values)) == len(answer["why"])
    )


def test_the_answer_is_what_ask_prints(site, run):
    values = {"country": "نيجيريا", "why": "true", "lang": "en"}
    got = site.get(f"/api/questions/agreement-signatories?{urlencode(values)}")
    said = run("ask", "agreement-signatories", "-p", "country=نيجيريا", "--why", "--format", "json")
    assert json.loads(got.body) == json.loads(said.output)
    assert json.loads(got.body)["why"][0]["facts"][0]["evidence"][0]["quote"]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_csv_has_names_in_the_language(language, site, run):
    path = f"/api/questions/agreement-signatories?why=1&lang={language}"
    got = site.get(path, accept="text/csv")
    said = run("ask", "agreement-signatories", "--why", "--format", "csv", "--lang", language)
    assert list(csv.reader(io.StringIO(got.text))) == list(csv.reader(io.StringIO(said.output)))


def test_questions_are_listed_in_both_languages(site):
    listed = json.loads(site.get("/api/questions").body)
    assert [item["name"] for item in listed] == list(QUESTIONS)
    assert all(item["ar"] and item["en"] for item in listed)


def test_any_query_is_explained(site, run):
    text = (
        "SELECT ?who ?post WHERE { ?who tw:holds ?post . ?post tw:belongsToCountry country:iraq }"
    )
    got = site.get(f"/api/sparql?{urlencode({'query': text})}")
    assert json.loads(got.body) == json.loads(
        run("sparql", text, "--why", "--format", "json").output
    )


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/questions/agreement-signatoris", 404, "did you mean"),
        ("/api/questions/agreement-signatories?country=نيجريا", 400, "did you mean"),
        ("/api/questions/agreement-signatories?nothing=1", 400, "has no parameter"),
        ("/api/questions/agreement-signatories?country=x&country=y", 400, "more than once"),
        ("/api/questions/agreement-signatories?why=perhaps", 400, "neither true nor false"),
        ("/api/questions/agreement-signatories?lang=fr", 400, "ar or en"),
        ("/api/questions/%00%2e%2e%2fetc", 404, "nothing at this address"),
        ("/api/sparql", 400, "no query"),
        ("/api/sparql?query=SELECT", 400, "not valid SPARQL"),
        ("/api/sparql?query=SELECT%20(RAND()%20AS%20%3Fx)%20%7B%7D", 400, "another value"),
        ("/api/sparql?query=DESCRIBE%20country:iraq", 400, "SELECT and ASK"),
    ],
)
def test_what_cannot_be_answered_is_told_as_json_with_a_code(path, status, words, site):
    got = site.get(quote(path, safe="/?&=%()"))
    assert (got.status, got.headers["content-type"]) == (status, "application/json")
    error = json.loads(got.body)
    assert words in f"{error['message']} {error.get('remedy')}"
    assert error["code"]


@pytest.mark.slow
@given(st.text(), st.booleans(), st.sampled_from(sorted(QUESTIONS)), st.text())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_text_of_a_user_breaks_the_server(site, text, why, name, parameter):
    """Whatever stands in an address, the answer is one of those that are described."""
    stored = [item.name for item in QUESTIONS[name].parameters] or [parameter]
    asked = urlencode({stored[0]: text, "why": why}, errors="replace")
    for path in (
        f"/api/questions/{name}?{asked}",
        f"/api/questions/{quote(text, safe='', errors='replace')}",
        f"/api/sparql?{urlencode({'query': text}, errors='replace')}",
        f"/sparql?{urlencode({'query': text, parameter: text}, errors='replace')}",
        f"/id/{quote(text, errors='replace')}",
    ):
        got = site.get(path, accept="application/json, text/turtle;q=0.9, text/plain;q=0.1")
        assert got.status in (200, 303, 307, 400, 404, 406), path
        assert "Traceback" not in got.text
