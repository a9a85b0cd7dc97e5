"""A remote store that holds our dataset, and the SPARQL endpoint behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final
from urllib.request import Request

import pyoxigraph as ox

from ...messages.message import Message
from ...ontology.namespaces import BASE, GRAPH_PLAIN, GRAPH_PUSH, RDF, SCHEMA, XSD
from ..errors import EndpointError, QueryError, needs
from ..sparql_tokens import Token, scan
from ..store import Answer, EmbeddedStore, Graphs
from .transport import Reply, Transport, clean

#: ``VALUES ?x { UNDEF }`` says nothing; with it Virtuoso leaves ?x unbound whatever else binds it.
#: ``v`` stands for a variable, ``u`` for UNDEF.
_SAYS_NOTHING: Final = re.compile(r"v\{u\}|\(v+\)\{\(u+\)\}")
#: Virtuoso answers ASK as a SELECT: one row with this variable for yes, no row for no.
_ASK_AS_ROWS: Final = "__ASK_RETVAL"
#: Virtuoso writes booleans as 0 and 1. In JSON no string can have these bytes in it.
_BOOLEAN: Final = re.compile(
    rf'("datatype"\s*:\s*"{XSD}boolean"\s*,\s*"value"\s*:\s*)"([01])"'.encode()
)


def without_idle_values(query: str) -> str:
    """The query without VALUES blocks that say nothing.

    >>> without_idle_values("SELECT ?s { VALUES ?p { UNDEF } ?s ?p 1 }")
    'SELECT ?s {   ?s ?p 1 }'
    """
    made, done = [], 0
    found = list(scan(query))
    for place, token in enumerate(found):
        if token.is_word("VALUES"):
            end = next((n for n, t in enumerate(found[place:], place) if t.text == "}"), place)
            form = "".join(map(_sign, found[place + 1 : end + 1]))
            if _SAYS_NOTHING.fullmatch(form):
                made += [query[done : token.start], " "]
                done = found[end].end
    return "".join([*made, query[done:]])


def _sign(token: Token) -> str:
    if token.is_word("UNDEF"):
        return "u"
    return "v" if token.kind == "var" else token.text


def read_json(body: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
    """SPARQL 1.1 Query Results JSON, and what Virtuoso takes for it.

    Raises ``SyntaxError`` or ``ValueError`` where it is neither; of rows, when they are read.
    """
    body = _BOOLEAN.sub(
        lambda found: found[1] + (b'"true"' if found[2] == b"1" else b'"false"'), body
    )
    answer = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    if isinstance(answer, ox.QuerySolutions) and [
        variable.value for variable in answer.variables
    ] == [_ASK_AS_ROWS]:
        truth = b"true" if any(True for _ in answer) else b"false"
        return ox.parse_query_results(
            b'{"head":{},"boolean":%s}' % truth, ox.QueryResultsFormat.JSON
        )
    return answer


def uses_graph(query: str) -> bool:
    """Whether the query looks into named graphs."""
    return any(token.is_word("GRAPH") for token in scan(query))


def chooses_dataset(query: str) -> bool:
    """Whether the query itself says, by FROM, what its default graph is."""
    return any(token.is_word("FROM") for token in scan(query))


def in_graph(query: str, graph: str) -> str:
    """The query with its pattern, and patterns under EXISTS outside it, put into a named graph.

    So the graph stands in for the default graph, and GRAPH clauses inside mean what they did. The
    protocol's ``default-graph-uri`` cannot do this: it takes all named graphs away
    (SPARQL 1.1 Protocol, section 2.1.4).

    >>> in_graph("SELECT ?s { ?s ?p 1 } VALUES ?p { <http://a> }", "http://g")
    'SELECT ?s { GRAPH <http://g> { ?s ?p 1 } } VALUES ?p { <http://a> }'
    """
    made, done, has_pattern = [], 0, False
    for word, start, end in _outer_braces(query):
        if word == "CONSTRUCT" or (has_pattern and word != "EXISTS"):
            # The template; the block of VALUES at the end.
            continue
        has_pattern |= word != "EXISTS"
        made += [query[done:start], f"{{ GRAPH <{graph}> ", query[start:end], " }"]
        done = end
    return "".join([*made, query[done:]])


def _outer_braces(query: str) -> Iterator[tuple[str, int, int]]:
    """Each outermost pair of braces: the word before it, where it begins and where it ends."""
    depth, start, word, before = 0, 0, "", ""
    for token in scan(query):
        if token.text == "{":
            if depth == 0:
                start, word = token.start, before
            depth += 1
        elif token.text == "}":
            depth -= 1
            if depth == 0:
                yield word, start, token.end
        before = token.text.upper() if token.kind == "word" else ""


_JSON: Final = ("application/sparql-results+json", "application/json")
_TRIPLES: Final = ("application/n-triples", "text/plain")
_GRAPH_FORMS: Final = ("CONSTRUCT", "DESCRIBE")


class Endpoint:
    """The endpoint at ``url``, and for updates the one at ``update_url``.

    ``timeout`` is in seconds, for the whole of one answer.
    """

    def __init__(self, url: str, *, timeout: float, update_url: str | None = None) -> None:
        self.url = url
        self._transport = Transport(url, timeout)
        self._updates = Transport(update_url, timeout) if update_url else self._transport

    def query(self, text: str, graphs: Graphs | None = None) -> Answer:
        """Run a query, over these graphs where any are named."""
        with needs("endpoint"):
            from SPARQLWrapper import POST, SPARQLWrapper

        wrapper = SPARQLWrapper(self.url)
        for iri in graphs.default if graphs else ():
            wrapper.addDefaultGraph(iri)
        for iri in graphs.named if graphs else ():
            wrapper.addNamedGraph(iri)
        wrapper.setMethod(POST)
        wrapper.setQuery(text)
        accepted = _TRIPLES if wrapper.queryType in _GRAPH_FORMS else _JSON
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", accepted[0])
        # Its query() would send by urlopen, which limits no whole answer, follows redirects, and
        # takes another opener only for the whole process. So its request is sent from here.
        reply = self._transport.send(wrapper._createRequest())
        kind = clean(reply.kind) or Message("no-content-type")
        start = clean(reply.body[:200].decode("utf-8", "replace"))[:60]
        if reply.kind not in accepted:
            raise EndpointError("endpoint-not-sparql", url=self.url, kind=kind, start=start)
        try:
            return self._triples(reply) if accepted is _TRIPLES else self._result(reply, text)
        except (SyntaxError, ValueError) as error:
            raise EndpointError(
                "endpoint-unreadable", url=self.url, kind=kind, start=start
            ) from error

    def update(self, text: str) -> None:
        """Run an update."""
        header = {"Content-Type": "application/sparql-update; charset=utf-8"}
        self._updates.send(Request(self._updates.url, text.encode(), header, method="POST"))

    def _result(self, reply: Reply, text: str) -> Answer:
        """The rows or the truth of an answer, every one of which can be read."""
        answer = read_json(reply.body)
        wanted = _empty_answer(text)
        if wanted is not None and type(wanted) is not type(answer):
            raise EndpointError("endpoint-other-form", url=self.url)
        if isinstance(answer, ox.QueryBoolean):
            return answer
        count = sum(1 for _ in answer)
        given = _names(answer)
        if isinstance(wanted, ox.QuerySolutions) and _names(wanted) != given:
            asked = _names(wanted)
            if not given:
                raise EndpointError("endpoint-no-variables", url=self.url, wanted=asked)
            raise EndpointError(
                "endpoint-other-variables",
                url=self.url,
                wanted=asked,
                given=[clean(name) for name in given],
            )
        self._refuse_partial(reply, text, count)
        return read_json(reply.body)

    def _refuse_partial(self, reply: Reply, text: str, count: int) -> None:
        """Refuse an answer of which the endpoint itself says that it is not the whole one."""
        if state := reply.headers.get("X-SQL-State"):
            reason = clean(reply.headers.get("X-SQL-Message", state))
            raise EndpointError("endpoint-answer-partial", url=self.url, reason=reason)
        cap = reply.headers.get("X-SPARQL-MaxRows", "")
        limit = _last_limit(text)
        if cap.isdigit() and count >= int(cap) and not (limit and limit <= int(cap)):
            raise EndpointError("endpoint-answer-cut", url=self.url, number=cap)

    def _triples(self, reply: Reply) -> ox.QueryTriples:
        store = ox.Store()
        store.bulk_load(reply.body, ox.RdfFormat.N_TRIPLES)
        answer = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
        assert isinstance(answer, ox.QueryTriples)
        return answer


def _last_limit(text: str) -> int | None:
    """The LIMIT at the end of the query; None where there is none."""
    found = list(scan(text))
    if len(found) > 1 and found[-2].is_word("OFFSET"):
        found = found[:-2]
    return int(found[-1].text) if len(found) > 1 and found[-2].is_word("LIMIT") else None


def _names(answer: ox.QuerySolutions) -> list[str]:
    return sorted(variable.value for variable in answer.variables)


def _empty_answer(text: str) -> Answer | None:
    """What an empty store answers; None where we cannot read the query, but the endpoint could."""
    try:
        return EmbeddedStore(ox.Store()).query(text)
    except QueryError:
        return None


#: The state of a push, kept in ``graph/push`` of the remote store.
STATUS: Final = f"{SCHEMA}creativeWorkStatus"
WHOLE: Final = "Published"
UNFINISHED: Final = "Incomplete"

_STATE: Final = f"""SELECT ?found WHERE {{
  {{ GRAPH <{GRAPH_PUSH}> {{ <{GRAPH_PUSH}> <{STATUS}> ?found }} }}
  UNION {{ GRAPH <{GRAPH_PLAIN}> {{ <{BASE}ontology> <{RDF}type> ?found }} }}
}}"""


def _has_relative_iris(text: str) -> bool:
    return any(
        token.kind == "iri" and not re.match(r"<[A-Za-z][A-Za-z0-9+.-]*:", token.text)
        for token in scan(text)
    )


class RemoteStore:
    """The dataset behind an endpoint; see :class:`taawun.graph.store.Store`.

    Stores differ in what their default graph is. Where it is the union of the named graphs, the
    plain view is the graph ``graph/plain``, and stands in for the default graph: only this class
    and ``taawun push`` know that.
    """

    def __init__(self, url: str, *, timeout: float = 30) -> None:
        self._endpoint = Endpoint(url, timeout=timeout)

    def query(self, text: str, graphs: Graphs | None = None, base: str | None = None) -> Answer:
        """Run a query; see :class:`taawun.graph.store.EmbeddedStore`."""
        text = without_idle_values(text)
        if base and _has_relative_iris(text):
            text = f"BASE <{base}> {text}"
        if graphs is not None:
            return self._endpoint.query(text, graphs)
        plain = self._plain_graph
        if plain is None or chooses_dataset(text):
            return self._endpoint.query(text)
        if uses_graph(text):
            return self._endpoint.query(in_graph(text, plain))
        return self._endpoint.query(text, Graphs((plain,)))

    def forget(self) -> None:
        """Have the next query look again where the plain view is, and whether it is complete."""
        self.__dict__.pop("_plain_graph", None)

    @cached_property
    def _plain_graph(self) -> str | None:
        """The graph that is the plain view, None where that is the store's own default graph."""
        answer = self._endpoint.query(_STATE)
        assert isinstance(answer, ox.QuerySolutions)
        found = [solution["found"] for solution in answer]
        if any(isinstance(term, ox.Literal) and term.value != WHOLE for term in found):
            raise EndpointError("endpoint-incomplete", url=self._endpoint.url)
        return GRAPH_PLAIN if any(isinstance(term, ox.NamedNode) for term in found) else None
