"""Documents cut down to what facts quote, for copies that may not hold them whole.

Every character that no fact quotes is replaced, so all offsets stay. The register keeps the
checksum of the whole document, which facts, proofs and builds refer to: the graph is the same.
Run ``python -m taawun.loaders.editing.quotes_only FOLDER`` on a copy of a collection's folder.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from ...graph.document import LEFT_OUT, Document
from ...graph.errors import StoreError
from ...graph.fact import Passage
from ..collection import read_collection
from ..documents import REGISTER, quotes_file
from .insert_entry import entry_lines


def quoted_only(text: str, passages: Iterable[Passage]) -> str:
    """The text with everything left out but the passages.

    >>> from taawun.graph.document import Document
    >>> note = Document("note", "note.txt", "", "وقعت مصر. حضر الوزير.", "مذكرة", "A note")
    >>> quoted_only(note.text, [Passage(note, 0, 8)])
    'وقعت مصر·············'
    """
    kept: set[int] = set()
    for passage in passages:
        kept.update(range(passage.start, passage.end))
    return "".join(
        char if place in kept or char == "\n" else LEFT_OUT for place, char in enumerate(text)
    )


def cut_down(folder: Path) -> None:
    """Replace the documents of a collection. Raises ``CollectionError`` if it has faults."""
    collection = read_collection([folder])
    passages: dict[str, list[Passage]] = defaultdict(list)
    for fact in collection.facts:
        for evidence in fact.evidence:
            passages[evidence.document] += [evidence, *evidence.context]
    lines = []
    for document in collection.documents.values():
        if not document.is_whole:
            raise StoreError("document-cut-already", file=document.file)
        content = quoted_only(document.text, passages[document.slug]).encode()
        (folder / "documents" / quotes_file(document.file)).write_bytes(content)
        (folder / "documents" / document.file).unlink()
        lines += entry_lines(document.slug, _entry(document, content))
    text = "\n".join([*lines, ""])
    (folder / "documents" / REGISTER).write_text(text, "utf-8", newline="\n")


def _entry(document: Document, content: bytes) -> dict[str, str]:
    """The entry without furniture and silent sentences, which would give the text away."""
    entry = {
        "file": document.file,
        "sha256": document.sha256,
        "quotes": sha256(content).hexdigest(),
        "ar": document.ar,
        "en": document.en,
        "publisher": document.publisher,
        "creator": document.creator,
        "issued": document.issued,
        "note": document.note,
    }
    return {key: value for key, value in entry.items() if value is not None}


if __name__ == "__main__":
    cut_down(Path(sys.argv[1]))
