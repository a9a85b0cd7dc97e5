"""Where the quads of facts and quotes come from: SPARQL, or an embedded store asked for quads.

A lookup of a single quad pattern in Oxigraph takes a fraction of the time of a row of a query, so
an embedded store is not queried. Endpoints are, in batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol, TypeAlias, TypeVar

import pyoxigraph as ox

from ..ontology.namespaces import FACT, GRAPH_EVIDENCE, INFERENCE, OA, TW
from .errors import QueryError
from .fact_record import QuotePart
from .qualifiers import QUALIFIERS, Said, said_of
from .store import Store, Term, read

_T = TypeVar("_T")
#: Rows per VALUES block; endpoints limit the length of a query.
_CHUNK: Final = 1000
Triple: TypeAlias = tuple[Term, Term, Term]


class EvidenceRow(NamedTuple):
    """A quote, or a part of one, with its fact and its document."""

    fact: str
    document: str
    part: QuotePart


class BesideRow(NamedTuple):
    """One thing that stands with a piece of evidence.

    That is the part ``before`` it, or a term of the fact that it leaves ``unsaid``, or a
    ``passage`` of the context, or the ``gloss``; the others are empty.
    """

    iri: str
    before: str = ""
    unsaid: Term | None = None
    passage: QuotePart | None = None
    gloss: str = ""


class FactSource(Protocol):
    """Reads parts of facts; each method takes many at once, and asks a store in a fixed order."""

    def stating(self, triples: Sequence[Triple]) -> Iterator[tuple[Triple, str]]:
        """The triples with the facts and derived facts whose graphs have them."""
        ...

    def said(self, facts: Sequence[str]) -> dict[str, Said]:
        """What is said of each fact."""
        ...

    def triples(self, facts: Sequence[str]) -> Iterator[tuple[str, Triple]]:
        """Facts with what their graphs say."""
        ...

    def quotes(self, facts: Sequence[str]) -> tuple[list[EvidenceRow], list[BesideRow]]:
        """The evidence of facts, and what stands with it."""
        ...


def said_of_each(facts: Iterable[str], found: Iterable[tuple[str, str, Term]]) -> dict[str, Said]:
    """What is said of each fact, from facts, properties and values."""
    values: dict[str, dict[str, list[Term]]] = {fact: {} for fact in facts}
    for fact, predicate, value in found:
        values[fact].setdefault(predicate, []).append(value)
    return {fact: said_of(fact, told) for fact, told in values.items()}


class Queries:
    """Facts behind an endpoint."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def said(self, facts: Sequence[str]) -> dict[str, Said]:
        return said_of_each(facts, self._qualifiers(facts))

    def stating(self, triples: Sequence[Triple]) -> Iterator[tuple[Triple, str]]:
        for start, chunk in chunks(triples):
            listing = " ".join(
                f"({start + i} {s} {p} {o})"
                for i, (s, p, o) in enumerate(chunk)
                if not isinstance(s, ox.BlankNode) and not isinstance(o, ox.BlankNode)
            )
            text = (
                f"SELECT ?i ?g WHERE {{ VALUES (?i ?s ?p ?o) {{ {listing} }} "
                f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{FACT}") '
                f'|| STRSTARTS(STR(?g), "{INFERENCE}")) }}'
            )
            for number, graph in rows(self._store, text):
                yield triples[int(text_of(number))], text_of(graph)

    def _qualifiers(self, facts: Sequence[str]) -> Iterator[tuple[str, str, Term]]:
        for _, chunk in chunks(sorted(facts)):
            text = (
                f"SELECT ?f ?p ?o WHERE {{ {listed('f', chunk)} GRAPH <{GRAPH_EVIDENCE}> "
                f"{{ ?f ?p ?o }} FILTER(?p IN ({_PROPERTIES})) }}"
            )
            for fact, predicate, value in rows(self._store, text):
                yield text_of(fact), text_of(predicate), value

    def triples(self, facts: Sequence[str]) -> Iterator[tuple[str, Triple]]:
        for _, chunk in chunks(sorted(facts)):
            text = f"SELECT ?f ?s ?p ?o WHERE {{ {listed('f', chunk)} GRAPH ?f {{ ?s ?p ?o }} }}"
            for fact, subject, predicate, object_ in rows(self._store, text):
                yield text_of(fact), (subject, predicate, object_)

    def quotes(self, facts: Sequence[str]) -> tuple[list[EvidenceRow], list[BesideRow]]:
        evidence: list[EvidenceRow] = []
        beside: list[BesideRow] = []
        for _, chunk in chunks(sorted(facts)):
            block = listed("f", chunk)
            more, around = queried_quotes(self._store, block, f"{block} {_OF_FACT}")
            evidence += more
            beside += around
        return evidence, beside


