"""The named rules by which two facts about one thing join its parties."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..ontology.namespaces import TW
from ..ontology.schema import Schema


@dataclass(frozen=True, slots=True)
class SharedSubjectRule:
    """``?x head ?y`` if ``?t left ?x`` and ``?t right ?y`` for some ``?t``.

    ``left`` and ``right`` are local names of properties. ``?t``, ``?x`` and ``?y`` must each have
    one of the classes in ``classes``, ``left_classes`` and ``right_classes``. ``?x`` is never
    ``?y``. A date of ``?t``, given by ``date`` or a property below it, is a third premise, and the
    time of what follows.
    """

    name: str
    classes: tuple[str, ...]
    left: tuple[str, ...]
    left_classes: tuple[str, ...]
    right: tuple[str, ...]
    right_classes: tuple[str, ...]
    head: str
    date: str


#: Classes of the parties to a cooperation: a ministry's talks count as its country's.
PARTIES: Final = ("Country", "Region", "InternationalOrganization")
RULES: Final = (
    SharedSubjectRule(
        name="signed-together",
        classes=("Agreement",),
        left=("signatory",),
        left_classes=PARTIES,
        right=("signatory",),
        right_classes=PARTIES,
        head="cooperatesWith",
        date="signedOn",
    ),
    SharedSubjectRule(
        name="programme-partners",
        classes=("Programme", "PolicyFramework"),
        left=("fundedBy", "implementedBy", "developedWith"),
        left_classes=("Country", "InternationalOrganization"),
        right=("launchedBy", "beneficiary", "belongsToCountry"),
        right_classes=("Country",),
        head="cooperatesWith",
        date="launchedOn",
    ),
    SharedSubjectRule(
        name="talks-together",
        classes=("Event",),
        left=("party",),
        left_classes=PARTIES,
        right=("party",),
        right_classes=PARTIES,
        head="inTalksWith",
        date="heldOn",
    ),
)


def roles_in(schema: Schema) -> dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """The predicates of the left, the right and the date premises, by the name of the rule."""

    def terms(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(f"<{TW}{name}>" for name in names)

    return {
        rule.name: (
            terms(rule.left),
            terms(rule.right),
            tuple(
                f"<{p.iri}>"
                for p in schema.properties.values()
                if TW + rule.date in schema.superproperties(p.iri)
            ),
        )
        for rule in RULES
    }
