"""The fact: one triple, its qualifiers, and the quotes that state it."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..ontology.namespaces import (
    DOCUMENT,
    EVIDENCE,
    FACT,
    GRAPH_EVIDENCE,
    GRAPH_PROSPECTS,
    ID,
    OA,
    PASSAGE,
    PROV,
    RDF,
    TW,
    XSD,
)
from .document import Document

#: EDTF's codes for quarters and halves of a year, each with its first and last month.
PARTS_OF_YEAR: Final = {
    "33": (1, 3), "34": (4, 6), "35": (7, 9), "36": (10, 12), "40": (1, 6), "41": (7, 12),
}  # fmt: skip
_DATE: Final = re.compile(
    r"(?P<year>\d[\dX]{3})(?:-(?P<month>0\d|1[0-2]|XX|2\d|3\d|4[01])(?:-(?P<day>[0-3X][\dX]))?)?"
)
_MARKS: Final = re.compile(r"[?~%]")


@lru_cache(maxsize=4096)
def date_bounds(edtf: str) -> tuple[str | None, str | None]:
    """The earliest and latest day as ``YYYY-MM-DD``, None if the year is unknown.

    Uncertain and approximate dates count as written; an open interval has no last day; a season
    other than a quarter or half may be any day of its year.

    >>> date_bounds("2022-09"), date_bounds("2025-36"), date_bounds("2019/2020")
    (('2022-09-01', '2022-09-30'), ('2025-10-01', '2025-12-31'), ('2019-01-01', '2020-12-31'))
    >>> date_bounds("XXXX-02-08"), date_bounds("201X/..")
    ((None, None), ('2010-01-01', None))
    """
    start, slash, end = _MARKS.sub("", edtf).partition("/")
    return _days(start)[0], _days(end if slash else start)[1]


def _days(date: str) -> tuple[str | None, str | None]:
    found = _DATE.fullmatch(date)
    if found is None:
        return None, None
    years = found["year"].replace("X", "0"), found["year"].replace("X", "9")
    month, day = found["month"], found["day"]
    first, last = PARTS_OF_YEAR.get(month or "", (1, 12))
    if month and month.isdecimal() and int(month) <= 12:
        first = last = int(month)
    days = 1, monthrange(int(years[1]), last)[1]
    if day and day.isdecimal():
        days = int(day), int(day)
    return tuple(  # type: ignore[return-value]
        f"{year}-{number:02d}-{date:02d}"
        for year, number, date in zip(years, (first, last), days, strict=True)
    )


Object: TypeAlias = ox.NamedNode | ox.Literal
#: Local names of ``tw:`` qualifier properties with their values, sorted.
Qualifiers: TypeAlias = tuple[tuple[str, Object], ...]

MODALITIES: Final = (
    "asserted", "reported", "inferred", "planned", "expected", "conditional", "denied",
)  # fmt: skip
#: IRIs of the modalities for what is planned, expected, conditional or denied. Such facts go into
#: ``graph/prospects``, and nothing is derived from them.
PROSPECTS: Final = frozenset(
    f"{ID}modality/{name}" for name in ("planned", "expected", "conditional", "denied")
)
#: Marks words left out of a quote.
OMISSION: Final = "[…]"
#: Facts with these record statuses are in the plain view or in ``graph/prospects``.
ACTIVE_STATUSES: Final = frozenset({"asserted", "disputed"})
RECORD_STATUSES: Final = ("candidate", "asserted", "disputed", "superseded", "retracted")

#: Qualifiers for a fact's record status, its reason and its date.
STATUS_QUALIFIERS: Final = (
    "recordStatus", "statusReason", "statusReasonAr", "statusDate", "supersededBy",
)  # fmt: skip

#: Qualifiers of the claim itself: they are part of a fact's identity. All others
#: (record status, note, recorder) may change while the fact stays the same.
IDENTIFYING: Final = ("modality", "statedBy", "onBehalfOf", "when", "dateText")

#: The identifying qualifiers of a fact that is simply asserted.
PLAIN: Final[tuple[tuple[str, ox.NamedNode], ...]] = (
    ("modality", ox.NamedNode(f"{ID}modality/asserted")),
)

#: Qualifiers whose predicate is not the ``tw:`` property of the same name.
_PREDICATES: Final = {
    "wasAttributedTo": f"{PROV}wasAttributedTo",
    "noteAr": f"{TW}note",
    "statusReasonAr": f"{TW}statusReason",
}


def short_hash(text: str) -> str:
    """The first 16 hexadecimal digits of the text's SHA-256: the local part of hashed IRIs."""
    return sha256(text.encode()).hexdigest()[:16]


