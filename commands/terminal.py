"""How answers look on a terminal: tables, quotes with their words set off, cards and paths."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..graph.arabic import find_folded
from ..messages.message import Message, listed, say
from ..messages.untrusted_text import visible
from ..queries.fact_words import (
    by_quote,
    iris_of,
    marks,
    name_of,
    pattern_in_words,
    rank,
    spans_of,
    status_of,
    unexplained_in_words,
)
from ..queries.labels import Labels, short_iri

if TYPE_CHECKING:
    import pyoxigraph as ox
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment
    from rich.text import Text

    from ..graph.fact_record import FactRecord, Quote
    from ..queries.disagreement import Disagreement
    from ..queries.entity_card import EntityCard, PastFact
    from ..queries.network import Step
    from ..queries.why import Proof, RowExplanation

#: Facts shown under a row before the list is folded.
_SHOWN: Final = 6


def console(*, width: int | None = None) -> Console:
    """A console that wraps at the terminal's width, or at 100 columns where there is none."""
    from rich.console import Console

    size = width or shutil.get_terminal_size((100, 24)).columns
    made = Console(width=size, highlight=False, soft_wrap=False)
    made.push_render_hook(_Visible())  # type: ignore[arg-type]  # rich needs the method alone
    return made


class _Visible:
    """Shows in everything that a console prints what would steer the terminal."""

    def process_renderables(self, renderables: list[Any]) -> list[Any]:
        """Called by rich with what is about to be printed."""
        return [_VisibleText(item) for item in renderables]


class _VisibleText:
    """Something that rich prints, with all its text made visible."""

    def __init__(self, item: Any) -> None:
        self._item = item

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        from rich.segment import Segment

        for text, style, control in console.render(self._item, options):
            yield Segment(text if control else visible(text), style, control)


