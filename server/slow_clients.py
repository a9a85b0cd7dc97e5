"""Timeouts for slow HTTP clients: uvicorn's protocol with limits in both directions."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Limits on what a client may still send after it was answered.
SECONDS: Final = 5
BYTES: Final = 16 << 20


class Drain:
    """Discards the rest of an answered request, and cuts the connection at the limits."""

    def __init__(self, loop: asyncio.AbstractEventLoop, cut: Callable[[], None]) -> None:
        self._loop, self._cut = loop, cut
        self._end: asyncio.TimerHandle | None = None
        self._left = BYTES

    def start(self) -> None:
        """Start counting, unless already started."""
        if self._end is None:
            self._end = self._loop.call_later(SECONDS, self._cut)
            self._left = BYTES

    def take(self, data: bytes) -> None:
        """Count received data."""
        if self._end is not None:
            self._left -= len(data)
            if self._left < 0:
                self._cut()

    def stop(self) -> None:
        """Stop counting: the request is complete or the connection is closed."""
        if self._end is not None:
            self._end.cancel()
            self._end = None


class LingeringTransport(asyncio.Transport):
    """A transport that closes only its writing side while the client is still sending."""

    def __init__(
        self, transport: asyncio.Transport, drain: Drain, is_sending: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._transport, self._drain, self._is_sending = transport, drain, is_sending
        self._is_ending = False

    def close(self) -> None:
        """Flush and close; while the client is still sending, close the writing side only."""
        if self._transport.is_closing() or not self._is_sending():
            self._transport.close()
        elif not self._is_ending:
            self._is_ending = True
            try:
                self._transport.write_eof()
            except OSError:
                # The client has hung up in the meantime.
                self._transport.close()
                return
            self._transport.resume_reading()
            self._drain.start()

    def is_closing(self) -> bool:
        """Return whether the writing side is closed."""
        return self._is_ending or self._transport.is_closing()

    def write(self, data: Any) -> None:
        """Write, unless closed."""
        if not self._is_ending:
            self._transport.write(data)

    def abort(self) -> None:
        """Close immediately, discarding buffered data."""
        self._transport.abort()

    def pause_reading(self) -> None:
        """Pause reading."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Resume reading."""
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return information about the underlying transport."""
        return self._transport.get_extra_info(name, default)


#: Time limit for sending the head of a request, and for reading part of an answer, in seconds.
PATIENCE: Final = 10
_TOO_LONG: Final = "The head of a request may have 64 KB; this one has more.\n"


class ImpatientProtocol(H11Protocol):
    """Closes a connection whose client does not send the head or read the answer in time.

    uvicorn limits only the time between two requests. The time for a body is limited where it is
    read, the time for a query where it runs. The rest of an already answered request is discarded
    within the limits of a :class:`Drain`.
    """

    _head: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _drain: Drain

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first request."""
        self._drain = Drain(self.loop, transport.abort)
        super().connection_made(LingeringTransport(transport, self._drain, self._is_sending))
        self._head = self._cut_later()

    def data_received(self, data: bytes) -> None:
        """Stop the timer once the head is complete."""
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
        """Discard the rest of the request, so that the client gets to read the answer."""
        if self._is_sending():
            self._drain.start()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Start the timer for the client to read buffered data."""
        super().pause_writing()
        self._reading = self._cut_later()

    def resume_writing(self) -> None:
        """Stop the timer: the client has read some data."""
        super().resume_writing()
        _stop(self._reading)

    def send_400_response(self, msg: str) -> None:
        """Refuse malformed HTTP; if an answer has begun, close the connection instead.

        Also close after a HEAD request, whose answer cannot have a body. The handler of the
        request must not write after that; uvicorn would allow it.
        """
        if self.cycle is not None and not self.cycle.response_complete:
            if not self.cycle.more_body:
                # The data follows a complete last request that is being answered.
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        awaits_body = self.conn.our_state is h11.SEND_RESPONSE and self.scope["method"] != "HEAD"
        if awaits_body or self.conn.our_state is h11.IDLE:
            self._refuse(msg)
        else:
            self.transport.abort()

    def _refuse(self, msg: str) -> None:
        """Answer and close as uvicorn does, but with the specific status (431 or 400)."""
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
        """Return whether the client may still send data after its last answer.

        This includes data after the last request, from a client that does not yet know that the
        connection is closing.
        """
        is_answered = self.cycle is not None and self.cycle.response_complete
        state = self.conn.their_state
        is_open = state in (h11.SEND_BODY, h11.MUST_CLOSE)
        return state is h11.ERROR or (is_open and is_answered)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers."""
        self._drain.stop()
        _stop(self._head)
        _stop(self._reading)
        super().connection_lost(exc)

    def _cut_later(self) -> asyncio.TimerHandle:
        return self.loop.call_later(PATIENCE, self.transport.abort)


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
