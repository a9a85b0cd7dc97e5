"""Lines into a new store while they are still being made: a pipe, and a load at its other end.

Oxigraph parses, sorts and writes in threads of its own, without Python's lock. Reading, checking
and deriving go on beside it, so that two cores have work all the time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import Final

import pyoxigraph as ox

#: Lines are handed on in pieces of about so many characters.
_PIECE: Final = 1 << 19
#: Below so many characters there is nothing to gain from loading while reading.
_SMALL: Final = 1 << 24


class Feed:
    """Takes N-Quads of ours and loads them in bulk into a store that it makes.

    ``place`` gives the folder of the store, and is called when it is needed and not before: input
    with faults then leaves no trace. The load is all or nothing.
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
        """Take lines without their line breaks; a line may come twice."""
        for line in lines:
            self._lines.append(line)
            self._length += len(line)
        if self._length >= _PIECE:
            self._hand_on()

    def finish(self) -> int:
        """Wait until everything is loaded and on disk; returns how many quads there are.

        Raises ``OSError`` where the store cannot be written.
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
        """Stop loading; what the folder holds is to be deleted."""
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
            # Whoever still writes into the pipe is told so.
            os.close(reading)

    def _write(self, piece: bytes) -> None:
        left = memoryview(piece)
        try:
            while left:
                left = left[os.write(self._pipe, left) :]
        except BrokenPipeError as error:
            raise self._failure or error from error
