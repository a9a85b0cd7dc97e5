"""HTTP with clients that must not be slow: uvicorn's protocol with limits on both directions."""

from __future__ import annotations

import asyncio
import sys
from http import HTTPStatus
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from .lingering import Drain, LingeringTransport

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
