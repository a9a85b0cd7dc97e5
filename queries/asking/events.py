"""Compose questions about events and talks."""

from __future__ import annotations

from typing import Final

from .plan import OF_COUNTRY, Plan, Step, either, iri, through_bodies
from .units import Mention, Units

_TALKED: Final = frozenset({"talks", "Meeting", "Event", "Visit", "Conference", "meet"})
#: What is asked of an event: concepts, the property, the class of the answer.
_OF_EVENT: Final = (
    (("chair", "chaired", "head"), "chair", "Actor"),
    (("speaker", "spokeAt"), "speaker", "Actor"),
    (("organizer", "organized"), "organizer", "Actor"),
    (("attendee", "attended", "participant", "participatedIn"), "participant", "Actor"),
    (("outcome", "outcomeOf"), "outcome", "CooperationItem"),
    (("discuss", "topic", "topicOf", "about-what", "CooperationTopic", "talks"), "topic", "Entity"),
    (("format",), "format", "EventFormat"),
    (("hasPart",), "hasPart", "Event"),
)
_EVENT_DATE: Final = "?event tw:date ?date ."
HELD: Final = {"held", "holds", "heldOn", "date", "dated"}


def side(predicate: str, mention: Mention) -> str:
    """The path from an item to an actor: of a country, through its bodies too."""
    if mention.is_a("Country"):
        return f"({through_bodies(predicate)})"
    return f"tw:{predicate}"


def of_event(u: Units) -> Plan | None:
    """What is asked of one event: who attended, chaired, spoke; where, when, how long."""
    events = u.of("Event")
    if len(events) != 1 or u.numbers:
        return None
    (event,) = events
    others = [m for m in u.mentions if m is not event]
    e = iri(event.iri)
    kinds = {"Meeting", "Conference", "Visit", "Event", "talks"}
    if u.asked in ("when", "where", "howlong") and not others and not u.dates:
        if u.left(
            HELD | kinds | {"locatedIn", "duration", "locationOf", "City", "Country", "last"}
        ):
            return None
        if u.asked == "where":
            return Plan("place").add(
                f"{e} tw:locatedIn ?place .", Step(event.iri, "locatedIn", "?Place")
            )
        if u.asked == "howlong":
            return Plan("duration").add(
                f"{e} tw:duration ?duration .", Step(event.iri, "duration", "?")
            )
        plan = Plan("event").add(f"VALUES ?event {{ {e} }} ?event a tw:Event .")
        return plan.ask_date(_EVENT_DATE, Step(event.iri, "heldOn", "?"))
    if u.asked in ("when", "why", "howmuch", "where", "howlong") or u.dates:
        return None
    for concepts, predicate, _ in _OF_EVENT:
        if not u.has(*concepts):
            continue
        if u.left(
            {
                *concepts,
                *kinds,
                *HELD,
                "Official",
                "Country",
                "from-country",
                "Organization",
                "about-what",
                "=which",
            }
        ):
            return None
        return _asked_of(u, event, predicate, others)
    return None


def _asked_of(u: Units, event: Mention, predicate: str, others: list[Mention]) -> Plan | None:
    e = iri(event.iri)
    is_actor = predicate in ("chair", "speaker", "organizer", "participant")
    if u.asked == "whether":
        if len(others) != 1:
            return None
        (m,) = others
        return Plan("event").add(
            f"VALUES ?event {{ {e} }} ?event {side(f'{predicate}', m)} {iri(m.iri)} .",
            Step(event.iri, predicate, m.iri),
        )
    plan = Plan("who" if is_actor else "what")
    plan.add(either(f"{e} tw:{predicate} ?{plan.target} ."), Step(event.iri, predicate, "?"))
    if not is_actor and (u.asked == "who" or others):
        return None
    if (
        is_actor
        and u.asked == "which"
        and not u.has("Official", "Country", "Organization")
        and ("of" not in {m.role for m in u.mentions} and u.text.lower().startswith("what"))
    ):
        return None
    parts = [kind for kind in ("Meeting", "Conference", "Visit") if u.has(kind)]
    if predicate == "hasPart" and parts and not event.is_a(parts[0]):
        plan.add(f"?what a tw:{parts[0]} .", Step("?", "rdf:type", f"?{parts[0]}"))
    if u.has("Official"):
        plan.add("?who a tw:Official .", Step("?", "rdf:type", "?Official"))
    if u.has("Organization"):
        plan.add("?who a tw:Organization .", Step("?", "rdf:type", "?Organization"))
    if u.has("Country") and is_actor:
        plan.add("?who tw:belongsToCountry ?country .", Step("?", "belongsToCountry", "?Country"))
        plan.target, plan.shown = "country", ["who"]
    for m in others:
        if not m.is_a("Country"):
            return None
        plan.add(
            f"?who {OF_COUNTRY} {iri(m.iri)} .",
            Step("?", "belongsToCountry", m.iri),
        )
    return plan


