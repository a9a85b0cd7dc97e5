"""Answers with the proof of each row, or what it rests on, as a stream of rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import Final, TextIO

import pyoxigraph as ox

from ..messages.untrusted_text import escaped
from .answer import added_members, write_answer, write_head, write_rows, write_title
from .fact_words import PROOF_COLUMNS, basis_in_words, rows_of
from .results import Naming, Terms, bindings
from .rows import Rows
from .why import RowExplanation

#: The column of what a row rests on besides asserted facts, called so in both languages.
RESTS_ON: Final = "rests_on"
#: Maximum bytes of explanations buffered in memory; more go to a temporary file.
_IN_MEMORY: Final = 1 << 24


def write_proven(
    rows: Rows,
    blocks: Iterable[tuple[list[Terms], list[RowExplanation]]],
    style: str,
    out: TextIO,
    naming: Naming = "labels",
) -> bool:
    """Write blocks of explained rows: full explanations in JSON, otherwise one line per quote.

    A row is repeated for each quote of its proof; a row without a quote appears once.
    """
    if style == "json":
        return _write_json(rows, blocks, out)
    answer, has_rows = rows.answer, False
    write_title(answer, style, out)
    columns = answer.columns(naming)
    proof = [f"why_{name}" if name in columns else name for name in PROOF_COLUMNS]
    write_head(style, [*columns, *proof], out)
    for block, explanations in blocks:
        has_rows = True
        proofs = [rows_of(item, answer.shown) for item in explanations]
        cells = answer.cells(block, style, naming)
        write_rows(
            style,
            [[*row, *one] for row, mine in zip(cells, proofs, strict=True) for one in mine],
            out,
        )
    return has_rows


def write_without_proofs(
    rows: Rows,
    style: str,
    out: TextIO,
    naming: Naming = "labels",
    *,
    for_spreadsheet: bool = False,
) -> bool:
    """Write an answer without proofs; each row of a question says what it rests on.

    A table has the column ``rests_on``, empty where a row rests on asserted facts alone, and JSON
    the member ``restsOn``. Counts and sums have neither, nor has a table of ``iris``, which is that
    of SPARQL 1.1.
    """
    answer = rows.answer
    if not rows.tells_bases or (style != "json" and naming == "iris"):
        return write_answer(answer, style, out, naming, for_spreadsheet=for_spreadsheet)
    if style == "json":
        return _write_json_with_bases(rows, out)
    has_rows, shown = False, answer.shown
    columns = answer.columns(naming)
    write_title(answer, style, out)
    write_head(style, [*columns, f"why_{RESTS_ON}" if RESTS_ON in columns else RESTS_ON], out)
    for block in answer.blocks():
        has_rows = True
        marks = [basis_in_words(one, shown.labels, shown.language) for one in rows.bases(block)]
        cells = answer.cells(block, style, naming)
        write_rows(style, [[*row, mark] for row, mark in zip(cells, marks, strict=True)], out)
    return has_rows


def _json_text(value: object) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))


def _write_json_with_bases(rows: Rows, out: TextIO) -> bool:
    """Write JSON with ``restsOn`` after the results: for each row a list, null if not known."""
    answer, comma = rows.answer, ""
    iris, found = set[str](), list[list[str] | None]()
    out.write(f'{{"head": {{"vars": {_json_text(answer.variables)}}},\n"results": {{"bindings": [')
    for block in answer.blocks():
        found += rows.bases(block)
        for row in block:
            iris |= {term.value for term in row if isinstance(term, ox.NamedNode)}
            out.write(f"{comma}\n{_json_text(dict(bindings(answer.variables, row)))}")
            comma = ","
        out.flush()
    out.write(f'\n]}},\n"restsOn": {_json_text(found)}{added_members(answer, iris)}}}\n')
    return comma != ""


def _write_json(
    rows: Rows,
    blocks: Iterable[tuple[list[Terms], list[RowExplanation]]],
    out: TextIO,
) -> bool:
    """Write JSON as in ``docs/design.md``, section 5, and ``docs/proofs.md``.

    The explanations come last, so they are buffered in a file.
    """
    answer, proofs, text = rows.answer, rows.proofs, _json_text
    comma, iris = "", set[str]()
    with SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as waiting:
        out.write(f'{{"head": {{"vars": {text(answer.variables)}}},\n"results": {{"bindings": [')
        for block, explanations in blocks:
            for row, explanation in zip(block, explanations, strict=True):
                iris |= {term.value for term in row if isinstance(term, ox.NamedNode)}
                out.write(f"{comma}\n{text(dict(bindings(answer.variables, row)))}")
                proof = proofs.of_row(explanation, answer.variables, row)
                waiting.write(f"{comma}\n{text(proof)}")
                comma = ","
            out.flush()
        waiting.seek(0)
        out.write('\n]},\n"why": [')
        copyfileobj(waiting, out)
        out.write(f"\n]{added_members(answer, iris)}}}\n")
    return comma != ""
