"""The cache of finished builds, and which of them is current."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from hashlib import file_digest, sha256
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import IO, Final, NamedTuple
from zlib import crc32

import pyoxigraph as ox

from ...graph.errors import StoreError
from ...graph.store import EmbeddedStore, damaged
from ...messages.message import Message, foreign
from .atomic_folder import Unfinished, is_whole
from .inputs import SEEDS, distinct, stamps

#: How many lines are sorted in memory; larger dumps are sorted in parts, then merged.
_PART: Final = 2_000_000


def write_canonical(store: ox.Store, out: IO[bytes], folder: Path, part: int = _PART) -> None:
    """Write every quad of the store as N-Quads, sorted by code point.

    At most ``part`` lines are in memory at a time; the rest is in files in ``folder``, which the
    caller deletes.
    """
    dump = folder / "unsorted.nq"
    store.dump(str(dump), ox.RdfFormat.N_QUADS)
    with ExitStack() as opened:
        parts: list[IO[bytes]] = []
        lines = opened.enter_context(dump.open("rb"))
        while chunk := sorted(islice(lines, part)):
            if not parts and len(chunk) < part:
                out.writelines(chunk)
                return
            file = opened.enter_context((folder / f"{len(parts)}.nq").open("w+b"))
            file.writelines(chunk)
            file.seek(0)
            parts.append(file)
        dump.unlink()
        out.writelines(merge(*map(_lines, parts)))


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    yield from file


_DUMP: Final = "dataset.nq"


def dump_of(build: Path, store: EmbeddedStore) -> Path:
    """The file with the sorted N-Quads of the store of a build, in the build's folder.

    Its sha256 is in a file beside it, in the format of ``sha256sum``; a damaged dump is written
    again. Raises ``StoreError`` if it cannot be written.
    """
    dump, digest = build / _DUMP, build / f"{_DUMP}.sha256"
    if _is_as_written(dump, digest):
        return dump
    try:
        with Unfinished(build.parent) as made:
            new = made.path / _DUMP
            with new.open("wb") as out:
                write_canonical(store.quads, out, made.path)
            digest.write_text(_line(new), "utf-8", newline="\n")
            new.replace(dump)
    except (RuntimeError, ValueError) as error:
        raise damaged(error) from error
    except OSError as error:
        reason = foreign(error)
        raise StoreError(
            "output-not-written", file=str(dump), reason=reason, remedy=Message("choose-cache")
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


STORE: Final = "store"
MANIFEST: Final = "manifest.json"
#: Prefix of the files that store the name of the current build of some collections.
MEMORY: Final = ".present-"
#: Stamps are trusted if they are older, in nanoseconds: file systems keep time in steps, and a
#: change within the same step would leave the stamp unchanged.
_SETTLED: Final = 2_000_000_000


class Build(NamedTuple):
    """A finished build in the cache folder; builds are immutable."""

    path: Path
    is_new: bool

    def store(self) -> EmbeddedStore:
        """The store, opened for reading."""
        return EmbeddedStore.open(self.path / STORE)

    @property
    def dump(self) -> Path:
        """The canonical dump: sorted N-Quads, written from the store on first use.

        Raises ``StoreError`` if it cannot be written.
        """
        return dump_of(self.path, self.store())

    def manifest(self) -> dict[str, int]:
        """The numbers of documents, facts, quads and so on."""
        import json

        found: dict[str, int] = json.loads((self.path / MANIFEST).read_text("utf-8"))
        return found


class Memory:
    """Stores which build belongs to some collections, by the stamps of their files.

    This finds the current build without reading its inputs. Stamps that are in doubt are not
    stored; then the content decides.
    """

    def __init__(self, cache: Path, folders: Sequence[Path]) -> None:
        """Take the stamps, before the content is read."""
        self._cache = cache
        self._began = time.time_ns()
        self._stamps, self._latest = stamps(folders)
        # Two stacks with the same digits only overwrite each other.
        digits = crc32("\n".join(map(str, folders)).encode("utf-8", "surrogateescape"))
        self._file = cache / f"{MEMORY}{digits:08x}"

    def build(self) -> Build | None:
        """The build of these stamps, if it still exists."""
        try:
            name, _, known = self._file.read_text("utf-8", "surrogateescape").partition("\n")
        except (OSError, UnicodeDecodeError):
            return None
        if known != self._stamps or not is_whole(self._cache / name):
            return None
        return Build(self._cache / name, is_new=False)

    def last(self) -> Path | None:
        """The last build of these collections, even if they have changed; None if it is gone."""
        try:
            name = self._file.read_text("utf-8", "surrogateescape").partition("\n")[0]
        except (OSError, UnicodeDecodeError):
            return None
        path = self._cache / name
        return path if name and is_whole(path) else None

    def keep(self, build: Build) -> None:
        """Store the build, with its stamps if they can be trusted."""
        is_settled = self._latest <= self._began - _SETTLED
        # A cache that cannot be written only costs time.
        with suppress(OSError):
            new = self._file.with_name(f"{self._file.name}-{os.getpid()}")
            stamps = self._stamps if is_settled else ""
            new.write_bytes(f"{build.path.name}\n{stamps}".encode("utf-8", "surrogateescape"))
            new.replace(self._file)


def forget_lost_builds(cache: Path) -> None:
    """Delete the records of builds that no longer exist."""
    for file in cache.glob(f"{MEMORY}*"):
        with suppress(OSError):
            name = file.read_bytes().partition(b"\n")[0]
            if not (cache / os.fsdecode(name)).exists():
                file.unlink()


def cache_folder() -> Path:
    """The folder for builds: TAAWUN_CACHE, else the user's cache folder.

    Raises ``StoreError`` if there is neither.
    """
    if chosen := os.environ.get("TAAWUN_CACHE"):
        return Path(chosen)
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "taawun"
    try:
        return Path.home() / ".cache" / "taawun"
    except RuntimeError as error:
        raise StoreError("no-home-folder") from error


def stack(collections: Sequence[Path]) -> list[Path]:
    """The folders of a build: the bundled collection, then the others, each once."""
    return distinct([*(folder.absolute() for folder in reversed(collections)), SEEDS])[::-1]


_PREFIX: Final = "checked-"
#: How many stacks are remembered: those checked last.
_KEPT: Final = 4


def remember(build: Path, collections: Sequence[Path]) -> None:
    """Record that the build in this folder of the cache has passed every check.

    A cache that cannot be written records nothing; the next comparison then goes further back.
    """
    with suppress(OSError):
        _note(build.parent, collections).write_text(build.name, "utf-8")
        for old in _notes(build.parent)[_KEPT:]:
            old.unlink(missing_ok=True)


def last_checked(cache: Path, collections: Sequence[Path]) -> Path | None:
    """The folder of the last build of these collections that passed; None if there is none."""
    name = _build_of(_note(cache, collections))
    return cache / name if name and (cache / name).is_dir() else None


def remembered(cache: Path) -> frozenset[str]:
    """The names of the remembered builds."""
    return frozenset(map(_build_of, _notes(cache)))


def _note(cache: Path, collections: Sequence[Path]) -> Path:
    stack = "\0".join(str(folder.resolve()) for folder in collections)
    return cache / (_PREFIX + sha256(stack.encode("utf-8", "surrogateescape")).hexdigest()[:16])


def _notes(cache: Path) -> list[Path]:
    """The records, latest first; another process may be deleting some."""
    ages: dict[Path, float] = {}
    for path in cache.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            ages[path] = path.stat().st_mtime
    return sorted(ages, key=ages.__getitem__, reverse=True)


def _build_of(note: Path) -> str:
    try:
        return note.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
