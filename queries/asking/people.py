"""Compose questions about people: whom they met, their posts, countries and words."""

from __future__ import annotations

from typing import Final

from .plan import OF_COUNTRY, Plan, Step, iri, through_bodies, values
from .units import Mention, Units

#: Who holds a post below the head of a body, by the labels of posts.
_LOWER: Final = "deputy|vice|advis|assistant|undersecretary|نائب|مستشار|معاون|وكيل"
_HOLD: Final = {"Post", "holds", "heldBy", "held", "memberOf", "hasPost", "postIn", "head"}
#: How titles begin in the labels of posts; each is told by the message ``reading-title-…``.
_TITLES: Final = {"minister": "^Minister|^وزير", "head": "^President|^رئيس الجمهورية"}


def met(u: Units) -> Plan | None:
    """Whom somebody met: a person, a holder of a post, or the people of a country."""
    if not u.has("meet", "Meeting") or u.dates or u.numbers or u.of("Event"):
        return None
    if u.has("Meeting") and not u.has("meet"):
        return None
    used = {"meet", "Meeting", "inTalksWith", "Official", "Country", "talks", "held"}
    if u.left(used) or u.asked not in ("who", "which", "whether", "howmany", ""):
        return None
    people = [m for m in u.mentions if m.is_a("Official", "Post")]
    countries = u.of("Country")
    if len(people) + len(countries) != len(u.mentions):
        return None
    sides = [*people, *(m for m in countries if m.kind in ("people", "adjective"))]
    places = [m for m in countries if m not in sides]
    plan = Plan("official")
    if len(sides) == 2 and not places:
        return _two_met(u, plan, sides)
    if len(people) != 1 or len(sides) != 1 or u.asked == "whether":
        return None
    (person,) = people
    plan.add(
        "?event a tw:Event ; tw:participant ?person , ?official . ?official a tw:Official .",
        Step("?Event", "participant", person.iri),
        Step("?Event", "participant", "?Official"),
    )
    plan.add(_is(person, "person")).add("FILTER(?official != ?person)")
    plan.shown = ["event"]
    for m in places:
        if m.role == "in":
            plan.add(
                f"?event {through_bodies('locatedIn')} {iri(m.iri)} .",
                Step("?Event", "locatedIn", m.iri),
            )
        elif m.role in ("from", "of"):
            plan.add(
                f"?official {OF_COUNTRY} {iri(m.iri)} .",
                Step("?Official", "belongsToCountry", m.iri),
            )
        else:
            return None
    if u.has("Country"):
        # "Which countries did he meet?": not his own, whose people were with him.
        plan.add(
            "?official tw:belongsToCountry ?country . FILTER NOT EXISTS "
            f"{{ ?person {OF_COUNTRY} ?country }}",
            Step("?Official", "belongsToCountry", "?Country"),
        )
        plan.target, plan.shown = "country", ["official"]
    return plan


def _two_met(u: Units, plan: Plan, sides: list[Mention]) -> Plan | None:
    one, other = sides
    plan.add(
        "?event a tw:Event ; tw:participant ?official , ?other . ?official a tw:Official ."
        " FILTER(?official != ?other)"
    )
    for variable, m in (("official", one), ("other", other)):
        plan.add(_is(m, variable), Step("?Event", "participant", m.iri))
    if not (one.is_a("Country") or other.is_a("Country")) and u.asked not in (
        "whether",
        "",
        "which",
    ):
        return None
    plan.shown = ["other", "event"]
    return plan


def _is(mention: Mention, variable: str) -> str:
    """The condition that a variable is the person, holds the post, or is of the country."""
    if mention.is_a("Country"):
        return f"?{variable} {OF_COUNTRY} {iri(mention.iri)} . ?{variable} a tw:Official ."
    if mention.is_a("Post"):
        return f"{values('held', mention.iris)} ?{variable} tw:holds ?held ."
    return values(variable, mention.iris)


def posts(u: Units) -> Plan | None:
    """Who holds a post or heads a body, what post a person holds, which posts a body has."""
    if u.dates or u.numbers or u.of("Event"):
        return None
    titles, people = u.of("Post"), u.of("Official")
    bodies = u.of("Organization")
    asked = u.asked
    if titles and len(titles) + len(people) == len(u.mentions) and len(titles) == 1:
        return _of_title(u, titles[0], people)
    if len(people) == 1 == len(u.mentions) and u.has("Post", "hasPost", "memberOf", "postIn"):
        if u.left(_HOLD | {"Enterprise", "Organization", "Ministry"}) or asked not in (
            "which",
            "",
            "where",
        ):
            return None
        person = iri(people[0].iri)
        if (u.has("memberOf") and not u.has("Post")) or u.has(
            "Enterprise", "Organization", "Ministry"
        ):
            return Plan("organization").add(
                f"{person} tw:memberOf|tw:affiliatedWith|tw:holds/tw:postIn ?organization .",
                Step(people[0].iri, "memberOf", "?Organization"),
            )
        return Plan("post").add(f"{person} tw:holds ?post .", Step(people[0].iri, "holds", "?Post"))
    if len(bodies) == 1 == len(u.mentions):
        return _of_body(u, bodies[0])
    return None


def _of_title(u: Units, title: Mention, people: list[Mention]) -> Plan | None:
    if u.left(_HOLD | {"ambassador", "minister", "Official"}) or title.role in ("to", "by"):
        return None
    plan = Plan("official", shown=["post"]).add(
        f"{values('post', title.iris)} ?official tw:holds ?post ."
    )
    plan.steps = [Step("?Official", "holds", one) for one in title.iris]
    if len(people) == 1 and u.asked == "whether":
        plan.add(values("official", people[0].iris))
        plan.steps = [Step(people[0].iri, "holds", one) for one in title.iris]
        return plan
    return None if people or u.asked not in ("who", "", "which") else plan


