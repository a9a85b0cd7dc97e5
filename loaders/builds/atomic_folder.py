"""Unfinished work in the cache: folders that are locked by the process that writes them."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final
from zlib import crc32

_SEAL: Final = "seal"
#: Files that tell which others belong to the store, and those others; the rest is diaries.
_STORE: Final = ("CURRENT", "MANIFEST-*", "*.sst")


def seal(folder: Path) -> None:
    """Write down what the folder holds, last of all: with its seal a build is whole."""
    lines = "".join(_lines(folder))
    (folder / _SEAL).write_text(f"{crc32(lines.encode()):08x}\n{lines}", "utf-8")


def is_whole(folder: Path) -> bool:
    """Whether the folder has a seal, and holds what the seal says.

    Nothing large is read: what stands inside the tables of the store has check sums of its own,
    which Oxigraph compares whenever it reads there.
    """
    try:
        checksum, _, lines = (folder / _SEAL).read_text("utf-8").partition("\n")
        return checksum == f"{crc32(lines.encode()):08x}" and lines == "".join(_lines(folder))
    except (OSError, UnicodeDecodeError):
        return False


def _lines(folder: Path) -> list[str]:
    """For each file its size and its name, and for the small ones a check sum."""
    store = folder / "store"
    files = [folder / "manifest.json", *(f for kind in _STORE for f in store.glob(kind))]
    return [f"{path.stat().st_size} {_checksum(path)} {path.name}\n" for path in sorted(files)]


def _checksum(path: Path) -> str:
    return "-" if path.suffix == ".sst" else f"{crc32(path.read_bytes()):08x}"


try:
    import fcntl
except ImportError:  # Windows has no such locks: nothing there is taken for abandoned.
    fcntl = None  # type: ignore[assignment]

_PREFIX: Final = ".building-"


class Unfinished:
    """A folder for work until it is whole: made when something is to be written, and gone
    in the end, with the cache folder if that was made for it and holds nothing.

    What killed processes left is deleted before.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._new: list[Path] = []
        self._path: Path | None = None
        self._lock: int | None = None

    def __enter__(self) -> Unfinished:
        return self

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)
        self._release()
        for folder in self._new:
            # Not if there is something in it.
            with suppress(OSError):
                folder.rmdir()

    @property
    def path(self) -> Path:
        """The folder, made at the first asking. Raises ``OSError`` where it cannot be."""
        while self._path is None:
            above = self._cache
            while not above.exists():
                self._new.append(above)
                above = above.parent
            self._cache.mkdir(parents=True, exist_ok=True)
            _delete_abandoned(self._cache)
            path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._cache))
            self._lock = _lock(path, wait=True)
            # Before it was locked, another process may have taken it for an abandoned one.
            if path.exists():
                self._path = path
            else:
                self._release()
        return self._path

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def delete_whole(folder: Path) -> None:
    """Delete a finished folder of the cache; a deletion that is killed leaves no half of it.

    It is renamed first, so that what is left is an abandoned folder like any other.
    """
    with suppress(OSError):
        shutil.rmtree(
            folder.rename(folder.with_name(f"{_PREFIX}{folder.name}")), ignore_errors=True
        )


def _delete_abandoned(cache: Path) -> None:
    """Delete what killed processes left; what a living one is writing stays."""
    for path in cache.glob(f"{_PREFIX}*"):
        lock = _lock(path, wait=False)
        if lock is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Lock the folder until the returned descriptor is closed, by whatever ends the process.

    None where another process holds it, where it is gone, or where there are no locks.
    """
    if fcntl is None:
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
