"""Rewrite a pattern so that its solutions show what they rest on.

The rewritten pattern also binds hidden values: the branch taken in a UNION, whether an OPTIONAL
matched, the intermediate nodes of a property path, the unprojected variables of a subquery.
Without these variables, and ignoring duplicates, it has the same solutions as the original. For
each triple an *atom* records the condition and the terms with which a solution rests on it.
Parts that no single query can show (the edges under ``*`` and ``+``, the members of a group, the
pattern under EXISTS) become atoms that are looked up afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ..sparql import algebra as alg
from ..sparql.patterns import (
    Fresh,
    conjuncts,
    is_joinable,
    is_monotone,
    make_conjunction,
    unprojected,
    welcome,
    with_keys,
)
from ..sparql.terms import make_expression
from ..sparql.variables import certain, in_scope, mentioned, rename
from .provenance import (
    AbsenceAtom,
    Atom,
    ExistsAtom,
    GraphNode,
    Guard,
    PathAtom,
    SubqueryAtom,
    TripleAtom,
)

#: The elements with patterns of their own, for which it matters what stands beside them.
_NESTING: Final = (alg.OptionalGroup, alg.UnionGroups, alg.GraphGroup, alg.Group, alg.Select)


@dataclass
class Rewriter:
    """Rewrites one pattern, whose rows have the variables ``shown``, and collects its atoms.

    ``is_exact`` becomes False if the sets of triples may be larger than needed and must be
    verified; ``has_negation`` (OPTIONAL included) and ``has_groups`` describe the pattern.
    ``spare`` are the guards of atoms inside an OPTIONAL. ``used`` are the variables on which more
    than a cell of the row depends, outside the pattern; None stands for all variables.
    ``keeps_subqueries`` leaves each subquery one, with all its variables, so that the store
    evaluates it apart, as the query has it; otherwise they become part of the pattern.
    """

    fresh: Fresh
    shown: frozenset[alg.Var] = frozenset()
    atoms: list[Atom] = field(default_factory=list)
    spare: set[alg.Var] = field(default_factory=set)
    is_exact: bool = True
    has_negation: bool = False
    has_groups: bool = False
    used: frozenset[alg.Var] | None = frozenset()
    keeps_subqueries: bool = False

    def group(
        self,
        group: alg.Group,
        outside: Iterable[alg.Var] = (),
        guard: Guard = None,
        graph: GraphNode = None,
        left: Iterable[alg.Var] = (),
        beside: Iterable[alg.Var] = (),
    ) -> alg.Group:
        """Rewrite a group.

        ``outside`` are the variables used elsewhere in the query, ``beside`` those of them that
        are used together with this group (not in another branch of a UNION), and ``left`` those
        visible to an OPTIONAL's own filters.
        """
        outside, beside = set(outside), set(beside)
        elements: list[alg.Element] = []
        visible, bound = in_scope(group.elements), None
        preceding: list[alg.Element] = []
        self.is_exact &= _is_self_contained(group, outside.difference(left, visible))
        mentions = [mentioned(element) for element in group.elements]
        for i, element in enumerate(group.elements):
            if isinstance(element, _NESTING):
                near = set[alg.Var]().union(*mentions[:i], *mentions[i + 1 :])
                others, joined = outside | near, beside | near
            match element:
                case alg.TriplePattern(subject, predicate, object_):
                    self.atoms.append(TripleAtom(guard, subject, predicate, object_, graph))
                    elements.append(element)
                case alg.PathPattern(subject, path, object_):
                    elements += self.path(subject, path, object_, guard, graph)
                case alg.Filter(expression):
                    bound = certain(group.elements) if bound is None else bound
                    elements += self._filter(
                        expression, guard, graph, visible | dict.fromkeys(left), bound
                    )
                case alg.Bind(expression, _):
                    self.expression(expression, guard, graph, visible)
                    elements.append(element)
                case alg.OptionalGroup(inner):
                    self.has_negation = True
                    rest = group.elements[:i] + group.elements[i + 1 :]
                    self.is_exact &= self._is_shown(inner, outside.union(in_scope(rest)))
                    scope = in_scope(preceding)
                    optional, marker = self._branch(
                        inner, others, graph, left=scope, is_spare=True, beside=joined
                    )
                    elements.append(alg.OptionalGroup(optional))
                    own = in_scope(inner.elements).keys() - certain(preceding)
                    if self.used is None or not own.isdisjoint(self.used | joined):
                        shared = _shared(inner, scope)
                        self.atoms.append(
                            AbsenceAtom(guard, "NOT EXISTS", inner, shared, graph, marker)
                        )
                case alg.UnionGroups(groups):
                    branches = []
                    named = [mentioned(branch) for branch in groups]
                    for j, branch in enumerate(groups):
                        apart = others.union(*named[:j], *named[j + 1 :])
                        rewritten, _ = self._branch(
                            branch, apart, graph, guard in self.spare, beside=joined
                        )
                        branches.append(rewritten)
                    elements.append(alg.UnionGroups(tuple(branches)))
                case alg.MinusGroup(inner):
                    self._negation("MINUS", inner, guard, graph, in_scope(preceding))
                    elements.append(element)
                case alg.GraphGroup(name, inner):
                    self.is_exact &= bool(certain(inner.elements))
                    in_graph = self.group(inner, others, guard, name, beside=joined)
                    elements.append(alg.GraphGroup(name, in_graph))
                case alg.Group():
                    elements.append(self.group(element, others, guard, graph, beside=joined))
                case alg.Select():
                    elements.append(self._subquery(element, others, guard, graph, joined))
                case _:
                    elements.append(element)
            preceding.append(element)
        return alg.Group(tuple(elements))

    def _is_shown(self, optional: alg.Group, beside: set[alg.Var]) -> bool:
        """Whether a row shows that an OPTIONAL matched, and so needs all its triples.

        This holds if the row has a variable that the OPTIONAL always binds and nothing else does.
        """
        own = certain(optional.elements) - beside
        return is_monotone(optional) and not own.isdisjoint(self.shown)

    def _branch(
        self,
        group: alg.Group,
        outside: set[alg.Var],
        graph: GraphNode,
        is_spare: bool,
        left: Iterable[alg.Var] = (),
        beside: Iterable[alg.Var] = (),
    ) -> tuple[alg.Group, alg.Var]:
        """Rewrite an optional branch; the variable shows whether it matched."""
        own = sorted(certain(group.elements) - outside, key=lambda variable: variable.name)
        marker = own[0] if own else self.fresh()
        if is_spare:
            self.spare.add(marker)
        rewritten = self.group(group, outside, marker, graph, left, beside)
        if own:
            return rewritten, marker
        marking = alg.Bind(make_expression(["1"]), marker)
        return alg.Group((*rewritten.elements, marking)), marker

    # Property paths.

    def path(
        self,
        subject: alg.Node,
        path: alg.Path,
        object_: alg.Node,
        guard: Guard = None,
        graph: GraphNode = None,
    ) -> list[alg.Element]:
        """Translate a path between two nodes into elements (section 18.2.2.4)."""
        match path:
            case alg.Inverse(inner):
                return self.path(object_, inner, subject, guard, graph)
            case alg.Sequence(parts):
                nodes = [subject, *(self.fresh() for _ in parts[1:]), object_]
                found: list[alg.Element] = []
                for part, start, end in zip(parts, nodes, nodes[1:], strict=False):
                    found += self.path(start, part, end, guard, graph)
                return found
            case alg.Alternative(parts):
                return [self._alternatives(subject, parts, object_, guard, graph)]
            case alg.NegatedSet(forward, backward) if forward and backward:
                sides = (alg.NegatedSet(forward, ()), alg.NegatedSet((), backward))
                return [self._alternatives(subject, sides, object_, guard, graph)]
            case alg.NegatedSet(forward, backward):
                start, end = (object_, subject) if backward else (subject, object_)
                predicate = self.fresh()
                self.atoms.append(TripleAtom(guard, start, predicate, end, graph))
                pattern = alg.TriplePattern(start, predicate, end)
                listed = ",".join(str(iri) for iri in forward + backward)
                condition = make_expression([predicate, "NOT IN", "(", listed, ")"])
                return [alg.Group((pattern, alg.Filter(condition)))]
            case alg.Closure():
                self.is_exact = False
                self.atoms.append(PathAtom(guard, subject, path, object_, graph))
                return [alg.PathPattern(subject, path, object_)]
            case _:
                self.atoms.append(TripleAtom(guard, subject, path, object_, graph))
                return [alg.TriplePattern(subject, path, object_)]

    def _alternatives(
        self,
        subject: alg.Node,
        parts: Sequence[alg.Path],
        object_: alg.Node,
        guard: Guard,
        graph: GraphNode,
    ) -> alg.UnionGroups:
        branches = []
        for part in parts:
            marker = self.fresh()
            if guard in self.spare:
                self.spare.add(marker)
            elements = self.path(subject, part, object_, marker, graph)
            marking = alg.Bind(make_expression(["1"]), marker)
            branches.append(alg.Group((*elements, marking)))
        return alg.UnionGroups(tuple(branches))

    # Filters and other expressions.

    def _filter(
        self,
        expression: alg.Expression,
        guard: Guard,
        graph: GraphNode,
        visible: dict[alg.Var, None],
        bound: set[alg.Var],
    ) -> list[alg.Element]:
        """Translate a filter into elements; a top-level EXISTS becomes a join if possible."""
        kept: list[alg.Expression] = []
        joined: list[alg.Element] = []
        for condition in conjuncts(expression):
            match condition.tokens:
                case (alg.Exists(inner, False) as exists,):
                    if is_joinable(inner, visible, bound):
                        own = mentioned(inner) - visible.keys()
                        inner = rename(inner, {variable: self.fresh() for variable in own})
                        joined += self.group(inner, (), guard, graph).elements
                        continue
                    self._exists(exists, guard, graph, visible, is_required=True)
                case (alg.Exists(inner, True),):
                    self._negation("NOT EXISTS", inner, guard, graph, visible)
                case _:
                    self.expression(condition, guard, graph, visible, welcome(condition))
            kept.append(condition)
        return [*joined, alg.Filter(make_conjunction(kept))] if kept else joined

    def expression(
        self,
        expression: alg.Expression,
        guard: Guard,
        graph: GraphNode,
        visible: Iterable[alg.Var],
        welcome: Collection[alg.Exists] = (),
    ) -> None:
        """Record the EXISTS patterns that the value of an expression depends on.

        Of those in ``welcome`` it does not matter that they have no match.
        """
        for exists in expression.exists():
            self._exists(exists, guard, graph, visible, False, exists in welcome)

    def _exists(
        self,
        exists: alg.Exists,
        guard: Guard,
        graph: GraphNode,
        visible: Iterable[alg.Var],
        is_required: bool,
        is_welcome: bool = False,
    ) -> None:
        self.is_exact = False
        self.has_negation |= not is_required
        shared = _shared(exists.group, visible)
        self.atoms.append(ExistsAtom(guard, exists, shared, graph, is_required, is_welcome))

    def _negation(
        self,
        keyword: str,
        group: alg.Group,
        guard: Guard,
        graph: GraphNode,
        visible: Iterable[alg.Var],
    ) -> None:
        self.has_negation = True
        self.is_exact &= is_monotone(group)
        self.atoms.append(AbsenceAtom(guard, keyword, group, _shared(group, visible), graph))

    # Subqueries.

    def _subquery(
        self,
        select: alg.Select,
        outside: set[alg.Var],
        guard: Guard,
        graph: GraphNode,
        beside: set[alg.Var],
    ) -> alg.Group:
        """Inline a subquery, or keep it; one that is grouped or sliced also shows its keys."""
        if select.is_aggregated:
            self.has_groups = True
            self.is_exact = False
            select, keys = with_keys(select, self.fresh)
            shown = {key: self.fresh() for key in keys}
            columns = tuple((shown[key], make_expression([key])) for key in keys)
            self.atoms.append(SubqueryAtom(guard, select, tuple(shown.values()), graph))
            return alg.Group((replace(select, projection=select.projection + columns),))
        if select.is_sliced:
            self.is_exact = False
            copies = [self.fresh() for _ in select.variables]
            self.atoms.append(SubqueryAtom(guard, select, tuple(copies), graph))
            copying = [
                alg.Bind(make_expression([variable]), copy)
                for variable, copy in zip(select.variables, copies, strict=True)
            ]
            return alg.Group((select, *copying))
        hidden = mentioned(select) - set(select.variables)
        renamed = rename(select, {variable: self.fresh() for variable in hidden})
        inner = self.group(unprojected(renamed), outside, guard, graph, beside=beside)
        if not self.keeps_subqueries:
            return inner
        everything = tuple((variable, None) for variable in in_scope(inner.elements))
        return alg.Group((alg.Select(everything, inner),))


def _is_self_contained(group: alg.Group, hidden: set[alg.Var]) -> bool:
    """Whether no condition of the group uses a variable that only other groups bind.

    By the specification such a variable is unbound (or, under EXISTS, a different variable), but
    a store that uses nested-loop joins, such as Oxigraph, may see the outer value.
    """
    conditions = (e for e in group.elements if isinstance(e, alg.Filter | alg.Bind))
    return all(hidden.isdisjoint(mentioned(condition)) for condition in conditions)


def _shared(group: alg.Group, visible: Iterable[alg.Var]) -> tuple[alg.Var, ...]:
    inside = mentioned(group)
    return tuple(variable for variable in visible if variable in inside)
