"""``/api`` and ``/openapi.json``: the HTTP API of stored questions."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ...messages.message import Message
from ..workers.pool import Limits, Pool
from ..workers.worker_answer import RequestError, WorkersAnswer
from .media_types import language_of
from .query_operation import parameters_of

_TRUTHS: Final = {"": True, "true": True, "1": True, "false": False, "0": False}
_HEADERS: Final = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-cache"}


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
        if not values.get("query"):
            raise RequestError(400, Message("query-missing"))
        return self._answer({"task": "explained", "text": values["query"]})

    async def description(self, request: Request) -> Response:
        """The OpenAPI description."""
        return self._answer({"task": "openapi", "address": str(request.base_url)})

    def _answer(self, job: dict[str, object]) -> Response:
        return WorkersAnswer(self._pool, self._limits, job, _HEADERS)


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
