"""Load N-Quads into a new store through a pipe while they are still being made.

Oxigraph parses, sorts and writes in its own threads, without Python's lock, while reading, checking
and deriving go on, so that two cores are busy.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import Final

import pyoxigraph as ox

#: Characters of a chunk of lines.
_PIECE: Final = 1 << 19
#: Below this number of characters, loading in parallel gains nothing.
_SMALL: Final = 1 << 24


class Feed:
    """Loads N-Quads in bulk into a new store.

    ``place`` returns the folder of the store; it is called as late as possible, so that faulty
    input leaves no trace. The load is atomic.
    """

    def __init__(self, place: Callable[[], Path]) -> None:
        self._place = place
        self._lines: list[str] = []
        self._length = 0
        self._pieces: list[bytes] = []
        self._waiting = 0
        self._thread: Thread | None = None
        self._pipe = -1
        self._failure: OSError | SyntaxError | ValueError | None = None
        self._store: ox.Store | None = None

    def add(self, lines: Iterable[str]) -> None:
        """Add lines, without line breaks; lines may repeat."""
        for line in lines:
            self._lines.append(line)
            self._length += len(line)
        if self._length >= _PIECE:
            self._hand_on()

    def finish(self) -> int:
        """Wait until everything is on disk; returns the number of quads.

        Raises ``OSError`` if the store cannot be written.
        """
        self._hand_on()
        if self._thread is None:
            self._store = ox.Store(str(self._place()))
            self._store.bulk_load(b"".join(self._pieces), ox.RdfFormat.N_QUADS, lenient=True)
        else:
            os.close(self._pipe)
            self._thread.join()
            self._thread = None
        if self._failure:
            raise self._failure
        assert self._store is not None
        self._store.flush()
        count = len(self._store)
        self._store = None
        return count

    def abandon(self) -> None:
        """Stop loading; the folder is then to be deleted."""
        if self._thread is not None:
            os.close(self._pipe)
            self._thread.join()
            self._thread = None
        self._store = None

    def _hand_on(self) -> None:
        if not self._lines:
            return
        self._lines.append("")
        piece = "\n".join(self._lines).encode()
        self._lines, self._length = [], 0
        if self._thread is None:
            self._pieces.append(piece)
            self._waiting += len(piece)
            if self._waiting < _SMALL or not os.path.exists("/dev/fd"):
                return
            self._start()
            waiting, self._pieces = self._pieces, []
            for earlier in waiting:
                self._write(earlier)
        else:
            self._write(piece)

    def _start(self) -> None:
        self._store = ox.Store(str(self._place()))
        reading, self._pipe = os.pipe()
        self._thread = Thread(target=self._load, args=(self._store, reading), daemon=True)
        self._thread.start()

    def _load(self, store: ox.Store, reading: int) -> None:
        try:
            store.bulk_load(path=f"/dev/fd/{reading}", format=ox.RdfFormat.N_QUADS, lenient=True)
        except (OSError, SyntaxError, ValueError) as error:
            self._failure = error
        finally:
            # Writers to the pipe get an error.
            os.close(reading)

    def _write(self, piece: bytes) -> None:
        left = memoryview(piece)
        try:
            while left:
                left = left[os.write(self._pipe, left) :]
        except BrokenPipeError as error:
            raise self._failure or error from error
