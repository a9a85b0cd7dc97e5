"""YAML files of named entries, the entity files and the register of documents, with one put in."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias

import yaml

from ...graph.errors import OutputError
from ..documents import REGISTER, SLUG_REMEDY, is_slug
from ..files.yaml_text import LOADER, data_of, flow_mapping, reads_as, scalar, with_entry
from .json_schemas import modeline
from .transaction import Edit

#: Values by key: texts, and lists of texts.
Fields: TypeAlias = Mapping[str, str | list[str]]
#: The keys of an entity, in the order of normal form.
_ENTITY_ORDER: Final = (
    "ar", "en", "types", "also", "iso3", "m49", "broader", "exactMatch", "closeMatch", "note",
    "noteAr",
)  # fmt: skip


def entity_edit(folder: Path, seen: str, reference: str, fields: Fields) -> Edit:
    """The edit that registers an entity: one line in the file of its class, sorted.

    ``seen`` is the fingerprint of the collection. Raises ``OutputError`` where the reference is
    registered already, or the file is written in a way that nothing can be put in safely.
    """
    path = Path("entities") / f"{reference.partition('/')[0]}.yaml"
    said = {key: fields[key] for key in _ENTITY_ORDER if fields.get(key)}
    old = _read(folder, path, "entities.json")
    lines = [f"{reference}: {flow_mapping(said)}"]
    new = _with_entries(old, {reference: said}, lines, path, is_sorted=True)
    return Edit(folder, {path: new.encode()}, seen)


def document_edit(
    folder: Path, seen: str, slug: str, content: bytes, fields: Mapping[str, str]
) -> Edit:
    """The edit that takes a text in as a document: its file, and its entry in the register.

    ``fields`` has ``ar`` and ``en`` and what else the register may say. Raises ``OutputError``
    where the slug is none, or there is such a document or such a file already.
    """
    if not is_slug(slug):
        raise OutputError(f"“{slug}” is no name for a document; nothing was written: {SLUG_REMEDY}")
    text = Path("documents") / f"{slug}.txt"
    if (folder / text).exists():
        raise OutputError(
            f"{folder / text} is there already; nothing was written: choose another --slug"
        )
    path = Path("documents") / REGISTER
    said = {slug: registration(slug, content, fields)}
    return Edit(folder, {text: content, path: register_with(folder, said)}, seen)


def register_with(folder: Path, entries: Mapping[str, Mapping[str, str]]) -> bytes:
    """The register of a collection's documents with entries, by slug, after its own.

    Raises ``OutputError`` where one is registered already, or nothing can be put in safely.
    """
    path = Path("documents") / REGISTER
    lines = [line for slug, fields in entries.items() for line in entry_lines(slug, fields)]
    return _with_entries(_read(folder, path, "documents.json"), entries, lines, path).encode()


def registration(slug: str, content: bytes, fields: Mapping[str, str]) -> dict[str, str]:
    """What the register says of a text with this content."""
    return {"file": f"{slug}.txt", "sha256": sha256(content).hexdigest(), **fields}


def entry_lines(slug: str, fields: Mapping[str, str]) -> list[str]:
    """The lines of an entry of the register of documents."""
    return [f"{slug}:", *(f"  {key}: {scalar(value)}" for key, value in fields.items())]


def _read(folder: Path, path: Path, schema: str) -> str:
    file = folder / path
    return file.read_bytes().decode() if file.exists() else modeline(folder, schema)


def _with_entries(
    old: str,
    entries: Mapping[str, Fields],
    lines: list[str],
    path: Path,
    *,
    is_sorted: bool = False,
) -> str:
    """The text with the lines of entries at its end, or where the order has the first."""
    root = yaml.compose(old, Loader=LOADER)
    data = data_of(root) or {}
    if taken := sorted(data.keys() & entries.keys()):
        raise OutputError(f"{taken[0]} is registered already in {path}; nothing was written")
    names = list(data)
    first = next(iter(entries))
    at = next((n for n, name in enumerate(names) if is_sorted and name > first), len(names))
    new = with_entry(old, root if names else None, lines, at)
    if not reads_as(new, {**data, **entries}):
        wanted = "\n".join(f"      {line}" for line in lines)
        raise OutputError(
            f"{path} is written in a way that nothing can be put in safely; nothing was written: "
            f"add this by hand\n{wanted}"
        )
    return new
