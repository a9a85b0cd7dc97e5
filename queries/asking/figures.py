"""Compose questions about figures: costs, budgets, counts, ranks and durations."""

from __future__ import annotations

from typing import Final

from .known_names import KnownNames
from .lexicon import keys_of, light
from .plan import Plan, Step, compared, iri, unit_steps, values
from .units import Mention, Units

#: Concepts of money.
MONEY: Final = frozenset({"cost", "budget", "money"})
#: What a country spends is spent on its programmes.
SPENT_ON: Final = "tw:figureOf/tw:fundedBy"
OPTIONAL_COMPARATOR: Final = "OPTIONAL { ?figure tw:comparator ?comparator }"


class Figures:
    """Composes questions about the figures of one graph."""

    def __init__(self, names: KnownNames) -> None:
        self.names = names

    def plan(self, u: Units) -> Plan | None:
        """Costs, budgets, counts, ranks and durations of a named thing."""
        things = [m for m in u.mentions if not m.is_a("Stage")]
        asked = u.asked
        if u.numbers or u.has("Agreement", "Offer"):
            return None
        if u.has("Rank", "rank", "ranks", "ranking") and u.left(()):
            return self._ranks(u)
        if asked == "howmany" and not u.has(*MONEY):
            return self._counted(u)
        if asked == "howlong":
            if (
                len(things) != 1
                or u.dates
                or u.left(
                    {
                        "duration",
                        "held",
                        "last",
                        "operated-through",
                        "continues",
                        "head",
                        "unit:year",
                    }
                )
            ):
                return None
            return Plan("duration").add(
                f"{iri(things[0].iri)} tw:duration ?duration .",
                Step(things[0].iri, "duration", "?"),
            )
        if not (u.has(*MONEY) or asked == "howmuch") or asked in (
            "who",
            "when",
            "where",
            "whether",
        ):
            return None
        fields = [m for m in things if m.is_a("Area")]
        things = [m for m in things if not m.is_a("Area")] or things
        if (
            len(things) != 1
            or len(u.mentions) - len(things) > 1
            or things[0].role in ("by", "with")
        ):
            return None
        if u.left(
            MONEY | {"hasFigure", "Figure", "value", "Project", "implementedBy", "launchedBy"}
        ):
            return None
        path = SPENT_ON if things[0].is_a("Country", "Organization") else "tw:figureOf"
        plan = self._figures_of(u, things[0], "?unit a tw:Currency .", path)
        if fields:
            # What is spent on a field is spent on what lies in it, which is shown.
            if fields[0] is things[0]:
                plan = self._figures_of(u, None, "?unit a tw:Currency .", "tw:figureOf")
                del plan.steps[0]
                plan.shown.insert(0, "about")
            else:
                plan.add("?figure tw:figureOf ?about .")
            plan.add(
                f"?about tw:area? {iri(fields[0].iri)} .", Step("?Figure", "area", fields[0].iri)
            )
        return plan

    def _figures_of(self, u: Units, thing: Mention | None, unit: str, path: str) -> Plan:
        about = iri(thing.iri) if thing else "?about"
        plan = (
            Plan("value", shown=["unit", "comparator", "figure"])
            .add(
                f"?figure {path} {about} ; tw:value ?value ; tw:unit ?unit . {unit}",
                Step("?Figure", "figureOf", thing.iri if thing else "?"),
            )
            .add(OPTIONAL_COMPARATOR)
        )
        for date, _ in u.dates:
            plan.add(
                f"?figure tw:period ?period . {compared('?figure', 'period', date, 'CONTAINS')}",
                Step("?Figure", "period", date),
            )
        if u.has("budget", "cost") or u.asked == "howmuch":
            plan.add("OPTIONAL { ?figure tw:period ?period }")
            plan.shown.append("period")
        return plan

    def _counted(self, u: Units) -> Plan | None:
        """How many of something a thing has, where a figure says so."""
        units = {c for item in u.spoken for c in item.concepts if c.startswith("unit:")}
        things = list(u.mentions)
        for m in u.of("Area", "Group", "NetworkInfrastructure"):
            stems = frozenset(map(light, keys_of(m.text)))
            for unit, names in self.names.units.items():
                if stems in names:
                    units.add("unit:" + unit)
                    things.remove(m)
                    break
        if not units or len(things) > 1 or len(things) + 1 < len(u.mentions):
            return None
        thing = things[0] if things else None
        used = units | {
            "beneficiary",
            "cable",
            "link",
            "objective",
            "ownedBy",
            "owns",
            "hasPart",
            "axis",
            "pillar",
            "providedBy",
            "Figure",
            "hasFigure",
        }
        if u.left(used):
            return None
        path = "tw:figureOf"
        if thing is None:
            if not u.left({c for c in used if c.startswith("unit:")}) and not u.has("link"):
                return None
        elif thing.is_a("Country"):
            if not u.has("ownedBy", "owns") and not u.has("cable"):
                return None
            path = "tw:figureOf/tw:ownedBy"
        plan = self._figures_of(u, thing, values("unit", sorted(units)), path)
        plan.steps += unit_steps(sorted(units)[:1])
        return plan if self.names.has_row(plan.query()) else None

    def _ranks(self, u: Units) -> Plan | None:
        if not any(
            "Institute" not in item.concepts for item in u.spoken if "Rank" in item.concepts
        ) and (not u.has("receive")):
            return None
        ranking = [m for m in u.mentions if m.is_a("Ranking", "Area")]
        owners = [m for m in u.mentions if m not in ranking]
        if (
            u.dates
            or len(owners) != 1
            or len(ranking) > 2
            or u.left(
                {
                    "Rank",
                    "rank",
                    "ranks",
                    "ranking",
                    "Ranking",
                    "holds",
                    "receive",
                    "readiness",
                    "providedBy",
                }
            )
        ):
            return None
        if u.asked not in ("which", "where", "", "howmany", "howmuch"):
            return None
        plan = (
            Plan("value", shown=["rank", "ranking", "comparator"])
            .add(
                f"?rank a tw:Rank ; tw:figureOf {iri(owners[0].iri)} ; tw:rank ?value .",
                Step("?Rank", "figureOf", owners[0].iri),
            )
            .add(
                "OPTIONAL { ?rank tw:ranking ?ranking } "
                "OPTIONAL { ?rank tw:comparator ?comparator }"
            )
        )
        for m in ranking:
            if m.is_a("Ranking"):
                plan.add(f"?rank tw:ranking {iri(m.iri)} .", Step("?Rank", "ranking", m.iri))
            else:
                plan.add(f"?rank tw:area {iri(m.iri)} .", Step("?Rank", "area", m.iri))
        return plan
