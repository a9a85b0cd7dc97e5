"""One property between a name and what is asked for, and the members of a class."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from .plan import Plan, Step, either, iri, through_bodies
from .units import Mention, Units
from .vocabulary import Vocabulary

#: Properties whose subject or object a country stands for through its bodies.
_THROUGH_BODIES: Final = frozenset(
    {"implementedBy", "fundedBy", "supportedBy", "operatedBy", "ownedBy", "launchedBy", "adoptedBy"}
)
#: Classes that a question for "who" may be answered by, and those that are no answer to "what".
_WHO: Final = "Actor"
_TALKS: Final = "inTalksWith"


class Relation:
    """A property with its domain and range."""

    def __init__(self, vocabulary: Vocabulary, name: str, domain: str, range_: str) -> None:
        self.vocabulary, self.name, self.domain, self.range = vocabulary, name, domain, range_

    def plan(self, u: Units, forms: set[str], kinds: Sequence[str]) -> Plan | None:
        """The question about this property; None if the words say more, or it does not fit."""
        asked = u.asked
        kinds = [kind for kind in kinds if kind not in forms]
        if u.left(forms | set(kinds) | {"responsible"}) or len(kinds) > 1:
            return None
        mentions = list(u.mentions)
        if "SourceDocument" in kinds and self.domain == "Entity":
            return None  # A document has no country, field or date of what it speaks of.
        if self.name == _TALKS and not all(m.is_a("Country") for m in mentions):
            # Only parties hold talks; whom a person met is asked of the events.
            return None
        if not mentions:
            return self._any(u, kinds)
        if len(mentions) == 2 or (len(mentions) == 1 and (u.dates or asked == "when")):
            unnamed = [kind for kind in kinds if not any(m.is_a(kind) for m in mentions)]
            if unnamed:
                return self._of_kind(u, mentions, unnamed[0])
            return self._closed(u, mentions)
        if len(mentions) != 1 or u.dates:
            return None
        (m,) = mentions
        kind = kinds[0] if kinds else ""
        if kind and m.kind == "adjective" and not m.is_a(kind) and _touches(u, m, kind):
            return None  # "Iraqi institutes" are not Iraq.
        if kind and m.is_a(kind) and asked not in ("which", "howmany"):
            kind = ""  # "the Ahmos project": the word belongs to the name.
        kind = "" if kind and m.is_a(kind) and _touches(u, m, kind) else kind
        direction = self._direction(u, m, kind)
        if not direction and m.is_a("Area") and asked == "who" and self.range == "Actor":
            # "Who owns the submarine cables?": whatever lies in that field.
            return Plan("what", shown=["item"]).add(
                f"?item tw:area {iri(m.iri)} ; tw:{self.name} ?what .",
                Step("?Entity", "area", m.iri),
                Step("?Entity", self.name, "?"),
            )
        if asked == "whether":
            direction = direction or ("subject" if m.is_a(self.range) else "")
            return self._open(m, direction, kind) if kind and direction else None
        if not direction or asked not in ("who", "which", "where", "howmany", ""):
            return None
        answer = self.range if direction == "object" else self.domain
        if asked == "who" and not self.vocabulary.fits(kind or answer, _WHO):
            return None
        if asked == "where" and not self.vocabulary.fits(answer, "Place"):
            return None
        return self._open(m, direction, kind)

    def _any(self, u: Units, kinds: Sequence[str]) -> Plan | None:
        """Nothing is named: the members of a class that have the property, or a date."""
        if u.asked not in ("which", "", "howmany") or not (kinds or u.dates):
            return None
        if kinds and not self.vocabulary.fits(kinds[0], self.domain) and self.domain != "Entity":
            return None
        plan = Plan("thing", shown=["other"])
        label = f"?{kinds[0]}" if kinds else "?"
        plan.add(f"?thing tw:{self.name} ?other .", Step(label, self.name, "?"))
        if kinds:
            plan.add(f"?thing a <{self.vocabulary.iris[kinds[0]]}> .")
        return self._dated(u, plan, label) if u.dates else plan

    def _dated(self, u: Units, plan: Plan, label: str) -> Plan | None:
        if self.name != "launchedBy":
            return None
        dates = [date for date, _ in u.dates]
        return plan.ask_date("?thing tw:launchedOn ?date .", Step(label, "launchedOn", "?"), dates)

    def _open(self, m: Mention, direction: str, kind: str) -> Plan:
        """``direction`` is the side that is asked for."""
        label = f"?{kind}" if kind else "?"
        one = iri(m.iri)
        if direction == "object":
            plan = Plan("what").add(
                either(f"{one} tw:{self.name} ?what ."), Step(m.iri, self.name, label)
            )
        else:
            plan = Plan("what").add(
                either(f"?what {self._path(m)} {one} ."), Step(label, self.name, m.iri)
            )
        if kind:
            plan.add(f"?what a <{self.vocabulary.iris[kind]}> .")
        return plan

    def _path(self, m: Mention) -> str:
        name = f"<{self.vocabulary.iris[self.name]}>"
        if not self.vocabulary.iris[self.name].startswith("https://w3id.org/taawun/"):
            return name
        if m.is_a("Country") and self.name in _THROUGH_BODIES:
            return through_bodies(self.name)
        return f"tw:{self.name}"

    def _direction(self, u: Units, m: Mention, kind: str) -> str:
        """Which side is asked for: ``object`` if the name is the subject; empty if unclear."""
        fits_subject = m.is_a(self.domain) or self.domain == "Entity"
        fits_object = m.is_a(self.range)
        if fits_subject and not fits_object:
            sides = ["object"]
        elif fits_object and not fits_subject:
            sides = ["subject"]
        elif fits_subject and fits_object:
            sides = ["object", "subject"]
        else:
            return ""
        if kind:
            sides = [
                side
                for side in sides
                if self.vocabulary.fits(kind, self.range if side == "object" else self.domain)
            ]
        if self.name in self.vocabulary.symmetric or u.asked == "where":
            return sides[0] if sides else ""
        is_of_actors = self.vocabulary.fits(self.range, "Actor") and self.range != "Entity"
        if len(sides) == 2 and not is_of_actors and self.range != "Entity" and m.kind != "event":
            # "Which frameworks does X follow?" asks for what X follows.
            verb = max(
                (i.first for i in u.content if not i.concepts.isdisjoint({self.name})), default=-1
            )
            if u.language == "en" and m.first < verb and u.asked != "who":
                return "object"
            sides = ["subject"] if u.asked != "" else sides
        is_agent = is_of_actors and self.name != "beneficiary"
        verb = max((i.first for i in u.content if self.name in i.concepts), default=-1)
        if (
            sides == ["object"]
            and is_agent
            and not kind
            and m.first < verb
            and (u.asked in ("which", "howmany"))
        ):
            # "What does X fund?" asks for no actor.
            return ""
        if len(sides) == 2:
            if not is_of_actors:
                return "object" if u.asked in ("who", "where") else ""
            # "Who funds X?" asks for the actor, "What does X fund?" for the thing.
            if m.role == "by":
                return "subject"
            of_it = m.role in ("of", "to", "in")
            if not self.name.endswith("By") and self.name not in ("developedWith", "beneficiary"):
                # "Who seeks membership of X?": the name is what is sought.
                return "subject" if u.asked == "who" or of_it else ""
            return "object" if u.asked == "who" or of_it else "subject"
        return sides[0] if sides else ""

    def _of_kind(self, u: Units, mentions: Sequence[Mention], kind: str) -> Plan | None:
        """A kind of thing that an actor acts on, with a place or a date: "a project in Iraq".

        None if the kind is another's ("Iraqi companies"), or a name has another role.
        """
        ways = {m: way for m in mentions if (way := _placed(u, m, kind))}
        actors = [m for m in mentions if m not in ways]
        if len(actors) != 1 or u.asked in ("who", "where") or not self.name.endswith("By"):
            return None
        (actor,) = actors
        if (
            actor.kind in ("adjective", "people")
            or actor.role not in ("", "by")
            or not actor.is_a(self.range)
            or not (self.domain == "Entity" or self.vocabulary.fits(kind, self.domain))
            or _owns(u, actor, kind)
        ):
            return None
        label = f"?{kind}"
        plan = (
            Plan("thing")
            .add(f"?thing a <{self.vocabulary.iris[kind]}> .")
            .add(
                either(f"?thing {self._path(actor)} {iri(actor.iri)} ."),
                Step(label, self.name, actor.iri),
            )
        )
        for place, way in ways.items():
            path = "|".join(f"tw:{name}" for name in way.split("|"))
            plan.add(either(f"?thing {path} {iri(place.iri)} ."), Step(label, way, place.iri))
        return self._dated(u, plan, label) if u.asked == "when" or u.dates else plan

    def _closed(self, u: Units, mentions: Sequence[Mention]) -> Plan | None:
        """Both sides are named, or one and a date."""
        if len(mentions) == 2:
            sides = self._sides(mentions)
            if sides is None:
                return None
            if _placed(u, sides[0], "") and self.name.endswith("By"):
                return None  # "What did Egypt launch in Africa?" launches no Africa.
            subject: Mention | None = sides[0]
            agent: Mention | None = sides[1]
        else:
            (m,) = mentions
            is_agent = u.asked != "when" and m.is_a(self.range) and self.name.endswith("By")
            subject, agent = (None, m) if is_agent else (m, None)
            if u.asked == "when" and m.is_a("Country", "Official"):
                return None
        plan = Plan("thing")
        if subject is not None:
            plan.add(f"VALUES ?thing {{ {iri(subject.iri)} }}")
        label = subject.iri if subject else "?"
        if agent is not None:
            plan.add(
                either(f"?thing {self._path(agent)} {iri(agent.iri)} ."),
                Step(label, self.name, agent.iri),
            )
        else:
            plan.add(f"?thing tw:{self.name} ?agent .", Step(label, self.name, "?"))
        if u.asked == "when" or u.dates:
            return self._dated(u, plan, label)
        if u.asked == "whether":
            return plan
        return None

    def _sides(self, mentions: Sequence[Mention]) -> tuple[Mention, Mention] | None:
        one, other = mentions

        def fit(subject: Mention, agent: Mention) -> bool:
            return (self.domain == "Entity" or subject.is_a(self.domain)) and agent.is_a(self.range)

        if fit(one, other) and not fit(other, one):
            return one, other
        if fit(other, one) and not fit(one, other):
            return other, one
        if fit(one, other):
            if other.role == "by":
                return one, other
            return (other, one) if self.name.endswith("By") else (one, other)
        return None


def _placed(u: Units, m: Mention, kind: str) -> str:
    """The properties, with bars, by which a thing of a kind is in, for or of a place; or empty."""
    if not m.is_a("Country", "Region", "City"):
        return ""
    if m.kind in ("adjective", "people"):
        return "belongsToCountry" if m.is_a("Country") and _touches(u, m, kind) else ""
    if m.role == "in":
        return "locatedIn|beneficiary"
    if m.role == "of" and m.is_a("Country"):
        return "belongsToCountry"
    return "beneficiary" if m.role == "to" else ""


def _owns(u: Units, m: Mention, kind: str) -> bool:
    """Whether the kind of thing is said to be the actor's: "Egypt's companies", «شركات مصر»."""
    if re.search(re.escape(m.text) + r"(?:['’]s|s['’])(?!\w)", u.text):
        return True
    return u.language == "ar" and any(
        kind in item.concepts and item.last == m.first - 1 for item in u.spoken
    )


