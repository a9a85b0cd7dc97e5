"""``/sparql``: the SPARQL 1.1 Protocol endpoint and its service description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from ...messages.message import Message
from ...ontology.namespaces import (
    GRAPH_ENTITIES,
    GRAPH_EVIDENCE,
    GRAPH_ONTOLOGY,
    GRAPH_PROSPECTS,
    PREFIXES,
    RDF,
)
from ..workers.pool import Pool
from ..workers.process import Limits
from ..workers.worker_answer import RequestError, WorkersAnswer
from .media_types import GRAPHS, RESULTS, choose, language_of, with_charset
from .query_operation import read_operation, truth

#: The vocabulary of service descriptions.
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_WRITTEN: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD",
)  # fmt: skip


def description(endpoint: str, media: str) -> bytes:
    """Serialize the service description of the endpoint at that address."""
    prefixes = {"sd": SD, "formats": _FORMATS, "graph": PREFIXES["graph"]}
    written = ox.serialize(_triples(endpoint), format=GRAPHS[media], prefixes=prefixes)
    assert written is not None
    return written


def _triples(endpoint: str) -> Iterator[ox.Triple]:
    """Yield the service description, with IRIs under the endpoint's instead of blank nodes."""
    service, dataset = endpoint, f"{endpoint}#dataset"

    def triple(subject: str, predicate: str, value: str) -> ox.Triple:
        return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value))

    yield triple(service, RDF + "type", SD + "Service")
    yield triple(service, SD + "endpoint", endpoint)
    yield triple(service, SD + "supportedLanguage", SD + "SPARQL11Query")
    yield triple(service, SD + "defaultDataset", dataset)
    for name in _WRITTEN:
        yield triple(service, SD + "resultFormat", _FORMATS + name)
    yield triple(dataset, RDF + "type", SD + "Dataset")
    yield triple(dataset, SD + "defaultGraph", f"{endpoint}#plain")
    yield triple(f"{endpoint}#plain", RDF + "type", SD + "Graph")
    for number, graph in enumerate(
        (GRAPH_ENTITIES, GRAPH_EVIDENCE, GRAPH_ONTOLOGY, GRAPH_PROSPECTS)
    ):
        named = f"{endpoint}#named-{number}"
        yield triple(dataset, SD + "namedGraph", named)
        yield triple(named, RDF + "type", SD + "NamedGraph")
        yield triple(named, SD + "name", graph)


_HTML: Final = "text/html"
_HEADERS: Final = {"Vary": "Accept", "Cache-Control": "no-cache"}


class Endpoint:
    """Answers queries in the pool's workers; without a query, returns the service description."""

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self._pool, self._limits = pool, limits

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        operation = await read_operation(request, self._limits)
        accept = request.headers.get("accept", "*/*")
        scope = request.scope
        address = f"{scope['scheme']}://{request.headers.get('host', '')}{scope['path']}"
        if choose(accept, (*RESULTS, *GRAPHS, _HTML)) == _HTML:
            return self._page(request, operation.text if operation else "")
        if operation is None:
            return _described(address, accept)
        job = {
            "task": "query",
            "text": operation.text,
            "accept": accept,
            "base": address,
            "dataset": operation.dataset,
        }
        return WorkersAnswer(self._pool, self._limits, job, _HEADERS)

    def _page(self, request: Request, text: str) -> Response:
        """The HTML query form, with the answer below it."""
        job = {
            "task": "query_page",
            "text": text,
            "why": truth(request.query_params.get("why", "false")),
            "language": language_of(request, request.query_params.get("lang")),
        }
        return WorkersAnswer(self._pool, self._limits, job, _HEADERS)


def _described(address: str, accept: str) -> Response:
    media = choose(accept, GRAPHS)
    if media is None:
        raise RequestError(406, Message("not-acceptable", formats=list(GRAPHS)))
    return Response(description(address, media), headers=_HEADERS, media_type=with_charset(media))
