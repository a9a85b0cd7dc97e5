"""Files that are kept because they take long to make, each with its checksum.

Nothing depends on them: what is damaged, unreadable or gone counts as not there, and what cannot
be written is made anew the next time.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from ...loaders.builds.atomic_folder import Unfinished

#: How many of one kind are kept in a folder.
_MOST: Final = 8


def find(file: Path) -> bytes | None:
    """What was kept there, if it is as it was written."""
    try:
        checksum, _, content = file.read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if checksum == _checksum(content) else None


def keep(file: Path, content: bytes) -> None:
    """Keep it, as a whole or not at all; of older ones of its kind, only the newest stay.

    The kind is the name before the hyphen.
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
