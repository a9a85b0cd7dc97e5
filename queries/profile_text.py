"""A profile in words: its paragraph, and what no document says.

The paragraph is made of clauses by templates, each with the facts that prove it.

In English all clauses share the subject. In Arabic, where a verb would have to agree with a name
whose gender is not known, a clause is a noun with a colon; people, whose gender the texts show,
have verbs. Names stand in an oblique case only where that cannot change their form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import pyoxigraph as ox

from ..graph.fact_record import FactRecord
from ..graph.store import Store, kept, select
from ..messages.message import codes, listed, say
from ..ontology.namespaces import GRAPH_PROSPECTS, ID, OWL, TW, XSD
from .fact_words import name_of
from .items import BANDS, FROM_SIGNING, Item
from .labels import readable
from .profile import Profile, Section

#: How many partners a clause names and how many other things, if more would be left than two.
_PARTNERS, _NAMES = 6, 3
_CLAUSES: Final = 8
#: Relations that say nothing of their own in a paragraph.
_SILENT: Final = {
    TW + name
    for name in ("gender", "honorific", "possiblySameAs", "comparator", "describedAs", "unit")
}
#: The relations of an actor that items do not tell and a country's paragraph has too.
_OF_COUNTRIES: Final = {
    TW + name
    for name in ("relationsWith", "presidesOver", "memberOf", "affiliatedWith", "seeksMembershipOf")
}
#: Relations that the clauses about items tell, of actors, areas and events.
_TOLD_BY_ITEMS: Final = {
    TW + name
    for name in ("signatory", "party", "offeredBy", "offeredTo", "developedWith", "fundedBy",
                 "implementedBy", "supportedBy", "beneficiary")
}  # fmt: skip
_WITH_PEOPLE: Final = {TW + name for name in ("speaker", "attendee", "participant", "holds")}
_GENDERS: Final = {ID + "gender/male": "m", ID + "gender/female": "f"}
_AND: Final = "، و"
_RELATIONS: Final = f"""SELECT ?p ?inverse {{
  {{ ?inverse <{OWL}inverseOf> ?p }}
  UNION {{ ?p a <{OWL}SymmetricProperty> BIND(?p AS ?inverse) }}
}}"""
#: Marks around the IRI and the text of a link in a clause; no text has them.
OPEN, MIDDLE, CLOSE = "\ue000", "\ue001", "\ue002"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with the facts that prove it. Links in ``text`` stand between the marks above.

    ``before`` is what stands between it and the clause before it.
    """

    text: str
    facts: tuple[FactRecord, ...]
    before: str = ""

    @property
    def plain(self) -> str:
        """The text without links."""
        return rendered(self.text, str, lambda _, name: name)


def _inverses(store: Store) -> dict[str, str]:
    return {row["p"].value: row["inverse"].value for row in select(store, _RELATIONS)}


