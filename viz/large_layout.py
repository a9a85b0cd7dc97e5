"""Layout for thousands of nodes, in linear time.

The best connected nodes are hubs, and every other node joins the nearest hub by path length. Each
neighbourhood is a disc with its hub in the centre and the other nodes around it in a sunflower
pattern; nodes linked to another neighbourhood are placed on the side that faces it. The discs are
laid out as a small graph of neighbourhoods, then pushed apart until none overlap.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from .view import View, neighbours

#: The distance between neighbouring nodes in a disc.
SPACING: Final = 84.0
#: The minimum gap between two discs.
GAP: Final = 120.0
GOLDEN: Final = math.pi * (3 - math.sqrt(5))

Point: TypeAlias = tuple[float, float]


@dataclass(slots=True)
class _Disc:
    """A neighbourhood during layout."""

    radius: float
    x: float = 0.0
    y: float = 0.0


def neighbourhoods(view: View) -> dict[str, str]:
    """Map each node to the hub of its neighbourhood; a node without edges is its own hub."""
    joined = neighbours(edge for edge in view.edges if not edge.derived)
    ranked = sorted(
        (node.iri for node in view.nodes), key=lambda iri: (-len(joined.get(iri, ())), iri)
    )
    linked = [iri for iri in ranked if iri in joined]
    most = max(1, round(0.9 * math.sqrt(len(ranked))))
    owner = {iri: iri for iri in linked[:most]}
    # Cap each neighbourhood near its fair share, however well connected its hub.
    room = dict.fromkeys(owner, 3 * len(ranked) // most)
    _spread(owner, list(owner), joined, room)
    for iri in linked:
        if iri not in owner:
            near = [owner[other] for other in sorted(joined[iri]) if other in owner]
            owner[iri] = near[0] if near else iri
            _spread(owner, [iri], joined, {owner[iri]: len(ranked)})
    return {node.iri: owner.get(node.iri, node.iri) for node in view.nodes}


def _spread(
    owner: dict[str, str],
    queue: list[str],
    joined: Mapping[str, frozenset[str]],
    room: dict[str, int],
) -> None:
    """Assign each reachable node to the neighbourhood that reaches it first."""
    for iri in queue:
        mine = owner[iri]
        for other in sorted(joined[iri], key=lambda other: (len(joined[other]), other)):
            if other not in owner and room[mine] > 0:
                room[mine] -= 1
                owner[other] = mine
                queue.append(other)


def crowd_layout(view: View) -> dict[str, tuple[int, int]]:
    """Return integer coordinates for each node of a large view."""
    owner = neighbourhoods(view)
    joined = neighbours(edge for edge in view.edges if not edge.derived)
    members: dict[str, list[str]] = defaultdict(list)
    for iri, hub in owner.items():
        members[hub].append(iri)
    alone = sorted(hub for hub, mine in members.items() if mine == [hub] and hub not in joined)
    for hub in alone:
        del members[hub]
    hubs = sorted(members, key=lambda hub: (-len(members[hub]), hub))
    ties: dict[str, dict[str, int]] = {hub: defaultdict(int) for hub in hubs}
    for edge in view.edges:
        one, other = owner[edge.source], owner[edge.target]
        if not edge.derived and one != other:
            ties[one][other] += 1
            ties[other][one] += 1
    discs = _place_discs(hubs, members, ties)
    places: dict[str, Point] = {}
    for hub in hubs:
        places |= _sunflower(hub, members[hub], discs, owner, joined)
    reach = max((math.hypot(d.x, d.y) + d.radius for d in discs.values()), default=0.0) + GAP
    for turn, iri in enumerate(alone):
        # Nodes without edges form rings around all the others.
        away = reach + SPACING * (turn % 3)
        bearing = math.tau * turn / len(alone)
        places[iri] = (away * math.cos(bearing), away * math.sin(bearing))
    return {
        node.iri: (round(places[node.iri][0]), round(places[node.iri][1])) for node in view.nodes
    }


def _place_discs(
    hubs: Sequence[str],
    members: Mapping[str, Sequence[str]],
    ties: Mapping[str, Mapping[str, int]],
) -> dict[str, _Disc]:
    """Place the largest disc in the centre and pull the others towards the discs they link to."""
    discs = {hub: _Disc(SPACING * 0.56 * math.sqrt(len(members[hub])) + 0.5 * GAP) for hub in hubs}
    step = 2 * max((disc.radius for disc in discs.values()), default=0.0)
    for turn, hub in enumerate(hubs):
        bearing, away = GOLDEN * turn, 0.62 * step * math.sqrt(turn)
        discs[hub].x, discs[hub].y = away * math.cos(bearing), away * math.sin(bearing)
    for turn in range(60):
        pull = 0.3 * (1 - turn / 60)
        for hub in hubs:
            disc, mine = discs[hub], ties[hub]
            weight = sum(mine.values())
            # A weak pull to the centre keeps unlinked discs in the picture.
            to_x = sum(discs[other].x * n for other, n in mine.items()) / weight if weight else 0.0
            to_y = sum(discs[other].y * n for other, n in mine.items()) / weight if weight else 0.0
            disc.x += pull * (to_x - disc.x)
            disc.y += pull * (to_y - disc.y)
        _push_apart(list(discs.values()), 3)
    _push_apart(list(discs.values()), 400)
    return discs


def _push_apart(discs: Sequence[_Disc], rounds: int) -> None:
    for _ in range(rounds):
        moved = False
        for place, one in enumerate(discs):
            for other in discs[place + 1 :]:
                dx, dy = other.x - one.x, other.y - one.y
                least = one.radius + other.radius
                if abs(dx) >= least or abs(dy) >= least or dx * dx + dy * dy >= least * least:
                    continue
                apart = math.sqrt(dx * dx + dy * dy)
                if apart < 1:
                    dx, dy, apart = 1.0, 0.5 + place, math.sqrt(1 + (0.5 + place) ** 2)
                # The smaller disc moves further.
                over = (least - apart + 1) / apart
                share = one.radius / least
                one.x -= dx * over * (1 - share)
                one.y -= dy * over * (1 - share)
                other.x += dx * over * share
                other.y += dy * over * share
                moved = True
        if not moved:
            return


def _sunflower(
    hub: str,
    mine: Sequence[str],
    discs: Mapping[str, _Disc],
    owner: Mapping[str, str],
    joined: Mapping[str, frozenset[str]],
) -> dict[str, Point]:
    """Place the nodes of one disc: the hub, then rings in order of distance from it."""
    disc = discs[hub]
    depth = {hub: 0}
    queue = [hub]
    for iri in queue:
        for other in joined.get(iri, ()):
            if other not in depth and owner[other] == hub:
                depth[other] = depth[iri] + 1
                queue.append(other)
    rest = sorted(
        (iri for iri in mine if iri != hub),
        key=lambda iri: (depth.get(iri, len(mine)), -len(joined.get(iri, ())), iri),
    )
    places = {hub: (disc.x, disc.y)}
    start = 0
    while start < len(rest):
        # About one turn of the spiral; within it, nodes are matched to slots by bearing.
        ring = rest[start : start + max(6, round(3.6 * math.sqrt(start + 6)))]
        slots = []
        for seed in range(start + 1, start + 1 + len(ring)):
            away, bearing = SPACING * 0.55 * math.sqrt(seed + 1), GOLDEN * seed
            slots.append((away * math.cos(bearing), away * math.sin(bearing)))
        slots.sort(key=lambda slot: math.atan2(slot[1], slot[0]))
        wanted = {iri: _bearing(iri, disc, discs, owner, joined, places) for iri in ring}
        for iri, (x, y) in zip(
            sorted(ring, key=lambda iri: (wanted[iri], iri)), slots, strict=True
        ):
            places[iri] = (disc.x + x, disc.y + y)
        start += len(ring)
    return places


def _bearing(
    iri: str,
    disc: _Disc,
    discs: Mapping[str, _Disc],
    owner: Mapping[str, str],
    joined: Mapping[str, frozenset[str]],
    places: Mapping[str, Point],
) -> float:
    """Return the mean bearing to a node's placed neighbours and to the discs of the others."""
    x = y = 0.0
    for other in sorted(joined.get(iri, ())):
        there = discs.get(owner[other])
        if other in places:
            to_x, to_y = places[other][0] - disc.x, places[other][1] - disc.y
        elif there is not None and there is not disc:
            to_x, to_y = there.x - disc.x, there.y - disc.y
        else:
            continue
        length = math.sqrt(to_x * to_x + to_y * to_y)
        if length > 1:
            x += to_x / length
            y += to_y / length
    # Rounded, because the last bit of a sine differs between machines.
    return round(math.atan2(y, x), 6)
