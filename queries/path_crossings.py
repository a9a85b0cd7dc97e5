"""The ways in which property paths may lead over a quad, for what an edit can alter."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

import pyoxigraph as ox

from .sparql import algebra as alg


class UnclearError(Exception):
    """The solutions cannot be looked for: they have a term that no query can name, or any."""


#: What leads to a quad, its two ends, and what leads on from there.
Crossing: TypeAlias = tuple[tuple[alg.Path, ...], alg.Node, alg.Node, tuple[alg.Path, ...]]


def path_of(parts: tuple[alg.Path, ...]) -> alg.Path:
    """The path of some steps, one after the other."""
    return parts[0] if len(parts) == 1 else alg.Sequence(parts)


def crossings(path: alg.Path, quad: ox.Quad) -> Iterator[Crossing]:
    """The ways in which a path may lead over a quad. Raises ``UnclearError`` for other terms."""
    match path:
        case alg.Inverse(inner):
            for before, start, end, after in crossings(inner, quad):
                yield _reversed(after), end, start, _reversed(before)
        case alg.Sequence(parts):
            for place, part in enumerate(parts):
                for before, start, end, after in crossings(part, quad):
                    yield (*parts[:place], *before), start, end, (*after, *parts[place + 1 :])
        case alg.Alternative(parts):
            for part in parts:
                yield from crossings(part, quad)
        case alg.Closure(inner, modifier):
            more = () if modifier == "?" else (alg.Closure(inner, "*"),)
            for before, start, end, after in crossings(inner, quad):
                yield (*more, *before), start, end, (*after, *more)
        case alg.NegatedSet(forward, backward):
            start, end = _ends(quad)
            if (forward or not backward) and quad.predicate not in forward:
                yield (), start, end, ()
            if backward and quad.predicate not in backward:
                yield (), end, start, ()
        case _ if path == quad.predicate:
            yield (), *_ends(quad), ()


@lru_cache(maxsize=256)
def names_in(path: alg.Path) -> frozenset[str] | None:
    """The predicates that a path may lead over; None for any."""
    match path:
        case alg.Inverse(inner) | alg.Closure(inner, _):
            return names_in(inner)
        case alg.Sequence(parts) | alg.Alternative(parts):
            found = [names_in(part) for part in parts]
            return None if None in found else frozenset().union(*filter(None, found))
        case alg.NegatedSet():
            return None
        case _:
            return frozenset((path.value,))


def _ends(quad: ox.Quad) -> tuple[alg.Node, alg.Node]:
    if isinstance(quad.subject, ox.NamedNode) and isinstance(
        quad.object, (ox.NamedNode, ox.Literal)
    ):
        return quad.subject, quad.object
    raise UnclearError


def _reversed(parts: tuple[alg.Path, ...]) -> tuple[alg.Path, ...]:
    return tuple(alg.Inverse(part) for part in reversed(parts))


def may_be_empty(path: alg.Path) -> bool:
    """Whether a path leads from every node to itself."""
    match path:
        case alg.Inverse(inner):
            return may_be_empty(inner)
        case alg.Sequence(parts):
            return all(map(may_be_empty, parts))
        case alg.Alternative(parts):
            return any(map(may_be_empty, parts))
        case alg.Closure(inner, modifier):
            return modifier != "+" or may_be_empty(inner)
        case _:
            return False
