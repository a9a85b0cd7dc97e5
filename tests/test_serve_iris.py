"""Every kind of IRI that the graph names is answered by ``taawun serve``, in every form."""

from __future__ import annotations

from urllib.parse import quote

import pyoxigraph as ox
import pytest

from taawun.ontology.namespaces import BASE, GRAPH_EVIDENCE, GRAPH_PLAIN, GRAPH_PUSH

FORMS = {
    "text/html": None,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}


def kind_of(iri):
    """The first segments after the base, without what names one thing of the kind."""
    path, _, fragment = iri.removeprefix(BASE).partition("#")
    first, *rest = path.split("/")
    if first == "id":
        return f"id/{rest[0]}"
    if first == "graph":
        return path
    return "/".join([first, *rest[1:]]) + ("#" if fragment else "")


@pytest.fixture(scope="module")
def kinds(graph):
    """One IRI of each kind that the store has, in any place of a quad."""
    found = {}
    for quad in graph.store.quads:
        for term in (*quad.triple, quad.graph_name):
            if isinstance(term, ox.NamedNode) and term.value.startswith(BASE):
                found.setdefault(kind_of(term.value), term.value)
    return found


def followed(site, path, accept):
    """The answer at the end of the redirects."""
    for _ in range(5):
        got = site.get(path, accept=accept)
        if got.status != 303:
            return got
        path = got.headers["location"].partition("#")[0]
    raise AssertionError(f"{path} leads on and on")


def test_the_store_has_the_kinds_of_the_contract(kinds):
    contract = {
        "document", "fact", "inference", "evidence", "evidence/quote", "evidence/position",
        "passage", "passage/quote", "passage/position", "ontology", "ontology#",
        "graph/entities", "graph/evidence", "graph/ontology",
        "id/country", "id/area", "id/rule", "id/modality", "id/record-status", "id/scheme",
    }  # fmt: skip
    assert contract <= kinds.keys()
    assert len(kinds) > 50


@pytest.mark.parametrize("media", FORMS)
def test_one_iri_of_each_kind_is_answered(media, kinds, site):
    assert kinds
    for kind, iri in sorted(kinds.items()):
        got = followed(site, quote("/" + iri.removeprefix(BASE).partition("#")[0]), media)
        assert got.status == 200, f"{kind}: {iri}"
        assert got.headers["content-type"].partition(";")[0] == media, f"{kind}: {iri}"
        if form := FORMS[media]:
            triples = [quad.triple for quad in ox.parse(got.body, form)]
            node = ox.NamedNode(iri)
            said = [t for t in triples if node in (t.subject, t.object)]
            assert said, f"{kind}: nothing is said of {iri}"


def test_every_term_of_the_ontology_is_in_its_description(graph, site):
    text = "SELECT DISTINCT ?c { GRAPH graph:ontology { ?c rdfs:isDefinedBy ?o } }"
    terms = {row["c"] for row in graph.sparql(text)}
    triples = [
        quad.triple for quad in ox.parse(site.get("/ontology.ttl").body, FORMS["text/turtle"])
    ]
    assert len(terms) > 100
    assert terms <= {triple.subject for triple in triples}


@pytest.mark.parametrize(("name", "iri"), [("plain", GRAPH_PLAIN), ("push", GRAPH_PUSH)])
def test_a_graph_of_remote_stores_alone_is_explained(name, iri, site, graph):
    page = followed(site, f"/graph/{name}?lang=en", "text/html").text
    assert f'<bdi dir="ltr">{iri}</bdi>' in page
    told = ox.parse(site.get(f"/graph/{name}.ttl").body, ox.RdfFormat.TURTLE)
    sizes = [quad.object.value for quad in told if quad.predicate.value.endswith("void#triples")]
    plain = graph.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"].value
    assert sizes == [plain if name == "plain" else "0"]


def test_a_graph_says_how_large_it_is_and_how_it_is_asked(site, graph):
    page = site.get("/graph/evidence.html?lang=en").text
    count = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?s ?p ?o }} }}"
    assert f"Statements: {int(graph.sparql(count)[0]['n'].value):,}" in page
    assert "GRAPH graph:evidence" in page
    asked = page.partition('href="/sparql?lang=en&amp;')[2].partition('"')[0]
    assert site.get(f"/sparql?{asked}", accept="text/csv").text.count("\n") == 21
