"""Lists for programs, the reconciliation service, and every operation as OpenAPI describes it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

#: The JSON Schemas of the Reconciliation Service API 0.2, as the W3C group publishes them.
SCHEMAS = Path(__file__).parent / "reconciliation"
SPACE = "https://reconciliation-api.github.io/specs/0.2/schemas/"


def got_json(site, path, **values):
    got = site.get(f"{path}?{urlencode(values)}" if values else path)
    assert got.status == 200, got.text
    return json.loads(got.body)


@pytest.mark.parametrize("text", ["العراق", "iraq", "IRAQ", "ألعراق", "country/iraq"])
def test_search_finds_any_spelling_in_both_languages(site, text):
    first = got_json(site, "/api/search", q=text, limit=1)["items"][0]
    assert (first["id"], first["names"]) == ("country/iraq", {"ar": "العراق", "en": "Iraq"})


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/api/entities", {"class": "agreement"}),
        ("/api/search", {"q": "وزارة"}),
        ("/api/documents", {}),
        ("/api/facts", {"document": "african-cooperation", "modality": "asserted"}),
    ],
)
def test_the_pages_of_a_list_are_the_whole_list_and_lead_to_each_other(site, path, values):
    whole = got_json(site, path, **values, limit=1000)
    assert whole["total"] == len(whole["items"]) > 2
    found, address = [], f"{path}?{urlencode({**values, 'limit': 3})}"
    while address:
        got = site.get(address)
        page = json.loads(got.body)
        found += page["items"]
        assert page["total"] == whole["total"]
        links = dict(
            reversed(link)
            for link in re.findall(r'<([^>]+)>; rel="(\w+)"', got.headers.get("link", ""))
        )
        assert ("next" in links) == (len(found) < whole["total"])
        assert ("prev" in links) == ("first" in links) == (page["offset"] > 0)
        address = links.get("next")
    assert found == whole["items"]


def test_facts_have_the_same_keys_as_everywhere_and_only_the_fields_asked_for(site, graph):
    found = got_json(site, "/api/facts", entity="العراق", limit=1000)
    about = {*(f.iri for f in graph.facts(subject="العراق")),
             *(f.iri for f in graph.facts(object="العراق"))}  # fmt: skip
    assert {item["fact"] for item in found["items"]} == about
    assert all(item["evidence"][0]["quote"] for item in found["items"])
    few = got_json(site, "/api/facts", entity="country/iraq", fields="fact,modality", limit=5)
    assert [[*item] for item in few["items"]] == [["fact", "modality"]] * 5
    assert few["total"] == found["total"] > 50


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/entities?limit=0", 400, "api-number-not-between"),
        ("/api/entities?limit=1001", 400, "api-number-not-between"),
        ("/api/entities?offset=-1", 400, "api-number-not-between"),
        ("/api/entities?offset=%D9%A1", 400, "api-number-not-between"),
        ("/api/entities?fields=nam", 400, "api-field-unknown"),
        ("/api/entities?colour=red", 400, "api-parameter-unknown"),
        ("/api/search", 400, "api-parameter-missing"),
        ("/api/entities?class=agrement", 404, "unknown-name"),
        ("/api/facts?entity=nobody", 404, "unknown-name"),
        ("/api/reconcile?queries=%5B", 400, "reconcile-not-json"),
        ("/api/reconcile?queries=%7B%22a%22:%7B%7D%7D", 400, "reconcile-no-query"),
    ],
)
def test_what_cannot_be_listed_says_why(site, path, status, code):
    got = site.get(path)
    assert (got.status, json.loads(got.body)["code"]) == (status, code)


def fits(name, value):
    """Hold a value to a schema of the API; the one foreign reference in them is left out."""
    schemas = {path.stem: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    resources = [
        (f"{SPACE}{key}.json", DRAFT7.create_resource(one)) for key, one in schemas.items()
    ]
    swagger = Resource.from_contents({}, DRAFT7)
    registry = Registry(retrieve=lambda _: swagger).with_resources(resources)
    Draft7Validator(schemas[name], registry=registry).validate(value)


@pytest.fixture(params=["ar", "en"])
def endpoint(request):
    return f"/api/reconcile/{request.param}"


def test_the_manifest_names_addresses_that_answer(site, endpoint):
    manifest = got_json(site, endpoint)
    fits("manifest", manifest)
    assert manifest["versions"] == ["0.2"]
    for kind, service in manifest["suggest"].items():
        address = service["service_url"].removeprefix(site.url) + service["service_path"]
        found = got_json(site, address, prefix="")
        plural = {"entity": "entities", "property": "properties", "type": "types"}[kind]
        fits(f"suggest-{plural}-response", found)
        assert found["result"] or kind == "entity"
    preview = manifest["preview"]["url"].replace("{{id}}", "official%2Famr-talaat")
    got = site.get(preview.removeprefix(site.url))
    assert got.status == 200
    assert "عمرو طلعت" in got.text
    assert "<script" not in got.text
    view = manifest["view"]["url"].replace("{{id}}", "country%2Firaq").removeprefix(site.url)
    assert site.get(view, accept="text/turtle").status in (200, 303, 307)


def reconciled(site, endpoint, **queries):
    fits("reconciliation-query-batch", queries)
    body = urlencode({"queries": json.dumps(queries)}).encode()
    got = site.get(endpoint, "POST", body, content_type="application/x-www-form-urlencoded")
    assert got.status == 200, got.text
    answer = json.loads(got.body)
    fits("reconciliation-result-batch", answer)
    assert got_json(site, endpoint, queries=json.dumps(queries)) == answer
    return {name: one["result"] for name, one in answer.items()}


def test_a_column_of_names_is_matched_in_both_languages_and_any_spelling(site, endpoint):
    names = {
        "ليتوانيا": "country/lithuania", "Lithuania": "country/lithuania",
        "عمرو طلعت": "official/amr-talaat", "Amr Talaat": "official/amr-talaat",
        "منظمة التعاون والتنميه فى الميدان الإقتصادى": "international-organization/oecd",
        "country/iraq": "country/iraq", "https://w3id.org/taawun/id/country/iraq": "country/iraq",
    }  # fmt: skip
    queries = {f"q{n}": {"query": name} for n, name in enumerate(names)}
    found = reconciled(site, endpoint, **queries)
    assert [one[0]["id"] for one in found.values()] == list(names.values())
    assert all(one[0]["match"] and one[0]["score"] == 100 for one in found.values())


def test_similar_names_are_candidates_and_no_match(site, endpoint):
    (found,) = reconciled(site, endpoint, q={"query": "Amr Talat", "type": "official"}).values()
    assert found[0]["id"] == "official/amr-talaat"
    assert 80 < found[0]["score"] < 100
    assert not any(one["match"] for one in found)
    assert found == sorted(found, key=lambda one: -one["score"])
    none = reconciled(site, endpoint, q={"query": "العراق", "type": "official"})
    assert not [one for one in none["q"] if one["id"] == "country/iraq"]


def test_properties_tell_namesakes_apart_and_find_without_a_name(site, endpoint):
    country = {"pid": "belongsToCountry", "v": {"id": "country/iraq", "name": "Iraq"}}
    other = {"pid": "belongsToCountry", "v": "ليتوانيا"}
    by_name = {"query": "عمرو طلعت", "properties": [other]}
    found = reconciled(
        site,
        endpoint,
        a=by_name,
        b={"type": "official", "properties": [country]},
        c={"properties": [other], "limit": 50},
    )
    assert not found["a"][0]["match"]
    assert found["a"][0]["score"] == 50
    assert found["b"]
    assert all(one["type"][0]["id"] == "official" for one in found["b"])
    assert any(one["id"].startswith("ministry/") for one in found["c"])


def test_columns_are_added_from_what_the_documents_say(site, endpoint):
    proposed = got_json(site, f"{endpoint}/properties", type="official")
    fits("data-extension-property-proposal", proposed)
    assert "holds" in [one["id"] for one in proposed["properties"]]
    asked = {"ids": ["official/amr-talaat", "country/iraq"], "properties": [{"id": "holds"}]}
    fits("data-extension-query", asked)
    found = got_json(site, endpoint, extend=json.dumps(asked))
    fits("data-extension-response", found)
    assert found["rows"]["official/amr-talaat"]["holds"][0]["id"].startswith("post/")
    assert found["rows"]["country/iraq"]["holds"] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
QUERY = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("query", "type", "limit", "properties", "type_strict"), JSON)
)


@pytest.mark.slow
@given(
    st.dictionaries(st.text(max_size=3), QUERY, max_size=2), st.sampled_from(["queries", "extend"])
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_query_breaks_the_service(site, queries, name):
    got = site.get(f"/api/reconcile/en?{urlencode({name: json.dumps(queries)})}")
    assert got.status in (200, 400, 404), got.text
    extend = json.dumps({"ids": queries, "properties": [queries]})
    got = site.get(f"/api/reconcile/en?{urlencode({'extend': extend})}")
    assert got.status in (200, 400, 404), got.text


schemathesis.openapi.format(
    "sparql",
    st.sampled_from(["ASK {}", "SELECT ?a { ?a a tw:Agreement } LIMIT 3", "ASK { ?s ?p 'ي' }"]),
)


@pytest.mark.slow
def test_every_operation_answers_as_it_is_described(site):
    """Schemathesis, with few examples and a fixed seed, over all operations."""
    schema = schemathesis.openapi.from_url(f"{site.url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 120
    wrong = []
    for operation in operations:

        @seed(0)
        @settings(max_examples=2, deadline=None, database=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(operation.as_strategy())
        def hold(case):
            try:
                case.call_and_validate(timeout=60)
            except schemathesis.errors.SchemathesisError as error:
                wrong.append(f"{case.method} {case.formatted_path}: {error}")
            except BaseExceptionGroup as errors:
                wrong.append(f"{case.method} {case.formatted_path}: {errors.exceptions}")

        hold()
    assert wrong == []
