"""SERVICE is refused however it is written: no query makes the store call anybody."""

from __future__ import annotations

import socket

import pytest

from taawun.graph.errors import QueryError
from taawun.graph.store import EmbeddedStore

NQUADS = b"<http://x/s> <http://x/p> <http://x/o> .\n" + (
    b"<http://x/s> <http://x/p> <http://x/o> <http://x/g> .\n"
)
#: ``@`` stands for the address of a listener.
CALLS = {
    "plain": "SELECT * { SERVICE @ { ?a ?b ?c } }",
    "in small letters, silent": "SELECT * { service silent@{ ?a ?b ?c } }",
    "by a variable": "SELECT * { VALUES ?e { @ } SERVICE ?e { ?a ?b ?c } }",
    "after a variable and a full stop": "SELECT * { ?s ?p ?o.SERVICE@{ ?a ?b ?c } }",
    "after a full stop": "SELECT * { GRAPH ?g { ?s ?p ?o } .SERVICE@{ ?a ?b ?c } }",
    "after a number": "SELECT * { OPTIONAL { ?s ?p 1.SERVICE@{ ?a ?b ?c } } }",
    "with no space at all": "SELECT * { OPTIONAL { ?s ?p trueSERVICE@{ ?a ?b ?c } } }",
    "after an escaped number sign": (
        "PREFIX ex: <http://x/> SELECT * { OPTIONAL { ?s ex:a\\#b ?o } SERVICE @ { ?a ?b ?c } \n}"
    ),
    "between escaped quotes": (
        "PREFIX ex: <http://x/> SELECT * { OPTIONAL { ?s ex:a\\'b ?o } SERVICE @ { ?a ?b ?c } "
        "OPTIONAL { ?s ex:a\\'b ?o } }"
    ),
    "after an escape in an IRI": (
        "SELECT * { OPTIONAL { ?s <http://a\\u0062#> ?o } SERVICE @ { ?a ?b ?c } \n}"
    ),
    "after a comment that ends with a return": "SELECT * { #\rSERVICE @ { ?a ?b ?c }\n}",
    "between a less-than and a comment": (
        "SELECT * { ?s ?p ?o FILTER(!(?s<?p))SERVICE#>\n@{ ?a ?b ?c } }"
    ),
    "under a prefix of that name": (
        "PREFIX service: @ SELECT * { ?s ?p ?o.SERVICE service: { ?a ?b ?c } }"
    ),
    "in a subquery of an update's shape": (
        "CONSTRUCT { ?a ?b ?c } WHERE { { SELECT * { SERVICE @ { ?a ?b ?c } } } }"
    ),
}
NO_CALLS = {
    "a variable": "SELECT ?service { BIND(1 AS ?service) }",
    "a string, an IRI and a comment": (
        "SELECT * { VALUES ?x { 'a SERVICE <b>' <http://x/service> } } # SERVICE <http://x/>"
    ),
    "a prefix and a local name": (
        "PREFIX service: <http://x/> SELECT * { VALUES ?x { service:SERVICE service:a.service } }"
    ),
}


@pytest.fixture
def store() -> EmbeddedStore:
    """A store with one triple in the default graph and in a named one."""
    return EmbeddedStore.in_memory(NQUADS)


@pytest.mark.parametrize("name", CALLS)
def test_no_request_leaves_however_service_is_written(name, store):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        address = f"<http://127.0.0.1:{listener.getsockname()[1]}/>"
        with pytest.raises(QueryError):
            list(store.query(CALLS[name].replace("@", address)))
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("name", NO_CALLS)
def test_the_word_elsewhere_is_no_call(name, store):
    assert list(store.query(NO_CALLS[name]))


def test_a_faulty_query_with_the_word_in_a_string_is_told_its_fault(store):
    with pytest.raises(QueryError, match="not valid SPARQL"):
        store.query("SELECT * { ?s ?p 'service' ")
