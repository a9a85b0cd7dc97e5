"""Positions of the nodes, computed beforehand, so that the page is still at once.

A tree grown from the best connected entity gives each node a place in a ring and a sector;
springs along the edges and repulsion between near nodes then loosen it; last, nodes too close
for their labels are pushed apart. No random numbers, and in the loop only operations that
IEEE 754 rounds in one way: the same data give the same picture on every machine.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from .view import View, neighbours

#: Distance between neighbours that the springs aim at, in the units of vis-network.
SPRING: Final = 120.0
#: Repulsion ends here: what is farther away is not felt, which keeps the cost linear.
REACH: Final = 4.5 * SPRING
#: Room that two nodes keep for their labels.
ROOM: Final = (118.0, 54.0)
ROUNDS: Final = 220
#: Pictures are wider than high.
ASPECT: Final = 1.25

Positions: TypeAlias = dict[str, tuple[int, int]]


@dataclass(slots=True)
class _Plan:
    """Places while they are being worked out: parallel lists, one entry a node."""

    x: list[float]
    y: list[float]
    mass: list[float]
    links: list[tuple[int, int]]


def layout(view: View) -> Positions:
    """A place for each node of the view, in whole units."""
    order = [node.iri for node in view.nodes]
    if not order:
        return {}
    joined = neighbours(edge for edge in view.edges if not edge.derived)
    plan = _start(view, order, joined)
    _relax(plan)
    plan.x = [x * ASPECT for x in plan.x]
    _separate(plan)
    middle = max(range(len(order)), key=lambda i: (len(joined.get(order[i], ())), order[i]))
    return {
        iri: (round(plan.x[i] - plan.x[middle]), round(plan.y[i] - plan.y[middle]))
        for i, iri in enumerate(order)
    }


def _start(view: View, order: Sequence[str], joined: Mapping[str, frozenset[str]]) -> _Plan:
    """Rings and sectors: breadth-first trees, their branches sorted by country."""
    number = {iri: i for i, iri in enumerate(order)}
    country = {node.iri: node.countries for node in view.nodes}
    degree = {iri: len(joined.get(iri, ())) for iri in order}
    children: dict[str, list[str]] = defaultdict(list)
    roots: list[str] = []
    seen: set[str] = set()
    for root in sorted(order, key=lambda iri: (-degree[iri], iri)):
        if root in seen:
            continue
        roots.append(root)
        seen.add(root)
        queue = [root]
        for parent in queue:
            near = joined.get(parent, frozenset()) - seen
            for child in sorted(near, key=lambda iri: (country[iri], -degree[iri], iri)):
                seen.add(child)
                children[parent].append(child)
                queue.append(child)
    weight: dict[str, int] = {}
    for root in roots:
        for iri in reversed(_descend(root, children)):
            weight[iri] = 1 + sum(weight[child] for child in children[iri])
    x, y = [0.0] * len(order), [0.0] * len(order)
    for place, root in enumerate(roots):
        # Further components stand round the first one, each in a small ring of its own.
        angle = 2.4 * place
        away = 0.0 if place == 0 else SPRING * (3 + 0.8 * math.sqrt(len(order)))
        centre = away * math.cos(angle), away * math.sin(angle)
        for iri, ring, bearing in _sectors(root, children, weight):
            i = number[iri]
            x[i] = round(centre[0] + 1.3 * SPRING * ring * math.cos(bearing), 3)
            y[i] = round(centre[1] + 1.3 * SPRING * ring * math.sin(bearing), 3)
    links = [
        (number[edge.source], number[edge.target]) for edge in view.edges if not edge.derived
    ]
    return _Plan(x, y, [1 + 0.35 * math.sqrt(degree[iri]) for iri in order], links)


def _descend(root: str, children: Mapping[str, list[str]]) -> list[str]:
    found = [root]
    for iri in found:
        found.extend(children.get(iri, ()))
    return found


def _sectors(
    root: str, children: Mapping[str, list[str]], weight: Mapping[str, int]
) -> Iterator[tuple[str, int, float]]:
    """Each node of the tree with its ring and the bearing in the middle of its sector."""
    waiting = [(root, 0, 0.0, math.tau)]
    for iri, ring, start, width in waiting:
        yield iri, ring, start + width / 2
        share = width / max(1, sum(weight[child] for child in children.get(iri, ())))
        for child in children.get(iri, ()):
            waiting.append((child, ring + 1, start, share * weight[child]))
            start += share * weight[child]


def _cells(plan: _Plan, width: float, height: float) -> Iterator[tuple[int, int]]:
    """Pairs of nodes in the same or in neighbouring cells of a grid, each pair once."""
    grid: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, (x, y) in enumerate(zip(plan.x, plan.y, strict=True)):
        grid[int(x // width), int(y // height)].append(i)
    for (column, row), here in grid.items():
        for place, i in enumerate(here):
            for j in here[place + 1 :]:
                yield i, j
        for right, down in ((1, 0), (-1, 1), (0, 1), (1, 1)):
            there = grid.get((column + right, row + down))
            if there:
                for i in here:
                    for j in there:
                        yield i, j


def _relax(plan: _Plan) -> None:
    """Springs, repulsion and a weak pull to the middle, with steps that grow shorter."""
    count = len(plan.x)
    mass, links = plan.mass, plan.links
    pull = 0.012
    rounds = ROUNDS if count <= 1500 else max(30, ROUNDS * 1500 // count)
    for turn in range(rounds):
        x, y = plan.x, plan.y
        fx = [-pull * SPRING * 0.06 * a for a in x]
        fy = [-pull * SPRING * 0.06 * a for a in y]
        limit = REACH * REACH
        for i, j in _cells(plan, REACH, REACH):
            dx, dy = x[i] - x[j], y[i] - y[j]
            square = dx * dx + dy * dy
            if square >= limit:
                continue
            if square < 1:
                dx, dy, square = (1.0, 0.5, 1.25) if i < j else (-1.0, -0.5, 1.25)
            push = SPRING * SPRING * mass[i] * mass[j] / square
            fx[i] += dx * push
            fy[i] += dy * push
            fx[j] -= dx * push
            fy[j] -= dy * push
        for i, j in links:
            dx, dy = x[i] - x[j], y[i] - y[j]
            distance = math.sqrt(dx * dx + dy * dy)
            # A hub's many springs would draw everything into one knot: each pulls less.
            tension = 2.2 * distance / (SPRING * math.sqrt(min(mass[i], mass[j])))
            fx[i] -= dx * tension
            fy[i] -= dy * tension
            fx[j] += dx * tension
            fy[j] += dy * tension
        step = SPRING * (1 - turn / rounds)
        for i in range(count):
            force = math.sqrt(fx[i] * fx[i] + fy[i] * fy[i])
            if force > 0:
                reach = min(step, 0.08 * force) / force
                x[i] += fx[i] * reach
                y[i] += fy[i] * reach


def _separate(plan: _Plan) -> None:
    """Push apart, along the shorter way, nodes without room for their labels."""
    x, y = plan.x, plan.y
    wide, high = ROOM
    for _ in range(80):
        moved = False
        for i, j in sorted(_cells(plan, wide * 2, high * 2)):
            room = 0.5 * (plan.mass[i] + plan.mass[j])
            dx, dy = x[j] - x[i], y[j] - y[i]
            over_x = wide * (0.7 + 0.3 * room) - abs(dx)
            over_y = high * (0.7 + 0.3 * room) - abs(dy)
            if over_x <= 0 or over_y <= 0:
                continue
            moved = True
            if over_y * wide <= over_x * high:
                shift = 0.5 * over_y if dy > 0 or (dy == 0 and i < j) else -0.5 * over_y
                y[i] -= shift
                y[j] += shift
            else:
                shift = 0.5 * over_x if dx > 0 or (dx == 0 and i < j) else -0.5 * over_x
                x[i] -= shift
                x[j] += shift
        if not moved:
            return
