"""Commands that extend a collection: ``new``, ``schemas``, ``template``, ``import``, ``desk``,
``propose``, ``reconcile``.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

import click

from ..graph.errors import CollectionError, InputError, needs, told
from ..messages.fault import Fault, Place
from ..messages.message import say
from .edits import carry_out, reader_of, target_of
from .faults import tell
from .input import read_input
from .output import emit, print_line, writing
from .settings import MISUSE, Settings, common, file_option, port_option

if TYPE_CHECKING:
    from ..desk.candidates import Candidate


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


#: The kinds of ``loaders/editing/table_import.py``, which stays unloaded until a command needs it.
KINDS = ("facts", "entities", "documents")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@file_option
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


@click.command()
@port_option(7879, "The port to listen on; 0 picks a free one.")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@click.option("--reader", metavar="NAME", help="Who reads.")
@click.option("--blind", is_flag=True, help="Read without seeing the facts of others.")
@common
@click.pass_obj
def desk(settings: Settings, port: int, open_it: bool, reader: str | None, blind: bool) -> None:
    """Read a text in the browser and enter what it states, into the last --collection.

    The page is on this machine only, under an address that nobody can guess. With --blind, what you
    enter is a reading of your own in readings/NAME/, to be compared with the facts that are there.
    """
    from ..desk.session import Desk

    with needs("desk"):
        from ..desk.site import run
        from ..server.application import listen

    target_of(settings)
    opened = Desk(settings.collections, reader_of(reader), is_blind=blind)
    token = token_urlsafe(16)
    with listen("127.0.0.1", port) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/{token}/?lang={settings.language}"
        print_line(say("desk-ready", settings.language, address=address))
        if open_it:
            click.launch(address)
        run(listener, opened, token)


@click.command()
@click.argument("file")
@click.option("--column", default="", metavar="HEADING", help="The column of names in a table.")
@click.option("--class", "class_", metavar="CLASS", help="Only entities of this class.")
@common
@click.pass_obj
def reconcile(settings: Settings, file: str, column: str, class_: str | None) -> None:
    """Find the entities that a column of names may stand for, the likeliest first.

    FILE is a text with a name on each line, or a table (CSV, TSV, XLSX); - is standard input. Only
    an entity that has the very name, and no other, is taken as sure. Accept candidates, register
    what is new and keep other spellings in `taawun desk`.
    """
    from ..loaders.builds.inputs import SEEDS
    from ..loaders.collection import read_collection
    from ..loaders.editing.reconciliation import Reconciler, names_in, table_text
    from ..loaders.editing.references import References

    text = table_text(file, read_input(file))
    known = read_collection([SEEDS, *settings.collections])
    schema = known.schema
    kinds = frozenset({schema.classes[References(known).class_slug(class_)]} if class_ else ())
    reconciler = Reconciler(known)
    rows = [
        (name, reconciler.sure(name, kinds), " ".join(one.thing for one in found))
        for name in names_in(text, column)
        for found in [reconciler.candidates(name, kinds)]
    ]
    headings = ["name", "reference", "candidates"]
    if settings.style == "table":
        headings = [say(f"column-{name}", settings.language) for name in headings]
    emit(settings, headings, rows)


@click.command()
@click.argument("file")
@common
@click.pass_obj
def propose(settings: Settings, file: str) -> None:
    """Check candidate facts from an extractor or a language model, and lay them out in the desk.

    FILE has one candidate in JSON on each line; - is standard input. Only those whose quote stands
    in the document to the letter are kept. Nothing is written to the graph: accept or reject each
    in `taawun desk`.
    """
    from ..desk.candidates import Proposals, lay_out
    from ..loaders.builds.inputs import SEEDS
    from ..loaders.collection import read_collection
    from ..loaders.editing.transaction import seen

    folder = target_of(settings)
    seen(folder)
    try:
        text = read_input(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError.not_utf_8(file, error) from error
    origin = "-" if file == "-" else Path(file).name
    found = list(Proposals(read_collection([SEEDS, *settings.collections])).read(origin, text))

    def why(one: Candidate) -> str:
        return "; ".join(told(fault.message, settings.language) for fault in one.faults)

    rows: list[tuple[str, str, str]] = [
        (str(one.number), one.outcome, why(one))
        for one in found
        if settings.style != "table" or one.outcome != "kept"
    ]
    if settings.style != "table" or rows:
        headings = ["line", "outcome", "reason"]
        if settings.style == "table":
            headings = [say(f"column-{name}", settings.language) for name in headings]
            rows = [(n, say(f"propose-{what}", settings.language), text) for n, what, text in rows]
        emit(settings, headings, rows)
    counts = lay_out(folder, origin, found)
    parts = {name: counts[name] for name in ("kept", "mended", "asked", "refused")}
    print_line(say("propose-counts", settings.language, **parts), err=True)
