"""A collection of a test's own, with a text as a document."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from taawun.loaders.editing.insert_entry import document_edit
from taawun.loaders.editing.new_collection import new_collection
from taawun.loaders.editing.transaction import seen


def dossier(folder: Path, text: str) -> Path:
    """Make the collection, with the text as the document ``news``."""
    shutil.copytree(Path(_made(text).name) / "made", folder)
    return folder


@lru_cache(maxsize=8)
def _made(text: str) -> TemporaryDirectory[str]:
    """Made once and copied, for its making reads the bundled collection."""
    root = TemporaryDirectory()
    folder = Path(root.name) / "made"
    new_collection(folder, with_example=True)
    titles = {"ar": "خبر مخترع", "en": "Invented news"}
    document_edit(folder, seen(folder), "news", text.encode(), titles).write()
    return root
