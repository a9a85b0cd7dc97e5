"""Fact files in CSV: one fact a row, for people who live in spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from ..graph.errors import Fault, Place
from ..graph.fact import Fact
from .facts import FactMaker
from .nodes import near, read_text
from .rows import COLUMNS, NEEDED, Cell, Row, facts_of

__all__ = ["COLUMNS", "read_facts_csv", "rows_of_csv"]


def read_facts_csv(
    path: Path, name: str, maker: FactMaker, faults: list[Fault]
) -> Iterator[tuple[Fact, Cell]]:
    """Yield the facts of one CSV file (RFC 4180, UTF-8, header row), each with its subject's cell.

    A byte order mark, which spreadsheets write, is accepted. Places count lines of the file and
    columns of the table. Empty cells are cells left out.
    """
    return facts_of(rows_of_csv(path, name, faults), maker)


def rows_of_csv(path: Path, name: str, faults: list[Fault]) -> Iterator[Row]:
    """Yield the rows of one CSV file that are as long as its header."""
    text = _read(path, name, faults)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = next(reader, [])
        if not _is_header(header, name, faults):
            return
        columns = {column: number for number, column in enumerate(header, 1)}
        prefix = repr(header)
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
            values = {column: value for column, value in zip(header, row, strict=True) if value}
            yield Row(name, place, values, columns, prefix + repr(row), faults)
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
        if len(header) == 1 and header[0].count(separator) >= len(NEEDED) - 1:
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
    if missing := [column for column in NEEDED if column not in header]:
        faults.append(
            Fault(
                Place(name, 1),
                f"the header lacks {', '.join(missing)}",
                f"the columns are {','.join(COLUMNS)}",
            )
        )
    return len(faults) == before
