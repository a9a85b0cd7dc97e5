"""Incremental derivation: derive again only around a small change of the facts.

A derived fact depends only on its premises. Everything that a change affects is therefore found
by following its consequences step by step; each triple found is derived again from all its
possible premises. All other triples keep their derivations and serve as premises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

import pyoxigraph as ox

from ..ontology.namespaces import FACT, GRAPH_EVIDENCE, INFERENCE, PROV, TW
from ..ontology.schema import Schema
from .derive import ANY, DerivedFact, Known, Pattern, Reasoner, Terms, follow, terms_of
from .fact import ACTIVE_STATUSES, PROSPECTS, Fact

#: The largest number of affected triples; beyond it, everything is derived again.
LARGEST: Final = 5000
_EVIDENCE: Final = ox.NamedNode(GRAPH_EVIDENCE)
_SOURCES: Final = ox.NamedNode(PROV + "wasDerivedFrom")
_STATUS: Final = ox.NamedNode(TW + "recordStatus")
_MODALITY: Final = ox.NamedNode(TW + "modality")
_WHEN: Final = ox.NamedNode(TW + "when")


class Said(NamedTuple):
    """A triple that a fact in the plain view states, the fact's IRI, and its time (EDTF)."""

    terms: Terms
    fact: str
    when: str = ""

    @classmethod
    def of(cls, fact: Fact) -> Said:
        """What the fact states."""
        when = fact.qualifier("when")
        return cls(terms_of(fact), fact.iri, when.value if when else "")


class Rederived(NamedTuple):
    """The IRIs of removed derived facts, the new derived facts, and the triples examined.

    ``plain`` holds the examined triples that are in the plain view after the change.
    """

    gone: frozenset[str]
    new: tuple[DerivedFact, ...]
    affected: frozenset[Terms]
    plain: frozenset[Terms]


