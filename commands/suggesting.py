"""The command ``suggest``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os.path import exists
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ..graph.errors import InputError, MisuseError, OutputError
from ..messages.fault import near
from ..messages.message import say
from .input import read_input
from .output import emit, print_line, printer_for, writing
from .settings import Settings, common

if TYPE_CHECKING:
    from ..loaders.text.suggestion import Suggester, Suggestion

#: Keys of an item that its name, or nothing, tells in a table.
_UNTOLD = frozenset({"new", "kind", "ar", "en", "iso3", "value", "unit", "comparator"})
#: The longest text for which suggestions are made, in bytes.
_LARGEST: Final = 8 << 20
_HEADINGS = ("kind", "start", "end", "text", "meaning")


@click.command()
@click.argument("document")
@click.option("-o", "--output", help="Write a fact file to edit; - is standard output.")
@click.option(
    "--batch", metavar="FILE", help="Write rows for `taawun add batch`; - is standard output."
)
@click.option("--slug", help="The document's name in the collection.  [default: that of the file]")
@click.option(
    "--write",
    is_flag=True,
    help="Write the text, its register entry and the facts to the last --collection.",
)
@common
@click.pass_obj
def suggest(
    settings: Settings,
    document: str,
    output: str | None,
    batch: str | None,
    slug: str | None,
    write: bool,
) -> None:
    """Find known names, dates, numbers and sentences that may state facts in an Arabic text.

    DOCUMENT is a text file, - for standard input, or the slug of a registered document; of that,
    the sentences that no fact quotes yet are shown.

    \b
    taawun suggest article.txt
    taawun suggest article.txt -o facts.yaml
    taawun suggest article.txt --batch rows.yaml
    taawun suggest article.txt --collection my-dossier --write
    """
    from ..loaders.builds.inputs import SEEDS
    from ..loaders.collection import read_collection
    from ..loaders.documents import is_slug
    from ..loaders.editing.insert_entry import entry_lines, registration
    from ..loaders.editing.suggestion_file import (
        batch_file,
        fact_file,
        slug_of,
        titles,
        write_suggestion,
    )
    from ..loaders.text.suggestion import Suggester, covered_spans

    known = read_collection([SEEDS, *settings.collections])
    suggester = Suggester(known.schema, known.entities)
    if document in known.documents:
        if write:
            raise MisuseError("document-registered", name=document)
        source = known.documents[document]
        spans = covered_spans(known.facts, document)
        spans += [(span.start, span.end) for span in (*source.furniture, *source.silent)]
        found = suggester.suggest(source.text, document, spans)
        name, content = document, source.text.encode()
    else:
        content = content_of(document, list(known.documents))
        name = slug or slug_of("" if document == "-" else Path(document).name, content)
        if not is_slug(name):
            raise MisuseError("bad-document-name", name=name)
        found = suggester.suggest(content.decode("utf-8"))
        if not any("\u0600" <= char <= "\u06ff" for char in found.text):
            print_line(say("suggest-not-arabic", settings.language), err=True)
    facts = fact_file(found, name, suggester)
    if write:
        if not settings.collections:
            raise MisuseError("collection-missing")
        if name in known.documents:
            raise OutputError("document-slug-taken", name=name)
        for path in write_suggestion(settings.collections[-1], name, content, facts):
            print_line(str(path))
    if output is not None:
        head = (
            ""
            if document in known.documents or write
            else _commented(entry_lines(name, registration(name, content, titles(name, content))))
        )
        with writing(output) as file:
            file.write((head + facts).encode())
    if batch is not None:
        with writing(batch) as file:
            file.write(batch_file(found, name, suggester).encode())
    if not write and output is None and batch is None:
        _report(settings, found, suggester)


def _commented(entry: list[str]) -> str:
    return "".join(f"# {line}\n" for line in ("documents/documents.yaml:", *entry))


def content_of(document: str, slugs: list[str]) -> bytes:
    """The bytes of the text. Raises ``InputError`` where they are no text to work with."""
    remedy = None if document == "-" or exists(document) else near(document, slugs)
    content = read_input(document, _LARGEST, remedy=remedy)
    if content.startswith(b"\xef\xbb\xbf"):
        raise InputError("text-has-bom", file=document)
    text = InputError.text_of(document, content)
    if not any(char.isalpha() for char in text):
        raise InputError("text-without-words", file=document)
    return content


def _report(settings: Settings, found: Suggestion, names: Suggester) -> None:
    rows = list(_rows(found, names, settings.language))
    if settings.style != "table":
        emit(settings, _HEADINGS, rows)
        return
    printer = printer_for(settings)
    for title, kinds in (
        ("suggest-known", ("name",)),
        ("suggest-doubtful", ("shared", "similar", "adjective", "territory")),
        (
            "suggest-amounts",
            ("date", "number", "percentage", "money", "ordinal", "dual", "fraction"),
        ),
        ("suggest-unknown", ("person", "body", "quoted")),
        ("suggest-bundles", ("bundle",)),
        ("suggest-cooperation", ("cooperation",)),
        ("suggest-open", ("open",)),
    ):
        chosen = [row for row in rows if row[0] in kinds]
        printer.line(say(title, settings.language, count=len(chosen)), "bold")
        if chosen:
            headings = [say(f"column-{name}", settings.language) for name in _HEADINGS]
            printer.table(headings, [_shown(row, settings.language) for row in chosen])
    covered = sum(row[0] == "covered" for row in rows)
    printer.line(say("suggest-covered", settings.language, count=covered), "dim")


def _shown(row: tuple[str, ...], language: str) -> list[str]:
    return [say(f"mention-{row[0]}", language), *row[1:]]


def _rows(
    found: Suggestion, names: Suggester, language: str
) -> Iterator[tuple[str, str, str, str, str]]:
    from ..loaders.text.numbers import plain

    def row(kind: str, start: int, end: int, meaning: str) -> tuple[str, str, str, str, str]:
        return kind, str(start), str(end), found.text[start:end], meaning

    for mention in found.mentions:
        meaning = " / ".join(f"{names.label(ref, language)} ({ref})" for ref in mention.candidates)
        yield row(mention.kind, mention.start, mention.end, meaning)
    for date in found.dates:
        yield row("date", date.start, date.end, date.edtf)
    for amount in found.amounts:
        yield row(amount.kind, amount.start, amount.end, plain(amount.value))
    for name in found.unknown:
        yield row(name.kind, name.start, name.end, "")
    for bundle in found.bundles:
        told = " · ".join(_told(item, names, language) for item in bundle.items)
        quote = bundle.quote
        yield "bundle", str(quote.start), str(quote.end), quote.text, told
    for item in found.sentences:
        cues = dict.fromkeys(found.text[cue.start : cue.end] for cue in item.cues)
        meaning = "، ".join(cues)
        if item.modality:
            meaning = f"{names.label(f'modality/{item.modality}', language)}: {meaning}"
        yield row(item.state, item.sentence.start, item.sentence.end, meaning)


def _told(item: Mapping[str, Any], names: Suggester, language: str) -> str:
    """An item of a bundle in one line: what is new in brackets, values by their names."""

    def said(value: Any) -> str:
        if isinstance(value, list):
            return "، ".join(map(said, value))
        if not isinstance(value, Mapping):
            return names.label(value, language) if value in names.classes else str(value)
        return said(value["object"]) if "object" in value and "new" not in value else named(value)

    def named(value: Mapping[str, Any]) -> str:
        own = value.get("ar") or f"{value.get('value', '')} {value.get('unit', '')}"
        return f"[{own}]"

    if "new" not in item:
        return f"{said(item['subject'])} {item['predicate']} {said(item['object'])}"
    rest = (f"{key}: {said(value)}" for key, value in item.items() if key not in _UNTOLD)
    return f"{item.get('kind', item['new'])} {named(item)} " + "; ".join(rest)
