"""Seals: what a finished build consists of, so that one that has lost something is known."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from zlib import crc32

_SEAL: Final = "seal"
#: Files that tell which others belong to the store, and those others; the rest is diaries.
_STORE: Final = ("CURRENT", "MANIFEST-*", "*.sst")


def seal(folder: Path) -> None:
    """Write down what the folder holds, last of all: with its seal a build is whole."""
    lines = "".join(_lines(folder))
    (folder / _SEAL).write_text(f"{crc32(lines.encode()):08x}\n{lines}", "utf-8")


def is_whole(folder: Path) -> bool:
    """Whether the folder has a seal, and holds what the seal says.

    Nothing large is read: what stands inside the tables of the store has check sums of its own,
    which Oxigraph compares whenever it reads there.
    """
    try:
        checksum, _, lines = (folder / _SEAL).read_text("utf-8").partition("\n")
        return checksum == f"{crc32(lines.encode()):08x}" and lines == "".join(_lines(folder))
    except (OSError, UnicodeDecodeError):
        return False


def _lines(folder: Path) -> list[str]:
    """For each file its size and its name, and for the small ones a check sum."""
    store = folder / "store"
    files = [folder / "manifest.json", *(f for kind in _STORE for f in store.glob(kind))]
    return [f"{path.stat().st_size} {_checksum(path)} {path.name}\n" for path in sorted(files)]


def _checksum(path: Path) -> str:
    return "-" if path.suffix == ".sst" else f"{crc32(path.read_bytes()):08x}"
