"""``/sparql``: the endpoint of the SPARQL 1.1 Protocol."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from .answer import WorkersAnswer
from .description import description
from .formats import GRAPHS, choose, with_charset
from .limits import Limits
from .operation import read_operation
from .pool import Pool

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


def _described(address: str, accept: str) -> Response:
    media = choose(accept, GRAPHS)
    if media is None:
        raise HTTPException(406, f"The service description can be had as {', '.join(GRAPHS)}.")
    return Response(description(address, media), headers=_HEADERS, media_type=with_charset(media))
