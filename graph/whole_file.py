"""Writing a file, or a folder, as a whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj, rmtree
from stat import S_IMODE, S_ISREG
from tempfile import NamedTemporaryFile, mkdtemp
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
            if old and sys.platform != "win32":
                with suppress(PermissionError):
                    os.chown(made, old.st_uid, old.st_gid)
            made.replace(target)
        finally:
            made.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: str | os.PathLike[str], mark: str) -> Iterator[Path]:
    """A folder to write into, which takes the place of ``path`` after the block, or of nothing.

    An earlier folder is replaced only if it is empty or has the file ``mark``, so that nobody's
    own files are lost. Raises ``FileExistsError`` for another, ``OSError`` where it cannot be
    written.
    """
    target = Path(os.path.realpath(path))
    if (
        target.exists()
        and not (target / mark).is_file()
        and (not target.is_dir() or any(target.iterdir()))
    ):
        raise FileExistsError(str(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as made:
        made.mkdir()
        yield made
        if not target.exists():
            made.rename(target)
            return
        old = made.with_name("old")
        target.rename(old)
        try:
            made.rename(target)
        except OSError:
            old.rename(target)
            raise


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """The name of a folder in a temporary one on the same disk."""
    place = Path(mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        yield place / "new"
    finally:
        rmtree(place, ignore_errors=True)
