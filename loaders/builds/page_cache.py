"""Explorer pages cached in the folder of their build, each checked by its checksum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

from .atomic_folder import Unfinished

#: Maximum number of cached files of one kind in a folder.
_MOST: Final = 8


def find(file: Path) -> bytes | None:
    """Return the cached content, or None if it is missing or its checksum differs."""
    try:
        checksum, _, content = file.read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if checksum == _checksum(content) else None


def keep(file: Path, content: bytes) -> None:
    """Write a cache file atomically and delete the oldest files of its kind.

    The kind is the part of the name before the hyphen.
    """
    with suppress(OSError), Unfinished(file.parent.parent) as made:
        new = made.path / file.name
        new.write_bytes(_checksum(content) + b"\n" + content)
        new.replace(file)
        kind = file.name.partition("-")[0]
        alike = sorted(file.parent.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime)
        for old in alike[:-_MOST]:
            old.unlink()


def _checksum(content: bytes) -> bytes:
    return sha256(content).hexdigest().encode()


def page_of(build: Path, key: str, made: Callable[[], str]) -> str:
    """The page of a build with this key, from the cache or made now.

    ``key`` tells all that the page is made of besides the build and the program.
    """
    digest = sha256(f"{build.name} {key} {makers(_MAKERS)}".encode()).hexdigest()[:16]
    file = build / f"page-{digest}"
    found = find(file)
    if found is not None:
        return found.decode()
    page = made()
    keep(file, page.encode())
    return page


_ROOT: Final = Path(__file__).parent.parent.parent
#: The folders and packages whose code and assets determine the page.
_MAKERS: Final = ("graph", "messages", "ontology", "queries", "viz")
_PACKAGES: Final = ("jinja2", "pyoxigraph", "pyvis")


@cache
def makers(folders: Sequence[str]) -> str:
    """A digest of the program in some of its folders, and of the packages that pages need."""
    digest = sha256(" ".join(map(version, _PACKAGES)).encode())
    for path in (*sorted(_files(folders)), Path(__file__)):
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(folders: Sequence[str]) -> Iterator[Path]:
    for folder in folders:
        for path in (_ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                yield path
