"""Answers as workbooks of spreadsheet programs: a sheet of rows, and one of their proofs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, Final

from ..graph.errors import OutputError, needs
from ..messages.message import say
from ..messages.untrusted_text import visible

if TYPE_CHECKING:
    from openpyxl import Workbook

    from .results import Naming, Terms
    from .rows import Rows
    from .why import RowExplanation

#: The rows that a sheet can have, and the characters that a cell can.
_ROWS: Final = 1_048_576
_CHARACTERS: Final = 32_767
#: Numbers that a spreadsheet keeps to the last digit; longer ones stay text.
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?")


class Sheets:
    """The sheets of a workbook that is being written, for readers of one language."""

    def __init__(self, book: Workbook, language: str) -> None:
        self._book, self._language = book, language

    def add(self, name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
        """Write a sheet and return the number of its rows; ``name`` is a message code.

        Raises ``OutputError`` if a sheet cannot have so many rows.
        """
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font

        sheet = self._book.create_sheet(say(name, self._language))
        sheet.sheet_view.rightToLeft = self._language == "ar"
        sheet.freeze_panes = "A2"

        def cell(text: str, *, bold: bool = False) -> Any:
            value = visible(text).replace("\r", "")[:_CHARACTERS]
            found = WriteOnlyCell(sheet, value=value)
            # A text that begins with "=" is no formula here.
            found.data_type = "s"
            if bold:
                found.font = Font(bold=True)
            elif _NUMBER.fullmatch(text):
                found.value = Decimal(text)
            return found

        sheet.append([cell(heading, bold=True) for heading in headings])
        count = 0
        for row in rows:
            count += 1
            if count >= _ROWS:
                raise OutputError("workbook-too-long", most=_ROWS - 1)
            sheet.append([cell(text) for text in row])
        return count


@contextmanager
def workbook(out: IO[bytes], language: str) -> Iterator[Sheets]:
    """A workbook that is written to ``out`` at the end."""
    with needs("excel"):
        from openpyxl import Workbook

    book = Workbook(write_only=True)
    yield Sheets(book, language)
    book.save(out)


def write_answer_book(
    rows: Rows,
    blocks: Iterable[tuple[list[Terms], list[RowExplanation]]],
    out: IO[bytes],
    naming: Naming = "labels",
) -> bool:
    """Write the rows, numbered, on one sheet, and the quotes that prove each on another.

    A row of a question says what it rests on besides asserted facts.

    ``blocks`` are the explained rows. Returns False if there are none.
    """
    from .fact_words import PROOF_COLUMNS, reservations, rows_of
    from .proven_answer import RESTS_ON

    answer, language = rows.answer, rows.shown.language
    columns, is_told = answer.columns(naming), rows.tells_bases
    number = say("sheet-row", language)
    proofs: list[list[str]] = []

    def numbered() -> Iterator[list[str]]:
        count = 0
        for block, explanations in blocks:
            cells = answer.cells(block, "csv", naming)
            for row, explanation in zip(cells, explanations, strict=True):
                count += 1
                proofs.extend([str(count), *proof] for proof in rows_of(explanation, answer.shown))
                marks = [reservations(explanation, rows.shown.labels, language)] if is_told else []
                yield [str(count), *row, *marks]

    with workbook(out, language) as book:
        count = book.add("sheet-answer", [number, *columns, *([RESTS_ON] * is_told)], numbered())
        book.add("sheet-proofs", [number, *PROOF_COLUMNS], proofs)
    return count > 0
