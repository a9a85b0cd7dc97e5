"""Where documents disagree: disputed facts, and single values that differ between documents."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..graph.fact_reader import facts_of
from ..graph.fact_record import FactRecord
from ..graph.store import Binding, Store, Term, select
from ..ontology.namespaces import ID, OWL, RDFS, TW

#: A thing and the property of which it has a value.
_Held: TypeAlias = tuple[ox.NamedNode, ox.NamedNode]
#: What has one value by the ontology, and dates: a thing is held, signed or launched once.
_SINGLE: Final = f"""
SELECT DISTINCT ?s ?p ?o ?isDate WHERE {{{{
  {{entity}}
  {{{{ ?p a <{OWL}FunctionalProperty> BIND(false AS ?isDate) }}}}
  UNION {{{{ ?p <{RDFS}subPropertyOf> <{TW}date> BIND(true AS ?isDate) }}}}
  ?s ?p ?o , ?other .
  FILTER(isIRI(?s) && !sameTerm(?o, ?other))
}}}}"""
_DISPUTED: Final = f"""
SELECT DISTINCT ?s ?p ?o WHERE {{{{
  {{entity}}
  GRAPH ?graph {{{{ ?fact <{TW}recordStatus> <{ID}record-status/disputed> }}}}
  GRAPH ?fact {{{{ ?s ?p ?o }}}}
  FILTER(isIRI(?s))
}}}}"""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the values that something is said to have, with the facts that say so."""

    value: Term
    facts: tuple[FactRecord, ...]

    @property
    def documents(self) -> frozenset[str]:
        """The documents that say so."""
        return frozenset(quote.document for fact in self.facts for quote in fact.quotes)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What one thing is said to have as a value, side by side; who is right is not decided here.

    A disputed fact may stand alone: what speaks against it is then in its reason.
    """

    subject: ox.NamedNode
    predicate: ox.NamedNode
    sides: tuple[Side, ...]


def disagreements(store: Store, entity: str | None = None) -> tuple[Disagreement, ...]:
    """Every disagreement of the graph, or those about one entity, sorted by subject and property.

    Two values of one document are not looked at here: that fault is found when facts are read.
    """
    values: dict[_Held, set[ox.Triple]] = defaultdict(set)
    dates: set[_Held] = set()
    disputed: set[_Held] = set()
    for row in select(store, _SINGLE.format(entity=_values("s", entity))):
        held, triple = _statement(row)
        values[held].add(triple)
        if row["isDate"].value == "true":
            dates.add(held)
    for end in ("s", "o") if entity else ("s",):
        for row in select(store, _DISPUTED.format(entity=_values(end, entity))):
            held, triple = _statement(row)
            values[held].add(triple)
            disputed.add(held)
    facts = facts_of(store, {triple for found in values.values() for triple in found})
    found = []
    for held, triples in sorted(values.items(), key=lambda item: str(item[0])):
        sides = tuple(
            Side(triple.object, tuple(_asserted(facts[triple])))
            for triple in sorted(triples, key=str)
            if not isinstance(triple.object, ox.Triple)
        )
        if held in disputed or _differ(sides, is_date=held in dates):
            found.append(Disagreement(*held, sides))
    return tuple(found)


def _statement(row: Binding) -> tuple[_Held, ox.Triple]:
    subject, predicate = row["s"], row["p"]
    assert isinstance(subject, ox.NamedNode)
    assert isinstance(predicate, ox.NamedNode)
    return (subject, predicate), ox.Triple(subject, predicate, row["o"])


def _differ(sides: Sequence[Side], *, is_date: bool) -> bool:
    """Whether two documents give values that cannot both be."""
    return any(
        one.documents.isdisjoint(other.documents)
        and not (is_date and may_agree(one.value.value, other.value.value))
        for one, other in combinations(sides, 2)
        if one.facts and other.facts
    )


def may_agree(one: str, other: str) -> bool:
    """Whether two EDTF dates may mean the same, one perhaps more precise than the other.

    >>> may_agree("2022", "2022-09"), may_agree("XXXX-02", "2023-02-08"), may_agree("2019", "2021")
    (True, True, False)
    """
    (start, end), (first, last) = _ends(one), _ends(other)
    return _reaches(start, last) and _reaches(first, end)


def _ends(date: str) -> tuple[str, str]:
    """The first and the last day of a date, as precise as it is printed."""
    start, slash, end = re.sub("[?~%]", "", date).partition("/")
    return start, end if slash else start


def _reaches(start: str, end: str) -> bool:
    """Whether the span from start to end is not empty, as far as both are known."""
    if ".." in (start, end):
        return True
    for one, other in zip(start, end, strict=False):
        if one != other and "X" not in (one, other):
            return one < other
    return True


def _asserted(facts: Sequence[FactRecord]) -> Iterator[FactRecord]:
    """The asserted facts under those that say a triple, each once: a rank is a value by rule."""
    yield from {one.iri: one for fact in facts for one in fact.asserted()}.values()


def _values(variable: str, entity: str | None) -> str:
    return f"VALUES ?{variable} {{ <{entity}> }}" if entity else ""