def talks(u: Units) -> Plan | None:
    """Talks of countries: with whom, about what, whether."""
    if not u.has("talks", "meet", "discuss", "CooperationTopic") or u.dates or u.numbers:
        return None
    countries = [m for m in u.of("Country") if m.kind != "people"]
    regions = u.of("Region")
    if len(countries) + len(regions) != len(u.mentions):
        return None
    used = {
        "talks",
        "discuss",
        "meet",
        "CooperationTopic",
        "cooperatesWith",
        "inTalksWith",
        "topic",
    }
    used |= HELD | {"Country", "about-what", "Meeting"}
    if u.left(used) or not countries:
        return None
    first, *rest = (iri(m.iri) for m in countries)
    if regions:
        # "Which Asian countries does Egypt talk with?"
        if len(countries) != 1 or len(regions) != 1 or u.asked not in ("who", "which", ""):
            return None
        return Plan("country", shown=["event"]).add(
            f"?event a tw:Event ; tw:party {first} , ?country . "
            f"?country tw:inRegion {iri(regions[0].iri)} . FILTER(?country != {first})",
            Step("?Event", "party", countries[0].iri),
            Step("?Event", "party", "?Country"),
            Step("?Country", "inRegion", regions[0].iri),
        )
    if (
        len(countries) == 1
        and u.asked in ("who", "which")
        and (u.asked == "who" or u.has("Country"))
    ):
        return Plan(stored="talks-partners", values={"country": countries[0].iri})
    if len(countries) != 2:
        return None
    plan = Plan("event").add(
        f"?event a tw:Event ; tw:party {first} , {rest[0]} .",
        *(Step("?Event", "party", m.iri) for m in countries),
    )
    if u.asked == "whether":
        return plan
    if u.asked == "when":
        return plan.ask_date(_EVENT_DATE, Step("?Event", "heldOn", "?"))
    if u.asked in ("which", "howmany", "") and u.has("discuss", "CooperationTopic", "topic"):
        plan.add("?event tw:topic ?topic .", Step("?Event", "topic", "?"))
        if u.has("CooperationTopic") and not u.has("discuss"):
            plan.add("?topic a tw:CooperationTopic .")
        plan.target, plan.shown = "topic", ["event"]
        return plan
    return plan if u.asked in ("which", "") and u.has("talks", "Meeting") else None


def events(u: Units) -> Plan | None:
    """Events in which somebody took part, or that were held somewhere."""
    if not u.has(*_TALKED, "participant", "attendee", "speaker", "chair") or u.numbers:
        return None
    if u.of("Event") or u.asked not in ("which", "where", "howmany", "", "when", "whether"):
        return None
    used = {*_TALKED, *HELD, "participant", "participatedIn", "attendee", "attended", "hasPart"}
    used |= {"speaker", "spokeAt", "chair", "chaired", "locatedIn"}
    if u.left(used) or not (u.mentions or u.dates):
        return None
    kind = next((c for c in ("Conference", "Visit", "Meeting") if u.has(c)), "Event")
    if kind == "Event" and u.asked != "where" and not u.has("Event", "talks"):
        return None
    plan = Plan("event").add(f"?event a tw:{kind} .")
    role = next((p for cs, p, c in _OF_EVENT if c == "Actor" and u.has(*cs)), "participant")
    item = f"?{kind}"
    countries = u.of("Country")
    places = ("in", "to") if kind == "Visit" else ("in",)
    for m in u.mentions:
        if m.is_a("Official"):
            plan.add(either(f"?event tw:{role} {iri(m.iri)} ."), Step(item, role, m.iri))
        elif m.is_a("City") or (m.is_a("Country") and m.role in places and len(countries) == 1):
            plan.add(
                either(f"?event {through_bodies('locatedIn')} {iri(m.iri)} ."),
                Step(item, "locatedIn", m.iri),
            )
        elif m.is_a("Country"):
            plan.add(either(f"?event tw:party {iri(m.iri)} ."), Step(item, "party", m.iri))
        elif m.is_a("Organization"):
            plan.add(either(f"?event tw:{role} {iri(m.iri)} ."), Step(item, role, m.iri))
        else:
            return None
    if u.asked == "where":
        if u.of("Official"):
            # "Where did she speak?": at an event, whether or not its place is known.
            plan.add("OPTIONAL { ?event tw:locatedIn ?place }")
            plan.shown = ["place"]
        else:
            plan.add(either("?event tw:locatedIn ?place ."), Step(item, "locatedIn", "?Place"))
            plan.target, plan.shown = "place", ["event"]
    if u.asked == "when" or u.dates:
        dates = [date for date, _ in u.dates]
        plan.ask_date(_EVENT_DATE, Step(item, "heldOn", "?"), dates, test="CONTAINS")
    return plan
