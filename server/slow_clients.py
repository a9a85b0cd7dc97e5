"""Timeouts for slow HTTP clients: uvicorn's protocol with limits in both directions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

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
        self,
        transport: asyncio.Transport,
        drain: Drain,
        is_sending: Callable[[], bool],
        later: Callable[[Callable[[], None]], object],
    ) -> None:
        """``later`` calls a function soon, once: what is written until then is sent together."""
        super().__init__()
        self._transport, self._drain, self._is_sending = transport, drain, is_sending
        self._later = later
        self._held: list[bytes] = []
        self._is_ending = False

    def close(self) -> None:
        """Flush and close; while the client is still sending, close the writing side only."""
        self._flush()
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
        """Write, unless closed: head and body of a short answer become one packet."""
        if self._is_ending:
            return
        if not self._held:
            self._later(self._flush)
        self._held.append(data)

    def _flush(self) -> None:
        held, self._held = self._held, []
        if held:
            self._transport.write(b"".join(held))

    def abort(self) -> None:
        """Close immediately, discarding buffered data."""
        self._held.clear()
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
#: Maximum size of the head of a request, in bytes.
HEAD: Final = 64 << 10
_TOO_LONG: Final = "The head of a request may have 64 KB; this one has more."
_MALFORMED: Final = "Invalid HTTP request received."


class _HeadTooLongError(Exception):
    """The head of a request exceeds the limit."""


class _Part(Enum):
    """What the client may send next on a connection."""

    HEAD = "the head of a request, or more of it"
    BODY = "the rest of a body"
    NOTHING = "nothing: its last request is whole"
    NONSENSE = "no HTTP any more"


class ImpatientProtocol(HttpToolsProtocol):
    """Closes a connection whose client does not send the head or read the answer in time.

    uvicorn limits only the time between two requests. The time for a body is limited where it is
    read, the time for a query where it runs. The rest of an already answered request is discarded
    within the limits of a :class:`Drain`.

    llhttp, the parser, refuses what servers and proxies read differently: a length beside
    ``Transfer-Encoding``, two lengths, folded lines, line feeds alone. Refused here are a head of
    more than :data:`HEAD` bytes, a second ``Host``, and codings of the body other than ``chunked``.
    """

    _head: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _drain: Drain
    _part = _Part.HEAD
    #: Bytes received since the last complete head, and those of the parsed part of a head.
    _received = 0
    _size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first request."""
        self._drain = Drain(self.loop, transport.abort)
        lingering = LingeringTransport(
            transport, self._drain, self._is_sending, self.loop.call_soon
        )
        super().connection_made(lingering)
        self._head = self._cut_later()

    def data_received(self, data: bytes) -> None:
        """Parse, and stop the timer while a request is being received or answered."""
        self._drain.take(data)
        if self.transport.is_closing() or self._part in (_Part.NOTHING, _Part.NONSENSE):
            return
        self._unset_keepalive_if_required()
        self._received += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # No other protocol is spoken here: the request is answered, and nothing after it.
            self._part = _Part.NOTHING
            self.cycle.keep_alive = False
        except httptools.HttpParserError as error:
            self._part = _Part.NONSENSE
            self._malformed(isinstance(error.__context__, _HeadTooLongError))
            return
        if self._part is _Part.HEAD and self._received > HEAD:
            self._part = _Part.NONSENSE
            self._malformed(is_too_long=True)
            return
        if not self._is_sending():
            self._drain.stop()
        if self._part is _Part.HEAD and (self.cycle is None or self.cycle.response_complete):
            self._head = self._head or self._cut_later()
        else:
            _stop(self._head)
            self._head = None

    def on_message_begin(self) -> None:
        """Count the head from here."""
        self._size = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the request target."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header; those after a chunked body are not heard."""
        self._count(len(name) + len(value) + 4)
        if self._part is _Part.HEAD:
            super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > HEAD:
            raise _HeadTooLongError

    def on_headers_complete(self) -> None:
        """Refuse what only one reading of the head allows, otherwise start the request."""
        names = [name for name, _ in self.headers]
        codings = {value.lower() for name, value in self.headers if name == b"transfer-encoding"}
        is_known = self.parser.get_http_version() in ("0.9", "1.0", "1.1")
        if names.count(b"host") > 1 or codings - {b"chunked"} or not is_known:
            raise ValueError
        self._part = _Part.BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Expect the next request, unless this was the last."""
        super().on_message_complete()
        self._received = self._size = 0
        self._part = _Part.HEAD if self.cycle.keep_alive else _Part.NOTHING

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

    def _malformed(self, is_too_long: bool) -> None:
        """Refuse malformed HTTP; if an answer has begun, close the connection instead.

        Also close after a HEAD request, whose answer cannot have a body. The handler of the
        request must not write after that; uvicorn would allow it.
        """
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.keep_alive = False
            if not cycle.more_body:
                # The data follows a complete last request that is being answered.
                return
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started or self.pipeline or cycle.scope["method"] == "HEAD":
                self.transport.abort()
                return
        status, told = HTTPStatus.BAD_REQUEST, _MALFORMED
        if is_too_long:
            status, told = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _TOO_LONG
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(told) + 1}\r\nConnection: close\r\n\r\n{told}\n".encode()
        )
        self.transport.close()

    def _is_sending(self) -> bool:
        """Return whether the client may still send data after its last answer.

        This includes data after the last request, from a client that does not yet know that the
        connection is closing.
        """
        is_answered = self.cycle is not None and self.cycle.response_complete
        return self._part is _Part.NONSENSE or (self._part is not _Part.HEAD and is_answered)

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
