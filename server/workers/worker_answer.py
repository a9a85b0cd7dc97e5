"""HTTP responses from a worker: streamed, stopped at a limit, or refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message as AsgiMessage
from starlette.types import Receive, Scope, Send

from ...messages.message import Message, foreign
from .answer_memory import ONE, Kept, raw
from .pool import Pool
from .process import BusyError, LimitError, Limits, PutOffError, StoppedError, Worker


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
#: Seconds before the server looks whether the client is still there.
_GLANCE: Final = 0.05
#: How often the patience may be needed in the worst case: in the queues of both lanes.
_MOST_WAITING: Final = 4
#: Bytes of an answer that is sent whole, with its length.
_TOGETHER: Final = 1 << 16


class WorkersAnswer(Response):
    """Runs one task in a worker process and sends the reply, or the same reply from memory.

    The process is killed when the client disconnects or a limit is reached. Before the first
    byte, a limit returns 503; after it, the connection is closed in the middle of the body, so
    that a partial answer is not mistaken for a complete one.
    """

    def __init__(
        self,
        pool: Pool,
        limits: Limits,
        job: Mapping[str, Any],
        headers: Mapping[str, str],
        *,
        is_kept: bool = True,
    ) -> None:
        self._pool, self._limits, self._job, self._always = pool, limits, job, headers
        #: Names the task; what it gives depends on nothing else but the build.
        self._key = json.dumps(job)
        self._is_kept = is_kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or stop when the client disconnects."""
        kept = self._pool.memory.find(self._pool.served, self._key)
        if kept:
            await kept.send(scope, send)
            return
        async with _WhileThere(receive):
            await self._answer(scope, send)

    async def _answer(self, scope: Scope, send: Send) -> None:
        is_begun = False
        headers: Mapping[str, str] = self._always
        limits = self._limits

        async def sending(message: AsgiMessage) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            async with asyncio.timeout(_MOST_WAITING * limits.patience + limits.seconds) as limit:
                end = limit.when()
                try:
                    await self._reply(scope, sending, limit)
                except PutOffError:
                    if is_begun:
                        raise
                    # It is known to be long now, and waits for its turn.
                    limit.reschedule(end)
                    await self._reply(scope, sending, limit)
            return
        except BusyError:
            message, headers = Message("workers-busy"), {**headers, **_RETRY}
        except StoppedError as error:
            message = error.message
        except TimeoutError:
            message = Message("query-too-slow", seconds=limits.seconds)
        scope[STOPPED] = str(message)
        if not is_begun:
            raise RequestError(503, message, headers)

    async def _reply(self, scope: Scope, send: Send, limit: asyncio.Timeout) -> None:
        """Send the reply of a worker; one that is short enough is sent without streaming.

        ``limit`` is for waiting, and once there is a worker, for running.
        """
        served = self._pool.served
        async with self._pool.worker(self._key) as worker:
            limit.reschedule(asyncio.get_running_loop().time() + self._limits.seconds)
            head = await worker.ask(self._key)
            headers = {**self._always, **head["headers"]}
            pieces: list[bytes] = []
            size, is_whole = 0, False
            while size < _TOGETHER and not is_whole:
                piece = await worker.piece()
                is_whole = piece is None
                pieces.append(piece or b"")
                size += len(pieces[-1])
            if not is_whole:
                await self._stream(scope, send, worker, head["status"], headers, pieces)
        if pieces:
            kept = Kept.of(head["status"], headers, b"".join(pieces))
            if self._is_kept and kept.status == 200 and served == self._pool.served:
                self._pool.memory.keep(served, self._key, kept)
            if is_whole:
                await kept.send(scope, send)

    async def _stream(
        self,
        scope: Scope,
        send: Send,
        worker: Worker,
        status: int,
        headers: Mapping[str, str],
        pieces: list[bytes],
    ) -> None:
        """Send the pieces that there are, and each that the worker still writes.

        Afterwards ``pieces`` are the whole body if that may be kept, and otherwise empty.
        """
        if scope["http_version"] == "1.0":
            raise RequestError(505, Message("http-too-old"))
        await send({"type": "http.response.start", "status": status, "headers": raw(headers)})
        sent = 0
        for piece in pieces:
            sent += await _send_piece(send, piece)
        may_keep = scope["method"] != "HEAD"
        if scope["method"] != "HEAD":
            while (further := await worker.piece()) is not None:
                sent += await _send_piece(send, further)
                if sent > self._limits.answer << 20:
                    raise StoppedError("answer-too-long", size=self._limits.answer)
                if may_keep := may_keep and sent <= ONE:
                    pieces.append(further)
        if not may_keep:
            pieces.clear()
        await send({"type": "http.response.body", "body": b""})


async def whole_answer(
    turn: AbstractAsyncContextManager[Worker], job: Mapping[str, Any], seconds: float
) -> bytes:
    """Return the complete body of a worker's reply.

    Raises ``LimitError`` if a limit stops the task, and ``RequestError`` if it fails otherwise.
    """
    try:
        async with asyncio.timeout(seconds), turn as worker:
            head = await worker.ask(json.dumps(job))
            pieces = []
            while (piece := await worker.piece()) is not None:
                pieces.append(piece)
            body = b"".join(pieces)
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


async def _send_piece(send: Send, piece: bytes) -> int:
    await send({"type": "http.response.body", "body": piece, "more_body": True})
    return len(piece)


class _WhileThere:
    """Stops what runs inside when the client hangs up, looked for if it takes some time."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._watching: asyncio.Future[None] | None = None
        self._is_gone = self._is_over = False

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        assert task
        self._task, self._cancelling = task, task.cancelling()
        self._timer = asyncio.get_running_loop().call_later(_GLANCE, self._look)

    def _look(self) -> None:
        self._watching = asyncio.ensure_future(_hung_up(self._receive))
        self._watching.add_done_callback(self._stop)

    def _stop(self, watching: asyncio.Future[None]) -> None:
        if not (watching.cancelled() or self._is_over):
            self._is_gone = True
            self._task.cancel()

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self._is_over = True
        self._timer.cancel()
        if self._watching:
            self._watching.cancel()
        if self._is_gone and self._task.uncancel() <= self._cancelling:
            return kind is asyncio.CancelledError
        return False


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
