"""Read and write CSV tables of spreadsheets, with headings in English or Arabic.

Accepted are a byte order mark, semicolons or tabs as separators, LF and CRLF, empty rows and
columns, blanks around a cell, and the apostrophe that keeps a spreadsheet from running a cell as a
formula. Windows-1256 and UTF-16 are refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TextIO

from ...graph.arabic import fold, western
from ...messages.fault import Fault, Place, near
from ...messages.message import Message, foreign
from .value import Site, Value
from .yaml_nodes import not_text, read_text

_SEPARATORS: Final = (",", ";", "\t")
#: Invisible characters that spreadsheets leave around a cell.
_BLANKS: Final = " \t\r\n\u00a0\u200e\u200f\u202a\u202b\u202c\ufeff"
#: A cell that a spreadsheet would run as a formula, with any apostrophes before it.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of table: its headings in English with the Arabic ones, in order.

    ``needed`` columns are always filled. ``words`` are taken from a text or written by a person,
    to the letter; blanks around the cells of all other columns are dropped. ``figures`` may hold a
    number or a date, in digits of either alphabet.
    """

    name: str
    headings: Mapping[str, str]
    needed: tuple[str, ...]
    words: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()

    def column(self, heading: str) -> str:
        """The column of a heading in either language; the heading itself if there is none."""
        plain = heading.strip(_BLANKS)
        if plain in self.headings:
            return plain
        folded = fold(plain)
        return next((c for c, arabic in self.headings.items() if fold(arabic) == folded), plain)

    def value(self, column: str, cell: str, plain: str) -> str:
        """What a cell of the column says; ``plain`` is the cell without blanks around it."""
        if column in self.words:
            return cell
        if column not in self.figures:
            return plain
        # Spreadsheets write TRUE.
        if plain in ("TRUE", "FALSE"):
            return plain.lower()
        figure = plain if plain.isascii() else western(plain)
        return figure if figure.isascii() else plain

    def known_in(self, header: Sequence[str]) -> int:
        """How many of the headings are columns of this kind of table."""
        return sum(self.column(heading) in self.headings for heading in header)


class Row(Site):
    """One row: the file and the line that it begins in, and its values by column.

    ``columns`` gives for a column the place of its cell in the line, 1-based.
    """

    __slots__ = ("columns", "faults", "file", "line", "values")

    def __init__(
        self,
        file: str,
        line: int,
        values: dict[str, str],
        columns: Mapping[str, int],
        faults: list[Fault],
    ) -> None:
        self.file, self.line, self.values, self.columns = file, line, values, columns
        self.faults = faults

    @property
    def place(self) -> Place:
        """The line that the row begins in."""
        return Place(self.file, self.line)

    def cells(self, needed: Iterable[str]) -> dict[str, Cell]:
        """The filled cells by column; empty, with a fault, if a needed one is not."""
        if missing := [column for column in needed if column not in self.values]:
            self.fault("row-lacks", names=missing)
            return {}
        return {column: Cell(self, column) for column in self.values}


class Cell(Value):
    """One value of a row; ``place.column`` is the number of its column, or where its key begins."""

    __slots__ = ("_column", "faults", "row")

    def __init__(self, row: Row, column: str) -> None:
        self.row, self._column, self.faults = row, column, row.faults

    @property
    def place(self) -> Place:
        """Where the value stands."""
        return Place(self.row.file, self.row.line, self.row.columns.get(self._column, 0))

    def text(self) -> str:
        """The value as written."""
        return self.row.values[self._column]


