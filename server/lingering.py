"""The end of a connection whose client is still sending.

Where a socket is closed with bytes in it that nobody has read, the kernel resets the connection,
and what was written last may never be read. So the writing side is shut down first, and what
still comes is read and thrown away until the client closes, for so long and so much
(``lingering_close`` of nginx).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

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
