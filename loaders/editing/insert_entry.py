"""Insert an entry into a YAML file: a fact, an entity or a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from ...graph.errors import OutputError
from ..documents import REGISTER, is_slug
from ..facts import QUALIFIERS
from ..files.yaml_text import (
    LOADER,
    data_of,
    field_of,
    flow_list,
    flow_mapping,
    in_list,
    reads_as,
    scalar,
    with_entry,
    with_item,
    with_lines,
)
from ..record_status import TRIPLE
from .json_schemas import modeline
from .transaction import Edit

#: Values by key: texts, and lists of texts.
Fields: TypeAlias = Mapping[str, str | list[str]]
#: The keys of an entity, in the order of normal form.
_ENTITY_ORDER: Final = (
    "ar", "en", "types", "also", "iso3", "m49", "broader", "exactMatch", "closeMatch", "note",
    "noteAr",
)  # fmt: skip


def entity_files(folder: Path, entities: Iterable[tuple[str, Fields]]) -> dict[Path, bytes]:
    """The files that register the entities: one line each in the file of its class, sorted.

    Raises ``OutputError`` if a reference is registered already, or a file cannot be edited safely.
    """
    texts: dict[Path, str] = {}
    for reference, fields in entities:
        path = Path("entities") / f"{reference.partition('/')[0]}.yaml"
        said = {key: fields[key] for key in _ENTITY_ORDER if fields.get(key)}
        old = texts[path] if path in texts else _read(folder, path, "entities.json")
        lines = [f"{reference}: {flow_mapping(said)}"]
        texts[path] = _with_entries(old, {reference: said}, lines, path, is_sorted=True)
    return {path: text.encode() for path, text in texts.items()}


def document_edit(
    folder: Path, seen: str, slug: str, content: bytes, fields: Mapping[str, str]
) -> Edit:
    """The edit that adds a text as a document: its file, and its entry in the register.

    ``fields`` has ``ar``, ``en`` and other keys of the register. Raises ``OutputError`` if the
    slug is not valid, or the document or the file exists already.
    """
    if not is_slug(slug):
        raise OutputError("bad-document-name", name=slug)
    text = Path("documents") / f"{slug}.txt"
    if (folder / text).exists():
        raise OutputError("file-exists", file=str(folder / text))
    path = Path("documents") / REGISTER
    said = {slug: registration(slug, content, fields)}
    return Edit(folder, {text: content, path: register_with(folder, said)}, seen)


def register_with(folder: Path, entries: Mapping[str, Mapping[str, str]]) -> bytes:
    """The register of documents with ``entries``, by slug, appended.

    Raises ``OutputError`` if one is registered already, or the file cannot be edited safely.
    """
    path = Path("documents") / REGISTER
    lines = [line for slug, fields in entries.items() for line in entry_lines(slug, fields)]
    return _with_entries(_read(folder, path, "documents.json"), entries, lines, path).encode()


def registration(slug: str, content: bytes, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields of a text in the register."""
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
    """The text with the lines of entries at its end, or at the sorted place of the first."""
    root = yaml.compose(old, Loader=LOADER)
    data = data_of(root) or {}
    if taken := sorted(data.keys() & entries.keys()):
        raise OutputError("entry-exists", name=taken[0], file=str(path))
    names = list(data)
    first = next(iter(entries))
    at = next((n for n, name in enumerate(names) if is_sorted and name > first), len(names))
    new = with_entry(old, root if names else None, lines, at)
    if not reads_as(new, {**data, **entries}):
        wanted = "\n".join(f"      {line}" for line in lines)
        raise OutputError("entry-not-insertable", file=str(path), lines=wanted)
    return new


#: The keys that define the quote of an entry.
QUOTE: Final = ("quote", "gloss", "prefix", "suffix", "context")
#: The place of each part of a quote in its document.
Places: TypeAlias = tuple[tuple[int, int], ...]
#: Locates the quote of an entry; None if it is not in the document.
Locate: TypeAlias = Callable[[Mapping[str, str]], Places | None]