def evidence_iri(fact: str, document: str, start: int, end: int) -> str:
    """The IRI of evidence, made from the fact's IRI, the document's sha256 and the position."""
    return EVIDENCE + short_hash(f"{fact} {document} {start} {end}")


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim passage of one document, with its position and surrounding text.

    ``start`` and ``end`` are 0-based, half-open offsets in Unicode code points of the document's
    bytes decoded as UTF-8, without normalisation.
    """

    source: Document = field(repr=False)
    start: int
    end: int

    @property
    def document(self) -> str:
        """The document's slug."""
        return self.source.slug

    @property
    def quote(self) -> str:
        """The text of the passage."""
        return self.source.text[self.start : self.end]

    @property
    def prefix(self) -> str:
        """The text before the passage, so that a reader sees it in its sentence."""
        return self.source.before(self.start)

    @property
    def suffix(self) -> str:
        """The text after the passage."""
        return self.source.after(self.end)

    @property
    def passage_iri(self) -> str:
        """The IRI of the passage alone, made from the document's content and the position."""
        return PASSAGE + short_hash(f"{self.source.sha256} {self.start} {self.end}")

    def selectors(self, iri: str) -> Iterator[str]:
        """N-Quads that give ``iri`` its Web Annotation source, quote selector and position."""
        quote, position = f"<{iri}/quote>", f"<{iri}/position>"
        graph = f"<{GRAPH_EVIDENCE}> ."
        yield f"<{iri}> <{OA}hasSource> <{DOCUMENT}{self.document}> {graph}"
        yield f"<{iri}> <{OA}hasSelector> {quote} {graph}"
        yield f"<{iri}> <{OA}hasSelector> {position} {graph}"
        yield f"{quote} <{RDF}type> <{OA}TextQuoteSelector> {graph}"
        for name, words in (
            ("exact", self.quote),
            ("prefix", self.prefix),
            ("suffix", self.suffix),
        ):
            yield f"{quote} <{OA}{name}> {ox.Literal(words, language='ar')} {graph}"
        yield f"{position} <{RDF}type> <{OA}TextPositionSelector> {graph}"
        yield f"{position} <{OA}start> {ox.Literal(self.start)} {graph}"
        yield f"{position} <{OA}end> {ox.Literal(self.end)} {graph}"


