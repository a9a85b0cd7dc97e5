"""The page of a document: its text with every quote marked, and the facts of each quote."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from ...graph.fact_reader import reader_of
from ...graph.fact_record import FactRecord
from ...graph.store import Store, Term, select
from ...ontology.namespaces import DCTERMS, SCHEMA, TW
from ...queries.fact_words import Proven, by_quote, iris_of, rank
from ...viz.legend import FAMILIES, Family
from ..workers.served_graph import OpenedBuild
from .page import Families, Page, name_of_place


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A stretch of a text, with the numbers of the quotes that include it.

    Sorted in the order of opening tags: by start, longest first. If ``is_context``, it is context
    for those quotes and proves nothing.
    """

    start: int
    ends_before: int
    is_context: bool = False
    numbers: tuple[int, ...] = ()
    name: str = field(default="", compare=False)
    is_last: bool = True

    @property
    def end(self) -> int:
        """The end offset, exclusive."""
        return -self.ends_before


class Piece(NamedTuple):
    """A piece of marked text. ``kind`` is ``opens`` or ``closes`` (a mark), ``line`` or ``words``.

    ``numbers`` are the quotes that ``words`` link to, or that end at a closing mark. For an
    opening mark, ``text`` is its name, ``numbers`` its quotes, and ``classes`` says whether it is
    a context, is cut off, or continues a mark that was cut off.
    """

    kind: str
    text: str = ""
    numbers: tuple[int, ...] = ()
    classes: str = ""


def stretches(
    quoted: Mapping[int, Iterable[tuple[int, int]]], around: Mapping[int, Iterable[tuple[int, int]]]
) -> list[Stretch]:
    """Return the stretches to mark, from the parts and the contexts of each quote."""
    found: dict[tuple[int, int], dict[bool, list[int]]] = {}
    for is_context, places in ((False, quoted), (True, around)):
        for number, spans in places.items():
            for span in spans:
                numbers = found.setdefault(span, {}).setdefault(is_context, [])
                if number not in numbers:
                    numbers.append(number)
    return [
        Stretch(
            start,
            -end,
            is_context=False not in kinds,
            numbers=tuple(kinds.get(False) or kinds[True]),
            name=name_of_place(start, end),
        )
        for (start, end), kinds in found.items()
    ]


def pieces(text: str, marked: Iterable[Stretch]) -> Iterator[Piece]:
    """Yield the pieces of the text in order; their words and lines add up to the whole text."""
    waiting = list(marked)
    heapq.heapify(waiting)
    opened: list[Stretch] = []
    done = 0

    def upto(place: int) -> Iterator[Piece]:
        nonlocal done
        inner = [stretch for stretch in opened if not stretch.is_context] or opened
        for number, line in enumerate(text[done:place].split("\n")):
            if number:
                yield Piece("line")
            if line:
                # A link that contains only spaces would have no accessible name.
                yield Piece("words", line, inner[-1].numbers if inner and line.strip() else ())
        done = place

    def close() -> Iterator[Piece]:
        stretch = opened[-1]
        yield from upto(stretch.end)
        opened.pop()
        told = stretch.numbers if stretch.is_last and not stretch.is_context else ()
        yield Piece("closes", numbers=told)

    while waiting:
        stretch = heapq.heappop(waiting)
        while opened and opened[-1].end <= stretch.start:
            yield from close()
        yield from upto(stretch.start)
        cut = opened[-1].end if opened and opened[-1].end < stretch.end else 0
        if cut:
            heapq.heappush(waiting, replace(stretch, start=cut, name=""))
            stretch = replace(stretch, ends_before=-cut, is_last=False)
        opened.append(stretch)
        words = {"context": stretch.is_context, "cut": cut, "rest": not stretch.name}
        classes = " ".join(word for word, holds in words.items() if holds)
        yield Piece("opens", stretch.name, stretch.numbers, classes)
    while opened:
        yield from close()
    yield from upto(len(text))


