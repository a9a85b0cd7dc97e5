"""The answer to a request that a worker makes: sent as it comes, stopped when it must be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from .pool import BusyError, LimitError, Limits, Pool, StoppedError, Worker

#: Where in the scope of a request the log finds why its answer was stopped.
STOPPED: Final = "taawun.stopped"
_BUSY: Final = "All workers are busy; try again in a few seconds."
_RETRY: Final = {"Retry-After": "5"}


class WorkersAnswer(Response):
    """Does one task in a worker process, and sends the reply.

    The process is killed when the client hangs up or a limit is reached. Before the first byte
    a limit is told with status 503; after it the connection is closed in the middle of the
    body, so that nobody takes what came for the whole answer.
    """

    def __init__(
        self, pool: Pool, limits: Limits, job: Mapping[str, Any], headers: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._pool, self._limits, self._job, self._always = pool, limits, job, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or give up when the client does."""
        tasks = [
            asyncio.ensure_future(self._answer(scope, receive, send)),
            asyncio.ensure_future(_hung_up(receive)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_begun = False
        headers: Mapping[str, str] = {}

        async def sending(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._limits.patience + self._limits.seconds):
                await self._reply(scope, receive, sending)
            return
        except BusyError:
            message, headers = _BUSY, _RETRY
        except StoppedError as error:
            message = str(error)
        except TimeoutError:
            message = f"The query was stopped: it takes more than {self._limits.seconds:g} seconds."
        scope[STOPPED] = message
        if not is_begun:
            told = PlainTextResponse(f"{message}\n", 503, {**self._always, **headers})
            await told(scope, receive, send)

    async def _reply(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the reply of a worker; the first piece alone if it is all of it."""
        async with self._pool.worker() as worker, asyncio.timeout(self._limits.seconds):
            head = await worker.ask({**self._job})
            headers = {**self._always, **head["headers"]}
            async with aclosing(worker.pieces()) as pieces:
                first = await anext(pieces, b"")
                second = await anext(pieces, None)
                if second is None:
                    whole = Response(first, head["status"], headers)
                    await whole(scope, receive, send)
                    return
                if scope["http_version"] == "1.0":
                    told = PlainTextResponse("A long answer needs HTTP/1.1.\n", 505)
                    await told(scope, receive, send)
                    return
                await send(
                    {
                        "type": "http.response.start",
                        "status": head["status"],
                        "headers": _raw(headers),
                    }
                )
                sent = 0
                for piece in (first, second):
                    sent += await _send_piece(send, piece)
                if scope["method"] != "HEAD":
                    async for piece in pieces:
                        sent += await _send_piece(send, piece)
                        if sent > self._limits.answer << 20:
                            raise StoppedError(
                                "The answer was stopped: it is longer than "
                                f"{self._limits.answer} MB."
                            )
                await send({"type": "http.response.body", "body": b""})


async def whole_answer(
    turn: AbstractAsyncContextManager[Worker], job: Mapping[str, Any], seconds: float
) -> bytes:
    """The whole body with which a worker replies.

    Raises ``HTTPException`` that says why not, and ``LimitError`` where a limit stops it.
    """
    try:
        async with asyncio.timeout(seconds), turn as worker:
            head = await worker.ask({**job})
            body = b"".join([piece async for piece in worker.pieces()])
    except BusyError:
        raise HTTPException(503, _BUSY, _RETRY) from None
    except TimeoutError:
        raise LimitError(f"It was stopped: it takes more than {seconds:g} seconds.") from None
    except LimitError:
        raise
    except StoppedError as error:
        raise HTTPException(503, str(error)) from None
    if head["status"] != 200:
        raise HTTPException(head["status"], body.decode())
    return body


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


async def _send_piece(send: Send, piece: bytes) -> int:
    await send({"type": "http.response.body", "body": piece, "more_body": True})
    return len(piece)


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
