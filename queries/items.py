"""Items of cooperation: agreements, offers, programmes and frameworks, and how far each has come.

What is only planned, expected, conditional or denied never counts as reached. The pages and the
explorer's overview go by these rules alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..graph.derivation_rules import PARTIES
from ..graph.fact_record import FactRecord
from ..graph.store import Store, select
from ..ontology.namespaces import ID, TW
from .fact_words import rank

#: Stages of cooperation, from first to last.
STAGES: Final = tuple(
    f"{ID}stage/{name}"
    for name in (
        "proposed", "offered", "under-discussion", "agreed-in-principle", "approved", "signed",
        "in-force", "under-implementation", "completed", "ended",
    )
)  # fmt: skip
BEFORE_AGREEMENT: Final = STAGES[:3]
AGREED: Final = STAGES[3]
#: An approval is that of one side, so that it is no agreement of two.
FROM_SIGNING: Final = frozenset(STAGES[5:])
#: How far cooperation has come, firmest first. A programme is no step between talks and signature.
BANDS: Final = ("signed", "agreed", "talks", "offers", "programmes", "planned")
#: The classes of partners, as in the rules that derive who cooperates with whom, and of items.
PARTNERS: Final = PARTIES
ITEMS: Final = ("CooperationItem", "Programme", "PolicyFramework")
#: Properties that name the sides of an item: those who act in it, and those whom it is for. The
#: properties below them count too.
ACTING: Final = ("party", "fundedBy", "implementedBy", "developedWith")
SIDES: Final = (*ACTING, "beneficiary")
#: A framework or programme of a country itself.
OWNING: Final = ("belongsToCountry", "launchedBy", "adoptedBy")
#: Nobody in particular.
EVERYBODY: Final = f"{ID}region/world"
#: The country to which the most things belong.
_CENTRE: Final = f"""SELECT ?country {{ ?thing <{TW}belongsToCountry> ?country }}
GROUP BY ?country ORDER BY DESC(COUNT(?thing)) ?country LIMIT 1"""
_BELOW: Final = f"""PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?side ?property {{
  VALUES ?side {{ {" ".join(f"<{TW}{name}>" for name in (*SIDES, *OWNING))} }}
  ?property rdfs:subPropertyOf* ?side
}}"""


@dataclass(frozen=True, slots=True)
class Roles:
    """The IRIs of the properties that name who acts in an item, a side of it, or its owner."""

    acting: frozenset[str]
    sides: frozenset[str]
    owning: frozenset[str]

    @classmethod
    def read(cls, store: Store) -> Roles:
        """Read the properties, a collection's own too, from the ontology in a store."""
        below: dict[str, set[str]] = defaultdict(set)
        for row in select(store, _BELOW):
            below[row["side"].value].add(row["property"].value)
        return cls(*(frozenset().union(*(below[TW + name] for name in names))
                     for names in (ACTING, SIDES, OWNING)))  # fmt: skip

    def band(self, stage: str, tie: Iterable[FactRecord], *, is_programme: bool) -> str:
        """Return how far an item has come with a partner, as one of ``BANDS``.

        ``stage`` is the furthest one reached, or empty; ``tie`` are the facts that name the
        partner in the item.
        """
        tie = list(tie)
        acting = [
            fact.modality
            for fact in tie
            if fact.predicate.value in self.acting and not fact.is_prospect
        ]
        if is_programme:
            # Whom a plan is for is said of the plan: it is not yet done. Nor is a curator's
            # reading enough for a programme with a partner.
            is_said = any(modality != "inferred" for modality in acting)
            return "programmes" if is_said or (acting and stage in FROM_SIGNING) else "planned"
        if all(fact.is_prospect for fact in tie):
            return "planned"
        if stage in FROM_SIGNING:
            return "signed" if acting else "programmes"
        if stage == AGREED:
            return "agreed" if acting else "offers"
        if stage == BEFORE_AGREEMENT[-1]:
            return "talks"
        return "offers" if stage in BEFORE_AGREEMENT else "planned"


def place_of(stage: str) -> int:
    """How far a stage is; -1 for a stage of a collection's own."""
    return STAGES.index(stage) if stage in STAGES else -1


@dataclass(slots=True)
class Item:
    """An item with its facts, and the terms that it names in each role."""

    iri: str
    classes: frozenset[str]
    facts: list[FactRecord] = field(default_factory=list)

    def of(self, predicate: str) -> list[FactRecord]:
        """The facts with this predicate, firmest first."""
        return [fact for fact in self.facts if fact.predicate.value == TW + predicate]

    @property
    def stages(self) -> list[FactRecord]:
        """The facts about stages that were reached, the furthest first."""
        reached = [fact for fact in self.of("stage") if not fact.is_prospect]
        return sorted(reached, key=lambda fact: (-place_of(fact.object.value), rank(fact)))

    @property
    def expected(self) -> list[FactRecord]:
        """The facts about stages that are only planned or expected."""
        return [fact for fact in self.of("stage") if fact.is_prospect]

    @property
    def stage(self) -> str:
        """The furthest stage that was reached; empty if no document says any."""
        return self.stages[0].object.value if self.stages else ""

    @property
    def is_programme(self) -> bool:
        """Whether it is work of its own, and no agreement or offer."""
        return TW + "CooperationItem" not in self.classes

    def band(self, roles: Roles) -> str:
        """How far it has come, whoever is a partner in it, as one of ``BANDS``."""
        ties = [fact for fact in self.facts if fact.predicate.value in roles.sides | roles.owning]
        return roles.band(self.stage, ties, is_programme=self.is_programme)


@dataclass(slots=True)
class Partner:
    """A partner with the items shared with it, furthest first, and the facts that name it.

    ``bands`` has how far each item has come with it, ``meetings`` the facts that make it a party
    to a meeting.
    """

    iri: str
    items: dict[str, Item] = field(default_factory=dict)
    facts: list[FactRecord] = field(default_factory=list)
    bands: dict[str, str] = field(default_factory=dict)
    meetings: list[FactRecord] = field(default_factory=list)

    @property
    def band(self) -> str:
        """The furthest of ``BANDS``; a meeting that is only planned is a plan, not talks."""
        met = ["planned" if fact.is_prospect else "talks" for fact in self.meetings]
        return min([*self.bands.values(), *met], key=BANDS.index)


def centre(store: Store) -> str:
    """The country that the graph is about, to which the most things belong; '' without any."""
    return next((row["country"].value for row in select(store, _CENTRE)), "")
