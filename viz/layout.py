"""Node positions, computed in advance so that the page opens without animation.

A breadth-first tree from the best connected entity assigns each node a ring and a sector; springs
along the edges and repulsion between nodes then refine the positions; finally, nodes too close for
their labels are pushed apart. There are no random numbers, and the loop uses only operations with
exact IEEE 754 rounding, so the same data produce the same picture on every machine.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from .large_layout import crowd_layout
from .legend import FAMILIES, HIDDEN_AT_FIRST, family_of
from .view import View, neighbours

#: The approximate edge length at which spring force and repulsion balance.
SPRING: Final = 120.0
TENSION: Final = 2.4
#: Cell width. Repulsion is per node between neighbouring cells, and per cell beyond them.
CELL: Final = 2 * SPRING
#: The pull to the centre, which keeps disconnected components in the picture.
PULL: Final = 1.6
#: The horizontal and vertical distance that two nodes keep for their labels.
ROOM: Final = (112.0, 66.0)
ROUNDS: Final = 110
#: With more nodes than this, springs take too long and neighbourhoods are laid out as discs.
MANY: Final = 800

Positions: TypeAlias = dict[str, tuple[int, int]]
_Grid: TypeAlias = dict[tuple[int, int], list[int]]


@dataclass(slots=True)
class _Plan:
    """Positions during layout: parallel lists with one entry per node.

    ``present`` lists the nodes placed so far, ``links`` the linked pairs of them.
    """

    x: list[float]
    y: list[float]
    mass: list[float]
    present: list[int]
    links: list[tuple[int, int]]


def layout(view: View) -> Positions:
    """Return integer coordinates for each node of the view.

    Nodes of the families hidden in the first view are placed last, each near its neighbours, so
    that hiding them leaves no gaps.
    """
    order = [node.iri for node in view.nodes]
    if not order:
        return {}
    if len(order) > MANY:
        return crowd_layout(view)
    number = {iri: i for i, iri in enumerate(order)}
    terms = {term.iri: term for term in view.classes}
    minor = {
        node.iri
        for node in view.nodes
        if FAMILIES[family_of(node.classes, terms)].key in HIDDEN_AT_FIRST
    }
    edges = [edge for edge in view.edges if not edge.derived]
    joined = neighbours(edges)
    major = [iri for iri in order if iri not in minor]
    plan = _Plan(
        [0.0] * len(order),
        [0.0] * len(order),
        [1 + 0.35 * math.sqrt(len(joined.get(iri, ()))) for iri in order],
        [number[iri] for iri in major],
        [
            (number[edge.source], number[edge.target])
            for edge in edges
            if not minor & {edge.source, edge.target}
        ],
    )
    scale = max(1.0, len(order) / 1000)
    _grow(
        plan, view, major, number, neighbours(e for e in edges if not minor & {e.source, e.target})
    )
    _relax(plan, plan.present, max(30, round(ROUNDS / scale)), SPRING)
    _separate(plan)
    if minor:
        _join_minor(plan, sorted(minor), number, joined)
        plan.present = list(range(len(order)))
        plan.links = [(number[edge.source], number[edge.target]) for edge in edges]
        _relax(plan, plan.present, max(15, round(ROUNDS / 4 / scale)), SPRING / 6)
        _separate(plan)
    middle = max(range(len(order)), key=lambda i: (len(joined.get(order[i], ())), order[i]))
    return {
        iri: (round(plan.x[i] - plan.x[middle]), round(plan.y[i] - plan.y[middle]))
        for i, iri in enumerate(order)
    }


def _join_minor(
    plan: _Plan,
    minor: Sequence[str],
    number: Mapping[str, int],
    joined: Mapping[str, frozenset[str]],
) -> None:
    """Put each remaining node at the centre of its placed neighbours, with its own offset."""
    placed = set(plan.present)
    for turn, iri in enumerate(minor):
        near = [number[other] for other in sorted(joined.get(iri, ())) if number[other] in placed]
        i, share = number[iri], max(1, len(near))
        # A node with a single neighbour goes beyond it, away from the centre.
        away = 1.35 if len(near) == 1 else 1.0
        plan.x[i] = away * sum(plan.x[j] for j in near) / share + (37 * turn % 101) - 50
        plan.y[i] = away * sum(plan.y[j] for j in near) / share + (53 * turn % 101) - 50


def _grow(
    plan: _Plan,
    view: View,
    order: Sequence[str],
    number: Mapping[str, int],
    joined: Mapping[str, frozenset[str]],
) -> None:
    """Place breadth-first trees in rings and sectors, with branches sorted by country."""
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
    for place, root in enumerate(roots):
        # The other components are placed around the first one.
        away = 0.0 if place == 0 else SPRING * (2 + 0.7 * math.sqrt(len(order)))
        centre_x, centre_y = away * math.cos(2.4 * place), away * math.sin(2.4 * place)
        for iri, ring, bearing in _sectors(root, children, weight):
            i = number[iri]
            plan.x[i] = round(centre_x + 1.3 * SPRING * ring * math.cos(bearing), 3)
            plan.y[i] = round(centre_y + 1.3 * SPRING * ring * math.sin(bearing), 3)


def _descend(root: str, children: Mapping[str, list[str]]) -> list[str]:
    found = [root]
    for iri in found:
        found.extend(children.get(iri, ()))
    return found


def _sectors(
    root: str, children: Mapping[str, list[str]], weight: Mapping[str, int]
) -> Iterator[tuple[str, int, float]]:
    """Yield each node of the tree with its ring and the bearing of its sector's middle."""
    waiting = [(root, 0, 0.0, math.tau)]
    for iri, ring, start, width in waiting:
        yield iri, ring, start + width / 2
        share = width / max(1, sum(weight[child] for child in children.get(iri, ())))
        for child in children.get(iri, ()):
            waiting.append((child, ring + 1, start, share * weight[child]))
            start += share * weight[child]


