"""One HTTP exchange with an endpoint: a whole answer within the time limit, or one clear error.

The time limit holds for the exchange as a whole, from connecting to the last byte, however
slowly the other side trickles. Redirects are not followed: what we send is meant for the address
that the user gave.
"""

from __future__ import annotations

import io
import os
import re
import socket
import time
from dataclasses import dataclass
from email.message import Message as Headers
from functools import partial
from http.client import (
    BadStatusLine,
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
    RemoteDisconnected,
    UnknownProtocol,
)
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    BaseHandler,
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
)

from ...messages.message import Message, foreign
from ..errors import EndpointError, QueryError


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


#: Longer answers are refused: they would fill the memory.
MOST_BYTES: Final = 1 << 28
_PIECE: Final = 1 << 16
#: The statuses for which the catalogues have words of their own.
_STATUSES: Final = (404, 405, 406, 413, 415, 429, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: its bytes, and the headers that came with it."""

    body: bytes
    headers: Headers

    @property
    def kind(self) -> str:
        """The media type, without its parameters."""
        return self.headers.get_content_type() if "Content-Type" in self.headers else ""


class Transport:
    """Exchanges with the address ``url``; a name and password come from the environment.

    TAAWUN_USER and TAAWUN_PASSWORD are given, as Basic or Digest, to this address alone and only
    when it asks for them. Raises ``EndpointError`` for an address that cannot be one.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self.url = _checked(url)
        self._timeout = timeout
        user = os.environ.get("TAAWUN_USER")
        self._credentials = (user, os.environ.get("TAAWUN_PASSWORD", "")) if user else None

    def send(self, request: Request) -> Reply:
        """Send a request and read the whole answer.

        Raises ``QueryError`` where the endpoint calls the request bad (400), and
        ``EndpointError`` for everything else that goes wrong.
        """
        try:
            with self._opener().open(request, timeout=self._timeout) as response:
                return Reply(self._body(response), response.headers)
        except HTTPError as error:
            with error:
                raise self._refusal(error) from error
        except TimeoutError as error:
            raise self._slow() from error
        except URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._slow() from error
            reason = getattr(error.reason, "strerror", None) or str(error.reason)
            raise EndpointError(
                "endpoint-unreachable", url=self.url, reason=foreign(reason)
            ) from error
        except RemoteDisconnected as error:
            raise EndpointError("endpoint-hung-up", url=self.url) from error
        except (BadStatusLine, UnknownProtocol) as error:
            start = clean(str(error.args[0]))[:60]
            raise EndpointError("endpoint-not-http", url=self.url, start=start) from error
        except (HTTPException, OSError) as error:
            reason = clean(repr(error))
            raise EndpointError("endpoint-broke-off", url=self.url, reason=reason) from error
        except ValueError as error:
            # urllib's word for a way of authentication that it does not know.
            reason = clean(str(error))
            raise EndpointError("endpoint-cannot-be-asked", url=self.url, reason=reason) from error

    def _opener(self) -> OpenerDirector:
        deadline = time.monotonic() + self._timeout
        handlers: list[BaseHandler] = [*timed_handlers(deadline), _NoRedirects()]
        if self._credentials:
            known = HTTPPasswordMgrWithDefaultRealm()
            known.add_password(None, self.url, *self._credentials)
            handlers += [HTTPDigestAuthHandler(known), HTTPBasicAuthHandler(known)]
        return build_opener(*handlers)

    def _body(self, response: HTTPResponse) -> bytes:
        whole = bytearray()
        while piece := response.read(_PIECE):
            whole += piece
            if len(whole) > MOST_BYTES:
                raise EndpointError("endpoint-answer-too-long", url=self.url, size=MOST_BYTES >> 20)
        if response.length:
            raise IncompleteRead(b"", response.length)
        return bytes(whole)

    def _refusal(self, error: HTTPError) -> EndpointError | QueryError:
        """The error that a status other than success stands for."""
        if 300 <= error.code < 400:
            target = _without_secrets(clean(error.headers.get("Location", "")))
            if not target:
                return EndpointError("endpoint-redirects-nowhere", url=self.url)
            return EndpointError("endpoint-redirects", url=self.url, target=target)
        said = _first_line(self._start_of(error))
        if error.code == 400:
            return QueryError(
                "endpoint-refuses-query", url=self.url, reason=said or clean(error.reason)
            )
        if error.code in (401, 403):
            return EndpointError(
                "endpoint-refuses-password" if self._credentials else "endpoint-wants-password",
                url=self.url,
                status=error.code,
            )
        if error.code in _STATUSES:
            wait = clean(error.headers.get("Retry-After", ""))
            remedy = None
            if wait:
                remedy = (
                    Message("try-again-after-seconds", count=int(wait))
                    if wait.isdigit()
                    else Message("try-again-after", moment=wait)
                )
            return EndpointError(f"endpoint-status-{error.code}", url=self.url, remedy=remedy)
        return EndpointError(
            "endpoint-status-other",
            url=self.url,
            status=error.code,
            reason=said or clean(error.reason),
        )

    def _start_of(self, error: HTTPError) -> str:
        try:
            return error.read(4096).decode("utf-8", "replace")
        except (HTTPException, OSError):
            return ""

    def _slow(self) -> EndpointError:
        return EndpointError("endpoint-slow", url=self.url, seconds=self._timeout)


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _checked(url: str) -> str:
    """The address, if it is one that we can ask. A refusal never repeats a password."""
    try:
        parts = urlsplit(url)
        ok = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        ok = False
    if not ok or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise EndpointError("endpoint-address-invalid", address=_without_secrets(clean(url)))
    if "@" in parts.netloc:
        raise EndpointError("endpoint-address-has-password", address=_without_secrets(url))
    return url.partition("#")[0]


def _without_secrets(url: str) -> str:
    """The address without whatever stands before an @, where a password may be."""
    return re.sub(r"^([\w+.-]+:/*)?.*@", r"\1…@", url, flags=re.DOTALL)


def clean(text: str) -> str:
    """Foreign text as part of a message: one line, nothing that moves a terminal, not long."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()[:300]


def _first_line(body: str) -> str:
    """The first line of an error's text that says something; of an HTML page, its title."""
    if title := re.search(r"<title>(.*?)</title>", body, re.IGNORECASE | re.DOTALL):
        return clean(title[1])
    lines = (clean(line) for line in body.splitlines())
    return next((line for line in lines if line), "")
