"""How answers look on a terminal: tables, quotes with their words set off, cards and paths."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final

from ..graph.arabic import find_folded
from ..graph.control_characters import visible
from ..graph.errors import OutputError
from ..graph.fact import MODALITIES, OMISSION
from ..messages.message import Message, foreign, listed, say
from ..ontology.namespaces import ID, PREFIXES, RDF, RDFS, SKOS
from ..queries.date_words import readable
from ..queries.labels import Labels, short_iri

if TYPE_CHECKING:
    import pyoxigraph as ox
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment
    from rich.text import Text

    from ..queries.corroboration import Support, Terms
    from ..queries.disagreement import Disagreement
    from ..queries.entity_card import EntityCard
    from ..queries.history import PastFact
    from ..queries.network import Step
    from ..queries.why import EvidenceView, FactView, Proof, RowExplanation

#: Terms of RDF itself, which have no label in the graph.
_TERMS: Final = {
    RDF + "type": "relation-type",
    RDFS + "label": "relation-label",
    SKOS + "altLabel": "relation-alt-label",
    SKOS + "broader": "relation-broader",
}

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


@contextmanager
def writing(output: str) -> Iterator[IO[bytes]]:
    """A file to write to, there as a whole or not at all; ``-`` is standard output.

    On a terminal what is written is shown, and not obeyed. Raises ``OutputError`` where it cannot
    be written.
    """
    if output == "-" and sys.stdout.isatty():
        held = BytesIO()
        yield held
        print(visible(held.getvalue().decode("utf-8", "replace").replace("\r\n", "\n")), end="")
        return
    if output == "-":
        yield sys.stdout.buffer
        return
    target = Path(output)
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            made = Path(file.name)
            try:
                yield file
                file.close()
                # A temporary file is for its owner alone; an export is for others.
                made.chmod(0o644)
                made.replace(target)
            finally:
                made.unlink(missing_ok=True)
    except OSError as error:
        reason = foreign(error.strerror or str(error))
        raise OutputError("output-not-written", file=output, reason=reason) from error


class Printer:
    """Prints on one console in one language."""

    def __init__(self, out: Console, labels: Labels, language: str) -> None:
        self.out, self.labels, self.language = out, labels, language

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table; in Arabic the first column stands on the right."""
        from rich import box
        from rich.table import Table

        arabic = self.language == "ar"
        table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
        for heading in reversed(headings) if arabic else headings:
            table.add_column(heading, justify="right" if arabic else "left", overflow="fold")
        for row in rows:
            cells = [readable(cell, self.language) for cell in row]
            table.add_row(*map(_plain, reversed(cells) if arabic else cells))
        self.out.print(table)

    def row(self, headings: Sequence[str], cells: Sequence[str]) -> None:
        """One row of an answer on its own line, the first cell set off."""
        from rich.text import Text

        text = Text("▸ ", "bold")
        for number, (heading, cell) in enumerate(zip(headings, cells, strict=True)):
            if cell:
                text.append(f"{'  ·  ' if number else ''}{heading}: ", "dim")
                text.append(readable(cell, self.language), "bold")
        self.out.print(text)

    def card(
        self,
        card: EntityCard,
        facts: Sequence[FactView],
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
        self.labels.fetch(_iris([fact for side in sides for fact in side.facts]))
        about = " — ".join(map(self._name, (disagreement.subject, disagreement.predicate)))
        self.line(say("fact-disagreement", self.language, about=about), "bold yellow")
        table = Table(box=box.SQUARE, header_style="bold", expand=False)
        cells = []
        for side in sides:
            table.add_column(_plain(self._name(side.value)), overflow="fold")
            lines = []
            for fact in side.facts:
                lines += [self._marks(fact), _plain(status_of(fact, self.labels, self.language))]
                lines += [_plain(f"«{item.quote}»\n{item.document}") for item in fact.evidence]
            cells.append(Text("\n").join(line for line in lines if line))
        table.add_row(*cells)
        self.out.print(table)

    def history(self, card: EntityCard, past: Sequence[PastFact], *, why: bool) -> None:
        """What is recorded of an entity and not asserted, each with its status and reason."""
        self._title(card)
        if not past:
            self.line(say("entity-no-history", self.language))
        self.labels.fetch(_iris([item.fact for item in past]))
        for item in past:
            self.indented(self._sentence(item.fact))
            self.indented(status_of(item.fact, self.labels, self.language), "yellow", 6)
            if item.successor:
                self.indented(say("fact-superseded-by", self.language), "dim", 6)
                self.indented(self._sentence(item.successor), indent=8)
            for quote in item.fact.quotes() if why else ():
                self._proof(quote, [item.fact])
            self.indented(short_iri(item.fact.iri), "dim", 6)

    def _title(self, card: EntityCard) -> None:
        names = [card.labels[x] for x in (self.language, *card.labels) if x in card.labels]
        title = " · ".join(dict.fromkeys(names)) or short_iri(card.iri)
        kinds = "، ".join(self.labels(kind, self.language) for kind in card.classes)
        self.line(title, "bold")
        self.line(f"{kinds}  {short_iri(card.iri)}", "dim")

    def _grouped(self, iri: str, facts: Sequence[FactView]) -> None:
        """Facts without their quotes: each relation once, with the others under it."""
        from rich.text import Text

        from ..queries.corroboration import support

        self.labels.fetch(_iris(facts))
        supports = support(facts)
        groups: dict[str, list[Text]] = {}
        for fact in facts:
            relation = self._name(fact.predicate)
            is_subject = getattr(fact.subject, "value", "") == iri
            heading = f"— {relation} →" if is_subject else f"← {relation} —"
            line = Text("      ").append(self._name(fact.object if is_subject else fact.subject))
            line.append_text(self._marks(fact, supports))
            known = groups.setdefault(heading, [])
            if line not in known:
                known.append(line)
        for heading, lines in groups.items():
            self.line(f"  {heading}", "cyan")
            for line in lines:
                self.out.print(line)

    def paths(
        self, ways: Sequence[Sequence[Step]], facts: Mapping[ox.Triple, Sequence[FactView]]
    ) -> None:
        """Ways between two entities, each step with the fact and the quote that say it."""
        if not ways:
            self.line(say("path-none", self.language))
        for number, way in enumerate(ways, 1):
            steps = Message("count-steps", count=len(way))
            self.line(say("path-heading", self.language, number=number, steps=steps), "bold")
            for step in way:
                self.facts(sorted(facts[step.triple], key=firmness)[:1])

    def line(self, text: str = "", style: str = "") -> None:
        """One line of text, never read as markup."""
        self.out.print(_plain(text), style=style or None)

    def explanation(self, why: RowExplanation, *, everything: bool = False) -> None:
        """Why a row holds: its facts with their quotes, each quote once, then what is absent."""
        facts = why.facts if everything else why.facts[:_SHOWN]
        self.facts(facts)
        if len(why.facts) > len(facts):
            more = len(why.facts) - len(facts)
            self.line("    " + say("answer-more-facts", self.language, count=more), "dim")
        if why.note:
            self.line("    " + say(f"answer-on-{why.note.name.lower()}", self.language), "dim")
        for pattern in why.absence:
            absent = self.readable(pattern)
            self.indented(say("answer-absent", self.language, pattern=absent), "dim")
        if why.definitions:
            told = [self.definition(proof) for proof in why.definitions[:_SHOWN]]
            if len(why.definitions) > len(told):
                told.append("…")
            definitions = "  ·  ".join(told)
            self.indented(say("answer-definitions", self.language, definitions=definitions), "dim")
        if why.alternatives_total:
            count = why.alternatives_total
            self.indented(say("answer-other-proofs", self.language, count=count), "dim")

    def definition(self, proof: Proof) -> str:
        """A triple that no fact says, in words."""
        return " — ".join(self._name(t) for t in (proof.subject, proof.predicate, proof.object))

    def readable(self, pattern: str) -> str:
        """A SPARQL pattern with the names of things in place of their IRIs."""

        def name(match: re.Match[str]) -> str:
            prefix, local = match[2], match[3]
            iri = match[1] or PREFIXES.get(prefix, prefix + ":") + local
            return self.labels(iri, self.language)

        pattern = re.sub(
            r"^\s*(?:FILTER\s*)?(?:NOT EXISTS|MINUS)\s*\{(.*)\}\s*$", r"\1", pattern, flags=re.S
        )
        named = re.sub(r"<([^<>\s]+)>|\b([a-z]\w*):([\w-]+)", name, pattern)
        return " ".join(named.split()).removesuffix(" .")

    def indented(self, text: str | Text, style: str = "", indent: int = 4) -> None:
        """Text whose wrapped lines stay under its first one."""
        from rich.padding import Padding

        shown = _plain(text) if isinstance(text, str) else text
        self.out.print(Padding(shown, (0, 0, 0, indent)), style=style or None)

    def facts(self, facts: Sequence[FactView]) -> None:
        """Facts as sentences, grouped under the quote that says them.

        A derived fact comes before the facts that it follows from, with its rule.
        """
        from ..queries.corroboration import support

        told = {asserted.iri: asserted for fact in facts for asserted in fact.asserted()}
        self.labels.fetch(_iris([*facts, *told.values()]))
        supports = support(told.values())
        sentences = {str(line): line for line in map(self._sentence, filter(_is_derived, facts))}
        for line in sentences.values():
            self.indented(line)
        for group in by_quote(told.values()):
            for fact, quote in group:
                self.indented(self._sentence(fact, supports))
                if note := fact.note(self.language):
                    self.indented(f"{say('fact-note', self.language)}: {note}", "dim", 6)
                if status := status_of(fact, self.labels, self.language):
                    self.indented(status, "yellow", 6)
                if unsaid := [self._name(term) for term in quote[0].unsaid]:
                    self.indented(say("fact-not-named", self.language, names=unsaid), "yellow", 6)
            self._proof(group[0][1], [fact for fact, _ in group])

    def _proof(self, quote: Sequence[EvidenceView], facts: Iterable[FactView]) -> None:
        """A quote with its place and its context, the names of the facts set off in it."""
        words = f" {OMISSION} ".join(part.quote for part in quote)
        self.indented(self._quote(words, facts), indent=6)
        spans = " ".join(f"[{part.start}:{part.end}]" for part in quote)
        self.indented(f"{quote[0].document} {spans}", "dim", 6)
        for around in quote[0].context:
            words = f"«{around.quote}» [{around.start}:{around.end}]"
            self.indented(f"{say('fact-context', self.language)}: {words}", "dim", 6)

    def things(self, iris: Sequence[str]) -> None:
        """Entities and documents, each with how it is referred to."""
        self.labels.fetch(iris)
        for iri in iris:
            self.indented(f"• {self.labels(iri, self.language)}  {short_iri(iri)}")

    def sentences(self, facts: Sequence[FactView], sign: str = "") -> None:
        """Facts as sentences alone, with a sign before each."""
        from rich.text import Text

        self.labels.fetch(_iris(facts))
        for fact in facts:
            self.indented(Text(sign).append_text(self._sentence(fact)))

    def _sentence(self, fact: FactView, supports: Mapping[Terms, Support] | None = None) -> Text:
        from rich.text import Text

        names = [self._name(term) for term in (fact.subject, fact.predicate, fact.object)]
        text = Text("• ")
        text.append(names[0], "bold").append(f" — {names[1]} — ", "cyan").append(names[2], "bold")
        text.append_text(self._marks(fact, supports))
        return text

    def _marks(self, fact: FactView, supports: Mapping[Terms, Support] | None = None) -> Text:
        """How firmly it is said, by whom, when and how often, where that needs saying."""
        from rich.text import Text

        told = marks(fact, self.labels, self.language)
        by = (supports or {}).get((fact.subject, fact.predicate, fact.object))
        if by and by.is_corroborated:
            told.append(self._support(by))
        marked = listed(told, self.language)
        return Text(f"  ({marked})", "yellow") if told else Text()

    def _support(self, by: Support) -> str:
        """How many documents say it, and of how many publishers, as far as these are printed."""
        documents = Message("count-documents", count=len(by.documents))
        if not (count := len(by.publishers)):
            return say("fact-in-documents", self.language, documents=documents)
        code = "fact-in-documents-some-named" if by.unsigned else "fact-in-documents-of"
        counted = "count-publishers-named" if by.unsigned else "count-publishers"
        publishers = Message(counted, count=count)
        return say(code, self.language, documents=documents, publishers=publishers)

    def _quote(self, quote: str, facts: Iterable[FactView]) -> Text:
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


def name_of(term: object, labels: Labels, language: str) -> str:
    """What a term is called: the label of a thing, the words of a literal."""
    import pyoxigraph as ox

    if isinstance(term, ox.NamedNode):
        if term.value in _TERMS:
            return say(_TERMS[term.value], language)
        return labels(term.value, language)
    if isinstance(term, ox.Literal):
        return readable(term.value, language)
    return str(term)


def marks(fact: FactView, labels: Labels, language: str) -> list[str]:
    """How firmly a fact is said, by whom and when, where that needs saying."""
    found = []
    if fact.is_derived:
        found.append(say("fact-by-rule", language, rule=labels(fact.rule, language)))
    elif fact.modality != "asserted":
        found.append(labels(_modality(fact.modality), language))
    if fact.stated_by:
        speakers = [name_of(term, labels, language) for term in fact.stated_by]
        found.append(say("fact-said-by", language, speakers=speakers))
    if fact.record_status == "disputed":
        found.append(labels(_record_status("disputed"), language))
    if fact.when:
        found.append(readable(fact.when, language))
    return found


def status_of(fact: FactView, labels: Labels, language: str) -> str:
    """Where a fact stands in curation, since when and why, if it is not simply asserted."""
    if fact.record_status in ("", "asserted"):
        return ""
    name = labels(_record_status(fact.record_status), language)
    if not fact.status_date:
        return name
    day = readable(fact.status_date, language)
    reason = fact.status_reason(language)
    return say("fact-status", language, status=name, date=day, reason=reason)


def by_quote(facts: Iterable[FactView]) -> list[list[tuple[FactView, tuple[EvidenceView, ...]]]]:
    """Facts with the quotes that say them, those that share a quote together."""
    found: dict[
        tuple[tuple[str, int, int], ...], list[tuple[FactView, tuple[EvidenceView, ...]]]
    ] = {}
    for fact in facts:
        for quote in fact.quotes():
            place = tuple((part.document, part.start, part.end) for part in quote)
            found.setdefault(place, []).append((fact, quote))
    return list(found.values())


def firmness(fact: FactView) -> int:
    """How firmly a fact is said, the firmest first: asserted, reported … inferred."""
    return MODALITIES.index(fact.modality) if fact.modality in MODALITIES else len(MODALITIES)


def _is_derived(fact: FactView) -> bool:
    return fact.is_derived


def _plain(text: str) -> Text:
    from rich.text import Text

    return Text(text)


def _modality(name: str) -> str:
    return f"{ID}modality/{name}"


def _record_status(name: str) -> str:
    return f"{ID}record-status/{name}"


def _iris(facts: Iterable[FactView]) -> list[str]:
    import pyoxigraph as ox

    found = []
    for fact in facts:
        found += [_modality(fact.modality), _record_status(fact.record_status)]
        found += [
            term.value
            for term in (fact.subject, fact.predicate, fact.object, *fact.stated_by)
            if isinstance(term, ox.NamedNode)
        ]
    return found
