"""Compose questions about agreements and offers."""

from __future__ import annotations

import re
from typing import Final

from ...ontology.namespaces import ID
from .events import HELD, side
from .plan import SIGNED_BY_ANY, Plan, Step, iri, offered_to, staged
from .units import Mention, Units

_ACTORS: Final = ("Country", "Organization")
_AREA: Final = "(tw:area|tw:area/skos:broader|tw:area/skos:broader/skos:broader|tw:objective)"
#: Roles in which a name neither offers nor receives.
_NO_SIDE: Final = ("with", "between", "about", "in")
_WAS: Final = re.compile(r"\b(?:was|were|is|are|been|being)\b", re.IGNORECASE)
_TO_WHOM: Final = re.compile(r"\bto whom\b|\bwho(?:m)?\b.* to\b|على من|لمن|علي مين|على مين", re.I)
_CONCERNS: Final = "(tw:party|tw:beneficiary)"
_DOES: Final = re.compile(r"\b(?:does|do|did|has|have)(?: the)?\s*$", re.IGNORECASE)
_MAKES: Final = re.compile(r".*\b(?:make|made|put)\b", re.IGNORECASE)
_BEEN: Final = re.compile(r"\s*(?:\w+ )?been\b", re.IGNORECASE)
_AN_AGREEMENT: Final = re.compile(r"\?agreement a tw:(\w+)")


def agreements(u: Units) -> Plan | None:
    """Agreements and memoranda: which, with whom, about what, when, through what."""
    made = {"Agreement", "MemorandumOfUnderstanding"}
    signed = {"signatory", "signed"}
    if not u.has(*made, *signed) or u.has("cost", "fundedBy"):
        return None
    used = made | signed | {"link", "Country", "Area", "about-what", "through", "Stage", "stage"}
    used |= {"operated-through", "DigitalPlatform", "channelFor", "areaOf", "area", "dated"} | HELD
    if u.has("Stage"):
        used |= {"beneficiary", "presidesOver"}
    if (
        u.left(used)
        or u.numbers
        or any(not m.is_a("Country", "Region", "Organization", "Area", "Stage") for m in u.mentions)
    ):
        return None
    kind = "MemorandumOfUnderstanding" if u.has("MemorandumOfUnderstanding") else "Agreement"
    if not u.has("Agreement", "MemorandumOfUnderstanding") and not u.of("Country", "Region"):
        return None
    # There "is" an agreement if it is signed; of one that is not, what there is is told instead.
    is_there = u.asked == "whether" and kind == "Agreement" and not u.has("Stage", "stage")
    is_signed = u.has(*signed) or (is_there and not u.of("Stage"))
    role = "signatory" if is_signed else "party"
    plan = Plan("agreement").add(f"?agreement a tw:{kind} .")
    item = f"?{kind}"
    for m in u.mentions:
        if m.is_a("Region"):
            plan.add(
                f"?agreement tw:{role} ?country . ?country tw:inRegion {iri(m.iri)} .",
                Step(item, role, "?Country"),
                Step("?Country", "inRegion", m.iri),
            )
            plan.shown = ["country"]
            others = [other.iri for other in u.of("Country")]
            if not others and m.role == "with":
                # As the stored question has it: those of Egypt, with other countries.
                others = [ID + "country/egypt"]
                plan.add(f"?agreement tw:{role} {iri(*others)} .", Step(item, role, *others))
            for other in others:
                plan.add(f"FILTER(?country != {iri(other)})")
        elif m.is_a("Area"):
            plan.add(f"?agreement {_AREA} {iri(m.iri)} .", Step(item, "area", m.iri))
        elif m.is_a("Stage"):
            plan.add(f"?agreement tw:stage {iri(m.iri)} .", Step(item, "stage", m.iri))
        else:
            plan.add(f"?agreement tw:{role} {iri(m.iri)} .", Step(item, role, m.iri))
    of_countries = u.asked == "who" or (u.has("Country") and u.asked != "whether")
    if is_signed and not of_countries and all(step.predicate != "signatory" for step in plan.steps):
        plan.add(SIGNED_BY_ANY, Step(item, "signatory", "?Actor"))
    if u.asked == "when" or u.dates:
        dates = [date for date, _ in u.dates]
        return plan.ask_date("?agreement tw:signedOn ?date .", Step(item, "signedOn", "?"), dates)
    if of_countries:
        if "country" not in plan.shown:
            plan.add(
                f"?agreement tw:{role} ?country . ?country a tw:Country .",
                Step(item, role, "?Country"),
            )
        for m in u.of("Country"):
            plan.add(f"FILTER(?country != {iri(m.iri)})")
        plan.target, plan.shown = "country", ["agreement"]
    elif u.has("through", "operated-through", "DigitalPlatform"):
        plan.add("?agreement tw:through ?through .", Step(item, "through", "?Entity"))
        plan.target, plan.shown = "through", ["agreement"]
    elif u.has("about-what", "Area") or _asks_about(u):
        if not u.of("Area"):
            plan.add("?agreement tw:area ?area .", Step(item, "area", "?Area"))
            plan.target, plan.shown = "area", ["agreement"]
    elif u.has("Stage", "stage"):
        plan.add("?agreement tw:stage ?stage .", Step(item, "stage", "?Stage"))
        plan.target, plan.shown = "stage", ["agreement"]
    return plan