@dataclass(frozen=True, slots=True)
class Evidence(Passage):
    """A quote that states a fact, or one part of a quote with omissions.

    ``context`` holds passages of the same document that name what the quote calls "the two
    countries" or "the minister": they help to read it and prove nothing. ``continues`` is the
    previous part, if any. ``gloss`` is the curator's English translation of the whole quote, kept
    with its first part: a help to read, never evidence, and no part of what the evidence is.
    """

    context: tuple[Passage, ...] = ()
    continues: Evidence | None = None
    gloss: str = field(default="", compare=False)

    def iri(self, fact_iri: str) -> str:
        """The evidence's IRI, for the fact with this one."""
        return evidence_iri(fact_iri, self.source.sha256, self.start, self.end)

    def lines(self, fact_iri: str, notes: Sequence[Object] = ()) -> Iterator[str]:
        """N-Quads of the evidence, with its context and the part that it continues.

        The ``notes`` of the fact stand with it too: documents may state one fact for different
        reasons.
        """
        iri = self.iri(fact_iri)
        graph = f"<{GRAPH_EVIDENCE}> ."
        yield f"<{fact_iri}> <{TW}evidence> <{iri}> {graph}"
        yield f"<{iri}> <{RDF}type> <{TW}Evidence> {graph}"
        yield from self.selectors(iri)
        for note in notes:
            yield f"<{iri}> <{TW}note> {note} {graph}"
        if self.gloss:
            yield self.gloss_line(fact_iri)
        if self.continues:
            yield f"<{iri}> <{TW}continues> <{self.continues.iri(fact_iri)}> {graph}"
        for passage in self.context:
            place = passage.passage_iri
            yield f"<{iri}> <{TW}context> <{place}> {graph}"
            yield f"<{place}> <{RDF}type> <{TW}Passage> {graph}"
            yield from passage.selectors(place)

    def gloss_line(self, fact_iri: str) -> str:
        """The N-Quad of the gloss."""
        gloss = ox.Literal(self.gloss, language="en")
        return f"<{self.iri(fact_iri)}> <{TW}gloss> {gloss} <{GRAPH_EVIDENCE}> ."


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement of a document: a triple with its qualifiers and the quotes that state it.

    Two facts with the same triple and the same identifying qualifiers are the same fact,
    whichever documents state it and however often.
    """

    subject: ox.NamedNode
    predicate: ox.NamedNode
    object: Object
    qualifiers: Qualifiers
    evidence: tuple[Evidence, ...]
    #: The IRI of the fact and of its graph, made from the triple and the identifying qualifiers.
    iri: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        claimed = [
            f"<{TW}{name}> {value}" for name, value in self.qualifiers if name in IDENTIFYING
        ]
        line = f"{self.subject} {self.predicate} {self.object} ."
        object.__setattr__(self, "iri", FACT + short_hash(" ".join([line, *sorted(claimed)])))

    @property
    def triple(self) -> ox.Triple:
        """The one triple of the fact's graph."""
        return ox.Triple(self.subject, self.predicate, self.object)

    @property
    def plain_iri(self) -> str:
        """The IRI of the fact that states the same triple plainly: asserted, by nobody named."""
        return replace(self, qualifiers=PLAIN, evidence=()).iri

    def qualifier(self, name: str) -> Object | None:
        """The value of one qualifier, or None."""
        for key, value in self.qualifiers:
            if key == name:
                return value
        return None

    @property
    def is_active(self) -> bool:
        """Whether the fact is in the plain view or in ``graph/prospects``."""
        status = self.qualifier("recordStatus")
        return status is not None and status.value.rpartition("/")[2] in ACTIVE_STATUSES

    @property
    def is_prospect(self) -> bool:
        """Whether the documents present it as planned, expected, conditional or denied."""
        modality = self.qualifier("modality")
        return modality is not None and modality.value in PROSPECTS

    @property
    def is_premise(self) -> bool:
        """Whether the fact is in the plain view, and so may be a premise of derived facts."""
        return self.is_active and not self.is_prospect

    @property
    def status(self) -> Qualifiers:
        """The qualifiers for the fact's record status."""
        return tuple(item for item in self.qualifiers if item[0] in STATUS_QUALIFIERS)

    def with_status(self, status: Mapping[str, Object]) -> Fact:
        """The same fact, with the same IRI and evidence, and another record status."""
        kept = {name: value for name, value in self.qualifiers if name not in STATUS_QUALIFIERS}
        return replace(self, qualifiers=tuple(sorted({**kept, **status}.items())))

    def said(self) -> Iterator[tuple[str, Object]]:
        """The IRIs of the properties of its qualifiers, with the values."""
        for name, value in self.qualifiers:
            yield _PREDICATES.get(name, TW + name), value

    def lines(self) -> Iterator[str]:
        """N-Quads of the fact: its own graph, its view if it is active, and its qualifiers."""
        iri = self.iri
        line = f"{self.subject} {self.predicate} {self.object}"
        yield f"{line} <{iri}> ."
        if self.is_active:
            yield f"{line} <{GRAPH_PROSPECTS}> ." if self.is_prospect else f"{line} ."
        yield f"<{iri}> <{RDF}type> <{TW}Fact> <{GRAPH_EVIDENCE}> ."
        for predicate, value in self.said():
            yield f"<{iri}> <{predicate}> {value} <{GRAPH_EVIDENCE}> ."
        if when := self.qualifier("when"):
            for name, day in zip(("earliest", "latest"), date_bounds(when.value), strict=True):
                if day:
                    yield f'<{iri}> <{TW}{name}> "{day}"^^<{XSD}date> <{GRAPH_EVIDENCE}> .'
        notes = [value for name, value in self.qualifiers if name in ("note", "noteAr")]
        for evidence in self.evidence:
            yield from evidence.lines(iri, notes)