class Wording:
    """Puts the facts of one profile into words."""

    def __init__(self, store: Store, profile: Profile) -> None:
        self._profile = profile
        self._language = profile.language
        self._codes = frozenset(codes("profile-"))
        self._inverse = kept(store, "inverses", _inverses)
        genders = (f.object.value for f in profile.facts if f.predicate.value == TW + "gender")
        self._gender = next((_GENDERS[iri] for iri in genders if iri in _GENDERS), "")

    def relation(self, predicate: str, is_subject: bool) -> str:
        """The name of a relation, read from the entity: the inverse's where it is the object."""
        if is_subject:
            return self._profile.label(predicate)
        inverse = self._inverse.get(predicate)
        if inverse:
            return self._profile.label(inverse)
        return f"{'→' if self._language == 'ar' else '←'} {self._profile.label(predicate)}"

    def paragraph(self) -> list[Clause]:
        """The clauses of the paragraph, in their order; empty if no fact is firm enough."""
        profile = self._profile
        found = list(self._of_partners())
        has_lead = bool(found)
        for section in profile.sections:
            if len(found) < _CLAUSES and self._is_told(section):
                clause = self._of_section(section)
                found += [clause] if clause else []
        if profile.said:
            found.append(self._of_sayings())
        if profile.items and profile.is_a(profile.iri, "Area", "Event"):
            found.append(self._of_items())
        if ahead := self._ahead():
            found.append(ahead)
        if found and not has_lead and (self._language == "en" or found[0].before == _AND):
            who = self._link(profile.iri)
            found[0] = replace(found[0], text=f"{who} {found[0].text}")
        return [replace(clause, before=clause.before if place else "")
                for place, clause in enumerate(found)]  # fmt: skip

    def _is_told(self, section: Section) -> bool:
        """Whether a relation has a clause of its own."""
        profile, key = self._profile, section.predicate
        is_country = key == TW + "belongsToCountry"
        if key in _SILENT or (is_country and not section.is_subject):
            return False
        if not section.is_subject and key not in self._inverse:
            return False
        if profile.is_a(profile.iri, "Country", "Region") and profile.partners:
            return key in _OF_COUNTRIES
        if profile.is_a(profile.iri, "Official"):
            return not (is_country and any(f.predicate.value == TW + "holds"
                                           for f in profile.facts))  # fmt: skip
        if profile.is_a(profile.iri, "Actor"):
            return section.is_subject or key not in _TOLD_BY_ITEMS or not profile.partners
        if profile.is_a(profile.iri, "Area"):
            return key != TW + "area"
        return key != TW + "outcome"

    def _clause(self, text: str, facts: Iterable[FactRecord], *, joins: bool = False) -> Clause:
        """A clause; in Arabic one with a verb or a number joins on, another is a sentence."""
        before = "; " if self._language == "en" else _AND if joins else ". "
        return Clause(text, tuple({fact.iri: fact for fact in facts}.values()), before)

    def _link(self, iri: str, text: str = "") -> str:
        return f"{OPEN}{iri}{MIDDLE}{text or self._profile.label(iri)}{CLOSE}"

    def _of_partners(self) -> Iterator[Clause]:
        """What an actor shares with partners, by how far it has come."""
        profile = self._profile
        if not profile.is_a(profile.iri, "Actor") or profile.is_a(profile.iri, "Official"):
            return
        is_first = True
        for band in BANDS:
            partners = [one for one in profile.partners if band in one.bands.values()]
            items: dict[str, Item] = {}
            facts: list[FactRecord] = []
            for partner in partners:
                shared = [iri for iri, reached in partner.bands.items() if reached == band]
                items |= {iri: partner.items[iri] for iri in shared}
                facts += [fact for fact in partner.facts if fact.subject.value in shared]
            if not items:
                continue
            names = self._joined([self._link(one.iri) for one in partners], "and", _PARTNERS)
            counted = self._counted(band, list(items.values()))
            text = say("profile-with", self._language, items=counted, names=names)
            # A group may be a plural whose form would change after a preposition.
            is_plural = self._language == "ar" and profile.is_a(profile.iri, "Group")
            if is_first and not is_plural:
                who = to(profile.label(profile.iri)) if self._language == "ar" else ""
                link = self._link(profile.iri, who)
                text = say("profile-has", self._language, who=link, items=text)
            is_first = False
            yield self._clause(text, [*_proofs(items.values()), *facts], joins=True)

    def _of_items(self) -> Clause:
        """How many items an area has, or came out of an event, by how far they have come."""
        profile = self._profile
        bands = {
            band: [i for i in profile.items if i.band(profile.roles) == band] for band in BANDS
        }
        counted = [self._counted(band, items) for band, items in bands.items() if items]
        code = "profile-in-area" if profile.is_a(profile.iri, "Area") else "profile-outcomes"
        text = say(code, self._language, items=listed(counted, self._language, "and"))
        iris = {item.iri for item in profile.items}
        ties = [f for f in profile.facts if iris & {f.subject.value, f.object.value}]
        return self._clause(text, [*ties, *_proofs(profile.items)])

    def _counted(self, band: str, items: Sequence[Item]) -> str:
        """The number of items in a band, with how many of them rest on less than assertion."""
        stages = [item.stages[0].modality for item in items if item.stages]
        weaker = self._modalities([name for name in stages if name != "asserted"])
        counted = say(f"profile-{band}", self._language, count=len(items))
        return f"{counted} ({weaker})" if weaker and band != "planned" else counted

    def _modalities(self, names: Sequence[str]) -> str:
        counts = {name: names.count(name) for name in dict.fromkeys(names)}
        told = [
            f"{self._profile.label(f'{ID}modality/{name}')}: {count}"
            for name, count in sorted(counts.items(), key=lambda one: -one[1])
        ]
        return listed(told, self._language)

    def _of_section(self, section: Section) -> Clause | None:
        """The firm facts of a relation as a clause; None if all of them are prospects."""
        firm = [facts[0] for facts in section.rows if not facts[0].is_prospect]
        if not firm:
            return None
        ends = [self._end(fact, section.is_subject) for fact in firm]
        names = self._joined(ends, "and", people=section.predicate in _WITH_PEOPLE)
        code = f"profile-{section.predicate.removeprefix(TW)}{'' if section.is_subject else '-of'}"
        gendered = f"{code}-{self._gender}"
        facts = [fact for facts in section.rows for fact in facts if not fact.is_prospect]
        if gendered in self._codes:
            text = say(gendered, self._language, names=names)
            return self._clause(text, facts, joins=True)
        if code in self._codes:
            count = len(dict.fromkeys(str(fact.object) + str(fact.subject) for fact in firm))
            return self._clause(say(code, self._language, names=names, count=count), facts)
        relation = self.relation(section.predicate, section.is_subject)
        text = say("profile-relation", self._language, relation=relation, names=names)
        return self._clause(text, facts)

    def _of_sayings(self) -> Clause:
        said = self._profile.said
        counted = say("count-facts", self._language, count=len(said))
        how = self._modalities([fact.modality for fact in said])
        code = f"profile-said-{self._gender}" if self._gender else "profile-said"
        text = say(code, self._language, facts=counted, how=how)
        return self._clause(text, said, joins=bool(self._gender))

    def _ahead(self) -> Clause | None:
        """What is only planned, expected or conditional, and what is denied."""
        firm = {fact.triple for fact in self._profile.facts if not fact.is_prospect}
        ahead = {
            self._other(fact): fact
            for fact in reversed(self._profile.facts)
            if fact.is_prospect
            and fact.triple not in firm
            and isinstance(self._other_term(fact), ox.NamedNode)
        }
        if not ahead:
            return None
        names = self._joined([self._named(fact) for _, fact in sorted(ahead.items())])
        facts = [fact for fact in self._profile.facts if fact.is_prospect]
        return self._clause(say("profile-ahead", self._language, names=names), facts)

    def _named(self, fact: FactRecord) -> str:
        """The other end of a prospect, with its relation and how it is said."""
        is_subject = fact.subject.value == self._profile.iri
        link, how = self._link(self._other(fact)), self._how(fact)
        if not is_subject and fact.predicate.value not in self._inverse:
            return f"{link} ({how})"
        relation = self.relation(fact.predicate.value, is_subject)
        return say("profile-ahead-one", self._language, relation=relation, name=link, how=how)

    def _other_term(self, fact: FactRecord) -> object:
        return fact.object if fact.subject.value == self._profile.iri else fact.subject

    def _other(self, fact: FactRecord) -> str:
        term = self._other_term(fact)
        return term.value if isinstance(term, ox.NamedNode) else ""

    def _how(self, fact: FactRecord) -> str:
        return self._profile.label(f"{ID}modality/{fact.modality}")

    def _end(self, fact: FactRecord, is_subject: bool) -> str:
        """The other end of a fact: a link or a value, with its date and how it is said."""
        term = fact.object if is_subject else fact.subject
        named = name_of(term, self._profile.labels, self._language)
        if isinstance(term, ox.Literal) and term.datatype.value == f"{XSD}boolean":
            named = say("answer-yes" if term.value == "true" else "answer-no", self._language)
        text = self._link(term.value, named) if isinstance(term, ox.NamedNode) else named
        about = [readable(fact.when, self._language)] if fact.when else []
        if fact.modality not in ("asserted", "derived"):
            about.append(self._how(fact))
        return f"{text} ({listed(about, self._language)})" if about else text

    def _joined(
        self, names: Sequence[str], last: str = "", most: int = _NAMES, *, people: bool = False
    ) -> str:
        """The first names, and how many more there are if those are more than two."""
        names = list(dict.fromkeys(names))
        if len(names) <= most + 2:
            return listed(names, self._language, last)
        code = "profile-more-people" if people else "profile-more"
        more = say(code, self._language, count=len(names) - most)
        return f"{listed(names[:most], self._language)} {more}"


