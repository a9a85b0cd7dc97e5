"""Commands that extend a collection: ``new``, ``schemas``, ``template``, ``import``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import click

from ..graph.errors import CollectionError
from ..messages.fault import Fault, Place
from ..messages.message import say
from .edits import carry_out, target_of
from .faults import tell
from .output import print_line, writing
from .settings import MISUSE, Settings, common


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--example", is_flag=True, help="Include an invented example with a text and facts.")
@click.option(
    "--git",
    "for_git",
    is_flag=True,
    help="Add a pre-commit hook, and a workflow that checks, previews answers and publishes.",
)
@common
@click.pass_obj
def new(settings: Settings, folder: Path, example: bool, for_git: bool) -> None:
    """Start a collection of your own: a folder with a template of every file.

    It passes every check as it is; --collection DIR adds it to the bundled one.
    """
    from ..loaders.editing.new_collection import new_collection

    # TAAWUN_COLLECTIONS may name this very folder, which is not there yet.
    new_collection(folder, settings.collection, with_example=example, for_git=for_git)
    code = "new-collection-with-example" if example else "new-collection"
    argument = shlex.quote(str(folder))
    print_line(say(code, settings.language, folder=str(folder), argument=argument))


@click.command()
@common
@click.pass_obj
def schemas(settings: Settings) -> None:
    """Update the JSON Schemas of your collection's files, for editors.

    They list the terms, entities and documents of all given collections, and are written to
    schemas/ of the last one.
    """
    from ..loaders.builds.inputs import SEEDS
    from ..loaders.collection import read_collection
    from ..loaders.editing.json_schemas import schema_files
    from ..loaders.editing.transaction import Edit, seen

    target = target_of(settings)
    before = seen(target)
    files = schema_files(read_collection([SEEDS, *settings.collections]))
    for path in Edit(target, files, before).write():
        print_line(say("file-written", settings.language, file=str(path)))


#: ``loaders.tables.KINDS``, which stays unloaded until a command needs it.
KINDS = ("facts", "entities", "documents")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="FILE",
    help="The file to write.  [default: standard output]",
)
@common
@click.pass_obj
def template(settings: Settings, kind: str, output: str) -> None:
    """Write an empty table to fill in with a spreadsheet; its headings are in the chosen
    language.

    docs/spreadsheets.md describes the columns.
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
    """Import CSV tables of facts, entities and documents into the last --collection.

    Everything is checked first; if there are faults, each is shown with its row and column, and
    nothing is written. Importing a table again under the same name replaces its earlier content.
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
    """Tell faults by row and column, as a spreadsheet counts them."""
    from ..loaders.editing.table_import import cell_of

    lines = sorted((*cell_of(fault.place, sources), fault) for fault in faults)
    for path, row, column, heading, fault in lines:
        where = path
        if heading:
            cell = {"file": path, "column": column, "heading": heading}
            where = say("place-in-cell", settings.language, row=row, **cell)
        elif row:
            where = say("place-in-row", settings.language, file=path, row=row)
        tell(replace(fault, place=Place(where)), settings)
    print_line(say("import-refused", settings.language, count=len(lines)), err=True)
