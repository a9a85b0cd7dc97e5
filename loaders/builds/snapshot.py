"""Open a state of the graph by name: a dump, a build, a collection, or a revision of one."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from os.path import isfile
from pathlib import Path
from typing import Final

from ...graph.derive import derive
from ...graph.errors import RevisionError, StoreError
from ...graph.store import EmbeddedStore, Store
from ...messages.message import foreign
from ..collection import read_collection
from .build import build, lines_of
from .cache import MANIFEST, Build, cache_folder
from .inputs import SEEDS, is_collection

_REVISION: Final = "git:"
_BUILD: Final = re.compile("[0-9a-f]{16}")


class States:
    """Opens states; revisions are those of ``collections``, else of a collection in this folder.

    ``alone`` leaves the bundled collection out, as for revisions of that one itself.
    """

    def __init__(self, collections: Sequence[Path], *, alone: bool = False) -> None:
        here = (Path(),) if Path("facts").is_dir() else ()
        self._collections, self._alone = tuple(collections) or here, alone

    def present(self) -> Store:
        """The collections as they are."""
        return self._built(self._collections)

    def get(self, name: str) -> Store:
        """The state of that name.

        A file is a dump in N-Quads, a folder is a build or a collection, 16 digits are a build in
        the cache; anything else, or with the prefix ``git:``, is a revision of the collections.
        Raises ``RevisionError`` if it is none of these, and ``CollectionError`` if a collection
        has faults.
        """
        path = Path(name)
        if name.startswith(_REVISION):
            return self._revision(name.removeprefix(_REVISION))
        # Unlike Path.is_file, this returns False for a name that is too long.
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
            raise RevisionError("unknown-state", name=name)
        with tempfile.TemporaryDirectory(prefix="taawun-") as place:
            folders = [
                as_it_was(folder, name, Path(place) / str(number))
                for number, folder in enumerate(self._collections)
            ]
            return _in_memory(folders if self._alone else [SEEDS, *folders])


def _in_memory(folders: Sequence[Path]) -> Store:
    """The graph of collections in memory, so that old states leave no build in the cache."""
    collection = read_collection(folders)
    derived = list(derive(collection.facts, collection.schema, collection.classes))
    return EmbeddedStore.in_memory("\n".join(lines_of(collection, derived)).encode())


def _dump(path: Path) -> Store:
    try:
        return EmbeddedStore.in_memory(path.read_bytes())
    except (OSError, SyntaxError) as error:
        raise StoreError("not-n-quads", file=str(path), reason=foreign(error)) from error


_COMMIT: Final = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
#: Seconds to wait for git.
_TIMEOUT: Final = 120


def as_it_was(folder: Path, revision: str, place: Path) -> Path:
    """Extract the folder at a revision to ``place``; returns the extracted folder.

    Raises ``RevisionError`` if the revision or the folder in it does not exist.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top.returncode != 0:
        raise RevisionError("no-git-repository", folder=str(folder))
    root = Path(os.fsdecode(top.stdout.rstrip(b"\n"))).resolve()
    inside = folder.resolve().relative_to(root)
    commit = _commit(root, revision)
    archive = _git(root, "archive", "--format=tar", commit, "--", str(inside))
    if archive.returncode != 0:
        raise RevisionError("folder-not-in-revision", folder=str(inside), revision=revision)
    target = place / root.name
    try:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            for member in files:
                _write(files, member, target)
    except (tarfile.TarError, OSError) as error:
        reason = foreign(error)
        raise RevisionError(
            "revision-not-extracted", folder=str(inside), revision=revision, reason=reason
        ) from error
    return target / inside


def _write(files: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Write one file of an archive; links are refused."""
    path = target / member.name
    if member.issym() or member.islnk() or ".." in path.parts:
        raise RevisionError("link-in-revision", file=member.name)
    content = files.extractfile(member)
    if content is None:
        path.mkdir(parents=True, exist_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read())


def _commit(root: Path, revision: str) -> str:
    """The commit of a revision."""
    name = f"{revision}^{{commit}}"
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    commit = found.stdout.decode("ascii", "replace").strip()
    if found.returncode != 0 or not _COMMIT.fullmatch(commit):
        raise RevisionError("unknown-revision", name=revision, repository=root.name)
    return commit


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    # Inside a hook, git's environment variables point to another repository.
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],
            env=surroundings,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except (FileNotFoundError, PermissionError) as error:
        raise RevisionError("git-not-installed") from error
    except subprocess.TimeoutExpired as error:
        raise RevisionError("git-too-slow", seconds=_TIMEOUT) from error
