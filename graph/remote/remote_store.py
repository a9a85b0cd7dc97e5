"""A remote store that holds our dataset, and where in it the plain view lies."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import pyoxigraph as ox

from ...ontology.namespaces import BASE, GRAPH_PLAIN, GRAPH_PUSH, RDF, SCHEMA
from ..errors import EndpointError
from ..store import Answer
from .dialect import chooses_dataset, in_graph, uses_graph, without_idle_values
from .endpoint import Endpoint

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
