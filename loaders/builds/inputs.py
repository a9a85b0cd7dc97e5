"""The inputs of a build, fingerprinted by content and by stamps.

This module is imported wherever a build is opened, so it imports little.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from os.path import isfile
from pathlib import Path
from typing import Final

import pyoxigraph as ox

_ROOT: Final = Path(__file__).parent.parent.parent
#: The collection that comes with the package.
SEEDS: Final = _ROOT / "seeds"
#: The folders of a collection that a build reads.
INPUT_PARTS: Final = ("ontology", "documents", "entities", "facts")
_ONTOLOGY: Final = ("cooperation.ttl", "areas.ttl")
_CODE: Final = ("graph", "loaders", "ontology")


def input_files(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Every input file of a build of these collections, with its name in messages."""
    for file in _ONTOLOGY:
        yield f"ontology/{file}", f"{_ROOT}/ontology/{file}"
    for folder in folders:
        name = name_of(folder)
        for part in INPUT_PARTS:
            for file in _names(f"{folder}/{part}"):
                yield f"{name}/{part}/{file}", f"{folder}/{part}/{file}"


def code_files(folders: Sequence[str] = _CODE) -> Iterator[str]:
    """The modules of this program in some of its folders; without any, those that build."""
    for top in folders:
        for folder, inner, names in os.walk(f"{_ROOT}/{top}"):
            inner.sort()
            yield from (f"{folder}/{name}" for name in sorted(names) if name.endswith(".py"))


def _names(folder: str) -> list[str]:
    """The names in a folder, sorted, without hidden ones; none if there is no folder."""
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []


def name_of(folder: Path) -> str:
    """The name of a collection in messages, even if it is given as ``.``."""
    return os.path.basename(os.path.realpath(folder))


def distinct(folders: Iterable[Path]) -> list[Path]:
    """The folders in their order, each once, where it is last, also if it is given by a link."""
    last = {os.path.realpath(folder): folder for folder in reversed([*folders])}
    return [*last.values()][::-1]


def is_collection(folder: Path) -> bool:
    """Whether a folder has a part of a collection."""
    return any(os.path.isdir(folder / part) for part in (*INPUT_PARTS, "queries"))


def fingerprint(folders: Sequence[Path]) -> str:
    """The sha256 over the names and the bytes of every input of a build.

    Empty folders and unreadable files count too: the loaders report them.
    """
    from hashlib import sha256

    digest = sha256("\n".join(map(name_of, folders)).encode("utf-8", "surrogateescape"))
    for name, path in input_files(folders):
        try:
            # A pipe or device would never end; the loaders report it.
            content = sha256(Path(path).read_bytes()).hexdigest() if isfile(path) else "no file"
        except OSError as error:
            content = type(error).__name__
        digest.update(f"{name}\0{content}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


@cache
def code_fingerprint(*folders: str) -> str:
    """The sha256 over the code that builds, so that a changed program does not reuse builds.

    It includes the version of Oxigraph, which defines the format of the store. With ``folders``,
    the code is that in these folders of the program.
    """
    from hashlib import sha256

    digest = sha256(ox.__version__.encode())
    for path in code_files(folders or _CODE):
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()


def stamps(folders: Sequence[Path]) -> tuple[str, int]:
    """The stamps of all inputs and of the code, one a line, and the latest change among them.

    A stamp is the metadata of a file: the times of the last change of its content and of its
    inode, its size and its inode number. Programs cannot set the inode's time, so the only change
    that goes unnoticed is one within the same step of the file system's clock. The latest change,
    in nanoseconds, tells the caller whether this is possible.
    """
    code, latest = _code_stamps()
    lines = [code]
    for _, path in input_files(folders):
        line, changed = _stamp(path)
        lines.append(line)
        latest = max(latest, changed)
    return "\n".join(lines), latest


@cache
def _code_stamps() -> tuple[str, int]:
    """As of the first call: a running program keeps the code that it started with."""
    found = [_stamp(path) for path in code_files()]
    lines = [ox.__version__, *(line for line, _ in found)]
    return "\n".join(lines), max(changed for _, changed in found)


def _stamp(path: str) -> tuple[str, int]:
    try:
        stat = os.stat(path)
    except OSError as error:
        return f"{path} {type(error).__name__}", 0
    line = f"{path} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}"
    # On Windows this is the time of the creation.
    return line, stat.st_ctime_ns if sys.platform != "win32" else max(
        stat.st_ctime_ns, stat.st_mtime_ns
    )


def day_of(folders: Sequence[Path]) -> str:
    """The date of the data: SOURCE_DATE_EPOCH, or the last change of a file of the collections.

    Never the date of today, so that two runs write the same.
    """
    from datetime import UTC, datetime

    if told := os.environ.get("SOURCE_DATE_EPOCH", ""):
        latest = float(told)
    else:
        latest = max(Path(path).stat().st_mtime for _, path in input_files(folders))
    return datetime.fromtimestamp(latest, UTC).date().isoformat()
