"""HTTP with clients that must not be slow: uvicorn's protocol with limits on both directions."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds, and bytes, for which a client that is answered may go on sending.
SECONDS: Final = 5
BYTES: Final = 16 << 20


class Drain:
    """Counts what comes of a request that is answered already, and cuts what goes too far."""

    def __init__(self, loop: asyncio.AbstractEventLoop, cut: Callable[[], None]) -> None:
        self._loop, self._cut = loop, cut
        self._end: asyncio.TimerHandle | None = None
        self._left = BYTES

    def start(self) -> None:
        """Count from now on, unless it does already."""
        if self._end is None:
            self._end = self._loop.call_later(SECONDS, self._cut)
            self._left = BYTES

    def take(self, data: bytes) -> None:
        """This came."""
        if self._end is not None:
            self._left -= len(data)
            if self._left < 0:
                self._cut()

    def stop(self) -> None:
        """The request was sent to its end, or the connection is no more."""
        if self._end is not None:
            self._end.cancel()
            self._end = None


class LingeringTransport(asyncio.Transport):
    """A transport that is closed, while its client is sending, on the writing side only."""

    def __init__(
        self, transport: asyncio.Transport, drain: Drain, is_sending: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._transport, self._drain, self._is_sending = transport, drain, is_sending
        self._is_ending = False

    def close(self) -> None:
        """Write what waits to be written, and close; at once only if the client has sent all."""
        if self._transport.is_closing() or not self._is_sending():
            self._transport.close()
        elif not self._is_ending:
            self._is_ending = True
            self._transport.write_eof()
            self._transport.resume_reading()
            self._drain.start()

    def is_closing(self) -> bool:
        """Whether nothing more is written."""
        return self._is_ending or self._transport.is_closing()

    def write(self, data: Any) -> None:
        """Write, unless it is closed."""
        if not self._is_ending:
            self._transport.write(data)

    def abort(self) -> None:
        """Close at once, whatever waits."""
        self._transport.abort()

    def pause_reading(self) -> None:
        """Take no more data for now."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take data again."""
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What the transport knows of itself."""
        return self._transport.get_extra_info(name, default)


#: Seconds for a client to send the head of a request, and for it to take some of an answer.
PATIENCE: Final = 10
_TOO_LONG: Final = "The head of a request may have 64 KB; this one has more.\n"


class ImpatientProtocol(H11Protocol):
    """Closes a connection whose client sends no whole head in time, or takes nothing of an answer.

    uvicorn limits only the time between two requests. The time of a body is limited where it is
    read, that of a query where it is run. What still comes of a request that is answered already
    is thrown away within the limits of a :class:`Drain`.
    """

    _head: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _drain: Drain

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        self._drain = Drain(self.loop, transport.abort)
        super().connection_made(LingeringTransport(transport, self._drain, self._is_sending))
        self._head = self._cut_later()

    def data_received(self, data: bytes) -> None:
        """Wait on if the head is still not whole."""
        self._drain.take(data)
        if self.transport.is_closing():
            return
        super().data_received(data)
        if not self._is_sending():
            self._drain.stop()
        if self.conn.their_state is not h11.IDLE:
            _stop(self._head)
            self._head = None
        elif self._head is None:
            self._head = self._cut_later()

    def on_response_complete(self) -> None:
        """Read on what nobody wants, so that the client comes to read the answer."""
        if self._is_sending():
            self._drain.start()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Wait for the client to take some of what is waiting for it."""
        super().pause_writing()
        self._reading = self._cut_later()

    def resume_writing(self) -> None:
        """It did."""
        super().resume_writing()
        _stop(self._reading)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, unless an answer to its head has begun: then close at once.

        So too where the head was HEAD, whose answer cannot hold the words of a refusal. Whatever
        is answering the head must not write after that; uvicorn would let it.
        """
        if self.cycle is not None and not self.cycle.response_complete:
            if not self.cycle.more_body:
                # It came after a last request that is whole, and is being answered.
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        awaits_body = self.conn.our_state is h11.SEND_RESPONSE and self.scope["method"] != "HEAD"
        if awaits_body or self.conn.our_state is h11.IDLE:
            self._refuse(msg)
        else:
            self.transport.abort()

    def _refuse(self, msg: str) -> None:
        """Answer and close: as uvicorn does, but with the status that says what is wrong."""
        fault = sys.exception()
        status, told = HTTPStatus.BAD_REQUEST, msg
        if isinstance(fault, h11.RemoteProtocolError) and fault.error_status_hint == 431:
            status, told = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _TOO_LONG
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
        for event in (
            h11.Response(status_code=status, headers=headers, reason=status.phrase),
            h11.Data(data=told.encode()),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _is_sending(self) -> bool:
        """Whether more may come of a request that is answered already, or after the last one.

        That may be sent as well, by who does not know or has not heard that it is the last.
        """
        is_answered = self.cycle is not None and self.cycle.response_complete
        state = self.conn.their_state
        is_open = state in (h11.SEND_BODY, h11.MUST_CLOSE)
        return state is h11.ERROR or (is_open and is_answered)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._drain.stop()
        _stop(self._head)
        _stop(self._reading)
        super().connection_lost(exc)

    def _cut_later(self) -> asyncio.TimerHandle:
        return self.loop.call_later(PATIENCE, self.transport.abort)


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
