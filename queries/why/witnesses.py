"""Choose minimal witnesses among the derivations of a row.

Derivations are ranked by the facts behind their statements: facts before definitions, firm facts
before weak ones. Negations need more statements: ``NOT EXISTS { A NOT EXISTS { B } }`` holds in
the whole graph because each A has its B. The triples of one row alone may have the A without its
B, which would lose the row, so the B is added to them. The same goes for MINUS and OPTIONAL, and
for aggregates, whose members may jointly match a negated pattern.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ...graph.errors import QueryError
from ...graph.fact_reader import reader_of
from ...graph.fact_record import FactRecord
from ...graph.store import EmbeddedStore, Store
from ...ontology.namespaces import (
    DCTERMS,
    EVIDENCE,
    FACT,
    GRAPH_PROSPECTS,
    ID,
    INFERENCE,
    OWL,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
)
from .derivations import Deriver
from .explanation import Proof
from .full_graph import FullGraph
from .provenance import Derivations, GraphNode, Rest, Row, Statement
from .sparql import algebra as alg
from .verification import Case, Checker, shrunk

#: Vocabularies whose properties describe terms: types, labels, the tree of areas, alignments.
_VOCABULARY: Final = (RDF, RDFS, OWL, SKOS, SCHEMA, DCTERMS)
#: Modalities of facts that no source states outright.
_WEAK = frozenset({"inferred", "derived", "planned", "expected", "conditional", "denied"})


class Grounds:
    """The facts behind numbered statements, loaded in batches.

    A statement of the plain view or of ``graph/prospects`` is grounded in the facts that state
    it, a statement of a fact's own graph in that fact, and a statement of the evidence graph in
    the fact that it describes. A query with FROM makes a default graph of its own, ``graphs``,
    which may have prospects, and facts that are not asserted.
    """

    def __init__(
        self,
        store: Store,
        statements: Sequence[Statement],
        graphs: Sequence[ox.NamedNode] = (),
    ) -> None:
        self._statements, self._graphs = statements, graphs
        self._reader = reader_of(store)
        #: Whether reading many facts at once saves requests.
        self._is_remote = not isinstance(store, EmbeddedStore)
        self._facts: dict[int, tuple[str, ...]] = {}

    def learn(self, numbers: Iterable[int]) -> None:
        """Find the facts behind these statements."""
        views: tuple[dict[int, ox.Triple], dict[int, ox.Triple]] = ({}, {})
        records: dict[int, str] = {}
        for number in {n for n in numbers if n not in self._facts}:
            subject, predicate, object_, graph = self._statements[number]
            self._facts[number] = ()
            if graph is None or graph.value == GRAPH_PROSPECTS:
                views[graph is not None][number] = ox.Triple(subject, predicate, object_)  # type: ignore[arg-type]
            elif graph.value.startswith((FACT, INFERENCE)):
                self._facts[number] = (graph.value,)
            elif subject.value.startswith((FACT, INFERENCE)):
                self._facts[number] = (subject.value,)
            elif subject.value.startswith(EVIDENCE):
                records[number] = subject.value
        for is_prospect, triples in enumerate(views):
            only = None if self._graphs and not is_prospect else bool(is_prospect)
            found = self._reader.graphs(triples.values(), prospects=only)
            for number, triple in triples.items():
                self._facts[number] = found.get(triple, ()) or self._named(number)
        owners = self._reader.owners(sorted(set(records.values()))) if records else {}
        for number, record in records.items():
            self._facts[number] = owners.get(record, ())

    def _named(self, number: int) -> tuple[str, ...]:
        """The facts that FROM names and that say the statement of the default graph."""
        triple = self._statements[number][:3]
        if self._statements[number][3] is not None:
            return ()
        found = []
        for graph in self._graphs:
            # FROM may name a graph that the store does not have.
            with suppress(QueryError):
                if graph.value.startswith(FACT) and self._reader.get(graph.value).triple == triple:
                    found.append(graph.value)
        return tuple(found)

    def is_relation(self, number: int) -> bool:
        """Whether the statement relates two entities, and is no label, type or ontology term."""
        subject, predicate, object_, _ = self._statements[number]
        ends = isinstance(object_, ox.NamedNode) and object_.value.startswith(ID)
        return ends and subject.value.startswith(ID) and not predicate.value.startswith(_VOCABULARY)

    def is_definition(self, number: int) -> bool:
        """Whether no fact states the statement; evidence graph statements are definitions too."""
        graph = self._statements[number][3]
        in_fact = graph is None or graph.value.startswith((FACT, INFERENCE, GRAPH_PROSPECTS))
        return not (in_fact and self._behind(number))

    def _behind(self, number: int) -> tuple[str, ...]:
        if number not in self._facts:
            self.learn((number,))
        return self._facts[number]

    def rank(self, triples: frozenset[int]) -> tuple[int, int, int, list[str]]:
        """The sort key: fewer facts first, then fewer weak facts, then fewer definitions."""
        facts = [number for number in triples if not self.is_definition(number)]
        weak = sum(
            all(self._reader.modality(fact) in _WEAK for fact in self._behind(number))
            for number in facts
        )
        texts = sorted(" ".join(map(str, self._statements[number])) for number in triples)
        return len(facts), weak, len(triples) - len(facts), texts

    def expect(self, sets: Iterable[frozenset[int]]) -> None:
        """Read the facts behind these sets of statements now if they are behind an endpoint.

        It may be another graph later, and one request brings many.
        """
        if self._is_remote:
            self._load(frozenset[int]().union(*sets))

    def _load(self, numbers: Collection[int]) -> None:
        self.learn(numbers)
        self._reader.load({fact for number in numbers for fact in self._facts[number]})

    def proof(self, number: int) -> Proof:
        """The statement as a triple of the default graph, or a quad of a named graph."""
        subject, predicate, object_, graph = self._statements[number]
        triple = ox.Triple(subject, predicate, object_)  # type: ignore[arg-type]
        return ox.Quad(subject, predicate, object_, graph) if graph else triple  # type: ignore[arg-type]

    def facts(self, numbers: Sequence[int]) -> tuple[FactRecord, ...]:
        """The distinct facts behind these statements, in the order of the statements."""
        self._load(numbers)
        facts = dict.fromkeys(fact for number in numbers for fact in self._facts[number])
        return tuple(map(self._reader.get, facts))


class Blockers:
    """The blocking statements of one query, computed on first use."""

    def __init__(self, deriver: Deriver, group: alg.Group) -> None:
        self._deriver, self._group = deriver, group
        self._pairs: list[tuple[frozenset[int], frozenset[int]]] | None = None

    def of(self, triples: frozenset[int]) -> frozenset[int]:
        """The set plus all statements that block a negation reached from its own statements."""
        if self._pairs is None:
            self._pairs = [
                pair
                for positive, negated, graph in _negations(self._group.elements, None)
                for pair in self._deriver.pairs(positive, negated, graph)
            ]
        size = -1
        while size < len(triples):
            size = len(triples)
            for before, blocking in self._pairs:
                if before <= triples:
                    triples |= blocking
        return triples


def _negations(
    elements: tuple[alg.Element, ...], graph: GraphNode
) -> Iterator[tuple[alg.Group, alg.Group, GraphNode]]:
    """Yield each negated or optional group, with its positive sibling elements and their graph."""
    for element in elements:
        beside = tuple(e for e in elements if e is not element and isinstance(e, _POSITIVE))
        within = element.graph if isinstance(element, alg.GraphGroup) else graph
        for group in _groups_in(element):
            if isinstance(element, _NEGATING):
                yield alg.Group(beside), group, graph
            yield from _negations(group.elements, within)


_NEGATING: Final = (alg.Filter, alg.Bind, alg.MinusGroup, alg.OptionalGroup)
_POSITIVE: Final = (
    alg.TriplePattern,
    alg.PathPattern,
    alg.Values,
    alg.Group,
    alg.UnionGroups,
    alg.GraphGroup,
)


def _groups_in(element: alg.Element) -> Iterator[alg.Group]:
    match element:
        case alg.Filter(expression) | alg.Bind(expression, _):
            yield from (exists.group for exists in expression.exists())
        case alg.OptionalGroup(group) | alg.MinusGroup(group) | alg.GraphGroup(_, group):
            yield group
        case alg.Group():
            yield element
        case alg.UnionGroups(groups):
            yield from groups
        case alg.Select():
            yield element.where
        case _:
            pass


#: How many minimal derivations per row are compared, and how many of them are verified.
_COMPARED: Final = 32
_RUN_AGAIN: Final = 6
_NONE: Final[Mapping[frozenset[int], Rest]] = {}


@dataclass(frozen=True, slots=True)
class Choice:
    """Minimal sets of statements for one row, best first, and their total number."""

    sets: tuple[tuple[frozenset[int], Rest], ...]
    total: int

    def __or__(self, other: Choice) -> Choice:
        """The sets of both choices, for a row that results in two ways."""
        sets = dict(self.sets) | dict(other.sets)
        best = minimal_sets(sets)
        return Choice(tuple((s, sets[s]) for s in best), self.total + other.total)


def minimal_sets(
    sets: Iterable[frozenset[int]], spare: Mapping[frozenset[int], Rest] = _NONE
) -> list[frozenset[int]]:
    """The sets that contain no other set, smallest first.

    The ``spare`` statements of a candidate are ignored when it is compared with smaller sets.
    """
    found: list[frozenset[int]] = []
    with_member: dict[int, list[frozenset[int]]] = defaultdict(list)
    for candidate in sorted(sets, key=len):
        if not candidate:
            return [candidate]
        needed = candidate - spare[candidate].spare if candidate in spare else candidate
        if not any(smaller <= needed for member in needed for smaller in with_member[member]):
            found.append(candidate)
            with_member[min(candidate)].append(candidate)
    return found


class Chooser:
    """Chooses witnesses for the rows of one query, and verifies those that may be inexact."""

    def __init__(
        self,
        deriver: Deriver,
        checker: Checker,
        grounds: Grounds,
        blockers: Blockers,
        full_graph: FullGraph,
    ) -> None:
        self._deriver, self._checker, self._full_graph = deriver, checker, full_graph
        self._grounds, self._blockers = grounds, blockers
        #: For each set of a row, the set before it was made smaller.
        self._before: dict[Case, frozenset[int]] = {}

    def choose(self, table: dict[Row, Derivations], alternatives: int) -> dict[Row, Choice]:
        """For each row the best set and up to ``alternatives`` others.

        A row has no choice if the query, run again on its statements alone, never returns it.
        """
        deriver = self._deriver
        is_certain = deriver.is_exact and not (deriver.has_groups and deriver.has_negation)
        minimal = {
            row: minimal_sets(derivations, _NONE if is_certain else derivations)
            for row, derivations in table.items()
        }
        self._grounds.learn(
            number
            for sets in minimal.values()
            if len(sets) > 1 or not is_certain
            for s in sets[:_COMPARED]
            for number in s
        )
        ranked = {row: sets[:_COMPARED] for row, sets in minimal.items()}
        for sets in ranked.values():
            if len(sets) > 1:
                sets.sort(key=self._grounds.rank)
        choices: dict[Row, Choice] = {}
        if is_certain:
            first = {row: sets[: alternatives + 1] for row, sets in ranked.items()}
            statements = deriver.statements.all
            cases = ((row, s) for row, sets in first.items() for s in sets)
            verified = set(self._checker.yield_together(cases, statements))
            for row, sets in first.items():
                if all((row, s) in verified or self._yields(s, row) for s in sets):
                    shown = tuple((s, table[row][s]) for s in sets)
                    choices[row] = Choice(shown, len(minimal[row]))
        for row, derivations in table.items():
            if row in choices:
                continue
            sets = ranked[row]
            # Statements matched only by an OPTIONAL may be unnecessary.
            sets.sort(key=lambda s: self._grounds.rank(s - derivations[s].spare))
            pairs = [(s, derivations[s]) for s in sets]
            if choice := self._run_again(row, pairs, alternatives, len(minimal[row])):
                choices[row] = choice
        return self._judged(choices)

    def _judged(self, choices: dict[Row, Choice]) -> dict[Row, Choice]:
        """The choices without the sets from which a row follows only for want of a negated match.

        A set that was made too small is tried as it was before.
        """
        refused = self._refused((row, s) for row, choice in choices.items() for s, _ in choice.sets)
        whole = {(row, s): (row, self._before.get((row, s), s)) for row, s in refused}
        still = set(self._refused(case for smaller, case in whole.items() if case != smaller))
        judged: dict[Row, Choice] = {}
        for row, choice in choices.items():
            kept: dict[frozenset[int], Rest] = {}
            for s, rest in choice.sets:
                case = whole.get((row, s))
                if case is None:
                    kept[s] = rest
                elif case != (row, s) and case not in still:
                    kept[self._smaller(case, rest)] = rest
            if kept:
                best = minimal_sets(kept)
                total = choice.total - len(choice.sets) + len(best)
                judged[row] = Choice(tuple((s, kept[s]) for s in best), total)
        return judged

    def _refused(self, cases: Iterable[Case]) -> list[Case]:
        found = list(cases)
        verdicts = self._full_graph.accepts(found)
        return [case for case, is_right in zip(found, verdicts, strict=True) if not is_right]

    def _smaller(self, case: Case, rest: Rest) -> frozenset[int]:
        """The set without the members that the row does not need, judged by the whole graph."""
        row, triples = case
        for number in sorted(rest.spare & triples):
            fewer = triples - {number}
            if self._yields(fewer, row) and self._full_graph.accepts([(row, fewer)])[0]:
                triples = fewer
        return triples

    def _yields(self, triples: frozenset[int], row: Row) -> bool:
        return self._checker.yields((self._deriver.statements.all[i] for i in triples), row)

    def _run_again(
        self, row: Row, pairs: list[tuple[frozenset[int], Rest]], alternatives: int, total: int
    ) -> Choice | None:
        found: dict[frozenset[int], Rest] = {}
        tried = 0
        for triples, rest in pairs[:_RUN_AGAIN]:
            checked = self._checked(triples, rest, row)
            tried += 1
            if checked is not None:
                found.setdefault(checked, rest)
            if len(found) > alternatives:
                break
        if not found:
            return None
        best = minimal_sets(found)
        if len(best) > 1:
            best.sort(key=self._grounds.rank)
        return Choice(tuple((s, found[s]) for s in best), total - tried + len(best))

    def _checked(self, triples: frozenset[int], rest: Rest, row: Row) -> frozenset[int] | None:
        """The set with blocking statements added and unnecessary ones removed."""
        removable = set(rest.spare)
        if not self._yields(triples, row):
            blocking = self._blockers.of(triples)
            removable |= blocking - triples
            triples |= blocking
            self._grounds.learn(triples)
            if not self._yields(triples, row):
                return None
        if self._deriver.has_groups:
            return triples
        if not self._deriver.has_negation:
            removable = set(triples)
        weakest_first = sorted(
            removable, key=lambda number: self._grounds.rank(frozenset({number})), reverse=True
        )
        smaller = shrunk(self._checker, self._deriver.statements.all, triples, weakest_first, row)
        self._before[row, smaller] = triples
        return smaller
