"""Fact files in CSV: one fact a row, for people who live in spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..graph.errors import Fault, Place
from ..graph.fact import Evidence, Fact
from .facts import QUALIFIERS, FactMaker
from .nodes import near, read_text

COLUMNS: Final = (
    "document", "quote", "prefix", "suffix", "subject", "predicate", "object", *QUALIFIERS,
)  # fmt: skip
_NEEDED: Final = ("document", "quote", "subject", "predicate", "object")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a CSV file; ``place.column`` is the number of the column."""

    value: str
    place: Place
    faults: list[Fault]

    def text(self) -> str:
        """The cell's text."""
        return self.value

    def fault(self, message: str, remedy: str = "", check: str = "format") -> None:
        """Report a fault at the cell."""
        self.faults.append(Fault(self.place, message, remedy, check))


def read_facts_csv(
    path: Path, name: str, maker: FactMaker, faults: list[Fault]
) -> Iterator[tuple[Fact, Cell]]:
    """Yield the facts of one CSV file (RFC 4180, UTF-8, header row), each with its subject's cell.

    A byte order mark, which spreadsheets write, is accepted. Places count lines of the file and
    columns of the table. Empty cells are cells left out.
    """
    text = _read(path, name, faults)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    located: dict[tuple[str, str, str, str], Evidence | None] = {}
    line = 1
    try:
        header = next(reader, [])
        if not _is_header(header, name, faults):
            return
        line = reader.line_num + 1
        for row in reader:
            place, line = line, reader.line_num + 1
            if not any(row):
                continue
            if len(row) != len(header):
                faults.append(
                    Fault(
                        Place(name, place),
                        f"the row has {len(row)} cells, the header {len(header)}",
                        "put quotation marks around cells that contain a comma",
                    )
                )
                continue
            cells = {
                column: Cell(value, Place(name, place, number), faults)
                for number, (column, value) in enumerate(zip(header, row, strict=True), 1)
                if value
            }
            fact = _fact(cells, Place(name, place), maker, located, faults)
            if fact:
                yield fact, cells["subject"]
    except csv.Error as error:
        faults.append(
            Fault(
                Place(name, line),
                f"is not valid CSV: {error}",
                "check the quotation marks of the row that begins here: one inside a cell is "
                "written twice",
            )
        )


def _read(path: Path, name: str, faults: list[Fault]) -> str | None:
    try:
        # Not read_text, which would change the line breaks inside quoted cells.
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return read_text(path, name, faults)  # reports both


def _is_header(header: list[str], name: str, faults: list[Fault]) -> bool:
    before = len(faults)
    for separator, what in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and header[0].count(separator) >= len(_NEEDED) - 1:
            faults.append(
                Fault(
                    Place(name, 1),
                    f"the columns are separated by {what}",
                    "save it as CSV with commas",
                )
            )
            return False
    for number, column in enumerate(header, 1):
        if column not in COLUMNS:
            faults.append(
                Fault(
                    Place(name, 1, number), f"unknown column “{column}”", near(column, set(COLUMNS))
                )
            )
        elif header.index(column) != number - 1:
            faults.append(
                Fault(
                    Place(name, 1, number),
                    f"column “{column}” is there twice",
                    "keep one of the two",
                )
            )
    if missing := [column for column in _NEEDED if column not in header]:
        faults.append(
            Fault(
                Place(name, 1),
                f"the header lacks {', '.join(missing)}",
                f"the columns are {','.join(COLUMNS)}",
            )
        )
    return len(faults) == before


def _fact(
    cells: dict[str, Cell],
    place: Place,
    maker: FactMaker,
    located: dict[tuple[str, str, str, str], Evidence | None],
    faults: list[Fault],
) -> Fact | None:
    if missing := [column for column in _NEEDED if column not in cells]:
        faults.append(Fault(place, f"the row lacks {', '.join(missing)}", "fill the cell"))
        return None
    keys = ("document", "quote", "prefix", "suffix")
    words = [cells[key].value if key in cells else "" for key in keys]
    key = (words[0], words[1], words[2], words[3])
    if key not in located:
        document = maker.document(cells["document"])
        located[key] = (
            maker.quote(document, cells["quote"], words[2], words[3]) if document else None
        )
    quote = located[key]
    return maker.fact(cells, quote)
