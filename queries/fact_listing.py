"""Facts, explanations and cards of entities as the Python API shows them, with their quotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ..graph.fact_reader import facts_of
from ..graph.fact_record import FactRecord
from ..graph.store import Store
from ..messages.message import listed, say
from ..ontology.namespaces import ID
from .disagreement import Disagreement
from .entity_card import EntityCard, PastFact
from .fact_words import (
    by_quote,
    in_one_line,
    iris_of,
    marks,
    name_of,
    status_of,
    unexplained_in_words,
)
from .labels import short_iri
from .listing import TEXT_CELL, Cell, Listing, cut, data_frame, direction
from .network import Step
from .results import Shown
from .why import RowExplanation

if TYPE_CHECKING:
    import pandas as pd

#: The columns of facts as they are shown, and the further ones of a data frame.
_SHOWN_COLUMNS = ("subject", "predicate", "object", "modality", "statedBy", "when", "quote")
_COLUMNS = (
    "subject", "predicate", "object", "modality", "stated_by", "when", "date_text", "note",
    "quote", "document", "start", "end", "fact", "gloss",
)  # fmt: skip
#: How many quotes are shown as text and in a notebook, and how long each may be as text.
_QUOTES, _HTML_QUOTES, _QUOTE = 4, 40, 160


def _modality(fact: FactRecord) -> Cell:
    return "" if fact.is_derived else ox.NamedNode(f"{ID}modality/{fact.modality}")


class Facts(Listing[FactRecord]):
    """Facts that show as a table; each is a ``FactRecord`` with its qualifiers and quotes."""

    def __init__(self, facts: Iterable[FactRecord], shown: Shown, title: str = "") -> None:
        super().__init__(facts, _SHOWN_COLUMNS, _as_shown, shown, title)

    def _like(self, items: Iterable[FactRecord]) -> Facts:
        return Facts(items, self._shown, self.title)

    def to_pandas(self, *, iris: bool = False) -> pd.DataFrame:
        """A row for each fact and quote, with ``document``, ``start`` and ``end`` of the quote.

        Offsets are 0-based and half-open, in Unicode code points of the document. Those of a
        quote that leaves words out are one for each part, separated by spaces. Types are those of
        :func:`taawun.queries.listing.data_frame`.
        """
        rows = [row for fact in self for row in _with_quotes(fact, self._shown.language)]
        return data_frame(_COLUMNS, rows, self._shown, iris=iris)


def _as_shown(fact: FactRecord) -> list[Cell]:
    quote = f"«{fact.quotes[0].text}»" if fact.quotes else ""
    return [*fact.triple, _modality(fact), fact.stated_by, fact.when, quote]


def _with_quotes(fact: FactRecord, language: str) -> Iterator[list[Cell]]:
    start: list[Cell] = [*fact.triple, _modality(fact), fact.stated_by, fact.when, fact.date_text]
    start.append(fact.note(language))
    for quote in fact.quotes or (None,):
        place: list[Cell] = [None] * 4
        if quote:
            one_part = len(quote.parts) == 1
            place = [
                quote.text,
                quote.document,
                quote.parts[0].start if one_part else quote.starts,
                quote.parts[0].end if one_part else quote.ends,
            ]
        yield [*start, *place, short_iri(fact.iri), quote.gloss if quote else None]


def statement(fact: FactRecord, shown: Shown) -> str:
    """A fact on one line: its terms, and how it is qualified."""
    names = " — ".join(name_of(term, shown.labels, shown.language) for term in fact.triple)
    told = "; ".join(marks(fact, shown.labels, shown.language))
    return f"{names} ({told})" if told else names


def proof_text(facts: Sequence[FactRecord], shown: Shown) -> list[str]:
    """Lines with the first few quotes of some facts, each under what it states."""
    facts = list({one.iri: one for fact in facts for one in fact.asserted()}.values())
    shown.labels.fetch(iris_of(facts))
    groups, lines = by_quote(facts), []
    for group in groups[:_QUOTES]:
        lines += [f"• {cut(statement(fact, shown), 2 * TEXT_CELL)}" for fact, _ in group[:2]]
        if len(group) > 2:
            lines.append(f"• {say('answer-more-facts', shown.language, count=len(group) - 2)}")
        lines.append(f"    {cut(group[0][1].text, _QUOTE).join('«»')}  {group[0][1].document}")
    if (left := len(groups) - _QUOTES) > 0:
        lines.append(_more_quotes(left, shown.language))
    return lines


def proof_html(facts: Sequence[FactRecord], shown: Shown) -> str:
    """The same in HTML, with more and whole quotes."""
    facts = list({one.iri: one for fact in facts for one in fact.asserted()}.values())
    shown.labels.fetch(iris_of(facts))
    groups, pieces = by_quote(facts), []
    for group in groups[:_HTML_QUOTES]:
        told = "".join(f"<li><bdi>{escape(statement(fact, shown))}</bdi></li>" for fact, _ in group)
        quote = group[0][1]
        place = in_one_line(quote).partition("» ")[2]
        pieces.append(
            f'<ul>{told}</ul><blockquote dir="auto">{escape(quote.text)}</blockquote>'
            f"{quote.gloss_html() if shown.language == 'en' else ''}"
            f"<small><bdi>{escape(place)}</bdi></small>"
        )
    if (left := len(groups) - _HTML_QUOTES) > 0:
        pieces.append(f"<p>{escape(_more_quotes(left, shown.language))}</p>")
    return "".join(pieces)


def _more_quotes(count: int, language: str) -> str:
    return f"… + {say('count-quotes', language, count=count)}"


def _in_language(html: str, language: str) -> str:
    return f'<div lang="{language}" dir="{direction(language)}">{html}</div>'


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(RowExplanation):
    """What a row rests on, shown with labels and quotes."""

    shown: Shown | None = None

    @classmethod
    def of(cls, found: RowExplanation, shown: Shown) -> Explanation:
        """The explanation, shown in a language."""
        values = {field.name: getattr(found, field.name) for field in fields(RowExplanation)}
        return cls(**values, shown=shown)

    @property
    def _about(self) -> list[str]:
        """What is to be said besides facts: why there are none, and what is absent."""
        assert self.shown
        language = self.shown.language
        if self.unexplained:
            return [unexplained_in_words(self.unexplained, language)]
        lines = [say("answer-absent", language, pattern=item) for item in self.absence]
        if not self.facts and not lines:
            code = "answer-on-definitions" if self.definitions else "answer-on-nothing"
            lines.append(say(code, language))
        return lines

    def __repr__(self) -> str:
        assert self.shown
        lines = [*proof_text(self.facts, self.shown), *(cut(line, 300) for line in self._about[:3])]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        assert self.shown
        about = "".join(f"<p><bdi>{escape(line)}</bdi></p>" for line in self._about)
        return _in_language(proof_html(self.facts, self.shown) + about, self.shown.language)


@dataclass(frozen=True, eq=False, repr=False)
class Card(EntityCard):
    """Everything recorded about an entity, shown with labels and quotes."""

    store: Store | None = None
    language: str = "en"
    #: How a question in one's own words was read; empty for a card asked for by name.
    understood: str = ""

    @classmethod
    def of(cls, card: EntityCard, store: Store, language: str) -> Card:
        """The card, shown in a language."""
        values = {field.name: getattr(card, field.name) for field in fields(EntityCard)}
        return cls(**values, store=store, language=language)

    @property
    def facts(self) -> Facts:
        """The facts about the entity with their quotes, those of which it is the subject first."""
        assert self.store
        found = facts_of(self.store, self.triples)
        stating = (fact for triple in self.triples for fact in found.get(triple, ()))
        return Facts(stating, Shown(self.store, self.language))

    @property
    def name(self) -> str:
        """The label in the card's language, else in the other one."""
        return self.labels.get(self.language) or next(iter(self.labels.values()), self.iri)

    def _head(self, shown: Shown) -> list[str]:
        other = [text for text in self.labels.values() if text != self.name]
        kinds = [shown.labels(iri, self.language) for iri in self.classes]
        lines = [self.understood] if self.understood else []
        lines.append(" · ".join([self.name, *other, *kinds, short_iri(self.iri)]))
        if self.aliases:
            also = say("entity-also-called", self.language)
            lines.append(f"{also}: {listed(self.aliases, self.language)}")
        mine = [note.value for note in self.notes if note.language == self.language]
        return lines + (mine or [note.value for note in self.notes])

    def __repr__(self) -> str:
        assert self.store
        shown = Shown(self.store, self.language)
        head = [cut(line, 2 * TEXT_CELL) for line in self._head(shown)[:4]]
        return "\n".join([*head, repr(self.facts)])

    def _repr_html_(self) -> str:
        assert self.store
        first, *rest = self._head(Shown(self.store, self.language))
        lines = "".join(f"<p><bdi>{escape(line)}</bdi></p>" for line in rest)
        html = f"<h3><bdi>{escape(first)}</bdi></h3>{lines}{self.facts._repr_html_()}"
        return _in_language(html, self.language)


