"""The one reader of facts: their triples, qualifiers and quotes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import Final

import pyoxigraph as ox

from ..ontology.namespaces import FACT, GRAPH_EVIDENCE, INFERENCE, OA, TW
from .errors import QueryError
from .fact_record import FactRecord, TripleTerms
from .fact_sources import chunks, listed, rows, text_of
from .garbage_collection import no_pauses
from .indexed_facts import source_of
from .qualifiers import QUALIFIERS, Said, said_of
from .quote_reader import QuoteReader
from .store import EmbeddedStore, Store, Term, read


def facts_of(store: Store, triples: Iterable[ox.Triple]) -> dict[ox.Triple, tuple[FactRecord, ...]]:
    """The facts that state each triple; derived facts only if no other fact asserts it.

    A triple that no fact states (a label, a type, a term of the ontology) has an empty tuple.
    Runs a constant number of queries per thousand triples, and a few per level of derivation.
    """
    reader = FactReader(store)
    graphs = reader.graphs(triples)
    reader.load({graph for found in graphs.values() for graph in found})
    return {triple: tuple(map(reader.get, found)) for triple, found in graphs.items()}


def all_facts(store: Store, *, quotes: bool = True) -> Iterator[FactRecord]:
    """Every fact of the graph, sorted by IRI, whatever its record status.

    Derived facts are left out. The graph is read in a few queries; each record is made on
    demand. Without ``quotes`` the records have neither quotes nor support, for callers who need
    only triples and qualifiers.
    """
    return FactReader(store).all(quotes=quotes)


def description(store: Store, node: ox.NamedNode) -> Iterable[ox.Triple]:
    """The RDF description of a fact, a piece of evidence, a passage or a selector.

    For a fact, everything in its :class:`FactRecord`: triple, qualifiers, evidence and context
    with their selectors. For the others, also the resources that refer to them.
    """
    is_fact = node.value.startswith((FACT, INFERENCE))
    if isinstance(store, EmbeddedStore):
        return _described(store.quads, node, is_fact=is_fact)
    refers = "" if is_fact else f"UNION {{ ?s ?p ?o VALUES ?o {{ {node} }} }}"
    answer = store.query(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ GRAPH {node} {{ ?s ?p ?o }} }} UNION "
        f"{{ GRAPH <{GRAPH_EVIDENCE}> {{ {{ {node} (<{TW}evidence>|<{TW}context>|"
        f"<{OA}hasSelector>)* ?s . ?s ?p ?o }} {refers} }} }} }}"
    )
    if not isinstance(answer, ox.QueryTriples):
        raise QueryError("store-without-triples")
    return read(answer)


def _described(quads: ox.Store, node: ox.NamedNode, *, is_fact: bool) -> Iterator[ox.Triple]:
    """The description from an embedded store, which is faster asked for quads than queried."""
    evidence, waiting, seen = ox.NamedNode(GRAPH_EVIDENCE), [node], {node}
    told = [quads.quads_for_pattern(None, None, None, node)]
    if not is_fact:
        told.append(quads.quads_for_pattern(None, None, node, evidence))
    for found in told:
        yield from (quad.triple for quad in found)
    while waiting:
        for quad in quads.quads_for_pattern(waiting.pop(), None, None, evidence):
            yield quad.triple
            term = quad.object
            if (
                quad.predicate in _DESCRIBING
                and isinstance(term, ox.NamedNode)
                and term not in seen
            ):
                seen.add(term)
                waiting.append(term)


#: The properties of what is described with a fact.
_DESCRIBING: Final = {ox.NamedNode(iri) for iri in (
    f"{TW}evidence", f"{TW}context", f"{OA}hasSelector",
)}  # fmt: skip


def reader_of(store: Store) -> FactReader:
    """A reader of the store's facts, for many short uses.

    Those of an embedded store, which never changes, share it: a fact that proves many rows, or
    rows of many questions, is read once. It is given up when it holds very many facts.
    """
    if not isinstance(store, EmbeddedStore):
        return FactReader(store)
    reader = store.kept.get(_SHARED)
    if not isinstance(reader, FactReader) or reader.size > _MOST:
        # With the store and not in a table of this module, where neither would ever be freed.
        reader = store.kept[_SHARED] = FactReader(store)
    return reader


def forget(store: Store) -> None:
    """Give up the shared reader of a store: the next one reads every fact again."""
    if isinstance(store, EmbeddedStore):
        store.kept.pop(_SHARED, None)


#: How many facts a shared reader may hold.
_MOST: Final = 5000
_SHARED: Final = "fact reader"


class FactReader:
    """Reads facts from a store in batches, each fact once.

    What it knows of a fact is complete when it appears, so that threads may share a reader.

    An inactive fact (retracted, say) is neither in the plain view nor in ``graph/prospects``, and
    so states none of their triples.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._source = store, source_of(store)
        self._records: dict[str, FactRecord] = {}
        self._triples: dict[str, TripleTerms] = {}
        self._said: dict[str, Said] = {}
        self._quotes = QuoteReader(store, self._source)
        #: The active facts that state a triple, prospects last; derived ones only without others.
        self._saying: dict[TripleTerms, tuple[str, ...]] = {}

    @property
    def size(self) -> int:
        """How many facts, and triples that were looked for, it holds."""
        return max(len(self._said), len(self._saying))

    def graphs(self, triples: Iterable[ox.Triple]) -> dict[ox.Triple, tuple[str, ...]]:
        """The facts that state each triple; derived facts only if no other fact asserts it."""
        terms = {t: (t.subject, t.predicate, t.object) for t in dict.fromkeys(triples)}
        found = self.stating(terms.values())  # type: ignore[arg-type]
        return {triple: found[terms[triple]] for triple in terms}  # type: ignore[index]

    def stating(
        self, triples: Collection[TripleTerms], *, prospects: bool | None = None
    ) -> Mapping[TripleTerms, tuple[str, ...]]:
        """The same by the terms of the triples.

        ``prospects`` selects the facts in ``graph/prospects``, or those outside it.
        """
        self._learn_saying(triples)
        saying, said = self._saying, self._said
        if prospects is None:
            return {triple: saying[triple] for triple in triples}
        found = {}
        for triple in triples:
            facts = saying[triple]
            mine = [fact for fact in facts if said[fact].is_prospect == prospects]
            found[triple] = facts if len(mine) == len(facts) else tuple(mine)
        return found

    def _learn_saying(self, triples: Iterable[TripleTerms]) -> None:
        saying, said, known = self._saying, self._said, self._triples
        missing = [triple for triple in triples if triple not in saying]
        if not missing:
            return
        stated = [
            triple
            for triple in missing
            if isinstance(triple[0], ox.NamedNode) and isinstance(triple[2], _OBJECTS)
        ]
        found = [*self._source.stating(stated)]
        self._learn_said({fact for _, fact in found})
        several: dict[TripleTerms, list[str]] = {}
        learnt: dict[TripleTerms, tuple[str, ...]] = dict.fromkeys(missing, ())
        for triple, fact in found:
            known.setdefault(fact, triple)
            if said[fact].is_active:
                if learnt[triple]:
                    several.setdefault(triple, [*learnt[triple]]).append(fact)
                else:
                    learnt[triple] = (fact,)
        for triple, facts in several.items():
            ahead = sorted({fact for fact in facts if said[fact].is_prospect})
            plain = [fact for fact in facts if not said[fact].is_prospect]
            learnt[triple] = (*_preferred(plain), *ahead)
        # What is known of a triple is complete when it appears.
        saying |= learnt

    def modality(self, fact: str) -> str:
        """The short name of a fact's modality, ``derived`` for a derived one."""
        self._learn_said({fact})
        return self._said[fact].modality

    def owners(self, records: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The facts that evidence, its selectors and its context passages belong to."""
        found: dict[str, set[str]] = defaultdict(set)
        for _, chunk in chunks(records):
            text = (
                f"SELECT ?r ?f WHERE {{ {listed('r', chunk)} GRAPH <{GRAPH_EVIDENCE}> {{ "
                f"{{ ?f <{TW}evidence> ?r }} UNION "
                f"{{ ?e <{OA}hasSelector> ?r . ?f <{TW}evidence> ?e }} UNION "
                f"{{ ?e <{TW}context> ?r . ?f <{TW}evidence> ?e }} }} }}"
            )
            for record, fact in rows(self._store, text):
                found[text_of(record)].add(text_of(fact))
        self._learn_said({fact for facts in found.values() for fact in facts})
        return {record: tuple(sorted(facts)) for record, facts in found.items()}

    def in_document(self, document: str) -> list[FactRecord]:
        """The facts that quote the document with this IRI."""
        text = (
            f"SELECT DISTINCT ?f WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{ "
            f"?e <{OA}hasSource> <{document}> . ?f <{TW}evidence> ?e }} }}"
        )
        facts = sorted(text_of(fact) for (fact,) in rows(self._store, text))
        self.load(facts)
        return list(map(self.get, facts))

    def get(self, fact: str) -> FactRecord:
        """The record of one fact; to read many, call :meth:`load` first."""
        if fact not in self._records:
            self.load((fact,))
        return self._records[fact]

    def read(self, facts: Sequence[str]) -> list[FactRecord]:
        """The records of facts and derived facts, in their order; raises as ``load`` does."""
        self.load(facts)
        return [*map(self.get, facts)]

    @no_pauses()
    def load(self, facts: Iterable[str]) -> None:
        """Read the records of facts and derived facts, and of all their premises.

        Raises ``QueryError`` if a fact has no triple, or derived facts rest on each other.
        """
        waiting: dict[str, tuple[str, ...]] = {}
        records, said = self._records, self._said
        missing = {fact for fact in facts if fact not in records}
        while missing:
            self._learn_said(missing)
            waiting |= {fact: said[fact].sources for fact in missing}
            under = {source for fact in missing for source in waiting[fact]}
            missing = {f for f in under if f not in waiting and f not in records}
        self._learn_triples([fact for fact in waiting if fact not in self._triples])
        stated = [fact for fact in waiting if fact.startswith(FACT)]
        triples = {self._triples[fact] for fact in stated}
        self._learn_saying(triples)
        self._quotes.learn({*stated, *(fact for t in triples for fact in self._saying[t])})
        while waiting:
            ready = [f for f, under in waiting.items() if all(s in records for s in under)]
            if not ready:
                raise QueryError("derivation-in-a-circle", fact=min(waiting))
            for fact in ready:
                records[fact] = self._record(fact, tuple([records[s] for s in waiting.pop(fact)]))

    def all(self, *, quotes: bool) -> Iterator[FactRecord]:
        """See :func:`all_facts`; call it once, on a new reader."""
        found: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for node, predicate, value in rows(self._store, _ALL_QUALIFIERS):
            found[text_of(node)][text_of(predicate)].append(value)
        self._said = {fact: said_of(fact, values) for fact, values in found.items()}
        for graph, *terms in rows(self._store, _ALL_TRIPLES):
            self._triples[text_of(graph)] = (terms[0], terms[1], terms[2])
        if quotes:
            self._quotes.learn_all()
            for fact, triple in self._triples.items():
                if self._said[fact].is_active:
                    self._saying[triple] = (*self._saying.get(triple, ()), fact)
        for fact in sorted(self._triples):
            yield self._record(fact, ())

    def _learn_said(self, facts: Set[str]) -> None:
        # Not a difference with the keys: it would walk all of them each time.
        missing = [fact for fact in facts if fact not in self._said]
        if missing:
            self._said |= self._source.said(missing)

    def _learn_triples(self, facts: Sequence[str]) -> None:
        self._triples |= self._source.triples(facts)
        if lost := [fact for fact in facts if fact not in self._triples]:
            raise QueryError("fact-without-triple", fact=min(lost))

    def _record(self, fact: str, under: tuple[FactRecord, ...]) -> FactRecord:
        said, triple = self._said.get(fact, _NOTHING), self._triples[fact]
        quotes = self._quotes.of(fact)
        # All that say the same in the same view support it; most often it is alone.
        saying: Iterable[str] = (fact,) if quotes else ()
        others = self._saying.get(triple, ())
        if quotes and others != saying:
            view = said.is_prospect
            saying = [o for o in (fact, *others) if self._said[o].is_prospect == view]
        support = self._quotes.support(saying)
        return FactRecord._make((fact, *triple, *said.fields, under, quotes, support))


_NOTHING: Final = said_of("", {})
_ALL_QUALIFIERS: Final = (
    f"SELECT ?f ?p ?o WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{ "
    f"{listed('p', sorted(QUALIFIERS))} ?f ?p ?o }} }}"
)
_ALL_TRIPLES: Final = (
    f"SELECT ?f ?s ?p ?o WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?f a <{TW}Fact> }} "
    "GRAPH ?f { ?s ?p ?o } }"
)


def _preferred(graphs: Collection[str]) -> tuple[str, ...]:
    if len(graphs) < 2:
        return tuple(graphs)
    asserted = sorted({graph for graph in graphs if graph.startswith(FACT)})
    return tuple(asserted or sorted(set(graphs)))


#: What facts have as their objects: no blank nodes.
_OBJECTS: Final = (ox.NamedNode, ox.Literal)