class Printer:
    """Prints on one console in one language."""

    def __init__(
        self, out: Console, labels: Labels, language: str, *, gloss: bool | None = None
    ) -> None:
        """``gloss`` shows our translation under each quote; by default in English only."""
        self.out, self.labels, self.language = out, labels, language
        self._shows_gloss = language == "en" if gloss is None else gloss

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table; in Arabic the first column stands on the right."""
        from rich import box
        from rich.table import Table

        arabic = self.language == "ar"
        table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
        for heading in reversed(headings) if arabic else headings:
            table.add_column(heading, justify="right" if arabic else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(_plain, reversed(row) if arabic else row))
        self.out.print(table)

    def row(self, headings: Sequence[str], cells: Sequence[str]) -> None:
        """One row of an answer on its own line, the first cell set off."""
        from rich.text import Text

        text = Text("▸ ", "bold")
        for number, (heading, cell) in enumerate(zip(headings, cells, strict=True)):
            if cell:
                text.append(f"{'  ·  ' if number else ''}{heading}: ", "dim")
                text.append(cell, "bold")
        self.out.print(text)

    def card(
        self,
        card: EntityCard,
        facts: Sequence[FactRecord],
        disagreements: Sequence[Disagreement],
        *,
        why: bool,
    ) -> None:
        """All that is known of an entity, its facts grouped by what they say of it."""
        self._title(card)
        if card.aliases:
            self.line(
                f"{say('entity-also-called', self.language)}: {' · '.join(card.aliases)}", "dim"
            )
        for note in card.notes:
            if note.language == self.language:
                self.indented(f"{say('fact-note', self.language)}: {note.value}", "dim", 0)
        if not facts:
            self.line(say("entity-no-facts", self.language))
        elif why:
            self.facts(facts)
        else:
            self._grouped(card.iri, facts)
        for disagreement in disagreements:
            self._side_by_side(disagreement)

    def _side_by_side(self, disagreement: Disagreement) -> None:
        """What documents say differently: a column for each value, with its quotes under it."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        sides = disagreement.sides[::-1] if self.language == "ar" else disagreement.sides
        self.labels.fetch(iris_of([fact for side in sides for fact in side.facts]))
        about = " — ".join(map(self._name, (disagreement.subject, disagreement.predicate)))
        self.line(say("fact-disagreement", self.language, about=about), "bold yellow")
        table = Table(box=box.SQUARE, header_style="bold", expand=False)
        cells = []
        for side in sides:
            table.add_column(_plain(self._name(side.value)), overflow="fold")
            lines = []
            for fact in side.facts:
                lines += [self._marks(fact), _plain(status_of(fact, self.labels, self.language))]
                for quote in fact.quotes:
                    gloss = self._gloss(quote)
                    lines += map(_plain, (f"«{quote.text}»", gloss, quote.document))
            cells.append(Text("\n").join(line for line in lines if line))
        table.add_row(*cells)
        self.out.print(table)

    def history(self, card: EntityCard, past: Sequence[PastFact], *, why: bool) -> None:
        """What is recorded of an entity and not asserted, each with its status and reason."""
        self._title(card)
        if not past:
            self.line(say("entity-no-history", self.language))
        self.labels.fetch(iris_of([item.fact for item in past]))
        for item in past:
            self.indented(self._sentence(item.fact))
            self.indented(status_of(item.fact, self.labels, self.language), "yellow", 6)
            if item.successor:
                self.indented(say("fact-superseded-by", self.language), "dim", 6)
                self.indented(self._sentence(item.successor), indent=8)
            for quote in item.fact.quotes if why else ():
                self._proof(quote, [item.fact])
            self.indented(short_iri(item.fact.iri), "dim", 6)

    def _title(self, card: EntityCard) -> None:
        names = [card.labels[x] for x in (self.language, *card.labels) if x in card.labels]
        title = " · ".join(dict.fromkeys(names)) or short_iri(card.iri)
        kinds = "، ".join(self.labels(kind, self.language) for kind in card.classes)
        self.line(title, "bold")
        self.line(f"{kinds}  {short_iri(card.iri)}", "dim")

    def _grouped(self, iri: str, facts: Sequence[FactRecord]) -> None:
        """Facts without their quotes: each relation once, with the others under it."""
        from rich.text import Text

        self.labels.fetch(iris_of(facts))
        groups: dict[str, list[Text]] = {}
        for fact in facts:
            relation = self._name(fact.predicate)
            is_subject = getattr(fact.subject, "value", "") == iri
            heading = f"— {relation} →" if is_subject else f"← {relation} —"
            line = Text("      ").append(self._name(fact.object if is_subject else fact.subject))
            line.append_text(self._marks(fact))
            known = groups.setdefault(heading, [])
            if line not in known:
                known.append(line)
        for heading, lines in groups.items():
            self.line(f"  {heading}", "cyan")
            for line in lines:
                self.out.print(line)

    def paths(
        self, ways: Sequence[Sequence[Step]], facts: Mapping[ox.Triple, Sequence[FactRecord]]
    ) -> None:
        """Ways between two entities, each step with the fact and the quote that say it."""
        if not ways:
            self.line(say("path-none", self.language))
        for number, way in enumerate(ways, 1):
            steps = Message("count-steps", count=len(way))
            self.line(say("path-heading", self.language, number=number, steps=steps), "bold")
            for step in way:
                self.facts(sorted(facts[step.triple], key=rank)[:1])

    def line(self, text: str = "", style: str = "") -> None:
        """One line of text, never read as markup."""
        self.out.print(_plain(text), style=style or None)

    def explanation(self, why: RowExplanation, *, everything: bool = False) -> None:
        """Why a row holds: its facts with their quotes, each quote once, then what is absent."""
        if why.unexplained:
            self.indented(unexplained_in_words(why.unexplained, self.language), "yellow")
        facts = why.facts if everything else why.facts[:_SHOWN]
        self.facts(facts)
        if len(why.facts) > len(facts):
            more = len(why.facts) - len(facts)
            self.line("    " + say("answer-more-facts", self.language, count=more), "dim")
        if why.note:
            self.line("    " + say(f"answer-on-{why.note.name.lower()}", self.language), "dim")
        for pattern in why.absence if everything else why.absence[:_SHOWN]:
            absent = pattern_in_words(pattern, self.labels, self.language)
            self.indented(say("answer-absent", self.language, pattern=absent), "dim")
        if not everything and (more := len(why.absence) - _SHOWN) > 0:
            self.indented(say("answer-more-absences", self.language, count=more), "dim")
        if why.is_aggregate:
            self.indented(say("answer-counts-all", self.language), "dim")
        if why.register:
            relations = self.definitions(why.register)
            self.indented(say("answer-register", self.language, relations=relations), "dim")
        if why.definitions:
            definitions = self.definitions(why.definitions)
            self.indented(say("answer-definitions", self.language, definitions=definitions), "dim")
        if why.alternatives_total:
            count = why.alternatives_total
            self.indented(say("answer-other-proofs", self.language, count=count), "dim")

    def definitions(self, proofs: Sequence[Proof]) -> str:
        """The first triples that no fact says, in words."""
        told = [
            " — ".join(self._name(t) for t in (proof.subject, proof.predicate, proof.object))
            for proof in proofs[:_SHOWN]
        ]
        return "  ·  ".join([*told, "…"] if len(proofs) > len(told) else told)

    def indented(self, text: str | Text, style: str = "", indent: int = 4) -> None:
        """Text whose wrapped lines stay under its first one."""
        from rich.padding import Padding

        shown = _plain(text) if isinstance(text, str) else text
        self.out.print(Padding(shown, (0, 0, 0, indent)), style=style or None)

    def facts(self, facts: Sequence[FactRecord]) -> None:
        """Facts as sentences, grouped under the quote that says them.

        A derived fact comes before the facts that it follows from, with its rule.
        """
        told = {asserted.iri: asserted for fact in facts for asserted in fact.asserted()}
        self.labels.fetch(iris_of([*facts, *told.values()]))
        sentences = {str(line): line for line in map(self._sentence, filter(_is_derived, facts))}
        for line in sentences.values():
            self.indented(line)
        for group in by_quote(told.values()):
            for fact, quote in group:
                self.indented(self._sentence(fact))
                if note := fact.note(self.language):
                    self.indented(f"{say('fact-note', self.language)}: {note}", "dim", 6)
                if status := status_of(fact, self.labels, self.language):
                    self.indented(status, "yellow", 6)
                if unsaid := [self._name(term) for term in quote.unsaid]:
                    self.indented(say("fact-not-named", self.language, names=unsaid), "yellow", 6)
            self._proof(group[0][1], [fact for fact, _ in group])

    def _proof(self, quote: Quote, facts: Iterable[FactRecord]) -> None:
        """A quote with its place and its context, the names of the facts set off in it."""
        self.indented(self._quote(quote.text, facts), indent=6)
        if gloss := self._gloss(quote):
            self.indented(gloss, "italic", 6)
        self.indented(f"{quote.document} {spans_of(quote)}", "dim", 6)
        for around in quote.context:
            words = f"«{around.text}» [{around.start}:{around.end}]"
            self.indented(f"{say('fact-context', self.language)}: {words}", "dim", 6)

    def _gloss(self, quote: Quote) -> str:
        """Our translation of a quote, marked as ours, if it is to be shown."""
        if not self._shows_gloss or not quote.gloss:
            return ""
        return f"{say('fact-gloss', self.language)}: {quote.gloss}"

    def things(self, iris: Sequence[str]) -> None:
        """Entities and documents, each with how it is referred to."""
        self.labels.fetch(iris)
        for iri in iris:
            self.indented(f"• {self.labels(iri, self.language)}  {short_iri(iri)}")

    def sentences(self, facts: Sequence[FactRecord], sign: str = "") -> None:
        """Facts as sentences alone, with a sign before each."""
        from rich.text import Text

        self.labels.fetch(iris_of(facts))
        for fact in facts:
            self.indented(Text(sign).append_text(self._sentence(fact)))

    def _sentence(self, fact: FactRecord) -> Text:
        from rich.text import Text

        names = [self._name(term) for term in (fact.subject, fact.predicate, fact.object)]
        text = Text("• ")
        text.append(names[0], "bold").append(f" — {names[1]} — ", "cyan").append(names[2], "bold")
        text.append_text(self._marks(fact))
        return text

    def _marks(self, fact: FactRecord) -> Text:
        """How firmly it is said, by whom, when and how often, where that needs saying."""
        from rich.text import Text

        told = marks(fact, self.labels, self.language)
        marked = listed(told, self.language)
        return Text(f"  ({marked})", "yellow") if told else Text()

    def _quote(self, quote: str, facts: Iterable[FactRecord]) -> Text:
        """The quote with the words that name the subjects and objects set off."""
        from rich.text import Text

        text = Text("«").append(quote).append("»")
        for fact in facts:
            for term in (fact.subject, fact.object):
                name = self._name(term, "ar")
                span = find_folded(quote, name)
                if span:
                    text.stylize("bold green", 1 + span[0], 1 + span[1])
        return text

    def _name(self, term: object, language: str | None = None) -> str:
        return name_of(term, self.labels, language or self.language)


def _is_derived(fact: FactRecord) -> bool:
    return fact.is_derived


def _plain(text: str) -> Text:
    from rich.text import Text

    return Text(text)
