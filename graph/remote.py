"""A store behind a SPARQL 1.1 Protocol endpoint, asked through SPARQLWrapper."""

from __future__ import annotations

import socket
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError, URLError

import pyoxigraph as ox

from .errors import EndpointError, QueryError
from .store import Answer

_FORMS: Final = {"SELECT": "json", "ASK": "json", "CONSTRUCT": "nt", "DESCRIBE": "nt"}
_ACCEPTED: Final = {
    "json": "application/sparql-results+json",
    "nt": "application/n-triples",
}


class RemoteStore:
    """A remote endpoint that holds the exported dataset.

    ``timeout`` is in seconds, for the whole of one answer to begin. ``default_graph`` names the
    plain view on stores whose default graph is the union of the named ones.
    """

    def __init__(self, url: str, *, timeout: float = 30, default_graph: str | None = None) -> None:
        if not url.startswith(("http://", "https://")):
            raise EndpointError(
                f"“{url}” is no endpoint address; it begins with http:// or https://"
            )
        self.url = url
        self._timeout = timeout
        self._default_graph = default_graph

    def query(self, text: str) -> Answer:
        """Run a query; see :class:`taawun.graph.store.Store`."""
        from SPARQLWrapper import POST, SPARQLWrapper
        from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

        wrapper = SPARQLWrapper(self.url, defaultGraph=self._default_graph)
        wrapper.setTimeout(max(1, round(self._timeout)))
        wrapper.setMethod(POST)
        wrapper.setQuery(text)
        kind = _FORMS.get(wrapper.queryType or "", "json")
        wrapper.setReturnFormat("json" if kind == "json" else "turtle")
        wrapper.addCustomHttpHeader("Accept", _ACCEPTED[kind])
        try:
            body: bytes = wrapper.query().response.read()
        except QueryBadFormed as error:
            raise QueryError(f"{self.url} refuses the query: {_first_line(error)}") from error
        except SPARQLWrapperException as error:
            raise EndpointError(
                f"{self.url} answers with an error: {_first_line(error)}"
            ) from error
        except HTTPError as error:
            raise EndpointError(f"{self.url} answers {error.code} {error.reason}") from error
        except (TimeoutError, socket.timeout) as error:  # noqa: UP041 - one name on 3.11+
            raise EndpointError(self._slow()) from error
        except URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise EndpointError(self._slow()) from error
            raise EndpointError(f"{self.url} cannot be reached: {error.reason}") from error
        except (HTTPException, OSError) as error:
            raise EndpointError(f"{self.url} broke off its answer: {error!r}") from error
        return self._read(body, kind)

    def _read(self, body: bytes, kind: str) -> Answer:
        try:
            if kind == "json":
                return ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
            store = ox.Store()
            store.bulk_load(body, ox.RdfFormat.N_TRIPLES)
            answer = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
            assert isinstance(answer, ox.QueryTriples)
            return answer
        except (SyntaxError, ValueError) as error:
            start = body[:60].decode("utf-8", "replace")
            raise EndpointError(
                f"{self.url} does not answer with SPARQL results; it begins “{start}”"
            ) from error

    def _slow(self) -> str:
        return f"{self.url} did not answer within {self._timeout:g} seconds; try --timeout"


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
