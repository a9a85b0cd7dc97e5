"""A state of the graph by its name: a dump, a build, a collection, or a revision of one."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from os.path import isfile
from pathlib import Path
from typing import Final

from ...graph.derive import derive
from ...graph.errors import RevisionError, StoreError
from ...graph.store import EmbeddedStore, Store
from ..collection import read_collection
from .build import build, lines_of
from .cache import MANIFEST, Build, cache_folder
from .inputs import SEEDS, is_collection
from .revision import as_it_was

_REVISION: Final = "git:"
_BUILD: Final = re.compile("[0-9a-f]{16}")


class States:
    """Opens states; ``collections`` are those whose revisions are meant.

    ``alone`` leaves the bundled collection out, as for revisions of that one itself.
    """

    def __init__(self, collections: Sequence[Path], *, alone: bool = False) -> None:
        self._collections, self._alone = tuple(collections), alone

    def present(self) -> Store:
        """The collections as they are."""
        return self._built(self._collections)

    def get(self, name: str) -> Store:
        """The state of that name.

        A file is a dump in N-Quads, a folder a build or a collection, 16 digits a build in the
        cache; all else, and whatever has ``git:`` before it, is a revision of the collections.
        Raises ``RevisionError`` where it is none of these, ``CollectionError`` where what it
        names has faults.
        """
        path = Path(name)
        if name.startswith(_REVISION):
            return self._revision(name.removeprefix(_REVISION))
        # Unlike a path's own methods, this takes a name that is too long as one of no file.
        if isfile(path):
            return _dump(path)
        if isfile(path / MANIFEST):
            return Build(path, is_new=False).store()
        if is_collection(path):
            return self._built([path])
        cached = cache_folder() / name
        if _BUILD.fullmatch(name) and isfile(cached / MANIFEST):
            return Build(cached, is_new=False).store()
        return self._revision(name)

    def _built(self, folders: Sequence[Path]) -> Store:
        if not self._alone:
            return build(folders).store()
        return _in_memory(folders)

    def _revision(self, name: str) -> Store:
        if not self._collections:
            raise RevisionError(
                f"“{name}” is no file, folder or build; if it is a revision, say of which "
                "collection with --collection DIR"
            )
        with tempfile.TemporaryDirectory(prefix="taawun-") as place:
            folders = [
                as_it_was(folder, name, Path(place) / str(number))
                for number, folder in enumerate(self._collections)
            ]
            return _in_memory(folders if self._alone else [SEEDS, *folders])


def _in_memory(folders: Sequence[Path]) -> Store:
    """The graph of collections, in memory: no build of the past takes a present one's place."""
    collection = read_collection(folders)
    derived = list(derive(collection.facts, collection.schema, collection.classes))
    return EmbeddedStore.in_memory("\n".join(lines_of(collection, derived)).encode())


def _dump(path: Path) -> Store:
    try:
        return EmbeddedStore.in_memory(path.read_bytes())
    except (OSError, SyntaxError) as error:
        raise StoreError(f"{path} cannot be read as N-Quads: {error}") from error
