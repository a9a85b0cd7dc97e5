"""Taking conditions apart at ``&&``, and putting them together again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from . import algebra as alg
from .terms import make_expression

_Tokens: TypeAlias = tuple[str | alg.Var | alg.Exists, ...]
_DEPTH: Final = {"(": 1, ")": -1}


def conjuncts(expression: alg.Expression) -> list[alg.Expression]:
    """The conditions that must all be true for the expression to be true.

    ``! EXISTS`` becomes ``NOT EXISTS``, and the other way round.
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


def make_conjunction(expressions: Iterable[alg.Expression]) -> alg.Expression:
    """The condition that all of these are true."""
    tokens: list[str | alg.Var | alg.Exists] = []
    for expression in expressions:
        tokens += ["&&"] if tokens else []
        tokens += ["(", *expression.tokens, ")"]
    return make_expression(tokens)


def _depths(tokens: _Tokens) -> list[int]:
    """The number of open brackets at each token; a bracket itself counts as inside."""
    depths, depth = [], 0
    for token in tokens:
        step = _DEPTH.get(token, 0) if isinstance(token, str) else 0
        depths.append(depth + max(step, 0))
        depth += step
    return depths


def _unbracketed(tokens: _Tokens) -> _Tokens:
    """The tokens without brackets around all of them."""
    while len(tokens) > 2 and tokens[0] == "(" and min(_depths(tokens)) > 0:
        tokens = tokens[1:-1]
    return tokens
