"""The documents of a collection, from their register ``documents/documents.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from ..graph.document import Document, Span
from ..messages.fault import Fault
from .checks.edtf import edtf_fault
from .checks.quotes import QuoteFault, locate
from .files.yaml_nodes import Fields, Node, files, near, read_text, read_yaml, strays

REGISTER: Final = "documents.yaml"
DOCUMENT_KEYS: Final = frozenset(
    {
        "file", "sha256", "ar", "en", "publisher", "creator", "issued", "note",
        "furniture", "silent",
    }
)  # fmt: skip
#: What an entry of the register must have.
DOCUMENT_NEEDED: Final = ("file", "sha256", "ar", "en")
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SLUG_REMEDY: Final = (
    "write small Latin letters, digits and hyphens: egypt-iraq-talks (“status” is taken)"
)
SPAN_KEYS: Final = frozenset({"text", "prefix", "suffix", "every", "reason"})


def is_slug(name: str) -> bool:
    """Whether a document may be called so; its facts stand in a file of that name."""
    return SLUG.fullmatch(name) is not None and name != "status"


def read_documents(
    folder: Path, name: str, faults: list[Fault], refused: set[str]
) -> Iterator[Document]:
    """Yield the registered documents of ``folder``; every other file there is a fault.

    ``name`` is how messages call the folder. A document whose bytes are not those of the
    register is a fault, as is one that is not UTF-8. ``refused`` gains the slugs that have
    faults, or the register's name where it cannot be read at all.
    """
    if not folder.is_dir():
        return
    faults.extend(strays(folder, name, ".txt", Path(REGISTER).suffix))
    register = read_yaml(folder / REGISTER, f"{name}/{REGISTER}", faults)
    if register is None:
        refused.add(REGISTER)
        return
    registered: set[str] = set()
    for slug, node in register.fields().items():
        document = _document(folder, name, slug, node, registered, faults)
        if document:
            yield document
        else:
            refused.add(slug)
    for path in files(folder, ".txt", Path(REGISTER).suffix):
        if path.name not in registered and path.name != REGISTER:
            register.fault(
                f"{path.name} stands in the folder and not in the register",
                f"register it: file, sha256 (sha256sum {path.name} tells it), ar, en",
                "documents",
            )


def _document(
    folder: Path, name: str, slug: str, node: Node, registered: set[str], faults: list[Fault]
) -> Document | None:
    fields = node.fields(DOCUMENT_KEYS)
    file = fields["file"].text() if "file" in fields else ""
    twice = file in registered
    registered.add(file)
    if not is_slug(slug):
        node.fault(f"“{slug}” is no name for a document", SLUG_REMEDY)
        return None
    if missing := [
        key for key in DOCUMENT_NEEDED if key not in fields or not fields[key].text().strip()
    ]:
        node.fault(f"document {slug} lacks {', '.join(missing)}", "add it")
        return None
    if twice:
        fields["file"].fault(f"{file} is registered twice", "keep one of the two", "documents")
        return None
    return _read_document(folder, name, slug, fields, faults)


def _read_document(
    folder: Path, name: str, slug: str, fields: Fields, faults: list[Fault]
) -> Document | None:
    file = fields["file"].text()
    path = folder / file
    if path.name != file or path.suffix != ".txt" or not path.is_file():
        fields["file"].fault(
            f"there is no document file {file}",
            near(file, {path.name for path in files(folder, ".txt")})
            or "check the name; documents are .txt files",
            "documents",
        )
        return None
    try:
        digest = sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        fields["file"].fault(f"{file} cannot be read: {error.strerror}", "", "documents")
        return None
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
        fields = item.fields(SPAN_KEYS)
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
