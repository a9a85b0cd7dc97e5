"""Tables for spreadsheets: made of a collection, and taken into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...graph.errors import CollectionError, Fault, Place
from ..collection import Collection
from ..documents import REGISTER
from ..files.csv_table import Kind, header_of, read_table, row_numbers, write_table
from ..files.entity_table import ENTITIES, entity_row
from ..files.fact_rows import FACTS
from ..text.suggestion_file import slug_of
from .document_table import DOCUMENTS, registered
from .fact_table import fact_rows
from .insert_entry import register_with
from .transaction import Edit

KINDS: Final = {kind.name: kind for kind in (FACTS, ENTITIES, DOCUMENTS)}
#: So many headings tell what a table is of.
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
    """The edit that takes tables in, and the table behind each file, by its name in messages."""

    edit: Edit
    sources: dict[str, Path]


def intake(folder: Path, seen: str, paths: Sequence[Path], collection: Collection) -> Intake:
    """What takes tables into the collection ``folder``, each by what its headings say.

    A table of facts or entities becomes a file of the collection, named after its own; one that
    was taken in before under that name is replaced. Documents are added to the register.
    ``collection`` is the whole stack as read, ``seen`` the folder's fingerprint before that.
    Raises ``CollectionError`` with what is wrong with the tables of documents, and with files that
    are no tables.
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
                faults.append(
                    Fault(
                        Place(path.name),
                        f"another of these tables would be {name} too",
                        "rename one of the two",
                    )
                )
            files[name] = content
            sources[f"{folder.resolve().name}/{name.as_posix()}"] = path
    if faults:
        raise CollectionError(faults)
    if entries:
        files[Path("documents") / REGISTER] = register_with(folder, entries)
    return Intake(Edit(folder, files, seen), sources)


def kind_of(path: Path, faults: list[Fault]) -> Kind | None:
    """The kind of table that a file is by its headings; None with a fault if it is none."""
    unreadable: list[Fault] = []
    known = {kind.known_in(header_of(path, kind, unreadable)): kind for kind in KINDS.values()}
    faults.extend(dict.fromkeys(unreadable))
    if unreadable:
        return None
    if max(known) < _TELLING:
        faults.append(
            Fault(
                Place(path.name, 1),
                "has not the headings of facts, entities or documents",
                f"“taawun template {'|'.join(KINDS)}” makes an empty table with them",
            )
        )
        return None
    return known[max(known)]


def cell_of(place: Place, sources: Mapping[str, Path]) -> tuple[str, int, str, str]:
    """The file, row, column and heading of a place, as a spreadsheet shows them.

    Row 0 and empty names where there are none; the place as it is where the file is no table of
    ``sources``.
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
    """What spreadsheets call a column: A, B … Z, AA; empty for none."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
