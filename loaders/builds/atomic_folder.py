"""Folders of the cache that appear only when complete, with a checksum of their files; locks."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from errno import EDEADLK
from hashlib import sha256
from pathlib import Path
from typing import Final
from zlib import crc32

_SEAL: Final = "seal"
#: The files of a store, without its logs.
_STORE: Final = ("CURRENT", "MANIFEST-*", "*.sst")


def seal(folder: Path) -> None:
    """Write the checksums of the files; a build with this seal is complete."""
    lines = "".join(_lines(folder))
    (folder / _SEAL).write_text(f"{crc32(lines.encode()):08x}\n{lines}", "utf-8", newline="\n")


def is_whole(folder: Path) -> bool:
    """Whether the folder has a seal that matches its files.

    Large files are not read: the tables of the store have checksums of their own, which Oxigraph
    checks on reading.
    """
    try:
        checksum, _, lines = (folder / _SEAL).read_text("utf-8").partition("\n")
        return checksum == f"{crc32(lines.encode()):08x}" and lines == "".join(_lines(folder))
    except (OSError, UnicodeDecodeError):
        return False


def _lines(folder: Path) -> list[str]:
    """For each file its size and its name, and for the small ones a checksum."""
    store = folder / "store"
    files = [folder / "manifest.json", *(f for kind in _STORE for f in store.glob(kind))]
    return [f"{path.stat().st_size} {_checksum(path)} {path.name}\n" for path in sorted(files)]


def _checksum(path: Path) -> str:
    return "-" if path.suffix == ".sst" else f"{crc32(path.read_bytes()):08x}"


_PREFIX: Final = ".building-"


class Unfinished:
    """A temporary folder in the cache, created on first use and deleted at the end, with the cache
    folder if that is new and empty.

    The folders of killed processes are deleted first.
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
            # Fails if the folder is not empty.
            with suppress(OSError):
                folder.rmdir()

    @property
    def path(self) -> Path:
        """The folder, created on first use. Raises ``OSError`` if it cannot be."""
        while self._path is None:
            above = self._cache
            while not above.exists():
                self._new.append(above)
                above = above.parent
            self._cache.mkdir(parents=True, exist_ok=True)
            _delete_abandoned(self._cache)
            path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._cache))
            self._lock = lock(path, wait=True)
            # Before it was locked, another process may have deleted it as abandoned.
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
    """Delete a finished folder of the cache atomically.

    It is renamed first, so that an interrupted deletion leaves an abandoned folder.
    """
    with suppress(OSError):
        shutil.rmtree(
            folder.rename(folder.with_name(f"{_PREFIX}{folder.name}")), ignore_errors=True
        )


def _delete_abandoned(cache: Path) -> None:
    """Delete the folders of killed processes, but not those of running ones."""
    for path in cache.glob(f"{_PREFIX}*"):
        held = lock(path, wait=False)
        if held is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(held)


if sys.platform == "win32":
    import msvcrt

    def _locked(folder: Path, *, wait: bool) -> int | None:
        """Lock a file elsewhere: Windows opens no folder, and renames none with an open file."""
        if not folder.is_dir():
            return None
        name = sha256(os.path.realpath(folder).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        descriptor = os.open(
            Path(tempfile.gettempdir()) / f"taawun-{name}.lock", os.O_RDWR | os.O_CREAT
        )
        while True:
            try:
                # The first tries for ten seconds, the second once.
                msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError as error:
                if wait and error.errno == EDEADLK:
                    continue
                os.close(descriptor)
                return None
            return descriptor

else:
    import fcntl

    def _locked(folder: Path, *, wait: bool) -> int | None:
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


def lock(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder until the returned descriptor is closed, or the process ends.

    None if another process holds the lock, the folder is gone, or its file system has no locks.
    """
    return _locked(folder, wait=wait)
