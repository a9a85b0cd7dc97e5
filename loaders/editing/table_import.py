"""Export a collection as tables for spreadsheets, and import such tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ...graph.document import AROUND, Document
from ...graph.errors import CollectionError, QuoteError
from ...graph.fact import OMISSION, Evidence, Fact
from ...messages.fault import Fault, Place
from ...messages.message import Message
from ...ontology.namespaces import FACT, ID
from ...ontology.schema import local_name
from ..checks.quotes import spans
from ..collection import Collection
from ..documents import REGISTER, is_slug
from ..files.csv_table import Cell, Kind, Row, header_of, read_table, row_numbers, write_table
from ..files.entity_table import ENTITIES, entity_row
from ..files.fact_files import FACTS
from ..files.yaml_nodes import read_text
from ..text.dates import edtf_fault
from .insert_entry import register_with, registration
from .suggestion_file import slug_of
from .transaction import Edit

#: How many known headings identify the kind of a table.
_TELLING: Final = 2


def template(kind: str, language: str) -> bytes:
    """An empty table of a kind, with its headings in the language."""
    headings = KINDS[kind].headings
    return write_table([*(headings.values() if language == "ar" else headings)], ())


def table(kind: str, collection: Collection) -> bytes:
    """The facts or the entities of a collection as a table that reads back the same."""
    if kind == FACTS.name:
        rows = fact_rows(collection.facts, collection.documents)
        return write_table([*FACTS.headings], rows)
    return write_table([*ENTITIES.headings], map(entity_row, collection.entities.values()))


@dataclass(frozen=True, slots=True)
class Intake:
    """The edit that imports tables, and the table of each new file, by its name in messages."""

    edit: Edit
    sources: dict[str, Path]


def intake(folder: Path, seen: str, paths: Sequence[Path], collection: Collection) -> Intake:
    """Import tables into the collection ``folder``; the headings say what each contains.

    A table of facts or entities becomes a file of the collection with the name of the table, and
    replaces an earlier import of that name. Documents are added to the register. ``collection`` is
    the whole stack as read, ``seen`` the folder's fingerprint before that. Raises
    ``CollectionError`` with the faults of tables of documents, and for files that are not tables.
    """
    faults: list[Fault] = []
    files: dict[Path, bytes] = {}
    entries: dict[str, dict[str, str]] = {}
    sources: dict[str, Path] = {}
    for path in paths:
        kind = kind_of(path, faults)
        if kind is DOCUMENTS:
            known = frozenset({*collection.documents, *entries})
            rows = list(read_table(path, path.name, kind, faults))
            more, texts = registered(rows, path.parent, folder, known)
            entries |= more
            files |= texts
        elif kind:
            content = path.read_bytes()
            name = Path(kind.name) / f"{slug_of(path.stem, content)}.csv"
            if name in files:
                remedy = Message("rename-one")
                place, file = Place(path.name), str(name)
                faults.append(Fault.at(place, "tables-of-one-name", file=file, remedy=remedy))
            files[name] = content
            sources[f"{folder.resolve().name}/{name.as_posix()}"] = path
    if faults:
        raise CollectionError(faults)
    if entries:
        files[Path("documents") / REGISTER] = register_with(folder, entries)
    return Intake(Edit(folder, files, seen), sources)


def kind_of(path: Path, faults: list[Fault]) -> Kind | None:
    """The kind of a table by its headings; None with a fault if it is unknown."""
    unreadable: list[Fault] = []
    known = {kind.known_in(header_of(path, kind, unreadable)): kind for kind in KINDS.values()}
    faults.extend(dict.fromkeys(unreadable))
    if unreadable:
        return None
    if max(known) < _TELLING:
        kinds = "|".join(KINDS)
        faults.append(Fault.at(Place(path.name, 1), "unknown-table", kinds=kinds))
        return None
    return known[max(known)]


def cell_of(place: Place, sources: Mapping[str, Path]) -> tuple[str, int, str, str]:
    """The file, row, column and heading of a place, as a spreadsheet shows them.

    Row 0 and empty names if there are none; the place itself if the file is not in ``sources``.
    """
    path = sources.get(place.file)
    if path is None or not place.line:
        return str(place), 0, "", ""
    kind = kind_of(path, []) or FACTS
    row = row_numbers(path, kind).get(place.line, place.line)
    header = header_of(path, kind, [])
    heading = header[place.column - 1] if 0 < place.column <= len(header) else ""
    return str(path), row, _letters(place.column), heading


def _letters(column: int) -> str:
    """The letters of a column in a spreadsheet: A, B … Z, AA; empty for none."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


