"""The reply of a worker process, framed so that a truncated reply is always detected.

Each frame is one letter, a four-byte length and the content: ``H`` is the head in JSON, ``D`` a
piece of the body, ``E`` the end. The first frame of a process is ``R``, ready, or ``F`` with the
reason why it cannot work.
"""

from __future__ import annotations

import io
import json
import struct
from typing import IO, TYPE_CHECKING, Final

from ...graph.errors import as_json, told

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from ...graph.errors import TaawunError

FRAME: Final = struct.Struct(">cI")
HEAD, DATA, END, READY, FAILED = b"H", b"D", b"E", b"R", b"F"
#: Size of a body piece, in bytes.
_PIECE: Final = 1 << 16


class Reply(io.RawIOBase):
    """One reply: status, headers and a body written in pieces.

    Nothing is sent until the first piece is full or the reply ends, so that a query that fails
    early can still be answered with its error. ``body`` takes text, ``body.buffer`` bytes.
    """

    def __init__(self, pipe: IO[bytes], refuses_in: str = "en") -> None:
        """``refuses_in`` is the language of a refusal, or ``json``."""
        super().__init__()
        self._pipe = pipe
        self.refuses_in = refuses_in
        self._status = 200
        self._headers: dict[str, str] = {}
        self._waiting = bytearray()
        self.is_begun = False
        self.body = io.TextIOWrapper(io.BufferedWriter(self), "utf-8", newline="")

    def begin(self, media: str, status: int = 200, **headers: str) -> None:
        """Set status, media type and headers; underscores in header names become hyphens."""
        self._status = status
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self._headers["content-type"] = f"{media}; charset=utf-8" if _is_text(media) else media

    def refuse(self, status: int, error: TaawunError) -> None:
        """Replace the unsent reply with an error."""
        self.body.flush()
        self._waiting.clear()
        self.begin("application/json" if self.refuses_in == "json" else "text/plain", status)
        if self.refuses_in == "json":
            json.dump(as_json(error), self.body, ensure_ascii=False)
        else:
            self.body.write(f"{told(error, self.refuses_in)}\n")

    def end(self) -> None:
        """Send the remaining data and the end frame, together."""
        self.body.flush()
        self._frames()
        self._frame(END, b"")
        self._pipe.flush()

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: ReadableBuffer) -> int:
        """Append to the body. Blocks while the reader is slow."""
        self._waiting += data
        if len(self._waiting) >= _PIECE:
            self._frames()
            self._pipe.flush()
        return len(memoryview(data))

    def _frames(self) -> None:
        if not self.is_begun:
            self.is_begun = True
            head = {"status": self._status, "headers": self._headers}
            self._frame(HEAD, json.dumps(head).encode())
        if self._waiting:
            self._frame(DATA, self._waiting)
            self._waiting.clear()

    def _frame(self, kind: bytes, content: bytes | bytearray) -> None:
        self._pipe.write(FRAME.pack(kind, len(content)))
        self._pipe.write(content)


def _is_text(media: str) -> bool:
    return media.startswith("text/")
