"""Choose minimal witnesses among the derivations of a row.

Derivations are ranked by the facts behind their statements: facts before definitions, firm facts
before weak ones. Negations need more statements: ``NOT EXISTS { A NOT EXISTS { B } }`` holds in
the whole graph because each A has its B. The triples of one row alone may have the A without its
B, which would lose the row, so the B is added to them. The same goes for MINUS and OPTIONAL, and
for aggregates, whose members may jointly match a negated pattern.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..sparql import algebra as alg
from .derivations import Deriver
from .explanation import Grounds
from .full_graph import FullGraph
from .provenance import Derivations, GraphNode, Rest, Row
from .verification import Case, Checker


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
#: With fewer cases than this, one run for all of them takes longer than one for each.
_MANY: Final = 4
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
    if len(found := list(sets)) < 2:
        return found
    ordered, found = sorted(found, key=len), []
    with_member: dict[int, list[frozenset[int]]] = defaultdict(list)
    for candidate in ordered:
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
        #: Whether a set of a row gives it back, as far as many were verified together.
        self._known: dict[Case, bool] = {}

    def choose(self, table: dict[Row, Derivations], alternatives: int) -> dict[Row, Choice]:
        """For each row the best set and up to ``alternatives`` others.

        A row has no choice if the query, run again on its statements alone, never returns it.
        """
        deriver = self._deriver
        is_certain = deriver.is_exact and not (deriver.has_groups and deriver.has_negation)
        spares = (_NONE if is_certain else derivations for derivations in table.values())
        minimal = list(map(minimal_sets, table.values(), spares))
        self._grounds.learn(
            number
            for sets in minimal
            if len(sets) > 1 or not is_certain
            for s in sets[:_COMPARED]
            for number in s
        )
        ranked = [sets[:_COMPARED] for sets in minimal]
        for sets in ranked:
            if len(sets) > 1:
                sets.sort(key=self._grounds.rank)
        verified = self._verified(table, ranked, alternatives + 1) if is_certain else set()
        unsure: dict[Row, list[frozenset[int]]] = {}
        for i, (row, derivations) in enumerate(table.items()):
            if i not in verified:
                # Statements matched only by an OPTIONAL may be unnecessary.
                ranked[i].sort(key=lambda s: self._grounds.rank(s - derivations[s].spare))
                unsure[row] = ranked[i][: alternatives + 1]
        self._verify_smaller(unsure, table)
        choices: dict[Row, Choice] = {}
        for i, (row, derivations) in enumerate(table.items()):
            pairs = [(s, derivations[s]) for s in ranked[i]]
            if i in verified:
                choices[row] = Choice(tuple(pairs[: alternatives + 1]), len(minimal[i]))
            elif choice := self._run_again(row, pairs, alternatives, len(minimal[i])):
                choices[row] = choice
        return self._without_detours(self._judged(choices))

    def _verified(
        self, rows: Iterable[Row], ranked: Sequence[list[frozenset[int]]], count: int
    ) -> set[int]:
        """The places of the rows whose first ``count`` sets all give them back."""
        listed = list(zip(rows, ranked, strict=True))
        self._verify_together([(row, s) for row, some in listed for s in some[:count]])
        return {
            i
            for i, (row, some) in enumerate(listed)
            if all(self._yields(s, row) for s in some[:count])
        }

    def _verify_together(self, cases: Sequence[Case]) -> None:
        """Verify many cases in one run; a few are verified faster alone, when they are needed."""
        if len(cases) < _MANY:
            return
        told = self._checker.yield_together(cases, self._deriver.statements.all)
        self._known.update((cases[place], is_right) for place, is_right in told.items())

    def _verify_smaller(
        self, sets: Mapping[Row, Sequence[frozenset[int]]], table: Mapping[Row, Derivations]
    ) -> None:
        """Verify these sets of each row, and those with one statement fewer."""
        cases = [(row, s) for row, some in sets.items() for s in some]
        self._verify_together(cases)
        if not self._deriver.has_groups:
            self._verify_together(
                [
                    (row, s - {number})
                    for row, s in cases
                    if self._known.get((row, s))
                    for number in self._removable(s, table[row][s])
                ]
            )

    def _removable(self, triples: frozenset[int], rest: Rest) -> frozenset[int]:
        """The statements of a set that the row may not need."""
        return rest.spare & triples if self._deriver.has_negation else triples

    def _judged(self, choices: dict[Row, Choice]) -> dict[Row, Choice]:
        """The choices without the sets from which a row follows only for want of a negated match.

        A set that was made too small is tried as it was before.
        """
        refused = self._refused((row, s) for row, choice in choices.items() for s, _ in choice.sets)
        if not refused:
            return choices
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
                    kept[self._smaller(case, rest.spare)] = rest
            if kept:
                best = minimal_sets(kept)
                total = choice.total - len(choice.sets) + len(best)
                judged[row] = Choice(tuple((s, kept[s]) for s in best), total)
        return judged

    def _without_detours(self, choices: dict[Row, Choice]) -> dict[Row, Choice]:
        """The choices without edges of paths that other triples of the set make unnecessary.

        Beside a negation or an OPTIONAL, which triples a row needs is for the whole graph to say.
        """
        deriver = self._deriver
        is_open = deriver.has_paths and deriver.has_negation and not deriver.has_groups
        if not (is_open and self._full_graph.is_decisive):
            return choices
        direct = {}
        for row, choice in choices.items():
            sets: dict[frozenset[int], Rest] = {}
            for triples, rest in choice.sets:
                sets.setdefault(self._smaller((row, triples), triples), rest)
            best = minimal_sets(sets)
            total = choice.total - len(choice.sets) + len(best)
            direct[row] = Choice(tuple((s, sets[s]) for s in best), total)
        return direct

    def _refused(self, cases: Iterable[Case]) -> list[Case]:
        found = list(cases)
        verdicts = self._full_graph.accepts(found)
        return [case for case, is_right in zip(found, verdicts, strict=True) if not is_right]

    def _smaller(self, case: Case, removable: frozenset[int]) -> frozenset[int]:
        """The set without those members that the row does not need, judged by the whole graph."""
        row, triples = case
        for number in sorted(removable & triples):
            fewer = triples - {number}
            if self._yields(fewer, row) and self._full_graph.accepts([(row, fewer)])[0]:
                triples = fewer
        return triples

    def _yields(self, triples: frozenset[int], row: Row) -> bool:
        if self._known.get((row, triples)):
            return True
        return self._checker.yields((self._deriver.statements.all[i] for i in triples), row)

    def _shrunk(
        self, triples: frozenset[int], removable: Iterable[int], row: Row
    ) -> frozenset[int]:
        """Drop each removable statement that the row does not need, tried in the given order."""
        for number in removable:
            fewer = triples - {number}
            known = self._known.get((row, fewer))
            if number in triples and (self._yields(fewer, row) if known is None else known):
                triples = fewer
        return triples

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
        removable = self._removable(triples, rest)
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
            removable = triples
        weakest_first = sorted(
            removable, key=lambda number: self._grounds.rank(frozenset({number})), reverse=True
        )
        smaller = self._shrunk(triples, weakest_first, row)
        self._before[row, smaller] = triples
        return smaller