DOCUMENTS: Final = Kind(
    name="documents",
    headings={
        "document": "الوثيقة",
        "file": "الملف",
        "ar": "العنوان بالعربية",
        "en": "العنوان بالإنجليزية",
        "publisher": "الناشر",
        "creator": "الكاتب",
        "issued": "تاريخ النشر",
        "note": "ملاحظة بالإنجليزية",
    },
    needed=("document", "file", "ar", "en"),
    figures=frozenset({"issued"}),
)
KINDS: Final = {kind.name: kind for kind in (FACTS, ENTITIES, DOCUMENTS)}


def registered(
    rows: Iterable[Row], beside: Path, folder: Path, known: frozenset[str]
) -> tuple[dict[str, dict[str, str]], dict[Path, bytes]]:
    """The entries that the register gains, by slug, and the texts that the collection gains.

    A text is beside the table or in the collection ``folder``. ``known`` are the slugs in use.
    Faults are reported at their cells.
    """
    entries: dict[str, dict[str, str]] = {}
    texts: dict[Path, bytes] = {}
    for row in rows:
        cells = row.cells(DOCUMENTS.needed)
        if not cells:
            continue
        slug = cells["document"].text()
        content = _content(cells["file"], beside, folder / "documents", row.faults)
        if not is_slug(slug):
            cells["document"].fault("bad-document-name", name=slug)
        elif slug in known or slug in entries:
            cells["document"].fault("document-exists", name=slug)
        if "issued" in cells and (wrong := edtf_fault(cells["issued"].text())):
            cells["issued"].fault(wrong.code, check="dates", remedy=None, **wrong.parts)
        file = Path("documents") / cells["file"].text()
        if content is not None:
            texts[file] = content
            said = {key: row.values[key] for key in DOCUMENTS.headings if key in row.values}
            del said["document"]
            entries[slug] = registration(slug, content, said)
    return entries, texts


def _content(cell: Cell, beside: Path, documents: Path, faults: list[Fault]) -> bytes | None:
    name = cell.text()
    places = (beside / name, documents / name)
    path = next((place for place in places if place.is_file()), None)
    if Path(name).name != name or not name.endswith(".txt") or path is None:
        remedy = Message("text-beside-table")
        cell.fault("no-document-file", file=name, check="documents", remedy=remedy)
        return None
    return path.read_bytes() if read_text(path, name, faults) is not None else None


#: Default values, which are not written.
_DEFAULTS: Final = {"modality": "asserted", "recordStatus": "asserted"}
_OMITTED: Final = f" {OMISSION} "


def fact_rows(facts: Iterable[Fact], documents: Mapping[str, Document]) -> Iterator[list[str]]:
    """A row for each fact and quote, in the order of the headings.

    ``facts`` has one item for each place that states a fact, ``documents`` those by slug.
    """
    for fact in facts:
        said = _said(fact) | _quoted(fact.evidence, documents[fact.evidence[0].document].text)
        yield [said.get(column, "") for column in FACTS.headings]


def _said(fact: Fact) -> dict[str, str]:
    """The triple and its qualifiers as a curator writes them."""
    said = {"predicate": local_name(fact.predicate.value)}
    for name, term in (("subject", fact.subject), ("object", fact.object), *fact.qualifiers):
        text = term.value
        if isinstance(term, ox.NamedNode):
            text = text.removeprefix(FACT).removeprefix(ID)
            for kind in ("modality/", "record-status/"):
                text = text.removeprefix(kind) if name in _DEFAULTS else text
        if _DEFAULTS.get(name) != text:
            said[name] = text
    return said


def _quoted(evidence: Sequence[Evidence], text: str) -> dict[str, str]:
    """The quote, with a prefix and a suffix long enough to make its place unique."""
    quote = _OMITTED.join(part.quote for part in evidence)
    places = tuple((part.start, part.end) for part in evidence)
    context = _OMITTED.join(passage.quote for passage in evidence[0].context)
    said = {"document": evidence[0].document, "quote": quote, "context": context}
    said["gloss"] = evidence[0].gloss
    (start, _), (_, end) = places[0], places[-1]
    for width in (0, AROUND, len(text)):
        prefix, suffix = text[max(0, start - width) : start], text[end : end + width]
        try:
            if spans(text, quote, prefix, suffix) == places:
                break
        except QuoteError:
            continue
    return said | {"prefix": prefix, "suffix": suffix}
