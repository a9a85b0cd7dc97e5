"""Printing what a command found, in the chosen format."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeAlias

import click
import pyoxigraph as ox

from ..graph.errors import MisuseError, OutputError
from ..graph.whole_file import whole_file
from ..messages.message import foreign, say
from ..messages.untrusted_text import escaped, visible
from ..queries.labels import readable
from ..queries.prefixes import prefixes_of
from ..queries.results import Naming, Shown, as_data, to_markdown, to_separated
from ..queries.rows import Rows, Truth
from ..queries.workbook import workbook, write_answer_book
from .settings import FAULTS, Settings

if TYPE_CHECKING:
    from ..queries.answer_table import AnswerTable
    from ..queries.results import Terms
    from ..queries.why import RowExplanation
    from .terminal import Printer

    #: Rows of an answer, with an explanation for each.
    _Block: TypeAlias = tuple[list[Terms], list[RowExplanation]]


def print_line(text: str, *, err: bool = False) -> None:
    """Print a line; what would steer the terminal, in a name or path that it holds, is shown."""
    click.echo(visible(text), err=err)


#: The format of a file by its ending.
ENDINGS: Final = {
    ".csv": "csv", ".tsv": "tsv", ".json": "json", ".md": "markdown", ".xlsx": "xlsx",
}  # fmt: skip
#: Rows of one table; a longer answer is a table after the other.
_PAGE: Final = 500


@contextmanager
def writing(output: str) -> Iterator[IO[bytes]]:
    """A file to write to, there as a whole or not at all; ``-`` is standard output.

    On a terminal what is written is shown, and not obeyed. Raises ``OutputError`` where it cannot
    be written.
    """
    if output == "-" and sys.stdout.isatty():
        held = BytesIO()
        yield held
        print(visible(held.getvalue().decode("utf-8", "replace").replace("\r\n", "\n")), end="")
        return
    if output == "-":
        yield sys.stdout.buffer
        return
    with writable(output), whole_file(output) as file:
        yield file


@contextmanager
def writable(path: str | Path) -> Iterator[None]:
    """Raise ``OutputError`` where a file or folder cannot be written, or is somebody's own."""
    try:
        yield
    except FileExistsError as error:
        raise OutputError("publish-folder-used", folder=str(path)) from error
    except OSError as error:
        raise OutputError("output-not-written", file=str(path), reason=foreign(error)) from error


@contextmanager
def written_to(settings: Settings, output: str | None) -> Iterator[None]:
    """Print to a file whose ending is the format, or as usual without one.

    CSV begins with the mark that spreadsheets need to read Arabic. Raises ``MisuseError`` for an
    ending that is no format, and ``OutputError`` where the file cannot be written.
    """
    if output is None:
        yield
        return
    ending = Path(output).suffix.lower()
    if ending not in ENDINGS:
        raise MisuseError("output-ending-unknown", file=output, endings=list(ENDINGS))
    settings.format = ENDINGS[ending]
    code: int | str | None = 0
    with writing(output) as file:
        text = TextIOWrapper(file, "utf-8", "backslashreplace", newline="")
        if ending == ".csv":
            settings.writes_csv = True
            text.write("\ufeff")
        try:
            with redirect_stdout(text):
                yield
        except SystemExit as ended:
            # An answer without rows is an answer.
            code = ended.code
        text.flush()
        text.detach()
    if code:
        sys.exit(code)


def printer_for(settings: Settings) -> Printer:
    """What prints for people, in the chosen language."""
    from .terminal import Printer, console

    return Printer(console(), settings.labels, settings.language, gloss=settings.gloss)