def _grid(plan: _Plan, width: float, height: float) -> _Grid:
    """The nodes in each cell, by its column and row."""
    grid: _Grid = defaultdict(list)
    for i in plan.present:
        grid[int(plan.x[i] // width), int(plan.y[i] // height)].append(i)
    return grid


#: The cells right of, below, and beside below a cell: with these, each pair of cells is met once.
_AHEAD: Final = ((1, 0), (-1, 1), (0, 1), (1, 1))
_AROUND: Final = (-1, 0, 1)


def _relax(plan: _Plan, moving: Sequence[int], rounds: int, first_step: float) -> None:
    """Apply springs, repulsion and a weak pull to the centre, in steps of decreasing length."""
    x, y, mass = plan.x, plan.y, plan.mass
    movable = frozenset(moving)
    for turn in range(rounds):
        fx = [-PULL * a for a in x]
        fy = [-PULL * a for a in y]
        grid = _grid(plan, CELL, CELL)
        _repel_near(plan, grid, fx, fy)
        _repel_far(plan, grid, fx, fy)
        for i, j in plan.links:
            dx, dy = x[i] - x[j], y[i] - y[j]
            distance = math.sqrt(dx * dx + dy * dy)
            # Springs of a hub are weaker, because together they would pull everything into a knot.
            tension = TENSION * distance / (SPRING * max(mass[i], mass[j]))
            fx[i] -= dx * tension
            fy[i] -= dy * tension
            fx[j] += dx * tension
            fy[j] += dy * tension
        step = first_step * (1 - turn / rounds)
        for i in movable:
            force = math.sqrt(fx[i] * fx[i] + fy[i] * fy[i])
            if force > 0:
                reach = min(step, 0.06 * force) / force
                x[i] += fx[i] * reach
                y[i] += fy[i] * reach


def _repel_near(plan: _Plan, grid: _Grid, fx: list[float], fy: list[float]) -> None:
    """Add the repulsion between nodes in the same or neighbouring cells."""
    x, y, mass = plan.x, plan.y, plan.mass
    for (column, row), here in grid.items():
        others = [(i, here[place + 1 :]) for place, i in enumerate(here)]
        for right, down in _AHEAD:
            if there := grid.get((column + right, row + down)):
                others += [(i, there) for i in here]
        for i, near in others:
            x_i, y_i, force_x, force_y = x[i], y[i], fx[i], fy[i]
            strength = SPRING * SPRING * mass[i]
            for j in near:
                dx, dy = x_i - x[j], y_i - y[j]
                square = dx * dx + dy * dy
                if square < 1:
                    dx, dy, square = (1.0, 0.5, 1.25) if i < j else (-1.0, -0.5, 1.25)
                push = strength * mass[j] / square
                dx *= push
                dy *= push
                force_x += dx
                force_y += dy
                fx[j] -= dx
                fy[j] -= dy
            fx[i], fy[i] = force_x, force_y


def _repel_far(plan: _Plan, grid: _Grid, fx: list[float], fy: list[float]) -> None:
    """Add the repulsion between non-neighbouring cells, each treated as one mass."""
    wholes = []
    for there, members in enumerate(grid.values()):
        weight = sum(plan.mass[i] for i in members)
        centre_x = sum(plan.x[i] * plan.mass[i] for i in members) / weight
        centre_y = sum(plan.y[i] * plan.mass[i] for i in members) / weight
        wholes.append((there, SPRING * SPRING * weight, centre_x, centre_y))
    number = {place: i for i, place in enumerate(grid)}
    # Written for speed: this loop is most of the work of a layout. Each pair of cells is met once,
    # and each cell still adds up its pushes in the order of the cells.
    pushes_x, pushes_y = [0.0] * len(wholes), [0.0] * len(wholes)
    for (column, row), here in number.items():
        _, weight, here_x, here_y = wholes[here]
        push_x, push_y = pushes_x[here], pushes_y[here]
        around = (number.get((column + i, row + j), -1) for i in _AROUND for j in _AROUND)
        edges = [*sorted(i for i in around if i >= here), len(wholes)]
        for before, after in pairwise(edges):
            for there, other_weight, there_x, there_y in wholes[before + 1 : after]:
                dx, dy = here_x - there_x, here_y - there_y
                square = dx * dx + dy * dy
                push, back = other_weight / square, weight / square
                push_x += dx * push
                push_y += dy * push
                pushes_x[there] -= dx * back
                pushes_y[there] -= dy * back
        pushes_x[here], pushes_y[here] = push_x, push_y
    for push_x, push_y, members in zip(pushes_x, pushes_y, grid.values(), strict=True):
        for i in members:
            fx[i] += push_x * plan.mass[i]
            fy[i] += push_y * plan.mass[i]


def _separate(plan: _Plan) -> None:
    """Push apart nodes without room for their labels, along the axis of smaller overlap."""
    x, y = plan.x, plan.y
    wide, high = ROOM
    half = [0.5 * mass for mass in plan.mass]
    for _ in range(80):
        moved = False
        for i, j in _pairs(plan, wide * 1.8, high * 1.8):
            room = 0.7 + 0.3 * (half[i] + half[j])
            dx = x[j] - x[i]
            over_x = wide * room - abs(dx)
            if over_x <= 0:
                continue
            dy = y[j] - y[i]
            over_y = high * room - abs(dy)
            if over_y <= 0:
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


def _pairs(plan: _Plan, width: float, height: float) -> list[tuple[int, int]]:
    """Return each pair of nodes in the same or neighbouring grid cells, sorted."""
    grid, near = _grid(plan, width, height), {}
    for (column, row), here in grid.items():
        there = [j for right, down in _AHEAD for j in grid.get((column + right, row + down), ())]
        for place, i in enumerate(here):
            near[i] = sorted(here[place + 1 :] + there)
    return [(i, j) for i in sorted(near) for j in near[i]]
