"""Edits of a collection: tried on a copy, then written completely or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from ...graph.entity import Entity
from ...graph.errors import OutputError
from ...graph.fact import Fact, Object
from ...messages.fault import Fault, Place
from ...messages.message import foreign
from ..builds.atomic_folder import lock
from ..builds.inputs import SEEDS, fingerprint
from ..checks.claims import Claims
from ..collection import PARTS

#: The folders of a collection that no build reads and that readers write.
REVIEWS: Final = "reviews"
READINGS: Final = "readings"


@dataclass(frozen=True, slots=True)
class Edit:
    """New contents for files of the collection ``folder``, by path within it.

    ``seen`` is the fingerprint of the collection when it was read, so that changes made since
    are never lost. ``entities`` and ``facts``, each with its place in messages, are what the files
    gain, and ``statuses`` the new record status of facts, by IRI, if that is all that changes;
    ``claims`` has compared the facts with their quotes.
    """

    folder: Path
    files: Mapping[Path, bytes]
    seen: str
    warnings: tuple[Fault, ...] = ()
    entities: tuple[tuple[Entity, Place], ...] = ()
    facts: tuple[tuple[Fact, Place], ...] = ()
    claims: Claims | None = None
    statuses: Mapping[str, Mapping[str, Object]] = field(default_factory=dict)

    @contextmanager
    def tried(self) -> Iterator[Path]:
        """A copy of the collection with the edit made, in a folder of the same name."""
        with tempfile.TemporaryDirectory(prefix="taawun-") as place:
            copy = Path(place) / self.folder.resolve().name
            copy.mkdir()
            for part in PARTS:
                if (self.folder / part).is_dir():
                    shutil.copytree(self.folder / part, copy / part)
            for name, content in self.files.items():
                (copy / name).parent.mkdir(exist_ok=True)
                (copy / name).unlink(missing_ok=True)
                (copy / name).write_bytes(content)
            yield copy

    def write(self) -> list[Path]:
        """Write the files, and return them.

        Raises ``OutputError`` if the collection has changed since it was read, or a file cannot
        be written; then nothing is changed.
        """
        paths = {name: (self.folder / name).resolve() for name in self.files}
        made: dict[Path, Path] = {}
        undo: dict[Path, bytes | None] = {}
        try:
            for name, path in paths.items():
                made[path] = _beside(path, self.files[name])
            with _alone(self.folder):
                if _state(self.folder) != self.seen:
                    raise OutputError("collection-changed", folder=str(self.folder))
                for path, new in made.items():
                    undo[path] = path.read_bytes() if path.exists() else None
                    new.replace(path)
        except OSError as error:
            for path, old in undo.items():
                path.unlink(missing_ok=True) if old is None else path.write_bytes(old)
            file, reason = error.filename or self.folder, foreign(error)
            raise OutputError("edit-not-written", file=str(file), reason=reason) from error
        finally:
            for new in made.values():
                new.unlink(missing_ok=True)
        return [self.folder / name for name in self.files]


def seen(folder: Path) -> str:
    """The fingerprint of a collection before it is read for an edit.

    Raises ``OutputError`` for the bundled collection, which belongs to the package.
    """
    if folder.resolve() == SEEDS.resolve():
        raise OutputError("bundled-collection", folder=str(folder))
    return _state(folder)


def _state(folder: Path) -> str:
    """The fingerprint of what a build reads, and of what readers have written."""
    found = sha256(fingerprint([folder]).encode())
    for part in (REVIEWS, READINGS):
        for path in sorted((folder / part).rglob("*.yaml")):
            if path.is_file() and not path.name.startswith("."):
                found.update(f"{path.relative_to(folder)}\0".encode("utf-8", "surrogateescape"))
                found.update(sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _beside(path: Path, content: bytes) -> Path:
    """A finished file beside the one that it will replace, with the same permissions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else None
    # Renaming would bypass the write protection of the file.
    if mode is not None and (not mode & 0o222 or not os.access(path, os.W_OK)):
        raise PermissionError(13, "it is write-protected", str(path))
    made = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        made.write_bytes(content)
        if mode is not None:
            made.chmod(mode)
    except OSError:
        made.unlink(missing_ok=True)
        raise
    return made


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of the folder, where the file system has locks."""
    handle = lock(folder, wait=True)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)