def to(name: str) -> str:
    """An Arabic name after the preposition *li*.

    >>> to("العراق"), to("اللجنة"), to("مصر"), to("Uber")
    ('للعراق', 'للجنة', 'لمصر', 'لـ Uber')
    """
    if name.startswith("ال"):
        return f"لل{name[2:].removeprefix('ل')}" if name.startswith("الل") else f"لل{name[2:]}"
    is_arabic = "\u0621" <= name[:1] <= "\u064a"
    return f"ل{name}" if is_arabic else f"لـ {name}"


def _proofs(items: Iterable[Item]) -> list[FactRecord]:
    """The facts about the furthest stage of each item."""
    return [fact for item in items for fact in (*item.stages[:1], *item.expected[:1])]


def rendered(text: str, words: Callable[[str], str], link: Callable[[str, str], str]) -> str:
    """A clause as markup: ``words`` escapes text, ``link`` makes a link of an IRI and a text."""
    head, *rest = text.split(OPEN)
    pieces = [words(head)]
    for piece in rest:
        target, _, after = piece.partition(CLOSE)
        iri, _, name = target.partition(MIDDLE)
        pieces += [link(iri, name), words(after)]
    return "".join(pieces)


_SAID: Final = """
SELECT DISTINCT ?thing ?said {{
  VALUES ?thing {{ {things} }}
  {{ {said} }} UNION {{ GRAPH <{prospects}> {{ {said} }} }}
}}"""
_PATTERNS: Final = f"""
    {{ ?thing <{TW}date> ?date BIND(IF(STRSTARTS(STR(?date), "XXXX"), "day", "date") AS ?said) }}
    UNION {{ ?thing <{TW}locatedIn> ?place BIND("place" AS ?said) }}
    UNION {{ ?figure <{TW}figureOf> ?thing BIND("cost" AS ?said) }}
    UNION {{ ?thing <{TW}freeOfCharge> ?free BIND("cost" AS ?said) }}
    UNION {{ ?thing <{TW}holds> ?post BIND("post" AS ?said) }}
    UNION {{ ?thing <{TW}hasPost> ?post BIND("post" AS ?said) }}"""