def queried_quotes(
    store: Store, block: str = "", around: str = ""
) -> tuple[list[EvidenceRow], list[BesideRow]]:
    """The evidence of all facts of a store, or of those in a block, and what stands with it."""
    evidence = []
    for row in rows(store, _EVIDENCE.format(block)):
        fact, iri, document, exact, start, end, prefix, suffix = map(text_of, row)
        part = QuotePart(exact, int(start), int(end), prefix, suffix, iri)
        evidence.append(EvidenceRow(fact, document, part))
    beside = []
    for iri_, before, unsaid, *passage, gloss in rows(store, _AROUND.format(around)):
        place, exact, start, end = map(text_of, passage)
        part_ = QuotePart(exact, int(start), int(end), iri=place) if place else None
        beside.append(BesideRow(text_of(iri_), text_of(before), unsaid, part_, text_of(gloss)))
    return evidence, beside


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
    "SELECT ?e ?before ?said ?c ?exact ?start ?end ?gloss WHERE {{ {} "
    f"GRAPH <{GRAPH_EVIDENCE}> {{{{ {{{{ ?e <{TW}continues> ?before }}}} UNION "
    f"{{{{ ?e <{TW}gloss> ?gloss }}}} UNION "
    f"{{{{ ?e <{TW}doesNotName> ?said }}}} UNION {{{{ ?e <{TW}doesNotSay> ?said }}}} UNION "
    f"{{{{ ?e <{TW}context> ?c . ?c <{OA}hasSelector> ?q ; <{OA}hasSelector> ?p . "
    f"?q <{OA}exact> ?exact . ?p <{OA}start> ?start ; <{OA}end> ?end }}}} }}}} }}}}"
)


