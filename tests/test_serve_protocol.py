"""The W3C's tests of the SPARQL 1.1 Protocol, run as they are in their manifest."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, Namespace
from rdflib.collection import Collection

HERE = Path(__file__).parent / "protocol"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
MANIFEST = Graph().parse(HERE / "manifest.ttl", publicID="http://tests/")
TESTS = {
    str(test).rpartition("#")[2]: test
    for test in Collection(MANIFEST, next(MANIFEST.objects(None, MF.entries)))
}
#: The tests that want an update to be done, which this endpoint must refuse.
REFUSED = {name for name in TESTS if name.startswith("update_")}
KINDS = {
    "boolean": ("application/sparql-results+json", "application/sparql-results+xml"),
    "tabular": ("application/sparql-results+json", "application/sparql-results+xml", "text/csv"),
    "RDF": ("text/turtle", "application/rdf+xml", "application/n-triples"),
}


@pytest.fixture(scope="module")
def endpoint(start_server, tmp_path_factory):
    """Our server over the graphs that the manifest names for its data."""
    folder = tmp_path_factory.mktemp("protocol")
    store = ox.Store(str(folder / "store"))
    for name in ("data1", "data2", "data3"):
        graph = ox.NamedNode(f"http://kasei.us/2009/09/sparql/data/{name}.rdf")
        store.bulk_load(
            path=str(HERE / f"{name}.nt"), format=ox.RdfFormat.N_TRIPLES, to_graph=graph
        )
    store.flush()
    del store
    code = (
        "import sys; from pathlib import Path\n"
        "from taawun.server.workers.process import Limits\n"
        "from taawun.server.workers.process import Served\n"
        "from taawun.server.application import listen, run\n"
        "listener = listen('127.0.0.1', 0)\n"
        "print(f'http://127.0.0.1:{listener.getsockname()[1]}/')\n"
        "run(listener, Served(Path(sys.argv[1])), Limits(workers=1))\n"
    )
    return start_server(str(folder), command=("-c", code))


def requests(name):
    """The requests of a test, each with what is expected of the response."""
    action = MANIFEST.value(TESTS[name], MF.action)
    for request in Collection(MANIFEST, MANIFEST.value(action, HT.requests)):
        headers = {
            str(MANIFEST.value(header, HT.fieldName)): str(MANIFEST.value(header, HT.fieldValue))
            for node in MANIFEST.objects(request, HT.headers)
            for header in Collection(MANIFEST, node)
        }
        body = MANIFEST.value(request, HT.body)
        encoding = str(MANIFEST.value(body, CNT.characterEncoding) or "UTF-8")
        content = str(MANIFEST.value(body, CNT.chars)).encode(encoding) if body else None
        path = str(MANIFEST.value(request, HT.absolutePath))
        method = str(MANIFEST.value(request, HT.methodName))
        yield path, method, content, headers, MANIFEST.value(request, HT.resp)


def test_there_are_as_many_tests_as_in_the_manifest():
    assert len(TESTS) == 34
    assert len(REFUSED) == 7


@pytest.mark.parametrize("name", sorted(TESTS.keys() - REFUSED))
def test_of_the_w3c(name, endpoint):
    performed = list(requests(name))
    assert performed
    for path, method, content, headers, response in performed:
        got = endpoint.get(path, method, content, **headers)
        wanted = {str(s)[-3] for s in MANIFEST.objects(response, MF.expectedStatus)}
        assert str(got.status)[0] in wanted, got.text
        kind = MANIFEST.value(response, MF.expectedFormat)
        assert kind is None or got.headers["content-type"].startswith(KINDS[str(kind)])
        truth = MANIFEST.value(response, MF.expectedBoolean)
        if truth is not None:
            assert f'"boolean":{str(truth).lower()}' in got.text


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_update_of_the_w3c_is_refused(name, endpoint):
    path, method, content, headers, _ = next(requests(name))
    got = endpoint.get(path, method, content, **headers)
    assert got.status == 403
    assert got.text == "This endpoint is read-only: it answers queries and refuses updates.\n"
