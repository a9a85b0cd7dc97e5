"""``/sparql``: the endpoint of the SPARQL 1.1 Protocol."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ...messages.message import Message
from ..workers.pool import Limits, Pool
from ..workers.worker_answer import RequestError, WorkersAnswer
from .media_types import GRAPHS, RESULTS, choose, language_of, with_charset
from .query_operation import read_operation
from .question_api import truth
from .service_description import description

_HTML: Final = "text/html"
_HEADERS: Final = {"Vary": "Accept", "Cache-Control": "no-cache"}


class Endpoint:
    """Answers queries from the pool's workers; without a query it describes itself."""

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self._pool, self._limits = pool, limits

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        operation = await read_operation(request, self._limits)
        accept = request.headers.get("accept", "*/*")
        address = str(request.url.replace(query="", fragment=""))
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
        """The form for people, with the answer under it."""
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
