"""The canonical dump of a build: written when first asked for, compared with its digest later."""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path
from typing import Final

from ...graph.errors import StoreError
from ...graph.store import EmbeddedStore, damaged
from .atomic_folder import Unfinished
from .canonical import write_canonical

_DUMP: Final = "dataset.nq"


def dump_of(build: Path, store: EmbeddedStore) -> Path:
    """The file with the sorted N-Quads of the store of a build, in the build's folder.

    Beside it stands its sha256, as ``sha256sum`` writes it: a file that has been damaged since
    is written anew. Raises ``StoreError`` where that cannot be.
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
        raise StoreError(
            f"cannot write {dump}: {error.strerror or error}; "
            "choose another cache folder with TAAWUN_CACHE"
        ) from error
    return dump


def _is_as_written(dump: Path, digest: Path) -> bool:
    try:
        return digest.read_bytes() == _line(dump).encode()
    except OSError:
        return False


def _line(file: Path) -> str:
    with file.open("rb") as content:
        return f"{file_digest(content, 'sha256').hexdigest()}  {_DUMP}\n"
