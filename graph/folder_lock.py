"""A lock on a folder, which one process holds, and loses when it ends."""

from __future__ import annotations

import os
import sys
from errno import EDEADLK
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

if sys.platform == "win32":
    import msvcrt

    def _locked(folder: Path, *, wait: bool) -> int | None:
        """Lock a file elsewhere: Windows opens no folder, and renames none with an open file."""
        if not folder.is_dir():
            return None
        name = sha256(os.path.realpath(folder).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        descriptor = os.open(Path(gettempdir()) / f"taawun-{name}.lock", os.O_RDWR | os.O_CREAT)
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