_VALUES: Final = "SELECT ?p ?o WHERE {{ {iri} ?p ?o }} ORDER BY ?p ?o"
_KINDS: Final = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?kind {{ VALUES ?thing {{ {things} }} ?thing a ?kind
  FILTER NOT EXISTS {{ ?thing a ?lower . ?lower rdfs:subClassOf ?kind }} }}"""
#: The families of the table of contents, in its order.
_ORDER: Final = (
    "agreement", "offer", "event", "initiative", "country", "organization", "person", "figure",
    "infrastructure", "area", "other",
)  # fmt: skip
_PRINTED: Final = (
    ("file", DCTERMS + "identifier"),
    ("publisher", DCTERMS + "publisher"),
    ("author", DCTERMS + "creator"),
    ("issued", DCTERMS + "issued"),
    ("corrects", TW + "corrects"),
    ("corrected-by", TW + "correctedBy"),
    ("sha256", SCHEMA + "sha256"),
)


def document_values(graph: OpenedBuild, page: Page, node: ox.NamedNode) -> dict[str, Any] | None:
    """Return the template values for a document, or None if it is not in the graph."""
    values = {row["p"].value: row["o"] for row in select(graph.store, _VALUES.format(iri=node))}
    if not values:
        return None
    quotes = _quotes(graph.store, node)
    text = graph.text(node.value)
    page.labels.fetch(iris_of(fact for group in quotes for fact, _ in group))
    return {
        "contents": _contents(graph.store, quotes),
        "firmness": [min(group, key=lambda one: rank(one[0]))[0].modality for group in quotes],
        "values": list(_printed(values)),
        "quotes": quotes,
        "text": list(_marked(text, quotes)) if text is not None else None,
        "shows_texts": graph.shows_texts,
    }


class Entry(NamedTuple):
    """What a document says of one thing: where first, and how firmly at most."""

    iri: str
    number: int
    facts: int
    modality: str


def _contents(store: Store, quotes: list[Proven]) -> list[tuple[Family, list[Entry]]]:
    """The table of contents: the things that the facts are about, by family, in text order."""
    facts: dict[str, list[tuple[int, FactRecord]]] = {}
    for number, group in enumerate(quotes, 1):
        for fact, _ in group:
            facts.setdefault(fact.subject.value, []).append((number, fact))
    families, found = Families.of_store(store), dict[str, list[Entry]]()
    kinds: dict[str, list[str]] = {}
    if facts:
        things = " ".join(str(ox.NamedNode(iri)) for iri in facts)
        for row in select(store, _KINDS.format(things=things)):
            kinds.setdefault(row["thing"].value, []).append(row["kind"].value)
    for iri, told in facts.items():
        firmest = min((fact for _, fact in told), key=rank)
        entry = Entry(iri, told[0][0], len(told), firmest.modality)
        found.setdefault(families.of(kinds.get(iri, ())).key, []).append(entry)
    by_key = {family.key: family for family in FAMILIES}
    return [(by_key[key], found[key]) for key in _ORDER if key in found]


def _printed(values: dict[str, Term]) -> Iterator[tuple[str, Term | None]]:
    """Yield the document's metadata for display; the date is always included."""
    for word, predicate in _PRINTED:
        if predicate in values or word == "issued":
            yield word, values.get(predicate)


def _quotes(store: Store, node: ox.NamedNode) -> list[Proven]:
    """Return the quotes of a document in text order, each with the facts that it proves."""
    groups = by_quote(reader_of(store).in_document(node.value))
    here = [group for group in groups if group[0][1].document_iri == node.value]
    return sorted(here, key=lambda group: group[0][1].place)


def _marked(text: str, quotes: list[Proven]) -> Iterator[Piece]:
    """Mark the parts and contexts of each quote in the text; quotes are numbered from 1."""
    parts = {
        number: [(part.start, part.end) for part in group[0][1].parts]
        for number, group in enumerate(quotes, 1)
    }
    around = {
        number: [(c.start, c.end) for _, quote in group for c in quote.context]
        for number, group in enumerate(quotes, 1)
    }
    return pieces(text, stretches(parts, around))
