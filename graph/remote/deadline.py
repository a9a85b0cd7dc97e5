"""HTTP connections whose every wait ends at one moment, however slowly bytes trickle in.

The timeout of a socket begins anew with each byte; here it shrinks towards a deadline, in the
clock of ``time.monotonic``, and ``TimeoutError`` is raised there.
"""

from __future__ import annotations

import io
import socket
import time
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.request import BaseHandler, HTTPHandler, HTTPSHandler, Request


def timed_handlers(deadline: float) -> list[BaseHandler]:
    """What ``urllib.request`` needs to open http and https addresses until the deadline."""
    return [_Http(deadline), _Https(deadline)]


class _Http(HTTPHandler):
    def __init__(self, deadline: float) -> None:
        super().__init__()
        self._deadline = deadline

    def http_open(self, request: Request) -> HTTPResponse:
        return self.do_open(partial(_Connection, deadline=self._deadline), request)


class _Https(HTTPSHandler):
    def __init__(self, deadline: float) -> None:
        super().__init__()
        self._deadline = deadline

    def https_open(self, request: Request) -> HTTPResponse:
        return self.do_open(partial(_SecureConnection, deadline=self._deadline), request)


class _Connection(HTTPConnection):
    """A connection whose every wait ends at one moment."""

    def __init__(self, *arguments: Any, deadline: float, **options: Any) -> None:
        options["timeout"] = _left(deadline)
        super().__init__(*arguments, **options)
        self._deadline = deadline

    def connect(self) -> None:
        super().connect()
        self.sock = _ClockedSocket(self.sock, self._deadline)


class _SecureConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _ClockedSocket:
    """What ``http.client`` uses of a socket, with one moment at which all waiting ends."""

    def __init__(self, inner: socket.socket, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def sendall(self, data: bytes) -> None:
        self._inner.settimeout(_left(self._deadline))
        self._inner.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_ClockedReader(self._inner, self._deadline))

    def close(self) -> None:
        self._inner.close()


class _ClockedReader(io.RawIOBase):
    def __init__(self, inner: socket.socket, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline
        self._file = inner.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._inner.settimeout(_left(self._deadline))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
