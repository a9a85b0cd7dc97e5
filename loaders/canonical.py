"""The canonical dump of a store: sorted N-Quads, the same bytes on every machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import IO, Final

import pyoxigraph as ox

#: Lines sorted at once in memory; more are sorted in parts, and the parts merged.
_PART: Final = 2_000_000


def write_canonical(store: ox.Store, out: IO[bytes], part: int = _PART) -> None:
    """Write every quad of the store as N-Quads, sorted by code point.

    However large the store, no more than ``part`` lines are held in memory.
    """
    with tempfile.TemporaryDirectory(prefix="taawun-") as folder, ExitStack() as opened:
        dump = Path(folder) / "dump.nq"
        store.dump(str(dump), ox.RdfFormat.N_QUADS)
        parts: list[IO[bytes]] = []
        with dump.open("rb") as lines:
            while chunk := sorted(islice(lines, part)):
                if not parts and len(chunk) < part:
                    out.writelines(chunk)
                    return
                file = opened.enter_context((Path(folder) / f"{len(parts)}.nq").open("w+b"))
                file.writelines(chunk)
                file.seek(0)
                parts.append(file)
        dump.unlink()
        out.writelines(merge(*map(_lines, parts)))


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    yield from file


def canonical_file(store: Path, target: Path) -> None:
    """Write the dump of the store at ``store`` as the file ``target``, whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            write_canonical(ox.Store.read_only(str(store)), out)
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)