class Quads:
    """Facts in an embedded store."""

    def __init__(self, quads: ox.Store) -> None:
        self._match = quads.quads_for_pattern
        #: The evidence of facts whose quotes have not been read yet.
        self._evidence: dict[str, list[ox.NamedNode]] = {}

    def stating(self, triples: Sequence[Triple]) -> Iterator[tuple[Triple, str]]:
        match = self._match
        for triple in triples:
            for quad in match(*triple, None):  # type: ignore[arg-type]
                graph = quad.graph_name
                if isinstance(graph, ox.NamedNode) and graph.value.startswith((FACT, INFERENCE)):
                    yield triple, graph.value

    def said(self, facts: Sequence[str]) -> dict[str, Said]:
        return said_of_each(facts, self.qualifiers(facts))

    def qualifiers(self, facts: Sequence[str]) -> Iterator[tuple[str, str, Term]]:
        """Facts, properties and values."""
        match, node, wanted = self._match, ox.NamedNode, _WANTED
        for fact in sorted(facts):
            evidence = self._evidence[fact] = []
            for quad in match(node(fact), None, None, _GRAPH):
                predicate = quad.predicate
                if predicate in wanted:
                    yield fact, wanted[predicate], quad.object  # type: ignore[misc]
                elif predicate == _EVIDENCE_OF:
                    evidence.append(quad.object)  # type: ignore[arg-type]

    def triples(self, facts: Sequence[str]) -> Iterator[tuple[str, Triple]]:
        for fact in sorted(facts):
            for quad in self._match(None, None, None, ox.NamedNode(fact)):
                yield fact, (quad.subject, quad.predicate, quad.object)  # type: ignore[misc]

    def quotes(self, facts: Sequence[str]) -> tuple[list[EvidenceRow], list[BesideRow]]:
        match = self._match
        evidence: list[EvidenceRow] = []
        beside: list[BesideRow] = []
        for fact in sorted(facts):
            found = self._evidence.pop(fact, None)
            if found is None:
                quads = match(ox.NamedNode(fact), _EVIDENCE_OF, None, _GRAPH)
                found = [quad.object for quad in quads]  # type: ignore[misc]
            for node in found:
                iri = node.value
                documents, selectors, others = [], [], []
                for quad in match(node, None, None, _GRAPH):
                    predicate = quad.predicate
                    if predicate == _SELECTOR:
                        selectors.append(quad.object)
                    elif predicate == _SOURCE:
                        documents.append(quad.object.value)  # type: ignore[union-attr]
                    elif predicate in _BESIDE:
                        others.append((predicate, quad.object))
                for part in self._passages(iri, selectors):
                    evidence += [EvidenceRow(fact, one, part) for one in documents]
                for predicate, value in others:
                    beside += self._beside(iri, predicate, value)  # type: ignore[arg-type]
        return evidence, beside

    def _beside(self, iri: str, predicate: ox.NamedNode, value: Term) -> Iterator[BesideRow]:
        if predicate == _CONTINUES:
            yield BesideRow(iri, before=value.value)
        elif predicate == _CONTEXT:
            selectors = [q.object for q in self._match(value, _SELECTOR, None, _GRAPH)]  # type: ignore[arg-type]
            for part in self._passages(value.value, selectors):
                yield BesideRow(iri, passage=part._replace(prefix="", suffix=""))
        elif predicate == _GLOSS:
            yield BesideRow(iri, gloss=value.value)
        else:
            yield BesideRow(iri, unsaid=value)

    def _passages(self, iri: str, selectors: Iterable[object]) -> list[QuotePart]:
        """Words and places, by the selectors together."""
        words, places = [], []
        for selector in selectors:
            told = {
                quad.predicate: quad.object.value  # type: ignore[union-attr]
                for quad in self._match(selector, None, None, _GRAPH)  # type: ignore[arg-type]
            }
            if _EXACT in told:
                words.append((told[_EXACT], told.get(_PREFIX, ""), told.get(_SUFFIX, "")))
            if _START in told and _END in told:
                places.append((told[_START], told[_END]))
        return [
            QuotePart(exact, int(start), int(end), prefix, suffix, iri)
            for exact, prefix, suffix in words
            for start, end in places
        ]


_PROPERTIES: Final = ", ".join(f"<{iri}>" for iri in sorted(QUALIFIERS))
_WANTED: Final = {ox.NamedNode(iri): iri for iri in QUALIFIERS}
_GRAPH: Final = ox.NamedNode(GRAPH_EVIDENCE)
_EVIDENCE_OF, _CONTINUES, _CONTEXT, _GLOSS = (
    ox.NamedNode(TW + name) for name in ("evidence", "continues", "context", "gloss")
)
_BESIDE: Final = frozenset(
    {
        _CONTINUES,
        _CONTEXT,
        _GLOSS,
        ox.NamedNode(f"{TW}doesNotName"),
        ox.NamedNode(f"{TW}doesNotSay"),
    }
)
_SOURCE, _SELECTOR, _EXACT, _PREFIX, _SUFFIX, _START, _END = (
    ox.NamedNode(OA + name)
    for name in ("hasSource", "hasSelector", "exact", "prefix", "suffix", "start", "end")
)


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
    """A VALUES block of IRIs."""
    return f"VALUES ?{variable} {{ {' '.join(f'<{iri}>' for iri in iris)} }}"


def chunks(items: Sequence[_T]) -> Iterator[tuple[int, Sequence[_T]]]:
    """The items in slices as long as an endpoint takes in one query, each with its start."""
    for start in range(0, len(items), _CHUNK):
        yield start, items[start : start + _CHUNK]
