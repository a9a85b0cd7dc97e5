"""The overview: how far cooperation with each partner has come, by rules over the facts.

One country is the centre. A *partner* is another country, a region or an international
organization; an *item* is an agreement, offer, topic, programme or framework that names the centre
and a partner as sides, themselves or through a body of theirs. A partner's *band* is the furthest
stage that a text says was reached. What is only planned, expected or conditional never counts as
reached: it has a band of its own, the last.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..graph.fact_record import FactRecord
from ..ontology.namespaces import TW
from ..queries.items import (
    ACTING,
    BANDS,
    EVERYBODY,
    ITEMS,
    OWNING,
    PARTNERS,
    SIDES,
    Roles,
    place_of,
)
from .legend import is_a
from .view import Node, Term, View, iri_of

#: The colour, width and dash of the line of each band, in pixels. Width never shows number.
LINES: Final = {
    "signed": ("signed", 3.4, ()),
    "agreed": ("agreed", 2.8, (12, 5)),
    "talks": ("offered", 2.2, (8, 4)),
    "offers": ("offered", 1.5, (4, 4)),
    "programmes": ("stated", 2.2, ()),
    "planned": ("offered", 1.6, (1, 4)),
}


@dataclass(frozen=True, slots=True)
class Item:
    """An agreement, offer, topic, programme or framework of the centre, with its partners.

    ``stage`` is the furthest one reached, ``expected`` one that is only foreseen. ``facts`` say
    how far it has come and who its sides are, those first that prove the stage.
    """

    iri: str
    band: str
    stage: str
    expected: str
    partners: tuple[str, ...]
    areas: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner with its band and its items, the firmest first; ``facts`` prove the band."""

    iri: str
    band: str
    items: tuple[str, ...]
    meetings: tuple[str, ...]
    areas: tuple[tuple[str, int], ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What is said of a partner in an area: the band of the firmest item, and all items."""

    partner: str
    area: str
    band: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The overview of a view around a centre.

    ``areas`` are those of the matrix, most partners first. ``own`` are items of the centre alone.
    ``others`` are partners that the facts connect with the centre without an item or meeting.
    """

    centre: str
    partners: tuple[Partner, ...]
    items: tuple[Item, ...]
    own: tuple[Item, ...]
    areas: tuple[str, ...]
    cells: tuple[Cell, ...]
    others: tuple[str, ...]


@dataclass(slots=True)
class _Sides:
    """The sides that the facts of a thing name: for each partner, the facts."""

    facts: dict[str, list[FactRecord]] = field(default_factory=lambda: defaultdict(list))
    stages: list[FactRecord] = field(default_factory=list)


def overview(view: View, centre: str | None = None) -> Overview | None:
    """Return the overview around a country: the one that the graph is about, unless one is named.

    ``None`` if nothing is to be laid out: the country has no item, or the view is a part.
    """
    if view.is_part:
        return None
    return _Rules(view).overview(centre)


class _Rules:
    """The facts of a view, sorted for the rules."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.nodes = {node.iri: node for node in view.nodes}
        self.terms: dict[str, Term] = {term.iri: term for term in (*view.classes, *view.predicates)}
        self.roles = Roles(*map(self._below, (ACTING, SIDES, OWNING)))
        self.is_partner = {iri for iri, node in self.nodes.items() if self._any(node, PARTNERS)}
        self.is_partner.discard(EVERYBODY)
        self.sides: dict[str, _Sides] = defaultdict(_Sides)
        #: Of how many partners an area is, to name the areas that compare.
        self.shared_areas: Counter[str] = Counter()
        self.area_facts: dict[str, list[FactRecord]] = defaultdict(list)
        for fact in view.facts:
            self._sort(fact)

    def _is(self, iri: str, name: str) -> bool:
        return is_a(iri, TW + name, self.terms)

    def _below(self, names: Iterable[str]) -> frozenset[str]:
        """Return the properties that these have, with those below them."""
        return frozenset(
            term.iri for term in self.view.predicates for name in names if self._is(term.iri, name)
        )

    def _any(self, node: Node | None, names: Iterable[str]) -> bool:
        return node is not None and any(self._is(c, name) for c in node.classes for name in names)

    def _sort(self, fact: FactRecord) -> None:
        subject, object_ = fact.subject.value, iri_of(fact.object)
        if fact.predicate.value == TW + "stage":
            self.sides[subject].stages.append(fact)
        elif fact.predicate.value == TW + "area" and object_ in self.nodes:
            self.area_facts[subject].append(fact)
        elif fact.predicate.value in self.roles.sides | self.roles.owning:
            for partner in self._partners_of(object_):
                self.sides[subject].facts[partner].append(fact)

    def _partners_of(self, iri: str) -> tuple[str, ...]:
        """Return the partner itself, or those that a body, person or post belongs to."""
        if iri in self.is_partner:
            return (iri,)
        node = self.nodes.get(iri)
        if node is None or not self._any(node, ("Actor",)):
            return ()
        return tuple(country for country in node.countries if country in self.nodes)

    def overview(self, named: str | None) -> Overview | None:
        centre = named or self.view.centre
        if centre not in self.nodes:
            return None
        items = [self._item(iri, centre) for iri in sorted(self.sides) if self._is_item(iri)]
        found = sorted(
            (item for item in items if item), key=lambda item: (_rank(item.band), item.iri)
        )
        shared = tuple(item for item in found if item.partners)
        partners = self._partners(shared, centre)
        if not found and not partners:
            return None
        order = [partner.iri for partner in partners]
        areas, cells = self._matrix(shared, order)
        return Overview(
            centre,
            partners,
            shared,
            tuple(item for item in found if not item.partners),
            areas,
            cells,
            self._others(centre, set(order)),
        )

    def _is_item(self, iri: str) -> bool:
        return self._any(self.nodes.get(iri), ITEMS)

    def _item(self, iri: str, centre: str) -> Item | None:
        sides = self.sides[iri]
        # What is for a whole region is for the centre too, if it lies there.
        around = (centre, *self.nodes[centre].regions)
        mine = [fact for side in around for fact in sides.facts.get(side, ())]
        if not mine:
            return None
        reached = [fact for fact in sides.stages if not fact.is_prospect]
        foreseen = [fact for fact in sides.stages if fact.is_prospect]
        stage = max((iri_of(fact.object) for fact in reached), key=place_of, default="")
        expected = max((iri_of(fact.object) for fact in foreseen), key=place_of, default="")
        bands = {
            partner: self._band(iri, facts, stage)
            for partner, facts in sides.facts.items()
            if partner != centre and self._names_a_side(facts)
        }
        proof = [fact for fact in reached if iri_of(fact.object) == stage] or foreseen
        told = [*proof, *(fact for side in bands for fact in sides.facts[side]), *mine]
        return Item(
            iri,
            min(bands.values(), key=_rank, default=self._band(iri, mine, stage)),
            stage,
            expected if place_of(expected) > place_of(stage) else "",
            tuple(sorted(bands)),
            tuple(sorted({iri_of(fact.object) for fact in self.area_facts[iri]})),
            tuple(dict.fromkeys(fact.iri for fact in told)),
        )

    def _names_a_side(self, facts: Iterable[FactRecord]) -> bool:
        return any(fact.predicate.value in self.roles.sides for fact in facts)

    def _band(self, iri: str, facts: list[FactRecord], stage: str) -> str:
        """Return how far an item has come with the partner that the facts name."""
        is_programme = not self._any(self.nodes[iri], ("CooperationItem",))
        return self.roles.band(stage, facts, is_programme=is_programme)

    def _partners(self, items: tuple[Item, ...], centre: str) -> tuple[Partner, ...]:
        mine: dict[str, list[tuple[str, Item]]] = defaultdict(list)
        for item in items:
            for iri in item.partners:
                facts = self.sides[item.iri].facts[iri]
                mine[iri].append((self._band(item.iri, facts, item.stage), item))
        meetings = self._meetings(centre)
        self.shared_areas = Counter(
            area for told in mine.values() for area in {a for _, item in told for a in item.areas}
        )
        found = [
            self._partner(iri, sorted(mine[iri], key=lambda one: (_rank(one[0]), one[1].iri)),
                          meetings.get(iri, []))
            for iri in sorted({*mine, *meetings})
        ]  # fmt: skip
        return tuple(
            sorted(
                found,
                key=lambda one: (
                    _rank(one.band), -len(one.items), self.nodes[one.iri].name.en, one.iri,
                ),
            )
        )  # fmt: skip

    def _partner(
        self, iri: str, mine: list[tuple[str, Item]], meetings: list[FactRecord]
    ) -> Partner:
        # A meeting that is only planned is a plan, not talks.
        bands = [band for band, _ in mine]
        bands += ["planned" if fact.is_prospect else "talks" for fact in meetings]
        band = min(bands, key=_rank)
        # What acts comes before what is only for the partner: the firmest words first.
        proof: list[str] = []
        for mine_band, item in mine:
            if mine_band == band:
                own = {fact.iri for fact in self.sides[item.iri].facts[iri]}
                stages = [told for told in item.facts if told in self._stage_iris(item.iri)]
                proof += [*stages, *(told for told in item.facts if told in own)]
        if band in ("talks", "planned"):
            proof += [fact.iri for fact in meetings if fact.is_prospect == (band == "planned")]
        areas = Counter(area for _, item in mine for area in item.areas)
        shared = self.shared_areas
        return Partner(
            iri,
            band,
            tuple(item.iri for _, item in mine),
            tuple(dict.fromkeys(fact.subject.value for fact in meetings)),
            tuple(sorted(areas.items(), key=lambda one: (-one[1], -shared[one[0]], one[0]))),
            tuple(dict.fromkeys(proof)),
        )

    def _stage_iris(self, iri: str) -> frozenset[str]:
        return frozenset(fact.iri for fact in self.sides[iri].stages)

    def _meetings(self, centre: str) -> Mapping[str, list[FactRecord]]:
        """Return the facts that make a partner a party to a meeting with the centre."""
        found: dict[str, list[FactRecord]] = defaultdict(list)
        parties = self._below(["party"])
        for iri, sides in sorted(self.sides.items()):
            if centre in sides.facts and self._any(self.nodes.get(iri), ("Event",)):
                for partner, facts in sides.facts.items():
                    told = [f for f in facts if f.predicate.value in parties]
                    if partner != centre and told:
                        found[partner] += told
        return found

    def _matrix(
        self, items: tuple[Item, ...], order: list[str]
    ) -> tuple[tuple[str, ...], tuple[Cell, ...]]:
        """Return the areas, rolled up to the broadest, and what is said of each partner in them."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for item in items:
            broad = {self._broadest(area) for area in item.areas}
            for iri in item.partners:
                band = self._band(item.iri, self.sides[item.iri].facts[iri], item.stage)
                for area in broad:
                    found[iri, area].append((band, item.iri))
        partners: Counter[str] = Counter(area for _, area in found)
        cells = (
            Cell(iri, area, min((band for band, _ in told), key=_rank),
                 tuple(item for _, item in sorted(told, key=lambda one: (_rank(one[0]), one[1]))))
            for (iri, area), told in found.items()
        )  # fmt: skip
        totals: Counter[str] = Counter()
        for (_, area), told in found.items():
            totals[area] += len(told)
        return (
            tuple(sorted(partners, key=lambda area: (-partners[area], -totals[area], area))),
            tuple(sorted(cells, key=lambda cell: (order.index(cell.partner), cell.area))),
        )

    def _broadest(self, area: str) -> str:
        """Return the broadest area that is drawn; of several the first by IRI."""
        seen = {area}
        while True:
            above = [up for up in self.nodes[area].broader if up in self.nodes and up not in seen]
            if not above:
                return area
            area = above[0]
            seen.add(area)

    def _others(self, centre: str, known: set[str]) -> tuple[str, ...]:
        """Return the partners that share a fact, or a thing, with the centre, but no item."""
        things: dict[str, set[str]] = defaultdict(set)
        for fact in self.view.facts:
            for partner in self._partners_of(iri_of(fact.object)):
                things[fact.subject.value].add(partner)
                things[fact.subject.value].update(self._partners_of(fact.subject.value))
        near = {iri for sides in things.values() if centre in sides for iri in sides}
        return tuple(sorted(near - known - {centre}))


def _rank(band: str) -> int:
    return BANDS.index(band)
