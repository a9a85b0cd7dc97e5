"""The command ``review``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import click

from ..graph.errors import MisuseError
from ..messages.message import say
from .edits import carry_out, reader_of, target_of
from .output import emit, print_line, printer_for
from .settings import Settings, common

if TYPE_CHECKING:
    from pathlib import Path

    from ..loaders.collection import Collection
    from ..loaders.editing.review_files import ReviewFiles
    from ..loaders.editing.second_reading import TwoReadings
    from ..loaders.reviews import Decision, Finding, Review, Stated

#: The keys of the questions on a terminal, each also as its place on an Arabic keyboard.
_KEYS: Final = {
    "c": "confirmed", "ؤ": "confirmed", "d": "disputed", "ي": "disputed", "m": "remarked",
    "ة": "remarked", "s": "", "س": "", "q": "quit", "ض": "quit",
}  # fmt: skip
_DECISIONS: Final = ("first", "second", "both", "neither")


@click.command()
@click.argument("document", required=False)
@click.option("--reader", metavar="NAME", help="Who reads.")
@click.option("--confirm", multiple=True, metavar="FACT", help="Confirm a fact; repeatable.")
@click.option("--dispute", multiple=True, metavar="FACT", help="Dispute a fact, with --comment.")
@click.option("--remark", multiple=True, metavar="FACT", help="Remark on a fact, with --comment.")
@click.option("--comment", default="", metavar="TEXT", help="The reason, or the remark.")
@click.option("--compare", metavar="READER", help="Compare the facts with a reader's own reading.")
@click.option("--differences", metavar="READER", help="List only where that reading differs.")
@click.option(
    "--settle",
    type=(int, click.Choice(_DECISIONS)),
    multiple=True,
    metavar="NUMBER DECISION",
    help="With --compare: decide a difference; repeatable.",
)
@common
@click.pass_obj
def review(
    settings: Settings,
    /,
    document: str | None,
    reader: str | None,
    compare: str | None,
    differences: str | None,
    settle: Sequence[tuple[int, str]],
    comment: str,
    **findings: Sequence[str],
) -> None:
    """Read the facts of a document as a second reader, and compare two readings.

    Without DOCUMENT, shows what is still unread. On a terminal, the facts are asked about one by
    one, beside the sentence that states them; elsewhere they are listed. The reader is that of
    --reader, else of the variable TAAWUN_READER, else your login.

    \b
    taawun review news --collection my-dossier
    taawun review news --confirm fact:1234567890abcdef
    taawun review news --compare Sami --settle 2 second
    """
    from ..loaders.builds.inputs import SEEDS, name_of
    from ..loaders.collection import read_collection
    from ..loaders.editing.transaction import seen
    from ..loaders.reviews import read_reviews

    folder = target_of(settings)
    before = seen(folder)
    known = read_collection([SEEDS, *settings.collections])
    found = read_reviews(folder, name_of(folder), known.documents)
    at_work = _Reader(settings, folder, before, known, found, reader_of(reader))
    if document is None:
        at_work.overview()
        return
    if document not in known.documents:
        from ..loaders.editing.references import References

        document = References(known).document(document)
        if document not in known.documents:
            raise MisuseError("unknown-document", name=document)
    if other := compare or differences:
        at_work.compare(document, other, settle, comment, whole=differences is None)
        return
    marks = [(words, _FINDINGS[key]) for key, given in findings.items() for words in given]
    if marks:
        at_work.record(document, marks, comment)
    elif settings.style == "table" and sys.stdin.isatty() and sys.stdout.isatty():
        at_work.ask(document)
    else:
        at_work.list(document)


_FINDINGS: Final[Mapping[str, Finding]] = {
    "confirm": "confirmed", "dispute": "disputed", "remark": "remarked",
}  # fmt: skip


@dataclass
class _Reader:
    """A reader at work on one collection."""

    settings: Settings
    folder: Path
    seen: str
    known: Collection
    reviews: list[Review]
    name: str

    def _stated(self, document: str) -> list[Stated]:
        from ..loaders.reviews import stated_in

        return stated_in(document, self.known.facts, self.reviews)

    def _words(self, one: Stated) -> str:
        from ..desk.desk_words import sentence_of

        return sentence_of(one.fact, self.settings.labels, self.settings.language)

    def _table(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        if self.settings.style == "table":
            headings = [say(f"column-{name}", self.settings.language) for name in headings]
        emit(self.settings, headings, list(rows))

    def _said(self, code: str) -> str:
        """A finding or decision: for people in words, for programs as it is."""
        if not code or self.settings.style != "table":
            return code
        return say(f"review-{code}", self.settings.language)

    def overview(self) -> None:
        """What is read and unread in each document with facts."""
        rows = []
        for slug in self.known.documents:
            facts = self._stated(slug)
            unread = sum(not one.is_read(self.name) for one in facts)
            any_ = sum(not one.is_read() for one in facts)
            disputed = sum(one.status == "disputed" for one in facts)
            if facts:
                rows.append((slug, str(len(facts)), str(unread), str(any_), str(disputed)))
        headings = ("document", "facts", "unread-by-you", "unread-by-all", "disputed")
        self._table(headings, rows)

    def list(self, document: str) -> None:
        """The facts with what was found of them."""
        from ..loaders.reviews import short

        text = self.known.documents[document].text
        self._table(
            ("fact", "words", "status", "found", "by-others", "at", "quote"),
            [
                (
                    short(one.fact.iri),
                    self._words(one),
                    one.status,
                    self._said(one.verdicts[self.name].found if self.name in one.verdicts else ""),
                    ", ".join(
                        f"{who}: {self._said(verdict.found)}"
                        for who, verdict in sorted(one.verdicts.items())
                        if who != self.name
                    ),
                    one.at,
                    " […] ".join(text[start:end] for start, end in one.spans),
                )
                for one in self._stated(document)
            ],
        )

    def record(self, document: str, marks: Sequence[tuple[str, Finding]], comment: str) -> None:
        """Write what the reader found of some facts."""
        from ..desk.review_pages import today
        from ..loaders.editing.review_files import ReviewFiles
        from ..loaders.record_status import fact_iri
        from ..loaders.reviews import Verdict

        stated = {one.fact.iri: one for one in self._stated(document)}
        files = ReviewFiles(self.folder, self.seen)
        for words, found in marks:
            iri = fact_iri(words)
            if iri not in stated:
                raise MisuseError("no-fact-to-review", fact=words, document=document)
            one = stated[iri]
            files.record(document, self.name, one, Verdict(iri, one.at, found, today(), comment))
        self._write(files)

    def _write(self, files: ReviewFiles) -> None:
        from ..loaders.editing.transaction import REVIEWS

        edit = files.edit()
        if any(path.parts[0] != REVIEWS for path in edit.files):
            carry_out(self.settings, edit, dry_run=False)
            return
        for path in edit.write():
            print_line(say("file-written", self.settings.language, file=str(path)), err=True)

    def ask(self, document: str) -> None:
        """Ask about each unread fact; every answer is written at once.

        What was changed meanwhile, by an editor or another reader, is read before the next one.
        """
        asked: set[str] = set()
        language, printer = self.settings.language, printer_for(self.settings)
        while unread := self._unread(document, asked):
            one = unread[0]
            asked.add(one.fact.iri)
            printer.line(f"{len(asked)}/{len(asked) + len(unread) - 1}", "dim")
            self._show(document, one)
            answer = _answered(say("review-keys", language))
            if answer == "quit":
                return
            if not answer:
                continue
            comment = ""
            while answer != "confirmed" and not comment.strip():
                comment = click.prompt(say("review-comment", language), prompt_suffix=" ")
            self._follow()
            if all(other.fact.iri != one.fact.iri for other in self._stated(document)):
                printer.line(say("review-gone", language), "bold")
                continue
            self.record(document, [(one.fact.iri, cast("Finding", answer))], comment)
            self._follow()
        printer.line(say("review-all-read", language), "bold")

    def _unread(self, document: str, asked: Set[str]) -> Sequence[Stated]:
        self._follow()
        stated = self._stated(document)
        return [one for one in stated if not (one.is_read(self.name) or one.fact.iri in asked)]

    def _follow(self) -> None:
        """Read the collection again if it was changed."""
        from ..loaders.builds.inputs import SEEDS, name_of
        from ..loaders.collection import read_collection
        from ..loaders.editing.transaction import seen
        from ..loaders.reviews import read_reviews

        now = seen(self.folder)
        if now != self.seen:
            self.seen = now
            self.known = read_collection([SEEDS, *self.settings.collections])
            self.reviews = read_reviews(self.folder, name_of(self.folder), self.known.documents)

    def _show(self, document: str, one: Stated) -> None:
        """A fact beside the sentences that state it."""
        from ..loaders.text.tokens import sentences_at

        printer = printer_for(self.settings)
        text = self.known.documents[document].text
        for sentence in sentences_at(text, one.spans):
            printer.line(sentence.text)
        printer.line(f"  {self._words(one)}", "bold")
        quote = " […] ".join(text[start:end] for start, end in one.spans)
        printer.line(f"  «{quote}»", "dim")
        for who, verdict in sorted(one.verdicts.items()):
            printer.line(f"  {who}: {self._said(verdict.found)} {verdict.comment}", "dim")

    def compare(
        self,
        document: str,
        other: str,
        settle: Sequence[tuple[int, str]],
        comment: str,
        *,
        whole: bool,
    ) -> None:
        """Show the agreement and the differences, or decide some of them."""
        from ..desk.review_pages import today
        from ..loaders.editing.second_reading import settlement, two_readings

        readings = two_readings(self.folder, document, other, self.known, self.reviews)
        if settle:
            all_ = readings.comparison.differences
            if wrong := [number for number, _ in settle if not 0 < number <= len(all_)]:
                raise MisuseError("no-difference", number=wrong[0], count=len(all_))
            chosen = [(all_[number - 1], cast("Decision", what)) for number, what in settle]
            edit = settlement(
                self.folder, self.seen, self.known, readings, self.name, chosen, today(), comment
            )
            carry_out(self.settings, edit, dry_run=False)
            return
        if whole:
            self._agreement(readings)
        if not whole or self.settings.style == "table":
            self._differences(readings)

    def _agreement(self, readings: TwoReadings) -> None:
        def share(value: float | None) -> str:
            return "" if value is None else f"{value:.2f}"

        found = readings.comparison
        self._table(
            ("group", "items", "both", "first", "second", "neither", "observed", "kappa"),
            [
                (
                    say(f"group-{one.group}", self.settings.language)
                    if self.settings.style == "table"
                    else one.group,
                    *map(str, (one.items, one.both, one.first, one.second, one.neither)),
                    share(one.observed),
                    share(one.kappa),
                )
                for one in (*found.groups, found.overall)
            ],
        )
        counts = {"same": len(found.same), "points": found.points, "open": len(readings.open)}
        print_line(say("review-points", self.settings.language, **counts), err=True)

    def _differences(self, readings: TwoReadings) -> None:
        language = self.settings.language
        self._table(
            ("number", "kind", "first", "second", "decision"),
            [
                (
                    str(number),
                    say(f"difference-{one.kind}", language)
                    if self.settings.style == "table"
                    else one.kind,
                    *(self._words(side) if side else "" for side in (one.first, one.second)),
                    self._said(readings.settled.get(one.pair, "")),
                )
                for number, one in enumerate(readings.comparison.differences, 1)
            ],
        )


def _answered(question: str) -> str:
    """What a key chooses: a finding, ``""`` for the next fact, or ``quit``."""
    while True:
        click.echo(f"{question} ", nl=False)
        key = click.getchar().lower()
        click.echo(key if key.isprintable() else "")
        if key in _KEYS:
            return _KEYS[key]
