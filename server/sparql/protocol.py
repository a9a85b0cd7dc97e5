"""Queries over HTTP: the SPARQL 1.1 Protocol (section 2.1), and the stored questions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ...graph.sparql_tokens import scan
from ...messages.message import Message
from ..workers.pool import Pool
from ..workers.process import Limits
from ..workers.worker_answer import RequestError, WorkersAnswer
from .media_types import GRAPHS, RESULTS, choose, language_of, with_charset
from .service_description import service_description

_HTML: Final = "text/html"
_TRUTHS: Final = {"": True, "true": True, "1": True, "false": False, "0": False}
_HEADERS: Final = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-cache"}
_NEGOTIATED: Final = {"Vary": "Accept", "Cache-Control": "no-cache"}


class Interface:
    """Handlers of the HTTP API."""

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self._pool, self._limits = pool, limits

    async def questions(self, _: Request) -> Response:
        """All stored questions."""
        return self._answer({"task": "questions"})

    async def question(self, request: Request) -> Response:
        """The answer to a stored question; with ``why``, each row has its proof."""
        accept = request.headers.get("accept", "*/*")
        return self._answer({"task": "question", **asked(request), "accept": accept})

    async def sparql(self, request: Request) -> Response:
        """The answer to any SELECT or ASK query, each row with its proof."""
        values = single(request)
        _refuse_update(values.items())
        if not values.get("query"):
            raise RequestError(400, Message("query-missing"))
        return self._answer({"task": "explained", "text": values["query"]})

    async def description(self, request: Request) -> Response:
        """The OpenAPI description."""
        return self._answer({"task": "openapi", "address": str(request.base_url)})

    def _answer(self, job: dict[str, object]) -> Response:
        return WorkersAnswer(self._pool, self._limits, job, _HEADERS)


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
        return WorkersAnswer(self._pool, self._limits, job, _NEGOTIATED)

    def _page(self, request: Request, text: str) -> Response:
        """The HTML query form, with the answer below it."""
        job = {
            "task": "query_page",
            "text": text,
            "why": truth(request.query_params.get("why", "false")),
            "language": language_of(request, request.query_params.get("lang")),
        }
        return WorkersAnswer(self._pool, self._limits, job, _NEGOTIATED)


def _described(address: str, accept: str) -> Response:
    media = choose(accept, GRAPHS)
    if media is None:
        raise RequestError(406, Message("not-acceptable", formats=list(GRAPHS)))
    return Response(
        service_description(address, GRAPHS[media]),
        headers=_NEGOTIATED,
        media_type=with_charset(media),
    )


def single(request: Request) -> dict[str, str]:
    """Return the query parameters. Raises ``RequestError`` if one is repeated."""
    found = parameters_of(request.scope["query_string"])
    values = dict(found)
    if len(values) < len(found):
        raise RequestError(400, Message("parameter-repeated"))
    return values


def asked(request: Request) -> dict[str, object]:
    """Return the name, parameters and options of a stored question from a request."""
    values = single(request)
    return {
        "name": request.path_params["name"],
        "why": truth(values.pop("why", "false")),
        "language": language_of(request, values.pop("lang", None)),
        "parameters": values,
    }


def truth(value: str) -> bool:
    """Parse a boolean parameter. Raises ``RequestError`` for any other value."""
    if value.lower() not in _TRUTHS:
        raise RequestError(400, Message("not-a-truth-value", value=value))
    return _TRUTHS[value.lower()]


FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"


@dataclass(frozen=True, slots=True)
class Operation:
    """A query and its dataset from the protocol parameters: default graphs, named graphs."""

    text: str
    dataset: tuple[tuple[str, ...], tuple[str, ...]] | None


async def read_operation(request: Request, limits: Limits) -> Operation | None:
    """Read the operation of a request; None if it has no query.

    Raises ``RequestError`` for updates and for requests outside the protocol.
    """
    parameters = parameters_of(request.scope["query_string"])
    queries = []
    if request.method == "POST":
        media, _, rest = request.headers.get("content-type", "").partition(";")
        kind = media.strip().lower()
        charset = rest.partition("charset=")[2].strip(' "').lower()
        if kind == UPDATE:
            raise RequestError(403, Message("endpoint-read-only"))
        if kind not in (FORM, QUERY):
            raise RequestError(
                415, Message("query-of-other-type", type=kind, formats=(QUERY, FORM))
            )
        if charset not in ("", "utf-8", "utf8"):
            raise RequestError(415, Message("query-of-other-charset", charset=charset))
        body = await body_of(request, limits)
        if kind == QUERY:
            queries.append(_text(body))
        else:
            parameters += parameters_of(body)
    _refuse_update([*parameters, *(("query", text) for text in queries)])
    queries += [value for name, value in parameters if name == "query"]
    if len(queries) > 1:
        raise RequestError(400, Message("several-queries", number=len(queries)))
    if not queries:
        if request.method == "POST":
            raise RequestError(400, Message("query-missing"))
        return None
    default = tuple(value for name, value in parameters if name == "default-graph-uri")
    named = tuple(value for name, value in parameters if name == "named-graph-uri")
    return Operation(queries[0], (default, named) if default or named else None)


#: The words with which an update begins after its prologue (SPARQL 1.1 Update, section 3).
_UPDATES: Final = (
    "INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH",
)  # fmt: skip


def _refuse_update(parameters: Iterable[tuple[str, str]]) -> None:
    """Raise ``RequestError`` for an update, sent as such or as a query."""
    for name, value in parameters:
        if name == "update" or (name == "query" and _is_update(value)):
            raise RequestError(403, Message("endpoint-read-only"))


def _is_update(text: str) -> bool:
    if not re.search(rf"(?i)\b({'|'.join(_UPDATES)})\b", text):
        return False
    declared = 0
    for token in scan(text):
        if declared:
            declared -= 1
        elif token.is_word("PREFIX"):
            declared = 2
        elif token.is_word("BASE"):
            declared = 1
        else:
            return token.is_word(*_UPDATES)
    return False


def parameters_of(encoded: bytes) -> list[tuple[str, str]]:
    """Parse a query string or form. Raises ``RequestError`` if it is malformed."""
    try:
        return parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000
        )
    except UnicodeDecodeError:
        raise RequestError(400, Message("parameters-not-utf-8")) from None
    except ValueError:
        raise RequestError(400, Message("too-many-parameters")) from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise RequestError(400, Message("query-not-utf-8")) from None


async def body_of(request: Request, limits: Limits) -> bytes:
    """Read the body of a request, within the limits on size and time."""
    found = bytearray()
    try:
        async with asyncio.timeout(limits.sending):
            async for piece in request.stream():
                found += piece
                if len(found) > limits.request:
                    raise RequestError(413, Message("request-too-large", size=limits.request))
    except TimeoutError:
        raise RequestError(408, Message("request-too-slow", seconds=limits.sending)) from None
    except ClientDisconnect:
        raise RequestError(400, Message("request-broken-off")) from None
    return bytes(found)
