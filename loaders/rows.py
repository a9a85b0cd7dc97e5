"""Rows of fact files that hold one fact each, in CSV or in JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from ..graph.errors import Fault, Place
from ..graph.fact import Evidence, Fact
from .facts import QUALIFIERS, FactMaker

#: What a row may say, in the order of a spreadsheet's columns.
COLUMNS: Final = (
    "document", "quote", "prefix", "suffix", "context", "subject", "predicate", "object",
    *QUALIFIERS,
)  # fmt: skip
NEEDED: Final = ("document", "quote", "subject", "predicate", "object")
#: Where a quote was found to stand, by document, quote, prefix, suffix and context.
Located = dict[tuple[str, str, str, str, str], tuple[Evidence, ...] | None]


class Row:
    """One row: the file and the line that it begins in, its values by column, and its digest.

    ``columns`` gives for a column the place of its cell in the line, 1-based.
    """

    __slots__ = ("_content", "columns", "faults", "file", "line", "values")

    def __init__(
        self,
        file: str,
        line: int,
        values: dict[str, str],
        columns: dict[str, int],
        content: str,
        faults: list[Fault],
    ) -> None:
        self.file, self.line, self.values, self.columns = file, line, values, columns
        self._content, self.faults = content, faults

    @property
    def digest(self) -> bytes:
        """16 bytes made from what the row says, wherever in the file it stands."""
        return sha256(self._content.encode("utf-8", "surrogatepass")).digest()[:16]

    def fault(self, message: str, remedy: str) -> None:
        """Report a fault of the row as a whole."""
        self.faults.append(Fault(Place(self.file, self.line), message, remedy))

    def fact(self, maker: FactMaker, located: Located) -> tuple[Fact, Cell] | None:
        """The fact that the row states, with its subject's cell; None with faults.

        ``located`` keeps what was found: rows that share a quote stand next to each other.
        """
        values = self.values
        if missing := [column for column in NEEDED if column not in values]:
            self.fault(f"the row lacks {', '.join(missing)}", "fill the cell")
            return None
        cells = {column: Cell(self, column) for column in values}
        prefix, suffix = values.get("prefix", ""), values.get("suffix", "")
        key = (values["document"], values["quote"], prefix, suffix, values.get("context", ""))
        if key not in located:
            document = maker.document(cells["document"])
            context = [cells["context"]] if "context" in cells else []
            located[key] = (
                maker.quote(document, cells["quote"], prefix, suffix, context) if document else None
            )
        fact = maker.fact(cells, located[key])
        return (fact, cells["subject"]) if fact else None


class Cell:
    """One value of a row; ``place.column`` is the number of its column, or where its key stands."""

    __slots__ = ("_column", "row")

    def __init__(self, row: Row, column: str) -> None:
        self.row, self._column = row, column

    @property
    def place(self) -> Place:
        """Where the value stands."""
        return Place(self.row.file, self.row.line, self.row.columns.get(self._column, 0))

    def text(self) -> str:
        """The value as written."""
        return self.row.values[self._column]

    def fault(self, message: str, remedy: str = "", check: str = "format") -> None:
        """Report a fault at the value."""
        self.row.faults.append(Fault(self.place, message, remedy, check))


def facts_of(rows: Iterator[Row], maker: FactMaker) -> Iterator[tuple[Fact, Cell]]:
    """The facts of the rows that are sound; what is wrong with the others is reported."""
    located: Located = {}
    for row in rows:
        if found := row.fact(maker, located):
            yield found
