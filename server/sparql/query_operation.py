"""The query operation of the SPARQL 1.1 Protocol, read from a request (section 2.1)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from ..workers.pool import Limits

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_READ_ONLY: Final = "This endpoint is read-only: it answers queries, and refuses updates."


@dataclass(frozen=True, slots=True)
class Operation:
    """A query and the dataset that the protocol names for it: default graphs, named graphs."""

    text: str
    dataset: tuple[tuple[str, ...], tuple[str, ...]] | None


async def read_operation(request: Request, limits: Limits) -> Operation | None:
    """The operation that a request asks for, None if it has no query.

    Raises ``HTTPException`` with a sentence for what is not in the protocol, and for updates.
    """
    parameters = parameters_of(request.scope["query_string"])
    queries = []
    if request.method == "POST":
        media, _, rest = request.headers.get("content-type", "").partition(";")
        kind = media.strip().lower()
        charset = rest.partition("charset=")[2].strip(' "').lower()
        if kind == UPDATE:
            raise HTTPException(403, _READ_ONLY)
        if kind not in (FORM, QUERY):
            raise HTTPException(415, f"A query is sent as {QUERY} or {FORM}, not as “{kind}”.")
        if charset not in ("", "utf-8", "utf8"):
            raise HTTPException(415, f"A query is sent in UTF-8, not in “{charset}”.")
        body = await _body(request, limits)
        if kind == QUERY:
            queries.append(_text(body))
        else:
            parameters += parameters_of(body)
    if any(name == "update" for name, _ in parameters):
        raise HTTPException(403, _READ_ONLY)
    queries += [value for name, value in parameters if name == "query"]
    if len(queries) > 1:
        raise HTTPException(400, f"A request has one query, this one has {len(queries)}.")
    if not queries:
        if request.method == "POST":
            raise HTTPException(400, "The request has no query.")
        return None
    default = tuple(value for name, value in parameters if name == "default-graph-uri")
    named = tuple(value for name, value in parameters if name == "named-graph-uri")
    return Operation(queries[0], (default, named) if default or named else None)


def parameters_of(encoded: bytes) -> list[tuple[str, str]]:
    """The parameters of a query string or form. Raises ``HTTPException``."""
    try:
        return parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000
        )
    except UnicodeDecodeError:
        raise HTTPException(400, "The parameters are not percent-encoded UTF-8.") from None
    except ValueError:
        raise HTTPException(400, "The request has too many parameters.") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise HTTPException(400, "The query is not valid UTF-8.") from None


async def _body(request: Request, limits: Limits) -> bytes:
    """The body of a request that is neither too long nor sent too slowly."""
    found = bytearray()
    try:
        async with asyncio.timeout(limits.sending):
            async for piece in request.stream():
                found += piece
                if len(found) > limits.request:
                    raise HTTPException(
                        413, f"A request may have {limits.request} bytes; this one has more."
                    )
    except TimeoutError:
        raise HTTPException(
            408, f"The request did not arrive within {limits.sending:g} seconds."
        ) from None
    except ClientDisconnect:
        raise HTTPException(400, "The request broke off.") from None
    return bytes(found)