def signed(agreement: Mention) -> Plan:
    """Whether a named agreement is signed: only then there is one."""
    named = f"VALUES ?agreement {{ {iri(agreement.iri)} }} ?agreement a tw:Agreement ."
    step = Step(agreement.iri, "signatory", "?Actor")
    return Plan("agreement").add(named).add(SIGNED_BY_ANY, step)


def with_stage(plan: Plan) -> Plan:
    """The plan with the stage of each agreement beside it; a count, by stage.

    Signed ones need none: it is what they are asked for.
    """
    kinds = [kind[1] for pattern in plan.where if (kind := _AN_AGREEMENT.match(pattern))]
    if not kinds or any(
        "tw:signatory" in pattern or "tw:stage" in pattern for pattern in plan.where
    ):
        return plan
    plan.add(staged("?agreement"))
    if plan.is_count and not plan.date:
        plan.counted, plan.target, plan.shown = plan.target, "stage", ["modality"]
        plan.steps.append(Step(f"?{kinds[0]}", "stage", "?"))
    else:
        plan.shown = [*plan.shown, "stage", "modality"]
    return plan


def _offers_it(u: Units, m: Mention) -> bool:
    """Whether the verb "offer" or "propose" comes after the name."""
    return any(
        item.first > m.last and not item.concepts.isdisjoint({"offer", "proposal"})
        for item in u.spoken
    )


def _asks_about(u: Units) -> bool:
    """Whether the question ends in "about", or begins with what it is about."""
    return bool(re.search(r"\babout\s*\?*$", u.text, re.IGNORECASE))


def offers(u: Units) -> Plan | None:
    """Offers and proposals: by whom, to whom, in which area; the words give the roles."""
    verbs = {"offer", "proposal", "receive"}
    if not u.has(*verbs, "Offer", "Proposal") or u.of("Offer"):
        return None
    if u.has("Official", "Post", "fundedBy", "launchedBy", "Agreement", "cost") or u.dates:
        return None
    used = verbs | {"Offer", "Proposal", "offers", "offeredBy", "offeredTo", "receivesOffer"}
    used |= {"Organization", "Country", "Area", "Project", "providedBy", "cooperationArea"}
    if u.left(used) or u.numbers or any(not m.is_a(*_ACTORS, "Area") for m in u.mentions):
        return None
    roles = _offer_roles(u)
    if roles is None:
        return None
    by, to = roles
    only = u.has("Proposal") and not u.has("offer", "Offer")
    kind = "Proposal" if only else "Offer"
    plan = Plan("offer").add(f"?offer a tw:{kind} .")
    item = f"?{kind}"
    if by:
        plan.add(f"?offer {side('offeredBy', by)} {iri(by.iri)} .", Step(item, "offeredBy", by.iri))
    if to:
        country = to.is_a("Country")
        one = iri(to.iri)
        pattern = offered_to(one) if country else f"?offer tw:offeredTo {one} ."
        # A number is of all that concern a country, addressed to it or not.
        told = "concerns" if country and u.asked == "howmany" else "offeredTo"
        plan.add(pattern, Step(item, told, to.iri))
    for m in u.of("Area"):
        plan.add(f"?offer {_AREA} {iri(m.iri)} .", Step(item, "area", m.iri))
    if not plan.steps and not u.of("Area") and u.asked not in ("which", "howmany", ""):
        return None
    if u.asked == "when":
        plan.date, plan.date_pattern = "date", "?offer tw:date ?date ."
    elif _TO_WHOM.search(u.text) and by and not to:
        plan.add("?offer tw:offeredTo ?receiver .", Step(item, "offeredTo", "?Actor"))
        plan.target, plan.shown = "receiver", ["offer"]
    elif not by and (u.asked == "who" or u.has("Organization")):
        plan.add("?offer tw:offeredBy ?provider .", Step(item, "offeredBy", "?Actor"))
        plan.target, plan.shown = "provider", ["offer"]
    elif u.asked == "who" or (u.has("Country") and to and by):
        return None
    elif not by:
        plan.add("OPTIONAL { ?offer tw:offeredBy ?provider }")
        plan.shown = ["provider"]
    if not plan.steps:
        plan.steps.append(Step(item, "rdf:type", item))
    return plan


