"""The documents of a collection, from their register ``documents/documents.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from ..graph.document import Document, Span
from ..graph.errors import Fault
from .dates import edtf_fault
from .nodes import Fields, Node, files, read_text, read_yaml
from .quotes import QuoteFault, locate

REGISTER: Final = "documents.yaml"
_FIELDS: Final = frozenset(
    {
        "file", "sha256", "ar", "en", "publisher", "creator", "issued", "note",
        "furniture", "silent",
    }
)  # fmt: skip
_SPAN_FIELDS: Final = frozenset({"text", "prefix", "suffix", "every", "reason"})


def read_documents(folder: Path, name: str, faults: list[Fault]) -> Iterator[Document]:
    """Yield the registered documents of ``folder``; every other file there is a fault.

    ``name`` is how messages call the folder. A document whose bytes are not those of the
    register is a fault, as is one that is not UTF-8.
    """
    if not folder.is_dir():
        return
    register = read_yaml(folder / REGISTER, f"{name}/{REGISTER}", faults)
    registered = set()
    for slug, node in (register.fields() if register else {}).items():
        fields = node.fields(_FIELDS)
        missing = [key for key in ("file", "sha256", "ar", "en") if key not in fields]
        if missing:
            node.fault(f"document {slug} lacks {', '.join(missing)}", "add it")
            continue
        registered.add(fields["file"].text())
        document = _read_document(folder, name, slug, fields, faults)
        if document:
            yield document
    for path in files(folder, ".txt"):
        if register is not None and path.name not in registered:
            register.fault(
                f"{path.name} stands in the folder and not in the register",
                f"register it: file, sha256 {sha256(path.read_bytes()).hexdigest()}, ar, en",
                "documents",
            )


def _read_document(
    folder: Path, name: str, slug: str, fields: Fields, faults: list[Fault]
) -> Document | None:
    file = fields["file"].text()
    path = folder / file
    if path.name != file or not path.is_file():
        fields["file"].fault(f"there is no document file {file}", "check the name", "documents")
        return None
    digest = sha256(path.read_bytes()).hexdigest()
    if digest != fields["sha256"].text():
        fields["sha256"].fault(
            f"{file} is not the document that was registered: its sha256 is {digest}",
            "restore the file; or, if the change is meant, register the new sha256",
            "documents",
        )
        return None
    text = read_text(path, f"{name}/{file}", faults)
    if text is None:
        return None

    def printed(key: str) -> str | None:
        return fields[key].text() if key in fields else None

    if "issued" in fields and (wrong := edtf_fault(fields["issued"].text())):
        fields["issued"].fault(*wrong)
    return Document(
        slug=slug,
        file=file,
        sha256=digest,
        text=text,
        ar=fields["ar"].text(),
        en=fields["en"].text(),
        publisher=printed("publisher"),
        creator=printed("creator"),
        issued=printed("issued"),
        note=printed("note"),
        furniture=tuple(_spans(fields.get("furniture"), text)),
        silent=tuple(_spans(fields.get("silent"), text)),
    )


def _spans(node: Node | None, text: str) -> Iterator[Span]:
    for item in node.items() if node else ():
        fields = item.fields(_SPAN_FIELDS)
        if "text" not in fields or "reason" not in fields:
            item.fault("a span needs “text” and “reason”", "add what is missing")
            continue
        words, reason = fields["text"].text(), fields["reason"].text()
        if "every" in fields:
            start = text.find(words) if words else -1
            if start < 0:
                fields["text"].fault(f"the document has no “{words}”", "copy it exactly")
            while start >= 0:
                yield Span(start, start + len(words), reason)
                start = text.find(words, start + len(words))
            continue
        try:
            around = [fields[key].text() if key in fields else "" for key in ("prefix", "suffix")]
            yield Span(*locate(text, words, *around), reason)
        except QuoteFault as error:
            fields["text"].fault(str(error), error.remedy, "documents")
