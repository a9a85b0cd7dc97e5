"""The bundled collection with the facts of one document, which is soon read, built and checked."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

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
