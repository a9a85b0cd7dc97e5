"""Derived facts: the consequences of facts under the ontology and a few named rules.

Each derivation keeps its premises. Rounds continue until nothing new follows. A triple is
derived only in the round in which it first appears, so that no derivation rests on itself, and
never if a fact already states it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, product
from typing import Final, TypeAlias

from ..ontology.namespaces import GRAPH_EVIDENCE, ID, INFERENCE, PROV, RDF, TW, XSD
from ..ontology.schema import Schema
from .derivation_rules import RULES, SharedSubjectRule, roles_in
from .fact import Fact, date_bounds, short_hash

#: Subject, predicate and object in N-Triples form.
Terms: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class DerivedFact:
    """A triple that a rule derives from facts; ``sources`` are the graphs of its premises.

    ``when`` is the time of the premises (EDTF): empty if none has a time, two have different ones,
    or the triple gives a date itself.
    """

    terms: Terms
    rule: str
    sources: tuple[str, ...]
    when: str = ""
    #: The IRI of the derived fact and of its graph, made from triple, rule and sources.
    iri: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        name = short_hash(" ".join([*self.terms, ".", self.rule, *self.sources]))
        object.__setattr__(self, "iri", INFERENCE + name)

    @property
    def rule_iri(self) -> str:
        """The IRI of the rule."""
        return f"{ID}rule/{self.rule}"

    def lines(self) -> Iterator[str]:
        """N-Quads of the derived fact: its graph, the plain view, and its premises."""
        iri, line = self.iri, " ".join(self.terms)
        yield f"{line} <{iri}> ."
        yield f"{line} ."
        yield f"<{iri}> <{RDF}type> <{TW}DerivedFact> <{GRAPH_EVIDENCE}> ."
        yield f"<{iri}> <{TW}derivedBy> <{self.rule_iri}> <{GRAPH_EVIDENCE}> ."
        for source in self.sources:
            yield f"<{iri}> <{PROV}wasDerivedFrom> <{source}> <{GRAPH_EVIDENCE}> ."
        if self.when:
            yield f'<{iri}> <{TW}timeOfPremises> "{self.when}" <{GRAPH_EVIDENCE}> .'


class Known:
    """The known triples, each with the graphs that state it.

    Triples that can be one of two premises are indexed by their parts.
    """

    def __init__(self, schema: Schema) -> None:
        self.graphs: dict[Terms, tuple[str, ...]] = {}
        #: The times of those graphs that have one.
        self.times: dict[str, frozenset[str]] = {}
        #: Predicates whose triples can be one of two premises of a step.
        self.joined = {f"<{p.iri}>" for p in schema.properties.values() if p.is_transitive}
        self.joined |= {name for roles in roles_in(schema).values() for name in chain(*roles)}
        self._with_subject: dict[tuple[str, str], list[Terms]] = {}
        self._with_object: dict[tuple[str, str], list[Terms]] = {}

    def add(self, terms: Terms, graph: str) -> bool:
        """Add a graph that states the triple; True if the triple is new."""
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
        """The triples with this subject and predicate, if the predicate is indexed."""
        return self._with_subject.get((subject, predicate), ())

    def with_object(self, predicate: str, object_: str) -> Sequence[Terms]:
        """The triples with this predicate and object, if the predicate is indexed."""
        return self._with_object.get((predicate, object_), ())


#: The properties for the first and last day of dated things.
_BOUNDS: Final = (f"<{TW}earliest>", f"<{TW}latest>")
#: The wildcard in a pattern; it stands for the same term throughout.
ANY: Final = "?any"
Pattern: TypeAlias = tuple[str, str, str]
#: A conclusion, the rule that derives it, and its premises.
_Step: TypeAlias = tuple[Terms, str, tuple[Terms, ...]]


class Reasoner:
    """Derives the direct consequences of a triple, by the ontology and the named rules."""

    def __init__(self, known: Known, schema: Schema, classes: Mapping[str, frozenset[str]]) -> None:
        self.known = known
        self.classes = classes
        self.roles = roles_in(schema)
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

    def times_of(self, terms: Terms, when: str) -> frozenset[str]:
        """The times of a fact: the date that it gives, or its own time if it has one."""
        if any(terms[1] in dating for _, _, dating in self.roles.values()):
            return frozenset({terms[2].strip('"')})
        return frozenset({when} if when else ())

    def predicates(self) -> frozenset[str]:
        """The predicates of all triples that a step can start from or lead to."""
        found = {*self.inverses, *self.known.joined, *(f"<{TW}{rule.head}>" for rule in RULES)}
        found |= {*self.dates, *_BOUNDS}
        for name, item in self.properties.items():
            if item.supers or item.is_symmetric:
                found |= {name, *self.supers[name]}
        return frozenset(found)

    def steps(self, terms: Terms) -> Iterator[_Step]:
        """All one-step consequences of the triple, alone or combined with known triples."""
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
        left, right, dating = self.roles[rule.name]
        if not any(predicate in names for names in (left, right, dating)):
            return
        if not self._is_one_of(subject, rule.classes):
            return
        lefts, rights, dates = (self._all_of(subject, names) for names in (left, right, dating))
        if predicate in dating:
            pairs: Iterable[tuple[Terms, Terms]] = product(lefts, rights)
            dates = [terms]
        else:
            mine_left = [terms] if predicate in left else []
            mine_right = [terms] if predicate in right else []
            pairs = chain(product(mine_left, rights), product(lefts, mine_right))
        for pair in pairs:
            x, y = pair[0][2], pair[1][2]
            if (
                x != y
                and self._is_one_of(x, rule.left_classes)
                and self._is_one_of(y, rule.right_classes)
            ):
                conclusion = x, f"<{TW}{rule.head}>", y
                for date in dates:
                    yield conclusion, rule.name, (*pair, date)
                if not dates:
                    yield conclusion, rule.name, pair

    def _all_of(self, subject: str, predicates: Iterable[str]) -> list[Terms]:
        return [terms for name in predicates for terms in self.known.with_subject(subject, name)]

    def partners(self, terms: Terms) -> Iterator[Pattern]:
        """Patterns of triples that can be the other premise of a step."""
        subject, predicate, object_ = terms
        item = self.properties.get(predicate)
        if item is None:
            return
        if item.is_transitive:
            yield object_, predicate, ANY
            yield ANY, predicate, subject
        for roles in self.roles.values():
            mine = {number for number, names in enumerate(roles) if predicate in names}
            for number, names in enumerate(roles):
                if mine - {number}:
                    yield from ((subject, name, ANY) for name in names)

    def dates_beside(self, terms: Terms) -> Iterator[Pattern]:
        """Patterns of the dates that are premises beside this one and another."""
        for left, right, dating in self.roles.values():
            if terms[1] in left or terms[1] in right:
                yield from ((terms[0], name, ANY) for name in dating)

    def premises(self, conclusion: Terms) -> Iterator[tuple[Pattern, ...]]:
        """The premises of every step leading to the triple; ``ANY`` is the same term in both.

        Dates are left out (``dates_beside``).
        """
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
    """All derived facts, each with its rule and premises.

    ``classes`` maps each entity IRI to the IRIs of all its classes, superclasses included.
    Inactive facts (candidate, superseded, retracted) and prospects are not premises: a plan to
    meet is not a meeting. If several facts state a premise, each yields its own derived fact.
    """
    predicates = Reasoner(Known(schema), schema, classes).predicates()
    premises = (premise_of(fact) for fact in facts if fact.is_premise)
    wanted = (premise for premise in premises if premise[0][1] in predicates)
    yield from derive_from(wanted, schema, classes)


#: The triple of a fact, its IRI, and its time (EDTF) or nothing.
Premise: TypeAlias = tuple[Terms, str, str]


def premise_of(fact: Fact) -> Premise:
    """The fact as a premise."""
    when = fact.qualifier("when")
    return terms_of(fact), fact.iri, when.value if when else ""


def derive_from(
    premises: Iterable[Premise], schema: Schema, classes: Mapping[str, frozenset[str]]
) -> Iterator[DerivedFact]:
    """What follows from premises, which are those facts that a step can start from."""
    known = Known(schema)
    fresh: list[Terms] = []
    once: dict[str, str] = {}
    reasoner = Reasoner(known, schema, classes)
    for terms, iri, when in premises:
        subject, predicate, object_ = (once.setdefault(term, term) for term in terms)
        terms = subject, predicate, object_
        if known.add(terms, iri):
            fresh.append(terms)
        if times := reasoner.times_of(terms, when):
            known.times[iri] = times
    del once
    yield from follow(reasoner, fresh)


def one_time(conclusion: Terms, times: frozenset[str]) -> str:
    """The time of a derived fact, by those of its premises; a date that follows has none."""
    return next(iter(times)) if len(times) == 1 and not conclusion[2].startswith('"') else ""


def terms_of(fact: Fact) -> Terms:
    """The fact's triple."""
    return str(fact.subject), str(fact.predicate), str(fact.object)


