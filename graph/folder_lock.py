"""A lock on a folder, which one process holds, and loses when it ends."""

from __future__ import annotations

import os
from errno import EDEADLK
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from types import ModuleType
from typing import Any

#: Windows' own locks; elsewhere there are those of POSIX. Typed as on no system in particular.
_msvcrt: Any
try:
    import fcntl
except ImportError:
    fcntl: ModuleType | None = None  # type: ignore[no-redef]
    import msvcrt as _msvcrt


def lock(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder until the returned descriptor is closed, or the process ends.

    None if another process holds the lock, the folder is gone, or its file system has no locks.
    """
    if fcntl is None:
        return _lock_of_windows(folder, wait=wait)
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


def _lock_of_windows(folder: Path, *, wait: bool) -> int | None:
    """The same by a file: Windows opens no folders, and renames none in which a file is open."""
    if not folder.is_dir():
        return None
    name = sha256(os.path.realpath(folder).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    descriptor = os.open(Path(gettempdir()) / f"taawun-{name}.lock", os.O_RDWR | os.O_CREAT)
    while True:
        try:
            # Either tries for ten seconds, or once.
            how = _msvcrt.LK_LOCK if wait else _msvcrt.LK_NBLCK
            _msvcrt.locking(descriptor, how, 1)
        except OSError as error:
            if wait and error.errno == EDEADLK:
                continue
            os.close(descriptor)
            return None
        return descriptor