def read_table(path: Path, name: str, kind: Kind, faults: list[Fault]) -> Iterator[Row]:
    """Yield the filled rows of one CSV file (RFC 4180, UTF-8) that are as long as its header.

    Places count lines of the file and columns of the table. Empty cells are cells left out.
    """
    records = _records(path, name, kind, faults)
    _, headings = next(records, (1, None))
    if headings is None:
        return
    header = [kind.column(heading) for heading in headings]
    while header and not header[-1]:
        header.pop()
    if not _is_header(header, name, kind, faults):
        return
    columns = {column: number for number, column in enumerate(header, 1)}
    for line, record in records:
        cells = [_unguarded(cell) for cell in record]
        plain = [cell.strip(_BLANKS) for cell in cells]
        if not any(plain):
            continue
        if len(cells) < len(header) or any(cells[len(header) :]):
            wrong = Fault.at(Place(name, line), "row-length", cells=len(cells), columns=len(header))
            faults.append(wrong)
            continue
        values = {
            column: kind.value(column, cell, stripped)
            for column, cell, stripped in zip(header, cells, plain, strict=False)
            if stripped
        }
        yield Row(name, line, values, columns, faults)


def header_of(path: Path, kind: Kind, faults: list[Fault]) -> list[str]:
    """The headings of a CSV file, empty with a fault if it cannot be read."""
    return next(_records(path, path.name, kind, faults), (1, []))[1]


def row_numbers(path: Path, kind: Kind) -> dict[int, int]:
    """The number that a spreadsheet gives each row, by the line that the row begins in."""
    records = _records(path, path.name, kind, [])
    return {line: number for number, (line, _) in enumerate(records, 1)}


def _records(
    path: Path, name: str, kind: Kind, faults: list[Fault]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a CSV file, the header first, each with the line that it begins in."""
    if not_text(path, name):
        _unreadable(path, name, faults)
        return
    line = 1
    try:
        with _opened(path) as file:
            reader = csv.reader(file, strict=True, delimiter=_separator(path, kind))
            # An empty file has a header without columns.
            yield line, next(reader, [])
            line = reader.line_num + 1
            for record in reader:
                yield line, record
                line = reader.line_num + 1
    except (OSError, UnicodeDecodeError):
        _unreadable(path, name, faults)
    except csv.Error as error:
        faults.append(Fault.at(Place(name, line), "not-csv", reason=foreign(error)))


def write_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The table as spreadsheets open it: with a byte order mark, commas and CRLF.

    :func:`read_table` gives the same cells back.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_guarded(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _guarded(cell: str) -> str:
    """The cell, written so that no spreadsheet runs it as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _opened(path: Path) -> TextIO:
    """The text of a file, whose line breaks inside quoted cells stay as they are."""
    return path.open(encoding="utf-8-sig", newline="")


def _separator(path: Path, kind: Kind) -> str:
    """The separator that makes the first line have the most known headings."""

    def known(separator: str) -> int:
        with _opened(path) as file:
            return kind.known_in(next(csv.reader(file, delimiter=separator), []))

    try:
        return max(_SEPARATORS, key=known)
    except csv.Error:
        return _SEPARATORS[0]


def _unreadable(path: Path, name: str, faults: list[Fault]) -> None:
    """Report why a file cannot be read as text."""
    found: list[Fault] = []
    read_text(path, name, found)
    for fault in found:
        is_encoding = fault.code in ("not-utf8", "is-utf-16")
        faults.append(replace(fault, remedy=Message("save-as-csv-utf8")) if is_encoding else fault)


def _is_header(header: Sequence[str], name: str, kind: Kind, faults: list[Fault]) -> bool:
    before = len(faults)
    known = tuple(kind.headings)
    for number, column in enumerate(header, 1):
        place = Place(name, 1, number)
        if column not in kind.headings:
            remedy = near(column, (*kind.headings, *kind.headings.values()))
            faults.append(
                Fault.at(place, "unknown-column", column=column, columns=known, remedy=remedy)
            )
        elif header.index(column) != number - 1:
            remedy = Message("keep-one")
            faults.append(Fault.at(place, "repeated-column", column=column, remedy=remedy))
    if missing := [column for column in kind.needed if column not in header]:
        faults.append(Fault.at(Place(name, 1), "header-lacks", names=missing, columns=known))
    return len(faults) == before