class Unsaid(NamedTuple):
    """What is not said, as the code of a message, and of which things."""

    code: str
    things: tuple[str, ...]


def unsaid(profile: Profile) -> list[Unsaid]:
    """Return what no document says of the entity of a profile, the weightiest first.

    Only what could be said and stands nowhere in the graph is told, not even as planned.
    """
    meetings = profile.meetings
    agreements = [item for item in profile.items if TW + "Agreement" in item.classes]
    things = [item.iri for item in (*profile.items, *meetings)] + [profile.iri]
    said = _said(profile, things)

    def lacking(found: Iterable[str], *kinds: str) -> tuple[str, ...]:
        return tuple(iri for iri in found if not said[iri] & {*kinds})

    def told() -> Iterator[tuple[str, Iterable[str]]]:
        yield "unsaid-signed", (item.iri for item in agreements if _may_be_signed(item))
        signed = [item.iri for item in agreements if item.stage in FROM_SIGNING]
        yield "unsaid-signing-date", lacking(signed, "date", "day")
        events = [meeting.iri for meeting in meetings]
        yield "unsaid-date", lacking(events, "date", "day")
        yield (
            "unsaid-year",
            (iri for iri in events if "day" in said[iri] and "date" not in said[iri]),
        )
        yield "unsaid-place", lacking(events, "place")
        if not any("cost" in said[item.iri] for item in profile.items):
            yield "unsaid-cost", (item.iri for item in profile.items)
        if profile.is_a(profile.iri, "Official"):
            yield "unsaid-post", lacking([profile.iri], "post")

    return [Unsaid(code, found) for code, iris in told() if (found := tuple(iris))]


def _may_be_signed(item: Item) -> bool:
    """Whether an agreement is spoken of, but neither as signed nor as not signed."""
    denied = any(fact.modality == "denied" for fact in item.of("stage"))
    return item.stage not in FROM_SIGNING and not denied


def _said(profile: Profile, things: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {iri: set() for iri in things}
    text = _SAID.format(
        things=" ".join(f"<{iri}>" for iri in found), said=_PATTERNS, prospects=GRAPH_PROSPECTS
    )
    for row in select(profile.store, text):
        found[row["thing"].value].add(row["said"].value)
    return found
