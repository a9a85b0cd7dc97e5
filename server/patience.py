"""HTTP with clients that must not be slow: uvicorn's protocol with limits on both directions."""

from __future__ import annotations

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds for a client to send the head of a request, and for it to take some of an answer.
PATIENCE: Final = 10


class ImpatientProtocol(H11Protocol):
    """Closes a connection whose client sends no whole head in time, or takes nothing of an answer.

    uvicorn limits only the time between two requests. The time of a body is limited where it is
    read, that of a query where it is run.
    """

    _head: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._head = self._cut_later()

    def data_received(self, data: bytes) -> None:
        """Wait on if the head is still not whole."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            _stop(self._head)
            self._head = None
        elif self._head is None:
            self._head = self._cut_later()

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
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        awaits_body = self.conn.our_state is h11.SEND_RESPONSE and self.scope["method"] != "HEAD"
        if awaits_body or self.conn.our_state is h11.IDLE:
            super().send_400_response(msg)
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        _stop(self._head)
        _stop(self._reading)
        super().connection_lost(exc)

    def _cut_later(self) -> asyncio.TimerHandle:
        return self.loop.call_later(PATIENCE, self.transport.abort)


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
