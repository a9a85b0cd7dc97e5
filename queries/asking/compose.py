"""Compose a question of classes, properties and names over the ontology."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from . import cooperation, people
from .comparing import Comparing
from .known_names import KnownNames
from .lexicon import keys_of, light
from .plan import Plan, Step, compared, iri
from .relation import Relation, members
from .units import Mention, Units
from .vocabulary import Vocabulary

Rule = Callable[[Units], "Plan | None"]
_LINKED: Final = "(tw:area|tw:area/skos:broader|tw:objective|tw:usesTechnology|tw:topic)"
_MONEY: Final = {"cost", "budget", "money"}
#: Questions whose answer would need more than a row of the graph.
_UNFIT: Final = frozenset({"why", "how"})
#: Properties between an actor and what it acts on, by the verb: the actor is the object.
_SOUGHT: Final = {"memberOf": "seeksMembershipOf", "accreditedBy": "seeksAccreditationFrom"}


class Composer:
    """Composes questions over one graph."""

    def __init__(self, names: KnownNames, vocabulary: Vocabulary) -> None:
        self.names, self.vocabulary = names, vocabulary
        self._comparing = Comparing(names, vocabulary, lambda u: next(self._plain(u), None))
        self._rules: tuple[Rule, ...] = (
            self.card,
            self.exists,
            cooperation.of_event,
            cooperation.agreements,
            cooperation.offers,
            people.met,
            cooperation.talks,
            people.posts,
            people.officials,
            people.about_person,
            self.figures,
            self.between,
            self.areas,
            cooperation.events,
            self.relation,
            self.members,
        )

    def plans(self, u: Units) -> Iterator[Plan]:
        """The ways to compose the question, the likeliest first."""
        if u.asked in _UNFIT:
            return
        if self._comparing.concerns(u):
            plan = self._comparing.plan(u)
            if plan is not None:
                plan.is_count = u.asked == "howmany"
                yield plan
            return
        for plan in self._plain(u):
            plan.is_whether = u.asked == "whether"
            plan.is_count = u.asked == "howmany" and not plan.stored and plan.target != "value"
            yield plan

    def _plain(self, u: Units) -> Iterator[Plan]:
        """What the rules make of the question, as a question for which or who."""
        return (plan for rule in self._rules if (plan := rule(u)) is not None)

    def exists(self, u: Units) -> Plan | None:
        """Whether there is a named agreement, event or programme."""
        if u.asked != "whether" or len(u.mentions) != 1 or u.dates or u.numbers:
            return None
        (m,) = u.mentions
        if (
            u.left(m.classes)
            or not m.is_a("CooperationItem", "Event", "Programme")
            or len(m.iris) > 1
        ):
            return None
        return Plan("item", shown=["stage"]).add(
            f"VALUES ?item {{ {iri(m.iri)} }} ?item a tw:Entity . "
            "OPTIONAL { ?item tw:stage ?stage }",
            Step(m.iri, "stage", "?"),
        )

    def card(self, u: Units) -> Plan | None:
        """What or who one named thing is."""
        if (
            len(u.mentions) != 1
            or u.dates
            or u.numbers
            or u.asked not in ("which", "who", "about", "")
        ):
            return None
        (m,) = u.mentions
        classes = {name for name in m.classes if self.vocabulary.is_class(name)}
        if u.left(classes | {"=about", "statedBy"} if u.asked == "about" else classes):
            return None
        if m.is_a("Area"):
            return Plan(stored="all-about-area", values={"area": m.iri})
        if (
            (m.is_a("Post") and u.asked == "who")
            or len(m.iris) > 1
            or m.kind in ("adjective", "people")
        ):
            return None
        if u.asked == "who" and not m.is_a("Actor"):
            return None
        if m.role in ("by", "to", "with", "in", "from") and u.asked != "about":
            return None
        return Plan(card=m.iri)

    def figures(self, u: Units) -> Plan | None:
        """Costs, budgets, counts, ranks and durations of a named thing."""
        things = [m for m in u.mentions if not m.is_a("Stage")]
        asked = u.asked
        if u.numbers or u.has("Agreement", "Offer"):
            return None
        if u.has("Rank", "rank", "ranks", "ranking") and u.left(()):
            return self._ranks(u)
        if asked == "howmany" and not u.has(*_MONEY):
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
        if not (u.has(*_MONEY) or asked == "howmuch") or asked in (
            "who",
            "when",
            "where",
            "whether",
        ):
            return None
        things = [m for m in things if not m.is_a("Area")] or things
        if (
            len(things) != 1
            or len(u.mentions) - len(things) > 1
            or things[0].role in ("by", "with")
        ):
            return None
        if u.left(
            _MONEY | {"hasFigure", "Figure", "value", "Project", "implementedBy", "launchedBy"}
        ):
            return None
        plan = self._figures_of(u, things[0], "?unit a tw:Currency .")
        if things[0].is_a("Country", "Organization"):
            # What a country spends is spent on its programmes.
            plan.where[0] = plan.where[0].replace("tw:figureOf", "tw:figureOf/tw:fundedBy", 1)
        return plan

    def _figures_of(self, u: Units, thing: Mention | None, unit: str) -> Plan:
        about = iri(thing.iri) if thing else "?about"
        plan = (
            Plan("value", shown=["unit", "comparator", "figure"])
            .add(
                f"?figure tw:figureOf {about} ; tw:value ?value ; tw:unit ?unit . {unit}",
                Step("?Figure", "figureOf", thing.iri if thing else "?"),
            )
            .add("OPTIONAL { ?figure tw:comparator ?comparator }")
        )
        for date, _ in u.dates:
            plan.add(
                f"?figure tw:period ?period . {compared('?figure', 'period', date)}",
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
        found = " ".join(iri(unit.removeprefix("unit:")) for unit in sorted(units))
        path = "tw:figureOf"
        if thing is None:
            if not u.left({c for c in used if c.startswith("unit:")}) and not u.has("link"):
                return None
        elif thing.is_a("Country"):
            if not u.has("ownedBy", "owns") and not u.has("cable"):
                return None
            path = "tw:figureOf/tw:ownedBy"
        plan = self._figures_of(u, thing, f"VALUES ?unit {{ {found} }}")
        plan.where[0] = plan.where[0].replace("tw:figureOf", path, 1)
        plan.steps += [
            Step("?Figure", "unit", unit.removeprefix("unit:")) for unit in sorted(units)[:1]
        ]
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

    def between(self, u: Units) -> Plan | None:
        """What links two countries, or compares them."""
        countries = u.of("Country")
        if len(countries) != 2 or len(u.mentions) != 2 or u.dates or u.numbers:
            return None
        pair = {"first": countries[0].iri, "second": countries[1].iri}
        if u.has("link") and not u.left({"link"}) and u.asked in ("which", "", "how"):
            return Plan(stored="links-between-two-countries", values=pair)
        if u.has("compare") and not u.left({"compare", "disagree"}):
            return Plan(stored="compare-two-countries", values=pair)
        return None

    def areas(self, u: Units) -> Plan | None:
        """Areas of cooperation, and who cooperates with whom."""
        if u.dates or u.numbers or not u.has("Area", "cooperatesWith"):
            return None
        countries, areas = u.of("Country"), u.of("Area")
        if len(countries) + len(areas) != len(u.mentions) or u.left(
            {
                "Area",
                "cooperatesWith",
                "Country",
                "InternationalOrganization",
                "cooperationArea",
                "developedWith",
                "area",
            }
        ):
            return None
        if len(countries) == 2 and not areas:
            if u.asked == "whether":
                one, other = (iri(m.iri) for m in countries)
                return Plan("partner").add(
                    f"VALUES ?partner {{ {other} }} {one} tw:cooperatesWith ?partner .",
                    Step(countries[0].iri, "cooperatesWith", countries[1].iri),
                )
            if u.asked in ("which", "") or u.language == "ar":
                one, other = (m.iri for m in countries)
                # The question counts for a country and its partner: either order is the same.
                return Plan(stored="country-areas", values={"country": one, "partner": other})
            return None
        if (
            len(countries) == 1
            and u.has("cooperatesWith")
            and u.asked in ("who", "which", "howmany")
        ):
            if len(areas) == 1:
                return Plan(
                    stored="countries-by-area",
                    values={"area": areas[0].iri, "partner": countries[0].iri},
                )
            if not areas and (u.asked == "who" or u.has("Country", "InternationalOrganization")):
                return Plan(stored="cooperation-partners", values={"country": countries[0].iri})
        return None

    def relation(self, u: Units) -> Plan | None:
        """One property of the ontology between a named thing and what is asked for."""
        if u.numbers or len(u.mentions) > 3:
            return None
        kinds = [c for c in u.concepts() if self.vocabulary.is_class(c)]
        found: dict[str, tuple[str, str, str]] = {}
        if u.asked == "where" and not u.left({"locatedIn", "locationOf", "held", *kinds}):
            found["locatedIn"] = ("locatedIn", "Entity", "Place")
        for item in u.left(()):
            for concept in item.concepts:
                forward = self.vocabulary.forward(concept)
                if forward and u.has("seek") and forward[0] in _SOUGHT:
                    forward = self.vocabulary.forward(_SOUGHT[forward[0]])
                if forward:
                    found[forward[0]] = forward

        def is_general(entry: tuple[str, str, str]) -> tuple[bool, str]:
            name, domain, range_ = entry
            fitting = {domain, range_} - {"Entity", "Actor", "Place"}
            return not any(m.is_a(*fitting) for m in u.mentions), name

        for name, domain, range_ in sorted(found.values(), key=is_general):
            forms = {n for n in u.concepts() if u.has("seek") and _SOUGHT.get(n) == name}
            forms |= {"seek"} if forms else set()
            forms |= {n for n in u.concepts() if (f := self.vocabulary.forward(n)) and f[0] == name}
            plan = self._related(u, name, domain, range_, forms, kinds)
            if plan:
                return plan
        return None

    def _related(
        self, u: Units, name: str, domain: str, range_: str, forms: set[str], kinds: list[str]
    ) -> Plan | None:
        return Relation(self.vocabulary, name, domain, range_).plan(u, forms, kinds)

    def members(self, u: Units) -> Plan | None:
        """The members of a class, of a country, in an area, or provided by a body."""
        return members(u, self.vocabulary, _LINKED)
