"""Extending what is known by hand: ``new``, ``schemas`` and ``add``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..graph.fact import MODALITIES
from ..printing import say
from .settings import Settings, common

if TYPE_CHECKING:
    from ..loaders.edit import Edit


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--example", is_flag=True, help="With the invented example as text and facts.")
@common
@click.pass_obj
def new(settings: Settings, folder: Path, example: bool) -> None:
    """Start a collection of your own: a folder with a model of every file in it.

    It is accepted as it stands, and stacks over the bundled one with --collection DIR.
    """
    from ..loaders.new_collection import new_collection

    new_collection(folder, settings.collections, with_example=example)
    marked = say("new example", settings.language) if example else ""
    name = shlex.quote(str(folder))
    click.echo(say("new collection", settings.language, folder, marked, name))


@click.command()
@common
@click.pass_obj
def schemas(settings: Settings) -> None:
    """Write the JSON Schemas of your collection's files anew, for editors.

    They know the terms, entities and documents of all collections given, and stand in schemas/
    of the last one.
    """
    from ..loaders.collection import read_collection
    from ..loaders.edit import Edit, seen
    from ..loaders.inputs import SEEDS
    from ..loaders.json_schemas import schema_files

    target = target_of(settings)
    before = seen(target)
    files = schema_files(read_collection([SEEDS, *settings.collections]))
    for path in Edit(target, files, before).write():
        click.echo(say("written", settings.language, path))


class AddGroup(click.Group):
    """``add`` with its subcommands; what begins with none of their names is a fact."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, with ``fact`` before those of a fact."""
        if args and args[0] not in (*self.commands, "--help"):
            args = ["fact", *args]
        return super().parse_args(ctx, args)


@click.group(cls=AddGroup)
def add() -> None:
    """Add a fact to your collection, and see which answers it changes.

    \b
    taawun add SUBJECT PREDICATE OBJECT --document D --quote Q --collection DIR
    """


@add.command()
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@click.option("--document", required=True, help="The document that says it: its slug or title.")
@click.option("--quote", required=True, help="The words of the document that say it.")
@click.option("--prefix", help="The words directly before, where the quote stands twice.")
@click.option("--suffix", help="The words directly after, where the quote stands twice.")
@click.option("--context", help="Words elsewhere in the document that the quote needs to be read.")
@click.option("--modality", type=click.Choice(MODALITIES), help="How firmly it is said.")
@click.option("--stated-by", metavar="ENTITY", help="Who says it in the text.")
@click.option("--on-behalf-of", metavar="ENTITY", help="For whom the subject acts.")
@click.option("--when", metavar="EDTF", help="The date as printed: 2024-03, XXXX-02.")
@click.option("--date-text", metavar="TEXT", help="The printed words of the date.")
@click.option("--note", metavar="TEXT", help="A remark in English: why it is inferred, say.")
@click.option("--note-ar", metavar="TEXT", help="The same in Arabic.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@common
@click.pass_obj
def fact(settings: Settings, /, document: str, dry_run: bool, **given: str | None) -> None:
    """Add a fact: entities by slug, IRI or any of their names, predicates by name or label.

    It goes into the fact file of the document in the last --collection. What `check` would refuse
    is refused before anything is written.
    """
    from ..loaders.addition import QUOTE, addition
    from ..loaders.collection import read_collection
    from ..loaders.edit import seen
    from ..loaders.inputs import SEEDS
    from .words import Words

    target = target_of(settings)
    before = seen(target)
    known = read_collection([SEEDS, *settings.collections])
    words = Words(settings.graph.names, known)
    said = {_camel(name): text for name, text in given.items() if text is not None}
    quote = {"document": words.document(document), **{key: said.pop(key, "") for key in QUOTE}}
    carry_out(settings, addition(target, before, known, quote, words.fact(said)), dry_run)


def _camel(option: str) -> str:
    """The key of a file that an option stands for: ``stated_by`` is ``statedBy``."""
    first, *rest = option.strip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


def target_of(settings: Settings) -> Path:
    """The collection that an edit goes into: the last one chosen."""
    if not settings.collections:
        raise click.UsageError(
            "say where to with --collection DIR; the bundled collection stays as it is "
            "(taawun new DIR starts one of your own)"
        )
    return settings.collections[-1]


def carry_out(settings: Settings, edit: Edit, dry_run: bool) -> None:
    """Try the edit, show what it changes, and write it."""
    from .. import checks
    from ..loaders.build import build
    from ..queries.changes import difference
    from .change_report import report

    old = build(settings.collections)
    with edit.tried() as copy:
        edited = [*settings.collections[:-1], copy]
        new = build(edited)
        checks.refuse_new_faults(old, new, edited)
    questions = settings.catalogue.questions.values()
    report(settings, difference(old.store(), new.store(), questions))
    if dry_run:
        click.echo(say("not written", settings.language), err=True)
        return
    for path in edit.write():
        click.echo(say("written", settings.language, path), err=True)
