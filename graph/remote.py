"""A remote store that holds our dataset, and where in it the plain view lies."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import pyoxigraph as ox

from ..ontology.namespaces import BASE, GRAPH_PLAIN, GRAPH_PUSH, RDF, SCHEMA
from .endpoint import Endpoint
from .errors import EndpointError
from .store import Answer

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
    plain view is the graph ``graph/plain``, and the protocol's ``default-graph-uri`` chooses it:
    only this class and ``taawun push`` know that.
    """

    def __init__(self, url: str, *, timeout: float = 30) -> None:
        self._endpoint = Endpoint(url, timeout=timeout)

    def query(self, text: str) -> Answer:
        """Run a query; see :class:`taawun.graph.store.Store`."""
        return self._endpoint.query(text, self._default_graph)

    @cached_property
    def _default_graph(self) -> str | None:
        """The graph to name as default graph, None where the store's own is the plain view."""
        answer = self._endpoint.query(_STATE)
        assert isinstance(answer, ox.QuerySolutions)
        found = [solution["found"] for solution in answer]
        if any(isinstance(term, ox.Literal) and term.value != WHOLE for term in found):
            raise EndpointError(
                f"{self._endpoint.url} is being filled, or a push to it was not finished; wait, "
                "or say taawun push again"
            )
        return GRAPH_PLAIN if any(isinstance(term, ox.NamedNode) for term in found) else None
