"""A collection of a test's own, with a text as a document."""

from __future__ import annotations

from pathlib import Path

from taawun.loaders.editing.insert_entry import document_edit
from taawun.loaders.editing.new_collection import new_collection
from taawun.loaders.editing.transaction import seen


def dossier(folder: Path, text: str) -> Path:
    """Make the collection, with the text as the document ``news``."""
    new_collection(folder, with_example=True)
    titles = {"ar": "خبر مخترع", "en": "Invented news"}
    document_edit(folder, seen(folder), "news", text.encode(), titles).write()
    return folder