def with_facts(
    text: str,
    document: str,
    quote: Mapping[str, str],
    facts: Sequence[Mapping[str, str]],
    locate: Locate,
) -> str:
    """The text of a file on ``document`` with the facts under their quote.

    ``quote`` has keys of ``QUOTE``; each fact has the triple and qualifiers. If an entry quotes the
    same place with the same context, and the gloss if one is given, the facts are appended to it;
    otherwise a new entry is inserted in the order of the document. Comments, blank lines and line
    ends are kept. Raises ``OutputError`` if the file cannot be edited safely.
    """
    facts = [_in_order(fact) for fact in facts]
    quote = {key: quote[key] for key in QUOTE if quote.get(key)}
    entry = _entry(quote, facts)
    root = yaml.compose(text, Loader=LOADER)
    if root is None:
        return with_lines(text, ["document: " + scalar(document), "evidence:", *in_list(entry, 2)])
    entries = field_of(root, "evidence")
    if entries is None or not isinstance(entries[1], yaml.SequenceNode):
        raise _unfit(entry)
    wanted = locate(quote)
    written = [data_of(node) for node in entries[1].value]
    places = [locate(old) for old in written]
    expected: Any = data_of(root)
    for number, old in enumerate(written):
        shared = old.keys() - {*QUOTE, "facts"}
        explicit = [
            _in_order({"modality": "asserted", **fact}) if "modality" in shared else fact
            for fact in facts
        ]
        is_same = places[number] == wanted and old.get("context") == quote.get("context")
        is_same &= quote.get("gloss") in (None, old.get("gloss"))
        if wanted is not None and is_same and all(shared <= fact.keys() for fact in explicit):
            stated = old["facts"] if isinstance(old["facts"], list) else []
            new = text
            for at, fact in enumerate(explicit, len(stated)):
                again = yaml.compose(new, Loader=LOADER)
                assert again is not None
                below = field_of(again, "evidence")
                assert below is not None
                pair = field_of(below[1].value[number], "facts")
                assert pair is not None
                new = with_item(new, pair, [_flow(fact)], at)
            expected["evidence"][number]["facts"] = [*stated, *map(_said, explicit)]
            break
    else:
        at = len(places)
        if wanted is not None:
            at = next((n for n, p in enumerate(places) if p is not None and p > wanted), at)
        new = with_item(text, entries, entry, at)
        expected["evidence"].insert(at, {**quote, "facts": [*map(_said, facts)]})
    if not reads_as(new, expected):
        raise _unfit(entry)
    return new


def _in_order(fact: Mapping[str, str]) -> dict[str, str]:
    return {key: fact[key] for key in (*TRIPLE, *QUALIFIERS) if fact.get(key)}


def _unfit(entry: Sequence[str]) -> OutputError:
    return OutputError("fact-not-insertable", lines="\n".join(in_list(entry, 6)))


def _said(fact: Mapping[str, str]) -> list[str] | dict[str, str]:
    """A fact in YAML: a list of three, or a mapping if it has qualifiers."""
    return dict(fact) if len(fact) > len(TRIPLE) else list(fact.values())


def _flow(fact: Mapping[str, str]) -> str:
    said = _said(fact)
    if isinstance(said, list):
        return flow_list(said)
    return flow_mapping(said)


def _entry(
    quote: Mapping[str, str | Sequence[str]], facts: Sequence[Mapping[str, str]]
) -> list[str]:
    """The lines of an entry, with one line per sentence of context."""
    lines = []
    for key, value in quote.items():
        if isinstance(value, str):
            lines.append(f"{key}: {scalar(value)}")
        else:
            lines += [f"{key}:", *(f"  - {scalar(item)}" for item in value)]
    return [*lines, "facts:", *(f"  - {_flow(fact)}" for fact in facts)]
