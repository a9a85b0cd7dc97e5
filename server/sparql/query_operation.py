"""The query operation of the SPARQL 1.1 Protocol, read from a request (section 2.1)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from ...messages.message import Message
from ..workers.pool import Limits
from ..workers.worker_answer import RequestError

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
        body = await _body(request, limits)
        if kind == QUERY:
            queries.append(_text(body))
        else:
            parameters += parameters_of(body)
    if any(name == "update" for name, _ in parameters):
        raise RequestError(403, Message("endpoint-read-only"))
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


async def _body(request: Request, limits: Limits) -> bytes:
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
