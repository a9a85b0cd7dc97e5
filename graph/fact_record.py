"""A fact as a store records it, with its qualifiers and quotes, and its JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, NamedTuple, TypeAlias

import pyoxigraph as ox

from ..messages.message import say
from ..ontology.namespaces import ID, INFERENCE, XSD, shortened
from .fact import OMISSION, PROSPECTS
from .store import Term

#: How many quotes a record shows of itself, and how many characters a quote.
_QUOTES_SHOWN: Final = 3
_SHOWN: Final = 160

TripleTerms: TypeAlias = tuple[Term, Term, Term]


class QuotePart(NamedTuple):
    """Consecutive words of a document, with the text before and after them.

    ``start`` and ``end`` are 0-based, half-open offsets in Unicode code points of the document
    decoded as UTF-8.
    """

    text: str
    start: int
    end: int
    prefix: str = ""
    suffix: str = ""
    iri: str = ""


class Quote(NamedTuple):
    """Words of one document that prove a fact; ``document`` is the file's name.

    A quote has several parts where ``[…]`` stands for words left out. ``publisher`` is empty
    if the document prints none. ``context`` holds passages that help to read the quote and
    prove nothing; ``unsaid`` lists the terms of the fact named by neither quote nor context.
    ``gloss`` is the curator's English translation, which proves nothing either.
    """

    document: str
    document_iri: str
    parts: tuple[QuotePart, ...]
    publisher: str = ""
    context: tuple[QuotePart, ...] = ()
    unsaid: tuple[ox.NamedNode | ox.Literal, ...] = ()
    gloss: str = ""

    @property
    def text(self) -> str:
        """The whole quote, ``[…]`` between its parts."""
        if len(self.parts) == 1:
            return self.parts[0].text
        return f" {OMISSION} ".join(part.text for part in self.parts)

    @property
    def starts(self) -> str:
        """Where each part starts: offsets separated by spaces."""
        return " ".join(str(part.start) for part in self.parts)

    @property
    def ends(self) -> str:
        """Where each part ends: offsets separated by spaces."""
        return " ".join(str(part.end) for part in self.parts)

    def __repr__(self) -> str:
        text = self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}…"
        return f"«{' '.join(text.split())}» {self.document} [{self.starts}:{self.ends}]"

    def _repr_html_(self) -> str:
        return (
            f'<blockquote dir="auto">{escape(self.text)}</blockquote>'
            f"{self.gloss_html()}"
            f"<small><bdi>{escape(self.document)} [{self.starts}:{self.ends}]</bdi></small>"
        )

    def gloss_html(self) -> str:
        """The gloss for a notebook, marked as ours; empty if there is none."""
        if not self.gloss:
            return ""
        mark = f"<small>{say('fact-gloss', 'en')}:</small>"
        return f'<p class="gloss" lang="en" dir="ltr">{mark} {escape(self.gloss)}</p>'

    @property
    def place(self) -> tuple[str, tuple[tuple[int, int], ...]]:
        """The document's IRI and the offsets of the parts: equal for the same words."""
        return self.document_iri, tuple((part.start, part.end) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Support:
    """The documents that state a triple, and their publishers as printed.

    ``unsigned`` is the number of documents that print no publisher.
    """

    documents: frozenset[str]
    publishers: frozenset[str]
    unsigned: int

    @property
    def is_corroborated(self) -> bool:
        """Whether more than one document states the triple."""
        return len(self.documents) > 1


#: The support of a derived fact: no document.
NOBODY: Final = Support(frozenset(), frozenset(), 0)


class FactRecord(NamedTuple):
    """A fact as the graph records it, or a derived fact with its premises.

    ``modality`` is the short name (``asserted``, ``reported`` …), or ``derived`` for a derived
    fact, which has ``rule`` and ``derived_from`` and no quotes of its own. ``when`` is EDTF, for a
    derived fact the time of its premises; ``date_text`` is the printed words. ``notes`` are the
    curator's remarks, in Arabic and in English. ``record_status`` is the short name;
    ``superseded_by`` is the IRI of the fact that replaces this one. ``support`` counts all active
    facts with the same triple in the same view, whatever their other qualifiers: another speaker or
    date makes another fact, and a document that only plans or denies it does not support it.
    """

    iri: str
    subject: Term
    predicate: Term
    object: Term
    modality: str = ""
    stated_by: tuple[Term, ...] = ()
    on_behalf_of: tuple[Term, ...] = ()
    when: str = ""
    date_text: str = ""
    notes: tuple[ox.Literal, ...] = ()
    attributed_to: tuple[Term, ...] = ()
    record_status: str = ""
    status_reasons: tuple[ox.Literal, ...] = ()
    status_date: str = ""
    superseded_by: str = ""
    rule: str = ""
    derived_from: tuple[FactRecord, ...] = ()
    quotes: tuple[Quote, ...] = ()
    support: Support = NOBODY

    def __repr__(self) -> str:
        names = " ".join(map(_short, self.triple))
        qualifiers = [self.modality, *map(_short, self.stated_by), self.when]
        head = f"{names} ({', '.join(filter(None, qualifiers))})"
        more = len(self.quotes) - _QUOTES_SHOWN
        lines = [head, *map(repr, self.quotes[:_QUOTES_SHOWN]), *([f"… + {more}"] * (more > 0))]
        return "\n    ".join(lines)

    def _repr_html_(self) -> str:
        """The fact for a notebook, with short IRIs; ``Facts`` shows labels."""
        head = escape(repr(self).partition("\n")[0])
        quotes = "".join(quote._repr_html_() for quote in self.quotes)
        return f'<div lang="en" dir="ltr"><p><bdi>{head}</bdi></p>{quotes}</div>'

    @property
    def is_derived(self) -> bool:
        """Whether the fact is derived by a rule."""
        return self.iri.startswith(INFERENCE)

    @property
    def is_prospect(self) -> bool:
        """Whether the fact is planned, expected, conditional or denied."""
        return f"{ID}modality/{self.modality}" in PROSPECTS

    @property
    def triple(self) -> TripleTerms:
        """Subject, predicate and object."""
        return self.subject, self.predicate, self.object

    def note(self, language: str) -> str:
        """The curator's remark in the language, else in any other; empty if there is none."""
        return _in_language(self.notes, language)

    def status_reason(self, language: str) -> str:
        """The reason for the record status, in the language, else in any other."""
        return _in_language(self.status_reasons, language)

    def asserted(self) -> Iterator[FactRecord]:
        """The asserted facts that this one rests on (itself if asserted), with duplicates."""
        if not self.is_derived:
            yield self
        for source in self.derived_from:
            yield from source.asserted()


def _short(term: Term) -> str:
    """A term as people write it: ``country/iraq``, ``tw:signatory``, or the text of a literal."""
    if not isinstance(term, ox.NamedNode):
        return term.value
    return term.value.removeprefix(ID) if term.value.startswith(ID) else shortened(term.value)


def _in_language(texts: Sequence[ox.Literal], language: str) -> str:
    mine = [text.value for text in texts if text.language == language]
    return " ".join(mine or [text.value for text in texts])


Json: TypeAlias = dict[str, Any]
_STRING: Final = f"{XSD}string"


def term_json(term: Term) -> dict[str, str]:
    """A term in SPARQL 1.1 Query Results JSON (section 3.2.2)."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != _STRING:
        found["datatype"] = term.datatype.value
    return found


def statement_json(fact: FactRecord) -> Json:
    """A fact's IRI and triple."""
    return {
        "fact": fact.iri,
        "subject": fact.subject.value,
        "predicate": fact.predicate.value,
        "object": term_json(fact.object),
    }


def fact_json(fact: FactRecord) -> Json:
    """A fact with its qualifiers and evidence; a derived one with its rule and premises.

    Keys with empty values are left out, except ``evidence``; so is the status ``asserted``.
    """
    item = statement_json(fact)
    item["modality"] = fact.modality
    if fact.stated_by:
        item["statedBy"] = [term.value for term in fact.stated_by]
    if fact.on_behalf_of:
        item["onBehalfOf"] = [term.value for term in fact.on_behalf_of]
    if fact.when:
        item["when"] = fact.when
    if fact.date_text:
        item["dateText"] = fact.date_text
    if fact.notes:
        item["note"] = _by_language(fact.notes)
    if fact.attributed_to:
        item["attributedTo"] = [term.value for term in fact.attributed_to]
    if fact.record_status not in ("", "asserted"):
        status = {
            "recordStatus": fact.record_status,
            "statusReason": _by_language(fact.status_reasons),
            "statusDate": fact.status_date,
            "supersededBy": fact.superseded_by,
        }
        item |= {key: value for key, value in status.items() if value}
    item["evidence"] = [part for quote in fact.quotes for part in _parts(quote)]
    if fact.support.documents:
        item["support"] = {
            "documents": sorted(fact.support.documents),
            "publishers": sorted(fact.support.publishers),
        }
    if fact.is_derived:
        item["derivedBy"] = fact.rule
        item["derivedFrom"] = [fact_json(source) for source in fact.derived_from]
    return item


def _by_language(texts: Iterable[ox.Literal]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        language = text.language or ""
        found[language] = f"{found[language]} {text.value}" if language in found else text.value
    return found


def _parts(quote: Quote) -> Iterator[Json]:
    """The parts of a quote; the first has the gloss, the context and the unnamed terms."""
    for number, part in enumerate(quote.parts):
        item: Json = {
            "document": quote.document,
            "quote": part.text,
            "start": part.start,
            "end": part.end,
        }
        if number:
            item["continues"] = True
        else:
            if quote.gloss:
                item["gloss"] = quote.gloss
            if quote.context:
                item["context"] = [
                    {"quote": around.text, "start": around.start, "end": around.end}
                    for around in quote.context
                ]
            if quote.unsaid:
                item["unsaid"] = [term_json(term) for term in quote.unsaid]
        yield item
