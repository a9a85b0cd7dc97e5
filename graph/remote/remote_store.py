"""A remote store that holds our dataset, and the SPARQL endpoint behind it."""

from __future__ import annotations

from functools import cached_property
from typing import Final
from urllib.request import Request

import pyoxigraph as ox

from ...messages.message import Message
from ...ontology.namespaces import BASE, GRAPH_PLAIN, GRAPH_PUSH, RDF, SCHEMA
from ..errors import EndpointError, QueryError
from ..sparql_tokens import scan
from ..store import Answer, EmbeddedStore
from .dialect import chooses_dataset, in_graph, read_json, uses_graph, without_idle_values
from .transport import Reply, Transport, clean

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

    def query(self, text: str, default_graph: str | None = None) -> Answer:
        """Run a query, over ``default_graph`` as default graph where one is named."""
        from SPARQLWrapper import POST, SPARQLWrapper

        wrapper = SPARQLWrapper(self.url, defaultGraph=default_graph)
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


class RemoteStore:
    """The dataset behind an endpoint; see :class:`taawun.graph.store.Store`.

    Stores differ in what their default graph is. Where it is the union of the named graphs, the
    plain view is the graph ``graph/plain``, and stands in for the default graph: only this class
    and ``taawun push`` know that.
    """

    def __init__(self, url: str, *, timeout: float = 30) -> None:
        self._endpoint = Endpoint(url, timeout=timeout)

    def query(self, text: str) -> Answer:
        """Run a query; see :class:`taawun.graph.store.Store`."""
        text = without_idle_values(text)
        plain = self._plain_graph
        if plain is None or chooses_dataset(text):
            return self._endpoint.query(text)
        if uses_graph(text):
            return self._endpoint.query(in_graph(text, plain))
        return self._endpoint.query(text, plain)

    @cached_property
    def _plain_graph(self) -> str | None:
        """The graph that is the plain view, None where that is the store's own default graph."""
        answer = self._endpoint.query(_STATE)
        assert isinstance(answer, ox.QuerySolutions)
        found = [solution["found"] for solution in answer]
        if any(isinstance(term, ox.Literal) and term.value != WHOLE for term in found):
            raise EndpointError("endpoint-incomplete", url=self._endpoint.url)
        return GRAPH_PLAIN if any(isinstance(term, ox.NamedNode) for term in found) else None
