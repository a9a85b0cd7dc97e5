"""Everything recorded about one entity: names, classes, facts in either direction, history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ..graph.fact import ACTIVE_STATUSES
from ..graph.fact_reader import FactReader
from ..graph.fact_record import FactRecord
from ..graph.store import EmbeddedStore, Store, Term, select
from ..ontology.namespaces import FACT, GRAPH_EVIDENCE, ID, RDF, RDFS, SKOS, TW
from ..ontology.schema import is_own
from .listing import Paragraph

#: The active facts, including prospects but not derived facts, with the entity as subject or
#: object.
_FACTS: Final = """
PREFIX tw: <https://w3id.org/taawun/ontology#>
SELECT DISTINCT ?s ?p ?o WHERE {{
  {{ BIND(<{iri}> AS ?s) GRAPH ?fact {{ <{iri}> ?p ?o }} }}
  UNION {{ BIND(<{iri}> AS ?o) GRAPH ?fact {{ ?s ?p <{iri}> }} }}
  GRAPH <{evidence}> {{ ?fact a tw:Fact ; tw:recordStatus ?status }}
  FILTER(?status IN (<{active[0]}>, <{active[1]}>))
}}"""
_ACTIVE: Final = [f"{ID}record-status/{name}" for name in sorted(ACTIVE_STATUSES)]
_NAMES: Final = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX tw: <https://w3id.org/taawun/ontology#>
SELECT ?kind ?value WHERE {{
  {{ <{iri}> rdfs:label ?value BIND("label" AS ?kind) }}
  UNION {{ <{iri}> skos:altLabel|skos:hiddenLabel ?value BIND("alias" AS ?kind) }}
  UNION {{ <{iri}> a ?value BIND("class" AS ?kind)
    FILTER NOT EXISTS {{ <{iri}> a ?lower . ?lower rdfs:subClassOf ?value }} }}
  UNION {{ <{iri}> tw:note ?value BIND("note" AS ?kind) }}
  UNION {{ <{iri}> skos:exactMatch|skos:closeMatch|skos:broadMatch ?value BIND("match" AS ?kind) }}
}}"""


@dataclass(frozen=True, slots=True)
class EntityCard:
    """An entity's data; ``outgoing`` and ``incoming`` are the triples of its facts."""

    iri: str
    labels: dict[str, str]
    aliases: tuple[str, ...]
    classes: tuple[str, ...]
    notes: tuple[ox.Literal, ...]
    matches: tuple[str, ...]
    outgoing: tuple[ox.Triple, ...]
    incoming: tuple[ox.Triple, ...]

    @property
    def triples(self) -> Sequence[ox.Triple]:
        """The triples of all its facts, outgoing first."""
        return (*self.outgoing, *self.incoming)


def entity_card(store: Store, iri: str) -> EntityCard:
    """Collect the data of the entity. An unknown IRI gives an empty card."""
    found: dict[str, list[Term]] = {}
    outgoing: set[ox.Triple] = set()
    incoming: set[ox.Triple] = set()
    quads = store.quads if isinstance(store, EmbeddedStore) else None
    for kind, value in _named_in(quads, iri) if quads is not None else _named(store, iri):
        found.setdefault(kind, []).append(value)
    for triple in _stated_in(quads, iri) if quads is not None else _stated(store, iri):
        is_ours = isinstance(triple.subject, ox.NamedNode) and triple.subject.value == iri
        (outgoing if is_ours else incoming).add(triple)

    def texts(kind: str) -> tuple[str, ...]:
        return tuple(sorted({term.value for term in found.get(kind, ())}))

    return EntityCard(
        iri=iri,
        labels={
            term.language: term.value
            for term in sorted(found.get("label", ()), key=str)
            if isinstance(term, ox.Literal) and term.language
        },
        aliases=texts("alias"),
        classes=tuple(name for name in texts("class") if is_own(name)),
        notes=tuple(
            sorted((n for n in found.get("note", ()) if isinstance(n, ox.Literal)), key=str)
        ),
        matches=texts("match"),
        outgoing=tuple(sorted(outgoing, key=str)),
        incoming=tuple(sorted(incoming, key=str)),
    )


