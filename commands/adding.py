"""Commands that add to a collection: ``add fact``, ``add entity``, ``add document``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ..graph.errors import CollectionError, MisuseError, told
from ..graph.fact import MODALITIES
from ..graph.garbage_collection import no_pauses
from ..loaders.editing.additions import QUOTE, NewEntity, addition, additions
from ..loaders.editing.insert_entry import document_edit
from ..loaders.editing.references import References
from ..loaders.editing.transaction import seen
from ..loaders.editing.working_copy import WorkingCopy
from ..loaders.record_status import TRIPLE
from ..messages.fault import Place
from ..messages.message import Message, say
from .edits import carry_out, show, target_of, tried, write
from .input import read_input
from .output import print_line
from .settings import Settings, common


class AddGroup(click.Group):
    """``add`` with its subcommands; what begins with none of their names is a fact."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, with ``fact`` before those of a fact, ``new`` before ``--new``."""
        if args[:1] == ["--new"]:
            args = ["new", *args[1:]]
        if args[:1] not in [[name] for name in (*self.commands, "--help")]:
            args = ["fact", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand, which is short and makes more objects than it drops."""
        with no_pauses():
            return super().invoke(ctx)


def _place_and_speaker(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of where a quote stands, how firm it is, and who says it."""
    for option in (
        click.option("--stated-by", metavar="ENTITY", help="Who says it in the text."),
        click.option(
            "--modality", type=click.Choice(MODALITIES), help="How firmly the text says it."
        ),
        click.option(
            "--context",
            help="Words elsewhere in the document that one needs to understand the quote.",
        ),
        click.option(
            "--suffix", help="The words directly after, if the document has the quote twice."
        ),
        click.option(
            "--prefix", help="The words directly before, if the document has the quote twice."
        ),
    ):
        command = option(command)
    return command


@click.group(cls=AddGroup)
def add() -> None:
    """Add a fact, an entity or a document to your collection, and see what it changes.

    \b
    taawun add SUBJECT PREDICATE OBJECT --document D --quote Q    (taawun add fact --help)
    taawun add entity CLASS SLUG --ar NAME --en NAME
    taawun add unit SLUG --ar NAME --en NAME        taawun add area SLUG --ar NAME --en NAME
    taawun add document FILE --title-ar TITLE --title-en TITLE
    taawun add new agreement --ar NAME --en NAME --document D --quote Q PREDICATE=VALUE...
    taawun add batch FILE.yaml --collection DIR      (many entities and facts: all or none)
    """


@add.command()
@click.argument("subject", required=False)
@click.argument("predicate", required=False)
@click.argument("object_", metavar="OBJECT", required=False)
@click.option("--document", help="The slug or title of the document that says it.")
@click.option("--quote", help="The words of the document that say it, verbatim.")
@click.option("--gloss", help="Your English translation of the quote: never evidence.")
@_place_and_speaker
@click.option("--on-behalf-of", metavar="ENTITY", help="On whose behalf the subject acts.")
@click.option("--when", metavar="EDTF", help="The date as printed, in EDTF: 2024-03, XXXX-02.")
@click.option("--date-text", metavar="TEXT", help="The printed words of the date.")
@click.option(
    "--note", metavar="TEXT", help="A note in English, for example why the fact is inferred."
)
@click.option("--note-ar", metavar="TEXT", help="The same note in Arabic.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@common
@click.pass_obj
def fact(settings: Settings, /, dry_run: bool, **given: str | None) -> None:
    """Add a fact. Entities are given by slug, IRI or any name, predicates by name or label.

    The fact is written to the document's fact file in the last --collection, unless `check` would
    refuse it. Without arguments, the command asks step by step on a terminal.
    """
    said = {_camel(name): text for name, text in given.items() if text is not None}
    missing = [name for name in ("document", "quote", *TRIPLE) if name not in said]
    if not said and sys.stdin.isatty():
        _ask(settings, dry_run)
        return
    if missing:
        raise MisuseError("fact-lacks", names=missing, remedy=Message("give-fact"))
    before, working, words = _opened(settings)
    quote = {"document": words.document(said.pop("document"))}
    quote |= {key: said.pop(key, "") for key in QUOTE}
    edit = addition(target_of(settings), before, working.collection, quote, words.fact(said))
    carry_out(settings, edit, dry_run, working)


def _ask(settings: Settings, dry_run: bool) -> None:
    """Ask for facts until there are no more of the same quote."""
    from .dialogue import Dialogue

    quote: dict[str, str] | None = None
    while True:
        before, working, words = _opened(settings)
        dialogue = Dialogue(working.collection, words, settings.language)
        quote = quote or dialogue.quote(dialogue.document())
        said = dialogue.fact(quote["quote"])
        try:
            edit = addition(target_of(settings), before, working.collection, quote, said)
            click.secho(say("add-checking", settings.language), dim=True)
            with tried(settings, working, edit) as trial:
                show(settings, trial)
                if not dry_run and dialogue.agrees("add-write"):
                    write(settings, trial)
                else:
                    print_line(say("nothing-written", settings.language))
        except CollectionError as error:
            for fault in error.faults:
                click.secho(told(fault, settings.language), fg="red")
        if not dialogue.agrees("add-another"):
            return


def _opened(settings: Settings) -> tuple[str, WorkingCopy, References]:
    """The fingerprint of the collection to write into, the whole stack, and its names."""
    before = seen(target_of(settings))
    working = WorkingCopy(settings.collections)
    return before, working, References(working.collection)


@add.command()
@click.argument("class_", metavar="CLASS")
@click.argument("slug")
@click.option("--ar", required=True, metavar="NAME", help="The Arabic name, as the texts have it.")
@click.option("--en", required=True, metavar="NAME", help="The English name.")
@click.option("--also", multiple=True, metavar="NAME", help="Another name (repeatable).")
@click.option(
    "--type", "types", multiple=True, metavar="CLASS", help="A further class (repeatable)."
)
@click.option("--iso3", metavar="CODE", help="The ISO 3166-1 alpha-3 code of a country.")
@click.option("--m49", metavar="CODE", help="The United Nations M49 code of a place.")
@click.option(
    "--exact-match",
    multiple=True,
    metavar="IRI",
    help="The same thing in another vocabulary (repeatable).",
)
@click.option(
    "--close-match",
    multiple=True,
    metavar="IRI",
    help="Something close in another vocabulary (repeatable).",
)
@click.option("--note", metavar="TEXT", help="A note in English.")
@click.option("--note-ar", metavar="TEXT", help="The same note in Arabic.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@common
@click.pass_obj
def entity(
    settings: Settings, /, class_: str, slug: str, types: Sequence[str], dry_run: bool, **given: Any
) -> None:
    """Register an entity that facts can be about.

    CLASS is a name or label (country, وزارة); SLUG has small Latin letters, digits and hyphens.
    """
    before, working, words = _opened(settings)
    fields = {
        _camel(name): list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value
    }
    fields["types"] = list(map(words.class_slug, types))
    reference = f"{words.class_slug(class_)}/{slug}"
    new = NewEntity(reference, fields)
    edit = additions(target_of(settings), before, working.collection, [new])
    carry_out(settings, edit, dry_run, working)


def _value(settings: Settings, reference: str, fields: dict[str, Any], dry_run: bool) -> None:
    """Register a unit or an area: one line in the entity file of its class."""
    before, working, _ = _opened(settings)
    given = {name: list(v) if isinstance(v, tuple) else v for name, v in fields.items() if v}
    new = NewEntity(reference, given)
    edit = additions(target_of(settings), before, working.collection, [new])
    carry_out(settings, edit, dry_run, working)


@add.command()
@click.argument("slug")
@click.option("--ar", required=True, metavar="NAME", help="The Arabic name, as the texts print it.")
@click.option("--en", required=True, metavar="NAME", help="The English name, in the plural.")
@click.option(
    "--also", multiple=True, metavar="NAME", help="Another form of the name (repeatable)."
)
@click.option("--currency", is_flag=True, help="The unit is a currency.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@common
@click.pass_obj
def unit(settings: Settings, /, slug: str, currency: bool, dry_run: bool, **names: Any) -> None:
    """Register a unit or a currency of figures."""
    fields = {**names, "types": ["currency"] if currency else []}
    _value(settings, f"unit/{slug}", fields, dry_run)


@add.command()
@click.argument("slug")
@click.option("--ar", required=True, metavar="NAME", help="The Arabic name, as the texts print it.")
@click.option("--en", required=True, metavar="NAME", help="The English name.")
@click.option("--also", multiple=True, metavar="NAME", help="Another name (repeatable).")
@click.option(
    "--broader", metavar="AREA", help="The wider area, such as area/digital-transformation."
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@common
@click.pass_obj
def area(settings: Settings, /, slug: str, dry_run: bool, **fields: Any) -> None:
    """Register an area of cooperation, an aim or a technology."""
    _value(settings, f"area/{slug}", fields, dry_run)


@add.command()
@click.argument("file")
@click.option("--title-ar", required=True, metavar="TITLE", help="The Arabic title.")
@click.option("--title-en", required=True, metavar="TITLE", help="The English title.")
@click.option("--slug", help="The document's name in the collection.  [default: that of the file]")
@click.option("--publisher", metavar="NAME", help="The publisher, as printed.")
@click.option("--creator", metavar="NAME", help="The author, as printed.")
@click.option("--issued", metavar="EDTF", help="The date of issue, only if it is printed.")
@click.option("--note", metavar="TEXT", help="A note in English.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@common
@click.pass_obj
def document(
    settings: Settings,
    /,
    file: str,
    title_ar: str,
    title_en: str,
    slug: str | None,
    dry_run: bool,
    **given: str | None,
) -> None:
    """Add a text as a document: a UTF-8 file, or - for standard input.

    Add its facts afterwards; `taawun suggest SLUG` shows the sentences that no fact quotes yet.
    """
    from ..loaders.editing.suggestion_file import slug_of
    from .suggesting import content_of

    before, working, _ = _opened(settings)
    content = content_of(file, list(working.collection.documents))
    name = slug or slug_of("" if file == "-" else Path(file).name, content)
    fields = {"ar": title_ar, "en": title_en, **{k: v for k, v in given.items() if v}}
    edit = document_edit(target_of(settings), before, name, content, fields)
    carry_out(settings, edit, dry_run, working)
    print_line(say("add-document-next", settings.language, document=name), err=True)


@add.command()
@click.argument("kind")
@click.argument("values", metavar="PREDICATE=VALUE...", nargs=-1)
@click.option("--slug", help="Its name in the collection.  [default: from the English name]")
@click.option("--ar", metavar="NAME", help="The Arabic name, as the texts have it.")
@click.option("--en", metavar="NAME", help="The English name.")
@click.option("--also", multiple=True, metavar="NAME", help="Another name (repeatable).")
@click.option("--document", help="The slug or title of the document that says it.")
@click.option("--quote", help="The words of the document that say it, verbatim.")
@_place_and_speaker
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@common
@click.pass_obj
def new(
    settings: Settings, /, kind: str, values: Sequence[str], dry_run: bool, **given: Any
) -> None:
    """Register an entity together with what a quote says of it.

    KIND is agreement, figure, person, event or offer, or any class. A predicate may be given
    several times.
    """
    item: dict[str, Any] = {"new": kind}
    item |= {_camel(name): list(v) if name == "also" else v for name, v in given.items() if v}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            raise MisuseError("value-without-predicate", text=value)
        item.setdefault(name, [])
        item[name].append(text)
    _add_items(settings, [(Place(kind), item)], dry_run)


@add.command()
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@common
@click.pass_obj
def batch(settings: Settings, /, file: str, dry_run: bool) -> None:
    """Add the entities and facts of a YAML or CSV file, all together or none.

    Rows may refer to what earlier rows create. FILE may be - for YAML on standard input.
    """
    from ..loaders.editing.bundles import read_items

    _add_items(settings, read_items(file, read_input(file)), dry_run)


def _add_items(
    settings: Settings, items: Sequence[tuple[Place, Mapping[str, Any]]], dry_run: bool
) -> None:
    from ..loaders.editing.bundles import Batch

    before, working, words = _opened(settings)
    read = Batch(words)
    read.read(items)
    edit = additions(target_of(settings), before, working.collection, read.entities, read.facts)
    carry_out(settings, edit, dry_run, working)


def _camel(option: str) -> str:
    """The key of a file that an option stands for: ``stated_by`` is ``statedBy``."""
    first, *rest = option.strip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)
