"""The bundled collection with the facts of one document, which is soon read, built and checked."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from taawun.loaders.builds import cache, inputs
from taawun.loaders.builds.inputs import SEEDS

#: The document whose facts are left: some 160 of every kind, of agreements, figures and areas.
DOCUMENT = "african-cooperation"


def small_seeds() -> Path:
    """Its folder, with all documents and entities."""
    return Path(_made().name) / SEEDS.name


@lru_cache(maxsize=1)
def _made() -> TemporaryDirectory[str]:
    root = TemporaryDirectory()
    shutil.copytree(SEEDS, Path(root.name) / SEEDS.name)
    for path in (Path(root.name) / SEEDS.name / "facts").iterdir():
        if path.stem != DOCUMENT:
            path.unlink()
    return root


def put_in_place(patch: pytest.MonkeyPatch) -> Path:
    """Put it in the place of the bundled collection, for commands and desks of this process."""
    for module in (inputs, cache):
        patch.setattr(module, "SEEDS", small_seeds())
    return small_seeds()
