"""Read the quotes of facts from a store, with their parts, documents and context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final, TypeVar

import pyoxigraph as ox

from ..ontology.namespaces import DCTERMS, FACT, GRAPH_EVIDENCE, OA, TW
from .errors import QueryError
from .fact_record import Quote, QuotePart, Support
from .store import Store, Term, read

_T = TypeVar("_T")
#: Rows per VALUES block; endpoints limit the length of a query.
_CHUNK: Final = 1000


class QuoteReader:
    """Reads quotes in batches, or all at once; each quote is read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._quotes: dict[str, tuple[Quote, ...]] = {}
        self._supports: dict[frozenset[str], Support] = {}
        self._documents: dict[str, str] = {}
        self._publishers: dict[str, str] = {}

    def of(self, fact: str) -> tuple[Quote, ...]:
        """The quotes of a fact, if they have been read."""
        return self._quotes.get(fact, ())

    def learn_all(self) -> None:
        """Read the quotes of every fact."""
        self._take(_EVIDENCE.format(""), _AROUND.format(""))

    def learn(self, facts: Set[str]) -> None:
        """Read the quotes of these facts."""
        missing = sorted(fact for fact in facts - self._quotes.keys() if fact.startswith(FACT))
        self._quotes |= dict.fromkeys(missing, ())
        for _, chunk in chunks(missing):
            block = listed("f", chunk)
            self._take(_EVIDENCE.format(block), _AROUND.format(f"{block} {_OF_FACT}"))

    def _take(self, evidence: str, around: str) -> None:
        """Read quotes with their context, and join the parts of each."""
        continued: dict[str, str] = {}
        context: dict[str, set[QuotePart]] = defaultdict(set)
        unsaid: dict[str, set[ox.NamedNode | ox.Literal]] = defaultdict(set)
        for row in rows(self._store, around):
            iri, before, _, passage, exact, start, end = map(text_of, row)
            if before:
                continued[iri] = before
            elif passage:
                context[iri].add(QuotePart(exact, int(start), int(end), iri=passage))
            elif isinstance(row[2], ox.NamedNode | ox.Literal):
                unsaid[iri].add(row[2])
        parts: dict[str, dict[str, tuple[str, QuotePart]]] = defaultdict(dict)
        for row in rows(self._store, evidence):
            fact, iri, document, exact, start, end, prefix, suffix = map(text_of, row)
            part = QuotePart(exact, int(start), int(end), prefix, suffix, iri)
            parts[fact][iri] = document, part
        documents = {document for found in parts.values() for document, _ in found.values()}
        self._learn_documents(sorted(documents - self._documents.keys()))
        for fact, found in parts.items():
            quotes = [
                Quote(
                    self._documents[document],
                    document,
                    chain,
                    self._publishers.get(document, ""),
                    _beside(chain, context, _place),
                    _beside(chain, unsaid, str),
                )
                for document, chain in _chains(found, continued)
            ]
            quotes.sort(key=_first_place)
            self._quotes[fact] = tuple(quotes)

    def _learn_documents(self, documents: Sequence[str]) -> None:
        self._documents |= {document: document for document in documents}
        for _, chunk in chunks(documents):
            text = (
                f"SELECT ?d ?p ?v WHERE {{ {listed('d', chunk)} "
                f"{listed('p', (f'{DCTERMS}identifier', f'{DCTERMS}publisher'))} "
                f"{{ ?d ?p ?v }} UNION {{ GRAPH ?g {{ ?d ?p ?v }} }} }}"
            )
            for document, predicate, value in rows(self._store, text):
                is_name = text_of(predicate) == f"{DCTERMS}identifier"
                known = self._documents if is_name else self._publishers
                known[text_of(document)] = text_of(value)

    def support(self, facts: Iterable[str]) -> Support:
        """The documents that these facts quote, and their publishers."""
        documents = frozenset(quote.document_iri for fact in facts for quote in self.of(fact))
        if documents not in self._supports:
            publishers = [self._publishers.get(document, "") for document in documents]
            self._supports[documents] = Support(
                frozenset(self._documents[document] for document in documents),
                frozenset(filter(None, publishers)),
                publishers.count(""),
            )
        return self._supports[documents]


_OF_FACT: Final = f"GRAPH <{GRAPH_EVIDENCE}> {{ ?f <{TW}evidence> ?e }}"
#: Each is used for all facts, or for those in a VALUES block.
_EVIDENCE: Final = (
    "SELECT ?f ?e ?d ?exact ?start ?end ?prefix ?suffix WHERE {{ {} "
    f"GRAPH <{GRAPH_EVIDENCE}> {{{{ ?f <{TW}evidence> ?e . ?e <{OA}hasSource> ?d ; "
    f"<{OA}hasSelector> ?q ; <{OA}hasSelector> ?p . ?q <{OA}exact> ?exact . "
    f"?p <{OA}start> ?start ; <{OA}end> ?end . "
    f"OPTIONAL {{{{ ?q <{OA}prefix> ?prefix }}}} OPTIONAL {{{{ ?q <{OA}suffix> ?suffix }}}} "
    "}} }}"
)
_AROUND: Final = (
    "SELECT ?e ?before ?said ?c ?exact ?start ?end WHERE {{ {} "
    f"GRAPH <{GRAPH_EVIDENCE}> {{{{ {{{{ ?e <{TW}continues> ?before }}}} UNION "
    f"{{{{ ?e <{TW}doesNotName> ?said }}}} UNION {{{{ ?e <{TW}doesNotSay> ?said }}}} UNION "
    f"{{{{ ?e <{TW}context> ?c . ?c <{OA}hasSelector> ?q ; <{OA}hasSelector> ?p . "
    f"?q <{OA}exact> ?exact . ?p <{OA}start> ?start ; <{OA}end> ?end }}}} }}}} }}}}"
)


def _chains(
    found: Mapping[str, tuple[str, QuotePart]], continued: Mapping[str, str]
) -> Iterator[tuple[str, tuple[QuotePart, ...]]]:
    """The parts of each quote in order, with its document; no part is lost."""
    if len(found) == 1:
        for document, part in found.values():
            yield document, (part,)
        return
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
    """The context passages of a quote's parts, in order."""
    found = {item for part in chain if part.iri in known for item in known[part.iri]}
    return tuple(sorted(found, key=key)) if found else ()


def _place(part: QuotePart) -> tuple[int, int]:
    return part.start, part.end


def _first_place(quote: Quote) -> tuple[str, int, int]:
    return quote.document, quote.parts[0].start, quote.parts[0].end


def rows(store: Store, text: str) -> Iterator[Sequence[Term]]:
    """The solutions of a SELECT, with terms in the order of its variables."""
    answer = store.query(text)
    if not isinstance(answer, ox.QuerySolutions):
        raise QueryError("store-without-solutions")
    for solution in read(answer):
        yield tuple(solution)


def text_of(term: Term | None) -> str:
    """The IRI or text of a term; empty for an unbound variable."""
    return "" if term is None else term.value


def listed(variable: str, iris: Iterable[str]) -> str:
    return f"VALUES ?{variable} {{ {' '.join(f'<{iri}>' for iri in iris)} }}"


def chunks(items: Sequence[_T]) -> Iterator[tuple[int, Sequence[_T]]]:
    for start in range(0, len(items), _CHUNK):
        yield start, items[start : start + _CHUNK]
