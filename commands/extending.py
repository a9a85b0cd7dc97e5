"""Extending what is known by hand: ``new`` and ``schemas``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ..messages.message import say
from .edits import target_of
from .output import print_line
from .settings import Settings, common


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--example", is_flag=True, help="Include an invented example with a text and facts.")
@common
@click.pass_obj
def new(settings: Settings, folder: Path, example: bool) -> None:
    """Start a collection of your own: a folder with a template of every file.

    It passes every check as it is; --collection DIR adds it to the bundled one.
    """
    from ..loaders.editing.new_collection import new_collection

    new_collection(folder, settings.collections, with_example=example)
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
