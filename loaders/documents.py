"""The documents of a collection, from their register ``documents/documents.yaml``."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from ..graph.document import Document, Span
from ..graph.errors import QuoteError
from ..messages.fault import Fault, Place, near
from ..messages.message import Message, foreign
from .checks.quotes import locate
from .files.yaml_nodes import Fields, Node, files, not_text, read_text, read_yaml, strays
from .text.dates import edtf_fault

REGISTER: Final = "documents.yaml"
DOCUMENT_KEYS: Final = frozenset(
    {
        "file", "sha256", "ar", "en", "publisher", "creator", "issued", "note", "corrects",
        "furniture", "silent", "quotes",
    }
)  # fmt: skip
#: What an entry of the register must have.
DOCUMENT_NEEDED: Final = ("file", "sha256", "ar", "en")
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SPAN_KEYS: Final = frozenset({"text", "prefix", "suffix", "every", "reason"})


def quotes_file(file: str) -> str:
    """The name of the file that holds the quotes of a document alone.

    >>> quotes_file("memo.txt")
    'memo.quotes.txt'
    """
    return f"{file.removesuffix('.txt')}.quotes.txt"


def is_slug(name: str) -> bool:
    """Whether it is a valid name for a document; ``status`` is that of another file in facts/."""
    return SLUG.fullmatch(name) is not None and name != "status"


def read_documents(
    folder: Path, name: str, faults: list[Fault], refused: set[str]
) -> Iterator[Document]:
    """Yield the registered documents of ``folder``; every other file there is a fault.

    ``name`` is the folder's name in messages. A document whose checksum is not that of the
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
            register.fault("file-not-registered", file=path.name, check="documents")


def _document(
    folder: Path, name: str, slug: str, node: Node, registered: set[str], faults: list[Fault]
) -> Document | None:
    fields = node.fields(DOCUMENT_KEYS)
    file = fields["file"].text() if "file" in fields else ""
    twice = file in registered
    registered.add(quotes_file(file) if "quotes" in fields else file)
    if not is_slug(slug):
        node.fault("bad-document-name", name=slug)
        return None
    if missing := [
        key for key in DOCUMENT_NEEDED if key not in fields or not fields[key].text().strip()
    ]:
        node.fault("document-lacks", name=slug, keys=missing, remedy=Message("add-missing"))
        return None
    if twice:
        remedy = Message("keep-one")
        fields["file"].fault("registered-twice", name=file, check="documents", remedy=remedy)
        return None
    return _read_document(folder, name, slug, fields, faults)


def _read_document(
    folder: Path, name: str, slug: str, fields: Fields, faults: list[Fault]
) -> Document | None:
    file = fields["file"].text()
    checksum = "sha256"
    if "quotes" in fields:
        file, checksum = quotes_file(file), "quotes"
    path = folder / file
    if path.name != file or path.suffix != ".txt" or not path.is_file():
        remedy = near(file, {path.name for path in files(folder, ".txt")})
        fields["file"].fault("no-document-file", file=file, check="documents", remedy=remedy)
        return None
    if found := not_text(path, f"{name}/{file}"):
        faults.append(found)
        return None
    try:
        digest = sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        reason = foreign(error)
        fields["file"].fault("cannot-be-read", reason=reason, check="documents")
        return None
    if digest != fields[checksum].text():
        fields[checksum].fault("document-changed", file=file, digest=digest, check="documents")
        return None
    text = read_text(path, f"{name}/{file}", faults)
    if text is None:
        return None

    def printed(key: str) -> str | None:
        return fields[key].text() if key in fields else None

    if "issued" in fields and (wrong := edtf_fault(fields["issued"].text())):
        fields["issued"].fault(wrong.code, check="dates", remedy=None, **wrong.parts)
    return Document(
        slug=slug,
        file=fields["file"].text(),
        sha256=fields["sha256"].text(),
        text=text,
        ar=fields["ar"].text(),
        en=fields["en"].text(),
        publisher=printed("publisher"),
        creator=printed("creator"),
        issued=printed("issued"),
        note=printed("note"),
        corrects=tuple(dict.fromkeys(_slugs(fields.get("corrects")))),
        furniture=tuple(_spans(fields.get("furniture"), text)),
        silent=tuple(_spans(fields.get("silent"), text)),
        is_whole="quotes" not in fields,
    )


def _slugs(node: Node | None) -> Iterator[str]:
    """The slugs of one document or of a list."""
    if node is not None:
        yield from (item.text() for item in (node.items() if node.is_list else [node]))


def lint_corrections(
    documents: Mapping[str, Document], name: str, faults: list[Fault], refused: Container[str] = ()
) -> int:
    """Check that a document corrects registered ones, and in the end not itself.

    Returns how many were checked; ``refused`` are documents that have faults of their own.
    """
    checked = 0
    for document in documents.values():
        for other in document.corrects:
            checked += 1
            place = Place(name)
            if other not in documents and other not in refused:
                remedy = near(other, documents)
                faults.append(
                    Fault.at(place, "unknown-document", name=other, check="names", remedy=remedy)
                )
            seen, ahead = set(), [other]
            while ahead:
                slug = ahead.pop()
                if slug not in seen and slug in documents:
                    seen.add(slug)
                    ahead += documents[slug].corrects
            if document.slug in seen:
                code = "corrects-itself"
                faults.append(Fault.at(place, code, name=document.slug, check="documents"))
    return checked


def _spans(node: Node | None, text: str) -> Iterator[Span]:
    for item in node.items() if node else ():
        fields = item.fields(SPAN_KEYS)
        if "text" not in fields or "reason" not in fields:
            item.fault("span-lacks", remedy=Message("add-missing"))
            continue
        words, reason = fields["text"].text(), fields["reason"].text()
        if "every" in fields:
            start = text.find(words) if words else -1
            if start < 0:
                remedy = Message("copy-exactly")
                fields["text"].fault("quote-not-in-document", quote=words, remedy=remedy)
            while start >= 0:
                yield Span(start, start + len(words), reason)
                start = text.find(words, start + len(words))
            continue
        try:
            around = [fields[key].text() if key in fields else "" for key in ("prefix", "suffix")]
            yield Span(*locate(text, words, *around), reason)
        except QuoteError as error:
            wrong = error.message
            fields["text"].fault(wrong.code, check="documents", remedy=error.remedy, **wrong.parts)
