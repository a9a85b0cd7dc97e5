"""Shapes compiled once for an ontology, kept in the cache folder from edit to edit."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ...ontology.schema import FILES, Schema
from ..builds.cache import cache_folder
from ..builds.inputs import code_fingerprint
from ..builds.source_state import read_kept, write_kept
from ..collection import shape_files, term_files
from .shacl.ready_shapes import ReadyShape
from .shape_trial import ShapeTrial
from .shapes import SHAPES_FILE, Shapes, subclasses

#: Prefix of the files.
_NAME: Final = ".shapes-"
#: How many ontologies are remembered: those seen last for the first time.
_KEPT: Final = 4


def kept_trial(collections: Sequence[Path], schema: Schema, store: ox.Store) -> ShapeTrial:
    """A trial of the shapes of our ontology and of the collections.

    ``schema`` has their terms, and ``store`` holds the state before the first edit.
    """

    def described() -> Shapes:
        return Shapes(collections=collections, schema=schema)

    below = subclasses(store)
    key = sha256(f"{code_fingerprint()} {sorted(below.items())}".encode())
    for path in (*FILES, SHAPES_FILE, *_own_files(collections)):
        key.update(sha256(path.read_bytes()).digest())
    cache = cache_folder()
    file = cache / f"{_NAME}{key.hexdigest()[:16]}"
    known: Sequence[ReadyShape] | None = read_kept(file)
    if known is None:
        known = described().ready(below)
        with suppress(OSError):
            files = sorted(cache.glob(f"{_NAME}*"), key=lambda path: path.stat().st_mtime)
            for old in files[: 1 - _KEPT]:
                old.unlink(missing_ok=True)
        write_kept(file, known)
    return ShapeTrial(known, described)


def _own_files(collections: Sequence[Path]) -> list[Path]:
    found = (*term_files(collections), *shape_files(collections))
    return [path for _, path in found]