def _of_body(u: Units, body: Mention) -> Plan | None:
    b = iri(body.iri)
    if u.has("head", "chair", "minister", "presidesOver") and u.asked in ("who", "which", ""):
        if u.left(
            {
                "head",
                "chair",
                "chaired",
                "presidesOver",
                "minister",
                "presidedOverBy",
                "Country",
                "Official",
                "holds",
                "Post",
                "attributedTo",
            }
        ):
            return None
        if body.is_a("InternationalOrganization"):
            return Plan("country").add(
                f"?country tw:presidesOver {b} .", Step("?Country", "presidesOver", body.iri)
            )
        return (
            Plan("official", shown=["post"])
            .add(
                f"?post tw:postIn {b} . ?official tw:holds ?post .",
                Step("?Official", "holds", "?Post"),
                Step("?Post", "postIn", body.iri),
            )
            .add(
                "FILTER NOT EXISTS { ?post rdfs:label ?lower "
                f'FILTER(REGEX(?lower, "{_LOWER}", "i")) }}'
            )
        )
    if (
        u.has("Post", "hasPost")
        and u.asked in ("which", "")
        and not u.left({"Post", "hasPost", "holds", "postIn"})
    ):
        return Plan("post").add(f"?post tw:postIn {b} .", Step("?Post", "postIn", body.iri))
    if (
        u.has("memberOf", "Official")
        and u.asked in ("who", "which")
        and not u.left({"memberOf", "Official", "hasMember"})
    ):
        return Plan("actor").add(
            f"?actor tw:memberOf|tw:affiliatedWith|tw:holds/tw:postIn {b} .",
            Step("?Actor", "memberOf", body.iri),
        )
    return None


def officials(u: Units) -> Plan | None:
    """The officials, ministers or ambassadors of a country; who represents whom."""
    countries = u.of("Country", "InternationalOrganization")
    if len(countries) != len(u.mentions) or u.dates or u.numbers:
        return None
    if u.has("represent", "ambassador", "DiplomaticPost") and countries:
        return _envoys(u, countries)
    if u.asked not in ("who", "which", "howmany", "") or len(countries) > 1:
        return None
    if any(m.role in ("to", "with", "about") for m in countries):
        return None
    if u.has("minister") and not u.left({"minister", "Official", "holds"}):
        return _titled("minister", countries)
    if not countries:
        return None
    if (
        u.has("head")
        and "president" in u.text.lower() + " president" * ("رئيس" in u.text)
        and not u.left({"head", "Official", "holds"})
    ):
        return _titled("head", countries)
    (country,) = countries
    plan = Plan("official")
    if (u.has("Official") and not u.left({"Official"})) or (
        country.kind == "people" and not u.left(())
    ):
        plan.add(
            f"?official a tw:Official . ?official {OF_COUNTRY} {iri(country.iri)} .",
            Step("?Official", "belongsToCountry", country.iri),
        )
        return plan
    return None


def _titled(title: str, countries: list[Mention]) -> Plan:
    """Who holds a post of this title, in a country if one is named."""
    plan = Plan("official", shown=["post"]).add(
        "?official tw:holds ?post . ?post rdfs:label ?title . "
        f'FILTER(REGEX(?title, "{_TITLES[title]}"))',
        Step("?Official", "holds", f"title:{title}"),
    )
    for country in countries:
        plan.add(
            f"?post tw:belongsToCountry {iri(country.iri)} .",
            Step("?Official", "belongsToCountry", country.iri),
        )
    return plan


def _envoys(u: Units, countries: list[Mention]) -> Plan | None:
    if u.left(
        {"represent", "ambassador", "DiplomaticPost", "sentBy", "sends", "accreditedTo", "holds"}
    ):
        return None
    if u.asked not in ("who", "which", "") or len(countries) > 2:
        return None
    plan = Plan("official", shown=["post"]).add(
        "?post a tw:DiplomaticPost . ?official tw:holds ?post .",
        Step("?Official", "holds", "?DiplomaticPost"),
    )
    for place, m in enumerate(countries):
        to = m.role in ("to", "in") or (place == 1 and m.role != "of")
        predicate = "accreditedTo" if to else "sentBy"
        plan.add(f"?post tw:{predicate} {iri(m.iri)} .", Step("?DiplomaticPost", predicate, m.iri))
    return plan


def about_person(u: Units) -> Plan | None:
    """What somebody says; the country of a person or a body."""
    if len(u.mentions) != 1 or u.dates or u.numbers:
        return None
    (m,) = u.mentions
    if (
        u.has("statedBy")
        and m.is_a("Actor")
        and u.asked in ("which", "")
        and not u.left({"statedBy"})
    ):
        return Plan(stored="statements-by-speaker", values={"speaker": m.iri})
    asks_country = u.has("Country", "from-country") or (
        "countr" in u.text.lower() or "دولة" in u.text or "بلد" in u.text
    )
    used = {
        "Country",
        "from-country",
        "subOrganizationOf",
        "belongsToCountry",
        "locatedIn",
        "ownedBy",
        "memberOf",
    }
    if (
        asks_country
        and m.is_a("Official", "Organization", "Post")
        and not u.left(used)
        and (u.asked in ("which", "where", "who", ""))
    ):
        return Plan("country").add(
            f"{iri(m.iri)} tw:belongsToCountry ?country .",
            Step(m.iri, "belongsToCountry", "?Country"),
        )
    return None
