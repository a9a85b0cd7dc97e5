"""The canonical dump of a store: sorted N-Quads, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import IO, Final

import pyoxigraph as ox

#: Lines sorted at once in memory; more are sorted in parts, and the parts merged.
_PART: Final = 2_000_000


def write_canonical(store: ox.Store, out: IO[bytes], folder: Path, part: int = _PART) -> None:
    """Write every quad of the store as N-Quads, sorted by code point.

    However large the store, no more than ``part`` lines are held in memory: the rest is in files
    of ``folder``, which the caller deletes.
    """
    dump = folder / "unsorted.nq"
    store.dump(str(dump), ox.RdfFormat.N_QUADS)
    with ExitStack() as opened:
        parts: list[IO[bytes]] = []
        lines = opened.enter_context(dump.open("rb"))
        while chunk := sorted(islice(lines, part)):
            if not parts and len(chunk) < part:
                out.writelines(chunk)
                return
            file = opened.enter_context((folder / f"{len(parts)}.nq").open("w+b"))
            file.writelines(chunk)
            file.seek(0)
            parts.append(file)
        dump.unlink()
        out.writelines(merge(*map(_lines, parts)))


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    yield from file