def follow(
    reasoner: Reasoner,
    fresh: list[Terms],
    later: Mapping[int, Sequence[tuple[Terms, Sequence[str]]]] | None = None,
    wanted: Container[Terms] | None = None,
) -> Iterator[DerivedFact]:
    """The consequences of the fresh triples, round by round; the reasoner already knows these.

    To derive only part of a graph's consequences, ``wanted`` limits the conclusions, and
    ``later`` gives the known triples that first follow in a later round, with their graphs.
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
                times = frozenset[str]().union(*(known.times.get(s, ()) for s in sources))
                item = DerivedFact(conclusion, rule, sources, one_time(conclusion, times))
                if times:
                    known.times[item.iri] = times
                found.append((conclusion, item.iri))
                yield item
        found += [(terms, graph) for terms, graphs in left.pop(number, ()) for graph in graphs]
        for terms, graph in found:
            known.add(terms, graph)
        fresh = list(dict.fromkeys(terms for terms, _ in found))


def _steps(reasoner: Reasoner, fresh: Iterable[Terms]) -> Iterator[_Step]:
    """Each step from the fresh triples to an unknown triple, without duplicates."""
    joins: set[_Step] = set()
    for terms in fresh:
        for step in reasoner.steps(terms):
            conclusion, _, premises = step
            if conclusion in reasoner.known.graphs or step in joins:
                continue
            if len(premises) > 1:
                # Found from either premise.
                joins.add(step)
            yield step