def _touches(u: Units, m: Mention, kind: str) -> bool:
    """Whether the word for the kind of thing stands beside the name."""
    return any(
        kind in item.concepts
        and (item.last in (m.first - 1, m.first - 2) or item.first == m.last + 1)
        for item in u.spoken
    )


#: How documents are said to speak of something.
_SPEAK: Final = re.compile(
    r"\b(?:mention|name|appear|about|speak|on|concern)|ذكر|ورد|يرد|ترد|تتحدث|عن", re.IGNORECASE
)
#: How members of a class belong to a country.
_OF_COUNTRY: Final = "tw:belongsToCountry"


def members(u: Units, vocabulary: Vocabulary, linked: str) -> Plan | None:
    """The members of a class, of a country, in an area, or provided by a body."""
    if u.dates or u.numbers or u.asked not in ("which", "howmany", "who", "whether", ""):
        return None
    kinds = [c for item in u.left(()) for c in item.concepts if vocabulary.is_class(c)]
    kinds = list(dict.fromkeys(kinds))
    if len(kinds) == 2 and set(kinds) == {"Institute", "Facility"}:
        kinds = ["Institute"]
    if len(kinds) != 1 or u.left({*kinds, "holds", "subOrganizationOf", "unit:" + kinds[0]}):
        return None
    (kind,) = kinds
    if (
        kind
        in (
            "Official",
            "Agreement",
            "Figure",
            "Rank",
            "SourceDocument",
            "Event",
            "Area",
            "Country",
            "Stage",
        )
        and not u.mentions
    ):
        return None
    if len(u.of("Country")) > 1:
        return None  # "Egypt's institutes in Iraq" are not both countries'.
    plan = Plan("item").add(
        f"?item a <{vocabulary.iris[kind]}> .", Step("?", "rdf:type", f"?{kind}")
    )
    label = f"?{kind}"
    subject = None
    if kind == "SourceDocument" and u.mentions:
        # No document belongs to a country or lies in a field: those that speak of it are shown.
        is_named = len(u.mentions) == 1 and not u.mentions[0].is_a("Area")
        if not is_named or u.asked not in ("which", "") or not _SPEAK.search(u.text):
            return None
        return Plan(stored="entity-quotes", values={"entity": u.mentions[0].iri})
    for m in u.mentions:
        one = iri(m.iri)
        if m.is_a("Area") and kind not in ("Country", "Official", "Area"):
            plan.add(f"?item {linked} {one} .", Step(label, "area", m.iri))
        elif m.is_a("Region") and kind != "Country":
            plan.add(either(f"?item tw:beneficiary {one} ."), Step(label, "beneficiary", m.iri))
        elif m.is_a("Country") and m.role in ("to", "with", "between", "by", "about"):
            return None
        elif u.asked == "whether" and m.is_a(kind) and subject is None:
            subject = m
            plan.add(f"VALUES ?item {{ {one} }}")
        elif (m.is_a("Country") and vocabulary.fits(kind, "Actor")) or m.is_a("Country"):
            if kind in ("Country", "Area", "Region", "Service", "Product"):
                return None
            plan.add(f"?item {_OF_COUNTRY} {one} .", Step(label, "belongsToCountry", m.iri))
        elif kind in ("Service", "Product", "Output") and m.is_a("Organization", "Infrastructure"):
            plan.add(either(f"?item tw:providedBy {one} ."), Step(label, "providedBy", m.iri))
        elif vocabulary.fits(kind, "Organization") and m.is_a("Organization") and kind != "Country":
            if not u.has("subOrganizationOf", "hasPart"):
                return None
            plan.add(f"?item tw:subOrganizationOf {one} .", Step(label, "subOrganizationOf", m.iri))
        else:
            return None
    if u.asked == "whether" and len(u.mentions) < 1:
        return None
    if u.asked == "who" and not vocabulary.fits(kind, "Actor"):
        return None
    return plan
