"""The reply of a worker process, framed so that a broken one is never taken for a whole one.

Each frame is one letter, the length in four bytes, and the content: ``H`` is the head in JSON,
``D`` a piece of the body, ``E`` the end.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Final

FRAME: Final = struct.Struct(">cI")
HEAD, DATA, END = b"H", b"D", b"E"
#: Bytes of a body that are sent together.
_PIECE: Final = 1 << 16


class Reply:
    """One reply: a status, headers and a body that is written piece by piece.

    Nothing is sent before the first piece is full or the reply ends, so that a query which fails
    early is answered by its fault.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._status = 200
        self._headers: dict[str, str] = {}
        self._waiting = bytearray()
        self.is_begun = False

    def begin(self, media: str, status: int = 200, **headers: str) -> None:
        """Say what the body will be; header names are written with underscores."""
        self._status = status
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self._headers["content-type"] = media
        self._waiting.clear()

    def write(self, data: bytes) -> int:
        """Add to the body. Blocks while the reader is slow."""
        self._waiting += data
        if len(self._waiting) >= _PIECE:
            self._send()
        return len(data)

    def flush(self) -> None:
        """Nothing: pieces are sent when they are full."""

    def end(self) -> None:
        """Send what is left, and the end."""
        self._send()
        self._frame(END, b"")
        self._out.flush()

    def _send(self) -> None:
        if not self.is_begun:
            self.is_begun = True
            head = {"status": self._status, "headers": self._headers}
            self._frame(HEAD, json.dumps(head).encode())
        if self._waiting:
            self._frame(DATA, self._waiting)
            self._waiting.clear()
            self._out.flush()

    def _frame(self, kind: bytes, content: bytes | bytearray) -> None:
        self._out.write(FRAME.pack(kind, len(content)))
        self._out.write(content)
