"""Try an edit of your own collection, show what it changes, and write it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..graph.errors import MisuseError
from ..messages.message import say
from .faults import warn
from .output import print_line
from .settings import Settings

if TYPE_CHECKING:
    from ..loaders.editing.transaction import Edit


def target_of(settings: Settings) -> Path:
    """The collection to write into, the last one given."""
    if not settings.collections:
        raise MisuseError("collection-missing")
    return settings.collections[-1]


def show(settings: Settings, edit: Edit) -> None:
    """Try the edit and show what it changes.

    Raises ``CollectionError`` where a check would find faults that are not there without it.
    """
    from .. import checks
    from ..loaders.builds.build import build
    from ..queries.changes import difference
    from .change_report import report

    old = build(settings.collections)
    with edit.tried() as copy:
        edited = [*settings.collections[:-1], copy]
        new = build(edited, spared=[old.path])
        checks.refuse_new_faults(old, new, edited)
    questions = settings.catalogue.questions.values()
    report(settings, difference(old.store(), new.store(), questions))
    for warning in edit.warnings:
        warn(warning, settings)


def carry_out(settings: Settings, edit: Edit, dry_run: bool) -> None:
    """Show what the edit changes, and unless it is a dry run write it."""
    show(settings, edit)
    if dry_run:
        print_line(say("nothing-written", settings.language), err=True)
    else:
        write(settings, edit)


def write(settings: Settings, edit: Edit) -> None:
    """Write the edit, and update the JSON Schemas, which list the entities and documents."""
    from ..loaders.builds.inputs import SEEDS
    from ..loaders.collection import read_collection
    from ..loaders.editing.json_schemas import FOLDER, schema_files
    from ..loaders.editing.transaction import Edit, seen

    for path in edit.write():
        print_line(say("file-written", settings.language, file=str(path)), err=True)
    names_something = any(path.parts[0] != "facts" for path in edit.files)
    if names_something and (edit.folder / FOLDER).is_dir():
        before = seen(edit.folder)
        known = read_collection([SEEDS, *settings.collections])
        Edit(edit.folder, schema_files(known), before).write()
