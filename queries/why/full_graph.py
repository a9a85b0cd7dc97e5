"""Judge a witness by the whole graph: by what it has, and by what it lacks.

On a few triples alone, a pattern under NOT EXISTS, MINUS or OPTIONAL may have no match only because
the triples that match it are not among them. Here the positive patterns of the query are replaced
by what they find in the witness, and what is negated is left to the store: the row follows only if
it lacks nothing there. One query judges many rows, since each value has the number of its row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Final

import pyoxigraph as ox

from ...graph.store import EmbeddedStore, Term, read
from ..sparql import algebra as alg
from ..sparql.patterns import is_monotone, selects, unprojected
from ..sparql.terms import make_expression
from ..sparql.variables import certain, in_scope, mentioned, rename, without_idle_optionals
from ..sparql.writer import write_select
from .derivations import Deriver
from .provenance import GraphNode, Statement, batched, stored
from .verification import Case, quads, same

_CHUNK: Final = 1000


class FullGraph:
    """Judges the witnesses of one SELECT; it accepts what it cannot judge.

    These are aggregates, slices, patterns that are not well-designed, and remote stores.
    """

    def __init__(self, deriver: Deriver, select: alg.Select) -> None:
        self._deriver, self._select, self._number = deriver, select, deriver.fresh()
        is_plain = not any(s.is_aggregated for s in selects(select))
        inner = (s for s in selects(select) if s is not select)
        self._is_shown = _is_shown(select)
        self.can_judge = is_plain and not self._is_shown
        self.can_judge &= not any(s.is_sliced for s in inner)
        # Other engines differ in how they match literals in VALUES, or refuse such a long query.
        self.can_judge &= isinstance(deriver.store, EmbeddedStore)

    @property
    def is_decisive(self) -> bool:
        """Whether a row follows from what gives it back and is accepted: nothing is left open."""
        return self._is_shown or self.can_judge

    @cached_property
    def _group(self) -> alg.Group:
        """What the rows rest on, found apart from the derivations: a fault there must show here."""
        group = unprojected(self._select)
        return without_idle_optionals(group, set(self._select.variables))

    def accepts(self, cases: Sequence[Case]) -> list[bool]:
        """For each case, whether the store has the statements, and the row follows from them."""
        present = self._deriver.present({number for _, numbers in cases for number in numbers})
        found = [numbers <= present for _, numbers in cases]
        if self.can_judge:
            there = [case for case, is_there in zip(cases, found, strict=True) if is_there]
            verdicts = (
                is_right for some in batched(there, _CHUNK) for is_right in self._judge(some)
            )
            found = [is_there and next(verdicts) for is_there in found]
        return found

    def _judge(self, cases: Sequence[Case]) -> list[bool]:
        statements = self._deriver.statements.all
        witnesses = {
            i: [statements[number] for number in numbers] for i, (_, numbers) in enumerate(cases)
        }
        # A VALUES block cannot name a blank node.
        witnesses = {i: some for i, some in witnesses.items() if not any(map(_has_blank, some))}
        names = self._select.variables
        listed = alg.Values((self._number,), tuple((ox.Literal(i),) for i in witnesses))
        try:
            judged = _Judged(witnesses, self._number, self._deriver).group(self._group, None)
        except _LooseScopeError:
            self.can_judge = False
            return [True] * len(cases)
        where = alg.Group((listed, judged))
        columns = tuple((name, None) for name in (*names, self._number))
        select = alg.Select(columns, where, is_distinct=True)
        deriver = self._deriver
        answer = deriver.store.query(deriver.base + write_select(select, deriver.dataset))
        assert isinstance(answer, ox.QuerySolutions)
        verdicts = [i not in witnesses for i in range(len(cases))]
        for *row, number in map(tuple, read(answer)):
            i = int(number.value)
            if all(same(row[k], cases[i][0][k]) for k in self._select.stable_columns):
                verdicts[i] = True
        return verdicts


_PLAIN: Final = (alg.TriplePattern, alg.PathPattern)


class _LooseScopeError(Exception):
    """A group inside an OPTIONAL shares a variable with what stands before the OPTIONAL only.

    Such a pattern is not well-designed: joined to a row it means something else than alone.
    """


class _Judged:
    """Replaces the positive patterns of a group by what they find in each of the witnesses."""

    def __init__(
        self, witnesses: Mapping[int, Sequence[Statement]], number: alg.Var, deriver: Deriver
    ) -> None:
        self._witnesses, self._number, self._fresh = witnesses, number, deriver.fresh
        #: The statements with each predicate, each with the number of its witness.
        self._with: dict[Term, list[tuple[int, Statement]]] = defaultdict(list)
        for i, statements in witnesses.items():
            for statement in statements:
                self._with[statement[1]].append((i, statement))

    @cached_property
    def _stores(self) -> dict[int, ox.Store]:
        stores = {i: ox.Store() for i in self._witnesses}
        for i, statements in self._witnesses.items():
            stores[i].extend(quad for statement in statements for quad in quads(statement))
        return stores

    def group(self, group: alg.Group, graph: GraphNode) -> alg.Group:
        elements: list[alg.Element] = []
        for element in group.elements:
            match element:
                case alg.TriplePattern() | alg.PathPattern():
                    elements.append(self._found(element, graph))
                case alg.OptionalGroup(inner):
                    elements = [*self._optional(elements, inner, graph)]
                case alg.Group():
                    elements.append(self.group(element, graph))
                case alg.UnionGroups(groups):
                    branches = tuple(self.group(branch, graph) for branch in groups)
                    elements.append(alg.UnionGroups(branches))
                case alg.GraphGroup(name, inner):
                    judged = self.group(inner, name)
                    # Only what is negated needs the graph.
                    elements.append(judged if is_monotone(inner) else alg.GraphGroup(name, judged))
                case alg.Select():
                    columns = (*element.projection, (self._number, None))
                    where = self.group(element.where, graph)
                    elements.append(replace(element, projection=columns, where=where))
                case _:
                    elements.append(element)
        return alg.Group(tuple(elements))

    def _found(self, pattern: alg.TriplePattern | alg.PathPattern, graph: GraphNode) -> alg.Values:
        found = in_scope((pattern,)) | ({graph: None} if isinstance(graph, alg.Var) else {})
        if isinstance(pattern, alg.TriplePattern):
            rows = self._matches(pattern, graph, tuple(found))
        else:
            rows = self._reached(pattern, graph, tuple(found))
        listed = tuple((ox.Literal(i), *row) for i, row in rows)
        return alg.Values((self._number, *found), listed)

    def _matches(
        self, pattern: alg.TriplePattern, graph: GraphNode, variables: tuple[alg.Var, ...]
    ) -> Iterator[tuple[int, tuple[alg.Constant, ...]]]:
        """The values of a triple pattern's variables in each witness, in one graph or in each."""
        nodes = (pattern.subject, pattern.predicate, pattern.object, graph)
        given = [
            (k, stored(node) if isinstance(node, ox.Literal) else node)
            for k, node in enumerate(nodes)
            if not isinstance(node, alg.Var)
        ]
        wanted = [(k, node) for k, node in enumerate(nodes) if isinstance(node, alg.Var)]
        predicate = pattern.predicate
        some: Iterable[tuple[int, Statement]] = chain(*self._with.values())
        if not isinstance(predicate, alg.Var):
            some = self._with.get(predicate, ())
        for i, statement in some:
            if all(statement[k] == term for k, term in given):
                found: dict[alg.Var, Term | None] = {}
                # A variable that stands twice has one value, and a variable graph is a named one.
                if all(
                    found.setdefault(node, statement[k]) == statement[k] is not None
                    for k, node in wanted
                ):
                    yield i, tuple([found[variable] for variable in variables])  # type: ignore[misc]

    def _reached(
        self, pattern: alg.PathPattern, graph: GraphNode, variables: tuple[alg.Var, ...]
    ) -> Iterator[tuple[int, tuple[alg.Constant, ...]]]:
        """The distinct values of a path's variables in each witness, in one graph or in each."""
        inside = alg.Group((pattern,))
        where = alg.Group((alg.GraphGroup(graph, inside),)) if graph else inside
        columns = tuple((variable, None) for variable in variables)
        text = write_select(alg.Select(columns, where, is_distinct=True))
        for i, store in self._stores.items():
            answer = store.query(text)
            assert isinstance(answer, ox.QuerySolutions)
            for solution in answer:
                # Without variables there is a column all the same.
                yield i, tuple(solution)[: len(variables)]

    def _optional(
        self, before: list[alg.Element], inner: alg.Group, graph: GraphNode
    ) -> Iterator[alg.Element]:
        """An OPTIONAL that matches in the store, or has no match in the whole graph either."""
        plain = [e for e in inner.elements if isinstance(e, _PLAIN)]
        nested = (e for e in inner.elements if not isinstance(e, (*_PLAIN, alg.Filter)))
        loose = set[alg.Var]().union(*map(mentioned, nested)) - certain(plain)
        if not loose.isdisjoint(in_scope(before)):
            raise _LooseScopeError
        marker = self._fresh()
        marking = alg.Bind(make_expression(["1"]), marker)
        elements = (*self.group(inner, graph).elements, marking)
        own = mentioned(inner) - in_scope(before).keys()
        apart = alg.Exists(rename(inner, {v: self._fresh() for v in own}), is_negated=True)
        condition = make_expression(["BOUND", "(", marker, ")", "||", apart])
        optional = alg.OptionalGroup(alg.Group(elements))
        yield alg.Group((*before, optional, alg.Filter(condition)))


def _is_shown(select: alg.Select) -> bool:
    """Whether nothing is negated, or the row itself shows whether each OPTIONAL matched."""
    plain = {variable for variable, expression in select.projection if expression is None}
    elements = select.where.elements
    for element in elements:
        if isinstance(element, alg.OptionalGroup):
            others = in_scope(e for e in elements if e is not element)
            own = certain(element.group.elements) - others.keys()
            if not is_monotone(element.group) or own.isdisjoint(plain):
                return False
        elif not is_monotone(alg.Group((element,))):
            return False
    return True


def _has_blank(statement: Statement) -> bool:
    return any(isinstance(term, ox.BlankNode) for term in statement)
