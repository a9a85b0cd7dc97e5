"""The view: everything that the interactive picture shows, read from a store and frozen.

What is drawn: entities as nodes, and as edges the pairs of entities that facts join. Facts
whose object is a literal or a mere value (a stage, a unit) belong to their subject's node.
Derived facts are not drawn, but for the two that sum up how parties hang together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pyoxigraph as ox

from ..graph.errors import UnknownNameError
from ..graph.fact_record import FactRecord
from ..graph.store import Term as RdfTerm
from ..messages.message import say


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A name in both languages; where one is missing, the other stands in for it."""

    ar: str
    en: str

    @classmethod
    def told(cls, code: str) -> Name:
        """The words of a message."""
        return cls(say(code, "ar"), say(code, "en"))


@dataclass(frozen=True, slots=True)
class Node:
    """An entity that is drawn. ``classes`` are its most specific ones.

    ``names`` are all other names that it is found by; ``countries`` and ``areas`` the entities
    that filters sort it under.
    """

    iri: str
    name: Name
    classes: tuple[str, ...]
    names: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A derived fact that is drawn, with the rules that draw it and the facts it rests on."""

    iri: str
    subject: str
    predicate: str
    object: str
    rules: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenDisagreement:
    """What documents say differently of one thing: for each value the facts that give it."""

    subject: str
    predicate: str
    sides: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """Two entities that facts join, whichever way the facts run; ``facts`` are their IRIs."""

    source: str
    target: str
    facts: tuple[str, ...]
    derived: bool = False


@dataclass(frozen=True, slots=True)
class SeenDocument:
    """A source document: the slug of its IRI, its file and what is printed about its origin."""

    iri: str
    file: str
    title: Name
    publisher: str = ""
    creator: str = ""

    @property
    def slug(self) -> str:
        """The last part of the IRI."""
        return self.iri.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Term:
    """A class, a property or a value of the ontology; ``inverse`` names a property backwards."""

    iri: str
    name: Name
    parents: tuple[str, ...] = ()
    inverse: Name | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of a stored question: cells (IRIs or text) and the facts that make it true."""

    cells: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A stored question with its answer, for the picture to highlight.

    ``parameters`` are those with a value: what each is called, and the IRI or text it stands for.
    """

    slug: str
    title: Name
    columns: tuple[Name, ...]
    rows: tuple[Answer, ...]
    tags: tuple[str, ...] = ()
    parameters: tuple[tuple[Name, str], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What the picture shows. Every tuple is sorted by IRI, so that equal data give equal bytes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    facts: tuple[FactRecord, ...]
    summaries: tuple[Summary, ...]
    documents: tuple[SeenDocument, ...]
    classes: tuple[Term, ...]
    predicates: tuple[Term, ...]
    values: tuple[Term, ...]
    disagreements: tuple[SeenDisagreement, ...] = ()


def join(
    facts: Iterable[FactRecord], summaries: Iterable[Summary], drawn: frozenset[str]
) -> tuple[Edge, ...]:
    """The edges between drawn nodes: one a pair for facts, one a pair for summaries."""
    pairs: dict[tuple[bool, str, str], list[str]] = defaultdict(list)
    claims = [(False, fact.iri, fact.subject.value, iri_of(fact.object)) for fact in facts]
    claims += [(True, item.iri, item.subject, item.object) for item in summaries]
    for derived, claim, *ends in claims:
        if drawn.issuperset(ends) and ends[0] != ends[1]:
            low, high = sorted(ends)
            pairs[derived, low, high].append(claim)
    return tuple(
        Edge(low, high, tuple(sorted(iris)), derived)
        for (derived, low, high), iris in sorted(pairs.items())
    )


def iri_of(term: RdfTerm) -> str:
    """The IRI of a term; empty for a literal."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def neighbours(edges: Iterable[Edge]) -> Mapping[str, frozenset[str]]:
    """For each node the nodes that an edge joins to it."""
    found: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        found[edge.source].add(edge.target)
        found[edge.target].add(edge.source)
    return {iri: frozenset(others) for iri, others in found.items()}


def focus(view: View, iri: str, depth: int = 1) -> View:
    """The part of the view within ``depth`` steps of facts from one entity.

    Raises ``UnknownNameError`` where the view has no such entity.
    """
    if not any(node.iri == iri for node in view.nodes):
        raise UnknownNameError(iri, "kind-entity-in-picture")
    joined = neighbours(edge for edge in view.edges if not edge.derived)
    kept = {iri}
    frontier = {iri}
    for _ in range(depth):
        frontier = {other for one in frontier for other in joined.get(one, ())} - kept
        kept |= frontier
    return restrict(view, frozenset(kept))


def restrict(view: View, kept: frozenset[str]) -> View:
    """The view with these nodes only, and the facts that stand between or at them."""
    drawn = frozenset(node.iri for node in view.nodes)
    facts = tuple(
        fact
        for fact in view.facts
        if fact.subject.value in kept
        and (iri_of(fact.object) in kept or iri_of(fact.object) not in drawn)
    )
    told = {fact.iri for fact in facts}
    summaries = tuple(
        replace(item, facts=tuple(sorted(told.intersection(item.facts))))
        for item in view.summaries
        if kept.issuperset((item.subject, item.object)) and told.intersection(item.facts)
    )
    disagreements = tuple(
        item for item in view.disagreements if all(map(told.issuperset, item.sides))
    )
    used = {quote.document_iri for fact in facts for quote in fact.quotes}
    return replace(
        view,
        nodes=tuple(node for node in view.nodes if node.iri in kept),
        edges=join(facts, summaries, kept),
        facts=facts,
        summaries=summaries,
        disagreements=disagreements,
        documents=tuple(item for item in view.documents if item.iri in used),
    )
