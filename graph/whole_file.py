"""Writing a file as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from stat import S_IMODE, S_ISREG
from tempfile import NamedTemporaryFile
from typing import IO


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A file to write to, which is there as a whole after the block, or unchanged if it fails.

    A link is followed, and a file that is replaced keeps its mode and owner. A file with several
    names is written to in the end, so that they stay one; a device or pipe at once, since nothing
    can take its place. Raises ``OSError`` where the file cannot be written.
    """
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    if old and not S_ISREG(old.st_mode):
        with open(path, "wb") as file:
            yield file
        return
    target = Path(os.path.realpath(path))
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        made = Path(file.name)
        try:
            yield file
            file.close()
            if old and old.st_nlink > 1:
                with made.open("rb") as whole, target.open("wb") as kept:
                    copyfileobj(whole, kept)
                return
            # A temporary file is for its owner alone; an export is for others.
            made.chmod(S_IMODE(old.st_mode) if old else 0o644)
            if old:
                with suppress(PermissionError):
                    os.chown(made, old.st_uid, old.st_gid)
            made.replace(target)
        finally:
            made.unlink(missing_ok=True)
