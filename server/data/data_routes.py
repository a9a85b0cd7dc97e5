"""Addresses of the lists and of the reconciliation service."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...messages.message import Message
from ..sparql.media_types import LANGUAGES, language_of
from ..sparql.protocol import FORM, body_of, parameters_of, single
from ..workers.pool import Pool
from ..workers.process import Limits
from ..workers.worker_answer import RequestError, WorkersAnswer
from .lists import LISTS
from .reconcile import PATHS

_HEADERS: Final = {"Cache-Control": "no-cache"}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Data:
    """Handlers for programs that read lists, or match names."""

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self._pool, self._limits = pool, limits

    def routes(self) -> list[Route]:
        """Every address, the one without a language by the client's header."""
        found = [Route(f"/api/{kind}", self._list(kind)) for kind in LISTS]
        for start in ("/api/reconcile", *(f"/api/reconcile/{one}" for one in LANGUAGES)):
            language = start.rpartition("/")[2]
            language = language if language in LANGUAGES else ""
            found.append(
                Route(start, self._reconcile("service", language), methods=["GET", "HEAD", "POST"])
            )
            found += [
                Route(f"{start}/{path}", self._reconcile(path, language))
                for path in PATHS
                if path != "service"
            ]
        return found

    def _list(self, kind: str) -> Handler:
        async def listed(request: Request) -> Response:
            given = single(request)
            job = {"task": "data_list", "kind": kind, "given": given, "path": request.url.path}
            return WorkersAnswer(self._pool, self._limits, job, _HEADERS)

        return listed

    def _reconcile(self, path: str, language: str) -> Handler:
        async def reconciled(request: Request) -> Response:
            given = single(request)
            if request.method == "POST":
                kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
                if kind != FORM:
                    message = Message("query-of-other-type", type=kind, formats=(FORM,))
                    raise RequestError(415, message)
                given |= dict(parameters_of(await body_of(request, self._limits)))
            chosen = language_of(request, language or None)
            job = {
                "task": "reconcile", "what": path, "given": given, "language": chosen,
                "address": str(request.base_url),
            }  # fmt: skip
            headers = _HEADERS if language else {**_HEADERS, "Vary": "Accept-Language"}
            return WorkersAnswer(self._pool, self._limits, job, headers)

        return reconciled
