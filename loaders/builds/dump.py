"""The canonical dump of a build: written on first use, then checked by its digest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import file_digest
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import IO, Final

import pyoxigraph as ox

from ...graph.errors import StoreError
from ...graph.store import EmbeddedStore, damaged
from ...messages.message import foreign
from .atomic_folder import Unfinished

#: How many lines are sorted in memory; larger dumps are sorted in parts, then merged.
_PART: Final = 2_000_000


def write_canonical(store: ox.Store, out: IO[bytes], folder: Path, part: int = _PART) -> None:
    """Write every quad of the store as N-Quads, sorted by code point.

    At most ``part`` lines are in memory at a time; the rest is in files in ``folder``, which the
    caller deletes.
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


_DUMP: Final = "dataset.nq"


def dump_of(build: Path, store: EmbeddedStore) -> Path:
    """The file with the sorted N-Quads of the store of a build, in the build's folder.

    Its sha256 is in a file beside it, in the format of ``sha256sum``; a damaged dump is written
    again. Raises ``StoreError`` if it cannot be written.
    """
    dump, digest = build / _DUMP, build / f"{_DUMP}.sha256"
    if _is_as_written(dump, digest):
        return dump
    try:
        with Unfinished(build.parent) as made:
            new = made.path / _DUMP
            with new.open("wb") as out:
                write_canonical(store.quads, out, made.path)
            digest.write_text(_line(new))
            new.replace(dump)
    except (RuntimeError, ValueError) as error:
        raise damaged(error) from error
    except OSError as error:
        reason = foreign(error.strerror or str(error))
        raise StoreError("dump-not-written", file=str(dump), reason=reason) from error
    return dump


def _is_as_written(dump: Path, digest: Path) -> bool:
    try:
        return digest.read_bytes() == _line(dump).encode()
    except OSError:
        return False


def _line(file: Path) -> str:
    with file.open("rb") as content:
        return f"{file_digest(content, 'sha256').hexdigest()}  {_DUMP}\n"
