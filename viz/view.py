"""The view: an immutable snapshot of everything that the interactive picture shows.

Entities are nodes; pairs of entities connected by facts are edges. Facts whose object is a
literal or a plain value (a stage, a unit) belong to their subject's node. Derived facts are not
drawn, except the two kinds that summarise how parties are connected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pyoxigraph as ox

from ..graph.errors import UnknownNameError
from ..graph.fact_record import FactRecord
from ..graph.store import Term as RdfTerm
from ..messages.message import say


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A name in both languages; a missing one is replaced by the other."""

    ar: str
    en: str

    @classmethod
    def told(cls, code: str) -> Name:
        """Return a message in both languages."""
        return cls(say(code, "ar"), say(code, "en"))


@dataclass(frozen=True, slots=True)
class Node:
    """A drawn entity. ``classes`` are its most specific classes.

    ``names`` are its other names, for search; ``countries``, ``areas`` and ``stages`` are IRIs for
    the filters. ``regions`` are those that a country lies in, ``broader`` what an area is part of.
    """

    iri: str
    name: Name
    classes: tuple[str, ...]
    names: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A drawn derived fact, with the rules that derive it and the facts it is based on."""

    iri: str
    subject: str
    predicate: str
    object: str
    rules: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenDisagreement:
    """Conflicting values for one property of an entity: for each value, the facts that state it."""

    subject: str
    predicate: str
    sides: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """Two entities connected by facts in either direction; ``facts`` are the IRIs of the facts."""

    source: str
    target: str
    facts: tuple[str, ...]
    derived: bool = False


@dataclass(frozen=True, slots=True)
class SeenDocument:
    """A source document: its IRI, file, title, publisher and author."""

    iri: str
    file: str
    title: Name
    publisher: str = ""
    creator: str = ""

    @property
    def slug(self) -> str:
        """The last segment of the IRI."""
        return self.iri.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Term:
    """A class, property or value; ``inverse`` is the name of a property's inverse.

    ``cues`` are the words by which documents say a value, such as a stage.
    """

    iri: str
    name: Name
    parents: tuple[str, ...] = ()
    inverse: Name | None = None
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of an answer: its terms, ``None`` where unbound, and the facts that prove it."""

    cells: tuple[RdfTerm | None, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenParameter:
    """A parameter of a question: its key and name, the value that stands in the query (an IRI or
    text, empty for anything), and the values that may be chosen."""

    key: str
    name: Name
    standing: str = ""
    is_required: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A stored question with its answers, for the picture to highlight.

    ``rows`` is the answer for the values that stand in the query; ``answers`` has one for every
    choice of values that has any; where the answers for two values ``are_together`` those for each
    of them, only for a value and itself. ``asks_ar`` and ``asks_en`` are further wordings,
    ``names`` those of the IRIs in cells and among the values, ``none`` the code for no rows.
    """

    slug: str
    title: Name
    columns: tuple[Name, ...]
    rows: tuple[Answer, ...]
    tags: tuple[str, ...] = ()
    parameters: tuple[SeenParameter, ...] = ()
    answers: tuple[tuple[tuple[str, ...], tuple[Answer, ...]], ...] = ()
    subject: str = "other"
    asks_ar: tuple[str, ...] = ()
    asks_en: tuple[str, ...] = ()
    names: Mapping[str, Name] = field(default_factory=dict)
    are_together: bool = False
    none: str = "answer-none"


@dataclass(frozen=True, slots=True)
class View:
    """The data of the picture. Every tuple is sorted, so that equal data produce equal bytes.

    ``centre`` is the country that the graph is about. ``is_part`` says that this is one entity and
    what is near it: nothing may be counted in it.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    facts: tuple[FactRecord, ...]
    summaries: tuple[Summary, ...]
    documents: tuple[SeenDocument, ...]
    classes: tuple[Term, ...]
    predicates: tuple[Term, ...]
    values: tuple[Term, ...]
    disagreements: tuple[SeenDisagreement, ...] = ()
    regions: tuple[Term, ...] = ()
    centre: str = ""
    is_part: bool = False


def join(
    facts: Iterable[FactRecord], summaries: Iterable[Summary], drawn: frozenset[str]
) -> tuple[Edge, ...]:
    """Return the edges between drawn nodes: per pair, one for facts and one for summaries."""
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
    """Return the IRI of a term; empty for a literal."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def neighbours(edges: Iterable[Edge]) -> Mapping[str, frozenset[str]]:
    """Map each node to its adjacent nodes."""
    found: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        found[edge.source].add(edge.target)
        found[edge.target].add(edge.source)
    return {iri: frozenset(others) for iri, others in found.items()}


def focus(view: View, iri: str, depth: int = 1) -> View:
    """Return the part of the view within ``depth`` edges of an entity, ignoring derived edges.

    Raises ``UnknownNameError`` if the view has no such entity.
    """
    if not any(node.iri == iri for node in view.nodes):
        raise UnknownNameError(iri, "kind-entity-in-picture")
    joined = neighbours(edge for edge in view.edges if not edge.derived)
    kept = {iri}
    frontier = {iri}
    for _ in range(depth):
        frontier = {other for one in frontier for other in joined.get(one, ())} - kept
        kept |= frontier
    return replace(restrict(view, frozenset(kept)), is_part=True)


def restrict(view: View, kept: frozenset[str]) -> View:
    """Return the view reduced to these nodes and the facts about them."""
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
