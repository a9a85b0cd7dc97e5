"""Read the quotes of facts from a store, with their parts, documents and context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, TypeVar

import pyoxigraph as ox

from ..ontology.namespaces import DCTERMS, FACT
from .fact_record import Quote, QuotePart, Support
from .fact_sources import (
    BesideRow,
    EvidenceRow,
    FactSource,
    chunks,
    listed,
    queried_quotes,
    rows,
    text_of,
)
from .store import Store

_T = TypeVar("_T")


class QuoteReader:
    """Reads quotes in batches, or all at once; each quote is read once.

    What is known of a fact or a document is complete when it appears.
    """

    def __init__(self, store: Store, source: FactSource) -> None:
        self._store, self._source = store, source
        self._quotes: dict[str, tuple[Quote, ...]] = {}
        self._supports: dict[frozenset[str], Support] = {}
        #: The support by one document.
        self._alone: dict[str, Support] = {}
        #: The name of each document's file, and its publisher.
        self._documents: dict[str, tuple[str, str]] = {}

    def of(self, fact: str) -> tuple[Quote, ...]:
        """The quotes of a fact, if they have been read."""
        return self._quotes.get(fact, ())

    def learn_all(self) -> None:
        """Read the quotes of every fact."""
        self._quotes |= self._read(*queried_quotes(self._store))

    def learn(self, facts: Set[str]) -> None:
        """Read the quotes of these facts."""
        missing = [f for f in facts if f not in self._quotes and f.startswith(FACT)]
        if missing:
            found = self._read(*self._source.quotes(missing))
            self._quotes |= dict.fromkeys(missing, ()) | found

    def _read(
        self, evidence: Iterable[EvidenceRow], beside: Iterable[BesideRow]
    ) -> dict[str, tuple[Quote, ...]]:
        """The quotes of each fact, with their context and their parts joined."""
        continued: dict[str, str] = {}
        context: dict[str, set[QuotePart]] = defaultdict(set)
        unsaid: dict[str, set[ox.NamedNode | ox.Literal]] = defaultdict(set)
        glosses: dict[str, set[str]] = defaultdict(set)
        for iri, before, term, passage, gloss in beside:
            if before:
                continued[iri] = before
            elif gloss:
                glosses[iri].add(gloss)
            elif passage:
                context[iri].add(passage)
            elif isinstance(term, ox.NamedNode | ox.Literal):
                unsaid[iri].add(term)
        stated: dict[str, list[EvidenceRow]] = {}
        documents = set()
        for row in evidence:
            stated.setdefault(row.fact, []).append(row)
            documents.add(row.document)
        self._learn_documents(sorted(iri for iri in documents if iri not in self._documents))
        known, read = self._documents, {}
        for fact, found in stated.items():
            quotes = [
                Quote(
                    known[document][0],
                    document,
                    chain,
                    known[document][1],
                    _beside(chain, context, _place) if context else (),
                    _beside(chain, unsaid, str) if unsaid else (),
                    # Its first part may begin a shorter quote of the same fact too.
                    max(_beside(chain, glosses, str), key=len, default="") if glosses else "",
                )
                for document, chain in _chains(found, continued)
            ]
            if len(quotes) > 1:
                quotes.sort(key=_first_place)
            read[fact] = tuple(quotes)
        return read

    def _learn_documents(self, documents: Sequence[str]) -> None:
        names = {document: document for document in documents}
        publishers: dict[str, str] = {}
        for _, chunk in chunks(documents):
            text = (
                f"SELECT ?d ?p ?v WHERE {{ {listed('d', chunk)} "
                f"{listed('p', (f'{DCTERMS}identifier', f'{DCTERMS}publisher'))} "
                f"{{ ?d ?p ?v }} UNION {{ GRAPH ?g {{ ?d ?p ?v }} }} }}"
            )
            for document, predicate, value in rows(self._store, text):
                is_name = text_of(predicate) == f"{DCTERMS}identifier"
                known = names if is_name else publishers
                known[text_of(document)] = text_of(value)
        self._documents |= {iri: (name, publishers.get(iri, "")) for iri, name in names.items()}

    def support(self, facts: Iterable[str]) -> Support:
        """The documents that these facts quote, and their publishers."""
        quotes = [quote for fact in facts for quote in self._quotes.get(fact, ())]
        if len(quotes) == 1:
            found = self._alone.get(quotes[0].document_iri)
            if found is not None:
                return found
        documents = frozenset([quote.document_iri for quote in quotes])
        found = self._supports.get(documents)
        if found is None:
            publishers = [self._documents[document][1] for document in documents]
            found = self._supports[documents] = Support(
                frozenset(self._documents[document][0] for document in documents),
                frozenset(filter(None, publishers)),
                publishers.count(""),
            )
        if len(quotes) == 1:
            self._alone[quotes[0].document_iri] = found
        return found


def _chains(
    rows: Sequence[EvidenceRow], continued: Mapping[str, str]
) -> Iterable[tuple[str, tuple[QuotePart, ...]]]:
    """The parts of each quote in order, with its document; no part is lost."""
    if len(rows) == 1:
        return ((rows[0].document, (rows[0].part,)),)
    return _joined({row.part.iri: (row.document, row.part) for row in rows}, continued)


def _joined(
    found: Mapping[str, tuple[str, QuotePart]], continued: Mapping[str, str]
) -> Iterator[tuple[str, tuple[QuotePart, ...]]]:
    after: dict[str, list[QuotePart]] = defaultdict(list)
    for _, part in found.values():
        before = continued.get(part.iri, "")
        after[before if before in found else ""].append(part)
    for first in after.pop("", ()):
        chain = [first]
        while following := after.pop(chain[-1].iri, ()):
            chain += following
        yield found[first.iri][0], tuple(chain)
    for part in (part for parts in after.values() for part in parts):
        yield found[part.iri][0], (part,)


def _beside(
    chain: Iterable[QuotePart], known: Mapping[str, set[_T]], key: Callable[[_T], Any]
) -> tuple[_T, ...]:
    """What stands beside a quote's parts, in order."""
    found = {item for part in chain if part.iri in known for item in known[part.iri]}
    return tuple(sorted(found, key=key)) if found else ()


def _place(part: QuotePart) -> tuple[int, int]:
    return part.start, part.end


def _first_place(quote: Quote) -> tuple[str, int, int]:
    return quote.document, quote.parts[0].start, quote.parts[0].end
