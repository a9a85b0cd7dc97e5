"""Derived facts: what follows from facts by the ontology and by a few named rules.

Each derivation keeps the facts that it rests on. Rounds go on until nothing new follows; a
triple is derived only in the round in which it first appears, so that no derivation rests on
itself, and never where a fact already says it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from ..ontology.namespaces import GRAPH_EVIDENCE, ID, INFERENCE, PROV, RDF, TW, XSD
from ..ontology.schema import Schema
from .date_bounds import date_bounds
from .fact import Fact, short_hash

#: Subject, predicate and object in N-Triples form.
Terms: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class DerivedFact:
    """One triple that a rule draws from facts; ``sources`` are the graphs of its premises."""

    terms: Terms
    rule: str
    sources: tuple[str, ...]

    @property
    def iri(self) -> str:
        """The derived fact's IRI, and its graph's: made from triple, rule and sources."""
        return INFERENCE + short_hash(" ".join([*self.terms, ".", self.rule, *self.sources]))

    def lines(self) -> Iterator[str]:
        """N-Quads of the derived fact: its graph, the plain view, and what it rests on."""
        iri, line = self.iri, " ".join(self.terms)
        yield f"{line} <{iri}> ."
        yield f"{line} ."
        yield f"<{iri}> <{RDF}type> <{TW}DerivedFact> <{GRAPH_EVIDENCE}> ."
        yield f"<{iri}> <{TW}derivedBy> <{ID}rule/{self.rule}> <{GRAPH_EVIDENCE}> ."
        for source in self.sources:
            yield f"<{iri}> <{PROV}wasDerivedFrom> <{source}> <{GRAPH_EVIDENCE}> ."


@dataclass(frozen=True, slots=True)
class SharedSubjectRule:
    """``?x head ?y`` where one thing has both as objects: ``?t left ?x`` and ``?t right ?y``.

    ``left`` and ``right`` are local names of properties. ``classes``, ``left_classes`` and
    ``right_classes`` are those of classes of which ``?t``, ``?x`` and ``?y`` must have one.
    ``?x`` is never ``?y``.
    """

    name: str
    classes: tuple[str, ...]
    left: tuple[str, ...]
    left_classes: tuple[str, ...]
    right: tuple[str, ...]
    right_classes: tuple[str, ...]
    head: str


#: Who cooperates with whom: a ministry's talks are its country's.
PARTIES: Final = ("Country", "Region", "InternationalOrganization")
RULES: Final = (
    SharedSubjectRule(
        name="signed-together",
        classes=("Agreement",),
        left=("signatory",),
        left_classes=PARTIES,
        right=("signatory",),
        right_classes=PARTIES,
        head="cooperatesWith",
    ),
    SharedSubjectRule(
        name="programme-partners",
        classes=("Programme", "PolicyFramework"),
        left=("fundedBy", "implementedBy", "developedWith"),
        left_classes=("Country", "InternationalOrganization"),
        right=("launchedBy", "beneficiary", "belongsToCountry"),
        right_classes=("Country",),
        head="cooperatesWith",
    ),
    SharedSubjectRule(
        name="talks-together",
        classes=("Event",),
        left=("party",),
        left_classes=PARTIES,
        right=("party",),
        right_classes=PARTIES,
        head="inTalksWith",
    ),
)


class Known:
    """The triples so far, each with the graphs that say it.

    Those that may be one of two premises are found by their parts.
    """

    def __init__(self, schema: Schema) -> None:
        self.graphs: dict[Terms, tuple[str, ...]] = {}
        #: Predicates of which two triples may be the premises of one step.
        self.joined = {f"<{p.iri}>" for p in schema.properties.values() if p.is_transitive}
        for rule in RULES:
            self.joined |= {f"<{TW}{name}>" for name in (*rule.left, *rule.right)}
        self._with_subject: dict[tuple[str, str], list[Terms]] = {}
        self._with_object: dict[tuple[str, str], list[Terms]] = {}

    def add(self, terms: Terms, graph: str) -> bool:
        """Add one graph that says the triple; True if the triple is new."""
        if terms in self.graphs:
            if graph not in self.graphs[terms]:
                self.graphs[terms] += (graph,)
            return False
        self.graphs[terms] = (graph,)
        subject, predicate, object_ = terms
        if predicate in self.joined:
            self._with_subject.setdefault((subject, predicate), []).append(terms)
            self._with_object.setdefault((predicate, object_), []).append(terms)
        return True

    def with_subject(self, subject: str, predicate: str) -> Sequence[Terms]:
        """The triples of a subject, where the predicate is one of a transitive property or rule."""
        return self._with_subject.get((subject, predicate), ())

    def with_object(self, predicate: str, object_: str) -> Sequence[Terms]:
        """The same by their object."""
        return self._with_object.get((predicate, object_), ())


#: The properties of the first and the last day of what is dated.
_BOUNDS: Final = (f"<{TW}earliest>", f"<{TW}latest>")
#: Any one thing, in a pattern of terms.
ANY: Final = "?any"
Pattern: TypeAlias = tuple[str, str, str]
#: A conclusion, the rule that draws it, and its premises.
_Step: TypeAlias = tuple[Terms, str, tuple[Terms, ...]]


class Reasoner:
    """The steps that lead on from one triple, by the ontology and by the named rules."""

    def __init__(self, known: Known, schema: Schema, classes: Mapping[str, frozenset[str]]) -> None:
        self.known = known
        self.classes = classes
        self.properties = {f"<{p.iri}>": p for p in schema.properties.values()}
        self.supers = {
            name: tuple(f"<{above}>" for above in item.supers)
            for name, item in self.properties.items()
        }
        self.inverses: dict[str, list[str]] = defaultdict(list)
        top = TW + "date"
        self.dates = [
            f"<{p.iri}>" for p in schema.properties.values() if top in schema.superproperties(p.iri)
        ]
        for item in schema.properties.values():
            if item.inverse_of:
                self.inverses[f"<{item.iri}>"].append(f"<{item.inverse_of}>")
                self.inverses[f"<{item.inverse_of}>"].append(f"<{item.iri}>")

    def predicates(self) -> frozenset[str]:
        """Those of all triples that a step may start from or lead to."""
        found = {*self.inverses, *self.known.joined, *(f"<{TW}{rule.head}>" for rule in RULES)}
        found |= {*self.dates, *_BOUNDS}
        for name, item in self.properties.items():
            if item.supers or item.is_symmetric:
                found |= {name, *self.supers[name]}
        return frozenset(found)

    def steps(self, terms: Terms) -> Iterator[_Step]:
        """Everything that the triple, alone or with known ones, leads to in one step."""
        subject, predicate, object_ = terms
        item = self.properties.get(predicate)
        for inverse in self.inverses[predicate]:
            yield (object_, inverse, subject), "inverse", (terms,)
        if item is None:
            return
        for above in self.supers[predicate]:
            yield (subject, above, object_), "sub-property", (terms,)
        if item.is_symmetric:
            yield (object_, predicate, subject), "symmetric", (terms,)
        if item.is_transitive:
            for onward in self.known.with_subject(object_, predicate):
                yield (subject, predicate, onward[2]), "transitive", (terms, onward)
            for before in self.known.with_object(predicate, subject):
                yield (before[0], predicate, object_), "transitive", (before, terms)
        if predicate in self.dates:
            for bound, day in zip(_BOUNDS, date_bounds(object_.strip('"')), strict=True):
                if day:
                    yield (subject, bound, f'"{day}"^^<{XSD}date>'), "date-bounds", (terms,)
        for rule in RULES:
            yield from self._by_rule(rule, terms)

    def _by_rule(self, rule: SharedSubjectRule, terms: Terms) -> Iterator[_Step]:
        subject, predicate, _ = terms
        name = predicate[1:-1].removeprefix(TW)
        for mine, others, mine_is_left in (
            (rule.left, rule.right, True),
            (rule.right, rule.left, False),
        ):
            if name not in mine:
                continue
            for other_name in others:
                for other in self.known.with_subject(subject, f"<{TW}{other_name}>"):
                    left, right = (terms, other) if mine_is_left else (other, terms)
                    x, y = left[2], right[2]
                    if (
                        x != y
                        and self._is_one_of(subject, rule.classes)
                        and self._is_one_of(x, rule.left_classes)
                        and self._is_one_of(y, rule.right_classes)
                    ):
                        yield (x, f"<{TW}{rule.head}>", y), rule.name, (left, right)

    def partners(self, terms: Terms) -> Iterator[Pattern]:
        """What may stand beside the triple as the other premise of a step."""
        subject, predicate, object_ = terms
        item = self.properties.get(predicate)
        if item is None:
            return
        if item.is_transitive:
            yield object_, predicate, ANY
            yield ANY, predicate, subject
        name = predicate[1:-1].removeprefix(TW)
        for rule in RULES:
            for mine, others in ((rule.left, rule.right), (rule.right, rule.left)):
                if name in mine:
                    for other in others:
                        yield subject, f"<{TW}{other}>", ANY

    def premises(self, conclusion: Terms) -> Iterator[tuple[Pattern, ...]]:
        """The premises of every step that may lead to the triple; ``ANY`` is one thing in all."""
        subject, predicate, object_ = conclusion
        for inverse in self.inverses[predicate]:
            yield ((object_, inverse, subject),)
        for name in self.properties:
            if predicate in self.supers[name]:
                yield ((subject, name, object_),)
        item = self.properties.get(predicate)
        if item is not None and item.is_symmetric:
            yield ((object_, predicate, subject),)
        if item is not None and item.is_transitive:
            yield (subject, predicate, ANY), (ANY, predicate, object_)
        if predicate in _BOUNDS:
            for name in self.dates:
                yield ((subject, name, ANY),)
        for rule in RULES:
            if predicate == f"<{TW}{rule.head}>":
                for left, right in product(rule.left, rule.right):
                    yield (ANY, f"<{TW}{left}>", subject), (ANY, f"<{TW}{right}>", object_)

    def _is_one_of(self, term: str, names: tuple[str, ...]) -> bool:
        mine = self.classes.get(term[1:-1], frozenset())
        return any(TW + name in mine for name in names)


def derive(
    facts: Iterable[Fact], schema: Schema, classes: Mapping[str, frozenset[str]]
) -> Iterator[DerivedFact]:
    """Everything that follows from the facts, each with its rule and its premises.

    ``classes`` gives for each entity IRI the IRIs of all its classes, superclasses included.
    Inactive facts (candidate, superseded, retracted) and prospects are no premises: who plans to
    meet is not in talks yet. Where a premise is said by several facts, each of them gives a
    derived fact of its own.
    """
    known = Known(schema)
    reasoner = Reasoner(known, schema, classes)
    predicates = reasoner.predicates()
    fresh: list[Terms] = []
    once: dict[str, str] = {}
    for fact in facts:
        terms = terms_of(fact)
        if not fact.is_premise or terms[1] not in predicates:
            continue
        subject, predicate, object_ = (once.setdefault(term, term) for term in terms)
        terms = subject, predicate, object_
        if known.add(terms, fact.iri):
            fresh.append(terms)
    yield from follow(reasoner, fresh)


def terms_of(fact: Fact) -> Terms:
    """The fact's triple."""
    return str(fact.subject), str(fact.predicate), str(fact.object)