class Before:
    """The graph before the change, with lookup of single triples."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self.graphs = cache(self._graphs)
        self.rank = cache(self._rank)

    def match(self, *patterns: Pattern) -> Iterator[tuple[Terms, ...]]:
        """The asserted and derived triples that match the patterns together."""
        if any(pattern[0].startswith('"') for pattern in patterns):
            return
        where = " . ".join(" ".join(pattern) for pattern in patterns)
        answer = self._store.query(f"SELECT DISTINCT ?any WHERE {{ {where} }}")
        assert isinstance(answer, ox.QuerySolutions)
        for row in answer:
            found = str(row["any"])
            triples = tuple(
                (s.replace(ANY, found), p, o.replace(ANY, found)) for s, p, o in patterns
            )
            if all(map(self.graphs, triples)):
                yield triples

    def _graphs(self, terms: Terms) -> tuple[str, ...]:
        """The facts in the plain view, derived ones included, that state the triple."""
        text = " ".join(terms)
        answer = self._store.query(f"SELECT ?g WHERE {{ GRAPH ?g {{ {text} }} }}")
        assert isinstance(answer, ox.QuerySolutions)
        names = [row["g"] for row in answer]
        return tuple(
            name.value
            for name in names
            if isinstance(name, ox.NamedNode)
            and (name.value.startswith(INFERENCE) or self.is_premise(name))
        )

    def is_premise(self, graph: ox.NamedNode) -> bool:
        """Whether the graph belongs to a fact in the plain view."""
        return self._is_active(graph) and PROSPECTS.isdisjoint(self._said_of(graph, _MODALITY))

    def is_prospect(self, graph: ox.NamedNode) -> bool:
        """Whether the graph belongs to a fact in ``graph/prospects``."""
        return self._is_active(graph) and not self.is_premise(graph)

    def times(self, graph: str, reasoner: Reasoner) -> frozenset[str]:
        """The times of a fact, or of all facts that a derived one rests on."""
        node = ox.NamedNode(graph)
        if graph.startswith(FACT):
            when = next(iter(self._said_of(node, _WHEN)), "")
            return reasoner.times_of(self._triple(graph), when)
        sources = self._said_of(node, _SOURCES)
        return frozenset[str]().union(*(self.times(source, reasoner) for source in sources))

    def _is_active(self, graph: ox.NamedNode) -> bool:
        if not graph.value.startswith(FACT):
            return False
        (status,) = self._said_of(graph, _STATUS)
        return status.rpartition("/")[2] in ACTIVE_STATUSES

    def _said_of(self, graph: ox.NamedNode, predicate: ox.NamedNode) -> list[str]:
        quads = self._store.quads_for_pattern(graph, predicate, None, _EVIDENCE)
        return [q.object.value for q in quads if not isinstance(q.object, ox.Triple)]

    def _rank(self, terms: Terms) -> int:
        """The round in which the triple first follows; 0 if a fact states it."""
        graphs = self.graphs(terms)
        if any(graph.startswith(FACT) for graph in graphs):
            return 0
        sources = self._said_of(ox.NamedNode(graphs[0]), _SOURCES)
        return 1 + max(self.rank(self._triple(source)) for source in sources)

    def _triple(self, graph: str) -> Terms:
        (quad,) = self._store.quads_for_pattern(None, None, None, ox.NamedNode(graph))
        return str(quad.subject), str(quad.predicate), str(quad.object)


def rederive(
    store: ox.Store,
    lost: Iterable[Said],
    won: Iterable[Said],
    schema: Schema,
    classes: Mapping[str, frozenset[str]],
) -> Rederived | None:
    """How removed and added facts of the plain view change the derived facts.

    ``store`` holds the state before the change. None if the change affects too many triples.
    """
    before = Before(store)
    lost, won = list(lost), list(won)
    affected, beside = _affected(before, [item.terms for item in (*lost, *won)], schema, classes)
    if len(affected) > LARGEST or len(beside) > LARGEST:
        return None
    gone = {item.fact for item in lost}
    asserted: dict[Terms, list[str]] = {}
    for terms in affected:
        facts = [g for g in before.graphs(terms) if g.startswith(FACT) and g not in gone]
        facts += [item.fact for item in won if item.terms == terms]
        if facts:
            asserted[terms] = facts
    known = Known(schema)
    reasoner = Reasoner(known, schema, classes)
    later: dict[int, list[tuple[Terms, tuple[str, ...]]]] = {}
    for terms in beside:
        graphs = before.graphs(terms)
        if before.rank(terms) == 0:
            asserted[terms] = list(graphs)
        else:
            later.setdefault(before.rank(terms), []).append((terms, graphs))
    held = {graph for terms in affected | beside for graph in before.graphs(terms)}
    known.times = {graph: before.times(graph, reasoner) for graph in held - gone}
    known.times |= {item.fact: reasoner.times_of(item.terms, item.when) for item in won}
    for terms, graphs_ in asserted.items():
        for graph in graphs_:
            known.add(terms, graph)
    derived = list(follow(reasoner, sorted(asserted), later, affected))
    old = {g for terms in affected for g in before.graphs(terms) if g.startswith(INFERENCE)}
    new = {item.iri for item in derived}
    return Rederived(
        gone=frozenset(old - new),
        new=tuple(item for item in derived if item.iri not in old),
        affected=frozenset(affected),
        plain=frozenset(terms for terms in affected if terms in known.graphs),
    )


def _affected(
    before: Before,
    changed: Iterable[Terms],
    schema: Schema,
    classes: Mapping[str, frozenset[str]],
) -> tuple[set[Terms], set[Terms]]:
    """The triples that the change can affect, and all others that take part in deriving them."""
    known = Known(schema)
    reasoner = Reasoner(known, schema, classes)
    affected: set[Terms] = set()
    beside: set[Terms] = set()
    waiting = list(changed)
    while waiting and len(affected) <= LARGEST and len(beside) <= LARGEST:
        terms = waiting.pop()
        if terms in affected:
            continue
        affected.add(terms)
        known.add(terms, "")
        for pattern in reasoner.partners(terms):
            for (partner,) in before.match(pattern):
                known.add(partner, "")
                beside.add(partner)
        waiting += (
            conclusion
            for conclusion, _, _ in reasoner.steps(terms)
            if conclusion[0] != conclusion[2]
        )
    for terms in affected:
        for premises in reasoner.premises(terms):
            for found in before.match(*premises):
                beside.update(found)
                for pattern in (p for part in found for p in reasoner.dates_beside(part)):
                    beside.update(dated for (dated,) in before.match(pattern))
    return affected, beside - affected


def new_triples(derived: Iterable[DerivedFact], other: ox.Store) -> list[str]:
    """The first derived fact of each triple that does not follow in another store, by IRI."""
    known = Before(other)
    first: dict[Terms, str] = {}
    for item in derived:
        if not any(graph.startswith(INFERENCE) for graph in known.graphs(item.terms)):
            first[item.terms] = min(item.iri, first.get(item.terms, item.iri))
    return list(first.values())
