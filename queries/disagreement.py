"""Disagreements: disputed facts, and single values that differ between documents."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..graph.fact import PARTS_OF_YEAR
from ..graph.fact_reader import facts_of
from ..graph.fact_record import FactRecord
from ..graph.store import Binding, Store, Term, select
from ..ontology.namespaces import ID, OWL, RDFS, TW
from .listing import Paragraph

#: A subject and a property.
_Held: TypeAlias = tuple[ox.NamedNode, ox.NamedNode]
#: Single-valued properties of the ontology, and dates: a thing is held, signed or launched once.
_SINGLE: Final = f"""
SELECT DISTINCT ?s ?p ?o ?isDate WHERE {{{{
  {{entity}}
  {{{{ ?p a <{OWL}FunctionalProperty> BIND(false AS ?isDate) }}}}
  UNION {{{{ ?p <{TW}onePerDocument> true BIND(false AS ?isDate) }}}}
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
    """One of the conflicting values, with the facts that state it."""

    value: Term
    facts: tuple[FactRecord, ...]

    @property
    def documents(self) -> frozenset[str]:
        """The documents that state this value."""
        return frozenset(quote.document for fact in self.facts for quote in fact.quotes)


@dataclass(frozen=True, slots=True)
class Disagreement(Paragraph):
    """The conflicting values of one subject and property, without deciding between them.

    A disputed fact may be the only side: its reason then gives the objection.
    """

    subject: ox.NamedNode
    predicate: ox.NamedNode
    sides: tuple[Side, ...]


def disagreements(store: Store, entity: str | None = None) -> tuple[Disagreement, ...]:
    """Every disagreement of the graph, or those about one entity, sorted by subject and property.

    Two values within one document are not compared here: reading the facts reports that fault.
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
    """Whether two documents give incompatible values."""
    return any(
        one.documents.isdisjoint(other.documents)
        and not (is_date and may_agree(one.value.value, other.value.value))
        for one, other in combinations(sides, 2)
        if one.facts and other.facts
    )


def may_agree(one: str, other: str) -> bool:
    """Whether two EDTF dates may mean the same, even if one is more precise.

    >>> may_agree("2022", "2022-09"), may_agree("XXXX-02", "2023-02-08"), may_agree("2019", "2021")
    (True, True, False)
    >>> may_agree("2025-36", "2025-11"), may_agree("2025-36", "2025-09")
    (True, False)
    """
    (start, end), (first, last) = _ends(one), _ends(other)
    return _reaches(start, last) and _reaches(first, end)


def _ends(date: str) -> tuple[str, str]:
    """The first and last day or month of a date, at its given precision."""
    start, slash, end = re.sub("[?~%]", "", date).partition("/")
    return _month(start, 0), _month(end if slash else start, 1)


def _month(date: str, end: int) -> str:
    """The date with its quarter or half replaced by the first or last month of it."""
    months = PARTS_OF_YEAR.get(date[5:])
    return f"{date[:5]}{months[end]:02d}" if months else date


def _reaches(start: str, end: str) -> bool:
    """Whether the interval from start to end is non-empty, as far as both are known."""
    if ".." in (start, end):
        return True
    for one, other in zip(start, end, strict=False):
        if one != other and "X" not in (one, other):
            return one < other
    return True


def _asserted(facts: Sequence[FactRecord]) -> Iterator[FactRecord]:
    """Yield the asserted facts behind a triple's facts, each once: a rule derives ranks."""
    yield from {one.iri: one for fact in facts for one in fact.asserted()}.values()


def _values(variable: str, entity: str | None) -> str:
    return f"VALUES ?{variable} {{ <{entity}> }}" if entity else ""