def follow(
    reasoner: Reasoner,
    fresh: list[Terms],
    later: Mapping[int, Sequence[tuple[Terms, Sequence[str]]]] | None = None,
    wanted: Container[Terms] | None = None,
) -> Iterator[DerivedFact]:
    """What follows from the fresh triples, round by round; the reasoner knows them already.

    To derive only a part of what follows from a graph, ``wanted`` limits the conclusions, and
    ``later`` gives known triples that follow first in a later round, with their graphs.
    """
    known, left = reasoner.known, dict(later or {})
    number = 0
    while fresh or left:
        number += 1
        # Known from the next round on.
        found: list[tuple[Terms, str]] = []
        for conclusion, rule, premises in _steps(reasoner, fresh):
            if conclusion[0] == conclusion[2] or (wanted is not None and conclusion not in wanted):
                continue
            for sources in product(*(known.graphs[premise] for premise in premises)):
                item = DerivedFact(conclusion, rule, sources)
                found.append((conclusion, item.iri))
                yield item
        found += [(terms, graph) for terms, graphs in left.pop(number, ()) for graph in graphs]
        for terms, graph in found:
            known.add(terms, graph)
        fresh = list(dict.fromkeys(terms for terms, _ in found))


def _steps(reasoner: Reasoner, fresh: Iterable[Terms]) -> Iterator[_Step]:
    """Every step from the fresh triples to one that is not known yet, once."""
    joins: set[_Step] = set()
    for terms in fresh:
        for step in reasoner.steps(terms):
            conclusion, _, premises = step
            if conclusion in reasoner.known.graphs or step in joins:
                continue
            if len(premises) > 1:
                # Either premise leads to it.
                joins.add(step)
            yield step
