"""Other people's SPARQL clients against ``taawun serve``, each as it comes."""

from __future__ import annotations

import fcntl
import functools
import json
import shutil
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from rdflib import Graph
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, POST, RDFXML, TSV, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

CLIENTS = Path(__file__).parent / "clients"
LABELS = """PREFIX tw: <https://w3id.org/taawun/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?country ?label WHERE {
  ?country a tw:Country ; rdfs:label ?label FILTER(LANG(?label) = "ar")
} ORDER BY ?country"""
IRAQ = "CONSTRUCT WHERE { <https://w3id.org/taawun/id/country/iraq> ?p ?o }"


@pytest.fixture(scope="module")
def endpoint(server):
    return f"{server.url}/sparql"


@pytest.fixture(scope="module")
def labels(graph):
    rows = [tuple(term.value for term in row.terms) for row in graph.sparql(LABELS)]
    assert len(rows) > 5
    return rows


@pytest.fixture(scope="module")
def packages():
    """The npm packages of the lock file, installed if they are not yet."""
    if not shutil.which("npm"):
        pytest.fail("these tests need npm: install the Debian packages nodejs npm", pytrace=False)
    wanted = (CLIENTS / "package-lock.json").read_text()
    with (CLIENTS / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = CLIENTS / "node_modules"
        done = folder / ".taawun-installed"
        if not done.exists() or done.read_text() != wanted:
            subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=CLIENTS, check=True, capture_output=True,
            )  # fmt: skip
            done.write_text(wanted)
    return folder


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_reads_rows(form, method, endpoint, labels):
    client = SPARQLWrapper(endpoint)
    client.setQuery(LABELS)
    client.setReturnFormat(form)
    client.setMethod(method)
    got = client.queryAndConvert()
    if form == JSON:
        rows = [(r["country"]["value"], r["label"]["value"]) for r in got["results"]["bindings"]]
        assert rows == labels
    else:
        text = got.decode() if isinstance(got, bytes) else got.toxml()
        assert all(iri in text and label in text for iri, label in labels)


@pytest.mark.parametrize("form", [TURTLE, RDFXML])
# SPARQLWrapper 2 reads RDF/XML into a class that rdflib 7 calls deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_sparqlwrapper_reads_triples(form, endpoint, graph):
    client = SPARQLWrapper(endpoint)
    client.setQuery(IRAQ)
    client.setReturnFormat(form)
    got = client.queryAndConvert()
    read = Graph().parse(data=got, format="turtle") if form == TURTLE else got
    assert len(read) == len(graph.sparql(IRAQ)) > 5


def test_sparqlwrapper_understands_that_a_query_is_malformed(endpoint):
    client = SPARQLWrapper(endpoint)
    client.setQuery("SELECT * WHERE {")
    with pytest.raises(QueryBadFormed):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_asks_the_endpoint_as_a_store(method, endpoint, labels, graph):
    remote = Graph(SPARQLStore(endpoint, method=method))
    assert [(str(c), str(label)) for c, label in remote.query(LABELS)] == labels
    assert len(remote.query(IRAQ).graph) == len(graph.sparql(IRAQ))
    assert bool(remote.query("ASK { ?s ?p ?o }")) is True


def test_comunica_joins_over_the_endpoint(packages, endpoint, labels):
    assert packages.is_dir()
    got = subprocess.run(
        ["node", "comunica.mjs", endpoint, LABELS],
        cwd=CLIENTS, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [(row["country"], row["label"]) for row in json.loads(got.stdout)] == labels


@pytest.fixture
def yasgui(packages, endpoint):
    """The address of a page with YASGUI on another port, as somebody's own site has it."""

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/?"):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write((CLIENTS / "yasgui.html").read_bytes())
            else:
                super().do_GET()

        def log_message(self, *_):
            pass

    build = packages / "@zazuko" / "yasgui" / "build"
    handler = functools.partial(Handler, directory=str(build))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as static:
        threading.Thread(target=static.serve_forever, daemon=True).start()
        yield f"http://localhost:{static.server_address[1]}/?endpoint={quote(endpoint, safe='')}"
        static.shutdown()


def test_yasgui_shows_the_rows(yasgui, browser, labels):
    page = browser.new_page()
    page.goto(yasgui)
    page.wait_for_function("window.yasgui && yasgui.getTab()")
    page.evaluate("query => { yasgui.getTab().setQuery(query); yasgui.getTab().query() }", LABELS)
    table = page.locator(".yasr table.dataTable")
    for _, label in labels[:3]:
        expect(table).to_contain_text(label)
    page.close()
