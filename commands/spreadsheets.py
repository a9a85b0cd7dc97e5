"""Tables for people who live in spreadsheets: ``template`` and ``import``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from ..graph.errors import CollectionError, Fault, Place
from ..messages.telling import told
from ..messages.words import say
from .edits import carry_out, target_of
from .lines import print_line
from .output import writing
from .settings import MISUSE, Settings, common

#: ``loaders.tables.KINDS``, which stays unloaded until a command needs it.
KINDS = ("facts", "entities", "documents")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "-o", "--output", default="-", metavar="FILE", help="Where to.  [default: standard output]"
)
@common
@click.pass_obj
def template(settings: Settings, kind: str, output: str) -> None:
    """Write an empty table to fill in a spreadsheet, with headings in the chosen language.

    What the columns are: docs/spreadsheets.md.
    """
    from ..loaders.editing.table_import import template as empty_table

    with writing(output) as out:
        out.write(empty_table(kind, settings.language))


@click.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@common
@click.pass_obj
def import_(settings: Settings, files: tuple[Path, ...], dry_run: bool) -> None:
    """Take CSV tables of facts, entities and documents into the last --collection.

    Everything is checked first: every fault is named with its row and column, and then nothing is
    written. A table taken in again under the same name replaces what it was.
    """
    from ..loaders.builds.inputs import SEEDS
    from ..loaders.collection import read_collection
    from ..loaders.editing.table_import import intake
    from ..loaders.editing.transaction import seen

    folder = target_of(settings)
    before = seen(folder)
    known = read_collection([SEEDS, *settings.collections])
    sources = {path.name: path for path in files}
    try:
        found = intake(folder, before, files, known)
        sources |= found.sources
        carry_out(settings, found.edit, dry_run)
    except CollectionError as error:
        _report(settings, error.faults, sources)
        sys.exit(MISUSE)


def _report(settings: Settings, faults: Iterable[Fault], sources: Mapping[str, Path]) -> None:
    """Print faults by row and column, as a spreadsheet counts them."""
    from ..loaders.editing.table_import import cell_of

    lines = sorted((*cell_of(fault.place, sources), fault) for fault in faults)
    for path, row, column, heading, fault in lines:
        where = path
        if row:
            where += say("at row", settings.language, row)
        if heading:
            where += say("at column", settings.language, column, heading)
        there = fault._replace(place=Place(where))
        print_line(told(there, settings.language), err=True)
    print_line(say("nothing written", settings.language, len(lines)), err=True)
