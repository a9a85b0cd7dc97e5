"""The content of collections as a build read it, kept beside the build for the next edit.

It saves reading every file again. Large collections are read again all the same: the file would
take longer to load than it saves.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ...messages.fault import Place
from ..collection import Collection, read_collection, read_ontology

#: The most facts for which the content is kept.
KEPT_FACTS: Final = 30_000
_NAME: Final = "content"
_DIGEST: Final = 32


def write_content(folder: Path, collection: Collection, places: Sequence[Place]) -> None:
    """Keep what was read, with the place of each fact, in the folder of a build."""
    kept = (
        collection.documents,
        dict(collection.entities),
        collection.facts,
        collection.glosses,
        dict(collection.performed),
        list(map(tuple, places)),
    )
    write_kept(folder / _NAME, kept)


def read_content(folder: Path, folders: Sequence[Path]) -> tuple[Collection, list[Place]]:
    """The content of the collections of a build, and the place of each fact.

    Raises ``CollectionError`` if the collections have faults.
    """
    kept = read_kept(folder / _NAME)
    if kept is not None:
        from collections import Counter

        documents, entities, facts, glosses, performed, places = kept
        schema = read_ontology(folders, [], Counter())
        read = Collection(schema, documents, entities, facts, glosses, Counter(performed))
        return read, [Place(*place) for place in places]
    found: list[Place] = []
    return read_collection(folders, lambda _name, _fact, site: found.append(site.place)), found


def write_kept(file: Path, value: Any) -> None:
    """Keep a value beside a build, with its checksum; a full disk only costs the time saved."""
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    with suppress(OSError):
        file.write_bytes(sha256(content).digest() + content)


def read_kept(file: Path) -> Any:
    """What was kept beside a build; None if that is missing or damaged.

    The cache folder belongs to the user, as do the programs that run from it.
    """
    try:
        content = file.read_bytes()
    except OSError:
        return None
    if sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
        return None
    return pickle.loads(content[_DIGEST:])