def past_facts(found: Iterable[PastFact], shown: Shown) -> Listing[PastFact]:
    """Facts that are no longer, or not yet, asserted, as a table."""

    def row(item: PastFact) -> list[Cell]:
        fact = item.fact
        about = status_of(fact, shown.labels, shown.language)
        return [*fact.triple, about, item.successor.iri if item.successor else ""]

    columns = ("subject", "predicate", "object", "recordStatus", "supersededBy")
    return Listing(found, columns, row, shown)


def sides(found: Iterable[Disagreement], shown: Shown) -> Listing[Disagreement]:
    """Disagreements as a table, with all values of one on a line."""

    def row(item: Disagreement) -> list[Cell]:
        values = [
            f"{shown.term(side.value)} ({', '.join(sorted(side.documents))})" for side in item.sides
        ]
        return [item.subject, item.predicate, " ≠ ".join(values)]

    return Listing(found, ("subject", "predicate", "object"), row, shown)


def paths(found: Iterable[Sequence[Step]], shown: Shown) -> Listing[Listing[Step]]:
    """Paths as a table, each a table of its steps."""

    def step(item: Step) -> list[Cell]:
        return [item.subject, item.predicate, item.object]

    def row(way: Listing[Step]) -> list[Cell]:
        ends = [one.subject if one.is_forward else one.object for one in way]
        last = way[-1].object if way[-1].is_forward else way[-1].subject
        pieces = [shown.term(ends[0])]
        for one, then in zip(way, [*ends[1:], last], strict=True):
            name = shown.term(one.predicate)
            # Arabic runs to the left, and its arrows with it.
            ahead, back = "←→" if shown.language == "ar" else "→←"
            pieces.append(f"—{name}{ahead}" if one.is_forward else f"{back}{name}—")
            pieces.append(shown.term(then))
        return [" ".join(pieces)]

    columns = ("subject", "predicate", "object")
    ways = [Listing(way, columns, step, shown) for way in found]
    return Listing(ways, ("path",), row, shown)


def explanations(found: Iterable[RowExplanation], shown: Shown) -> Listing[Explanation]:
    """The explanations of some rows, in row order; as a table, each by its first quote."""

    def first(item: Explanation) -> list[Cell]:
        for fact in item.facts:
            for one in fact.asserted():
                quote = one.quotes[0]
                return [statement(one, shown), quote.text, quote.document]
        return [" ".join(item._about), "", ""]

    items = [Explanation.of(item, shown) for item in found]
    return Listing(items, ("fact", "quote", "document"), first, shown)
