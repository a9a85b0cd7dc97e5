"""Items of cooperation: agreements, offers, programmes and frameworks, and how far each has come.

What is only planned, expected, conditional or denied never counts as reached.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ..graph.fact_record import FactRecord
from ..ontology.namespaces import ID, TW
from .fact_words import rank

#: Stages of an item, from first to last.
STAGES: Final = tuple(
    f"{ID}stage/{name}"
    for name in (
        "proposed", "offered", "under-discussion", "agreed-in-principle", "signed", "approved",
        "in-force", "under-implementation", "completed", "ended",
    )
)  # fmt: skip
#: How far partners have come, furthest first. Programmes are no step between talks and signature.
BANDS: Final = ("signed", "agreed", "talks", "offers", "programmes", "planned")
_BAND_OF_STAGE: Final = dict(
    zip(STAGES, ("offers", "offers", "talks", "agreed", *["signed"] * 6), strict=True)
)
ROLES: Final = tuple(
    TW + name
    for name in (
        "signatory", "party", "offeredBy", "offeredTo", "developedWith", "fundedBy",
        "implementedBy", "supportedBy", "beneficiary",
    )
)  # fmt: skip


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

    @property
    def band(self) -> str:
        """How far it has come, as one of ``BANDS``; ``planned`` where no stage was reached."""
        if self.is_programme:
            return "programmes"
        if self.stage in _BAND_OF_STAGE:
            return _BAND_OF_STAGE[self.stage]
        if self.expected and not self.stage:
            return "planned"
        return "offers" if TW + "Offer" in self.classes else "talks"
