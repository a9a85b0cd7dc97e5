"""Choosing, among the derivations of a row, minimal ones to show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ...graph.errors import UnexplainableError
from .blockers import Blockers
from .derivation_table import Derivations, Rest, Row
from .derivations import Deriver
from .grounds import Grounds
from .replay import Checker, shrunk

#: How many minimal derivations of a row are compared, and how many of them are run again.
_COMPARED: Final = 32
_RUN_AGAIN: Final = 6
_NONE: Final[Mapping[frozenset[int], Rest]] = {}


@dataclass(frozen=True, slots=True)
class Choice:
    """Minimal sets of statements for one row, the best first, and how many there are."""

    sets: tuple[tuple[frozenset[int], Rest], ...]
    total: int

    def __or__(self, other: Choice) -> Choice:
        """The sets of both, for a row that comes about in two ways."""
        sets = dict(self.sets) | dict(other.sets)
        best = minimal_sets(sets)
        return Choice(tuple((s, sets[s]) for s in best), self.total + other.total)


def minimal_sets(
    sets: Iterable[frozenset[int]], spare: Mapping[frozenset[int], Rest] = _NONE
) -> list[frozenset[int]]:
    """The sets that contain no other one, the smallest first.

    Where ``spare`` tells what a set may turn out not to need, only the rest of it counts.
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
    """Chooses for the rows of one query; what cannot be vouched for is run again first."""

    def __init__(
        self, deriver: Deriver, checker: Checker, grounds: Grounds, blockers: Blockers
    ) -> None:
        self._deriver, self._checker = deriver, checker
        self._grounds, self._blockers = grounds, blockers

    def choose(self, table: dict[Row, Derivations], alternatives: int) -> dict[Row, Choice]:
        """For each row the best set and up to so many alternatives.

        Raises ``UnexplainableError`` if running the query again on a row's statements does not
        give the row back.
        """
        deriver = self._deriver
        is_certain = deriver.is_exact and not (deriver.has_groups and deriver.has_negation)
        minimal = {
            row: minimal_sets(derivations, _NONE if is_certain else derivations)
            for row, derivations in table.items()
        }
        self._grounds.learn(
            number for sets in minimal.values() for s in sets[:_COMPARED] for number in s
        )
        choices = {}
        for row, sets in minimal.items():
            derivations = table[row]
            ranked = sets[:_COMPARED]
            if len(ranked) > 1:
                ranked.sort(key=self._grounds.rank)
            if is_certain:
                shown = tuple((s, derivations[s]) for s in ranked[: alternatives + 1])
                choices[row] = Choice(shown, len(sets))
            else:
                # What an OPTIONAL asked for may turn out not to be needed.
                ranked.sort(key=lambda s: self._grounds.rank(s - derivations[s].spare))
                pairs = [(s, derivations[s]) for s in ranked]
                choices[row] = self._run_again(row, pairs, alternatives, len(sets))
        return choices

    def _run_again(
        self, row: Row, pairs: list[tuple[frozenset[int], Rest]], alternatives: int, total: int
    ) -> Choice:
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
            raise UnexplainableError(
                "a row of this query does not follow from the triples that its pattern matches "
                "alone, so no list of facts would prove it"
            )
        best = minimal_sets(found)
        if len(best) > 1:
            best.sort(key=self._grounds.rank)
        return Choice(tuple((s, found[s]) for s in best), total - tried + len(best))

    def _checked(self, triples: frozenset[int], rest: Rest, row: Row) -> frozenset[int] | None:
        """The set, enlarged by what holds off a negation and without what is not needed."""
        statements = self._deriver.statements.all
        removable = set(rest.spare)
        if not self._checker.yields((statements[i] for i in triples), row):
            blocking = self._blockers.of(triples)
            removable |= blocking - triples
            triples |= blocking
            self._grounds.learn(triples)
            if not self._checker.yields((statements[i] for i in triples), row):
                return None
        if self._deriver.has_groups:
            return triples
        if not self._deriver.has_negation:
            removable = set(triples)
        weakest_first = sorted(
            removable, key=lambda number: self._grounds.rank(frozenset({number})), reverse=True
        )
        return shrunk(self._checker, statements, triples, weakest_first, row)