def _named(store: Store, iri: str) -> Iterator[tuple[str, Term]]:
    for row in select(store, _NAMES.format(iri=iri)):
        yield row["kind"].value, row["value"]


def _stated(store: Store, iri: str) -> Iterator[ox.Triple]:
    for row in select(store, _FACTS.format(iri=iri, evidence=GRAPH_EVIDENCE, active=_ACTIVE)):
        subject, predicate = row["s"], row["p"]
        if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
            yield ox.Triple(subject, predicate, row["o"])


#: The kinds of ``_NAMES`` by property.
_KINDS: Final = {
    f"{RDFS}label": "label", f"{SKOS}altLabel": "alias", f"{SKOS}hiddenLabel": "alias",
    f"{TW}note": "note", f"{SKOS}exactMatch": "match", f"{SKOS}closeMatch": "match",
    f"{SKOS}broadMatch": "match",
}  # fmt: skip
_BELOW: Final = ox.NamedNode(f"{RDFS}subClassOf")


def _named_in(quads: ox.Store, iri: str) -> Iterator[tuple[str, Term]]:
    """What ``_NAMES`` finds, from an embedded store, which is faster asked for quads."""
    plain, classes = ox.DefaultGraph(), []
    for quad in quads.quads_for_pattern(ox.NamedNode(iri), None, None, plain):
        assert not isinstance(quad.object, ox.Triple)
        if quad.predicate.value in _KINDS:
            yield _KINDS[quad.predicate.value], quad.object
        elif quad.predicate.value == f"{RDF}type" and isinstance(quad.object, ox.NamedNode):
            classes.append(quad.object)
    for name in classes:
        if not any(ox.Quad(lower, _BELOW, name, plain) in quads for lower in classes):
            yield "class", name


def _stated_in(quads: ox.Store, iri: str) -> Iterator[ox.Triple]:
    """What ``_FACTS`` finds."""
    match, node = quads.quads_for_pattern, ox.NamedNode(iri)
    status, evidence = ox.NamedNode(f"{TW}recordStatus"), ox.NamedNode(GRAPH_EVIDENCE)
    for quad in (*match(node, None, None, None), *match(None, None, node, None)):
        fact = quad.graph_name
        if isinstance(fact, ox.NamedNode) and fact.value.startswith(FACT):
            statuses = match(fact, status, None, evidence)
            if any(told.object.value in _ACTIVE for told in statuses):  # type: ignore[union-attr]
                yield quad.triple


#: A fact's graph has one triple; asserted and disputed facts are on the card.
_NOT_ASSERTED: Final = """
SELECT DISTINCT ?fact WHERE {{
  {{ GRAPH ?fact {{ <{iri}> ?p ?o }} }} UNION {{ GRAPH ?fact {{ ?s ?p <{iri}> }} }}
  GRAPH <{evidence}> {{ ?fact <{status}> ?status }}
  FILTER(?status NOT IN ({active}))
}}"""


@dataclass(frozen=True, slots=True)
class PastFact(Paragraph):
    """A recorded but unasserted fact, with its replacement if it has one."""

    fact: FactRecord
    successor: FactRecord | None


def history(store: Store, iri: str) -> tuple[PastFact, ...]:
    """The facts about the entity that are not asserted on its card, oldest change first."""
    text = _NOT_ASSERTED.format(
        iri=iri,
        evidence=GRAPH_EVIDENCE,
        status=f"{TW}recordStatus",
        active=", ".join(f"<{ID}record-status/{name}>" for name in sorted(ACTIVE_STATUSES)),
    )
    reader = FactReader(store)
    found = sorted({row["fact"].value for row in select(store, text)})
    views = sorted(reader.read(found), key=lambda view: (view.status_date, view.iri))
    reader.load({view.superseded_by for view in views if view.superseded_by})
    return tuple(
        PastFact(view, reader.get(view.superseded_by) if view.superseded_by else None)
        for view in views
    )
