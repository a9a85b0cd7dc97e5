"""Compose a question of classes, properties and names over the ontology."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from ...graph.arabic import fold
from . import cooperation, events, people
from .comparing import Comparing
from .figures import Figures
from .known_names import KnownNames
from .periods import as_period
from .plan import Plan, Step, compared, iri, staged
from .relation import Relation, members
from .units import OF_REGION, Mention, Units
from .vocabulary import Vocabulary

Rule = Callable[[Units], "Plan | None"]
_LINKED: Final = "(tw:area|tw:area/skos:broader|tw:objective|tw:usesTechnology|tw:topic)"
_HAPPENED: Final = re.compile(
    r"\bwhat (?:has |had )?(?:happened|took place|was done)|(?:ماذا|ما الذي) (?:حدث|جري|حصل)"
    r"|ايه اللي (?:حصل|حدث|جري)"
)
_PARTNER: Final = re.compile(r"partners?|(?:ال)?(?:شريك|شركاء?)", re.IGNORECASE)
#: Questions whose answer would need more than a row of the graph.
_UNFIT: Final = frozenset({"why", "how"})
#: Properties between an actor and what it acts on, by the verb: the actor is the object.
_SOUGHT: Final = {"memberOf": "seeksMembershipOf", "accreditedBy": "seeksAccreditationFrom"}


def _is_done_to(u: Units, name: str) -> bool:
    """Whether what somebody does is asked of one whom it concerns: "offers about", "offers to"."""
    roles = ("about", "to") if name == "offeredBy" else ("about",)
    return name.endswith("By") and [m.role in roles for m in u.mentions] == [True]


class Composer:
    """Composes questions over one graph."""

    def __init__(self, names: KnownNames, vocabulary: Vocabulary) -> None:
        self.names, self.vocabulary = names, vocabulary
        self._comparing = Comparing(names, vocabulary, lambda u: next(self._plain(u), None))
        self._rules: tuple[Rule, ...] = (
            self.card,
            self.exists,
            events.of_event,
            cooperation.agreements,
            cooperation.offers_about,
            cooperation.offers,
            people.met,
            events.talks,
            people.posts,
            people.officials,
            people.about_person,
            Figures(names).plan,
            self.between,
            self.areas,
            self.happened,
            events.events,
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
            if self._drops_kind(u, plan) or (plan.stored and u.asked == "howmany"):
                # A list is no number, and it may be of more than is asked for.
                continue
            plan.is_whether = u.asked == "whether"
            plan.is_count = u.asked == "howmany" and not plan.stored and plan.target != "value"
            plan = cooperation.with_stage(plan)
            yield plan.firm() if plan.is_count or plan.is_whether else self._marked(plan)

    def _marked(self, plan: Plan) -> Plan:
        """The plan; where some of it is not so yet, with the modality of each."""
        marked = plan.marked()
        if marked is plan:
            return plan
        only = replace(marked, where=[*marked.where, "FILTER(BOUND(?modality))"])
        return marked if self.names.has_row(only.query(dated=False)) else plan

    def _plain(self, u: Units) -> Iterator[Plan]:
        """What the rules make of the question, as a question for which or who."""
        return (plan for rule in self._rules if (plan := rule(u)) is not None)

    def _drops_kind(self, u: Units, plan: Plan) -> bool:
        """Whether the question has a word for a kind of thing that the composed plan leaves out.

        A kind is kept in the pattern, in what is asked for, or in what is named.
        """
        if plan.stored or plan.refused or plan.target == "value":
            # Of a figure's unit, or of a thing that costs, any word for its kind may be said.
            return False
        shown = {
            term[1:]
            for step in plan.steps
            for term in (step.subject, step.object)
            if term[:1] == "?"
        }
        query = "" if plan.card else plan.query()
        for item in u.content:
            kinds = [concept for concept in item.concepts if self.vocabulary.is_class(concept)]
            if (
                kinds
                and not any(self.vocabulary.forward(c) or c[:5] == "unit:" for c in item.concepts)
                and not any(m.is_a(*kinds) for m in u.mentions)
                and not any(
                    kind == plan.target.capitalize()
                    or re.search(rf"<{self.vocabulary.iris[kind]}>|\btw:{kind}\b", query)
                    or any(self.vocabulary.fits(kind, one) for one in shown - {""})
                    for kind in kinds
                )
            ):
                return True
        return False

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
        if m.is_a("Agreement") and not m.is_a("MemorandumOfUnderstanding"):
            return cooperation.signed(m)
        return Plan("item", shown=["stage", "modality"]).add(
            f"VALUES ?item {{ {iri(m.iri)} }} ?item a tw:Entity . {staged('?item')}",
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
        if m.is_a("Region") and OF_REGION.search(m.text) and u.asked in ("which", ""):
            return self._countries_of(u, m)
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

    def happened(self, u: Units) -> Plan | None:
        """Everything dated, facts too, within a period: "what happened after 2018"."""
        if not _HAPPENED.search(fold(u.text)) or len(u.dates) != 1 or u.mentions or u.numbers:
            return None
        period = as_period(u.dates[0][0])
        if period is None or u.left({"held", "Event", "Fact"}):
            return None
        within = compared("?dated", "date", period)
        return Plan("thing", shown=["relation", "what", "date"]).add(
            f"{{ ?thing tw:date ?date ; ?relation ?date . {within.replace('?dated', '?thing')}\n"
            "    FILTER(?relation != tw:date) }\n"
            "  UNION { GRAPH ?dated { ?thing ?relation ?what }\n"
            f"    GRAPH graph:evidence {{ ?dated tw:when ?date . {within} }} }}",
            Step("?Entity", "date", period),
        )

    def _countries_of(self, u: Units, region: Mention) -> Plan | None:
        """The countries of a region; the name of one may be "African countries"."""
        if u.left({"Country"}):
            return None
        return Plan("country").add(
            f"?country a tw:Country ; tw:inRegion {iri(region.iri)} .",
            Step("?Country", "inRegion", region.iri),
        )

    def between(self, u: Units) -> Plan | None:
        """What links two countries, or compares them; the countries of a region."""
        regions = u.of("Region")
        if len(regions) == 1 == len(u.mentions) and u.has("Country") and u.asked in ("which", ""):
            return None if u.dates or u.numbers else self._countries_of(u, regions[0])
        countries = u.of("Country")
        if len(countries) != 2 or len(u.mentions) != 2 or u.dates or u.numbers:
            return None
        pair = {"first": countries[0].iri, "second": countries[1].iri}
        is_bare = not u.asked and not u.left(()) and all(m.kind == "name" for m in countries)
        asks = u.has("link") and not u.left({"link"}) and u.asked in ("which", "", "how")
        if is_bare or asks:
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
            kinds = [kind for kind in ("Country", "InternationalOrganization") if u.has(kind)]
            if u.asked == "howmany" and not areas and len(kinds) == 1:
                one = countries[0].iri
                return Plan("partner").add(
                    f"{iri(one)} tw:cooperatesWith ?partner . ?partner a tw:{kinds[0]} .",
                    Step(one, "cooperatesWith", f"?{kinds[0]}"),
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
            if _PARTNER.fullmatch(fold(item.text)) and u.of("Country"):
                # The partners of a country are more than what is developed with it.
                return None
            for concept in item.concepts:
                forward = self.vocabulary.forward(concept)
                if forward and u.has("seek") and forward[0] in _SOUGHT:
                    forward = self.vocabulary.forward(_SOUGHT[forward[0]])
                if forward and not _is_done_to(u, forward[0]):
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
