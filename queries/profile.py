"""What a reader wants to know of an entity: its items, partners, people, areas and documents.

An *item* is an agreement, offer, proposal, programme or policy framework that names the entity in
a role. A *partner* is another country, region or international organization that the item names,
itself or through a body of that country. What is only planned, expected, conditional or denied
never counts as reached.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from ..graph.fact import ACTIVE_STATUSES
from ..graph.fact_reader import reader_of
from ..graph.fact_record import FactRecord
from ..graph.store import Store, kept, select
from ..ontology.namespaces import GRAPH_EVIDENCE, GRAPH_PROSPECTS, ID, TW
from .entity_card import EntityCard, entity_card
from .fact_words import rank, weight
from .items import BANDS, EVERYBODY, ITEMS, PARTNERS, STAGES, Item, Partner, Roles, centre, place_of
from .labels import Labels

_ACTIVE: Final = ", ".join(f"<{ID}record-status/{name}>" for name in sorted(ACTIVE_STATUSES))

#: The items that name an entity, something that belongs to it as a country, or a region around it.
_BY_ROLE: Final = """
SELECT DISTINCT ?item ?who {{
  VALUES ?class {{ {classes} }} VALUES ?role {{ {roles} }}
  {{ VALUES ?who {{ {around} }} }} UNION {{ ?who <{tw}belongsToCountry> <{iri}> }}
  {{ ?item ?role ?who }} UNION {{ GRAPH <{prospects}> {{ ?item ?role ?who }} }}
  ?item a ?class
}}"""
#: The items that an entity is the area of, or that came out of it as an event.
_BY_LINK: Final = """
SELECT DISTINCT ?item {{
  VALUES ?class {{ {classes} }} VALUES ?link {{ <{tw}area> <{tw}outcomeOf> }}
  {{ ?item ?link <{iri}> }} UNION {{ GRAPH <{prospects}> {{ ?item ?link <{iri}> }} }}
  ?item a ?class
}}"""
_FACTS: Final = """
SELECT ?fact {{
  VALUES ?s {{ {things} }} GRAPH ?fact {{ ?s ?p ?o }}
  GRAPH <{evidence}> {{ ?fact a <{tw}Fact> ; <{tw}recordStatus> ?status }}
  FILTER(?status IN ({active}))
}}"""
_CLASSES: Final = "SELECT ?thing ?class {{ VALUES ?thing {{ {things} }} ?thing a ?class }}"
_COUNTRIES: Final = """
SELECT ?thing ?of {{ VALUES ?thing {{ {things} }} ?thing <{tw}belongsToCountry> ?of }}"""
_PEOPLE: Final = """
SELECT DISTINCT ?person {{
  ?person a <{tw}Official> .
  {{ ?person <{tw}belongsToCountry> <{iri}> }}
  UNION {{ ?person <{tw}holds> <{iri}> }}
  UNION {{ ?person <{tw}holds>/<{tw}postIn> <{iri}> }}
}}"""
_REGIONS: Final = "SELECT ?region {{ <{iri}> <{tw}inRegion> ?region }}"
_SPOKEN_OF: Final = (
    "SELECT ?thing (COUNT(*) AS ?n) {{ VALUES ?thing {{ {things} }} ?s ?p ?thing }} GROUP BY ?thing"
)
_SAID: Final = """
SELECT ?fact {{
  GRAPH <{evidence}> {{ ?fact <{tw}statedBy> <{iri}> ; a <{tw}Fact> ; <{tw}recordStatus> ?status }}
  FILTER(?status IN ({active}))
}}"""


@dataclass(slots=True)
class Person:
    """A person with the facts about the posts held, firmest first."""

    iri: str
    posts: list[FactRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Section:
    """The facts of one predicate in one direction, firmest first, grouped by the other end."""

    predicate: str
    is_subject: bool
    rows: tuple[tuple[FactRecord, ...], ...]
    #: How many rows have another end of each class; the commonest first.
    kinds: tuple[tuple[str, int], ...] = ()

    @property
    def count(self) -> int:
        """The number of facts."""
        return sum(map(len, self.rows))


class Profile:
    """Everything that the page of an entity shows, computed from the facts of a store."""

    def __init__(self, store: Store, iri: str, language: str) -> None:
        self.store, self.iri, self.language = store, iri, language
        self.card: EntityCard = entity_card(store, iri)
        self.labels = Labels.of(store)
        self._reader = reader_of(store)
        graphs = self._reader.graphs(self.card.triples)
        iris = list(dict.fromkeys(fact for found in graphs.values() for fact in found))
        self.facts: list[FactRecord] = sorted(self._reader.read(iris), key=_firmest)
        self._classes: dict[str, frozenset[str]] = {}
        self._countries: dict[str, str] = {}
        self._learn([iri, *(_other(fact, iri) for fact in self.facts)])

    def in_language(self, language: str) -> Profile:
        """The same profile in another language, without reading its facts again."""
        other = copy(self)
        other.language = language
        for name in ("items", "partners", "people", "areas", "ladder"):
            # These are ordered by the names of things.
            other.__dict__.pop(name, None)
        return other

    def is_a(self, iri: str, *names: str) -> bool:
        """Whether an entity is of one of these classes of ours."""
        return not self._classes.get(iri, frozenset()).isdisjoint(TW + name for name in names)

    @property
    def classes(self) -> frozenset[str]:
        """All classes of the entity, those above its most specific ones too."""
        return self._classes.get(self.iri, frozenset())

    @property
    def is_known(self) -> bool:
        """Whether the graph has anything about the entity."""
        return bool(self.card.labels or self.card.triples)

    def label(self, iri: str) -> str:
        """The name of a thing in the language of the page."""
        return self.labels(iri, self.language)

    @cached_property
    def roles(self) -> Roles:
        """The properties that name the sides of an item."""
        return kept(self.store, "roles", Roles.read)

    @cached_property
    def items(self) -> list[Item]:
        """The items of the entity, furthest first; for an item, itself."""
        return sorted(self._unordered_items, key=lambda item: (
            BANDS.index(item.band(self.roles)), -place_of(item.stage), self.label(item.iri)
        ))  # fmt: skip

    @cached_property
    def _unordered_items(self) -> list[Item]:
        if self.is_a(self.iri, *ITEMS):
            found = [self.iri]
        elif self.is_a(self.iri, "Area", "Event"):
            text = _BY_LINK.format(
                classes=_iris(TW + name for name in ITEMS), iri=self.iri, tw=TW,
                prospects=GRAPH_PROSPECTS,
            )  # fmt: skip
            found = [row["item"].value for row in select(self.store, text)]
        else:
            found = self._naming_us(ITEMS, self.roles.sides | self.roles.owning)
        return self._items_of(found)

    def _naming_us(self, classes: Iterable[str], roles: Iterable[str]) -> list[str]:
        """The things of these classes that name the entity in a role, through a body of it too.

        What is for a whole region is for the country that the collection is about, if it lies
        there; of another country it would say too much.
        """
        if not self.is_a(self.iri, "Actor"):
            return []
        text = _BY_ROLE.format(
            classes=_iris(TW + name for name in classes), roles=_iris(sorted(roles)),
            around=_iris(self._around), iri=self.iri, tw=TW, prospects=GRAPH_PROSPECTS,
        )  # fmt: skip
        return list(dict.fromkeys(row["item"].value for row in select(self.store, text)))

    @cached_property
    def _around(self) -> tuple[str, ...]:
        """The entity, and the regions around it if it is the country of most things."""
        if self.iri != centre(self.store):
            return (self.iri,)
        rows = select(self.store, _REGIONS.format(iri=self.iri, tw=TW))
        return (self.iri, *sorted(row["region"].value for row in rows))

    def _items_of(self, iris: Iterable[str]) -> list[Item]:
        """The things with their facts, firmest first; what those name is known then."""
        iris = list(iris)
        self._learn(iris)
        items = {iri: Item(iri, self._classes.get(iri, frozenset())) for iri in iris}
        for fact in self._facts_about(iris):
            items[fact.subject.value].facts.append(fact)
        self._learn(
            _named(fact) for item in items.values() for fact in item.facts if self._is_role(fact)
        )
        for item in items.values():
            item.facts.sort(key=_firmest)
        return list(items.values())

    def _is_role(self, fact: FactRecord) -> bool:
        return fact.predicate.value in self.roles.sides | self.roles.owning

    @cached_property
    def partners(self) -> list[Partner]:
        """The partners, furthest first, those with more items before others."""
        found: dict[str, Partner] = {}
        shares = self.is_a(self.iri, "Region", "InternationalOrganization")
        for item in self.items:
            for who, tie in self._ties(item).items():
                told = tie
                if not any(fact.predicate.value in self.roles.sides for fact in tie):
                    # A region or an organization shares in the own work of a country.
                    if not shares or not item.is_programme:
                        continue
                    told = [f for f in item.facts if f not in tie and self._is_mine(_named(f))]
                partner = found.setdefault(who, Partner(who))
                partner.items[item.iri] = item
                partner.facts += tie
                band = self.roles.band(item.stage, told, is_programme=item.is_programme)
                partner.bands[item.iri] = band if self._is_firm(item) else "planned"
        for meeting in self.meetings if self.is_a(self.iri, "Country") else ():
            for who, tie in self._ties(meeting).items():
                partner = found.setdefault(who, Partner(who))
                partner.meetings += [f for f in tie if f.predicate.value in self.roles.acting]
        return sorted(
            (one for one in found.values() if one.items or one.meetings),
            key=lambda one: (BANDS.index(one.band), -len(one.items), self.label(one.iri)),
        )

    @cached_property
    def meetings(self) -> list[Item]:
        """The events that a country takes part in; an event itself."""
        if self.is_a(self.iri, "Country"):
            return self._items_of(self._naming_us(["Event"], self.roles.acting))
        return self._items_of([self.iri] if self.is_a(self.iri, "Event") else [])

    def _ties(self, item: Item) -> dict[str, list[FactRecord]]:
        """The facts of an item that name each partner, or something that stands for it."""
        home = self._countries.get(self.iri, self.iri)
        ties: dict[str, list[FactRecord]] = defaultdict(list)
        for fact in filter(self._is_role, item.facts):
            who = self.partner_of(_named(fact))
            if who and who not in (self.iri, home, EVERYBODY):
                ties[who].append(fact)
        return ties

    def _is_firm(self, item: Item) -> bool:
        """Whether this entity's own tie to an item is more than a prospect."""
        if not self.is_a(self.iri, "Actor"):
            return True
        mine = [f for f in item.facts if self._is_role(f) and self._is_mine(_named(f))]
        return any(not fact.is_prospect for fact in mine)

    def _is_mine(self, iri: str) -> bool:
        return iri in self._around or self._countries.get(iri) == self.iri

    def partner_of(self, iri: str) -> str:
        """The country, region or international organization that something stands for, or ''."""
        return iri if self.is_a(iri, *PARTNERS) else self._countries.get(iri, "")

    @cached_property
    def people(self) -> list[Person]:
        """The people of a country, a body or a post: with a post first, then the most named."""
        found, spoken = self._unordered_people
        return sorted(found, key=lambda one: (not one.posts, -spoken[one.iri], self.label(one.iri)))

    @cached_property
    def _unordered_people(self) -> tuple[list[Person], Counter[str]]:
        """The people, and how often each is spoken of."""
        if not self.is_a(self.iri, "Country", "Organization", "Post"):
            return [], Counter()
        rows = select(self.store, _PEOPLE.format(tw=TW, iri=self.iri))
        found = {row["person"].value: Person(row["person"].value) for row in rows}
        for fact in self._facts_about(found):
            if fact.predicate.value == TW + "holds":
                found[fact.subject.value].posts.append(fact)
        for person in found.values():
            person.posts.sort(key=_firmest)
        spoken = Counter[str]()
        for row in select(self.store, _SPOKEN_OF.format(things=_iris(found))) if found else ():
            spoken[row["thing"].value] = int(row["n"].value)
        return list(found.values()), spoken

    @cached_property
    def areas(self) -> list[tuple[str, list[Item]]]:
        """The areas of the items, those of most items first."""
        found: dict[str, dict[str, Item]] = defaultdict(dict)
        for item in self.items:
            for fact in item.of("area"):
                found[_named(fact)][item.iri] = item
        areas = [(area, list(items.values())) for area, items in found.items() if area != self.iri]
        return sorted(areas, key=lambda one: (-len(one[1]), self.label(one[0])))

    @cached_property
    def ladder(self) -> list[tuple[str, list[Item], list[Item]]]:
        """For each stage the items that reached it as their furthest, and those only expected to.

        Empty without any stage. Others are kept, so that a reader sees what was not reached.
        """
        reached, ahead = defaultdict(list), defaultdict(list)
        for item in self.items:
            if item.stage:
                reached[item.stage].append(item)
            for fact in item.expected:
                ahead[fact.object.value].append(item)
        if not reached and not ahead:
            return []
        rare = {f"{ID}stage/{name}" for name in ("approved", "in-force", "ended")}
        own = sorted({*reached, *ahead} - {*STAGES})
        return [
            (stage, reached[stage], ahead[stage])
            for stage in (*STAGES, *own)
            if stage not in rare or reached[stage] or ahead[stage]
        ]

    @cached_property
    def said(self) -> list[FactRecord]:
        """What documents attribute to the entity as the speaker, firmest first."""
        if not self.is_a(self.iri, "Actor"):
            return []
        text = _SAID.format(evidence=GRAPH_EVIDENCE, tw=TW, iri=self.iri, active=_ACTIVE)
        iris = [row["fact"].value for row in select(self.store, text)]
        return sorted(self._reader.read(iris), key=_firmest)

    @property
    def documents(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """The documents that speak of the entity: how many facts of each modality, most first."""
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for fact in self.facts:
            for document in {quote.document_iri for quote in fact.quotes}:
                counted[document][fact.modality] += 1
        ordered = sorted(counted.items(), key=lambda one: (-one[1].total(), one[0]))
        return [(iri, [*counts.items()]) for iri, counts in ordered]

    @property
    def modalities(self) -> list[tuple[str, int]]:
        """How many facts about the entity have each modality, firmest first."""
        return [*Counter(fact.modality for fact in self.facts).items()]

    @property
    def sections(self) -> list[Section]:
        """All facts by predicate and direction, what binds most first."""
        groups: dict[tuple[str, bool], dict[str, list[FactRecord]]] = {}
        for fact in self.facts:
            key = (fact.predicate.value, fact.subject.value == self.iri)
            end = str(fact.object if key[1] else fact.subject)
            groups.setdefault(key, {}).setdefault(end, []).append(fact)
        found = []
        for (predicate, is_subject), ends in groups.items():
            rows = sorted(ends.values(), key=lambda facts: (*_firmest(facts[0]),))
            ends_of = (self.lowest_class(_other(facts[0], self.iri)) for facts in rows)
            kinds = Counter(filter(None, ends_of)).most_common()
            found.append(Section(predicate, is_subject, tuple(map(tuple, rows)), tuple(kinds)))
        return sorted(found, key=lambda one: (weight(one.predicate), -one.count, one.predicate))

    def lowest_class(self, iri: str) -> str:
        """The class after which the IRI of an entity is named; empty for anything else."""
        if not iri.startswith(ID):
            return ""
        slug = iri.removeprefix(ID).partition("/")[0]
        name = TW + "".join(part.capitalize() for part in slug.split("-"))
        return name if name in self._classes.get(iri, ()) else ""

    def _facts_about(self, things: Iterable[str]) -> list[FactRecord]:
        if not (listed := list(things)):
            return []
        text = _FACTS.format(things=_iris(listed), evidence=GRAPH_EVIDENCE, tw=TW, active=_ACTIVE)
        iris = [row["fact"].value for row in select(self.store, text)]
        return self._reader.read(iris)

    def _learn(self, iris: Iterable[str]) -> None:
        """Fetch labels, classes and countries of entities, each once."""
        if not (new := sorted({i for i in iris if i.startswith("http")} - self._classes.keys())):
            return
        self.labels.fetch(new)
        found: dict[str, set[str]] = {iri: set() for iri in new}
        for row in select(self.store, _CLASSES.format(things=_iris(new))):
            found[row["thing"].value].add(row["class"].value)
        self._classes |= {iri: frozenset(classes) for iri, classes in found.items()}
        for row in select(self.store, _COUNTRIES.format(things=_iris(new), tw=TW)):
            self._countries.setdefault(row["thing"].value, row["of"].value)


def _iris(values: Iterable[str]) -> str:
    return " ".join(str(ox.NamedNode(value)) for value in values)


def _named(fact: FactRecord) -> str:
    """The IRI of the object; empty for a literal."""
    return fact.object.value if isinstance(fact.object, ox.NamedNode) else ""


def _other(fact: FactRecord, iri: str) -> str:
    return _named(fact) if fact.subject.value == iri else fact.subject.value


def _firmest(fact: FactRecord) -> tuple[int, str, str]:
    return rank(fact), str(fact.object), str(fact.subject)