def offers_about(u: Units) -> Plan | None:
    """Offers and proposals that concern somebody: a party to them, or whom they benefit."""
    actors = u.of("Actor")
    if len(actors) != 1 or not u.has("Offer", "Proposal") or u.of("Offer"):
        return None
    (actor,) = actors
    spoken_of = {item.last for item in u.spoken if "@about" in item.concepts}
    is_about = actor.role == "about" or actor.first - 1 in spoken_of
    if not is_about and not (actor.role == "to" and actor.is_a("Group")):
        return None
    others = [m for m in u.mentions if m is not actor]
    if u.asked not in ("which", "howmany", "whether", "") or any(
        not m.is_a("Area") for m in others
    ):
        return None
    if u.dates or u.numbers or u.left({"Offer", "Proposal", "offer", "offers", "proposal"}):
        return None
    kind = "Offer" if u.has("Offer") else "Proposal"
    one = iri(actor.iri)
    plan = Plan("offer").add(f"?offer a tw:{kind} .")
    # Of a country, those of others, as in the number of offers that it received.
    pattern = offered_to(one) if actor.is_a("Country") else f"?offer {_CONCERNS} {one} ."
    plan.add(pattern, Step(f"?{kind}", "concerns", actor.iri))
    for m in others:
        plan.add(f"?offer {_AREA} {iri(m.iri)} .", Step(f"?{kind}", "area", m.iri))
    return plan


def _offer_roles(u: Units) -> tuple[Mention | None, Mention | None] | None:
    """Who offers and to whom; None if the words do not tell."""
    by: list[Mention] = []
    to: list[Mention] = []
    bare: list[Mention] = []
    for m in u.of(*_ACTORS):
        if m.role in ("by", "from", "of"):
            by.append(m)
        elif m.role == "to":
            to.append(m)
        elif m.role in _NO_SIDE and not (m.role == "in" and m.is_a("Organization")):
            return None
        else:
            bare.append(m)
    verb = u.place("offer", "proposal", "receive", "Offer", "Proposal")
    is_verb = not u.has("Offer", "Proposal") or u.place("offer", "proposal") >= 0
    for m in bare:
        if u.has("receive"):
            (to if not to else by).append(m)
        elif u.language == "en" and _DOES.search(u.text.partition(m.text)[0]):
            # "Which offers does X make?": X makes them; "Which offers does X have?" may be either.
            if _BEEN.match(u.text.partition(m.text)[2]):
                to.append(m)
                continue
            if not _MAKES.match(u.text.partition(m.text)[2]) and not _offers_it(u, m):
                return None
            by.append(m)
        elif u.language == "ar" or m.kind == "adjective":
            (by if not by and (len(bare) > 1 or to or u.asked != "who") else to).append(m)
        elif m.first < verb:
            passive = is_verb and _WAS.search(u.text.split(m.text)[0]) and not to
            (to if passive else by).append(m)
        else:
            (to if by or u.asked == "who" or len(bare) > 1 or is_verb else by).append(m)
    if len(by) > 1 or len(to) > 1:
        return None
    return (by or [None])[0], (to or [None])[0]  # type: ignore[list-item]
