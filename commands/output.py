"""Printing what a command found, in the chosen format."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click
import pyoxigraph as ox

from ..api import Rows, Truth
from ..graph.control_characters import escaped, visible
from ..messages.message import say
from ..queries.answer_writer import write_answer, write_proven
from ..queries.results import to_markdown, to_separated
from .settings import FAULTS, Settings

if TYPE_CHECKING:
    from .terminal import Printer


def print_line(text: str, *, err: bool = False) -> None:
    """Print a line; what would steer the terminal, in a name or path that it holds, is shown."""
    click.echo(visible(text), err=err)


#: Rows of one table; a longer answer is a table after the other.
_PAGE: Final = 500


def printer_for(settings: Settings) -> Printer:
    """What prints for people, in the chosen language."""
    from .terminal import Printer, console

    return Printer(console(), settings.labels, settings.language)


def emit(settings: Settings, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print plain rows in the chosen format."""
    style = settings.style
    if style == "table":
        printer_for(settings).table(headings, rows)
    elif style == "json":
        items = [dict(zip(headings, row, strict=True)) for row in rows]
        click.echo(escaped(json.dumps(items, ensure_ascii=False, indent=2)))
    elif style == "markdown":
        click.echo(to_markdown(headings, rows), nl=False)
    else:
        click.echo(to_separated(headings, rows, style), nl=False)


def print_rows(settings: Settings, rows: Rows, why: bool, everything: bool) -> None:
    """Print an answer, and under each row why it holds; exit 1 if there is none.

    Rows are printed while they are read, and not kept.
    """
    if settings.style == "table":
        has_rows = _print_for_people(settings, rows, why, everything)
    elif why:
        has_rows = write_proven(rows.answer, rows.proven(), settings.style, sys.stdout)
    else:
        has_rows = write_answer(rows.answer, settings.style, sys.stdout)
    if not has_rows:
        sys.exit(FAULTS)


def _print_for_people(settings: Settings, rows: Rows, why: bool, everything: bool) -> bool:
    printer = printer_for(settings)
    count = 0
    if why:
        for block, explanations in rows.proven():
            count += len(block)
            for cells, explanation in zip(rows.shown.cells(block), explanations, strict=True):
                printer.row(rows.headings, cells)
                printer.explanation(explanation, everything=everything)
    else:
        for block in rows.answer.blocks(_PAGE, _PAGE):
            count += len(block)
            printer.table(rows.headings, rows.shown.cells(block))
        if not count:
            printer.table(rows.headings, ())
    language = settings.language
    told = say("answer-rows", language, count=count) if count else say("answer-none", language)
    printer.line(told, "dim")
    return count > 0


def print_truth(settings: Settings, truth: Truth, why: bool, everything: bool) -> None:
    """Print yes or no; exit 1 for no, as for an answer without rows."""
    if settings.style == "json":
        click.echo(truth.to_json(why=why))
    else:
        click.echo(say("answer-yes" if truth else "answer-no", settings.language))
        if why and truth:
            printer = printer_for(settings)
            for explanation in truth.why():
                printer.explanation(explanation, everything=everything)
    if not truth:
        sys.exit(FAULTS)


def print_triples(settings: Settings, triples: Sequence[ox.Triple], why: bool) -> None:
    """Print triples as N-Triples, or with ``--why`` as facts under their quotes."""
    from ..queries.why import facts_of

    if why:
        facts = facts_of(settings.graph.store, triples)
        views = [view for triple in triples for view in facts.get(triple, ())]
        if settings.style == "json":
            from ..queries.proofs import facts_json

            click.echo(facts_json(views))
        else:
            printer_for(settings).facts(views)
    else:
        for triple in triples:
            click.echo(escaped(f"{triple} ."))
    if not triples:
        sys.exit(FAULTS)
