"""Answers kept in memory, since a build never changes, and answers as HTTP sends them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from starlette.types import Scope, Send

#: Bytes of one answer that is kept, and of all.
ONE: Final = 1 << 20
_ALL: Final = 64 << 20
#: What a key and the headers of an answer need besides, in bytes.
_BESIDES: Final = 1024


class Kept(NamedTuple):
    """A whole answer: its status, its headers as sent, and its body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes) -> Kept:
        """The answer, with an ETag if it is not an error."""
        named = {name.lower(): value for name, value in headers.items()}
        named["content-length"] = str(len(body))
        if status == 200:
            named["etag"] = etag(body)
        return cls(status, raw(named), body)

    async def send(self, scope: Scope, send: Send) -> None:
        """Send it, or 304 if the client has it."""
        status, headers, body = self
        given = next((v for name, v in scope["headers"] if name == b"if-none-match"), None)
        if given is not None and status == 200 and matches(given, dict(headers)[b"etag"]):
            status, body = 304, b""
            headers = [pair for pair in headers if pair[0] not in (b"content-length",)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def etag(body: bytes) -> str:
    """The entity tag of a body."""
    return f'"{sha256(body).hexdigest()[:16]}"'


def matches(given: bytes, tag: bytes) -> bool:
    """Whether If-None-Match names the tag, by weak comparison (RFC 9110, section 13.1.2).

    >>> matches(b'W/"a", "b"', b'"a"'), matches(b"*", b'"a"'), matches(b'"a b"', b'"a"')
    (True, True, False)
    """
    listed = {one.strip().removeprefix(b"W/") for one in given.split(b",")}
    return tag in listed or b"*" in listed


def raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers as ASGI has them."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


class Memory:
    """The answers that were asked for last, up to 64 MB, for one build."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, str], Kept] = OrderedDict()
        self._size = 0

    def find(self, build: object, job: str) -> Kept | None:
        """The answer to a job, if it was kept for this build."""
        found = self._kept.get((build, job))
        if found:
            self._kept.move_to_end((build, job))
        return found

    def keep(self, build: object, job: str, answer: Kept) -> None:
        """Keep an answer, and forget the oldest if there are too many."""
        if (build, job) in self._kept:
            return
        self._kept[build, job] = answer
        self._size += _size(job, answer)
        while self._size > _ALL:
            (_, oldest), left = self._kept.popitem(last=False)
            self._size -= _size(oldest, left)

    def clear(self) -> None:
        """Forget all: another build is served."""
        self._kept.clear()
        self._size = 0


def _size(job: str, answer: Kept) -> int:
    return len(job) + len(answer.body) + _BESIDES
