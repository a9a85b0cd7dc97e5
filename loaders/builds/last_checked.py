"""Remember the last build that passed all checks, for each stack of collections."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

_PREFIX: Final = "checked-"
#: How many stacks are remembered: those checked last.
_KEPT: Final = 4


def remember(build: Path, collections: Sequence[Path]) -> None:
    """Record that the build in this folder of the cache has passed every check.

    A cache that cannot be written records nothing; the next comparison then goes further back.
    """
    with suppress(OSError):
        _note(build.parent, collections).write_text(build.name)
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
        return note.read_text()
    except (OSError, UnicodeDecodeError):
        return ""
