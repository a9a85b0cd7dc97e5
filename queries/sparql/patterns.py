"""Properties and normal forms of patterns and conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import Final, TypeAlias

from . import algebra as alg
from .terms import make_expression
from .variables import certain, mentioned

_Tokens: TypeAlias = tuple[str | alg.Var | alg.Exists, ...]
_DEPTH: Final = {"(": 1, ")": -1}


def conjuncts(expression: alg.Expression) -> list[alg.Expression]:
    """Split an expression into its conjuncts.

    ``! EXISTS`` becomes ``NOT EXISTS``, and vice versa.
    """
    tokens = _unbracketed(expression.tokens)
    ends = [i for i, depth in enumerate(_depths(tokens)) if depth == 0 and tokens[i] == "&&"]
    has_or = any(
        depth == 0 and token == "||" for depth, token in zip(_depths(tokens), tokens, strict=True)
    )
    if not ends or has_or:
        match tokens:
            case ("!", *rest) if len(inner := _unbracketed(tuple(rest))) == 1:
                if isinstance(inner[0], alg.Exists):
                    tokens = (alg.Exists(inner[0].group, not inner[0].is_negated),)
        return [make_expression(list(tokens))]
    found: list[alg.Expression] = []
    for start, end in zip([-1, *ends], [*ends, len(tokens)], strict=True):
        found += conjuncts(make_expression(list(tokens[start + 1 : end])))
    return found


def welcome(condition: alg.Expression) -> list[alg.Exists]:
    """The EXISTS patterns of a condition that stand bare between ``&&`` and ``||``.

    A match of such a pattern can only make the condition true.
    """
    tokens = _unbracketed(condition.tokens)
    ends = [
        i for i, depth in enumerate(_depths(tokens)) if depth == 0 and tokens[i] in ("&&", "||")
    ]
    if not ends:
        return [token for token in tokens[:1] if isinstance(token, alg.Exists) and tokens[1:] == ()]
    found = []
    for start, end in zip([-1, *ends], [*ends, len(tokens)], strict=True):
        found += welcome(alg.Expression(tokens[start + 1 : end]))
    return [exists for exists in found if not exists.is_negated]


def is_lower_bound(condition: alg.Expression) -> bool:
    """Whether the condition says that a count exceeds a number: more members keep it true."""
    match _unbracketed(condition.tokens):
        case (str(name), "(", *_, ")", ">" | ">=", str(number)) as tokens:
            others = {"<", "<=", "=", "!=", "!", "&&", "||"}.intersection(
                token for token in tokens if isinstance(token, str)
            )
            return name.upper() == "COUNT" and number.isdecimal() and not others
        case _:
            return False


def make_conjunction(expressions: Iterable[alg.Expression]) -> alg.Expression:
    """The conjunction of the expressions."""
    tokens: list[str | alg.Var | alg.Exists] = []
    for expression in expressions:
        tokens += ["&&"] if tokens else []
        tokens += ["(", *expression.tokens, ")"]
    return make_expression(tokens)


def _depths(tokens: _Tokens) -> list[int]:
    """The bracket depth of each token; a bracket counts as inside itself."""
    depths, depth = [], 0
    for token in tokens:
        step = _DEPTH.get(token, 0) if isinstance(token, str) else 0
        depths.append(depth + max(step, 0))
        depth += step
    return depths


def _unbracketed(tokens: _Tokens) -> _Tokens:
    """The tokens without enclosing brackets."""
    while len(tokens) > 2 and tokens[0] == "(" and min(_depths(tokens)) > 0:
        tokens = tokens[1:-1]
    return tokens


class Fresh:
    """Generates variables that the query does not use."""

    def __init__(self, prefix: str) -> None:
        self._prefix = f"{prefix}x"
        self._numbers = count()

    def __call__(self) -> alg.Var:
        return alg.Var(f"{self._prefix}{next(self._numbers)}")


def unprojected(select: alg.Select) -> alg.Group:
    """The pattern of an ungrouped SELECT, with expressions as BINDs and all variables visible."""
    elements: list[alg.Element] = [select.where]
    if select.values:
        elements.append(select.values)
    elements += [
        alg.Bind(expression, variable) for variable, expression in select.projection if expression
    ]
    return alg.Group(tuple(elements))


def with_keys(select: alg.Select, fresh: Fresh) -> tuple[alg.Select, tuple[alg.Var, ...]]:
    """Name every GROUP BY key of a grouped SELECT; return the SELECT and the key variables."""
    keys = tuple((expression, variable or fresh()) for expression, variable in select.group_by)
    return replace(select, group_by=keys), tuple(variable for _, variable in keys)


def is_monotone(group: alg.Group) -> bool:
    """Whether adding triples can never remove a solution of the group."""
    for element in group.elements:
        match element:
            case alg.OptionalGroup() | alg.MinusGroup():
                return False
            case alg.Filter(expression) | alg.Bind(expression, _):
                if any(True for _ in expression.exists()):
                    return False
            case alg.Group():
                if not is_monotone(element):
                    return False
            case alg.GraphGroup(_, inner):
                if not is_monotone(inner):
                    return False
            case alg.UnionGroups(groups):
                if not all(map(is_monotone, groups)):
                    return False
            case alg.Select():
                if element.is_aggregated or element.is_sliced or not is_monotone(element.where):
                    return False
            case _:
                pass
    return True


def is_joinable(group: alg.Group, visible: Iterable[alg.Var], bound: set[alg.Var]) -> bool:
    """Whether EXISTS of this group is equivalent to a join: only triples, paths and filters.

    Its variables that are visible outside must be bound there, or the join would bind them.
    """
    plain = (alg.TriplePattern, alg.PathPattern, alg.Filter)
    inside = mentioned(group)
    seen = certain(group.elements) | bound
    return (
        is_monotone(group)
        and all(isinstance(element, plain) for element in group.elements)
        and all(variable in bound for variable in visible if variable in inside)
        and all(
            mentioned(element) <= seen
            for element in group.elements
            if isinstance(element, alg.Filter)
        )
    )


def selects(select: alg.Select) -> Iterator[alg.Select]:
    """Yield the SELECT and all SELECTs in it, including those under EXISTS."""
    yield select
    for group in groups_in(select.where):
        for element in group.elements:
            if isinstance(element, alg.Select):
                yield from selects(element)


def groups_in(group: alg.Group) -> Iterator[alg.Group]:
    """Yield the group and its nested groups, except those of subqueries."""
    yield group
    for element in group.elements:
        match element:
            case alg.OptionalGroup(inner) | alg.MinusGroup(inner) | alg.GraphGroup(_, inner):
                yield from groups_in(inner)
            case alg.Group():
                yield from groups_in(element)
            case alg.UnionGroups(groups):
                for branch in groups:
                    yield from groups_in(branch)
            case alg.Filter(expression) | alg.Bind(expression, _):
                for exists in expression.exists():
                    yield from groups_in(exists.group)
            case _:
                pass