def emit(settings: Settings, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print plain rows in the chosen format."""
    style = settings.style
    if style == "table":
        printer = printer_for(settings)
        told = [[readable(cell, settings.language) for cell in row] for row in rows]
        printer.table(headings, told)
    elif style == "json":
        items = [dict(zip(headings, row, strict=True)) for row in rows]
        click.echo(escaped(json.dumps(items, ensure_ascii=False, indent=2)))
    elif style == "markdown":
        click.echo(to_markdown(headings, rows), nl=False)
    elif style == "xlsx":
        with workbook(sys.stdout.buffer, settings.language) as book:
            book.add("sheet-answer", headings, rows)
    else:
        click.echo(to_separated(headings, rows, style), nl=False)


def print_rows(
    settings: Settings,
    rows: Rows,
    why: bool,
    everything: bool,
    nothing: str = "",
    naming: Naming | None = None,
) -> None:
    """Print an answer, and under each row why it holds; exit 1 if there is none.

    Rows are printed while they are read, and not kept. A stored question is told with the values
    that it was asked with: above a table and in JSON. CSV and TSV have no place for that; where a
    default was used, standard error has it.
    ``nothing`` is the code of what is said of an answer without rows to a question that was only
    guessed. Things are named by their labels, unless ``naming`` says otherwise.
    """
    naming = naming or "labels"
    if settings.style in ("csv", "tsv") and rows.answer.asked and rows.answer.asked.has_default:
        print_line(rows.title, err=True)
    if settings.style == "table":
        has_rows = _print_for_people(settings, rows, why, everything, nothing, naming)
    elif settings.style == "xlsx":
        blocks = _warned(settings, rows.proven())
        has_rows = write_answer_book(rows, blocks, sys.stdout.buffer, naming)
    elif why:
        blocks = _warned(settings, rows.proven())
        from ..queries.proven_answer import write_proven

        has_rows = write_proven(rows, blocks, settings.style, sys.stdout, naming)
    else:
        from ..queries.proven_answer import write_without_proofs

        has_rows = write_without_proofs(
            rows, settings.style, sys.stdout, naming, for_spreadsheet=settings.writes_csv
        )
    if not has_rows:
        if nothing and settings.style != "table":
            print_line(say(nothing, settings.language), err=True)
        sys.exit(FAULTS)


def _warned(settings: Settings, blocks: Iterable[_Block]) -> Iterator[_Block]:
    """The blocks as they are; at their end, a warning of rows without a proof."""
    unproved = 0
    for block, explanations in blocks:
        unproved += _unproved(explanations)
        yield block, explanations
    _warn_of(unproved, settings)


def _unproved(explanations: Sequence[RowExplanation]) -> int:
    return sum(item.unexplained is not None for item in explanations)


def _warn_of(unproved: int, settings: Settings) -> None:
    if unproved:
        print_line(say("answer-rows-unexplained", settings.language, count=unproved), err=True)


def _print_for_people(
    settings: Settings, rows: Rows, why: bool, everything: bool, nothing: str, naming: Naming
) -> bool:
    printer = printer_for(settings)
    if rows.title:
        printer.line(rows.title, "bold")
    count = unproved = 0
    # To explain much of a long answer again takes long: its first rows alone are marked.
    for block in rows.blocks_to_explain() if why else rows.answer.blocks(_PAGE, _PAGE):
        table = rows.as_table(block, why=why, marked=not count)
        if naming != "labels":
            from ..queries.answer_table import Named

            texts = rows.answer.cells(block, "csv", naming)
            cells = [[Named(None, text) for text in row] for row in texts]
            table = table._replace(headings=rows.answer.columns(naming), rows=cells)
        _print_table(printer, table, is_first=not count, everything=everything)
        unproved += _unproved(table.proofs)
        count += len(block)
    if not count and not why:
        printer.table(rows.headings, ())
    language = settings.language
    if count > _PAGE and not why:
        printer.line(say("answer-rests-first", language, count=_PAGE), "dim")
    none = say(nothing or rows.answer.none, language)
    told = say("answer-rows", language, count=count) if count else none
    printer.line(told, "dim")
    _warn_of(unproved, settings)
    return count > 0


def _print_table(printer: Printer, table: AnswerTable, *, is_first: bool, everything: bool) -> None:
    """Rows with their proofs under them, or as a table that says what they rest on."""
    cells = [[cell.text for cell in row] for row in table.rows]
    for row, proof in zip(cells, table.proofs, strict=False):
        printer.row(table.headings, row)
        printer.explanation(proof, everything=everything)
    if table.proofs:
        return
    marks = table.reservations if table.has_reservations else None
    if marks:
        heading = say("answer-rests-on", printer.language)
        marked = [[*row, mark] for row, mark in zip(cells, marks, strict=True)]
        printer.table([*table.headings, heading], marked)
        printer.line(say("answer-rests-legend", printer.language), "dim")
    else:
        printer.table(table.headings, cells)
        if table.reservations is None and is_first:
            printer.line(say("answer-rests-unknown", printer.language), "dim")


def print_truth(settings: Settings, truth: Truth, why: bool, everything: bool) -> None:
    """Print yes or no; exit 1 for no, as for an answer without rows."""
    if settings.style == "json":
        click.echo(truth.to_json(why=why))
    elif settings.style == "xlsx":
        emit(settings, ["answer"], [[str(truth)]])
    elif settings.format in ("csv", "tsv"):
        click.echo(str(truth))
    else:
        click.echo(say("answer-yes" if truth else "answer-no", settings.language))
        if why and truth:
            printer = printer_for(settings)
            for explanation in truth.why():
                printer.explanation(explanation, everything=everything)
    if not truth:
        sys.exit(FAULTS)


def print_triples(settings: Settings, triples: Sequence[ox.Triple], why: bool) -> None:
    """Print triples as N-Triples, or with ``--why`` as facts under their quotes.

    JSON is JSON-LD; other formats have a row for each triple.
    """
    from ..graph.fact_reader import facts_of

    if why:
        facts = facts_of(settings.graph.store, triples)
        views = [view for triple in triples for view in facts.get(triple, ())]
        if settings.style == "json":
            from ..queries.proof_json import facts_json

            click.echo(facts_json(views))
        else:
            printer_for(settings).facts(views)
    elif settings.format == "json":
        data = ox.serialize(
            triples, format=ox.RdfFormat.JSON_LD, prefixes=prefixes_of(settings.graph.store)
        )
        click.echo(escaped((data or b"").decode()))
    elif settings.format in (None, "table"):
        for triple in triples:
            click.echo(escaped(f"{triple} ."))
    else:
        style = settings.style
        shown = Shown(settings.graph.store, settings.language)
        rows = (
            shown.cells([tuple(triple) for triple in triples])
            if style == "markdown"
            else [[as_data(term, style) for term in triple] for triple in triples]
        )
        names = ["subject", "predicate", "object"]
        emit(settings, [*map(shown.column, names)] if style == "markdown" else names, rows)
    if not triples:
        sys.exit(FAULTS)
