"""HTTP responses from a worker: streamed, stopped at a limit, or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message as AsgiMessage
from starlette.types import Receive, Scope, Send

from ...messages.message import Message, foreign
from .pool import BusyError, LimitError, Limits, Pool, StoppedError, Worker


class RequestError(HTTPException):
    """A refusal with an HTTP status; ``message`` says why."""

    def __init__(
        self, status: int, message: Message, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, str(message), headers)
        self.message = message


#: The scope key of the reason why an answer was stopped, for the log.
STOPPED: Final = "taawun.stopped"
_RETRY: Final = {"Retry-After": "5"}


class WorkersAnswer(Response):
    """Runs one task in a worker process and sends the reply.

    The process is killed when the client disconnects or a limit is reached. Before the first
    byte, a limit returns 503; after it, the connection is closed in the middle of the body, so
    that a partial answer is not mistaken for a complete one.
    """

    def __init__(
        self, pool: Pool, limits: Limits, job: Mapping[str, Any], headers: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._pool, self._limits, self._job, self._always = pool, limits, job, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or stop when the client disconnects."""
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
        headers: Mapping[str, str] = self._always

        async def sending(message: AsgiMessage) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._limits.patience + self._limits.seconds):
                await self._reply(scope, receive, sending)
            return
        except BusyError:
            message, headers = Message("workers-busy"), {**headers, **_RETRY}
        except StoppedError as error:
            message = error.message
        except TimeoutError:
            message = Message("query-too-slow", seconds=self._limits.seconds)
        scope[STOPPED] = str(message)
        if not is_begun:
            raise RequestError(503, message, headers)

    async def _reply(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the reply of a worker; a reply of one piece is sent without streaming."""
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
                    raise RequestError(505, Message("http-too-old"))
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
                            raise StoppedError("answer-too-long", size=self._limits.answer)
                await send({"type": "http.response.body", "body": b""})


async def whole_answer(
    turn: AbstractAsyncContextManager[Worker], job: Mapping[str, Any], seconds: float
) -> bytes:
    """Return the complete body of a worker's reply.

    Raises ``LimitError`` if a limit stops the task, and ``RequestError`` if it fails otherwise.
    """
    try:
        async with asyncio.timeout(seconds), turn as worker:
            head = await worker.ask({**job})
            body = b"".join([piece async for piece in worker.pieces()])
    except BusyError:
        raise RequestError(503, Message("workers-busy"), _RETRY) from None
    except TimeoutError:
        raise LimitError("work-too-slow", seconds=seconds) from None
    except LimitError:
        raise
    except StoppedError as error:
        raise RequestError(503, error.message) from None
    if head["status"] != 200:
        raise RequestError(head["status"], foreign(body.decode().strip()))
    return body


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


async def _send_piece(send: Send, piece: bytes) -> int:
    await send({"type": "http.response.body", "body": piece, "more_body": True})
    return len(piece)


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
